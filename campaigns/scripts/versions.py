"""Versions and drafts of a script: what was saved stays, what was typed is not lost, two people are told."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from campaigns.history import Verb, record
from campaigns.models import Campaign, ScriptDraft, ScriptVersion

_WORDS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\s+|\w+|[^\w\s]", re.DOTALL)


class ChangedMeanwhile(Exception):
    """Somebody saved another script since the text was begun; ``version`` is theirs."""

    def __init__(self, version: ScriptVersion) -> None:
        who = version.saved_by or "Somebody"
        super().__init__(f"{who} saved version {version.number} while you were writing.")
        self.version = version


@dataclass(frozen=True)
class DiffPiece:
    """A part of two scripts: in both ("same"), only in the older ("gone") or only in the newer ("new")."""

    kind: str
    text: str


def get_version_number(campaign: Campaign) -> int:
    """The number of the newest version; 0 where none was saved yet."""
    newest = campaign.script_versions.values_list("number", flat=True).first()
    return newest or 0


def save_script(
    campaign: Campaign, script: str, user: User | None, based_on: int | None = None
) -> ScriptVersion | None:
    """Store the script, and a version of it where it changed; the user's draft is done with then.

    ``based_on``: the number of the version that the text was begun from; where another one was saved since,
    nothing is stored and ChangedMeanwhile is raised.
    """
    script = script.replace("\r\n", "\n")
    with transaction.atomic():
        stored = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
        newest = stored.script_versions.select_related("saved_by").first()
        if newest and based_on is not None and newest.number != based_on and newest.script != script:
            raise ChangedMeanwhile(newest)
        version = _add_version(stored, newest, script, user)
        if user is not None:
            drop_draft(campaign, user)
    campaign.script = script
    return version


def keep_draft(campaign: Campaign, user: User, script: str, based_on: int) -> ScriptDraft | None:
    """Keep what a person typed and did not save; what equals the saved script needs no draft."""
    if _same(script, campaign.script):
        drop_draft(campaign, user)
        return None
    fields = {"script": script.replace("\r\n", "\n"), "based_on": based_on}
    draft, _ = ScriptDraft.objects.update_or_create(campaign=campaign, user=user, defaults=fields)
    return draft


def find_draft(campaign: Campaign, user: User) -> ScriptDraft | None:
    """The person's text that was never saved, None where there is none."""
    draft = campaign.script_drafts.filter(user=user).first()
    return None if draft is None or _same(draft.script, campaign.script) else draft


def drop_draft(campaign: Campaign, user: User) -> None:
    """Throw the person's draft away."""
    campaign.script_drafts.filter(user=user).delete()


def compare(older: str, newer: str) -> list[DiffPiece]:
    """What changed between two scripts, word by word; a tag is one word."""
    before, after = _WORDS.findall(older), _WORDS.findall(newer)
    return list(_join(before, after))


def _join(before: list[str], after: list[str]) -> Iterator[DiffPiece]:
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        gone, new = "".join(before[start:end]), "".join(after[new_start:new_end])
        if kind == "equal":
            yield DiffPiece("same", gone)
            continue
        if gone:
            yield DiffPiece("gone", gone)
        if new:
            yield DiffPiece("new", new)


def _add_version(
    campaign: Campaign, newest: ScriptVersion | None, script: str, user: User | None
) -> ScriptVersion | None:
    if newest is None and campaign.script.strip() and not _same(campaign.script, script):
        # Written before versions were kept: it can be taken again, too.
        newest = ScriptVersion.objects.create(campaign=campaign, number=1, script=campaign.script)
    if newest is not None and newest.script == script and _same(campaign.script, script):
        return None
    if newest is None and not script.strip():
        return None
    number = newest.number + 1 if newest else 1
    made = ScriptVersion.objects.create(campaign=campaign, number=number, script=script, saved_by=user)
    Campaign.objects.filter(pk=campaign.pk).update(script=script)
    record(user, Verb.SCRIPT_SAVED, campaign=campaign, about=f"version {number}", version=number)
    return made


def _same(one: str, other: str) -> bool:
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()

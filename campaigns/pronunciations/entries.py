"""What people do with entries of the library: write one, correct one, and move many as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import IntegrityError, transaction

from campaigns import engine
from campaigns.models import PronunciationEntry
from campaigns.pronunciations.spelling import BadSpelling, compute_key, read_spelling, read_word

COLUMNS = ("word", "said", "language", "match_case")
ENTRIES_MAX = 100_000
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_YES, _NO = ("yes", "true", "1", "x"), ("no", "false", "0", "")
Person = AbstractBaseUser | AnonymousUser | None
_FORMULA = ("=", "+", "-", "@")  # what a spreadsheet program would run (CWE-1236)


class EntryChanged(Exception):
    """Somebody else corrected the word meanwhile; the message says how it is said now."""


class BadTable(Exception):
    """A table of pronunciations that cannot be read; each of ``problems`` is a sentence with its row."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems[:20]))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Draft:
    """An entry that was read and found right, before it is stored."""

    word: str
    said: str
    is_ipa: bool
    language: str
    match_case: bool

    @property
    def key(self) -> str:
        return self.word if self.match_case else compute_key(self.word)

    @property
    def place(self) -> tuple[str, str, bool]:
        """What no two entries share."""
        return self.key, self.language, self.match_case


def draft_entry(word: str, said: str, language: str = "", match_case: bool = False) -> Draft:
    """What a person typed, read. Raises BadSpelling."""
    spelling = read_spelling(said)
    tag = language.strip()
    if tag and not _LANGUAGE.fullmatch(tag):
        raise BadSpelling(f"“{tag}” is no language. Write a tag such as en or de-CH, or leave it empty.")
    return Draft(read_word(word), spelling.said, spelling.is_ipa, tag, match_case)


def save_entry(
    draft: Draft, user: Person, seen: str | None = None, *, workspace_id: int
) -> PronunciationEntry:
    """Store an entry of a workspace, in place of one for the same word.

    ``seen``: how the word was said, as written, when the person looked ("" for not at all): raises
    EntryChanged where it is said in another way by now. None overwrites.
    """
    key, language, match_case = draft.place
    place = {"workspace_id": workspace_id, "key": key, "language": language, "match_case": match_case}
    user_pk = _get_pk(user)
    changed = {
        "word": draft.word, "said": draft.said, "is_ipa": draft.is_ipa, "changed_by_id": user_pk,
    }  # fmt: skip
    try:
        with transaction.atomic():
            stored = PronunciationEntry.objects.select_for_update().filter(**place)
            found = stored.first() or PronunciationEntry(**place)
            if seen is not None and (found.written if found.pk else "") != seen:
                raise EntryChanged(_describe_change(found))
            for name, value in changed.items():
                setattr(found, name, value)
            found.save()
            return found
    except IntegrityError:  # two people wrote the first entry of a word at once: the other one stands
        if seen is None:
            return save_entry(draft, user, workspace_id=workspace_id)
        found = PronunciationEntry.objects.get(**place)
        raise EntryChanged(_describe_change(found)) from None


def write_table(entries: Iterable[PronunciationEntry]) -> str:
    """Entries as CSV, which `read_table` reads again."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in entries:
        cells = [one.word, one.written, one.language, "yes" if one.match_case else ""]
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return out.getvalue()


def read_table(data: bytes) -> list[Draft]:
    """The entries of a CSV with the columns word, said, and optionally language and match_case.

    Raises BadTable, which names every row that is wrong; then no entry is to be stored.
    """
    rows = _read_rows(data)
    drafts: dict[tuple[str, str, bool], Draft] = {}
    problems = []
    for number, cells in enumerate(rows, start=2):
        if not any(cells.values()):
            continue
        try:
            draft = _read_row(cells)
        except BadSpelling as wrong:
            problems.append(f"Row {number}: {wrong}")
            continue
        earlier = drafts.setdefault(draft.place, draft)
        if earlier != draft:
            problems.append(f"Row {number}: “{draft.word}” stands in an earlier row with another sound.")
    if problems:
        raise BadTable(problems)
    return list(drafts.values())


def import_table(drafts: Sequence[Draft], user: Person, workspace_id: int) -> int:
    """Store all entries or none; a workspace's own of the same word are replaced. Returns how many there
    are."""
    user_pk = _get_pk(user)
    rows = [
        PronunciationEntry(
            word=one.word, key=one.key, said=one.said, is_ipa=one.is_ipa, language=one.language,
            match_case=one.match_case, changed_by_id=user_pk, workspace_id=workspace_id,
        )
        for one in drafts
    ]  # fmt: skip
    PronunciationEntry.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["workspace", "key", "language", "match_case"],
        update_fields=["word", "said", "is_ipa", "changed_by", "changed_at"],
        batch_size=1000,
    )
    return len(rows)


def to_pronunciations(drafts: Iterable[Draft]) -> list[engine.Pronunciation]:
    return [
        engine.Pronunciation(one.word, one.said, one.is_ipa, one.language, one.match_case) for one in drafts
    ]


def _get_pk(user: Person) -> int | None:
    return None if user is None else user.pk


def _describe_change(found: PronunciationEntry) -> str:
    now = f"is now said {found.written}" if found.pk else "has no entry any more"
    who = f" by {found.changed_by}" if found.pk and found.changed_by else ""
    return f"“{found.word}” was changed{who} while you looked: it {now}. Look at it, then save again."


def _read_rows(data: bytes) -> list[dict[str, str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadTable([f"The file is not UTF-8 text (byte {error.start}). Save it as CSV UTF-8."]) from error
    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        names = [name.strip().casefold().replace(" ", "_") for name in next(reader, [])]
        missing = [name for name in COLUMNS[:2] if name not in names]
        if missing:
            raise BadTable(
                [f"The first row does not name the column “{missing[0]}”. It needs: word, said, language."]
            )
        rows = [
            dict(zip(names, map(_unescape, cells), strict=False)) for cells in reader
        ]  # a short row has empty cells
    except csv.Error as error:
        raise BadTable([f"The file cannot be read as CSV: {error}. Save it again as CSV UTF-8."]) from error
    if len(rows) > ENTRIES_MAX:
        raise BadTable([f"The file has more than {ENTRIES_MAX:,} rows. Split it."])
    return rows


def _unescape(cell: str) -> str:
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _read_row(cells: dict[str, str]) -> Draft:
    flag = cells.get("match_case", "").casefold()
    if flag not in _YES + _NO:
        raise BadSpelling(f"“{flag}” under match_case is neither yes nor no.")
    return draft_entry(
        cells.get("word", ""), cells.get("said", ""), cells.get("language", ""), match_case=flag in _YES
    )

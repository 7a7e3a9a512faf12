"""Step 2: the script with a live preview, the presenter and the voice."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse

from campaigns import engine
from campaigns.history import Verb, record
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.queue import describe, find_open
from campaigns.models import (
    Campaign,
    Presenter,
    Recipient,
    ScriptDraft,
    ScriptVersion,
    get_workspace_key,
)
from campaigns.problems import Source
from campaigns.pronunciations.library import load_library
from campaigns.pronunciations.speaker import Speaker
from campaigns.recipients.keys import read_roles
from campaigns.recipients.left_out import find_left_out
from campaigns.recipients.name_columns import find_first_name_column
from campaigns.recipients.revalidation import find_script_fault, find_script_rejections, revalidate_behind
from campaigns.recipients.row_speaker import RowSpeaker
from campaigns.scripts.hearing import LINE_CHARACTERS_MAX, HeardLine, read_line, sign_line
from campaigns.scripts.preview import Preview, PreviewLine, preview_script
from campaigns.scripts.template import FILTERS, Line, to_variable
from campaigns.scripts.versions import (
    ChangedMeanwhile,
    compare,
    find_draft,
    get_version_number,
    save_script,
)
from campaigns.sheets.choice import Role
from campaigns.states import CampaignState, RowVerdict
from campaigns.storage.campaign_voice import choose_tried_voice
from campaigns.storage.voice_files import find_voice_file
from campaigns.views.forms import ScriptForm
from campaigns.views.page import CampaignPage, step_url
from campaigns.views.script_tools import find_sample_values
from campaigns.views.sound import respond_with_sound
from campaigns.views.voices import get_pitch_hz, list_offers

PREVIEW_CHOICES = 200  # recipients offered in the list; more would make the page heavy
PROBLEMS_SHOWN = 10
CHECKED_BEHIND = "Saved. All rows are being checked with it, which takes a moment."
RENDERING = "A run is going on. Cancel it first, then change the script."


class ScriptPage(CampaignPage):
    """The editor; saving tries the script on every row and names the rows that it cannot fill."""

    step = "script"
    template_name = "campaigns/script.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        begun = self._begin_text()
        initial = {} if begun is None else {"script": begun.script}
        kwargs.setdefault("form", ScriptForm(instance=self.campaign, initial=initial))
        kwargs.setdefault("based_on", get_version_number(self.campaign))
        job = find_open(self.campaign, JobKind.REVALIDATE)
        return super().get_context_data(
            begun=begun,
            draft=None if begun or self.request.method == "POST" else self._find_draft(),
            versions=get_version_number(self.campaign),
            variables=[(column, to_variable(column)) for column in self.campaign.columns],
            first_name=to_variable(self._find_first_name()),
            samples=find_sample_values(self.campaign),
            filters=FILTERS,
            recipients=find_valid_rows(self.campaign)[:PREVIEW_CHOICES],
            presenters=Presenter.objects.filter(workspace_id=get_workspace_key(self.campaign)).order_by(
                "name"
            ),
            offers=list_offers(self.campaign),
            pitch_hz=get_pitch_hz(self.campaign),
            preview_url=step_url(self.campaign, "preview"),
            rejected=[
                (row, [problem.message for problem in row.found_problems])
                for row in find_script_rejections(self.campaign)[:PROBLEMS_SHOWN]
            ],
            is_rendering=self.campaign.state == CampaignState.RENDERING,
            job_view=describe(job) if job is not None else None,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        lost = find_left_out(self.campaign, request.POST.get("script", ""))
        form = ScriptForm(request.POST, instance=self.campaign)
        if self.campaign.state == CampaignState.RENDERING:
            return self._show_again(form, refusal=RENDERING)
        if not form.is_valid():
            return self._show_again(form, status=400)
        script = form.cleaned_data["script"].replace("\r\n", "\n")
        form.instance.script = script
        digest = sha256(script.encode()).hexdigest()
        if lost.lost and request.POST.get("confirmed") != digest:
            return self._show_again(form, lost=lost, digest=digest)
        try:
            with transaction.atomic():
                save_script(self.campaign, script, self.person, read_number(request.POST.get("based_on")))
                form.save()
                record_speaker(self.person, self.campaign, form.list_changes())
        except ChangedMeanwhile as changed:
            return self._show_meanwhile(form, script, changed)
        return self._tell_saved()

    def _tell_saved(self) -> HttpResponse:
        is_checked = revalidate_behind(self.campaign, self.person)
        fault = find_script_fault(self.campaign)
        if fault is not None:
            told = f"Saved, but it cannot be used yet. {fault.message}"
            return self.go("script", told, messages.WARNING)
        if not is_checked:
            return self.go("run" if "next" in self.request.POST else "script", CHECKED_BEHIND)
        by_sheet = Q(problems__contains=[{"source": Source.SPREADSHEET}])  # no script mends those
        left = find_script_rejections(self.campaign).exclude(by_sheet).count()
        step = "run" if "next" in self.request.POST else "script"
        if left:
            valid = find_valid_rows(self.campaign).count()
            rows = f"{left:,} row{'' if left == 1 else 's'}"
            told = f"Saved. {rows} will get no video by this script; {valid:,} will."
            return self.go(step, told, messages.WARNING)
        return self.go(step, "Saved.")

    def _show_meanwhile(self, form: ScriptForm, script: str, changed: ChangedMeanwhile) -> HttpResponse:
        pieces = compare(changed.version.script, script)
        number = changed.version.number
        return self._show_again(form, meanwhile=changed, pieces=pieces, based_on=number)

    def _show_again(self, form: ScriptForm, status: int = 409, **kwargs: Any) -> HttpResponse:
        """The page with what was typed, which is not saved."""
        kwargs.setdefault("based_on", read_number(self.request.POST.get("based_on")) or 0)
        context = self.get_context_data(form=form, is_unsaved=True, **kwargs)
        return self.render_to_response(context, status=status)

    def _begin_text(self) -> ScriptDraft | ScriptVersion | None:
        """The text that the address asks for in place of the saved one: an earlier version, or a draft."""
        if self.request.method == "POST":
            return None
        number = read_number(self.request.GET.get("take"))
        if number is not None:
            return self.campaign.script_versions.filter(number=number).first()
        return self._find_draft() if "draft" in self.request.GET else None

    def _find_first_name(self) -> str:
        """The column that a greeting takes, for the example in the empty editor."""
        chosen = self.campaign.column_roles.get(Role.FIRST_NAME)
        return str(chosen or find_first_name_column(self.campaign.columns) or "first_name")

    def _find_draft(self) -> ScriptDraft | None:
        return find_draft(self.campaign, self.person)


def read_number(text: str | None) -> int | None:
    """A whole number from an address or a form, None for anything else."""
    return int(text) if text and text.isdecimal() and len(text) < 9 else None


class PreviewView(CampaignPage):
    """The script in the editor, filled for one recipient, as JSON."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = request.POST.get("recipient", "")
        # One whom the saved script leaves out is previewed, too: that is how it is mended.
        living = self.campaign.recipients.filter(removed_at=None)
        row = living.filter(pk=wanted).first() if wanted.isdecimal() and len(wanted) < 19 else None
        row = row or find_valid_rows(self.campaign).first()
        if row is None:
            return JsonResponse({"problem": "Upload recipients first: a preview needs a row to fill in."})
        made = preview_script(request.POST.get("script", ""), row.values)
        return JsonResponse(_preview_to_json(made) | {"sounds": self._list_sounds(made, row)})

    def _list_sounds(self, made: Preview, row: Recipient) -> list[dict[str, str]]:
        """For each line the address of its sound in the voice that the page shows, or why there is none."""
        names = ("voice_engine", "voice", "locale")
        engine_name, voice, locale = (
            self.request.POST.get(name, getattr(self.campaign, name))[:300] for name in names
        )
        texts = ["".join(piece.text for piece in line.pieces) for line in made.lines]
        try:
            speaker = Speaker(
                engine.choose_voice(engine_name, find_voice_file(engine_name, voice), locale),
                load_library(get_workspace_key(self.campaign)),
            )
            said = RowSpeaker(speaker, read_roles(self.campaign))
            known = said.select(texts, row.values)
        except engine.RenderError as error:
            return [{"problem": error.message} for _ in texts]
        said_lines = [Line(line.id, text) for line, text in zip(made.lines, texts, strict=True)]
        own = said.find_locales(said_lines, row.values)
        lines = [
            HeardLine(self.campaign.pk, row.pk, line.text, engine_name, voice, own.get(line.id, locale))
            for line in said_lines
        ]
        return [self._build_sound(line, known) for line in lines]

    def _build_sound(self, line: HeardLine, known: engine.Pronunciations) -> dict[str, str]:
        token = sign_line(line)
        if not token:
            return {"problem": f"A line of more than {LINE_CHARACTERS_MAX} characters cannot be played here."}
        # Not the key of the sound: the preview follows the typing and loads no part of a voice.
        version = sha256(repr((line, known)).encode()).hexdigest()[:16]
        query = urlencode({"line": token, "version": version})
        return {"url": f"{step_url(self.campaign, 'sound')}?{query}"}


class LineSoundView(CampaignPage):
    """One line of a preview as sound."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        line = read_line(request.GET.get("line", ""))
        if line is None or line.campaign != self.campaign.pk:
            return JsonResponse({"problem": "This line is not on the page any more. Reload it."}, status=403)
        row = self.campaign.recipients.filter(pk=line.recipient).first()
        try:
            speaker = Speaker(
                _choose_voice(self.campaign, line), load_library(get_workspace_key(self.campaign))
            )
        except engine.RenderError as error:
            return JsonResponse({"problem": error.message}, status=422)
        said = RowSpeaker(speaker, read_roles(self.campaign))
        known = said.select([line.text], row.values if row is not None else {})
        return respond_with_sound(request, line.text, speaker, known)


def record_speaker(user: User, campaign: Campaign, changed: list[str]) -> None:
    """Into the history: who chose another presenter or voice."""
    if "presenter" in changed:
        record(user, Verb.PRESENTER_CHOSEN, campaign=campaign, about=str(campaign.presenter or "nobody"))
    if {"voice", "voice_engine", "locale"} & set(changed):
        about = f"{campaign.get_voice_engine_display()} {campaign.voice}".strip()
        record(user, Verb.VOICE_CHOSEN, campaign=campaign, about=about)


def _choose_voice(campaign: Campaign, line: HeardLine) -> engine.VoiceConfig:
    return choose_tried_voice(campaign, line.voice_engine, line.voice, line.locale)


def find_valid_rows(campaign: Campaign) -> QuerySet[Recipient]:
    return campaign.recipients.living().filter(verdict=RowVerdict.VALID).order_by("row_number")


def _preview_to_json(made: Preview) -> dict[str, Any]:
    if made.error is not None:
        error = made.error
        place = {"line": error.line, "column": error.column, "message": error.message}
        return {"error": place | {"corrected": made.corrected}}
    return {
        "lines": [_line_to_json(line) for line in made.lines],
        "seconds": round(made.seconds, 1),
        "unspoken": list(made.unspoken),
    }


def _line_to_json(line: PreviewLine) -> dict[str, Any]:
    pieces = [{"text": piece.text, "personal": piece.personal} for piece in line.pieces]
    return {"id": line.id, "personal": line.personal, "pieces": pieces}

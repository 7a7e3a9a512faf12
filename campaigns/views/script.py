"""Step 2: the script with a live preview, the presenter and the voice."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse

from campaigns import engine
from campaigns.history import Person, Verb, record
from campaigns.models import Campaign, Presenter, Recipient, get_workspace_key
from campaigns.pronunciations.library import load_library
from campaigns.pronunciations.speaker import Speaker
from campaigns.recipients.name_columns import find_row_pronunciations
from campaigns.recipients.revalidation import find_script_fault, find_script_rejections, revalidate_rows
from campaigns.scripts.hearing import LINE_CHARACTERS_MAX, HeardLine, read_line, sign_line
from campaigns.scripts.preview import Preview, PreviewLine, preview_script
from campaigns.scripts.template import to_variable
from campaigns.states import CampaignState, RowVerdict
from campaigns.storage.campaign_voice import choose_tried_voice
from campaigns.views.forms import ScriptForm
from campaigns.views.page import CampaignPage, step_url
from campaigns.views.sound import respond_with_sound
from campaigns.views.voices import get_pitch_hz, list_offers

PREVIEW_CHOICES = 500  # recipients offered in the list; more would make the page heavy
PROBLEMS_SHOWN = 10


class ScriptPage(CampaignPage):
    """The editor; saving tries the script on every row and names the rows that it cannot fill."""

    step = "script"
    template_name = "campaigns/script.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", ScriptForm(instance=self.campaign))
        return super().get_context_data(
            variables=[(column, to_variable(column)) for column in self.campaign.columns],
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
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.campaign.state == CampaignState.RENDERING:
            return self.refuse("script", "A run is going on. Cancel it first, then change the script.")
        form = ScriptForm(request.POST, instance=self.campaign)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=400)
        form.save()
        record_speaker(self.person, self.campaign, form.changed_data)
        revalidate_rows(self.campaign)
        fault = find_script_fault(self.campaign)
        if fault is not None:
            told = f"Saved, but it cannot be used yet. {fault.message}"
            return self.go("script", told, messages.WARNING)
        return self.go("run" if "next" in request.POST else "script", "Saved.")


class PreviewView(CampaignPage):
    """The script in the editor, filled for one recipient, as JSON."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = request.POST.get("recipient", "")
        rows = find_valid_rows(self.campaign)
        row = (rows.filter(pk=wanted).first() if wanted.isdigit() else None) or rows.first()
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
                engine.choose_voice(engine_name, voice, locale),
                load_library(get_workspace_key(self.campaign)),
            )
            known = speaker.select(texts, find_row_pronunciations(row.values))
        except engine.RenderError as error:
            return [{"problem": error.message} for _ in texts]
        lines = [HeardLine(self.campaign.pk, row.pk, text, engine_name, voice, locale) for text in texts]
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
        own = find_row_pronunciations(row.values) if row is not None else []
        try:
            speaker = Speaker(
                _choose_voice(self.campaign, line), load_library(get_workspace_key(self.campaign))
            )
        except engine.RenderError as error:
            return JsonResponse({"problem": error.message}, status=422)
        return respond_with_sound(request, line.text, speaker, speaker.select([line.text], own))


def record_speaker(user: Person, campaign: Campaign, changed: list[str]) -> None:
    """Into the history: who chose another presenter or voice."""
    if "presenter" in changed:
        record(user, Verb.PRESENTER_CHOSEN, campaign=campaign, about=str(campaign.presenter or "nobody"))
    if {"voice", "voice_engine", "locale"} & set(changed):
        about = f"{campaign.get_voice_engine_display()} {campaign.voice}".strip()
        record(user, Verb.VOICE_CHOSEN, campaign=campaign, about=about)


def _choose_voice(campaign: Campaign, line: HeardLine) -> engine.VoiceConfig:
    return choose_tried_voice(campaign, line.voice_engine, line.voice, line.locale)


def find_valid_rows(campaign: Campaign) -> QuerySet[Recipient]:
    return Recipient.objects.filter(campaign=campaign, verdict=RowVerdict.VALID).order_by("row_number")


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

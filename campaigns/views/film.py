"""Filming a take in the browser: a teleprompter with the script, and hints from the picture and the sound."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.generic import TemplateView, View
from unfold.views import UnfoldModelAdminViewMixin

from campaigns import engine
from campaigns.access.rights import has
from campaigns.access.workspaces import get_workspace_here, narrow
from campaigns.models import Campaign
from campaigns.scripts.template import ScriptError, fill
from campaigns.states import RowVerdict

SCRIPTS_READ = 20
WARM_UP_NAME = "Six lines that suit every script"
WARM_UP = (
    "Hello, and thank you for taking a moment.",
    "I would like to tell you about something that we have made.",
    "How much of it do you know already? More than you think!",
    "We open on Monday, and everybody is welcome to come by.",
    "If you have a question, give me a call, or write to me.",
    "Have a wonderful day. I hope to hear from you soon.",
)  # closed lips, wide vowels and teeth: what the mouth is learned from


class FilmPage(UnfoldModelAdminViewMixin, TemplateView):
    """Camera, teleprompter and hints; what is filmed goes on like an uploaded take."""

    title = "Film a take"
    template_name = "campaigns/film.html"
    permission_required = ("campaigns.add_presenter",)

    def has_permission(self) -> bool:
        return has(self.request.user, "add_presenter", get_workspace_here(self.request))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            texts=[
                {"name": "Six lines that suit every script", "lines": WARM_UP},
                *list_scripts(self.request),
            ],
            begin_url=reverse("admin:campaigns_presenter_uploads"),
            framing_url=reverse("admin:campaigns_presenter_framing"),
            add_url=reverse("admin:campaigns_presenter_add"),
            **kwargs,
        )


class FramingView(View):
    """What to change in the picture that the camera shows now, as JSON."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("campaigns.add_presenter"):
            raise PermissionDenied
        try:
            advice = engine.advise_on_picture(request.read(engine.PICTURE_BYTES_MAX + 1))
        except engine.RenderError as error:
            return JsonResponse({"problem": error.message}, status=422)
        return JsonResponse({"advice": advice})


def list_scripts(request: HttpRequest) -> list[dict[str, Any]]:
    """The newest campaigns' scripts as one of their people would hear them, for the teleprompter."""
    seen = narrow(Campaign.objects.filter(archived_at=None), request)
    newest = seen.exclude(script="").order_by("-created_at")[:SCRIPTS_READ]
    filled = ((campaign, _fill(campaign)) for campaign in newest)
    return [{"name": campaign.name, "lines": lines} for campaign, lines in filled if lines]


def _fill(campaign: Campaign) -> list[str]:
    row = campaign.recipients.filter(verdict=RowVerdict.VALID, removed_at=None).order_by("row_number").first()
    try:
        return [line.text for line in fill(campaign.script, row.values if row is not None else {})]
    except ScriptError:
        return []

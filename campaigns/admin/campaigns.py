"""The campaign list with its counts, and its steps as pages behind it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from unfold.decorators import display
from unfold.views import ChangeList

from campaigns import engine
from campaigns.access.workspaces import find_workspace_for_new
from campaigns.admin.scoped import DeletingAdmin
from campaigns.counts import compute_counts_of
from campaigns.history import Verb, record
from campaigns.models import Campaign, Presenter
from campaigns.states import CampaignState
from campaigns.storage.campaign_voice import choose_campaign_voice
from campaigns.views.check import CheckPage
from campaigns.views.export import ExportFileView, ExportPage
from campaigns.views.filmed import FilmedLinesView
from campaigns.views.history import CampaignHistoryPage
from campaigns.views.home import HomePage
from campaigns.views.imports import ImportChangesPage, ImportColumnsPage, ImportPage, ImportSheetPage
from campaigns.views.jobs import cancel_job, retry_job, show_job
from campaigns.views.mail import MailPreviewView
from campaigns.views.names import NamesPage, WordSoundView, WordsProgressView
from campaigns.views.page import step_url
from campaigns.views.people import PersonView, RecipientsPage
from campaigns.views.recordings import RecordingSoundView, RecordingsPage
from campaigns.views.review import CardsView, ReviewPage
from campaigns.views.review_decisions import DecisionView, ReviewActView
from campaigns.views.run import AgainView, ProgressView, RunPage
from campaigns.views.script import LineSoundView, PreviewView, ScriptPage
from campaigns.views.script_tools import DraftView, HardRowsView, RowsView
from campaigns.views.send import SendPage
from campaigns.views.versions import VersionsPage
from campaigns.views.voices import SampleView

PAGES = {
    "home": HomePage,
    "recipients": RecipientsPage,
    "people": PersonView,
    "import": ImportPage,
    "import_sheet": ImportSheetPage,
    "import_columns": ImportColumnsPage,
    "import_changes": ImportChangesPage,
    "script": ScriptPage,
    "versions": VersionsPage,
    "preview": PreviewView,
    "left_out": RowsView,
    "hard_rows": HardRowsView,
    "draft": DraftView,
    "filmed": FilmedLinesView,
    "sound": LineSoundView,
    "sample": SampleView,
    "names": NamesPage,
    "words": WordsProgressView,
    "recordings": RecordingsPage,
    "run": RunPage,
    "check": CheckPage,
    "progress": ProgressView,
    "again": AgainView,
    "review": ReviewPage,
    "review_cards": CardsView,
    "review_act": ReviewActView,
    "send": SendPage,
    "mail": MailPreviewView,
    "history": CampaignHistoryPage,
    "export": ExportPage,
}
JOB_ACTIONS = (
    ("", show_job, "campaigns_job"),
    ("cancel/", cancel_job, "campaigns_job_cancel"),
    ("retry/", retry_job, "campaigns_job_retry"),
)
STATE_COLOURS = {
    CampaignState.DRAFT: "info",
    CampaignState.RENDERING: "warning",
    CampaignState.RENDERED: "success",
    CampaignState.RENDERED_WITH_FAILURES: "danger",
}


class CountedChangeList(ChangeList):
    """The campaigns of one page with their counts, which are counted for these alone."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        shown: list[Any] = list(getattr(self, "result_list"))  # noqa: B009 - the stubs leave it untyped
        counts = compute_counts_of(shown)
        for campaign in shown:
            campaign.counts = counts[campaign.pk]
        self.result_list = shown


class ArchiveFilter(admin.SimpleListFilter):
    """Campaigns of the archive are out of the list unless somebody asks for them."""

    title = "archive"
    parameter_name = "archive"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("only", "in the archive"), ("with", "all")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> QuerySet[Campaign]:
        if self.value() == "with":
            return queryset
        return queryset.filter(archived_at__isnull=self.value() != "only")


@admin.register(Campaign)
class CampaignAdmin(DeletingAdmin):
    """Campaigns, newest first. A click opens a campaign's home."""

    list_display = (
        "open_link",
        "state_label",
        "recipients_count",
        "videos",
        "videos_approved",
        "videos_sent",
        "created_at",
    )
    list_display_links = None
    list_filter = ("state", ArchiveFilter)
    search_fields = ("name", "presenter__name")
    ordering = ("-created_at",)
    list_select_related = ("presenter",)
    fieldsets = ((None, {"fields": ("name",)}),)

    list_per_page = 50
    show_full_result_count = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CountedChangeList]:
        return CountedChangeList

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path(
                f"<int:pk>/{slug}/",
                self.admin_site.admin_view(page.as_view(model_admin=self)),
                name=f"campaigns_campaign_{slug}",
            )
            for slug, page in PAGES.items()
        ]
        decide = path(
            "<int:pk>/review/<int:message_pk>/",
            self.admin_site.admin_view(DecisionView.as_view(model_admin=self)),
            name="campaigns_campaign_decide",
        )
        word = path(
            "<int:pk>/names/<int:word_pk>/",
            self.admin_site.admin_view(WordSoundView.as_view(model_admin=self)),
            name="campaigns_campaign_word",
        )
        sound = path(
            "<int:pk>/recordings/<int:recording_pk>/",
            self.admin_site.admin_view(RecordingSoundView.as_view(model_admin=self)),
            name="campaigns_campaign_recording_sound",
        )
        export_file = path(
            "<int:pk>/exports/<uuid:job>/",
            self.admin_site.admin_view(ExportFileView.as_view(model_admin=self)),
            name="campaigns_campaign_export_file",
        )
        jobs = [
            path(f"jobs/<uuid:public_id>/{tail}", self.admin_site.admin_view(view), name=name)
            for tail, view, name in JOB_ACTIONS
        ]
        return [*pages, export_file, decide, word, sound, *jobs, *super().get_urls()]

    def save_model(
        self, request: HttpRequest, obj: Campaign, form: ModelForm[Campaign], change: bool
    ) -> None:
        if change:
            obj.save(update_fields=list(form.fields))  # workers may have changed the rest meanwhile
            return
        obj.created_by_id = request.user.pk
        obj.locale = engine.choose_locale(
            request.headers.get("Accept-Language", ""), choose_campaign_voice(obj)
        )
        _choose_presenter(request, obj)
        super().save_model(request, obj, form, change)
        record(request.user, Verb.CAMPAIGN_CREATED, campaign=obj, about=obj.name)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Campaign]]:
        form = super().get_form(request, obj, change, **kwargs)
        if "name" in form.base_fields:
            form.base_fields["name"].widget.attrs["autofocus"] = True
        return form

    def response_add(
        self, request: HttpRequest, obj: Campaign, post_url_continue: str | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(step_url(obj, "recipients"))

    def response_change(self, request: HttpRequest, obj: Campaign) -> HttpResponse:
        return HttpResponseRedirect(step_url(obj, "home"))

    @display(description="Campaign", ordering="name")
    def open_link(self, campaign: Any) -> str:
        presenter = campaign.presenter.name if campaign.presenter else "no presenter yet"
        return format_html(
            '<a class="bn-list-link" href="{}">{}</a><span class="bn-list-sub">{}</span>',
            step_url(campaign, "home"),
            campaign.name,
            presenter,
        )

    @display(description="State", ordering="state", label=STATE_COLOURS)
    def state_label(self, campaign: Campaign) -> tuple[str, str]:
        return campaign.state, campaign.get_state_display()

    @display(description="Recipients")
    def recipients_count(self, campaign: Any) -> int:
        return int(campaign.counts.valid)

    @display(description="Videos")
    def videos(self, campaign: Any) -> int:
        return int(campaign.counts.ready)

    @display(description="Approved")
    def videos_approved(self, campaign: Any) -> int:
        return int(campaign.counts.approved)

    @display(description="Sent")
    def videos_sent(self, campaign: Any) -> int:
        return int(campaign.counts.sent)

    class Media:
        css = {"all": ["campaigns/dashboard/dashboard.css"]}


def _choose_presenter(request: HttpRequest, campaign: Campaign) -> None:
    """The presenter from whose page the campaign was begun, or the only one that there is, speaks in it."""
    there = Presenter.objects.filter(
        workspace_id=find_workspace_for_new(request), consent_revoked_at__isnull=True
    )
    asked = request.GET.get("presenter", "")
    if asked.isdecimal() and len(asked) < 10:
        there = there.filter(pk=asked)
    found = list(there[:2])
    if len(found) != 1:
        return
    campaign.presenter = found[0]
    if found[0].voice_engine:
        campaign.voice_engine, campaign.voice = found[0].voice_engine, found[0].voice

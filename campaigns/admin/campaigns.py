"""The campaign list with its counts, and its steps as pages behind it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, F, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.decorators import display

from campaigns import engine
from campaigns.models import Campaign
from campaigns.states import CampaignState, DeliveryState, RenderState, ReviewState, RowVerdict
from campaigns.storage.campaign_voice import choose_campaign_voice
from campaigns.views.check import CheckPage
from campaigns.views.filmed import FilmedLinesView
from campaigns.views.names import NamesPage, WordSoundView, WordsProgressView
from campaigns.views.page import find_next_step, step_url
from campaigns.views.recordings import RecordingSoundView, RecordingsPage
from campaigns.views.review import CardsView, ReviewPage
from campaigns.views.review_decisions import DecisionView, ReviewActView
from campaigns.views.run import ProgressView, RunPage
from campaigns.views.script import LineSoundView, PreviewView, ScriptPage
from campaigns.views.send import SendPage
from campaigns.views.upload import RecipientsPage
from campaigns.views.voices import SampleView

PAGES = {
    "recipients": RecipientsPage,
    "script": ScriptPage,
    "preview": PreviewView,
    "filmed": FilmedLinesView,
    "sound": LineSoundView,
    "sample": SampleView,
    "names": NamesPage,
    "words": WordsProgressView,
    "recordings": RecordingsPage,
    "run": RunPage,
    "check": CheckPage,
    "progress": ProgressView,
    "review": ReviewPage,
    "review_cards": CardsView,
    "review_act": ReviewActView,
    "send": SendPage,
}
STATE_COLOURS = {
    CampaignState.DRAFT: "info",
    CampaignState.RENDERING: "warning",
    CampaignState.RENDERED: "success",
    CampaignState.RENDERED_WITH_FAILURES: "danger",
}


@admin.register(Campaign)
class CampaignAdmin(ModelAdmin):
    """Campaigns, newest first. A click opens the first step that is not done."""

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
    list_filter = ("state",)
    search_fields = ("name", "presenter__name")
    ordering = ("-created_at",)
    list_select_related = ("presenter",)
    fieldsets = ((None, {"fields": ("name",)}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        ready = Q(messages__render_state=RenderState.READY)
        approved = ready & Q(
            messages__review_state=ReviewState.APPROVED, messages__approved_hash=F("messages__content_hash")
        )
        sent = Q(messages__deliveries__state=DeliveryState.SENT)
        valid = Q(recipients__verdict=RowVerdict.VALID)
        return (
            super()
            .get_queryset(request)
            .annotate(
                valid_count=Count("recipients", filter=valid, distinct=True),
                made_count=Count("messages", filter=ready, distinct=True),
                approved_count=Count("messages", filter=approved, distinct=True),
                sent_count=Count("messages", filter=sent, distinct=True),
            )
        )

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
        return [*pages, decide, word, sound, *super().get_urls()]

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
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Campaign, post_url_continue: str | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(step_url(obj, "recipients"))

    def response_change(self, request: HttpRequest, obj: Campaign) -> HttpResponse:
        return HttpResponseRedirect(step_url(obj, find_next_step(obj)))

    @display(description="Campaign", ordering="name")
    def open_link(self, campaign: Campaign) -> str:
        presenter = campaign.presenter.name if campaign.presenter else "no presenter yet"
        return format_html(
            '<a class="bn-list-link" href="{}">{}</a><span class="bn-list-sub">{}</span>',
            step_url(campaign, find_next_step(campaign)),
            campaign.name,
            presenter,
        )

    @display(description="State", ordering="state", label=STATE_COLOURS)
    def state_label(self, campaign: Campaign) -> tuple[str, str]:
        return campaign.state, campaign.get_state_display()

    @display(description="Recipients", ordering="valid_count")
    def recipients_count(self, campaign: Any) -> int:
        return int(campaign.valid_count)

    @display(description="Videos", ordering="made_count")
    def videos(self, campaign: Any) -> int:
        return int(campaign.made_count)

    @display(description="Approved", ordering="approved_count")
    def videos_approved(self, campaign: Any) -> int:
        return int(campaign.approved_count)

    @display(description="Sent", ordering="sent_count")
    def videos_sent(self, campaign: Any) -> int:
        return int(campaign.sent_count)

    class Media:
        css = {"all": ["campaigns/dashboard/dashboard.css"]}

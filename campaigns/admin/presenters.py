"""Presenters: upload a take, record the consent, watch the preparation."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.files import File
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.decorators import display

from campaigns.access.rights import has
from campaigns.access.workspaces import get_workspace_here, scope
from campaigns.admin.scoped import DeletingAdmin
from campaigns.consent.takedown import settle
from campaigns.history import Verb, record
from campaigns.jobs.queue import describe
from campaigns.models import Presenter, Upload
from campaigns.runs.bake import ask_for_voice, start_bake
from campaigns.runs.take_check import find_first_look, start_first_look
from campaigns.states import BakeState, MoveRefused
from campaigns.storage.uploads import end_upload, find_part_file, find_upload
from campaigns.views.consent import ConsentDocumentView, PurgeView, RevokeConsentView, RevokeVoiceView
from campaigns.views.film import FilmPage, FramingView
from campaigns.views.forms import PresenterForm, PresenterWithoutConsentForm
from campaigns.views.presenters import (
    BakeAgainView,
    BakeProgressView,
    PosterView,
    TestSentenceView,
    VoiceSampleView,
    bake_to_json,
    list_users,
)
from campaigns.views.take_upload import BeginUploadView, UploadView

BAKE_COLOURS = {
    BakeState.WAITING: "info",
    BakeState.BAKING: "warning",
    BakeState.READY: "success",
    BakeState.FAILED: "danger",
}
VIEWS = {
    "progress": BakeProgressView,
    "poster": PosterView,
    "bake": BakeAgainView,
    "revoke": RevokeConsentView,
    "revoke_voice": RevokeVoiceView,
    "purge": PurgeView,
    "voice_sample": VoiceSampleView,
    "test_sentence": TestSentenceView,
}


# What a person edits; a worker may have changed everything else since the page was opened.
SAVED_FIELDS = ("name", "voice_engine", "voice")


@admin.register(Presenter)
class PresenterAdmin(DeletingAdmin):
    """Presenters with the state of their bake and their consent."""

    form = PresenterForm
    list_display = ("portrait", "bake_label", "consent_label", "consent_by", "created_at")
    list_display_links = ("portrait",)
    list_filter = ("bake_state",)
    search_fields = ("name", "consent_by")
    ordering = ("name",)
    change_form_outer_before_template = "campaigns/parts/presenter.html"
    readonly_fields = ("take_facts",)

    def get_urls(self) -> list[URLPattern]:
        small = [
            path(
                f"<int:pk>/{slug}/",
                self.admin_site.admin_view(view.as_view()),
                name=f"campaigns_presenter_{slug}",
            )
            for slug, view in VIEWS.items()
        ]
        view = self.admin_site.admin_view
        take = [
            path("film/", view(FilmPage.as_view(model_admin=self)), name="campaigns_presenter_film"),
            path("framing/", view(FramingView.as_view()), name="campaigns_presenter_framing"),
            path("uploads/", view(BeginUploadView.as_view()), name="campaigns_presenter_uploads"),
            path("uploads/<uuid:upload_id>/", view(UploadView.as_view()), name="campaigns_presenter_upload"),
        ]
        document = path(
            "<int:pk>/consent/<int:entry>/",
            view(ConsentDocumentView.as_view()),
            name="campaigns_presenter_consent_document",
        )
        return [*small, *take, document, *super().get_urls()]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"upload": request.GET.get("upload", "")}

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        asked = request.POST.get("upload") or request.GET.get("upload") or ""
        context = {"kept_upload": _find_own_upload(request, asked), **(extra_context or {})}
        return super().add_view(request, form_url, context)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        # Another take is another presenter: videos that were approved stay what they were.
        take = ("take", "upload") if obj is None else ("take_facts",)
        first = ("The take", {"fields": ("name", *take)})
        voice = ("Voice of new campaigns (optional)", _fold("voice_engine", "voice"))
        if not _may_record_consent(request, obj):
            return first, voice
        return (
            first,
            ("Consent", {"fields": ("agreed", "consent_by", "consent_note", "consent_document")}),
            ("A voice like theirs (optional)", _fold("voice_agreed", "voice_consent_by")),
            voice,
        )

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Presenter]]:
        if not _may_record_consent(request, obj):
            kwargs["form"] = PresenterWithoutConsentForm
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"person": request.user})

    def save_model(
        self, request: HttpRequest, obj: Presenter, form: ModelForm[Presenter], change: bool
    ) -> None:
        if change:
            obj.save(update_fields=SAVED_FIELDS)
            _settle_consents(request, obj, form)
            ask_for_voice(obj)
            if obj.has_consent and obj.bake_state != BakeState.BAKING and not obj.bake:
                self._start(request, obj)  # it waited for the consent
            return
        upload = getattr(form, "sent_take", None)
        if upload is not None:
            with find_part_file(upload).open("rb") as file:
                obj.take.save(upload.name, File(file), save=False)
        super().save_model(request, obj, form, change)
        if upload is not None:
            end_upload(upload)
        record(request.user, Verb.TAKE_UPLOADED, workspace=obj.workspace, about=obj.name)
        _settle_consents(request, obj, form)
        start_first_look(obj)
        if obj.has_consent:
            self._start(request, obj)

    def _start(self, request: HttpRequest, presenter: Presenter) -> None:
        try:
            start_bake(presenter)
        except MoveRefused as refused:
            messages.error(request, str(refused))

    def response_add(
        self, request: HttpRequest, obj: Presenter, post_url_continue: str | None = None
    ) -> HttpResponse:
        obj.refresh_from_db(fields=["consent_at"])
        then = (
            "then it is prepared, which takes some minutes, once."
            if obj.has_consent
            else "it is prepared once an administrator has recorded the consent."
        )
        messages.success(request, f"The take is stored and is looked at now; {then}")
        return HttpResponseRedirect(reverse("admin:campaigns_presenter_change", args=[obj.pk]))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        seen = scope(Presenter.objects.all(), request.user)
        presenter = seen.filter(pk=object_id).first() if object_id.isdigit() else None
        context: dict[str, Any] = {"presenter": presenter}
        if presenter is not None:
            look = find_first_look(presenter)
            context |= {"bake": bake_to_json(presenter), "used_by": list_users(presenter)}
            context |= {"look": describe(look) if look is not None else None}
            context |= {
                "consents": list(presenter.consents.all()),
                "may_consent": has(request.user, "consent_presenter", presenter),
            }
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    @display(description="Presenter", ordering="name")
    def portrait(self, presenter: Presenter) -> str:
        if not presenter.poster or presenter.consent_revoked_at is not None:
            return format_html('<span class="bn-portrait bn-portrait-none"></span>{}', presenter.name)
        source = reverse("admin:campaigns_presenter_poster", args=[presenter.pk])
        return format_html('<img class="bn-portrait" src="{}" alt="">{}', source, presenter.name)

    @display(description="Take")
    def take_facts(self, presenter: Presenter) -> str:
        facts = presenter.facts
        if not facts:
            return "not looked at yet"
        size, seconds = f"{facts['width']} × {facts['height']}", float(facts["duration_s"])
        return f"{size}, {seconds:.1f} s, {facts['fps']} frames/s"

    @display(description="Preparation", ordering="bake_state", label=BAKE_COLOURS)
    def bake_label(self, presenter: Presenter) -> tuple[str, str]:
        return presenter.bake_state, presenter.get_bake_state_display()

    @display(description="Consent", label={"given": "success", "revoked": "danger", "missing": "warning"})
    def consent_label(self, presenter: Presenter) -> str:
        if presenter.consent_revoked_at:
            return "revoked"
        return "given" if presenter.has_consent else "missing"

    class Media:
        css = {"all": ["campaigns/dashboard/dashboard.css"]}
        js = [
            "campaigns/dashboard/bake.js",
            "campaigns/dashboard/take_upload.js",
            "campaigns/dashboard/unsaved.js",
        ]


def _may_record_consent(request: HttpRequest, presenter: Presenter | None) -> bool:
    return has(request.user, "consent_presenter", presenter or get_workspace_here(request))


def _fold(*fields: str) -> dict[str, Any]:
    """A part of the form that most people never need: closed unless it has a fault."""
    return {"fields": fields, "classes": ["collapse"]}


def _find_own_upload(request: HttpRequest, asked: str) -> Upload | None:
    person = request.user
    return find_upload(person, asked) if isinstance(person, AbstractBaseUser) and asked else None


def _settle_consents(request: HttpRequest, presenter: Presenter, form: ModelForm[Presenter]) -> None:
    """What the form says about consent; each change is an entry of its own."""
    assert isinstance(form, PresenterForm) and isinstance(request.user, AbstractBaseUser)
    for kind, agreed in form.list_agreements().items():
        settle(presenter, kind, agreed, request.user)
    presenter.refresh_from_db()

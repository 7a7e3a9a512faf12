"""A consent ended, what that takes down told first; and everything of a presenter purged afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from campaigns.consent.entries import ConsentKind
from campaigns.consent.purge import count_purge, find_purge, start_purge
from campaigns.consent.takedown import count_takedown, revoke_and_take_down
from campaigns.jobs.queue import describe
from campaigns.states import MoveRefused
from campaigns.views.media import serve
from campaigns.views.presenters import PresenterView, redirect_to_presenter


class _ConsentPage(PresenterView):
    """For who may record consent."""

    permission = "consent_presenter"

    def show(self, request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
        shared = {**admin.site.each_context(request), "presenter": self.presenter, "title": title}
        return render(request, template, {**shared, **context})

    @property
    def person(self) -> AbstractBaseUser:
        assert isinstance(self.request.user, AbstractBaseUser)
        return self.request.user


class RevokeConsentView(_ConsentPage):
    """Ends the consent: nothing shows the presenter any more, from this moment on."""

    kind = ConsentKind.PICTURE
    told = "The consent of {} is revoked. Nothing shows {} any more."

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        taken = count_takedown(self.presenter, self.kind)
        title = f"Revoke the consent of {self.presenter}"
        is_voice = self.kind == ConsentKind.VOICE
        return self.show(request, "campaigns/consent_revoke.html", title, taken=taken, is_voice=is_voice)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        revoke_and_take_down(self.presenter, self.kind, self.person)
        name = self.presenter.consent_by or self.presenter.name
        messages.warning(request, self.told.format(name, self.presenter))
        return self.go_on()

    def go_on(self) -> HttpResponse:
        """To the numbers of a purge."""
        return HttpResponseRedirect(reverse("admin:campaigns_presenter_purge", args=[self.presenter.pk]))


class RevokeVoiceView(RevokeConsentView):
    """Ends the consent to the voice alone: its file is deleted."""

    kind = ConsentKind.VOICE
    told = "The consent of {} to a voice like that of {} is revoked, and the voice deleted."

    def go_on(self) -> HttpResponse:
        return redirect_to_presenter(self.presenter)


class PurgeView(_ConsentPage):
    """What a purge deletes, in numbers; its button begins it, and then the page follows it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        job = find_purge(self.presenter)
        context = {
            "job_view": describe(job) if job is not None else None,
            "purge": count_purge(self.presenter) if job is None else None,
        }
        return self.show(request, "campaigns/consent_purge.html", f"Purge {self.presenter}", **context)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            start_purge(self.presenter, self.person)
        except MoveRefused as refused:
            messages.error(request, str(refused))
        return HttpResponseRedirect(request.path)


class ConsentDocumentView(_ConsentPage):
    """A signed form, to save: it is never shown inside a page."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        entry = get_object_or_404(self.presenter.consents.exclude(document=""), pk=kwargs["entry"])
        answer = serve(request, entry.document, "application/octet-stream", f"consent-{entry.pk}")
        name = Path(entry.document.name or "").name
        answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
        return answer

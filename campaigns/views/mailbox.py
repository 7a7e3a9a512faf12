"""The caught mails, for staff: what a recipient would have got."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from campaigns.delivery.mailbox import list_newest, mailbox_folder, read_mail
from campaigns.models import Workspace

ALL_WORKSPACES = "The caught mails are those of every workspace: only an owner of the installation sees them."


@require_safe
@staff_member_required
@permission_required("campaigns.view_delivery", raise_exception=True)
def inbox(request: HttpRequest) -> HttpResponse:
    """The list; the newest mail is open."""
    mails = list_newest(mailbox_folder())
    return _render_page(request, mails=mails, opened=mails[0] if mails else None)


@require_safe
@staff_member_required
@permission_required("campaigns.view_delivery", raise_exception=True)
def mail(request: HttpRequest, mail_id: str) -> HttpResponse:
    """The list with one mail open."""
    opened = read_mail(mailbox_folder(), mail_id)
    if opened is None:
        raise Http404("There is no such mail.")
    return _render_page(request, mails=list_newest(mailbox_folder()), opened=opened)


def may_see_mails(user: Any) -> bool:
    """Everybody in an installation with one workspace; in others only superusers."""
    return bool(user.is_superuser or Workspace.objects.count() == 1)


def _render_page(request: HttpRequest, **context: Any) -> HttpResponse:
    if not may_see_mails(request.user):
        raise PermissionDenied(ALL_WORKSPACES)
    frame = {**admin.site.each_context(request), "title": "Mailbox", **context}
    return render(request, "emails/mailbox.html", frame)

"""The mail in the form, written for one recipient, and whom it cannot be written for, as JSON."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse

from campaigns.delivery.channels.email import DEFAULT_SUBJECT
from campaigns.delivery.mail_text import FIELDS, MailFault, check_field, fill_field, find_mail_gaps
from campaigns.models import Campaign, Message, Recipient
from campaigns.states import RenderState
from campaigns.views.page import CampaignPage
from campaigns.views.script import find_valid_rows

GAPS_SHOWN = 5


class MailPreviewView(CampaignPage):
    """Follows the typing; nothing is stored."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        campaign = copy(self.campaign)
        for field in (*FIELDS, "sender_name"):
            setattr(campaign, field, request.POST.get(field, "").replace("\r\n", "\n"))
        wanted = request.POST.get("recipient", "")
        rows = find_valid_rows(campaign)
        row = rows.filter(pk=wanted).first() if wanted.isdecimal() and len(wanted) < 19 else None
        row = row or rows.first()
        if row is None:
            return JsonResponse({"problem": "Upload recipients first: a preview needs a row to fill in."})
        return JsonResponse(_write(campaign, row) | {"gaps": _list_gaps(campaign)})


def _write(campaign: Campaign, row: Recipient) -> dict[str, Any]:
    written, faults = dict.fromkeys(FIELDS, ""), {}
    for field in FIELDS:
        try:
            written[field] = fill_field(campaign, field, row.values)
        except MailFault as fault:
            faults[field] = {"message": fault.sentence, "corrected": fault.corrected}
    presenter = campaign.presenter
    message = Message.objects.filter(recipient=row, render_state=RenderState.READY).first()
    picture = reverse("message-media", args=[message.pk, "poster"]) if message and message.poster else ""
    context = {
        "name": row.name,
        "body": written["email_body"],
        "page_url": "#",
        "opt_out_url": "#",
        "sender": " ".join(campaign.sender_name.split()),
        "consent_by": (presenter.consent_by or presenter.name) if presenter else "",
        "has_picture": bool(picture),
        "picture_url": picture,
    }
    return {
        "subject": " ".join(written["email_subject"].split()) or DEFAULT_SUBJECT,
        "html": render_to_string("emails/message.html", context),
        "text": render_to_string("emails/message.txt", context),
        "button": [written["call_to_action_label"], written["call_to_action_url"]],
        "faults": faults,
    }


def _list_gaps(campaign: Campaign) -> list[str]:
    """Rows that the mail has no value for; a fault of everybody stands at its field already."""
    for field in FIELDS:
        try:
            check_field(getattr(campaign, field), field, campaign.columns)
        except MailFault:
            setattr(campaign, field, "")
    gaps = find_mail_gaps(campaign, find_valid_rows(campaign))
    return [str(gap) for gap in gaps if gap.fault.column][:GAPS_SHOWN]

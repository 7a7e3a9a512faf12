"""The mail in the form, written for one recipient, and whom it cannot be written for, as JSON."""

from __future__ import annotations

from base64 import b64encode
from copy import copy
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from campaigns.access.colours import choose_colours
from campaigns.delivery.channels.email import DEFAULT_SUBJECT
from campaigns.delivery.mail_text import FIELDS, NAMES, MailFault, check_field, fill_field, find_mail_gaps
from campaigns.models import Campaign, Message, Presenter, Recipient
from campaigns.pictures.mail_picture import WIDTH_PX, draw_mail_picture
from campaigns.pictures.previews import WIDTHS_PX, is_made
from campaigns.pictures.words import find_locale, write_words
from campaigns.revisions import read_content
from campaigns.states import RenderState
from campaigns.views.page import CampaignPage
from campaigns.views.review_cards import media_url
from campaigns.views.script import find_valid_rows

GAPS_SHOWN = 5


class MailPreviewView(CampaignPage):
    """Follows the typing; nothing is stored."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        campaign = copy(self.campaign)
        for field in (*NAMES, "sender_name"):
            setattr(campaign, field, request.POST.get(field, "").replace("\r\n", "\n"))
        for switch in ("mail_names", "mail_preview"):
            setattr(campaign, switch, switch in request.POST)
        wanted = request.POST.get("recipient", "")
        rows = find_valid_rows(campaign)
        row = rows.filter(pk=wanted).first() if wanted.isdecimal() and len(wanted) < 19 else None
        row = row or rows.first()
        if row is None:
            return JsonResponse({"problem": "Upload recipients first: a preview needs a row to fill in."})
        return JsonResponse(_write(campaign, row) | {"gaps": _list_gaps(campaign)})


def _write(campaign: Campaign, row: Recipient) -> dict[str, Any]:
    written, faults = dict.fromkeys(NAMES, ""), {}
    for field in NAMES:
        try:
            written[field] = fill_field(campaign, field, row.values)
        except MailFault as fault:
            faults[field] = {"message": fault.sentence, "corrected": fault.corrected}
    presenter = _find_presenter(campaign, row)
    context = {
        "name": row.name,
        "body": written["email_body"],
        "page_url": "#",
        "opt_out_url": "#",
        "sender": " ".join(campaign.sender_name.split()),
        "consent_by": (presenter.consent_by or presenter.name) if presenter else "",
        "colours": choose_colours(campaign.workspace.accent),
        **_show_picture(campaign, row),
    }
    return {
        "subject": " ".join(written["email_subject"].split()) or DEFAULT_SUBJECT,
        "html": render_to_string("emails/message.html", context),
        "text": render_to_string("emails/message.txt", context),
        "button": [written["call_to_action_label"], written["call_to_action_url"]],
        "faults": faults,
    }


def _find_presenter(campaign: Campaign, row: Recipient) -> Presenter | None:
    """Who is seen in the video that is there; before there is one, whoever the campaign has."""
    message = Message.objects.filter(recipient=row, render_state=RenderState.READY).first()
    return read_content(message).presenter if message is not None else campaign.presenter


def _show_picture(campaign: Campaign, row: Recipient) -> dict[str, Any]:
    """The picture as the fields have it now; the moving one where it is made already."""
    message = Message.objects.filter(recipient=row, render_state=RenderState.READY).first()
    if message is None or not message.poster:
        return {"has_picture": False}
    message.campaign, message.recipient = campaign, row
    if campaign.mail_preview and is_made(message):
        source, width = media_url(message, "preview"), WIDTHS_PX[1]
    else:
        words, locale = write_words(campaign, row), find_locale(campaign, row)
        drawn = draw_mail_picture(message.poster, words, locale)
        if drawn is None:
            return {"has_picture": False}
        source, width = f"data:image/jpeg;base64,{b64encode(drawn).decode()}", WIDTH_PX
    return {"has_picture": True, "picture_url": source, "picture_width": width}


def _list_gaps(campaign: Campaign) -> list[str]:
    """Rows that the mail has no value for; a fault of everybody stands at its field already."""
    for field in FIELDS:
        try:
            check_field(getattr(campaign, field), field, campaign.columns)
        except MailFault:
            setattr(campaign, field, "")
    gaps = find_mail_gaps(campaign, find_valid_rows(campaign))
    return [str(gap) for gap in gaps if gap.fault.column][:GAPS_SHOWN]

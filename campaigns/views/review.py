"""Step 4: watch, approve or reject; flags first."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from campaigns import review
from campaigns.access.roles import Right
from campaigns.models import Message
from campaigns.states import MoveRefused, ReviewState
from campaigns.views.page import CampaignPage

COMMON_REASONS = ("A name is said wrong", "The mouth looks wrong", "The text is wrong")


class ReviewPage(CampaignPage):
    """The contact sheet and the player."""

    step = "review"
    right = Right.APPROVE
    template_name = "campaigns/review.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ready = review.sort_for_review(self.campaign)
        personal = review.find_personal_line_ids(ready)
        return super().get_context_data(
            ready=ready,
            cards=[build_card(message, personal) for message in ready],
            common_reasons=COMMON_REASONS,
            unflagged_digest=review.compute_unflagged_digest(self.campaign),
            unflagged=sum(not message.flags and not message.is_approved for message in ready),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            approved = review.approve_unflagged(self.campaign, self.person, seen=request.POST.get("seen", ""))
        except MoveRefused as refused:
            return self.refuse("review", str(refused))
        return self.go("review", f"Approved {approved} video{'' if approved == 1 else 's'} without flags.")


class DecisionView(CampaignPage):
    """One approval or rejection, as JSON; 409 where the video is not the one that was seen."""

    right = Right.APPROVE

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        message = get_object_or_404(Message, campaign=self.campaign, pk=kwargs["message_pk"])
        try:
            decided = self._decide(message, read_decision(request.body))
        except (MoveRefused, ValueError) as refused:
            return JsonResponse({"problem": str(refused)}, status=409)
        return JsonResponse(describe_decision(decided))

    def _decide(self, message: Message, asked: dict[str, str]) -> Message:
        if asked["decision"] == "approve":
            return review.approve(message, self.person, seen_hash=asked["seen"])
        return review.reject(message, self.person, asked["reason"], seen_hash=asked["seen"])


def read_decision(body: bytes) -> dict[str, str]:
    """The decision, its reason and the content that was seen; ValueError where it is none."""
    asked = json.loads(body)
    if not isinstance(asked, dict) or asked.get("decision") not in ("approve", "reject"):
        raise ValueError("That is no decision. Reload the page and try again.")
    return {key: str(asked.get(key, "")) for key in ("decision", "reason", "seen")}


def build_card(message: Message, personal: frozenset[str]) -> dict[str, Any]:
    """What the page knows of one message."""
    return {
        "pk": message.pk,
        "name": str(message.recipient),
        "row": message.recipient.row_number,
        "email": message.recipient.email,
        "seconds": round(message.video_seconds, 1),
        "seen": message.content_hash,
        "video": media_url(message, "video"),
        "poster": media_url(message, "poster") if message.poster else "",
        "captions": media_url(message, "captions") if message.captions else "",
        "flags": message.flags,
        "scores": [
            {"name": name.replace("_", " "), "value": value} for name, value in message.scores.items()
        ],
        "segments": [
            {
                "start_s": part["start_s"],
                "text": part.get("text", ""),
                "personal": part.get("line") in personal,
            }
            for part in message.segments
        ],
        "decide": reverse("admin:campaigns_campaign_decide", args=[message.campaign_id, message.pk]),
        **describe_decision(message),
    }


def describe_decision(message: Message) -> dict[str, Any]:
    """The decision as it is shown: an approval of other content is none."""
    state = message.review_state
    if state == ReviewState.APPROVED and not message.is_approved:
        state = ReviewState.PENDING
    return {
        "state": str(state),
        "label": ReviewState(state).label,
        "reason": message.reject_reason,
        "by": str(message.reviewed_by) if message.reviewed_by else "",
    }


def media_url(message: Message, kind: str) -> str:
    """Staff-only; the query changes with the content, so that a browser never shows an old render."""
    return f"{reverse('message-media', args=[message.pk, kind])}?{message.content_hash[:12]}"

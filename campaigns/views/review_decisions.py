"""What a reviewer does on the page, one thing at a time, as JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404

from campaigns import review
from campaigns.access.roles import Right
from campaigns.jobs.queue import describe
from campaigns.models import Comment, Message
from campaigns.pictures.posters import start_choice
from campaigns.review.comments import add_comment, resolve_comment
from campaigns.review.undo import DECIDED_SINCE, find_last_decision
from campaigns.states import MoveRefused
from campaigns.views.jobs import job_to_json
from campaigns.views.numbers import read_key, read_seconds
from campaigns.views.page import CampaignPage
from campaigns.views.posted_json import read_json
from campaigns.views.review_cards import build_comment, describe_decision

NONE_SUCH = "That is nothing that can be done here. Reload the page and try again."


class DecisionView(CampaignPage):
    """One approval or rejection, for all with the same video; 409 where it is not the one that was seen."""

    right = Right.APPROVE

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        message = get_object_or_404(
            Message.objects.select_related("campaign"), campaign=self.campaign, pk=kwargs["message_pk"]
        )
        try:
            asked = read_decision(read_json(request))
            entry = self._decide(message, asked)
        except (MoveRefused, ValueError) as refused:
            return JsonResponse({"problem": str(refused)}, status=409)
        told = {"undo": entry.about, "decided": entry.details["messages"]}
        return JsonResponse(describe_decision(message) | told)

    def _decide(self, message: Message, asked: dict[str, str]) -> Any:
        if asked["decision"] == "approve":
            return review.approve_alike(message, self.person, seen_hash=asked["seen"])
        return review.reject_alike(message, self.person, asked["reason"], seen_hash=asked["seen"])


class ReviewActView(CampaignPage):
    """Undo, a comment, a comment that is dealt with, or another poster."""

    http_method_names = ["post"]
    right = Right.APPROVE

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            asked = read_json(request)
            act = {
                "undo": self._undo,
                "comment": self._comment,
                "resolve": self._resolve,
                "poster": self._poster,
            }[asked["action"]]
            return JsonResponse(act(asked))
        except (KeyError, TypeError):
            return JsonResponse({"problem": NONE_SUCH}, status=409)
        except (MoveRefused, ValueError) as refused:
            return JsonResponse({"problem": str(refused)}, status=409)

    def _undo(self, asked: dict[str, Any]) -> dict[str, Any]:
        entry = review.undo_last(self.campaign, self.person)
        left = find_last_decision(self.campaign, self.person)
        count = entry.details["messages"]
        told = f"Undone: {entry.about}." if count else DECIDED_SINCE
        return {"told": told, "message": entry.details["message"], "undo": left.about if left else ""}

    def _comment(self, asked: dict[str, Any]) -> dict[str, Any]:
        message = get_object_or_404(
            self.campaign.messages.select_related("recipient"), pk=read_key(asked["message"])
        )
        at_s = read_seconds(asked["at_s"])
        return build_comment(add_comment(message, self.person, str(asked["text"]), at_s), message)

    def _poster(self, asked: dict[str, Any]) -> dict[str, Any]:
        found = self.campaign.messages.select_related("campaign", "recipient")
        message = get_object_or_404(found, pk=read_key(asked["message"]))
        at_s = None if asked["at_s"] is None else read_seconds(asked["at_s"])
        everybody = bool(asked["everybody"])
        job = start_choice(message, self.person, at_s, seen=str(asked["seen"]), everybody=everybody)
        return job_to_json(describe(job))

    def _resolve(self, asked: dict[str, Any]) -> dict[str, Any]:
        comments = Comment.objects.select_related("message__recipient", "message__campaign", "written_by")
        comment = get_object_or_404(comments, message__campaign=self.campaign, pk=read_key(asked["comment"]))
        return build_comment(resolve_comment(comment, self.person), comment.message)


def read_decision(asked: object) -> dict[str, str]:
    """The decision, its reason and the content that was seen; ValueError where it is none."""
    if not isinstance(asked, dict) or asked.get("decision") not in ("approve", "reject"):
        raise ValueError("That is no decision. Reload the page and try again.")
    return {key: str(asked.get(key, "")) for key in ("decision", "reason", "seen")}

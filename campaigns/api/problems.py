"""What a program is told where something cannot be done: RFC 9457, with a code that is never renamed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja.errors import HttpError, ValidationError

from campaigns.delivery.mail_text import MailFault
from campaigns.engine import RenderError
from campaigns.recipients.people import PersonRefused
from campaigns.scripts.template import ScriptError
from campaigns.scripts.versions import ChangedMeanwhile
from campaigns.states import MoveRefused
from campaigns.storage.uploads import UploadRefused

CONTENT_TYPE = "application/problem+json"
# The last of these words in an address is the stage of its problems.
STAGES = (
    "recipients", "import", "script", "mail", "check", "estimate", "sample", "run", "progress", "messages",
    "review", "sending", "deliveries", "events", "suppressions", "presenters", "voices", "jobs", "history",
    "campaigns", "me",
)  # fmt: skip


@dataclass
class ApiProblem(Exception):
    """``errors``: what is wrong with which field; ``more``: what a program needs to go on."""

    status: int
    code: str
    detail: str
    row: int | None = None
    column: str | None = None
    retryable: bool = False
    retry_after_s: int | None = None
    errors: Sequence[Mapping[str, Any]] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


def respond(problem: ApiProblem, path: str) -> HttpResponse:
    """The problem as an answer."""
    body = {
        "type": f"urn:byname:problem:{problem.code}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "stage": find_stage(path),
        "row": problem.row,
        "column": problem.column,
        "retryable": problem.retryable,
        "errors": list(problem.errors),
        "more": dict(problem.more),
    }
    answer = HttpResponse(json.dumps(body), status=problem.status, content_type=CONTENT_TYPE)
    if problem.retry_after_s is not None:
        answer["Retry-After"] = str(problem.retry_after_s)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def find_stage(path: str) -> str:
    """“script” for /api/v1/campaigns/7/script; “request” where the address names no part of the work."""
    return next((word for word in reversed(path.split("/")) if word in STAGES), "request")


def translate(error: Exception) -> ApiProblem | None:
    """An error of the product as a problem; None for one that nobody expected."""
    match error:
        case ApiProblem():
            return error
        case Http404():
            return ApiProblem(404, "not_found", str(error) or "There is no such thing in this workspace.")
        case PermissionDenied():
            return ApiProblem(403, "not_allowed", str(error) or "Whoever made this token may not do that.")
        case MoveRefused():
            return ApiProblem(409, "refused", str(error))
        case PersonRefused():
            return ApiProblem(409, "person_refused", str(error))
        case ChangedMeanwhile():
            return ApiProblem(409, "changed_meanwhile", str(error), more={"version": error.version.number})
        case ScriptError():
            place = {"line": error.line, "character": error.column}
            return ApiProblem(422, "script_invalid", error.message, column=error.sheet_column, more=place)
        case MailFault():
            return ApiProblem(422, "mail_invalid", error.sentence, column=error.column or None)
        case UploadRefused():
            return ApiProblem(422, "upload_refused", str(error))
        case RenderError():
            return ApiProblem(422, "voice_unusable", error.message, retryable=not error.permanent)
    return _translate_request(error)


def _translate_request(error: Exception) -> ApiProblem | None:
    match error:
        case ValidationError():
            told = list(_list_errors(error.errors))
            first = told[0] if told else {"field": "", "message": "The request cannot be read."}
            detail = f"{first['field']}: {first['message']}" if first["field"] else first["message"]
            return ApiProblem(422, "invalid", detail, errors=told)
        case RequestDataTooBig():
            return ApiProblem(413, "too_large", "The request is too large.")
        case SuspiciousOperation() | MultiPartParserError() | UnreadablePostError():
            return ApiProblem(400, "unreadable", "The request cannot be read.")
        case HttpError():
            return ApiProblem(error.status_code, "unreadable", str(error))
        case DataError():
            return ApiProblem(422, "invalid", "A value is too long, too large or of the wrong kind.")
    return None


def _list_errors(errors: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    for error in errors:
        # ("body", "asked", "name"): where it stands, the parameter of the function, the field itself
        place = [str(part) for part in error.get("loc", ())]
        yield {"field": ".".join(place[2:] if place[:1] == ["body"] else place[1:]), "message": error["msg"]}

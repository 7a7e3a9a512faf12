"""Everything under /api/v1, put together."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.security import HttpBearer

from campaigns.api import (
    campaigns,
    deliveries,
    imports,
    jobs,
    messages,
    presenters,
    recipients,
    runs,
    scripts,
    sending,
    suppressions,
)
from campaigns.api.gate import guard
from campaigns.api.problems import ApiProblem, respond, translate
from campaigns.api.request import ReadBody
from campaigns.api.schema import complete

VERSION = "1"
DESCRIPTION = (
    "What the dashboard does, for programs. A token acts for one person in one workspace; every act stands "
    "in the history with the token's name."
)


class _Token(HttpBearer):
    """For the description alone: the gate looked at the token before."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return getattr(request, "token", None)


api = NinjaAPI(
    title="Byname",
    version=VERSION,
    description=DESCRIPTION,
    auth=_Token(),
    parser=ReadBody(),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
)
for router, tag in (
    (campaigns.router, "campaigns"),
    (scripts.router, "script and mail"),
    (recipients.router, "recipients"),
    (imports.router, "import"),
    (runs.router, "check, sample and run"),
    (messages.router, "messages and review"),
    (sending.router, "sending"),
    (deliveries.router, "deliveries and events"),
    (suppressions.router, "suppressions"),
    (presenters.router, "presenters and voices"),
    (jobs.router, "jobs"),
):
    api.add_router("", router, tags=[tag])


def tell_problem(request: HttpRequest, error: Any) -> HttpResponse:
    """An expected error as a problem; everything else goes to the gate."""
    problem = translate(error)
    if problem is None:
        raise error
    return respond(problem, request.path)


for kind in (Exception, Http404, HttpError, ValidationError):  # the library has answers of its own for these
    api.add_exception_handler(kind, tell_problem)


@require_safe
def describe(request: HttpRequest) -> HttpResponse:
    """The OpenAPI description; it holds nothing of anybody, so it needs no token."""
    return HttpResponse(_write_description(), content_type="application/json")


def build_description() -> dict[str, Any]:
    return complete(dict(api.get_openapi_schema(path_prefix="/api/v1/")))


@cache
def _write_description() -> str:
    return json.dumps(build_description())


def answer_unknown(request: HttpRequest, rest: str = "") -> HttpResponse:
    """An address that is none, in the way that programs read."""
    return respond(ApiProblem(404, "not_found", "There is no such address."), request.path)


def _list_urls() -> list[URLPattern]:
    found: list[URLPattern] = []
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            pattern.callback = guard(pattern.callback)
            found.append(pattern)
    return [
        path("openapi.json", describe, name="openapi"),
        *found,
        path("<path:rest>", answer_unknown),
        path("", answer_unknown),
    ]


urls = _list_urls(), "api", "api"

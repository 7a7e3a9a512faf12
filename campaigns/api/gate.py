"""What every request of a program passes, in this order: its token, its rate, its body, and its key.

A request that changes something runs in one transaction with the answer that is kept for its Idempotency-Key:
either both are stored or neither, so that a request that is sent again never acts twice.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from campaigns.access.tokens import find_token, take_request
from campaigns.api.problems import ApiProblem, respond, translate
from campaigns.api.request import KEY_CHARACTERS_MAX, KEY_PATTERN, ApiRequest, read_body
from campaigns.history import through
from campaigns.models import IdempotentAnswer
from campaigns.views.page import SAFE_METHODS

logger = logging.getLogger(__name__)

KEPT_HOURS = 24
NO_TOKEN = (
    "Send the header “Authorization: Bearer …” with a token that is not revoked or expired. "
    "Tokens are made in the dashboard, under API tokens."
)
OTHER_BODY = "This Idempotency-Key came with another request before. Take a new key for a new request."
AT_WORK = "The first request with this Idempotency-Key is still at work. Ask again in a moment."
UNEXPECTED = (
    "Something unexpected went wrong. Try again; if it happens again, the server's log has the details."
)
View = Callable[..., HttpResponseBase]


def guard(view: View) -> View:
    """The view behind the gate. The dashboard's session counts for nothing here, so no CSRF is possible."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            asked = _enter(request)
            with through(asked.token.name):
                if asked.method in SAFE_METHODS:
                    answer = view(asked, *args, **kwargs)
                else:
                    answer = _act(asked, lambda: view(asked, *args, **kwargs))
                answer.headers.setdefault("Cache-Control", "no-store")
                return _tell_method(answer, asked)
        except Exception as error:
            problem = translate(error)
            if problem is None:
                logger.exception("%s %s stopped", request.method, request.path)
                problem = ApiProblem(500, "unexpected", UNEXPECTED, retryable=True)
            return respond(problem, request.path)

    return guarded


def sweep_answers() -> int:
    """Forget what nobody asks for any more; how many."""
    old = IdempotentAnswer.objects.filter(at__lt=timezone.now() - timedelta(hours=KEPT_HOURS))
    return old.delete()[0]


def _enter(request: HttpRequest) -> ApiRequest:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    token = find_token(secret.strip()) if kind.lower() == "bearer" else None
    if token is None:
        raise ApiProblem(401, "no_token", NO_TOKEN)
    wait_s = take_request(token)
    if wait_s:
        told = f"More requests than this token may send in a minute. Ask again in {wait_s:.0f} s."
        raise ApiProblem(429, "too_many", told, retryable=True, retry_after_s=int(wait_s))
    read_body(request)
    request.token, request.user = token, token.user  # type: ignore[attr-defined]
    return request  # type: ignore[return-value]


def _tell_method(answer: HttpResponseBase, request: ApiRequest) -> HttpResponseBase:
    if answer.status_code != 405:
        return answer
    told = respond(ApiProblem(405, "method", f"{request.method} is nothing to do here."), request.path)
    told["Allow"] = answer.headers.get("Allow", "")
    return told


def _act(request: ApiRequest, view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    key = _read_key(request)
    with transaction.atomic():
        if not key:
            return _keep_if_done(view)
        digest = _digest(request)
        if not _lock(request, key):
            raise ApiProblem(409, "at_work", AT_WORK, retryable=True, retry_after_s=1)
        stored = IdempotentAnswer.objects.filter(token=request.token, key=key).first()
        if stored is not None and stored.at > timezone.now() - timedelta(hours=KEPT_HOURS):
            return _answer_again(stored, digest)
        answer = _keep_if_done(view)
        if answer.status_code < 400 and isinstance(answer, HttpResponse):  # a refusal did nothing
            _store(request, key, digest, answer)
        return answer


def _read_key(request: ApiRequest) -> str:
    """The request's Idempotency-Key; "" where it has none."""
    key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
    if key is not None and not re.fullmatch(KEY_PATTERN, key):
        told = f"An Idempotency-Key has 1 to {KEY_CHARACTERS_MAX} letters, figures and any of _.:-"
        raise ApiProblem(422, "invalid", told)
    return key or ""


def _keep_if_done(view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """What a refused request wrote before it was refused is taken back."""
    point = transaction.savepoint()
    answer = view()
    if answer.status_code >= 400:
        transaction.savepoint_rollback(point)
    else:
        transaction.savepoint_commit(point)
    return answer


def _lock(request: ApiRequest, key: str) -> bool:
    """Hold the key until the transaction ends; False where another request holds it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 7))", [f"{request.token.pk}:{key}"]
        )
        return bool(cursor.fetchone()[0])


def _answer_again(stored: IdempotentAnswer, digest: str) -> HttpResponse:
    if stored.digest != digest:
        raise ApiProblem(422, "other_request", OTHER_BODY)
    answer = HttpResponse(bytes(stored.body), status=stored.status, content_type=stored.content_type)
    answer["Idempotency-Replayed"] = "true"
    return answer


def _store(request: ApiRequest, key: str, digest: str, answer: HttpResponse) -> None:
    IdempotentAnswer.objects.update_or_create(
        token=request.token,
        key=key,
        defaults={
            "digest": digest,
            "status": answer.status_code,
            "content_type": answer.headers.get("Content-Type", ""),
            "body": answer.content,
            "at": timezone.now(),
        },
    )


def _digest(request: ApiRequest) -> str:
    told = sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if (request.content_type or "").startswith("multipart/"):
        for name in sorted(request.FILES):
            for file in request.FILES.getlist(name):
                told.update(f"{name} {file.name}\n".encode())
                for chunk in file.chunks():
                    told.update(chunk)
                file.seek(0)
    else:
        told.update(request.body)
    return told.hexdigest()

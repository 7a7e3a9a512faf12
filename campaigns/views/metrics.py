"""Figures for a monitoring system, for who holds the token or asks on this machine."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns.operations.figures import write_metrics

_LOOPBACK = ("127.0.0.1", "::1")
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures; 404 for everybody else, who learns nothing."""
    if not _may_read(request):
        raise Http404
    return HttpResponse(write_metrics(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read(request: HttpRequest) -> bool:
    """With METRICS_TOKEN whoever shows it; without one, this machine, and not through a proxy on it."""
    token = settings.METRICS_TOKEN
    if token:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(shown.encode("utf-8", "replace"), token.encode())
    forwarded = any(name in request.META for name in _FORWARDED)
    return not forwarded and request.META.get("REMOTE_ADDR") in _LOOPBACK

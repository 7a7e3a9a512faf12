"""Where the mail provider tells what became of mails: bounces, complaints, unsubscribes."""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaigns.delivery.channels.provider import is_chosen
from campaigns.delivery.channels.provider_events import NotTheProvider, Unreadable, read_reports
from campaigns.delivery.reports import note_report

logger = logging.getLogger(__name__)


@never_cache
@csrf_exempt
@require_http_methods(["HEAD", "POST"])
def mail_events(request: HttpRequest) -> HttpResponse:
    """Events, by whoever knows MAIL_WEBHOOK_SECRET; without one, or without a provider, no such page."""
    if not is_chosen() or not settings.MAIL_WEBHOOK_SECRET:
        raise Http404
    if request.method == "HEAD":  # some providers look whether the address is there
        return HttpResponse()
    try:
        reports = read_reports(request)
    except NotTheProvider as refused:
        logger.warning("mail events were refused: the name, the password or the signature is wrong")
        headers = {"WWW-Authenticate": 'Basic realm="mail events"'}
        return HttpResponse(str(refused), status=401, headers=headers, content_type="text/plain")
    except Unreadable as unreadable:
        logger.warning("mail events could not be read: %s", unreadable)
        return HttpResponse(str(unreadable), status=400, content_type="text/plain")
    for report in reports:
        note_report(report)
    return HttpResponse(status=204)

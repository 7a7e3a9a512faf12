"""Whether the web server can answer and reach its database: for health checks and load balancers."""

from __future__ import annotations

import logging

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, else 503; it tells a stranger no more than that."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        logger.warning("The health check cannot reach the database.", exc_info=True)
        return HttpResponse("The database does not answer.\n", status=503, content_type="text/plain")
    return HttpResponse("The web server and its database answer.\n", content_type="text/plain")

"""What a page's script posts as JSON."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, RawPostDataException


def read_json(request: HttpRequest) -> Any:
    """What was posted as JSON; ValueError where it is none, or a form, or nested without end."""
    try:
        return json.loads(request.body)
    except (RawPostDataException, RecursionError) as error:
        raise ValueError("The request is no JSON. Reload the page and try again.") from error

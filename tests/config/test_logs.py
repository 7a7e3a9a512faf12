"""Log lines for machines: JSON, with the request they belong to and without anybody's address."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config.logs import JsonFormatter, RequestId


def write(message: str, *values: object, error: BaseException | None = None) -> dict[str, str]:
    caught = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("campaigns.x", logging.WARNING, "x.py", 1, message, values, caught)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    read: dict[str, str] = json.loads(line)
    return read


def test_a_line_is_an_object_with_the_request_that_it_belongs_to() -> None:
    seen = []

    def answer(request: HttpRequest) -> HttpResponse:
        seen.append(write("message %s\nfailed", 7))
        return HttpResponse()

    response = RequestId(answer)(RequestFactory().get("/", headers={"X-Request-ID": "proxy-0001"}))
    assert response["X-Request-ID"] == seen[0]["request"] == "proxy-0001"
    assert (seen[0]["message"], seen[0]["level"], seen[0]["logger"]) == (
        "message 7\nfailed", "WARNING", "campaigns.x",
    )  # fmt: skip
    assert "request" not in write("outside of any")


def test_no_address_is_in_it_not_even_in_an_error() -> None:
    try:
        raise ValueError("550 <ada.o'neil+x@mail.example.org> is unknown")
    except ValueError as error:
        line = write("to %s", "ada@example.org", error=error)
    assert "example.org" not in str(line)
    assert "ValueError" in line["error"] and line["message"] == "to (address)"


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "x", "a b c d e f g", "é" * 10, "a" * 65])
def test_an_id_that_is_none_is_not_taken_over(client: Client, given: str) -> None:
    told = client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"]
    assert told != given and len(told) == 16
    assert sys.getsizeof(told) < 100

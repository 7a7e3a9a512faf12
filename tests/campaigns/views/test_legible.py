"""What no table can hold is refused at the door, with a sentence."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse

from campaigns.views.legible import read_json


def test_a_nul_in_an_address_a_form_or_json_is_refused(client: Client, alice: User) -> None:
    client.force_login(alice)
    begin = reverse("admin:campaigns_presenter_uploads")
    answers = [
        client.get("/admin/", {"q": "a\x00b"}),
        client.post("/admin/", {"name": "a\x00b"}),
        client.post(begin, r'{"name": "a\u0000b"}', content_type="application/json"),
    ]
    assert [(answer.status_code, b"NUL" in answer.content) for answer in answers] == [(400, True)] * 3


@pytest.mark.parametrize("body", [b"", b"x", b"[" * 200_000, b"\xff"])
def test_what_is_no_json_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):
        read_json(RequestFactory().post("/", body, content_type="application/json"))


def test_a_form_in_place_of_json_is_a_value_error() -> None:
    request = RequestFactory().post("/", {"a": "b"})
    assert request.POST["a"] == "b"
    with pytest.raises(ValueError, match="no JSON"):
        read_json(request)

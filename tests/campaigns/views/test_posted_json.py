from __future__ import annotations

import pytest
from django.test import RequestFactory

from campaigns.views.posted_json import read_json


@pytest.mark.parametrize("body", [b"", b"x", b"[" * 200_000, b"\xff"])
def test_what_is_no_json_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):
        read_json(RequestFactory().post("/", body, content_type="application/json"))


def test_a_form_in_place_of_json_is_a_value_error() -> None:
    request = RequestFactory().post("/", {"a": "b"})
    assert request.POST["a"] == "b"
    with pytest.raises(ValueError, match="no JSON"):
        read_json(request)

"""The page that films a take: lines for the teleprompter, and advice on a picture of the camera."""

from __future__ import annotations

import io

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from PIL import Image

from campaigns.models import Campaign
from campaigns.views.film import WARM_UP

pytestmark = pytest.mark.django_db


@pytest.fixture
def dashboard(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def test_the_teleprompter_offers_each_script_as_one_person_would_hear_it(
    dashboard: Client, campaign: Campaign
) -> None:
    page = dashboard.get(reverse("admin:campaigns_presenter_film")).content.decode()
    assert WARM_UP[0] in page
    assert "Hello Ada." in page and "Thanks for coming to London." in page and "{{" not in page


def test_a_picture_without_a_face_gets_advice_and_nonsense_is_refused(dashboard: Client) -> None:
    where = reverse("admin:campaigns_presenter_framing")
    grey = io.BytesIO()
    Image.fromarray(np.full((360, 640, 3), 90, np.uint8)).save(grey, "JPEG")
    advice = dashboard.post(where, grey.getvalue(), content_type="image/jpeg").json()["advice"]
    assert advice == ["No face is seen. Sit close in front of the camera, and let light fall on your face."]
    for nonsense in (b"", b"no picture", grey.getvalue()[:200], b"x" * 500_000):
        assert dashboard.post(where, nonsense, content_type="image/jpeg").status_code == 422


def test_who_may_not_add_presenters_may_not_film(client: Client, bob: User) -> None:
    bob.is_staff = True
    bob.save()
    client.force_login(bob)
    assert client.get(reverse("admin:campaigns_presenter_film")).status_code == 403
    where = reverse("admin:campaigns_presenter_framing")
    assert client.post(where, b"x", content_type="image/jpeg").status_code == 403

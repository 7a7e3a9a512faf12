"""Three finished videos to decide on."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from campaigns.models import Campaign, Message
from campaigns.states import RowVerdict
from tests import people


@pytest.fixture
def messages(campaign: Campaign) -> list[Message]:
    """Three that are ready: Ada's without flags, José's with one, O'Neil's without."""
    rows = campaign.recipients.filter(verdict=RowVerdict.VALID).order_by("row_number")
    flags: list[list[str]] = [[], ["The mouth is blurred at 2.1 s."], []]
    made = zip(rows, "abc", flags, strict=True)
    return [people.ready_message(row, content_hash=letter * 64, flags=flag) for row, letter, flag in made]


@pytest.fixture
def carol() -> User:
    """Another person who may approve."""
    return User.objects.create_superuser("carol", "carol@example.org", people.PASSWORD)

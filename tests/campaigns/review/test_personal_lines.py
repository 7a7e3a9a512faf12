"""Which lines are personal."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns import review
from campaigns.models import Campaign, Message
from campaigns.review.personal_lines import find_personal_lines


def test_a_line_is_personal_when_it_differs_or_not_everybody_hears_it(messages: list[Message]) -> None:
    same = {"id": "1.0", "text": "Thanks for coming."}
    for message in messages:
        message.lines = [*message.lines, same]
    messages[0].lines = [*messages[0].lines, {"id": "2.0", "text": "You won."}]
    assert review.find_personal_line_ids(messages) == {"0.0", "2.0"}


def test_one_card_alone_is_compared_with_the_rest_of_its_campaign(
    campaign: Campaign, messages: list[Message]
) -> None:
    assert find_personal_lines(campaign, messages[:1]) == {"0.0"}


def test_the_comparison_is_one_query(campaign: Campaign, messages: list[Message]) -> None:
    with CaptureQueriesContext(connection) as queries:
        find_personal_lines(campaign, [])
    assert len(queries) == 1

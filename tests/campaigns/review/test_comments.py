"""What people write at a time in a video."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from campaigns.history import Verb
from campaigns.models import HistoryEntry, Message
from campaigns.review.comments import add_comment, resolve_comment
from campaigns.states import MoveRefused


def test_a_comment_stands_at_its_second_and_belongs_to_the_content(
    messages: list[Message], alice: User
) -> None:
    made = add_comment(messages[0], alice, " The name is long. ", 2.5)
    assert (made.text, made.at_s, made.content_hash) == ("The name is long.", 2.5, "a" * 64)


def test_a_comment_beyond_the_end_stands_at_the_end(messages: list[Message], alice: User) -> None:
    assert add_comment(messages[0], alice, "Late.", 99).at_s == messages[0].video_seconds


def test_an_empty_comment_is_refused(messages: list[Message], alice: User) -> None:
    with pytest.raises(MoveRefused, match="Write what"):
        add_comment(messages[0], alice, " ", 0)


def test_a_comment_is_resolved_and_opened_again_and_all_of_it_is_in_the_history(
    messages: list[Message], alice: User
) -> None:
    made = add_comment(messages[0], alice, "The name.", 1)
    assert resolve_comment(made, alice).resolved_at is not None
    assert resolve_comment(made, alice).resolved_at is None
    verbs = list(HistoryEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == [Verb.COMMENTED, Verb.COMMENT_RESOLVED, Verb.COMMENT_REOPENED]

"""Pages of cards: in order, folded, searched and counted by the database."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from campaigns import review
from campaigns.models import Campaign, Delivery, Message
from campaigns.review import order
from campaigns.review.comments import add_comment
from campaigns.review.order import CardQuery, Show, Sort, count_shown, find_page, read_query
from campaigns.states import DeliveryState


def names(campaign: Campaign, **asked: object) -> list[str]:
    page = find_page(campaign, CardQuery(**asked))  # type: ignore[arg-type]
    return [str(message.recipient) for message in page.messages]


@pytest.fixture
def ranked(messages: list[Message]) -> list[Message]:
    """José has a flag, O'Neil's lips meet seldom, Ada is good."""
    good = {"aperture_r": 0.98, "closure": 1.0}
    for message, scores in zip(messages, (good, good, good | {"closure": 0.5}), strict=True):
        risk = review.compute_risk(scores, message.flags)
        Message.objects.filter(pk=message.pk).update(scores=scores, risk=risk)
    return messages


def test_flagged_ones_come_first_then_the_worst_scores(campaign: Campaign, ranked: list[Message]) -> None:
    assert names(campaign) == ["José", "O'Neil", "Ada"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (Sort.ROW, ["Ada", "José", "O'Neil"]),
        (Sort.NAME, ["Ada", "José", "O'Neil"]),
        (Sort.NEWEST, ["O'Neil", "José", "Ada"]),
    ],
)
def test_other_orders(campaign: Campaign, ranked: list[Message], sort: Sort, order: list[str]) -> None:
    assert names(campaign, sort=sort) == order


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_follow_each_other_without_a_gap(campaign: Campaign, ranked: list[Message], sort: Sort) -> None:
    seen, after = [], ""
    for _ in range(3):
        page = find_page(campaign, CardQuery(sort=sort), after, size=1)
        seen.append(str(page.messages[0].recipient))
        after = page.next
    assert seen == names(campaign, sort=sort)
    assert after == ""


def test_what_risk_is_equal_is_in_the_order_of_the_people(
    campaign: Campaign, messages: list[Message]
) -> None:
    Message.objects.update(risk=0)
    first = find_page(campaign, CardQuery(), size=2)
    rest = find_page(campaign, CardQuery(), first.next, size=2)
    assert [str(one.recipient) for one in (*first.messages, *rest.messages)] == ["Ada", "José", "O'Neil"]


@pytest.mark.parametrize("nonsense", ["x", "[]", "[1]", '["a", "b"]', "[{}, 1]"])
def test_a_place_that_is_none_is_refused(campaign: Campaign, nonsense: str) -> None:
    with pytest.raises(ValueError):
        find_page(campaign, CardQuery(), nonsense)


def test_the_same_video_is_one_card_with_its_number(campaign: Campaign, ranked: list[Message]) -> None:
    Message.objects.filter(pk=ranked[2].pk).update(content_hash="a" * 64)
    page = find_page(campaign, CardQuery())
    assert [str(message.recipient) for message in page.messages] == ["José", "Ada"]
    assert page.alike["a" * 64] == 2


def test_one_who_waits_is_shown_also_where_another_with_the_same_video_was_decided_on(
    campaign: Campaign, ranked: list[Message], alice: User
) -> None:
    Message.objects.filter(pk=ranked[2].pk).update(content_hash="a" * 64)
    review.approve(ranked[0], alice)
    assert names(campaign, show=Show.PENDING) == ["José", "O'Neil"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("jos", ["José"]),
        ("ONEIL@EXAMPLE", ["O'Neil"]),
        ("2", ["Ada"]),
        ("hello ada", ["Ada"]),
        ("O'N", ["O'Neil"]),
        ("text", []),
        ("0.0", []),
        ("%", []),
        ('"', []),
        ("99999999999999", []),
    ],
)
def test_search_by_name_address_row_or_line(
    campaign: Campaign, ranked: list[Message], search: str, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert names(campaign, search=search) == found
    monkeypatch.setattr(order, "FOUND_MAX", 0)  # as where much is found
    assert names(campaign, search=search) == found


def test_filters_show_what_they_count(campaign: Campaign, ranked: list[Message], alice: User) -> None:
    ada, jose, oneil = ranked
    review.approve(ada, alice)
    review.reject(jose, alice, "wrong text")
    add_comment(oneil, alice, "The name.", 1.0)
    Message.objects.filter(pk=ada.pk).update(is_sample=True)
    Delivery.objects.create(
        message=ada,
        campaign=campaign,
        address="a@example.org",
        content_hash="f" * 64,
        state=DeliveryState.SENT,
    )
    expected = {
        Show.ALL: ["José", "O'Neil", "Ada"],
        Show.PENDING: ["O'Neil"],
        Show.SECOND: [],
        Show.FLAGGED: ["José"],
        Show.APPROVED: ["Ada"],
        Show.REJECTED: ["José"],
        Show.COMMENTED: ["O'Neil"],
        Show.SAMPLE: ["Ada"],
        Show.CHANGED: ["Ada"],
    }
    counts = count_shown(campaign)
    for show, found in expected.items():
        assert names(campaign, show=show) == found, show
        assert counts[show] == len(found), show


def test_people_who_are_gone_are_not_reviewed(campaign: Campaign, ranked: list[Message]) -> None:
    campaign.recipients.filter(name="José").update(removed_at="2026-01-01T00:00Z")
    assert names(campaign) == ["O'Neil", "Ada"]
    counts = count_shown(campaign)
    assert (counts[Show.ALL], counts[Show.PENDING], counts[Show.FLAGGED]) == (2, 2, 0)


def test_an_address_that_asks_for_nonsense_shows_everything() -> None:
    assert read_query({"show": "nobody", "sort": "luck", "q": " \0Ada "}) == CardQuery(search="Ada")

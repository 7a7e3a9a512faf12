"""The benchmark opens every page, presses every button, and says what is too slow."""

from __future__ import annotations

import pytest

from campaigns.admin.campaigns import PAGES
from campaigns.benchmark.web_data import fill_workspace
from campaigns.benchmark.web_measure import (
    PAGE_AIM_MS,
    PAGE_FLOOR_MS,
    SAVE_FLOOR_MS,
    ActionTime,
    PageTime,
    WebResult,
    list_pages,
    measure_actions,
    measure_approvals,
    measure_pages,
)
from campaigns.benchmark.web_report import format_web_table
from campaigns.states import CampaignState

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_page_answers_and_every_button_works() -> None:
    place = fill_workspace(300, 3000)
    said: list[str] = []
    pages = measure_pages(place, 1, 60, said.append)
    actions = (measure_approvals(place, 60, said.append), *measure_actions(place, 60, said.append))
    assert {page.status for page in pages} == {200}
    assert all(page.p95_ms and page.queries and page.bytes for page in pages)
    assert {action.result for action in actions} == {"done"}
    assert said == [*list_pages(place.campaign), *(action.name for action in actions)]
    place.campaign.refresh_from_db()
    assert place.campaign.state == CampaignState.CANCELLED  # started, then cancelled
    assert place.campaign.script.endswith("Goodbye.")
    table = list(format_web_table(WebResult(300, 297, 3000, 1.0, pages, actions)))
    assert len(table) == 3 + len(pages) + 2 + len(actions)


def test_a_page_that_takes_too_long_is_given_up() -> None:
    place = fill_workspace(30, 0)
    [page] = measure_pages(place, 1, 0.005, lambda _: None, ["campaign list"])
    assert (page.p95_ms, page.verdict) == (None, "over")
    [page] = measure_pages(place, 1, 60, lambda _: None, ["campaign list"])
    assert page.status == 200


@pytest.mark.parametrize(
    ("p95_ms", "queries", "verdict"),
    [
        (PAGE_AIM_MS, 20, "aim"),
        (PAGE_AIM_MS, 21, "floor"),
        (PAGE_FLOOR_MS, 40, "floor"),
        (PAGE_FLOOR_MS + 1, 20, "over"),
        (PAGE_AIM_MS, 41, "over"),
    ],
)
def test_a_page_is_judged_by_time_and_queries(p95_ms: float, queries: int, verdict: str) -> None:
    assert PageTime("home", 1, p95_ms, queries, 10**7, 200).verdict == verdict


def test_the_review_page_is_judged_by_its_bytes_too() -> None:
    assert [PageTime("review", 1, 1, 1, size, 200).verdict for size in (200_000, 500_000, 500_001)] == [
        "aim", "floor", "over",
    ]  # fmt: skip


def test_an_action_is_judged_by_its_answer_and_its_job() -> None:
    assert ActionTime("save", SAVE_FLOOR_MS, 99.0, "done").verdict == "floor"
    assert ActionTime("save", SAVE_FLOOR_MS + 1, None, "done").verdict == "over"
    assert ActionTime("save", 1, 1, "failed: ['failed']").verdict == "over"


def test_no_step_of_a_campaign_is_left_out() -> None:
    place = fill_workspace(30, 0)
    steps = {
        url.split("/")[-2] for url in list_pages(place.campaign).values() if f"/{place.campaign.pk}/" in url
    }
    assert (
        {"recipients", "script", "names", "run", "check", "review", "send", "progress"} <= steps <= set(PAGES)
    )

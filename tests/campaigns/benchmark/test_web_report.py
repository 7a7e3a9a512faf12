"""The table of the dashboard's times."""

from __future__ import annotations

from campaigns.benchmark.web_measure import ActionTime, PageTime, WebResult
from campaigns.benchmark.web_report import format_web_table


def test_it_names_what_is_over_and_what_gave_no_answer() -> None:
    pages = (PageTime("home", 12.3, 45.6, 7, 36_000, 200), PageTime("review", None, None, 0, 0, 0))
    actions = (ActionTime("press send", 80.0, 12.34, "done"), ActionTime("approve", None, None, "no answer"))
    table = "\n".join(format_web_table(WebResult(100_000, 99_000, 10**6, None, pages, actions)))
    assert "100,000 people, 99,000 messages, 1,000,000 events" in table
    home, review = (line for line in table.splitlines() if line.startswith(("  home", "  review")))
    assert home.split() == ["home", "12", "46", "7", "36,000", "aim"]
    assert review.split() == ["review", "none", "none", "0", "0", "over"]
    assert "press send" in table and "12.3  aim" in table and "over  no answer" in table

"""The dashboard's times as a table against floor and aim."""

from __future__ import annotations

from collections.abc import Iterator

from campaigns.benchmark.web_measure import (
    KEY_AIM_MS,
    KEY_FLOOR_MS,
    PAGE_AIM_MS,
    PAGE_FLOOR_MS,
    QUERIES_AIM,
    QUERIES_FLOOR,
    REVIEW_AIM_BYTES,
    REVIEW_FLOOR_BYTES,
    SAVE_AIM_MS,
    SAVE_FLOOR_MS,
    WebResult,
)


def format_web_table(result: WebResult) -> Iterator[str]:
    """One line a page and an action; the last column is “aim”, “floor” or “over”."""
    yield f"{result.recipients:,} people, {result.messages:,} messages, {result.events:,} events"
    yield f"page{'p50 ms':>28}{'p95 ms':>9}{'queries':>9}{'bytes':>10}"
    for page in result.pages:
        times = f"{_format_ms(page.p50_ms):>8}{_format_ms(page.p95_ms):>9}"
        failed = f"  answered {page.status}" if page.status >= 400 else ""
        yield f"  {page.name:<22}{times}{page.queries:>9}{page.bytes:>10,}  {page.verdict}{failed}"
    yield (
        f"  floor {PAGE_FLOOR_MS:.0f} ms and {QUERIES_FLOOR} queries, "
        f"aim {PAGE_AIM_MS:.0f} ms and {QUERIES_AIM}; "
        f"a key {KEY_FLOOR_MS:.0f} ms, aim {KEY_AIM_MS:.0f} ms; "
        f"the review page {REVIEW_FLOOR_BYTES // 1000} kB, aim {REVIEW_AIM_BYTES // 1000} kB"
    )
    if not result.actions:
        return
    yield f"action{'answer ms':>26}{'job s':>9}"
    for action in result.actions:
        job = "" if action.job_s is None else f"{action.job_s:.1f}"
        said = "" if action.result == "done" else f"  {action.result}"
        yield f"  {action.name:<22}{_format_ms(action.answer_ms):>8}{job:>9}  {action.verdict}{said}"
    yield f"  floor {SAVE_FLOOR_MS / 1000:g} s, aim {SAVE_AIM_MS / 1000:g} s until the page answers"


def _format_ms(value: float | None) -> str:
    return "none" if value is None else f"{value:,.0f}"

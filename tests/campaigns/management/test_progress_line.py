"""Progress on a terminal and in a log."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management.base import OutputWrapper

from campaigns.management.progress_line import ProgressLine, format_bar, format_eta


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_line_is_written_over_and_wiped() -> None:
    terminal = Terminal()
    line = ProgressLine(OutputWrapper(terminal))
    line.show("1 of 4 videos", 0.25, 61)
    line.close()
    assert terminal.getvalue() == f"\r\x1b[K{format_bar(0.25)}  25%  1 of 4 videos, about 60 s left\r\x1b[K"


def test_a_log_gets_whole_lines_and_not_one_per_frame() -> None:
    log = StringIO()
    line = ProgressLine(OutputWrapper(log))
    for done in range(50):
        line.show(f"frame {done}", done / 50)
    line.close()
    assert log.getvalue() == f"{format_bar(0)}   0%  frame 0\n"


@pytest.mark.parametrize(
    ("left_s", "text"),
    [(None, ""), (2, ", about 5 s left"), (47, ", about 45 s left"), (200, ", about 3 min left")],
)
def test_the_time_left_is_rounded(left_s: float | None, text: str) -> None:
    assert format_eta(left_s) == text

from __future__ import annotations

import pytest

from campaigns.exports.cells import make_safe


@pytest.mark.parametrize(
    "text",
    ["=1+1", "=HYPERLINK(\"http://x\")", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1",
     "\r=1", "\n=1", "＝1", "-A1", "+A1", "-1-1;=1"],
)  # fmt: skip
def test_what_may_run_gets_an_apostrophe(text: str) -> None:
    assert make_safe(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    ["", "Ada", "-5", "-5.25", "-1,234.50", "+49 30 123456", "+49 (0)30/12 34-56", "-12 %", "a=b", "- "[:0],
     "5-3", "'quoted"],
)  # fmt: skip
def test_numbers_telephone_numbers_and_words_stay(text: str) -> None:
    assert make_safe(text) == text

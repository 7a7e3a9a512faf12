"""Scripts that mean harm are refused by a sentence, in time and memory: 131, in four ways each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from campaigns.scripts.markup import describe_markup
from campaigns.scripts.template import ScriptError, check, check_row, fill, fill_text
from tests.hostile.child import MEMORY_MAX_MB, measure
from tests.hostile.scripts import ROW, SCRIPTS


def build() -> tuple[Sequence[str], Callable[[int], str]]:
    """For the child: the scripts' beginnings, and what is done with each."""

    def attempt(number: int) -> str:
        source = SCRIPTS[number]
        told = ""
        for use in (fill, check_row, fill_text, lambda one, row: check(one, tuple(row))):
            try:
                str(use(source, ROW)).encode("utf-8")  # what no page could show fails here
            except ScriptError as refused:
                told = str(refused)
        describe_markup(source[:20_000])
        return told.encode("utf-8").decode()

    return [source[:60] for source in SCRIPTS], attempt


@pytest.mark.slow
def test_no_script_takes_long_or_much_memory_or_breaks() -> None:
    assert len(SCRIPTS) >= 100
    outcome = measure("tests.hostile.test_scripts", "build")
    assert outcome.bad == []
    assert outcome.answered == len(SCRIPTS) and outcome.refused > 100
    assert outcome.memory_mb < MEMORY_MAX_MB / 4

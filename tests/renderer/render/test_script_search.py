from __future__ import annotations

from pathlib import Path

import pytest

from renderer.errors import RenderError
from renderer.render.script_search import find_script_lines, list_shared_lines
from renderer.runtime.store import Store
from tests import takes

BUILT = "We would love to show you what we have built."
THANKS = "Thank you for trying Byname."


def message(name: str) -> list[tuple[str, str]]:
    return [("0", f"So choose a time, {name}."), ("1", BUILT), ("2", THANKS)]


def test_lines_that_differ_between_recipients_are_not_shared() -> None:
    assert list_shared_lines([message("Ada"), message("José")]) == [("1", BUILT), ("2", THANKS)]


def test_what_is_found_and_what_is_not_is_looked_for_once(tmp_path: Path) -> None:
    store, steps = Store(tmp_path / "store"), list[str]()
    for _ in range(2):
        found = find_script_lines(
            [message("Ada"), message("José")], takes.DEMO_TAKE, store,
            progress=lambda step: steps.append(step.stage),
        )  # fmt: skip
        assert [(line.line_id, line.text) for line in found] == [("1", BUILT)]
    assert len(steps) == 2  # it began, and ended, once
    assert store.stats_by_kind()["filmed"].files == 2


def test_the_same_text_elsewhere_in_a_script_has_its_own_line_id(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    find_script_lines([[("1", BUILT)]], takes.DEMO_TAKE, store)
    found = find_script_lines([[("7", BUILT)]], takes.DEMO_TAKE, store)
    assert [line.line_id for line in found] == ["7"]
    assert store.stats_by_kind()["filmed"].files == 1


def test_a_silent_film_says_nothing_and_a_broken_one_is_an_error(tmp_path: Path) -> None:
    silent = takes.too_short(tmp_path / "silent.mp4")
    assert find_script_lines([[("1", BUILT)]], silent, Store(tmp_path / "store")) == ()
    with pytest.raises(RenderError):
        find_script_lines(
            [[("1", BUILT)]], takes.write_half(tmp_path / "half.mp4"), Store(tmp_path / "store")
        )

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from renderer.evaluation.quality import add_quality_options
from renderer.evaluation.quality_takes import DEMO_TAKE, PRESENTERS, SECONDS, film_presenters
from renderer.progress import Step
from renderer.synthetic.kinds import KINDS
from renderer.video.probe import MIN_TAKE_S, probe
from tests.renderer.synthetic.conftest import graphics as graphics


def test_with_the_demo_there_are_at_least_five_takes_and_one_of_each_kind() -> None:
    assert DEMO_TAKE.exists()
    assert set(PRESENTERS) == set(KINDS)
    assert 1 + len(PRESENTERS) >= 5
    assert SECONDS >= MIN_TAKE_S


def test_takes_need_not_be_named_but_may_be() -> None:
    parser = argparse.ArgumentParser()
    add_quality_options(parser)
    assert parser.parse_args(["--out", "x"]).takes is None
    assert parser.parse_args(["--out", "x", "--takes", "a.mp4"]).takes == [Path("a.mp4")]


@pytest.mark.usefixtures("graphics")
def test_presenters_are_filmed_once(tmp_path: Path) -> None:
    steps: list[Step] = []
    some = {"plain": 5, "phone": 11}
    takes = film_presenters(tmp_path, 0.04, steps.append, some)
    made = [take.stat().st_mtime_ns for take in takes]
    assert [take.name.rpartition("-7-")[0] for take in takes] == ["plain", "phone"]
    assert all(probe(take).has_sound for take in takes)
    assert [step.done for step in steps] == [0, 1]
    assert film_presenters(tmp_path, 0.04, steps.append, some) == takes
    assert [take.stat().st_mtime_ns for take in takes] == made

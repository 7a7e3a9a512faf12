"""The render cache of version 0.2 is found, read and used: nothing in it is drawn again."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from renderer.config import EngineConfig, VoiceConfig, fingerprint
from renderer.presenter.lazy_take import LazyTake
from renderer.presenter.presenter import load_presenter
from renderer.render.context import RenderContext
from renderer.render.encode import MEASURES_VERSION
from renderer.render.job import MessageJob
from renderer.render.pipeline import render_message
from renderer.render.plan import PlannedMessage, plan_message
from renderer.render.seams import load_or_draw_neutral
from renderer.render.segment import load_or_compute_motion
from renderer.runtime.store import Store
from renderer.scoring.segment_measures import load_measures
from renderer.take.plan import Slots
from tests.upgrade.version_0_2 import MESSAGE, RAISED

CONFIG = EngineConfig(voice=VoiceConfig("pyttsx3"))

needs = {
    kind: pytest.mark.skipif(
        bool(RAISED.keys() & {kind, *others}), reason=f"{kind} is made otherwise on purpose"
    )
    for kind, others in {
        "segment": {"speech", "sound"},
        "motion": {"speech"},
        "rest": set(),
        "measured": {"segment", "speech"},
    }.items()
}


@pytest.fixture
def store(own_files: Path) -> Store:
    return Store(own_files / "cache")


@pytest.fixture
def job(own_files: Path, tmp_path: Path) -> MessageJob:
    """The message that 0.2 rendered. Its take is not there, so that drawing would fail."""
    return MessageJob(
        tuple((line_id, text) for line_id, text in MESSAGE["lines"]),
        own_files / "whole.safetensors",
        own_files / "no-take.mp4",
        Slots.from_json(MESSAGE["slots"]),
        tmp_path / "message",
        CONFIG,
    )


@pytest.fixture
def planned(job: MessageJob, store: Store) -> PlannedMessage:
    presenter = load_presenter(job.presenter)
    return plan_message(job, RenderContext(presenter, LazyTake(job.take, presenter), store, CONFIG))


def files_in(store: Store) -> set[Path]:
    return {path.relative_to(store.root) for path in store.root.glob("[a-z]*/??/*")}


@needs["segment"]
def test_a_message_is_the_same_to_the_byte_and_nothing_is_drawn(job: MessageJob, store: Store) -> None:
    before = files_in(store)
    made = render_message(job, store)
    assert made.content_hash == MESSAGE["content_hash"]
    sums = {
        path.suffix[1:]: hashlib.sha256(path.read_bytes()).hexdigest() for path in (made.video, made.captions)
    }
    assert sums == {kind: MESSAGE["sha256"][kind] for kind in ("mp4", "vtt")}
    assert made.cache_hits == len(made.segments) == 2
    assert [(one.start_s, one.end_s) for one in made.segments] == [
        (one["start_s"], one["end_s"]) for one in MESSAGE["segments"]
    ]
    # The package holds the measures of one segment only; those of the other are read from its pictures now.
    made_now = files_in(store) - before
    assert [path.parts[0] for path in made_now] == ["measured"] * (2 if "measured" in RAISED else 1)
    assert before <= files_in(store)


@needs["measured"]
def test_measures_are_read(planned: PlannedMessage, store: Store) -> None:
    found = [store.get("measured", fingerprint(MEASURES_VERSION, one.key)) for one in planned.segments]
    [path] = [one for one in found if one is not None]
    measured = load_measures(path)
    assert measured.points.shape[1:] == (478, 2)
    assert 0 < measured.scores["sharpness"] < 2


@needs["motion"]
def test_motions_are_read(planned: PlannedMessage, store: Store) -> None:
    before = files_in(store)
    motions = [load_or_compute_motion(planned.context, one) for one in planned.segments]
    assert files_in(store) == before
    assert [len(one) for one in motions] == [len(one.path) for one in planned.segments]
    assert all(np.abs(one).max() > 0 for one in motions)


@needs["rest"]
def test_resting_mouths_are_read(planned: PlannedMessage) -> None:
    seam = planned.segments[-1].path[-CONFIG.plan.seam_frames :]
    mouths = load_or_draw_neutral(planned.context, seam, (True, False))
    assert mouths.crops.shape == (4, 64, 64, 3)
    assert not mouths.fine.any()  # as they were packed: drawn ones would not be black

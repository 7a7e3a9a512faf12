"""A segment is seen again by a tracker that was told nothing of it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from renderer.config import VideoConfig
from renderer.errors import RenderError
from renderer.presenter.presenter import Presenter
from renderer.scoring.mouth_map import COLUMNS, ROWS, lay_flat
from renderer.scoring.segment_measures import (
    SegmentMeasures,
    WantedLips,
    load_measures,
    measure_segment,
    save_measures,
)
from renderer.take.base_track import PathFrame
from renderer.video.decode import TakeReader
from renderer.video.encode import encode_segment
from renderer.video.picture import Picture
from tests.presenters import Baked

FPS = Fraction(25)
FRAMES = range(20, 60)
PATH = [PathFrame(frame, frame, 0.0) for frame in FRAMES]


@pytest.fixture(scope="module")
def presenter(baked: Baked) -> Presenter:
    return Presenter.load(baked.bake)


@pytest.fixture(scope="module")
def filmed(baked: Baked, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The take's own frames as a segment."""
    path = tmp_path_factory.mktemp("measured") / "segment.mp4"
    with TakeReader(baked.take) as reader:
        encode_segment(reader.pictures(FRAMES), FPS, VideoConfig(), path)
    return path


def in_fine_px(presenter: Presenter, at: int) -> np.ndarray:
    return (presenter.points[at] + 0.5) * (presenter.fine_px / presenter.crop_px) - 0.5


def measured(segment: Path, presenter: Presenter) -> SegmentMeasures:
    motion = presenter.style.space.encode(presenter.points[list(FRAMES)])
    return measure_segment(segment, PATH, WantedLips(motion, (), 0.0), presenter, FPS)


def test_the_takes_own_frames_score_as_filmed(filmed: Path, presenter: Presenter) -> None:
    found = measured(filmed, presenter)
    assert found.points.shape == (len(FRAMES), 478, 2)
    assert found.seen.all()
    assert found.maps.shape == (len(FRAMES), ROWS, COLUMNS, 3)
    own = [lay_flat(presenter.fine[at], in_fine_px(presenter, at)) for at in FRAMES]
    assert np.abs(found.maps.astype(int) - np.stack(own)).mean() < 8, "the filmed mouths, a little blurred"
    assert 0.8 < found.scores["sharpness"] < 1.2
    assert found.scores["aperture_r"] > 0.7
    assert found.scores["kept_frames"] == float(1 - presenter.ok[list(FRAMES)].mean())


def test_a_segment_scores_the_same_whatever_was_measured_before(filmed: Path, presenter: Presenter) -> None:
    once, again = measured(filmed, presenter), measured(filmed, presenter)
    assert once.scores == again.scores
    assert np.array_equal(once.points, again.points)


def test_a_segment_without_a_face_says_so(presenter: Presenter, tmp_path: Path) -> None:
    grey = Picture.of_rgb(np.full((360, 640, 3), 120, np.uint8))
    encode_segment([grey] * len(FRAMES), FPS, VideoConfig(), tmp_path / "grey.mp4")
    found = measured(tmp_path / "grey.mp4", presenter)
    assert found.scores["face_lost"] == 1.0
    assert len(found.points) == 0


def test_a_damaged_segment_is_an_error_and_no_score(presenter: Presenter, tmp_path: Path) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"not a video")
    with pytest.raises(RenderError, match="not a video"):
        measured(tmp_path / "broken.mp4", presenter)


def test_measures_can_be_kept(filmed: Path, presenter: Presenter, tmp_path: Path) -> None:
    found = measured(filmed, presenter)
    save_measures(found, tmp_path / "scores.safetensors")
    kept = load_measures(tmp_path / "scores.safetensors")
    assert kept.scores == found.scores
    for name in ("points", "seen", "maps"):
        assert np.array_equal(getattr(kept, name), getattr(found, name)), name


def test_a_filmed_line_is_measured_by_its_picture_alone(filmed: Path, presenter: Presenter) -> None:
    found = measure_segment(filmed, PATH, None, presenter, FPS)
    assert found.seen.all()
    assert found.scores.keys() == {"kept_frames", "sharpness", "ring"}
    assert found.scores["kept_frames"] == 0

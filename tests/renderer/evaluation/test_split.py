from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from renderer.errors import RenderError
from renderer.evaluation.split import describe_uneven_rate, find_split
from renderer.video.first_frames import FirstFrames
from renderer.video.probe import ClipFacts, probe

FACTS = ClipFacts(64, 64, Fraction(25), 500, 20.0, True, "")
CLIP = Path("clip.mp4")


def clip(path: Path, times: list[int], rate: int = 25) -> Path:
    """A clip whose pictures are shown at these times, in hundredths of a second."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=rate)
        stream.width = stream.height = 64
        stream.codec_context.time_base = Fraction(1, 100)
        for number, time in enumerate(times):
            picture = np.full((64, 64, 3), number % 200, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = time, Fraction(1, 100)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def test_three_quarters_are_learned_from():
    assert find_split(FACTS, 0.75, CLIP) == 375
    odd = replace(FACTS, fps=Fraction(30_000, 1001), frames=601, duration_s=20.05)
    assert find_split(odd, 0.75, CLIP) == 451


@pytest.mark.parametrize("share", [0.0, 1.0, 1.5, -0.2])
def test_a_share_that_leaves_nothing_is_refused(share: float):
    with pytest.raises(RenderError, match="between 0 and 1"):
        find_split(FACTS, share, CLIP)


def test_a_clip_that_is_too_short_to_learn_from_says_how_much_is_needed():
    with pytest.raises(RenderError, match=r"only 2\.2 s would be learned from; at least 3 s"):
        find_split(replace(FACTS, frames=75, duration_s=3.0), 0.75, CLIP)


def test_a_clip_of_six_seconds_is_enough():
    assert find_split(replace(FACTS, frames=150, duration_s=6.0), 0.75, CLIP) == 112


def test_a_rest_that_is_too_short_says_so():
    with pytest.raises(RenderError, match=r"Only 0\.4 s of clip\.mp4 would be left"):
        find_split(FACTS, 0.98, CLIP)


def test_nobody_sees_more_than_the_first_frames(tmp_path: Path):
    path = clip(tmp_path / "even.mp4", list(range(0, 400, 4)))
    with FirstFrames(path, 60) as reader:
        assert reader.facts.frames == 60
        assert reader.facts.duration_s == pytest.approx(2.4)


def test_a_clip_whose_rate_varies_is_read_evenly_and_says_so(tmp_path: Path):
    assert describe_uneven_rate(clip(tmp_path / "even.mp4", list(range(0, 400, 4)))) == ()
    times = [4 * at + (3 if at % 7 == 0 else 0) + at // 10 for at in range(100)]
    (note,) = describe_uneven_rate(clip(tmp_path / "phone.mp4", times))
    facts = probe(tmp_path / "phone.mp4")
    assert f"its 100 pictures are read as {facts.frames} frames at an even {float(facts.fps):g}" in note
    assert facts.frames == pytest.approx(float(facts.fps) * 4.1, abs=2)

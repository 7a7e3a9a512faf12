"""When each picture of a clip is shown, laid on an even grid of frames.

Phones record with small or large jitter. Everything downstream counts frames, so a clip is
read through a grid of constant rate: for an even clip the grid is the clip itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av.container
import numpy as np
import numpy.typing as npt
from av.video.stream import VideoStream

from renderer.errors import RenderError
from renderer.video.open import incomplete_error

_MIN_FPS, _MAX_FPS = 1, 60
_MAX_GAP_S = 0.25
_MOST_FRAMES_A_PICTURE = 20
_UNSTATED_RATE = Fraction(25)
_TIMES_LOST_BY_JUMPS = ("mpeg",)  # program streams: after a jump, pictures come with their neighbours' times
_NEAR_SHARE = 0.4
_USUAL_RATES = tuple(
    Fraction(n, d)
    for n, d in (
        (8, 1), (10, 1), (12, 1), (15, 1), (20, 1), (24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1),
        (48, 1), (50, 1), (60000, 1001), (60, 1),
    )
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class ClipTiming:
    """``pts`` [P] and ``keys`` (positions in it) are the file's; ``source`` [frames] maps grid to file.

    Where the file's times cannot be true, pictures are ``counted`` from its start, at an even rate.
    ``gaps`` are the stretches [first, last) of the grid in which the recording has no new picture for long.
    """

    fps: Fraction
    pts: npt.NDArray[np.int64]
    keys: npt.NDArray[np.int64]
    source: npt.NDArray[np.int64]
    gaps: tuple[tuple[int, int], ...] = ()
    counted: bool = False

    @property
    def frames(self) -> int:
        return len(self.source)


def read_timing(
    container: av.container.InputContainer, stream: VideoStream, path: Path, first: Sequence[int | None] = ()
) -> ClipTiming:
    """Read every packet's time without decoding. ``first`` are the times of the first decoded pictures: those
    before cannot be decoded, as in a clip that was cut anywhere; where they go back, no time can be true.

    Raises RenderError for cut-off and too uneven clips.
    """
    check_all_bytes_there(stream, path)
    try:
        packets = [
            (p.dts if p.pts is None else p.pts, p.is_keyframe)
            for p in container.demux(stream)
            if p.size and not p.is_discard
        ]
    except av.error.FFmpegError as error:
        raise incomplete_error(path) from error
    if _go_back(first) or container.format.name in _TIMES_LOST_BY_JUMPS:
        return _count_pictures(len(packets), stream)
    # Two pictures of one time are one: whichever is decoded last is shown.
    timed = sorted({pts: key for pts, key in packets if pts is not None}.items())
    shown = [pair for pair in timed if not first or first[0] is None or pair[0] >= first[0]] or timed
    if not shown:
        raise RenderError(f"{path.name} holds no pictures. Choose a video that shows the presenter's face.")
    pts = np.array([pts for pts, _ in shown], np.int64)
    keys = np.flatnonzero([key for _, key in shown])
    fps, source = _find_grid(pts, stream, path)
    timing = ClipTiming(fps, pts, keys, source, _find_gaps(source, fps))
    _check_moves(timing, path)
    _check_reaches_the_end(container, stream, timing, path)
    return timing


def _go_back(times: Sequence[int | None]) -> bool:
    stated = [time for time in times if time is not None]
    return len(stated) < len(times) or any(after < before for before, after in pairwise(stated))


def _count_pictures(count: int, stream: VideoStream) -> ClipTiming:
    rates = [
        rate for rate in (stream.average_rate, stream.guessed_rate) if rate and _MIN_FPS <= rate <= _MAX_FPS
    ]
    numbers = np.arange(count, dtype=np.int64)
    fps = Fraction(rates[0]).limit_denominator(1001) if rates else _UNSTATED_RATE
    return ClipTiming(fps, numbers, np.zeros(1, np.int64), numbers, counted=True)


def _find_grid(
    pts: npt.NDArray[np.int64], stream: VideoStream, path: Path
) -> tuple[Fraction, npt.NDArray[np.int64]]:
    times_s = (pts - pts[0]) * float(_time_base(stream))
    drift_frames = {
        rate: _measure_drift_frames(times_s, rate)
        for rate in _list_candidate_rates(stream)
        if _MIN_FPS <= rate <= _MAX_FPS
    }
    best = min(drift_frames, key=drift_frames.__getitem__, default=None)
    if best is not None and drift_frames[best] < 0.5:
        return best, np.arange(len(pts), dtype=np.int64)
    rate = _find_usual_rate(1 / _find_usual_gap_s(times_s))
    count = max(1, round((times_s[-1] + float(1 / rate)) * float(rate)))
    if count > _MOST_FRAMES_A_PICTURE * len(pts):  # before the grid is made: damaged times may ask for years
        raise _standstill_error(path)
    shown_at_s = (np.arange(count) + 0.5) / float(rate)
    return rate, np.searchsorted(times_s, shown_at_s, side="right").astype(np.int64) - 1


def _find_gaps(source: npt.NDArray[np.int64], fps: Fraction) -> tuple[tuple[int, int], ...]:
    """Stretches [first, last) that repeat one picture for longer than `_MAX_GAP_S`."""
    starts = np.flatnonzero(np.diff(source, prepend=-1))
    lengths = np.diff(starts, append=len(source))
    long = lengths / float(fps) > _MAX_GAP_S
    return tuple(
        (int(start), int(start + length)) for start, length in zip(starts[long], lengths[long], strict=True)
    )


def _check_moves(timing: ClipTiming, path: Path) -> None:
    if sum(last - first for first, last in timing.gaps) > timing.frames / 2:
        raise _standstill_error(path)


def _standstill_error(path: Path) -> RenderError:
    return RenderError(
        f"The picture of {path.name} stands still for more than half of the time. "
        "Record it again with a constant frame rate, such as 25 or 30, and other programs closed."
    )


def _list_candidate_rates(stream: VideoStream) -> list[Fraction]:
    """Rates that the file states, and the usual ones beside them; among equals the usual ones win."""
    stated = [rate for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate) if rate]
    usual = [rate for rate in _USUAL_RATES for near in stated if abs(rate / near - 1) < 0.002]
    return usual + [Fraction(rate).limit_denominator(1001) for rate in stated]


def _measure_drift_frames(times_s: npt.NDArray[np.float64], rate: Fraction) -> float:
    """How far a frame is at most from its place at an even rate, as a share of a frame."""
    late = times_s * float(rate) - np.arange(len(times_s))
    return round(float(late.max() - late.min()) / 2, 6)


def _find_usual_gap_s(times_s: npt.NDArray[np.float64]) -> float:
    """Seconds from one picture to the next where none was left out, as cameras do in bad light."""
    gaps_s = np.diff(times_s)
    usual_s = float(np.median(gaps_s)) if len(gaps_s) else 1.0
    near = gaps_s[np.abs(gaps_s - usual_s) < _NEAR_SHARE * usual_s]
    return float(near.mean()) if len(near) else max(usual_s, 1e-3)


def _find_usual_rate(rate: float) -> Fraction:
    while rate > _MAX_FPS * 1.01:
        rate /= 2  # slow-motion recordings: every second picture, until the rate is usual
    return min(_USUAL_RATES, key=lambda usual: abs(float(usual) / rate - 1))


def _time_base(stream: VideoStream) -> Fraction:
    return stream.time_base or Fraction(1, 1_000_000)


def check_all_bytes_there(stream: VideoStream, path: Path) -> None:
    """Raise RenderError for a file that ends before its last picture does."""
    size_bytes = path.stat().st_size
    if any(entry.pos + entry.size > size_bytes for entry in stream.index_entries):
        raise incomplete_error(path)


def _check_reaches_the_end(
    container: av.container.InputContainer, stream: VideoStream, timing: ClipTiming, path: Path
) -> None:
    stated_s = float((stream.duration or 0) * _time_base(stream)) or (container.duration or 0) / 1e6
    # A clip that was cut may begin late, and its container counts from 0.
    reached_s = max(timing.frames / float(timing.fps), float(int(timing.pts[-1]) * _time_base(stream)))
    if stated_s - reached_s > 1.0 and not container.streams.audio:
        raise incomplete_error(path)

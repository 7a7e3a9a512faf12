"""How far and how fast the lips move, against the person's own speech."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from renderer.judging.fault import Fault, describe
from renderer.judging.footage import Footage
from renderer.judging.loudness_frames import find_silent_frames, find_spoken_frames
from renderer.scoring.aperture import OPEN_APERTURE

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
_Measure = Callable[[Floats, float], float]

RATIO_LOW, RATIO_HIGH = 0.8, 1.2  # within a fifth of the person's own: the gate of docs/quality.md
OPEN_IN_SILENCE_MAX = 0.02
# Wider than ever, by more than a tracker errs: 5 % is under half a pixel on a face of 300 px.
_WIDER = 1.05
_LEAST_FRAMES = 2
_WINDOWS = 40  # parts of the take that are as long as the message
_LEAST_FRAMES_SPOKEN = 10
# Less silence than this tells nothing: between two sentences everybody breathes in through an open mouth.
_LEAST_SILENCE_S = 1.0
# Above the aperture that this person's closed mouth is seen with.
_OPEN_OVER_CLOSED = 0.012


@dataclass(frozen=True, eq=False)
class Amplitude:
    """How a person speaks in a take: apertures while something is said, what the closed and the widest mouth
    measure, and the share of open frames in digital silence (None where there is hardly any)."""

    spoken: Floats  # apertures, NaN where nothing is said
    fps: float
    closed: float
    widest: float
    open_in_silence: float | None

    @classmethod
    def of(cls, take: Footage, *, in_sync: bool) -> Amplitude:
        """From a take; where its sound is not its own all of it counts as speech."""
        gaps = take.apertures
        closed = float(np.quantile(gaps[take.seen], 0.05))
        says = find_spoken_frames(take.samples, len(take), take.fps)
        if not in_sync or says.sum() < _LEAST_FRAMES_SPOKEN:
            says = np.ones(len(take), bool)
        return cls(
            spoken=np.where(says & take.seen, gaps, np.nan).astype(np.float32),
            fps=float(take.fps),
            closed=closed,
            widest=float(gaps[take.seen].max()),
            open_in_silence=_measure_open(take, closed)[0],
        )

    def judge(self, message: Footage) -> tuple[dict[str, float], list[Fault]]:
        """Scores and faults of a message."""
        scores, faults = self._judge_ratios(message)
        gaps = message.apertures
        too_wide = message.seen & (gaps > _WIDER * self.widest)
        scores["wider_than_filmed"] = float(too_wide.mean())
        faults += describe(
            "wider_than_filmed", too_wide, gaps / self.widest - 1, _LEAST_FRAMES,
            "The mouth opens {:.0%} wider than ever in the take".format,
        )  # fmt: skip
        return scores, faults

    def judge_silence(self, message: Footage) -> tuple[dict[str, float], list[Fault]]:
        """Whether the mouth is shut where nothing can be heard."""
        share, opened = _measure_open(message, self.closed, in_room=True)
        if share is None:
            return {}, []
        if share <= max(OPEN_IN_SILENCE_MAX, self.open_in_silence or 0.0):
            return {"open_in_silence": share}, []
        says = f"The mouth stands open in {share:.0%} of the silence"
        return {"open_in_silence": share}, describe(
            "open_in_silence", opened, message.apertures, 1, lambda _: says
        )

    def _judge_ratios(self, message: Footage) -> tuple[dict[str, float], list[Fault]]:
        says = find_spoken_frames(message.samples, len(message), message.fps)
        spoken = np.where(says & message.seen, message.apertures, np.nan).astype(np.float32)
        fps = float(message.fps)
        scores: dict[str, float] = {}
        faults: list[Fault] = []
        for kind, measure, does, how in _RATIOS:
            ratio = measure(spoken, fps) / max(measure(self.spoken, self.fps), 1e-9)
            if not np.isfinite(ratio):
                continue
            scores[kind] = ratio
            low, high = self._find_own_span(measure, len(message) / fps)
            if not min(RATIO_LOW, low) <= ratio <= max(RATIO_HIGH, high):
                size = f"only {ratio:.0%}" if ratio < 1 else f"{ratio:.1f} times"
                faults.append(Fault(kind, f"The mouth {does} {size} as {how} as in the take"))
        return scores, faults

    def _find_own_span(self, measure: _Measure, seconds: float) -> tuple[float, float]:
        """The least and the largest ratio of parts of the take itself, as long as the message, to all of it:
        short parts of real speech differ by more than a fifth."""
        length = round(seconds * self.fps)
        if length >= len(self.spoken):
            return 1.0, 1.0
        whole = max(measure(self.spoken, self.fps), 1e-9)
        starts = np.unique(np.linspace(0, len(self.spoken) - length, _WINDOWS).astype(int))
        ratios = [measure(self.spoken[start : start + length], self.fps) / whole for start in starts]
        known = [ratio for ratio in ratios if np.isfinite(ratio)]
        return (min(known), max(known)) if known else (1.0, 1.0)


def _measure_open(footage: Footage, closed: float, *, in_room: bool = False) -> tuple[float | None, Flags]:
    """The share of silent frames whose mouth is open, and those frames [n]; a filmed mouth may breathe."""
    silent = find_silent_frames(footage.samples, len(footage), footage.fps, in_room=in_room) & footage.seen
    if footage.filmed is not None:
        silent &= ~footage.filmed
    opened = silent & (footage.apertures > max(OPEN_APERTURE, closed + _OPEN_OVER_CLOSED))
    enough = silent.sum() >= _LEAST_SILENCE_S * footage.fps
    return float(opened.sum() / silent.sum()) if enough else None, opened


def _measure_spread(gaps: Floats, _: float) -> float:
    """Standard deviation of the apertures that are known; NaN where there are hardly any."""
    known = gaps[np.isfinite(gaps)]
    return float(known.std()) if len(known) >= _LEAST_FRAMES_SPOKEN else float("nan")


def _measure_speed(gaps: Floats, fps: float) -> float:
    """Mean change of the aperture in a second."""
    steps = np.abs(np.diff(gaps))
    known = steps[np.isfinite(steps)]
    return float(known.mean()) * fps if len(known) >= _LEAST_FRAMES_SPOKEN else float("nan")


_RATIOS: tuple[tuple[str, _Measure, str, str], ...] = (
    ("aperture_ratio", _measure_spread, "opens", "far"),
    ("speed_ratio", _measure_speed, "moves", "fast"),
)

"""Judges a finished video as a viewer does: against the presenter's own take, knowing nothing of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from renderer.judging.amplitude import OPEN_IN_SILENCE_MAX, RATIO_HIGH, RATIO_LOW, Amplitude
from renderer.judging.ear import Ear
from renderer.judging.fault import Fault
from renderer.judging.footage import Footage
from renderer.judging.lip_outline import LipOutline
from renderer.judging.lip_sync import LipSync
from renderer.judging.mouth_interior import SOFT_MAX, MouthInterior
from renderer.judging.mouth_place import MouthPlace
from renderer.scoring.gate import Gate

# What is printed of each score. A share of frames is 0 at best; one frame in fifty is half a sound in 5 s.
SCORES = (
    Gate("nose_outside", "frames with the mouth too near the nose or too far from it", None, 0.02, None, 0.0),
    Gate("width_outside", "frames with a mouth too narrow or too wide for the head", None, 0.02, None, 0.0),
    Gate("aperture_ratio", "aperture: std ÷ the take's speech", RATIO_LOW, RATIO_HIGH, 0.9, 1.1),
    Gate("speed_ratio", "lip speed ÷ the take's speech", RATIO_LOW, RATIO_HIGH, 0.9, 1.1),
    Gate("wider_than_filmed", "frames wider open than any filmed one", None, 0.02, None, 0.0),
    Gate("upper_lip_torn", "frames with a torn or folded upper lip", None, 0.01, None, 0.0),
    Gate("lower_lip_torn", "frames with a torn or folded lower lip", None, 0.01, None, 0.0),
    Gate("smeared", "open mouths without an edge between lips and teeth", None, 0.05, None, 0.01),
    Gate("soft", "open mouths with softer edges inside than is usual", None, SOFT_MAX, None, 0.1),
    Gate("streaked", "open mouths with streaks", None, 0.02, None, 0.01),
    Gate("unlike", "open mouths unlike any filmed one", None, 0.02, None, 0.0),
    Gate("open_in_silence", "open mouth in digital silence", None, OPEN_IN_SILENCE_MAX, None, 0.002),
    Gate("late_frames", "lips later than the sound, frames", -3, 3, -1, 1),
)


@dataclass(frozen=True)
class Judgement:
    """``scores`` by name (those that could not be measured are missing), and the ``faults`` that a viewer
    sees, the most frames first."""

    scores: Mapping[str, float]
    faults: tuple[Fault, ...]

    def report(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "scores": dict(self.scores),
            "faults": [
                {"kind": fault.kind, "says": fault.says, "frames": [list(span) for span in fault.ranges]}
                for fault in self.faults
            ],
        }

    @classmethod
    def of_report(cls, kept: Mapping[str, Any]) -> Judgement:
        """The judgement of which this is the `report`."""
        faults = (
            Fault(fault["kind"], fault["says"], tuple((first, last) for first, last in fault["frames"]))
            for fault in kept["faults"]
        )
        return cls(kept["scores"], tuple(faults))


@dataclass(frozen=True, eq=False)
class Judge:
    """What one presenter looks and sounds like; judges any number of that presenter's messages."""

    place: MouthPlace
    amplitude: Amplitude
    outline: LipOutline
    interior: MouthInterior | None
    sync: LipSync | None

    @classmethod
    def of(cls, take: Footage, ear: Ear | None = None) -> Judge:
        """From a take; ``ear`` is asked beside the built-in ones whether lips and sound belong together."""
        sync = LipSync.of(take, ear) if len(take.samples) else None
        return cls(
            place=MouthPlace.of(take),
            amplitude=Amplitude.of(take, in_sync=sync is not None and sync.own.is_heard),
            outline=LipOutline.of(take),
            interior=MouthInterior.of(take),
            sync=sync,
        )

    def judge(self, message: Footage) -> Judgement:
        """Every score and fault of a message that this presenter should have spoken."""
        parts = [self.place.judge(message), self.amplitude.judge(message), self.outline.judge(message)]
        if self.interior is not None:
            parts.append(self.interior.judge(message))
        if len(message.samples):
            parts.append(self.amplitude.judge_silence(message))
            if self.sync is not None:
                parts.append(self.sync.judge(message))
        scores = {name: float(value) for found, _ in parts for name, value in found.items()}
        faults = [fault for _, found in parts for fault in found]
        return Judgement(scores, tuple(sorted(faults, key=_count_frames, reverse=True)))


def format_judgement(judgement: Judgement) -> str:
    """Lines to print: faults first, then every score with its bounds."""
    scores = judgement.scores
    lines = [f"fault: {fault}" for fault in judgement.faults] or ["No fault was seen."]
    for row in SCORES:
        value = scores.get(row.name)
        shown = "–" if value is None else f"{value:.3g}"
        lines.append(f"  {row.verdict(value):<13}{shown:>8}  {row.says} ({row.bounds()})")
    if "sound_r" in scores:
        verdict = "" if scores["sound_r"] > scores["sound_r_by_chance"] else "missed"
        lines.append(
            f"  {verdict:<13}{scores['sound_r']:>8.2f}  lips with the sound: r; chance reaches "
            f"{scores['sound_r_by_chance']:.2f}; {scores['late_frames']:+.0f} frames late "
            f"({scores['late_frames_low']:+.0f} to {scores['late_frames_high']:+.0f})"
        )
    return "\n".join(lines) + "\n"


def _count_frames(fault: Fault) -> int:
    """How many frames show a fault; one of the whole video comes before all others."""
    return sum(last - first + 1 for first, last in fault.ranges) if fault.ranges else 10**9

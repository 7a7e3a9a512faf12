"""Whether the mouth sits where this person's mouth sits: its distance to the nose, and its width."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import INNER_MIDDLES, MOUTH_CORNERS, NOSE_BASE, OUTER_UPPER_MIDDLE
from renderer.judging.fault import Fault, Limits, describe
from renderer.judging.footage import Footage
from renderer.judging.head_pose import HeadPose

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

_FOLDS = 8
_RIDGE = 0.01  # of the frames: a pose seen in a few frames hardly bends the rule
# How far beyond the take's own extremes, of their distance from the median. Five takes encoded again (CRF 28,
# or three quarters of the size) need 0 to 0.25; a mouth under the nose is told up to 1.0 (flags) and 1.5
# (curtain).
_SLACK = 0.35
# A tenth of a second. Of five takes, each judged in quarters by the rest of it, and of a message of the demo
# that looks right, shorter runs were told.
_LEAST_FRAMES = 3


@dataclass(frozen=True, eq=False)
class _Rule:
    """A length that follows from the head's pose and the mouth's opening, and how far the take itself
    strays from that."""

    weights: Doubles
    limits: Limits
    own: Floats

    @classmethod
    def fit(cls, inputs: Doubles, lengths: Doubles) -> _Rule:
        fold = np.arange(len(lengths)) * _FOLDS // max(len(lengths), 1)
        strays = np.zeros(len(lengths))
        for part in range(_FOLDS):
            here = fold == part
            if here.any() and not here.all():
                guess = inputs[here] @ _solve(inputs[~here], lengths[~here])
                strays[here] = lengths[here] / _positive(guess, lengths) - 1
        own = np.asarray(strays, np.float32)
        return cls(_solve(inputs, lengths), Limits.of(own, _SLACK), own)

    def measure(self, inputs: Doubles, lengths: Doubles) -> Floats:
        """By which share each length is larger than this person's [n]."""
        return np.asarray(lengths / _positive(inputs @ self.weights, lengths) - 1, np.float32)


@dataclass(frozen=True, eq=False)
class MouthPlace:
    """The rules of one person: the nose's distance given pose, opening and width; the width given pose and
    opening."""

    pose: HeadPose
    nose: _Rule
    width: _Rule

    @classmethod
    def of(cls, take: Footage) -> MouthPlace:
        points = take.points[take.seen]
        pose = HeadPose.of(points)
        turned, nose, gap, width = _measure(pose, points)
        return cls(
            pose,
            _Rule.fit(np.column_stack([turned, gap, width]), nose),
            _Rule.fit(np.column_stack([turned, gap]), width),
        )

    def judge(self, message: Footage) -> tuple[dict[str, float], list[Fault]]:
        """Scores and faults of a message."""
        turned, nose, gap, width = _measure(self.pose, message.points)
        near = self.nose.measure(np.column_stack([turned, gap, width]), nose)
        wide = self.width.measure(np.column_stack([turned, gap]), width)
        seen, limits, wides = message.seen, self.nose.limits, self.width.limits
        flagged = (
            ("nose", seen & limits.is_below(near), -near, "The mouth sits {:.0%} too near the nose"),
            ("nose", seen & limits.is_above(near), near, "The mouth sits {:.0%} too far from the nose"),
            ("width", seen & wides.is_below(wide), -wide, "The mouth is {:.0%} too narrow for this face"),
            ("width", seen & wides.is_above(wide), wide, "The mouth is {:.0%} too wide for this face"),
        )
        faults = [
            fault
            for kind, where, sizes, says in flagged
            for fault in describe(kind, where, sizes, _LEAST_FRAMES, says.format)
        ]
        near_, far, narrow, broad = (float(flags.mean()) for _, flags, _, _ in flagged)
        return {"nose_outside": near_ + far, "width_outside": narrow + broad}, faults


def _measure(pose: HeadPose, points: Floats) -> tuple[Doubles, Doubles, Doubles, Doubles]:
    """Pose [n, 7] with a one, and the lengths [n] nose to upper lip, gap and width, in eye distances."""
    face = pose.put_upright(points)
    nose = _distance(face[:, list(OUTER_UPPER_MIDDLE)].mean(1), face[:, NOSE_BASE])
    gap = _distance(face[:, INNER_MIDDLES[0]], face[:, INNER_MIDDLES[1]])
    width = _distance(face[:, MOUTH_CORNERS[0]], face[:, MOUTH_CORNERS[1]])
    return np.column_stack([np.ones(len(face)), pose.describe(face)]), nose, gap, width


def _distance(one: Floats, other: Floats) -> Doubles:
    return np.asarray(np.linalg.norm(one - other, axis=-1), np.float64)


def _solve(inputs: Doubles, lengths: Doubles) -> Doubles:
    pull = _RIDGE * len(inputs) * np.eye(inputs.shape[1])
    pull[0, 0] = 0.0
    return np.asarray(np.linalg.solve(inputs.T @ inputs + pull, inputs.T @ lengths))


def _positive(guess: Doubles, lengths: Doubles) -> Doubles:
    """A guess that stays a length, however far from all that was seen."""
    return np.maximum(guess, 0.3 * float(np.median(lengths)))

"""How one presenter moves the mouth: the space, and what each phone looks like in it.

Two sources are joined. The viseme table, laid over the range that the person was seen to use, gives a
prior that needs no speech. Where the take has speech with phones, ridge regression draws the prior towards
the person's own movement, as far as held-out parts of the take confirm it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from renderer.motion.coarticulation import Gesture, heard_gestures, times_s, viseme_weights, voiced_gate
from renderer.motion.lag import take_lag_s
from renderer.motion.measures import JAW, OPEN, mouth_measures
from renderer.motion.shares import SHARES, ShareScale, share_scale
from renderer.motion.space import Flags, MotionSpace, fit_space
from renderer.motion.visemes import VISEMES
from renderer.speech.speech import Phone

Floats = npt.NDArray[np.float32]

# Each frame looks at the phones' pull this many frames before and after itself.
LAGS = (-2, -1, 0, 1, 2)
_RIDGES = (30.0, 100.0, 300.0, 1000.0, 3000.0)
_FOLDS = 5
# How much the aperture and the jaw (which a nodding head blurs) decide.
_MATTERS = np.array([0.75, 0.25])
_SPACE, _FLOW = "space.", "flow."
# Neighbours pull a phone back to about three quarters of its target; the table aims beyond it.
_OVERSHOOT = 1.3


@dataclass(frozen=True, eq=False)
class MotionStyle:
    """Everything that `renderer.motion.motion.speak_motion` needs to know of a presenter."""

    space: MotionSpace
    weights: Floats  # [L * V, K] phone pull at each lag → motion
    floor: Floats  # [K] least of each number in the take or the table
    ceiling: Floats  # [K] most of each number
    closed_gap_px: float  # inner-lip gap of the person's closed lips, relative to rest
    open_gap_px: float  # inner-lip gap of the person's open vowels, relative to rest
    learned: bool  # False when only the viseme table speaks
    lag_s: float = 0.0  # how much later than its sound the take shows the mouth
    share_px: Floats = field(default_factory=lambda: np.ones(len(SHARES), np.float32))  # [M] usual movement
    flow: Mapping[str, Floats] = field(default_factory=dict)  # the motion model's weights; {}: only drafts

    def scale(self) -> ShareScale:
        """Between this person's motion and the numbers that people have in common."""
        return ShareScale(self.space, self.share_px)

    def drafted(self, found: Sequence[Gesture], times: npt.NDArray[np.float64]) -> Floats:
        """The ridge's motion [n, K] at times [n] s, within 15 % of the range that was seen."""
        motion = lagged(viseme_weights(found, times)) @ self.weights
        return np.asarray(np.clip(motion, 1.15 * self.floor, 1.15 * self.ceiling), np.float32)

    def to_arrays(self) -> dict[str, Floats]:
        """Plain float32 arrays, names prefixed ``space.`` for those of the space."""
        own = {"weights": self.weights, "floor": self.floor, "ceiling": self.ceiling}
        own["scalars"] = np.array([self.closed_gap_px, self.open_gap_px, float(self.learned)], np.float32)
        own["lag_s"] = np.array([self.lag_s], np.float32)
        own["share_px"] = self.share_px
        space = {_SPACE + name: array for name, array in self.space.to_arrays().items()}
        return own | space | {_FLOW + name: array for name, array in self.flow.items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> MotionStyle:
        space, flow = (
            {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}
            for prefix in (_SPACE, _FLOW)
        )
        closed_px, open_px, learned = (float(value) for value in arrays["scalars"])
        lag_s = round(float(arrays.get("lag_s", (0.0,))[0]), 3)
        weights, floor, ceiling = (
            np.asarray(arrays[name], np.float32) for name in ("weights", "floor", "ceiling")
        )
        share_px = np.asarray(arrays.get("share_px", np.ones(len(SHARES))), np.float32)
        return cls(
            MotionSpace.from_arrays(space), weights, floor, ceiling, closed_px, open_px, bool(learned),
            lag_s, share_px, flow,
        )  # fmt: skip


def fit_style(
    points: Floats,
    ok: Flags,
    fps: Fraction,
    phones: tuple[Phone, ...] | None,
    samples: Floats | None = None,
) -> MotionStyle:
    """Learns a style from points [n, 478, 2] in crop space, of which ``ok`` [n] can be trusted.

    ``phones`` are the take's own speech, or None for a take without usable speech; ``samples`` [n] at 48 kHz
    are its sound where the phones were heard in it. Where the picture follows its sound late, the style is
    learned as if it did not: new speech comes out in time, and speech of this very take begins ``lag_s``
    later. Raises RenderError when too few frames can be trusted.
    """
    spoken = heard_gestures(phones or (), samples)
    lag_s = take_lag_s(spoken, mouth_measures(points), ok, fps)
    times = times_s(len(points), fps, lag_s)
    silent = voiced_gate(spoken, times) < 0.01 if spoken else None
    space = fit_space(points, ok, silent)
    motion = space.encode(points)
    prior = _prior_weights(space, motion[ok])
    weights, learned = prior, False
    usable = ok & (voiced_gate(spoken, times) > 0) if spoken else ok
    if spoken:
        weights, learned = _personal_weights(
            lagged(viseme_weights(spoken, times)), motion, usable, prior, space
        )
    floor, ceiling = np.quantile(motion[ok], 0.005, axis=0), np.quantile(motion[ok], 0.995, axis=0)
    shapes = prior.reshape(len(LAGS), -1, space.size).sum(0)
    return MotionStyle(
        space=space,
        weights=weights.astype(np.float32),
        floor=np.minimum(floor, shapes.min(0)).astype(np.float32),
        ceiling=np.maximum(ceiling, shapes.max(0)).astype(np.float32),
        closed_gap_px=_closed_gap_px(space, motion[ok]),
        open_gap_px=float(_range_px(space, motion[ok])[1][OPEN]),
        learned=learned,
        lag_s=lag_s,
        share_px=share_scale(space, motion, usable).px,
    )


def held_out_draft(
    style: MotionStyle,
    found: Sequence[Gesture],
    times: npt.NDArray[np.float64],
    motion: Floats,
    usable: Flags,
) -> Floats:
    """The take's own motion [n, K] as the style would draft it if it had never seen the part in question.

    A style that learned nothing drafts what it always drafts. ``usable`` [n] frames of ``motion`` [n, K]
    teach.
    """
    if not style.learned:
        return style.drafted(found, times)
    inputs = lagged(viseme_weights(found, times))
    prior = _prior_weights(style.space, motion[usable])
    fold = np.minimum(np.arange(len(times)) * _FOLDS // len(times), _FOLDS - 1)
    draft = np.zeros_like(motion)
    for part in range(_FOLDS):
        here = fold == part
        weights, _ = _personal_weights(inputs, motion, usable & ~here, prior, style.space)
        draft[here] = inputs[here] @ weights
    return np.asarray(np.clip(draft, 1.15 * style.floor, 1.15 * style.ceiling), np.float32)


def lagged(pull: Floats) -> Floats:
    """Phone pull [n, V] → [n, L * V]: each frame with its neighbours; beyond the ends there is silence."""
    reach = max(LAGS)
    padded = np.pad(pull, ((reach, reach), (0, 0)))
    return np.concatenate([padded[reach + lag : reach + lag + len(pull)] for lag in LAGS], axis=1)


def shape_for(space: MotionSpace, rows: Floats, wanted: Floats, start: Floats, slack: float = 0.02) -> Floats:
    """The likeliest mouths of this person, starting from ``start`` [n, K], that show ``wanted`` [n, M].

    ``rows`` [M, K] are the measures' sensitivities. It is the mean of a Gaussian with the person's own
    covariance, conditioned on the measures, which may be missed by about ``slack`` of their usual size.
    """
    spread = space.spread
    gain = spread @ rows.T
    seen = rows @ gain
    noise = slack * np.diag(np.diag(seen)) + 1e-6 * np.eye(len(rows))
    return np.asarray(start + (wanted - start @ rows.T) @ np.linalg.solve(seen + noise, gain.T), np.float32)


def _prior_weights(space: MotionSpace, motion: Floats) -> Floats:
    """The viseme table on the person's range: [L * V, K] with only the present frame's lag filled."""
    targets = _OVERSHOOT * np.array([viseme.targets for viseme in VISEMES], np.float32)
    low, high = _range_px(space, motion)
    wanted = np.where(targets > 0, targets * high, -targets * low).astype(np.float32)
    rows = space.measures()
    shapes = shape_for(space, rows, wanted, np.zeros((len(VISEMES), space.size), np.float32))
    shapes[0] = 0
    weights = np.zeros((len(LAGS), len(VISEMES), space.size), np.float32)
    weights[LAGS.index(0)] = shapes
    return weights.reshape(-1, space.size)


def _range_px(space: MotionSpace, motion: Floats) -> tuple[Floats, Floats]:
    """What the person's measures reach below and above rest, never less than a modest speaker's."""
    shown = motion @ space.measures().T
    low, high = np.quantile(shown, 0.03, axis=0), np.quantile(shown, 0.97, axis=0)
    unit = float(np.ptp(space.rest[[234, 454], 0]))
    least = unit * np.array([0.055, 0.045, 0.02, 0.008, 0.012, 0.012])
    narrowest = unit * np.array([0.0, 0.0, 0.04, 0.008, 0.012, 0.0])
    return np.minimum(low, -narrowest).astype(np.float32), np.maximum(high, least).astype(np.float32)


def _personal_weights(
    inputs: Floats, motion: Floats, usable: Flags, prior: Floats, space: MotionSpace
) -> tuple[Floats, bool]:
    x, y = inputs[usable].astype(np.float64), motion[usable].astype(np.float64)
    if len(x) < 50:
        return prior, False
    fold = np.minimum(np.arange(len(x)) * _FOLDS // len(x), _FOLDS - 1)
    scale = space.measures()[[OPEN, JAW]].T.astype(np.float64)
    guesses = {ridge: _held_out(x, y, fold, prior, ridge) for ridge in _RIDGES}
    errors = {ridge: _error(guess, y, scale) for ridge, guess in guesses.items()}
    best = min(errors, key=lambda ridge: errors[ridge])
    if errors[best] >= _error(x @ prior, y, scale):
        return prior, False
    return _ridge(x, y, prior, best) * _gain(guesses[best], y, scale), True


def _ridge(x: Any, y: Any, prior: Floats, ridge: float) -> Any:
    """Least squares that pays for leaving the prior: rare phones stay with the table."""
    square = x.T @ x + ridge * 0.01 * np.eye(x.shape[1])
    return prior + np.linalg.solve(square, x.T @ (y - x @ prior))


def _held_out(x: Any, y: Any, fold: Any, prior: Floats, ridge: float) -> Any:
    guess = np.zeros_like(y)
    for part in range(_FOLDS):
        here = fold == part
        guess[here] = x[here] @ _ridge(x[~here], y[~here], prior, ridge)
    return guess


def _error(guess: Any, truth: Any, scale: Any) -> float:
    """How much of aperture and jaw is not explained, on frames that were held out."""
    missed = ((guess - truth) @ scale).var(0) / np.maximum((truth @ scale).var(0), 1e-9)
    return float(missed @ _MATTERS)


def _gain(guess: Any, truth: Any, scale: Any) -> float:
    """Regression mumbles: it is louder again by what held-out frames show to be missing, at most an eighth:
    phones from alignment are noisy, and exact ones from a synthetic voice will drive the result."""
    missing = (truth @ scale).std(0)[0] / max(float((guess @ scale).std(0)[0]), 1e-9)
    return float(np.clip(missing, 1.0, 1.12))


def _closed_gap_px(space: MotionSpace, motion: Floats) -> float:
    gap = motion @ space.measures()[OPEN]
    return float(min(np.quantile(gap, 0.02), 0.0))


def measure_motion(space: MotionSpace, motion: Floats) -> Floats:
    """Motion [n, K] → measures relative to rest [n, 6] px; see `renderer.motion.measures.MEASURES`."""
    return np.asarray(motion @ mouth_measures(space.basis), np.float32)

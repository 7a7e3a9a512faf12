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
from renderer.motion.measures import OPEN, mouth_measures
from renderer.motion.mend import mended_weights
from renderer.motion.regression import LAGS, Taught, lagged, learned_from
from renderer.motion.space import Flags, MotionSpace, fit_space
from renderer.motion.told import sounds_at
from renderer.motion.visemes import VISEMES
from renderer.speech.sound import heard_bands
from renderer.speech.speech import Phone
from renderer.timeline import SOUND_RATE_HZ

Floats = npt.NDArray[np.float32]

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
    flow: Mapping[str, Floats] = field(default_factory=dict)  # the second ear's weights; {}: there is none
    trust: float = 0.0  # 0..1 how much the second ear is believed where there is sound
    heard: Floats | None = None  # [L * V + SOUNDS, K] pull and sound → motion, where sound helps a recording

    def moved(
        self, found: Sequence[Gesture], times: npt.NDArray[np.float64], bands: Floats | None = None
    ) -> Floats:
        """Motion [n, K] at times [n] s, within 15 % of the range that was seen.

        ``bands`` are what is heard of a recording (`renderer.speech.sound.heard_bands`), None for a voice,
        whose phones are exact.
        """
        inputs = lagged(believed(found, times, bands, self.flow, self.trust))
        if bands is None or self.heard is None:
            motion = inputs @ self.weights
        else:
            motion = np.concatenate([inputs, sounds_at(bands, times)], 1) @ self.heard
        return np.asarray(np.clip(motion, 1.15 * self.floor, 1.15 * self.ceiling), np.float32)

    def to_arrays(self) -> dict[str, Floats]:
        """Plain float32 arrays, names prefixed ``space.`` for those of the space."""
        own = {"weights": self.weights, "floor": self.floor, "ceiling": self.ceiling}
        own["scalars"] = np.array([self.closed_gap_px, self.open_gap_px, float(self.learned)], np.float32)
        own["lag_s"] = np.array([self.lag_s], np.float32)
        own["trust"] = np.array([self.trust], np.float32)
        if self.heard is not None:
            own["heard"] = self.heard
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
        trust = float(arrays.get("trust", (0.0,))[0])
        heard = np.asarray(arrays["heard"], np.float32) if "heard" in arrays else None
        return cls(
            MotionSpace.from_arrays(space), weights, floor, ceiling, closed_px, open_px, bool(learned),
            lag_s, flow, trust, heard,
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
    taught = Taught(prior.astype(np.float32), None, False, 1.0)
    if spoken:
        bands = None if samples is None else heard_bands(samples, SOUND_RATE_HZ)
        usable = ok & (voiced_gate(spoken, times) > 0)
        taught = learned_from(viseme_weights(spoken, times), bands, times, motion, usable, prior, space)
    floor, ceiling = np.quantile(motion[ok], 0.005, axis=0), np.quantile(motion[ok], 0.995, axis=0)
    shapes = prior.reshape(len(LAGS), -1, space.size).sum(0)
    return MotionStyle(
        space=space,
        weights=taught.weights,
        heard=taught.heard,
        floor=np.minimum(floor, shapes.min(0)).astype(np.float32),
        ceiling=np.maximum(ceiling, shapes.max(0)).astype(np.float32),
        closed_gap_px=_closed_gap_px(space, motion[ok]),
        open_gap_px=float(_range_px(space, motion[ok])[1][OPEN]),
        learned=taught.learned,
        lag_s=lag_s,
    )


def prior_weights(style: MotionStyle, motion: Floats) -> Floats:
    """The viseme table over the range of motion [n, K] that was seen: [L * V, K]."""
    return _prior_weights(style.space, motion)


def believed(
    found: Sequence[Gesture],
    times: npt.NDArray[np.float64],
    bands: Floats | None,
    flow: Mapping[str, Floats],
    trust: float,
) -> Floats:
    """Phone pull [n, V] at times [n] s: as the first ear heard it, and by ``trust`` as the second one did."""
    pull = viseme_weights(found, times)
    if bands is None or not flow or not trust or not found:
        return pull
    return np.asarray(pull + trust * (mended_weights(found, times, bands, flow) - pull), np.float32)


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


def _closed_gap_px(space: MotionSpace, motion: Floats) -> float:
    gap = motion @ space.measures()[OPEN]
    return float(min(np.quantile(gap, 0.02), 0.0))


def measure_motion(space: MotionSpace, motion: Floats) -> Floats:
    """Motion [n, K] → measures relative to rest [n, 6] px; see `renderer.motion.measures.MEASURES`."""
    return np.asarray(motion @ mouth_measures(space.basis), np.float32)

"""Fits the motion model to one presenter, and decides on held-out parts of the take whether it may speak.

Three candidates compete: the draft alone, the base model on it, and a copy of the base model that learned
from the take's own speech. The simplest one wins unless another is clearly nearer to what the mouth did on
parts of the take that it never saw.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch

from renderer.motion.coarticulation import Gesture, heard_gestures, times_s, viseme_weights, voiced_gate
from renderer.motion.flow import MotionFlow
from renderer.motion.lessons import Talk, flow_loss, motion_error, windows_of
from renderer.motion.measures import OPEN
from renderer.motion.mend import load_flow, sampled
from renderer.motion.space import Flags
from renderer.motion.style import MotionStyle, held_out_draft
from renderer.motion.told import told_of
from renderer.speech.sound import heard_bands
from renderer.speech.speech import Phone
from renderer.timeline import SOUND_RATE_HZ

Floats = npt.NDArray[np.float32]

_FOLDS = 3
_STEPS, _RATE, _DECAY = 60, 4e-4, 0.02
_BATCH, _FRAMES = 8, 96
_DEAF_SHARE = 0.3
_RISE_STEPS = 8
# A candidate must leave clearly less unexplained than the simpler one before it.
_BETTER = 0.98
_SPEECH_FRAMES_MIN = 100

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Candidates:
    """Weights of the models that compete; {} is the draft alone. ``chosen`` is one of the three."""

    base: Mapping[str, Floats]
    fitted: Mapping[str, Floats]
    chosen: Mapping[str, Floats]


def with_flow(
    style: MotionStyle,
    points: Floats,
    ok: Flags,
    fps: Fraction,
    phones: tuple[Phone, ...] | None,
    samples: Floats | None,
    base: Mapping[str, Floats] | None,
) -> MotionStyle:
    """The style with the motion model that speaks best for it, or without one.

    ``points`` [n, 478, 2] of which ``ok`` [n] can be trusted, ``phones`` and ``samples`` (48 kHz) are the
    take that taught the style; ``base`` are the shipped weights, None where there are none. The same take
    gives the same weights.
    """
    found = None if base is None else candidates(style, points, ok, fps, phones, samples, base)
    return style if found is None else replace(style, flow=found.chosen)


def candidates(
    style: MotionStyle,
    points: Floats,
    ok: Flags,
    fps: Fraction,
    phones: tuple[Phone, ...] | None,
    samples: Floats | None,
    base: Mapping[str, Floats],
) -> Candidates | None:
    """The competing models; None for a take that speaks too little to choose."""
    found = heard_gestures(phones or (), samples)
    if not found:
        return None
    talk = _lesson(style, points, ok, fps, found, samples)
    if int(talk.counts.sum()) < _SPEECH_FRAMES_MIN:
        return None
    return _compared(base, talk)


def _lesson(
    style: MotionStyle,
    points: Floats,
    ok: Flags,
    fps: Fraction,
    found: Sequence[Gesture],
    samples: Floats | None,
) -> Talk:
    times = times_s(len(points), fps, style.lag_s)
    bands = None if samples is None else heard_bands(samples, SOUND_RATE_HZ)
    speaking = ok & (voiced_gate(found, times) > 0)
    motion = style.space.encode(points)
    scale = style.scale()
    draft = scale.shares(held_out_draft(style, found, times, motion, speaking))
    told = told_of(found, times, draft, bands)
    pull = viseme_weights(found, times)
    return Talk(told, draft, scale.shares(motion), speaking.astype(np.float32), pull)


def _compared(base: Mapping[str, Floats], talk: Talk) -> Candidates:
    based = _missed_share(_spoken(load_flow(base), talk), talk)
    learned = _missed_share(_spoken_held_out(base, talk), talk)
    log.info("on held-out parts the base model misses %.3f of what the draft misses, fitted %.3f",
             based, learned)  # fmt: skip
    fitted = _arrays(_fitted(base, [talk]))
    chosen: Mapping[str, Floats] = base if based < _BETTER else {}
    if learned < _BETTER * min(based, 1.0):
        chosen = fitted
    return Candidates(base, fitted, chosen)


def _missed_share(guess: Floats, talk: Talk) -> float:
    """Error over the draft's error: of all shares or of the aperture alone, whichever is worse."""
    whole = _missed(guess, talk) / _missed(talk.draft, talk)
    gaps = [
        float((((shown - talk.truth)[:, OPEN] * talk.counts) ** 2).sum()) for shown in (guess, talk.draft)
    ]
    return max(whole, gaps[0] / max(gaps[1], 1e-9))


def _spoken_held_out(base: Mapping[str, Floats], talk: Talk) -> Floats:
    """Shares [n, M] where each fold is spoken by a model that learned from the others."""
    bounds = np.linspace(0, len(talk.told), _FOLDS + 1).astype(int)
    spoken = np.zeros_like(talk.truth)
    for start, stop in pairwise(bounds):
        others = [talk.part(slice(0, start)), talk.part(slice(stop, None))]
        net = _fitted(base, [part for part in others if len(part.told)])
        spoken[start:stop] = _spoken(net, talk.part(slice(start, stop)))
    return spoken


def _fitted(base: Mapping[str, Floats], talks: Sequence[Talk]) -> MotionFlow:
    """A copy of the base that learned from the talks; lessons are drawn from the step's number."""
    net = load_flow(base).train()
    optimiser = torch.optim.AdamW(net.parameters(), _RATE, betas=(0.9, 0.98), weight_decay=_DECAY)
    for step in range(_STEPS):
        rng, dice = np.random.default_rng(step), torch.Generator().manual_seed(step)
        loss = flow_loss(net, windows_of(talks, _BATCH, _FRAMES, rng, _DEAF_SHARE), dice)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        for group in optimiser.param_groups:
            group["lr"] = _RATE * min((step + 1) / _RISE_STEPS, 1) * 0.5 * (1 + np.cos(np.pi * step / _STEPS))
        optimiser.step()
    return net.eval()


def _spoken(net: MotionFlow, talk: Talk) -> Floats:
    return sampled(net, talk.told, talk.draft, range(len(talk.told)))


def _missed(guess: Floats, talk: Talk) -> float:
    parts = (torch.from_numpy(part)[None] for part in (guess, talk.truth, talk.counts))
    return float(motion_error(*parts))


def _arrays(net: MotionFlow) -> dict[str, Floats]:
    return {name: value.detach().float().numpy().copy() for name, value in net.state_dict().items()}

"""Drafted motion → mended motion, through the fused timeline sampler: the flow model at work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch

from renderer.config import DiffusionConfig
from renderer.diffusion.sampler import denoise_timeline
from renderer.diffusion.seeds import frame_noise
from renderer.motion.coarticulation import Gesture
from renderer.motion.flow import MotionFlow
from renderer.motion.shares import SHARES
from renderer.motion.style import MotionStyle
from renderer.motion.told import told_of

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

SAMPLING = DiffusionConfig(mode="triangular", steps=1, window_frames=128, overlap_frames=32)
# The model was taught at about 25 frames a second; faster video is mended at every second frame.
_RATE_MAX_HZ = 37.0
_SEED_KEY = "motion"


def mended(
    draft: Floats, found: Sequence[Gesture], times: Doubles, style: MotionStyle, bands: Floats | None
) -> Floats:
    """Drafted motion [n, K] of a line at evenly spaced ``times`` [n] s → motion [n, K].

    ``bands`` are what is heard of the line (`renderer.speech.sound.heard_bands`, from the times' zero), or
    None. A style without a flow model leaves the draft as it is. The noise belongs to a frame's place in
    the line, so a line moves the same wherever it stands.
    """
    if not style.flow or len(draft) < 2:
        return draft
    step = max(1, round(1 / (float(times[1] - times[0]) * _RATE_MAX_HZ) + 0.49))
    few = slice(None, None, step)
    scale = style.scale()
    shares = scale.shares(draft)
    told = told_of(found, times[few], shares[few], bands)
    places = np.round(times[few] / (step * (times[1] - times[0]))).astype(int).tolist()
    change = sampled(_net(style), told, shares[few], places) - shares[few]
    if step > 1:
        change = np.stack([np.interp(times, times[few], column) for column in change.T], 1)
    return scale.moved(draft, change.astype(np.float32))


def sampled(
    net: MotionFlow,
    told: Floats,
    draft: Floats,
    places: Sequence[int],
    sampling: DiffusionConfig = SAMPLING,
) -> Floats:
    """Conditions [n, TOLD] and drafted shares [n, M] → clean shares [n, M]."""
    conditions, drafts = torch.from_numpy(told), torch.from_numpy(np.ascontiguousarray(draft))

    def clean(noisy: torch.Tensor, frames: torch.Tensor, level: float) -> torch.Tensor:
        return torch.as_tensor(
            net(noisy, conditions[frames], torch.full((len(noisy),), level), drafts[frames])
        )

    nothing = torch.zeros(len(draft), dtype=torch.bool)
    noise = frame_noise(_SEED_KEY, places, (len(SHARES),))
    with torch.inference_mode():
        return denoise_timeline(clean, noise, drafts, nothing, sampling, batch_windows=8).numpy()


def load_flow(arrays: Mapping[str, Floats]) -> MotionFlow:
    """A network that predicts, from its float32 arrays."""
    net = MotionFlow(width=arrays["settle.weight"].shape[0], rounds=_rounds(arrays))
    net.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in arrays.items()})
    return net.eval()


def _rounds(arrays: Mapping[str, Floats]) -> int:
    blocks = {name.split(".")[1] for name in arrays if name.startswith("blocks.")}
    return len(blocks) // 4


@lru_cache(maxsize=2)
def _net(style: MotionStyle) -> MotionFlow:
    return load_flow(style.flow)

"""The second ear at work: phones that were heard in a recording, and its sound → what was likely said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch

from renderer.config import DiffusionConfig
from renderer.diffusion.sampler import denoise_timeline
from renderer.diffusion.seeds import frame_noise
from renderer.motion.coarticulation import Gesture, voiced_gate
from renderer.motion.flow import MotionFlow
from renderer.motion.told import told_of
from renderer.motion.visemes import VISEMES

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

SAMPLING = DiffusionConfig(mode="triangular", steps=1, window_frames=160, overlap_frames=48)
# The ear listens in the sound's own time, whatever the video's rate.
GRID_HZ = 50
_SEED_KEY = "motion"


def mended_weights(
    found: Sequence[Gesture], times: Doubles, bands: Floats, ear: Mapping[str, Floats]
) -> Floats:
    """As `renderer.motion.coarticulation.viseme_weights` of gestures at ``times`` [n] s, heard again.

    ``bands`` are what is heard of the line (`renderer.speech.sound.heard_bands`, from the times' zero), and
    ``ear`` the weights of a `MotionFlow`. Zero in silence, as those are.
    """
    first, last = (round(edge_s * GRID_HZ) for edge_s in (found[0].start_s, found[-1].end_s))
    places = range(first, last + 1)
    grid = np.array(places) / GRID_HZ
    pulls = sampled(load_flow(ear), told_of(found, grid, bands), places)
    pulls = np.stack([np.interp(times, grid, column, 0, 0) for column in pulls.T], 1)
    # Steep but smooth: an edge that falls between two frames must not depend on how times are rounded.
    gate = np.clip(4 * voiced_gate(found, times), 0, 1)
    return np.asarray(pulls * gate[:, None], np.float32)


def sampled(
    net: MotionFlow, told: Floats, places: Sequence[int], sampling: DiffusionConfig = SAMPLING
) -> Floats:
    """Conditions [n, TOLD] → clean pulls [n, V]; the noise belongs to the moments' ``places`` [n]."""
    conditions = torch.from_numpy(told)

    def clean(noisy: torch.Tensor, frames: torch.Tensor, level: float) -> torch.Tensor:
        return torch.as_tensor(net(noisy, conditions[frames], torch.full((len(noisy),), level)))

    nothing = torch.zeros(len(told), dtype=torch.bool)
    noise = frame_noise(_SEED_KEY, places, (len(VISEMES),))
    with torch.inference_mode():
        return denoise_timeline(clean, noise, torch.zeros_like(noise), nothing, sampling, 8).numpy()


def load_flow(arrays: Mapping[str, Floats]) -> MotionFlow:
    """A network that predicts, from its float32 arrays."""
    net = MotionFlow(width=arrays["settle.weight"].shape[0], rounds=_rounds(arrays))
    net.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in arrays.items()})
    return net.eval()


def _rounds(arrays: Mapping[str, Floats]) -> int:
    blocks = {name.split(".")[1] for name in arrays if name.startswith("blocks.")}
    return len(blocks) // 4

"""Recognised phones of a recording and its sound → viseme activations of what was likely said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch

from renderer.config import DiffusionConfig
from renderer.motion.coarticulation import Gesture, compute_speech_gate
from renderer.motion.conditioning import build_conditioning
from renderer.motion.viseme_denoiser import VisemeDenoiser
from renderer.motion.visemes import VISEMES
from renderer.sampling.frame_noise import make_frame_noise
from renderer.sampling.sampler import denoise_timeline

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

SAMPLING = DiffusionConfig(mode="triangular", steps=1, window_frames=160, overlap_frames=48)
# The denoiser works in the sound's own time, whatever the video's rate.
GRID_HZ = 50
_SEED_KEY = "motion"


def denoise_activations(
    gestures: Sequence[Gesture], times: Doubles, bands: Floats, weights: Mapping[str, Floats]
) -> Floats:
    """As `renderer.motion.coarticulation.compute_viseme_activations` of gestures at ``times`` [n] s,
    denoised.

    ``bands`` are the line's log-mel bands (`renderer.speech.log_mel.compute_log_mel_bands`, from the times'
    zero), and ``weights`` those of a `VisemeDenoiser`. Zero in silence, as undenoised activations are.
    """
    first, last = (round(edge_s * GRID_HZ) for edge_s in (gestures[0].start_s, gestures[-1].end_s))
    places = range(first, last + 1)
    grid = np.array(places) / GRID_HZ
    activations = sample_activations(
        load_denoiser(weights), build_conditioning(gestures, grid, bands), places
    )
    activations = np.stack([np.interp(times, grid, column, 0, 0) for column in activations.T], 1)
    # Steep but smooth: an edge that falls between two frames must not depend on how times are rounded.
    gate = np.clip(4 * compute_speech_gate(gestures, times), 0, 1)
    return np.asarray(activations * gate[:, None], np.float32)


def sample_activations(
    net: VisemeDenoiser, conditioning: Floats, places: Sequence[int], sampling: DiffusionConfig = SAMPLING
) -> Floats:
    """Conditioning [n, C] → clean activations [n, V]; the noise belongs to the moments' ``places`` [n]."""
    rows = torch.from_numpy(conditioning)

    def clean(noisy: torch.Tensor, frames: torch.Tensor, level: float) -> torch.Tensor:
        return torch.as_tensor(net(noisy, rows[frames], torch.full((len(noisy),), level)))

    nothing_known = torch.zeros(len(conditioning), dtype=torch.bool)
    noise = make_frame_noise(_SEED_KEY, places, (len(VISEMES),))
    with torch.inference_mode():
        return denoise_timeline(clean, noise, torch.zeros_like(noise), nothing_known, sampling, 8).numpy()


def load_denoiser(arrays: Mapping[str, Floats]) -> VisemeDenoiser:
    """A network that predicts, from its float32 arrays."""
    net = VisemeDenoiser(width=arrays["settle.weight"].shape[0], rounds=_count_rounds(arrays))
    net.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in arrays.items()})
    return net.eval()


def _count_rounds(arrays: Mapping[str, Floats]) -> int:
    blocks = {name.split(".")[1] for name in arrays if name.startswith("blocks.")}
    return len(blocks) // 4

"""Drafted mouths → refined mouths, through the fused timeline sampler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch

from renderer.config import DiffusionConfig
from renderer.diffusion.condition import condition, crops_of, draw_landmarks, pixels
from renderer.diffusion.hardware import best_device, fast_dtype, quicken
from renderer.diffusion.network import MouthRefiner
from renderer.diffusion.sampler import denoise_timeline
from renderer.diffusion.seeds import frame_noise
from renderer.stopwatch import stage

Crops = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


def load_refiner(weights: Mapping[str, Floats], device: torch.device | None = None) -> MouthRefiner:
    """A network for drawing, from the float32 arrays that `renderer.diffusion.fit.fit_refiner` returns."""
    net = MouthRefiner(base_channels=weights["enter.weight"].shape[0] // 2)
    net.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in weights.items()})
    quicken(net, device or best_device())
    return net.eval()


@stage("sampler")
def refine(
    net: MouthRefiner,
    drafts: Crops,
    bases: Crops,
    masks: Floats,
    points: Floats,
    *,
    seed_key: str,
    frame_ids: Sequence[str | int],
    config: DiffusionConfig,
    known: Crops | None = None,
    known_mask: npt.NDArray[np.bool_] | None = None,
) -> Crops:
    """Refined crops uint8 [n, S, S, 3] of one segment.

    ``drafts`` and ``bases`` (the shown take frames' own crops) are uint8 [n, S, S, 3], ``masks`` [n, S, S]
    in 0..1, ``points`` [n, 478, 2] what the draft shows, in crop px; S is a multiple of 16. Where the mask
    is 0 the draft comes out unchanged. ``frame_ids`` name each frame for its noise: a frame that messages
    share has the same id in each. Frames of ``known`` [n, S, S, 3] with ``known_mask`` [n] set come out byte
    for byte and steer their neighbours. The same input on the same machine gives the same bytes.
    """
    total, size = len(drafts), drafts.shape[1]
    if total == 0:
        return drafts.copy()
    device = next(net.parameters()).device
    with stage("condition"):
        told = condition(drafts, bases, masks, draw_landmarks(points, size)).to(device, fast_dtype(device))
        exact = pixels(drafts).to(device)
    fixed = (
        torch.zeros(total, dtype=torch.bool) if known_mask is None else torch.from_numpy(known_mask.copy())
    )
    with torch.inference_mode():
        clean = denoise_timeline(
            _NetDenoiser(net, told, exact),
            frame_noise(seed_key, frame_ids, (3, size, size)).to(device),
            exact if known is None else pixels(known).to(device),
            fixed.to(device),
            config,
        )
    refined = _only_inside(crops_of(clean), drafts, masks)
    if known is not None:
        refined[fixed.numpy()] = known[fixed.numpy()]
    return refined


def _only_inside(refined: Crops, drafts: Crops, masks: Floats) -> Crops:
    return np.where((masks > 0)[..., None], refined, drafts)


class _NetDenoiser:
    """Looks up each window's conditions and runs the network on them."""

    def __init__(self, net: MouthRefiner, told: torch.Tensor, drafts: torch.Tensor) -> None:
        self._net, self._told, self._drafts = net, told, drafts

    def __call__(self, noisy: torch.Tensor, frames: torch.Tensor, level: float) -> torch.Tensor:
        places = frames.to(noisy.device)
        levels = torch.full((len(noisy),), level, device=noisy.device)
        with stage("network", frames=frames.numel()):
            return self._net(noisy, self._told[places], levels, self._drafts[places])

"""Drafted mouths → refined mouths, through the fused timeline sampler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from renderer.config import DiffusionConfig
from renderer.refiner.batch_size import choose_batch_windows
from renderer.refiner.colour_residual import split_weights
from renderer.refiner.conditioning import decode_planes, draw_landmarks, encode_planes, stack_conditioning
from renderer.refiner.network import MouthRefiner
from renderer.runtime.device import choose_device, choose_dtype, optimise_for_device
from renderer.runtime.profiling import span
from renderer.sampling.frame_noise import make_frame_noise
from renderer.sampling.sampler import denoise_timelines
from renderer.sampling.windows import WindowLayout

Crops = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

_ROWS, _LEAST_ROWS = 16, 32  # the network halves its blocks of four pixels twice
_FAINT = 0.02  # a mask under which no change of a mouth is a grey level
_CONDITION_FRAMES = 64  # full-precision planes of a long line would not fit in memory at once


@dataclass(frozen=True, eq=False)
class Timeline:
    """The frames of one segment.

    ``drafts`` and ``bases`` (the shown take frames' own crops) are uint8 [n, S, S, 3], ``masks`` [n, S, S]
    in 0..1, ``points`` [n, 478, 2] what the draft shows, in crop px; S is a multiple of 16. ``frame_ids``
    name each frame for its noise: a frame that messages share has the same id in each. Frames of ``kept``
    [n, S, S, 3] with ``keep_mask`` [n] set come out byte for byte and steer their neighbours.
    """

    drafts: Crops
    bases: Crops
    masks: Floats
    points: Floats
    frame_ids: Sequence[str | int]
    kept: Crops | None = None
    keep_mask: npt.NDArray[np.bool_] | None = None

    @property
    def is_kept(self) -> npt.NDArray[np.bool_]:
        """Which frames are known [n]."""
        if self.kept is None or self.keep_mask is None:
            return np.zeros(len(self.drafts), bool)
        return self.keep_mask


def load_refiner(weights: Mapping[str, Floats], device: torch.device | None = None) -> MouthRefiner:
    """A network for drawing, from the float32 arrays that `renderer.refiner.fit.fit_refiner` returns."""
    network_weights, colour_residual = split_weights(weights)
    net = MouthRefiner(base_channels=network_weights["enter.weight"].shape[0] // 2)
    net.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in network_weights.items()})
    net.colour_residual = colour_residual
    optimise_for_device(net, device or choose_device())
    return net.eval()


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
    kept: Crops | None = None,
    keep_mask: npt.NDArray[np.bool_] | None = None,
) -> Crops:
    """Refined crops uint8 [n, S, S, 3] of one segment; the arguments are those of `Timeline`.

    Where the mask is 0 the draft comes out unchanged. Where the fit kept the drafts there is no forward pass:
    they come out with the colour residual added, or as they are. The same input on the same machine gives the
    same bytes.
    """
    one = Timeline(drafts, bases, masks, points, frame_ids, kept, keep_mask)
    return refine_all(net, [one], seed_key=seed_key, config=config)[0]


@span("sampler")
def refine_all(
    net: MouthRefiner,
    timelines: Sequence[Timeline],
    *,
    seed_key: str,
    config: DiffusionConfig,
    layouts: Sequence[WindowLayout] = (),
) -> list[Crops]:
    """Refined crops of each timeline, computed in shared forward passes; the bytes are those of `refine`.

    ``layouts`` are those of a chunk (`renderer.sampling.chunks`), where one timeline holds its context.
    """
    timelines = [_add_colour_residual(net, one) for one in timelines]
    whole = [one for one in timelines if len(one.drafts)]
    if not whole or net.is_identity:
        return [restore_unmasked(one.drafts.copy(), one) for one in timelines]
    device, size = next(net.parameters()).device, whole[0].drafts.shape[1]
    windows = choose_batch_windows(net, config.window_frames, size)
    with span("condition"):
        denoiser = _NetDenoiser(net, whole, windows if device.type == "cuda" else 1)
    names = [frame_id for one in whole for frame_id in one.frame_ids]
    is_kept = torch.from_numpy(np.concatenate([one.is_kept for one in whole]))
    with torch.inference_mode():
        noise = make_frame_noise(seed_key, names, (3, size, size)).to(device)
        clean = denoise_timelines(
            denoiser, noise, _encode_kept_planes(whole, noise), is_kept.to(device),
            [len(one.drafts) for one in whole], config, windows, layouts,
        )  # fmt: skip
    ends = np.cumsum([len(one.drafts) for one in timelines])
    return [
        restore_unmasked(decode_planes(clean[end - len(one.drafts) : end]), one)
        for one, end in zip(timelines, ends, strict=True)
    ]


def _add_colour_residual(net: MouthRefiner, one: Timeline) -> Timeline:
    if net.colour_residual is None:
        return one
    return replace(one, drafts=net.colour_residual.apply(one.drafts, one.masks, one.points))


def _encode_kept_planes(timelines: Sequence[Timeline], like: torch.Tensor) -> torch.Tensor:
    planes = torch.zeros_like(like)
    first = 0
    for one in timelines:
        if one.kept is not None:
            places = np.flatnonzero(one.is_kept)
            planes[first + places] = encode_planes(one.kept[places]).to(planes)
        first += len(one.drafts)
    return planes


def restore_unmasked(refined: Crops, one: Timeline) -> Crops:
    """Only the mask's inside is new, and known frames are as they were."""
    refined = np.where((one.masks > 0)[..., None], refined, one.drafts)
    if one.kept is not None:
        refined[one.is_kept] = one.kept[one.is_kept]
    return refined


class _NetDenoiser:
    """Looks up each window's conditioning and runs the network on it, at least ``least`` windows at once.

    A GPU chooses its kernels by the shape of the batch, and other kernels round differently: there every
    batch is filled up, so that bytes never depend on which segments share it.
    """

    def __init__(self, net: MouthRefiner, timelines: Sequence[Timeline], least: int) -> None:
        self._net, self._least = net, least
        self._device = next(net.parameters()).device
        drafts = np.concatenate([one.drafts for one in timelines])
        self._drafts = torch.from_numpy(drafts).permute(0, 3, 1, 2).to(self._device)
        dtype = choose_dtype(self._device)
        parts = [_encode_conditioning(one, at, dtype) for one in timelines for at in _list_part_starts(one)]
        self._conditioning = torch.cat(parts).to(self._device)
        self._tops = torch.from_numpy(np.concatenate([_find_first_rows(one.masks) for one in timelines]))

    def __call__(self, noisy: torch.Tensor, frames: torch.Tensor, level: float) -> torch.Tensor:
        clean = (self._drafts[frames.to(self._device)].float() / 127.5 - 1).contiguous()
        tops = self._tops[frames].amin(1)  # each window's alone, whatever shares its batch
        for top in sorted(set(tops.tolist())):
            alike = (tops == top).nonzero()[:, 0]
            clean[alike, :, :, top:] = self._predict_below(
                top, noisy[alike], frames[alike], clean[alike], level
            )
        return clean

    def _predict_below(
        self, top: int, noisy: torch.Tensor, frames: torch.Tensor, drafts: torch.Tensor, level: float
    ) -> torch.Tensor:
        """The windows' rows from ``top`` on; above them drafts stay as they are."""
        count = len(noisy)
        filled = torch.arange(max(count, self._least)) % count
        places = frames[filled].to(self._device)
        levels = torch.full((len(places),), level, device=self._device)
        conditioning = self._conditioning[places, :, top:]
        with span("network", frames=frames.numel()):
            return self._net(noisy[filled, :, :, top:], conditioning, levels, drafts[filled, :, :, top:])[
                :count
            ]


def _find_first_rows(masks: Floats) -> npt.NDArray[np.int64]:
    """Of each mask [n, S, S] the last multiple of 16 rows above which it shows nothing [n]."""
    rows = np.any(masks > _FAINT, axis=2)
    first = np.where(rows.any(1), rows.argmax(1), masks.shape[1] - _LEAST_ROWS)
    return np.asarray(first // _ROWS * _ROWS, np.int64)


def _list_part_starts(one: Timeline) -> range:
    return range(0, len(one.drafts), _CONDITION_FRAMES)


def _encode_conditioning(one: Timeline, at: int, dtype: torch.dtype) -> torch.Tensor:
    part = slice(at, at + _CONDITION_FRAMES)
    lines = draw_landmarks(one.points[part], one.drafts.shape[1])
    return stack_conditioning(one.drafts[part], one.bases[part], one.masks[part], lines).to(dtype)

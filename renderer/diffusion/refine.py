"""Drafted mouths → refined mouths, through the fused timeline sampler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from renderer.config import DiffusionConfig
from renderer.diffusion.batch import windows_at_once
from renderer.diffusion.condition import condition, crops_of, draw_landmarks, pixels
from renderer.diffusion.hardware import best_device, fast_dtype, quicken
from renderer.diffusion.network import MouthRefiner
from renderer.diffusion.sampler import denoise_timelines
from renderer.diffusion.seeds import frame_noise
from renderer.diffusion.tones import split
from renderer.diffusion.windows import Cut
from renderer.stopwatch import stage

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
    name each frame for its noise: a frame that messages share has the same id in each. Frames of ``known``
    [n, S, S, 3] with ``known_mask`` [n] set come out byte for byte and steer their neighbours.
    """

    drafts: Crops
    bases: Crops
    masks: Floats
    points: Floats
    frame_ids: Sequence[str | int]
    known: Crops | None = None
    known_mask: npt.NDArray[np.bool_] | None = None

    @property
    def fixed(self) -> npt.NDArray[np.bool_]:
        """Which frames are known [n]."""
        if self.known is None or self.known_mask is None:
            return np.zeros(len(self.drafts), bool)
        return self.known_mask


def load_refiner(weights: Mapping[str, Floats], device: torch.device | None = None) -> MouthRefiner:
    """A network for drawing, from the float32 arrays that `renderer.diffusion.fit.fit_refiner` returns."""
    own, tones = split(weights)
    net = MouthRefiner(base_channels=own["enter.weight"].shape[0] // 2)
    net.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in own.items()})
    net.tones = tones
    quicken(net, device or best_device())
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
    known: Crops | None = None,
    known_mask: npt.NDArray[np.bool_] | None = None,
) -> Crops:
    """Refined crops uint8 [n, S, S, 3] of one segment; the arguments are those of `Timeline`.

    Where the mask is 0 the draft comes out unchanged. Where the fit kept the drafts there is no forward pass:
    they come out with their tones set right, or as they are. The same input on the same machine gives the
    same bytes.
    """
    one = Timeline(drafts, bases, masks, points, frame_ids, known, known_mask)
    return refine_all(net, [one], seed_key=seed_key, config=config)[0]


@stage("sampler")
def refine_all(
    net: MouthRefiner,
    timelines: Sequence[Timeline],
    *,
    seed_key: str,
    config: DiffusionConfig,
    cuts: Sequence[Cut] = (),
) -> list[Crops]:
    """Refined crops of each timeline, drawn in shared forward passes; the bytes are those of `refine`.

    ``cuts`` are those of a stretch (`renderer.diffusion.stretches`), where one timeline holds what it sees.
    """
    timelines = [_toned(net, one) for one in timelines]
    whole = [one for one in timelines if len(one.drafts)]
    if not whole or net.leaves_drafts_alone:
        return [_settled(one.drafts.copy(), one) for one in timelines]
    device, size = next(net.parameters()).device, whole[0].drafts.shape[1]
    windows = windows_at_once(net, config.window_frames, size)
    with stage("condition"):
        denoiser = _NetDenoiser(net, whole, windows if device.type == "cuda" else 1)
    names = [frame_id for one in whole for frame_id in one.frame_ids]
    fixed = torch.from_numpy(np.concatenate([one.fixed for one in whole]))
    with torch.inference_mode():
        noise = frame_noise(seed_key, names, (3, size, size)).to(device)
        clean = denoise_timelines(
            denoiser, noise, _known_planes(whole, noise), fixed.to(device),
            [len(one.drafts) for one in whole], config, windows, cuts,
        )  # fmt: skip
    ends = np.cumsum([len(one.drafts) for one in timelines])
    return [
        _settled(crops_of(clean[end - len(one.drafts) : end]), one)
        for one, end in zip(timelines, ends, strict=True)
    ]


def _toned(net: MouthRefiner, one: Timeline) -> Timeline:
    if net.tones is None:
        return one
    return replace(one, drafts=net.tones.added(one.drafts, one.masks, one.points))


def _known_planes(timelines: Sequence[Timeline], like: torch.Tensor) -> torch.Tensor:
    planes = torch.zeros_like(like)
    first = 0
    for one in timelines:
        if one.known is not None:
            places = np.flatnonzero(one.fixed)
            planes[first + places] = pixels(one.known[places]).to(planes)
        first += len(one.drafts)
    return planes


def _settled(refined: Crops, one: Timeline) -> Crops:
    """Only the mask's inside is new, and known frames are as they were."""
    refined = np.where((one.masks > 0)[..., None], refined, one.drafts)
    if one.known is not None:
        refined[one.fixed] = one.known[one.fixed]
    return refined


class _NetDenoiser:
    """Looks up each window's conditions and runs the network on them, at least ``least`` windows at once.

    A GPU chooses its kernels by the shape of the batch, and other kernels round differently: there every
    batch is filled up, so that bytes never depend on which segments share it.
    """

    def __init__(self, net: MouthRefiner, timelines: Sequence[Timeline], least: int) -> None:
        self._net, self._least = net, least
        self._device = next(net.parameters()).device
        drafts = np.concatenate([one.drafts for one in timelines])
        self._drafts = torch.from_numpy(drafts).permute(0, 3, 1, 2).to(self._device)
        kind = fast_dtype(self._device)
        parts = [_told(one, at, kind) for one in timelines for at in _starts(one)]
        self._told = torch.cat(parts).to(self._device)
        self._tops = torch.from_numpy(np.concatenate([_first_rows(one.masks) for one in timelines]))

    def __call__(self, noisy: torch.Tensor, frames: torch.Tensor, level: float) -> torch.Tensor:
        clean = (self._drafts[frames.to(self._device)].float() / 127.5 - 1).contiguous()
        tops = self._tops[frames].amin(1)  # a window's own, whatever shares its batch
        for top in sorted(set(tops.tolist())):
            alike = (tops == top).nonzero()[:, 0]
            clean[alike, :, :, top:] = self._below(top, noisy[alike], frames[alike], clean[alike], level)
        return clean

    def _below(
        self, top: int, noisy: torch.Tensor, frames: torch.Tensor, drafts: torch.Tensor, level: float
    ) -> torch.Tensor:
        """The windows' rows from ``top`` on; above them drafts stay as they are."""
        count = len(noisy)
        filled = torch.arange(max(count, self._least)) % count
        places = frames[filled].to(self._device)
        levels = torch.full((len(places),), level, device=self._device)
        told = self._told[places, :, top:]
        with stage("network", frames=frames.numel()):
            return self._net(noisy[filled, :, :, top:], told, levels, drafts[filled, :, :, top:])[:count]


def _first_rows(masks: Floats) -> npt.NDArray[np.int64]:
    """Of each mask [n, S, S] the last multiple of 16 rows above which it shows nothing [n]."""
    rows = (masks > _FAINT).any(2)
    first = np.where(rows.any(1), rows.argmax(1), masks.shape[1] - _LEAST_ROWS)
    return np.asarray(first // _ROWS * _ROWS, np.int64)


def _starts(one: Timeline) -> range:
    return range(0, len(one.drafts), _CONDITION_FRAMES)


def _told(one: Timeline, at: int, kind: torch.dtype) -> torch.Tensor:
    part = slice(at, at + _CONDITION_FRAMES)
    lines = draw_landmarks(one.points[part], one.drafts.shape[1])
    return condition(one.drafts[part], one.bases[part], one.masks[part], lines).to(kind)

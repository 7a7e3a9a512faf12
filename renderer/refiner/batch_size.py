"""How many windows go through the network at once: as many as its memory holds, measured."""

from __future__ import annotations

import torch

from renderer.refiner.network import INPUTS, MouthRefiner
from renderer.runtime.device import choose_dtype

# More windows than this are no faster on a CPU, whose caches are full with one.
_CPU_WINDOWS = 4
_GPU_WINDOWS_MAX = 256
# Other processes, the timeline itself and fragmentation take what remains.
_GPU_SHARE = 0.4

_measured: dict[tuple[str, int, int, int], int] = {}


def choose_batch_windows(net: MouthRefiner, window_frames: int, crop_px: int) -> int:
    """Windows of ``window_frames`` crops in one forward pass on the network's device.

    A GPU's count follows from its whole memory, not from what is free now, so that it is the same in
    every run on a machine.
    """
    device = next(net.parameters()).device
    if device.type != "cuda":
        return _CPU_WINDOWS
    weights = sum(parameter.numel() for parameter in net.parameters())
    key = (torch.cuda.get_device_name(device), weights, window_frames, crop_px)
    if key not in _measured:
        room = _GPU_SHARE * torch.cuda.get_device_properties(device).total_memory
        _measured[key] = max(
            1, min(_GPU_WINDOWS_MAX, int(room / _measure_window_bytes(net, window_frames, crop_px)))
        )
    return _measured[key]


def _measure_window_bytes(net: MouthRefiner, window_frames: int, crop_px: int) -> int:
    """What one more window takes at the forward pass's worst moment."""
    one, two = (_measure_peak_bytes(net, count, window_frames, crop_px) for count in (1, 2))
    return max(two - one, 1)


def _measure_peak_bytes(net: MouthRefiner, windows: int, window_frames: int, crop_px: int) -> int:
    device = next(net.parameters()).device
    shape = (windows, window_frames, 3, crop_px, crop_px)
    torch.cuda.reset_peak_memory_stats(device)
    with torch.inference_mode():
        noisy = torch.zeros(shape, device=device)
        conditioning = torch.zeros(
            (*shape[:2], INPUTS - 3, *shape[3:]), device=device, dtype=choose_dtype(device)
        )
        net(noisy, conditioning, torch.ones(windows, device=device), noisy)
    return torch.cuda.max_memory_allocated(device)

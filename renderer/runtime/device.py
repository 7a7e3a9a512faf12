"""Where networks run and in which number format."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn


def choose_device() -> torch.device:
    """A CUDA device where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def choose_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where the hardware multiplies it natively (2 to 3 times faster), else float32."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    return torch.bfloat16 if _cpu_multiplies_bfloat16() else torch.float32


def optimise_for_device(net: nn.Module, device: torch.device) -> None:
    """Moves a network to a device, in the number format and memory order that are fastest there."""
    nn.Module.to(net, device=device, dtype=choose_dtype(device))
    for parameter in net.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)


def _cpu_multiplies_bfloat16() -> bool:
    """Emulated bfloat16 is slower than float32, so the processor's own list of features decides."""
    listed = Path("/proc/cpuinfo")
    features = listed.read_text() if listed.exists() else ""
    return "avx512_bf16" in features or "amx_bf16" in features

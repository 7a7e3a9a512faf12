"""What a timing depends on, and how much memory this process has taken."""

from __future__ import annotations

import os
import platform
import resource
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

_PACKAGES = ("torch", "av", "opencv-python-headless", "onnxruntime", "numpy")


def read_machine_facts() -> dict[str, Any]:
    """What a timing depends on: processor, cores that may be used, device, versions."""
    import torch

    from renderer.runtime.device import choose_device, choose_dtype

    device = choose_device()
    on_gpu = device.type == "cuda"
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "device": torch.cuda.get_device_name(device) if on_gpu else "cpu",
        "number_format": str(choose_dtype(device)).removeprefix("torch."),
        "torch_threads": torch.get_num_threads(),
        "python": platform.python_version(),
        **{package: version(package) for package in _PACKAGES},
    }


def measure_peak_memory_mb() -> float:
    """The most memory that this process has held so far, weights and libraries included."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    names = (
        [line for line in listed.read_text().splitlines() if line.startswith("model name")]
        if listed.exists()
        else []
    )
    return names[0].partition(":")[2].strip() if names else platform.processor()

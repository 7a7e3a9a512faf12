"""Every option of the engine: frozen, printable as JSON, and part of each content key."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

FusionMode = Literal["triangular", "uniform", "shift", "chunk", "autoregressive"]


@dataclass(frozen=True)
class VoiceConfig:
    """``engine``: a name in `renderer.voices.registry`, whose first one is meant by "". ``voice``: a model
    file or a voice's name; "" is the packaged one.

    ``rate``: 1.0 is the voice's own pace; more is faster. ``locale``: how numbers and dates are read, such as
    "en-GB"; "" is the voice's own language.
    """

    engine: str = ""
    voice: str = ""
    rate: float = 1.0
    locale: str = ""


@dataclass(frozen=True)
class BakeConfig:
    """How a presenter is prepared. ``crop_px`` is the edge of the square lower-face crop.

    ``start``: a fit begins with the shipped base weights where they suit, or with nothing.
    """

    crop_px: int = 128
    fit_seconds: float = 240.0
    fit_steps_max: int = 4000
    base_channels: int = 32
    seed: int = 0
    start: Literal["base", "nothing"] = "base"


@dataclass(frozen=True)
class DiffusionConfig:
    """How the noisy timeline is denoised. Lengths are in frames."""

    mode: FusionMode = "triangular"
    steps: int = 2
    window_frames: int = 16
    overlap_frames: int = 4


@dataclass(frozen=True)
class PlanConfig:
    """Pauses in seconds; ``rate_min`` and ``rate_max`` bound how far the take is retimed."""

    lead_s: float = 0.40
    pause_s: float = 0.40
    tail_s: float = 0.70
    seam_frames: int = 4
    rate_min: float = 0.85
    rate_max: float = 1.18


@dataclass(frozen=True)
class VideoConfig:
    """H.264 settings of every encoded segment; all segments of a message must share them."""

    crf: int = 17
    preset: str = "faster"  # the quickest that keeps a mouth's texture
    audio_bit_rate: int = 160_000


@dataclass(frozen=True)
class EngineConfig:
    """All options of one render."""

    voice: VoiceConfig = field(default_factory=VoiceConfig)
    diffusion: DiffusionConfig = field(default_factory=DiffusionConfig)
    plan: PlanConfig = field(default_factory=PlanConfig)
    video: VideoConfig = field(default_factory=VideoConfig)


def fingerprint(*parts: Any) -> str:
    """SHA-256 (hex) over dataclasses, JSON-like values and bytes, in order."""
    digest = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else _canonical(part).encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def _canonical(value: Any) -> str:
    plain = asdict(value) if hasattr(value, "__dataclass_fields__") else value
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, default=str)

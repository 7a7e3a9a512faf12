"""The base weights that come with the engine: where a presenter's fit and style start.

Made by `python -m renderer.training` on synthetic people alone; docs/model-card.md tells how. A file that is
not there is no error: its reader then starts from nothing. The tracker's networks lie beside them; NOTICE
tells where those are from, and `renderer.face.networks` loads them.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import safe_open

Floats = npt.NDArray[np.float32]

MOUTH = Path(__file__).with_name("mouth.safetensors")
MOTION = Path(__file__).with_name("motion.safetensors")
EAR = Path(__file__).with_name("ear.safetensors")
SPEAKER = Path(__file__).with_name("speaker.safetensors")
VOICE_SPACE = Path(__file__).with_name("voice_space.safetensors")


def base_mouth() -> dict[str, Floats] | None:
    """Weights of `renderer.refiner.network.MouthRefiner`, float32; None where none are shipped."""
    return arrays(MOUTH) if MOUTH.exists() else None


def base_motion() -> dict[str, Floats] | None:
    """Weights of `renderer.motion.viseme_denoiser.VisemeDenoiser`, float32; None where none are shipped."""
    return arrays(MOTION) if MOTION.exists() else None


def base_ear() -> dict[str, Floats] | None:
    """Weights of `renderer.motion.ear.EarNetwork`, float32; None where none are shipped."""
    return arrays(EAR) if EAR.exists() else None


def speaker_weights() -> dict[str, Floats]:
    """Weights of `renderer.likeness.speaker.SpeakerEncoder`, float32: Resemblyzer's, see NOTICE."""
    return arrays(SPEAKER)


def read_metadata(path: Path) -> dict[str, Any]:
    """What a file of weights says of itself: the network's config, its data, steps, machine and scores."""
    with safe_open(path, "np") as stored:
        return {
            name: json.loads(text) for name, text in (stored.metadata() or {}).items() if name != "format"
        }


@cache
def weights_key() -> str:
    """SHA-256 (hex) of the shipped files: other weights give other presenters."""
    digest = hashlib.sha256()
    for path in (MOUTH, MOTION, EAR):
        digest.update(hashlib.sha256(path.read_bytes()).digest() if path.exists() else b"none")
    return digest.hexdigest()


def arrays(path: Path) -> dict[str, Floats]:
    """A file's weights as float32."""
    # numpy knows no bfloat16, so torch reads; it is loaded only where weights are wanted.
    with safe_open(path, "pt") as stored:
        return {name: stored.get_tensor(name).float().numpy() for name in stored.keys()}  # noqa: SIM118

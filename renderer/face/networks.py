"""The four networks of the tracker, as they run: ONNX graphs on one thread."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import renderer.weights

Floats = npt.NDArray[np.float32]
Image = npt.NDArray[np.uint8]

FACE_DETECTOR = "face_detector"
FACE_MESH = "face_mesh"
PALM_DETECTOR = "palm_detector"
HAND_LANDMARKS = "hand_landmarks"
NAMES = (FACE_DETECTOR, FACE_MESH, PALM_DETECTOR, HAND_LANDMARKS)

_ERRORS_ONLY = 3


class Network:
    """One network; any number of threads may use it at once.

    ``size_px`` is the side of the square RGB picture that it takes.
    """

    def __init__(self, session: Any) -> None:
        self._session = session
        self._outputs = tuple(output.name for output in session.get_outputs())
        self.size_px = int(session.get_inputs()[0].shape[1])

    def __call__(self, picture: Image) -> dict[str, Floats]:
        """What the network says of a picture [size, size, 3], by the name of each output."""
        values = self._session.run(None, {"pixels": np.ascontiguousarray(picture[None])})
        return dict(zip(self._outputs, values, strict=True))


@cache
def network(name: str) -> Network:
    """A network by its name in ``NAMES``, loaded once; renderer/weights/NOTICE tells where it is from."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Processes and threads share the cores among pictures; a second thread inside one would only disturb.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    return Network(
        onnxruntime.InferenceSession(find_weights_file(name), options, providers=["CPUExecutionProvider"])
    )


# A thread of the parent may hold a network's locks at the fork; a child loads its own.
os.register_at_fork(after_in_child=network.cache_clear)


def find_weights_file(name: str) -> Path:
    """Where a network's graph and weights lie."""
    return Path(renderer.weights.__file__).with_name(f"{name}.onnx")

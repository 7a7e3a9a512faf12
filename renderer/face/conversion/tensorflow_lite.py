"""Read a TensorFlow Lite file: its operators in their order, their options and the weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tflite
from flatbuffers import flexbuffers

Array = npt.NDArray[Any]

_TYPES = {
    tflite.TensorType.FLOAT32: np.float32,
    tflite.TensorType.FLOAT16: np.float16,
    tflite.TensorType.INT32: np.int32,
}
_BUILTIN_NAMES = {
    number: name for name, number in vars(tflite.BuiltinOperator).items() if isinstance(number, int)
}
# The second version of MediaPipe's own operators is the one that is translated.
_CUSTOM_VERSION = 2


@dataclass(frozen=True)
class Operator:
    """One operator: tensors are numbers; ``custom`` are the options of one that is MediaPipe's own."""

    kind: str
    inputs: tuple[int, ...]
    output: int
    custom: dict[str, Any]
    _table: Any

    def options(self, kind: type[Any]) -> Any:
        """The options of a standard operator, read as the ``tflite`` class that holds them."""
        options, table = kind(), self._table.BuiltinOptions()
        options.Init(table.Bytes, table.Pos)
        return options


class LiteGraph:
    """The first graph of a file."""

    def __init__(self, path: Path) -> None:
        self._model = tflite.Model.GetRootAs(path.read_bytes(), 0)
        self._graph = self._model.Subgraphs(0)
        self.input = self._graph.Inputs(0)

    def operators(self) -> Iterator[Operator]:
        """Every operator, each after those whose results it needs."""
        for number in range(self._graph.OperatorsLength()):
            yield self._operator(self._graph.Operators(number))

    def outputs(self) -> dict[str, int]:
        """The graph's outputs by name."""
        numbers = [self._graph.Outputs(at) for at in range(self._graph.OutputsLength())]
        return {self._graph.Tensors(number).Name().decode(): number for number in numbers}

    def shape(self, tensor: int) -> list[int]:
        """A tensor's shape: batch, height, width, channels for a picture."""
        about = self._graph.Tensors(tensor)
        return [int(length) for length in about.ShapeAsNumpy()] if about.ShapeLength() else []

    def read_stored(self, tensor: int) -> Array | None:
        """The values of a tensor that lies in the file; None for one that is computed."""
        about = self._graph.Tensors(tensor)
        buffer = self._model.Buffers(about.Buffer())
        if not buffer.DataLength():
            return None
        values = np.frombuffer(buffer.DataAsNumpy().tobytes(), _TYPES[about.Type()])
        return values.reshape(self.shape(tensor))

    def _operator(self, table: Any) -> Operator:
        code = self._model.OperatorCodes(table.OpcodeIndex())
        kind, custom = _BUILTIN_NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())], {}
        if kind == "CUSTOM":
            kind = code.CustomCode().decode()
            if code.Version() != _CUSTOM_VERSION:
                raise ValueError(f"{kind} is of version {code.Version()}, not {_CUSTOM_VERSION}")
            if table.CustomOptionsLength():
                custom = flexbuffers.Loads(bytes(table.CustomOptionsAsNumpy()))
        inputs = tuple(table.Inputs(at) for at in range(table.InputsLength()))
        return Operator(kind, inputs, table.Outputs(0), custom, table)

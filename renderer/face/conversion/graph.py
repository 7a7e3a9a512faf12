"""Build an ONNX graph node by node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

# GridSample, which cuts the eyes and the lips out of the features of a face, came with this set of operators.
_OPSET = 17
_IR_VERSION = 8


class Graph:
    """Nodes and constants by name; each value has one name, given when it is added."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def add(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """Add a node with one output; its name."""
        name = name or f"value_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def constant(self, values: npt.ArrayLike, dtype: npt.DTypeLike = np.float32) -> str:
        """Add an array as it is."""
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.array(values, dtype, order="C"), name))
        return name

    def whole_numbers(self, *values: int) -> str:
        """Add a shape, axes or bounds."""
        return self.constant(values, np.int64)

    def weight(self, values: npt.NDArray[Any]) -> str:
        """Add weights in half precision, as the original has them; the runtime widens them when it loads."""
        return self.add("Cast", self.constant(values, np.float16), to=TensorProto.FLOAT)

    def model(self, size_px: int, outputs: Sequence[str]) -> onnx.ModelProto:
        """The whole graph: ``pixels`` uint8 [1, size, size, 3] to float32 ``outputs``."""
        taken = helper.make_tensor_value_info("pixels", TensorProto.UINT8, [1, size_px, size_px, 3])
        given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
        graph = helper.make_graph(self._nodes, "network", [taken], given, self._constants)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION
        )
        shaped = onnx.shape_inference.infer_shapes(model, strict_mode=True)
        onnx.checker.check_model(shaped)
        del shaped.graph.value_info[:]
        return shaped


def same_padding(size: list[int], kernel: list[int], strides: list[int]) -> list[int]:
    """(top, left, bottom, right) so that size / stride, rounded up, comes out; the odd one goes behind."""
    short = [
        max((-(-length // stride) - 1) * stride + reach - length, 0)
        for length, reach, stride in zip(size, kernel, strides, strict=True)
    ]
    return [amount // 2 for amount in short] + [amount - amount // 2 for amount in short]


def prelu(graph: Graph, value: str, slopes: npt.NDArray[Any]) -> str:
    """x where it is positive and slope * x elsewhere, as slope * x + (1 - slope) * relu(x).

    onnxruntime keeps its blocked layout of the channels through convolutions and sums but not through its own
    PRelu: written with two convolutions of one pixel, the face mesh runs 3.5 times as fast.
    """
    channels = slopes.size
    depthwise: dict[str, Any] = {"group": channels, "kernel_shape": [1, 1]}
    slope = slopes.reshape(channels, 1, 1, 1).astype(np.float32)
    straight = graph.add("Conv", value, graph.constant(slope), **depthwise)
    bend = graph.add("Conv", graph.add("Relu", value), graph.constant(1 - slope), **depthwise)
    return graph.add("Add", straight, bend)

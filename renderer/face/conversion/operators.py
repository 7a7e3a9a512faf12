"""Translate the operators of TensorFlow Lite to ONNX: channels go before height and width."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import tflite

from renderer.face.conversion.graph import Graph, prelu, same_padding
from renderer.face.conversion.landmark_operators import crop_matrix, crop_turned, map_points
from renderer.face.conversion.tensorflow_lite import LiteGraph, Operator

Array = npt.NDArray[Any]
_CHANNELS_FIRST = [0, 3, 1, 2]
_CHANNELS_LAST = [0, 2, 3, 1]


class Translation:
    """One graph on its way: ``names`` are the ONNX names of the values so far, by tensor number.

    ``parts`` are the landmarks that the crops refine, in the order of the crops.
    """

    def __init__(self, source: LiteGraph, pixel_range: tuple[float, float]) -> None:
        self.source, self.graph = source, Graph()
        self.names: dict[int, str] = {source.input: self._pictures(pixel_range)}
        self.parts: list[list[int]] = []
        self._stored: dict[int, Array] = {}

    def run(self) -> dict[str, str]:
        """Translate everything; the ONNX names of the outputs by their names in the file."""
        for operator in self.source.operators():
            if operator.kind == "DEQUANTIZE":
                self._stored[operator.output] = self.read_stored(operator.inputs[0])
            else:
                self.names[operator.output] = OPERATORS[operator.kind](self, operator)
        return {name: self.names[number] for name, number in self.source.outputs().items()}

    def read_stored(self, tensor: int) -> Array:
        """The values of a tensor that lies in the file. Raises ValueError for one that is computed."""
        values = self._stored.get(tensor)
        values = self.source.read_stored(tensor) if values is None else values
        if values is None:
            raise ValueError(f"tensor {tensor} is computed, and a stored one was expected")
        return values

    def take(self, operator: Operator, number: int = 0) -> str:
        """The name of an operator's input."""
        return self.names[operator.inputs[number]]

    def activate(self, value: str, activation: int) -> str:
        """A value behind the activation that an operator carries with it."""
        if activation == tflite.ActivationFunctionType.NONE:
            return value
        if activation == tflite.ActivationFunctionType.RELU:
            return self.graph.add("Relu", value)
        if activation == tflite.ActivationFunctionType.RELU6:
            return self.graph.add("Clip", value, self.graph.constant(0.0), self.graph.constant(6.0))
        raise ValueError(f"activation {activation} is not translated")

    def _pictures(self, pixel_range: tuple[float, float]) -> str:
        low, high = pixel_range
        values = self.graph.add("Cast", "pixels", to=1)
        planes = self.graph.add("Transpose", values, perm=_CHANNELS_FIRST)
        scaled = self.graph.add("Mul", planes, self.graph.constant((high - low) / 255))
        return self.graph.add("Add", scaled, self.graph.constant(low)) if low else scaled


def _convolution(to: Translation, operator: Operator) -> str:
    options = operator.options(tflite.Conv2DOptions)
    return _convolve(
        to, operator, options, to.read_stored(operator.inputs[1]).transpose(0, 3, 1, 2), groups=1
    )


def _depthwise(to: Translation, operator: Operator) -> str:
    options = operator.options(tflite.DepthwiseConv2DOptions)
    weights = to.read_stored(operator.inputs[1]).transpose(3, 0, 1, 2)
    return _convolve(to, operator, options, weights, groups=len(weights))


def _convolve(to: Translation, operator: Operator, options: Any, weights: Array, groups: int) -> str:
    kernel = list(weights.shape[2:])
    inputs = (
        to.take(operator),
        to.graph.weight(weights),
        to.graph.weight(to.read_stored(operator.inputs[2])),
    )
    value = to.graph.add(
        "Conv", *inputs, group=groups, kernel_shape=kernel, **_window(to, operator, options, kernel)
    )
    return to.activate(value, options.FusedActivationFunction())


def _max_pool(to: Translation, operator: Operator) -> str:
    options = operator.options(tflite.Pool2DOptions)
    kernel = [options.FilterHeight(), options.FilterWidth()]
    return to.graph.add(
        "MaxPool", to.take(operator), kernel_shape=kernel, **_window(to, operator, options, kernel)
    )


def _window(to: Translation, operator: Operator, options: Any, kernel: list[int]) -> dict[str, Any]:
    strides = [options.StrideH(), options.StrideW()]
    if options.Padding() == tflite.Padding.VALID:
        return {"strides": strides, "pads": [0] * 4}
    size = to.source.shape(operator.inputs[0])[1:3]
    return {"strides": strides, "pads": same_padding(size, kernel, strides)}


def _prelu(to: Translation, operator: Operator) -> str:
    return prelu(to.graph, to.take(operator), to.read_stored(operator.inputs[1]))


def _relu(to: Translation, operator: Operator) -> str:
    return to.graph.add("Relu", to.take(operator))


def _sigmoid(to: Translation, operator: Operator) -> str:
    return to.graph.add("Sigmoid", to.take(operator))


def _sum(to: Translation, operator: Operator) -> str:
    value = to.graph.add("Add", to.take(operator), to.take(operator, 1))
    return to.activate(value, operator.options(tflite.AddOptions).FusedActivationFunction())


def _product(to: Translation, operator: Operator) -> str:
    factors = to.read_stored(operator.inputs[1])
    if factors.shape == (1, 4, 4):  # of a matrix, which is [2, 3] here
        factors = factors[0][:2][:, [0, 1, 3]]
    return to.graph.add("Mul", to.take(operator), to.graph.constant(factors))


def _pad(to: Translation, operator: Operator) -> str:
    before, after = to.read_stored(operator.inputs[1])[_CHANNELS_FIRST].T
    return to.graph.add("Pad", to.take(operator), to.graph.whole_numbers(*before, *after))


def _reshape(to: Translation, operator: Operator) -> str:
    value, shape = to.take(operator), to.source.shape(operator.inputs[0])
    if len(shape) == len(_CHANNELS_LAST):
        value = to.graph.add("Transpose", value, perm=_CHANNELS_LAST)
    return to.graph.add("Reshape", value, to.graph.whole_numbers(*to.source.shape(operator.output)))


def _concatenation(to: Translation, operator: Operator) -> str:
    axis = operator.options(tflite.ConcatenationOptions).Axis()
    return to.graph.add("Concat", *(to.names[number] for number in operator.inputs), axis=axis)


def _resize(to: Translation, operator: Operator) -> str:
    options = operator.options(tflite.ResizeBilinearOptions)
    mode = "half_pixel" if options.HalfPixelCenters() else "asymmetric"
    mode = "align_corners" if options.AlignCorners() else mode
    old, new = (np.array(to.source.shape(number)[1:3]) for number in (operator.inputs[0], operator.output))
    scales = to.graph.constant([1, 1, *(new / old)])
    return to.graph.add(
        "Resize", to.take(operator), "", scales, mode="linear", coordinate_transformation_mode=mode
    )


def _fully_connected(to: Translation, operator: Operator) -> str:
    flat = to.graph.add("Reshape", to.take(operator), to.graph.whole_numbers(1, -1))
    weights, biases = (to.graph.weight(to.read_stored(number)) for number in operator.inputs[1:])
    return to.graph.add("Gemm", flat, weights, biases, transB=1)


def _mean(to: Translation, operator: Operator) -> str:
    return to.graph.add("GlobalAveragePool", to.take(operator))


def _pass_on(to: Translation, operator: Operator) -> str:
    return to.take(operator)


def _crop_matrix(to: Translation, operator: Operator) -> str:
    about = operator.custom
    if about["target_rotation_radians"] or about["scale_x"] != about["scale_y"]:
        raise ValueError("only level crops of one scale are translated")
    part = [number for pair in about["subset_idxs"] for number in np.atleast_1d(pair).tolist()]
    to.parts.append(part)
    line = (about["left_rotation_idx"], about["right_rotation_idx"])
    shape = to.graph.whole_numbers(*to.source.shape(operator.inputs[0])[1:])
    landmarks = to.graph.add("Reshape", to.take(operator), shape)
    return crop_matrix(to.graph, landmarks, line, part, about["scale_x"], about["output_width"])


def _crop_turned(to: Translation, operator: Operator) -> str:
    height, width = to.source.shape(operator.inputs[0])[1:3]
    matrix = to.take(operator, 1)
    return crop_turned(to.graph, to.take(operator), (height, width), matrix, operator.custom["output_width"])


def _map_points(to: Translation, operator: Operator) -> str:
    points = to.graph.add("Reshape", to.take(operator), to.graph.whole_numbers(-1, 2))
    return map_points(to.graph, points, to.take(operator, 1))


OPERATORS: dict[str, Callable[[Translation, Operator], str]] = {
    "ADD": _sum,
    "CONCATENATION": _concatenation,
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _depthwise,
    "FULLY_CONNECTED": _fully_connected,
    "LOGISTIC": _sigmoid,
    "MAX_POOL_2D": _max_pool,
    "MEAN": _mean,
    "MUL": _product,
    "PAD": _pad,
    "PRELU": _prelu,
    "RELU": _relu,
    "RESHAPE": _reshape,
    "RESIZE_BILINEAR": _resize,
    "STRIDED_SLICE": _pass_on,  # the one there is cuts nothing off
    "Landmarks2TransformMatrix": _crop_matrix,
    "TransformLandmarks": _map_points,
    "TransformTensorBilinear": _crop_turned,
}

"""A graph is built node by node and runs."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime

from renderer.face.conversion.graph import Graph, prelu, same_padding


def test_weights_are_kept_in_half_precision_and_counted_in_single() -> None:
    graph = Graph()
    values = graph.add("Cast", "pixels", to=onnx.TensorProto.FLOAT)
    graph.add("Mul", values, graph.weight(np.array([0.5, 0.1, 2.0])), name="scaled")
    model = graph.model(2, ["scaled"])
    assert [onnx.numpy_helper.to_array(one).dtype for one in model.graph.initializer] == [np.float16]
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"pixels": np.full((1, 2, 2, 3), 100, np.uint8)})
    assert found.dtype == np.float32
    assert found[0, 0, 0].tolist() == [50, 100 * np.float32(np.float16(0.1)), 200]


def test_a_prelu_of_convolutions_bends_each_channel_by_its_slope() -> None:
    graph = Graph()
    planes = graph.add("Transpose", graph.add("Cast", "pixels", to=onnx.TensorProto.FLOAT), perm=[0, 3, 1, 2])
    around_zero = graph.add("Sub", planes, graph.constant(100.0))
    bent = prelu(graph, around_zero, np.array([0.25, -0.5, 1.0]))
    graph.add("Identity", bent, name="bent")
    model = graph.model(2, ["bent"]).SerializeToString()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    pixels = np.full((1, 2, 2, 3), 60, np.uint8)
    pixels[0, 0, 0] = 180
    (found,) = session.run(None, {"pixels": pixels})
    assert found[0, :, 0, 0].tolist() == [80, 80, 80], "what is positive stays"
    assert found[0, :, 1, 1].tolist() == [-10, 20, -40]


def test_padding_gives_the_size_by_the_stride_and_its_odd_pixel_goes_behind() -> None:
    assert same_padding([192, 192], [3, 3], [2, 2]) == [0, 0, 1, 1]
    assert same_padding([8, 8], [3, 3], [1, 1]) == [1, 1, 1, 1]
    assert same_padding([7, 8], [5, 2], [2, 2]) == [2, 0, 2, 0]

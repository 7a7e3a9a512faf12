"""Kokoro's decoder in torch, so that a style can be fitted through it by gradient.

The half of the network that makes sound of what the other half planned: StyleTTS 2's decoder with an iSTFTNet
generator (Li et al. 2023, arXiv:2306.07691; Kaneko et al. 2022, arXiv:2203.02395). Its weights are read from
the int8 graph of the installed packages and computed with as floats: the graph rounds its activations too, by
which its sound differs from this one a little.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

if TYPE_CHECKING:  # an optional package
    import onnx

RATE_HZ = 24_000
# Samples for each value of the pitch curve, of which there are two for each frame of the plan.
CURVE_SAMPLES = 300
_HARMONICS = 9
_SINE_AMPLITUDE = 0.1
_VOICED_HZ = 10.0
_FFT, _HOP = 20, 5
# The graph leaves out the division by the window's overlap, which is this for a hop of a quarter window.
_OVERLAP = 1.5
_EPSILON = 1e-5
_DILATIONS = (1, 3, 5)
# Stride and padding of each upsampling of the generator, and of what brings the harmonics to its rate.
_UPSAMPLING, _EXCITATION = ((10, 5), (6, 3)), ((6, 3), (1, 0))
_DECODER = "/decoder/decoder/"


@dataclass(frozen=True, eq=False)
class Decoder:
    """Weights by the name of their layer: ``name`` and ``name.bias``."""

    weights: Mapping[str, Tensor]

    def decode(self, phones: Tensor, pitch_hz: Tensor, energy: Tensor, timbre: Tensor) -> Tensor:
        """A plan's phones [1, 512, n], pitch and energy [1, 2n], and a timbre [1, 128] → sound [s].

        Differentiable in all of them. Sound at `RATE_HZ`, 600 samples for each of the n frames.
        """
        curves = [
            self._convolve(name, curve[:, None], stride=2, padding=1)
            for name, curve in (("F0_conv", pitch_hz), ("N_conv", energy))
        ]
        hidden = self._run_block("encode", torch.cat([phones, *curves], 1), timbre)
        rest = [self._convolve("asr_res.0", phones), *curves]
        for block in range(4):
            hidden = self._run_block(f"decode.{block}", torch.cat([hidden, *rest], 1), timbre)
        return self._generate(hidden, pitch_hz, timbre)

    def _generate(self, hidden: Tensor, pitch_hz: Tensor, timbre: Tensor) -> Tensor:
        source = self._build_source(pitch_hz)
        for step in range(len(_UPSAMPLING)):
            hidden = self._raise_rate(step, hidden) + self._excite(step, source, timbre)
            blocks = [f"generator.resblocks.{block}" for block in range(3 * step, 3 * step + 3)]
            hidden = torch.stack([self._run_snakes(block, hidden, timbre) for block in blocks]).mean(0)
        bins = self._convolve("generator.conv_post", F.leaky_relu(hidden, 0.01), padding=3)
        magnitude, phase = torch.exp(bins[:, : _FFT // 2 + 1]), torch.sin(bins[:, _FFT // 2 + 1 :])
        window = torch.hann_window(_FFT)
        return _OVERLAP * torch.istft(torch.polar(magnitude, phase), _FFT, _HOP, window=window)[0]

    def _raise_rate(self, step: int, hidden: Tensor) -> Tensor:
        name, (stride, padding) = f"generator.ups.{step}", _UPSAMPLING[step]
        raised = F.conv_transpose1d(
            F.leaky_relu(hidden, 0.1), self.weights[name], self.weights[f"{name}.bias"], stride, padding
        )
        # The last rate is the spectrum's, which has a frame more.
        return F.pad(raised, (1, 0), "reflect") if step == len(_UPSAMPLING) - 1 else raised

    def _excite(self, step: int, source: Tensor, timbre: Tensor) -> Tensor:
        stride, padding = _EXCITATION[step]
        excitation = self._convolve(f"generator.noise_convs.{step}", source, stride, padding)
        return self._run_snakes(f"generator.noise_res.{step}", excitation, timbre)

    def _build_source(self, pitch_hz: Tensor) -> Tensor:
        """Harmonics of the pitch, mixed, as the generator reads them: magnitude and phase [1, 22, m]."""
        voiced = pitch_hz.repeat_interleave(CURVE_SAMPLES, 1)
        harmonics = torch.arange(1, _HARMONICS + 1)[:, None]
        turns = (voiced[:, None] * harmonics / RATE_HZ) % 1
        coarse = F.interpolate(turns, scale_factor=1 / CURVE_SAMPLES, mode="linear")
        phase = torch.cumsum(coarse, 2) * 2 * torch.pi * CURVE_SAMPLES
        fine = F.interpolate(phase, scale_factor=float(CURVE_SAMPLES), mode="linear")
        sines = torch.sin(fine) * _SINE_AMPLITUDE * (voiced[:, None] > _VOICED_HZ)
        mixed = torch.tanh((sines * self.weights["source"]).sum(1) + self.weights["source.bias"])
        spectrum = torch.stft(mixed, _FFT, _HOP, window=torch.hann_window(_FFT), return_complex=True)
        return torch.cat([spectrum.abs(), spectrum.angle()], 1)

    def _run_block(self, name: str, hidden: Tensor, timbre: Tensor) -> Tensor:
        doubles = f"{name}.pool" in self.weights
        residual = F.leaky_relu(self._style(f"{name}.norm1", hidden, timbre), 0.2)
        if doubles:
            pool = self.weights[f"{name}.pool"]
            bias = self.weights[f"{name}.pool.bias"]
            residual = F.conv_transpose1d(residual, pool, bias, 2, 1, 1, groups=len(pool))
        residual = self._convolve(f"{name}.conv1", residual, padding=1)
        residual = F.leaky_relu(self._style(f"{name}.norm2", residual, timbre), 0.2)
        residual = self._convolve(f"{name}.conv2", residual, padding=1)
        kept = hidden.repeat_interleave(2, 2) if doubles else hidden
        return (residual + self._convolve(f"{name}.conv1x1", kept)) / 2**0.5

    def _run_snakes(self, name: str, hidden: Tensor, timbre: Tensor) -> Tensor:
        for turn, dilation in enumerate(_DILATIONS):
            inner = hidden
            for layer, spread in ((1, dilation), (2, 1)):
                inner = self._style(f"{name}.adain{layer}.{turn}", inner, timbre)
                rate = self.weights[f"{name}.alpha{layer}.{turn}"]
                inner = inner + torch.sin(rate * inner) ** 2 / rate
                kernel = self.weights[f"{name}.convs{layer}.{turn}"].shape[-1]
                inner = self._convolve(
                    f"{name}.convs{layer}.{turn}", inner, padding=(kernel - 1) // 2 * spread, dilation=spread
                )
            hidden = hidden + inner
        return hidden

    def _style(self, name: str, hidden: Tensor, timbre: Tensor) -> Tensor:
        """Adaptive instance normalisation."""
        scale, shift = (timbre @ self.weights[f"{name}.fc"] + self.weights[f"{name}.fc.bias"])[
            ..., None
        ].chunk(2, 1)
        return (1 + scale) * F.instance_norm(hidden, eps=_EPSILON) + shift

    def _convolve(
        self, name: str, hidden: Tensor, stride: int = 1, padding: int = 0, dilation: int = 1
    ) -> Tensor:
        return F.conv1d(
            hidden, self.weights[name], self.weights.get(f"{name}.bias"), stride, padding, dilation
        )


def read_decoder(graph: onnx.ModelProto) -> Decoder:
    """The decoder of Kokoro's int8 graph, its weights as floats."""
    values = {item.name: item for item in graph.graph.initializer}
    weights: dict[str, Tensor] = {}
    for node in graph.graph.node:
        name = _name_layer(node)
        if name is None:
            continue
        weights[name] = _read_weight(node, values)
        bias = f"decoder.decoder.{name}.bias"
        if bias in values:
            weights[f"{name}.bias"] = _read(values[bias])
    for name in values:
        if ".alpha" in name:
            weights[name.removeprefix("decoder.decoder.")] = _read(values[name])
    source = next(node for node in graph.graph.node if node.name.endswith("m_source/l_linear/MatMul"))
    weights["source"] = _read(values[source.input[1]])
    weights["source.bias"] = _read(values["decoder.decoder.generator.m_source.l_linear.bias"])
    return Decoder(weights)


def _name_layer(node: onnx.NodeProto) -> str | None:
    """``generator.ups.0`` for the node that multiplies by its weights; None for other nodes."""
    for ending in ("/Conv_quant", "/Gemm_MatMul_quant", "/Conv", "/ConvTranspose"):
        if node.name.startswith(_DECODER) and node.name.endswith(ending) and "istft" not in node.name:
            path = node.name.removeprefix(_DECODER).removesuffix(ending)
            return path.replace("asr_res/asr_res", "asr_res").replace("/", ".")
    return None


def _read_weight(node: onnx.NodeProto, values: Mapping[str, onnx.TensorProto]) -> Tensor:
    weight = _read(values[node.input[1]])
    if not node.op_type.endswith("Integer"):
        return weight
    zero = _read(values[node.input[3]])
    return (weight - zero) * _read(values[node.input[1].removesuffix("_quantized") + "_scale"])


def _read(value: onnx.TensorProto) -> Tensor:
    from onnx import numpy_helper

    return torch.from_numpy(np.array(numpy_helper.to_array(value), np.float32))

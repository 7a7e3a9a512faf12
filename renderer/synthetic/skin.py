"""The skin's textures: tone, lips, brows, beard, blush, freckles, and how each place shines."""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import map_coordinates

from renderer.synthetic.assets import get_mask_path
from renderer.synthetic.look import Look

Floats = npt.NDArray[np.float32]

# The brow's middle line on the undeformed body: sideways and upwards, metres.
_BROW_X_M = (0.012, 0.022, 0.034, 0.044, 0.052)
_BROW_Z_M = (0.7445, 0.7468, 0.7488, 0.7474, 0.7430)
_LATTICE = 64


def paint_skin(places: Floats, look: Look) -> tuple[Floats, Floats]:
    """Colours [N, N, 4] (linear light; the fourth is 1 inside the mouth) and surface [N, N, 2] (height,
    roughness), 0..1, from the undeformed body's points ``places`` [N, N, 3] at each texel (nan: none)."""
    size = len(places)
    here = np.isfinite(places[..., 0])
    p = places[here]
    noise = _Noise(look.seed)
    lips, inside = (_load_mask(name, size)[here] for name in ("lips", "inside-mouth"))
    colour = np.tile(np.asarray(look.skin, np.float32), (len(p), 1))
    colour = _paint_complexion(colour, p, look, noise)
    colour = _mix(colour, look.hair_colour, 0.65 * _compute_brows(p, noise))
    colour = _mix(colour, look.hair_colour, _compute_beard(p, look, noise) * (1 - lips))
    colour = _paint_lips(colour, p, lips, look, noise)
    wet = np.clip((inside - 0.2) / 0.6, 0, 1)
    colour = _mix(colour, (0.19, 0.035, 0.03), 0.85 * wet)
    height = 0.5 + 0.2 * noise(p, 900, 1, 2) - 0.3 * lips * np.abs(noise(p * [4, 1, 0.4], 500, 2))
    height += look.wrinkles * 0.2 * noise(p * [0.5, 1, 2.5], 420, 3)
    roughness = look.roughness - 0.14 * lips - 0.25 * wet + 0.06 * noise(p, 300, 4, 2)
    canvas = np.zeros((size, size, 4), np.float32)
    canvas[here] = np.concatenate([np.clip(colour, 0.002, 0.95), wet[:, None]], 1)
    surface = np.full((size, size, 2), 0.5, np.float32)
    surface[here] = np.clip(np.stack([height, roughness], 1), 0, 1)
    return canvas, surface


class _Noise:
    """Smooth noise in space, -1..1, the same for equal seeds."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def __call__(
        self, places: npt.NDArray[np.floating[Any]], per_m: float, kind: int, octaves: int = 1
    ) -> Floats:
        total, weight = np.zeros(len(places), np.float32), 0.0
        for octave in range(octaves):
            lattice = _sample_lattice((self._seed + 31 * kind + octave) % 997)
            at = (places * per_m * 2**octave + 7.3 * kind).T % _LATTICE
            total += 0.5**octave * map_coordinates(lattice, at, order=1, mode="grid-wrap")
            weight += 0.5**octave
        return total / weight


@cache
def _sample_lattice(seed: int) -> Floats:
    return np.random.default_rng(seed).uniform(-1, 1, (_LATTICE,) * 3).astype(np.float32)


def _paint_complexion(colour: Floats, p: Floats, look: Look, noise: _Noise) -> Floats:
    mirrored = p * [1, 1, 1]
    mirrored[:, 0] = np.abs(p[:, 0])
    red = look.blush * (
        0.9 * _compute_spot(mirrored, (0.042, -0.11, 0.705), (0.022, 0.04, 0.018))
        + _compute_spot(p, (0, -0.155, 0.690), (0.016, 0.02, 0.016))
        + 0.6 * _compute_spot(p, (0, -0.13, 0.632), (0.022, 0.03, 0.014))
    )
    red += 0.22 * noise(p, 160, 5, 3)
    tone: npt.NDArray[np.floating[Any]] = colour * (
        1 + red[:, None] * np.array([0.06, -0.2, -0.17], np.float32)
    )
    under_eyes = _compute_spot(mirrored, (0.031, -0.13, 0.7165), (0.017, 0.03, 0.0065))
    tone *= 1 - under_eyes[:, None] * np.array([0.16, 0.2, 0.16]) * (0.4 + look.wrinkles)
    tone *= 1 + 0.12 * noise(p, 60, 6, 2)[:, None]
    tone *= 1 + 0.12 * noise(p, 420, 7, 2)[:, None] * np.array([0.6, 1, 1])
    dots = _smooth_step(noise(p, 700, 8), 0.42, 0.62) * _compute_spot(p, (0, -0.14, 0.70), (0.06, 0.06, 0.05))
    return np.asarray(tone * (1 - (look.freckles * dots)[:, None] * np.array([0.28, 0.42, 0.5])), np.float32)


def _paint_lips(colour: Floats, p: Floats, lips: Floats, look: Look, noise: _Noise) -> Floats:
    lines = 1 + 0.12 * noise(p * [3, 1, 0.5], 700, 9, 2)
    parting = np.exp(-(((p[:, 2] - 0.6605) / 0.0035) ** 2))
    own = np.asarray(look.lips, np.float32) * (lines * (1 - 0.25 * parting))[:, None]
    share = (look.lip_strength * 0.9 * lips)[:, None]
    return np.asarray(colour * (1 - share) + own * share, np.float32)


def _compute_brows(p: Floats, noise: _Noise) -> Floats:
    x = np.abs(p[:, 0])
    along = (x - 0.012) / 0.04
    width = np.interp(along, [-0.05, 0, 0.25, 0.6, 1, 1.08], [0, 0.0042, 0.0048, 0.0038, 0.0012, 0])
    away = np.abs(p[:, 2] - np.interp(x, _BROW_X_M, _BROW_Z_M))
    ragged = 1 + 0.6 * noise(p * [1, 1, 3], 700, 10, 2)
    return np.asarray(
        _smooth_step(width * ragged - away, -0.0008, 0.0018) * (p[:, 1] < -0.08) * (width > 0.0006)
    )


def _compute_beard(p: Floats, look: Look, noise: _Noise) -> Floats:
    """How much hair shows: jaw, chin and moustache, from a shade to a short beard."""
    x = np.abs(p[:, 0])
    upper = 0.692 - 0.35 * np.clip(x - 0.02, 0, 1) + 0.9 * np.clip(x - 0.055, 0, 0.03)
    jaw = (
        _smooth_step(upper - p[:, 2], -0.004, 0.01)
        * _smooth_step(p[:, 2], 0.59, 0.612)
        * _smooth_step(-p[:, 1], 0.015, 0.045)
    )
    moustache = _smooth_step(0.6855 - 0.25 * x - p[:, 2], -0.002, 0.003) * (1 - _smooth_step(x, 0.03, 0.042))
    grows = np.clip(jaw * (0.55 + 0.45 * _smooth_step(x, 0, 0.06)) + 0.9 * moustache, 0, 1)
    dots = _smooth_step(noise(p * [1, 1, 0.6], 1900, 11), -0.2, 0.5)
    return np.asarray(look.beard * grows * (0.45 + 0.35 * dots))


def _compute_spot(
    p: npt.NDArray[np.floating[Any]], centre: tuple[float, ...], reach: tuple[float, ...]
) -> Floats:
    return np.exp(-(((p - np.array(centre)) / np.array(reach)) ** 2).sum(1)).astype(np.float32)


def _smooth_step(x: npt.NDArray[np.floating[Any]], low: float, high: float) -> npt.NDArray[np.floating[Any]]:
    share = np.clip((x - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)


def _mix(colour: Floats, other: tuple[float, float, float], share: npt.NDArray[np.floating[Any]]) -> Floats:
    return np.asarray(colour + (np.asarray(other, np.float32) - colour) * share[:, None], np.float32)


@cache
def _load_mask(name: str, size: int) -> Floats:
    picture = cv2.imread(str(get_mask_path(name)), cv2.IMREAD_GRAYSCALE)
    small = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return np.asarray(cv2.GaussianBlur(small, (0, 0), size / 2000), np.float32)

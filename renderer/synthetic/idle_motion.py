"""Idle motion, everything but speech: blinks, brows, gaze, nods and slow head movement."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

Curve = npt.NDArray[np.float64]

_CLOSING_S, _OPENING_S = 0.045, 0.09
_TURNED_RAD = (np.radians(30), np.radians(12))
_GAZE_MOST_RAD = 0.3  # eyes turn no further; beyond it a gaze leaves the camera


def sample_smooth_noise(frames: int, slow_s: float, fps: float, rng: np.random.Generator) -> Curve:
    """Sample smooth noise [n] of variance 1 with waves of about ``slow_s`` seconds."""
    sigma = slow_s * fps
    margin = int(4 * sigma) + 1
    smooth = gaussian_filter1d(rng.normal(size=frames + 2 * margin), sigma)[margin : margin + frames]
    # A Gaussian filter leaves this share of white noise's deviation.
    return np.asarray(smooth * np.sqrt(2 * np.sqrt(np.pi) * sigma))


def animate_eyes_and_brows(
    times_s: Curve, stresses_s: Sequence[float], liveliness: float, rng: np.random.Generator
) -> dict[str, Curve]:
    """Curves [n] of lids and brows; brows rise with stressed vowels."""
    frames, fps = len(times_s), _compute_fps(times_s)
    beat = _compute_beats(times_s, stresses_s, 0.16)
    inner = 0.06 + liveliness * (0.14 * beat + 0.06 * sample_smooth_noise(frames, 0.5, fps, rng))
    outer = liveliness * (0.08 * beat + 0.05 * sample_smooth_noise(frames, 0.6, fps, rng))
    squint = rng.uniform(0, 0.2) + 0.03 * sample_smooth_noise(frames, 0.6, fps, rng)
    blink = _sample_blinks(times_s, rng)
    # Lids of the drawn neutral face hang low.
    wide = rng.uniform(0.1, 0.45) * (1 - blink)
    curves = {"browInnerUp": inner}
    for side in ("Left", "Right"):
        curves |= {"browOuterUp" + side: outer, "eyeSquint" + side: squint}
        curves |= {"eyeBlink" + side: blink, "eyeWide" + side: wide}
    return {name: np.clip(curve, 0, 1) for name, curve in curves.items()}


def animate_head(
    times_s: Curve, stresses_s: Sequence[float], liveliness: float, rng: np.random.Generator
) -> Curve:
    """Yaw, pitch, roll [n, 3] radians: a pose of its own, slow wandering, nods on stressed vowels."""
    frames, fps = len(times_s), _compute_fps(times_s)
    pose = rng.normal(0, (0.10, 0.06, 0.035))
    nod = liveliness * rng.uniform(0.0, 0.07) * _compute_beats(times_s, stresses_s, 0.14)
    moves = [
        size * sample_smooth_noise(frames, slow, fps, rng)
        for size, slow in ((0.06, 0.5), (0.035, 0.4), (0.03, 0.6))
    ]
    return np.asarray(pose + liveliness * np.stack(moves, 1) + nod[:, None] * (0.0, 1.0, 0.0))


def animate_turning_head(times_s: Curve, rng: np.random.Generator) -> Curve:
    """Yaw, pitch, roll [n, 3] radians of a head that looks about while it speaks: wide turns, and now and
    then a shake or a nod. Yaw reaches both of its ends (30 degrees each way), and so does pitch (12)."""
    frames, fps = len(times_s), _compute_fps(times_s)
    yaw, pitch = (sample_smooth_noise(frames, slow_s, fps, rng) for slow_s in (0.5, 0.45))
    at_s = float(rng.uniform(0.8, 1.6))
    while frames and at_s < times_s[-1]:
        wave = np.exp(-(((times_s - at_s) / 0.35) ** 2)) * np.sin(
            2 * np.pi * float(rng.uniform(2.0, 3.0)) * (times_s - at_s)
        )
        shaken = rng.random() < 0.6
        yaw, pitch = yaw + 0.6 * wave * shaken, pitch + 0.8 * wave * (not shaken)
        at_s += float(rng.uniform(1.6, 3.0))
    roll = 0.05 * sample_smooth_noise(frames, 0.6, fps, rng)
    return np.stack([_stretch(yaw, _TURNED_RAD[0]), _stretch(pitch, _TURNED_RAD[1]), roll], 1)


def _stretch(curve: Curve, most: float) -> Curve:
    """The curve, moved and scaled so that it just reaches from -most to most."""
    if not len(curve):
        return curve
    low, high = curve.min(), curve.max()
    return np.asarray((curve - (low + high) / 2) * (2 * most / max(high - low, 1e-9)))


def animate_gaze(times_s: Curve, head_rad: Curve, rng: np.random.Generator) -> Curve:
    """Yaw, pitch [n, 2] radians relative to the head: eyes stay on the camera, in small jumps."""
    frames, fps = len(times_s), _compute_fps(times_s)
    jumps = np.cumsum(rng.random(frames) < 1.6 / fps)
    places = rng.normal(0, (0.04, 0.025), (int(jumps[-1]) + 1 if frames else 1, 2))
    return np.asarray(np.clip(-0.8 * head_rad[:, :2], -_GAZE_MOST_RAD, _GAZE_MOST_RAD) + places[jumps])


def _sample_blinks(times_s: Curve, rng: np.random.Generator) -> Curve:
    lids = np.zeros(len(times_s))
    at_s = float(rng.uniform(0.2, 3.0))
    end_s = times_s[-1] if len(times_s) else 0.0
    while at_s < end_s:
        away = times_s - at_s
        lids = np.maximum(lids, np.exp(-((away / np.where(away < 0, _CLOSING_S, _OPENING_S)) ** 2)))
        at_s += 1.5 + float(rng.exponential(2.0))
    lids[lids < 0.02] = 0
    return lids


def _compute_beats(times_s: Curve, stresses_s: Sequence[float], width_s: float) -> Curve:
    level = np.zeros(len(times_s))
    for at_s in stresses_s:
        level = np.maximum(level, np.exp(-(((times_s - at_s) / width_s) ** 2)))
    return level


def _compute_fps(times_s: Curve) -> float:
    return 1 / float(times_s[1] - times_s[0]) if len(times_s) > 1 else 25.0

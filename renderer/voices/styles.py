"""Styles: what makes one network speak as many persons, each a file of its own.

A style file is a safetensors file with the tensor ``style`` [510, 256], a row for each length of a sentence
in signs, and with metadata, each value as JSON: ``name``, ``label``, ``language``, ``licence``, ``pitch``,
``rate`` and ``pitch_hz``. Only ``style`` must be there. Styles that come with the engine lie among its
weights; those that a person adds lie in a folder of the user, or in the one that BYNAME_VOICES names.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import platformdirs

from renderer.errors import RenderError
from renderer.voices.registry import VoiceInfo

Floats = npt.NDArray[np.float32]

SHAPE = (510, 256)
_GAINS = 12  # `renderer.voices.tone.BANDS`, which loads torch
SUFFIX = ".safetensors"
PACKAGED = Path(__file__).resolve().parents[1] / "weights" / "styles"


@dataclass(frozen=True, eq=False)
class Style:
    """``pitch`` and ``rate`` are factors on what the network says with the style: ``pitch`` plays it higher
    (and with a shorter vocal tract), ``rate`` faster. ``pitch_hz`` is the median pitch that was measured,
    0 where it was not. A fitted style has ``tone_db``, gains of `renderer.voices.tone`, and is spoken by
    `renderer.voices.fitted_style`: the curve of its pitch is ``curve_pitch`` times as high and stretched by
    ``curve_spread`` away from ``curve_hz``, and its vocal tract stays."""

    style: Floats
    name: str = ""
    label: str = ""
    language: str = "en-us"
    licence: str = ""
    pitch: float = 1.0
    rate: float = 1.0
    pitch_hz: float = 0.0
    curve_pitch: float = 1.0
    curve_spread: float = 1.0
    curve_hz: float = 0.0
    tone_db: tuple[float, ...] = ()


def list_style_files() -> list[Path]:
    """Packaged styles in the order of their names, then the user's."""
    return [*sorted(PACKAGED.glob(f"*{SUFFIX}")), *sorted(find_style_folder().glob(f"*{SUFFIX}"))]


def list_styles(engine: str) -> list[VoiceInfo]:
    """What the styles say of themselves; a file that is no style is left out."""
    found = []
    for path in list_style_files():
        try:
            style = read_style(path)
        except RenderError:
            continue
        label = style.label or path.stem
        found.append(VoiceInfo(engine, path.stem, label, style.language, style.pitch_hz, style.licence))
    return found


def find_style_folder() -> Path:
    """Where added styles lie."""
    named = os.environ.get("BYNAME_VOICES")
    return Path(named) if named else platformdirs.user_data_path("byname") / "voices"


def find_style_files(voice: str) -> list[Path]:
    """The file of a style: of a path, of a name, of "" (the first packaged one); [] where there is none."""
    if voice.endswith(SUFFIX):
        return [path for path in [Path(voice)] if path.is_file()]
    return [path for path in list_style_files() if voice in ("", path.stem)][:1]


def read_style(path: Path) -> Style:
    """Raises RenderError, naming the file, when it is missing or not a style."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise RenderError(f"There is no style at {path}. Check the path of the voice.")
    try:
        with safe_open(path, "np") as stored:
            style = np.asarray(stored.get_tensor("style"), np.float32)
            told = {name: json.loads(text) for name, text in (stored.metadata() or {}).items()}
    except (SafetensorError, ValueError, OSError) as error:
        raise RenderError(f"{path} is not a style: it holds no tensor “style” that can be read.") from error
    return _check_style(style, told, path)


def write_style(style: Style, path: Path, **facts: Any) -> None:
    """A style file, complete or not at all; ``facts`` join its metadata."""
    from safetensors.numpy import save_file

    from renderer.runtime.atomic_files import atomic_write

    told = {name: getattr(style, name) for name in _FACTS} | facts
    metadata = {name: json.dumps(value, ensure_ascii=False) for name, value in told.items()}
    with atomic_write(path) as target:
        save_file({"style": np.ascontiguousarray(style.style, np.float32)}, target, metadata=metadata)


def _read_gains(told: Iterable[Any]) -> tuple[float, ...]:
    gains = tuple(float(gain) for gain in told)
    if len(gains) not in (0, _GAINS):
        raise ValueError(f"{len(gains)} gains")
    return gains


_FACTS: Mapping[str, Callable[[Any], Any]] = {
    "name": str,
    "label": str,
    "language": str,
    "licence": str,
    "pitch": float,
    "rate": float,
    "pitch_hz": float,
    "curve_pitch": float,
    "curve_spread": float,
    "curve_hz": float,
    "tone_db": _read_gains,
}
# A throat or a pace beyond these is no longer a voice.
_FACTOR_MIN, _FACTOR_MAX = 0.5, 2.0


def _check_style(style: Floats, told: Mapping[str, Any], path: Path) -> Style:
    if style.shape != SHAPE or not np.isfinite(style).all():
        raise RenderError(f"{path} is not a style: its numbers are {list(style.shape)}, not {list(SHAPE)}.")
    try:
        facts = {name: kind(told[name]) for name, kind in _FACTS.items() if name in told}
    except (TypeError, ValueError) as error:
        raise RenderError(f"{path} is not a style: what it says of itself cannot be read.") from error
    found = Style(style, **facts)
    if not all(_FACTOR_MIN <= factor <= _FACTOR_MAX for factor in (found.pitch, found.rate)):
        raise RenderError(f"{path} asks for a pitch or a pace beyond {_FACTOR_MIN} to {_FACTOR_MAX}.")
    return found

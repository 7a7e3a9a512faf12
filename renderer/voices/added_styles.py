"""Styles that a person adds: single files, or all of the npm package `kokoro-js` from its archive.

Nothing of an archive is unpacked or executed: its members are read one after another, those that are named
and as long as a style are kept, and each is written under its own name into the folder of styles.
"""

from __future__ import annotations

import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np

from renderer.errors import RenderError
from renderer.speech.pitch import measure_pitch_hz
from renderer.voices.catalogue import SAMPLE
from renderer.voices.kokoro_voice import KokoroSpeaker
from renderer.voices.styles import SHAPE, SUFFIX, Style, find_style_folder, read_style, write_style

# The first letter of a style's name is its language.
LANGUAGES = {
    "a": "en-us",
    "b": "en-gb",
    "e": "es",
    "f": "fr",
    "h": "hi",
    "i": "it",
    "j": "ja",
    "p": "pt-br",
    "z": "cmn",
}
_BYTES = SHAPE[0] * SHAPE[1] * 4
_NAME = re.compile(r"[a-z][fm]_[a-z0-9]{1,30}")
_LOW_HZ, _HIGH_HZ = 140.0, 180.0  # between people's lower and higher voices
# The package has 200 files of 40 MB together; an archive that unpacks to more is not it.
_MEMBERS_MAX, _UNPACKED_MAX = 2_000, 400 * 2**20

Finish = Callable[[Style], Style]


def add_styles(path: Path, finish: Finish = lambda style: style) -> list[Path]:
    """The style files that were written, from a .safetensors or .bin file or an archive of the npm package.

    ``finish`` may tell more of a style, such as its pitch. Raises RenderError, naming the file, when it is
    not what it should be; then nothing of it is added.
    """
    if not path.is_file():
        raise RenderError(f"There is no file {path}. Check its path.")
    found = list(_read_styles(path))
    if not found:
        raise RenderError(f"{path} holds no style. Give a .safetensors or .bin file, or kokoro-js-….tgz.")
    folder = find_style_folder()
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for style in found:
        written.append(folder / f"{style.name}{SUFFIX}")
        write_style(finish(style), written[-1])
    return written


def describe_style(style: Style) -> Style:
    """With its pitch, as it is heard, where it speaks English."""
    if not style.language.startswith("en"):
        return style
    said = KokoroSpeaker(style).say(SAMPLE.split(), 1.0)
    pitch_hz = measure_pitch_hz(said.samples, said.rate_hz)
    label = "low" if pitch_hz < _LOW_HZ else "high" if pitch_hz > _HIGH_HZ else "middle"
    return replace(style, pitch_hz=round(pitch_hz, 1), label=label)


def _read_styles(path: Path) -> Iterator[Style]:
    if path.suffix == SUFFIX:
        yield replace(read_style(path), name=_check_name(path.stem, path, r"[\w-]{1,40}"))
    elif path.suffix == ".bin":
        if path.stat().st_size != _BYTES:
            raise RenderError(f"{path} is not a style: it has {path.stat().st_size} bytes, not {_BYTES}.")
        yield _parse_style(path.read_bytes(), _check_name(path.stem, path, _NAME.pattern), path)
    else:
        yield from _read_archive(path)


def _read_archive(path: Path) -> Iterator[Style]:
    unpacked = 0
    try:
        with tarfile.open(path, "r|gz") as archive:
            for count, member in enumerate(archive, start=1):
                unpacked += member.size
                if count > _MEMBERS_MAX or unpacked > _UNPACKED_MAX:
                    raise RenderError(f"{path} unpacks to far more than voices. It was not used.")
                name = PurePosixPath(member.name)
                wanted = name.suffix == ".bin" and name.parent.name == "voices" and _NAME.fullmatch(name.stem)
                content = archive.extractfile(member) if wanted and member.size == _BYTES else None
                if content is not None:
                    yield _parse_style(content.read(_BYTES), name.stem, path)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise RenderError(f"{path} is no archive that can be read. Download it again.") from error


def _check_name(name: str, path: Path, pattern: str) -> str:
    if not re.fullmatch(pattern, name):
        raise RenderError(
            f"{path} cannot be added under the name “{name}”. Name it as af_heart.bin is: a letter for the "
            "language (a American, b British, e Spanish, f French, h Hindi, i Italian, j Japanese, "
            "p Portuguese, z Chinese), f or m, and its name."
        )
    return name


def _parse_style(content: bytes, name: str, path: Path) -> Style:
    numbers = np.frombuffer(content, "<f4").reshape(SHAPE)
    if not np.isfinite(numbers).all():
        raise RenderError(f"{path}: the style {name} has numbers that are none.")
    if name[0] not in LANGUAGES:
        raise RenderError(f"{path}: no language is known for the style {name}.")
    return Style(numbers, name, name, LANGUAGES[name[0]], "as its source says")

"""Makes the space of Kokoro's stock voices from the npm package `kokoro-js`, unpacked in a folder."""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.numpy import save_file

from renderer.errors import RenderError
from renderer.likeness.lines import CHECKED_ON
from renderer.likeness.speaker import embed_voice
from renderer.runtime.atomic_files import atomic_write
from renderer.voices.english_sounds import read_english
from renderer.voices.fitted_style import say_fitted
from renderer.voices.kokoro_decoder import RATE_HZ
from renderer.voices.styles import SHAPE, Style
from renderer.weights import VOICE_SPACE

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("package", type=Path, help="the unpacked package, with its folder of voices")
    command.add_argument("--out", type=Path, default=VOICE_SPACE, help="file to write (default: %(default)s)")


def run(options: argparse.Namespace) -> int:
    torch.set_num_threads(1)
    found = sorted((options.package / "voices").glob("*.bin"))
    if not found:
        raise RenderError(f"{options.package} has no folder voices with .bin files. Unpack kokoro-js there.")
    styles = np.stack([np.fromfile(path, np.float32).reshape(SHAPE) for path in found])
    means = styles.mean(1)
    lengths = (styles - means[:, None]).mean(0)
    speakers = []
    for path, style in zip(found, styles, strict=True):
        speakers.append(_embed_style(style))
        log.info("%s", path.stem)
    arrays = {"means": means, "lengths": lengths, "speakers": np.stack(speakers)}
    metadata = {"names": json.dumps([path.stem for path in found])}
    with atomic_write(options.out) as part:
        save_file({name: value.astype(np.float16) for name, value in arrays.items()}, part, metadata)
    return 0


def _embed_style(style: Floats) -> Floats:
    said = [one.signs for line in CHECKED_ON for one in read_english(line.split(), {})]
    sounds = [say_fitted(Style(style), signs, 1.0)[0] for signs in said]
    return embed_voice(np.concatenate(sounds), RATE_HZ)

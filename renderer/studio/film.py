"""Films a synthetic presenter: a short clip as a camera and an encoder would leave it, and its truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.config import VideoConfig
from renderer.files import whole_file
from renderer.speech.espeak_voice import load_espeak
from renderer.speech.speech import Phone
from renderer.speech.trimming import trimmed
from renderer.studio.human import Human
from renderer.studio.identity import Identity, random_identity
from renderer.studio.lens import random_background, random_camera, random_lens, seen
from renderer.studio.look import random_look
from renderer.studio.performance import Performance, perform
from renderer.studio.sentences import ACCENTS, VARIANTS, sentence
from renderer.studio.stage import Stage
from renderer.video.encode import encode_segment

Image = npt.NDArray[np.uint8]

FPS = Fraction(25)
PICTURE_PX = 288
_DRAWN_TIMES = 2  # drawn larger and shrunk: smoother edges than the graphics' own smoothing
_SILENCE_S = 0.35


def film(number: int, seed: int, frames: int, folder: Path) -> Path:
    """Films presenter ``number`` of a ``seed`` into ``folder``: presenter-SEED-NNNN.mp4, whose path comes
    back, and beside it the truth of every frame, presenter-SEED-NNNN.json.

    Everything follows from seed, number and frames. A clip that is there already is left as it is.
    Raises RenderError where no OpenGL can be had.
    """
    target = folder / f"presenter-{seed}-{number:04d}.mp4"
    truth = target.with_suffix(".json")
    if target.exists() and truth.exists():
        return target
    rng = np.random.default_rng([seed, number])
    identity = random_identity(rng)
    phones = _talk(frames, rng)
    performance = perform(phones, frames, FPS, rng)
    camera, lens = random_camera(rng), random_lens(rng)
    look = random_look(rng, identity.male, _darkness(identity))
    size = PICTURE_PX * _DRAWN_TIMES
    with Stage(Human(identity), look, camera, random_background(size, rng)) as stage:
        shown = (seen(drawn, PICTURE_PX, lens, rng) for drawn in _drawn(stage, performance, frames))
        folder.mkdir(parents=True, exist_ok=True)
        with whole_file(truth) as part:
            told = _truth(seed, number, performance, phones)
            part.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        encode_segment(shown, FPS, VideoConfig(crf=lens.crf), target)
    return target


def _drawn(stage: Stage, performance: Performance, frames: int) -> Iterator[Image]:
    for at in range(frames):
        units = {name: float(curve[at]) for name, curve in performance.units.items()}
        yaw, pitch, roll = (float(turn) for turn in performance.head_rad[at])
        gaze = (float(performance.gaze_rad[at, 0]), float(performance.gaze_rad[at, 1]))
        yield stage.draw(units, (yaw, pitch, roll), gaze)


def _talk(frames: int, rng: np.random.Generator) -> tuple[Phone, ...]:
    """Phones that fill the clip: sentences of one voice, with pauses."""
    speaker = load_espeak(f"{rng.choice(ACCENTS)}+{rng.choice(VARIANTS)}")
    pace, now_s, phones = float(rng.uniform(0.75, 1.25)), _SILENCE_S, list[Phone]()
    while now_s < frames / FPS:
        said = trimmed(speaker.say(sentence(rng).split(), pace))
        phones += [Phone(p.symbol, p.start_s + now_s, p.end_s + now_s, p.stress) for p in said.phones]
        now_s += len(said.samples) / said.rate_hz + float(rng.uniform(0.1, 0.7))
    return tuple(phones)


def _darkness(identity: Identity) -> float:
    african, asian, caucasian = identity.race
    return 0.85 * african + 0.3 * asian + 0.12 * caucasian


def _truth(seed: int, number: int, performance: Performance, phones: tuple[Phone, ...]) -> dict[str, object]:
    return {
        "seed": seed,
        "presenter": number,
        "frames": len(performance.head_rad),
        "fps": float(FPS),
        "phones": [asdict(phone) for phone in phones],
        "units": {
            name: [round(float(value), 4) for value in curve]
            for name, curve in performance.units.items()
            if curve.any()
        },
        "head_rad": np.round(performance.head_rad, 5).tolist(),
        "gaze_rad": np.round(performance.gaze_rad, 5).tolist(),
    }

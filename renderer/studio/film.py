"""Films a synthetic presenter: a short clip as a camera and an encoder would leave it, and its truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from renderer.config import VideoConfig
from renderer.files import whole_file
from renderer.speech.espeak_voice import load_espeak
from renderer.speech.speech import Phone
from renderer.speech.trimming import trimmed
from renderer.studio.human import Human
from renderer.studio.identity import Identity, random_identity
from renderer.studio.look import linear, random_look
from renderer.studio.performance import Performance, perform
from renderer.studio.sentences import ACCENTS, VARIANTS, sentence
from renderer.studio.stage import Camera, Stage
from renderer.video.encode import encode_segment

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

FPS = Fraction(25)
PICTURE_PX = 288
_DRAWN_TIMES = 2  # drawn larger and shrunk: smoother edges than the graphics' own smoothing
_SILENCE_S = 0.35


@dataclass(frozen=True)
class Recording:
    """How a camera sees and an encoder keeps the scene: sigmas in px and grey levels, gains per channel."""

    blur_px: float
    noise_levels: float
    gains: tuple[float, float, float]
    gamma: float
    crf: int


def film(number: int, seed: int, frames: int, folder: Path) -> Path:
    """Films presenter ``number`` of a ``seed``: ``folder``/presenter-NNNN.mp4 and .json; the MP4's path.

    Everything follows from (seed, number). A clip that is there already is left as it is. Raises
    RenderError where no OpenGL can be had.
    """
    target = folder / f"presenter-{number:04d}.mp4"
    truth = target.with_suffix(".json")
    if target.exists() and truth.exists():
        return target
    rng = np.random.default_rng([seed, number])
    identity = random_identity(rng)
    phones = _talk(frames, rng)
    performance = perform(phones, frames, FPS, rng)
    camera, recording = _random_camera(rng), _random_recording(rng)
    look = random_look(rng, identity.male, _darkness(identity))
    size = PICTURE_PX * _DRAWN_TIMES
    with Stage(Human(identity), look, camera, _background(rng, size)) as stage:
        shown = _recorded(_drawn(stage, performance, frames), recording, rng)
        folder.mkdir(parents=True, exist_ok=True)
        with whole_file(truth) as part:
            told = _truth(seed, number, performance, phones)
            part.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        encode_segment(shown, FPS, VideoConfig(crf=recording.crf), target)
    return target


def _drawn(stage: Stage, performance: Performance, frames: int) -> Iterator[Image]:
    for at in range(frames):
        units = {name: float(curve[at]) for name, curve in performance.units.items()}
        yaw, pitch, roll = (float(turn) for turn in performance.head_rad[at])
        gaze = (float(performance.gaze_rad[at, 0]), float(performance.gaze_rad[at, 1]))
        yield stage.draw(units, (yaw, pitch, roll), gaze)


def _recorded(drawn: Iterator[Image], recording: Recording, rng: np.random.Generator) -> Iterator[Image]:
    for picture in drawn:
        small = cv2.resize(picture, (PICTURE_PX, PICTURE_PX), interpolation=cv2.INTER_AREA)
        light = (
            (small.astype(np.float32) / 255) ** recording.gamma * 255 * np.array(recording.gains, np.float32)
        )
        if recording.blur_px > 0.2:
            light = cv2.GaussianBlur(light, (0, 0), recording.blur_px)
        light = light + rng.normal(0, recording.noise_levels, light.shape)
        yield np.clip(np.rint(light), 0, 255).astype(np.uint8)


def _talk(frames: int, rng: np.random.Generator) -> tuple[Phone, ...]:
    """Phones that fill the clip: sentences of one voice, with pauses."""
    speaker = load_espeak(f"{rng.choice(ACCENTS)}+{rng.choice(VARIANTS)}")
    pace, now_s, phones = float(rng.uniform(0.75, 1.25)), _SILENCE_S, list[Phone]()
    while now_s < frames / FPS:
        said = trimmed(speaker.say(sentence(rng).split(), pace))
        phones += [Phone(p.symbol, p.start_s + now_s, p.end_s + now_s, p.stress) for p in said.phones]
        now_s += len(said.samples) / said.rate_hz + float(rng.uniform(0.1, 0.7))
    return tuple(phones)


def _random_camera(rng: np.random.Generator) -> Camera:
    return Camera(
        distance_m=float(rng.uniform(0.6, 2.5)),
        turn_rad=float(rng.normal(0, 0.16)),
        rise_rad=float(rng.normal(0, 0.09)),
        width_m=float(rng.uniform(0.21, 0.29)),
        exposure=float(np.exp(rng.normal(-0.25, 0.3))),
    )


def _random_recording(rng: np.random.Generator) -> Recording:
    warm = float(rng.normal(0, 0.06))
    return Recording(
        blur_px=float(rng.uniform(0.0, 0.9)),
        noise_levels=float(rng.uniform(0.3, 4.0)),
        gains=(1 + warm, 1.0, 1 - warm),
        gamma=float(np.exp(rng.normal(0, 0.15))),
        crf=int(rng.integers(14, 27)),
    )


def _darkness(identity: Identity) -> float:
    african, asian, caucasian = identity.race
    return 0.85 * african + 0.3 * asian + 0.12 * caucasian


def _background(rng: np.random.Generator, size: int) -> Image:
    """A room out of focus: soft panels and a few lights."""
    ends = np.array([linear(tuple(rng.uniform(30, 190, 3))) for _ in range(2)], np.float32)
    share = np.linspace(0, 1, size, dtype=np.float32)[None, :, None]
    room = np.tile(ends[0] * (1 - share) + ends[1] * share, (size, 1, 1))
    for _ in range(14):
        x, y, w, h = rng.integers(0, size, 4) - size // 6
        colour = np.array(linear(tuple(rng.uniform(20, 230, 3))), np.float32)
        part = room[max(y, 0) : y + h // 2, max(x, 0) : x + w // 2]
        part += (colour - part) * float(rng.uniform(0.2, 0.6))
    room = cv2.GaussianBlur(room, (0, 0), size * float(rng.uniform(0.008, 0.04)))
    return np.clip(np.rint(room ** (1 / 2.2) * 255), 0, 255).astype(np.uint8)


def _truth(seed: int, number: int, performance: Performance, phones: tuple[Phone, ...]) -> dict[str, object]:
    return {
        "seed": seed,
        "presenter": number,
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

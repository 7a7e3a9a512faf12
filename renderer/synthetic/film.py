"""Films of synthetic presenters: a short clip as camera and encoder would leave it, and its ground truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.config import VideoConfig
from renderer.runtime.atomic_files import atomic_write
from renderer.speech.espeak_voice import load_espeak
from renderer.speech.speech import Phone
from renderer.speech.trimming import trim_silence
from renderer.synthetic.body import Human
from renderer.synthetic.camera_model import apply_lens, sample_background, sample_camera, sample_lens
from renderer.synthetic.identity import Identity, sample_identity
from renderer.synthetic.look import sample_look
from renderer.synthetic.performance import Performance, perform
from renderer.synthetic.scene import Scene
from renderer.synthetic.sentences import ACCENTS, VARIANTS, sample_sentence
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
    identity = sample_identity(rng)
    phones = _speak_phones(frames, rng)
    performance = perform(phones, frames, FPS, rng)
    camera, lens = sample_camera(rng), sample_lens(rng)
    look = sample_look(rng, identity.male, _estimate_darkness(identity))
    size = PICTURE_PX * _DRAWN_TIMES
    with Scene(Human(identity), look, camera, sample_background(size, rng)) as scene:
        pictures = (
            apply_lens(frame, PICTURE_PX, lens, rng) for frame in _draw_frames(scene, performance, frames)
        )
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_write(truth) as part:
            content = _build_truth(seed, number, performance, phones)
            part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        encode_segment(pictures, FPS, VideoConfig(crf=lens.crf), target)
    return target


def _draw_frames(scene: Scene, performance: Performance, frames: int) -> Iterator[Image]:
    for at in range(frames):
        units = {name: float(curve[at]) for name, curve in performance.units.items()}
        yaw, pitch, roll = (float(turn) for turn in performance.head_rad[at])
        gaze = (float(performance.gaze_rad[at, 0]), float(performance.gaze_rad[at, 1]))
        yield scene.draw(units, (yaw, pitch, roll), gaze)


def _speak_phones(frames: int, rng: np.random.Generator) -> tuple[Phone, ...]:
    """Phones that fill the clip: sentences of one voice, with pauses."""
    speaker = load_espeak(f"{rng.choice(ACCENTS)}+{rng.choice(VARIANTS)}")
    pace, now_s, phones = float(rng.uniform(0.75, 1.25)), _SILENCE_S, list[Phone]()
    while now_s < frames / FPS:
        speech = trim_silence(speaker.say(sample_sentence(rng).split(), pace))
        phones += [Phone(p.symbol, p.start_s + now_s, p.end_s + now_s, p.stress) for p in speech.phones]
        now_s += len(speech.samples) / speech.rate_hz + float(rng.uniform(0.1, 0.7))
    return tuple(phones)


def _estimate_darkness(identity: Identity) -> float:
    african, asian, caucasian = identity.race
    return 0.85 * african + 0.3 * asian + 0.12 * caucasian


def _build_truth(
    seed: int, number: int, performance: Performance, phones: tuple[Phone, ...]
) -> dict[str, object]:
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

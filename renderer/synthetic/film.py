"""Films of synthetic presenters: a short clip as camera and encoder would leave it, and its ground truth."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.config import VideoConfig
from renderer.runtime.atomic_files import atomic_write
from renderer.speech.loudness import normalise
from renderer.speech.speech import Phone
from renderer.speech.trimming import trim_silence
from renderer.synthetic.body import Human
from renderer.synthetic.camera_model import apply_lens, sample_background, sample_camera, sample_lens
from renderer.synthetic.identity import Identity, sample_identity
from renderer.synthetic.idle_motion import animate_gaze, animate_turning_head
from renderer.synthetic.kinds import KINDS, Kind, choose_identity, choose_lens, dress, place_camera
from renderer.synthetic.look import sample_look
from renderer.synthetic.performance import Performance, perform
from renderer.synthetic.scene import Scene
from renderer.synthetic.sentences import ACCENTS, VARIANTS, sample_sentence
from renderer.timeline import SOUND_RATE_HZ
from renderer.video.encode import encode_segment
from renderer.video.mux import join_segments
from renderer.voices.espeak_voice import load_espeak
from renderer.voices.text_to_speech import resample

Image = npt.NDArray[np.uint8]

PICTURE_PX = 288
TAKE_PX = 384
_DRAWN_TIMES = 2  # drawn larger and shrunk: smoother edges than the graphics' own smoothing
_SILENCE_S = 0.35


def film(number: int, seed: int, frames: int, folder: Path) -> Path:
    """Films presenter ``number`` of a ``seed`` into ``folder``: presenter-SEED-NNNN.mp4, whose path comes
    back, and beside it the truth of every frame, presenter-SEED-NNNN.json.

    Everything follows from seed, number and frames. A clip that is there already is left as it is.
    Raises RenderError where no OpenGL can be had.
    """
    target = folder / f"presenter-{seed}-{number:04d}.mp4"
    if not _is_there(target):
        _film(_Shot(number, seed, frames, Kind(), PICTURE_PX, False), target)
    return target


def film_take(name: str, number: int, seed: int, frames: int, folder: Path) -> Path:
    """Films a presenter of a kind of `KINDS` as a take with sound: NAME-SEED-NNNN.mp4, and its truth.

    Otherwise as `film`. Raises KeyError for a kind that is not known.
    """
    target = folder / f"{name}-{seed}-{number:04d}.mp4"
    if not _is_there(target):
        _film(_Shot(number, seed, frames, KINDS[name], TAKE_PX, True), target)
    return target


@dataclass(frozen=True)
class _Shot:
    number: int
    seed: int
    frames: int
    kind: Kind
    picture_px: int
    with_sound: bool


def _is_there(target: Path) -> bool:
    return target.exists() and target.with_suffix(".json").exists()


def _film(shot: _Shot, target: Path) -> None:
    kind, frames = shot.kind, shot.frames
    rng = np.random.default_rng([shot.seed, shot.number])
    # What a kind adds is drawn from numbers of its own: the person stays who it is without it.
    added = np.random.default_rng([shot.seed, shot.number, 1])
    identity = choose_identity(sample_identity(rng), kind)
    phones, sound = _speak(frames / kind.fps, rng)
    performance = _perform(shot, phones, rng, added)
    camera, lens = place_camera(sample_camera(rng), kind), choose_lens(sample_lens(rng), kind)
    look = dress(sample_look(rng, identity.male, _estimate_darkness(identity)), kind, added)
    size = shot.picture_px * _DRAWN_TIMES
    with Scene(Human(identity), look, camera, sample_background(size, rng)) as scene:
        pictures = (
            apply_lens(frame, shot.picture_px, lens, rng)
            for frame in _draw_frames(scene, performance, frames)
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(target.with_suffix(".json")) as part:
            content = _build_truth(shot, performance, phones)
            part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        _write(pictures, sound if shot.with_sound else None, kind.fps, VideoConfig(crf=lens.crf), target)


def _perform(
    shot: _Shot, phones: tuple[Phone, ...], rng: np.random.Generator, added: np.random.Generator
) -> Performance:
    kind = shot.kind
    acted = perform(phones, shot.frames, kind.fps, rng, kind.smile, kind.tongue)
    if not kind.turning:
        return acted
    times_s = np.arange(shot.frames) / float(kind.fps)
    head = animate_turning_head(times_s, added)
    gaze = animate_gaze(times_s, head, added)
    return replace(acted, head_rad=head.astype(np.float32), gaze_rad=gaze.astype(np.float32))


def _write(
    pictures: Iterator[Image],
    sound: npt.NDArray[np.float32] | None,
    fps: Fraction,
    config: VideoConfig,
    target: Path,
) -> None:
    if sound is None:
        encode_segment(pictures, fps, config, target)
        return
    with tempfile.TemporaryDirectory(prefix="byname-film-") as folder:
        segment = Path(folder) / "pictures.mp4"
        encode_segment(pictures, fps, config, segment)
        join_segments([segment], sound, target, fps, config)


def _draw_frames(scene: Scene, performance: Performance, frames: int) -> Iterator[Image]:
    for at in range(frames):
        units = {name: float(curve[at]) for name, curve in performance.units.items()}
        yaw, pitch, roll = (float(turn) for turn in performance.head_rad[at])
        gaze = (float(performance.gaze_rad[at, 0]), float(performance.gaze_rad[at, 1]))
        yield scene.draw(units, (yaw, pitch, roll), gaze)


def _speak(length_s: Fraction, rng: np.random.Generator) -> tuple[tuple[Phone, ...], npt.NDArray[np.float32]]:
    """Phones that fill the clip, sentences of one voice with pauses, and their sound [n] at 48 kHz."""
    speaker = load_espeak(f"{rng.choice(ACCENTS)}+{rng.choice(VARIANTS)}")
    pace, now_s, phones = float(rng.uniform(0.75, 1.25)), _SILENCE_S, list[Phone]()
    sound = np.zeros(round(length_s * SOUND_RATE_HZ), np.float32)
    while now_s < length_s:
        speech = trim_silence(speaker.say(sample_sentence(rng).split(), pace))
        phones += [Phone(p.symbol, p.start_s + now_s, p.end_s + now_s, p.stress) for p in speech.phones]
        begin = round(now_s * SOUND_RATE_HZ)
        samples = resample(speech.samples, speech.rate_hz)[: len(sound) - begin]
        sound[begin : begin + len(samples)] = samples
        now_s += len(speech.samples) / speech.rate_hz + float(rng.uniform(0.1, 0.7))
    return tuple(phones), normalise(sound, SOUND_RATE_HZ)


def _estimate_darkness(identity: Identity) -> float:
    african, asian, caucasian = identity.race
    return 0.85 * african + 0.3 * asian + 0.12 * caucasian


def _build_truth(shot: _Shot, performance: Performance, phones: tuple[Phone, ...]) -> dict[str, object]:
    return {
        "seed": shot.seed,
        "presenter": shot.number,
        "frames": len(performance.head_rad),
        "fps": float(shot.kind.fps),
        "phones": [asdict(phone) for phone in phones],
        "units": {
            name: [round(float(value), 4) for value in curve]
            for name, curve in performance.units.items()
            if curve.any()
        },
        "head_rad": np.round(performance.head_rad, 5).tolist(),
        "gaze_rad": np.round(performance.gaze_rad, 5).tolist(),
    }

"""Synthetic speech to train on: made-up lines in many voices, with exact phones and recognised ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from safetensors.numpy import save_file
from scipy.signal import lfilter

from renderer.motion.coarticulation import build_recording_gestures, compute_viseme_activations
from renderer.motion.conditioning import build_phone_features
from renderer.motion.denoiser_loss import TrainingSpeech
from renderer.motion.denoising import GRID_HZ
from renderer.runtime.atomic_files import atomic_write
from renderer.speech.log_mel import compute_log_mel_bands
from renderer.speech.loudness import normalise
from renderer.speech.phones import join_silence
from renderer.speech.recognition import recognise_phones
from renderer.speech.speech import Phone
from renderer.speech.trimming import trim_silence
from renderer.speech.utterance import Voice
from renderer.synthetic.sentences import ACCENTS, VARIANTS
from renderer.timeline import SOUND_RATE_HZ
from renderer.training.flite_voice import FLITE_VOICES, FliteSpeaker
from renderer.training.line_words import draw_line_words
from renderer.training.speech_augmentation import simulate_recogniser
from renderer.voices.espeak_voice import load_espeak
from renderer.voices.text_to_speech import resample

Floats = npt.NDArray[np.float32]

ESPEAK, FLITE = "espeak", "flite"
ENGINES = (ESPEAK, FLITE)
# Other pitches are other throats: the sound is played faster or slower. Flite has four voices only.
_PITCH = {ESPEAK: (0.88, 1.13), FLITE: (0.85, 1.18)}
_FLITE_HZ = (85.0, 220.0)
_ROOM_TONE = 0.01  # level of the room's own sound, by which pauses count as breaths


@dataclass(frozen=True, eq=False)
class SyntheticSpeech:
    """Log-mel ``bands`` of `speech.log_mel.compute_log_mel_bands`; ``phones`` as the voice made them,
    ``recognised`` as the phone recogniser found them in the sound.
    """

    bands: Floats
    phones: tuple[Phone, ...]
    recognised: tuple[Phone, ...]
    duration_s: float

    def save(self, path: Path) -> None:
        # Files call the recognised phones "heard".
        named = {"phones": self.phones, "heard": self.recognised}
        rows = {name: [asdict(phone) for phone in phones] for name, phones in named.items()}
        about = {"speech": json.dumps(rows | {"duration_s": self.duration_s}, ensure_ascii=False)}
        with atomic_write(path) as part:
            save_file({"bands": np.ascontiguousarray(self.bands, np.float16)}, part, about)

    @classmethod
    def load(cls, path: Path) -> SyntheticSpeech:
        with safe_open(path, "np") as file:
            about = json.loads(file.metadata()["speech"])
            bands = file.get_tensor("bands").astype(np.float32)
        phones, recognised = (tuple(Phone(**phone) for phone in about[name]) for name in ("phones", "heard"))
        return cls(bands, phones, recognised, about["duration_s"])


def synthesise_speech(length_s: float, rng: np.random.Generator, engine: str = ESPEAK) -> SyntheticSpeech:
    """About ``length_s`` seconds of one speaker: lines with pauses, in a room with its own sound.

    ``engine`` is one of `ENGINES`; raises RenderError when it is missing.
    """
    speaker = _draw_voice(engine, rng)
    pace, pitch = float(rng.uniform(0.75, 1.3)), float(rng.uniform(*_PITCH[engine]))
    parts, phones, now_s = [_draw_pause(rng, 0.3, 0.8)], [], 0.0
    now_s = len(parts[0]) / SOUND_RATE_HZ
    while now_s < length_s:
        utterance = trim_silence(speaker.say(draw_line_words(rng), pace))
        sound = resample(utterance.samples, round(utterance.rate_hz * pitch))
        phones += _shift_phones(utterance.phones, 1 / pitch, now_s)
        parts += [sound, _draw_pause(rng, 0.1, 0.9)]
        now_s = sum(len(part) for part in parts) / SOUND_RATE_HZ
    samples = normalise(_add_room(np.concatenate(parts), rng), SOUND_RATE_HZ)
    return SyntheticSpeech(
        bands=compute_log_mel_bands(samples, SOUND_RATE_HZ),
        phones=join_silence(_insert_pauses(phones, now_s)),
        recognised=recognise_phones(samples, SOUND_RATE_HZ),
        duration_s=len(samples) / SOUND_RATE_HZ,
    )


def _draw_voice(engine: str, rng: np.random.Generator) -> Voice:
    if engine == FLITE:
        return FliteSpeaker(str(rng.choice(FLITE_VOICES)), float(rng.uniform(*_FLITE_HZ)))
    return load_espeak(f"{rng.choice(ACCENTS)}+{rng.choice(VARIANTS)}")


def _draw_pause(rng: np.random.Generator, low_s: float, high_s: float) -> Floats:
    return np.zeros(round(float(rng.uniform(low_s, high_s)) * SOUND_RATE_HZ), np.float32)


def _shift_phones(phones: Sequence[Phone], stretch: float, by_s: float) -> list[Phone]:
    return [replace(p, start_s=p.start_s * stretch + by_s, end_s=p.end_s * stretch + by_s) for p in phones]


def _insert_pauses(phones: Sequence[Phone], end_s: float) -> list[Phone]:
    """Silence wherever no phone was made, so that the phones fill the whole time."""
    out: list[Phone] = []
    now_s = 0.0
    for phone in phones:
        if phone.start_s > now_s:
            out.append(Phone("", now_s, phone.start_s))
        out.append(phone)
        now_s = phone.end_s
    return [*out, Phone("", now_s, end_s)] if end_s > now_s else out


def _add_room(samples: Floats, rng: np.random.Generator) -> Floats:
    """Another microphone (treble and bass), a little echo, and noise 18 to 50 dB under the speech."""
    tilt = float(rng.uniform(-0.5, 0.5))
    sound = lfilter([1, tilt], [1, float(rng.uniform(-0.3, 0.3))], samples)
    if rng.random() < 0.5:
        late = round(float(rng.uniform(0.004, 0.03)) * SOUND_RATE_HZ)
        sound[late:] += float(rng.uniform(0.05, 0.35)) * sound[:-late]
    colour = float(rng.uniform(0, 0.97))
    noise = lfilter([1], [1, -colour], rng.normal(size=len(sound)))
    loud = np.sqrt((sound**2).mean())
    under = 10 ** (-float(rng.uniform(18, 50)) / 20)
    return (sound + noise * loud * under / max(float(noise.std()), 1e-9)).astype(np.float32)


def build_training_speech(speech: SyntheticSpeech, rng: np.random.Generator) -> TrainingSpeech:
    """The training pairs of synthetic speech: what was said, and what good and bad recognisers make of it."""
    times = np.arange(int(speech.duration_s * GRID_HZ)) / GRID_HZ
    room_tone = np.full(round(speech.duration_s * SOUND_RATE_HZ), _ROOM_TONE, np.float32)
    versions = [speech.recognised, speech.recognised, speech.phones]
    versions[1:] = [
        simulate_recogniser(phones, rng) for phones in (*versions[1:], speech.phones, speech.phones)
    ]
    inputs = [build_phone_features(build_recording_gestures(phones, room_tone), times) for phones in versions]
    # Only the real recogniser errs where sounds are alike: its version is drawn twice as often.
    inputs.insert(0, inputs[0])
    return TrainingSpeech(
        speech.bands,
        inputs,
        compute_viseme_activations(build_recording_gestures(speech.phones, room_tone), times),
    )

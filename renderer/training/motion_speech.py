"""Speech to practise on: made-up talk, said by many synthetic voices, with exact phones and heard ones."""

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

from renderer.files import whole_file
from renderer.motion.coarticulation import heard_gestures, viseme_weights
from renderer.motion.lessons import Talk
from renderer.motion.mend import GRID_HZ
from renderer.motion.told import heard_of
from renderer.speech.espeak_voice import load_espeak
from renderer.speech.loudness import normalise
from renderer.speech.phones import joined_silence
from renderer.speech.recording import hear
from renderer.speech.sound import heard_bands
from renderer.speech.speech import Phone
from renderer.speech.trimming import trimmed
from renderer.speech.utterance import Voice
from renderer.speech.voices import resampled
from renderer.studio.sentences import ACCENTS, VARIANTS
from renderer.timeline import SOUND_RATE_HZ
from renderer.training.flite_voice import FLITE_VOICES, FliteSpeaker
from renderer.training.motion_variety import misheard
from renderer.training.practice_words import practice_words

Floats = npt.NDArray[np.float32]

ESPEAK, FLITE = "espeak", "flite"
ENGINES = (ESPEAK, FLITE)
# Other pitches are other throats: the sound is played faster or slower. Flite has four voices only.
_PITCH = {ESPEAK: (0.88, 1.13), FLITE: (0.85, 1.18)}
_FLITE_HZ = (85.0, 220.0)
_HUM = 0.01  # the sound of the room in which a listener takes phones down: its pauses are breaths


@dataclass(frozen=True, eq=False)
class PracticeSpeech:
    """``bands`` as `renderer.speech.sound.heard_bands` hears it; ``phones`` as the voice made them, ``heard``
    as a listener takes them down."""

    bands: Floats
    phones: tuple[Phone, ...]
    heard: tuple[Phone, ...]
    duration_s: float

    def save(self, path: Path) -> None:
        told = {name: [asdict(phone) for phone in getattr(self, name)] for name in ("phones", "heard")}
        about = {"speech": json.dumps(told | {"duration_s": self.duration_s}, ensure_ascii=False)}
        with whole_file(path) as part:
            save_file({"bands": np.ascontiguousarray(self.bands, np.float16)}, part, about)

    @classmethod
    def load(cls, path: Path) -> PracticeSpeech:
        with safe_open(path, "np") as file:
            about = json.loads(file.metadata()["speech"])
            bands = file.get_tensor("bands").astype(np.float32)
        phones, heard = (tuple(Phone(**phone) for phone in about[name]) for name in ("phones", "heard"))
        return cls(bands, phones, heard, about["duration_s"])


def practice_speech(length_s: float, rng: np.random.Generator, engine: str = ESPEAK) -> PracticeSpeech:
    """About ``length_s`` seconds of one talker: sentences with pauses, in a room with its own sound.

    ``engine`` is one of `ENGINES`; raises RenderError when it is missing.
    """
    speaker = _speaker(engine, rng)
    pace, pitch = float(rng.uniform(0.75, 1.3)), float(rng.uniform(*_PITCH[engine]))
    parts, phones, now_s = [_pause(rng, 0.3, 0.8)], [], 0.0
    now_s = len(parts[0]) / SOUND_RATE_HZ
    while now_s < length_s:
        said = trimmed(speaker.say(practice_words(rng), pace))
        sound = resampled(said.samples, round(said.rate_hz * pitch))
        phones += _moved(said.phones, 1 / pitch, now_s)
        parts += [sound, _pause(rng, 0.1, 0.9)]
        now_s = sum(len(part) for part in parts) / SOUND_RATE_HZ
    samples = normalise(_in_a_room(np.concatenate(parts), rng), SOUND_RATE_HZ)
    return PracticeSpeech(
        bands=heard_bands(samples, SOUND_RATE_HZ),
        phones=joined_silence(_with_pauses(phones, now_s)),
        heard=hear(samples, SOUND_RATE_HZ),
        duration_s=len(samples) / SOUND_RATE_HZ,
    )


def _speaker(engine: str, rng: np.random.Generator) -> Voice:
    if engine == FLITE:
        return FliteSpeaker(str(rng.choice(FLITE_VOICES)), float(rng.uniform(*_FLITE_HZ)))
    return load_espeak(f"{rng.choice(ACCENTS)}+{rng.choice(VARIANTS)}")


def _pause(rng: np.random.Generator, low_s: float, high_s: float) -> Floats:
    return np.zeros(round(float(rng.uniform(low_s, high_s)) * SOUND_RATE_HZ), np.float32)


def _moved(phones: Sequence[Phone], stretch: float, by_s: float) -> list[Phone]:
    return [replace(p, start_s=p.start_s * stretch + by_s, end_s=p.end_s * stretch + by_s) for p in phones]


def _with_pauses(phones: Sequence[Phone], end_s: float) -> list[Phone]:
    """Silence wherever no phone was made, so that the phones fill the whole time."""
    out: list[Phone] = []
    now_s = 0.0
    for phone in phones:
        if phone.start_s > now_s:
            out.append(Phone("", now_s, phone.start_s))
        out.append(phone)
        now_s = phone.end_s
    return [*out, Phone("", now_s, end_s)] if end_s > now_s else out


def _in_a_room(samples: Floats, rng: np.random.Generator) -> Floats:
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


def talk_of(speech: PracticeSpeech, rng: np.random.Generator) -> Talk:
    """The lesson in practice speech: what was said, and what good and bad listeners make of it."""
    times = np.arange(int(speech.duration_s * GRID_HZ)) / GRID_HZ
    hum = np.full(round(speech.duration_s * SOUND_RATE_HZ), _HUM, np.float32)
    versions = [speech.heard, speech.heard, speech.phones]
    versions[1:] = [misheard(phones, rng) for phones in (*versions[1:], speech.phones, speech.phones)]
    heard = [heard_of(heard_gestures(phones, hum), times) for phones in versions]
    # Only the recogniser errs as recognisers do, where sounds are alike: it is heard twice as often.
    heard.insert(0, heard[0])
    return Talk(speech.bands, heard, viseme_weights(heard_gestures(speech.phones, hum), times))

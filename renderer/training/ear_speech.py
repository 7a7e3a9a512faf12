"""Speech to teach the ear with: many voices and languages in many places, with exact phone times."""

from __future__ import annotations

import gettext
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from safetensors.numpy import save_file

from renderer.motion.coarticulation import build_gestures, compute_viseme_activations
from renderer.motion.ear import GRID_HZ
from renderer.runtime.atomic_files import atomic_write
from renderer.speech.log_mel import compute_log_mel_bands
from renderer.speech.phones import join_silence
from renderer.speech.speech import Phone
from renderer.speech.utterance import Utterance
from renderer.synthetic.sentences import ACCENTS, VARIANTS
from renderer.training.line_words import draw_line_words
from renderer.training.neural_voices import HibariTeacher, KokoroTeacher, list_styles, load_style
from renderer.training.sound_augmentation import record_elsewhere
from renderer.voices.espeak_voice import load_espeak
from renderer.voices.hibari_voice import Throat

Floats = npt.NDArray[np.float32]

KOKORO, HIBARI, ESPEAK = "kokoro", "hibari", "espeak"
TEACHERS = (KOKORO, HIBARI, ESPEAK)
# Kokoro says more mouths a second of work than its share: the others are many times faster.
_SHARES = (0.45, 0.25, 0.30)
# A folder of translations' language → eSpeak's.
LANGUAGES = {
    "de": "de", "fr": "fr", "es": "es", "it": "it", "pt_BR": "pt-br", "pt": "pt", "nl": "nl",
    "sv": "sv", "da": "da", "nb": "nb", "pl": "pl", "cs": "cs", "sk": "sk", "ru": "ru",
    "uk": "uk", "bg": "bg", "sr": "sr", "hr": "hr", "ro": "ro", "hu": "hu", "fi": "fi",
    "et": "et", "lv": "lv", "lt": "lt", "el": "el", "tr": "tr", "az": "az", "ar": "ar",
    "fa": "fa", "ur": "ur", "hi": "hi", "bn": "bn", "ta": "ta", "te": "te", "id": "id",
    "vi": "vi", "ko": "ko", "zh_Hans": "cmn", "sw": "sw", "ka": "ka", "ca": "ca", "eo": "eo",
    "ga": "ga",
}  # fmt: skip
_ENGLISH_SHARE = 0.35
_VERSIONS = 3
# Hibari is one woman's voice; lower and in a longer throat it is a man's.
_PITCHES, _TRACTS = (0.42, 1.15), (0.82, 1.12)
_LINE_LETTERS = (12, 140)
_MARKUP = re.compile(r"<[^>]*>|%\([^)]*\)\w|%\w|\{[^}]*\}|[\"“”«»()\[\]/\\|_*#~]")
_RATE_STEP_HZ = 400  # rates of resampling whose ratio is a small one


@dataclass(frozen=True, eq=False)
class EarSpeech:
    """One talker in one place: log-mel ``bands`` [m, BANDS] and the exact ``phones``."""

    bands: Floats
    phones: tuple[Phone, ...]

    def compute_target(self) -> Floats:
        """Viseme activations [n, V] at `GRID_HZ`."""
        moments = round(self.phones[-1].end_s * GRID_HZ)
        return compute_viseme_activations(build_gestures(self.phones), np.arange(moments) / GRID_HZ)


def make_talker(
    length_s: float, teachers: Path, translations: Path | None, rng: np.random.Generator, teacher: str
) -> list[EarSpeech]:
    """About ``length_s`` of one talker in one language, in several places. Raises RenderError where the
    teacher is missing.
    """
    rate_hz, samples, phones = _speak_lines(length_s, teachers, translations, rng, teacher)
    return [_move_elsewhere(samples, rate_hz, phones, rng) for _ in range(_VERSIONS)]


def save_talker(versions: Sequence[EarSpeech], path: Path) -> None:
    rows = [[asdict(phone) for phone in one.phones] for one in versions]
    bands = {str(number): np.ascontiguousarray(one.bands, np.float16) for number, one in enumerate(versions)}
    with atomic_write(path) as part:
        save_file(bands, part, {"phones": json.dumps(rows, ensure_ascii=False)})


def load_talker(path: Path) -> list[EarSpeech]:
    with safe_open(path, "np") as file:
        rows = json.loads(file.metadata()["phones"])
        bands = [file.get_tensor(str(number)).astype(np.float32) for number in range(len(rows))]
    return [
        EarSpeech(one, tuple(Phone(**phone) for phone in row)) for one, row in zip(bands, rows, strict=True)
    ]


def draw_teacher(rng: np.random.Generator) -> str:
    return str(rng.choice(TEACHERS, p=_SHARES))


# --- what is said ---


def draw_line(language: str, translations: Path | None, rng: np.random.Generator) -> str:
    """A line in one of `LANGUAGES`, from a folder of gettext catalogues; made-up English for "en"."""
    if language == "en" or translations is None:
        return " ".join(draw_line_words(rng))
    lines = _read_lines(translations, language)
    return lines[int(rng.integers(len(lines)))]


def draw_language(translations: Path | None, rng: np.random.Generator) -> str:
    if translations is None or rng.random() < _ENGLISH_SHARE:
        return "en"
    there = [name for name in LANGUAGES if _read_lines(translations, name)]
    return str(rng.choice(there or ["en"]))


@cache
def _read_lines(translations: Path, language: str) -> tuple[str, ...]:
    found: set[str] = set()
    for path in sorted(translations.rglob(f"{language}/LC_MESSAGES/*.mo")):
        with path.open("rb") as file:
            catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        found.update(
            line for key, text in catalogue.items() if key for line in _clean_text(text).splitlines()
        )
    low, high = _LINE_LETTERS
    return tuple(sorted(line for line in found if low <= len(line) <= high))


def _clean_text(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in _MARKUP.sub(" ", text).splitlines())


# --- who says it ---


def _speak_lines(
    length_s: float, teachers: Path, translations: Path | None, rng: np.random.Generator, teacher: str
) -> tuple[int, Floats, list[Phone]]:
    language, pace = draw_language(translations, rng), float(rng.uniform(0.8, 1.3))
    say = _draw_voice(teachers, teacher, language, rng)
    parts: list[Floats] = []
    phones: list[Phone] = []
    now_s, rate_hz = 0.0, 0
    while now_s < length_s:
        spoken = say(draw_line(language, translations, rng), pace)
        if not any(phone.symbol for phone in spoken.phones):
            continue
        rate_hz = spoken.rate_hz
        loudness = 10 ** (float(rng.uniform(-5, 5)) / 20)
        pause = np.zeros(round(float(rng.uniform(0.0, 0.7)) * rate_hz), np.float32)
        phones += [replace(p, start_s=p.start_s + now_s, end_s=p.end_s + now_s) for p in spoken.phones]
        parts += [loudness * spoken.samples, pause]
        end_s = now_s + len(spoken.samples) / rate_hz
        now_s = sum(len(part) for part in parts) / rate_hz
        phones.append(Phone("", end_s, now_s))
    return rate_hz, np.concatenate(parts), phones


def _draw_voice(
    teachers: Path, teacher: str, language: str, rng: np.random.Generator
) -> Callable[[str, float], Utterance]:
    """What speaks a line at a pace."""
    if teacher == ESPEAK:
        spoken = str(rng.choice(ACCENTS)) if language == "en" else LANGUAGES[language]
        speaker = load_espeak(f"{spoken}+{rng.choice(VARIANTS)}")
        return lambda text, pace: speaker.say(text.split(), pace)
    neural = _draw_hibari(rng) if teacher == HIBARI else _draw_kokoro(teachers, rng)
    return lambda text, pace: _say_neural(neural, text, language, pace)


def _draw_hibari(rng: np.random.Generator) -> HibariTeacher:
    pitch, tract = float(rng.uniform(*_PITCHES)), float(rng.uniform(*_TRACTS))
    return HibariTeacher(Throat(pitch, tract), int(rng.integers(2**31)))


def _draw_kokoro(teachers: Path, rng: np.random.Generator) -> KokoroTeacher:
    found = list_styles(teachers)
    drawn = [load_style(found[int(place)]) for place in rng.choice(len(found), 4)]
    return KokoroTeacher(mix_styles(drawn, rng))


def mix_styles(styles: Sequence[Floats], rng: np.random.Generator) -> Floats:
    """A voice between some: its sound (first half of a style) and its way of speaking are mixed apart."""
    halves = [rng.dirichlet(np.full(len(styles), 0.4)) for _ in range(2)]
    timbre, prosody = (np.tensordot(shares, np.stack(styles), 1) for shares in halves)
    half = styles[0].shape[1] // 2
    return np.concatenate([timbre[:, :half], prosody[:, half:]], 1).astype(np.float32)


def _say_neural(speaker: KokoroTeacher | HibariTeacher, text: str, language: str, pace: float) -> Utterance:
    # An optional dependency, which a training with rules alone does without.
    from renderer.voices.piper_voice import write_ipa

    voice = "en-us" if language == "en" else LANGUAGES[language]
    return speaker.say(write_ipa(text, voice), pace)


def _move_elsewhere(
    samples: Floats, rate_hz: int, phones: Sequence[Phone], rng: np.random.Generator
) -> EarSpeech:
    """Played a little faster or slower, which is another throat, and recorded in another place."""
    pitch = float(rng.uniform(0.86, 1.16))
    played_hz = round(pitch * rate_hz / _RATE_STEP_HZ) * _RATE_STEP_HZ
    stretch = rate_hz / played_hz
    sound = record_elsewhere(samples, played_hz, rng)
    moved = [replace(p, start_s=p.start_s * stretch, end_s=p.end_s * stretch) for p in phones]
    return EarSpeech(compute_log_mel_bands(sound, played_hz), join_silence(moved))

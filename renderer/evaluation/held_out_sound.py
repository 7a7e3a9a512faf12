"""The sound of a clip's held-out part, and whether the filmed lips move with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.errors import RenderError
from renderer.judging.lip_sync import SoundMatch, match_own_sound
from renderer.motion.synthesis import has_speech
from renderer.scoring.aperture import aperture
from renderer.scoring.sync import loudness_envelope
from renderer.speech.loudness import normalise
from renderer.speech.recognition import recognise_phones
from renderer.speech.speech import Phone
from renderer.timeline import SOUND_RATE_HZ, sample_at
from renderer.video.probe import ClipFacts
from renderer.video.recorded_sound import read_own_sound
from renderer.video.sound import VOICE, SoundFormat

Floats = npt.NDArray[np.float32]

_INAUDIBLE_BELOW = 1e-4
_INSTEAD = (
    "Use a clip in which the presenter speaks, or --oracle-motion to drive the mouth by the face itself."
)


class NoSpeech(RenderError):
    """There is nothing in the held-out part of a clip that could be spoken again."""


def read_held_out_sound(take: Path, facts: ClipFacts, first: int) -> tuple[Floats | None, SoundFormat]:
    """The sound from frame ``first`` on as the clip has it [channels, n]; None where it has no track."""
    stored = read_own_sound(take)
    if stored is None:
        return None, VOICE
    samples, form = stored
    start, stop = (sample_at(frame, facts.fps, form.rate_hz) for frame in (first, facts.frames))
    return samples[:, start:stop], form


@dataclass(frozen=True, eq=False)
class HeldOutSound:
    """``whole`` is the clip's sound and ``samples`` that of its held-out part, mono at
    48 kHz; ``phones`` were recognised there as in any recording, and count from its first frame; ``envelope``
    [n] is its level."""

    whole: Floats
    samples: Floats
    phones: tuple[Phone, ...]
    envelope: Floats

    @classmethod
    def of(cls, take_sound: Floats | None, facts: ClipFacts, first: int) -> HeldOutSound:
        """Recognise the phones from frame ``first`` on; without a sound track it is silence."""
        whole = np.zeros(0, np.float32) if take_sound is None else take_sound
        start, stop = (sample_at(frame, facts.fps) for frame in (first, facts.frames))
        samples = np.zeros(stop - start, np.float32)
        there = whole[start:stop]
        samples[: len(there)] = there
        audible = bool(np.any(np.abs(samples) > _INAUDIBLE_BELOW))
        phones = recognise_phones(normalise(samples, SOUND_RATE_HZ), SOUND_RATE_HZ) if audible else ()
        envelope = loudness_envelope(samples, facts.frames - first, facts.fps, SOUND_RATE_HZ)
        return cls(whole, samples, phones, envelope)

    @property
    def has_speech(self) -> bool:
        return has_speech(self.phones)

    def match_lips(self, points: Floats, facts: ClipFacts) -> SoundMatch | None:
        """How the filmed lips [clip's frames, 478, 2] move with the clip's sound; None without sound."""
        if not len(self.whole):
            return None
        return match_own_sound(aperture(points), self.whole, facts.fps)

    def check_speech(self, name: str) -> None:
        """Raise NoSpeech where nothing is said that could be spoken again."""
        if not len(self.whole):
            raise NoSpeech(f"{name} has no sound track to speak again. {_INSTEAD}")
        if not self.has_speech:
            raise NoSpeech(f"No speech is heard in the held-out part of {name}. {_INSTEAD}")

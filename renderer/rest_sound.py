"""What is heard in the rest of a clip, and whether the filmed lips say it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.errors import RenderError
from renderer.measures.aperture import aperture
from renderer.measures.sync import loudness_envelope, sound_matches
from renderer.motion.motion import sounding
from renderer.speech.loudness import normalise
from renderer.speech.recording import hear
from renderer.speech.speech import Phone
from renderer.timeline import SOUND_RATE_HZ, sample_at
from renderer.video.decode import read_own_sound
from renderer.video.probe import ClipFacts
from renderer.video.sound import VOICE, SoundFormat

Floats = npt.NDArray[np.float32]

_INAUDIBLE = 1e-4
_INSTEAD = (
    "Use a clip in which the presenter speaks, or --oracle-motion to drive the mouth by the face itself."
)


class NoSpeech(RenderError):
    """There is nothing in the rest of a clip that could be spoken again."""


def own_sound(take: Path, facts: ClipFacts, first: int) -> tuple[Floats | None, SoundFormat]:
    """The sound from frame ``first`` on as the clip has it [channels, n]; None where it has no track."""
    stored = read_own_sound(take)
    if stored is None:
        return None, VOICE
    samples, form = stored
    start, stop = (sample_at(frame, facts.fps, form.rate_hz) for frame in (first, facts.frames))
    return samples[:, start:stop], form


@dataclass(frozen=True, eq=False)
class RestSound:
    """``whole`` is the clip's sound and ``samples`` that of its rest, mono at 48 kHz; ``phones`` were heard
    in the rest as in any recording, and count from its first frame; ``envelope`` [n] is its level."""

    whole: Floats
    samples: Floats
    phones: tuple[Phone, ...]
    envelope: Floats

    @classmethod
    def of(cls, take_sound: Floats | None, facts: ClipFacts, first: int) -> RestSound:
        """Hear the rest from frame ``first`` on; without a sound track it is silence."""
        whole = np.zeros(0, np.float32) if take_sound is None else take_sound
        start, stop = (sample_at(frame, facts.fps) for frame in (first, facts.frames))
        samples = np.zeros(stop - start, np.float32)
        there = whole[start:stop]
        samples[: len(there)] = there
        audible = bool(np.any(np.abs(samples) > _INAUDIBLE))
        phones = hear(normalise(samples, SOUND_RATE_HZ), SOUND_RATE_HZ) if audible else ()
        envelope = loudness_envelope(samples, facts.frames - first, facts.fps, SOUND_RATE_HZ)
        return cls(whole, samples, phones, envelope)

    @property
    def speaks(self) -> bool:
        return sounding(self.phones)

    def matches(self, points: Floats, facts: ClipFacts) -> bool:
        """Whether the filmed lips [clip's frames, 478, 2] move with the clip's sound."""
        if not len(self.whole):
            return False
        envelope = loudness_envelope(self.whole, len(points), facts.fps, SOUND_RATE_HZ)
        return sound_matches(aperture(points), envelope)

    def check_speech(self, name: str) -> None:
        """Raise NoSpeech where nothing is said that could be spoken again."""
        if not len(self.whole):
            raise NoSpeech(f"{name} has no sound track to speak again. {_INSTEAD}")
        if not self.speaks:
            raise NoSpeech(f"No speech is heard in the rest of {name}. {_INSTEAD}")

"""What a voice hands back: its own sound and timing, before trimming, resampling and loudness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np
import numpy.typing as npt

from renderer.errors import RenderError
from renderer.speech.speech import Phone

NO_IPA: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Utterance:
    """Mono float32 samples [n] at the voice's rate. ``word_of`` gives each phone's word, None in pauses."""

    samples: npt.NDArray[np.float32]
    rate_hz: int
    phones: tuple[Phone, ...]
    word_of: tuple[int | None, ...]


class Voice(Protocol):
    """One loaded voice. The same words give the same samples, whatever was said before."""

    @property
    def language(self) -> str:
        """The voice's language tag, such as "en-us"."""

    def say(self, words: Sequence[str], rate: float, ipa: Mapping[int, str] = NO_IPA) -> Utterance:
        """Speak words as one line. Words may be "" (nothing is said for them) or hold spaces.

        ``ipa`` gives the sounds of some words by their index; a voice that cannot read IPA has
        ``reads_ipa = False``, and is never given any.
        """


def refuse_ipa(voice: Voice, told: Mapping[str, str]) -> None:
    """Raise RenderError where words were given in IPA (word → IPA) to a voice that says it cannot read it, by
    ``reads_ipa = False``."""
    if told and not getattr(voice, "reads_ipa", True):
        word, ipa = next(iter(told.items()))
        raise RenderError(
            f"This voice does not read the phonetic alphabet: “{word}” is given as /{ipa}/. "
            "Write how it sounds in letters, such as shiv-AWN, or choose another voice."
        )

"""Whether a voice is understood, and how fast it speaks: by the phones that pocketsphinx hears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from renderer.speech.phone_errors import count_edits, spell_plainly
from renderer.speech.phones import parse_phones
from renderer.speech.recognition import recognise_phones
from renderer.speech.speech import Phone
from renderer.voices.signs import write_ipa_of

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Hearing:
    """``share`` of phones heard as they were said, less what comes besides; ``pace`` in phones a second."""

    share: float
    pace: float


def hear_back(said: Sequence[tuple[str, Floats]], rate_hz: int) -> Hearing:
    """Of sentences in the network's alphabet, each with its sound [n]."""
    phones = [recognise_phones(sound, rate_hz) for _, sound in said]
    spoken = [spell_plainly(parse_phones(write_ipa_of(signs))) for signs, _ in said]
    edits = sum(
        count_edits(one, spell_plainly(phone.symbol for phone in heard))
        for one, heard in zip(spoken, phones, strict=True)
    )
    total = sum(len(one) for one in spoken)
    return Hearing(
        max(1 - edits / max(total, 1), 0.0), measure_pace([one for line in phones for one in line])
    )


def measure_pace(phones: Sequence[Phone]) -> float:
    """Phones in a second of speech, without its pauses; 0 where there are none."""
    sounded = [phone for phone in phones if phone.symbol]
    spent_s = sum(phone.end_s - phone.start_s for phone in sounded)
    return len(sounded) / spent_s if spent_s else 0.0

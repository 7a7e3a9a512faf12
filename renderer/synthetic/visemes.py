"""What the mouth does for each class of phone, as strengths of groups of face units.

``dominance`` is how strongly a viseme outweighs its neighbours and ``reach`` scales how far in
time it spreads (dominance blending). The values were set by eye on the drawn mouth.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

# Group of units that move together → the units and their share of the group's strength.
CHANNELS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "jaw": {"jawOpen": 1.0},
        "pucker": {"mouthPucker": 1.0},
        "funnel": {"mouthFunnel": 1.0},
        "smile": {"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0},
        "stretch": {"mouthStretchLeft": 1.0, "mouthStretchRight": 1.0},
        "upper": {"mouthUpperUpLeft": 1.0, "mouthUpperUpRight": 1.0},
        "lower": {"mouthLowerDownLeft": 1.0, "mouthLowerDownRight": 1.0},
        "roll_lower": {"mouthRollLower": 1.0},
        "roll_upper": {"mouthRollUpper": 1.0},
        "press": {"mouthPressLeft": 1.0, "mouthPressRight": 1.0},
        "shrug": {"mouthShrugLower": 1.0, "mouthShrugUpper": 0.3},
        "tongue": {"tongueOut": 1.0},
    }
)


@dataclass(frozen=True)
class Viseme:
    name: str
    phones: str
    shape: Mapping[str, float] = field(default_factory=dict)  # channel → strength 0..1
    dominance: float = 1.0
    reach: float = 1.0


def _create_viseme(
    name: str, phones: str, dominance: float = 1.0, reach: float = 1.0, **shape: float
) -> Viseme:
    return Viseme(name, phones, MappingProxyType(shape), dominance, reach)


VISEMES = (
    _create_viseme("silence", "", 0.7, 1.3),
    _create_viseme("closed lips", "pbmɸβʙɱ", 2.2, 0.7, jaw=0.04, press=0.3, roll_lower=0.14, roll_upper=0.08),
    _create_viseme("lip and teeth", "fvʋ", 2.0, 0.75, jaw=0.06, roll_lower=0.45, upper=0.28, shrug=0.15),
    _create_viseme("tongue tip", "tdnɾʈɖɳ", 0.9, 0.8, jaw=0.11, lower=0.3, upper=0.12, stretch=0.06),
    _create_viseme("hiss", "szɕʑ", 1.4, 0.85, jaw=0.06, lower=0.36, upper=0.2, stretch=0.18, smile=0.1),
    _create_viseme("hush", "ʃʒʂʐ", 1.8, 0.9, jaw=0.07, funnel=0.42, lower=0.25, upper=0.2, pucker=0.12),
    _create_viseme("tongue back", "kgɡŋhxɣqχʁʀħʕʔcɟɲɦʜ", 0.6, 0.8, jaw=0.15, lower=0.18),
    _create_viseme("tongue between teeth", "θð", 1.6, 0.85, jaw=0.13, lower=0.25, upper=0.12, tongue=0.14),
    _create_viseme("side of tongue", "lɫɬʎɭʟɮ", 1.0, 0.85, jaw=0.18, lower=0.25, upper=0.1, tongue=0.06),
    _create_viseme("r", "ɹrɻɽ", 1.0, 0.9, jaw=0.11, pucker=0.25, funnel=0.22, lower=0.1),
    _create_viseme("w", "wʍɥ", 2.0, 1.0, jaw=0.07, pucker=0.75, funnel=0.14),
    _create_viseme("ah", "aɑɒ", 1.2, 1.0, jaw=0.46, lower=0.25, upper=0.12),
    _create_viseme("a", "æ", 1.2, 1.0, jaw=0.38, lower=0.3, upper=0.2, stretch=0.16, smile=0.1),
    _create_viseme("eh", "ɛeœ", 1.1, 1.0, jaw=0.26, lower=0.28, upper=0.16, stretch=0.14, smile=0.12),
    _create_viseme("ee", "ijɨ", 1.2, 1.0, jaw=0.1, lower=0.3, upper=0.16, stretch=0.24, smile=0.28),
    _create_viseme("ih", "ɪᵻ", 0.9, 1.0, jaw=0.15, lower=0.26, upper=0.12, stretch=0.1, smile=0.1),
    _create_viseme("uh", "ʌəɐɘɤɯ", 0.8, 1.0, jaw=0.22, lower=0.2, upper=0.08),
    _create_viseme("oh", "oɔ", 1.4, 1.0, jaw=0.28, funnel=0.4, pucker=0.3),
    _create_viseme("oo", "uʊyøʉʏ", 1.6, 1.0, jaw=0.09, pucker=0.7, funnel=0.22),
    _create_viseme("er", "ɜɚɝɞ", 1.1, 1.0, jaw=0.15, pucker=0.25, funnel=0.25, lower=0.1),
)
SILENCE, CLOSED, LIP_TEETH = 0, 1, 2
VOWELS = frozenset("aɑɒæɛeœiɨɪᵻʌəɐɘɤɯoɔuʊyøʉʏɜɚɝɞ")
_OF_PHONE = {phone: index for index, viseme in enumerate(VISEMES) for phone in viseme.phones}


def find_visemes(symbol: str) -> tuple[int, ...]:
    """The visemes of an IPA symbol in order: SILENCE for "", () for a symbol that does not shape the lips."""
    if not symbol.strip():
        return (SILENCE,)
    return tuple(_OF_PHONE[letter] for letter in unicodedata.normalize("NFD", symbol) if letter in _OF_PHONE)

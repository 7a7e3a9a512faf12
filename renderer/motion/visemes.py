"""What the mouth shows for each class of phone, relative to a person's own range.

Values are shares of the range that the person was measured to use: +1 is the widest, most open or thickest
seen, -1 the narrowest or thinnest, 0 is rest. ``pull`` is how strongly a class asserts itself against its
neighbours (lips must meet for /p b m/, the tongue tip leaves the lips free), ``reach`` scales how far in time
it spreads.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Viseme:
    name: str
    phones: str
    open: float
    jaw: float
    width: float
    upper_lip: float
    lower_lip: float
    raised: float
    pull: float = 1.0
    reach: float = 1.0

    @property
    def targets(self) -> tuple[float, ...]:
        """In the order of `renderer.motion.measures.MEASURES`."""
        return (self.open, self.jaw, self.width, self.upper_lip, self.lower_lip, self.raised)


VISEMES = (
    Viseme("rest", "", 0, 0, 0, 0, 0, 0, pull=0.7, reach=1.3),
    Viseme("closed lips", "pbmɸβʙɱ", -0.02, 0.02, -0.05, -0.5, -0.5, 0, pull=4.0, reach=0.75),
    Viseme("lip and teeth", "fvʋ", 0.10, 0.14, 0.10, 0.0, -1.0, 0.35, pull=2.6, reach=0.8),
    Viseme("tongue tip", "tdnɾʈɖɳ", 0.26, 0.22, 0.10, 0, -0.1, 0.10, pull=0.9, reach=0.8),
    Viseme("hiss", "szɕʑ", 0.24, 0.10, 0.45, 0, -0.2, 0.20, pull=1.4, reach=0.85),
    Viseme("hush", "ʃʒʂʐ", 0.32, 0.14, -0.55, 0.6, 0.5, 0.25, pull=1.8, reach=0.9),
    Viseme("tongue back", "kgɡŋhxɣqχʁʀħʕʔcɟɲɦʜ", 0.26, 0.28, 0.05, 0, 0, 0.05, pull=0.6, reach=0.8),
    Viseme("tongue between teeth", "θð", 0.32, 0.24, 0.15, 0, -0.15, 0.15, pull=1.6, reach=0.85),
    Viseme("side of tongue", "lɫɬʎɭʟɮ", 0.40, 0.36, 0.10, 0, -0.1, 0.10, pull=1.0, reach=0.85),
    Viseme("r", "ɹrɻɽ", 0.24, 0.22, -0.45, 0.4, 0.4, 0.05, pull=1.0, reach=0.9),
    Viseme("w", "wʍɥ", 0.10, 0.14, -1.0, 0.9, 0.8, 0, pull=2.0),
    Viseme("ah", "aɑɒ", 1.0, 0.95, 0.05, -0.1, -0.1, 0.15, pull=1.2),
    Viseme("a", "æ", 0.86, 0.80, 0.45, -0.2, -0.2, 0.25, pull=1.2),
    Viseme("eh", "ɛeœ", 0.62, 0.54, 0.40, -0.1, -0.1, 0.2, pull=1.1),
    Viseme("ee", "ijɨ", 0.30, 0.24, 0.85, -0.1, -0.2, 0.2, pull=1.2),
    Viseme("ih", "ɪᵻ", 0.40, 0.34, 0.40, 0, -0.1, 0.1, pull=0.9),
    Viseme("uh", "ʌəɐɘɤɯ", 0.52, 0.48, 0.05, 0, 0, 0.05, pull=0.8),
    Viseme("oh", "oɔ", 0.62, 0.62, -0.70, 0.6, 0.5, 0.05, pull=1.4),
    Viseme("oo", "uʊyøʉʏ", 0.24, 0.24, -1.0, 0.9, 0.8, 0, pull=1.6),
    Viseme("er", "ɜɚɝɞ", 0.36, 0.34, -0.40, 0.4, 0.4, 0.05, pull=1.1),
)
REST, CLOSED, LIP_TEETH = 0, 1, 2
_OF_PHONE = {phone: index for index, viseme in enumerate(VISEMES) for phone in viseme.phones}
VOWELS = frozenset("aɑɒæɛeœiɨɪᵻʌəɐɘɤɯoɔuʊyøʉʏɜɚɝɞ")


def visemes_of(symbol: str) -> tuple[int, ...]:
    """The classes of one IPA symbol in order: () for one that shapes no lips, two for "aɪ" or "tʃ".

    Silence ("") is rest. Marks of length, nasality and the like are passed over.
    """
    if not symbol.strip():
        return (REST,)
    plain = unicodedata.normalize("NFD", symbol)
    return tuple(_OF_PHONE[mark] for mark in plain if mark in _OF_PHONE)

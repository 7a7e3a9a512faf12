"""What the mouth shows for each viseme (class of phones that look alike), relative to a person's own range.

Values are shares of the range that the person was measured to use: +1 is the widest, most open or thickest
seen, -1 the narrowest or thinnest, 0 is neutral. ``dominance`` is how strongly a viseme asserts itself
against its neighbours (lips must meet for /p b m/, the tongue tip leaves the lips free), ``reach`` scales how
far in time it spreads.
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
    dominance: float = 1.0
    reach: float = 1.0

    @property
    def targets(self) -> tuple[float, ...]:
        """In the order of `renderer.motion.measures.MEASURES`."""
        return (self.open, self.jaw, self.width, self.upper_lip, self.lower_lip, self.raised)


VISEMES = (
    Viseme("rest", "", 0, 0, 0, 0, 0, 0, dominance=0.7, reach=1.3),
    Viseme("closed lips", "pbmɸβʙɱ", -0.02, 0.02, -0.05, -0.5, -0.5, 0, dominance=4.0, reach=0.75),
    Viseme("lip and teeth", "fvʋ", 0.10, 0.14, 0.10, 0.0, -1.0, 0.35, dominance=2.6, reach=0.8),
    Viseme("tongue tip", "tdnɾʈɖɳ", 0.26, 0.22, 0.10, 0, -0.1, 0.10, dominance=0.9, reach=0.8),
    Viseme("hiss", "szɕʑ", 0.24, 0.10, 0.45, 0, -0.2, 0.20, dominance=1.4, reach=0.85),
    Viseme("hush", "ʃʒʂʐ", 0.32, 0.14, -0.55, 0.6, 0.5, 0.25, dominance=1.8, reach=0.9),
    Viseme("tongue back", "kgɡŋhxɣqχʁʀħʕʔcɟɲɦʜ", 0.26, 0.28, 0.05, 0, 0, 0.05, dominance=0.6, reach=0.8),
    Viseme("tongue between teeth", "θð", 0.32, 0.24, 0.15, 0, -0.15, 0.15, dominance=1.6, reach=0.85),
    Viseme("side of tongue", "lɫɬʎɭʟɮ", 0.40, 0.36, 0.10, 0, -0.1, 0.10, dominance=1.0, reach=0.85),
    Viseme("r", "ɹrɻɽ", 0.24, 0.22, -0.45, 0.4, 0.4, 0.05, dominance=1.0, reach=0.9),
    Viseme("w", "wʍɥ", 0.10, 0.14, -1.0, 0.9, 0.8, 0, dominance=2.0),
    Viseme("ah", "aɑɒ", 1.0, 0.95, 0.05, -0.1, -0.1, 0.15, dominance=1.2),
    Viseme("a", "æ", 0.86, 0.80, 0.45, -0.2, -0.2, 0.25, dominance=1.2),
    Viseme("eh", "ɛeœ", 0.62, 0.54, 0.40, -0.1, -0.1, 0.2, dominance=1.1),
    Viseme("ee", "ijɨ", 0.30, 0.24, 0.85, -0.1, -0.2, 0.2, dominance=1.2),
    Viseme("ih", "ɪᵻ", 0.40, 0.34, 0.40, 0, -0.1, 0.1, dominance=0.9),
    Viseme("uh", "ʌəɐɘɤɯ", 0.52, 0.48, 0.05, 0, 0, 0.05, dominance=0.8),
    Viseme("oh", "oɔ", 0.62, 0.62, -0.70, 0.6, 0.5, 0.05, dominance=1.4),
    Viseme("oo", "uʊyøʉʏ", 0.24, 0.24, -1.0, 0.9, 0.8, 0, dominance=1.6),
    Viseme("er", "ɜɚɝɞ", 0.36, 0.34, -0.40, 0.4, 0.4, 0.05, dominance=1.1),
)
SILENCE, CLOSED, LIP_TEETH = 0, 1, 2
_OF_PHONE = {phone: index for index, viseme in enumerate(VISEMES) for phone in viseme.phones}
VOWELS = frozenset("aɑɒæɛeœiɨɪᵻʌəɐɘɤɯoɔuʊyøʉʏɜɚɝɞ")


def find_visemes(symbol: str) -> tuple[int, ...]:
    """The visemes of one IPA symbol in order: () for one that shapes no lips, two for "aɪ" or "tʃ".

    The empty symbol is silence. Marks of length, nasality and the like are passed over.
    """
    if not symbol.strip():
        return (SILENCE,)
    plain = unicodedata.normalize("NFD", symbol)
    return tuple(_OF_PHONE[mark] for mark in plain if mark in _OF_PHONE)

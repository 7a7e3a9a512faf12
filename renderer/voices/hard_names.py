"""Forty names that English voices get wrong, with the phones that an English speaker who knows them says."""

from __future__ import annotations

from dataclasses import dataclass

# Which phones count as one: accents differ in them, and the sense of a name does not.
_ALIKE = str.maketrans(
    {"ɑ": "a", "ɔ": "a", "æ": "a", "ɒ": "a", "ə": "ɛ", "ɐ": "ɛ", "ʌ": "ɛ", "ɜ": "ɛ", "e": "ɛ", "ɪ": "i"}
    | {"ʊ": "u", "o": "u"}
    | {"r": "ɹ", "ɾ": "t", "ɚ": "ɹ", "x": "h", "ç": "h", "j": "i", "w": "u", "y": "u", "ø": "ɛ", "œ": "ɛ"}
)
_WRONG_SHARE_MAX = 0.2  # one sound of five: an accent; more is another name


@dataclass(frozen=True)
class HardName:
    """``ipa`` without stress; several ways to say it are parted by a space."""

    name: str
    ipa: str

    def is_right(self, phones: str) -> bool:
        """Whether phones are this name, in some accent."""
        return any(_is_alike(phones, way) for way in self.ipa.split())


def _is_alike(one: str, other: str) -> bool:
    first, second = one.translate(_ALIKE), other.translate(_ALIKE)
    row = list(range(len(second) + 1))
    for i, sign in enumerate(first, start=1):
        above, row = row, [i]
        for j, heard in enumerate(second, start=1):
            row.append(min(above[j - 1] + (sign != heard), above[j] + 1, row[-1] + 1))
    return row[-1] <= _WRONG_SHARE_MAX * len(second)


HARD_NAMES = tuple(
    HardName(name, ipa)
    for name, ipa in (
        ("Nguyễn", "wɪn ŋwɪn"), ("Phạm", "fɑm"), ("Huỳnh", "hwɪn"), ("Xochitl", "soʊtʃil ʃoʊtʃitl"),
        ("Joaquín", "wɑkin hwɑkin"), ("Ximena", "himeɪnə himɛnɑ"), ("Jesús", "heɪsus hɛsus"),
        ("Guadalupe", "ɡwɑdəlupeɪ"), ("José", "hoʊzeɪ hoʊseɪ"), ("Muñoz", "munjoʊz munjoʊs"),
        ("Itzel", "itsɛl"), ("Niamh", "niv niəv"), ("Siobhán", "ʃɪvɔn"), ("Saoirse", "sɪɹʃə sɜɹʃə"),
        ("Aoife", "ifə"), ("Caoimhe", "kivə kwivə"), ("Tadhg", "taɪɡ"), ("Sinéad", "ʃɪneɪd"),
        ("Gráinne", "ɡɹɔnjə"), ("Siân", "ʃɑn"), ("Rhys", "ɹis"), ("Wójcik", "vɔɪtʃɪk"),
        ("Łukasz", "lukɑʃ wukɑʃ"),
        ("Małgorzata", "mɑwɡɔʒɑtə"), ("Krzysztof", "kʃɪʃtɔf"), ("Agnieszka", "ɑɡnjɛʃkə"),
        ("Wiśniewski", "viʃnjɛvski"), ("Zoë", "zoʊi"), ("Renée", "ɹəneɪ"), ("François", "fɹɑnswɑ"),
        ("Anaïs", "ænɑis"), ("Guillaume", "ɡioʊm"), ("Björn", "bjɔɹn bjɜɹn"), ("Jürgen", "jʊɹɡən jɜɹɡən"),
        ("Håkan", "hoʊkɑn"), ("Müller", "mʊləɹ mʌləɹ mɪləɹ"), ("Đorđe", "dʒɔɹdʒeɪ"), ("Dvořák", "dvɔɹʒæk"),
        ("Zhang", "dʒɑŋ ʒɑŋ"), ("Siddharth", "sɪdɑɹt"),
    )
)  # fmt: skip

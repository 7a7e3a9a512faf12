"""From what an engine calls a phoneme to single phones that a mouth can make.

Engines write IPA with marks ("ˈɔːɹ", "tʃ", "n̩"). Here:

- stress marks (ˈ ˌ) become the ``stress`` of the vowel that follows them (1 or 2);
- length marks, tie bars, tones and every combining or modifier letter are dropped; their time belongs
  to the phone before them;
- diphthongs and affricates are two phones each ("eɪ" → e ɪ, "tʃ" → t ʃ) and share their time evenly
  where the engine times them as one;
- look-alikes are one symbol: g → ɡ, ᵻ → ɪ, ε → ɛ, ʦ → t s, ʧ → t ʃ, ʤ → d ʒ;
- pauses, punctuation and breath are "" (silence).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from renderer.speech.speech import Phone

STRESS_MARKS = {"ˈ": 1, "ˌ": 2, "'": 1}
VOWELS = frozenset("aeiouyæøœɐɑɒɔəɘɚɛɜɝɞɤɨɪɯɵɶʉʊʌʏ")
_SAME = {"g": "ɡ", "ᵻ": "ɪ", "ε": "ɛ", "ʦ": "ts", "ʧ": "tʃ", "ʤ": "dʒ", "ʣ": "dz", "ʨ": "tɕ", "ç": "ç"}


def parse_phones(marked: str) -> list[str]:
    """The single phones of one engine phoneme, in order; [] for marks and punctuation alone."""
    plain = "".join(_SAME.get(letter, letter) for letter in marked)
    # NFD would split ç into c and a cedilla, which is another sound.
    plain = unicodedata.normalize("NFC", plain)
    return [base for letter in plain if (base := _strip_marks(letter)) is not None]


def parse_stress(marked: str) -> int:
    """0, 1 (primary) or 2 (secondary)."""
    return next((STRESS_MARKS[letter] for letter in marked if letter in STRESS_MARKS), 0)


def spread_phones(symbols: Sequence[str], start_s: float, end_s: float, stress: int = 0) -> list[Phone]:
    """Phones that share one span evenly; the first vowel takes the stress (without a vowel, nobody)."""
    share_s = (end_s - start_s) / max(len(symbols), 1)
    stressed = next((n for n, symbol in enumerate(symbols) if symbol in VOWELS), None)
    return [
        Phone(symbol, start_s + n * share_s, start_s + (n + 1) * share_s, stress if n == stressed else 0)
        for n, symbol in enumerate(symbols)
    ]


def join_silence(phones: Iterable[Phone]) -> tuple[Phone, ...]:
    """The same phones without empty spans, neighbouring silences made one."""
    out: list[Phone] = []
    for phone in phones:
        if phone.end_s <= phone.start_s:
            continue
        if out and not phone.symbol and not out[-1].symbol:
            out[-1] = Phone("", out[-1].start_s, phone.end_s)
        else:
            out.append(phone)
    return tuple(out)


def is_vowel(symbol: str) -> bool:
    return symbol in VOWELS


def _strip_marks(letter: str) -> str | None:
    if letter in STRESS_MARKS or not letter.isalpha() or unicodedata.category(letter) in ("Lm", "Mn"):
        return None
    if letter == "ç":
        return letter
    return unicodedata.normalize("NFD", letter)[0]

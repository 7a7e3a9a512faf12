"""How long a script takes to say, about, before any voice has said it."""

from __future__ import annotations

from campaigns.engine import PAUSES

# Least squares over 22 sentences of two natural voices: off by 0.2 s a line, by less in a sum.
_BREATH_S, _LETTER_S, _COMMA_S, _DIGIT_S = 0.15, 0.055, 0.34, 0.34


def estimate_by_rule(text: str) -> float:
    """Seconds that a voice takes for a line, from its letters, digits and commas alone."""
    letters, digits = sum(map(str.isalpha, text)), sum(map(str.isdigit, text))
    commas = sum(character in ",;:" for character in text)
    return _BREATH_S + _LETTER_S * letters + _COMMA_S * commas + _DIGIT_S * digits


def add_pauses(spoken_s: float, lines: int) -> float:
    """The length of a video with so many lines."""
    return spoken_s + PAUSES.lead_s + PAUSES.pause_s * max(0, lines - 1) + PAUSES.tail_s

"""A workspace's colour on pages and in mails: read, and moved until it can be read (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from campaigns.access.members import MemberRefused

DEFAULT = "#4338ca"
CONTRAST = 4.5  # of text on its ground, by WCAG's level AA
LIGHT_GROUND, DARK_GROUND = "#f6f6f9", "#101016"  # as in campaigns/public/page.css
WHITE, INK = "#ffffff", "#0d0d14"
_STEPS = 50
_COLOUR = re.compile(r"#?(?:[0-9a-f]{3}|[0-9a-f]{6})", re.I)
Channels = tuple[float, float, float]


@dataclass(frozen=True)
class Colours:
    """The colour as text and as a button's ground, and what is written on that; for light and dark pages."""

    light: str
    on_light: str
    dark: str
    on_dark: str


def read_colour(text: str) -> str:
    """A colour as #rrggbb; empty for none. MemberRefused for what is none."""
    plain = text.strip()
    if not plain:
        return ""
    if not _COLOUR.fullmatch(plain):
        raise MemberRefused(f"“{plain[:40]}” is no colour. Write it as #4338ca.")
    digits = plain.lstrip("#").lower()
    return "#" + (digits if len(digits) == 6 else "".join(one * 2 for one in digits))


def choose_colours(colour: str) -> Colours:
    """What a page shows of a colour #rrggbb, or of the usual one: as near to it as can be read."""
    light = _move(colour or DEFAULT, LIGHT_GROUND, (0.0, 0.0, 0.0))
    dark = _move(colour or DEFAULT, DARK_GROUND, (1.0, 1.0, 1.0))
    return Colours(light, _choose_ink(light), dark, _choose_ink(dark))


def measure_contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours, 1 to 21."""
    dark, light = sorted((_measure_luminance(one), _measure_luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _move(colour: str, ground: str, towards: Channels) -> str:
    start = _split(colour)
    for step in range(_STEPS + 1):
        share = step / _STEPS
        moved = _join(
            tuple((1 - share) * a + share * b for a, b in zip(start, towards, strict=True))  # type: ignore[arg-type]
        )
        if measure_contrast(moved, ground) >= CONTRAST:
            return moved
    return _join(towards)


def _choose_ink(ground: str) -> str:
    return max((WHITE, INK), key=lambda ink: measure_contrast(ink, ground))


def _measure_luminance(colour: str) -> float:
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in _split(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _split(colour: str) -> Channels:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _join(channels: Channels) -> str:
    return "#" + "".join(f"{round(255 * one):02x}" for one in channels)

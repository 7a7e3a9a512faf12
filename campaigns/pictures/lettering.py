"""Words as a picture of their own, in any script that the shipped fonts have."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from campaigns.pictures.fonts import Lettering, choose_lettering, clean_words

_WEIGHT = 650
# In sizes of the font: a canvas reaches so far above and below the middle of a capital letter, which stands
# so high above the line.
_REACH, _CAPITAL = 0.95, 0.36
# Shaped words are drawn larger by this, thickened by so much of their size to the weight above, and shrunk.
_OVERSAMPLING, _THICKER = 4, 0.035


def draw_words(text: str, size_px: int, locale: str = "") -> Image.Image | None:
    """A text as a mask ("L") as wide as it is, whose middle row is the middle of a capital letter.

    None where there is nothing to draw or no font has a letter of it: then it is left out as a whole.
    """
    words = clean_words(text)
    lettering = choose_lettering(words, locale) if words else None
    if lettering is None:
        return None
    return (
        _draw_plain(words, size_px, lettering)
        if lettering.is_plain
        else _draw_shaped(words, size_px, lettering)
    )


def _draw_plain(words: str, size_px: int, lettering: Lettering) -> Image.Image:
    font = _load(lettering.paths[0], lettering.face, size_px)
    left, _, right, _ = (round(edge) for edge in font.getbbox(words, anchor="ls"))
    reach = round(_REACH * size_px)
    canvas = Image.new("L", (max(1, right - left), 2 * reach))
    line = reach + round(_CAPITAL * size_px)
    ImageDraw.Draw(canvas).text((-left, line), words, fill=255, font=font, anchor="ls")
    return canvas


def _draw_shaped(words: str, size_px: int, lettering: Lettering) -> Image.Image:
    """Matplotlib's text layout, which brings HarfBuzz and the order of mixed directions in its own wheel."""
    from matplotlib.font_manager import get_font
    from matplotlib.ft2font import LoadFlags

    large = size_px * _OVERSAMPLING
    font = get_font([str(path) for path in lettering.paths])
    font.set_size(large, 72)
    font.set_text(words, 0.0, flags=LoadFlags.NO_HINTING)
    font.draw_glyphs_to_bitmap(antialiased=True)
    drawn = Image.fromarray(np.array(font.get_image(), np.uint8))
    thicker = round(_THICKER * large) | 1
    reach, line = round(_REACH * large), round(_CAPITAL * large)
    canvas = Image.new("L", (drawn.width + thicker, 2 * reach))
    canvas.paste(drawn, (thicker // 2, reach + line + round(font.get_descent() / 64) - drawn.height))
    canvas = canvas.filter(ImageFilter.MaxFilter(thicker))
    small = (max(1, canvas.width // _OVERSAMPLING), 2 * round(_REACH * size_px))
    return canvas.resize(small, Image.Resampling.LANCZOS)


@lru_cache(maxsize=64)
def _load(path: Path, face: int, size_px: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(path), size_px, index=face, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([_WEIGHT])
    return font

"""The picture in a mail: the poster with a play sign and the recipient's name, small enough for the mail."""

from __future__ import annotations

import io

from django.db.models.fields.files import FieldFile
from PIL import Image, ImageDraw

from campaigns.pictures.lettering import draw_words

WIDTH_PX = 560
MAX_HEIGHT_PX = 640
MARGIN = 0.045  # of the height, below the sign: as low as it may be it does not cover a face
DARK, LIGHT = (17, 24, 39), (255, 255, 255)
_OVERSAMPLING = 4  # Pillow's shapes have hard edges; drawn larger and shrunk they are smooth
# Of the shorter side: the sign's radius, and the letters. These shrink to `_LETTERS_MIN_PX`, or are left out.
_RADIUS, _LETTERS = 0.08, 0.09
_LETTERS_MAX_PX, _LETTERS_SMALL_PX, _LETTERS_MIN_PX = 44, 22, 12
_LINE, _REACHES = 1.25, 1.5  # sizes from line to line; a mask reaches further up and down than its letters
_WIDTH_MAX = 0.94  # of the picture


def draw_mail_picture(poster: FieldFile, words: str = "", locale: str = "") -> bytes | None:
    """A JPEG of at most 560×640 px from the poster, with a play sign and ``words``.

    Words that no font has, or that are too long, are left out. None where no poster can be read.
    """
    picture = open_poster(poster, (WIDTH_PX, MAX_HEIGHT_PX))
    if picture is None:
        return None
    sign = draw_sign(picture.size, words, locale)
    picture.paste(sign, (0, 0), sign)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


def open_poster(poster: FieldFile, within: tuple[int, int]) -> Image.Image | None:
    """A stored poster, RGB, as large as fits into a width and a height; None where it cannot be read."""
    if not poster:
        return None
    try:
        with poster.storage.open(str(poster.name), "rb") as file, Image.open(file) as picture:
            return _shrink(picture.convert("RGB"), within)
    except (OSError, Image.DecompressionBombError):
        return None


def draw_sign(size: tuple[int, int], words: str, locale: str = "") -> Image.Image:
    """What lies over the picture: RGBA of ``size``, a play sign and beside it the words."""
    width, height = size
    radius = max(14, round(min(size) * _RADIUS))
    letters = _fit(words, round(min(size) * _LETTERS), round(width * _WIDTH_MAX) - 4 * radius, locale)
    plate = _draw_plate(radius, letters)
    sign = Image.new("RGBA", size, (*DARK, 0))
    sign.paste(plate, ((width - plate.width) // 2, height - plate.height - max(3, round(height * MARGIN))))
    return sign


def _fit(words: str, size_px: int, width_px: int, locale: str) -> Image.Image | None:
    """The words as large as they may be, on two lines rather than small; None where they do not fit or
    cannot be drawn."""
    size_px = max(_LETTERS_MIN_PX, min(size_px, _LETTERS_MAX_PX))
    one = _fit_lines([words], size_px, width_px, locale)
    if one is not None and one[1] >= min(size_px, _LETTERS_SMALL_PX):
        return one[0]
    two = _fit_lines(_halve(words), size_px, width_px, locale)
    found = max(filter(None, (one, two)), key=lambda fitted: fitted[1], default=None)
    return found[0] if found is not None and found[1] >= _LETTERS_MIN_PX else None


def _fit_lines(lines: list[str], size_px: int, width_px: int, locale: str) -> tuple[Image.Image, int] | None:
    """Lines below each other and the size of their letters; None where one cannot be drawn."""
    masks = [draw_words(line, size_px, locale) for line in lines]
    widest = max((mask.width for mask in masks if mask is not None), default=0)
    if widest > width_px:
        size_px = size_px * width_px // widest
        masks = (
            [draw_words(line, size_px, locale) for line in lines] if size_px >= _LETTERS_MIN_PX else [None]
        )
    drawn = [mask for mask in masks if mask is not None]
    if not drawn or len(drawn) < len(masks):
        return None
    return _stack(drawn, round(_LINE * size_px)), size_px


def _stack(masks: list[Image.Image], line_px: int) -> Image.Image:
    width = max(mask.width for mask in masks)
    stacked = Image.new("L", (width, masks[0].height + line_px * (len(masks) - 1)))
    for number, mask in enumerate(masks):
        stacked.paste(255, ((width - mask.width) // 2, number * line_px), mask)
    return stacked


def _halve(words: str) -> list[str]:
    """On two lines of about one length; as it is where it is one word."""
    parts = words.split(" ")
    halves = [(" ".join(parts[:at]), " ".join(parts[at:])) for at in range(1, len(parts))]
    return list(min(halves, key=lambda two: max(map(len, two)))) if halves else [words]


def _draw_plate(radius: int, letters: Image.Image | None) -> Image.Image:
    """A dark plate with round ends that holds the sign and the letters; without letters a disc."""
    beside = letters.width + round(1.1 * radius) if letters is not None else 0
    needed = round(letters.height / _REACHES * _LINE) if letters is not None else 0
    width, height = 2 * radius + beside, max(2 * radius, needed)
    large = Image.new("RGBA", (width * _OVERSAMPLING, height * _OVERSAMPLING), (*DARK, 0))
    pen, unit = ImageDraw.Draw(large), radius * _OVERSAMPLING
    edge = max(1, _OVERSAMPLING)
    pen.rounded_rectangle(
        (0, 0, large.width - 1, large.height - 1), unit, fill=(*DARK, 205), outline=(*LIGHT, 110), width=edge
    )
    corners = [(-0.30, -0.46), (-0.30, 0.46), (0.52, 0.0)]
    middle = large.height / 2
    pen.polygon([(unit * (1 + x), middle + unit * y) for x, y in corners], fill=(*LIGHT, 255))
    plate = large.resize((width, height), Image.Resampling.LANCZOS)
    if letters is not None:
        at = (round(1.75 * radius), (height - letters.height) // 2)
        plate.paste(Image.new("RGBA", letters.size, (*LIGHT, 255)), at, letters)
    return plate


def _shrink(picture: Image.Image, within: tuple[int, int]) -> Image.Image:
    scale = min(within[0] / picture.width, within[1] / picture.height)
    return picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))

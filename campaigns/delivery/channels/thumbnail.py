"""The picture in a mail: the poster with a play button, small enough to travel inside the mail."""

from __future__ import annotations

import io

from django.db.models.fields.files import FieldFile
from PIL import Image, ImageDraw

WIDTH_PX = 560
MAX_HEIGHT_PX = 640
BUTTON_AT = 0.8  # of the height
_OVERSAMPLING = 4  # Pillow's shapes have hard edges; drawn larger and shrunk they are smooth


def make_thumbnail(poster: FieldFile) -> bytes | None:
    """Make a JPEG of at most 560×640 px from the poster. Returns None where no poster can be read."""
    if not poster:
        return None
    try:
        with poster.storage.open(str(poster.name), "rb") as file, Image.open(file) as picture:
            return _encode_jpeg(_add_button(_shrink(picture.convert("RGB"))))
    except (OSError, Image.DecompressionBombError):
        return None


def _shrink(picture: Image.Image) -> Image.Image:
    scale = min(WIDTH_PX / picture.width, MAX_HEIGHT_PX / picture.height)
    return picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))


def _add_button(picture: Image.Image) -> Image.Image:
    radius = max(12, round(min(picture.size) * 0.13)) * _OVERSAMPLING
    button = Image.new("RGBA", (2 * radius, 2 * radius), (0, 0, 0, 0))
    pen = ImageDraw.Draw(button)
    pen.ellipse((0, 0, 2 * radius - 1, 2 * radius - 1), fill=(17, 24, 39, 200))
    corners = [(-0.30, -0.46), (-0.30, 0.46), (0.52, 0.0)]
    pen.polygon([(radius * (1 + x), radius * (1 + y)) for x, y in corners], fill=(255, 255, 255, 255))
    button = button.resize((2 * radius // _OVERSAMPLING,) * 2, Image.Resampling.LANCZOS)
    # Below the middle: there it does not cover the face.
    middle = round(picture.height * BUTTON_AT)
    corner = ((picture.width - button.width) // 2, middle - button.height // 2)
    picture.paste(button, corner, button)
    return picture


def _encode_jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()

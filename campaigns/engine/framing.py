"""A look at one picture of a camera, for a person who is about to film a take."""

from __future__ import annotations

from io import BytesIO

from renderer.errors import RenderError

PICTURE_BYTES_MAX = 400_000  # a picture of 640 pixels has a tenth of it
PIXELS_MAX = 2_000_000
NO_PICTURE = "The camera's picture could not be read."


def advise_on_picture(jpeg: bytes) -> tuple[str, ...]:
    """What to change before filming; none where it is good. Raises RenderError for what is no small JPEG."""
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    from renderer.presenter.framing import advise_on_framing, measure_framing

    if len(jpeg) > PICTURE_BYTES_MAX:
        raise RenderError(NO_PICTURE)
    try:
        with Image.open(BytesIO(jpeg), formats=["JPEG"]) as picture:
            if picture.width * picture.height > PIXELS_MAX:
                raise RenderError(NO_PICTURE)
            pixels = np.asarray(picture.convert("RGB"))
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise RenderError(NO_PICTURE) from error
    return advise_on_framing(measure_framing(pixels))

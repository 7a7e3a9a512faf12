"""A short moving picture as an animated GIF: the one kind that every mail program shows.

What hardly changes from one picture to the next is left transparent: a still background costs nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from renderer.errors import RenderError
from renderer.runtime.atomic_files import atomic_write
from renderer.runtime.profiling import span

Frame = npt.NDArray[np.uint8]

# Tried one after the other until the file is small enough: levels (of 255) that a pixel may differ from what
# is shown, colours, and every how manyth picture is kept.
_STEPS = ((12, 128, 1), (16, 96, 1), (14, 128, 2), (18, 96, 2), (24, 96, 3), (36, 64, 3), (48, 32, 4))
_PALETTE_FROM = 5  # pictures, every second pixel of each


@span("GIF")
def write_gif(frames: Sequence[Frame], rate_hz: float, out: Path, max_bytes: int, first_s: float) -> None:
    """Write RGB frames [height, width, 3] as a GIF that repeats for ever, of at most ``max_bytes``.

    The first frame stays for ``first_s``. Raises RenderError where it cannot be that small.
    """
    for steps, colours, every in _STEPS:
        made = _encode([frames[0], *frames[1::every]], steps, colours, every / rate_hz, first_s)
        if len(made) <= max_bytes:
            with atomic_write(out) as temporary:
                temporary.write_bytes(made)
            return
    raise RenderError("The moving picture is too large for a mail; the still one is used.", permanent=True)


def _encode(frames: Sequence[Frame], steps: int, colours: int, each_s: float, first_s: float) -> bytes:
    palette = _choose_palette(frames, colours - 1)
    pictures = list(_index(frames, palette, steps, colours - 1))
    out = io.BytesIO()
    pictures[0].save(
        out,
        "GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=[round(1000 * first_s), *[round(1000 * each_s)] * (len(pictures) - 1)],
        loop=0,
        optimize=False,
        disposal=1,
        transparency=colours - 1,
    )
    return out.getvalue()


def _choose_palette(frames: Sequence[Frame], colours: int) -> Image.Image:
    some = frames[:: max(1, len(frames) // _PALETTE_FROM)]
    mosaic = Image.fromarray(np.concatenate([frame[::2, ::2] for frame in some]))
    return mosaic.quantize(colours, method=Image.Quantize.MEDIANCUT)


def _index(
    frames: Sequence[Frame], palette: Image.Image, steps: int, transparent: int
) -> Iterator[Image.Image]:
    """Each frame in the palette's colours, transparent where it shows nothing new."""
    colours = (palette.getpalette() or [])[: 3 * transparent]
    colours += [0] * (3 * transparent + 3 - len(colours))
    shown: npt.NDArray[np.int16] | None = None
    for frame in frames:
        places = np.array(Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE))
        wide = frame.astype(np.int16)
        if shown is None:
            shown = wide
        else:
            is_new = np.abs(wide - shown).max(-1) > steps
            places[~is_new] = transparent
            shown = np.where(is_new[..., None], wide, shown)
        picture = Image.fromarray(places)
        picture.putpalette(colours)
        yield picture

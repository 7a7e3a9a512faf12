"""A workspace's logo and colour, as its recipients see them."""

from __future__ import annotations

import hashlib
import io
import warnings
from typing import Any, Protocol

from django.core.files.base import ContentFile
from django.db import transaction
from PIL import Image, ImageOps

from campaigns.access.colours import read_colour
from campaigns.access.members import MemberRefused
from campaigns.history import Person, Verb, record
from campaigns.models import Workspace

LOGO_BYTES_MAX = 2 * 2**20
LOGO_PIXELS_MAX = 20_000_000
LOGO_SIZE = (480, 160)  # twice the size at which a page shows it
FORMATS = ("PNG", "JPEG", "WEBP")
NO_PICTURE = "The logo is no PNG, JPEG or WebP picture that can be read. Save it as PNG, and choose it again."


class Readable(Protocol):
    """A file, uploaded or not."""

    def read(self, size: int, /) -> Any: ...


def set_brand(
    workspace: Workspace, colour: str, logo: Readable | None, actor: Person, *, without_logo: bool = False
) -> None:
    """Store both; no ``logo`` keeps the one that is there. MemberRefused in words, and nothing is changed."""
    accent = read_colour(colour)
    drawn = draw_logo(logo) if logo is not None else None
    before = workspace.logo.name
    workspace.accent = accent
    if drawn is not None:
        digest = hashlib.sha256(drawn).hexdigest()[:24]
        workspace.logo.save(f"{digest}.png", ContentFile(drawn), save=False)
    elif without_logo:
        workspace.logo.name = ""
    with transaction.atomic():
        Workspace.objects.filter(pk=workspace.pk).update(accent=accent, logo=workspace.logo.name or "")
        record(actor, Verb.BRAND_SET, workspace=workspace, about=accent or "the usual colour")
        if before and before != workspace.logo.name:
            storage = workspace.logo.storage
            transaction.on_commit(lambda: storage.delete(before))


def draw_logo(file: Readable) -> bytes:
    """A picture drawn anew as PNG, so that nothing but its points reaches anybody. MemberRefused for what is
    no picture of FORMATS, or one too large."""
    data = file.read(LOGO_BYTES_MAX + 1)
    if len(data) > LOGO_BYTES_MAX:
        raise MemberRefused(f"The logo has more than {LOGO_BYTES_MAX >> 20} MB. Save it smaller.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > LOGO_PIXELS_MAX:
                    raise MemberRefused("The logo has more than 20 million points. Save it smaller.")
                upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombWarning) as error:
        raise MemberRefused(NO_PICTURE) from error
    upright.thumbnail(LOGO_SIZE)
    out = io.BytesIO()
    Image.frombytes("RGBA", upright.size, upright.tobytes()).save(out, "PNG", optimize=True)
    return out.getvalue()

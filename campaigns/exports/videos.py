"""The approved videos of a campaign in one ZIP, with names that people read, and a manifest."""

from __future__ import annotations

import csv
import io
import re
import shutil
import unicodedata
import zipfile
from pathlib import Path

from campaigns.delivery.links import page_url
from campaigns.engine import RenderError
from campaigns.exports.cells import make_safe
from campaigns.exports.tables import TellProgress
from campaigns.models import Campaign
from campaigns.revisions import load_consents, read_content
from campaigns.states import RenderState, ReviewState

_UNSAFE = re.compile(r"[^\w .,'()+-]+")
# Names that mean a device to Windows, whatever follows the dot.
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)
NAME_CHARACTERS_MAX = 60


def write_videos(campaign: Campaign, path: Path, tell: TellProgress) -> int:
    """Write the ZIP; how many videos it holds. The manifest says which files are gone."""
    ready = campaign.messages.filter(
        render_state=RenderState.READY, review_state=ReviewState.APPROVED, recipient__removed_at=None
    )
    total, count = ready.count(), 0
    consents = load_consents()
    lines = io.StringIO()
    manifest = csv.writer(lines)
    manifest.writerow(["file", "row", "name", "address", "link", "seconds"])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        messages = ready.select_related("recipient", "campaign").order_by("recipient__row_number", "pk")
        for done, message in enumerate(messages.iterator(chunk_size=200), start=1):
            if message.is_approved:
                row, content = message.recipient, read_content(message)
                agreed = consents.cover(content.presenter_id, content.made_with)
                name = name_file(row.row_number, str(row), message.pk)
                stored = agreed and _add(archive, name, message.video)
                count += stored
                told = name if stored else "the file is gone" if agreed else "the consent was revoked"
                cells = [told, str(row.row_number), str(row), row.email]
                cells += [page_url(message) if agreed else "", f"{message.video_seconds:.1f}"]
                manifest.writerow([make_safe(cell) for cell in cells])
            tell("packing videos", done, total)
        archive.writestr("manifest.csv", "\ufeff" + lines.getvalue())
    if not count:
        raise RenderError(
            "No video is approved yet, or the presenter's consent was revoked. "
            "Approve some first, then export them."
        )
    return count


def name_file(row_number: int, name: str, key: int) -> str:
    """A name for a file that no program can take for a path: “00012 Ada Lovelace.mp4”.

    The key of the message keeps names apart where two people stand in the same row.
    """
    plain = _UNSAFE.sub(" ", unicodedata.normalize("NFC", name))
    words = " ".join(plain.split())[:NAME_CHARACTERS_MAX].strip(" .")
    if not words or _RESERVED.match(words):
        words = f"video {key}"
    return f"{row_number:05d} {words} {key}.mp4"


def _add(archive: zipfile.ZipFile, name: str, stored: object) -> bool:
    try:
        with stored.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:  # type: ignore[attr-defined]
            shutil.copyfileobj(source, target, 1 << 20)
    except (OSError, ValueError):
        return False
    return True

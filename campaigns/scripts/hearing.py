"""A line that a person may hear: signed by a preview of its campaign, so that nothing else is spoken."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.core import signing

LINE_CHARACTERS_MAX = 600  # about 40 s; the signed line stands in an address, which servers cut at 4 kB
_SALT = "campaigns.hearing"
_VALID_S = 24 * 3600


@dataclass(frozen=True)
class HeardLine:
    """A filled line of one row of a campaign, and the voice that is tried for it."""

    campaign: int
    recipient: int
    text: str
    voice_engine: str
    voice: str
    locale: str


def sign_line(line: HeardLine) -> str:
    """What stands in the address of a line's sound; "" for a line that is too long to be heard."""
    return signing.dumps(asdict(line), salt=_SALT, compress=True) if fits(line.text) else ""


def read_line(token: str) -> HeardLine | None:
    """The line of an address; None for one that no preview signed, or that is older than a day."""
    try:
        return HeardLine(**signing.loads(token, salt=_SALT, max_age=_VALID_S))
    except (signing.BadSignature, TypeError):
        return None


def fits(text: str) -> bool:
    return len(text) <= LINE_CHARACTERS_MAX

"""The word by which a page that we made proves itself: without it nothing that is reported counts."""

from __future__ import annotations

from uuid import UUID

from django.core.signing import BadSignature, TimestampSigner

LASTS_S = 24 * 3600  # a page that is left open goes on counting for a day
_SALT = "campaigns.visits.page"


def issue_token(public_id: UUID, viewing: UUID) -> str:
    """Signed, bound to this link and this load of its page, and dated."""
    return TimestampSigner(salt=_SALT).sign(f"{public_id.hex}{viewing.hex}")


def read_token(token: object, public_id: UUID) -> UUID:
    """The load of the page that the token was issued with. ValueError where we issued none such for this
    link, or too long ago."""
    if not isinstance(token, str) or len(token) > 200:
        raise ValueError("The page's token is missing.")
    try:
        signed = TimestampSigner(salt=_SALT).unsign(token, max_age=LASTS_S)
    except BadSignature as error:  # one that is too old is one of these
        raise ValueError("The page's token is not ours or too old. Load the page again.") from error
    if signed[:32] != public_id.hex:
        raise ValueError("The page's token belongs to another page.")
    return UUID(signed[32:])

"""The one error type that the engine raises for what a person can fix."""

from __future__ import annotations


class RenderError(Exception):
    """What happened, where, and what to do.

    ``permanent`` is True when trying again without a change cannot help
    (a clip without a face), False when it can (a full disk, a lost worker).
    """

    def __init__(self, message: str, *, permanent: bool = True) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent


class Cancelled(RenderError):
    """The person who started the work stopped it; nothing half-written is left."""

    def __init__(self) -> None:
        super().__init__(
            "The work was cancelled. Start it again to go on; finished parts are kept.", permanent=False
        )

"""The error for a sound that does not say its text; light, so that it can be caught without the decoder."""

from __future__ import annotations

from collections.abc import Sequence

from renderer.errors import RenderError


class TextMismatch(RenderError):
    """The sound does not say the text. ``words`` are those that were not heard, as written."""

    def __init__(self, message: str, words: Sequence[str]) -> None:
        super().__init__(message)
        self.words = tuple(words)

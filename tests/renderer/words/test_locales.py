"""The locales that a person may choose."""

from __future__ import annotations

import pytest

from renderer.errors import RenderError
from renderer.words.locales import LOCALES, check_locale


def test_every_locale_that_is_offered_exists() -> None:
    for tag, _ in LOCALES:
        check_locale(tag)
    check_locale("")
    check_locale("en")


@pytest.mark.parametrize("tag", ["klingon", "xx-YY", "en_GB.UTF-8", "english", "-"])
def test_another_is_refused_with_what_to_write(tag: str) -> None:
    with pytest.raises(RenderError, match="such as en-GB"):
        check_locale(tag)

from __future__ import annotations

import pytest

from campaigns.access.colours import (
    CONTRAST,
    DARK_GROUND,
    DEFAULT,
    LIGHT_GROUND,
    choose_colours,
    measure_contrast,
    read_colour,
)
from campaigns.access.members import MemberRefused


@pytest.mark.parametrize(
    ("text", "colour"), [("#0A7", "#00aa77"), ("0a7bcd", "#0a7bcd"), (" #ABCDEF ", "#abcdef"), ("", "")]
)
def test_a_colour_is_read_as_people_write_it(text: str, colour: str) -> None:
    assert read_colour(text) == colour


@pytest.mark.parametrize("text", ["red", "#12", "#12345", "rgb(0,0,0)", "#fff;}body{", "#ff00zz", "\x00"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(MemberRefused, match="is no colour"):
        read_colour(text)


@pytest.mark.parametrize(
    "colour", ["#ffffff", "#000000", "#ffee00", "#0000ff", "#808080", "#00ff00", "#7f1d1d"]
)
def test_every_colour_can_be_read_on_light_and_dark_pages(colour: str) -> None:
    look = choose_colours(colour)
    assert measure_contrast(look.light, LIGHT_GROUND) >= CONTRAST
    assert measure_contrast(look.dark, DARK_GROUND) >= CONTRAST
    assert measure_contrast(look.light, look.on_light) >= CONTRAST
    assert measure_contrast(look.dark, look.on_dark) >= CONTRAST


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert choose_colours("").light == choose_colours(DEFAULT).light == DEFAULT
    assert measure_contrast("#000000", "#ffffff") == pytest.approx(21)

"""What is too large to be looked at is told at once."""

from __future__ import annotations

import pytest

from campaigns.scripts.faults import ScriptError
from campaigns.scripts.oversize import blank_unwritable, refuse_oversize


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("a" * 20_001, "longer than 20,000 characters"),
        ("{{" * 1_001, "more than 1,000 tags"),
        ("<b>" * 1_001, "“<” stands in this more than 1,000 times"),
        ("Hi {{ '" + "a" * 2_000 + "' }}", "This tag is longer than 2,000 characters"),
    ],
)
def test_it_is_refused_by_counting(source: str, told: str) -> None:
    with pytest.raises(ScriptError, match=told):
        refuse_oversize(source)


def test_a_long_tag_is_found_where_it_begins() -> None:
    with pytest.raises(ScriptError) as caught:
        refuse_oversize("Hi {{ name }}.\nIt {# " + "a" * 3_000)
    assert (caught.value.line, caught.value.column) == (2, 4)


def test_what_people_write_passes() -> None:
    refuse_oversize("Hi {{ name }}. {% if a %}Yes.{% endif %} {# later #}" * 100)


def test_signs_that_no_text_holds_become_spaces_and_all_others_stay() -> None:
    assert blank_unwritable("a\x00b\ud83dc\x1b\td\né🎬") == "a b c \td\né🎬"

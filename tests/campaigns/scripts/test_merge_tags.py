"""Tags of other tools are refused before a run, each with the tag that is meant."""

from __future__ import annotations

import pytest

from campaigns.problems import Code
from campaigns.scripts.faults import ScriptError, apply_fixes
from campaigns.scripts.merge_tags import find_merge_tags
from campaigns.scripts.template import check, fill

ROW = {"First Name": "Ada", "company": "Acme", "City": "Oslo"}
MEANT = "Hi {{ first_name }}."


def correct(source: str) -> str:
    """The script after a click on its correction."""
    with pytest.raises(ScriptError) as caught:
        fill(source, ROW)
    assert caught.value.code == Code.MERGE_TAG
    return apply_fixes(source, caught.value.fixes)


@pytest.mark.parametrize(
    "tag",
    [
        "*|FNAME|*", "*|FIRSTNAME|*", "%%First Name%%", "%%first_name%%", "%FIRSTNAME%", "%first_name%",
        "{first_name}", "{First Name}", "{FirstName}", "${first_name}", "$first_name", "#{first_name}",
        "@{first_name}", "[First Name]", "[FNAME]", "[[First Name]]", "<<first_name>>", "<First Name>",
        "«First Name»", "{ { first_name } }", "{ {first_name}}", "{{first_name} }", "{!Contact.FirstName}",
        "{contact.first_name}", "##First_Name##", "#FIRSTNAME#", "__FirstName__", "{vorname}", "[Given name]",
    ],
)  # fmt: skip
def test_a_tag_of_another_tool_becomes_ours_by_a_click(tag: str) -> None:
    assert correct(f"Hi {tag}.") == MEANT
    assert fill(MEANT, ROW)[0].text == "Hi Ada."


@pytest.mark.parametrize(
    "tag", ["*|FNAME:friend|*", "*|FNAME|friend|*", "{first_name|friend}", "%FIRSTNAME|friend%"]
)
def test_its_fallback_becomes_a_default(tag: str) -> None:
    assert correct(f"Hi {tag}.") == 'Hi {{ first_name|default("friend") }}.'


def test_all_tags_of_a_script_are_corrected_at_once() -> None:
    source = "Hi {first_name} of *|COMPANY|*.\nSee you in [City]."
    assert correct(source) == "Hi {{ first_name }} of {{ company }}.\nSee you in {{ city }}."


def test_the_place_of_the_first_is_told() -> None:
    with pytest.raises(ScriptError, match="tag of another tool") as caught:
        check("Hello.\nHi *|FNAME|*.")
    assert (caught.value.line, caught.value.column) == (2, 4)


def test_a_tag_that_names_no_column_is_refused_without_a_click() -> None:
    with pytest.raises(ScriptError) as caught:
        fill("Hi {nickname}.", ROW)
    assert caught.value.fixes == ()


@pytest.mark.parametrize(
    "text",
    [
        "You save 20% on this and 30% on that.",
        "Er sagte «Guten Tag» und ging.",
        "It costs $5 or $dollar.",
        "Is 5 < 6 and 7 > 3?",
        "Write to <ada@example.com>.",
        "We are #1 and #2.",
        "{% if company == '*|FNAME|*' %}Odd.{% endif %}",
        "{# {first_name} #}Hi.",
    ],
)
def test_signs_that_only_look_alike_are_left_alone(text: str) -> None:
    assert find_merge_tags(text, tuple(ROW)) == []


@pytest.mark.parametrize("source", ["Hi {{{ first_name }}}.", "Hi {{ first_name }}}."])
def test_a_brace_too_many_is_taken_out(source: str) -> None:
    assert correct(source) == MEANT


def test_a_brace_too_few_is_told() -> None:
    with pytest.raises(ScriptError, match="brace too few"):
        check("Hi {first_name}}.")

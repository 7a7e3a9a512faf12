"""Scripts: the spoken lines, their ids, and the errors that name their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.scripts.template import ScriptError, check, check_row, fill

ADA = {"First Name": "Ada", "plan": "team", "city": "", "company": "Acme Ltd."}


def texts(source: str, values: dict[str, str] = ADA) -> list[str]:
    return [line.text for line in fill(source, values)]


def ids(source: str, values: dict[str, str]) -> list[str]:
    return [line.id for line in fill(source, values)]


def test_columns_are_written_as_variables() -> None:
    assert texts("Hi {{ first_name }}. Welcome to {{ company }}. Bye.") == [
        "Hi Ada.",
        "Welcome to Acme Ltd.",
        "Bye.",
    ]


def test_an_empty_cell_takes_the_default() -> None:
    assert texts("See you in {{ city | default('town') }}.") == ["See you in town."]


def test_an_empty_cell_is_false_in_a_condition() -> None:
    assert texts("{% if city %}In {{ city }}.{% else %}Somewhere.{% endif %}") == ["Somewhere."]


def test_an_empty_cell_that_is_spoken_is_an_error_with_its_place() -> None:
    with pytest.raises(ScriptError, match="“city” is empty in this row") as caught:
        fill("Hello.\nSee you in {{ city }}.", ADA)
    assert (caught.value.line, caught.value.column) == (2, 15)


def test_an_unknown_variable_names_the_columns_there_are() -> None:
    with pytest.raises(ScriptError, match="“citty” is not a column of the spreadsheet") as caught:
        fill("Hello.\nIn {{ citty }}.", ADA)
    assert (caught.value.line, caught.value.column) == (2, 7)
    assert "first_name" in caught.value.message


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [
        ("Hi {{ first_name }.", 1, 4),
        ("Hi.\nIt is {% if plan %}so.", 2, 7),
        ("Hi.\n\nIt {{ plan }} {% iff plan %}.", 3, 15),
        ("Hi {{ plan | sparkle }}.", 1, 4),
        ("{% if plan %}so {% iff plan %}or so{% endif %}", 1, 17),
    ],
)
def test_a_syntax_error_has_line_and_column(source: str, line: int, column: int) -> None:
    with pytest.raises(ScriptError) as caught:
        check(source)
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize("source", ["", "  \n\t "])
def test_an_empty_script_is_refused(source: str) -> None:
    with pytest.raises(ScriptError, match="The script is empty"):
        fill(source, ADA)


def test_a_script_that_says_nothing_for_a_row_is_refused() -> None:
    with pytest.raises(ScriptError, match="says nothing for this row"):
        fill("{% if city %}Hi.{% endif %}", ADA)


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 'a'.center(1000000000) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{% include 'secrets.txt' %}",
        "{{ range(10) }}",
    ],
)
def test_a_script_cannot_reach_the_machine(source: str) -> None:
    with pytest.raises(ScriptError):
        fill(source, ADA)


def test_a_value_is_never_read_as_a_template() -> None:
    assert texts("Hi {{ first_name }}.", {"first_name": "{{ 7 * 7 }}"}) == ["Hi {{ 7 * 7 }}."]


def test_a_value_cannot_break_lines_or_forge_marks() -> None:
    assert texts("Hi {{ n }}, you.", {"n": "A\ue0009\ue001\x00\r\n\n  B"}) == ["Hi A9 B, you."]


DEMO = Path(__file__).resolve().parents[3] / "campaigns" / "demo" / "script.j2"


def test_lines_keep_their_ids_for_every_recipient() -> None:
    source = (
        "{{ a }} hi. Same one. {% if b %}Only some.{% endif %} {{ c | default('Shared') }} end. The last."
    )
    full = {line.text: line.id for line in fill(source, {"a": "X. Y.", "b": "1", "c": "Mine"})}
    plain = {line.text: line.id for line in fill(source, {"a": "Z", "b": "", "c": ""})}
    assert full["Same one."] == plain["Same one."]
    assert full["The last."] == plain["The last."]
    assert full["Mine end."] == plain["Shared end."]
    assert full["Only some."] not in plain.values()


def test_every_line_of_one_recipient_has_an_id_of_its_own() -> None:
    found = ids("{% for n in company.split() %}Hello {{ n }}! {% endfor %}Bye.", ADA)
    assert len(found) == len(set(found)) == 3


def test_the_same_script_and_row_give_the_same_lines() -> None:
    source = DEMO.read_text(encoding="utf-8")
    values = {"first_name": "Ada", "plan": "team", "company": "", "meeting_day": "Tuesday"}
    assert fill(source, values) == fill(source, dict(values))
    assert len(fill(source, values)) >= 6


@pytest.mark.parametrize("name", ["Ada", "", "Dr. Ada van der Berg…", "\u200b", "Ada" * 4000, "Acme Ltd."])
@pytest.mark.parametrize(
    "source",
    [
        "Hello {{ name }}. Good day.",
        "{% if name %}…{% endif %}",
        "{{ name|float + 1 }}",
        "<p>Hi {{ name }}</p>",
    ],
)
def test_a_row_is_checked_with_the_verdict_of_filling_it(source: str, name: str) -> None:
    try:
        lines = fill(source, {"name": name})
    except ScriptError as refused:
        with pytest.raises(ScriptError) as checked:
            check_row(source, {"name": name})
        assert (str(checked.value), checked.value.code) == (str(refused), refused.code)
    else:
        said = "".join(line.text for line in lines)
        assert "".join(check_row(source, {"name": name}).split()).startswith(said[:2])

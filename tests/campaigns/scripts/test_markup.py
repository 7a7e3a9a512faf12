"""Formatting and directions are not spoken; what might be meant otherwise is refused."""

from __future__ import annotations

import pytest

from campaigns.problems import Code
from campaigns.scripts.faults import ScriptError
from campaigns.scripts.markup import describe_markup
from campaigns.scripts.template import fill

ROW = {"first_name": "Ada", "site": "x.example"}


def said(source: str) -> list[str]:
    return [line.text for line in fill(source, ROW)]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        (
            "<p>Hi <b>{{ first_name }}</b>,</p><p>Thanks&nbsp;for coming &amp; bye.</p>",
            ["Hi Ada,", "Thanks for coming & bye."],
        ),
        (
            "<!doctype html><html><head><title>x</title></head><body><p>Hi {{ first_name }}.</p></body>",
            ["Hi Ada."],
        ),
        ("<ul><li>One</li><li>Two</li></ul>", ["One", "Two"]),
        ("Hi.<br/>Bye", ["Hi.", "Bye"]),
        ("<style>p { color: red }</style>Hi.", ["Hi."]),
        ('See <a href="https://{{ site }}/a">our site</a>.', ["See our site."]),
        ("Hi. <!-- pause here --> Bye.", ["Hi.", "Bye."]),
        ('Hi {{ first_name }} <break time="1s"/> bye.', ["Hi Ada bye."]),
        ("<speak>Hi <emphasis level='strong'>you</emphasis>.</speak>", ["Hi you."]),
        ("**Hi {{ first_name }}**! See [our site](https://example.com).", ["Hi Ada!", "See our site."]),
        ("# Welcome\nGood to *see* __you__.", ["Welcome", "Good to see you."]),
        ("- First\n- Second\n* Third", ["First", "Second", "Third"]),
        ("Hi.\n\n---\n\n> Bye.", ["Hi.", "Bye."]),
        ("Hi {{ first_name }}. [pause] (smiles) Good to see you.", ["Hi Ada.", "Good to see you."]),
        ("(laughs softly) Hi. [looks at camera] {pause} Bye (pause 2 seconds).", ["Hi.", "Bye ."]),
        ("![logo](logo.png)Hi.", ["Hi."]),
        ("Tom&#39;s &quot;best&quot; AT&T", ['Tom\'s "best" AT&T']),
    ],
)
def test_what_is_surely_formatting_is_left_out(source: str, lines: list[str]) -> None:
    assert said(source) == lines
    assert describe_markup(source) or "&" in source


@pytest.mark.parametrize(
    "source",
    [
        "Is 5 < 6 and 7 > 3?",
        "Is 5 * 3 * 2 or snake_case_name?",
        "I <3 you (really).",
        "Write to <ada@example.com>.",
        "AT&T and R&D; more.",
        "It was 3 stars ***",
    ],
)
def test_signs_of_plain_text_stay(source: str) -> None:
    assert said(source) == [source]
    assert describe_markup(source) == ()


@pytest.mark.parametrize(
    "source",
    [
        "Hi <foo>you</foo>.",
        "[see below] Hi.",
        "Press [Enter].",
        "<sub alias='W3'>W3C</sub>",
        "<phoneme ph='x'>y</phoneme>",
    ],
)
def test_what_may_be_meant_otherwise_is_refused_with_its_place(source: str) -> None:
    with pytest.raises(ScriptError, match="cannot be spoken") as caught:
        fill(f"Hi.\n{source}", ROW)
    assert (caught.value.code, caught.value.line) == (Code.MARKUP, 2)


def test_lines_that_formatting_takes_leave_errors_in_their_place() -> None:
    with pytest.raises(ScriptError) as caught:
        fill("<!-- two\nlines --><p>\nHi {{ nobody }}.</p>", ROW)
    assert (caught.value.line, caught.value.column) == (3, 7)


def test_what_is_left_out_is_told_once_for_each_kind() -> None:
    told = describe_markup("<b>a</b> <b>c</b> [pause] **{{ first_name }}**")
    assert [sentence.split("”")[0] for sentence in told] == ["“<b>", "“[pause]", "“**{{ first_name }}**"]

"""Scripts have columns, conditions, loops and filters; nothing else of the language is there."""

from __future__ import annotations

import pytest

from campaigns.problems import Code
from campaigns.scripts.template import ScriptError, fill, fill_text

ROW = {"name": "Ada", "company": "Acme Ltd.", "seats": "12", "empty": ""}


def refused(source: str) -> ScriptError:
    with pytest.raises(ScriptError) as caught:
        fill(source, ROW)
    return caught.value


@pytest.mark.parametrize(
    "source",
    [
        "{% macro m() %}Hi.{% endmacro %}{{ m() }}",
        "{% block a %}Hi.{% endblock %}",
        "{% for a in name recursive %}{{ a }}{% endfor %}",
        "{% autoescape true %}Hi.{% endautoescape %}",
    ],
)
def test_what_could_repeat_itself_is_not_there(source: str) -> None:
    assert refused(source).message.startswith("A script cannot ")
    assert refused(source).code == Code.SCRIPT_INVALID


@pytest.mark.parametrize(
    "source",
    ["{{ '{:>1000000000}'.format(1) }}", "{{ (5).to_bytes(1000000000, 'big') }}", "{{ name.upper }}",
     "{{ {}.fromkeys(name) }}", "{{ [1].count(1) }}"],
)  # fmt: skip
def test_only_methods_of_words_are_there(source: str) -> None:
    assert refused(source).code == Code.NOT_COMPUTABLE


@pytest.mark.parametrize("made", ["x + x", "x ~ x", "[x, x]", "x|replace('', x)", "x|join(x)", "(x, x)|join"])
def test_what_doubles_again_and_again_is_refused_with_its_line(made: str) -> None:
    error = refused("Hi.\n{% set x = name %}" + f"{{% set x = {made} %}}" * 25 + "{{ x }}")
    assert (error.line, error.code) == (2, Code.TOO_LONG)
    assert "makes more text, or takes more steps" in error.message


def test_loops_within_loops_are_counted_with_what_they_hold() -> None:
    assert refused("{% for a in company %}" * 6 + "x" + "{% endfor %}" * 6).code == Code.TOO_LONG
    assert refused("{% for a in '" + "a" * 999 + "' %}" + "Hi. " * 99 + "{% endfor %}").code == Code.TOO_LONG


def test_depth_is_told_by_one_sentence() -> None:
    for source in ("{{ " + "(" * 500 + "1" + ")" * 500 + " }}.", "{% if name %}" * 150 + "{% endif %}" * 150):
        assert "too deep in each other" in refused(source).message


def test_what_scripts_do_is_as_it_was() -> None:
    source = (
        "{% set who = name|upper ~ ' of ' ~ company|replace('Ltd.', 'Limited') %}Hello {{ who }}. "
        "{% for part in company.split() if part != 'of' %}{{ loop.index }} {{ part }}"
        "{{ ', ' if not loop.last }}{% endfor %}. {{ (seats|int + 1) * 2 }} seats, {{ 7 / 2|round(1) }}. "
        "{{ ['a', name]|join(' and ') }} {{ name[:2] }} {{ 'x' in name }} {{ empty|default('none') }}."
    )
    assert fill_text(source, ROW) == (
        "Hello ADA of Acme Limited. 1 Acme, 2 Ltd.. 26 seats, 3.5. a and Ada Ad False none."
    )


def test_signs_that_cannot_be_written_are_spaces() -> None:
    assert fill_text("Hi\x00 {{ '\\x00\\ud800' }}\ud800{{ name }}.", ROW) == "Hi     Ada."

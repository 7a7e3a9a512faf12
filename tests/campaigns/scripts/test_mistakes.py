"""A tag that cannot be understood: what to write instead, in words and by a click."""

from __future__ import annotations

import pytest

from campaigns.scripts.faults import ScriptError, apply_fixes
from campaigns.scripts.template import check, fill

ROW = {"First Name": "Ada", "company": "Acme", "city": "", "Amount": "1,500"}


def refuse(source: str) -> ScriptError:
    with pytest.raises(ScriptError) as caught:
        fill(source, ROW)
    return caught.value


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Hi {{ first_name | default(“friend”) }}.", 'Hi {{ first_name | default("friend") }}.'),
        ("{% if company == ‘Acme’ %}A.{% endif %}", "{% if company == 'Acme' %}A.{% endif %}"),
        ("Hi {{ First Name }}.", "Hi {{ first_name }}."),
        ('Hi {{ first_name|default:"friend" }}.', 'Hi {{ first_name|default("friend") }}.'),
        ("Hi {{ first_name | fallback: 'you' }}.", "Hi {{ first_name|default('you') }}."),
        ('Hi {{ first_name|default "you" }}.', 'Hi {{ first_name|default("you") }}.'),
        ("Hi {{ city || 'you' }}.", "Hi {{ city or 'you' }}."),
        ("Hi {{ city ?? 'you' }}.", "Hi {{ city or 'you' }}."),
        ("{% if Amount > 1000 %}Big.{% endif %}", "{% if Amount|float > 1000 %}Big.{% endif %}"),
        ('{% if company = "Acme" %}A.{% endif %}', '{% if company == "Acme" %}A.{% endif %}'),
        ("{% if company && city %}A.{% endif %}B.", "{% if company and city %}A.{% endif %}B."),
        ("{% if !city %}A.{% endif %}", "{% if not city %}A.{% endif %}"),
        ("{% if company === 'Acme' %}A.{% endif %}", "{% if company == 'Acme' %}A.{% endif %}"),
        ("{% if company <> 'Acme' %}A.{% endif %}B.", "{% if company != 'Acme' %}A.{% endif %}B."),
        ("{% if company == Acme %}A.{% endif %}", '{% if company == "Acme" %}A.{% endif %}'),
        ("{% if city is empty %}A.{% endif %}", '{% if city == "" %}A.{% endif %}'),
        ("{% if company contains 'Ac' %}A.{% endif %}", "{% if 'Ac' in company %}A.{% endif %}"),
        ("{% if First Name %}A.{% endif %}", "{% if first_name %}A.{% endif %}"),
        (
            "{% if city %}A.{% else if company %}B.{% endif %}",
            "{% if city %}A.{% elif company %}B.{% endif %}",
        ),
        ("{% if city %}A.{% elsif company %}B.{% endif %}", "{% if city %}A.{% elif company %}B.{% endif %}"),
        ("{% IF company %}A.{% ENDIF %}", "{% if company %}A.{% endif %}"),
        ("{% unless city %}A.{% endunless %}", "{% if not city %}A.{% endif %}"),
        ("{{ if company }}A.{{ end }}", "{% if company %}A.{% endif %}"),
        ("{{#if company}}Hi {{company}}{{/if}} hello.", "{% if company %}Hi {{company}}{% endif %} hello."),
        ("{{#unless city}}A.{{/unless}}", "{% if not city %}A.{% endif %}"),
        ("{% first_name %}", "{{ first_name }}"),
        ("{{ First_Name }} hi.", "{{ first_name }} hi."),
        ("{{ first-name }} hi.", "{{ first_name }} hi."),
        ("{{ contact.first_name }} hi.", "{{ first_name }} hi."),
        (
            "{{ frist_name }} of {{ compny | d('x') }}, {{ frist_name }}.",
            "{{ first_name }} of {{ company | d('x') }}, {{ first_name }}.",
        ),
        ("{{ Amount * 2 }}.", "{{ Amount|float * 2 }}."),
    ],
)
def test_a_mistake_is_mended_by_a_click_and_then_speaks(written: str, meant: str) -> None:
    corrected = apply_fixes(written, refuse(written).fixes)
    assert corrected == meant
    assert fill(corrected, ROW)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("Hi {{ first_name", "“{{ first_name” is not closed. End the tag with }}."),
        ("Hi {{ first_name }.", "is not closed. End the tag with }}."),
        ("{% if company %}Hi.", "“{% if company %}” has no end. Write {% endif %}"),
        ("{% endif %}Hi.", "“{% endif %}” has no “{% if … %}” before it"),
        ("{% sparkle %}Hi.", "“{% sparkle %}” is not known here."),
        ("{% iff company %}Hi.{% endif %}", "Do you mean {% if %}?"),
        ("Hi {{ first_name|uper }}.", "There is no “uper” here. Do you mean “upper”?"),
        ("Hi {{ 'first_name }}.", "A quotation mark is missing in it."),
        ("{% if company is sparkling %}A.{% endif %}", "“is sparkling” is not known here."),
        ("Hi {{ company|int }}.", "“Acme” is not a number. Correct the cell"),
        ("{{ Amount|int / 0 }}", "divides by zero"),
    ],
)
def test_what_nobody_can_guess_is_told_in_words(source: str, told: str) -> None:
    assert told in refuse(source).message


@pytest.mark.parametrize(
    "source",
    [
        "Hi {{ first_name | upper case }}.",
        "{{ first_name ? }}",
        "{{ first_name 'b' }}",
        "{{ ) }}",
        "{% if %}A.{% endif %}",
        "{% for x %}A.{% endfor %}",
        "{{ first_name.foo }}",
        "{{ first_name[9] }}",
        "{{ [1, 2 }}",
        "{{ }}",
        "{% %}",
        "{{ first_name | }}",
        "{% if company == %}A.{% endif %}",
        "{% set %}",
        "{{ first_name() }}",
        "{{ 1 + 'a' }}",
    ],
)
def test_no_error_speaks_of_tokens_and_objects(source: str) -> None:
    words = (
        "token",
        "expected",
        "object",
        "NoneType",
        "Jinja",
        "template",
        "unsupported",
        "str'",
        "callable",
    )
    assert not any(word in refuse(source).message for word in words)


def test_a_name_that_no_column_has_is_found_under_a_default_and_in_a_condition() -> None:
    for source in ('Hi {{ frist_name | default("x") }}.', "{% if frist_name is defined %}A.{% endif %}B."):
        error = refuse(source)
        assert "“frist_name” is not a column of the spreadsheet. Do you mean first_name?" in error.message


def test_names_that_the_script_sets_itself_are_known() -> None:
    assert fill("{% set n = first_name %}{% for x in company.split() %}{{ x }}, {% endfor %}{{ n }}.", ROW)


def test_a_script_without_columns_is_checked_for_its_form_alone() -> None:
    check("Hi {{ anything }}.")

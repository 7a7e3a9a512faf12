"""The columns that usually hold a person's name, and those that say how a cell is pronounced."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from campaigns import engine
from campaigns.problems import Code, Problem, Source
from campaigns.pronunciations.spelling import BadSpelling, Spelling, read_spelling
from campaigns.scripts.template import clean, find_column, to_variable
from campaigns.sheets.choice import Role

NAME_COLUMNS = ("name", "full_name", "display_name", "first_name", "firstname", "given_name")
FIRST_NAMES = ("first_name", "firstname", "given_name")
LAST_NAMES = ("last_name", "lastname", "surname", "family_name")
PRONOUNCE_AS = "pronounce_as"
_OF_THE_NAME = (PRONOUNCE_AS, "pronunciation")
_OF_ANOTHER = (re.compile(r"pronounce_as_(.+)"), re.compile(r"pronounce_(.+)_as"))


def find_name(values: Mapping[str, str], roles: Mapping[Role, str] | None = None) -> str:
    """Find the recipient's name in the columns of these roles, else in the usual ones; "" where there is
    none."""
    columns = tuple(values)
    given = {role: values.get(column, "") for role, column in (roles or {}).items() if column}
    parts = " ".join(filter(None, (given.get(Role.FIRST_NAME), given.get(Role.LAST_NAME))))
    if parts or given.get(Role.NAME):
        both = Role.FIRST_NAME in given and Role.LAST_NAME in given
        return parts if both or not given.get(Role.NAME) else given[Role.NAME]
    first, last = find_column(columns, FIRST_NAMES), find_column(columns, LAST_NAMES)
    if first and last:
        return f"{values[first]} {values[last]}".strip()
    column = find_column(columns, NAME_COLUMNS)
    return values[column] if column else ""


def find_first_name_column(columns: Sequence[str], roles: Mapping[Role, str] | None = None) -> str:
    """The column whose cell "pronounce as" is about; "" where no column holds names."""
    given = [(roles or {}).get(role, "") for role in (Role.FIRST_NAME, Role.NAME)]
    by_role = next((column for column in given if column in columns), "")
    return by_role or find_column(columns, FIRST_NAMES) or find_column(columns, NAME_COLUMNS)


def find_pronounced_columns(
    columns: Sequence[str], roles: Mapping[Role, str] | None = None
) -> Mapping[str, str]:
    """column that says how a cell sounds → column of that cell, "" where there is none."""
    return _find_pronounced(tuple(columns), tuple((roles or {}).items()))


@lru_cache(maxsize=256)  # every row asks
def _find_pronounced(columns: tuple[str, ...], given: tuple[tuple[Role, str], ...]) -> Mapping[str, str]:
    found, roles = {}, dict(given)
    for column in columns:
        variable = to_variable(column)
        other = next((match[1] for pattern in _OF_ANOTHER if (match := pattern.fullmatch(variable))), "")
        if variable in _OF_THE_NAME or column == roles.get(Role.PRONOUNCE_AS):
            found[column] = find_first_name_column(columns, roles)
        elif other:
            found[column] = find_column(columns, [other])
    return found


def name_pronouncing_column(
    columns: Sequence[str], spoken: str, roles: Mapping[Role, str] | None = None
) -> str:
    """The header under which a row says how its cell of the column ``spoken`` sounds, new if need be."""
    for column, about in find_pronounced_columns(columns, roles).items():
        if about == spoken:
            return column
    if spoken == find_first_name_column(columns, roles):
        return PRONOUNCE_AS
    return f"{PRONOUNCE_AS}_{to_variable(spoken)}"


def find_row_pronunciations(
    values: Mapping[str, str], roles: Mapping[Role, str] | None = None
) -> list[engine.Pronunciation]:
    """How the row's own words are said; cells that are empty or wrong say nothing."""
    found = []
    for column, about in find_pronounced_columns(tuple(values), roles).items():
        word = clean(values[about]) if about else ""
        spelling = _read_cell(values[column])
        if word and isinstance(spelling, Spelling):
            found.append(engine.Pronunciation(word, spelling.said, spelling.is_ipa))
    return found


def find_pronunciation_problems(
    values: Mapping[str, str], row: int, roles: Mapping[Role, str] | None = None
) -> list[Problem]:
    """The cells of a row that say nothing that could be spoken."""
    problems = []
    for column in find_pronounced_columns(tuple(values), roles):
        wrong = _read_cell(values[column])
        if isinstance(wrong, BadSpelling):
            problems.append(Problem(Code.PRONUNCIATION_INVALID, Source.SPREADSHEET, str(wrong), row, column))
    return problems


def _read_cell(text: str) -> Spelling | BadSpelling | None:
    if not text.strip():
        return None
    try:
        return read_spelling(text)
    except BadSpelling as wrong:
        return wrong

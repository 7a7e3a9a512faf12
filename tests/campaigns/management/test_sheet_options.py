from __future__ import annotations

import pytest
from django.core.management.base import CommandError

from campaigns.management.sheet_options import read_columns, read_separator
from campaigns.sheets.choice import Role


def test_columns_are_repeatable_and_take_commas() -> None:
    given = ["email=Work Email,first_name=Name", "last_name=Surname, if any"]
    assert read_columns(given) == {
        Role.EMAIL: "Work Email", Role.FIRST_NAME: "Name", Role.LAST_NAME: "Surname, if any",
    }  # fmt: skip


@pytest.mark.parametrize("given", ["email", "shoe=Size"])
def test_what_is_no_role_is_refused(given: str) -> None:
    with pytest.raises(CommandError, match="write a role and a header"):
        read_columns([given])


def test_a_separator_is_named_by_its_signs_or_by_a_word() -> None:
    assert [read_separator(given) for given in (";", "tab", "\\t", "||", None)] == [
        ";",
        "\t",
        "\t",
        "||",
        None,
    ]
    with pytest.raises(CommandError, match="one to three signs"):
        read_separator("comma!")

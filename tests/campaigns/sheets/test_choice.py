from __future__ import annotations

from campaigns.sheets.choice import Duplicates, Role, SheetChoice


def test_a_choice_is_kept_as_plain_values_and_read_again() -> None:
    choice = SheetChoice("People", 3, {Role.EMAIL: "Work Email", Role.LANGUAGE: ""}, False, Duplicates.LAST)
    assert SheetChoice.from_json(choice.to_json()) == choice
    assert SheetChoice.from_json({}) == SheetChoice()


def test_a_role_of_a_later_version_is_left_out() -> None:
    assert SheetChoice.from_json({"columns": {"shoe_size": "EU size"}}) == SheetChoice()

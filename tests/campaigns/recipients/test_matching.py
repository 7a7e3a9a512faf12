"""Who a row of a new spreadsheet is; in doubt somebody new."""

from __future__ import annotations

import pytest

from campaigns.recipients.matching import Entry, match_rows


def entry(at: int, name: str, key: str = "", number: int = 0, removed: bool = False, **cells: str) -> Entry:
    held = {"name": name, **({"email": key} if key else {}), **cells}
    return Entry(at, number or at + 2, name, key, held, "email", removed)


@pytest.mark.parametrize(
    ("people", "rows", "expected"),
    [
        pytest.param(
            [entry(0, "Ada", "a@x.org"), entry(1, "Bo", "b@x.org")],
            [entry(0, "Bo", "b@x.org"), entry(1, "Ada Lovelace", "a@x.org")],
            {0: 1, 1: 0},
            id="a key counts more than place and name",
        ),
        pytest.param(
            [entry(0, "Ada", "a@x.org", removed=True), entry(1, "Ann", "a@x.org")],
            [entry(0, "Ada", "a@x.org")],
            {0: 1},
            id="of two with a key the one who is there",
        ),
        pytest.param(
            [entry(0, "Ada", "a@x.org", removed=True)],
            [entry(0, "Ada", "a@x.org")],
            {0: 0},
            id="who was removed comes back",
        ),
        pytest.param(
            [entry(0, "Ada", "a@x.org"), entry(1, "Bo", "a@x.org")],
            [entry(0, "Bo", "a@x.org"), entry(1, "Cy", "a@x.org"), entry(2, "Ada", "a@x.org", town="Rome")],
            {0: 1, 2: 0},
            id="a shared key is told apart by cells and names",
        ),
        pytest.param(
            [entry(0, "Ada", "a@x.org", last="Lovelace")],
            [entry(0, "Ada", "a@new.org", last="Lovelace")],
            {0: 0},
            id="a corrected address of the same row",
        ),
        pytest.param(
            [entry(0, "Ada", "a@x.org")],
            [entry(0, "Ada", "a@new.org")],
            {},
            id="a first name alone is no evidence",
        ),
        pytest.param(
            [entry(0, "Ada", "a@x.org", last="Lovelace")],
            [entry(0, "Ada", "a@new.org", number=9, last="Lovelace")],
            {},
            id="nor is it in another row",
        ),
        pytest.param(
            [entry(0, "Ada", "a@x.org", last="Lovelace", removed=True)],
            [entry(0, "Ada", "a@new.org", last="Lovelace")],
            {},
            id="who was removed is found by key alone",
        ),
        pytest.param(
            [entry(0, "Ada", town="Rome"), entry(1, "Ada", town="Rome"), entry(2, "Bo")],
            [entry(0, "Bo"), entry(1, "Ada", town="Rome"), entry(2, "Ada", town="Rome")],
            {0: 2, 1: 0, 2: 1},
            id="rows without a key by their cells",
        ),
        pytest.param([], [entry(0, "Ada")], {}, id="nobody is there"),
    ],
)
def test_rows_are_matched(people: list[Entry], rows: list[Entry], expected: dict[int, int]) -> None:
    assert match_rows(people, rows) == expected


def test_many_rows_with_one_key_take_no_longer_than_others() -> None:
    people = [entry(at, f"P{at}", f"{at % 100}@x.org") for at in range(20_000)]
    assert match_rows(people, people) == {at: at for at in range(20_000)}

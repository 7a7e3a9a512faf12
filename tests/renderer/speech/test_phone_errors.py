import pytest

from renderer.speech.phone_errors import count_edits, spell_plainly


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [("", "", 0), ("hat", "hat", 0), ("hat", "ht", 1), ("hat", "cart", 2), ("", "ab", 2)],
)
def test_each_phone_that_is_missing_extra_or_another_counts_once(one: str, other: str, edits: int) -> None:
    assert count_edits(one, other) == count_edits(other, one) == edits


def test_sounds_that_are_heard_alike_are_written_alike() -> None:
    assert spell_plainly("hʌt") == spell_plainly("hɜt")
    assert spell_plainly("hɪt") != spell_plainly("hʌt")

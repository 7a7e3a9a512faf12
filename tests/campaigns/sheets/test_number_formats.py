from __future__ import annotations

import pytest

from campaigns.sheets.number_formats import show_number, show_text


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (1234, "00000", "01234"),
        (1234.5, '"$"#,##0.00', "$1,234.50"),
        (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"),
        (1234.5, "#,##0.00\\ [$€-407]", "1,234.50 €"),
        (1234567, '0.0,,"M"', "1.2M"),
        (0.25, "0%", "25%"),
        (1.5, "# ?/?", "1 1/2"),
        (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (46095, "[$-407]d. mmmm yyyy", "14. März 2026"),
        (46095, "ddd", "Sat"),
        (0.6041666666, "h:mm AM/PM", "2:30 PM"),
        (1.25, "[h]:mm", "30:00"),
        (46095.5, "m/d/yyyy h:mm", "3/14/2026 12:00"),
        (46095, "yyyy-mm-dd h:mm:ss", "2026-03-14"),
        (0.30000000000000004, "General", "0.3"),
        (1.23e18, "General", "1.23E+18"),
        (442079460000, "General", "442079460000"),
        (5, '[>=10]"many";[<10]"few"', "few"),
        (12345.678, "0.00E+00", "1.23E+04"),
        (9999999, "yyyy-mm-dd", "########"),
    ],
)
def test_numbers_are_shown_by_their_format(value: float, code: str, shown: str) -> None:
    assert show_number(value, code) == shown


def test_texts_are_left_alone_but_for_their_own_section() -> None:
    assert show_text("01234", "@") == "01234"
    assert show_text("Ada", '"Dear "@') == "Dear Ada"


def test_days_of_old_macs_count_from_1904() -> None:
    assert show_number(44633, "yyyy-mm-dd", epoch_1904=True) == "2026-03-14"

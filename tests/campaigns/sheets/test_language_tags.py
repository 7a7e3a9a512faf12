"""What cells call languages and locales."""

from __future__ import annotations

import pytest

from campaigns.sheets.language_tags import read_language_tag


@pytest.mark.parametrize(
    ("cell", "tag"),
    [
        ("de", "de"), ("DE-at", "de-AT"), ("en_gb", "en-GB"), ("EN-UK", "en-GB"), ("ger", "de"),
        ("German", "de"), ("Deutsch", "de"), ("allemand", "de"), ("français", "fr"), ("日本語", "ja"),
        ("English (UK)", "en-GB"), ("British English", "en-GB"), ("English, United States", "en-US"),
        ("Spanish - Mexico", "es-MX"), ("Chinese (Simplified)", "zh"), ("zh-Hans-CN", "zh-CN"),
        ("norsk", "nb"),
        ("Martian", ""), ("xx", ""), ("N/A", ""), ("en-QQ", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_language_is_known_by_its_tag_and_by_its_names(cell: str, tag: str) -> None:
    assert read_language_tag(cell) == tag

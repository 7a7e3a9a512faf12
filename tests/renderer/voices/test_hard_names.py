from __future__ import annotations

from renderer.voices.english_sounds import read_english
from renderer.voices.hard_names import HARD_NAMES, HardName
from renderer.voices.signs import write_ipa_of


def test_forty_names_each_with_its_sounds() -> None:
    assert len({hard.name for hard in HARD_NAMES}) == 40
    assert all(hard.is_right(way) for hard in HARD_NAMES for way in hard.ipa.split())


def test_another_accent_is_right_and_another_name_is_not() -> None:
    niamh = HardName("Niamh", "niv niəv")
    assert niamh.is_right("niːv".replace("ː", ""))
    assert not niamh.is_right("naɪəm")
    assert not HardName("Siobhán", "ʃɪvɔn").is_right("siəbhɑn")


def test_english_is_read_with_all_of_them_right() -> None:
    wrong = []
    for hard in HARD_NAMES:
        (said,) = read_english([hard.name], {})
        if not hard.is_right(write_ipa_of(said.signs).replace("ˈ", "").replace("ˌ", "").replace("ː", "")):
            wrong.append((hard.name, said.signs))
    assert wrong == []

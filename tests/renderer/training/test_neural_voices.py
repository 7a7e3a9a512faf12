from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from renderer.errors import RenderError
from renderer.training.neural_voices import HibariSpeaker, list_styles, time_signs, write_signs

VOCABULARY = "ˈː, .həloʊðɛɹʤItʧpaɡ"


def test_diphthongs_and_affricates_are_one_sign_and_strange_signs_are_left_out() -> None:
    assert write_signs("dʒˈaɪ gat̪ʃː", VOCABULARY) == "ʤˈI ɡatʃː".replace("ʃ", "")


def test_signs_become_phones_one_after_another() -> None:
    phones = time_signs("ʤˈI, pa", [0.1, 0.06, 0.02, 0.12, 0.2, 0.05, 0.08, 0.1, 0.3])
    assert "".join(phone.symbol or "_" for phone in phones) == "_dʒaɪ_pa_"
    assert all(a.end_s == pytest.approx(b.start_s) for a, b in pairwise(phones))
    assert phones[0].end_s == pytest.approx(0.1) and phones[-1].end_s == pytest.approx(1.03)


def test_a_stress_mark_lengthens_the_vowel_after_it_and_a_length_mark_the_one_before() -> None:
    phones = time_signs("pˈaːp", [0.1, 0.06, 0.02, 0.1, 0.05, 0.06, 0.1])
    vowel = next(phone for phone in phones if phone.symbol == "a")
    assert vowel.stress == 1
    assert (vowel.start_s, vowel.end_s) == (pytest.approx(0.16), pytest.approx(0.33))


def test_a_shorter_tract_has_higher_resonances() -> None:
    plane = np.zeros((601, 4), np.float32)
    plane[100] = 1.0
    stretched = HibariSpeaker(Path(), tract=1.1)._stretch_spectrum(plane)
    assert stretched.shape == plane.shape
    assert stretched[:, 0].argmax() == pytest.approx(110, abs=1)


def test_a_folder_without_voices_is_named(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="kokoro-js/voices"):
        list_styles(tmp_path)

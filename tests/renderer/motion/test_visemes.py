from __future__ import annotations

from renderer.motion.coarticulation import build_gestures
from renderer.motion.visemes import SILENCE, VISEMES, find_visemes
from renderer.speech.speech import Phone


def names(symbol: str) -> list[str]:
    return [VISEMES[index].name for index in find_visemes(symbol)]


def test_every_phone_belongs_to_one_class_only() -> None:
    phones = "".join(viseme.phones for viseme in VISEMES)
    assert len(phones) == len(set(phones))


def test_diphthongs_and_affricates_move_through_two_shapes() -> None:
    assert names("aɪ") == ["ah", "ih"]
    assert names("tʃ") == ["tongue tip", "hush"]


def test_silence_is_rest_and_unknown_marks_shape_nothing() -> None:
    assert find_visemes("") == (SILENCE,)
    assert find_visemes("ˈ") == ()
    assert names("ãː") == ["ah"]


def test_stress_opens_vowels_but_not_consonants() -> None:
    vowel, consonant = (build_gestures([Phone(s, 0, 0.1, stress=1)])[1] for s in "ap")
    assert vowel.gain > 1
    assert consonant.gain == 1

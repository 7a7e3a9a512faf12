"""Words as pictures: whole, in their order, with letters that join where their script joins them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from campaigns.pictures.lettering import draw_words

NAMES = ("Ada", "Żółć", "Владимир", "李雷", "محمد", "שרה", "अर्जुन", "ผู้ใหญ่", "Ngũgĩ", "Ǻǵ")


def draw(words: str) -> npt.NDArray[np.uint8]:
    mask = draw_words(words, 40)
    assert mask is not None
    return np.asarray(mask)


def trim(mask: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    columns = np.flatnonzero(mask.max(0) > 60)
    return mask[:, columns[0] : columns[-1] + 1]


def agree(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> float:
    width = min(one.shape[1], other.shape[1])
    return float(np.corrcoef(one[:, :width].ravel(), other[:, :width].ravel())[0, 1])


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_drawn_whole(name: str) -> None:
    mask = draw(name)
    assert mask.max() > 230  # white where it is thickest
    assert not mask[0].max() and not mask[-1].max()  # nothing is cut off above or below


def test_hebrew_begins_on_the_right() -> None:
    word, first, last = trim(draw("שרה")), trim(draw("ש")), trim(draw("ה"))
    assert agree(word[:, -first.shape[1] :], first) > 0.9
    assert agree(word, last) > 0.9


def test_arabic_letters_join_and_a_latin_greeting_stays_before_them() -> None:
    name, greeted, latin = trim(draw("محمد")), trim(draw("Hi محمد")), trim(draw("Hi"))
    assert (name.max(0) > 60).all()  # no gap between them
    assert agree(greeted[:, -name.shape[1] :], name) > 0.9
    assert greeted[:, : latin.shape[1]].max() > 200 and not greeted[:, latin.shape[1] + 3].max()


def test_devanagari_letters_become_one_sign() -> None:
    assert trim(draw("क्ष")).shape[1] < trim(draw("क")).shape[1] + trim(draw("ष")).shape[1]


@pytest.mark.parametrize("words", ["", "🚀", "𓀀", " \u200e "])
def test_nothing_is_drawn_of_what_has_no_letters_here(words: str) -> None:
    assert draw_words(words, 40) is None

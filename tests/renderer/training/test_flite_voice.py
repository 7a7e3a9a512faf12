from __future__ import annotations

import shutil

import numpy as np
import pytest

from renderer.errors import RenderError
from renderer.motion.visemes import find_visemes
from renderer.speech.phones import parse_phones
from renderer.training.flite_voice import FLITE_VOICES, FliteSpeaker, parse_printed_phones
from renderer.training.synthetic_speech import FLITE, synthesise_speech

SENTENCE = "they showed me a shallow boat and kept a map of paris by the big tower"
installed = pytest.mark.skipif(shutil.which("flite") is None, reason="the program flite is not installed")


def test_printed_segments_become_phones_with_their_times() -> None:
    phones = parse_printed_phones("pau:0.200 m:0.300 ay:0.500 ax:0.560 b:0.610 pau:0.700 pau:0.800 \n")
    assert [phone.symbol for phone in phones] == ["", "m", "a", "ɪ", "ə", "b", ""]
    assert [phone.end_s for phone in phones] == pytest.approx([0.2, 0.3, 0.4, 0.5, 0.56, 0.61, 0.8])
    assert [phone.start_s for phone in phones[1:]] == pytest.approx([phone.end_s for phone in phones[:-1]])
    # The weakest vowel carries no stress; a diphthong's first half does.
    assert [phone.stress for phone in phones] == [0, 0, 1, 0, 0, 0, 0]


@pytest.mark.parametrize("printed", ["xyz:0.3", "m:soon", "m"])
def test_what_flite_never_prints_is_refused_by_name(printed: str) -> None:
    with pytest.raises(RenderError, match="printed “" + printed):
        parse_printed_phones(printed)


def test_a_missing_program_is_named_with_what_to_do(monkeypatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RenderError, match=r"flite is not installed.*--voices espeak") as raised:
        FliteSpeaker("slt").say(["hello"], 1.0)
    assert raised.value.permanent


@installed
@pytest.mark.parametrize("voice", FLITE_VOICES)
def test_printed_vowels_lie_where_the_sound_is_loud(voice: str) -> None:
    said = FliteSpeaker(voice).say(SENTENCE.split(), 1.0)
    assert all(parse_phones(phone.symbol) == [phone.symbol] for phone in said.phones if phone.symbol)
    assert len({shape for phone in said.phones for shape in find_visemes(phone.symbol)}) > 10
    vowels = [p for p in said.phones if p.stress]
    others = [p for p in said.phones if p.symbol and p.symbol in "ptkbdɡsʃzf"]

    def apart_db(late_s: float) -> float:
        return _level_db(said, vowels, late_s) - _level_db(said, others, late_s)

    assert apart_db(0.0) > apart_db(0.06) + 3 and apart_db(0.0) > apart_db(-0.06) + 3


def _level_db(said, phones, late_s: float) -> float:
    """Mean level in the middle 20 ms of each phone, if all were so much later."""
    levels = []
    for phone in phones:
        middle_s = (phone.start_s + phone.end_s) / 2 + late_s
        first = max(round((middle_s - 0.01) * said.rate_hz), 0)
        levels.append(10 * np.log10((said.samples[first : first + said.rate_hz // 50] ** 2).mean() + 1e-7))
    return float(np.mean(levels))


@installed
def test_a_faster_pace_is_shorter() -> None:
    slow, fast = (FliteSpeaker("slt").say(["good", "morning"], pace) for pace in (0.8, 1.25))
    assert slow.phones[-1].end_s > 1.3 * fast.phones[-1].end_s
    assert [phone.symbol for phone in slow.phones] == [phone.symbol for phone in fast.phones]


@installed
@pytest.mark.slow
def test_flites_speech_is_recognised_where_it_was_said() -> None:
    speech = synthesise_speech(6.0, np.random.default_rng(5), FLITE)
    starts = {phone.symbol: [] for phone in speech.phones}
    for phone in speech.phones:
        starts[phone.symbol].append(phone.start_s)
    near = [
        min((phone.start_s - start_s for start_s in starts.get(phone.symbol, [9.0])), key=abs)
        for phone in speech.recognised
        if phone.symbol
    ]
    met = [late_s for late_s in near if abs(late_s) < 0.08]
    assert len(met) > len(near) / 4 and abs(float(np.median(met))) < 0.02

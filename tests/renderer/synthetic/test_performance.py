from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from renderer.speech.speech import Phone
from renderer.synthetic.body import UNITS
from renderer.synthetic.lip_gap import compute_gap_m
from renderer.synthetic.performance import Performance, perform

FPS = Fraction(50)
FRAMES = 150
STEP_S = 0.12
BEGIN_S = 0.5


def _make_phones(symbols: str) -> list[Phone]:
    return [
        Phone(symbol, BEGIN_S + n * STEP_S, BEGIN_S + (n + 1) * STEP_S) for n, symbol in enumerate(symbols)
    ]


def _act(symbols: str, seed: int) -> Performance:
    return perform(_make_phones(symbols), FRAMES, FPS, np.random.default_rng(seed))


def _gap_mm(performance: Performance) -> np.ndarray:
    return 1000 * compute_gap_m(performance.units)


def _middle(n: int) -> slice:
    """The frames around the middle of the n-th phone, led by at most 60 ms as the lips are."""
    middle_s = BEGIN_S + (n + 0.5) * STEP_S
    return slice(round((middle_s - 0.06) * FPS), round((middle_s - 0.02) * FPS) + 1)


@pytest.mark.parametrize("seed", range(12))
def test_lips_meet_for_p_b_and_m_whoever_talks(seed: int) -> None:
    gap_mm = _gap_mm(_act("apabamawama", seed))
    for n in (1, 3, 5, 9):
        assert gap_mm[_middle(n)].min() < 0


@pytest.mark.parametrize("seed", range(12))
def test_the_lower_lip_comes_near_the_teeth_for_f_and_v(seed: int) -> None:
    performance = _act("afavafava", seed)
    gap_mm = _gap_mm(performance)
    for n in (1, 3, 5):
        assert gap_mm[_middle(n)].min() < 3
        assert performance.units["mouthRollLower"][_middle(n)].max() > 0.15


@pytest.mark.parametrize("seed", range(12))
def test_silence_is_closed(seed: int) -> None:
    performance = _act("haləʊ", seed)
    quiet = np.r_[0 : round((BEGIN_S - 0.2) * FPS), round((BEGIN_S + 5 * STEP_S + 0.2) * FPS) : FRAMES]
    assert _gap_mm(performance)[quiet].max() <= 0
    assert performance.units["jawOpen"][quiet].max() == 0


def test_open_vowels_open_the_mouth_and_close_ones_round_it() -> None:
    wide, round_ = (
        [performance for performance in (_act(symbols, seed) for seed in range(12))]
        for symbols in ("hahahaha", "huhuhuhu")
    )
    assert np.median([_gap_mm(performance).max() for performance in wide]) > 6
    assert np.median([performance.units["mouthPucker"].max() for performance in round_]) > 0.35
    assert np.median([performance.units["mouthPucker"].max() for performance in wide]) < 0.1


def test_lips_lead_the_sound() -> None:
    """The opening of a lone vowel is greatest before the vowel's middle."""
    leads_s = []
    for seed in range(12):
        performance = _act("papap", seed)
        loudest = int(_gap_mm(performance)[_around(1)].argmax()) + _around(1).start
        leads_s.append(BEGIN_S + 1.5 * STEP_S - loudest / FPS)
    assert 0.0 < np.mean(leads_s) < 0.08


def _around(n: int) -> slice:
    return slice(round((BEGIN_S + n * STEP_S - 0.06) * FPS), round((BEGIN_S + (n + 1) * STEP_S) * FPS))


def test_the_same_seed_gives_the_same_bytes_and_another_talker_another_mouth() -> None:
    first, again, other = (_act("mamapapa", seed) for seed in (3, 3, 4))
    assert all(first.units[name].tobytes() == again.units[name].tobytes() for name in UNITS)
    assert first.head_rad.tobytes() == again.head_rad.tobytes()
    assert first.gaze_rad.tobytes() == again.gaze_rad.tobytes()
    assert not np.array_equal(first.units["jawOpen"], other.units["jawOpen"])


def test_every_unit_is_there_and_in_range() -> None:
    performance = _act("ðəkwɪkbɹaʊnfɒks", 1)
    assert set(performance.units) == set(UNITS)
    for curve in performance.units.values():
        assert curve.shape == (FRAMES,)
        assert 0 <= curve.min() <= curve.max() <= 1
    assert performance.head_rad.shape == (FRAMES, 3)
    assert performance.gaze_rad.shape == (FRAMES, 2)


def test_people_blink_and_move_their_heads() -> None:
    performance = perform([], 500, FPS, np.random.default_rng(2))
    assert performance.units["eyeBlinkLeft"].max() > 0.8
    assert performance.units["eyeBlinkLeft"].mean() < 0.3
    assert 0.005 < performance.head_rad[:, 0].std() < 0.2


def test_a_lasting_smile_is_there_in_nearly_every_frame_and_lips_still_meet() -> None:
    phones = _make_phones("mamapapa")
    usual, smiling = (perform(phones, FRAMES, FPS, np.random.default_rng(3), smile) for smile in (0.0, 0.9))
    assert np.quantile(smiling.units["mouthSmileLeft"], 0.1) > 0.25
    assert smiling.units["mouthSmileLeft"].mean() > usual.units["mouthSmileLeft"].mean() + 0.3
    for n in (0, 2, 4, 6):
        assert _gap_mm(smiling)[_middle(n)].min() <= 0


def test_a_tongue_comes_forward_only_where_the_mouth_is_open() -> None:
    performance = perform(_make_phones("haha"), FRAMES, FPS, np.random.default_rng(3), tongue=1.0)
    tongue, jaw = performance.units["tongueOut"], performance.units["jawOpen"]
    assert tongue.max() == pytest.approx(0.25, abs=0.02)
    assert tongue[jaw == 0].max() == 0

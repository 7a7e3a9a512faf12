from __future__ import annotations

from fractions import Fraction

import numpy as np

from renderer.motion.amplitude import Amplitude, smooth_motion


def make_motion(frames: int = 200) -> np.ndarray:
    return np.cumsum(np.random.default_rng(0).normal(size=(frames, 3)), 0).astype(np.float32)


def test_motion_moves_so_many_times_as_wide_around_the_persons_mean() -> None:
    motion = make_motion()
    mean = np.array([1.0, 2.0, 3.0], np.float32)
    moved = Amplitude(motion.mean(0), mean, 0.5, 0.0).apply(motion, Fraction(25))
    assert np.allclose(moved.mean(0), mean, atol=1e-3)
    assert np.allclose(moved.std(0), 0.5 * motion.std(0), rtol=1e-3)


def test_smoothing_takes_as_long_at_any_frame_rate() -> None:
    slow, fast = np.zeros((50, 1), np.float32), np.zeros((100, 1), np.float32)
    slow[25:], fast[50:] = 1, 1
    smooth = smooth_motion(slow, Fraction(25), 0.08), smooth_motion(fast, Fraction(50), 0.08)
    assert np.allclose(smooth[0][15:35, 0], (smooth[1][30:70:2, 0] + smooth[1][31:70:2, 0]) / 2, atol=0.03)


def test_without_smoothing_motion_stays_as_it_is() -> None:
    assert np.array_equal(smooth_motion(make_motion(), Fraction(25), 0.0), make_motion())


def test_an_amplitude_comes_back_from_its_array() -> None:
    one = Amplitude(np.arange(3, dtype=np.float32), np.ones(3, np.float32), 0.75, 0.03125)
    again = Amplitude.from_array(one.to_array())
    assert np.array_equal(again.apply(make_motion(), Fraction(25)), one.apply(make_motion(), Fraction(25)))

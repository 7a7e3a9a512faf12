from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from renderer.motion.coarticulation import heard_gestures, viseme_weights
from renderer.motion.flow import MotionFlow
from renderer.motion.lessons import flow_loss, pull_error
from renderer.motion.mend import SAMPLING, load_flow, mended_weights, sampled
from renderer.motion.told import PULLS, TOLD
from renderer.motion.visemes import CLOSED, VISEMES, visemes_of
from renderer.speech.sound import BANDS
from renderer.weights import MOTION, base_motion
from renderer.weights import told as facts_of

from .synthetic import phones_of


def small_net(seed: int = 0, taught: bool = True) -> MotionFlow:
    torch.manual_seed(seed)
    net = MotionFlow(width=16, rounds=1)
    if taught:
        torch.nn.init.normal_(net.leave.weight, std=0.3)
    return net.eval()


def arrays_of(net: MotionFlow) -> dict[str, np.ndarray]:
    return {name: value.numpy() for name, value in net.state_dict().items()}


def inputs(moments: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(moments, TOLD)).astype(np.float32)


def test_an_untaught_net_returns_what_was_heard() -> None:
    told = inputs(150)
    assert np.allclose(sampled(small_net(taught=False), told, range(150)), told[:, PULLS], atol=1e-6)


def test_the_same_line_is_sampled_to_the_same_bytes() -> None:
    once, again = (sampled(small_net(), inputs(150), range(150)) for _ in range(2))
    assert once.tobytes() == again.tobytes()


def test_noise_belongs_to_the_place_in_the_line() -> None:
    here, elsewhere = (sampled(small_net(), inputs(60), range(start, start + 60)) for start in (0, 7))
    assert not np.array_equal(here, elsewhere)


def test_a_moment_is_moved_by_what_comes_after_it_as_by_what_came_before() -> None:
    told = inputs(256)
    plain = sampled(small_net(), told, range(256))
    told[128] += 3
    changed = np.abs(sampled(small_net(), told, range(256)) - plain).max(1) > 1e-4
    assert changed[:128].any() and changed[129:].any()


def test_fused_windows_meet_far_more_smoothly_than_chunks() -> None:
    told = np.repeat(inputs(1), 600, 0)
    net = small_net()
    with torch.no_grad():
        net.enter.weight[:, : len(VISEMES)] = 0  # deaf to the noise, which does differ between moments
    fused, chunked = (
        np.abs(np.diff(sampled(net, told, range(600), sampling), axis=0))[64:-64].max()
        for sampling in (SAMPLING, replace(SAMPLING, mode="chunk"))
    )
    assert fused < 0.2 * chunked


def test_weights_come_back_from_arrays() -> None:
    net = MotionFlow(width=32, rounds=2)
    torch.nn.init.normal_(net.leave.weight)
    told = inputs(40)
    assert np.array_equal(
        sampled(load_flow(arrays_of(net)), told, range(40)), sampled(net.eval(), told, range(40))
    )


# --- what was heard, heard again ---

LINE = phones_of("h ɛ l o m a p i", 0.3)
HUM = np.full(48_000 * 2, 0.01, np.float32)
BANDS_OF_LINE = np.ones((200, BANDS), np.float32)


def heard_again(net: MotionFlow, times: np.ndarray) -> np.ndarray:
    return mended_weights(heard_gestures(LINE, HUM), times, BANDS_OF_LINE, arrays_of(net))


def test_an_untaught_ear_hears_what_the_first_one_heard() -> None:
    times = np.arange(-10, 60) / 30
    heard = viseme_weights(heard_gestures(LINE, HUM), times)
    assert np.abs(heard_again(small_net(taught=False), times) - heard).max() < 0.05


def test_an_ear_hears_nothing_in_silence_and_the_same_at_any_rate_of_frames() -> None:
    net = small_net()
    with torch.no_grad():
        net.leave.bias += 1.0
    slow, fast = (heard_again(net, np.arange(-rate, 3 * rate) / rate) for rate in (25, 50))
    assert np.allclose(slow, fast[::2], atol=1e-6)
    assert not slow[:25].any() and not slow[-25:].any()
    assert slow[35:50].any()


# --- learning ---


def test_confusing_lips_that_close_with_open_ones_costs_more_than_like_vowels() -> None:
    said, closed, like = (torch.zeros(1, 20, len(VISEMES)) for _ in range(3))
    said[..., visemes_of("a")[0]] = 1
    closed[..., CLOSED] = 1
    like[..., visemes_of("æ")[0]] = 1
    assert float(pull_error(said, said)) == 0
    assert float(pull_error(closed, said)) > 3 * float(pull_error(like, said))


def test_a_net_learns_what_was_misheard() -> None:
    net = small_net(taught=False).train()
    optimiser = torch.optim.AdamW(net.parameters(), 3e-3)
    dice, losses = torch.Generator().manual_seed(0), []
    for step in range(60):
        told = torch.from_numpy(np.stack([inputs(48, 4 * step + row) for row in range(4)]))
        said = told[..., PULLS] + 0.5 * told[..., -len(VISEMES) :]
        loss = flow_loss(net, told, said, dice)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-5:]) < 0.5 * np.mean(losses[:5])


# --- the shipped ear ---


def test_the_shipped_ear_fits_the_network_and_beat_the_recogniser_on_unseen_voices() -> None:
    arrays, facts = base_motion(), facts_of(MOTION)["motion"]
    assert arrays is not None
    assert load_flow(arrays).config.width == facts["config"]["width"]
    assert all(np.isfinite(array).all() for array in arrays.values())
    assert facts["error_share"] < 0.6 and facts["steps"] > 0 and facts["machine"]

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from renderer.motion.coarticulation import build_recording_gestures, compute_viseme_activations
from renderer.motion.conditioning import ACTIVATIONS, CONDITIONING_SIZE
from renderer.motion.denoiser_loss import compute_activation_error, compute_flow_loss
from renderer.motion.denoising import SAMPLING, denoise_activations, load_denoiser, sample_activations
from renderer.motion.viseme_denoiser import VisemeDenoiser
from renderer.motion.visemes import CLOSED, VISEMES, find_visemes
from renderer.speech.log_mel import BANDS
from renderer.weights import MOTION, base_motion
from renderer.weights import read_metadata as facts_of

from .synthetic import make_phones


def make_small_net(seed: int = 0, trained: bool = True) -> VisemeDenoiser:
    torch.manual_seed(seed)
    net = VisemeDenoiser(width=16, rounds=1)
    if trained:
        torch.nn.init.normal_(net.leave.weight, std=0.3)
    return net.eval()


def arrays_of(net: VisemeDenoiser) -> dict[str, np.ndarray]:
    return {name: value.numpy() for name, value in net.state_dict().items()}


def inputs(moments: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(moments, CONDITIONING_SIZE)).astype(np.float32)


def test_an_untrained_net_returns_what_was_recognised() -> None:
    conditioning = inputs(150)
    assert np.allclose(
        sample_activations(make_small_net(trained=False), conditioning, range(150)),
        conditioning[:, ACTIVATIONS],
        atol=1e-6,
    )


def test_the_same_line_is_sampled_to_the_same_bytes() -> None:
    once, again = (sample_activations(make_small_net(), inputs(150), range(150)) for _ in range(2))
    assert once.tobytes() == again.tobytes()


def test_noise_belongs_to_the_place_in_the_line() -> None:
    here, elsewhere = (
        sample_activations(make_small_net(), inputs(60), range(start, start + 60)) for start in (0, 7)
    )
    assert not np.array_equal(here, elsewhere)


def test_a_moment_is_moved_by_what_comes_after_it_as_by_what_came_before() -> None:
    conditioning = inputs(256)
    plain = sample_activations(make_small_net(), conditioning, range(256))
    conditioning[128] += 3
    changed = np.abs(sample_activations(make_small_net(), conditioning, range(256)) - plain).max(1) > 1e-4
    assert changed[:128].any() and changed[129:].any()


def test_fused_windows_meet_far_more_smoothly_than_chunks() -> None:
    conditioning = np.repeat(inputs(1), 600, 0)
    net = make_small_net()
    with torch.no_grad():
        net.enter.weight[:, : len(VISEMES)] = 0  # deaf to the noise, which does differ between moments
    fused, chunked = (
        np.abs(np.diff(sample_activations(net, conditioning, range(600), sampling), axis=0))[64:-64].max()
        for sampling in (SAMPLING, replace(SAMPLING, mode="chunk"))
    )
    assert fused < 0.2 * chunked


def test_weights_come_back_from_arrays() -> None:
    net = VisemeDenoiser(width=32, rounds=2)
    torch.nn.init.normal_(net.leave.weight)
    conditioning = inputs(40)
    assert np.array_equal(
        sample_activations(load_denoiser(arrays_of(net)), conditioning, range(40)),
        sample_activations(net.eval(), conditioning, range(40)),
    )


# --- recognised phones, denoised ---

LINE = make_phones("h ɛ l o m a p i", 0.3)
HUM = np.full(48_000 * 2, 0.01, np.float32)
BANDS_OF_LINE = np.ones((200, BANDS), np.float32)


def denoise(net: VisemeDenoiser, times: np.ndarray) -> np.ndarray:
    return denoise_activations(build_recording_gestures(LINE, HUM), times, BANDS_OF_LINE, arrays_of(net))


def test_an_untrained_denoiser_changes_nothing() -> None:
    times = np.arange(-10, 60) / 30
    recognised = compute_viseme_activations(build_recording_gestures(LINE, HUM), times)
    assert np.abs(denoise(make_small_net(trained=False), times) - recognised).max() < 0.05


def test_denoised_activations_are_zero_in_silence_and_the_same_at_any_frame_rate() -> None:
    net = make_small_net()
    with torch.no_grad():
        net.leave.bias += 1.0
    slow, fast = (denoise(net, np.arange(-rate, 3 * rate) / rate) for rate in (25, 50))
    assert np.allclose(slow, fast[::2], atol=1e-6)
    assert not slow[:25].any() and not slow[-25:].any()
    assert slow[35:50].any()


# --- training ---


def test_confusing_lips_that_close_with_open_ones_costs_more_than_like_vowels() -> None:
    target, closed, like = (torch.zeros(1, 20, len(VISEMES)) for _ in range(3))
    target[..., find_visemes("a")[0]] = 1
    closed[..., CLOSED] = 1
    like[..., find_visemes("æ")[0]] = 1
    assert float(compute_activation_error(target, target)) == 0
    assert float(compute_activation_error(closed, target)) > 3 * float(compute_activation_error(like, target))


def test_a_net_learns_what_was_recognised_wrongly() -> None:
    net = make_small_net(trained=False).train()
    optimiser = torch.optim.AdamW(net.parameters(), 3e-3)
    generator, losses = torch.Generator().manual_seed(0), []
    for step in range(60):
        conditioning = torch.from_numpy(np.stack([inputs(48, 4 * step + row) for row in range(4)]))
        target = conditioning[..., ACTIVATIONS] + 0.5 * conditioning[..., -len(VISEMES) :]
        loss = compute_flow_loss(net, conditioning, target, generator)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-5:]) < 0.5 * np.mean(losses[:5])


# --- the shipped weights ---


def test_the_shipped_weights_fit_the_network_and_beat_the_recogniser_on_held_out_voices() -> None:
    arrays, facts = base_motion(), facts_of(MOTION)["motion"]
    assert arrays is not None
    assert load_denoiser(arrays).config.width == facts["config"]["width"]
    assert all(np.isfinite(array).all() for array in arrays.values())
    assert facts["error_share"] < 0.6 and facts["steps"] > 0 and facts["machine"]

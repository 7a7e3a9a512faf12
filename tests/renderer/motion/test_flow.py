from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from renderer.motion.flow import MotionFlow
from renderer.motion.lessons import Talk, flow_loss, motion_error, windows_of
from renderer.motion.mend import SAMPLING, load_flow, sampled
from renderer.motion.shares import SHARES
from renderer.motion.told import SOUND, TOLD
from renderer.motion.visemes import VISEMES


def small_net(seed: int = 0, taught: bool = True) -> MotionFlow:
    torch.manual_seed(seed)
    net = MotionFlow(width=16, rounds=1)
    if taught:
        torch.nn.init.normal_(net.leave.weight, std=0.3)
    return net.eval()


def inputs(frames: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    sizes = (TOLD, len(SHARES))
    told, draft = (rng.normal(size=(frames, size)).astype(np.float32) for size in sizes)
    return told, draft


def test_an_untaught_net_returns_the_draft() -> None:
    told, draft = inputs(150)
    assert np.allclose(sampled(small_net(taught=False), told, draft, range(150)), draft, atol=1e-6)


def test_the_same_line_is_sampled_to_the_same_bytes() -> None:
    told, draft = inputs(150)
    once, again = (sampled(small_net(), told, draft, range(150)) for _ in range(2))
    assert once.tobytes() == again.tobytes()


def test_noise_belongs_to_the_place_in_the_line() -> None:
    told, draft = inputs(60)
    here, elsewhere = (sampled(small_net(), told, draft, range(start, start + 60)) for start in (0, 7))
    assert not np.array_equal(here, elsewhere)


def test_a_frame_is_moved_by_what_comes_after_it_as_by_what_came_before() -> None:
    told, draft = inputs(256)
    plain = sampled(small_net(), told, draft, range(256))
    told[128] += 3
    changed = np.abs(sampled(small_net(), told, draft, range(256)) - plain).max(1) > 1e-4
    assert changed[:128].any() and changed[129:].any()


def test_fused_windows_meet_far_more_smoothly_than_chunks() -> None:
    told, draft = inputs(1)
    told, draft = np.repeat(told, 600, 0), np.repeat(draft, 600, 0)
    net = small_net()
    with torch.no_grad():
        net.enter.weight[:, : len(SHARES)] = 0  # deaf to the noise, which does differ between frames
    fused, chunked = (
        np.abs(np.diff(sampled(net, told, draft, range(600), sampling), axis=0))[64:-64].max()
        for sampling in (SAMPLING, replace(SAMPLING, mode="chunk"))
    )
    assert fused < 0.2 * chunked


def test_weights_come_back_from_arrays() -> None:
    net = MotionFlow(width=32, rounds=2)
    torch.nn.init.normal_(net.leave.weight)
    arrays = {name: value.numpy() for name, value in net.state_dict().items()}
    told, draft = inputs(40)
    assert np.array_equal(
        sampled(load_flow(arrays), told, draft, range(40)), sampled(net.eval(), told, draft, range(40))
    )


# --- lessons ---


def talk(frames: int, seed: int = 0) -> Talk:
    told, draft = inputs(frames, seed)
    said = np.zeros((frames, len(VISEMES)), np.float32)
    return Talk(told, draft, draft + told[:, : len(SHARES)], np.ones(frames, np.float32), said)


def test_windows_are_cut_from_talk_and_filled_where_it_is_short() -> None:
    batch = windows_of([talk(40)], 3, 64, np.random.default_rng(0), deaf_share=0.0)
    assert batch.told.shape == (3, 64, TOLD)
    assert batch.counts[:, :40].all() and not batch.counts[:, 40:].any()


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_some_windows_do_not_hear_the_sound(share: float) -> None:
    batch = windows_of([talk(100)], 4, 32, np.random.default_rng(0), deaf_share=share)
    assert bool(batch.told[..., SOUND].any()) == (share == 0)


def test_frames_that_do_not_count_teach_nothing() -> None:
    guess, truth = torch.zeros(1, 20, len(SHARES)), torch.zeros(1, 20, len(SHARES))
    guess[0, 5:] = 9
    counts = torch.ones(1, 20)
    counts[0, 5:] = 0
    assert float(motion_error(guess, truth, counts)) == 0
    assert float(motion_error(guess, truth, torch.ones(1, 20))) > 0


def test_a_net_learns_what_the_draft_lacks() -> None:
    net, talks = small_net(taught=False).train(), [talk(200, seed) for seed in range(3)]
    optimiser = torch.optim.AdamW(net.parameters(), 3e-3)
    rng, dice = np.random.default_rng(0), torch.Generator().manual_seed(0)
    losses = []
    for _ in range(60):
        loss = flow_loss(net, windows_of(talks, 4, 64, rng, 0.1), dice)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-5:]) < 0.5 * np.mean(losses[:5])

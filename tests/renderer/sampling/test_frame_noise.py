from __future__ import annotations

import torch

from renderer.sampling.frame_noise import make_frame_noise


def test_noise_belongs_to_the_frame_and_not_to_its_place() -> None:
    early = make_frame_noise("presenter", ["a", "b", "c", "d"], (3, 4, 4))
    late = make_frame_noise("presenter", ["x", "c", "a"], (3, 4, 4))
    assert torch.equal(early[2], late[1])
    assert torch.equal(early[0], late[2])


def test_other_frames_and_other_keys_get_other_noise() -> None:
    noise = make_frame_noise("presenter", [0, 1], (64,))
    assert not torch.equal(noise[0], noise[1])
    assert not torch.equal(noise, make_frame_noise("another", [0, 1], (64,)))


def test_noise_is_standard_normal() -> None:
    noise = make_frame_noise("presenter", range(50), (1000,))
    assert abs(float(noise.mean())) < 0.02
    assert abs(float(noise.std()) - 1) < 0.02


def test_no_frames_give_no_noise() -> None:
    assert make_frame_noise("presenter", [], (3, 8, 8)).shape == (0, 3, 8, 8)

from __future__ import annotations

import pytest
import torch

from renderer.diffusion.windows import cut, cut_shifted, fuse, triangular_weights, uniform_weights


@pytest.mark.parametrize("total", [1, 3, 15, 16, 17, 28, 29, 160, 333])
def test_every_frame_is_owned_by_some_window(total: int) -> None:
    for made in (cut(total, 16, 4), cut_shifted(total, 16, 9)):
        assert set(made.frames[made.own].tolist()) == set(range(total))
        assert int(made.frames.min()) >= 0
        assert int(made.frames.max()) < total


def test_neighbours_share_the_overlap() -> None:
    made = cut(160, 16, 4)
    assert len(made.frames) == 13
    assert made.frames[0, -4:].tolist() == made.frames[1, :4].tolist()


def test_ends_reflect_and_do_not_wrap() -> None:
    made = cut(20, 16, 4)
    assert made.frames[0, :5].tolist() == [4, 3, 2, 1, 0]
    assert made.frames[-1, -4:].tolist() == [18, 17, 16, 15]
    assert not made.own[0, :4].any()


def test_shifted_borders_move_and_keep_windows_disjoint() -> None:
    made = cut_shifted(64, 16, 4)
    owned = made.frames[made.own].tolist()
    assert owned == list(range(64))
    assert made.frames[1, 0] == 4


def test_fused_weights_ramp_from_one_window_to_the_next() -> None:
    made = cut(28, 16, 4)
    parts = torch.stack([torch.zeros(16), torch.ones(16)])
    fused = fuse(parts, made, triangular_weights(16), 28)
    assert torch.allclose(fused[12:16], torch.tensor([0.2, 0.4, 0.6, 0.8]))
    assert torch.equal(fused[:12], torch.zeros(12))


def test_fusing_equal_predictions_gives_them_back() -> None:
    made = cut(50, 16, 4)
    truth = torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    for weights in (triangular_weights(16), uniform_weights(16)):
        assert torch.allclose(fuse(truth[made.frames], made, weights, 50), truth, atol=1e-6)


def test_an_overlap_as_long_as_the_window_is_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        cut(50, 16, 16)

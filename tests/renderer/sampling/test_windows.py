from __future__ import annotations

import pytest
import torch

from renderer.sampling.windows import (
    fuse,
    lay_shifted_windows,
    lay_windows,
    make_triangular_weights,
    make_uniform_weights,
)


@pytest.mark.parametrize("total", [1, 3, 15, 16, 17, 28, 29, 160, 333])
def test_every_frame_is_valid_in_some_window(total: int) -> None:
    for layout in (lay_windows(total, 16, 4), lay_shifted_windows(total, 16, 9)):
        assert set(layout.frames[layout.valid].tolist()) == set(range(total))
        assert int(layout.frames.min()) >= 0
        assert int(layout.frames.max()) < total


def test_neighbours_share_the_overlap() -> None:
    layout = lay_windows(160, 16, 4)
    assert len(layout.frames) == 13
    assert layout.frames[0, -4:].tolist() == layout.frames[1, :4].tolist()


def test_ends_reflect_and_do_not_wrap() -> None:
    layout = lay_windows(20, 16, 4)
    assert layout.frames[0, :5].tolist() == [4, 3, 2, 1, 0]
    assert layout.frames[-1, -4:].tolist() == [18, 17, 16, 15]
    assert not layout.valid[0, :4].any()


def test_shifted_borders_move_and_keep_windows_disjoint() -> None:
    layout = lay_shifted_windows(64, 16, 4)
    valid_frames = layout.frames[layout.valid].tolist()
    assert valid_frames == list(range(64))
    assert layout.frames[1, 0] == 4


def test_fused_weights_ramp_from_one_window_to_the_next() -> None:
    layout = lay_windows(28, 16, 4)
    parts = torch.stack([torch.zeros(16), torch.ones(16)])
    fused = fuse(parts, layout, make_triangular_weights(16), 28)
    assert torch.allclose(fused[12:16], torch.tensor([0.2, 0.4, 0.6, 0.8]))
    assert torch.equal(fused[:12], torch.zeros(12))


def test_fusing_equal_predictions_gives_them_back() -> None:
    layout = lay_windows(50, 16, 4)
    truth = torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    for weights in (make_triangular_weights(16), make_uniform_weights(16)):
        assert torch.allclose(fuse(truth[layout.frames], layout, weights, 50), truth, atol=1e-6)


def test_an_overlap_as_long_as_the_window_is_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        lay_windows(50, 16, 16)

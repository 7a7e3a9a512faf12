from __future__ import annotations

from typing import get_args

import pytest
import torch

from renderer.config import DiffusionConfig, FusionMode
from renderer.sampling.frame_noise import make_frame_noise
from renderer.sampling.sampler import denoise_timeline, denoise_timelines
from tests.renderer.sampling.gaussian import FRAMES, OVERLAP, WINDOW, ExactDenoiser, seam_ratio

MODES = get_args(FusionMode)
CHUNK_BORDERS = list(range(WINDOW, FRAMES, WINDOW))
# Where one overlapping window ends and its neighbour begins to count alone.
STRIDE = WINDOW - OVERLAP
OVERLAP_BORDERS = [
    edge for start in range(STRIDE, FRAMES - OVERLAP, STRIDE) for edge in (start, start + OVERLAP)
]


def run(mode: FusionMode, steps: int = 25, frames: int = FRAMES, dims: int = 300) -> torch.Tensor:
    noise = make_frame_noise("toy", range(frames), (dims,)).double()
    nothing = torch.zeros(frames, dtype=torch.bool)
    return denoise_timeline(
        ExactDenoiser(),
        noise,
        torch.zeros_like(noise),
        nothing,
        DiffusionConfig(mode, steps, WINDOW, OVERLAP),
    )


def test_chunks_jump_at_their_seams_and_triangular_windows_do_not() -> None:
    chunk = seam_ratio(run("chunk"), CHUNK_BORDERS)
    triangular = seam_ratio(run("triangular"), OVERLAP_BORDERS)
    assert chunk > 2.5
    assert 0.85 < triangular < 1.25


def test_uniform_weights_jump_where_a_window_ends() -> None:
    uniform = seam_ratio(run("uniform"), OVERLAP_BORDERS)
    triangular = seam_ratio(run("triangular"), OVERLAP_BORDERS)
    assert uniform > triangular + 0.15


def test_shifting_borders_wear_the_seams_off_over_many_steps() -> None:
    assert seam_ratio(run("shift"), CHUNK_BORDERS) < 1.4


def test_fusing_does_not_flatten_the_signal() -> None:
    assert 0.7 < float(run("triangular").var()) < 1.1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("steps", [1, 2, 4, 8])
def test_kept_frames_come_out_exactly_on_both_sides(mode: FusionMode, steps: int) -> None:
    noise = make_frame_noise("clamp", range(41), (3,)).double()
    kept = torch.randn(41, 3, generator=torch.Generator().manual_seed(1)).double()
    mask = torch.zeros(41, dtype=torch.bool)
    mask[:4] = mask[-4:] = True
    got = denoise_timeline(ExactDenoiser(), noise, kept, mask, DiffusionConfig(mode, steps, WINDOW, OVERLAP))
    assert torch.equal(got[mask], kept[mask])
    assert torch.isfinite(got).all()


@pytest.mark.parametrize(
    ("mode", "before_follows"), [("triangular", True), ("uniform", True), ("autoregressive", False)]
)
def test_a_kept_end_reaches_back_past_its_own_window(mode: FusionMode, before_follows: bool) -> None:
    """Fused windows let a later frame pull on earlier ones; forward-only windows cannot."""
    noise = torch.zeros(40, 1).double()
    mask = torch.zeros(40, dtype=torch.bool)
    mask[26:] = True
    kept = torch.full((40, 1), 3.0).double()
    config = DiffusionConfig(mode, 25, WINDOW, OVERLAP)
    got = denoise_timeline(ExactDenoiser(), noise, kept, mask, config)
    assert (float(got[9:14].abs().max()) > 1e-5) is before_follows


def test_a_kept_side_pulls_its_neighbour_towards_it() -> None:
    noise = make_frame_noise("pull", range(40), (400,)).double()
    mask = torch.zeros(40, dtype=torch.bool)
    mask[:4] = mask[-4:] = True
    kept = torch.full((40, 400), 2.0).double()
    got = denoise_timeline(
        ExactDenoiser(), noise, kept, mask, DiffusionConfig("triangular", 25, WINDOW, OVERLAP)
    )
    assert float(got[4].mean()) > 0.9
    assert float(got[-5].mean()) > 0.9
    assert abs(float(got[20].mean())) < 0.5


def test_one_step_is_the_fused_prediction_itself() -> None:
    noise = make_frame_noise("one", range(16), (2,)).double()
    nothing = torch.zeros(16, dtype=torch.bool)
    got = denoise_timeline(ExactDenoiser(), noise, noise, nothing, DiffusionConfig("triangular", 1, 16, 4))
    expected = ExactDenoiser()(noise[None], torch.arange(16)[None], 1.0)[0]
    assert torch.allclose(got, expected, atol=1e-9)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("frames", [1, 2, 5, 16, 17, 30])
def test_any_length_works(mode: FusionMode, frames: int) -> None:
    assert run(mode, steps=2, frames=frames, dims=2).shape == (frames, 2)


def test_the_batch_size_changes_nothing() -> None:
    noise = make_frame_noise("batch", range(100), (2,)).double()
    nothing = torch.zeros(100, dtype=torch.bool)
    config = DiffusionConfig("triangular", 4, WINDOW, OVERLAP)
    one, many = (
        denoise_timeline(ExactDenoiser(), noise, noise, nothing, config, batch_windows=size)
        for size in (1, 9)
    )
    assert torch.allclose(one, many)


def test_overlap_of_a_quarter_costs_a_third_more() -> None:
    denoiser = ExactDenoiser()
    noise = torch.zeros(160, 1).double()
    nothing = torch.zeros(160, dtype=torch.bool)
    denoise_timeline(denoiser, noise, noise, nothing, DiffusionConfig("triangular", 1, WINDOW, OVERLAP))
    assert denoiser.calls == 13


def test_an_empty_timeline_stays_empty() -> None:
    empty = torch.zeros(0, 3)
    nothing = torch.zeros(0, dtype=torch.bool)
    assert denoise_timeline(ExactDenoiser(), empty, empty, nothing, DiffusionConfig()).shape == (0, 3)


def together(mode: FusionMode, batch_windows: int) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Three timelines with kept ends, in one call and one by one."""
    lengths, config = (41, 7, 100), DiffusionConfig(mode, 4, WINDOW, OVERLAP)
    noise = [make_frame_noise(f"timeline {length}", range(length), (3,)).double() for length in lengths]
    kept = [torch.full_like(one, number) for number, one in enumerate(noise)]
    masks = [torch.arange(length) % (length - 3) < 3 for length in lengths]
    alone = [
        denoise_timeline(ExactDenoiser(), *one, config, batch_windows)
        for one in zip(noise, kept, masks, strict=True)
    ]
    parts = (torch.cat(noise), torch.cat(kept), torch.cat(masks))
    return denoise_timelines(ExactDenoiser(), *parts, lengths, config, batch_windows), alone


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("batch_windows", [1, 5, 64])
def test_timelines_that_share_a_forward_pass_know_nothing_of_each_other(
    mode: FusionMode, batch_windows: int
) -> None:
    shared, alone = together(mode, batch_windows)
    assert torch.allclose(shared, torch.cat(alone), atol=1e-5)


def test_timelines_share_forward_passes() -> None:
    denoiser = ExactDenoiser()
    asked: list[int] = []

    def counting(noisy: torch.Tensor, frames: torch.Tensor, level: float) -> torch.Tensor:
        asked.append(len(noisy))
        return denoiser(noisy, frames, level)

    noise = torch.zeros(120, 1).double()
    nothing = torch.zeros(120, dtype=torch.bool)
    config = DiffusionConfig("triangular", 1, WINDOW, OVERLAP)
    denoise_timelines(counting, noise, noise, nothing, [40, 40, 40], config, batch_windows=8)
    assert asked == [8, 1]

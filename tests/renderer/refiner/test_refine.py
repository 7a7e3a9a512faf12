from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch

from renderer.config import BakeConfig, DiffusionConfig, FusionMode
from renderer.progress import ignore_progress
from renderer.refiner.fit import fit_refiner
from renderer.refiner.network import MouthRefiner
from renderer.refiner.refine import Timeline, load_refiner, refine, refine_all
from tests.renderer.refiner.mouths import Mouths, drawn_mouths


@pytest.fixture(scope="module")
def mouths() -> Mouths:
    return drawn_mouths(37)


@pytest.fixture(scope="module")
def net() -> MouthRefiner:
    """A small network whose last layer speaks, as if it had been fitted."""
    torch.manual_seed(4)
    made = MouthRefiner(base_channels=8)
    for name, parameter in made.named_parameters():
        if name.startswith("leave") or ".second." in name:
            torch.nn.init.normal_(parameter, std=0.1)
    return load_refiner({name: value.numpy() for name, value in made.state_dict().items()})


def run(net: MouthRefiner, mouths: Mouths, part: slice = slice(None), **more: object) -> np.ndarray:
    frames = range(37)[part]
    frames = frames[: len(mouths.drafts)]
    options: dict = {"config": DiffusionConfig(), "seed_key": "presenter", "frame_ids": frames} | more
    return refine(
        net, mouths.drafts[part], mouths.truths[part], mouths.masks[part], mouths.points[part], **options
    )


def test_an_unfitted_network_returns_the_draft(mouths: Mouths) -> None:
    plain = MouthRefiner(base_channels=8)
    net = load_refiner({name: value.numpy() for name, value in plain.state_dict().items()})
    assert np.array_equal(run(net, mouths), mouths.drafts)


def test_sparing_the_passes_of_a_silent_network_changes_nothing(mouths: Mouths) -> None:
    weights = {name: value.numpy() for name, value in MouthRefiner(base_channels=8).state_dict().items()}
    silent = load_refiner(weights)
    whispering = load_refiner(weights | {"leave.bias": np.full_like(weights["leave.bias"], 1e-12)})
    assert silent.is_identity and not whispering.is_identity
    kept = {"kept": mouths.truths, "keep_mask": np.arange(len(mouths.drafts)) < 4}
    assert np.array_equal(run(silent, mouths, **kept), run(whispering, mouths, **kept))


def test_the_same_input_twice_gives_the_same_bytes(net: MouthRefiner, mouths: Mouths) -> None:
    assert run(net, mouths).tobytes() == run(net, mouths).tobytes()


@pytest.mark.parametrize("mode", get_args(FusionMode))
@pytest.mark.parametrize("steps", [1, 2, 4, 8])
def test_every_mode_works_in_few_steps(
    net: MouthRefiner, mouths: Mouths, mode: FusionMode, steps: int
) -> None:
    got = run(net, mouths, config=DiffusionConfig(mode, steps))
    assert got.shape == mouths.drafts.shape
    assert got.dtype == np.uint8
    assert not np.array_equal(got, mouths.drafts)


def test_pixels_outside_the_mask_stay_as_drafted(net: MouthRefiner, mouths: Mouths) -> None:
    outside = mouths.masks == 0
    assert np.array_equal(run(net, mouths)[outside], mouths.drafts[outside])


@pytest.fixture(scope="module")
def large(mouths: Mouths) -> Mouths:
    """The same mouths at twice the size: 16 rows lie above their masks."""
    drafts, truths, masks = (
        part.repeat(2, axis=1).repeat(2, axis=2) for part in (mouths.drafts, mouths.truths, mouths.masks)
    )
    return Mouths(drafts, truths, masks, 2 * mouths.points)


def test_the_network_sees_no_rows_above_the_mask(net: MouthRefiner, large: Mouths) -> None:
    rows: list[int] = []
    hook = net.enter.register_forward_hook(lambda _, blocks, __: rows.append(4 * blocks[0].shape[2]))
    with_faint = replace(large, masks=np.maximum(large.masks, 0.01).astype(np.float32))
    refined = run(net, with_faint)
    hook.remove()
    assert set(rows) == {48}
    assert np.array_equal(refined[:, :16], large.drafts[:, :16])
    assert not np.array_equal(refined[:, 16:], large.drafts[:, 16:])


def test_rows_that_are_spared_bring_a_mouth_no_farther_from_what_was_filmed(large: Mouths) -> None:
    """The fit shows parts of a crop, so a network knows neither more nor less without the rows above."""
    config = BakeConfig(crop_px=64, base_channels=8, start="nothing", fit_seconds=1e6, fit_steps_max=200)
    fitted = load_refiner(
        fit_refiner(large.drafts, large.truths, large.masks, large.points, config, ignore_progress)
    )
    with_top = large.masks.copy()
    with_top[:, 0, 0] = 1

    def measure_error(masks: np.ndarray) -> float:
        drawn = run(fitted, replace(large, masks=masks))[:, 16:]
        return float(((drawn.astype(float) - large.truths[:, 16:]) ** 2).mean())

    assert not fitted.is_identity
    assert measure_error(large.masks) < 1.05 * measure_error(with_top)


def test_a_mouth_has_the_same_bytes_beside_one_that_reaches_higher(net: MouthRefiner, large: Mouths) -> None:
    higher = large.masks.copy()
    higher[:, 2:] = 1
    parts = [
        Timeline(large.drafts, large.truths, masks, large.points, [f"{n}" for n in range(37)])
        for masks in (large.masks, higher)
    ]
    config = DiffusionConfig()
    together = refine_all(net, parts, seed_key="presenter", config=config)
    for one, shared in zip(parts, together, strict=True):
        assert np.array_equal(refine_all(net, [one], seed_key="presenter", config=config)[0], shared)


def test_known_frames_come_out_byte_for_byte_and_steer_their_neighbours(
    net: MouthRefiner, mouths: Mouths
) -> None:
    mask = np.zeros(37, bool)
    mask[:4] = mask[-4:] = True
    kept = np.where(mask[:, None, None, None], 255 - mouths.truths, 0).astype(np.uint8)
    config = DiffusionConfig(steps=2)
    clamped = run(net, mouths, config=config, kept=kept, keep_mask=mask)
    free = run(net, mouths, config=config)
    assert np.array_equal(clamped[mask], kept[mask])
    assert not np.array_equal(clamped[4], free[4])


def test_the_takes_own_mouth_cannot_be_seen_through_the_mask(net: MouthRefiner, mouths: Mouths) -> None:
    inside = mouths.masks[..., None] > 0
    other = Mouths(
        mouths.drafts, np.where(inside, 0, mouths.truths).astype(np.uint8), mouths.masks, mouths.points
    )
    assert np.array_equal(run(net, mouths), run(net, other))


def test_noise_follows_the_frame_id(net: MouthRefiner, mouths: Mouths) -> None:
    assert not np.array_equal(run(net, mouths), run(net, mouths, frame_ids=range(100, 137)))
    assert not np.array_equal(run(net, mouths), run(net, mouths, seed_key="another"))


def test_no_frames_give_no_frames(net: MouthRefiner, mouths: Mouths) -> None:
    assert run(net, mouths, slice(0, 0)).shape == (0, 32, 32, 3)


def test_a_network_comes_back_from_a_folder_with_its_settings(tmp_path: object) -> None:
    net = MouthRefiner(base_channels=8)
    net.save_pretrained(tmp_path)
    again = MouthRefiner.from_pretrained(tmp_path)
    assert again.config.base_channels == 8
    assert all(torch.equal(a, b) for a, b in zip(net.parameters(), again.parameters(), strict=True))


def test_the_default_network_is_small() -> None:
    assert 2e6 < sum(parameter.numel() for parameter in MouthRefiner().parameters()) < 4e6


def timeline(mouths: Mouths, part: slice, *, kept: bool) -> Timeline:
    """A part of the mouths; with kept frames at both ends where wanted."""
    drafts = mouths.drafts[part]
    mask = np.zeros(len(drafts), bool)
    mask[:3] = mask[-3:] = kept
    return Timeline(
        drafts, mouths.truths[part], mouths.masks[part], mouths.points[part],
        [f"{frame}" for frame in range(37)[part]], 255 - drafts if kept else None, mask if kept else None,
    )  # fmt: skip


@pytest.mark.parametrize("mode", get_args(FusionMode))
def test_a_segment_has_the_same_bytes_whatever_it_is_drawn_with(
    net: MouthRefiner, mouths: Mouths, mode: FusionMode
) -> None:
    parts = [
        timeline(mouths, slice(0, 30), kept=True),
        timeline(mouths, slice(5, 5), kept=False),
        timeline(mouths, slice(11, 20), kept=False),
        timeline(mouths, slice(3, 37), kept=True),
    ]
    config = DiffusionConfig(mode, 2)
    alone = [refine_all(net, [one], seed_key="presenter", config=config)[0] for one in parts]
    together = refine_all(net, parts, seed_key="presenter", config=config)
    turned = refine_all(net, parts[::-1], seed_key="presenter", config=config)[::-1]
    for one, two, three in zip(alone, together, turned, strict=True):
        assert one.tobytes() == two.tobytes() == three.tobytes()

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from renderer.errors import Cancelled
from renderer.progress import Step, ignore_progress
from renderer.refiner.network import MouthRefiner
from renderer.refiner.training_pairs import TrainingPairs, build_training_pairs, sample_run
from renderer.training.augmentation import augment
from renderer.training.clip_pairs import ClipPairs
from renderer.training.gain import measure_gain
from renderer.training.mouth import Settings, split_people, train
from renderer.weights import read_metadata
from tests.renderer.refiner.mouths import drawn_mouths


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def person(tint: int) -> TrainingPairs:
    drawn = drawn_mouths(40)
    tinted = [
        np.clip(crops.astype(int) + np.array([tint, -tint, tint // 2]), 0, 255).astype(np.uint8)
        for crops in (drawn.drafts, drawn.truths)
    ]
    return build_training_pairs(*tinted, drawn.masks, drawn.points)


@pytest.fixture(scope="module")
def people() -> list[ClipPairs]:
    return [ClipPairs(f"{8 * number + (number > 0):08x}", person(9 * number)) for number in range(4)]


SMALL = Settings(seconds=600, steps=120, base_channels=8)


def test_a_person_who_was_never_learned_gains_from_training(people: list[ClipPairs], tmp_path: Path) -> None:
    gain = train(people, SMALL, tmp_path / "mouth.safetensors", progress=ignore_progress)
    assert gain.mouth_db > gain.draft_mouth_db + 1


def test_who_is_not_learned_stays_so_when_people_are_added(people: list[ClipPairs]) -> None:
    trained, validation = split_people(people)
    assert [one.name for one in validation] == ["00000000"]
    more = [*people, ClipPairs("00000021", people[1].pairs)]
    assert [one.name for one in split_people(more)[1]] == ["00000000"]
    assert len(split_people(more)[0]) == len(trained) + 1


def test_the_file_holds_the_networks_config_and_names_its_data(
    people: list[ClipPairs], tmp_path: Path
) -> None:
    out = tmp_path / "mouth.safetensors"
    train(people, replace(SMALL, steps=3), out, progress=ignore_progress)
    facts = read_metadata(out)["mouth"]
    assert facts["people"] == 3 and facts["frames"] == 120 and facts["steps"] == 3
    assert "synthetic" in facts["data"]
    net = MouthRefiner(**facts["config"])
    net.load_state_dict(load_file(out))


def test_an_interrupted_training_goes_on_where_it_was(people: list[ClipPairs], tmp_path: Path) -> None:
    def stop_at_five(step: Step) -> None:
        if step.done == 5:
            raise Cancelled

    settings, kept = replace(SMALL, steps=10), tmp_path / "kept.safetensors"
    with pytest.raises(Cancelled):
        train(people, settings, tmp_path / "a.safetensors", kept, stop_at_five)
    seen: list[int] = []
    train(people, settings, tmp_path / "a.safetensors", kept, lambda step: seen.append(step.done))
    train(people, settings, tmp_path / "b.safetensors", progress=ignore_progress)
    resumed, straight = load_file(tmp_path / "a.safetensors"), load_file(tmp_path / "b.safetensors")
    assert seen[0] == 5
    assert all(torch.allclose(resumed[name], straight[name], atol=1e-3) for name in straight)


def test_an_untrained_net_gains_and_loses_nothing(people: list[ClipPairs]) -> None:
    gain = measure_gain(MouthRefiner(base_channels=8).eval(), [people[0].pairs])
    assert gain.mouth_db == pytest.approx(gain.draft_mouth_db, abs=1e-3)
    assert gain.sharpness == pytest.approx(gain.draft_sharpness, abs=1e-3)


def test_augmentation_shows_outside_the_mask_what_is_true_and_inside_hides_it(
    people: list[ClipPairs],
) -> None:
    generator = torch.Generator().manual_seed(3)
    conditioning, truth, weight = augment(*sample_run(people[1].pairs, slice(0, 4), generator), generator)
    outside = conditioning[:, 6:7] <= 0
    assert torch.equal(conditioning[:, :3] * outside, truth * outside)
    assert not (conditioning[:, 3:6] * ~outside).any()
    assert not (weight * outside).any()


def test_augmentation_adds_no_error_to_a_draft(people: list[ClipPairs]) -> None:
    for seed in range(5):
        generator = torch.Generator().manual_seed(seed)
        conditioning, truth, weight = sample_run(people[1].pairs, slice(0, 4), generator)
        conditioning[:, :3] = truth
        seen, wanted, _ = augment(conditioning, truth, weight, generator)
        assert torch.allclose(seen[:, :3], wanted, atol=1e-6)

from __future__ import annotations

import numpy as np
import pytest

from renderer.synthetic.assets import load_target
from renderer.synthetic.identity import create_average_identity, sample_identity


def test_the_same_seed_is_the_same_person_and_another_seed_another() -> None:
    first, again, other = (sample_identity(np.random.default_rng(seed)) for seed in (4, 4, 5))
    assert first == again
    assert first.compute_targets() != other.compute_targets()


@pytest.mark.parametrize("seed", range(5))
def test_a_person_is_a_convex_mix_of_small_features(seed: int) -> None:
    person = sample_identity(np.random.default_rng(seed))
    assert sum(person.race) == pytest.approx(1)
    assert 0 <= person.male <= 1
    macro = [s for name, s in person.compute_targets().items() if name.startswith("macrodetails/universal")]
    assert sum(macro) == pytest.approx(1, abs=0.02)  # shares below a thousandth are left out
    assert all(0 <= strength <= 0.6 for strength in person.details.values())


def test_people_differ_in_mouth_chin_nose_and_jaw() -> None:
    regions = {
        name.partition("/")[0]
        for seed in range(20)
        for name in sample_identity(np.random.default_rng(seed)).details
    }
    assert {"mouth", "chin", "nose", "cheek", "head", "eyes"} <= regions


def test_both_sides_of_a_face_share_their_features() -> None:
    details = sample_identity(np.random.default_rng(1)).details
    left = {name.replace("/l-", "/"): strength for name, strength in details.items() if "/l-" in name}
    right = {name.replace("/r-", "/"): strength for name, strength in details.items() if "/r-" in name}
    assert left == right
    assert left


def test_every_feature_moves_something() -> None:
    for seed in range(3):
        for name in sample_identity(np.random.default_rng(seed)).details:
            assert np.abs(load_target(name).shift).max() > 1e-4, name


def test_the_plain_person_has_no_features_of_its_own() -> None:
    assert all(name.startswith("macrodetails/") for name in create_average_identity().compute_targets())

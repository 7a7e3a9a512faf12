from __future__ import annotations

import numpy as np
import pytest

from renderer.synthetic.assets import load_base_body, load_face_units
from renderer.synthetic.body import UNITS, Human
from renderer.synthetic.identity import create_average_identity, sample_identity
from renderer.synthetic.lip_gap import compute_closing_gap_m, compute_gap_m, measure_gap_m

CHIN, NOSE = 5162, 302  # under the lower lip, under the nose


@pytest.fixture(scope="module")
def person() -> Human:
    return Human(create_average_identity())


def test_the_body_and_its_units_are_the_known_ones() -> None:
    assert load_base_body().points.shape == (19_158, 3)
    assert tuple(load_face_units()) == UNITS
    assert len(UNITS) == 52


def test_opening_the_jaw_lowers_the_chin_and_parts_the_lips(person: Human) -> None:
    moved = person.compute_vertices({"jawOpen": 1.0}) - person.neutral
    assert moved[CHIN, 2] < -0.02
    assert abs(moved[NOSE, 2]) < 0.002
    assert measure_gap_m(person.compute_vertices({"jawOpen": 0.5})) > 0.015


def test_mouth_close_shuts_what_the_jaw_opened(person: Human) -> None:
    assert measure_gap_m(person.compute_vertices({"jawOpen": 0.4, "mouthClose": 0.4})) < 0.0005


def test_the_gap_of_a_face_is_the_sum_of_its_units(person: Human) -> None:
    units = {"jawOpen": 0.3, "mouthFunnel": 0.2, "mouthUpperUpLeft": 0.4, "mouthPressRight": 0.1}
    opened = measure_gap_m(person.compute_vertices(units)) - measure_gap_m(person.neutral)
    told = compute_gap_m({name: np.array([strength]) for name, strength in units.items()})
    assert opened == pytest.approx(float(told[0]), abs=1e-5)
    assert compute_closing_gap_m() == pytest.approx(0.035, abs=0.002)


@pytest.mark.parametrize("seed", range(8))
def test_everybody_rests_with_closed_lips(seed: int) -> None:
    assert measure_gap_m(Human(sample_identity(np.random.default_rng(seed))).neutral) < 0


def test_left_and_right_are_the_persons_own(person: Human) -> None:
    moved = np.abs(person.compute_vertices({"mouthSmileLeft": 1.0}) - person.neutral).sum(1)
    middle_m = np.average(person.neutral[:, 0], weights=moved)
    assert middle_m > 0.015  # the person's left is to the image's right


@pytest.mark.parametrize(
    ("turn", "axis", "sign"),
    [((0.2, 0, 0), 0, 1), ((0, 0.2, 0), 2, -1)],
    ids=["yaw looks to the image's right", "pitch looks down"],
)
def test_the_nose_follows_the_head(
    person: Human, turn: tuple[float, float, float], axis: int, sign: int
) -> None:
    moved = person.compute_vertices({}, turn)[NOSE] - person.neutral[NOSE]
    assert sign * moved[axis] > 0.01


def test_shoulders_stay_while_the_head_turns(person: Human) -> None:
    body = load_base_body()
    skin = body.get_points("body")
    low = skin[body.points[skin, 2] < 0.5]
    assert np.array_equal(person.compute_vertices({}, (0.3, 0.1, 0.1))[low], person.neutral[low])


def test_an_unknown_unit_is_refused(person: Human) -> None:
    with pytest.raises(KeyError, match="jawDrop"):
        person.compute_vertices({"jawDrop": 1.0})

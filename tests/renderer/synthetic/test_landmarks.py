from __future__ import annotations

import numpy as np
import pytest

from renderer.face.landmarks import CHIN, INNER_LOWER, INNER_UPPER, MOUTH_CORNERS, NOSE_TIP, OUTER_LIPS
from renderer.face.track import track
from renderer.synthetic.body import Human
from renderer.synthetic.identity import create_average_identity, sample_identity
from renderer.synthetic.landmarks import compute_face_points, load_binding

UPPER, LOWER = 13, 14


@pytest.fixture(scope="module")
def person() -> Human:
    return Human(sample_identity(np.random.default_rng(6)))


def test_each_point_lies_within_a_triangle_of_the_body() -> None:
    ids, weights = load_binding()
    assert ids.shape == weights.shape == (478, 3)
    assert np.allclose(weights.sum(1), 1, atol=1e-5)
    assert weights.min() >= -1e-5


def test_points_lie_where_their_names_say(person: Human) -> None:
    points = compute_face_points(person, {})
    assert points[NOSE_TIP, 1] == points[:, 1].min()  # nothing is nearer to the camera
    assert points[CHIN, 2] < points[LOWER, 2] < points[NOSE_TIP, 2]
    left, right = points[list(MOUTH_CORNERS), 0]
    assert left < -0.015
    assert right > 0.015


def test_closed_lips_have_no_gap_and_an_open_jaw_parts_them(person: Human) -> None:
    shut, opened = compute_face_points(person, {}), compute_face_points(person, {"jawOpen": 0.4})
    between_mm = 1000 * (shut[list(INNER_UPPER), 2] - shut[list(INNER_LOWER), 2])
    assert np.abs(between_mm).max() < 1.5
    assert opened[UPPER, 2] - opened[LOWER, 2] > 0.01
    assert opened[CHIN, 2] < shut[CHIN, 2] - 0.005


def test_the_two_halves_of_a_plain_face_mirror_each_other() -> None:
    points = compute_face_points(Human(create_average_identity()), {})
    corners = points[list(MOUTH_CORNERS)]
    assert abs(corners[:, 0].sum()) < 0.002
    assert abs(corners[0, 2] - corners[1, 2]) < 0.002


def test_points_turn_with_the_head(person: Human) -> None:
    straight, turned = compute_face_points(person, {}), compute_face_points(person, {}, (0.3, 0.0, 0.0))
    assert turned[NOSE_TIP, 0] > straight[NOSE_TIP, 0] + 0.02
    lips = list(OUTER_LIPS)
    apart = np.linalg.norm(straight[lips] - straight[NOSE_TIP], axis=1)
    assert np.allclose(np.linalg.norm(turned[lips] - turned[NOSE_TIP], axis=1), apart, atol=1e-4)


@pytest.mark.usefixtures("graphics")
@pytest.mark.parametrize("units", [{}, {"jawOpen": 0.3}], ids=["closed", "open"])
def test_points_lie_where_the_tracker_sees_them(person: Human, units: dict[str, float]) -> None:
    from renderer.synthetic.look import sample_look
    from renderer.synthetic.scene import Camera, Scene

    look = sample_look(np.random.default_rng(6), person.identity.male, 0.3)
    background = np.full((512, 512, 3), 110, np.uint8)
    with Scene(person, look, Camera(1.2, 0.0, 0.0, 0.25), background) as scene:
        picture = scene.draw(units, (0.0, 0.0, 0.0), (0.0, 0.0))
        told = scene.project(compute_face_points(person, units))[:, :2]
    tracked = track([picture] * 4, 4)
    assert tracked.ok.all()
    away_px = np.linalg.norm(told - tracked.points[-1], axis=1)
    # 512 px show 25 cm: 2 px are a millimetre.
    assert away_px[list(OUTER_LIPS + INNER_UPPER + INNER_LOWER)].mean() < 5
    assert away_px.mean() < 8

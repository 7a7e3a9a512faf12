from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from renderer.face.landmarks import CHIN, INNER_UPPER, NOSE_TIP
from renderer.synthetic.body import Human
from renderer.synthetic.camera_model import sample_camera, sample_lens
from renderer.synthetic.identity import sample_identity
from renderer.synthetic.kinds import KINDS, Kind, choose_identity, choose_lens, dress, place_camera
from renderer.synthetic.landmarks import compute_face_points
from renderer.synthetic.look import Look, sample_look
from renderer.synthetic.scene import Camera, Scene

SIDE_PX = 192
TEETH_BARED = {
    "jawOpen": 0.25,
    **{f"mouth{name}{side}": 0.5 for name in ("UpperUp", "LowerDown") for side in ("Left", "Right")},
}


@pytest.fixture(scope="module")
def person() -> Human:
    return Human(sample_identity(np.random.default_rng(6)))


@pytest.fixture(scope="module")
def plain() -> Look:
    return replace(sample_look(np.random.default_rng(6), 0.0, 0.3), shine=0.3, tooth_gap=0.0)


def _dress(look: Look, kind: Kind, seed: int = 1) -> Look:
    return dress(look, kind, np.random.default_rng(seed))


@pytest.fixture(scope="module")
def shown(graphics: None, person: Human, plain: Look) -> tuple[np.ndarray, np.ndarray]:
    return _draw(person, plain)


def _draw(person: Human, look: Look) -> tuple[np.ndarray, np.ndarray]:
    """A picture with bared teeth, and the places of the tracker's points in it."""
    with Scene(person, look, Camera(1.2, 0, 0, 0.2), np.full((SIDE_PX, SIDE_PX, 3), 110, np.uint8)) as scene:
        picture = scene.draw(TEETH_BARED, (0.0, 0.0, 0.0), (0.0, 0.0))
        points = scene.project(compute_face_points(person, TEETH_BARED))
    return picture.astype(float), points


def test_a_kind_without_traits_leaves_the_look_as_it_was_sampled(plain: Look) -> None:
    assert _dress(plain, KINDS["plain"]) == plain


@pytest.mark.parametrize("name", sorted(set(KINDS) - {"plain", "turning"}))
def test_every_other_look_differs_and_follows_from_its_seed(plain: Look, name: str) -> None:
    assert _dress(plain, KINDS[name]) != plain
    assert _dress(plain, KINDS[name], 2) == _dress(plain, KINDS[name], 2)


def test_warm_teeth_are_yellower(plain: Look) -> None:
    red, green, blue = _dress(plain, Kind(warm_teeth=True)).teeth
    assert blue < 0.65 * red
    assert 0.7 * red < green < red


def test_a_beard_grows_on_a_man() -> None:
    woman = replace(sample_identity(np.random.default_rng(3)), male=0.1)
    assert choose_identity(woman, Kind(beard=1.0)).male > 0.5
    assert choose_identity(woman, Kind()) == woman


def test_a_head_that_turns_is_filmed_from_straight_ahead() -> None:
    camera = sample_camera(np.random.default_rng(2))
    turned = place_camera(camera, Kind(turning=True))
    assert (turned.turn_rad, turned.rise_rad, turned.width_m) == (0.0, 0.0, camera.width_m)
    assert place_camera(camera, Kind()) == camera


def test_a_kind_may_fix_how_strongly_its_film_is_compressed() -> None:
    lens = sample_lens(np.random.default_rng(2))
    assert choose_lens(lens, Kind(crf=34)) == replace(lens, crf=34)
    assert choose_lens(lens, Kind()) == lens


def test_braces_darken_the_upper_teeth_and_nothing_outside_the_mouth(
    shown: tuple[np.ndarray, np.ndarray],
    person: Human,
    plain: Look,
) -> None:
    (without, points), (braced, _) = shown, _draw(person, _dress(plain, Kind(braces=True)))
    changed = np.abs(braced - without).max(-1) > 8
    rows, columns = np.nonzero(changed)
    lips = points[list(INNER_UPPER)]
    assert len(rows) > 30
    assert lips[:, 0].min() < columns.min() < columns.max() < lips[:, 0].max()
    assert np.ptp(rows) < np.ptp(columns) / 2
    assert braced[changed].mean() < without[changed].mean() - 20


def test_glasses_are_dark_rims_around_both_eyes(
    shown: tuple[np.ndarray, np.ndarray],
    person: Human,
    plain: Look,
) -> None:
    (without, points), (worn, _) = shown, _draw(person, _dress(plain, Kind(glasses=True)))
    changed = np.abs(worn - without).max(-1) > 8
    nose_x, nose_y = points[NOSE_TIP, :2].astype(int)
    assert changed[:, :nose_x].sum() == pytest.approx(changed[:, nose_x:].sum(), rel=0.3)
    assert changed[:nose_y].sum() > 300
    assert not changed[nose_y:].any()


def test_hard_light_leaves_one_cheek_in_the_dark(
    shown: tuple[np.ndarray, np.ndarray],
    person: Human,
    plain: Look,
) -> None:
    def differ(picture: np.ndarray, points: np.ndarray) -> float:
        x, y, half = int(points[CHIN, 0]), int(points[NOSE_TIP, 1]), SIDE_PX // 5
        sides = [picture[y - 4 : y + 8, at - 5 : at + 5].mean() for at in (x - half, x + half)]
        return max(sides) / min(sides)

    hard = differ(*_draw(person, _dress(plain, Kind(hard_light=True))))
    assert hard > 1.8
    assert hard > 1.3 * differ(*shown)

from __future__ import annotations

import numpy as np
import pytest

from renderer.synthetic.assets import load_base_body
from renderer.synthetic.teeth import Row, create_braces, create_gums, create_teeth


def _strip(row: Row) -> np.ndarray:
    return load_base_body().points[load_base_body().get_points(f"helper-{row}-teeth")]


@pytest.mark.parametrize("row", ["upper", "lower"])
def test_a_row_is_the_same_on_both_sides(row: Row) -> None:
    points = create_teeth(_strip(row), row, 0.02).points
    assert points[:, 0].min() == pytest.approx(-points[:, 0].max(), abs=1e-4)
    assert len(points) % 12 == 0


def test_upper_teeth_stand_before_the_lower_ones_and_cover_their_edge() -> None:
    upper, lower = (create_teeth(_strip(row), row, 0.0).points for row in ("upper", "lower"))
    assert upper[:, 1].min() < lower[:, 1].min()
    assert upper[:, 2].min() < lower[:, 2].max()


@pytest.mark.parametrize("row", ["upper", "lower"])
def test_gums_hold_the_roots(row: Row) -> None:
    roots, crowns = (
        create_gums(_strip(row), row).points[:, 2],
        create_teeth(_strip(row), row, 0.0).points[:, 2],
    )
    outward = 1 if row == "upper" else -1
    assert outward * roots.mean() > outward * crowns.mean()
    assert roots.min() < crowns.max()
    assert roots.max() > crowns.min()


def test_normals_look_out_of_the_teeth() -> None:
    solid = create_teeth(_strip("upper"), "upper", 0.0)
    front = solid.points[:, 1] < np.quantile(solid.points[:, 1], 0.02)
    assert np.abs(solid.normals[front, 1]).mean() > 0.7


def test_crooked_teeth_leave_their_row_a_little_and_as_their_seed_says() -> None:
    even = create_teeth(_strip("upper"), "upper", 0.0).points
    first, again, other = (
        create_teeth(_strip("upper"), "upper", 0.0, 1.0, seed).points for seed in (1, 1, 2)
    )
    away_mm = 1000 * np.linalg.norm(first - even, axis=1)
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)
    assert 0.2 < away_mm.mean() < away_mm.max() < 3


def test_brackets_stand_before_the_upper_teeth_between_edge_and_gum() -> None:
    teeth, braces = create_teeth(_strip("upper"), "upper", 0.0).points, create_braces(_strip("upper")).points
    front = np.abs(braces[:, 0]) < 0.003
    assert braces[:, 1].min() < teeth[:, 1].min() - 0.0005
    assert teeth[:, 2].min() + 0.001 < braces[front, 2].min()
    assert braces[front, 2].max() < teeth[:, 2].max() - 0.002
    assert np.ptp(braces[:, 0]) > 0.6 * np.ptp(teeth[:, 0])

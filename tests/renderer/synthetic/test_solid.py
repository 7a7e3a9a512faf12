from __future__ import annotations

import numpy as np
import pytest

from renderer.synthetic.solid import create_tube, join_solids

PATHS = [np.linspace([0, 0, 0], end, 9) for end in ([0.1, 0, 0], [0, 0.1, 0], [0.03, 0.02, 0.05])]


@pytest.mark.parametrize("path", PATHS)
def test_every_point_of_a_tube_is_its_radius_away_from_the_path(path: np.ndarray) -> None:
    tube = create_tube(path, 0.002)
    away = np.linalg.norm(tube.points[:, None] - path[None], axis=-1).min(1)
    assert away == pytest.approx(0.002, rel=1e-3)
    assert np.isfinite(tube.normals).all()


def test_joined_solids_keep_their_own_triangles() -> None:
    first, second = (create_tube(path, 0.002) for path in PATHS[:2])
    joined = join_solids([first, second])
    corners = joined.points[joined.triangles]
    assert np.array_equal(corners[: len(first.triangles)], first.points[first.triangles])
    assert np.array_equal(corners[len(first.triangles) :], second.points[second.triangles])

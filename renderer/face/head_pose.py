"""How a head is held in every frame: a solid shape in three dimensions, seen from far away.

A picture of a solid head under scaled orthographic projection is two rows of a rotation, times a scale,
plus a place. The rows are found from points that speech does not move, by Gauss-Newton on the rotation; the
person's own shape is found from all frames of the take together, drawn towards an average head where the
take does not turn enough to tell depth.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import HEAD_POSE, POINTS

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_AVERAGE_HEAD = Path(__file__).with_name("average_head.csv")
_STEPS = 5  # of Gauss-Newton; real heads are then within 1e-8 of where they end
_ROUNDS = 10  # of poses and shape in turn; from 6 to 12, no point moved by over 0.6 px on five takes
# The average head counts like 2 % of the frames in depth, and like 0.1 % across, where every frame tells.
# Of 1, 3, 10 and 30 %, the first two foresee the lips of closed mouths best, over five takes.
_HELD = 0.02 * np.diag([0.05, 0.05, 1.0])
_FRAMES_MAX = 1500  # more frames of a long take tell nothing new of the shape


def fit_head_shape(points: Floats, ok: Flags) -> Floats:
    """The person's head [478, 3] px from face points [n, 478, 2] px, of which ``ok`` [n] can be trusted.

    x and y are those of the picture under the take's mean pose, z grows away from the camera. Points that
    speech moves have their mean place.
    """
    seen = points[ok].astype(np.float64)
    seen = seen[:: max(len(seen) // _FRAMES_MAX, 1)]
    shape = load_average_head()
    for _ in range(_ROUNDS):
        shape = _fit_shape(seen, *_fit_views(seen, shape))
    return _lay_into_mean_pose(shape, seen).astype(np.float32)


def fit_head_poses(points: Floats, shape: Floats) -> tuple[Floats, Floats]:
    """Poses of the head ``shape`` [478, 3] in face points [n, 478, 2]: ``views`` [n, 2, 3] and ``places``.

    A point x of the head lies at views @ x + places [n, 2].
    """
    views, places = _fit_views(points.astype(np.float64), shape.astype(np.float64))
    return views.astype(np.float32), places.astype(np.float32)


def project_head(views: Floats, places: Floats, shape: Floats) -> Floats:
    """The head ``shape`` [478, 3] under poses (`fit_head_poses`) → [n, 478, 2] px."""
    shown = places[:, None] + shape[None, :, :1] * views[:, None, :, 0]
    for axis in (1, 2):
        shown = shown + shape[None, :, axis : axis + 1] * views[:, None, :, axis]
    return np.asarray(shown, np.float32)


@cache
def load_average_head() -> Doubles:
    """An average head [478, 3], as wide as 1 between the cheeks, in the axes of `fit_head_shape`."""
    return np.loadtxt(_AVERAGE_HEAD, np.float64, delimiter=",").reshape(POINTS, 3)


def _fit_views(points: Doubles, shape: Doubles) -> tuple[Doubles, Doubles]:
    solid = shape[list(HEAD_POSE)]
    seen = points[:, list(HEAD_POSE)]
    middle, centre = solid.mean(0), seen.mean(1)
    arms, reach = solid - middle, seen - centre[:, None]
    turns = _guess_turns(reach, arms)
    for _ in range(_STEPS):
        turns = _improve_turns(turns, reach, arms)
    scales = _fit_scales(np.einsum("nij,pj->npi", turns[:, :2], arms), reach)
    views = scales[:, None, None] * turns[:, :2]
    return views, centre - np.einsum("nij,j->ni", views, middle)


def _guess_turns(reach: Doubles, arms: Doubles) -> Doubles:
    """Rotations [n, 3, 3] next to the best affine views."""
    affine = np.einsum("npi,pj->nij", reach, arms @ np.linalg.inv(arms.T @ arms))
    left, _, right = np.linalg.svd(affine, full_matrices=False)
    rows = np.einsum("nij,njk->nik", left, right)
    return np.concatenate([rows, np.cross(rows[:, 0], rows[:, 1])[:, None]], 1)


def _fit_scales(turned: Doubles, reach: Doubles) -> Doubles:
    return np.asarray((turned * reach).sum((1, 2)) / np.maximum((turned * turned).sum((1, 2)), 1e-12))


def _improve_turns(turns: Doubles, reach: Doubles, arms: Doubles) -> Doubles:
    """One Gauss-Newton step on the rotations, with the scale that suits them."""
    turned = np.einsum("nij,pj->npi", turns, arms)
    scales = _fit_scales(turned[:, :, :2], reach)[:, None, None]
    missed = reach - scales * turned[:, :, :2]
    x, y, z = (turned[..., axis] for axis in range(3))
    none = np.zeros_like(x)
    # How a small rotation w moves x and y: the first two rows of w × (x, y, z).
    slopes = np.stack([np.stack([none, z, -y], -1), np.stack([-z, none, x], -1)], 2) * scales[..., None]
    slopes = slopes.reshape(len(turns), -1, 3)
    square = np.einsum("nai,naj->nij", slopes, slopes)
    square += 1e-9 * np.trace(square, axis1=1, axis2=2)[:, None, None] * np.eye(3)
    wanted = np.einsum("nai,na->ni", slopes, missed.reshape(len(turns), -1))
    return _rotate(np.linalg.solve(square, wanted[..., None])[..., 0]) @ turns


def _rotate(vectors: Doubles) -> Doubles:
    """Rotation matrices [n, 3, 3] of rotation vectors [n, 3] rad (Rodrigues)."""
    angles = np.linalg.norm(vectors, axis=1)[:, None, None]
    x, y, z = (vectors / np.maximum(angles[:, 0], 1e-12)).T
    none = np.zeros_like(x)
    cross = np.stack([none, -z, y, z, none, -x, -y, x, none], 1).reshape(-1, 3, 3)
    return np.eye(3) + np.sin(angles) * cross + (1 - np.cos(angles)) * (cross @ cross)


def _fit_shape(points: Doubles, views: Doubles, places: Doubles) -> Doubles:
    """Least squares of every point over all frames; what they do not tell is as in the average head."""
    square = np.einsum("nia,nib->ab", views, views)
    held = np.trace(square) / 3 * _HELD
    wanted = np.einsum("nia,npi->pa", views, points - places[:, None])
    return np.asarray(np.linalg.solve(square + held, (wanted + load_average_head() @ held).T).T)


def _lay_into_mean_pose(shape: Doubles, points: Doubles) -> Doubles:
    """The shape turned, enlarged and moved so that its mean pose in the take shows x and y as they are."""
    views, _ = _fit_views(points, shape)
    left, _, right = np.linalg.svd(views.mean(0), full_matrices=False)
    rows = left @ right
    turn = np.stack([rows[0], rows[1], np.cross(rows[0], rows[1])])
    laid = float(np.linalg.norm(views, axis=2).mean()) * shape @ turn.T
    solid = list(HEAD_POSE)
    laid[:, :2] += points[:, solid].mean((0, 1)) - laid[solid, :2].mean(0)
    return np.asarray(laid)

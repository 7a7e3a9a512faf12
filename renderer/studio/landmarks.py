"""The face tracker's 478 points, bound to the body: any person's points follow without drawing.

The binding was read once off a drawn face and lies beside this module. To make it again:

    python -m renderer.studio.landmarks
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from renderer.files import whole_file
from renderer.studio.assets import base_body
from renderer.studio.human import HeadTurn, Human

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

BINDING = Path(__file__).with_name("face_binding.safetensors")

# Lips apart and eyes open, so that the points of both lips and lids lie on different skin.
_POSE = {
    "jawOpen": 0.3, "mouthLowerDownLeft": 0.2, "mouthLowerDownRight": 0.2, "mouthUpperUpLeft": 0.2,
    "mouthUpperUpRight": 0.2, "eyeWideLeft": 0.4, "eyeWideRight": 0.4,
}  # fmt: skip
_FRAME_PX = 720


def face_points(human: Human, units: Mapping[str, float], head_rad: HeadTurn = (0.0, 0.0, 0.0)) -> Floats:
    """The tracker's points [478, 3] on this person in metres (see `Human.vertices`)."""
    ids, weights = binding()
    corners = human.vertices(units, head_rad)[ids]
    return np.asarray((corners * weights[..., None]).sum(1), np.float32)


@cache
def binding() -> tuple[Ints, Floats]:
    """Three points of the body [478, 3] and their weights [478, 3] for each point of the tracker."""
    saved = load_file(BINDING)
    return saved["ids"], saved["weights"]


def bind() -> tuple[Ints, Floats]:
    """Draws the middle of all faces, tracks it and finds the skin under each point. Raises RenderError."""
    from renderer.face.track import track  # loads the tracker
    from renderer.studio.identity import plain_identity
    from renderer.studio.look import random_look
    from renderer.studio.stage import Camera, Stage  # loads OpenGL

    human = Human(plain_identity())
    look = random_look(np.random.default_rng(7), 0.5, 0.3)
    background = np.full((_FRAME_PX, _FRAME_PX, 3), 90, np.uint8)
    with Stage(human, look, Camera(1.5, 0.0, 0.0, 0.28), background) as stage:
        picture = stage.draw(_POSE, (0.0, 0.0, 0.0), (0.0, 0.0))
        seen = stage.project(human.vertices(_POSE))
    points = track([picture], 1).points[0]
    return _under(points, seen, _skin_triangles())


def _skin_triangles() -> Ints:
    body = base_body()
    quads = body.quads["body"]
    quads = quads[body.points[quads].mean(1)[:, 2] > 0.5]
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def _under(points: Floats, seen: Floats, triangles: Ints) -> tuple[Ints, Floats]:
    """The nearest triangle to the camera under each point [478, 2]; beside the face, the nearest corner."""
    ids, weights = np.zeros((len(points), 3), np.int32), np.zeros((len(points), 3), np.float32)
    for number, point in enumerate(points):
        share = _shares(point, seen[triangles][..., :2])
        depth = (share * seen[triangles][..., 2]).sum(1)
        depth[(share < -1e-4).any(1)] = np.inf
        best = int(depth.argmin())
        if np.isfinite(depth[best]):
            ids[number], weights[number] = triangles[best], share[best]
        else:
            ids[number], weights[number] = _nearest_corner(point, seen, triangles), (1, 0, 0)
    return ids, weights


def _nearest_corner(point: Floats, seen: Floats, triangles: Ints) -> int:
    corners = np.unique(triangles)
    front = corners[seen[corners, 2] < np.median(seen[corners, 2])]
    return int(front[((seen[front, :2] - point) ** 2).sum(1).argmin()])


def _shares(point: Floats, corners: Floats) -> Floats:
    """Barycentric shares [m, 3] of a point [2] in triangles [m, 3, 2]; far outside for flat ones."""
    a, b, c = (corners[:, k] for k in range(3))
    area = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    safe = np.where(np.abs(area) < 1e-6, np.inf, area)
    at = point - a
    second = (at[:, 0] * (c - a)[:, 1] - at[:, 1] * (c - a)[:, 0]) / safe
    third = ((b - a)[:, 0] * at[:, 1] - (b - a)[:, 1] * at[:, 0]) / safe
    shares = np.stack([1 - second - third, second, third], 1)
    shares[~np.isfinite(safe)] = -1
    return np.asarray(shares, np.float32)


def _main() -> int:
    ids, weights = bind()
    with whole_file(BINDING) as part:
        save_file({"ids": ids, "weights": weights}, part)
    sys.stdout.write(f"Wrote {BINDING.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(_main())

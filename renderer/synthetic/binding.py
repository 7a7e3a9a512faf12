"""``python -m renderer.synthetic.binding``: reads off a face where the tracker's points lie on the body.

The face is drawn and tracked twice. With the mouth open every point shows on its own skin; with the mouth
shut the lips' inner edges meet, and there the points of both are bound, each to its own lip: so lips that
meet have no gap between their points.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

from renderer.errors import RenderError
from renderer.face.landmarks import INNER_LOWER, INNER_UPPER
from renderer.face.track import track
from renderer.runtime.atomic_files import atomic_write
from renderer.synthetic.assets import load_base_body, load_face_units
from renderer.synthetic.body import Human
from renderer.synthetic.identity import create_average_identity
from renderer.synthetic.landmarks import BINDING
from renderer.synthetic.look import sample_look
from renderer.synthetic.scene import Camera, Image, Scene

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

_FRAME_PX = 720
_SETTLE_FRAMES = 8  # until the tracker's smoothing has come to rest
_OPEN = {
    "jawOpen": 0.3, "mouthLowerDownLeft": 0.2, "mouthLowerDownRight": 0.2, "mouthUpperUpLeft": 0.2,
    "mouthUpperUpRight": 0.2, "eyeWideLeft": 0.4, "eyeWideRight": 0.4,
}  # fmt: skip
_LOWER_LIP_DROP_M = 0.012  # jawOpen moves the lower lip by more, the upper lip by less
_AHEAD_PX_PER_M = 300.0  # how much farther off a triangle may lie for being nearer in the picture


def bind() -> tuple[Ints, Floats]:
    """Points of the body [478, 3] and their weights. Raises RenderError where nothing can be drawn."""
    human = Human(create_average_identity())
    look = sample_look(np.random.default_rng(7), 0.5, 0.3)
    background = np.full((_FRAME_PX, _FRAME_PX, 3), 90, np.uint8)
    with Scene(human, look, Camera(1.5, 0.0, 0.0, 0.28), background) as scene:
        opened, shut = (scene.draw(pose, (0.0, 0.0, 0.0), (0.0, 0.0)) for pose in (_OPEN, {}))
        projected_open, projected_shut = (scene.project(human.compute_vertices(pose)) for pose in (_OPEN, {}))
    ids, weights = _bind_points(
        _track_points(opened), projected_open, dict.fromkeys(range(478), _select_skin())
    )
    lips = _split_lips()
    for number, bound in zip(
        lips, zip(*_bind_points(_track_points(shut), projected_shut, lips), strict=True), strict=True
    ):
        ids[number], weights[number] = bound
    return ids, weights


def _track_points(picture: Image) -> Floats:
    return track([picture] * _SETTLE_FRAMES, _SETTLE_FRAMES).points[-1]


def _select_skin() -> Ints:
    """The triangles of the head, without those that line the mouth (an island low on the texture)."""
    body = load_base_body()
    quads, texels = body.quads["body"], body.uvs[body.uv_quads["body"]].mean(1)
    lining = (texels[:, 0] > 0.72) & (texels[:, 1] < 0.145)
    quads = quads[(body.points[quads].mean(1)[:, 2] > 0.55) & ~lining]
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def _split_lips() -> dict[int, Ints]:
    """The inner edge's points without the corners → the skin that they may lie on."""
    jaw, skin = load_face_units()["jawOpen"], _select_skin()
    drop_m = np.zeros(len(load_base_body().points), np.float32)
    drop_m[jaw.ids] = -jaw.shift[:, 2]
    follows = drop_m[skin].mean(1) > _LOWER_LIP_DROP_M
    upper, lower = skin[~follows], skin[follows]
    return {**dict.fromkeys(INNER_UPPER[1:-1], upper), **dict.fromkeys(INNER_LOWER[1:-1], lower)}


def _bind_points(points: Floats, projected: Floats, allowed: dict[int, Ints]) -> tuple[Ints, Floats]:
    found = [_find_triangle(points[number], projected, triangles) for number, triangles in allowed.items()]
    return np.array([ids for ids, _ in found], np.int32), np.array([share for _, share in found], np.float32)


def _find_triangle(point: Floats, projected: Floats, triangles: Ints) -> tuple[Ints, Floats]:
    """The foremost triangle at a place [2] of the picture, else the nearest beside it; its shares."""
    corners = projected[triangles]
    share = np.clip(_compute_barycentric(point, corners[..., :2]), 0, None)
    share /= share.sum(1, keepdims=True)
    at = (corners * share[..., None]).sum(1)
    away_px = np.linalg.norm(at[:, :2] - point, axis=1)
    best = int((away_px + _AHEAD_PX_PER_M * at[:, 2]).argmin())
    return triangles[best], share[best]


def _compute_barycentric(point: Floats, corners: Floats) -> Floats:
    """Barycentric shares [m, 3] of a place [2] in triangles [m, 3, 2]."""
    a, b, c = (corners[:, k] for k in range(3))
    area = _compute_cross(b - a, c - a)
    safe = np.where(np.abs(area) < 1e-6, 1e-6, area)
    second, third = _compute_cross(point - a, c - a) / safe, _compute_cross(b - a, point - a) / safe
    return np.stack([1 - second - third, second, third], 1)


def _compute_cross(a: Floats, b: Floats) -> Floats:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def main(arguments: Sequence[str]) -> int:
    """Write the binding; 0 when it did, 1 with one sentence on stderr where nothing can be drawn."""
    parser = argparse.ArgumentParser(prog="python -m renderer.synthetic.binding", description=__doc__)
    parser.add_argument("--out", type=Path, default=BINDING, help="default: the file that the package ships")
    out: Path = parser.parse_args(arguments).out
    try:
        ids, weights = bind()
    except RenderError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    with atomic_write(out) as part:
        save_file({"ids": ids, "weights": weights}, part)
    sys.stdout.write(f"wrote {out.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

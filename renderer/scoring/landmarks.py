"""How far drawn face points lie from filmed ones, free of how the head moves (LMD: docs/quality.md)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import EYE_CORNERS, LIPS_AND_JAW, STABLE

Floats = npt.NDArray[np.float32]


def align_faces(points: Floats, like: Floats) -> Floats:
    """Points [n, 478, 2] turned, scaled and moved until those that speech does not move lie on ``like``'s.

    ``like`` [478, 2] is one face; it gives the unit too.
    """
    stable = list(STABLE)
    target = _to_complex(like[stable])
    target_mean = target.mean()
    landmarks = _to_complex(points)
    own = landmarks[:, stable]
    own_mean = own.mean(1, keepdims=True)
    spread = own - own_mean
    turn = (spread.conj() * (target - target_mean)).sum(1) / np.maximum((abs(spread) ** 2).sum(1), 1e-9)
    placed = (landmarks - own_mean) * turn[:, None] + target_mean
    return np.stack([placed.real, placed.imag], axis=-1).astype(np.float32)


def eye_distance(face: Floats) -> float:
    """Distance between the outer eye corners of one face [478, 2], in its own unit."""
    return float(np.linalg.norm(face[EYE_CORNERS[1]] - face[EYE_CORNERS[0]]))


def landmark_distance(seen: Floats, real: Floats, *, velocity: bool = False) -> float:
    """LMD: mean distance of lip and jaw points [n, 478, 2], in percent of the eyes' distance.

    Both are put upright on the real clip's median face. With ``velocity`` their steps are compared (LMD_v).
    """
    like = np.asarray(np.median(real, axis=0), np.float32)
    here, there = (align_faces(points, like)[:, list(LIPS_AND_JAW)] for points in (seen, real))
    if velocity:
        here, there = np.diff(here, axis=0), np.diff(there, axis=0)
    return 100 * float(np.linalg.norm(here - there, axis=-1).mean()) / max(eye_distance(like), 1e-9)


def _to_complex(points: Floats) -> npt.NDArray[np.complex128]:
    return np.asarray(points[..., 0] + 1j * points[..., 1], np.complex128)

"""Bend one face onto another: triangles between face points, and a still ring around the jaw."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import JAW, OUTER_LIPS, POINTS, UNDER_NOSE

Floats = npt.NDArray[np.float32]
Triangles = npt.NDArray[np.int32]
Image = npt.NDArray[np.uint8]

RING = 0.28  # how far beyond the jaw pixels move along, as a share of its distance from the lips
_SHIFT_BITS = 5


def lower_face_triangles(triangles: Triangles, rest: Floats) -> Triangles:
    """The triangles that speech moves, plus the strip from the jaw to the still ring.

    ``triangles`` [M, 3] are the whole mesh, ``rest`` [478, 2] the resting face. Ring points are numbered
    from 478 on, one for each point of the jaw.
    """
    line_y = float(rest[list(UNDER_NOSE), 1].min())
    below = rest[:, 1] >= line_y
    ring = np.arange(len(JAW)) + POINTS
    strip = []
    for place in range(len(JAW) - 1):
        here, there = JAW[place], JAW[place + 1]
        strip += [(ring[place], ring[place + 1], here), (here, ring[place + 1], there)]
    return np.concatenate([np.array(strip, np.int32), triangles[below[triangles].any(axis=1)]])


def ring_points(points: Floats, others: Floats) -> Floats:
    """The still ring [n, len(JAW), 2] around the farther of two jaws of the same heads [n, 478, 2]."""
    centre = others[:, list(OUTER_LIPS)].mean(1, keepdims=True)
    reach, reach_others = points[:, list(JAW)] - centre, others[:, list(JAW)] - centre
    farther = np.linalg.norm(reach, axis=2, keepdims=True) > np.linalg.norm(
        reach_others, axis=2, keepdims=True
    )
    return np.asarray(centre + np.where(farther, reach, reach_others) * (1 + RING), np.float32)


def backward_map(triangles: Triangles, target: Floats, source: Floats, crop_px: int, size_px: int) -> Floats:
    """Where each pixel of the target comes from: [size_px, size_px, 2] in px of the enlarged crop.

    ``target`` and ``source`` [p, 2] are in crop px; pixels outside the mesh stay where they are.
    Triangles drawn later win, so closed lips meet exactly whatever lay between them.
    """
    scale = size_px / crop_px
    here, there = (target + 0.5) * scale - 0.5, (source + 0.5) * scale - 0.5
    owner = _owners(triangles, here, size_px)
    affine = _affines(here[triangles], there[triangles])
    affine = np.concatenate([affine, np.array([[[1, 0, 0], [0, 1, 0]]], np.float32)])
    of_pixel = affine.reshape(-1, 6)[owner]
    y, x = np.mgrid[0:size_px, 0:size_px].astype(np.float32)
    moved = np.empty((size_px, size_px, 2), np.float32)
    moved[..., 0] = of_pixel[..., 0] * x + of_pixel[..., 1] * y + of_pixel[..., 2]
    moved[..., 1] = of_pixel[..., 3] * x + of_pixel[..., 4] * y + of_pixel[..., 5]
    return moved


def bend(image: Image, moved: Floats) -> Image:
    """The image [s, s, 3] read through a backward map."""
    return np.asarray(
        cv2.remap(image, moved, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _owners(triangles: Triangles, target: Floats, size_px: int) -> npt.NDArray[np.int32]:
    """The triangle's number at each pixel; pixels outside belong to number M."""
    canvas = np.full((size_px, size_px), len(triangles), np.int32)
    corners = np.round(target[triangles] * (1 << _SHIFT_BITS)).astype(np.int32)
    for number, corner in enumerate(corners):
        cv2.fillConvexPoly(canvas, corner, number, cv2.LINE_8, _SHIFT_BITS)
    return canvas


def _affines(target: Floats, source: Floats) -> Floats:
    """[M, 2, 3] from target to source; flat triangles, which own no pixels, get the source's centre."""
    edges = (target[:, 1:] - target[:, :1]).astype(np.float64)
    other = (source[:, 1:] - source[:, :1]).astype(np.float64)
    area = edges[:, 0, 0] * edges[:, 1, 1] - edges[:, 0, 1] * edges[:, 1, 0]
    flat = np.abs(area) < 1e-3
    area = np.where(flat, 1.0, area)
    inverse = np.empty_like(edges)  # columns are edges
    inverse[:, 0, 0], inverse[:, 0, 1] = edges[:, 1, 1] / area, -edges[:, 1, 0] / area
    inverse[:, 1, 0], inverse[:, 1, 1] = -edges[:, 0, 1] / area, edges[:, 0, 0] / area
    linear = other.transpose(0, 2, 1) @ inverse
    linear[flat] = 0
    origin = np.where(flat[:, None], target.mean(1), target[:, 0])
    landing = np.where(flat[:, None], source.mean(1), source[:, 0])
    shift = landing - np.einsum("mij,mj->mi", linear, origin)
    return np.concatenate([linear, shift[:, :, None]], axis=2).astype(np.float32)

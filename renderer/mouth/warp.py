"""Warp one face onto another: a mesh between face points, and a still boundary ring around the jaw."""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import JAW, OUTER_LIPS, POINTS, UNDER_NOSE
from renderer.video.picture import Box

Floats = npt.NDArray[np.float32]
Triangles = npt.NDArray[np.int32]
Image = npt.NDArray[np.uint8]

RING = 0.28  # how far beyond the jaw pixels move along, as a share of its distance from the lips
_SHIFT_BITS = 5
_COARSE_PX = 96
_SMOOTHING = 0.02
_NEGLIGIBLE_SHIFT_PX = (
    1 / 80
)  # OpenCV reads pictures at 32nds of a pixel: less than half of one moves nothing


def build_lower_face_triangles(triangles: Triangles, neutral: Floats) -> Triangles:
    """The triangles that speech moves, plus the strip from the jaw to the boundary ring.

    ``triangles`` [M, 3] are the whole mesh, ``neutral`` [478, 2] the neutral face. Ring points are numbered
    from 478 on, one for each point of the jaw.
    """
    line_y = float(neutral[list(UNDER_NOSE), 1].min())
    below = neutral[:, 1] >= line_y
    ring = np.arange(len(JAW)) + POINTS
    strip = []
    for place in range(len(JAW) - 1):
        here, there = JAW[place], JAW[place + 1]
        strip += [(ring[place], ring[place + 1], here), (here, ring[place + 1], there)]
    return np.concatenate([np.array(strip, np.int32), triangles[below[triangles].any(axis=1)]])


def compute_boundary_ring(points: Floats, others: Floats) -> Floats:
    """The boundary ring [n, len(JAW), 2] around the farther of two jaws of the same heads [n, 478, 2]."""
    centre = others[:, list(OUTER_LIPS)].mean(1, keepdims=True)
    reach, reach_others = points[:, list(JAW)] - centre, others[:, list(JAW)] - centre
    farther = np.linalg.norm(reach, axis=2, keepdims=True) > np.linalg.norm(
        reach_others, axis=2, keepdims=True
    )
    return np.asarray(centre + np.where(farther, reach, reach_others) * (1 + RING), np.float32)


class WarpTarget:
    """The points that a mesh is warped onto, with what all warps onto them share.

    Maps are computed inside ``box`` only (default: everywhere); elsewhere they keep pixels in place.
    """

    def __init__(
        self, triangles: Triangles, target: Floats, crop_px: int, size_px: int, box: Box | None = None
    ) -> None:
        self._triangles, self._scale, self.size_px = triangles, size_px / crop_px, size_px
        self.box = box or Box(0, 0, size_px, size_px)
        here = (target + 0.5) * self._scale - 0.5
        owner = _draw_owners(triangles, here, size_px)
        self._owner = owner[self.box.slices].astype(np.intp)
        self._corners = here[triangles]
        self._along = _invert_edges(self._corners)

    def map_from(self, source: Floats) -> Floats:
        """The backward map from the mesh's points ``source`` [p, 2], as of `compute_backward_map`."""
        shifts = ((source + 0.5) * self._scale - 0.5)[self._triangles] - self._corners
        steps = self._compute_steps(shifts).take(self._owner, axis=0, mode="clip")  # [h, w, 10]
        source_map, identity = (
            _make_identity_map(self.size_px),
            _cache_identity_map(self.size_px)[self.box.slices],
        )
        part = source_map[self.box.slices]
        for axis in (0, 1):
            along_x, along_y, fixed, least, most = (steps[..., 5 * axis + number] for number in range(5))
            shift = along_x * identity[0, :, 0] + along_y * identity[:, :1, 1] + fixed
            np.minimum(np.maximum(shift, least, out=shift), most, out=shift)
            part[..., axis] += shift
        return source_map

    def _compute_steps(self, shifts: Floats) -> Floats:
        """[M + 1, 10], for x and y: how a triangle's shift grows with x and y, its shift at 0, and the least
        and greatest shift of its corners. Nothing moves outside the mesh.

        A pixel that an outline touches may lie outside a thin triangle; carried on, it would land anywhere.
        """
        steps = np.zeros((len(shifts) + 1, 2, 5), np.float32)
        steps[:-1, :, :3] = _solve_affine(self._corners, self._along, shifts)
        first, second, third = shifts[:, 0], shifts[:, 1], shifts[:, 2]
        np.minimum(np.minimum(first, second), third, out=steps[:-1, :, 3])
        np.maximum(np.maximum(first, second), third, out=steps[:-1, :, 4])
        return steps.reshape(len(steps), 10)


def compute_backward_map(
    triangles: Triangles, target: Floats, source: Floats, crop_px: int, size_px: int
) -> Floats:
    """Where each pixel of the target comes from: [size_px, size_px, 2] in px of the enlarged crop.

    ``target`` and ``source`` [p, 2] are in crop px; pixels outside the mesh stay where they are.
    Triangles drawn later win, so closed lips meet exactly whatever lay between them.
    """
    return WarpTarget(triangles, target, crop_px, size_px).map_from(source)


def compute_smooth_map(
    triangles: Triangles, target: Floats, source: Floats, crop_px: int, size_px: int
) -> tuple[Floats, Box]:
    """The backward map without its folds and tears, for what surrounds the mouth, and the box in which it
    moves anything.

    Where a turned head's outline hides part of the mesh, triangles overlap; a blurred map passes over that.
    """
    shift = compute_backward_map(triangles, target, source, crop_px, _COARSE_PX) - _make_identity_map(
        _COARSE_PX
    )
    shift = cv2.GaussianBlur(shift, (0, 0), _SMOOTHING * _COARSE_PX)
    larger = cv2.resize(shift, (size_px, size_px), interpolation=cv2.INTER_LINEAR) * (size_px / _COARSE_PX)
    return np.asarray(larger + _make_identity_map(size_px), np.float32), _find_moving_box(shift, size_px)


def _find_moving_box(shift: Floats, size_px: int) -> Box:
    """The pixels that the enlarged shift can move; one small pixel more holds what is interpolated."""
    scale = size_px / len(shift)
    moves = np.abs(shift) * scale > _NEGLIGIBLE_SHIFT_PX
    left, top, width, height = cv2.boundingRect(moves.any(2).view(np.uint8))
    if not width:
        return Box(0, 0, 0, 0)
    ends = (left - 1, top - 1), (left + width + 1, top + height + 1)
    low, high = ((math.floor(x * scale), math.ceil(y * scale)) for x, y in ends)
    return Box(*low, *high).clip_to(size_px, size_px)


def warp(image: Image, source_map: Floats) -> Image:
    """The image [s, s, 3] read through a backward map."""
    return np.asarray(
        cv2.remap(image, source_map, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def warp_part(image: Image, source_map: Floats, box: Box) -> Image:
    """`warp` inside the box alone; black elsewhere."""
    warped = np.zeros_like(image)
    warped[box.slices] = warp(image, np.ascontiguousarray(source_map[box.slices]))
    return warped


def _draw_owners(triangles: Triangles, target: Floats, size_px: int) -> npt.NDArray[np.int32]:
    """The triangle's number at each pixel; pixels outside belong to number M."""
    canvas = np.full((size_px, size_px), len(triangles), np.int32)
    corners = np.round(target[triangles] * (1 << _SHIFT_BITS)).astype(np.int32)
    for number, corner in enumerate(corners):
        cv2.fillConvexPoly(canvas, corner, number, cv2.LINE_8, _SHIFT_BITS)
    return canvas


def _invert_edges(corners: Floats) -> npt.NDArray[np.float64]:
    """[M, 2, 2]: a step from the first of the corners [M, 3, 2] → its shares of both edges there.

    Flat triangles have none.
    """
    edges = (corners[:, 1:] - corners[:, :1]).astype(np.float64)
    area = edges[:, 0, 0] * edges[:, 1, 1] - edges[:, 0, 1] * edges[:, 1, 0]
    flat = np.abs(area) < 1e-3
    over = np.where(flat, 0.0, 1 / np.where(flat, 1.0, area))[:, None]
    along = np.empty_like(edges)
    along[:, 0] = np.stack([edges[:, 1, 1], -edges[:, 1, 0]], axis=1) * over
    along[:, 1] = np.stack([-edges[:, 0, 1], edges[:, 0, 0]], axis=1) * over
    return along


def _solve_affine(corners: Floats, along: npt.NDArray[np.float64], shifts: Floats) -> Floats:
    """[M, 2, 3]: (x, y, 1) of a pixel → its shift, in triangles whose ``corners`` [M, 3, 2] shift so.

    Flat triangles shift like their first corner.
    """
    linear = (shifts[:, 1:] - shifts[:, :1]).transpose(0, 2, 1) @ along
    fixed = shifts[:, 0] - np.einsum("mij,mj->mi", linear, corners[:, 0])
    return np.concatenate([linear, fixed[:, :, None]], axis=2).astype(np.float32)


@lru_cache(maxsize=4)
def _cache_identity_map(size_px: int) -> Floats:
    y, x = np.mgrid[0:size_px, 0:size_px].astype(np.float32)
    return np.stack([x, y], axis=-1)


def _make_identity_map(size_px: int) -> Floats:
    """The map that moves nothing."""
    return _cache_identity_map(size_px).copy()

"""Find faces in frames and mark their 478 points."""

from __future__ import annotations

import numpy as np

from renderer.face.detector import Detection, Detector
from renderer.face.following import Follower
from renderer.face.landmarks import EYE_CORNERS
from renderer.face.networks import FACE_DETECTOR, FACE_MESH, network
from renderer.face.region import Image, Points, Region, crop, project, turn_between

_SURE = 0.5
_ROOM = 1.5  # a region's side as a multiple of the face's longer side: what the mesh network was fitted to
_EYES = (0, 1)  # keypoints of the detector: image left and image right


def open_face_follower(most: int) -> Follower:
    """Follows up to ``most`` faces; their points are numbered as in `renderer.face.landmarks`."""
    detect = Detector(FACE_DETECTOR)
    return Follower(lambda frame: [enclose_face(one) for one in detect(frame)], mark_face, next_region, most)


def mark_face(frame: Image, region: Region) -> Points | None:
    """The points [478, 2] in frame px of the face in a region; None where the network sees none."""
    mesh = network(FACE_MESH)
    found = mesh(crop(frame, region, mesh.size_px))
    if float(found["presence"].item()) <= _SURE:
        return None
    return project(found["points"], region, mesh.size_px)


def enclose_face(found: Detection) -> Region:
    """Where to look for the points of a face that was detected."""
    left, right = (found.keypoints[eye] for eye in _EYES)
    return _around(found.low, found.high, turn_between(left, right, 0.0))


def next_region(points: Points) -> Region:
    """Where a face with these points [478, 2] will be in the next frame."""
    left, right = (points[corner] for corner in EYE_CORNERS)
    return _around(points.min(0), points.max(0), turn_between(left, right, 0.0))


def _around(low: Points, high: Points, turn_rad: float) -> Region:
    x_px, y_px = (low + high).astype(np.float64) / 2
    return Region(float(x_px), float(y_px), float((high - low).max()) * _ROOM, turn_rad)

"""How a person sits before the camera, from one picture: while they set it up, before a take is filmed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from renderer.face.face_mesh import open_face_follower
from renderer.face.landmarks import BETWEEN_EYES, CHEEKS, CHIN, EYE_CORNERS, NOSE_TIP
from renderer.face.region import Image, Points

# Of the picture's shorter side, from between the eyes to the chin (five takes that became good messages: 0.16
# to 0.48). Below, the mouth is soft; above, the chin leaves the picture when the person nods.
_SMALL, _LARGE = 0.14, 0.5
_OFF_CENTRE = 0.14  # of the width: beyond it the person sits aside, and shoulders are cut in portrait
_HIGH, _LOW = 0.2, 0.55  # of the height, of the point between the eyes: headroom, or none
_TURNED = 0.16  # of the face's width, of the nose tip off the middle of the cheeks: about 18°
_TILTED_DEGREES = 12.0
_DARK, _BRIGHT = 70.0, 200.0  # grey levels of the face's skin
_BACKLIT = 60.0  # grey levels by which the surroundings are lighter than the face


@dataclass(frozen=True)
class Framing:
    """One picture. Shares are 0 to 1 of the picture's width or height; light is a grey level 0 to 255."""

    faces: int
    face_size: float = 0.0  # from between the eyes to the chin, of the shorter side
    centre_x: float = 0.5
    eyes_y: float = 0.4
    turned: float = 0.0
    tilt_degrees: float = 0.0
    light: float = 128.0
    around: float = 128.0  # the light beside the face


def measure_framing(picture: Image) -> Framing:
    """Measure an RGB picture [h, w, 3]; of several faces the largest."""
    faces = open_face_follower(2)(picture)
    if not faces:
        return Framing(0)
    face = max(faces, key=lambda points: float(np.ptp(points[:, 1])))
    height, width = picture.shape[:2]
    left, right = (face[corner] for corner in EYE_CORNERS)
    cheeks = face[list(CHEEKS)]
    light, around = _measure_light(picture, face)
    return Framing(
        faces=len(faces),
        face_size=float(np.linalg.norm(face[CHIN] - face[BETWEEN_EYES])) / min(height, width),
        centre_x=float(face[BETWEEN_EYES][0]) / width,
        eyes_y=float(face[BETWEEN_EYES][1]) / height,
        turned=float(face[NOSE_TIP][0] - cheeks[:, 0].mean()) / max(1.0, float(np.ptp(cheeks[:, 0]))),
        tilt_degrees=float(np.degrees(np.arctan2(right[1] - left[1], right[0] - left[0]))),
        light=light,
        around=around,
    )


def advise_on_framing(seen: Framing) -> tuple[str, ...]:
    """What to change, the most important first, in a few words each; none where it is good."""
    if seen.faces == 0:
        return ("No face is seen. Sit close in front of the camera, and let light fall on your face.",)
    return tuple((*_advise_on_place(seen), *_advise_on_light(seen)))


def _advise_on_place(seen: Framing) -> Iterator[str]:
    if seen.faces > 1:
        yield "Two faces are seen. Only one person may be in the picture."
    if seen.face_size < _SMALL:
        yield "Come closer: head and shoulders should fill the picture."
    elif seen.face_size > _LARGE:
        yield "Move back a little: chin and shoulders should stay in the picture."
    if abs(seen.centre_x - 0.5) > _OFF_CENTRE:
        yield "Move to the middle of the picture."
    if seen.eyes_y < _HIGH:
        yield "Tilt the camera up: there is no room above the head."
    elif seen.eyes_y > _LOW:
        yield "Tilt the camera down, or raise your seat: there is too much room above the head."
    if abs(seen.turned) > _TURNED:
        yield "Face the lens."
    if abs(seen.tilt_degrees) > _TILTED_DEGREES:
        yield "Hold the head, or the camera, upright."


def _advise_on_light(seen: Framing) -> Iterator[str]:
    if seen.around - seen.light > _BACKLIT:
        yield "The light comes from behind you. Turn round, so that you face the window."
    elif seen.light < _DARK:
        yield "The face is dark. Face a window, or put a lamp beside the camera."
    elif seen.light > _BRIGHT:
        yield "The face is too bright. Move the lamp away."


def _measure_light(picture: Image, face: Points) -> tuple[float, float]:
    """The usual grey level of the face, and of the rest of the picture at its height."""
    grey: npt.NDArray[np.uint8] = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    x0, y0 = np.clip(face.min(0).astype(int), 0, None)
    x1, y1 = face.max(0).astype(int) + 1
    rows = grey[y0:y1]
    inside = rows[:, x0:x1]
    if not inside.size:
        return 128.0, 128.0
    outside = np.concatenate([rows[:, :x0].ravel(), rows[:, x1:].ravel()])
    return float(np.median(inside)), float(np.median(outside)) if outside.size else float(np.median(inside))

"""Find the presenter's face in every frame of a take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_opening

from renderer.errors import RenderError
from renderer.face.face_mesh import open_face_follower
from renderer.face.landmarks import POINTS
from renderer.face.outliers import replace_outliers
from renderer.progress import Progress, Step, ignore_progress

Points = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

_STAGE = "tracking the face"
_SECOND_FACE_SIZE = 0.45  # of the presenter's face; smaller ones are bystanders or patterns
_SECOND_FACE_FRAMES = 3  # shorter ones are false alarms
_SECOND_FACE_SHARE = 0.2  # of the frames
_FACE_SHARE_MIN = 0.6
_LEAST_FACE_PX = 48


class FaceError(RenderError):
    """Not one usable face was seen."""


@dataclass(frozen=True, eq=False)
class FaceTrack:
    """Face points in take px [T, 478, 2], interpolated where no face was seen and where they leapt.

    ``ok`` [T] is False where no face was seen, and where another one is about as large as the presenter's.
    ``problems`` are sentences for the person who recorded the take.
    """

    points: Points
    ok: Flags
    problems: tuple[str, ...]


def track(
    frames: Iterable[npt.NDArray[np.uint8]],
    total: int,
    progress: Progress = ignore_progress,
    *,
    alone: bool = False,
    some: bool = False,
) -> FaceTrack:
    """Track one face through RGB ``frames`` [h, w, 3], of which there are about ``total``.

    ``alone`` says that nobody else can be in the picture: then nobody is looked for, which is a third
    faster and finds the same points. ``some`` says that some frames will do: the others are not ``ok``.
    Raises a permanent FaceError where no face or too small a face is seen and, without ``some``, where too
    many frames show no face or two.
    """
    found: list[Points | None] = []
    rivals: list[bool] = []
    faces_in = open_face_follower(1 if alone else 2)
    for number, frame in enumerate(frames):
        face, rival = _find_presenter(faces_in(frame), _find_last_seen(found))
        found.append(face)
        rivals.append(rival)
        progress(Step(_STAGE, number + 1, max(total, number + 1)))
    seen = np.array([face is not None for face in found], bool)
    two = np.asarray(binary_opening(np.array(rivals, bool), np.ones(_SECOND_FACE_FRAMES)), bool)
    _check(seen, two, some=some)
    points = replace_outliers(_fill_gaps(found, seen), seen)
    _check_size(points[seen])
    notes = (
        *_describe("The face was lost", ~seen),
        *_describe("Another face is beside the presenter's", two),
    )
    return FaceTrack(points, seen & ~two, notes)


def _check(seen: Flags, two: Flags, *, some: bool) -> None:
    if not seen.any():
        raise FaceError("No face was found in the take. Record it facing the camera, in good light.")
    if some:
        return
    if seen.mean() < _FACE_SHARE_MIN:
        raise FaceError(
            f"A face was found in only {seen.mean():.0%} of the take's frames. Keep the face in the picture, "
            "turned to the camera and uncovered, and record the take again."
        )
    if two.mean() > _SECOND_FACE_SHARE:
        raise FaceError(
            f"Two faces are in {int(two.sum())} of the take's {len(two)} frames. "
            "Record the take with one person."
        )


def _check_size(points: Points) -> None:
    width_px = float(np.median(np.ptp(points[..., 0], axis=1)))
    if width_px < _LEAST_FACE_PX:
        raise FaceError(
            f"The face is only {width_px:.0f} px wide in the take; at least {_LEAST_FACE_PX} px are needed. "
            "Come closer to the camera or record at a higher resolution."
        )


def _describe(what: str, flags: Flags) -> tuple[str, ...]:
    if not flags.any():
        return ()
    return (
        f"{what} in {int(flags.sum())} of {len(flags)} frames (first in frame {int(flags.argmax())}); "
        "there the take is shown unchanged.",
    )


def _fill_gaps(found: list[Points | None], ok: Flags) -> Points:
    seen = np.flatnonzero(ok)
    known = np.stack([face for face in found if face is not None]).reshape(len(seen), -1)
    moments = np.arange(len(ok))
    after = np.clip(np.searchsorted(seen, moments), 0, len(seen) - 1)
    before = np.clip(np.searchsorted(seen, moments, side="right") - 1, 0, len(seen) - 1)
    span = np.maximum(seen[after] - seen[before], 1)
    share = np.clip((moments - seen[before]) / span, 0.0, 1.0)[:, None]
    filled = known[before] * (1 - share) + known[after] * share
    return np.ascontiguousarray(filled.reshape(len(ok), POINTS, 2), np.float32)


# --- one frame ---


def _find_presenter(faces: list[Points], last: Points | None) -> tuple[Points | None, bool]:
    """The presenter's face (nearest to where it was; at first the widest) and whether another is as near."""
    if not faces:
        return None, False
    if last is None:
        faces = sorted(faces, key=_width, reverse=True)
    else:
        faces = sorted(faces, key=lambda face: float(np.linalg.norm(face.mean(0) - last.mean(0))))
    face, *rest = faces
    return face, any(_is_rival(face, other) for other in rest)


def _is_rival(face: Points, other: Points) -> bool:
    apart = float(np.linalg.norm(face.mean(0) - other.mean(0))) > 0.6 * _width(face)
    return apart and _width(other) > _SECOND_FACE_SIZE * _width(face)


def _width(face: Points) -> float:
    return float(np.ptp(face[:, 0]))


def _find_last_seen(found: list[Points | None]) -> Points | None:
    return next((face for face in reversed(found) if face is not None), None)

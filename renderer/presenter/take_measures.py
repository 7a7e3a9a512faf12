"""What a take shows, as numbers, measured on what the bake has tracked and cropped already."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import (
    BETWEEN_EYES,
    CHEEKS,
    CHIN,
    INNER_LOWER,
    INNER_UPPER,
    JAW,
    NOSE_TIP,
    OUTER_LIPS,
    UNDER_NOSE,
)  # fmt: skip
from renderer.motion.measures import compute_aperture, compute_face_width
from renderer.presenter.lip_sync import LipSync, measure_lip_sync
from renderer.presenter.lower_faces import Faces
from renderer.timeline import SOUND_RATE_HZ, frames_of, seconds_at

Floats = npt.NDArray[np.float32]
Crop = npt.NDArray[np.uint8]

OPEN_APERTURE = 0.05  # of the face's width, about 7 mm: a spoken vowel
TURNED_DEGREES = 18.0  # from here on the far corner of the mouth is seen so flat that it is drawn too wide
# How far the nose tip stands out from the plane of the points beside the ears, against half their distance:
# 9.9 and 7.7 cm in the canonical face model of MediaPipe, whose points the tracker finds.
_NOSE_DEPTH = 1.29
_LOOKED_AT = 120  # frames of a take for colours: more change the figures by less than 1 %
# Teeth are less red than the lips around them and about as light; the tongue is red, the hollow dark.
_TEETH_REDNESS, _TEETH_LIGHTNESS = 0.7, 0.8
_OVEREXPOSED = 252
_LEVEL_S, _LOUD_QUANTILE = 0.02, 0.95


@dataclass(frozen=True)
class TakeMeasures:
    """Shares are 0 to 1 of the take's frames; times are in seconds.

    ``teeth_share`` is the part of the open mouth that shows teeth in those frames that show most of them,
    None where the mouth is never open. ``light`` (0 to 255) is the usual grey level of the lower face, and
    ``overexposed_share`` the part of its skin that is white. ``level_db`` is the level of the loud parts of
    the sound, 0 being full scale; None without sound. ``tilt_degrees`` is 0 for an upright face and 180 for
    one upside down. ``sync`` is None where nothing can be said about it.
    """

    duration_s: float
    face_px: float
    open_share: float
    teeth_share: float | None
    turned_share: float
    light: float
    overexposed_share: float
    level_db: float | None
    sync: LipSync | None
    cuts_s: tuple[float, ...] = ()
    tilt_degrees: float = 0.0


def measure_take(
    faces: Faces,
    face_px: float,
    sound: Floats | None,
    fps: Fraction,
    cuts: npt.NDArray[np.bool_],
    tilt_degrees: float = 0.0,
) -> TakeMeasures:
    """Measure a take by its lower ``faces``, its mono ``sound`` at 48 kHz and its ``cuts`` [T].

    ``face_px`` is the face's width in the take, ``tilt_degrees`` how far it is tilted there.
    """
    aperture = compute_aperture(faces.points)
    is_open = aperture > OPEN_APERTURE
    light, overexposed = _measure_light(faces)
    return TakeMeasures(
        duration_s=seconds_at(len(aperture), fps),
        face_px=face_px,
        open_share=float(is_open.mean()),
        teeth_share=_measure_teeth(faces, is_open),
        turned_share=float((np.abs(measure_yaw_degrees(faces.points)) > TURNED_DEGREES).mean()),
        light=light,
        overexposed_share=overexposed,
        level_db=None if sound is None else measure_level_db(sound),
        sync=None if sound is None else measure_lip_sync(aperture, sound, fps),
        cuts_s=tuple(seconds_at(int(frame), fps) for frame in np.flatnonzero(cuts)),
        tilt_degrees=tilt_degrees,
    )


def measure_level_db(sound: Floats) -> float:
    """The level of the loud parts of mono sound at 48 kHz; 0 is full scale."""
    block = frames_of(_LEVEL_S, Fraction(SOUND_RATE_HZ))
    whole = sound[: len(sound) // block * block].reshape(-1, block).astype(np.float64)
    if not len(whole):
        return -120.0
    rms = np.sqrt(np.mean(whole**2, axis=1))
    return float(20 * np.log10(max(float(np.quantile(rms, _LOUD_QUANTILE)), 1e-6)))


def measure_face_px(points: Floats) -> float:
    """The usual width of a face [T, 478, 2], in the points' pixels."""
    return float(np.median(compute_face_width(points)))


def measure_tilt_degrees(points: Floats) -> float:
    """How far faces [T, 478, 2] usually are from upright, 0 to 180: 90 lie on a side, 180 are upside down."""
    down = np.median(points[:, CHIN] - points[:, BETWEEN_EYES], axis=0)
    return float(np.degrees(np.arctan2(abs(down[0]), down[1])))


def measure_yaw_degrees(points: Floats) -> Floats:
    """About how far the head of points [T, 478, 2] is turned to its side, by where the nose stands."""
    left, right, nose = points[:, CHEEKS[0], 0], points[:, CHEEKS[1], 0], points[:, NOSE_TIP, 0]
    aside = 2 * (nose - left) / np.maximum(right - left, 1e-3) - 1
    return np.degrees(np.arctan(aside / _NOSE_DEPTH)).astype(np.float32)


def _choose_frames(flags: npt.NDArray[np.bool_]) -> list[int]:
    frames = np.flatnonzero(flags)
    return [int(frame) for frame in frames[:: max(1, len(frames) // _LOOKED_AT)]]


def _measure_light(faces: Faces) -> tuple[float, float]:
    """The grey level of the skin, and the share of it that is white."""
    levels, white = [], []
    for frame in _choose_frames(np.ones(len(faces.points), bool)):
        crop, scale = faces.fine[frame], faces.fine.shape[1] / faces.crop_px
        points = faces.points[frame]
        skin = _fill(points[list(UNDER_NOSE + JAW[::-1])], crop, scale)
        skin &= ~_fill(points[list(OUTER_LIPS)], crop, scale)
        if skin.any():
            levels.append(float(np.median(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)[skin])))
            white.append(float((crop[skin].max(axis=1) >= _OVEREXPOSED).mean()))
    return (float(np.median(levels)), float(np.mean(white))) if levels else (0.0, 0.0)


def _measure_teeth(faces: Faces, is_open: npt.NDArray[np.bool_]) -> float | None:
    shares = [
        _measure_teeth_of(faces.fine[frame], faces.points[frame], faces.fine.shape[1] / faces.crop_px)
        for frame in _choose_frames(is_open)
    ]
    return float(np.quantile(shares, 0.9)) if shares else None


def _measure_teeth_of(crop: Crop, points: Floats, scale: float) -> float:
    """The share of the mouth's inside that looks like teeth, against the lips of the same frame."""
    inside = _fill(points[list(INNER_UPPER + INNER_LOWER[-2:0:-1])], crop, scale)
    lips = _fill(points[list(OUTER_LIPS)], crop, scale) & ~inside
    if not inside.any() or not lips.any():
        return 0.0
    lab = cv2.cvtColor(crop, cv2.COLOR_RGB2LAB).astype(np.float32)
    lightness, redness = lab[..., 0], lab[..., 1] - 128
    pale = redness[inside] < _TEETH_REDNESS * np.median(redness[lips])
    return float((pale & (lightness[inside] > _TEETH_LIGHTNESS * np.median(lightness[lips]))).mean())


def _fill(outline: Floats, crop: Crop, scale: float) -> npt.NDArray[np.bool_]:
    mask = np.zeros(crop.shape[:2], np.uint8)
    cv2.fillPoly(mask, [(outline * scale).astype(np.int32)], 1)
    return mask.astype(bool)

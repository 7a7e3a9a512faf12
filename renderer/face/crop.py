"""A steady square around the lower face, fitted on points that speech does not move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from renderer.face.landmarks import CHEEKS, CHIN, EYE_CORNERS, JAW, NOSE_TIP, STABLE

Points = npt.NDArray[np.float32]
Matrices = npt.NDArray[np.float32]

_PLACE_SMOOTHING_FRAMES = 1.2
_TURN_SMOOTHING_FRAMES = 3.0
_SIDE_PER_JAW_WIDTH = 0.95  # beside the ears nothing moves
_BELOW_CHIN = 0.20  # of the distance from nose tip to chin: neck that must move with the jaw
_ABOVE_NOSE = 0.22


@dataclass(frozen=True, eq=False)
class CropPath:
    """``matrices`` [T, 2, 3] take the take's px to crop px; the crop is ``crop_px`` square."""

    matrices: Matrices
    crop_px: int


def compute_crop_path(points: Points, crop_px: int) -> CropPath:
    """The crop of each frame from its face points in take px [T, 478, 2]."""
    placed = points.astype(np.float64)
    shape, turn, place = _align(placed[..., 0] + 1j * placed[..., 1])
    chin_drop = (((placed[:, CHIN, 0] + 1j * placed[:, CHIN, 1]) - place) / turn).imag
    centre, side_px = _square(shape, float(np.percentile(chin_drop, 97)))
    middle = gaussian_filter1d(place + turn * centre, _PLACE_SMOOTHING_FRAMES, mode="nearest")
    turn = np.exp(gaussian_filter1d(np.log(turn), _TURN_SMOOTHING_FRAMES, mode="nearest"))
    scale = crop_px / (side_px * turn)
    shift = (crop_px - 1) / 2 * (1 + 1j) - scale * middle
    rows = [[scale.real, -scale.imag, shift.real], [scale.imag, scale.real, shift.imag]]
    return CropPath(np.ascontiguousarray(np.array(rows).transpose(2, 0, 1), np.float32), crop_px)


def mix_matrices(a: Matrices, b: Matrices, mix: npt.NDArray[np.float32]) -> Matrices:
    """Between two matrices [n, 2, 3] at shares ``mix`` [n] (0 is a)."""
    share = mix[:, None, None]
    return np.asarray(a * (1 - share) + b * share, np.float32)


def apply(matrices: Matrices, points: Points) -> Points:
    """Points [n, p, 2] seen through matrices [n, 2, 3]."""
    return np.asarray(points @ matrices[:, :, :2].transpose(0, 2, 1) + matrices[:, None, :, 2], np.float32)


def invert(matrices: Matrices) -> Matrices:
    """The way back of each matrix [n, 2, 3]."""
    linear = np.linalg.inv(matrices[:, :, :2].astype(np.float64))
    shift = -np.einsum("nij,nj->ni", linear, matrices[:, :, 2])
    return np.concatenate([linear, shift[:, :, None]], axis=2).astype(np.float32)


def measure_side_px(matrices: Matrices, crop_px: int) -> float:
    """The usual edge of the crop measured in take px."""
    return crop_px / float(np.median(np.hypot(matrices[:, 0, 0], matrices[:, 1, 0])))


def _align(
    marks: npt.NDArray[np.complex128],
) -> tuple[npt.NDArray[np.complex128], npt.NDArray[np.complex128], npt.NDArray[np.complex128]]:
    """Mean shape [478] and per frame the turn-and-scale [T] and place [T] that lead to the frame."""
    stable = marks[:, list(STABLE)]
    turn, place = np.ones(len(marks), complex), stable.mean(1)
    for _ in range(5):
        aligned = (marks - place[:, None]) / turn[:, None]
        shape = _upright(np.asarray(np.median(aligned.real, 0) + 1j * np.median(aligned.imag, 0)))
        kept = shape[list(STABLE)]
        spread = kept - kept.mean()
        turn = (stable - stable.mean(1, keepdims=True)) @ spread.conj() / np.vdot(spread, spread).real
        place = stable.mean(1) - turn * kept.mean()
    return shape, turn, place


def _upright(shape: npt.NDArray[np.complex128]) -> npt.NDArray[np.complex128]:
    eyes = shape[EYE_CORNERS[1]] - shape[EYE_CORNERS[0]]
    return shape * (abs(eyes) / eyes)


def _square(shape: npt.NDArray[np.complex128], chin: float) -> tuple[complex, float]:
    """Centre and edge of the square in the mean shape: nose tip to below the low ``chin``, jaw to jaw."""
    nose = shape[NOSE_TIP].imag
    jaw = shape[list(JAW) + list(CHEEKS)].real
    length = chin - nose
    top, bottom = nose - _ABOVE_NOSE * length, chin + _BELOW_CHIN * length
    jaw_width = np.ptp(shape[list(JAW)].real)
    side = max(bottom - top, _SIDE_PER_JAW_WIDTH * jaw_width)
    middle_x = (jaw.min() + jaw.max()) / 2
    return complex(middle_x, bottom - side / 2), float(side)

"""The finest detail of drawn mouths, corrected to what the take itself shows.

Between and along lips, pieces of picture meet that never met: edges one pixel wide, harder than any that
the take's lens and compression leave. Skin, mixed of several moments, may be flatter or rougher than filmed.
And laying a crop into the take's pixels reads between its own, which costs detail again. A bake drafts the
take's own frames from other moments; how much finer or flatter those are in the take's pixels than what was
filmed is fitted there, once, and every draft is then softened or sharpened by that much.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import INNER_LOWER, INNER_UPPER
from renderer.mouth.base import scale_matrix
from renderer.mouth.mask import draw_mouth_region
from renderer.video.picture import Box

Floats = npt.NDArray[np.float32]
Crops = npt.NDArray[np.uint8]

UNCHANGED: Floats = np.zeros(2, np.float32)

_SIGMA_PX = 0.75  # of the blur that separates the finest detail, in the take's own pixels
_REACH = 0.02  # of the crop's edge, around what lies between the lips
_STORED = 219 / 255  # levels of brightness that video keeps of a picture's
_MOST_SOFTENED, _MOST_SHARPENED = 0.7, 0.7
_STEP_FRAMES = 3


def fit_detail(drafts: Crops, filmed: Crops, points: Floats, matrices: Floats, crop_px: int) -> Floats:
    """How far drafts are to be softened [2]: between the lips, and on the skin around; negative is sharper.

    ``drafts`` and ``filmed`` are uint8 [n, F, F, 3], ``points`` [n, 478, 2] the drafted faces in crop px,
    ``matrices`` [n, 2, 3] take px → crop px. On average over the frames, drafts that were softened and laid
    into the take's pixels have the variance of the Laplacian that was filmed.
    """
    sums = np.zeros((2, 4))
    for drawn, real, face, matrix in list(zip(drafts, filmed, points, matrices, strict=True))[::_STEP_FRAMES]:
        grey_draft = _convert_to_grey(drawn)
        resampled = (
            _resample_both_ways(grey_draft, matrix, crop_px, stored=True),
            _resample_both_ways(_extract_finest(grey_draft), matrix, crop_px),
        )
        rough, fine, there = (
            cv2.Laplacian(image, cv2.CV_32F) for image in (*resampled, _convert_to_grey(real))
        )
        products = np.stack([rough * rough, rough * fine, fine * fine, there * there])
        region = draw_mouth_region(face, crop_px, len(drawn))
        sums += [(products * zone).sum((1, 2)) for zone in _build_zones(region, face, crop_px)]
    return np.array([_solve_share(*zone) for zone in sums], np.float32)


def apply_detail(picture: Crops, region: Floats, points: Floats, crop_px: int, detail: Floats) -> Crops:
    """A drafted crop [F, F, 3], softened by ``detail`` [2] in the ``region`` [F, F] of its mouth.

    ``points`` [478, 2] in crop px. What lies outside the region stays byte for byte.
    """
    if not detail.any():
        return picture
    left, top, width, height = cv2.boundingRect((region > 0).view(np.uint8))
    place = Box(left, top, left + width, top + height).slices
    share = np.tensordot(detail, _build_zones(region, points, crop_px), 1)[place]
    softer, mouth = picture.copy(), picture[place]
    change = share[..., None] * _extract_finest(mouth)
    softer[place] = np.clip(np.rint(mouth - change), 0, 255)
    return softer


def _resample_both_ways(grey: Floats, matrix: Floats, crop_px: int, *, stored: bool = False) -> Floats:
    """A crop [F, F] after it was resampled into the take's pixels and back.

    Both interpolate between pixels, which costs detail. Where it is ``stored`` in between, it is
    rounded as video is, which adds a little on smooth skin.
    """
    size_px = len(grey)
    there = scale_matrix(matrix, size_px / crop_px)
    back = cv2.invertAffineTransform(there)
    corners = np.array([[0, 0], [size_px, 0], [0, size_px], [size_px, size_px]]) @ back[:, :2].T + back[:, 2]
    low = np.floor(corners.min(0))
    width, height = np.ceil(corners.max(0) - low).astype(int).tolist()
    back[:, 2] -= low
    there[:, 2] += there[:, :2] @ low
    resampled = _resample(grey, back, (width, height))
    resampled = np.rint(np.rint(np.rint(resampled) * _STORED) / _STORED) if stored else resampled
    again = _resample(resampled, there, (size_px, size_px))
    return np.rint(again) if stored else again


def _resample(grey: Floats, way: npt.NDArray[np.float64], shape: tuple[int, int]) -> Floats:
    read = cv2.warpAffine(grey, way, shape, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(read, np.float32)


def _extract_finest(picture: npt.NDArray[np.generic]) -> Floats:
    levels = picture.astype(np.float32)
    return np.asarray(levels - cv2.GaussianBlur(levels, (0, 0), _SIGMA_PX), np.float32)


def _convert_to_grey(crop: Crops) -> Floats:
    return np.asarray(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), np.float32)


def _build_zones(region: Floats, points: Floats, crop_px: int) -> Floats:
    """[2, F, F]: what lies between the lips with a rim around it, and the rest of the drawn mouth."""
    between = _mask_between_lips(points, crop_px, len(region)) * region
    return np.stack([between, region - between])


def _mask_between_lips(points: Floats, crop_px: int, size_px: int) -> Floats:
    lips = np.concatenate([points[list(INNER_UPPER)], points[list(INNER_LOWER)][::-1]])
    at_px = (lips + 0.5) * (size_px / crop_px) - 0.5
    canvas = np.zeros((size_px, size_px), np.uint8)
    cv2.fillPoly(canvas, [np.round(at_px * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    rim = 2 * round(_REACH * size_px) + 1
    wider = cv2.dilate(canvas, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (rim, rim)))
    return np.asarray(cv2.GaussianBlur(wider.astype(np.float32) / 255, (0, 0), _REACH * size_px / 3))


def _solve_share(rough: float, shared: float, fine: float, wanted: float) -> float:
    """The least share s for which own - 2 s shared + s² fine, the edges of a softened picture, is wanted."""
    missing = rough - wanted
    root = max(shared * shared - fine * missing, 0.0) ** 0.5
    return float(np.clip((shared - root) / max(fine, 1e-9), -_MOST_SHARPENED, _MOST_SOFTENED))

"""The held-out part of a clip: the frames after the first part, from which alone the presenter is learned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from renderer.errors import RenderError
from renderer.face.crop import apply
from renderer.face.landmarks import STABLE
from renderer.face.track import FaceTrack, track
from renderer.mouth.base import MouthBase, shrink
from renderer.presenter.frame_filter import filter_frames
from renderer.presenter.lower_faces import crop_frames
from renderer.presenter.presenter import Presenter
from renderer.progress import Progress
from renderer.timeline import seconds_at
from renderer.video.decode import TakeReader

Floats = npt.NDArray[np.float32]

# As smooth as the crop of a bake (renderer.face.crop).
_PLACE_SMOOTHING_FRAMES, _TURN_SMOOTHING_FRAMES = 1.2, 3.0


@dataclass(frozen=True, eq=False)
class HeldOut:
    """The lower faces of a clip's held-out part, and ``problems``: sentences about passthrough frames."""

    base: MouthBase
    problems: tuple[str, ...]


def track_held_out(learned: Presenter, reader: TakeReader, first: int, progress: Progress) -> HeldOut:
    """Track and crop the lower faces from frame ``first`` on; mouths of the presenter ``learned`` are drawn
    on them.

    They lie in the crop as the learned faces do, and nothing of them enters what was learned. Raises
    RenderError where the held-out part shows no face at all.
    """
    held_out = range(first, reader.facts.frames)
    face = _track(reader, held_out, progress)
    matrices = align_to_learned(face.points, learned)
    sizes_px = (learned.crop_px, learned.fine_px)
    fine, hands = crop_frames(reader.frames(held_out), face.points, matrices, sizes_px, progress)
    points, crops = apply(matrices, face.points), shrink(fine, learned.crop_px)
    # Whether something covers the mouth shows next to the learned frames only.
    guarded = filter_frames(
        np.concatenate([learned.points, points]),
        np.concatenate([learned.ok, face.ok]),
        np.concatenate([learned.crops, crops]),
        learned.triangles,
        np.concatenate([np.zeros((len(learned.ok), *hands.shape[1:]), bool), hands]),
    ).drop_before(first)
    base = MouthBase(crops, fine, points, guarded.ok, matrices)
    return HeldOut(
        base,
        tuple(f"In the held-out part: {note}" for note in (*face.problems, *guarded.describe_problems())),
    )


def align_to_learned(points: Floats, learned: Presenter) -> Floats:
    """Matrices [n, 2, 3] that lay faces (take px) into the crop just as the learned faces lie in it."""
    stable = list(STABLE)
    usual = np.median(learned.points[learned.ok][:, stable], axis=0).astype(np.float64)
    target = usual[:, 0] + 1j * usual[:, 1]
    landmarks = points[:, stable].astype(np.float64)
    own = landmarks[..., 0] + 1j * landmarks[..., 1]
    spread = target - target.mean()
    turn = (own - own.mean(1, keepdims=True)) @ spread.conj() / np.vdot(spread, spread).real
    middle = (learned.crop_px - 1) / 2 * (1 + 1j)
    place = own.mean(1) + turn * (middle - target.mean())
    place = gaussian_filter1d(place, _PLACE_SMOOTHING_FRAMES, mode="nearest")
    scale = 1 / np.exp(gaussian_filter1d(np.log(turn), _TURN_SMOOTHING_FRAMES, mode="nearest"))
    shift = middle - scale * place
    rows = [[scale.real, -scale.imag, shift.real], [scale.imag, scale.real, shift.imag]]
    return np.ascontiguousarray(np.array(rows).transpose(2, 0, 1), np.float32)


def _track(reader: TakeReader, held_out: range, progress: Progress) -> FaceTrack:
    try:
        return track(reader.frames(held_out), len(held_out), progress, some=True)
    except RenderError as error:
        since_s = seconds_at(held_out.start, reader.facts.fps)
        raise RenderError(f"The part from {since_s:.1f} s on cannot be used. {error.message}") from error

"""The rest of a clip, laid into what was learned from its first part."""

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
from renderer.mouth.faces import cut_out
from renderer.mouth.guard import guard
from renderer.mouth.presenter import Presenter
from renderer.progress import Progress
from renderer.timeline import seconds_at
from renderer.video.decode import TakeReader

Floats = npt.NDArray[np.float32]

# As smooth as the crop of a bake (renderer.face.crop).
_PLACE_SMOOTHING_FRAMES, _TURN_SMOOTHING_FRAMES = 1.2, 3.0


@dataclass(frozen=True, eq=False)
class Rest:
    """The lower faces of a clip's rest, and ``problems``: sentences about what is shown as it was filmed."""

    base: MouthBase
    problems: tuple[str, ...]


def rest_of(learned: Presenter, reader: TakeReader, first: int, progress: Progress) -> Rest:
    """The lower faces from frame ``first`` on, to draw mouths of the presenter ``learned`` before it on.

    They lie in the crop as the learned faces do, and nothing of them joins what was learned. Raises
    RenderError where the rest shows no face at all.
    """
    rest = range(first, reader.facts.frames)
    face = _tracked(reader, rest, progress)
    matrices = placed_like(face.points, learned)
    sizes_px = (learned.crop_px, learned.fine_px)
    fine, hands = cut_out(reader.frames(rest), face.points, matrices, sizes_px, progress)
    points, crops = apply(matrices, face.points), shrink(fine, learned.crop_px)
    # Whether something covers the mouth shows next to the learned frames only.
    guarded = guard(
        np.concatenate([learned.points, points]),
        np.concatenate([learned.ok, face.ok]),
        np.concatenate([learned.crops, crops]),
        learned.triangles,
        np.concatenate([np.zeros((len(learned.ok), *hands.shape[1:]), bool), hands]),
    ).since(first)
    base = MouthBase(crops, fine, points, guarded.ok, matrices)
    return Rest(base, tuple(f"In the rest: {note}" for note in (*face.problems, *guarded.problems())))


def placed_like(points: Floats, learned: Presenter) -> Floats:
    """Matrices [n, 2, 3] that lay faces (take px) into the crop just as the learned faces lie in it."""
    stable = list(STABLE)
    usual = np.median(learned.points[learned.ok][:, stable], axis=0).astype(np.float64)
    target = usual[:, 0] + 1j * usual[:, 1]
    marks = points[:, stable].astype(np.float64)
    own = marks[..., 0] + 1j * marks[..., 1]
    spread = target - target.mean()
    turn = (own - own.mean(1, keepdims=True)) @ spread.conj() / np.vdot(spread, spread).real
    middle = (learned.crop_px - 1) / 2 * (1 + 1j)
    place = own.mean(1) + turn * (middle - target.mean())
    place = gaussian_filter1d(place, _PLACE_SMOOTHING_FRAMES, mode="nearest")
    scale = 1 / np.exp(gaussian_filter1d(np.log(turn), _TURN_SMOOTHING_FRAMES, mode="nearest"))
    shift = middle - scale * place
    rows = [[scale.real, -scale.imag, shift.real], [scale.imag, scale.real, shift.imag]]
    return np.ascontiguousarray(np.array(rows).transpose(2, 0, 1), np.float32)


def _tracked(reader: TakeReader, rest: range, progress: Progress) -> FaceTrack:
    try:
        return track(reader.frames(rest), len(rest), progress, some=True)
    except RenderError as error:
        since_s = seconds_at(rest.start, reader.facts.fps)
        raise RenderError(f"The part from {since_s:.1f} s on cannot be used. {error.message}") from error

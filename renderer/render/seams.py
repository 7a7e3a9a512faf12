"""What a segment meets: neutral mouths at its seams, and filmed mouths beside passthrough frames.

A segment begins and ends with a few silent frames that every message shows alike. They are drawn first,
together with the frames on the other side of the seam, and are then known: the diffusion of the segment is
clamped to them on both sides, whichever line comes before or after.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from renderer.config import fingerprint
from renderer.mouth.atlas import choose_sources
from renderer.mouth.base import find_drawable, locate_faces
from renderer.mouth.draft import close_small_gaps
from renderer.mouth.easing import Easing, easing_frames, extend_path
from renderer.render.context import RenderContext
from renderer.render.mouths import MOUTH_PARTS, LaidSegment, Mouths
from renderer.render.segment import STAGE_VERSION, SpokenSegment, load_or_compute_motion
from renderer.render.stages import draft_frames, finish_mouths, refine_drafts
from renderer.take.base_track import FramePath

GoesOn = tuple[bool, bool]  # whether a message shows frames before a path, and after it
FilmedFrames = tuple[int, int]  # how many of the first and the last frames belong to filmed lines


def lay_segment(context: RenderContext, segment: SpokenSegment) -> LaidSegment:
    """The segment with its motion, and with the mouths at its seams that are drawn already."""
    path, seam = segment.path, context.config.plan.seam_frames
    before, after = segment.before, segment.after
    goes_on, filmed = (bool(before), bool(after)), segment.filmed_frames
    head = load_or_draw_neutral(context, before + path[:seam], (goes_on[0], True), (filmed[0], 0)).select(
        slice(len(before), None)
    )
    tail = load_or_draw_neutral(context, path[-seam:] + after, (True, goes_on[1]), (0, filmed[1])).select(
        slice(0, seam)
    )
    motion = load_or_compute_motion(context, segment) + context.presenter.find_expression(path)
    laid = LaidSegment(path, motion, ((0, head), (len(path) - seam, tail)))
    return _ease(context, laid, goes_on, filmed, before, after)


def choose_segment_sources(context: RenderContext, laid: LaidSegment) -> LaidSegment:
    """Which take frame a mouth is drawn from depends on the whole segment, so it is chosen for all of it."""
    presenter = context.presenter
    points = presenter.style.space.decode(laid.motion, locate_faces(presenter, laid.path)[0])
    targets = close_small_gaps(points, presenter.crop_px)
    pinned = laid.find_pinned_sources(laid.frames)
    return replace(laid, sources=choose_sources(presenter.atlas, targets, presenter.crop_px, pinned=pinned))


def load_or_draw_neutral(
    context: RenderContext, path: FramePath, goes_on: GoesOn, filmed: FilmedFrames = (0, 0)
) -> Mouths:
    """Neutral mouths over the frames around a seam, the same for every message that has this seam."""
    frames = [(f.a, f.b, f.mix) for f in path]
    shown: list[object] = [filmed] if any(filmed) else []
    content = context.presenter.content_key
    key = fingerprint(STAGE_VERSION, content, frames, context.config.diffusion, goes_on, *shown)
    return context.store.use(
        "rest",
        key,
        ".safetensors",
        lambda target: _save(_draw_neutral_mouths(context, path, goes_on, filmed), target),
        _load,
    )


def _draw_neutral_mouths(
    context: RenderContext, path: FramePath, goes_on: GoesOn, filmed: FilmedFrames
) -> Mouths:
    laid = _ease(context, LaidSegment(path, context.presenter.find_expression(path)), goes_on, filmed)
    drafts = draft_frames(context, laid, laid.frames)
    [refined] = refine_drafts(context, [drafts])
    return finish_mouths(drafts, refined)


def _ease(
    context: RenderContext,
    laid: LaidSegment,
    goes_on: GoesOn,
    filmed: FilmedFrames,
    before: FramePath = (),
    after: FramePath = (),
) -> LaidSegment:
    """The segment with mouths that ease into filmed ones, where passthrough frames or filmed lines are in it
    or near."""
    presenter, fps = context.presenter, context.fps
    shown = (*before, *laid.path, *after)
    beyond = extend_path(shown, easing_frames(fps), len(presenter.ok))
    earlier, later = (frames if here else [] for frames, here in zip(beyond, goes_on, strict=True))
    passthrough = ~find_drawable(presenter, (*earlier, *shown, *later))
    passthrough[: len(earlier) + filmed[0] if filmed[0] else 0] = True
    passthrough[len(passthrough) - (len(later) + filmed[1] if filmed[1] else 0) :] = True
    first = len(earlier) + len(before)
    easing = Easing.around(passthrough, fps).part(slice(first, first + len(laid.path)))
    if not len(easing.eased_frames):
        return laid
    points = locate_faces(presenter, [laid.path[at] for at in easing.eased_frames])[0]
    motion = easing.blend_motion(laid.motion, presenter.style.space.encode(points))
    return replace(laid, motion=motion, mask_shares=easing.mask_share)


def _save(mouths: Mouths, target: Path) -> None:
    save_file({name: np.ascontiguousarray(getattr(mouths, name)) for name in MOUTH_PARTS}, target)


def _load(path: Path) -> Mouths:
    with safe_open(path, "np") as saved:
        return Mouths(*(saved.get_tensor(name) for name in MOUTH_PARTS))

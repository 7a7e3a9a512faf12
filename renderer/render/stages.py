"""The stages of drawing, each a function that returns the next value: drafts → refined crops → mouths →
pictures. What a line must meet at its ends is in `renderer.render.seams`."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from functools import lru_cache
from itertools import chain, starmap

import numpy as np

from renderer.mouth.base import build_mouth_base
from renderer.mouth.compose import compose_picture
from renderer.mouth.draft import draft, upscale_refined
from renderer.presenter.presenter import Presenter
from renderer.refiner.backends import Refiner, find_backend
from renderer.refiner.refine import Timeline
from renderer.render.context import RenderContext
from renderer.render.mouths import Bytes, Drafts, LaidSegment, Mouths, select_drafts
from renderer.runtime.prefetch import prefetch
from renderer.sampling.windows import WindowLayout
from renderer.take.base_track import FramePath
from renderer.take.path_pictures import read_path_pictures
from renderer.video.picture import Picture

# A draft's light follows the frames before it, half of it the last one, and a change of source frame shows
# two frames ahead: with so many frames more on both sides a part is drafted as the whole line is.
_SETTLING_FRAMES, _CROSSING_FRAMES = 32, 4
_ALL = slice(None)


def draft_frames(context: RenderContext, laid: LaidSegment, frames: range) -> Drafts:
    """Laid segment → drafts of some of its frames; a few more on both sides are drafted for their sake."""
    around = range(
        max(frames.start - _SETTLING_FRAMES, 0), min(frames.stop + _CROSSING_FRAMES, len(laid.path))
    )
    places = slice(around.start, around.stop)
    path, presenter = laid.path[places], context.presenter
    base = build_mouth_base(presenter, path, read_path_pictures(context.take.reader, path))
    made = draft(presenter, base, laid.motion[places], pinned=laid.find_pinned_sources(around))
    drafts = Drafts(laid, around, base.crops, base.matrices, made)
    return drafts if around == frames else drafts.select(frames)


def refine_drafts(
    context: RenderContext, drafts: Sequence[Drafts], layouts: Sequence[WindowLayout] = ()
) -> list[Bytes]:
    """Drafts → refined crops [n, S, S, 3], in shared forward passes: the bytes are those of each alone.

    ``layouts`` are those of a chunk (`renderer.sampling.chunks`), where one draft holds all that it sees.
    """
    refine = load_presenter_refiner(context.presenter)
    return refine(
        [_build_timeline(one) for one in drafts],
        seed_key=context.presenter.content_key,
        config=context.config.diffusion,
        layouts=layouts,
    )


def finish_mouths(drafts: Drafts, refined: Bytes, place: slice = _ALL) -> Mouths:
    """Refined crops → the mouths of the frames at ``place``, at the take's scale and met with the seams."""
    made, refined = select_drafts(drafts.draft, place), refined[place]
    frames, sources = drafts.frames[place], np.asarray(made.sources, np.int64)
    masks = drafts.laid.fade_masks(frames, made.masks)
    mouths = Mouths(refined, upscale_refined(made, refined), masks, drafts.matrices[place], sources)
    drafts.laid.copy_seams(frames, mouths)
    return mouths


def compose_pictures(context: RenderContext, path: FramePath, mouths: Iterable[Mouths]) -> Generator[Picture]:
    """Mouths, in one or more chunks → the take's pictures with the mouths in them."""
    each = chain.from_iterable(zip(m.fine, m.matrices, m.masks, strict=True) for m in mouths)
    shown = read_path_pictures(context.take.reader, path)
    parts = ((picture, *mouth) for picture, mouth in zip(shown, each, strict=True))
    with closing(prefetch(starmap(compose_picture, parts))) as composed:
        yield from composed


def show_pictures(context: RenderContext, path: FramePath) -> Generator[Picture]:
    """The take's pictures as they were filmed."""
    yield from read_path_pictures(context.take.reader, path)


@lru_cache(maxsize=2)
def load_presenter_refiner(presenter: Presenter) -> Refiner:
    """The presenter's refiner, ready to draw; the last two are kept in memory."""
    return find_backend(presenter.refiner).load(presenter.network)


def _build_timeline(drafts: Drafts) -> Timeline:
    made = drafts.draft
    known, keep = drafts.laid.collect_known_crops(drafts.frames, made.crops)
    return Timeline(made.crops, drafts.bases, made.masks, made.points, drafts.frame_ids, known, keep)

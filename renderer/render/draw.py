"""Segments → drawn mouths: drafted one by one, refined together, met with what their neighbours show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial

from renderer.render.context import RenderContext
from renderer.render.mouths import ChunkBuffer, Mouths
from renderer.render.seams import choose_segment_sources, lay_segment
from renderer.render.segment import SpokenSegment
from renderer.render.stages import draft_frames, finish_mouths, refine_drafts
from renderer.runtime.prefetch import prefetch
from renderer.sampling.chunks import split_into_chunks

# Beside what is being drawn lie the mouths of the chunk before it and of the one before that.
_DRAWN_SHARE = 0.7


def draw(context: RenderContext, segments: Sequence[SpokenSegment]) -> list[Mouths]:
    """Every segment's mouths, refined in shared forward passes: the bytes are those of each alone."""
    laid_segments = [lay_segment(context, segment) for segment in segments]
    drafts = [draft_frames(context, laid, laid.frames) for laid in laid_segments]
    refined = refine_drafts(context, drafts)
    return [finish_mouths(one, crops) for one, crops in zip(drafts, refined, strict=True)]


def draw_in_chunks(context: RenderContext, segment: SpokenSegment, frames: int) -> Iterator[Mouths]:
    """The same of one segment, about ``frames`` frames at a time: what is held follows from ``frames`` and
    not from the segment's length. The bytes are those of `draw`."""
    chunks = split_into_chunks(len(segment.path), context.config.diffusion, frames)
    laid = lay_segment(context, segment)
    if len(chunks) > 1:
        laid = choose_segment_sources(context, laid)
    buffer = ChunkBuffer(partial(draft_frames, context), laid)
    for chunk in chunks:
        drafts = buffer.draft(chunk.context)
        [refined] = refine_drafts(context, [drafts], chunk.layouts)
        yield finish_mouths(drafts, refined, chunk.output_slice)


@contextmanager
def draw_ahead(context: RenderContext, segment: SpokenSegment, frames: int) -> Iterator[Iterator[Mouths]]:
    """The mouths of one segment in chunks of which ``frames`` frames fit into memory: the next one is drawn
    in another thread while the caller works on the last. The bytes are those of `draw`."""
    if segment.filmed:  # nothing in it is drawn
        yield iter(())
        return
    at_once = max(int(_DRAWN_SHARE * frames), 1)
    with closing(prefetch(draw_in_chunks(context, segment, at_once), 1)) as mouths:
        yield mouths

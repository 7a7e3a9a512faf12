"""The stages in order: plan → draw → encode → measure → join, for one message or many at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from renderer.errors import Cancelled, RenderError
from renderer.progress import Progress, Step, ignore_progress
from renderer.render.batch import Batch
from renderer.render.context import RenderContext
from renderer.render.draw import draw, draw_ahead
from renderer.render.encode import RenderedSegment, encode, measure, name_parts
from renderer.render.job import MessageJob, MessageResult
from renderer.render.join import join_message
from renderer.render.mouths import Mouths
from renderer.render.plan import PlannedMessage, plan_message
from renderer.render.segment import SpokenSegment
from renderer.runtime.memory import count_frames_that_fit, return_freed_memory
from renderer.runtime.store import Store
from renderer.runtime.used_parts import watch_parts

Outcome = MessageResult | Exception

_JOIN_ATTEMPTS = 3  # a segment that was deleted before it was joined is made again
_RENDER_ATTEMPTS = 3  # somebody may empty the store between two steps


def render_message(job: MessageJob, store: Store) -> MessageResult:
    """Make one message; every part that exists in ``store`` is reused.

    Raises RenderError for what a person can fix; then none of its three files is left half-written.
    """
    [(_, outcome)] = render_batch([job], store)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def render_batch(
    jobs: Sequence[MessageJob], store: Store, frames_at_once: int | None = None
) -> Iterator[tuple[MessageJob, Outcome]]:
    """Make messages together: what they share is made once, what differs is drawn in shared forward passes.

    Each comes out as soon as it is finished, or with the error that ended it; no message's error touches
    another one. ``frames_at_once`` is that of `Batch`.
    """
    return_freed_memory()
    with Batch(store, frames_at_once) as batch:
        yield from render_jobs(batch, jobs)


def render_jobs(batch: Batch, jobs: Sequence[MessageJob]) -> Iterator[tuple[MessageJob, Outcome]]:
    """Every stage of these jobs, in order, inside an open batch."""
    for job in jobs:
        try:
            batch.add(_plan(job, batch.open_context(job)))
        except Exception as error:
            yield job, error
    yield from _join_finished(batch)
    for group in batch.form_groups(_find_rendered):
        _draw(batch, group)
        yield from _join_finished(batch)
    batch.wait_for_encoding()
    for segment in batch.find_left_to_others():
        _render_alone(batch, segment, batch.make_progress(segment))
        yield from _join_finished(batch)
    yield from _join_finished(batch)


# --- one stage each; faults end the messages that they touch ---


def _plan(job: MessageJob, context: RenderContext) -> PlannedMessage:
    try:
        with watch_parts() as parts:
            planned = plan_message(job, context)
            parts.update(name for segment in planned.segments for name in name_parts(segment, context))
        return planned
    finally:
        job.tell_parts(parts)


def _find_rendered(context: RenderContext, segment: SpokenSegment) -> RenderedSegment | None:
    """The segment from the store, with its measures."""
    path = context.store.get("segment", segment.key)
    return None if path is None else measure(context, segment, path, cached=True)


def _draw(batch: Batch, group: Sequence[SpokenSegment]) -> None:
    """Draw a group together, while what was drawn before is encoded; then have it encoded in its turn."""
    context = batch.find_context(group[0])
    batch.wait_for_encoding(batch.count_frames_at_once(context))
    for segment in group:
        with suppress(Cancelled):
            batch.make_progress(segment)(Step("drawing the mouth", 0, len(segment.path)))
    for segment in group:
        if not batch.is_wanted(segment):
            batch.release(segment)  # another process may want it, and would wait until this batch ends
    group = [segment for segment in group if batch.is_wanted(segment)]
    for segment in group:
        if segment.filmed:
            batch.encode_behind(segment, partial(_encode_and_measure, batch, segment, ()))
    group = [segment for segment in group if not segment.filmed]
    fits = sum(len(segment.path) for segment in group) <= batch.count_frames_at_once(context)
    if len(group) > 1 and not fits:  # less memory is free than when the group was formed
        for segment in group:
            _draw(batch, [segment])
    elif group and not fits:
        _draw_long(batch, group[0])
    elif group:
        _draw_together(batch, group)


def _draw_together(batch: Batch, group: Sequence[SpokenSegment]) -> None:
    try:
        drawn = draw(batch.find_context(group[0]), group)
    except Exception as error:
        if len(group) == 1:
            batch.fail(group[0], error)
            batch.release(group[0])
        else:
            for segment in group:  # one of them is at fault: alone, it ends only what needs it
                _draw(batch, [segment])
        return
    for segment, mouths in zip(group, drawn, strict=True):
        batch.encode_behind(segment, partial(_encode_and_measure, batch, segment, [mouths]))


def _draw_long(batch: Batch, segment: SpokenSegment) -> None:
    """A segment that does not fit into memory at once: what is drawn is encoded before more is drawn."""
    context = batch.find_context(segment)
    batch.wait_for_encoding()
    with draw_ahead(context, segment, batch.count_frames_at_once(context)) as mouths:
        _encode_and_measure(batch, segment, mouths)


def _encode_and_measure(batch: Batch, segment: SpokenSegment, mouths: Iterable[Mouths]) -> None:
    context, progress = batch.find_context(segment), batch.make_progress(segment)

    def make() -> RenderedSegment:
        path = batch.write(segment, lambda target: encode(context, segment, mouths, target, progress))
        return measure(context, segment, path, cached=False)

    batch.attempt(segment, make)
    batch.release(segment)


def _render_alone(batch: Batch, segment: SpokenSegment, progress: Progress) -> None:
    """One that was not drawn with others: another process was at it, or somebody deleted it."""
    batch.attempt(segment, partial(_render_segment, batch.find_context(segment), segment, progress))


def _render_segment(context: RenderContext, segment: SpokenSegment, progress: Progress) -> RenderedSegment:
    """Drawn, encoded and measured unless the store has it. Raises RenderError."""

    def make(target: Path) -> None:
        with draw_ahead(context, segment, count_frames_that_fit(context.frame_bytes)) as mouths:
            encode(context, segment, mouths, target, progress)

    for _ in range(_RENDER_ATTEMPTS):
        path, cached = context.store.make("segment", segment.key, ".mp4", make)
        try:
            return measure(context, segment, path, cached=cached)
        except RenderError:
            if path.exists():
                raise
    raise _explain_vanished_parts()


def _join_finished(batch: Batch) -> Iterator[tuple[MessageJob, Outcome]]:
    for message in batch.pop_finished():
        yield message.job, batch.find_error(message) or _join(batch, message)


def _join(batch: Batch, message: PlannedMessage) -> Outcome:
    batch.report(message, "joining the message", 0)
    for _ in range(_JOIN_ATTEMPTS):
        if batch.find_error(message) is not None:
            break
        try:
            return batch.charge(lambda work_s: _join_watched(batch, message, work_s))
        except Exception as error:
            deleted = batch.find_deleted(message)
            if not deleted:
                return error
            for segment in deleted:
                _render_alone(batch, segment, ignore_progress)
    return batch.find_error(message) or _explain_vanished_parts()


def _join_watched(batch: Batch, message: PlannedMessage, work_s: float) -> MessageResult:
    """Its sound and its verdict are parts of the store, too."""
    with watch_parts() as parts:
        try:
            return join_message(message, batch.list_rendered(message), work_s)
        finally:
            message.job.tell_parts(parts)


def _explain_vanished_parts() -> RenderError:
    return RenderError(
        "Finished parts vanish from the cache folder. Keep it while messages are made.", permanent=False
    )

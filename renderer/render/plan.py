"""Lines → speech → segments on the take: everything that is known of a message before it is drawn."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from statistics import median_low

from renderer.config import EngineConfig
from renderer.errors import RenderError
from renderer.progress import Progress, Step, ignore_progress
from renderer.render.context import RenderContext
from renderer.render.job import Lines, MessageJob
from renderer.render.segment import SpokenSegment, compute_segment_key
from renderer.runtime.store import Store
from renderer.speech.speech import Speech
from renderer.take.plan import Segment, Slots, plan_segments, plan_slots
from renderer.timeline import frames_covering
from renderer.voices.speech_cache import compute_content_key, compute_speech_key, speak_cached

# A slot needs the usual length only: this many texts tell it well enough, whatever a campaign's size.
_TEXTS_PER_LINE = 24


@dataclass(frozen=True, eq=False)
class PlannedMessage:
    """A job whose lines are spoken and have their frames of the take; nothing is drawn yet."""

    job: MessageJob
    context: RenderContext
    segments: tuple[SpokenSegment, ...]

    @property
    def frames(self) -> int:
        return sum(len(segment.path) for segment in self.segments)


def plan_message(job: MessageJob, context: RenderContext) -> PlannedMessage:
    """Speak the lines and lay them on the take. Raises RenderError for what a person can fix."""
    if not job.lines:
        raise RenderError("The script has no line to speak. Write at least one sentence.")
    speeches = _speak_lines(job, context.store)
    frames = [frames_covering(speech.duration_s, context.fps) for speech in speeches]
    lengths = [(line_id, count) for (line_id, _), count in zip(job.lines, frames, strict=True)]
    slots, base_track = job.slots, context.presenter.base_track
    segments = plan_segments(lengths, slots, base_track, context.fps, job.config.plan)
    return PlannedMessage(job, context, _add_speech(job, context, segments, speeches))


def plan_script_slots(
    messages: Sequence[Lines],
    fps: Fraction,
    config: EngineConfig,
    store: Store,
    progress: Progress = ignore_progress,
) -> Slots:
    """Give each line id its slot on the take, as long as its texts usually are.

    Of a line with many texts only some are spoken, always the same ones. Texts that the voice cannot say
    are passed over here; rendering their message names them.
    """
    texts: dict[str, list[str]] = {line_id: [] for line_id in order_script(messages)}
    for lines in messages:
        for line_id, text in lines:
            texts[line_id].append(text)
    usual: dict[str, int] = {}
    for at, (line_id, found) in enumerate(texts.items()):
        progress(Step("speaking the lines", at, len(texts)))
        frames = _compute_usual_frames(found, fps, config, store)
        if frames is not None:
            usual[line_id] = frames
    return plan_slots({line_id: [frames] for line_id, frames in usual.items()}, list(usual), fps, config.plan)


def order_script(messages: Sequence[Lines]) -> list[str]:
    """Every line id once, each placed right after the line that precedes it where it is first seen."""
    order: list[str] = []
    for lines in messages:
        at = 0
        for line_id, _ in lines:
            if line_id in order:
                at = order.index(line_id) + 1
            else:
                order.insert(at, line_id)
                at += 1
    return order


def _speak_lines(job: MessageJob, store: Store) -> list[Speech]:
    speeches = []
    for at, (line_id, text) in enumerate(job.lines):
        job.progress(Step("speaking the lines", at, len(job.lines)))
        speeches.append(
            job.recorded.get(line_id) or speak_cached(text, job.config.voice, store, job.pronunciations)
        )
    return speeches


def _add_speech(
    job: MessageJob, context: RenderContext, segments: Sequence[Segment], speeches: Sequence[Speech]
) -> tuple[SpokenSegment, ...]:
    """Each segment with its speech, and with the few frames of its neighbours that its ends must meet."""
    seam = job.config.plan.seam_frames
    found = []
    for at, (segment, speech) in enumerate(zip(segments, speeches, strict=True)):
        line_id, text = job.lines[at]
        recorded = line_id in job.recorded
        one = SpokenSegment(
            line_id, segment.path, segment.lead_frames, speech,
            compute_content_key(speech)
            if recorded
            else compute_speech_key(text, job.config.voice, job.pronunciations),
            segments[at - 1].path[-seam:] if at else (),
            segments[at + 1].path[:seam] if at + 1 < len(segments) else (),
            recorded,
        )  # fmt: skip
        found.append(replace(one, key=compute_segment_key(one, context.presenter, context.config)))
    return tuple(found)


def _compute_usual_frames(
    texts: Sequence[str], fps: Fraction, config: EngineConfig, store: Store
) -> int | None:
    """The median length over the recipients, from texts that are chosen by their content alone."""
    recipients = Counter(texts)
    lengths: list[int] = []
    by_content = sorted(recipients, key=lambda text: hashlib.sha256(text.encode()).digest())
    for tried, text in enumerate(by_content):
        if tried >= _TEXTS_PER_LINE and lengths:
            break
        try:
            frames = frames_covering(speak_cached(text, config.voice, store).duration_s, fps)
        except RenderError as error:
            if not error.permanent:
                raise
        else:
            lengths += [frames] * recipients[text]
    return median_low(lengths) if lengths else None

"""Lines → speech → segments on the take: everything that is known of a message before it is drawn."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from statistics import median_low

from renderer.config import EngineConfig
from renderer.errors import RenderError
from renderer.progress import Progress, Step, ignore_progress
from renderer.render.context import RenderContext
from renderer.render.filmed_speech import compute_filmed_key, cut_speech
from renderer.render.job import Lines, MessageJob, order_script
from renderer.render.segment import SpokenSegment, compute_segment_key
from renderer.runtime.store import Store
from renderer.speech.speech import Speech
from renderer.take.filmed import FilmedLine, Stretch, choose_stretches
from renderer.take.filmed_plan import plan_filmed_segments
from renderer.take.plan import Segment, Slots, plan_segments, plan_slots
from renderer.timeline import frames_covering
from renderer.voices.speech_cache import compute_content_key, compute_speech_key, speak_cached
from renderer.words.pronunciations import Pronunciations

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
    fps, config, track = context.fps, job.config.plan, context.presenter.base_track
    filmed = [line for line in job.filmed if line.line_id not in job.recorded]
    stretches = choose_stretches(job.lines, filmed, track, fps, config)
    spoken = _speak_lines(job, context, stretches)
    lengths = [
        (line_id, frames_covering(one.speech.duration_s, fps))
        for (line_id, _), one in zip(job.lines, spoken, strict=True)
    ]
    if any(stretches):
        segments = plan_filmed_segments(lengths, stretches, job.slots, track, fps, config)
    else:
        segments = plan_segments(lengths, job.slots, track, fps, config)
    return PlannedMessage(job, context, _add_speech(job, context, segments, spoken))


def plan_script_slots(
    messages: Sequence[Lines],
    fps: Fraction,
    config: EngineConfig,
    store: Store,
    progress: Progress = ignore_progress,
    known: Sequence[Pronunciations] = (),
    filmed: Sequence[FilmedLine] = (),
) -> Slots:
    """Give each line id its slot on the take, as long as its texts usually are. Those that were ``filmed``
    need no voice.

    Of a line with many texts only some are spoken, always the same ones, each as the first message that has
    it says it (``known``: the pronunciations of each message, or none). Texts that the voice cannot say are
    passed over here; rendering their message names them.
    """
    texts: dict[str, list[str]] = {line_id: [] for line_id in order_script(messages)}
    said: dict[str, Pronunciations] = {}
    for lines, pronunciations in zip(messages, known or [()] * len(messages), strict=True):
        for line_id, text in lines:
            texts[line_id].append(text)
            said.setdefault(text, pronunciations)
    usual: dict[str, int] = {}
    for at, (line_id, found) in enumerate(texts.items()):
        progress(Step("speaking the lines", at, len(texts)))
        spoken_s = {one.text: one.end_s - one.start_s for one in filmed if one.line_id == line_id}
        frames = _compute_usual_frames(found, spoken_s, fps, config, store, said)
        if frames is not None:
            usual[line_id] = frames
    return plan_slots({line_id: [frames] for line_id, frames in usual.items()}, list(usual), fps, config.plan)


@dataclass(frozen=True, eq=False)
class _HeardLine:
    """A line's speech, and a key of it."""

    speech: Speech
    key: str


def _speak_lines(
    job: MessageJob, context: RenderContext, stretches: Sequence[Stretch | None]
) -> list[_HeardLine]:
    heard = []
    for at, ((line_id, text), stretch) in enumerate(zip(job.lines, stretches, strict=True)):
        job.progress(Step("speaking the lines", at, len(job.lines)))
        if stretch is not None:
            speech = cut_speech(stretch, context.take.sound, context.fps)
            heard.append(_HeardLine(speech, compute_filmed_key(stretch, context.presenter)))
        elif line_id in job.recorded:
            heard.append(_HeardLine(job.recorded[line_id], compute_content_key(job.recorded[line_id])))
        else:
            voice = replace(job.config.voice, locale=job.locales.get(line_id, job.config.voice.locale))
            speech = speak_cached(text, voice, context.store, job.pronunciations)
            heard.append(_HeardLine(speech, compute_speech_key(text, voice, job.pronunciations)))
    return heard


def _add_speech(
    job: MessageJob, context: RenderContext, segments: Sequence[Segment], heard: Sequence[_HeardLine]
) -> tuple[SpokenSegment, ...]:
    """Each segment with its speech, and with the few frames of its neighbours that its ends must meet."""
    seam = job.config.plan.seam_frames
    found = []
    for at, (segment, line) in enumerate(zip(segments, heard, strict=True)):
        before, after = segments[at - 1] if at else None, segments[at + 1] if at + 1 < len(segments) else None
        one = SpokenSegment(
            segment.line_id, segment.path, segment.lead_frames, line.speech, line.key,
            before.path[-seam:] if before else (),
            after.path[:seam] if after else (),
            segment.line_id in job.recorded and not segment.filmed,
            segment.filmed,
            (before is not None and before.filmed, after is not None and after.filmed),
        )  # fmt: skip
        found.append(replace(one, key=compute_segment_key(one, context.presenter, context.config)))
    return tuple(found)


def _compute_usual_frames(
    texts: Sequence[str],
    known_s: Mapping[str, float],
    fps: Fraction,
    config: EngineConfig,
    store: Store,
    said: Mapping[str, Pronunciations],
) -> int | None:
    """The median length over the recipients, from texts that are chosen by their content alone; of some
    the seconds are known (``known_s``)."""
    recipients = Counter(texts)
    lengths: list[int] = []
    by_content = sorted(recipients, key=lambda text: hashlib.sha256(text.encode()).digest())
    for tried, text in enumerate(by_content):
        if tried >= _TEXTS_PER_LINE and lengths:
            break
        try:
            seconds = known_s.get(text) or speak_cached(text, config.voice, store, said[text]).duration_s
        except RenderError as error:
            if not error.permanent:
                raise
        else:
            lengths += [frames_covering(seconds, fps)] * recipients[text]
    return median_low(lengths) if lengths else None

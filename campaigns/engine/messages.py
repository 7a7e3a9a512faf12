"""Messages: planned, found in the take, rendered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from campaigns.engine.machine import open_store
from campaigns.engine.takes import probe_take
from renderer.config import EngineConfig, VoiceConfig
from renderer.errors import RenderError
from renderer.progress import Progress, ignore_progress
from renderer.render.job import Lines, MessageJob, MessageResult, Source
from renderer.runtime.store import Store
from renderer.take.filmed import FilmedLine
from renderer.take.plan import Slots
from renderer.words.pronunciations import Pronunciations

if TYPE_CHECKING:  # these load torch and the video libraries: only a worker pays for that
    from renderer.evaluation.seams import SeamRatios as SeamRatios
    from renderer.evaluation.seams import SeamView as SeamView
    from renderer.speech.recorded_lines import RecordedLines as RecordedLines


@dataclass(frozen=True)
class PlannedLine:
    """A line's segment before it is drawn; messages with the same ``key`` share it."""

    line_id: str
    text: str
    seconds: float
    key: str
    source: Source


def plan_slots(
    messages: Sequence[Lines],
    take: Path,
    voice: VoiceConfig,
    progress: Progress = ignore_progress,
    cache: Store | None = None,
    known: Sequence[Pronunciations] = (),
    filmed: Sequence[FilmedLine] = (),
) -> Slots:
    """The slots of a campaign's lines. Speaks every distinct line that is not ``filmed`` once; the store
    keeps them.

    ``known``: how words are said in each of the messages, in their order; none where it is empty.
    """
    from renderer.render.plan import plan_script_slots

    fps = Fraction(probe_take(take)["fps"])
    config, store = EngineConfig(voice=voice), cache or open_store()
    return plan_script_slots(messages, fps, config, store, progress, known=known, filmed=filmed)


def find_filmed_lines(
    messages: Sequence[Lines],
    take: Path,
    voice: VoiceConfig,
    progress: Progress = ignore_progress,
    cache: Store | None = None,
) -> tuple[FilmedLine, ...]:
    """The lines of a script that the take says, of those that are the same for everybody: some seconds for
    each minute of the take, the first time. Raises RenderError for a take that cannot be read."""
    from renderer.render.script_search import find_script_lines

    return find_script_lines(messages, take, cache or open_store(), voice.locale, progress)


def render(job: MessageJob, cache: Store | None = None) -> MessageResult:
    """Make one message from and into ``cache`` (the installation's store), and mark its video. Raises
    RenderError."""
    from renderer.render.pipeline import render_message

    return _mark(render_message(job, cache or open_store()))


def render_messages(
    jobs: Sequence[MessageJob], cache: Store | None = None
) -> Iterator[tuple[MessageJob, MessageResult | Exception]]:
    """Render messages in shared batches of the network; yields each when it is finished and its video marked,
    or its error."""
    if not jobs:
        return
    from renderer.render.pipeline import render_batch

    for job, outcome in render_batch(jobs, cache or open_store()):
        yield job, outcome if isinstance(outcome, Exception) else _mark_or_explain(outcome)


def _mark_or_explain(result: MessageResult) -> MessageResult | RenderError:
    try:
        return _mark(result)
    except RenderError as error:
        return error


def _mark(result: MessageResult) -> MessageResult:
    """The content hash stays that of the video before: the same content signed twice is other bytes, and an
    approval is of the content."""
    from campaigns.engine.credentials import mark_video

    mark_video(result.video)
    return result


def plan_messages(
    messages: Sequence[Lines],
    presenter: Path,
    take: Path,
    slots: Slots,
    voice: VoiceConfig,
    cache: Store | None = None,
    known: Sequence[Pronunciations] = (),
    filmed: Sequence[FilmedLine] = (),
) -> list[tuple[PlannedLine, ...]]:
    """What rendering these messages would make and share; the lines are spoken, nothing is drawn."""
    from renderer.presenter.lazy_take import LazyTake
    from renderer.presenter.presenter import load_presenter
    from renderer.render.context import RenderContext
    from renderer.render.plan import plan_message

    config, speaker = EngineConfig(voice=voice), load_presenter(presenter)
    context = RenderContext(speaker, LazyTake(take, speaker), cache or open_store(), config)
    nowhere = Path()  # planning writes no message

    def plan(lines: Lines, said: Pronunciations) -> tuple[PlannedLine, ...]:
        known, shown = tuple(said), tuple(filmed)
        job = MessageJob(tuple(lines), presenter, take, slots, nowhere, config, {}, known, shown)
        planned = plan_message(job, context)
        return tuple(
            PlannedLine(line_id, text, float(len(segment.path) / context.fps), segment.key, segment.source)
            for (line_id, text), segment in zip(lines, planned.segments, strict=True)
        )

    return [plan(lines, said) for lines, said in zip(messages, known or [()] * len(messages), strict=True)]

"""The only module that imports the engine; values go in, files and numbers come out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from renderer.config import BakeConfig, EngineConfig, PlanConfig, VoiceConfig
from renderer.errors import Cancelled, RenderError
from renderer.plan import Slots
from renderer.progress import Progress, Step, silent
from renderer.render.job import Lines, MessageJob, MessageResult
from renderer.sentences import sentence_spans
from renderer.stopwatch import timing
from renderer.store import Store
from renderer.tally import Uses

if TYPE_CHECKING:  # these load torch and the video libraries: only a worker pays for that
    from renderer.joins import Joins as Joins
    from renderer.joins import Watched as Watched
    from renderer.video.probe import ClipFacts

PAUSES = PlanConfig()


@dataclass(frozen=True)
class PlannedLine:
    """A line's segment before it is drawn; messages with the same ``key`` share it."""

    line_id: str
    text: str
    seconds: float
    key: str


__all__ = [
    "PAUSES",
    "Cancelled",
    "EngineConfig",
    "Lines",
    "MessageJob",
    "MessageResult",
    "PlannedLine",
    "Progress",
    "RenderError",
    "Slots",
    "Step",
    "Store",
    "Uses",
    "VoiceConfig",
    "bake",
    "baked",
    "complete_bake",
    "is_readable",
    "join_ratios",
    "line_seconds",
    "machine_facts",
    "peak_memory_mb",
    "plan_all",
    "plan_slots",
    "render",
    "render_together",
    "sentence_spans",
    "silent",
    "store",
    "take_facts",
    "timing",
    "video_facts",
    "voice_of",
    "watch_joins",
    "write_take_poster",
]


def store() -> Store:
    """Finished parts, shared by all workers of this machine."""
    return Store(settings.RENDER_CACHE_DIR, max_bytes=settings.RENDER_CACHE_MB * 10**6)


def take_facts(take: Path) -> dict[str, Any]:
    """width, height, fps (as text), duration_s and sha256. Raises RenderError for an unusable take."""
    from renderer.video.probe import check_take, probe

    facts = probe(take)
    check_take(facts, take)
    return {
        "width": facts.width,
        "height": facts.height,
        "fps": str(facts.fps),
        "duration_s": facts.duration_s,
        "sha256": facts.sha256,
    }


def write_take_poster(take: Path, out: Path) -> None:
    """A still from the middle of the take, as JPEG."""
    from renderer.video.decode import TakeReader
    from renderer.video.poster import write_poster

    with TakeReader(take) as reader:
        write_poster(next(iter(reader.frames([reader.facts.frames // 2]))), out)


def bake(take: Path, out: Path, progress: Progress = silent) -> None:
    """Prepare a presenter from a take: one file at ``out``. Raises RenderError, as does ``progress``."""
    from renderer.mouth.bake import bake as bake_take

    bake_take(take, out, _bake_config(), progress)


def baked(take: Path, progress: Progress = silent) -> Path:
    """The bake of a take from the store, made now if it is not there."""
    from renderer.mouth.baked import baked as baked_take

    return baked_take(take, store(), _bake_config(), progress)


def _bake_config() -> BakeConfig:
    return replace(BakeConfig(), fit_seconds=float(settings.BAKE_SECONDS))


def video_facts(video: Path) -> ClipFacts:
    """Size, rate, frames and length of a finished video. Raises RenderError when it cannot be played."""
    from renderer.video.probe import probe

    return probe(video)


def complete_bake(light: Path, take: Path, out: Path, progress: Progress = silent) -> None:
    """Make a light bake whole from its take. Raises RenderError when it is of another take."""
    from renderer.mouth.light import complete

    complete(light, take, out, progress)


def plan_slots(
    messages: Sequence[Lines],
    take: Path,
    voice: VoiceConfig,
    progress: Progress = silent,
    cache: Store | None = None,
) -> Slots:
    """The slots of a campaign's lines. Speaks every distinct line once; the store keeps them."""
    from renderer.render.plan import plan_script_slots

    fps = Fraction(take_facts(take)["fps"])
    return plan_script_slots(messages, fps, EngineConfig(voice=voice), cache or store(), progress)


def render(job: MessageJob, cache: Store | None = None) -> MessageResult:
    """Make one message from and into ``cache`` (the installation's store). Raises RenderError."""
    from renderer.render.pipeline import render_message

    return render_message(job, cache or store())


def render_together(
    jobs: Sequence[MessageJob], cache: Store | None = None
) -> Iterator[tuple[MessageJob, MessageResult | Exception]]:
    """Make messages in shared forward passes; each comes out when it is finished, or with its own error."""
    if not jobs:
        return
    from renderer.render.pipeline import render_batch

    yield from render_batch(jobs, cache or store())


def line_seconds(text: str, voice: VoiceConfig, cache: Store | None = None) -> float:
    """How long a line takes to say: synthesised now, unless the store has it. Raises RenderError."""
    from renderer.spoken import spoken

    return spoken(text, voice, cache or store()).duration_s


def plan_all(
    messages: Sequence[Lines],
    presenter: Path,
    take: Path,
    slots: Slots,
    voice: VoiceConfig,
    cache: Store | None = None,
) -> list[tuple[PlannedLine, ...]]:
    """What rendering these messages would make and share; the lines are spoken, nothing is drawn."""
    from renderer.mouth.presenter import load_presenter
    from renderer.render.context import RenderContext
    from renderer.render.plan import plan_message
    from renderer.takes import OpenTake

    config, speaker = EngineConfig(voice=voice), load_presenter(presenter)
    context = RenderContext(speaker, OpenTake(take, speaker), cache or store(), config)
    nowhere = Path()  # planning writes no message

    def plan(lines: Lines) -> tuple[PlannedLine, ...]:
        planned = plan_message(MessageJob(tuple(lines), presenter, take, slots, nowhere, config), context)
        return tuple(
            PlannedLine(line_id, text, float(len(segment.path) / context.fps), segment.key)
            for (line_id, text), segment in zip(lines, planned.segments, strict=True)
        )

    return [plan(lines) for lines in messages]


def is_readable(part: Path) -> bool:
    """Whether a finished part of the store can be read to its end; other files than the store's are."""
    import av
    from safetensors import SafetensorError, safe_open

    if part.suffix not in (".mp4", ".safetensors"):
        return True
    try:
        if part.suffix == ".safetensors":
            with safe_open(part, "np") as file:
                return all(file.get_tensor(name) is not None for name in file.keys())  # noqa: SIM118
        with av.open(str(part)) as clip:
            stream = clip.streams.video[0]
            stream.codec_context.options = {"err_detect": "explode"}  # a damaged picture is no picture
            return sum(1 for _ in clip.decode(stream)) == stream.frames > 0
    except (av.FFmpegError, SafetensorError, ValueError, IndexError):
        return False


def watch_joins(video: Path, presenter: Path, joins: Sequence[int]) -> Watched:
    """The face around the frames ``joins`` of a finished video. Raises RenderError."""
    from renderer.joins import watch_joins as watch
    from renderer.mouth.presenter import load_presenter

    return watch(video, joins, load_presenter(presenter))


def join_ratios(watched: Sequence[Watched]) -> Joins:
    """How evenly several videos move into the joins that were watched."""
    from renderer.joins import join_ratios as ratios

    return ratios(watched)


def machine_facts() -> dict[str, Any]:
    """What a timing depends on: processor, cores, device, versions."""
    from renderer.bench import machine_facts as facts

    return facts()


def peak_memory_mb() -> float:
    """The most memory that this process has held so far."""
    from renderer.bench import peak_memory_mb as peak

    return peak()


def voice_of(engine: str, voice: str = "") -> VoiceConfig:
    """The voice that a campaign or a command names."""
    return VoiceConfig(engine=engine, voice=voice)

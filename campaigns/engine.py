"""The boundary to the engine, which no other module imports. Values go in; files and numbers come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from renderer.config import BakeConfig, EngineConfig, PlanConfig, VoiceConfig
from renderer.errors import Cancelled, RenderError
from renderer.progress import Progress, Step, ignore_progress
from renderer.render.job import Lines, MessageJob, MessageResult, Source, order_script
from renderer.runtime.hit_counters import HitCount
from renderer.runtime.profiling import profile
from renderer.runtime.store import Store
from renderer.speech.speech import Speech
from renderer.speech.text_mismatch import TextMismatch
from renderer.take.filmed import FilmedLine
from renderer.take.plan import Slots
from renderer.voices import registry as voices
from renderer.voices.registry import add_voice_options, check_voice
from renderer.words.pronunciations import Pronunciations
from renderer.words.sentences import find_sentence_spans

if TYPE_CHECKING:  # these load torch and the video libraries: only a worker pays for that
    from renderer.evaluation.seams import SeamRatios as SeamRatios
    from renderer.evaluation.seams import SeamView as SeamView
    from renderer.speech.recorded_lines import RecordedLines as RecordedLines
    from renderer.video.probe import ClipFacts

PAUSES = PlanConfig()
Tell = Callable[[tuple[str, ...]], None]  # is given sentences about a take


@dataclass(frozen=True)
class PlannedLine:
    """A line's segment before it is drawn; messages with the same ``key`` share it."""

    line_id: str
    text: str
    seconds: float
    key: str
    source: Source


__all__ = [
    "PAUSES",
    "Cancelled",
    "EngineConfig",
    "FilmedLine",
    "HitCount",
    "Lines",
    "MessageJob",
    "MessageResult",
    "PlannedLine",
    "Progress",
    "Pronunciations",
    "RenderError",
    "Slots",
    "Source",
    "Speech",
    "Step",
    "Store",
    "Tell",
    "TextMismatch",
    "VoiceConfig",
    "add_voice_options",
    "bake",
    "check_bake",
    "choose_voice",
    "complete_bake",
    "describe_voices",
    "find_filmed_lines",
    "find_sentence_spans",
    "get_default_voice",
    "ignore_progress",
    "is_readable",
    "list_voice_choices",
    "load_or_bake",
    "measure_joins",
    "measure_line_s",
    "measure_peak_memory_mb",
    "open_store",
    "order_script",
    "plan_messages",
    "plan_slots",
    "probe_take",
    "probe_video",
    "profile",
    "read_machine_facts",
    "read_recording",
    "render",
    "render_messages",
    "tell_nobody",
    "watch_joins",
    "write_take_poster",
]


def open_store() -> Store:
    """Finished parts, shared by all workers of this machine."""
    return Store(settings.RENDER_CACHE_DIR, max_bytes=settings.RENDER_CACHE_MB * 10**6)


def probe_take(take: Path) -> dict[str, Any]:
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


def tell_nobody(problems: tuple[str, ...]) -> None:
    """For bakes whose sentences nobody waits for."""


def bake(take: Path, out: Path, progress: Progress = ignore_progress, tell: Tell = tell_nobody) -> None:
    """Prepare a presenter from a take: one file at ``out``. Raises RenderError, as does ``progress``.

    ``tell`` is called once, before the long part, with sentences about what the take lacks.
    """
    from renderer.presenter.bake import bake as bake_take

    bake_take(take, out, _build_bake_config(), progress, tell=tell)


def load_or_bake(take: Path, progress: Progress = ignore_progress, tell: Tell = tell_nobody) -> Path:
    """Load the bake of a take from the cache, or bake it now, which tells what the take lacks."""
    from renderer.presenter.bake_cache import ensure_baked as baked_take

    return baked_take(take, open_store(), _build_bake_config(), progress, tell=tell)


def check_bake(presenter: Path, take: Path) -> None:
    """Raise RenderError unless ``presenter`` is a whole bake of this take, and say what to do."""
    from renderer.presenter.light_bake import check_whole

    check_whole(presenter, take)


def _build_bake_config() -> BakeConfig:
    return replace(BakeConfig(), fit_seconds=float(settings.BAKE_SECONDS))


def probe_video(video: Path) -> ClipFacts:
    """Size, rate, frames and length of a finished video. Raises RenderError when it cannot be played."""
    from renderer.video.probe import probe

    return probe(video)


def complete_bake(light: Path, take: Path, out: Path, progress: Progress = ignore_progress) -> None:
    """Make a light bake whole from its take. Raises RenderError when it is of another take."""
    from renderer.presenter.light_bake import complete

    complete(light, take, out, progress)


def plan_slots(
    messages: Sequence[Lines],
    take: Path,
    voice: VoiceConfig,
    progress: Progress = ignore_progress,
    cache: Store | None = None,
    filmed: Sequence[FilmedLine] = (),
) -> Slots:
    """The slots of a campaign's lines. Speaks every distinct line that is not ``filmed`` once; the store
    keeps them."""
    from renderer.render.plan import plan_script_slots

    fps = Fraction(probe_take(take)["fps"])
    config, store = EngineConfig(voice=voice), cache or open_store()
    return plan_script_slots(messages, fps, config, store, progress, filmed=filmed)


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
    """Make one message from and into ``cache`` (the installation's store). Raises RenderError."""
    from renderer.render.pipeline import render_message

    return render_message(job, cache or open_store())


def render_messages(
    jobs: Sequence[MessageJob], cache: Store | None = None
) -> Iterator[tuple[MessageJob, MessageResult | Exception]]:
    """Render messages in shared batches of the network; yields each when it is finished, or its error."""
    if not jobs:
        return
    from renderer.render.pipeline import render_batch

    yield from render_batch(jobs, cache or open_store())


def measure_line_s(text: str, voice: VoiceConfig, cache: Store | None = None) -> float:
    """How long a line takes to say: synthesised now, unless the store has it. Raises RenderError."""
    from renderer.voices.speech_cache import speak_cached

    return speak_cached(text, voice, cache or open_store()).duration_s


def read_recording(
    path: Path,
    name: str,
    lines: Lines,
    voice: VoiceConfig,
    known: Pronunciations = (),
    cache: Store | None = None,
) -> RecordedLines:
    """The speech of each line in a sound file that people know as ``name``, aligned to the lines' text.

    The lines are in the language of ``voice``. Raises RenderError for a file that cannot be used, and
    TextMismatch for one that says something else.
    """
    from renderer.voices.recorded_cache import read_recorded_cached

    language = voices.load_voice(voice).language
    return read_recorded_cached(path, name, lines, language, cache or open_store(), voice.locale, known)


def plan_messages(
    messages: Sequence[Lines],
    presenter: Path,
    take: Path,
    slots: Slots,
    voice: VoiceConfig,
    cache: Store | None = None,
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

    def plan(lines: Lines) -> tuple[PlannedLine, ...]:
        job = MessageJob(tuple(lines), presenter, take, slots, nowhere, config, filmed=tuple(filmed))
        planned = plan_message(job, context)
        return tuple(
            PlannedLine(line_id, text, float(len(segment.path) / context.fps), segment.key, segment.source)
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


def watch_joins(video: Path, presenter: Path, joins: Sequence[int]) -> SeamView:
    """The face around the seams of a finished video, at the frames ``joins``. Raises RenderError."""
    from renderer.evaluation.seams import track_seams as watch
    from renderer.presenter.presenter import load_presenter

    return watch(video, joins, load_presenter(presenter))


def measure_joins(watched: Sequence[SeamView]) -> SeamRatios:
    """How evenly several videos move into the seams that were watched."""
    from renderer.evaluation.seams import measure_seams as ratios

    return ratios(watched)


def read_machine_facts() -> dict[str, Any]:
    """What a timing depends on: processor, cores, device, versions."""
    from renderer.runtime.machine import read_machine_facts as read

    return read()


def measure_peak_memory_mb() -> float:
    """The most memory that this process has held so far."""
    from renderer.runtime.machine import measure_peak_memory_mb as measure

    return measure()


def choose_voice(engine: str, voice: str = "") -> VoiceConfig:
    """The voice that a campaign or a command names. Raises RenderError for an engine that does not exist."""
    config = VoiceConfig(engine=engine, voice=voice)
    check_voice(config)
    return config


def list_voice_choices() -> list[tuple[str, str]]:
    """(name, label) of each voice engine, the default first."""
    return [(one.name, one.label) for one in voices.ENGINES]


def get_default_voice() -> str:
    """The name of the voice engine that a new campaign has."""
    return voices.ENGINES[0].name


def describe_voices() -> str:
    """What a person may name as a voice of each engine, as sentences."""
    return " ".join(f"{one.label}: {one.takes}." for one in voices.ENGINES)

"""The boundary to the engine, which no other module imports. Values go in; files and numbers come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
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
from renderer.speech.utterance import refuse_ipa
from renderer.take.filmed import FilmedLine
from renderer.take.plan import Slots
from renderer.voices import registry as voices
from renderer.voices.catalogue import SAMPLE as VOICE_SAMPLE
from renderer.voices.catalogue import describe_misfit, find_nearest_voices, find_voice
from renderer.voices.registry import VoiceInfo, add_voice_options, check_voice
from renderer.words.locales import LOCALES, check_locale
from renderer.words.pronunciations import Pronunciation, Pronunciations
from renderer.words.script_words import parse_script_words
from renderer.words.sentences import find_sentence_spans

if TYPE_CHECKING:  # these load torch and the video libraries: only a worker pays for that
    from renderer.evaluation.seams import SeamRatios as SeamRatios
    from renderer.evaluation.seams import SeamView as SeamView
    from renderer.speech.recorded_lines import RecordedLines as RecordedLines
    from renderer.video.probe import ClipFacts
    from renderer.voices.lexicon import WordSounds

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
    "LOCALES", "PAUSES", "VOICE_SAMPLE", "Cancelled", "EngineConfig", "FilmedLine", "HitCount", "Lines",
    "MessageJob", "MessageResult", "PlannedLine", "Progress", "Pronunciation", "Pronunciations",
    "RenderError", "Slots", "Source", "Speech", "Step", "Store", "Tell", "TextMismatch", "VoiceConfig",
    "VoiceInfo", "add_voice_options", "assess_word", "bake", "check_bake", "choose_locale", "choose_voice",
    "complete_bake", "compute_line_key", "describe_misfit", "describe_voices", "find_cached_line_s",
    "find_filmed_lines", "find_fitting_voice", "find_nearest_voices", "find_sentence_spans", "find_voice",
    "find_voice_language", "get_default_voice", "ignore_progress", "is_readable", "list_voice_choices",
    "load_or_bake", "measure_joins", "measure_line_s", "measure_peak_memory_mb", "measure_take_voice",
    "open_store", "order_script", "plan_messages", "plan_slots", "probe_take", "probe_video", "profile",
    "read_line", "read_machine_facts", "read_recording", "render", "render_messages", "speak_line",
    "tell_nobody", "watch_joins", "write_take_poster",
]  # fmt: skip


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


def measure_take_voice(take: Path) -> dict[str, float]:
    """voice_pitch_hz: the median pitch of who speaks in a take, 0.0 where nobody does; 0.1 s for 20 s."""
    from renderer.speech.pitch import measure_pitch_hz
    from renderer.timeline import SOUND_RATE_HZ
    from renderer.video.decode import read_sound

    samples = read_sound(take)
    pitch_hz = 0.0 if samples is None else measure_pitch_hz(samples, SOUND_RATE_HZ)
    return {"voice_pitch_hz": round(pitch_hz, 1)}


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


def measure_line_s(
    text: str, voice: VoiceConfig, cache: Store | None = None, known: Pronunciations = ()
) -> float:
    """How long a line takes to say: synthesised now, unless the store has it. Raises RenderError."""
    from renderer.voices.speech_cache import speak_cached

    return speak_cached(text, voice, cache or open_store(), known).duration_s


def find_cached_line_s(
    text: str, voice: VoiceConfig, cache: Store | None = None, known: Pronunciations = ()
) -> float | None:
    """How long a line that was spoken before takes; None for one that the store does not have."""
    from renderer.voices.speech_cache import find_spoken_s

    return find_spoken_s(text, voice, cache or open_store(), known)


def compute_line_key(text: str, voice: VoiceConfig, known: Pronunciations = ()) -> str:
    """What changes when a line is said in another way. Raises RenderError for an engine that is gone."""
    from renderer.voices.speech_cache import compute_speech_key

    return compute_speech_key(text, voice, known)


def speak_line(
    text: str, voice: VoiceConfig, known: Pronunciations = (), cache: Store | None = None
) -> bytes:
    """A line's sound as a WAV file, out of the store or synthesised now. Raises RenderError."""
    from renderer.speech.wav import write_wav
    from renderer.voices.speech_cache import speak_cached

    speech = speak_cached(text, voice, cache or open_store(), known)
    return write_wav(speech.samples, speech.rate_hz)


@lru_cache(maxsize=32)
def find_voice_language(voice: VoiceConfig) -> str:
    """The language tag of a voice, such as "en-us". Raises RenderError for a voice that cannot be had."""
    return voices.load_voice(voice).language


def choose_locale(accepted: str, voice: VoiceConfig) -> str:
    """The first locale that a browser asks for and the voice's language has; "" where there is none."""
    try:
        language = find_voice_language(voice).partition("-")[0]
    except RenderError:
        return ""
    known = {tag.lower(): tag for tag, _ in LOCALES}
    asked = [part.partition(";")[0].strip().lower() for part in accepted.split(",")]
    return next((known[tag] for tag in asked if tag in known and tag.split("-")[0] == language), "")


def assess_word(word: str, language: str) -> WordSounds | None:
    """How a voice of this language says a word without help, and who knows; None where nobody can tell."""
    if language.partition("-")[0] != "en":
        return None
    from renderer.voices.lexicon import assess_word as assess

    return assess(word, language)


def read_line(text: str, voice: VoiceConfig, known: Pronunciations = ()) -> str:
    """What the voice is asked to say for a line, in words. Raises RenderError for what it cannot read."""
    words = parse_script_words(text, find_voice_language(voice), voice.locale, known)
    refuse_ipa(voices.load_voice(voice), {word.written: word.ipa for word in words if word.ipa})
    return " ".join(_write_word(word.spoken, word.ipa) for word in words if word.spoken)


def _write_word(spoken: str, ipa: str) -> str:
    """A word as it is said; its sounds between slashes where somebody gave them, with the marks behind it."""
    if not ipa:
        return spoken
    return f"/{ipa}/" + spoken[len(spoken.rstrip(".,;:!?…")) :]


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


def choose_voice(engine: str, voice: str = "", locale: str = "") -> VoiceConfig:
    """The voice that a campaign or a command names. RenderError for an engine or locale that is none."""
    config = VoiceConfig(engine=engine, voice=voice, locale=locale)
    check_locale(locale)
    check_voice(config)
    return config


def find_fitting_voice(engine: str, pitch_hz: float, language: str = "en-us") -> str:
    """The name of that engine's voice that is nearest to a presenter's; "" where it lists none."""
    nearest = find_nearest_voices(pitch_hz, language, voices.find_engine(engine).list_voices())
    return nearest[0].name if nearest else ""


def list_voice_choices() -> list[tuple[str, str]]:
    """(name, label) of each voice engine, the default first."""
    return [(one.name, one.label) for one in voices.ENGINES]


def get_default_voice() -> str:
    """The name of the voice engine that a new campaign has."""
    return voices.ENGINES[0].name


def describe_voices() -> str:
    """What a person may name as a voice of each engine, as sentences."""
    return " ".join(f"{one.label}: {one.takes}." for one in voices.ENGINES)

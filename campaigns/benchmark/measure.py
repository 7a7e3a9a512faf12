"""Benchmark: what one more recipient costs.

It plans a whole campaign, renders a sample of it with one shared cache, and a few messages whole, each with
an empty cache.

Everything happens in folders of its own; neither the database nor the installation's cache is touched.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from statistics import mean, median
from typing import TYPE_CHECKING, Any

from django.conf import settings

from campaigns import engine
from campaigns.benchmark import sample_data
from campaigns.scripts.template import fill

if TYPE_CHECKING:
    from campaigns.engine import MessageResult, SeamRatios, SeamView

Lines = list[tuple[str, str]]  # (line id, text)
# called with the current stage, the fraction of all work (0..1), and the seconds left where known
ProgressCallback = Callable[[str, float, float | None], None]
JOHNS = 5
# How long one more shared message takes beside a whole one, as a first guess for the time left.
_SHARED_WORK = 0.1


@dataclass(frozen=True)
class BenchmarkConfig:
    """The campaign to measure: its script takes ``seconds``, its one personal line ``personal_seconds``."""

    take: Path
    presenter: Path
    voice: engine.VoiceConfig
    recipients: int = 1000
    seconds: float = 60.0
    personal_seconds: float = 3.0
    sample: int = 20
    whole: int = 3
    together: int = field(default_factory=lambda: int(settings.RENDER_BATCH_MESSAGES))

    def __post_init__(self) -> None:
        if self.whole < 1 or self.sample < 1 or self.recipients <= self.sample:
            raise ValueError(
                "At least one message is rendered whole and one shared, and there must be "
                "more recipients than messages in the sample."
            )


@dataclass(frozen=True)
class MessageCost:
    """The cost of one rendered message. Messages that were rendered together share the time evenly.

    ``stages`` are wall seconds by stage, ``stages_cpu`` those of the threads that ran it; stages that run
    in parallel add up to more than ``wall_s``. ``hits`` of ``lines`` segments were there already.
    """

    wall_s: float
    cpu_s: float
    video_s: float
    lines: int
    hits: int
    stages: dict[str, float]
    stages_cpu: dict[str, float]


@dataclass(frozen=True)
class SpeechCost:
    """The cost of synthesising all distinct lines of all recipients, before planning."""

    lines: int
    wall_s: float
    cpu_s: float

    @property
    def each_s(self) -> float:
        return self.wall_s / self.lines


@dataclass(frozen=True)
class PlanCost:
    """The cost of planning all messages: fill the script, assign slots, plan each segment and its key."""

    messages: int
    wall_s: float
    segments: int
    distinct: int
    video_s: float
    distinct_s: float
    personal_s: float


@dataclass(frozen=True)
class BenchmarkResult:
    """Everything that was measured; the properties are derived from it. Field names are JSON keys."""

    width: int
    height: int
    script: str
    spoken: SpeechCost
    planned: PlanCost
    whole: tuple[MessageCost, ...]
    first: MessageCost
    sample: tuple[MessageCost, ...]
    johns: tuple[MessageCost, ...]
    joins: SeamRatios
    together: int
    peak_memory_mb: float
    machine: dict[str, Any]

    @property
    def marginal_s(self) -> float:
        """One more message: its personal line spoken, drawn and joined with what is there."""
        return mean(made.wall_s for made in self.sample) + self.spoken.each_s

    @property
    def marginal_stages(self) -> dict[str, tuple[float, float]]:
        """Mean seconds (wall, CPU) by stage of one more message, most first; its line's speech included."""
        names = {name for made in self.sample for name in made.stages}
        stages = {
            name: (
                mean(made.stages.get(name, 0.0) for made in self.sample),
                mean(made.stages_cpu.get(name, 0.0) for made in self.sample),
            )
            for name in names
        }
        wall_s, cpu_s = stages.get("speech", (0.0, 0.0))
        stages["speech"] = wall_s + self.spoken.each_s, cpu_s + self.spoken.cpu_s / self.spoken.lines
        return dict(sorted(stages.items(), key=lambda stage: -stage[1][0]))

    @property
    def whole_s(self) -> float:
        return median(made.wall_s for made in self.whole)

    @property
    def ratio(self) -> float:
        return self.whole_s / self.marginal_s

    @property
    def cpu_ratio(self) -> float:
        """The same by CPU time, which other work on the machine does not lengthen."""
        return median(made.cpu_s for made in self.whole) / self.marginal_cpu_s

    @property
    def marginal_cpu_s(self) -> float:
        return mean(made.cpu_s for made in self.sample) + self.spoken.cpu_s / self.spoken.lines

    @property
    def john_s(self) -> float:
        return median(made.wall_s for made in self.johns)

    @property
    def campaign_s(self) -> float:
        """All recipients, derived: the first message, and the others at the marginal time."""
        return self.planned.wall_s + self.first.wall_s + (self.planned.messages - 1) * self.marginal_s

    @property
    def work_per_video_second(self) -> float:
        return self.campaign_s / self.planned.video_s

    def to_json(self) -> dict[str, Any]:
        worked_out = {
            "whole_s": self.whole_s,
            "marginal_s": self.marginal_s,
            "marginal_cpu_s": self.marginal_cpu_s,
            "ratio": self.ratio,
            "cpu_ratio": self.cpu_ratio,
            "marginal_stages": self.marginal_stages,
            "john_s": self.john_s,
            "speech_each_s": self.spoken.each_s,
            "campaign_s": self.campaign_s,
            "work_per_video_second": self.work_per_video_second,
        }
        return worked_out | asdict(self)


def run_benchmark(config: BenchmarkConfig, on_progress: ProgressCallback) -> BenchmarkResult:
    """Measure a campaign. Raises RenderError when the take or the voice cannot be used."""
    facts = engine.probe_take(config.take)
    with tempfile.TemporaryDirectory(prefix="byname-bench-") as name:
        return _Benchmark(config, Path(name), on_progress).measure(facts)


class _Benchmark:
    """One measurement in one folder."""

    def __init__(self, config: BenchmarkConfig, folder: Path, on_progress: ProgressCallback) -> None:
        self._config, self._folder, self._on_progress = config, folder, on_progress
        self._cache = engine.Store(folder / "cache")
        self._people = sample_data.make_people(config.recipients)
        self._joins: list[tuple[int, ...]] = []  # of each message: where its personal segments begin and end
        self._watched: list[SeamView] = []
        self._units = config.whole + 1 + (config.sample + JOHNS) * _SHARED_WORK  # in whole messages
        self._done = 0.0
        self._began = time.monotonic()

    def measure(self, facts: dict[str, Any]) -> BenchmarkResult:
        self._on_progress("writing the script", 0.0, None)
        script = self._write_script()
        spoken = self._speak(script)
        self._on_progress("planning every message", 0.0, None)
        self._plan(script, self._people[:1])  # a worker has loaded the engine and the presenter already
        messages, slots, planned = self._plan(script, self._people)
        self._began = time.monotonic()
        first, shared, whole = self._render(messages, slots)
        johns = [
            self._render_messages([messages[at]], slots, self._cache, 0.0)[0]
            for at in self._choose_sample()[:JOHNS]
        ]
        return BenchmarkResult(
            facts["width"], facts["height"], script, spoken, planned, tuple(whole), first, tuple(shared),
            tuple(johns), engine.measure_joins(self._watched), self._config.together,
            engine.measure_peak_memory_mb(), engine.read_machine_facts(),
        )  # fmt: skip

    def _write_script(self) -> str:
        config, cache = self._config, engine.Store(self._folder / "script")
        return sample_data.write_script(
            config.seconds,
            config.personal_seconds,
            engine.PAUSES.pause_s,
            lambda text: engine.measure_line_s(text, config.voice, cache),
        )

    def _speak(self, script: str) -> SpeechCost:
        """Every line is synthesised: the script was measured with a store of its own."""
        texts = sorted({text for lines in _fill_script(script, self._people) for _, text in lines})
        began, cpu_s = time.perf_counter(), time.process_time()
        for at, text in enumerate(texts):
            left_s = (time.perf_counter() - began) / at * (len(texts) - at) if at else None
            self._on_progress(f"speaking, line {at + 1} of {len(texts)}", at / len(texts), left_s)
            engine.measure_line_s(text, self._config.voice, self._cache)
        return SpeechCost(len(texts), time.perf_counter() - began, time.process_time() - cpu_s)

    def _plan(
        self, script: str, people: Sequence[Mapping[str, str]]
    ) -> tuple[list[Lines], engine.Slots, PlanCost]:
        config, began = self._config, time.perf_counter()
        messages = _fill_script(script, people)
        slots = engine.plan_slots(messages, config.take, config.voice, cache=self._cache)
        planned = engine.plan_messages(
            messages, config.presenter, config.take, slots, config.voice, self._cache
        )
        wall_s = time.perf_counter() - began
        self._joins = _find_personal_joins(planned, Fraction(engine.probe_take(config.take)["fps"]))
        return messages, slots, _summarize_plan(planned, wall_s)

    def _choose_sample(self) -> list[int]:
        """The sample, evenly from all recipients but the first, who pays for what all share."""
        config = self._config
        return [1 + at * (config.recipients - 1) // config.sample for at in range(config.sample)]

    def _render(
        self, messages: Sequence[Lines], slots: engine.Slots
    ) -> tuple[MessageCost, list[MessageCost], list[MessageCost]]:
        """Whole messages spread among the shared ones, so that both meet the same machine."""
        first = self._render_messages([messages[0]], slots, self._cache, 1.0)[0]
        shared: list[MessageCost] = []
        whole: list[MessageCost] = []
        places = self._choose_sample()
        for part in _split_evenly(places, self._config.whole):
            whole.append(self._render_whole(messages[part[0] if part else 0], slots))
            for at in range(0, len(part), self._config.together):
                batch = part[at : at + self._config.together]
                joins = [self._joins[place] for place in batch]
                lines = [messages[place] for place in batch]
                shared += self._render_messages(lines, slots, self._cache, _SHARED_WORK, joins)
        return first, shared, whole

    def _render_whole(self, lines: Lines, slots: engine.Slots) -> MessageCost:
        with tempfile.TemporaryDirectory(dir=self._folder) as empty:
            return self._render_messages([lines], slots, engine.Store(Path(empty)), 1.0)[0]

    def _render_messages(
        self,
        messages: Sequence[Lines],
        slots: engine.Slots,
        cache: engine.Store,
        units: float,
        joins: Sequence[tuple[int, ...]] = (),
    ) -> list[MessageCost]:
        """Render them as one task of a worker does; ``units`` is what each is worth in the progress.

        Around the frames ``joins`` of each the finished video is looked at, which counts for nothing.
        """
        config, count = self._config, len(messages)
        with tempfile.TemporaryDirectory(dir=self._folder) as out, engine.profile() as stopwatch:
            jobs = [
                engine.MessageJob(
                    tuple(lines), config.presenter, config.take, slots, Path(out) / str(number),
                    engine.EngineConfig(voice=config.voice),
                    progress=lambda step: self._report_progress(step, units),
                )
                for number, lines in enumerate(messages)
            ]  # fmt: skip
            wall_s, cpu_s = time.perf_counter(), time.process_time()
            results = [self._unwrap(made, units) for _, made in engine.render_messages(jobs, cache)]
            wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
            took = stopwatch.report()
            for job, at in zip(jobs, joins, strict=False):
                video = job.out_stem.with_suffix(".mp4")
                self._watched.append(engine.watch_joins(video, config.presenter, at))
        return [
            MessageCost(
                wall_s / count, cpu_s / count, made.duration_s, len(made.segments), made.cache_hits,
                {name: stage.wall_s / count for name, stage in took.items()},
                {name: stage.cpu_s / count for name, stage in took.items()},
            )
            for made in results
        ]  # fmt: skip

    def _unwrap(self, outcome: MessageResult | Exception, units: float) -> MessageResult:
        if isinstance(outcome, Exception):
            raise outcome
        self._done += units
        return outcome

    def _report_progress(self, step: engine.Step, units: float) -> None:
        part = units * step.done / step.total if step.total else 0.0
        fraction = (self._done + part) / self._units
        spent_s = time.monotonic() - self._began
        left_s = spent_s / fraction * (1 - fraction) if fraction > 0.02 else None
        self._on_progress(f"rendering: {step.stage}", fraction, left_s)


def _find_personal_joins(
    messages: Sequence[tuple[engine.PlannedLine, ...]], fps: Fraction
) -> list[tuple[int, ...]]:
    """The frames of each message in which a segment that others lack meets one that all share."""
    in_all = set.intersection(*({line.key for line in lines} for lines in messages))
    return [tuple(_find_changes(lines, in_all, fps)) for lines in messages]


def _find_changes(lines: Sequence[engine.PlannedLine], in_all: set[str], fps: Fraction) -> Iterator[int]:
    ends = accumulate(round(line.seconds * fps) for line in lines)
    for end, before, after in zip(ends, lines, lines[1:], strict=False):
        if (before.key in in_all) != (after.key in in_all):
            yield end


def _fill_script(script: str, people: Sequence[Mapping[str, str]]) -> list[Lines]:
    return [[(line.id, line.text) for line in fill(script, row)] for row in people]


def _summarize_plan(messages: Sequence[tuple[engine.PlannedLine, ...]], wall_s: float) -> PlanCost:
    by_key = {line.key: line.seconds for lines in messages for line in lines}
    in_all = [{line.key for line in lines} for lines in messages]
    shared = set.intersection(*in_all)
    return PlanCost(
        messages=len(messages),
        wall_s=wall_s,
        segments=sum(len(lines) for lines in messages),
        distinct=len(by_key),
        video_s=sum(line.seconds for lines in messages for line in lines),
        distinct_s=sum(by_key.values()),
        personal_s=mean(sum(line.seconds for line in lines if line.key not in shared) for lines in messages),
    )


def _split_evenly(places: Sequence[int], parts: int) -> Iterator[Sequence[int]]:
    """``places`` in so many runs of about the same length, in order."""
    for part in range(parts):
        yield places[part * len(places) // parts : (part + 1) * len(places) // parts]

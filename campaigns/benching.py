"""What one more recipient costs: a campaign planned whole, a sample of it rendered shared, and some whole.

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

from campaigns import invented, rendering
from campaigns.scripts import fill

if TYPE_CHECKING:
    from campaigns.rendering import Joins, MessageResult, Watched

Lines = list[tuple[str, str]]  # (line id, text)
# what is done now, how far everything is (0..1), seconds left if known
Watch = Callable[[str, float, float | None], None]
JOHNS = 5
# How long one more shared message takes beside a whole one, as a first guess for the time left.
_SHARED_WORK = 0.1


@dataclass(frozen=True)
class BenchCampaign:
    """What is measured: so many people, a script of ``seconds`` with one line of ``personal_seconds``."""

    take: Path
    presenter: Path
    voice: rendering.VoiceConfig
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
class Made:
    """One rendered message; of those that were rendered together, each has its even share of the time.

    ``stages`` are wall seconds by stage, ``stages_cpu`` those of the threads that ran it; stages that run
    side by side add up to more than ``wall_s``. ``hits`` of ``lines`` segments were there already.
    """

    wall_s: float
    cpu_s: float
    video_s: float
    lines: int
    hits: int
    stages: dict[str, float]
    stages_cpu: dict[str, float]


@dataclass(frozen=True)
class Spoken:
    """Speaking all distinct lines of all recipients, before anything is planned."""

    lines: int
    wall_s: float
    cpu_s: float

    @property
    def each_s(self) -> float:
        return self.wall_s / self.lines


@dataclass(frozen=True)
class Planned:
    """Planning all messages, their lines spoken: fill the script, give slots, plan and key each segment."""

    messages: int
    wall_s: float
    segments: int
    distinct: int
    video_s: float
    distinct_s: float
    personal_s: float


@dataclass(frozen=True)
class Measured:
    """Everything that was measured; the properties are worked out from it and nothing else."""

    width: int
    height: int
    script: str
    spoken: Spoken
    planned: Planned
    whole: tuple[Made, ...]
    first: Made
    sample: tuple[Made, ...]
    johns: tuple[Made, ...]
    joins: Joins
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
        """All recipients, worked out: the first message, and the others at the marginal time."""
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


def bench(wanted: BenchCampaign, watch: Watch) -> Measured:
    """Measure. Raises RenderError when the take or the voice cannot be used."""
    facts = rendering.take_facts(wanted.take)
    with tempfile.TemporaryDirectory(prefix="byname-bench-") as name:
        return _Bench(wanted, Path(name), watch).measured(facts)


class _Bench:
    """One measurement in one folder."""

    def __init__(self, wanted: BenchCampaign, folder: Path, watch: Watch) -> None:
        self._wanted, self._folder, self._watch = wanted, folder, watch
        self._cache = rendering.Store(folder / "cache")
        self._people = invented.people(wanted.recipients)
        self._joins: list[tuple[int, ...]] = []  # of each message: where its personal segments begin and end
        self._watched: list[Watched] = []
        self._units = wanted.whole + 1 + (wanted.sample + JOHNS) * _SHARED_WORK  # in whole messages
        self._done = 0.0
        self._began = time.monotonic()

    def measured(self, facts: dict[str, Any]) -> Measured:
        self._watch("writing the script", 0.0, None)
        script = self._script()
        spoken = self._speak(script)
        self._watch("planning every message", 0.0, None)
        self._plan(script, self._people[:1])  # a worker has loaded the engine and the presenter already
        messages, slots, planned = self._plan(script, self._people)
        self._began = time.monotonic()
        first, shared, whole = self._render(messages, slots)
        johns = [self._made([messages[at]], slots, self._cache, 0.0)[0] for at in self._places()[:JOHNS]]
        return Measured(
            facts["width"], facts["height"], script, spoken, planned, tuple(whole), first, tuple(shared),
            tuple(johns), rendering.join_ratios(self._watched), self._wanted.together,
            rendering.peak_memory_mb(), rendering.machine_facts(),
        )  # fmt: skip

    def _script(self) -> str:
        wanted, cache = self._wanted, rendering.Store(self._folder / "script")
        return invented.script(
            wanted.seconds,
            wanted.personal_seconds,
            rendering.PAUSES.pause_s,
            lambda text: rendering.line_seconds(text, wanted.voice, cache),
        )

    def _speak(self, script: str) -> Spoken:
        """Every line is synthesised: the script was measured with a store of its own."""
        texts = sorted({text for lines in _filled(script, self._people) for _, text in lines})
        began, cpu_s = time.perf_counter(), time.process_time()
        for at, text in enumerate(texts):
            left_s = (time.perf_counter() - began) / at * (len(texts) - at) if at else None
            self._watch(f"speaking, line {at + 1} of {len(texts)}", at / len(texts), left_s)
            rendering.line_seconds(text, self._wanted.voice, self._cache)
        return Spoken(len(texts), time.perf_counter() - began, time.process_time() - cpu_s)

    def _plan(
        self, script: str, people: Sequence[Mapping[str, str]]
    ) -> tuple[list[Lines], rendering.Slots, Planned]:
        wanted, began = self._wanted, time.perf_counter()
        messages = _filled(script, people)
        slots = rendering.plan_slots(messages, wanted.take, wanted.voice, cache=self._cache)
        planned = rendering.plan_all(
            messages, wanted.presenter, wanted.take, slots, wanted.voice, self._cache
        )
        wall_s = time.perf_counter() - began
        self._joins = _personal_joins(planned, Fraction(rendering.take_facts(wanted.take)["fps"]))
        return messages, slots, _planned(planned, wall_s)

    def _places(self) -> list[int]:
        """The sample, evenly from all recipients but the first, who pays for what all share."""
        wanted = self._wanted
        return [1 + at * (wanted.recipients - 1) // wanted.sample for at in range(wanted.sample)]

    def _render(
        self, messages: Sequence[Lines], slots: rendering.Slots
    ) -> tuple[Made, list[Made], list[Made]]:
        """Whole messages spread among the shared ones, so that both meet the same machine."""
        first = self._made([messages[0]], slots, self._cache, 1.0)[0]
        shared: list[Made] = []
        whole: list[Made] = []
        places = self._places()
        for part in _spread(places, self._wanted.whole):
            whole.append(self._made_whole(messages[part[0] if part else 0], slots))
            for at in range(0, len(part), self._wanted.together):
                batch = part[at : at + self._wanted.together]
                joins = [self._joins[place] for place in batch]
                lines = [messages[place] for place in batch]
                shared += self._made(lines, slots, self._cache, _SHARED_WORK, joins)
        return first, shared, whole

    def _made_whole(self, lines: Lines, slots: rendering.Slots) -> Made:
        with tempfile.TemporaryDirectory(dir=self._folder) as empty:
            return self._made([lines], slots, rendering.Store(Path(empty)), 1.0)[0]

    def _made(
        self,
        messages: Sequence[Lines],
        slots: rendering.Slots,
        cache: rendering.Store,
        units: float,
        joins: Sequence[tuple[int, ...]] = (),
    ) -> list[Made]:
        """Render them as one task of a worker does; ``units`` is what each is worth in the progress.

        Around the frames ``joins`` of each the finished video is looked at, which counts for nothing.
        """
        wanted, count = self._wanted, len(messages)
        with tempfile.TemporaryDirectory(dir=self._folder) as out, rendering.timing() as stopwatch:
            jobs = [
                rendering.MessageJob(
                    tuple(lines), wanted.presenter, wanted.take, slots, Path(out) / str(number),
                    rendering.EngineConfig(voice=wanted.voice), progress=lambda step: self._told(step, units),
                )
                for number, lines in enumerate(messages)
            ]  # fmt: skip
            wall_s, cpu_s = time.perf_counter(), time.process_time()
            results = [self._result(made, units) for _, made in rendering.render_together(jobs, cache)]
            wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
            took = stopwatch.report()
            for job, at in zip(jobs, joins, strict=False):
                video = job.out_stem.with_suffix(".mp4")
                self._watched.append(rendering.watch_joins(video, wanted.presenter, at))
        return [
            Made(
                wall_s / count, cpu_s / count, made.duration_s, len(made.segments), made.cache_hits,
                {name: stage.wall_s / count for name, stage in took.items()},
                {name: stage.cpu_s / count for name, stage in took.items()},
            )
            for made in results
        ]  # fmt: skip

    def _result(self, outcome: MessageResult | Exception, units: float) -> MessageResult:
        if isinstance(outcome, Exception):
            raise outcome
        self._done += units
        return outcome

    def _told(self, step: rendering.Step, units: float) -> None:
        part = units * step.done / step.total if step.total else 0.0
        fraction = (self._done + part) / self._units
        spent_s = time.monotonic() - self._began
        left_s = spent_s / fraction * (1 - fraction) if fraction > 0.02 else None
        self._watch(f"rendering: {step.stage}", fraction, left_s)


def _personal_joins(
    messages: Sequence[tuple[rendering.PlannedLine, ...]], fps: Fraction
) -> list[tuple[int, ...]]:
    """The frames of each message in which a segment that others lack meets one that all share."""
    in_all = set.intersection(*({line.key for line in lines} for lines in messages))
    return [tuple(_changes(lines, in_all, fps)) for lines in messages]


def _changes(lines: Sequence[rendering.PlannedLine], in_all: set[str], fps: Fraction) -> Iterator[int]:
    ends = accumulate(round(line.seconds * fps) for line in lines)
    for end, before, after in zip(ends, lines, lines[1:], strict=False):
        if (before.key in in_all) != (after.key in in_all):
            yield end


def _filled(script: str, people: Sequence[Mapping[str, str]]) -> list[Lines]:
    return [[(line.id, line.text) for line in fill(script, row)] for row in people]


def _planned(messages: Sequence[tuple[rendering.PlannedLine, ...]], wall_s: float) -> Planned:
    by_key = {line.key: line.seconds for lines in messages for line in lines}
    in_all = [{line.key for line in lines} for lines in messages]
    shared = set.intersection(*in_all)
    return Planned(
        messages=len(messages),
        wall_s=wall_s,
        segments=sum(len(lines) for lines in messages),
        distinct=len(by_key),
        video_s=sum(line.seconds for lines in messages for line in lines),
        distinct_s=sum(by_key.values()),
        personal_s=mean(sum(line.seconds for line in lines if line.key not in shared) for lines in messages),
    )


def _spread(places: Sequence[int], parts: int) -> Iterator[Sequence[int]]:
    """``places`` in so many runs of about the same length, in order."""
    for part in range(parts):
        yield places[part * len(places) // parts : (part + 1) * len(places) // parts]

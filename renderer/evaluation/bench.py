"""How fast the engine renders here, stage by stage: ``python -m renderer.evaluation.bench --take CLIP``.

A message of about ``--seconds`` is rendered into a fresh, temporary store, then a second one that differs
from it in its first line only: what one more recipient costs.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, get_args

from renderer.config import BakeConfig, DiffusionConfig, EngineConfig, FusionMode, VideoConfig, VoiceConfig
from renderer.errors import RenderError
from renderer.progress import Progress
from renderer.render.job import MessageJob
from renderer.render.pipeline import render_message
from renderer.render.plan import plan_script_slots
from renderer.runtime.machine import measure_peak_memory_mb, read_machine_facts
from renderer.runtime.profiling import Profiler, SpanTime, profile
from renderer.runtime.progress_line import ProgressLine
from renderer.runtime.store import Store
from renderer.video.probe import check_take, probe
from renderer.voices.registry import add_voice_options
from renderer.voices.speech_cache import speak_cached

_PERSONAL = (
    "Hello John, it is so good to hear from you today.",
    "Hello Priya, how lovely that you wrote to us.",
)
_SHARED = (
    "We looked at your questions with great care this week.",
    "Most people begin with a small plan and change it later.",
    "Bring a friend, a map, and five minutes of patience.",
    "Nothing about the first evening needs to be perfect.",
    "Our whole team will be there from early in the morning.",
    "If something is missing, tell us and we will fix it.",
)


@dataclass(frozen=True)
class RenderTiming:
    """One message: ``work_frames`` were drawn for it, the rest of ``frames`` came from the store.

    Rates are frames of work by wall seconds. ``cpu_s`` counts every thread of the process; a stage counts
    the threads that ran it.
    """

    frames: int
    work_frames: int
    video_s: float
    wall_s: float
    cpu_s: float
    stages: dict[str, SpanTime]

    @property
    def frames_per_s(self) -> float:
        return self.work_frames / max(self.wall_s, 1e-9)


@dataclass(frozen=True)
class Bench:
    """A whole message, one more with another first line, and where they were made."""

    whole: RenderTiming
    one_more: RenderTiming
    width: int
    height: int
    steps: int
    machine: dict[str, Any]
    peak_memory_mb: float

    @property
    def network_ran(self) -> bool:
        """False where the presenter's network leaves drafts alone: such figures tell nothing of its speed."""
        return "network" in self.whole.stages


def bench(
    take: Path,
    presenter: Path | None,
    seconds: float,
    config: EngineConfig,
    bake: BakeConfig,
    progress: Progress,
) -> Bench:
    """Render and time both messages. Raises RenderError for a take that cannot be used."""
    facts = probe(take)
    check_take(facts, take)
    with tempfile.TemporaryDirectory(prefix="byname-bench-") as folder:
        store = Store(Path(folder) / "store")
        baked_file = presenter or _bake(take, store, bake, progress)
        first, second = _write_messages(seconds, config.voice, store)
        slots = plan_script_slots([first, second], facts.fps, config, store)
        jobs = [
            MessageJob(lines, baked_file, take, slots, Path(folder) / str(n), config, progress=progress)
            for n, lines in enumerate((first, second))
        ]
        whole, one_more = (_time_message(job, store) for job in jobs)
    steps, machine = config.diffusion.steps, read_machine_facts()
    return Bench(whole, one_more, facts.width, facts.height, steps, machine, measure_peak_memory_mb())


def _bake(take: Path, store: Store, config: BakeConfig, progress: Progress) -> Path:
    from renderer.presenter.bake_cache import ensure_baked  # loads torch and the face tracker

    return ensure_baked(take, store, config, progress)


def _write_messages(
    seconds: float, voice: VoiceConfig, store: Store
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """Two scripts of about this length that differ in their first line."""
    shared: list[tuple[str, str]] = []
    spoken_s = speak_cached(_PERSONAL[0], voice, store).duration_s
    while spoken_s < seconds or not shared:
        text = _SHARED[len(shared) % len(_SHARED)]
        shared.append((f"shared-{len(shared)}", text))
        spoken_s += speak_cached(text, voice, store).duration_s
    first, second = ((("personal", text), *shared) for text in _PERSONAL)
    return first, second


def _time_message(job: MessageJob, store: Store) -> RenderTiming:
    with profile(Profiler()) as watch:
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        result = render_message(job, store)
        wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    stages = watch.report()
    work_frames = stages["compose"].frames if "compose" in stages else 0
    frames = round(result.duration_s * probe(result.video).fps)
    return RenderTiming(frames, work_frames, result.duration_s, wall_s, cpu_s, stages)


# --- the command ---


def main(arguments: Sequence[str]) -> int:
    """Run the bench; 0 when it did, 1 with one sentence on stderr when it could not."""
    options = _build_parser().parse_args(arguments)
    progress = ProgressLine(sys.stderr)
    try:
        found = bench(
            options.take,
            options.presenter,
            options.seconds,
            _build_config(options),
            replace(BakeConfig(), fit_seconds=options.fit_seconds),
            progress,
        )
    except RenderError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    finally:
        progress.close()
    sys.stdout.write(json.dumps(_to_json(found), indent=2) + "\n" if options.json else format_bench(found))
    return 0


def format_bench(found: Bench) -> str:
    """The bench as lines for people."""
    lines = [f"{found.width}x{found.height}, {found.steps} steps, " + _format_machine(found.machine)]
    for name, one in (("a whole message", found.whole), ("one more message", found.one_more)):
        lines += [
            "",
            f"{name}: {one.video_s:.1f} s of video, {one.work_frames} of {one.frames} frames drawn, "
            f"{one.wall_s:.2f} s ({one.cpu_s:.2f} s CPU), {one.frames_per_s:.1f} frames/s",
            f"{'stage':>16} {'wall s':>8} {'CPU s':>8} {'ms/frame':>9} {'frames/s':>9} {'calls':>7}",
            *(_format_row(stage, took, one.work_frames) for stage, took in _sort_slowest_first(one)),
        ]
    if not found.network_ran:
        lines += ["", "no network: this presenter's fit kept its drafts as they are, so no pass was run"]
    return "\n".join([*lines, "", f"peak memory: {found.peak_memory_mb:.0f} MB"]) + "\n"


def _format_row(stage: str, took: SpanTime, frames: int) -> str:
    per_frame_ms = 1000 * took.wall_s / max(frames, 1)
    rate = frames / max(took.wall_s, 1e-9)
    return f"{stage:>16} {took.wall_s:8.3f} {took.cpu_s:8.3f} {per_frame_ms:9.2f} {rate:9.1f} {took.calls:7d}"


def _sort_slowest_first(one: RenderTiming) -> list[tuple[str, SpanTime]]:
    return sorted(one.stages.items(), key=lambda entry: -entry[1].wall_s)


def _format_machine(machine: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in machine.items())


def _to_json(found: Bench) -> dict[str, Any]:
    return asdict(found) | {
        "network_ran": found.network_ran,
        "frames_per_s": round(found.whole.frames_per_s, 2),
        "stage_frames_per_s": {
            stage: round(found.whole.work_frames / max(took.wall_s, 1e-9), 1)
            for stage, took in _sort_slowest_first(found.whole)
        },
    }


def _build_config(options: argparse.Namespace) -> EngineConfig:
    return EngineConfig(
        voice=VoiceConfig(options.voice),
        diffusion=replace(DiffusionConfig(), mode=options.mode, steps=options.steps),
        video=replace(VideoConfig(), preset=options.preset, crf=options.crf),
    )


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m renderer.evaluation.bench", description=__doc__)
    parser.add_argument("--take", type=Path, required=True, help="the presenter's recorded video")
    parser.add_argument("--presenter", type=Path, help="a whole bake of this take; without it, it is baked")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of the message")
    parser.add_argument("--steps", type=int, default=DiffusionConfig.steps, help="denoising steps (1 to 8)")
    parser.add_argument(
        "--mode",
        choices=get_args(FusionMode),
        default=DiffusionConfig.mode,
        help="sampler mode (default: %(default)s)",
    )
    add_voice_options(parser)
    parser.add_argument("--preset", default=VideoConfig.preset, help="of the H.264 encoder")
    parser.add_argument("--crf", type=int, default=VideoConfig.crf, help="of the H.264 encoder")
    parser.add_argument(
        "--fit-seconds",
        type=float,
        default=BakeConfig.fit_seconds,
        help="the longest that fitting the mouth may take, in seconds (default: %(default)g)",
    )
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The engine's own command line: bake a presenter, render a text or a recording over a take."""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import get_args

import platformdirs

from renderer.config import BakeConfig, DiffusionConfig, EngineConfig, FusionMode, VoiceConfig
from renderer.errors import RenderError
from renderer.evaluation.quality import (
    add_compare_options,
    add_quality_options,
    add_reconstruct_options,
    diffusion_of,
    run_compare,
    run_quality,
    run_reconstruct,
)
from renderer.evaluation.voice_report import add_voices_options
from renderer.likeness.commands import add_voice_commands
from renderer.progress import Progress
from renderer.render.job import MessageJob, MessageResult
from renderer.render.pipeline import render_message
from renderer.render.plan import plan_script_slots
from renderer.runtime.atomic_files import atomic_write, check_writable
from renderer.runtime.progress_line import ProgressLine
from renderer.runtime.store import Store
from renderer.take.plan import plan_slots
from renderer.timeline import frames_covering
from renderer.video.probe import ClipFacts, check_take, probe
from renderer.video.recorded_sound import read_recorded_sound
from renderer.voices.registry import add_voice_options
from renderer.voices.speech_cache import speak_cached
from renderer.words.sentences import split_sentences


def main(arguments: Sequence[str]) -> int:
    """Run one command; 0 when it did what was asked, 1 with one sentence on stderr when it could not."""
    options = _build_parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except RenderError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    except OSError as error:
        where = error.filename2 or error.filename or "A file"
        sys.stderr.write(
            f"{where} cannot be used: {error.strerror}. Check the path, the rights and the space.\n"
        )
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. Finished parts are kept; the same command goes on from there.\n")
        return 130


def _bake(options: argparse.Namespace) -> int:
    from renderer.presenter.bake import bake
    from renderer.presenter.light_bake import lighten

    facts = probe(options.take)
    check_take(facts, options.take)
    check_writable(options.out)
    progress = ProgressLine(sys.stderr)
    began = time.monotonic()
    tell = partial(_tell, progress=progress)
    presenter = bake(options.take, options.out, _build_bake_config(options), progress, tell=tell)
    if options.light:
        lighten(presenter).save(options.out)
    progress.close()
    sys.stdout.write(
        f"{options.out}: baked {facts.duration_s:.1f} s of take in {time.monotonic() - began:.0f} s\n"
    )
    return 0


def _complete(options: argparse.Namespace) -> int:
    from renderer.presenter.light_bake import complete

    check_writable(options.out)
    progress = ProgressLine(sys.stderr)
    complete(options.light, options.take, options.out, progress)
    progress.close()
    sys.stdout.write(f"{options.out}: complete\n")
    return 0


def _render(options: argparse.Namespace) -> int:
    config = EngineConfig(
        voice=VoiceConfig(options.voice, options.voice_model), diffusion=diffusion_of(options)
    )
    facts = _check_options(options)
    progress = ProgressLine(sys.stderr)
    store = Store(options.cache, max_bytes=20 * 2**30)
    # Before the bake, which takes minutes: a recording or a voice that cannot be used shows here.
    job = _build_job(options, facts.fps, config, store, progress)
    if options.presenter is None:
        from renderer.presenter.bake_cache import ensure_baked  # loads torch and the face tracker

        tell = partial(_tell, progress=progress)
        baked = ensure_baked(options.take, store, _build_bake_config(options), progress, tell=tell)
        job = replace(job, presenter=baked)
    result = render_message(job, store)
    progress.close()
    sys.stdout.write(_format_result(result, as_json=options.json))
    return 0


def _judge(options: argparse.Namespace) -> int:
    from renderer.judging.footage import watch  # loads the face tracker
    from renderer.judging.judge import Judge, format_judgement

    probe(options.message)  # before the take is tracked, which takes longer
    progress = ProgressLine(sys.stderr)
    judge = Judge.of(watch(options.take, progress))
    judgement = judge.judge(watch(options.message, progress))
    progress.close()
    if options.json is not None:
        with atomic_write(options.json) as part:
            part.write_text(json.dumps(judgement.report(), indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"{options.message} beside {options.take}\n{format_judgement(judgement)}")
    return 0


def _joins(options: argparse.Namespace) -> int:
    from renderer.evaluation.sound_joins import run_joins

    sys.stdout.write(run_joins([*([options.take] if options.take else []), *options.messages]))
    return 0


def _reconstruct(options: argparse.Namespace) -> int:
    return _run_evaluation(options, run_reconstruct)


def _compare(options: argparse.Namespace) -> int:
    return _run_evaluation(options, run_compare)


def _quality(options: argparse.Namespace) -> int:
    return _run_evaluation(options, run_quality)


def _run_evaluation(options: argparse.Namespace, run: Callable[[argparse.Namespace, Progress], str]) -> int:
    progress = ProgressLine(sys.stderr)
    try:
        summary = run(options, progress)
    finally:
        progress.close()
    sys.stdout.write(summary)
    return 0


def _check_options(options: argparse.Namespace) -> ClipFacts:
    """Facts of the take, once every option can be meant. Raises RenderError, before any work."""
    if options.text is not None and not split_sentences(options.text):
        raise RenderError("--text is empty. Write at least one sentence.")
    if options.audio is not None and not options.audio.is_file():
        raise RenderError(f"There is no recording at {options.audio}. Check --audio.")
    facts = probe(options.take)
    check_take(facts, options.take)
    check_writable(options.out)
    if options.presenter is not None:
        from renderer.presenter.light_bake import check_whole

        check_whole(options.presenter, options.take)
    return facts


def _build_job(
    options: argparse.Namespace,
    fps: Fraction,
    config: EngineConfig,
    store: Store,
    progress: ProgressLine,
) -> MessageJob:
    """The message, without the presenter where none is named: it is not baked yet."""
    presenter, stem = options.presenter or Path(), options.out.with_suffix("")
    if options.audio is not None:
        from renderer.speech.recognition import load_recording

        speech = load_recording(options.audio)
        sound = read_recorded_sound(options.audio)
        _tell(sound.notes if sound else (), progress)
        length = frames_covering(speech.duration_s, fps)
        slots = plan_slots({"recording": [length]}, ["recording"], fps, config.plan)
        lines: tuple[tuple[str, str], ...] = (("recording", options.audio.name),)
        recorded = {"recording": speech}
        return MessageJob(lines, presenter, options.take, slots, stem, config, recorded, progress=progress)
    lines = tuple((str(n), text) for n, text in enumerate(split_sentences(options.text)))
    for _, text in lines:
        speak_cached(text, config.voice, store)  # planning passes over what the voice cannot say
    slots = plan_script_slots([lines], fps, config, store, progress)
    return MessageJob(lines, presenter, options.take, slots, stem, config, progress=progress)


def _tell(notes: Iterable[str], progress: ProgressLine) -> None:
    """Sentences for the person at the terminal, beside the command's own output."""
    progress.close()
    for note in notes:
        sys.stderr.write(f"note: {note}\n")


def _format_result(result: MessageResult, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(asdict(result), default=str, indent=2) + "\n"
    scores = ", ".join(f"{name} {value:.2f}" for name, value in result.scores.items())
    lines = [
        f"{result.video}: {result.duration_s:.1f} s of video in {result.work_s:.1f} s of work",
        f"scores: {scores}",
    ]
    return "\n".join([*lines, *(f"flag: {flag}" for flag in result.flags)]) + "\n"


def _parse_seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is no time. Name seconds, such as 60")
    return seconds


def _build_bake_config(options: argparse.Namespace) -> BakeConfig:
    return replace(BakeConfig(), fit_seconds=options.fit_seconds)


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m renderer", description=__doc__)
    commands = parser.add_subparsers(required=True)
    bake = commands.add_parser("bake", help="prepare a presenter from a take, once")
    bake.add_argument("--out", type=Path, required=True, help="the baked presenter, a .safetensors file")
    bake.add_argument(
        "--light", action="store_true", help="without the take's pictures; `complete` adds them"
    )
    bake.set_defaults(run=_bake)
    complete = commands.add_parser("complete", help="make a light bake whole from its take")
    complete.add_argument("--light", type=Path, required=True, help="what `bake --light` wrote")
    complete.add_argument("--take", type=Path, required=True, help="the take that it was baked from")
    complete.add_argument("--out", type=Path, required=True, help="the whole baked presenter")
    complete.set_defaults(run=_complete)
    render = commands.add_parser("render", help="make one video of a text or a recording")
    words = render.add_mutually_exclusive_group(required=True)
    words.add_argument("--text", help="what the presenter says, one or more sentences")
    words.add_argument("--audio", type=Path, help="a recording that the presenter speaks")
    render.add_argument("--out", type=Path, required=True, help="the video; poster and captions go beside it")
    render.add_argument(
        "--presenter", type=Path, help="a bake of this take; without it the take is baked first"
    )
    add_voice_options(render, with_model=True)
    render.add_argument(
        "--mode",
        choices=get_args(FusionMode),
        default=DiffusionConfig.mode,
        help="sampler mode (default: %(default)s)",
    )
    render.add_argument("--steps", type=int, default=DiffusionConfig.steps, help="denoising steps (1 to 8)")
    render.add_argument(
        "--cache",
        type=Path,
        default=platformdirs.user_cache_path("byname"),
        help="folder of the render cache (default: %(default)s)",
    )
    render.add_argument("--json", action="store_true", help="print the whole result as JSON")
    render.set_defaults(run=_render)
    judge = commands.add_parser("judge", help="look at a finished video as a viewer does, beside the take")
    judge.add_argument("message", type=Path, help="a finished video of the presenter")
    judge.add_argument("--take", type=Path, required=True, help="the presenter's recorded video")
    judge.add_argument("--json", type=Path, help="write scores and faults here")
    judge.set_defaults(run=_judge)
    joins = commands.add_parser("joins", help="measure the sound of finished videos at their joins")
    joins.add_argument("messages", type=Path, nargs="+", help="finished videos")
    joins.add_argument("--take", type=Path, help="the presenter's recorded video, measured alike")
    joins.set_defaults(run=_joins)
    reconstruct = commands.add_parser(
        "reconstruct", help="learn from the first part of a clip, speak the held-out part again, compare"
    )
    add_reconstruct_options(reconstruct)
    reconstruct.set_defaults(run=_reconstruct)
    compare = commands.add_parser("compare", help="render one message in every sampler mode, and compare")
    add_compare_options(compare)
    compare.set_defaults(run=_compare)
    quality = commands.add_parser("quality", help="both for several clips, as one table of gates")
    add_quality_options(quality)
    quality.set_defaults(run=_quality)
    voices = commands.add_parser("voices", help="the table of voices as measured; hard names; further styles")
    add_voices_options(voices)
    add_voice_commands(commands.add_parser("voice", help="fit a voice to a take, and measure fitted voices"))
    for command in (bake, render):
        command.add_argument("--take", type=Path, required=True, help="the presenter's recorded video")
        command.add_argument(
            "--fit-seconds",
            type=_parse_seconds,
            default=BakeConfig.fit_seconds,
            help="the longest that fitting the mouth may take, in seconds (default: %(default)g)",
        )
    return parser

"""Benchmark: measure on this machine what one more recipient costs."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper

from campaigns import engine
from campaigns.benchmark.measure import BenchmarkConfig, BenchmarkResult, run_benchmark
from campaigns.benchmark.report import format_table, plot, write_into_page
from campaigns.demo import sample
from campaigns.management.progress_line import ProgressLine

SIZE_OPTIONS = ("recipients", "seconds", "personal_seconds", "sample", "whole", "together")


class Command(BaseCommand):
    help = (
        "Plan a campaign, render a sample of it the shared way and some messages whole, and print what one "
        "more message costs. Works in a temporary folder; touches neither the database nor the cache."
    )
    requires_system_checks: list[str] = []  # needs no database and no media folder

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--recipients", type=int, default=1000, help="people in the campaign; all are planned"
        )
        parser.add_argument("--seconds", type=float, default=60.0, help="about how long a message is")
        parser.add_argument("--personal-seconds", type=float, default=3.0, help="of it, the personal line")
        parser.add_argument("--sample", type=int, default=20, help="messages rendered the shared way")
        parser.add_argument(
            "--whole", type=int, default=3, help="messages rendered whole, each without a cache"
        )
        parser.add_argument(
            "--together", type=int, default=settings.RENDER_BATCH_MESSAGES, help="messages in one task"
        )
        engine.add_voice_options(parser)
        parser.add_argument("--take", type=Path, default=sample.TAKE, help="default: the demo's")
        parser.add_argument(
            "--presenter", type=Path, help="a bake of that take; without it the demo's, or baked now"
        )
        parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything there")
        parser.add_argument(
            "--page", type=Path, metavar="FILE.md", help="also put the table into docs/performance.md"
        )
        parser.add_argument(
            "--plot", type=Path, metavar="FILE.png", help="draw the runs in --runs; renders nothing"
        )
        parser.add_argument(
            "--runs", type=Path, nargs="+", default=[], metavar="FILE", help="what --json wrote"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["plot"]:
                plot(
                    [json.loads(file.read_text(encoding="utf-8")) for file in options["runs"]],
                    options["plot"],
                )
                return
            result = self._measure(options)
        except engine.RenderError as error:
            raise CommandError(error.message) from error
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            options["json"].write_text(json.dumps(result.to_json(), indent=1) + "\n", encoding="utf-8")
        printed = "\n".join(format_table(result))
        self.stdout.write(printed)
        if options["page"]:
            write_into_page(options["page"], _format_command(options), printed)

    def _measure(self, options: dict[str, Any]) -> BenchmarkResult:
        line = ProgressLine(OutputWrapper(sys.stderr))
        with tempfile.TemporaryDirectory(prefix="byname-bench-") as folder:
            presenter = options["presenter"] or _prepare_presenter(options["take"], Path(folder), line)
            config = BenchmarkConfig(
                options["take"],
                presenter,
                engine.choose_voice(options["voice"]),
                options["recipients"],
                options["seconds"],
                options["personal_seconds"],
                options["sample"],
                options["whole"],
                options["together"],
            )
            result = run_benchmark(config, line.show)
        line.close()
        return result


def _format_command(options: dict[str, Any]) -> str:
    """The command line that gives these figures again."""
    options_given = (f"--{name.replace('_', '-')} {options[name]:g}" for name in SIZE_OPTIONS)
    return " ".join(["python manage.py bench_campaign", *options_given, f"--voice {options['voice']}"])


def _prepare_presenter(take: Path, folder: Path, line: ProgressLine) -> Path:
    """The demo's own bake made whole, or a bake of another take."""

    def show(step: engine.Step) -> None:
        line.show(step.stage, step.done / step.total if step.total else 0.0)

    out = folder / "presenter.safetensors"
    if take == sample.TAKE and sample.BAKE.exists():
        engine.complete_bake(sample.BAKE, take, out, show)
    else:
        engine.bake(take, out, show)
    return out

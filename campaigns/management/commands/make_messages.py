"""A take, a spreadsheet and a script into one video per row, without the dashboard."""

from __future__ import annotations

import json
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns import engine
from campaigns.batch.check import BadFile, BatchFiles, check_batch, read_library
from campaigns.batch.results import RowStatus
from campaigns.batch.videos import Batch, make_videos, report_missing_videos
from campaigns.checks.report import CheckReport, Finding, Note, to_json, to_text
from campaigns.management.progress_line import ProgressLine
from campaigns.management.sheet_options import add_sheet_options, name_answer, read_sheet_options
from campaigns.recipients.row_validation import find_common_fault
from campaigns.recordings.archive import BadArchive
from campaigns.recordings.row_recordings import open_row_recordings
from campaigns.scripts.script_file import ScriptFileError, read_script_file
from campaigns.scripts.template import ScriptError, check
from campaigns.sheets.reading import SheetError, read_sheet_file


class Command(BaseCommand):
    help = "Make one lip-synced video per row of a spreadsheet; writes MP4, poster, captions and results.csv."
    requires_system_checks: list[str] = []  # needs no database and no media folder

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--take", type=Path, required=True, help="the presenter's recorded video")
        parser.add_argument("--recipients", type=Path, required=True, help="CSV or XLSX, one person per row")
        parser.add_argument("--script", type=Path, required=True, help="what is said, a Jinja template")
        parser.add_argument("--out", type=Path, help="the folder for the videos; only --check does without")
        engine.add_voice_options(parser, with_model=True)
        parser.add_argument("--locale", default="", help="how numbers and dates are read, such as en-GB")
        parser.add_argument(
            "--pronunciations", type=Path, help="CSV of how words are said: columns word, said, language"
        )
        parser.add_argument(
            "--presenter", type=Path, help="a bake of this take; without it the take is baked first"
        )
        parser.add_argument(
            "--check", action="store_true", help="say what would happen, in seconds; make and write nothing"
        )
        parser.add_argument("--json", action="store_true", help="with --check: as JSON")
        parser.add_argument(
            "--no-filmed",
            action="store_true",
            help="speak and draw every line, also those that the take says",
        )
        parser.add_argument(
            "--recordings", type=Path, help="folder or ZIP of sounds that a column “recording” names"
        )

        add_sheet_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._check(options)
        elif options["json"]:
            raise CommandError("--json belongs to --check.")
        elif options["out"] is None:
            raise CommandError("Name a folder for the videos with --out.")
        else:
            self._make(options)

    def _check(self, options: dict[str, Any]) -> None:
        names = ("recipients", "script", "take", "presenter", "out", "pronunciations", "recordings")
        named = {name: options[name] for name in names}
        try:
            choice = read_sheet_options(options)
            voice, use_filmed = _choose_voice(options), not options["no_filmed"]
            files = BatchFiles(**named, voice=voice, use_filmed=use_filmed, choice=choice)
            report = check_batch(files)
        except engine.RenderError as error:
            report = CheckReport((Note(Finding.VOICE_UNUSABLE, error.message),), (), ())
        lines = [json.dumps(to_json(report), indent=1)] if options["json"] else to_text(report)
        for line in lines:
            self.stdout.write(line)
        if not report.can_start:
            raise SystemExit(1)

    def _make(self, options: dict[str, Any]) -> None:
        began = time.monotonic()
        line = ProgressLine(self.stdout)
        try:
            with tempfile.TemporaryDirectory(prefix="byname-recordings-") as scratch:
                batch = self._build_batch(options, Path(scratch))
                outcomes = make_videos(batch, line.show)
        except (
            BadArchive, SheetError, ScriptError, ScriptFileError, BadFile, engine.RenderError, OSError
        ) as error:  # fmt: skip
            line.close()
            raise CommandError(_describe_error(error, options)) from error
        except KeyboardInterrupt:
            line.close()
            raise CommandError(
                "Stopped. Finished videos are kept; the same command reuses them.", returncode=130
            ) from None
        line.close()
        ready = sum(outcome.status == RowStatus.READY for outcome in outcomes)
        for problem in report_missing_videos(batch.sheet, outcomes, options["recipients"].name):
            self.stderr.write(problem)
        self.stdout.write(
            f"{ready} of {len(outcomes)} rows have a video in {batch.out}; "
            f"see results.csv there. It took {time.monotonic() - began:.0f} s."
        )
        if ready < len(outcomes):
            raise SystemExit(1)

    def _build_batch(self, options: dict[str, Any], scratch: Path) -> Batch:
        """Everything is looked at before anything is made."""
        script = read_script_file(options["script"])
        check(script)
        library = read_library(options["pronunciations"])
        recipients = options["recipients"]
        read = read_sheet_file(recipients, choice=read_sheet_options(options))
        if read.questions:
            raise SheetError(name_answer(read.questions[0]))
        for note in read.notes:
            self._warn(recipients.name, note.message)
        sheet = read.sheet
        unknown = find_common_fault(script, (row.values for row in sheet.rows))
        if unknown is not None:
            raise unknown
        engine.probe_take(options["take"])
        if options["out"].exists() and not options["out"].is_dir():
            raise CommandError(f"{options['out']} is a file. Name a folder with --out.")
        presenter = options["presenter"]
        if presenter is not None and not presenter.is_file():
            raise CommandError(f"{presenter} does not exist. Leave --presenter out to bake the take now.")
        if presenter is not None:
            engine.check_bake(presenter, options["take"])
        voice = _choose_voice(options)
        return Batch(
            sheet,
            script,
            options["take"],
            presenter,
            voice,
            options["out"],
            self._tell,
            use_filmed=not options["no_filmed"],
            recordings=open_row_recordings(options["recordings"], scratch, sheet, voice),
            warn=partial(self._warn, options["recipients"].name),
            library=library,
            choice=read.choice,
        )

    def _warn(self, name: str, note: str) -> None:
        self.stderr.write(f"{name}, {note}")

    def _tell(self, problems: tuple[str, ...]) -> None:
        for problem in problems:
            self.stderr.write(f"About the take: {problem}")


def _choose_voice(options: dict[str, Any]) -> engine.VoiceConfig:
    """The voice that is asked for; of the default engine the one that is nearest to the presenter's."""
    voice = options["voice_model"]
    if not voice and options["voice"] == engine.get_default_voice():
        voice = engine.find_voice_like(options["take"])
    return engine.choose_voice(options["voice"], voice, options["locale"])


def _describe_error(error: Exception, options: dict[str, Any]) -> str:
    if isinstance(error, ScriptError):
        return f"{options['script']}, line {error.line}, column {error.column}: {error.message}"
    if isinstance(error, OSError):
        where = error.filename or options["out"]
        return f"{where} cannot be used: {error.strerror}. Check the path and the free space."
    return str(error)

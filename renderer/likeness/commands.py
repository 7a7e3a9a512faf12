"""`python -m renderer voice`: fit a voice to a take, and measure fitted voices."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from renderer.errors import RenderError
from renderer.runtime.atomic_files import check_writable
from renderer.runtime.progress_line import ProgressLine
from renderer.timeline import SOUND_RATE_HZ
from renderer.video.decode import read_sound
from renderer.voices.styles import SUFFIX, read_style

if TYPE_CHECKING:  # what fits and measures loads torch, which other commands do without
    from renderer.likeness.measures import LikenessMeasures


def add_voice_commands(command: argparse.ArgumentParser) -> None:
    """`fit` and `measure`, as commands of ``command``."""
    commands = command.add_subparsers(required=True)
    fit = commands.add_parser("fit", help="fit a voice to the one in a take, with its owner's consent")
    fit.add_argument("take", type=Path, help="the presenter's recorded video, or a recording")
    fit.add_argument("out", type=Path, help=f"the fitted voice, a {SUFFIX} file")
    fit.set_defaults(run=_fit)
    measure = commands.add_parser("measure", help="fitted voices beside stock voices and takes, as a table")
    measure.add_argument("takes", type=Path, nargs="+", metavar="take", help="recorded videos")
    measure.add_argument(
        "--fits", type=Path, required=True, help=f"folder of their fitted voices, each TAKE{SUFFIX}"
    )
    measure.set_defaults(run=_measure)


def _fit(options: argparse.Namespace) -> int:
    if options.out.suffix != SUFFIX:
        raise RenderError(f"{options.out} must end with {SUFFIX}: a fitted voice is such a file.")
    check_writable(options.out)
    from renderer.likeness.fitted_voice import fit_take

    progress, began = ProgressLine(sys.stderr), time.monotonic()
    fitted = fit_take(options.take, options.out, progress)
    progress.close()
    sys.stdout.write(
        f"{options.out}: a voice like that of {options.take.name} in {time.monotonic() - began:.0f} s "
        f"({time.process_time():.0f} s of computing); "
        f"likeness {fitted.likeness:.2f}, of the nearest stock voice ({fitted.base}) "
        f"{fitted.stock_likeness:.2f}\n"
    )
    return 0


def _measure(options: argparse.Namespace) -> int:
    from renderer.likeness.measures import measure_fit

    rows = []
    for take in options.takes:
        style = read_style(options.fits / f"{take.stem}{SUFFIX}")
        samples = read_sound(take)
        if samples is None:
            raise RenderError(f"{take} has no sound, so nothing can be like it.")
        rows.append((take.stem, measure_fit(style, samples, SOUND_RATE_HZ)))
        sys.stderr.write(f"{take.stem}\n")
    sys.stdout.write(format_measures(rows))
    return 0


def format_measures(rows: Sequence[tuple[str, LikenessMeasures]]) -> str:
    """The table of `docs/speech.md`; every cell but the first two is "stock voice → fitted voice"."""
    names = (
        "take",
        "its halves",
        "stock voice",
        "likeness",
        "pitch ÷ take",
        "formants off",
        "spectrum off",
        "heard",
    )
    lines = ["| " + " | ".join(names) + " |", "| --- " * len(names) + "|"]
    lines += [_format_row(name, one) for name, one in rows]
    likeness = median(one.fitted.likeness for _, one in rows)
    gain = min(one.fitted.likeness - one.stock.likeness for _, one in rows)
    heard = min(one.fitted.heard / one.stock.heard for _, one in rows)
    lines.append(
        f"\nmedian likeness {likeness:.2f}; least gain over a stock voice {gain:.2f}; "
        f"least heard, fitted ÷ stock {heard:.2f}\n"
    )
    return "\n".join(lines)


def _format_row(name: str, one: LikenessMeasures) -> str:
    stock, fitted = one.stock, one.fitted
    cells = (
        name,
        f"{one.halves:.2f}",
        one.base,
        f"{stock.likeness:.2f} → {fitted.likeness:.2f}",
        f"{stock.pitch:.2f} → {fitted.pitch:.2f}",
        f"{stock.formants:.0%} → {fitted.formants:.0%}",
        f"{stock.spectrum_db:.1f} → {fitted.spectrum_db:.1f} dB",
        f"{stock.heard:.2f} → {fitted.heard:.2f}",
    )
    return "| " + " | ".join(cells) + " |"

"""Show the render cache, or delete from it."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper

from campaigns.engine import HitCount
from campaigns.management.progress_line import ProgressLine
from campaigns.storage.render_cache import (
    CachedFile,
    clear,
    evict_to,
    format_size,
    list_files,
    load_use_counts,
    parse_size,
    remove_damaged,
    summarize_kinds,
)

EVERYTHING = "everything"
_AGES = ((86_400 * 2, 86_400, "days"), (3600 * 2, 3600, "hours"), (120, 60, "minutes"))


class Command(BaseCommand):
    help = (
        "Show what lies in the cache of spoken lines and rendered segments, or delete from it. It is safe "
        "while workers run: what is missing is made again."
    )
    requires_system_checks: list[str] = []  # needs no database

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--clear", nargs="?", const=EVERYTHING, metavar="KIND", help="delete everything, or one kind"
        )
        what.add_argument(
            "--evict-to", metavar="SIZE", help="delete what was longest unused until SIZE is left, as 10GB"
        )
        what.add_argument("--check", action="store_true", help="read every file; delete damaged ones")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["clear"]:
            self._report("Deleted", clear(_parse_kind(options["clear"])))
        elif options["evict_to"]:
            try:
                self._report("Deleted", evict_to(parse_size(options["evict_to"])))
            except ValueError as error:
                raise CommandError(str(error)) from error
        elif options["check"]:
            self._check()
        self._show()

    def _check(self) -> None:
        line = ProgressLine(OutputWrapper(sys.stderr))
        began = time.monotonic()

        def show_progress(number: int, total: int) -> None:
            left_s = (time.monotonic() - began) / number * (total - number) if number else None
            line.show("reading the cache", number / total, left_s)

        damaged = remove_damaged(show_progress)
        line.close()
        for file in damaged:
            self.stdout.write(f"damaged: {file.path}")
        self._report("Deleted damaged ones:" if damaged else "Nothing is damaged:", damaged)

    def _show(self) -> None:
        files = list_files()
        limit_bytes = settings.RENDER_CACHE_MB * 10**6
        total_bytes = sum(file.size_bytes for file in files)
        self.stdout.write(f"{settings.RENDER_CACHE_DIR}")
        counts = load_use_counts()
        self.stdout.write(
            f"{'kind':<14} {'files':>8} {'size':>10}  {'found':>9} {'made':>9}        "
            f"{'longest unused':<18} last used"
        )
        for kind in summarize_kinds(files):
            self.stdout.write(
                f"{kind.name:<14} {kind.files:>8,} {format_size(kind.size_bytes):>10}  "
                f"{_format_uses(counts.get(kind.name, HitCount()))}  "
                f"{_format_age(kind.oldest_use_at):<18} {_format_age(kind.newest_use_at)}"
            )
        self.stdout.write(
            f"{'all':<14} {len(files):>8,} {format_size(total_bytes):>10}  "
            f"limit {format_size(limit_bytes)} (RENDER_CACHE_MB), {total_bytes / limit_bytes:.0%} used"
        )

    def _report(self, verb: str, files: list[CachedFile]) -> None:
        size = format_size(sum(file.size_bytes for file in files))
        self.stdout.write(f"{verb} {len(files):,} file{'' if len(files) == 1 else 's'}, {size}.")


def _format_uses(uses: HitCount) -> str:
    """How often a kind was there when it was asked for, how often it had to be made, and the share found."""
    return f"{uses.hits:>9,} {uses.misses:>9,} {uses.hit_rate:>5.0%}"


def _parse_kind(wanted: str) -> str:
    if wanted == EVERYTHING:
        return ""
    known = [kind.name for kind in summarize_kinds(list_files())]
    if wanted not in known:
        raise CommandError(
            f"There is no kind {wanted!r} in the cache. It holds: {', '.join(known) or 'nothing'}."
        )
    return wanted


def _format_age(at: float) -> str:
    seconds = time.time() - at
    for least_s, unit_s, unit in _AGES:
        if seconds >= least_s:
            return f"{seconds / unit_s:.0f} {unit} ago"
    return "just now"

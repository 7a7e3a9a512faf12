"""What the cache of finished parts holds, and how to make it smaller."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper

from campaigns.cache_files import (
    Part,
    bytes_of,
    clear,
    evict_to,
    kinds,
    parts,
    remove_damaged,
    size_words,
    uses,
)
from campaigns.progress_line import ProgressLine
from campaigns.rendering import Uses

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
            self._told("Deleted", clear(_kind(options["clear"])))
        elif options["evict_to"]:
            try:
                self._told("Deleted", evict_to(bytes_of(options["evict_to"])))
            except ValueError as error:
                raise CommandError(str(error)) from error
        elif options["check"]:
            self._check()
        self._show()

    def _check(self) -> None:
        line = ProgressLine(OutputWrapper(sys.stderr))
        began = time.monotonic()

        def seen(number: int, total: int) -> None:
            left_s = (time.monotonic() - began) / number * (total - number) if number else None
            line.show("reading the cache", number / total, left_s)

        damaged = remove_damaged(seen)
        line.close()
        for part in damaged:
            self.stdout.write(f"damaged: {part.path}")
        self._told("Deleted damaged ones:" if damaged else "Nothing is damaged:", damaged)

    def _show(self) -> None:
        found = parts()
        limit_bytes = settings.RENDER_CACHE_MB * 10**6
        total_bytes = sum(part.size_bytes for part in found)
        self.stdout.write(f"{settings.RENDER_CACHE_DIR}")
        asked = uses()
        self.stdout.write(
            f"{'kind':<14} {'files':>8} {'size':>10}  {'found':>9} {'made':>9}        "
            f"{'longest unused':<18} last used"
        )
        for kind in kinds(found):
            self.stdout.write(
                f"{kind.name:<14} {kind.files:>8,} {size_words(kind.size_bytes):>10}  "
                f"{_found(asked.get(kind.name, Uses()))}  "
                f"{_ago(kind.oldest_use_at):<18} {_ago(kind.newest_use_at)}"
            )
        self.stdout.write(
            f"{'all':<14} {len(found):>8,} {size_words(total_bytes):>10}  "
            f"limit {size_words(limit_bytes)} (RENDER_CACHE_MB), {total_bytes / limit_bytes:.0%} used"
        )

    def _told(self, verb: str, gone: list[Part]) -> None:
        size = size_words(sum(part.size_bytes for part in gone))
        self.stdout.write(f"{verb} {len(gone):,} file{'' if len(gone) == 1 else 's'}, {size}.")


def _found(uses: Uses) -> str:
    """How often a kind was there when it was asked for, how often it had to be made, and the share found."""
    return f"{uses.found:>9,} {uses.made:>9,} {uses.found_share:>5.0%}"


def _kind(wanted: str) -> str:
    if wanted == EVERYTHING:
        return ""
    known = [kind.name for kind in kinds(parts())]
    if wanted not in known:
        raise CommandError(
            f"There is no kind {wanted!r} in the cache. It holds: {', '.join(known) or 'nothing'}."
        )
    return wanted


def _ago(at: float) -> str:
    seconds = time.time() - at
    for least_s, unit_s, unit in _AGES:
        if seconds >= least_s:
            return f"{seconds / unit_s:.0f} {unit} ago"
    return "just now"

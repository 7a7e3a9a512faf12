"""The plan of the house, read from the imports: rooms, floors and arrows, and the picture in the docs.

A room is a folder of `renderer` or `campaigns`, or one of their loose modules. `python -m tests.architecture`
draws ``docs/pictures/architecture.svg`` anew; a test holds the picture against the code.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "pictures" / "architecture.svg"

# From the ground up: a room imports from rooms that stand before it, and from no other.
RENDERER = (
    "errors", "progress", "timeline", "config", "weights", "runtime", "video", "sampling", "face", "words",
    "speech", "voices", "likeness", "take", "motion", "refiner", "mouth", "presenter", "scoring", "judging",
    "render", "synthetic", "training", "evaluation", "cli", "__main__",
)  # fmt: skip
CAMPAIGNS = (
    "states", "problems", "engine", "models", "claims", "history", "access", "counts", "revisions", "jobs",
    "review", "storage", "scripts", "pronunciations", "pictures", "delivery", "consent", "sheets",
    "recordings", "recipients", "runs", "checks", "visits", "tracking", "standing", "exports", "privacy",
    "webhooks", "batch", "demo", "benchmark", "operations", "migrations", "views", "api", "admin", "tasks",
    "urls", "apps", "management", "agents",
)  # fmt: skip
ORDER: Mapping[str, tuple[str, ...]] = {"renderer": RENDERER, "campaigns": CAMPAIGNS}
# What a message is made with; none of it may know what only measures, trains or invents.
PRODUCT = RENDERER[: RENDERER.index("synthetic")]
APART = ("synthetic", "training", "evaluation")


@dataclass(frozen=True, order=True)
class Arrow:
    """Module ``source`` imports module ``target``."""

    source: str
    target: str

    def between_rooms(self) -> tuple[str, str]:
        return room_of(self.source), room_of(self.target)


def modules(package: str, root: Path = ROOT) -> dict[str, Path]:
    """Every module of a package by its dotted name; a folder's ``__init__`` goes by the folder's name."""
    found = {}
    for path in sorted((root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported_names(source: str) -> Iterator[str]:
    """Each dotted name that a file imports, also inside functions; of ``from a import b`` both a and a.b."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def arrows(files: Mapping[str, Path]) -> set[Arrow]:
    """Imports among these modules; a folder counts only where it is not just the way to a module in it."""
    found = set()
    for name, path in files.items():
        named = {other for other in imported_names(path.read_text(encoding="utf-8")) if other in files}
        found |= {
            Arrow(name, other)
            for other in named
            if other != name and not any(longer.startswith(f"{other}.") for longer in named)
        }
    return found


def room_of(module: str) -> str:
    """``renderer.mouth.draft`` → ``renderer.mouth``."""
    return ".".join(module.split(".")[:2])


def circles(links: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Groups of names that reach each other, by Tarjan's algorithm; a tree has none."""
    after: dict[str, set[str]] = {}
    for source, target in links:
        if source != target:
            after.setdefault(source, set()).add(target)
            after.setdefault(target, set())
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        stack.append(name)
        for other in sorted(after[name]):
            if other not in order:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], order[other])
        if low[name] == order[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1:
                found.append(sorted(group))

    for name in sorted(after):
        if name not in order:
            visit(name)
    return found


def upward(package: str, found: Iterable[Arrow]) -> list[str]:
    """Imports that do not lead down, as ``source -> target``; rooms that the order does not name, too."""
    floor = {f"{package}.{name}": at for at, name in enumerate(ORDER[package])}
    bad = []
    for arrow in sorted(found):
        source, target = arrow.between_rooms()
        if source == target or package in (source, target):
            continue
        if floor.get(source, -1) <= floor.get(target, len(floor)):
            bad.append(f"{arrow.source} -> {arrow.target}")
    return bad


def floors(found: Iterable[Arrow]) -> dict[str, int]:
    """Each room's floor: one above the highest room that it imports from."""
    below: dict[str, set[str]] = {}
    for arrow in found:
        source, target = arrow.between_rooms()
        below.setdefault(source, set())
        below.setdefault(target, set())
        if source != target:
            below[source].add(target)
    known: dict[str, int] = {}

    def floor_of(room: str) -> int:
        if room not in known:
            known[room] = 1 + max((floor_of(other) for other in below[room]), default=-1)
        return known[room]

    return {room: floor_of(room) for room in sorted(below)}


def direct_links(links: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Links that do not follow from others: of a → b, b → c and a → c the last one is left out."""
    after: dict[str, set[str]] = {}
    for source, target in links:
        if source != target:
            after.setdefault(source, set()).add(target)

    def reach(room: str) -> set[str]:
        near = after.get(room, set())
        return near.union(*(reach(other) for other in near))

    beyond = {room: set().union(*(reach(other) for other in near)) for room, near in after.items()}
    return {(source, target) for source, near in after.items() for target in near - beyond[source]}


# --- the picture ---

_ROOM_W, _ROOM_H, _GAP_X, _GAP_Y, _EDGE = 100, 28, 46, 30, 16


def draw(package: str, top_px: int, width_px: int) -> tuple[str, int]:
    """One package as SVG, its floors from the top down, and the height that it takes."""
    found = arrows(modules(package))
    level = {room: at for room, at in floors(found).items() if room != package}
    highest = max(level.values())
    place: dict[str, tuple[float, float]] = {}
    for at in range(highest, -1, -1):
        row = sorted(
            (room for room in level if level[room] == at), key=lambda room: _order_key(package, room)
        )
        span = len(row) * _ROOM_W + (len(row) - 1) * _GAP_X
        for number, room in enumerate(row):
            x = (width_px - span) / 2 + number * (_ROOM_W + _GAP_X)
            place[room] = (x, top_px + 26 + (highest - at) * (_ROOM_H + _GAP_Y))
    links = sorted(direct_links({arrow.between_rooms() for arrow in found}))
    parts = [f'<text x="{_EDGE}" y="{top_px + 14}" class="name">{package}/</text>']
    for source, target in links:
        if source in place and target in place:
            (x1, y1), (x2, y2) = place[source], place[target]
            a, b = (x1 + _ROOM_W / 2, y1 + _ROOM_H), (x2 + _ROOM_W / 2, y2)
            bow = (b[1] - a[1]) / 2
            parts.append(
                f'<path d="M{a[0]:.0f} {a[1]:.0f}C{a[0]:.0f} {a[1] + bow:.0f} '
                f'{b[0]:.0f} {b[1] - bow:.0f} {b[0]:.0f} {b[1]:.0f}"/>'
            )
    for room, (x, y) in sorted(place.items()):
        name = escape(room.split(".")[1])
        kind = "apart" if name in APART and package == "renderer" else "room"
        parts.append(
            f'<rect class="{kind}" x="{x:.0f}" y="{y:.0f}" width="{_ROOM_W}" height="{_ROOM_H}" rx="4"/>'
            f'<text x="{x + _ROOM_W / 2:.0f}" y="{y + 19:.0f}" class="label">{name}</text>'
        )
    return "\n".join(parts), 26 + (highest + 1) * (_ROOM_H + _GAP_Y)


def picture() -> str:
    """Both packages above each other, as SVG."""
    width = 920
    top, body = _EDGE, []
    for package in ("campaigns", "renderer"):
        part, height = draw(package, top, width)
        body.append(part)
        top += height + 20
    style = (
        "text{font:12px sans-serif;fill:#1f2937}.name{font-weight:bold;font-size:14px}"
        ".label{text-anchor:middle}rect{stroke:#64748b;fill:#f1f5f9}rect.apart{fill:#fef3c7}"
        "path{fill:none;stroke:#94a3b8;stroke-opacity:.55}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" role="img" '
        f'aria-label="Rooms of the code and what they import"><style>{style}</style>'
        f'<rect width="{width}" height="{top}" style="fill:#fff;stroke:none"/>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _order_key(package: str, room: str) -> int:
    name = room.split(".")[1]
    return ORDER[package].index(name) if name in ORDER[package] else len(ORDER[package])


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
    sys.stdout.write(f"{PICTURE.relative_to(ROOT)} drawn\n")

"""Preview: the script filled for one recipient while a person edits it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Environment, TemplateSyntaxError, nodes

from campaigns.scripts.faults import ScriptError, apply_fixes
from campaigns.scripts.markup import describe_markup
from campaigns.scripts.spoken_length import add_pauses, estimate_by_rule
from campaigns.scripts.template import Line, fill, to_variable


@dataclass(frozen=True)
class Piece:
    """A part of a line. A personal piece comes from the recipient's row."""

    text: str
    personal: bool


@dataclass(frozen=True)
class PreviewLine:
    """One spoken sentence in pieces."""

    id: str
    pieces: tuple[Piece, ...]

    @property
    def personal(self) -> bool:
        return any(piece.personal for piece in self.pieces)


@dataclass(frozen=True)
class Preview:
    """The lines of one recipient, or what is wrong and where; never both.

    ``corrected`` is the script without the error, "" where nobody knows how; ``unspoken`` are sentences on
    what of the script is not spoken, such as its formatting.
    """

    lines: tuple[PreviewLine, ...] = ()
    seconds: float = 0.0
    unspoken: tuple[str, ...] = ()
    error: ScriptError | None = None
    corrected: str = ""


def preview_script(source: str, values: Mapping[str, str]) -> Preview:
    """Fill the script for one row; an error becomes part of the value, as it is shown, not raised."""
    if not source.strip():
        return Preview()
    try:
        lines = fill(source, values)
    except ScriptError as error:
        return Preview(error=error, corrected=apply_fixes(source, error.fixes) if error.fixes else "")
    spoken = find_spoken_columns(source)
    personal = [text for column, text in values.items() if text and {column, to_variable(column)} & spoken]
    return Preview(
        tuple(PreviewLine(line.id, split_pieces(line.text, personal)) for line in lines),
        estimate_seconds(lines),
        describe_markup(source),
    )


@lru_cache(maxsize=64)
def find_named_columns(source: str) -> frozenset[str]:
    """Every name that the script uses, to speak it or to decide by it; also ``row["First Name"]``."""
    try:
        tree = Environment(autoescape=True).parse(source)
    except TemplateSyntaxError:
        return frozenset()
    names = {name.name for name in tree.find_all(nodes.Name)}
    texts = {one.value for one in tree.find_all(nodes.Const) if isinstance(one.value, str)}
    return frozenset(names | texts)


@lru_cache(maxsize=64)
def find_spoken_columns(source: str) -> frozenset[str]:
    """The names that the script speaks, not those that only decide; none where it does not parse."""
    try:
        tree = Environment(autoescape=True).parse(source)
    except TemplateSyntaxError:
        return frozenset()
    return frozenset(
        name.name for spoken in tree.find_all(nodes.Output) for name in spoken.find_all(nodes.Name)
    )


def split_pieces(text: str, values: Sequence[str]) -> tuple[Piece, ...]:
    """Cut a line where one of the recipient's own values stands in it as whole words."""
    if not values:
        return (Piece(text, False),)
    longest_first = sorted({value.strip() for value in values if value.strip()}, key=len, reverse=True)
    pattern = "|".join(re.escape(value) for value in longest_first)
    cut = re.split(rf"(?<!\w)({pattern})(?!\w)", text, flags=re.IGNORECASE)
    # re.split with one group alternates: outside, inside, outside …
    return tuple(Piece(part, index % 2 == 1) for index, part in enumerate(cut) if part)


def estimate_seconds(lines: Sequence[Line]) -> float:
    """About how long a video with these lines is; the voice decides in the end."""
    return add_pauses(sum(estimate_by_rule(line.text) for line in lines), len(lines))

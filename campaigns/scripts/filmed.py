"""Which lines of a script its presenter's take says, and what to record for the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from campaigns import engine
from campaigns.scripts.template import ScriptError, fill

ROWS_MAX = 200  # so many rows tell which lines are the same for everybody


@dataclass(frozen=True)
class ScriptLine:
    """A line of the script, as the first row that has it hears it.

    ``personal``: other rows hear another text. ``start_s`` and ``end_s`` are where the take says it.
    """

    text: str
    personal: bool
    source: Literal["filmed", "spoken"]
    start_s: float = 0.0
    end_s: float = 0.0


@dataclass(frozen=True)
class FilmedScript:
    """The lines in the script's order, and those to say in the next take."""

    lines: tuple[ScriptLine, ...]

    @property
    def to_record(self) -> tuple[str, ...]:
        return tuple(one.text for one in self.lines if one.source == "spoken" and not one.personal)


def fill_rows(script: str, rows: Sequence[Mapping[str, str]]) -> list[list[tuple[str, str]]]:
    """The lines (id, text) of the first rows that the script can be filled for."""
    messages = []
    for values in rows[:ROWS_MAX]:
        try:
            messages.append([(line.id, line.text) for line in fill(script, values)])
        except ScriptError:
            continue
    return messages


def lay_out(messages: Sequence[engine.Lines], filmed: Sequence[engine.FilmedLine]) -> FilmedScript:
    """The script of these ``messages``, with what the take says of it."""
    texts: dict[str, dict[str, None]] = {line_id: {} for line_id in engine.order_script(messages)}
    for line_id, text in (line for lines in messages for line in lines):
        texts[line_id][text] = None
    said = {(one.line_id, one.text): one for one in filmed}
    lines = []
    for line_id, found in texts.items():
        text = next(iter(found))
        one = said.get((line_id, text)) if len(found) == 1 else None
        if one is None:
            lines.append(ScriptLine(text, len(found) > 1, "spoken"))
        else:
            lines.append(ScriptLine(text, False, "filmed", one.start_s, one.end_s))
    return FilmedScript(tuple(lines))

"""The lines of a script that a take says, looked for once: what is found, or not, lies in the store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from renderer.config import fingerprint
from renderer.progress import Progress, Step, ignore_progress
from renderer.render.job import Lines
from renderer.runtime.store import Store
from renderer.take.filmed import FilmedLine
from renderer.take.line_search import find_filmed_lines
from renderer.video.decode import read_sound
from renderer.video.probe import probe

STAGE_VERSION = "filmed-2"


def find_script_lines(
    messages: Sequence[Lines],
    take: Path,
    store: Store,
    locale: str = "",
    progress: Progress = ignore_progress,
) -> tuple[FilmedLine, ...]:
    """The lines that are the same in all ``messages`` and that the take says. Raises RenderError for a take
    that cannot be read.

    A line that differs between recipients is not looked for: their names are too alike, and the take says
    one of them at most.
    """
    facts = probe(take)
    lines = list_shared_lines(messages)
    if not facts.has_sound or not lines:
        return ()
    keys = {text: fingerprint(STAGE_VERSION, facts.sha256, text, locale) for _, text in lines}
    known = {text: found for text, key in keys.items() if (found := _read(store, key)) is not None}
    missing = [text for text in keys if text not in known]
    if missing:
        progress(Step("listening for the script in the take", 0, 1))
        known |= _search(take, missing, locale)
        for text in missing:
            store.write("filmed", keys[text], ".json", partial(_write, known[text]))
        progress(Step("listening for the script in the take", 1, 1))
    return tuple(replace(found, line_id=line_id) for line_id, text in lines for found in known[text])


def list_shared_lines(messages: Sequence[Lines]) -> list[tuple[str, str]]:
    """Lines (id, text) with one text for everybody who hears them, in the order of their first message."""
    texts: dict[str, set[str]] = {}
    for lines in messages:
        for line_id, text in lines:
            texts.setdefault(line_id, set()).add(text)
    return [(line_id, text) for line_id, found in texts.items() if len(found) == 1 for text in found]


# A text is found once, or not at all: a tuple of one line, or of none.
_Found = tuple[FilmedLine, ...]


def _search(take: Path, texts: Sequence[str], locale: str) -> dict[str, _Found]:
    sound = read_sound(take)
    lines = [] if sound is None else find_filmed_lines(sound, [("", text) for text in texts], locale)
    return {text: tuple(line for line in lines if line.text == text) for text in texts}


def _read(store: Store, key: str) -> _Found | None:
    path = store.get("filmed", key)
    if path is None:
        return None
    try:
        return tuple(FilmedLine.from_json(line) for line in json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:  # deleted between
        return None


def _write(found: _Found, target: Path) -> None:
    target.write_text(json.dumps([line.to_json() for line in found]), encoding="utf-8")

"""The demo shows a real spreadsheet's troubles, and its messages are as long as people watch."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from campaigns.recipients.row_validation import validate_rows
from campaigns.scripts.template import fill
from campaigns.sheets.spreadsheet import read_sheet
from renderer.config import VoiceConfig
from renderer.render.script_search import find_script_lines
from renderer.runtime.store import Store
from renderer.video.probe import check_take, probe
from renderer.voices.text_to_speech import speak

DEMO = Path(__file__).resolve().parent.parent / "campaigns" / "demo"
SHEET = read_sheet(DEMO / "people.csv")
SCRIPT = (DEMO / "script.j2").read_text(encoding="utf-8")
ROWS = list(validate_rows(SHEET, SCRIPT))
VALID = [row for row in ROWS if not row.problems]


def find_lines_of(name: str) -> list[str]:
    return next([line.text for line in fill(SCRIPT, one.row.values)] for one in ROWS if one.name == name)


def test_the_spreadsheet_holds_what_real_ones_hold() -> None:
    names = [row.name for row in ROWS]
    assert len(VALID) >= 8
    assert sum(name.startswith("John ") for name in names) == 2
    assert any(not name.isascii() for name in names)
    assert any("'" in name for name in names)
    assert max(map(len, names)) > 30


def test_one_row_is_rejected_with_its_column_and_reason() -> None:
    (rejected,) = [row for row in ROWS if row.problems]
    (problem,) = rejected.problems
    assert (problem.row, problem.column) == (8, "email")
    assert "not an e-mail address" in problem.message


def test_nobody_real_is_written_to() -> None:
    assert {row.email.rpartition("@")[2] for row in VALID} == {"example.com"}


def test_an_empty_cell_gets_the_fallback_and_the_plan_chooses_a_sentence() -> None:
    assert "Shall we find a day to talk it through?" in find_lines_of("Priya Raman")
    assert any("everyone at your company" in text for text in find_lines_of("Kwame Mensah"))
    assert any("everyone at Taller Sol" in text for text in find_lines_of("José Álvarez"))


def test_most_of_the_script_is_shared() -> None:
    lines = [fill(SCRIPT, row.row.values) for row in VALID]
    assert all(len(each) >= 6 for each in lines)
    heard = Counter(line.text for each in lines for line in each)
    assert sum(count == len(VALID) for count in heard.values()) >= 5


def test_the_take_says_three_lines_of_the_script(tmp_path: Path) -> None:
    messages = [[(line.id, line.text) for line in fill(SCRIPT, row.row.values)] for row in VALID]
    filmed = find_script_lines(messages, DEMO / "presenter-take.mp4", Store(tmp_path))
    assert [line.text for line in filmed] == [
        "I recorded this take so that every message can begin with a real performance.",
        "We would love to show you what we have built.",
        "So choose a time, and we will be there.",
    ]


def test_the_take_can_be_used() -> None:
    take = DEMO / "presenter-take.mp4"
    facts = probe(take)
    check_take(facts, take)
    assert (facts.width, facts.height, facts.fps, facts.has_sound) == (1280, 720, 25, True)


@pytest.mark.slow
def test_every_message_speaks_for_20_to_30_seconds() -> None:
    texts = {line.text for row in VALID for line in fill(SCRIPT, row.row.values)}
    lengths_s = {text: speak(text, VoiceConfig()).duration_s for text in texts}
    for row in VALID:
        lines = fill(SCRIPT, row.row.values)
        assert 20 <= sum(lengths_s[line.text] for line in lines) + 0.4 * len(lines) <= 30

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytest_django import Settings

from campaigns import engine
from campaigns.problems import Code
from campaigns.recordings.archive import open_recordings
from campaigns.recordings.row_recordings import RowRecordings, find_recording_column
from campaigns.sheets.spreadsheet import Row
from renderer.voices.text_to_speech import speak
from tests.renderer.speech.test_recorded_lines import save

LINES = [("hi", "Hi Maria, nice to meet you."), ("bye", "Thank you for your time.")]
VOICE = engine.VoiceConfig(engine="piper")


@pytest.fixture
def rows(tmp_path: Path, settings: Settings) -> RowRecordings:
    settings.RENDER_CACHE_DIR = tmp_path / "cache"
    folder = tmp_path / "in"
    folder.mkdir()
    spoken = [speak(text, VOICE).samples for _, text in LINES]
    save(folder / "maria.wav", np.concatenate([spoken[0], np.zeros(20_000, np.float32), spoken[1]]))
    save(folder / "other.wav", speak("Your order left our warehouse this morning.", VOICE).samples)
    (folder / "text.wav").write_text("no sound")
    return RowRecordings(open_recordings(folder, tmp_path), "Recording", VOICE)


def row(name: str) -> Row:
    return Row(7, {"Recording": name, "First name": "Maria"})


@pytest.mark.parametrize("header", ["Recording", "audio file", "Sound"])
def test_the_column_is_found_by_its_usual_names(header: str) -> None:
    assert find_recording_column(["First name", header]) == header


def test_a_row_has_the_speech_of_its_lines_with_captions(rows: RowRecordings) -> None:
    found = rows.read(row("maria.wav").values, LINES)
    assert found is not None
    assert [" ".join(word.text for word in one.words) for one in found.speeches] == [
        text for _, text in LINES
    ]
    again = rows.read(row("maria.wav").values, LINES)
    assert again is not None
    assert np.array_equal(again.speeches[1].samples, found.speeches[1].samples)
    assert again.speeches[1].phones == found.speeches[1].phones


def test_an_empty_cell_is_said_by_the_voice(rows: RowRecordings) -> None:
    assert rows.read(row(" ").values, LINES) is None
    assert rows.find_problems(row(""), LINES) == ([], ())


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("nobody.wav", Code.RECORDING_MISSING, "“nobody.wav” is not in in"),
        ("other.wav", Code.RECORDING_OF_OTHER_TEXT, "other.wav: The recording does not say “Hi Maria"),
        ("text.wav", Code.RECORDING_UNUSABLE, "text.wav is no sound that can be read"),
    ],
)
def test_what_is_wrong_with_a_recording_is_a_problem_of_its_cell(
    rows: RowRecordings, name: str, code: Code, told: str
) -> None:
    (problem,), _ = rows.find_problems(row(name), LINES)
    assert (problem.code, problem.row, problem.column) == (code, 7, "Recording")
    assert told in problem.message

"""The whole job on a person's own files, without database or dashboard."""

from __future__ import annotations

import csv
import zipfile
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings

from campaigns import engine
from renderer.config import VoiceConfig
from renderer.speech.known_text import align_known_text
from renderer.video.decode import read_sound
from renderer.voices.text_to_speech import speak
from renderer.words.script_words import parse_script_words
from tests import takes
from tests.presenters import Baked
from tests.renderer.speech.test_recorded_lines import save

PEOPLE = """name,first_name,email,city
Łukasz 李雷,Ada,ada@example.org,London
Bo,Bo,bo at example.org,Rome
O'Neil,Neil,oneil@example.org,
"""
SCRIPT = "Hello {{ first_name }}. {% if city %}See you in {{ city }}.{% endif %}"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    found = {
        "recipients": tmp_path / "people.csv",
        "script": tmp_path / "hello.j2",
        "out": tmp_path / "videos",
    }
    found["recipients"].write_text(PEOPLE, encoding="utf-8")
    found["script"].write_text(SCRIPT, encoding="utf-8")
    return found


def make(files: dict[str, Path], **options: object) -> tuple[int, str, str]:
    """Exit status, stdout, stderr."""
    out, err = StringIO(), StringIO()
    try:
        call_command("make_messages", **files, **options, stdout=out, stderr=err)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.mark.slow
def test_every_valid_row_gets_a_video_and_the_others_a_reason(files: dict[str, Path], baked: Baked) -> None:
    status, out, err = make(files, take=baked.take, presenter=baked.bake, voice="pyttsx3")
    assert status == 1  # one row was rejected
    assert "2 of 3 rows have a video" in out
    assert "people.csv, row 3: column “email”: “bo at example.org” is not an e-mail address" in err
    with (files["out"] / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["name"], row["file"], row["status"]) for row in rows] == [
        ("Łukasz 李雷", "0002-łukasz-李雷.mp4", "ready"),
        ("Bo", "", "rejected"),
        ("O'Neil", "0004-oneil.mp4", "ready"),
    ]
    made = sorted(path.name for path in files["out"].iterdir())
    assert made == sorted(
        [
            "results.csv",
            *(
                f"{stem}.{kind}"
                for stem in ("0002-łukasz-李雷", "0004-oneil")
                for kind in ("mp4", "jpg", "vtt")
            ),
        ]
    )
    facts = engine.probe_video(files["out"] / "0002-łukasz-李雷.mp4")
    assert facts.has_sound
    mark = engine.read_video_mark(files["out"] / "0002-łukasz-李雷.mp4")
    assert mark is not None and mark.made_by == "Byname" and not mark.problems
    assert facts.fps == engine.probe_video(baked.take).fps


@pytest.mark.slow
@pytest.mark.parametrize(("no_filmed", "made"), [(False, 1), (True, 2)])
def test_a_line_that_the_take_says_needs_no_voice_unless_it_is_told_to(
    files: dict[str, Path], baked: Baked, no_filmed: bool, made: int
) -> None:
    line = "I recorded this take so that every message can begin with a real performance."
    files["script"].write_text(f"Hi {{{{ name }}}}, hello. {line}", encoding="utf-8")
    files["recipients"].write_text("name\nAda\n", encoding="utf-8")
    with TemporaryDirectory() as folder, override_settings(RENDER_CACHE_DIR=Path(folder)):
        status, out, _ = make(
            files, take=baked.take, presenter=baked.bake, voice="pyttsx3", no_filmed=no_filmed
        )
        spoken = engine.open_store().stats_by_kind()["speech"].files
    assert (status, spoken) == (0, made)
    assert "1 of 1 rows have a video" in out


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("", r"hello\.j2, line 1, column 1: The script is empty"),
        ("Hi.\nIt is {{ first_name }.", r"hello\.j2, line 2, column 7:"),
    ],
)
def test_a_broken_script_is_named_with_its_place(files: dict[str, Path], script: str, says: str) -> None:
    files["script"].write_text(script, encoding="utf-8")
    with pytest.raises(CommandError, match=says):
        make(files, take=takes.DEMO_TAKE)
    assert not files["out"].exists()


def test_an_empty_spreadsheet_is_named(files: dict[str, Path]) -> None:
    files["recipients"].write_text("", encoding="utf-8")
    with pytest.raises(CommandError, match=r"people\.csv is empty"):
        make(files, take=takes.DEMO_TAKE)
    assert not files["out"].exists()


def test_a_column_that_no_row_has_is_said_once_and_nothing_is_made(files: dict[str, Path]) -> None:
    files["script"].write_text("Hi {{ nickname }}.", encoding="utf-8")
    with pytest.raises(CommandError, match=r"line 1, column 7: “nickname” is not a column"):
        make(files, take=takes.DEMO_TAKE)
    assert not files["out"].exists()


def test_a_take_that_is_too_short_is_refused_before_anything_is_made(
    files: dict[str, Path], tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=r"short\.mp4"):
        make(files, take=takes.too_short(tmp_path / "short.mp4"))
    assert not files["out"].exists()


@pytest.mark.parametrize("missing", ["recipients", "script"])
def test_a_missing_file_is_a_sentence(files: dict[str, Path], missing: str) -> None:
    files[missing].unlink()
    with pytest.raises(CommandError, match=r"(people\.csv|hello\.j2) cannot be (read|used): No such file"):
        make(files, take=takes.DEMO_TAKE)


def test_a_light_bake_is_refused_with_the_command_that_completes_it(files: dict[str, Path]) -> None:
    light = takes.DEMO_TAKE.with_name("presenter.safetensors")
    with pytest.raises(CommandError, match=r"is a light bake.*python -m renderer complete --light"):
        make(files, take=takes.DEMO_TAKE, presenter=light)
    assert not files["out"].exists()


@pytest.mark.slow
def test_rows_with_a_recording_are_said_by_it_and_wrong_recordings_are_told_before_the_run(
    files: dict[str, Path], baked: Baked, tmp_path: Path
) -> None:
    said = {
        "ada.wav": "Hello Ada. See you in London.",
        "bo.wav": "Your order left our warehouse this morning.",
    }
    with zipfile.ZipFile(tmp_path / "sounds.zip", "w") as packed:
        for name, text in said.items():
            samples = speak(text, VoiceConfig(engine="piper")).samples
            packed.write(save(tmp_path / name, samples), f"monday/{name}")
    files["recipients"].write_text(
        "first_name,city,recording\nAda,London,ada.wav\nBo,Rome,bo.wav\nCy,Rome,cy.wav\nDi,Rome,\n"
    )
    status, out, err = make(
        files, take=baked.take, presenter=baked.bake, voice="pyttsx3", recordings=tmp_path / "sounds.zip"
    )
    assert (status, "2 of 4 rows have a video" in out) == (1, True)
    assert "row 3: column “recording”: bo.wav: The recording does not say “Hello Bo." in err
    assert "row 4: column “recording”: “cy.wav” is not in sounds.zip" in err
    captions = (files["out"] / "0002-ada.vtt").read_text(encoding="utf-8")
    assert "Hello Ada." in captions
    sound = read_sound(files["out"] / "0002-ada.mp4")
    assert sound is not None
    recorded = align_known_text(sound, 48_000, parse_script_words(said["ada.wav"], "en-us"))
    assert recorded.confidence > 0.9


def test_recordings_without_a_column_that_names_them_are_told(files: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Add a column “recording” with each row's file"):
        make(files, take=takes.DEMO_TAKE, recordings=tmp_path)
    assert not files["out"].exists()


def test_recordings_that_are_not_there_are_told(files: dict[str, Path], tmp_path: Path) -> None:
    files["recipients"].write_text("first_name,city,recording\nAda,London,ada.wav\n")
    with pytest.raises(CommandError, match="There are no recordings at"):
        make(files, take=takes.DEMO_TAKE, recordings=tmp_path / "nowhere.zip")
    assert not files["out"].exists()

"""What a batch would do is said before it is made, and nothing is written."""

from __future__ import annotations

import json
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from campaigns.checks.campaign_check import check_rows
from campaigns.checks.report import CheckReport, to_json
from campaigns.models import Campaign
from campaigns.recipients.sheet_import import import_sheet
from tests import takes
from tests.presenters import Baked

PEOPLE = """first_name,email,city,pronounce_as
Siobhán,siobhan@example.org,Cork,/ʃɪˈvɔːn/
王小明,wang@example.org,Cork,
王小明,ming@example.org,Cork,shao ming
Bo,bo@example.org,Cork,4ever
Ann,ann at example.org,Cork,
Joann,joann@example.org,Cork,
"""
SCRIPT = "Hello {{ first_name }}. Welcome to {{ city }}."


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Any]:
    found = {
        "recipients": tmp_path / "people.csv",
        "script": tmp_path / "hello.j2",
        "out": tmp_path / "videos",
        "take": takes.DEMO_TAKE,
        "voice": "hibari",
    }
    found["recipients"].write_text(PEOPLE, encoding="utf-8")
    found["script"].write_text(SCRIPT, encoding="utf-8")
    return found


def look(files: dict[str, Any], **more: object) -> tuple[int, dict[str, Any]]:
    """Exit status and what was printed as JSON."""
    out = StringIO()
    try:
        call_command("make_messages", **files, check=True, json=True, **more, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def list_codes(notes: list[dict[str, Any]]) -> list[str]:
    return [note["code"] for note in notes]


def test_each_row_says_its_verdict_its_problems_and_its_lines(files: dict[str, Any]) -> None:
    status, report = look(files)
    assert status == 0
    assert list(report) == ["problems", "warnings", "rows"]
    assert report["problems"] == []
    told = {
        row["row"]: (row["verdict"], [(note["code"], note["column"]) for note in row["problems"]])
        for row in report["rows"]
    }
    assert told == {
        2: ("valid", []),
        3: ("rejected", [("letters_not_read", "first_name")]),
        4: ("valid", []),
        5: ("rejected", [("pronunciation_invalid", "pronounce_as")]),
        6: ("rejected", [("address_invalid", "email")]),
        7: ("valid", []),
    }
    [problem] = report["rows"][1]["problems"]
    assert list(problem) == ["code", "row", "column", "message"]
    assert problem["row"] == 3 and "王小明" in problem["message"]
    hello, welcome = report["rows"][0]["lines"]
    assert list(hello) == ["text", "spoken", "language", "source", "seconds"]
    assert hello["text"] == "Hello Siobhán." and "ʃɪˈvɔːn" in hello["spoken"]
    assert (welcome["spoken"], welcome["language"], welcome["source"]) == (
        "Welcome to Cork.",
        "en-us",
        "spoken",
    )
    assert 0.5 < welcome["seconds"] < 3


def test_a_voice_that_nobody_chose_is_near_to_the_presenters(files: dict[str, Any]) -> None:
    assert list_codes(look(files)[1]["warnings"]) == []
    # the demo's presenter is a man, the engine's first voice a woman
    assert list_codes(look(files, voice_model="heart")[1]["warnings"]) == ["voice_misfit"]


def test_nothing_is_written(files: dict[str, Any], tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    cached = sorted(Path(settings.RENDER_CACHE_DIR).rglob("*"))
    look(files)
    assert sorted(tmp_path.rglob("*")) == before
    assert sorted(Path(settings.RENDER_CACHE_DIR).rglob("*")) == cached


def test_a_library_says_words_of_every_row(files: dict[str, Any], tmp_path: Path) -> None:
    library = tmp_path / "words.csv"
    library.write_text("word,said\nAnn,an\ncork,KORRK\n王小明,wang shao ming\n", encoding="utf-8")
    _, report = look(files, pronunciations=library)
    spoken = [line["spoken"] for row in report["rows"] for line in row["lines"]]
    assert sum("korrk" in line for line in spoken) == 4
    assert any("Joann" in line for line in spoken)  # “Ann” is not meant in it
    assert report["rows"][1]["verdict"] == "valid"
    library.write_text("word,said\nAnn,<b>\n", encoding="utf-8")
    status, report = look(files, pronunciations=library)
    assert status == 1
    assert list_codes(report["problems"]) == ["pronunciations_unusable"]
    assert "words.csv: Row 2:" in report["problems"][0]["message"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"take": Path("nowhere.mp4")}, "take_unusable"),
        ({"presenter": Path("nowhere.safetensors")}, "presenter_unusable"),
        ({"presenter": takes.DEMO_TAKE.with_name("presenter.safetensors")}, "presenter_unusable"),
        ({"voice": "piper", "voice_model": "/nowhere/voice.onnx"}, "voice_unusable"),
        ({"recipients": Path("nowhere.csv")}, "sheet_unusable"),
        ({"script": Path("nowhere.j2")}, "script_unusable"),
        ({"out": takes.DEMO_TAKE}, "folder_unusable"),
        ({"out": takes.DEMO_TAKE / "below"}, "folder_unusable"),
    ],
)
def test_no_run_could_start_where_a_file_is_unusable(
    files: dict[str, Any], change: dict[str, Any], code: str
) -> None:
    status, report = look({**files, **change})
    assert status == 1
    assert list_codes(report["problems"]) == [code]
    assert all(note["row"] is None for note in report["problems"])


@pytest.mark.parametrize(
    ("script", "code"),
    [("", "script_empty"), ("Hi {{ first_name", "script_invalid"), ("Hi {{ nick }}.", "unknown_column")],
)
def test_a_faulty_script_is_said_once(files: dict[str, Any], script: str, code: str) -> None:
    files["script"].write_text(script, encoding="utf-8")
    status, report = look(files)
    assert (status, list_codes(report["problems"])) == (1, [code])
    assert len(report["rows"]) == 6


def test_where_no_row_is_valid_no_run_starts(files: dict[str, Any]) -> None:
    files["recipients"].write_text("first_name,city,email\nBo,Cork,no address\n", encoding="utf-8")
    status, report = look(files)
    assert (status, list_codes(report["problems"])) == (1, ["no_valid_row"])


def test_what_changes_nothing_is_a_warning(files: dict[str, Any]) -> None:
    files["recipients"].write_text(
        "name,pronounce_as,pronounce_as_firm\nAda Byron,AY-da,x\n", encoding="utf-8"
    )
    files["script"].write_text("Hello {{ name.split()[0] }}.", encoding="utf-8")
    status, report = look(files)
    assert status == 0
    assert {(note["code"], note["column"]) for note in report["warnings"]} == {
        ("address_column_missing", None),
        ("pronunciation_without_column", "pronounce_as_firm"),
    }
    [row] = report["rows"]
    assert [(note["code"], note["column"]) for note in row["warnings"]] == [
        ("pronunciation_unused", "pronounce_as")
    ]


def test_words_that_no_dictionary_has_are_warned_of_until_somebody_says_them(files: dict[str, Any]) -> None:
    files["recipients"].write_text(
        "first_name,city,pronounce_as\nQzorvian,Cork,\nQzorvian,Cork,ZOR-vee-an\nAnna,Cork,\n",
        encoding="utf-8",
    )
    rows = look(files)[1]["rows"]
    assert [list_codes(row["warnings"]) for row in rows] == [["word_in_no_lexicon"], [], []]
    assert rows[0]["warnings"][0]["column"] == "first_name"


def test_a_thousand_rows_take_seconds(files: dict[str, Any]) -> None:
    rows = "".join(f"Name{n},n{n}@example.org,Cork,NAYM\n" for n in range(1000))
    files["recipients"].write_text("first_name,email,city,pronounce_as\n" + rows, encoding="utf-8")
    began = time.process_time()
    _, report = look(files)
    assert len(report["rows"]) == 1000
    assert time.process_time() - began < 5


def test_a_person_reads_sentences(files: dict[str, Any]) -> None:
    out = StringIO()
    call_command("make_messages", **files, check=True, stdout=out)
    assert "The run can start. 3 of 6 rows would get a video." in out.getvalue()
    assert "column “pronounce_as”: “4” cannot be said" in out.getvalue()


def test_sounds_that_the_voice_cannot_read_and_a_locale_that_there_is_not_are_told(
    files: dict[str, Any],
) -> None:
    row = look({**files, "voice": "pyttsx3"})[1]["rows"][0]
    assert [(note["code"], note["row"]) for note in row["problems"]] == [("letters_not_read", 2)]
    assert "does not read the phonetic alphabet" in row["problems"][0]["message"]
    status, report = look(files, locale="klingon")
    assert (status, list_codes(report["problems"])) == (1, ["voice_unusable"])
    assert "There is no locale “klingon”" in report["problems"][0]["message"]


def test_json_without_a_check_and_videos_without_a_folder_are_refused(files: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match="--json belongs to --check"):
        call_command("make_messages", **files, json=True)
    files.pop("out")
    assert look(files)[0] == 0
    with pytest.raises(CommandError, match="Name a folder"):
        call_command("make_messages", **files)


def test_lines_that_the_take_says_are_filmed(files: dict[str, Any]) -> None:
    files["script"].write_text(
        "Hi {{ first_name }}. We would love to show you what we have built.", encoding="utf-8"
    )
    rows = look(files)[1]["rows"]
    assert [line["source"] for line in rows[0]["lines"]] == ["spoken", "filmed"]
    rows = look(files, no_filmed=True)[1]["rows"]
    assert [line["source"] for line in rows[0]["lines"]] == ["spoken", "spoken"]


def test_lines_of_rows_that_name_a_sound_are_recorded_and_a_missing_sound_is_told(
    files: dict[str, Any], tmp_path: Path
) -> None:
    rows = "first_name,city,recording\nAda,Oslo,ada.wav\nBo,Rome,\nCy,Bonn,cy.wav\n"
    files["recipients"].write_text(rows, encoding="utf-8")
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    (sounds / "Ada.wav").write_bytes(b"nothing is opened before the run")
    told = look(files, recordings=sounds)[1]["rows"]
    assert [[line["source"] for line in row["lines"]] for row in told] == [
        ["recorded", "recorded"],
        ["spoken", "spoken"],
        [],
    ]
    [gone] = told[2]["problems"]
    assert (gone["code"], gone["column"], gone["row"]) == ("recording_missing", "recording", 4)


def test_recordings_that_cannot_be_used_stop_the_run(files: dict[str, Any], tmp_path: Path) -> None:
    status, report = look(files, recordings=tmp_path / "nowhere.zip")
    assert (status, list_codes(report["problems"])) == (1, ["recordings_unusable"])


@pytest.mark.slow
def test_the_lengths_of_lines_that_were_spoken_are_measured(files: dict[str, Any], baked: Baked) -> None:
    files |= {"take": baked.take, "presenter": baked.bake}
    files["recipients"].write_text("first_name,city\nAda,Cork\n", encoding="utf-8")
    guessed = look(files)[1]["rows"][0]["lines"]
    call_command("make_messages", **files, stdout=StringIO())
    measured = look(files)[1]["rows"][0]["lines"]
    assert [line["seconds"] for line in measured] != [line["seconds"] for line in guessed]


COLUMNS = ("Vorname|Aussprache|E-Mail-Adresse|Sprache|Termin|note", {
    "Zoë": "Zoë||zoe@example.org||03/04/2026|",
    "Ada": "Ada|AH-dah|ada@example.org|en-GB|03/04/2026|#REF!",
    "Jo": "Jo|4ever|jo@example.org|English|03/04/2026|",
    "Ute": "Ute||ute@example.org|Deutsch|03/04/2026|",
    "Max": "Max||max@example.org|de-AT|03/04/2026|",
    "Xi": "Xi||xi@example.org|Martian|03/04/2026|",
    "Bo": "Bo||nobody|n/a|#N/A|",
    "Al": "Al|AL|zoe@example.org||1234|",
})  # fmt: skip


@pytest.mark.django_db
def test_rows_and_cells_have_the_verdicts_and_words_that_the_page_has(
    files: dict[str, Any], campaign: Campaign
) -> None:
    header, rows = COLUMNS
    files["recipients"].write_text("\n".join([header, *rows.values()]), encoding="utf-8")
    files["script"].write_text("Hello {{ Vorname }}. We meet on {{ Termin }}.", encoding="utf-8")
    campaign.recipients.all().delete()
    campaign.script, campaign.voice_engine = files["script"].read_text(), "hibari"
    campaign.save()
    with files["recipients"].open("rb") as file:
        import_sheet(campaign, file, "people.csv")
    campaign.refresh_from_db()
    shown = CheckReport((), (), tuple(check_rows(campaign, campaign.recipients.order_by("row_number"))))
    _, report = look(files, no_filmed=True)
    told = [{**row, "lines": [line | {"seconds": 0} for line in row["lines"]]} for row in report["rows"]]
    seen = [
        {**row, "lines": [line | {"seconds": 0} for line in row["lines"]]} for row in to_json(shown)["rows"]
    ]
    assert told == seen
    by_name = dict(zip(rows, told, strict=True))
    assert {name: list_codes(row["problems"]) for name, row in by_name.items() if row["problems"]} == {
        "Jo": ["pronunciation_invalid"],
        "Bo": ["placeholder", "error_in_cell", "address_invalid"],
        "Al": ["address_repeated"],
    }
    foreign = [name for name, row in by_name.items() if "language_not_spoken" in list_codes(row["warnings"])]
    assert foreign == ["Ute", "Max", "Xi"]
    said = {name: [line["spoken"] for line in row["lines"]] for name, row in by_name.items()}
    assert said["Zoë"][1] == said["Ute"][1] != said["Ada"][1]
    assert said["Ada"][0] == "Hello ah-dah."

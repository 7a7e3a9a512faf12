"""A program brings a spreadsheet, answers what it leaves open, and makes and approves the videos."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Job, Presenter
from campaigns.states import JobState
from tests.campaigns.api.programs import Program, make_program

SHEET = "crm_id;first_name;Kontakt\n4711;Ada;ada@example.org\n4712;Ben;ben@example.org\n4713;Cleo;none\n"


def work() -> None:
    """What the workers would do with the jobs that wait."""
    for job in Job.objects.filter(state=JobState.WAITING):
        work_on_job(job.pk)


def upload(program: Program, path: str, content: bytes = SHEET.encode(), **headers: str) -> Any:
    sent = {"Authorization": f"Bearer {program.secret}", **headers}
    file = SimpleUploadedFile("people.csv", content)
    return Client().post(f"/api/v1{path}/import", {"spreadsheet": file}, headers=sent)


def test_a_spreadsheet_comes_in_with_its_questions_and_each_row_keeps_the_callers_key(
    alice: User, presenter: Presenter
) -> None:
    program = make_program(alice)
    made = program.ask("POST", "/campaigns", {"name": "Deals", "presenter": presenter.pk})[1]
    path = f"/campaigns/{made['id']}"
    assert upload(program, path, b"crm_id;first_name\n4711;Ada\n").status_code == 202
    assert program.get(f"{path}/import")["stage"] == "reading"
    work()
    asking = program.get(f"{path}/import")  # nobody has an address: is that meant?
    assert (asking["stage"], asking["rows"]) == ("asking", 1)
    status, told = program.ask("POST", f"{path}/import/apply", {})
    assert (status, told["code"], told["stage"]) == (409, "refused", "import")
    assert upload(program, path).status_code == 202  # the better file
    work()
    columns = {"email": "Kontakt", "first_name": "first_name"}
    program.ask("POST", f"{path}/import/answers", {"columns": columns, "key_column": "crm_id"})
    work()
    planned = program.get(f"{path}/import")
    assert (planned["stage"], planned["plan"]["new"]) == ("planned", 3)
    assert program.ask("POST", f"{path}/import/apply", {})[0] == 202
    work()
    assert program.ask("GET", f"{path}/import")[0] == 404  # it was applied
    people = program.get(f"{path}/recipients?limit=2")
    assert [(one["row"], one["key"], one["name"]) for one in people["items"]] == [
        (2, "4711", "Ada"),
        (3, "4712", "Ben"),
    ]
    rest = program.get(f"{path}/recipients?limit=2&cursor={people['next']}")
    assert rest["next"] is None and rest["items"][0]["key"] == "4713"
    problem = rest["items"][0]["problems"][0]
    assert (problem["code"], problem["row"], problem["column"]) == ("address_invalid", 4, "Kontakt")
    assert program.get(f"{path}/recipients?key=4712")["items"][0]["name"] == "Ben"


def test_a_file_that_is_sent_again_with_its_key_is_kept_once(alice: User, campaign: Campaign) -> None:
    program, path = make_program(alice), f"/campaigns/{campaign.pk}"
    answers = [upload(program, path, **{"Idempotency-Key": "file"}) for _ in range(2)]
    assert [one.status_code for one in answers] == [202, 202] and Job.objects.count() == 1
    other = upload(program, path, b"a;b\n1;2\n", **{"Idempotency-Key": "file"})
    assert other.status_code == 422 and Job.objects.count() == 1


def test_a_script_that_loses_people_is_saved_only_when_that_is_meant(alice: User, campaign: Campaign) -> None:
    program, path = make_program(alice), f"/campaigns/{campaign.pk}/script"
    script = "Hello {{ first_name }} of {{ city }}."
    status, told = program.ask("PUT", path, {"script": script})
    assert (status, told["code"], told["row"], told["column"]) == (409, "leaves_out", 3, "city")
    campaign.refresh_from_db()
    assert campaign.script != script
    status, saved = program.ask("PUT", path, {"script": script, "leave_out": True})
    assert status == 200 and saved["left_out"]["left"] == 1
    older = {"script": "Hello.", "version": 1}
    status, told = program.ask("PUT", path, older)
    assert (status, told["code"], told["more"]["version"]) == (409, "changed_meanwhile", 2)

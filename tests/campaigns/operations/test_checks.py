"""System checks name the setting and what to do."""

from __future__ import annotations

from pathlib import Path

from pytest_django import Settings

from campaigns.operations.checks import (
    check_folders_are_writable,
    check_mail_events,
    check_mail_server,
    check_public_address,
)


def test_a_folder_that_cannot_be_written_is_an_error(settings: Settings, tmp_path: Path) -> None:
    assert check_folders_are_writable() == []
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file" / "media"
    (error,) = check_folders_are_writable()
    assert error.id == "campaigns.E001"
    assert error.msg.startswith(f"MEDIA_ROOT={tmp_path}/file/media cannot be written")


def test_deployment_mistakes_are_warnings(settings: Settings) -> None:
    settings.PUBLIC_URL, settings.EMAIL_HOST = "http://127.0.0.1:8000", "127.0.0.1"
    assert [w.id for w in (*check_public_address(), *check_mail_server())] == [
        "campaigns.W001",
        "campaigns.W002",
    ]
    settings.PUBLIC_URL, settings.EMAIL_HOST = "https://videos.example.org", "mail.example.org"
    assert [*check_public_address(), *check_mail_server(), *check_mail_events()] == []
    settings.MAIL_PROVIDER, settings.EMAIL_HOST = "postmark", "127.0.0.1"
    assert check_mail_server() == [] and [w.id for w in check_mail_events()] == ["campaigns.W003"]
    settings.MAIL_WEBHOOK_SECRET = "byname:9f86d081884c7d65"
    assert check_mail_events() == []

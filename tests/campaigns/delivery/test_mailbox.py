"""The mail catcher: takes mails over real SMTP, shows them to staff, delivers none."""

from __future__ import annotations

import os
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from campaigns.delivery.channels import email
from campaigns.delivery.channels.email import DJANGO_SMTP
from campaigns.delivery.mailbox import create_catcher, list_newest, mailbox_folder, read_mail, store_mail
from campaigns.models import Campaign, Delivery
from tests.campaigns.mail import approve_all, free_port

CHECKOUT = Path(__file__).resolve().parents[3]


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return mailbox_folder()


@pytest.fixture
def port(folder: Path) -> Iterator[int]:
    server = create_catcher(folder, "127.0.0.1", free_port())
    server.start()
    yield server.port
    server.stop()


def mail(subject: str = "Hello", to: str = "ada@example.org") -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = subject, "me@example.org", to
    made.set_content("Text")
    made.add_alternative("<p>Words</p><script>alert(1)</script>", subtype="html")
    return made


def test_a_campaigns_mail_is_caught_with_its_picture_inside(
    campaign: Campaign, alice: User, folder: Path, port: int, settings: Any
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = DJANGO_SMTP, "127.0.0.1", port
    message = approve_all(campaign, alice)[0]
    email.transmit(email.prepare(Delivery(message=message, channel="email", address="ada@example.org")))
    (caught,) = list_newest(folder)
    assert caught.to == "ada@example.org" and caught.subject == "A video for you"
    assert 'src="data:image/jpeg;base64,' in caught.html and "cid:" not in caught.html
    assert "Hello Ada" in caught.text


def test_the_newest_mail_is_first(folder: Path) -> None:
    for subject in ("one", "two", "three"):
        store_mail(folder, mail(subject).as_bytes())
    assert [caught.subject for caught in list_newest(folder)] == ["three", "two", "one"]


def test_a_mail_is_whole_or_not_there(folder: Path) -> None:
    store_mail(folder, mail().as_bytes())
    assert [path.suffix for path in folder.iterdir()] == [".eml"]


@pytest.mark.parametrize("mail_id", ["../../etc/passwd", "a/b", "", "missing", "x" * 100])
def test_only_mails_of_the_folder_are_read(folder: Path, mail_id: str) -> None:
    assert read_mail(folder, mail_id) is None


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"Date: never\nContent-Type: text/html\n\nx"])
def test_broken_mails_are_shown_as_far_as_they_go(folder: Path, data: bytes) -> None:
    assert read_mail(folder, store_mail(folder, data)) is not None


def test_a_mail_with_unknown_characters_is_shown(folder: Path) -> None:
    data = b"Subject: x\nContent-Type: text/plain; charset=no-such\n\n\xe9\xff"
    assert read_mail(folder, store_mail(folder, data)) is not None


class TestThePage:
    def test_shows_the_mail_where_its_scripts_cannot_run(
        self, client: Client, alice: User, folder: Path
    ) -> None:
        mail_id = store_mail(folder, mail().as_bytes())
        client.force_login(alice)
        for url in (reverse("mailbox"), reverse("mailbox-mail", args=[mail_id])):
            html = client.get(url).content.decode()
            assert "&lt;p&gt;Words&lt;/p&gt;" in html and "<script>alert(1)" not in html
            assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in html

    def test_says_what_to_do_while_it_is_empty(self, client: Client, alice: User, folder: Path) -> None:
        client.force_login(alice)
        assert "python manage.py mailbox" in client.get(reverse("mailbox")).content.decode()

    def test_is_for_staff(self, client: Client, bob: User, folder: Path) -> None:
        client.force_login(bob)
        assert client.get(reverse("mailbox")).status_code == 302

    def test_knows_only_its_mails(self, client: Client, alice: User, folder: Path) -> None:
        client.force_login(alice)
        assert client.get(reverse("mailbox-mail", args=["none"])).status_code == 404


class TestTheCommand:
    def test_names_a_port_that_is_in_use(self, folder: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(CommandError, match=f"Cannot listen on 127.0.0.1:{port}.*--port"):
                call_command("mailbox", port=port)

    def test_catches_until_it_is_told_to_stop(self, tmp_path: Path) -> None:
        port = free_port()
        environment = os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1/unused"}
        process = subprocess.Popen(
            [sys.executable, "manage.py", "mailbox", "--port", str(port), "--folder", str(tmp_path)],
            cwd=CHECKOUT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            assert f"127.0.0.1:{port}" in process.stdout.readline()
            with smtplib.SMTP("127.0.0.1", port) as smtp:
                smtp.send_message(mail("Over the wire"))
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        finally:
            process.kill()
        assert [caught.subject for caught in list_newest(tmp_path)] == ["Over the wire"]

"""Environment variables are read with a type, and refused by name."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env

ROOT = Path(__file__).resolve().parents[2]


def read_documented() -> set[str]:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    return {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}


def read_by_settings() -> set[str]:
    tree = ast.parse((ROOT / "platform" / "config" / "settings.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        node.args[0].value
        for node in calls
        if isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and isinstance(node.args[0], ast.Constant)
    }


def test_every_setting_is_documented_and_every_documented_setting_is_read() -> None:
    assert read_by_settings() == read_documented()


@pytest.mark.parametrize(
    ("read", "value", "says"),
    [
        (lambda: env.boolean("X", False), "maybe", "X=maybe is neither yes nor no"),
        (lambda: env.integer("X", 3), "many", "X=many is not a whole number"),
        (lambda: env.integer("X", 3, least=1), "0", "X=0 is too small"),
        (lambda: env.price("X"), "0.80", "X=0.80 is no price"),
        (lambda: env.price("X"), "EUR 0.80", "as 0.80 EUR"),
        (lambda: env.price("X"), "-1 EUR", "is no price"),
        (lambda: env.choice("X", "a", ["a", "b"]), "c", "Use one of: a, b"),
        (lambda: env.web_address("X", ""), "example.org", "X=example.org is not a web address"),
        (lambda: env.email_server("X", ""), "mail.example.org", "X is not a mail server's address"),
    ],
)
def test_a_bad_value_is_refused(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[], object], value: str, says: str
) -> None:
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured, match=says):
        read()


def test_an_empty_value_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "")
    assert env.text("X", "default") == "default"
    assert env.integer("X", 7) == 7
    assert env.boolean("X", True) is True
    assert env.price("X") is None


def test_a_price_has_an_amount_and_a_currency(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", " 0.80 EUR ")
    assert env.price("X") == (0.8, "EUR")


def test_a_secret_can_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("quiet\n")
    monkeypatch.setenv("X_FILE", str(tmp_path / "key"))
    assert env.secret("X", "") == "quiet"
    monkeypatch.setenv("X_FILE", str(tmp_path / "none"))
    with pytest.raises(ImproperlyConfigured, match="X_FILE="):
        env.secret("X", "")


def test_a_mail_server_is_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "smtp+tls://ada%40example.org:p%2Fw@mail.example.org")
    assert env.email_server("X", "") == {
        "EMAIL_HOST": "mail.example.org",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "ada@example.org",
        "EMAIL_HOST_PASSWORD": "p/w",
        "EMAIL_USE_TLS": True,
        "EMAIL_USE_SSL": False,
    }

"""Pages run their own files alone; `tests/browser` fails where a page asks for what the policy forbids."""

from __future__ import annotations

import re
from pathlib import Path

from django.contrib.auth.models import User
from django.test import Client

from campaigns.access.page_policy import POLICY

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
_INLINE = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|\son[a-z]+\s*=\s*[\"']", re.I)


def test_every_page_of_the_dashboard_has_the_policy(client: Client, alice: User) -> None:
    client.force_login(alice)
    for address in ("/admin/", "/admin/campaigns/campaign/", "/admin/nowhere/", "/healthz"):
        assert client.get(address)["Content-Security-Policy"] == POLICY
    assert client.get("/admin/login/")["Content-Security-Policy"] == POLICY


def test_no_text_can_become_a_script() -> None:
    (scripts,) = (part for part in POLICY.split("; ") if part.startswith("script-src"))
    assert "'unsafe-inline'" not in scripts
    for part in ("object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'self'"):
        assert part in POLICY


def test_no_template_needs_an_inline_script() -> None:
    found = [
        f"{path.name}: {hit.group()}"
        for path in TEMPLATES.rglob("*.html")
        for hit in _INLINE.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []

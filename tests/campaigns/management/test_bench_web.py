"""The command that times the dashboard: in a database of its own, never in one with somebody's campaigns."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from campaigns.benchmark.web_data import fill_workspace
from campaigns.management.commands import bench_web
from campaigns.models import Campaign


@pytest.mark.django_db
def test_it_refuses_a_database_with_campaigns_of_somebody(campaign: Campaign) -> None:
    with pytest.raises(CommandError, match="make bench-web"):
        call_command(bench_web.Command(), recipients=300)
    assert Campaign.objects.get() == campaign


@pytest.mark.django_db(transaction=True)
def test_it_prints_and_stores_what_it_measured(tmp_path: Path) -> None:
    fill_workspace(300, 300)
    out, file = StringIO(), tmp_path / "web.json"
    call_command(
        bench_web.Command(), recipients=300, repeats=1, only=["home"], pages_only=True, json=file,
        stdout=out, stderr=StringIO(),
    )  # fmt: skip
    assert "300 people, 297 messages" in out.getvalue()
    stored = json.loads(file.read_text(encoding="utf-8"))
    [page] = stored["pages"]
    assert page["name"] == "home" and page["status"] == 200 and page["verdict"] in ("aim", "floor", "over")
    assert stored["actions"] == []

"""The command that starts workers works on the queue asked for, or not at all: see tests/docker too."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command


def test_it_refuses_where_the_environment_did_not_choose_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process belongs to the queue default, whatever its environment says by now."""
    monkeypatch.setenv("Q_CLUSTER_NAME", "render")
    with pytest.raises(CommandError, match="works on the queue default, although Q_CLUSTER_NAME=render"):
        call_command("work", "--queue", "render")


def test_a_queue_that_is_not_in_the_settings_is_refused() -> None:
    with pytest.raises(CommandError, match="invalid choice: 'redner'"):
        call_command("work", "--queue", "redner")

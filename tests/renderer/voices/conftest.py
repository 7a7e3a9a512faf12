"""A speech server, for the engine that needs one; it stays the same for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.speech_server import KEY, SpeechPost, serve_speech


@pytest.fixture(scope="session")
def _running_server() -> Iterator[SpeechPost]:
    with serve_speech() as post:
        yield post


@pytest.fixture(autouse=True)
def speech_server(_running_server: SpeechPost, monkeypatch: pytest.MonkeyPatch) -> SpeechPost:
    """It speaks, and no request was made yet."""
    _running_server.asked.clear()
    _running_server.faults.clear()
    settings = {"URL": _running_server.url, "KEY": KEY, "PRIVATE": "yes", "RETRIES": "0"}
    for name, value in settings.items():
        monkeypatch.setenv(f"SPEECH_SERVER_{name}", value)
    return _running_server

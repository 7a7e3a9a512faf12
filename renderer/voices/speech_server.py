"""The speech server of an installation: where it is, and what may be asked of it, from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from renderer.errors import RenderError

SoundFormat = Literal["wav", "pcm", "mp3", "flac"]


@dataclass(frozen=True)
class SpeechServer:
    """``url``: the address that the API's paths are added to. ``key`` is sent as a bearer token, and never
    shown. ``language`` is that of its voices, a tag such as "en-us".

    ``timeout_s`` bounds one answer from the first byte asked to the last one read; ``retries`` further tries
    follow a failure that may pass, the first after ``retry_wait_s``, each next one after twice the time.
    ``at_once`` requests of this machine are open together. Servers at private addresses are asked only where
    ``private``.
    """

    url: str
    key: str = field(default="", repr=False)
    model: str = "tts-1"
    voice: str = "alloy"
    sound: SoundFormat = "wav"
    language: str = "en-us"
    timeout_s: int = 60
    retries: int = 3
    at_once: int = 2
    private: bool = False
    retry_wait_s: float = 1.0

    @property
    def endpoint(self) -> str:
        """The address that speaks; ``url`` may end in the API's version or not."""
        return self.url + ("/audio/speech" if re.search(r"/v\d+$", self.url) else "/v1/audio/speech")

    @property
    def place(self) -> str:
        """The server as people read it in messages."""
        return urlsplit(self.url).netloc


def read_speech_server(environment: Mapping[str, str] = os.environ) -> SpeechServer:
    """The server that SPEECH_SERVER_… name. Raises RenderError, naming the variable, for a bad one."""
    get = _Reader(environment)
    return SpeechServer(
        url=get.address(),
        key=get.secret(),
        model=get.text("MODEL", SpeechServer.model),
        voice=get.text("VOICE", SpeechServer.voice),
        sound=get.sound(),
        language=get.text("LANGUAGE", SpeechServer.language).lower(),
        timeout_s=get.number("TIMEOUT_S", SpeechServer.timeout_s, 1),
        retries=get.number("RETRIES", SpeechServer.retries, 0),
        at_once=get.number("AT_ONCE", SpeechServer.at_once, 1),
        private=get.text("PRIVATE", "no").lower() in {"1", "true", "yes", "on"},
    )


@dataclass(frozen=True)
class _Reader:
    environment: Mapping[str, str]

    def text(self, name: str, default: str) -> str:
        return self.environment.get(f"SPEECH_SERVER_{name}", "").strip() or default

    def address(self) -> str:
        value = self.text("URL", "").rstrip("/")
        if not value:
            raise RenderError(
                "No speech server is set. Set SPEECH_SERVER_URL to its address, such as "
                "https://speech.example.org/v1, or choose another voice."
            )
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or _has_bad_port(value):
            raise RenderError(
                "SPEECH_SERVER_URL is not a web address. Write it as https://speech.example.org/v1."
            )
        if parts.username or parts.password or parts.query or parts.fragment:
            raise RenderError(
                "SPEECH_SERVER_URL holds more than an address. Put the key into SPEECH_SERVER_KEY, and leave "
                "out what follows a “?” or “#”."
            )
        return value

    def secret(self) -> str:
        """The value, or the first line of the file that ``…_FILE`` names."""
        path = self.text("KEY_FILE", "")
        try:
            key = Path(path).read_text(encoding="utf-8").splitlines()[0].strip() if path else ""
        except (OSError, IndexError, UnicodeDecodeError) as error:
            raise RenderError(f"SPEECH_SERVER_KEY_FILE={path} is no text file that can be read.") from error
        key = key or self.text("KEY", "")
        if not re.fullmatch(r"[\x21-\x7e]*", key):
            raise RenderError(
                "SPEECH_SERVER_KEY holds a space or another sign that no key has. Copy it again."
            )
        return key

    def sound(self) -> SoundFormat:
        value = self.text("FORMAT", SpeechServer.sound)
        for one in get_args(SoundFormat):
            if one == value:
                return one
        known = ", ".join(get_args(SoundFormat))
        raise RenderError(f"SPEECH_SERVER_FORMAT={value} is not known. Use one of: {known}.")

    def number(self, name: str, default: int, least: int) -> int:
        value = self.text(name, str(default))
        if not value.isdecimal() or int(value) < least:
            raise RenderError(
                f"SPEECH_SERVER_{name}={value} is not a whole number from {least} on. Try {default}."
            )
        return int(value)


def _has_bad_port(address: str) -> bool:
    try:
        return urlsplit(address).port == 0
    except ValueError:
        return True

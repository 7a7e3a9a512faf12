"""Claims: a row holds the token of the worker that has it, and a heartbeat that shows the worker is alive.

A conditional update takes a claim and ends it. A worker that lost its claim cannot change the row any more.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
from datetime import datetime, timedelta
from threading import Event, Thread
from types import TracebackType
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from campaigns.claims import clock
from campaigns.engine import Cancelled, Step

logger = logging.getLogger(__name__)

BEAT_S = 1.0


def create_token() -> str:
    """Create a unique token that names the machine and the process."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(8)}"


def compute_stall_cutoff() -> datetime:
    """The moment before which a heartbeat belongs to a dead worker."""
    return clock.now() - timedelta(seconds=settings.RENDER_STALLED_AFTER_S)


class Claim:
    """A claimed row, kept fresh by the heartbeats that it belongs to; it is also the progress listener.

    ``claimed`` selects the row only as long as the claim holds. Once it selects nothing (cancelled, or
    freed because the machine slept), the next progress call raises Cancelled.
    """

    def __init__(self, claimed: QuerySet[Any]) -> None:
        self._claimed = claimed
        self._step = Step("starting", 0, 0)
        self._lost = Event()

    def __call__(self, step: Step) -> None:
        self._step = step
        if self._lost.is_set():
            raise Cancelled

    def write(self) -> None:
        """Note in the row how far the work is, unless the claim is lost."""
        step = self._step
        try:
            held = self._claimed.all().update(
                heartbeat_at=Now(), stage=step.stage[:100], done=step.done, total=step.total
            )
        except Error:
            logger.warning("The heartbeat could not be written; the next one is tried.", exc_info=True)
            connection.close()
            return
        if not held:
            self._lost.set()


class Heartbeats:
    """While entered, one thread keeps all claims fresh, whatever the work does."""

    def __init__(self, beat_s: float = BEAT_S) -> None:
        self._beat_s = min(beat_s, settings.RENDER_STALLED_AFTER_S / 4)
        self._claims: list[Claim] = []
        self._ended = Event()
        self._thread = Thread(target=self._beat, name="heartbeat", daemon=True)

    def add(self, claimed: QuerySet[Any]) -> Claim:
        """Keep this row fresh from now on."""
        claim = Claim(claimed)
        self._claims.append(claim)
        return claim

    def remove(self, claim: Claim) -> None:
        """The row is done with."""
        self._claims.remove(claim)

    def __enter__(self) -> Heartbeats:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._ended.wait(self._beat_s):
                for claim in tuple(self._claims):
                    claim.write()
        finally:
            connection.close()  # this thread's own


class Heartbeat:
    """The same for one row: entering gives its claim."""

    def __init__(self, claimed: QuerySet[Any], beat_s: float = BEAT_S) -> None:
        self._beats = Heartbeats(beat_s)
        self._claim = self._beats.add(claimed)

    def __enter__(self) -> Claim:
        self._beats.__enter__()
        return self._claim

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._beats.__exit__(kind, error, trace)

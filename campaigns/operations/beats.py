"""Signs of life of a worker service: written while it works, read by `campaigns.operations.health`.

A service is one Django-Q2 cluster: a guard, which watches, a pusher, which takes tasks from the queue, and
workers, which run them. Each service has the folder ``VAR_DIR/workers/QUEUE/HOST.PID.RANDOM`` with

- ``lock``, locked as long as one of its processes lives, so that the kernel knows who is left after SIGKILL;
- ``guard.json``, written by the guard's own loop; a guard that stands still writes nothing;
- ``worker-PID.json``, written by a thread of each worker, so that a long task does not look stuck.

Their moments are seconds since this machine started: a clock that is set meanwhile changes nothing.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

from django.conf import settings
from django.db import Error, close_old_connections, connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ, Schedule
from django_q.signals import post_execute_in_worker, post_spawn, pre_execute
from django_q.signing import SignedPackage
from django_q.tasks import async_task

from campaigns.claims import clock

logger = logging.getLogger(__name__)

BEAT_S = 1.0
SWEEP = "sweep"
SWEEP_EACH_S = 60
LOOK_EACH_S = 5.0


@dataclass(frozen=True)
class GuardBeat:
    """What the guard wrote last: when (`time.monotonic`), and the process ids of pusher and workers."""

    at: float
    pusher: int
    workers: list[int]


@dataclass(frozen=True)
class WorkerBeat:
    """What a worker wrote last: when, the name of its task ("" when idle), and since when it is so."""

    at: float
    task: str
    since: float


@dataclass(frozen=True)
class Service:
    """A service that lives: its guard's beat (None while it starts) and its workers' beats by process id."""

    guard: GuardBeat | None
    workers: dict[int, WorkerBeat]


@contextmanager
def beating(queue: str) -> Iterator[None]:
    """While entered, processes that are forked from this one leave signs of life for ``queue``."""
    folder = _get_queue_folder(queue) / f"{_read_host_name()}.{os.getpid()}.{secrets.token_hex(4)}"
    unlocked = folder.with_name(f".{folder.name}")
    _remove_dead(queue)
    unlocked.mkdir(parents=True)
    with (unlocked / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _own.folder = unlocked.rename(folder)
        post_spawn.connect(_begin_worker)
        pre_execute.connect(_begin_task)
        post_execute_in_worker.connect(_end_task)
        try:
            yield
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def queues() -> list[str]:
    """The names of all queues, as the settings have them."""
    cluster: dict[str, Any] = settings.Q_CLUSTER
    return [cluster["name"], *cluster["ALT_CLUSTERS"]]


def living(queue: str) -> list[Service]:
    """The services of ``queue`` on this machine whose processes have not all ended."""
    return [_read(folder) for folder in _list_service_folders(queue) if not _is_dead(folder)]


class Broker(ORM):
    """Django-Q2's own broker on PostgreSQL, by the database's clock: a machine whose own is wrong neither
    waits for a task nor takes one that another holds. Its guard's status, twice a second, becomes the guard's
    beat, and begins what runs by the clock."""

    def timeout(self, task: Any) -> Any:
        return Now() + timedelta(seconds=Conf.RETRY)

    def queue_size(self) -> int:
        return int(self._select(lock__lte=Now()).count())

    def lock_size(self) -> int:
        return int(self._select(lock__gt=Now()).count())

    def enqueue(self, task: str) -> Any:
        key = self.list_key or Conf.CLUSTER_NAME
        return self.get_connection().create(key=key, payload=task, lock=Now()).pk

    def dequeue(self) -> list[tuple[int, str]] | None:
        waiting = list(self._select(lock__lt=Now())[: Conf.BULK])
        if not waiting:
            time.sleep(Conf.POLL)  # as Django-Q2 does where the queue is empty
            return None
        rows = self.get_connection()
        return [
            (task.pk, task.payload)
            for task in waiting
            if rows.filter(pk=task.pk, lock=task.lock).update(lock=self.timeout(task))
        ]

    def _select(self, **lock: Any) -> QuerySet[OrmQ]:
        found: QuerySet[OrmQ] = self.get_connection().filter(key=self.list_key, **lock)
        return found

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        """Called by the guard's loop with its signed status."""
        super().set_stat(key, value, timeout)
        now = time.monotonic()
        if _own.folder is not None and now - _own.guard_at >= BEAT_S:
            _own.guard_at = now
            status = SignedPackage.loads(value)
            _write(_own.folder / "guard.json", GuardBeat(now, status.pusher, status.workers))
            _forget_ended(_own.folder, set(status.workers))
        if self.list_key == settings.Q_CLUSTER["name"] and now - _own.looked_at >= LOOK_EACH_S:
            _own.looked_at = now
            _begin_sweep(self)


def _begin_sweep(broker: Broker) -> None:
    """The guard outlives a database that is away for a moment."""
    try:
        close_old_connections()
        begin_sweep(broker)
        begin_due(broker)
    except Error:
        logger.warning("The sweep could not be begun; it is tried again.", exc_info=True)
        connection.close()


def begin_sweep(broker: Broker) -> bool:
    """Queue the sweep where it is due by the database's clock; of several guards one does. Django-Q2 itself
    goes by the clock of the machine, so it leaves this schedule alone (its ``repeats`` are 0)."""
    each = timedelta(seconds=SWEEP_EACH_S)
    due = Q(next_run__lte=Now()) | Q(next_run__gt=Now() + 2 * each)  # a machine's clock wrote that one
    if not Schedule.objects.filter(due, name=SWEEP).update(next_run=Now() + each):
        return False
    async_task("campaigns.tasks.sweep", task_name=SWEEP, broker=broker)
    return True


def begin_due(broker: Broker) -> bool:
    """Queue a sender where a delivery's own moment has come and no task waits that would send it."""
    from campaigns.delivery.attempt import find_due  # the tables are not there yet when Django-Q2 loads this

    if broker.queue_size() or not find_due(clock.now()).filter(due_at__isnull=False).exists():
        return False
    async_task("campaigns.tasks.deliver_due", task_name="send what is due", broker=broker)
    return True


@dataclass
class _Own:
    """This process's part in a service; nothing where it belongs to none."""

    folder: Path | None = None
    guard_at: float = 0.0
    looked_at: float = 0.0
    task: str = ""
    since: float = 0.0
    changed: Event = field(default_factory=Event)


_own = _Own()


def _begin_worker(**_: Any) -> None:
    _own.changed, _own.task, _own.since = Event(), "", time.monotonic()
    Thread(target=_beat, name="sign of life", daemon=True).start()


def _begin_task(task: dict[str, Any], **_: Any) -> None:
    _own.task, _own.since = str(task["name"]), time.monotonic()
    _own.changed.set()


def _end_task(**_: Any) -> None:
    _own.task, _own.since = "", time.monotonic()
    _own.changed.set()


def _beat() -> None:
    assert _own.folder is not None
    path = _own.folder / f"worker-{os.getpid()}.json"
    while True:
        _own.changed.clear()
        try:
            _write(path, WorkerBeat(time.monotonic(), _own.task, _own.since))
        except OSError:
            logger.warning("The sign of life could not be written; the next one is tried.", exc_info=True)
        _own.changed.wait(BEAT_S)


def _write(path: Path, beat: GuardBeat | WorkerBeat) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps(asdict(beat)), encoding="utf-8")
    unfinished.replace(path)


def _read(folder: Path) -> Service:
    workers, guard = {}, None
    with suppress(FileNotFoundError):
        guard = GuardBeat(**json.loads((folder / "guard.json").read_text(encoding="utf-8")))
    for pid in guard.workers if guard else []:
        with suppress(FileNotFoundError):  # it was started this very moment
            text = (folder / f"worker-{pid}.json").read_text(encoding="utf-8")
            workers[pid] = WorkerBeat(**json.loads(text))
    return Service(guard, workers)


def _forget_ended(folder: Path, workers: set[int]) -> None:
    for path in folder.glob("worker-*.json"):
        if int(path.stem.removeprefix("worker-")) not in workers:
            path.unlink(missing_ok=True)


def _remove_dead(queue: str) -> None:
    for folder in _list_service_folders(queue):
        if _is_dead(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_dead(folder: Path) -> bool:
    try:
        with (folder / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except FileNotFoundError:  # it is being removed
        return True
    return True


def _list_service_folders(queue: str) -> list[Path]:
    return sorted(_get_queue_folder(queue).glob(f"{_read_host_name()}.*"))


def _get_queue_folder(queue: str) -> Path:
    found: Path = settings.VAR_DIR / "workers" / queue
    return found


def _read_host_name() -> str:
    return socket.gethostname().partition(".")[0]

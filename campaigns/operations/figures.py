"""Figures of an installation as it is now: queues, workers, work, room on the disks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Min
from django_q.models import OrmQ

from campaigns.claims import clock
from campaigns.models import Delivery, Message, Presenter
from campaigns.operations.beats import living, queues

WAITING_TOO_LONG_S = 300
ROOM_MIN = 0.05  # of a disk
ROOM_MIN_BYTES = 2 * 10**9


@dataclass(frozen=True)
class QueueFigures:
    """A queue: its tasks that wait, for how long the first one has, and its services on this machine."""

    name: str
    tasks: int
    oldest_s: float
    services: int


@dataclass(frozen=True)
class DiskFigures:
    """The disk of a folder. ``name`` is the setting that names the folder."""

    name: str
    free_bytes: int
    size_bytes: int


def read_queues() -> list[QueueFigures]:
    """Every queue. What a worker has taken out does not wait any more."""
    now = clock.now()
    found = []
    for name in queues():
        waiting = OrmQ.objects.filter(key=name, lock__lte=now)
        row = waiting.aggregate(tasks=Count("pk"), since=Min("lock"))
        oldest_s = (now - row["since"]).total_seconds() if row["since"] else 0.0
        found.append(QueueFigures(name, row["tasks"], oldest_s, len(living(name))))
    return found


def read_disks() -> list[DiskFigures]:
    """The disks of media and cache; a folder that is not there yet counts as the one that it will lie in."""
    found = []
    for name in ("MEDIA_ROOT", "RENDER_CACHE_DIR"):
        folder: Path = getattr(settings, name)
        there = next(one for one in (folder, *folder.parents) if one.exists())
        usage = shutil.disk_usage(there)
        found.append(DiskFigures(name, usage.free, usage.total))
    return found


def list_alerts() -> list[str]:
    """What keeps work from being done, as sentences: a queue that stands, a disk that fills."""
    return [*_alert_of_queues(read_queues()), *_alert_of_disks(read_disks())]


def write_metrics() -> str:
    """All figures in the text format of Prometheus. No name and no address of a person is in it."""
    lines: list[str] = []
    standing = read_queues()
    _write(lines, "queue_tasks", "Tasks that wait.", {one.name: one.tasks for one in standing}, "queue")
    oldest = {one.name: round(one.oldest_s, 1) for one in standing}
    _write(lines, "queue_oldest_seconds", "How long the first task has waited.", oldest, "queue")
    services = {one.name: one.services for one in standing}
    _write(lines, "services", "Worker services that live on this machine.", services, "queue")
    for model, field, name in (
        (Message, "render_state", "messages"),
        (Delivery, "state", "deliveries"),
        (Presenter, "bake_state", "presenters"),
    ):
        counted = model.objects.order_by().values_list(field).annotate(Count("pk"))
        _write(lines, name, f"{name.capitalize()} by state.", dict(counted), "state")
    disks = read_disks()
    free, sizes = ({one.name: getattr(one, key) for one in disks} for key in ("free_bytes", "size_bytes"))
    _write(lines, "disk_free_bytes", "Room that is left.", free, "folder")
    _write(lines, "disk_size_bytes", "Room in all.", sizes, "folder")
    return "\n".join(lines) + "\n"


def _write(lines: list[str], name: str, told: str, values: Mapping[str, float], label: str) -> None:
    lines += [f"# HELP byname_{name} {told}", f"# TYPE byname_{name} gauge"]
    lines += [f'byname_{name}{{{label}="{key}"}} {value}' for key, value in sorted(values.items())]


def _alert_of_queues(standing: list[QueueFigures]) -> Iterator[str]:
    for one in standing:
        if one.oldest_s < WAITING_TOO_LONG_S:
            continue
        do = "Look at the log of" if one.services else "No worker has been seen on this machine: start"
        yield (
            f"Work has been waiting in the queue “{one.name}” for {one.oldest_s / 60:.0f} minutes. "
            f"{do} python manage.py work --queue {one.name}."
        )


def _alert_of_disks(disks: list[DiskFigures]) -> Iterator[str]:
    for one in disks:
        if one.free_bytes < max(ROOM_MIN_BYTES, ROOM_MIN * one.size_bytes):
            yield (
                f"The disk of {one.name} fills: {one.free_bytes / 10**9:.1f} GB are left. "
                "Make room, or choose another disk."
            )

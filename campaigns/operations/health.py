"""Whether a service works or is stuck; each answer is one sentence."""

from __future__ import annotations

import time
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Min
from django_q.models import OrmQ

from campaigns.claims import clock
from campaigns.operations.beats import Service, WorkerBeat, living


class Stuck(Exception):
    """The service does not do its work; the message is one sentence that says what was seen."""


def check_queue(queue: str) -> str:
    """What the services of ``queue`` on this machine are doing. Raises Stuck.

    A sign of life may be ``RENDER_STALLED_AFTER_S`` old; a task may run as long as it gives such signs, and
    may wait as long as every worker has one.
    """
    services = living(queue)
    if not services:
        raise Stuck(
            f"Nobody works on the queue {queue} on this machine. "
            f"Start a service with: python manage.py work --queue {queue}"
        )
    now = time.monotonic()
    for service in services:
        _check_signs(queue, service, now)
    workers = [beat for service in services for beat in service.workers.values()]
    _check_waiting(queue, workers, now)
    return f"The queue {queue} is worked on: {_describe_work(workers, now)}."


def _check_signs(queue: str, service: Service, now: float) -> None:
    """The guard and every worker have given a sign of life lately."""
    if service.guard is None:
        raise Stuck(f"The service of the queue {queue} is still starting.")
    silent_s = now - service.guard.at
    if silent_s > settings.RENDER_STALLED_AFTER_S:
        raise Stuck(f"The service of the queue {queue} has not been heard of for {silent_s:.0f} s.")
    for pid, worker in service.workers.items():
        silent_s = now - worker.at
        if silent_s > settings.RENDER_STALLED_AFTER_S:
            doing = f" with “{worker.task}”" if worker.task else ""
            raise Stuck(
                f"Worker {pid} of the queue {queue}{doing} has not been heard of for {silent_s:.0f} s."
            )


def _check_waiting(queue: str, workers: Iterable[WorkerBeat], now: float) -> None:
    """No task stands in the queue beside a worker that has had nothing to do all the while."""
    oldest = OrmQ.objects.filter(key=queue).aggregate(since=Min("lock"))["since"]
    if oldest is None:
        return
    waiting_s = (clock.now() - oldest).total_seconds()
    idle_s = max((now - worker.since for worker in workers if not worker.task), default=0.0)
    if min(waiting_s, idle_s) > settings.RENDER_STALLED_AFTER_S:
        raise Stuck(
            f"A task has been standing in the queue {queue} for {waiting_s:.0f} s and no worker takes it."
        )


def _describe_work(workers: list[WorkerBeat], now: float) -> str:
    busy = [f"“{worker.task}” for {now - worker.since:.0f} s" for worker in workers if worker.task]
    return ", ".join(busy) if busy else "nothing to do"

"""The services of compose.yml, run by the commands and checked by the health checks that it ships."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ, Task
from django_q.tasks import async_task
from pytest_django import Settings

from campaigns.operations.beats import WorkerBeat, living
from campaigns.operations.health import Stuck, check_queue
from config.database import choose_folder
from config.postgres import server
from tests.campaigns.mail import free_port
from tests.database import address
from tests.docker.shipped import ROOT, Running, Shipped, shipped
from tests.waiting import wait_until

pytestmark = [pytest.mark.slow]
PATIENCE_S = 120
SILENT_S = 3  # so that a stuck one is seen soon
QUEUES = {"worker": "default", "render": "render"}
OTHER = {"worker": "render", "render": "worker"}
FOREVER_S = 3600

Start = Callable[[str], Running]


def until(true: Callable[[], object], what: str) -> None:
    wait_until(true, PATIENCE_S, what)


@pytest.fixture
def deployed(transactional_db: None, tmp_path: Path, settings: Settings) -> Callable[[str], Shipped]:
    """The services with the test's own database and folder in docker/.env; stuck ones are noticed soon."""
    settings.VAR_DIR = tmp_path
    settings.RENDER_STALLED_AFTER_S = SILENT_S
    variables = {
        "POSTGRES_PASSWORD": "unused",
        "DATABASE_URL": address(connection.settings_dict),
        "SECRET_KEY": settings.SECRET_KEY,
        "RENDER_STALLED_AFTER_S": str(SILENT_S),
    }
    return lambda name: shipped(name, variables, tmp_path)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[[Shipped], Running]]:
    running: list[Running] = []

    def start(service: Shipped) -> Running:
        running.append(service.start(tmp_path / f"{service.name}.log"))
        return running[-1]

    yield start
    for one in running:
        one.end()


@pytest.fixture
def start(deployed: Callable[[str], Shipped], started: Callable[[Shipped], Running]) -> Start:
    return lambda name: started(deployed(name))


def put_into(queue: str, function: str, *arguments: object) -> str:
    return str(async_task(function, *arguments, cluster=queue))


def ran_in(task: str) -> int | None:
    """The process group that the task was run in; None until it is done."""
    done = Task.objects.filter(pk=task, success=True).first()
    return None if done is None else int(done.result)


def workers_of(queue: str) -> list[WorkerBeat]:
    """The latest signs of life of the workers."""
    return [worker for service in living(queue) for worker in service.workers.values()]


def takers(queue: str) -> list[int]:
    """The processes that take tasks from the queue, and those that run them."""
    (service,) = living(queue)
    assert service.guard is not None
    return [service.guard.pusher, *service.guard.workers]


def seen(queue: str) -> str:
    """What the health check would complain of, asked in this process, which is quicker."""
    try:
        check_queue(queue)
    except Stuck as stuck:
        return str(stuck)
    return ""


def until_healthy(service: Shipped) -> None:
    until(lambda: not seen(QUEUES[service.name]) and service.is_healthy, f"{service.name} to be healthy")


def until_complaint(service: Shipped, words: str) -> None:
    until(lambda: words in seen(QUEUES[service.name]) and words in service.complaint, words)


@pytest.mark.parametrize("name", QUEUES)
def test_a_task_is_run_by_the_service_of_its_queue_and_by_no_other(name: str, start: Start) -> None:
    mine = put_into(QUEUES[name], "os.getpgrp")
    theirs = put_into(QUEUES[OTHER[name]], "os.getpgrp")
    service = start(name)
    until(lambda: ran_in(mine), f"{name} to run its task")
    assert ran_in(mine) == service.group
    left = OrmQ.objects.get(key=QUEUES[OTHER[name]])
    assert left.task_id() == theirs
    assert left.lock <= timezone.now()  # nobody took it

    other = start(OTHER[name])
    until(lambda: ran_in(theirs), f"{OTHER[name]} to run its task")
    assert ran_in(theirs) == other.group


@pytest.mark.parametrize("name", QUEUES)
def test_the_health_check_tells_a_service_that_stands_still(
    name: str, start: Start, deployed: Callable[[str], Shipped]
) -> None:
    checked = deployed(name)
    assert "Nobody works on the queue" in checked.complaint
    service = start(name)
    until_healthy(checked)
    assert "Nobody works on the queue" in deployed(OTHER[name]).complaint
    service.signal_all(signal.SIGSTOP)
    until_complaint(checked, "has not been heard of")
    service.signal_all(signal.SIGCONT)
    until_healthy(checked)
    service.signal_all(signal.SIGKILL)
    until_complaint(checked, "Nobody works on the queue")


def test_the_health_check_tells_a_stuck_worker_beside_a_guard_that_works(
    start: Start, deployed: Callable[[str], Shipped]
) -> None:
    start("render")
    put_into("render", "time.sleep", FOREVER_S)
    until(lambda: any(worker.task for worker in workers_of("render")), "the task to begin")
    _, worker = takers("render")
    os.kill(worker, signal.SIGSTOP)
    until_complaint(deployed("render"), f"Worker {worker} of the queue render with “")


def test_the_health_check_tells_a_queue_from_which_nobody_takes(
    start: Start, deployed: Callable[[str], Shipped]
) -> None:
    start("render")
    until(lambda: workers_of("render"), "its first sign of life")
    pusher, _ = takers("render")
    os.kill(pusher, signal.SIGSTOP)
    task = put_into("render", "os.getpgrp")
    until_complaint(deployed("render"), "no worker takes it")
    os.kill(pusher, signal.SIGCONT)
    until(lambda: ran_in(task), "the task to be run")
    until_healthy(deployed("render"))


def test_a_long_task_is_not_called_stuck_however_many_wait_behind_it(
    start: Start, deployed: Callable[[str], Shipped]
) -> None:
    start("render")
    for _ in range(5):
        put_into("render", "time.sleep", FOREVER_S)

    def all_have_waited_long() -> bool:
        long_ago = timezone.now() - timedelta(seconds=3 * SILENT_S)
        waits = OrmQ.objects.filter(key="render", lock__lt=long_ago).exists()
        return waits and any(
            worker.task and worker.since < long_ago.timestamp() for worker in workers_of("render")
        )

    until(all_have_waited_long, "a long task with others behind it")
    assert deployed("render").complaint == ""


def test_a_worker_without_tasks_is_healthy_and_runs_the_schedule(
    start: Start, deployed: Callable[[str], Shipped]
) -> None:
    start("worker")
    until(lambda: workers_of("default"), "its first sign of life")
    worker, *_ = workers_of("default")
    until(lambda: time.time() - worker.since > 2 * SILENT_S, "a long rest")
    assert deployed("worker").complaint == ""
    until(lambda: Task.objects.filter(func="campaigns.tasks.sweep", success=True).exists(), "a sweep")
    assert Task.objects.get().cluster == "default"


def test_a_service_that_is_told_to_stop_ends_and_leaves_nothing(start: Start, tmp_path: Path) -> None:
    service = start("worker")
    until(lambda: workers_of("default"), "its first sign of life")
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(PATIENCE_S) == 0
    assert list((tmp_path / "workers" / "default").iterdir()) == []


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Path]:
    """The folder of a PostgreSQL server that this test may stop."""
    folder = choose_folder(tmp_path / "postgres", ROOT)
    server.ensure_running(folder, "byname")
    yield folder
    server.release(folder)
    shutil.rmtree(folder)


def test_web_answers_after_migrate_and_its_health_check_asks_the_database(
    own_server: Path, tmp_path: Path, started: Callable[[Shipped], Running]
) -> None:
    database = {"NAME": "byname", "USER": "postgres", "HOST": str(own_server / "data")}
    variables = {
        "POSTGRES_PASSWORD": "unused",
        "DATABASE_URL": address(database),
        "PORT": str(free_port()),
    }
    migrate, web, render = (shipped(name, variables, tmp_path) for name in ("migrate", "web", "render"))
    early = started(render)
    assert early.process.wait(PATIENCE_S) == 1
    assert "older than this version" in (tmp_path / "render.log").read_text(encoding="utf-8")
    assert started(migrate).process.wait(PATIENCE_S) == 0

    assert "does not answer" in web.complaint
    service = started(web)
    until(lambda: web.is_healthy, "the web server")
    server.release(own_server)
    assert web.complaint == "The database does not answer."
    server.ensure_running(own_server, "byname")
    until(lambda: web.is_healthy, "it to find the database again")
    service.signal_all(signal.SIGSTOP)
    assert "does not answer" in web.complaint


def test_the_health_check_of_postgres_tells_a_server_that_is_gone_or_stands_still(
    own_server: Path, tmp_path: Path
) -> None:
    data = own_server / "data"
    postgres = shipped("postgres", {"POSTGRES_PASSWORD": "unused"}, tmp_path)
    postgres.environment["PGHOST"] = str(data)  # a container's own socket is where the program looks
    assert postgres.is_healthy
    postmaster = int((data / "postmaster.pid").read_text(encoding="ascii").split()[0])
    os.kill(postmaster, signal.SIGSTOP)
    try:
        assert not postgres.is_healthy
    finally:
        os.kill(postmaster, signal.SIGCONT)
    server.release(own_server)
    assert not postgres.is_healthy

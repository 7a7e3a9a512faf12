"""The workers of one queue, as a service."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django_q.cluster import Cluster
from django_q.conf import Conf

from campaigns.operations.beats import beating, queues

VARIABLE = "Q_CLUSTER_NAME"


class Command(BaseCommand):
    help = "Run the workers of one queue until they are told to stop (SIGTERM, Ctrl-C)."
    requires_system_checks: list[str] = []  # they run below, once

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--queue", required=True, choices=queues())

    def handle(self, *args: Any, queue: str, **options: Any) -> None:
        if queue != Conf.CLUSTER_NAME:
            _start_over(queue)
        self.check()
        _refuse_old_tables()
        connections.close_all()  # the workers are forked
        with beating(queue):
            cluster = Cluster()
            cluster.start()
            cluster.sentinel.join()
        if cluster.sentinel.exitcode:
            raise CommandError(f"The guard of the queue {queue} ended with {cluster.sentinel.exitcode}.")


def _start_over(queue: str) -> None:
    """This very process again, with the queue in its environment.

    Django-Q2 reads the queue's name once, before any command runs: `qcluster --name` comes too late, and
    takes tasks from the default queue with the default queue's settings.
    """
    if os.environ.get(VARIABLE) == queue:
        raise CommandError(f"Django-Q2 works on the queue {Conf.CLUSTER_NAME}, although {VARIABLE}={queue}.")
    os.environ[VARIABLE] = queue
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def _refuse_old_tables() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError("The database is older than this version. Run first: python manage.py migrate")

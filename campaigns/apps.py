"""The app, its checks, and the task that runs by the clock."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate, post_save


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = "Byname"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from campaigns.access.roles import create_missing_roles
        from campaigns.access.workspaces import join_only_workspace
        from campaigns.operations import checks  # noqa: F401  (registers them)
        from campaigns.storage.private_folders import close_folders

        close_folders()
        post_migrate.connect(_schedule, sender=self)
        post_migrate.connect(create_missing_roles, sender=self)
        post_save.connect(join_only_workspace, sender=settings.AUTH_USER_MODEL)


def _schedule(**_: Any) -> None:
    """By the clock of the database: free what dead workers held once a minute, and delete what is older than
    it is kept once a day."""
    from django.db import connection
    from django_q.models import Schedule

    if Schedule._meta.db_table not in connection.introspection.table_names():
        return  # only this app was migrated so far
    Schedule.objects.update_or_create(
        name="sweep",
        defaults={
            "func": "campaigns.tasks.sweep",
            "schedule_type": Schedule.MINUTES,
            "minutes": 1,
            "repeats": 0,  # Django-Q2 leaves it alone; see operations.beats.begin_sweep
            "cluster": "default",
        },
    )
    Schedule.objects.get_or_create(
        name="expire",
        defaults={
            "func": "campaigns.tasks.expire",
            "schedule_type": Schedule.DAILY,
            "repeats": -1,
            "cluster": "default",
        },
    )

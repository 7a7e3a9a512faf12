"""No page of the dashboard runs code, shows secrets or opens what a task left behind."""

from __future__ import annotations

import os
from pathlib import Path

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils import timezone
from django_q.models import Schedule, Task

# Every list of the dashboard. Whoever adds one thinks here about what it lets a superuser do.
OUTSIDE_CAMPAIGNS = {"auth.user", "auth.group"}


class Trap:
    """Makes a folder on whatever machine unpickles it."""

    def __init__(self, made: str) -> None:
        self.made = made

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (self.made,)


def test_no_package_brings_a_list_of_its_own() -> None:
    registered = {model._meta.label_lower for model in admin.site._registry}
    assert {label for label in registered if not label.startswith("campaigns.")} == OUTSIDE_CAMPAIGNS


def test_a_superuser_schedules_nothing_and_no_page_unpickles_a_result(
    client: Client, alice: User, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    now = timezone.now()
    Task.objects.create(
        id="t" * 32,
        name="trap",
        func="campaigns.tasks.sweep",
        result=Trap(str(made)),
        started=now,
        stopped=now,
    )
    made.rmdir()  # keeping it copied it, which springs it: the trap works
    schedules = Schedule.objects.count()
    client.force_login(alice)
    for model in apps.get_app_config("django_q").get_models():
        at = f"/admin/django_q/{model._meta.model_name}/"
        asked = [at, f"{at}add/", f"{at}{'t' * 32}/change/", f"{at}1/change/"]
        assert {client.get(url).status_code for url in asked} == {404}
    order = {"func": "os.system", "args": "'id'", "schedule_type": "O", "repeats": 1}
    assert client.post("/admin/django_q/schedule/add/", order).status_code == 404
    assert Schedule.objects.count() == schedules
    assert client.get("/admin/").status_code == 200
    assert not made.exists()


def test_who_may_change_accounts_makes_nobody_mightier_than_themselves(
    client: Client, alice: User, bob: User
) -> None:
    names = ("view_user", "change_user", "view_group", "change_group", "add_user")
    bob.user_permissions.set(Permission.objects.filter(codename__in=names))
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    client.force_login(bob)
    mine = f"/admin/auth/user/{bob.pk}/change/"
    form = {"username": "bob", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    client.post(mine, form | {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"})
    bob.refresh_from_db()
    assert not bob.is_superuser
    assert client.post(f"/admin/auth/user/{alice.pk}/password/", {"password1": "x"}).status_code == 403
    assert client.post(f"/admin/auth/user/{alice.pk}/change/", form).status_code == 403
    group = Group.objects.get(name="Reviewer")
    assert client.post(f"/admin/auth/group/{group.pk}/change/", {"name": "Reviewer"}).status_code == 403

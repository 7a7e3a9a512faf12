"""Take away an account's second factor: for the last superuser, who lost the phone and the recovery codes."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns.access.second_factor import remove


class Command(BaseCommand):
    help = "Take away an account's second factor. The password is enough from then on; the history says so."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="the name that the person signs in with")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no account “{options['username']}”. Names are told apart by case.")
        if not remove(user, None):
            raise CommandError(f"{user} has no second factor.")
        self.stdout.write(f"{user} signs in with the password alone from now on.")

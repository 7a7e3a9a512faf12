"""The whole job on the demo's files, with real workers; then the dashboard."""

from __future__ import annotations

import socket
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns import engine, tasks
from campaigns.demo import sample
from campaigns.demo.child_processes import ChildDied, Children, build_manage_command, start_cluster
from campaigns.management.progress_line import ProgressLine
from campaigns.models import Campaign, Presenter
from campaigns.runs import lifecycle
from campaigns.runs.bake import start_bake
from campaigns.states import BakeState, CampaignState, MoveRefused

MAIL_PORT = 8025
LOOK_EVERY_S = 0.3
SWEEP_EVERY_S = 10.0


class Command(BaseCommand):
    help = "Render the demo campaign with real workers, print its table, then serve the dashboard."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="of the dashboard on this machine")
        parser.add_argument("--mail-port", type=int, default=MAIL_PORT, help="of the local mail catcher")
        parser.add_argument("--no-serve", action="store_true", help="stop after the table")
        engine.add_voice_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["no_serve"]:
            _refuse_used_port("PORT", options["port"])
            _refuse_used_port("--mail-port", options["mail_port"])
        environment = {
            "PUBLIC_URL": f"http://127.0.0.1:{options['port']}",
            "EMAIL_URL": f"smtp://127.0.0.1:{options['mail_port']}",
        }
        call_command("migrate", verbosity=0, interactive=False)
        try:
            with Children(settings.VAR_DIR / "log") as children:
                campaign, password = self._prepare(options["voice"])
                for name in ("default", "render"):
                    start_cluster(children, name, environment)
                self._watch(campaign, children)
                self._report(campaign)
                if not options["no_serve"]:
                    self._serve(children, environment, options["port"], options["mail_port"], password)
        except engine.RenderError as error:
            raise CommandError(error.message) from error
        except (ChildDied, MoveRefused) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")
            sys.exit(130 if options["no_serve"] else 0)

    def _prepare(self, voice: str) -> tuple[Campaign, str]:
        user, password = sample.get_or_create_account()
        presenter = sample.get_or_create_presenter()
        campaign = sample.create_campaign(user, presenter, voice)
        if presenter.bake_state == BakeState.WAITING:
            start_bake(presenter)
        lifecycle.start(campaign, user)
        return campaign, password

    def _watch(self, campaign: Campaign, children: Children) -> None:
        line = ProgressLine(self.stdout)
        swept_at = time.monotonic()
        while campaign.state == CampaignState.RENDERING:
            time.sleep(LOOK_EVERY_S)
            children.check()
            _refuse_failed_bake(campaign)
            if time.monotonic() - swept_at > SWEEP_EVERY_S:
                tasks.sweep()
                swept_at = time.monotonic()
            progress = lifecycle.compute_progress(campaign)
            label = f"{progress.ready + progress.failed} of {progress.total} videos · {progress.stage}"
            line.show(label, progress.fraction, progress.eta_s)
            campaign.refresh_from_db()
        line.close()

    def _report(self, campaign: Campaign) -> None:
        for text in sample.format_table(campaign):
            self.stdout.write(text)
        problems = sample.find_unplayable(campaign)
        if problems:
            raise CommandError("\n".join(problems))

    def _serve(
        self, children: Children, environment: dict[str, str], port: int, mail_port: int, password: str
    ) -> None:
        children.start("mail catcher", build_manage_command("mailbox", "--port", str(mail_port)), environment)
        children.start(
            "web server",
            build_manage_command("serve", "--host", "127.0.0.1", "--port", str(port)),
            environment,
        )  # fmt: skip
        self._wait_for(children, port)
        address = f"http://127.0.0.1:{port}/admin/"
        self.stdout.write(f"\nDashboard: {address}   account: {sample.ACCOUNT}   password: {password}")
        self.stdout.write("Mails that you send are caught and shown there. Ctrl-C stops everything.")
        self.stdout.flush()
        while True:
            time.sleep(1)
            children.check()

    def _wait_for(self, children: Children, port: int) -> None:
        while True:
            children.check()
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.2)


def _refuse_used_port(option: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is in use or not allowed. Stop what uses it, or choose another: "
                + (
                    f"make demo PORT={port + 1}"
                    if option == "PORT"
                    else f"manage.py demo {option} {port + 1}"
                )
            ) from error


def _refuse_failed_bake(campaign: Campaign) -> None:
    presenter = Presenter.objects.filter(campaigns=campaign).get()
    if presenter.bake_state == BakeState.FAILED:
        raise CommandError(f"The presenter could not be prepared: {presenter.failure}")

"""The gate of sending: many mails to a real mail server while senders, queues and the database are killed,
two services disagree about the time by 20 minutes, and the database is replaced by an older copy of itself.

    python -m tests.campaigns.delivery.faults --mails 2000 --kills 30

Everything lies in a folder of its own and listens on loopback alone. Prints a table; ends with 1 where a mail
came twice or never.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from aiosmtpd.controller import Controller

from tests.waiting import looks

CHECKOUT = Path(__file__).resolve().parents[3]
SKEW_MINUTES = (10, -10)  # of the two services
KINDS = ("sender", "queue", "database")
SWEEP_EACH_S = 2.0
Result = TypeVar("Result")


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    mails: int
    kills: Counter[str]
    twice: int
    lost: int
    undecided: int  # a person had to look into the mail server's log
    known: int  # of the older copy, settled by the journal
    seconds: float

    def __str__(self) -> str:
        killed = ", ".join(f"{count} × {kind}" for kind, count in sorted(self.kills.items()))
        rows = {
            "mails": self.mails, "kills": killed, "sent twice": self.twice, "lost": self.lost,
            "decided by a person": self.undecided, "known by the journal alone": self.known,
            "seconds": round(self.seconds),
        }  # fmt: skip
        return "\n".join(f"| {name} | {value} |" for name, value in rows.items())


class MailServer:
    """Counts what arrives, by address; each mail takes a moment, so that kills fall into it."""

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.arrived.update(envelope.rcpt_tos)
        return "250 OK"

    def stop(self) -> None:
        self._controller.stop()


@dataclass
class House:
    """The services, the database and the folder of one trial."""

    folder: Path
    services: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return self.folder / "postgres" / "data"

    def start_service(self, minutes: int) -> None:
        command = [sys.executable, "-m", "tests.campaigns.delivery.skewed", str(minutes)]
        with (self.folder / "services.log").open("ab") as log:
            started = subprocess.Popen(
                [*command, "work", "--queue", "default"], stdout=log, stderr=log, cwd=CHECKOUT,
                start_new_session=True,
            )  # fmt: skip
        self.services.append(started)

    def kill_service(self, at: int) -> None:
        """All of its processes at once; another one begins in its place."""
        service = self.services.pop(at)
        with suppress(ProcessLookupError):
            os.killpg(service.pid, signal.SIGKILL)
        service.wait()

    def kill_sender(self) -> None:
        """One process of a service that is not its first: a worker, or the pusher of the queue."""
        service = random.choice(self.services)
        others = [pid for pid in _list_group(service.pid) if pid != service.pid]
        if others:
            with suppress(ProcessLookupError):
                os.kill(random.choice(others), signal.SIGKILL)

    def kill_database(self) -> None:
        """The server and all of its processes, in the middle of whatever they do."""
        with suppress(OSError, ValueError):
            first = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            for pid in [first, *_list_children(first)]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def kill(self, kind: str) -> None:
        if kind == "sender":
            self.kill_sender()
        elif kind == "database":
            self.kill_database()
        else:
            at = random.randrange(len(self.services))
            self.kill_service(at)
            self.start_service(SKEW_MINUTES[len(self.services) % 2])

    def stop_all(self) -> None:
        """Nobody works and the database stands still."""
        from django.db import connection

        from config.postgres import server

        while self.services:
            self.kill_service(0)
        connection.close()
        data = str(self.data)
        with suppress(server.ServerError):
            server._run(self.folder / "postgres", "pg_ctl", "-D", data, "-m", "fast", "-w", "stop")

    def copy(self) -> None:
        self.stop_all()
        subprocess.run(["cp", "-a", str(self.data), str(self.folder / "older")], check=True)
        self.start_all()

    def restore(self) -> None:
        self.stop_all()
        shutil.rmtree(self.data)
        subprocess.run(["cp", "-a", str(self.folder / "older"), str(self.data)], check=True)
        self.start_all()

    def start_all(self) -> None:
        for minutes in SKEW_MINUTES:
            self.start_service(minutes)


def run(mails: int, kills: int, seed: int, limit_s: float) -> Outcome:
    """The whole trial, in this process and those that it starts."""
    random.seed(seed)
    server = MailServer()
    folder = Path(tempfile.mkdtemp(prefix="byname-faults-"))
    folder.chmod(0o755)  # as root, the database works as another user
    house = House(folder)
    begun = time.monotonic()
    try:
        _set_up(folder, server.port, mails)
        house.start_all()
        killed = _disturb(house, server, mails, kills, begun + limit_s)
        undecided = _decide(server, begun + limit_s)
        return _count(server, mails, killed, undecided, time.monotonic() - begun)
    finally:
        house.stop_all()
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _set_up(folder: Path, port: int, mails: int) -> None:
    """Settings of its own, empty tables, and approved videos with one mail each."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": os.pathsep.join([str(CHECKOUT), str(CHECKOUT / "platform")]),
        "VAR_DIR": str(folder), "DATABASE_FOLDER": str(folder / "postgres"), "DATABASE_URL": "",
        "EMAIL_URL": f"smtp://127.0.0.1:{port}", "EMAIL_TIMEOUT_S": "5", "SEND_STALLED_AFTER_S": "10",
        "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "platform")]
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from campaigns.delivery import schedule
    from campaigns.delivery.channels.registry import find_channel
    from campaigns.delivery.plan import make_plan

    schedule.LOST_S = 5.0
    campaign = _create_campaign(mails)
    plan = make_plan(campaign, find_channel())
    assert plan.people == mails
    schedule.send_approved(campaign, confirmed=plan.digest)


def _create_campaign(mails: int) -> Any:
    from campaigns.models import Campaign, Message, Recipient
    from tests import people

    campaign = people.campaign(people.alice(), people.presenter())
    campaign.recipients.all().delete()
    Campaign.objects.filter(pk=campaign.pk).update(email_subject="For {{ first_name }}")
    rows = [
        Recipient(campaign=campaign, row_number=at + 2, values={"first_name": f"P{at}"}, name=f"P{at}",
                  email=f"p{at}@example.org")
        for at in range(mails)
    ]  # fmt: skip
    approved = {"render_state": "ready", "review_state": "approved"}
    same = {"content_hash": "a" * 64, "approved_hash": "a" * 64, "video": "video.mp4"}
    made = {"made_with": {"presenter": campaign.presenter_id}, **approved, **same}
    stored = Recipient.objects.bulk_create(rows, batch_size=1000)
    Message.objects.bulk_create(
        [Message(campaign=campaign, recipient=row, **made) for row in stored], batch_size=1000
    )
    campaign.refresh_from_db()
    return campaign


def _disturb(house: House, server: MailServer, mails: int, kills: int, until: float) -> Counter[str]:
    """Kill something whenever another share of the mails has arrived; copy and restore the database, too."""
    killed: Counter[str] = Counter()
    steps = {mails // 3: house.copy, 2 * mails // 3: house.restore}
    swept = 0.0
    for _ in looks(until - time.monotonic(), "the end of the trial", pause_s=0.1):
        if not steps and sum(killed.values()) >= kills and not _has_open():
            break
        arrived = len(server.arrived)
        for at in [at for at in steps if arrived >= at]:
            steps.pop(at)()
        if sum(killed.values()) < kills and arrived >= mails * (sum(killed.values()) + 1) // (kills + 1):
            kind = KINDS[sum(killed.values()) % len(KINDS)]
            house.kill(kind)
            killed[kind] += 1
        if time.monotonic() - swept > SWEEP_EACH_S:
            _safely(_sweep)
            swept = time.monotonic()
    return killed


def _sweep() -> None:
    from campaigns.delivery.schedule import sweep_stalled

    sweep_stalled()


def _has_open() -> bool:
    from campaigns.models import Delivery

    return bool(_safely(lambda: Delivery.objects.filter(state__in=["scheduled", "sending"]).exists()))


def _decide(server: MailServer, until: float) -> int:
    """A person looks into the mail server's log for each mail that may have left; how many there were."""
    from django.contrib.auth.models import User

    from campaigns.delivery.schedule import decide
    from campaigns.models import Delivery

    user = _safely(User.objects.get)
    unknown = list(_safely(lambda: list(Delivery.objects.filter(state="unknown"))))
    for one in unknown:
        decide(one, was_sent=server.arrived[one.address] > 0, user=user)
    for _ in looks(until - time.monotonic(), "the last mails", pause_s=SWEEP_EACH_S):
        if not _has_open():
            break
        _safely(_sweep)
    return len(unknown)


def _count(server: MailServer, mails: int, killed: Counter[str], undecided: int, seconds: float) -> Outcome:
    from campaigns.delivery.attempt import KNOWN_SENT
    from campaigns.models import Delivery

    sent = set(Delivery.objects.filter(state="sent").values_list("address", flat=True))
    arrived = {address for address, count in server.arrived.items() if count}
    return Outcome(
        mails=mails,
        kills=killed,
        twice=sum(count - 1 for count in server.arrived.values()),
        lost=mails - len(sent & arrived),
        undecided=undecided,
        known=Delivery.objects.filter(reason=KNOWN_SENT).count(),
        seconds=seconds,
    )


def _safely(act: Callable[[], Result]) -> Result:
    """Once more where the database was killed meanwhile."""
    from django.db import DatabaseError, InterfaceError, connection

    for _ in looks(60, "the database", pause_s=0.5):
        try:
            return act()
        except (DatabaseError, InterfaceError):
            connection.close()
    raise AssertionError


def _list_group(group: int) -> list[int]:
    return [pid for pid, (_, of) in _read_processes() if of == group]


def _list_children(parent: int) -> list[int]:
    return [pid for pid, (of, _) in _read_processes() if of == parent]


def _read_processes() -> Iterator[tuple[int, tuple[int, int]]]:
    """Each process with its parent and its group."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError, ValueError, IndexError):
                _, parent, group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
                yield int(entry.name), (int(parent), int(group))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--limit-s", type=float, default=1800)
    given = parser.parse_args()
    outcome = run(given.mails, given.kills, given.seed, given.limit_s)
    sys.stdout.write(f"{outcome}\n")
    done = sum(outcome.kills.values()) == given.kills
    return 0 if done and outcome.twice == outcome.lost == 0 else 1


if __name__ == "__main__":
    sys.exit(main())

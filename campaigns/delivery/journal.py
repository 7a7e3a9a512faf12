"""The journal of what was sent: files beside the media that are only added to, so that a restored older
database does not send again.

One file for each campaign, one line for each step of a delivery, on disk before the next step begins. A line
holds no address: keyed hashes stand for it and for the message. The last line about somebody
counts, and after “sent” none does.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.utils.crypto import salted_hmac

from campaigns.claims import clock
from campaigns.delivery.suppression import normalize_address
from campaigns.models import Campaign, Delivery

KEY_DIGITS = 40
_SALT = "campaigns.delivery.journal"


class Step(StrEnum):
    """How far a delivery came. Files hold it, so a letter is never changed."""

    BEGUN = "B"  # it may leave from now on
    SENT = "S"  # it was accepted, or a person said that it arrived
    NOT = "N"  # it certainly did not leave, or a person said so


@dataclass(frozen=True)
class Entry:
    """The last step of a delivery, and when it was."""

    step: Step
    at: datetime


class JournalError(Exception):
    """The journal cannot be written; the message says why."""


def note(delivery: Delivery, step: Step) -> None:
    """Add a line; it is on disk when this returns. Raises JournalError."""
    campaign = _find_campaign(delivery)
    if campaign is None:
        return
    line = f"{step} {' '.join(_name_keys(delivery))} {int(clock.now().timestamp())}\n"
    try:
        _append(_find_file(campaign), line.encode())
    except OSError as error:
        raise JournalError(str(error)) from error


def find(delivery: Delivery) -> Entry | None:
    """What the journal knows of a delivery, None for nothing. Raises JournalError."""
    campaign = _find_campaign(delivery)
    if campaign is None:
        return None
    try:
        known = _read(_find_file(campaign))
    except OSError as error:
        raise JournalError(str(error)) from error
    address, message = _name_keys(delivery)
    if message in known.entries:
        return known.entries[message]
    others = known.by_address.get(address, set())
    others = others and others - _list_messages(delivery, campaign)
    order = (Step.SENT, Step.BEGUN, Step.NOT)  # of several stories the one that sends nothing counts
    found = [known.entries[other] for other in others]
    return min(found, key=lambda entry: order.index(entry.step), default=None)


def _list_messages(delivery: Delivery, campaign: Campaign) -> set[str]:
    """The messages to this address that the database knows itself: two people may share an address."""
    same = campaign.deliveries.filter(channel=delivery.channel, address__iexact=delivery.address)
    links = same.values_list("link_id", flat=True)
    return {_hash(f"{delivery.channel} of {link}") for link in links}


def _find_campaign(delivery: Delivery) -> Campaign | None:
    return delivery.message.campaign if delivery.message is not None else delivery.campaign


def _name_keys(delivery: Delivery) -> tuple[str, str]:
    """What stands for the address and for the message, by this channel."""
    told = (f"to {normalize_address(delivery.address)}", f"of {delivery.link_id}")
    return tuple(_hash(f"{delivery.channel} {one}") for one in told)  # type: ignore[return-value]


def _hash(text: str) -> str:
    return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()[:KEY_DIGITS]


def _find_file(campaign: Campaign) -> Path:
    return Path(settings.SENT_JOURNAL_DIR) / f"{campaign.public_id}.log"


def _append(path: Path, line: bytes) -> None:
    is_new = not path.exists()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line  # somebody died in the middle of a line; it says nothing
        if os.write(descriptor, line) != len(line):
            raise OSError("the disk took half a line")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass
class _Known:
    """What was read of a file so far."""

    inode: int = 0
    offset: int = 0
    entries: dict[str, Entry] = field(default_factory=dict)  # by message
    by_address: dict[str, set[str]] = field(default_factory=dict)  # the messages to it


_known: dict[Path, _Known] = {}
_reading = Lock()
_FILES_MAX = 8  # campaigns that a process remembers


def _read(path: Path) -> _Known:
    """What the file says; only what was added since the last time is read."""
    with _reading:
        try:
            status = path.stat()
        except FileNotFoundError:
            return _Known()
        known = _known.pop(path, _Known())
        if known.inode != status.st_ino or known.offset > status.st_size:
            known = _Known(status.st_ino)
        added = b""
        if known.offset < status.st_size:
            with path.open("rb") as file:
                file.seek(known.offset)
                added = file.read()
        whole = added[: added.rfind(b"\n") + 1]
        for line in whole.decode("ascii", "replace").splitlines():
            _learn(known, line.split(" "))
        known.offset += len(whole)
        _known[path] = known
        while len(_known) > _FILES_MAX:
            _known.pop(next(iter(_known)))
        return known


def _learn(known: _Known, parts: list[str]) -> None:
    if len(parts) != 4 or parts[0] not in set(Step) or not parts[3].isdecimal():
        return
    step, address, message = Step(parts[0]), parts[1], parts[2]
    if len(address) != KEY_DIGITS or len(message) != KEY_DIGITS:
        return
    before = known.entries.get(message)
    if before is None or before.step is not Step.SENT:  # nothing unsends
        known.entries[message] = Entry(step, datetime.fromtimestamp(int(parts[3]), UTC))
    known.by_address.setdefault(address, set()).add(message)

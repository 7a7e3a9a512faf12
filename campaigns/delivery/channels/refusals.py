"""What a mail server's answer says, by its enhanced status code (RFC 3463): who or what is refused.

Only a refusal of the recipient tells something about the address. Everything else, an answer without a code
too, would be given to any address of that server, so nobody is put on the suppression list for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

_CODE = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_PREFIX = re.compile(r"\s*(?:x?-?smtp;)?\s*(?:([245]\d\d)[ -])?\s*", re.IGNORECASE)
_ADDRESS = re.compile(r"<[^>]*>|\S+@\S+")
# Some servers give a recipient's code to what they have against the sender.
_OF_SENDER = re.compile(
    r"sender|\bfrom\b|spf|dkim|dmarc|spam|policy|reputation|black\s*list|block\s*list|denied|blocked|\brelay",
    re.IGNORECASE,
)


class Refused(Enum):
    """What a mail server does not want."""

    RECIPIENT = "the address"
    SENDER = "the sender"
    CONTENT = "the mail"
    SYSTEM = "anything, for now"


# RFC 3463 and the registry of IANA: subject and detail of codes that speak of the recipient's address alone.
_RECIPIENT = {
    (1, 1): "no such mailbox",
    (1, 2): "no such domain",
    (1, 3): "no address of that server",
    (1, 6): "the mailbox moved, nobody knows where",
    (1, 10): "the domain takes no mail (null MX)",
    (2, 1): "the mailbox is closed",
}
_BY_SUBJECT: Mapping[int, Refused] = {
    1: Refused.SENDER,  # what is not above: an address, and nobody says whose
    2: Refused.SYSTEM,  # a full mailbox, one that takes no mail so large
    3: Refused.SYSTEM,
    4: Refused.SYSTEM,  # network and routing
    5: Refused.SYSTEM,  # protocol
    6: Refused.CONTENT,
    7: Refused.SENDER,  # security and policy: permission, SPF, DKIM, DMARC, reputation
}


@dataclass(frozen=True)
class Answer:
    """An answer that is a refusal. ``permanent``: the server says that trying again cannot help."""

    refused: Refused
    permanent: bool

    @property
    def is_bad_address(self) -> bool:
        return self.refused is Refused.RECIPIENT and self.permanent


def classify_report(text: str) -> Answer:
    """The same of an answer that somebody else passes on: “smtp; 550 5.1.1 …”, or without its first code."""
    codes, rest = _split_report(text)
    return classify(codes.pop() if len(codes) == 1 else 0, rest)


def is_temporary(text: str) -> bool:
    """Whether such an answer says that it may be tried again."""
    codes, _ = _split_report(text)
    return bool(codes) and all(400 <= code < 500 for code in codes)


def classify(code: int, text: str, *, to_sender: bool = False) -> Answer:
    """What an answer refuses: its three-digit ``code`` and its text, whose lines begin with the enhanced one.

    ``to_sender``: it was the answer to the sender's address or log-in, before any recipient was named.
    """
    permanent = 500 <= code < 600
    if to_sender:
        return Answer(Refused.SENDER, permanent)
    found = {match.groups() for line in text.splitlines() if (match := _CODE.match(line))}
    if len(found) != 1:  # none, or several that contradict each other
        return Answer(Refused.SYSTEM, permanent)
    status, subject, detail = (int(part) for part in found.pop())
    if (subject, detail) not in _RECIPIENT:
        return Answer(_BY_SUBJECT.get(subject, Refused.SYSTEM), permanent)
    if status != 5 or not permanent or _OF_SENDER.search(_ADDRESS.sub(" ", text)):
        return Answer(Refused.SYSTEM if status != 5 else Refused.SENDER, permanent)
    return Answer(Refused.RECIPIENT, permanent)


def _split_report(text: str) -> tuple[set[int], str]:
    """The three-digit codes of its lines, else those of the enhanced ones; and the lines without them."""
    parts = [(_PREFIX.match(line), line) for line in text.splitlines()]
    rest = [line[found.end() :] if found else line for found, line in parts]
    codes = {int(found[1]) for found, _ in parts if found and found[1]}
    if not codes:
        codes = {int(f"{found[1]}50") for line in rest if (found := _CODE.match(line))}
    return codes, "\n".join(rest)

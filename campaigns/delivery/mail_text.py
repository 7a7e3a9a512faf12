"""The words of a mail and of its button, filled with one recipient's columns; and who would get none.

A value never becomes more than text: no header, no HTML (the templates escape it), no part of an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from django.db.models import QuerySet

from campaigns.models import Campaign, Recipient
from campaigns.problems import Code
from campaigns.scripts.faults import ScriptError, apply_fixes
from campaigns.scripts.row_groups import group_rows
from campaigns.scripts.template import check_text, fill_text

FIELDS: Mapping[str, str] = {
    "email_subject": "subject",
    "email_body": "text",
    "call_to_action_label": "button",
    "call_to_action_url": "address of the button",
}
# One more text, whose gaps hold nothing back: a picture without words goes as well.
NAMES: Mapping[str, str] = {**FIELDS, "picture_text": "words on the picture"}
ROWS_AT_ONCE = 1000
# What a value fills of an address; values cannot hold these signs.
_VALUE_OPEN, _VALUE_CLOSE = "\ue005", "\ue006"
_VALUE = re.compile(f"{_VALUE_OPEN}(.*?){_VALUE_CLOSE}")
_OF_MAIL = (
    ("into the script", "into the text"), ("in a script", "in a mail"), ("be read out as it", "arrive as it"),
)  # fmt: skip
_ADDRESS_SIGNS = ":/?#[]@!$&'()*+,;=%"


@dataclass(frozen=True)
class MailText:
    """What one recipient reads: ``subject`` is one line, ``button_url`` an http or https address or empty."""

    subject: str
    text: str
    button_label: str
    button_url: str


class MailFault(Exception):
    """Why a mail's text cannot be written: ``field`` of the campaign, ``sentence`` for a person, and the
    field's text without the fault where that is known, else empty."""

    def __init__(self, field: str, error: ScriptError, source: str) -> None:
        self.field = field
        self.sentence = _say_of_mail(error.message)
        self.column = error.sheet_column
        self.line, self.at = error.line, error.column
        self.corrected = apply_fixes(source, error.fixes) if error.fixes else ""
        super().__init__(f"The mail's {NAMES[field]}: {self.sentence}")


@dataclass(frozen=True)
class MailGap:
    """A row that the mail cannot be written for, and how many there are like it."""

    row_number: int
    rows: int
    fault: MailFault

    def __str__(self) -> str:
        more = f" So it is for {self.rows:,} rows." if self.rows > 1 else ""
        return f"Row {self.row_number}: {self.fault}{more}"


def write_mail_text(campaign: Campaign, values: Mapping[str, str]) -> MailText:
    """The campaign's mail for a row with these cells. Raises MailFault at the first text that is wrong."""
    return MailText(
        subject=" ".join(fill_field(campaign, "email_subject", values).split()),
        text=fill_field(campaign, "email_body", values),
        button_label=" ".join(fill_field(campaign, "call_to_action_label", values).split()),
        button_url=fill_field(campaign, "call_to_action_url", values),
    )


def fill_button(campaign: Campaign, values: Mapping[str, str]) -> MailText | None:
    """The button of the video's page; None where the campaign has none, or this row has no value for it."""
    try:
        label = " ".join(fill_field(campaign, "call_to_action_label", values).split())
        url = fill_field(campaign, "call_to_action_url", values)
    except MailFault:
        return None
    return MailText("", "", label, url) if label and url else None


def fill_field(campaign: Campaign, field: str, values: Mapping[str, str]) -> str:
    """One of NAMES for a row with these cells. Raises MailFault."""
    source = getattr(campaign, field)
    try:
        if field == "call_to_action_url":
            return _fill_address(source.strip(), values)
        return fill_text(source, values)
    except ScriptError as error:
        raise MailFault(field, error, source) from error


def check_field(source: str, field: str, columns: list[str]) -> None:
    """Raise MailFault where one of NAMES can be written for nobody with these columns."""
    try:
        check_text(source, columns)
        if field == "call_to_action_url" and source and "{" not in source:
            _fill_address(source, {})
    except ScriptError as error:
        raise MailFault(field, error, source) from error


def find_mail_gaps(campaign: Campaign, rows: QuerySet[Recipient]) -> list[MailGap]:
    """The rows among these that the mail cannot be written for: of each fault the first row and how many."""
    sources = [getattr(campaign, field) for field in FIELDS]
    begins_with_value = sources[-1].lstrip().startswith("{")  # then each value decides, not its emptiness
    grouped = None if begins_with_value else group_rows(rows, campaign.columns, *sources)
    if grouped is None:
        return _join(_try_each(campaign, rows))
    groups = ((group.first_row_number, group.rows, group.values) for group in grouped[1])
    return _join(_try(campaign, *group) for group in groups)


def _try_each(campaign: Campaign, rows: QuerySet[Recipient]) -> Iterator[MailGap | None]:
    ordered = rows.order_by("row_number", "pk").values_list("row_number", "values")
    start = 0
    while batch := list(ordered[start : start + ROWS_AT_ONCE]):
        for row_number, values in batch:
            yield _try(campaign, row_number, 1, values)
        start += len(batch)


def _try(campaign: Campaign, row_number: int, rows: int, values: Mapping[str, str]) -> MailGap | None:
    try:
        write_mail_text(campaign, values)
    except MailFault as fault:
        return MailGap(row_number, rows, fault)
    return None


def _join(gaps: Iterable[MailGap | None]) -> list[MailGap]:
    joined: dict[str, MailGap] = {}
    for gap in filter(None, gaps):
        known = joined.setdefault(str(gap.fault), gap)
        if known is not gap:
            joined[str(gap.fault)] = replace(known, rows=known.rows + gap.rows)
    return list(joined.values())


def _fill_address(source: str, values: Mapping[str, str]) -> str:
    """A web address; each value in it is percent-encoded, one that begins it as the address that it is."""
    plain = source.replace(_VALUE_OPEN, "").replace(_VALUE_CLOSE, "")
    marked = fill_text(plain, values, lambda value: f"{_VALUE_OPEN}{value}{_VALUE_CLOSE}").strip()
    written, *rest = _VALUE.split(marked)  # text, value, text, value, …
    for at, part in enumerate(rest):
        begins = at == 0 and not written
        written += part if at % 2 else quote(part, safe=_ADDRESS_SIGNS if begins else "")
    if written and not _is_web_address(written):
        told = f"“{written}” is not a web address. Write one that begins with https://."
        raise ScriptError(1, 1, told, Code.NOT_COMPUTABLE)
    return written


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in parts.netloc.strip(".") and " " not in text


def _say_of_mail(sentence: str) -> str:
    for script, mail in _OF_MAIL:
        sentence = sentence.replace(script, mail)
    return sentence

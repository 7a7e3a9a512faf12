"""The table of a campaign: people's own columns, and what came of each, some thousand rows at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from campaigns.exports.cells import make_safe
from campaigns.models import Campaign
from campaigns.revisions import Consents, load_consents
from campaigns.states import DeliveryState, Outcome, RenderState, ReviewState, RowVerdict

OWN_COLUMNS = (
    "link", "poster", "picture", "preview", "status", "approved", "sent at", "opened", "watched %",
    "plays", "watched s", "finished", "button", "programs",
)  # fmt: skip
LINKS = ("page", "poster", "picture", "preview")  # addresses of a message; the first columns of the above
ROWS_AT_ONCE = 5000
TellProgress = Callable[[str, int, int], None]

_ROWS = """
    SELECT r.id, r.row_number, r."values", r.verdict, m.public_id, m.render_state, m.review_state,
        m.content_hash <> '' AND m.approved_hash = m.content_hash, m.poster <> '', m.preview <> '',
        d.sent_at, d.state, d.outcome, coalesce(e.opened, FALSE),
        CASE WHEN e.finished THEN 100 WHEN m.video_seconds > 0
            THEN least(100, round(100 * coalesce(e.best_s, 0) / m.video_seconds))::int ELSE 0 END,
        coalesce(e.plays, 0), coalesce(e.seconds, 0), coalesce(e.finished, FALSE),
        coalesce(e.clicked, FALSE), coalesce(e.machines, FALSE),
        v.presenter_id, v.made_with, m.made_with
    FROM campaigns_recipient r
    LEFT JOIN campaigns_message m ON m.recipient_id = r.id
    LEFT JOIN LATERAL (SELECT max(sent_at) AS sent_at, max(state) AS state,
            max(outcome) AS outcome FROM campaigns_delivery WHERE message_id = m.id) d ON TRUE
    LEFT JOIN LATERAL (SELECT
            bool_or(kind = 'page_viewed') FILTER (WHERE verdict = 'human') AS opened,
            bool_or(kind = 'ended') FILTER (WHERE verdict = 'human') AS finished,
            bool_or(kind = 'clicked') FILTER (WHERE verdict = 'human') AS clicked,
            count(*) FILTER (WHERE kind = 'played' AND verdict = 'human') AS plays,
            max(seconds) FILTER (WHERE kind = 'progress' AND verdict = 'human') AS best_s,
            sum(seconds) FILTER (WHERE kind = 'progress' AND verdict = 'human') AS seconds,
            bool_or(verdict = 'machine') AS machines
        FROM campaigns_event WHERE message_id = m.id) e ON TRUE
    LEFT JOIN LATERAL (SELECT presenter_id, made_with FROM campaigns_revision
        WHERE message_id = m.id AND withdrawn_at IS NULL ORDER BY approved_at DESC LIMIT 1) v ON TRUE
    WHERE r.campaign_id = %s AND r.removed_at IS NULL AND (r.row_number, r.id) > (%s, %s)
    ORDER BY r.row_number, r.id LIMIT %s
"""


@dataclass(frozen=True)
class Person:
    """What the table says of one recipient."""

    values: Mapping[str, str]
    cells: tuple[str, ...]  # of OWN_COLUMNS


def list_columns(campaign: Campaign) -> list[str]:
    """The header: the people's own columns in their order, then Byname's, renamed where both have one."""
    taken = set(campaign.columns)
    return [*campaign.columns, *(f"{one} (Byname)" if one in taken else one for one in OWN_COLUMNS)]


def read_people(campaign: Campaign) -> Iterator[Person]:
    """Everybody who is in the campaign, in the sheet's order; keeps only some thousand in memory."""
    addresses, consents = _find_addresses(), load_consents()
    after = (-1, -1)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_ROWS, [campaign.pk, *after, ROWS_AT_ONCE])
            rows = cursor.fetchall()
        yield from (_build_person(row, addresses, consents, campaign.presenter_id) for row in rows)
        if len(rows) < ROWS_AT_ONCE:
            return
        after = (rows[-1][1], rows[-1][0])


def write_csv(campaign: Campaign, path: Path, delimiter: str, tell: TellProgress) -> int:
    """UTF-8 with the mark that spreadsheet programs look for; how many people it holds."""
    import pandas  # takes a moment, and only an export needs it

    with path.open("w", encoding="utf-8-sig", newline="") as file:
        waiting: list[list[str]] = []

        def write_waiting() -> None:
            if not waiting:
                return
            if len(delimiter) == 1:
                frame = pandas.DataFrame(waiting, dtype=object)
                frame.to_csv(file, sep=delimiter, index=False, header=False, lineterminator="\r\n")
            else:
                file.writelines(_join_cells(cells, delimiter) for cells in waiting)
            waiting.clear()

        def add(cells: list[str]) -> None:
            waiting.append(cells)
            if len(waiting) >= ROWS_AT_ONCE:
                write_waiting()

        count = _write(campaign, add, tell)
        write_waiting()
    return count


def write_xlsx(campaign: Campaign, path: Path, tell: TellProgress) -> int:
    """A workbook whose cells are all text, so that nothing is computed and no zero is lost."""
    import openpyxl  # takes a moment, and only an export needs it

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("People")
    count = _write(campaign, lambda cells: sheet.append([_strip_controls(cell) for cell in cells]), tell)
    book.save(path)
    return count


def _write(campaign: Campaign, write_row: Callable[[list[str]], Any], tell: TellProgress) -> int:
    total = campaign.recipients.filter(removed_at=None).count()
    columns = list(campaign.columns)
    write_row([make_safe(one) for one in list_columns(campaign)])
    count = 0
    for count, person in enumerate(read_people(campaign), start=1):
        own = [make_safe(str(person.values.get(column, ""))) for column in columns]
        write_row([*own, *person.cells])
        if count % 1000 == 0:
            tell("writing rows", count, total)
    tell("writing rows", count, total)
    return count


def _find_addresses() -> dict[str, tuple[str, str]]:
    """Name → what stands before and after the id of a message; asked once, not for every row."""
    mark = UUID(int=0)
    found = {}
    for name in LINKS:
        address = f"{settings.PUBLIC_URL}{reverse(f'message-{name}', args=[mark])}"
        before, _, after = address.partition(str(mark))
        found[name] = (before, after)
    return found


def _build_person(
    row: Sequence[Any], addresses: Mapping[str, tuple[str, str]], consents: Consents, presenter: int | None
) -> Person:
    (_, _, values, verdict, public_id, render, review, current, has_poster, has_preview,
     sent_at, delivery, outcome, opened, watched, plays, seconds, finished, clicked, programs,
     *shown, made_with) = row  # fmt: skip
    approved = review == ReviewState.APPROVED and render == RenderState.READY and bool(current)
    public = _is_public(
        shown[0], _load(shown[1]), _load(made_with), consents, presenter if approved else None
    )
    has = {"page": public, "poster": has_poster, "picture": has_poster, "preview": has_preview}
    links = [
        "".join((addresses[name][0], str(public_id), addresses[name][1]))
        if public_id and has["page"] and has[name]
        else ""
        for name in LINKS
    ]
    sent = timezone.localtime(sent_at).strftime("%Y-%m-%d %H:%M") if sent_at else ""
    status = _describe(verdict, render, review, approved, delivery, outcome)
    told = [
        _yes(opened),
        str(watched),
        str(plays),
        f"{seconds:.1f}",
        _yes(finished),
        _yes(clicked),
        _yes(programs),
    ]
    seen = told if sent_at else [""] * len(told)
    plain = _load(values)
    return Person(plain, (*links, status, "yes" if approved else "no", sent, *seen))


def _is_public(
    seen: int | None,
    shown: Mapping[str, Any],
    made_with: Mapping[str, Any],
    consents: Consents,
    own: int | None,
) -> bool:
    """Whether the link shows something: what was approved, by somebody who consents. ``own`` is who is seen
    where the content is approved and older than revisions."""
    if seen is None and own is not None:
        seen, shown = made_with.get("presenter", own), made_with
    return consents.cover(seen, shown)


def _yes(happened: bool) -> str:
    return "yes" if happened else "no"


def _load(values: Any) -> Mapping[str, str]:
    if isinstance(values, str):  # a raw query leaves JSON as it is written
        values = json.loads(values)
    return values if isinstance(values, dict) else {}


def _describe(
    verdict: str,
    render: str | None,
    review: str | None,
    approved: bool,
    sent: str | None,
    outcome: str | None,
) -> str:
    """Where a person stands, in one phrase."""
    if verdict == RowVerdict.REJECTED:
        return "needs attention"
    if sent == DeliveryState.SENT and outcome not in (None, Outcome.UNHEARD):
        return str(Outcome(outcome).label)
    if sent:
        return str(DeliveryState(sent).label)
    if render is None:
        return "no video yet"
    if render != RenderState.READY:
        return str(RenderState(render).label)
    return "approved" if approved else str(ReviewState(review or "pending").label)


def _join_cells(cells: Sequence[str], delimiter: str) -> str:
    """A line of CSV whose delimiter has several signs."""
    special = set(delimiter) | set('"\r\n')
    doubled = (cell.replace('"', '""') for cell in cells)
    return delimiter.join(f'"{cell}"' if special & set(cell) else cell for cell in doubled) + "\r\n"


def _strip_controls(text: str) -> str:
    """A workbook cannot hold control characters."""
    return "".join(one for one in text if one >= " " or one in "\t\n")


def find_delimiter(campaign: Campaign) -> str:
    """The delimiter of the file that people uploaded, where it is known; else a comma."""
    stored = campaign.sheet_choice.get("separator") if isinstance(campaign.sheet_choice, dict) else None
    return stored if isinstance(stored, str) and 0 < len(stored) <= 3 else ","

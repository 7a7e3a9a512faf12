"""Where a person is still named: every column of every table, every file of some folders.

It knows nothing of the models, so that a table that somebody adds is searched as well.
"""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

from django.db import DatabaseError, connection, transaction
from psycopg import sql

from campaigns.privacy.terms import ERASED

_TEXTS = ("text", "character varying", "json", "jsonb")
# Accounts are no recipients: whoever signs in is deleted under “People”. The two others are append-only, and
# are redacted or kept by functions of their own.
_NOT_SCRUBBED = ("auth_user", "campaigns_historyentry", "campaigns_consententry")
_READ_AT_ONCE = 2**22


@dataclass(frozen=True)
class Trace:
    """``where``: table and column, or a path."""

    where: str
    rows: int = 1


def search_tables(terms: Collection[str]) -> list[Trace]:
    """Columns in which a term stands, in any case, as JSON writes it, or inside base64."""
    wanted = sorted({form for term in terms for form in list_forms(term)})
    found = _search_bytes(wanted)
    for table, column, _ in _list_columns():
        query = sql.SQL("SELECT count(*) FROM {} WHERE {}::text ILIKE ANY(%s)")
        with connection.cursor() as cursor:
            cursor.execute(
                query.format(sql.Identifier(table), sql.Identifier(column)),
                [[f"%{_escape_pattern(one)}%" for one in wanted]],
            )
            [rows] = cursor.fetchone() or [0]
        if rows:
            found.append(Trace(f"{table}.{column}", rows))
    return found


def search_files(folders: Iterable[Path], terms: Collection[str]) -> list[Trace]:
    """Files whose name or bytes hold a term, also inside archives, workbooks and mails."""
    wanted = [form.casefold() for term in terms for form in list_forms(term)]
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.is_file() and _file_holds(path, wanted):
                found.append(Trace(str(path)))
    return found


def scrub_addresses(addresses: Collection[str]) -> int:
    """Replace addresses in every column of every table, whatever it is for; how many rows changed. For an
    erasure from all workspaces only: it cannot tell whose row it is."""
    count = 0
    for table, column, kind in _list_columns():
        for address in addresses if table not in _NOT_SCRUBBED else ():
            query = sql.SQL(
                "UPDATE {table} SET {column} = regexp_replace({column}::text, %s, %s, 'gi')::{kind} "
                "WHERE {column}::text ILIKE %s"
            ).format(table=sql.Identifier(table), column=sql.Identifier(column), kind=sql.SQL(kind))
            pattern = rf"(?<![[:alnum:]_.+-]){_escape_regex(address)}(?![[:alnum:]_])"
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(query, [pattern, ERASED, f"%{_escape_pattern(address)}%"])
                    count += cursor.rowcount
            except DatabaseError:
                continue  # a constraint keeps it; `search_tables` names the column
    return count


def list_forms(term: str) -> list[str]:
    """A term as it may be written: plain, in ASCII JSON, inside base64 at each of its three offsets."""
    forms = {term, json.dumps(term)[1:-1]}
    raw = term.encode()
    if len(raw) > 5:  # shorter ones stand in any long text by chance
        for offset in range(3):
            encoded = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
            forms.add(encoded[(0, 2, 3)[offset] : len(encoded) - 1])
    return sorted(forms)


def _search_bytes(wanted: list[str]) -> list[Trace]:
    """Columns of bytes in which a term stands as it is written, or in small letters."""
    forms = sorted({form.encode() for one in wanted for form in (one, one.casefold())})
    found = []
    for table, column, _ in _list_columns(("bytea",)):
        query = sql.SQL(
            "SELECT count(*) FROM {} WHERE EXISTS "
            "(SELECT FROM unnest(%s::bytea[]) AS forms(form) WHERE position(form IN {}) > 0)"
        )
        with connection.cursor() as cursor:
            cursor.execute(query.format(sql.Identifier(table), sql.Identifier(column)), [forms])
            [rows] = cursor.fetchone() or [0]
        if rows:
            found.append(Trace(f"{table}.{column}", rows))
    return found


def _list_columns(kinds: tuple[str, ...] = _TEXTS) -> Iterator[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT columns.table_name, column_name, data_type FROM information_schema.columns "
            "JOIN information_schema.tables USING (table_schema, table_name) "
            "WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND data_type = ANY(%s) "
            "ORDER BY 1, 2",
            [list(kinds)],
        )
        yield from cursor.fetchall()


def _file_holds(path: Path, wanted: Collection[str]) -> bool:
    if _text_holds(path.name, wanted) or _bytes_hold(path, wanted):
        return True
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return any(_text_holds(_decode(archive.read(one)), wanted) for one in archive.namelist())
        if path.suffix == ".eml":
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            parts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
            return any(_text_holds(text, wanted) for text in [*map(str, mail.values()), *parts])
    except (OSError, zipfile.BadZipFile):
        return False
    return False


def _bytes_hold(path: Path, wanted: Collection[str]) -> bool:
    longest, before = max(map(len, wanted), default=0) * 4, b""
    try:
        with path.open("rb") as file:
            while part := file.read(_READ_AT_ONCE):
                if _text_holds(_decode(before + part), wanted):
                    return True
                before = part[-longest:]
    except OSError:
        return False
    return False


def _text_holds(text: str, wanted: Collection[str]) -> bool:
    folded = text.casefold()
    return any(one in folded for one in wanted)


def _decode(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")


def _escape_pattern(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _escape_regex(text: str) -> str:
    return "".join(one if one.isalnum() else f"\\{one}" for one in text)

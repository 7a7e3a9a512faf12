"""Which column holds what, by its name in many languages and by what stands in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaigns.sheets.addresses import holds_address
from campaigns.sheets.choice import Role
from campaigns.sheets.records import SheetError
from campaigns.sheets.role_names import BY_ROLE, fold
from campaigns.sheets.values import ColumnGuess, Row

SAMPLED_ROWS = 500
_MANY = 0.5  # the share of filled cells that are addresses in a column of addresses
_SECOND = frozenset(
    [
        "secondary",
        "second",
        "2",
        "3",
        "4",
        "5",
        "other",
        "alternate",
        "alternative",
        "additional",
        "alt",
        "cc",
        "bcc",
        "old",
        "previous",
        "former",
        "private",
        "privat",
        "home",
        "personal",
        "personnel",
        "personale",
        "manager",
        "assistant",
        "supervisor",
        "boss",
        "owner",
        "rep",
        "representative",
        "referrer",
        "referred",
        "sender",
        "reply",
        "replyto",
        "billing",
        "support",
        "partner",
        "parent",
        "emergency",
        "spouse",
        "secundario",
        "zweite",
        "zweit",
        "secondaire",
        "recovery",
        "backup",
        "account",
    ]
)
_FIRST = frozenset(["primary", "main", "1", "preferred", "default", "principal", "haupt", "work", "business"])
_NO_ADDRESS = frozenset(
    [
        "label",
        "type",
        "status",
        "opt",
        "optin",
        "optout",
        "consent",
        "count",
        "sent",
        "opened",
        "clicked",
        "subject",
        "domain",
        "verified",
        "valid",
        "validity",
        "id",
        "template",
        "marketing",
        "unsubscribed",
        "bounced",
        "bounce",
        "permission",
        "format",
        "confirmed",
        "date",
        "time",
        "host",
    ]
)
# What languages call the last name beside the first, or the first beside the last, or both in one.
_HALF_NAMES = frozenset(
    [
        "name",
        "nom",
        "nome",
        "nombre",
        "naam",
        "namn",
        "navn",
        "nimi",
        "nume",
        "nev",
        "nafn",
        "ime",
        "imie",
        "jmeno",
        "meno",
        "ad",
        "имя",
        "име",
        "namen",
    ]
)
_STEMS = (
    "email",
    "e mail",
    "mail",
    "courriel",
    "correo",
    "epost",
    "メール",
    "邮箱",
    "郵箱",
    "이메일",
    "почта",
    "пошта",
)


@dataclass(frozen=True)
class Roles:
    """``columns``: role → header, "" where the person said that there is none. ``rivals``: columns of
    addresses of which none is clearly the main one."""

    columns: dict[Role, str]
    guesses: tuple[ColumnGuess, ...]
    rivals: tuple[str, ...] = ()


def find_roles(
    columns: Sequence[str], rows: Sequence[Row], given: Mapping[Role, str], file_name: str = ""
) -> Roles:
    """Roles that were given, and the others as found. Raises SheetError for a header that is not there."""
    sample = rows[:SAMPLED_ROWS]
    chosen = {role: _find_header(columns, header, file_name) for role, header in given.items()}
    free = [column for column in columns if column not in chosen.values()]
    rivals: tuple[str, ...] = ()
    found = dict(chosen)
    if Role.EMAIL not in chosen:
        address, rivals = _find_address(free, sample)
        if address:
            found[Role.EMAIL] = address
            free = [column for column in free if column != address]
        free = [column for column in free if column not in rivals]
    for role, header in _find_named(free, sample, set(chosen)).items():
        found[role] = header
    by_header = {header: role for role, header in found.items() if header}
    guesses = tuple(
        ColumnGuess(
            column,
            by_header.get(column, Role.EMAIL if column in rivals else None),
            column not in rivals,
            _pick_samples(column, sample),
        )
        for column in columns
    )
    return Roles(found, guesses, rivals)


def _find_header(columns: Sequence[str], header: str, file_name: str) -> str:
    if not header or header in columns:
        return header
    alike = [column for column in columns if fold(column) == fold(header)]
    if len(alike) == 1:
        return alike[0]
    raise SheetError(
        f"{file_name} has no column “{header}”. Its columns are {', '.join(columns[:20])}. Name one of them."
    )


def _pick_samples(column: str, rows: Sequence[Row]) -> tuple[str, ...]:
    filled = dict.fromkeys(row.values[column][:100] for row in rows[:100] if row.values[column])
    return tuple(filled)[:3]


# addresses


def _find_address(columns: Sequence[str], rows: Sequence[Row]) -> tuple[str, tuple[str, ...]]:
    """The column of addresses and no rivals, or "" and the columns between which a person has to choose."""
    rated = {column: _rate_address(column, rows) for column in columns}
    candidates = [column for column in columns if rated[column] > 0]
    if not candidates:
        return "", ()
    best = max(candidates, key=lambda column: rated[column])
    rivals = [column for column in candidates if rated[column] > rated[best] - 1.5 and column != best]
    filled = _count_filled(best, rows)
    rivals = [column for column in rivals if _count_filled(column, rows) > 0.2 * filled]
    return ("", tuple(c for c in columns if c == best or c in rivals)) if rivals else (best, ())


def _rate_address(column: str, rows: Sequence[Row]) -> float:
    """Above 0: it may be the one; columns less than 1.5 apart are about as likely."""
    folded = fold(column)
    words = set(folded.split())
    filled = [row.values[column] for row in rows if row.values[column]]
    share = sum(map(holds_address, filled)) / len(filled) if filled else 0.0
    named = folded in BY_ROLE[Role.EMAIL]
    looks_named = named or (any(stem in folded for stem in _STEMS) and not words & _NO_ADDRESS)
    if words & _NO_ADDRESS and share < _MANY:
        return 0.0
    if not looks_named and share < _MANY:
        return 0.0
    rate = 1.0 + 2.0 * share + (1.5 if named else 0.7 if looks_named else 0.0)
    rate -= 2.5 if words & _SECOND and not words & _FIRST else 0.0
    rate += 1.6 if words & (_FIRST - {"work", "business"}) else 0.0
    return max(rate, 0.1)


def _count_filled(column: str, rows: Sequence[Row]) -> int:
    return sum(bool(row.values[column]) for row in rows)


# names and the rest


def _find_named(columns: Sequence[str], rows: Sequence[Row], taken: set[Role]) -> dict[Role, str]:
    found: dict[Role, str] = {}
    for role in (Role.FIRST_NAME, Role.LAST_NAME, Role.NAME, Role.LANGUAGE, Role.PRONOUNCE_AS):
        if role in taken:
            continue
        names = BY_ROLE[role]
        known = [c for c in columns if fold(c) in names and c not in found.values()]
        if known:
            found[role] = min(known, key=lambda column: names[fold(column)])
    return _settle_names(found, rows)


def _settle_names(found: dict[Role, str], rows: Sequence[Row]) -> dict[Role, str]:
    """“Name” beside a first name is the last name, beside a last name the first, unless it holds both."""
    name = found.get(Role.NAME, "")
    parts = [role for role in (Role.FIRST_NAME, Role.LAST_NAME) if role in found]
    if fold(name) not in _HALF_NAMES or len(parts) != 1:
        return found
    part = found[parts[0]]
    filled = [row.values for row in rows if row.values[name] and row.values[part]]
    if sum(one[part] in one[name] for one in filled) * 2 >= max(len(filled), 1):
        return found
    other = Role.LAST_NAME if parts[0] == Role.FIRST_NAME else Role.FIRST_NAME
    settled: dict[Role, str] = {role: header for role, header in found.items() if role != Role.NAME}
    settled[other] = name
    return settled

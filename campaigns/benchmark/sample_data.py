"""Sample data: people who do not exist and a script of a given length, the same on every call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

MeasureSeconds = Callable[[str], float]

_FIRST = (
    "Ada", "Amara", "Anton", "Beatriz", "Bilal", "Carmen", "Chiara", "Daniel", "Dunja", "Elif", "Emil",
    "Farid", "Freya", "Grace", "Hana", "Henrik", "Ines", "Ivan", "Jamal", "John", "Julia", "Kofi", "Lena",
    "Liam", "Maeve", "Mateo", "Mina", "Nadia", "Noah", "Olga", "Omar", "Paula", "Priya", "Quentin",
    "Rosa", "Samir", "Tara", "Tomas", "Victor", "Zoe",
)  # fmt: skip
_LAST = (
    "Adler", "Almeida", "Baker", "Brandt", "Carter", "Castro", "Dahl", "Demir", "Evans", "Fischer",
    "Garcia", "Haddad", "Hansen", "Ito", "Jansen", "Kaya", "Keller", "Lang", "Lopez", "Mensah", "Moreau",
    "Novak", "Okafor", "Olsen", "Park", "Perez", "Quinn", "Raman", "Rossi", "Silva", "Sato", "Taylor",
    "Torres", "Ueda", "Vogel", "Walsh", "Weber", "Young", "Zeller",
)  # fmt: skip
_WHO = ("Most people", "Our team", "A good neighbour", "The whole street", "My colleague", "Every visitor")
_WHAT = (
    "begins with a small plan",
    "brings a friend and a map",
    "asks for a little more time",
    "keeps a short list on paper",
    "tells us what is missing",
)
_WHEN = (
    "early in the morning",
    "before the first evening",
    "when the week is over",
    "after a long walk",
    "while the coffee is still warm",
    "as soon as the door opens",
    "on the last day of the month",
)
_GREETING = "Hello {{ first_name }} {{ last_name }}"
_MORE = (
    "it is good to have you here with us today and I hope that you bring some time along because we have "
    "kept a place by the window for you and for everybody who comes with you so take off your coat and "
    "tell me what you would like to see first and what you would rather leave for another day"
)


def make_people(count: int) -> list[dict[str, str]]:
    """So many rows with ``first_name`` and ``last_name``; no two people have the same names."""
    rows = []
    for number in range(count):
        again, place = divmod(number, len(_FIRST) * len(_LAST))
        # The counts have no common factor, so that every pair comes up before one comes up again.
        first, last = _FIRST[place % len(_FIRST)], _LAST[place % len(_LAST)]
        rows.append({"first_name": first, "last_name": f"{last}-{_LAST[again - 1]}" if again else last})
    return rows


def write_script(seconds: float, personal_seconds: float, pause_s: float, measure_s: MeasureSeconds) -> str:
    """Shared sentences of about ``seconds`` with their pauses, and one personal line as the second.

    ``measure_s`` returns how many seconds a text takes to say.
    """
    personal = _write_personal_line(personal_seconds, measure_s)
    total_s = measure_s(_fill_in(personal, make_people(1)[0])) + pause_s
    shared: list[str] = []
    for sentence in _generate_sentences():
        length_s = measure_s(sentence) + pause_s
        # The last one is left out where that comes nearer to the wanted length.
        if shared and total_s + length_s / 2 > seconds:
            break
        shared.append(sentence)
        total_s += length_s
    return "\n".join([shared[0], personal, *shared[1:]]) + "\n"


def _write_personal_line(seconds: float, measure_s: MeasureSeconds) -> str:
    """A greeting that goes on until it takes about so long."""
    one = make_people(1)[0]
    best = f"{_GREETING}."
    best_s = measure_s(_fill_in(best, one))
    words = _MORE.split()
    for count in range(2, len(words) + 1):
        longer = f"{_GREETING}, {' '.join(words[:count])}."
        longer_s = measure_s(_fill_in(longer, one))
        if abs(longer_s - seconds) < abs(best_s - seconds):
            best, best_s = longer, longer_s
        if longer_s > seconds + 1:
            break
    return best


def _fill_in(personal: str, values: Mapping[str, str]) -> str:
    for column, text in values.items():
        personal = personal.replace(f"{{{{ {column} }}}}", text)
    return personal


def _generate_sentences() -> Iterator[str]:
    """Sentences without end; the first 210 differ."""
    number = 0
    while True:
        who, what, when = (part[number % len(part)] for part in (_WHO, _WHAT, _WHEN))
        yield f"{who} {what if who != 'Most people' else _to_plural(what)} {when}."
        number += 1


def _to_plural(what: str) -> str:
    """“begins with …” as many people do it."""
    verb, rest = what.split(" ", 1)
    return f"{verb.removesuffix('s')} {rest}"

"""Tags that cannot be understood: what people write by mistake, and what they should write instead.

The parser says that something is wrong and on which line; it speaks of tokens. What a person meant is found
here in the tag itself, and told with the tag as it should be.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from campaigns.problems import Code
from campaigns.scripts.faults import Fix, ScriptError, find_place
from campaigns.scripts.tags import TAG, find_meant_column, to_variable

BLOCKS = ("if", "elif", "else", "endif", "for", "endfor", "set")
_CURLY = {ord(sign): '"' for sign in "“”„‟«»＂"} | {ord(sign): "'" for sign in "‘’‚‛＇"}
_HANDLEBARS = re.compile(r"\{\{\s*[#/^>]")
_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
_WORDS = frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "is",
        "if",
        "else",
        "elif",
        "for",
        "endif",
        "endfor",
        "set",
        "true",
        "false",
        "none",
        "default",
    ]
)
# (what is written in a condition, what is meant)
_CONDITION = (
    (re.compile(r"===+"), "=="),
    (re.compile(r"!==+|<>"), "!="),
    (re.compile(r"=>"), ">="),
    (re.compile(r"=<"), "<="),
    (re.compile(r"\s*&&\s*"), " and "),
    (re.compile(r"\s*\|\|\s*"), " or "),
    (re.compile(r"!(?!=)\s*"), "not "),
    (re.compile(r"(?<![=!<>])=(?![=])"), "=="),
    (re.compile(r"\bis not (?:empty|blank|null|nil)\b"), '!= ""'),
    (re.compile(r"\bis (?:empty|blank|null|nil)\b"), '== ""'),
)
_CONTAINS = re.compile(r"([^\W\d]\w*) contains (\"[^\"]*\"|'[^']*')")
# Words of other template languages at the beginning of a tag.
_WORDS_OF_OTHERS = {
    "elseif": "elif", "elsif": "elif", "end": "endif", "fi": "endif", "endunless": "endif", "assign": "set",
}  # fmt: skip
_FILTER_ARGUMENT = re.compile(r"\|\s*(\w+)\s*:\s*(\"[^\"]*\"|'[^']*'|[^|}\s][^|}]*?)(?=\s*(?:\||$))")
_FALLBACK_NAMES = frozenset({"fallback", "else", "or", "default_value", "default_if_none", "ifempty"})


@dataclass(frozen=True)
class Tag:
    """One tag of the script at ``start``: its opening and closing signs, and what stands between them."""

    start: int
    text: str

    @property
    def inside(self) -> str:
        return self.text[2:-2].strip("-+ \t\n")

    @property
    def opens(self) -> str:
        return self.text[:2]

    def write(self, inside: str, block: bool | None = None) -> str:
        """The same tag with something else in it; as a {% block %} or not where told."""
        if block is None:
            block = self.opens == "{%"
        return f"{{% {inside} %}}" if block else f"{{{{ {inside} }}}}"


def explain(
    source: str, line: int, parser_said: str, filters: Sequence[str], columns: Sequence[str] = ()
) -> ScriptError:
    """The error that a person understands, in place of the parser's for this line."""
    fixes = _collect_fixes(source, columns)
    if fixes and _find_open_tag(source) is None:
        first = fixes[0]
        return _build(source, first.start, source[first.start : first.end], first.text, fixes)
    return _explain_by_parser(source, line, parser_said, filters)


def correct_tag(tag: Tag, columns: Sequence[str]) -> str | None:
    """The tag as it was meant, None where that is not known."""
    if _HANDLEBARS.match(tag.text):
        return _correct_handlebars(tag)
    inside = tag.inside
    if tag.opens == "{#":
        return None
    meant = _straighten(inside)
    first, rest = _correct_first_word(*meant.partition(" ")[::2])
    meant = f"{first} {rest}".strip()
    block = first in BLOCKS
    if tag.opens == "{%" and not block:
        column = find_meant_column(inside, columns)
        return None if column is None else tag.write(to_variable(column), False)
    if first in ("if", "elif"):
        condition = _CONTAINS.sub(r"\2 in \1", rest.rstrip(":").removesuffix(" then"))
        meant = f"{first} {_correct_names(_correct_condition(condition), columns)}"
    elif not block:
        meant = _correct_spoken(meant, columns)
    if meant == inside and block == (tag.opens == "{%"):
        return None
    return tag.write(meant, block)


def _correct_first_word(first: str, rest: str) -> tuple[str, str]:
    """The first word of a tag, as it is here, and what follows it."""
    word = first.rstrip(":")
    if word.lower() in (*BLOCKS, *_WORDS_OF_OTHERS, "unless") and (word == word.upper() or word.istitle()):
        word = word.lower()
    if word == "else" and rest.startswith("if "):
        return "elif", rest[3:]
    if word == "unless" and rest:
        return "if", f"not {rest}"
    return _WORDS_OF_OTHERS.get(word, word if word in BLOCKS else first), rest


def _list_tags(source: str) -> Iterator[Tag]:
    return (Tag(found.start(), found.group()) for found in TAG.finditer(source))


def _collect_fixes(source: str, columns: Sequence[str]) -> tuple[Fix, ...]:
    pairs = ((tag, correct_tag(tag, columns)) for tag in _list_tags(source))
    return tuple(
        Fix(tag.start, tag.start + len(tag.text), corrected)
        for tag, corrected in pairs
        if corrected is not None and corrected != tag.text
    )


def _build(source: str, at: int, written: str, meant: str, fixes: tuple[Fix, ...]) -> ScriptError:
    reason = (
        "straight quotation marks are needed" if _straighten(written) == meant else "it is not understood"
    )
    message = f"“{_shorten(written)}”: {reason}. Write {_shorten(meant)}."
    return ScriptError(*find_place(source, at), message, Code.SCRIPT_INVALID, fixes=fixes)


def _straighten(text: str) -> str:
    """Curly quotation marks become straight ones, except those within straight ones."""
    parts = re.split(r"(\"[^\"“”]*\"|'[^'‘’]*')", text)
    return "".join(part if at % 2 else part.translate(_CURLY) for at, part in enumerate(parts))


def _correct_handlebars(tag: Tag) -> str | None:
    sign, said = re.match(r"\{\{\s*([#/^>])\s*(.*?)\s*\}\}$", tag.text, re.S).groups()  # type: ignore[union-attr]
    kind, _, rest = said.partition(" ")
    if sign == "#" and kind in ("if", "unless", "with") and rest:
        return tag.write(f"if {'not ' if kind == 'unless' else ''}{_correct_condition(rest)}", True)
    if sign == "#" and kind and not rest:
        return tag.write(f"if {to_variable(kind)}", True)
    if sign == "^" and kind:
        return tag.write(f"if not {to_variable(kind)}", True)
    return tag.write("endif", True) if sign == "/" else None


def _correct_condition(text: str) -> str:
    parts = re.split(r"(\"[^\"]*\"|'[^']*')", text)
    for pattern, meant in _CONDITION:
        parts = [part if at % 2 else pattern.sub(meant, part) for at, part in enumerate(parts)]
    whole = "".join(parts)
    return re.sub(r"\s*(?<![=!<>])(==)(?!=)\s*", r" \1 ", whole).strip() if whole != text else text


def _correct_names(text: str, columns: Sequence[str]) -> str:
    """Column names of several words become the variables that a script can write."""

    def name(found: re.Match[str]) -> str:
        words = found.group().split(" ")
        if any(word in _WORDS for word in words):
            return found.group()
        return to_variable(find_meant_column(found.group(), columns) or found.group())

    parts = re.split(r"(\"[^\"]*\"|'[^']*')", text)
    capitalised = r"(?<![\w.|])[^\W\d]\w*(?: [^\W\d]\w*)+(?![\w(])"
    return "".join(part if at % 2 else re.sub(capitalised, name, part) for at, part in enumerate(parts))


def _correct_spoken(text: str, columns: Sequence[str]) -> str:
    """What stands in {{ … }}: a column, and perhaps filters after it."""
    text = re.sub(r"\s*(?:\|\||\?\?|\?:)\s*(?=[\"'\w])", " or ", text)
    text = re.sub(r"\|\s*(default|d)\s+(\"[^\"]*\"|'[^']*')", r"|\1(\2)", text)
    name, bar, filters = text.partition("|")
    plain = name.strip()
    # Several words, or signs that no name has: a header as the spreadsheet shows it.
    if re.fullmatch(r"[^\W\d]\w*(?:[ /.-]+\w+)+", plain) and not plain.isidentifier() and "." not in plain:
        words = set(plain.lower().split())
        if not words & _WORDS:
            plain = to_variable(plain)
    if not bar:
        return plain if plain != name.strip() else text
    filters = _FILTER_ARGUMENT.sub(_write_argument, bar + filters)
    for wrong in _FALLBACK_NAMES:
        filters = re.sub(rf"\|\s*{wrong}\s*\(", "|default(", filters)
    changed = plain != name.strip() or filters != bar + text.partition("|")[2]
    return f"{plain}{filters.replace('| ', '|')}" if changed else text


def _write_argument(found: re.Match[str]) -> str:
    name, given = found.groups()
    text = given if given[0] in "\"'" or given.replace(".", "").isdigit() else f'"{given}"'
    return f"|{'default' if name in _FALLBACK_NAMES else name}({text})"


def _explain_by_parser(source: str, line: int, said: str, filters: Sequence[str]) -> ScriptError:
    opened = _find_open_tag(source)
    if opened is not None:
        written = _shorten(source[opened:].split("\n")[0])
        closing = {"{{": "}}", "{%": "%}", "{#": "#}"}[source[opened : opened + 2]]
        return _say(source, opened, f"“{written}” is not closed. End the tag with {closing}.")
    if found := re.search(r"[Nn]o filter named '(.*?)'", said):
        told = f"There is no “{found[1]}” here. {_offer(found[1], filters)}"
        return _say(source, _find_tag(source, line, found[1]), told)
    if found := re.search(r"[Nn]o test named '(.*?)'", said):
        told = f'“is {found[1]}” is not known here. Compare with ==, as in {{% if city == "Rome" %}}.'
        return _say(source, _find_tag(source, line, found[1]), told)
    if found := re.search(r"unknown tag '(.*?)'", said):
        return _say(source, _find_tag(source, line, found[1]), _explain_unknown_tag(found[1]))
    if "cannot load other files" in said:
        told = "A script cannot load other files. Write the text here."
        return _say(source, _find_tag(source, line, ""), told)
    if said.startswith("A script cannot "):
        told = f"{said}. Write columns, conditions, loops and filters alone."
        return _say(source, _find_tag(source, line, ""), told)
    unended = _find_unended(source)
    if unended is not None:
        word = unended.inside.split()[0]
        told = f"“{_shorten(unended.text)}” has no end. Write {{% end{word} %}} behind what it is about."
        return _say(source, unended.start, told)
    told = 'Write {{ first_name }}, {{ city|default("town") }} or {% if city %} … {% endif %}.'
    if "nexpected char" in said and said.split("at")[0].count("'") + said.count('"') % 2:
        told = "A quotation mark is missing in it."
    at = _find_tag(source, line, "")
    found_tag = TAG.match(source, at)
    written = f"“{_shorten(found_tag.group())}”" if found_tag else "This tag"
    return _say(source, at, f"{written} is not understood. {told}")


def _say(source: str, at: int, message: str) -> ScriptError:
    return ScriptError(*find_place(source, at), message, Code.SCRIPT_INVALID)


def _offer(wrong: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(wrong, known, 1)
    return f"Do you mean “{near[0]}”?" if near else f"You can use: {', '.join(known)}."


def _explain_unknown_tag(word: str) -> str:
    if word in ("endif", "endfor", "else", "elif"):
        begin = "for" if word == "endfor" else "if"
        return f"“{{% {word} %}}” has no “{{% {begin} … %}}” before it. Take it out."
    near = difflib.get_close_matches(word, BLOCKS, 1)
    asked = f"Do you mean {{% {near[0]} %}}? " if near else ""
    known = ", ".join(f"{{% {one} %}}" for one in BLOCKS)
    return f"“{{% {word} %}}” is not known here. {asked}You can use {known}."


def _find_open_tag(source: str) -> int | None:
    """Where a tag opens that nothing closes before the next one."""
    rest = TAG.sub(lambda found: " " * len(found.group()), source)
    opened = re.search(r"\{[{%#]", rest)
    if opened is not None:
        return opened.start()
    for tag in _list_tags(source):  # “{{ name }. Then {{ other }}” closes at the second one
        again = re.search(r"\{[{%#]", _STRING.sub(lambda found: " " * len(found.group()), tag.text[2:]))
        if again is not None and tag.opens != "{#":
            return tag.start
    return None


def _find_tag(source: str, line: int, holding: str) -> int:
    """The tag on this line that holds a word, else the first one there, else where the line begins."""
    begin = sum(len(one) + 1 for one in source.split("\n")[: line - 1])
    end = (source + "\n").index("\n", begin) if begin <= len(source) else len(source)
    here = [tag for tag in _list_tags(source) if tag.start < end and tag.start + len(tag.text) > begin]
    named = [tag for tag in here if re.search(rf"(?<!\w){re.escape(holding)}(?!\w)", tag.text)]
    return (named or here)[0].start if here else min(begin, len(source))


def _find_unended(source: str) -> Tag | None:
    """The last {% if %} or {% for %} that no end closes."""
    open_: list[Tag] = []
    for tag in _list_tags(source):
        word = (tag.inside.split() or [""])[0] if tag.opens == "{%" else ""
        if word in ("if", "for"):
            open_.append(tag)
        elif word in ("endif", "endfor") and open_:
            open_.pop()
    return open_[-1] if open_ else None


def _shorten(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:59]}…"

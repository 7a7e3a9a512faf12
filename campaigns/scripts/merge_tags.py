"""Merge tags of other tools, such as *|FNAME|* or {first_name}, which would be read out as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from campaigns.problems import Code
from campaigns.scripts.directions import is_direction
from campaigns.scripts.faults import Fix, ScriptError, find_place
from campaigns.scripts.markup import HIDDEN
from campaigns.scripts.tags import blank_tags, find_meant_column, to_variable, write_tag

# Three braces, as another template language writes what it does not escape.
_TRIPLE = re.compile(r"\{(\{\{[^{}]*\}\})\}")
_NAME = r"([^\n{}\[\]<>«»*%|\ue003]{1,60}(?:\|[^\n{}\[\]<>«»*%|\ue003]{0,60})?)"
# Nothing but a merge tag is written so.
_PLAIN = (
    rf"\*\|{_NAME}\|\*",
    rf"%%{_NAME}%%",
    rf"\{{ +\{{ *{_NAME} *\}} *\}}|\{{ *\{{ *{_NAME} *\}} +\}}",
    rf"[$#@]?(?<!\{{)\{{!?{_NAME}\}}(?!\}})",
    rf"\[\[{_NAME}\]\]",
    rf"<<{_NAME}>>",
    r"%([A-Z][A-Z0-9_]{2,40}(?:\|[^%\n]{0,60})?)%",
)
# Quotation marks, asides and comparisons are written so as well: a merge tag where a column is named.
_DOUBTFUL = (
    rf"«{_NAME}»",
    rf"\[{_NAME}\]",
    rf"<{_NAME}>",
    r"%([A-Za-z][\w .-]{0,40}(?:\|[^%\n]{0,60})?)%",
    r"##?([A-Za-z]\w{0,40})##?",
    r"__([A-Za-z][\w ]{0,40}?)__",
    r"\$([A-Za-z_]\w{0,40})",
)


@dataclass(frozen=True)
class MergeTag:
    """A tag of another tool at ``start``; ``meant`` is the column that it names, where one is found."""

    start: int
    text: str
    name: str
    fallback: str
    meant: str | None

    @property
    def replacement(self) -> str:
        """How a script of ours says it."""
        return write_tag(to_variable(self.meant or self.name), self.fallback)

    @property
    def fix(self) -> Fix:
        return Fix(self.start, self.start + len(self.text), self.replacement)


def find_merge_tags(source: str, columns: Sequence[str] = ()) -> list[MergeTag]:
    """Merge tags of other tools outside of the script's own tags, in order and apart from each other."""
    text = HIDDEN.sub(_blank, blank_tags(source))
    found = [*_find(text, _PLAIN, columns), *(tag for tag in _find(text, _DOUBTFUL, columns) if tag.meant)]
    kept: list[MergeTag] = []
    for tag in sorted(found, key=lambda tag: (tag.start, -len(tag.text))):
        if not kept or tag.start >= kept[-1].start + len(kept[-1].text):
            kept.append(tag)
    return kept


def refuse_merge_tags(source: str, columns: Sequence[str] = ()) -> None:
    """Raise ScriptError at the first of them, with the fix of all."""
    _refuse_braces(source)
    tags = find_merge_tags(source, columns)
    if not tags:
        return
    first = tags[0]
    message = (
        f"“{first.text}” is a tag of another tool and would be read out as it stands. "
        f"Write {first.replacement} instead."
    )
    fixes = tuple(tag.fix for tag in tags if tag.meant or not columns)
    raise ScriptError(*find_place(source, first.start), message, Code.MERGE_TAG, fixes=fixes)


def _refuse_braces(source: str) -> None:
    """Three braces, or two that nothing opened."""
    triple = _TRIPLE.search(source)
    if triple:
        told = f"“{triple.group()}” has a brace too many. Write {triple.group(1)}."
        fixes = tuple(Fix(*found.span(), found.group(1)) for found in _TRIPLE.finditer(source))
        raise ScriptError(*find_place(source, triple.start()), told, Code.MERGE_TAG, fixes=fixes)
    text = HIDDEN.sub(_blank, blank_tags(source))
    beside = re.search(r"\ue003+(\})|(\{)\ue003+", text)
    if beside:
        at = beside.start(1) if beside.group(1) else beside.start(2)
        told = f"A brace too many stands {'behind' if beside.group(1) else 'before'} a tag. Take it out."
        raise ScriptError(*find_place(source, at), told, Code.MERGE_TAG, fixes=(Fix(at, at + 1, ""),))
    stray = re.search(r"\{?[^\s{}]*\}\}", text)
    if stray and not re.search(r"\{[{%#]|\{ *\{", text):
        told = f"“{stray.group()}” has a brace too few. A column is written {{{{ first_name }}}}."
        raise ScriptError(*find_place(source, stray.start()), told, Code.MERGE_TAG)


def _blank(hidden: re.Match[str]) -> str:
    return " " * len(hidden.group())


def _find(text: str, patterns: Sequence[str], columns: Sequence[str]) -> Iterator[MergeTag]:
    for pattern in patterns:
        for found in re.finditer(pattern, text):
            inside = next(group for group in found.groups() if group is not None).strip()
            name, _, fallback = inside.partition("|")
            meant = find_meant_column(name, columns)
            if meant is None and ":" in name:  # *|FNAME:there|*
                name, _, fallback = name.partition(":")
                meant = find_meant_column(name, columns)
            if any(map(str.isalnum, name)) and not is_direction(name):
                yield MergeTag(found.start(), found.group(), name.strip(), fallback, meant)

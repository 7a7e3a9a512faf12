"""Markup in a script: what is surely formatting is left out, what might be meant otherwise is refused.

Lines of the source stay where they are, so that errors still name them: what ends a paragraph becomes
``BREAK``.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache

from campaigns.problems import Code
from campaigns.scripts.directions import DIRECTION
from campaigns.scripts.faults import ScriptError, find_place
from campaigns.scripts.tags import blank_tags, hold_tags

BREAK = "\ue002"

_BLOCK_NAMES = (
    "p div br hr ul ol li dl dt dd h1 h2 h3 h4 h5 h6 table thead tbody tfoot tr td th blockquote section"
    " article header footer main nav aside pre address figure figcaption body html head speak"
)
_INLINE_NAMES = (
    "a abbr b big bdi bdo center cite code del dfn em font i img ins kbd mark meta link o:p q s samp small"
    " span strike strong sub sup time tt u var wbr"
    # of SSML: what they ask of a voice is not done, what they hold is said
    " break prosody emphasis voice lang w amazon:effect mstts:express-as"
)
_BLOCKS, _INLINE = frozenset(_BLOCK_NAMES.split()), frozenset(_INLINE_NAMES.split())
HIDDEN = re.compile(r"<(script|style|title)\b[^>]*>.*?</\1\s*>|<!--.*?-->|<[!?][^>]*>", re.DOTALL | re.I)
_TAG = re.compile(r"</?([A-Za-z][\w:-]*)(\s[^<>]*)?/?>")
_SAYS_OTHERWISE = re.compile(r"\b(alias|ph|interpret-as)\s*=")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,20}\d{0,2});")

_LINK = re.compile(r"(?<!!)\[([^\[\]\n]{1,300})\]\((?:[^()\s]|\ue003\d+\ue004)+(?:\s+\"[^\"\n]*\")?\)")
_IMAGE = re.compile(r"!\[[^\[\]\n]*\]\([^()\n]*\)")
# (what Markdown writes, what is left of it)
_MARKDOWN = (
    (re.compile(r"^[ \t]{0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|={3,})$", re.M), BREAK),
    (re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+(.*?)[ \t]*#*$", re.M), rf"{BREAK}\1{BREAK}"),
    (re.compile(r"^[ \t]*(?:[-*+•‣▪●–][ \t]+)(?=\S)", re.M), BREAK),
    (re.compile(r"^[ \t]{0,3}>[ \t]?", re.M), ""),
    (re.compile(r"(?<![\w*])\*\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*\*(?![\w*])"), r"\1"),
    (re.compile(r"\*\*(?=\S)([^\n]+?)(?<=\S)\*\*"), r"\1"),
    (re.compile(r"(?<!\w)__(?=\S)([^\n]+?)(?<=\S)__(?!\w)"), r"\1"),
    (re.compile(r"~~(?=\S)([^\n]+?)(?<=\S)~~"), ""),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_(?=[^\s_])([^_\n]+?)(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"`{1,3}([^`\n]+)`{1,3}"), r"\1"),
)
_BRACKETS = re.compile(r"\[([^\[\]\n]{0,80})\]")


@lru_cache(maxsize=64)
def strip_markup(source: str) -> str:
    """The script without formatting. Raises ScriptError for markup that may be meant to be said otherwise."""
    _refuse_unsure(source)
    held = hold_tags(source)
    text = HIDDEN.sub(_keep_lines, held.text)
    text = _TAG.sub(_replace_tag, text)
    text = _IMAGE.sub("", _LINK.sub(r"\1", text))
    text = DIRECTION.sub("", text)
    for pattern, left in _MARKDOWN:
        text = pattern.sub(left, text)
    return held.put_back(_ENTITY.sub(_read_entity, text))


def describe_markup(source: str) -> tuple[str, ...]:
    """Sentences on what is left out when the script is spoken."""
    text = blank_tags(source)
    patterns = (HIDDEN, _TAG, _IMAGE, _LINK, DIRECTION, *(pattern for pattern, _ in _MARKDOWN))
    told: dict[str, None] = {}
    taken: list[tuple[int, int]] = []
    for pattern in patterns:
        for found in pattern.finditer(text):
            start, end = found.span()
            if any(start < last and first < end for first, last in taken):
                continue
            taken.append((start, end))
            written = " ".join(source[start:end].split())
            if not written.startswith("</"):
                what = "a direction: it is" if pattern is DIRECTION else "formatting: its signs are"
                told[f"“{_shorten(written)}” is {what} not spoken."] = None
    return tuple(told)


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


def _refuse_unsure(source: str) -> None:
    text = HIDDEN.sub(lambda found: " " * len(found.group()), blank_tags(source))
    for found in _TAG.finditer(text):
        name, settings = found.group(1).lower(), found.group(2) or ""
        if _SAYS_OTHERWISE.search(settings):
            told = "Take it out, and write the word as it is heard, or add it to the pronunciations."
        elif name not in _BLOCKS and name not in _INLINE:
            told = "Take it out; a column is written in double braces, such as {{ first_name }}."
        else:
            continue
        raise _refuse(source, found, told)
    bare = DIRECTION.sub(_blank, _IMAGE.sub(_blank, _LINK.sub(_blank, text)))
    for found in _BRACKETS.finditer(bare):
        told = "Write an aside in round brackets, and a column in double braces, such as {{ first_name }}."
        raise _refuse(source, found, told)


def _refuse(source: str, found: re.Match[str], told: str) -> ScriptError:
    written = source[found.start() : found.end()]
    return ScriptError(
        *find_place(source, found.start()),
        f"“{_shorten(' '.join(written.split()))}” cannot be spoken. {told}",
        Code.MARKUP,
    )


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def _keep_lines(found: re.Match[str]) -> str:
    return "\n" * found.group().count("\n")


def _replace_tag(found: re.Match[str]) -> str:
    return (BREAK if found.group(1).lower() in _BLOCKS else "") + _keep_lines(found)


def _read_entity(found: re.Match[str]) -> str:
    read = html.unescape(found.group())
    return " " if read.isspace() else read

"""Parts of the render cache that messages were made of: found by the names that messages keep, and deleted.

Deleting one too many costs the time to make it again and nothing else; so whoever cannot be sure deletes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from campaigns import engine
from campaigns.models import Message
from campaigns.storage.render_cache import CachedFile, clear

# What a message leaves; each is made again when it is missing.
PERSONAL_KINDS = ("speech", "recorded", "segment", "motion", "measured", "judged", "sound")
_PART = re.compile(r"[a-z][a-z0-9-]*/[0-9a-f]{2}/[0-9a-f]{64}")
_ROWS_AT_ONCE = 500
_LETTERS = re.compile(r"[\W_]+")


def keep_parts(message: Message) -> Callable[[Collection[str]], None]:
    """For `MessageJob.tell_parts`: a message knows of every part that was made for it, of earlier contents
    and of renders that were given up, too."""

    def tell(names: Collection[str]) -> None:
        missing = sorted(set(names) - set(message.parts))
        if missing:
            message.parts = [*message.parts, *missing]
            Message.objects.filter(pk=message.pk).update(parts=message.parts)

    return tell


def list_parts(messages: QuerySet[Message]) -> set[str]:
    """All parts that these messages know of."""
    found: set[str] = set()
    for parts in messages.values_list("parts", flat=True).iterator(chunk_size=_ROWS_AT_ONCE):
        found.update(parts)
    return found


def list_own_parts(messages: QuerySet[Message]) -> set[str]:
    """Parts that one of these messages knows of and no other one: its own lines, and no shared ones."""
    told = messages.values_list("parts", flat=True).iterator(chunk_size=_ROWS_AT_ONCE)
    counts = Counter(name for parts in told for name in set(parts))
    return {name for name, count in counts.items() if count == 1}


def have_unknown_parts(messages: QuerySet[Message]) -> bool:
    """Whether one of them was made by a version that kept no names of parts."""
    return messages.filter(parts=[]).exclude(video="").exists()


def spare_shared(parts: Collection[str], others: QuerySet[Message]) -> set[str]:
    """Those of these parts that none of the other messages knows of."""
    own, names = set(parts), sorted(parts)
    for first in range(0, len(names), _ROWS_AT_ONCE):
        asked = names[first : first + _ROWS_AT_ONCE]
        using = others.filter(parts__has_any_keys=asked).values_list("parts", flat=True)
        for used in using.iterator(chunk_size=_ROWS_AT_ONCE):
            own.difference_update(used)
            if not own:
                return own
    return own


def find_files(parts: Iterable[str]) -> Iterator[Path]:
    """Where these parts lie, whatever their suffixes are; names that are none are passed over."""
    for name in parts:
        if _PART.fullmatch(name):
            path: Path = settings.RENDER_CACHE_DIR / name
            yield from path.parent.glob(f"{path.name}.*")


def delete_parts(parts: Iterable[str]) -> int:
    """Delete them; how many files went."""
    count = 0
    for path in find_files(parts):
        path.unlink(missing_ok=True)
        count += 1
    return count


def delete_kinds(kinds: Iterable[str]) -> list[CachedFile]:
    """Delete every part of these kinds, whoever it was made for."""
    return [file for kind in kinds for file in clear(kind)]


def find_spoken(phrases: Collection[str]) -> Iterator[Path]:
    """Cached sounds in which one of these phrases is said, as whole words: also of lines that were only
    listened to, which belong to no message."""
    wanted = [words for phrase in phrases if (words := _split(phrase))]
    if not wanted:
        return
    for kind in ("speech", "recorded"):
        for path in settings.RENDER_CACHE_DIR.glob(f"{kind}/??/*.safetensors"):
            said = f" {_split(engine.read_spoken_words(path))} "
            if any(f" {words} " in said for words in wanted):
                yield path


def _split(text: str) -> str:
    return " ".join(_LETTERS.sub(" ", text.casefold()).split())

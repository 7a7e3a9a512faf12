"""E-mail addresses as cells hold them: a link, a name around them, signs that nobody sees."""

from __future__ import annotations

import re
import unicodedata

ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\"]+\.[^\s@<>()\[\],;:\"]{2,}")
_NAMED = re.compile(r"[^<>]*<\s*(?:mailto:)?([^<>\s]+@[^<>\s]+)\s*>[\s,;]*", re.IGNORECASE)
_ENDS = " \t\r\n.,;:'\"<>"


def tidy_address(text: str) -> str:
    """The address alone where the cell holds exactly one; what is no address stays as it is, trimmed."""
    shown = "".join(" " if c == "\xa0" else c for c in text if unicodedata.category(c) not in ("Cf", "Cc"))
    named = _NAMED.fullmatch(shown.strip())
    bare = named[1] if named else re.sub(r"^\s*mailto:\s*", "", shown, flags=re.IGNORECASE).partition("?")[0]
    bare = bare.strip().strip(_ENDS)
    return bare if ADDRESS.fullmatch(bare) else shown.strip()


def holds_address(text: str) -> bool:
    return "@" in text and ADDRESS.search(text) is not None


def count_addresses(text: str) -> int:
    return len(ADDRESS.findall(text)) if text.count("@") > 1 else 0

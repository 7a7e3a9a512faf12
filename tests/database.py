"""The address of a database that a test uses, for processes of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote


def address(database: Mapping[str, Any]) -> str:
    """DATABASE_URL for what Django's settings of a database say."""
    user, password = quote(database.get("USER", "")), quote(database.get("PASSWORD", ""))
    host, port = quote(database["HOST"], safe=""), database.get("PORT", "")
    url = f"postgresql://{user}:{password}@/{database['NAME']}?host={host}"
    return f"{url}&port={port}" if port else url

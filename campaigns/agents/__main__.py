"""``python -m campaigns.agents``: the server on standard input and output, for an agent that starts it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from campaigns.agents.api_client import ApiClient
from campaigns.agents.server import build_server

USAGE = (
    "Set BYNAME_URL to the address of Byname, such as https://videos.example.org, and BYNAME_TOKEN to an "
    "API token, or BYNAME_TOKEN_FILE to a file that holds one. Tokens are made in the dashboard, under API "
    "tokens; for an agent choose the scopes read and run.\n"
)


def main() -> int:
    """Serve until the agent closes the line; 2 where the address or the token is missing."""
    url, token = os.environ.get("BYNAME_URL", ""), _read_token()
    if not url.startswith(("http://", "https://")) or not token:
        sys.stderr.write(USAGE)
        return 2
    build_server(ApiClient(url.rstrip("/"), token)).run("stdio")
    return 0


def _read_token() -> str:
    path = os.environ.get("BYNAME_TOKEN_FILE", "")
    if not path:
        return os.environ.get("BYNAME_TOKEN", "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(main())

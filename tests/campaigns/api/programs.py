"""A program with a token, as tests use it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from campaigns.access.tokens import Scope, make_token
from campaigns.models import ApiToken, Workspace, get_first_workspace


@dataclass
class Program:
    """Asks the API; every answer is its status and its JSON."""

    token: ApiToken
    secret: str

    def ask(
        self, method: str, path: str, body: Any = None, *, key: str = "", **headers: str
    ) -> tuple[int, Any]:
        """One request to /api/v1; ``key``: its Idempotency-Key."""
        answer = self.send(method, path, body, key=key, **headers)
        return answer.status_code, json.loads(answer.content)

    def send(self, method: str, path: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
        """The same, and the answer as it is."""
        sent = {"Authorization": f"Bearer {self.secret}", **headers}
        if key:
            sent["Idempotency-Key"] = key
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return Client().generic(method, f"/api/v1{path}", data, content_type="application/json", headers=sent)

    def get(self, path: str) -> Any:
        """The JSON of an answer that must be 200."""
        status, found = self.ask("GET", path)
        assert status == 200, found
        return found


def make_program(user: User, *scopes: Scope, workspace: Workspace | None = None) -> Program:
    """With these scopes; with none of them named, with all."""
    workspace = workspace or Workspace.objects.get(pk=get_first_workspace())
    return Program(*make_token(workspace, user, "CRM", scopes or tuple(Scope), 30))

"""The backend that Django loads: it starts the embedded server when the first connection is wanted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from django.db.backends.postgresql import base

from config.postgres import server
from config.postgres.text import DatabaseOperations, take_any_text


class Unreachable(psycopg.OperationalError):
    """The database cannot be reached; the message is one sentence for a person."""


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's own, except where a connection begins and where text enters."""

    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        embedded = self.settings_dict.get("EMBEDDED")
        try:
            if embedded:
                # Django asks for no database by name while it makes the tests' own
                server.ensure_running(Path(embedded), self.settings_dict["NAME"] or "postgres")
            connection = super().get_new_connection(conn_params)
        except server.ServerError as error:
            raise Unreachable(str(error)) from error
        except psycopg.OperationalError as error:
            raise Unreachable(self._describe_error(conn_params, error)) from error

        take_any_text(connection)
        return connection

    def _describe_error(self, conn_params: dict[str, Any], error: psycopg.OperationalError) -> str:
        where = f"{conn_params.get('dbname', '')} at {conn_params.get('host') or 'the local socket'}"
        port = conn_params.get("port")
        reason = " ".join(str(error).split())
        return (
            f"The database {where}{f':{port}' if port else ''} cannot be reached: {reason} "
            "Start the server or correct DATABASE_URL, then try again."
        )

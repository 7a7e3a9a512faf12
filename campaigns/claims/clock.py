"""The one clock of an installation: the database's.

Machines' clocks differ, by minutes at worst, so a moment that another machine compares is never a machine's
own. In a query the same clock is Django's ``Now()``.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection


def now() -> datetime:
    """The moment by the database's clock; within a transaction it goes on, too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found

"""Recipients who open their pages at a given rate, with the dashboard beside them: real requests."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

P95_FLOOR_MS = 500.0
LOOK_EVERY_S = 0.5
PATIENCE_S = 30.0
_TOKEN = re.compile(rb'data-token="([^"]+)"')
# What one load of a page sends, in its order: five requests with the page itself.
_REPORTS = (
    {"kind": "page_viewed"}, {"kind": "played"}, {"kind": "progress", "watched": [[0, 2]]},
    {"kind": "progress", "watched": [[0, 4]]},
)  # fmt: skip
REQUESTS_OF_VISIT = 1 + len(_REPORTS)


@dataclass
class PageLoad:
    """What came of it; times in milliseconds."""

    wanted_rate: float
    seconds: float = 0.0
    took_ms: list[float] = field(default_factory=list)
    dashboard_ms: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.took_ms) / self.seconds if self.seconds else 0.0

    @property
    def holds(self) -> bool:
        """Whether every request was answered, at the rate that was wanted, and soon enough."""
        slowest = max(percentile(self.took_ms, 0.95), percentile(self.dashboard_ms, 0.95))
        return not self.errors and self.rate >= 0.97 * self.wanted_rate and slowest < P95_FLOOR_MS

    def describe(self) -> str:
        def spread(times: Sequence[float]) -> str:
            return f"p50 {percentile(times, 0.5):.0f} ms, p95 {percentile(times, 0.95):.0f} ms"

        return (
            f"{self.rate:.0f} requests/s of {self.wanted_rate:.0f} for {self.seconds:.0f} s, "
            f"{len(self.errors)} errors{''.join(f' ({one})' for one in self.errors[:3])}\n"
            f"  pages and events  {spread(self.took_ms)}\n"
            f"  dashboard beside  {spread(self.dashboard_ms)}\n"
            f"  {'holds' if self.holds else 'over'} (floor: 0 errors, p95 under {P95_FLOOR_MS:.0f} ms)"
        )


def percentile(times: Sequence[float], share: float) -> float:
    ordered = sorted(times) or [0.0]
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


async def load_pages(
    port: int, paths: Sequence[str], dashboard: tuple[str, str], rate: float, seconds: float
) -> PageLoad:
    """Visit these pages in turn, each visit when its time has come, however long the others take.

    ``dashboard``: a page of it, and the session of somebody who is signed in.
    """
    load, began = PageLoad(rate), time.monotonic()
    looking = asyncio.create_task(_look_at_dashboard(load, port, *dashboard))
    visits = []
    for number in range(round(seconds * rate / REQUESTS_OF_VISIT)):
        await asyncio.sleep(began + number * REQUESTS_OF_VISIT / rate - time.monotonic())
        visits.append(asyncio.create_task(_visit(load, port, paths[number % len(paths)], number)))
    await asyncio.gather(*visits)
    load.seconds = time.monotonic() - began
    looking.cancel()
    return load


async def _visit(load: PageLoad, port: int, path: str, number: int) -> None:
    # Each is another browser; else they would be one program that opens everybody's links.
    headers = f"Host: 127.0.0.1\r\nUser-Agent: Mozilla/5.0 Firefox/{number}\r\n"
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            page = await _ask(load.took_ms, reader, writer, f"GET {path} HTTP/1.1\r\n{headers}\r\n".encode())
            found = _TOKEN.search(page)
            token = found.group(1).decode() if found else ""
            for report in _REPORTS:
                body = json.dumps({"token": token} | report)
                head = f"POST {path}events HTTP/1.1\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
                await _ask(load.took_ms, reader, writer, (head + body).encode())
        finally:
            writer.close()
    except (OSError, EOFError, ValueError) as error:  # a time-out is one of the first
        load.errors.append(f"{type(error).__name__}: {error}")


async def _look_at_dashboard(load: PageLoad, port: int, path: str, session: str) -> None:
    asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={session}\r\n\r\n".encode()
    while True:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await _ask(load.dashboard_ms, reader, writer, asked)
        except (OSError, EOFError, ValueError) as error:
            load.errors.append(f"the dashboard: {error}")
        finally:
            writer.close()
        await asyncio.sleep(LOOK_EVERY_S)


async def _ask(
    times_ms: list[float], reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: bytes
) -> bytes:
    began = time.monotonic()
    async with asyncio.timeout(PATIENCE_S):
        writer.write(asked)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        body = await reader.readexactly(int(length.group(1))) if length else b""
    times_ms.append(1000 * (time.monotonic() - began))
    status = head.split(b" ", 2)[1]
    if status not in (b"200", b"204"):
        raise ValueError(f"answered {status.decode()}")
    return body

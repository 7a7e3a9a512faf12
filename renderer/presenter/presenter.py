"""A baked presenter: everything that baking made of a take, in one file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from renderer.config import BakeConfig
from renderer.errors import RenderError
from renderer.motion.expression import measure_expression
from renderer.motion.style import MotionStyle
from renderer.mouth.atlas import Atlas, build_atlas
from renderer.mouth.base import ShownFrame, shrink
from renderer.mouth.detail import UNCHANGED
from renderer.runtime.atomic_files import atomic_write
from renderer.runtime.profiling import span
from renderer.take.base_track import BaseTrack
from renderer.video.probe import ClipFacts

Floats = npt.NDArray[np.float32]
Crops = npt.NDArray[np.uint8]
Arrays = dict[str, npt.NDArray[Any]]

FILE_VERSION = 1
_ARRAY_NAMES = ("points", "matrices", "ok", "usable", "fine", "triangles")


@dataclass(frozen=True, eq=False)
class Presenter:
    """A baked take of T frames; S is ``crop_px``, F is ``fine_px``, a multiple of S.

    ``points`` float32 [T, 478, 2] in crop px, ``matrices`` float32 [T, 2, 3] take px → crop px, ``ok`` bool
    [T] frames that can carry a drawn mouth, ``usable`` bool [T] frames whose own mouth may be shown
    elsewhere, ``fine`` uint8 [T, F, F, 3] the crops, ``triangles`` int32 [M, 3] the lower face's mesh,
    ``network`` the refiner's weights, ``detail`` [2] how far drafts are softened (renderer.mouth.detail).
    ``refiner`` names what reads the weights (renderer.refiner.backends; "": the default). ``problems`` are
    sentences about the take.
    """

    facts: ClipFacts
    config: BakeConfig
    points: Floats
    matrices: Floats
    ok: npt.NDArray[np.bool_]
    usable: npt.NDArray[np.bool_]
    fine: Crops
    triangles: npt.NDArray[np.int32]
    base_track: BaseTrack
    style: MotionStyle
    network: Mapping[str, Floats]
    detail: Floats = field(default_factory=UNCHANGED.copy)
    problems: tuple[str, ...] = ()
    refiner: str = ""
    content_key: str = field(default="", compare=False)  # SHA-256 of the file; "" before it was saved

    @property
    def crop_px(self) -> int:
        return self.config.crop_px

    @property
    def fine_px(self) -> int:
        return int(self.fine.shape[1])

    @property
    def neutral_face(self) -> Floats:
        """The face in its neutral pose [478, 2], in crop px."""
        return self.style.space.rest

    @cached_property
    def crops(self) -> Crops:
        """The crops at the network's size [T, S, S, 3]."""
        return shrink(self.fine, self.crop_px)

    @cached_property
    def atlas(self) -> Atlas:
        """The take's mouths, for retrieval."""
        return build_atlas(self.points, self.fine, self.usable, self.crop_px)

    @cached_property
    def expression(self) -> Floats:
        """The slow expression of each take frame, as motion [T, K] (renderer.motion.expression)."""
        return measure_expression(self.style.space, self.points, self.ok, self.facts.fps)

    def find_expression(self, path: Sequence[ShownFrame]) -> Floats:
        """The expression of shown frames [n, K]; a mixed one has a mix of both."""
        a, b = np.array([shown.a for shown in path], int), np.array([shown.b for shown in path], int)
        mix = np.array([shown.mix for shown in path], np.float32)[:, None]
        return np.asarray(self.expression[a] * (1 - mix) + self.expression[b] * mix, np.float32)

    def save(self, path: Path) -> None:
        """Write the whole presenter, or nothing. The same presenter gives the same bytes."""
        facts = asdict(self.facts) | {"fps": str(self.facts.fps)}
        about = {
            "version": FILE_VERSION,
            "facts": facts,
            "config": asdict(self.config),
            "problems": list(self.problems),
        }
        if self.refiner:  # otherwise the same bytes as in version 0.2, which knew one refiner
            about["refiner"] = self.refiner
        # One metadata entry: the format keeps no order among several.
        with atomic_write(path) as part:
            save_file(self._collect_arrays(), part, {"presenter": json.dumps(about, sort_keys=True)})

    @classmethod
    def load(cls, path: Path) -> Presenter:
        """Read a saved presenter. Raises a permanent RenderError when the file is none or too old."""
        try:
            about, arrays = _read(path)
            if about["version"] != FILE_VERSION:
                raise RenderError(f"{path.name} was baked by another version. Bake the presenter again.")
            facts = about["facts"] | {"fps": Fraction(about["facts"]["fps"])}
            return cls(
                facts=ClipFacts(**facts),
                config=BakeConfig(**about["config"]),
                base_track=BaseTrack.from_arrays(_select_group(arrays, "walk.")),
                style=MotionStyle.from_arrays(_select_group(arrays, "style.")),
                network=_select_group(arrays, "network."),
                detail=arrays.get("detail", UNCHANGED),  # older files have none
                problems=tuple(about["problems"]),
                refiner=about.get("refiner", ""),
                content_key=_hash_file(path),
                **{name: arrays[name] for name in _ARRAY_NAMES},
            )
        except FileNotFoundError as error:
            raise RenderError(f"There is no baked presenter at {path}. Bake the take first.") from error
        except OSError as error:
            raise RenderError(
                f"{path} cannot be read ({error.strerror}). Choose a baked presenter."
            ) from error
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise RenderError(
                f"{path.name} is not a baked presenter, or it is damaged. Bake it again."
            ) from error

    def _collect_arrays(self) -> Arrays:
        groups: tuple[tuple[str, Mapping[str, npt.NDArray[Any]]], ...] = (
            ("", {name: getattr(self, name) for name in (*_ARRAY_NAMES, "detail")}),
            ("walk.", self.base_track.to_arrays()),
            ("style.", self.style.to_arrays()),
            ("network.", self.network),
        )
        return {
            prefix + name: np.ascontiguousarray(array)
            for prefix, group in groups
            for name, array in sorted(group.items())
        }


@span("load presenter")
def load_presenter(path: Path) -> Presenter:
    """A presenter from its file; the last two are kept in memory as long as their files are unchanged."""
    try:
        state = path.stat()
    except FileNotFoundError as error:
        raise RenderError(f"There is no baked presenter at {path}. Bake the take first.") from error
    return _load_cached(path.resolve(), state.st_mtime_ns, state.st_size, state.st_ino)


@lru_cache(maxsize=2)
def _load_cached(path: Path, *state: int) -> Presenter:
    return Presenter.load(path)


def _read(path: Path) -> tuple[dict[str, Any], Arrays]:
    with safe_open(path, "np") as stored:
        about: dict[str, Any] = json.loads((stored.metadata() or {})["presenter"])
        return about, {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118 - not a dict


def _select_group(arrays: Arrays, prefix: str) -> Arrays:
    return {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

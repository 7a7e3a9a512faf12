"""What each sampler mode makes of the same drafts: jumps at its window borders, drift, flicker, cost."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from renderer.borders import window_borders
from renderer.config import DiffusionConfig, FusionMode
from renderer.diffusion.network import MouthRefiner
from renderer.face.crop import apply, invert
from renderer.face.track import track
from renderer.figures import Figures, looks
from renderer.long_message import DraftedLine
from renderer.measures.drift import drift
from renderer.measures.flicker import warp_errors
from renderer.measures.landmarks import MOUTH, upright
from renderer.measures.seams import JumpRatio, jump_ratio, seam_ratio, steps
from renderer.mouth.compose import compose_picture
from renderer.mouth.draft import sharpened
from renderer.mouth.mask import mouth_region
from renderer.mouth.presenter import Presenter
from renderer.progress import Progress
from renderer.respeak import Viewer, told
from renderer.video.decode import TakeReader
from renderer.video.shown import mixed_pictures

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Seen: TypeAlias = "tuple[Curves, Floats]"


@dataclass
class Curves:
    """Curves over a whole message, gathered line by line.

    ``apart``: how far the frame is from the same frame refined without windows, and ``jumps``: how much that
    differs from the frame before, both root mean square grey levels; so they hold nothing of what is said.
    ``unexplained``: what optical flow leaves of the picture's change; ``looks`` as of
    `renderer.figures.looks`. NaN in the first frames of a line. ``borders`` and ``joins`` are frames with
    which windows and lines begin.
    """

    apart: list[Floats] = field(default_factory=list)
    jumps: list[Floats] = field(default_factory=list)
    unexplained: list[Floats] = field(default_factory=list)
    looks: list[dict[str, Floats]] = field(default_factory=list)
    borders: list[int] = field(default_factory=list)
    joins: list[int] = field(default_factory=list)
    frames: int = 0
    refining_s: float = 0.0
    refining_cpu_s: float = 0.0

    def add(self, line: DraftedLine, crops: Bytes, whole: Bytes, borders: Sequence[int]) -> None:
        """The next line as drawn, and as drawn without windows."""
        region = _regions(line)
        change = crops.astype(np.float32) - whole
        self.apart.append(_sizes(change, 0, region))
        self.jumps.append(_sizes(change, 1, region))
        self.unexplained.append(warp_errors(crops, region))
        self.looks.append(looks(crops, region))
        if self.frames:
            self.joins.append(self.frames)
        self.borders.extend(self.frames + border for border in borders)
        self.frames += len(crops)

    def look(self, name: str) -> Floats:
        return np.concatenate([one[name] for one in self.looks])


class Mode:
    """One way to refine drafted lines; without ``mode`` every line is refined in one piece."""

    def __init__(
        self,
        presenter: Presenter,
        reader: TakeReader,
        net: MouthRefiner,
        config: DiffusionConfig,
        mode: FusionMode | None,
    ) -> None:
        self._presenter, self._reader, self._net, self._config = presenter, reader, net, config
        self._mode = mode

    def seen(self, files: Sequence[Path], frames: int, progress: Progress) -> tuple[Curves, Floats]:
        """The curves of all lines, and the face points [frames, 478, 2] by a fresh track."""
        curves = Curves()
        presenter = self._presenter
        viewer = Viewer(apply(invert(presenter.matrices), presenter.points))
        views = (view for file in files for view in self._views(file, curves, viewer))
        stage = f"refining in mode {self._mode}" if self._mode else "refining without windows"
        face = track(told(views, stage, frames, progress), frames)
        return curves, viewer.in_clip(face.points)

    def _views(self, file: Path, curves: Curves, viewer: Viewer) -> Iterator[Bytes]:
        line = DraftedLine.load(file)
        config = self._config_for(len(line.drafts))
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        crops = line.refined(self._net, self._presenter.content_key, config)
        curves.refining_s += time.perf_counter() - wall_s
        curves.refining_cpu_s += time.process_time() - cpu_s
        borders = window_borders(len(crops), config) if self._mode else ()
        curves.add(line, crops, self._whole(file, crops), borders)
        fine = sharpened(line.draft, crops)
        for at, picture in enumerate(mixed_pictures(self._reader, line.shown)):
            yield viewer(compose_picture(picture, fine[at], line.matrices[at], line.masks[at]))

    def _config_for(self, frames: int) -> DiffusionConfig:
        if self._mode:
            return replace(self._config, mode=self._mode)
        return replace(self._config, mode="uniform", window_frames=frames, overlap_frames=0)

    def _whole(self, file: Path, crops: Bytes) -> Bytes:
        """The line refined in one piece: kept by the mode that does so, read by the others."""
        kept = file.with_suffix(".whole")
        if self._mode is None:
            save_file({"crops": np.ascontiguousarray(crops)}, kept)
            return crops
        return np.asarray(load_file(kept)["crops"], np.uint8)


def filmed(files: Sequence[Path]) -> Curves:
    """The curves of the take itself in the frames that the message shows."""
    curves = Curves()
    for file in files:
        line = DraftedLine.load(file)
        curves.add(line, line.bases, line.bases, ())
    return curves


def mode_figures(seen: Seen, whole: Seen, take: Curves, fps: Fraction) -> Figures:
    """Every figure of one mode, next to the same drafts refined without windows and to the take itself."""
    curves, points = seen
    found: Figures = {"borders": float(len(curves.borders))}
    if curves.borders:
        found |= _seams(seen, whole)
    found["flicker"] = _mean(curves.unexplained) / max(_mean(take.unexplained), 1e-6)
    if curves.joins:
        found["line_joins"] = seam_ratio(points, curves.joins)
    for name in curves.looks[0]:
        slope = drift(curves.look(name) - take.look(name), float(fps))
        found |= {f"drift_{name}": slope.slope, f"drift_{name}_ends": slope.ends}
        found |= {f"drift_{name}_low": slope.low, f"drift_{name}_high": slope.high}
    found["refining_fps"] = curves.frames / max(curves.refining_s, 1e-9)
    found["refining_cpu_ms"] = 1000 * curves.refining_cpu_s / max(curves.frames, 1)
    return found


def drifts(figures: Mapping[str, float]) -> dict[str, bool]:
    """Whether each look's slope may be 0: its 95 % interval holds 0."""
    names = [name.removesuffix("_low") for name in figures if name.endswith("_low")]
    return {name: figures[f"{name}_low"] <= 0 <= figures[f"{name}_high"] for name in names}


def _seams(seen: Seen, whole: Seen) -> Figures:
    curves, points = seen
    borders = curves.borders
    found: Figures = {}
    for name, order in (("velocity", 1), ("acceleration", 2)):
        ratio, without = (_jump(p, curves, order) for p in (points, whole[1]))
        found |= {f"seam_{name}": ratio.ratio, f"seam_{name}_p": ratio.p}
        found[f"seam_{name}_over_whole"] = ratio.ratio / max(without.ratio, 1e-9)
    pixels, still = (jump_ratio(np.concatenate(c.unexplained), borders) for c in (curves, whole[0]))
    found |= {"seam_pixels": pixels.ratio, "seam_pixels_over_whole": pixels.ratio / max(still.ratio, 1e-9)}
    jumps = jump_ratio(np.concatenate(curves.jumps), borders)
    found |= {"windows_jump": jumps.ratio, "windows_jump_p": jumps.p}
    found["windows_levels"] = _mean(curves.apart)
    found["windows_jump_levels"] = float(np.nanmean(np.concatenate(curves.jumps)[borders]))
    return found


def _jump(points: Floats, curves: Curves, order: int) -> JumpRatio:
    mouth = upright(points, np.asarray(np.median(points, axis=0), np.float32))[:, list(MOUTH)]
    inside = _away_from(curves.joins, len(points))
    return jump_ratio(np.where(inside, steps(mouth, order), np.nan), curves.borders, width=order)


def _away_from(joins: Sequence[int], frames: int) -> npt.NDArray[np.bool_]:
    away = np.ones(frames, bool)
    for join in joins:
        away[join : join + 2] = False
    return away


def _sizes(change: Floats, order: int, region: Floats) -> Floats:
    """Root mean square of the ``order``-th difference in time inside the region [n], in grey levels."""
    apart = np.diff(change, n=order, axis=0) if order else change
    inside = np.maximum(region[order:].sum((1, 2)), 1e-6)
    size = np.sqrt((apart**2).mean(-1).sum((1, 2)) / inside)
    return np.concatenate([np.full(order, np.nan), size]).astype(np.float32)


def _regions(line: DraftedLine) -> Floats:
    size_px = line.drafts.shape[1]
    mouths = np.stack([mouth_region(points, size_px, size_px) for points in line.points])
    return np.asarray(mouths * (line.masks.max((1, 2)) > 0)[:, None, None], np.float32)


def _mean(curves: Sequence[Floats]) -> float:
    return float(np.nanmean(np.concatenate(curves)))

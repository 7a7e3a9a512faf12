"""What each sampler mode makes of the same drafts: jumps at its window borders, drift, flicker, cost."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.borders import window_borders
from renderer.config import DiffusionConfig
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
from renderer.progress import Progress, Step
from renderer.respeak import Viewer
from renderer.video.decode import TakeReader
from renderer.video.shown import mixed_pictures

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@dataclass
class Curves:
    """Curves over a whole message, gathered line by line.

    ``jumps`` and ``turns``: size of the first and second difference of what refining changed, so without the
    speech's own movement; ``unexplained``: what optical flow leaves of the picture's change; ``looks`` as of
    `renderer.figures.looks`. NaN in the first frames of a line. ``borders`` and ``joins`` are frames with
    which windows and lines begin.
    """

    jumps: list[Floats] = field(default_factory=list)
    turns: list[Floats] = field(default_factory=list)
    unexplained: list[Floats] = field(default_factory=list)
    looks: list[dict[str, Floats]] = field(default_factory=list)
    borders: list[int] = field(default_factory=list)
    joins: list[int] = field(default_factory=list)
    frames: int = 0
    refining_s: float = 0.0
    refining_cpu_s: float = 0.0

    def add(self, line: DraftedLine, crops: Bytes, borders: Sequence[int]) -> None:
        """The next line, as drawn."""
        region = _regions(line)
        change = (crops.astype(np.float32) - line.drafts) * region[..., None]
        self.jumps.append(_sizes(change, 1, region))
        self.turns.append(_sizes(change, 2, region))
        self.unexplained.append(warp_errors(crops, region))
        self.looks.append(looks(crops, region))
        if self.frames:
            self.joins.append(self.frames)
        self.borders.extend(self.frames + border for border in borders)
        self.frames += len(crops)

    def look(self, name: str) -> Floats:
        return np.concatenate([one[name] for one in self.looks])


class Mode:
    """One way to refine the drafted lines in ``files``."""

    def __init__(
        self, presenter: Presenter, reader: TakeReader, net: MouthRefiner, config: DiffusionConfig
    ) -> None:
        self._presenter, self._reader, self._net, self._config = presenter, reader, net, config

    def seen(self, files: Sequence[Path], progress: Progress) -> tuple[Curves, Floats]:
        """The curves of the whole message, and its face points [n, 478, 2] by a fresh track."""
        curves = Curves()
        presenter = self._presenter
        viewer = Viewer(apply(invert(presenter.matrices), presenter.points))
        views = (view for file in files for view in self._views(file, curves, viewer))
        face = track(_told(views, self._config.mode, progress, files), 1)
        return curves, viewer.in_clip(face.points)

    def _views(self, file: Path, curves: Curves, viewer: Viewer) -> Iterator[Bytes]:
        line = DraftedLine.load(file)
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        crops = line.refined(self._net, self._presenter.content_key, self._config)
        curves.refining_s += time.perf_counter() - wall_s
        curves.refining_cpu_s += time.process_time() - cpu_s
        curves.add(line, crops, window_borders(len(crops), self._config))
        fine = sharpened(line.draft, crops)
        for at, picture in enumerate(mixed_pictures(self._reader, line.shown)):
            yield viewer(compose_picture(picture, fine[at], line.matrices[at], line.masks[at]))


def filmed(files: Sequence[Path]) -> Curves:
    """The curves of the take itself in the frames that the message shows."""
    curves = Curves()
    for file in files:
        line = DraftedLine.load(file)
        curves.add(replace(line, drafts=line.bases), line.bases, ())
    return curves


def mode_figures(curves: Curves, points: Floats, take: Curves, fps: Fraction) -> Figures:
    """Every figure of one mode, with what the take itself does taken off or divided out."""
    found = _seams(curves, points)
    found["flicker"] = _mean(curves.unexplained) / max(_mean(take.unexplained), 1e-6)
    if curves.joins:
        found["line_joins"] = seam_ratio(points, curves.joins)
    for name in curves.looks[0]:
        slope = drift(curves.look(name) - take.look(name), float(fps))
        found |= {f"drift_{name}": slope.slope, f"drift_{name}_ends": slope.ends}
        found |= {f"drift_{name}_low": slope.low, f"drift_{name}_high": slope.high}
    found["refining_fps"] = curves.frames / max(curves.refining_s, 1e-9)
    found["refining_cpu_ms_a_frame"] = 1000 * curves.refining_cpu_s / max(curves.frames, 1)
    return found


def drifts(figures: Mapping[str, float]) -> dict[str, bool]:
    """Whether each look's slope may be 0: its 95 % interval holds 0."""
    names = [name.removesuffix("_low") for name in figures if name.endswith("_low")]
    return {name: figures[f"{name}_low"] <= 0 <= figures[f"{name}_high"] for name in names}


def _seams(curves: Curves, points: Floats) -> Figures:
    mouth = upright(points, np.asarray(np.median(points, axis=0), np.float32))[:, list(MOUTH)]
    inside = _away_from(curves.joins, len(points))
    borders = curves.borders
    ratios: dict[str, JumpRatio] = {
        "seam_velocity": jump_ratio(np.where(inside, steps(mouth), np.nan), borders),
        "seam_acceleration": jump_ratio(np.where(inside, steps(mouth, order=2), np.nan), borders, width=2),
        "seam_pixels": jump_ratio(np.concatenate(curves.unexplained), borders),
        "refined_velocity": jump_ratio(np.concatenate(curves.jumps), borders),
        "refined_acceleration": jump_ratio(np.concatenate(curves.turns), borders, width=2),
    }
    found: Figures = {"borders": float(len(borders))}
    for name, ratio in ratios.items():
        found |= {name: ratio.ratio, f"{name}_p": ratio.p}
    return found


def _away_from(joins: Sequence[int], frames: int) -> npt.NDArray[np.bool_]:
    away = np.ones(frames, bool)
    for join in joins:
        away[join : join + 2] = False
    return away


def _sizes(change: Floats, order: int, region: Floats) -> Floats:
    """Root mean square of the ``order``-th difference in time inside the region [n], in grey levels."""
    apart = np.diff(change, n=order, axis=0)
    inside = np.maximum(region[order:].sum((1, 2)), 1e-6)
    size = np.sqrt((apart**2).mean(-1).sum((1, 2)) / inside)
    return np.concatenate([np.full(order, np.nan), size]).astype(np.float32)


def _regions(line: DraftedLine) -> Floats:
    size_px = line.drafts.shape[1]
    mouths = np.stack([mouth_region(points, size_px, size_px) for points in line.points])
    return np.asarray(mouths * (line.masks.max((1, 2)) > 0)[:, None, None], np.float32)


def _mean(curves: Sequence[Floats]) -> float:
    return float(np.nanmean(np.concatenate(curves)))


def _told(views: Iterator[Bytes], mode: str, progress: Progress, files: Sequence[Path]) -> Iterator[Bytes]:
    for at, view in enumerate(views):
        progress(Step(f"refining in mode {mode}", at, max(at + 1, len(files))))
        yield view

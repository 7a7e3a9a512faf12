"""What each sampler mode makes of the same drafts: jumps at its window boundaries, drift, flicker, cost."""

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

from renderer.config import DiffusionConfig, FusionMode
from renderer.evaluation.figures import Figures, appearance_curves
from renderer.evaluation.long_message import DraftedLine
from renderer.evaluation.scene import TrackerView, report_progress
from renderer.face.crop import apply, invert
from renderer.face.landmarks import LIPS_AND_JAW
from renderer.face.track import track
from renderer.mouth.compose import compose_picture
from renderer.mouth.draft import upscale_refined
from renderer.mouth.mask import draw_mouth_region
from renderer.presenter.presenter import Presenter
from renderer.progress import Progress
from renderer.refiner.backends import Refiner
from renderer.sampling.window_boundaries import find_window_boundaries
from renderer.scoring.drift import drift
from renderer.scoring.flicker import warp_errors
from renderer.scoring.jump_ratio import JumpRatio, jump_ratio, seam_ratio, steps
from renderer.scoring.landmarks import align_faces
from renderer.take.path_pictures import read_path_pictures
from renderer.video.decode import TakeReader

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Measurement: TypeAlias = "tuple[Curves, Floats]"


@dataclass
class Curves:
    """Curves over a whole message, gathered line by line.

    ``distances``: how far the frame is from the same frame refined without windows, and ``jumps``: how much
    that differs from the frame before, both root mean square grey levels; so they do not depend on what is
    said. ``flow_residuals``: what optical flow leaves of the picture's change; ``appearance_curves`` as
    `figures.appearance_curves` gives it. NaN in the first frames of a line. ``boundaries`` and ``seams``
    are frames with which windows and lines begin.
    """

    distances: list[Floats] = field(default_factory=list)
    jumps: list[Floats] = field(default_factory=list)
    flow_residuals: list[Floats] = field(default_factory=list)
    appearance: list[dict[str, Floats]] = field(default_factory=list)
    boundaries: list[int] = field(default_factory=list)
    seams: list[int] = field(default_factory=list)
    frames: int = 0
    refining_s: float = 0.0
    refining_cpu_s: float = 0.0

    def add(self, line: DraftedLine, crops: Bytes, whole: Bytes, boundaries: Sequence[int]) -> None:
        """The next line as drawn, and as drawn without windows."""
        region = _mouth_regions(line)
        change = crops.astype(np.float32) - whole
        self.distances.append(_rms_differences(change, 0, region))
        self.jumps.append(_rms_differences(change, 1, region))
        self.flow_residuals.append(warp_errors(crops, region))
        self.appearance.append(appearance_curves(crops, region))
        if self.frames:
            self.seams.append(self.frames)
        self.boundaries.extend(self.frames + boundary for boundary in boundaries)
        self.frames += len(crops)

    def collect_appearance(self, name: str) -> Floats:
        return np.concatenate([one[name] for one in self.appearance])


class Mode:
    """One way to refine drafted lines; without ``mode`` every line is refined in one piece."""

    def __init__(
        self,
        presenter: Presenter,
        reader: TakeReader,
        refiner: Refiner,
        config: DiffusionConfig,
        mode: FusionMode | None,
    ) -> None:
        self._presenter, self._reader, self._refiner, self._config = presenter, reader, refiner, config
        self._mode = mode

    def measure(self, files: Sequence[Path], frames: int, progress: Progress) -> tuple[Curves, Floats]:
        """The curves of all lines, and the face points [frames, 478, 2] of a fresh track."""
        curves = Curves()
        presenter = self._presenter
        viewer = TrackerView(apply(invert(presenter.matrices), presenter.points))
        views = (view for file in files for view in self._iterate_views(file, curves, viewer))
        stage = f"refining in mode {self._mode}" if self._mode else "refining without windows"
        face = track(report_progress(views, stage, frames, progress), frames)
        return curves, viewer.to_clip(face.points)

    def _iterate_views(self, file: Path, curves: Curves, viewer: TrackerView) -> Iterator[Bytes]:
        line = DraftedLine.load(file)
        config = self._choose_config(len(line.drafts))
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        crops = line.refine(self._refiner, self._presenter.content_key, config)
        curves.refining_s += time.perf_counter() - wall_s
        curves.refining_cpu_s += time.process_time() - cpu_s
        boundaries = find_window_boundaries(len(crops), config) if self._mode else ()
        curves.add(line, crops, self._load_whole(file, crops), boundaries)
        fine = upscale_refined(line.draft, crops)
        for at, picture in enumerate(read_path_pictures(self._reader, line.shown)):
            yield viewer(compose_picture(picture, fine[at], line.matrices[at], line.masks[at]))

    def _choose_config(self, frames: int) -> DiffusionConfig:
        if self._mode:
            return replace(self._config, mode=self._mode)
        return replace(self._config, mode="uniform", window_frames=frames, overlap_frames=0)

    def _load_whole(self, file: Path, crops: Bytes) -> Bytes:
        """The line refined in one piece: saved by the mode that does so, read by the others."""
        kept = file.with_suffix(".whole")
        if self._mode is None:
            save_file({"crops": np.ascontiguousarray(crops)}, kept)
            return crops
        return np.asarray(load_file(kept)["crops"], np.uint8)


def measure_take(files: Sequence[Path]) -> Curves:
    """The curves of the take itself in the frames that the message shows."""
    curves = Curves()
    for file in files:
        line = DraftedLine.load(file)
        curves.add(line, line.bases, line.bases, ())
    return curves


def mode_figures(seen: Measurement, whole: Measurement, take: Curves, fps: Fraction) -> Figures:
    """Every figure of one mode, next to the same drafts refined without windows and to the take itself."""
    curves, points = seen
    found: Figures = {"borders": float(len(curves.boundaries))}
    if curves.boundaries:
        found |= _boundary_figures(seen, whole)
    found["flicker"] = _mean(curves.flow_residuals) / max(_mean(take.flow_residuals), 1e-6)
    if curves.seams:
        found["line_joins"] = seam_ratio(points, curves.seams)
    for name in curves.appearance[0]:
        slope = drift(curves.collect_appearance(name) - take.collect_appearance(name), float(fps))
        found |= {f"drift_{name}": slope.slope, f"drift_{name}_ends": slope.ends}
        found |= {f"drift_{name}_low": slope.low, f"drift_{name}_high": slope.high}
    found["refining_fps"] = curves.frames / max(curves.refining_s, 1e-9)
    found["refining_cpu_ms"] = 1000 * curves.refining_cpu_s / max(curves.frames, 1)
    return found


def find_steady(figures: Mapping[str, float]) -> dict[str, bool]:
    """For each measure of appearance, whether its 95 % interval holds 0: no drift is shown."""
    names = [name.removesuffix("_low") for name in figures if name.endswith("_low")]
    return {name: figures[f"{name}_low"] <= 0 <= figures[f"{name}_high"] for name in names}


def _boundary_figures(seen: Measurement, whole: Measurement) -> Figures:
    curves, points = seen
    boundaries = curves.boundaries
    found: Figures = {}
    for name, order in (("velocity", 1), ("acceleration", 2)):
        ratio, without = (_measure_jump(p, curves, order) for p in (points, whole[1]))
        found |= {f"seam_{name}": ratio.ratio, f"seam_{name}_p": ratio.p}
        found[f"seam_{name}_over_whole"] = ratio.ratio / max(without.ratio, 1e-9)
    pixels, still = (jump_ratio(np.concatenate(c.flow_residuals), boundaries) for c in (curves, whole[0]))
    found |= {"seam_pixels": pixels.ratio, "seam_pixels_over_whole": pixels.ratio / max(still.ratio, 1e-9)}
    jumps = jump_ratio(np.concatenate(curves.jumps), boundaries)
    found |= {"windows_jump": jumps.ratio, "windows_jump_p": jumps.p}
    found["windows_levels"] = _mean(curves.distances)
    found["windows_jump_levels"] = float(np.nanmean(np.concatenate(curves.jumps)[boundaries]))
    return found


def _measure_jump(points: Floats, curves: Curves, order: int) -> JumpRatio:
    mouth = align_faces(points, np.asarray(np.median(points, axis=0), np.float32))[:, list(LIPS_AND_JAW)]
    inside = _frames_away_from(curves.seams, len(points))
    return jump_ratio(np.where(inside, steps(mouth, order), np.nan), curves.boundaries, width=order)


def _frames_away_from(seams: Sequence[int], frames: int) -> npt.NDArray[np.bool_]:
    away = np.ones(frames, bool)
    for seam in seams:
        away[seam : seam + 2] = False
    return away


def _rms_differences(change: Floats, order: int, region: Floats) -> Floats:
    """Root mean square of the ``order``-th difference in time inside the region [n], in grey levels."""
    apart = np.diff(change, n=order, axis=0) if order else change
    inside = np.maximum(region[order:].sum((1, 2)), 1e-6)
    size = np.sqrt((apart**2).mean(-1).sum((1, 2)) / inside)
    return np.concatenate([np.full(order, np.nan), size]).astype(np.float32)


def _mouth_regions(line: DraftedLine) -> Floats:
    size_px = line.drafts.shape[1]
    mouths = np.stack([draw_mouth_region(points, size_px, size_px) for points in line.points])
    return np.asarray(mouths * (line.masks.max((1, 2)) > 0)[:, None, None], np.float32)


def _mean(curves: Sequence[Floats]) -> float:
    return float(np.nanmean(np.concatenate(curves)))

"""Every figure of a clip's held-out part: as it was drawn, against how it was filmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
import numpy.typing as npt

from renderer.evaluation.scene import TrackedFrames
from renderer.face.landmarks import LIPS_AND_JAW, OUTER_LIPS
from renderer.mouth.base import MouthBase, shrink
from renderer.mouth.mask import draw_mouth_region, draw_soft_polygon
from renderer.scoring.aperture import (
    OPEN_APERTURE,
    aperture,
    articulation,
    closure_limit,
    closure_rate,
    contrast,
    gain,
)
from renderer.scoring.drift import drift
from renderer.scoring.flicker import flicker
from renderer.scoring.jump_ratio import JumpRatio, jump_ratio, steps
from renderer.scoring.landmarks import align_faces, landmark_distance
from renderer.scoring.picture import psnr_db, ring_gradient, sharpness, ssim
from renderer.scoring.signals import chance_level, correlation
from renderer.scoring.sync import late_frames, offset_frames
from renderer.speech.speech import Phone

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Figures = dict[str, float]

COMPARED_PX = 128


@dataclass(frozen=True, eq=False)
class Regions:
    """Weights [n, F, F] at the clip's scale: ``mask`` all that may change, ``mouth`` what is drawn from other
    frames (lips, folds, chin), ``lips`` the lips and what is between them, as they were filmed."""

    mask: Floats
    mouth: Floats
    lips: Floats

    @classmethod
    def of(cls, base: MouthBase, masks: Floats) -> Regions:
        """The regions of a base and the ``masks`` [n, S, S] of what was drawn on it."""
        crop_px, size = base.crops.shape[1], base.fine.shape[1]
        lips = [draw_soft_polygon(p[list(OUTER_LIPS)], size, size / crop_px, 0.008) for p in base.points]
        return cls(
            np.stack([cv2.resize(mask, (size, size), interpolation=cv2.INTER_LINEAR) for mask in masks]),
            np.stack([draw_mouth_region(points, crop_px, size) for points in base.points]),
            np.stack(lips),
        )

    def by_name(self) -> dict[str, Floats]:
        return {"mouth": self.mouth, "mask": self.mask, "lips": self.lips}

    def where(self, frames: npt.NDArray[np.bool_]) -> Regions:
        return Regions(self.mask[frames], self.mouth[frames], self.lips[frames])

    def downscale(self) -> Regions:
        """The same regions at the size at which pictures are compared."""
        return Regions(*(_downscale(part, COMPARED_PX) for part in (self.mask, self.mouth, self.lips)))


def picture_figures(drawn: Bytes, filmed: Bytes, regions: Regions) -> Figures:
    """Pixels of fine crops [n, F, F, 3]; PSNR and SSIM at 128 px, with ``_full`` at the clip's scale."""
    found: Figures = {}
    pair, small = (shrink(drawn, COMPARED_PX), shrink(filmed, COMPARED_PX)), regions.downscale()
    for name, region in small.by_name().items():
        found[f"psnr_db_{name}"] = psnr_db(*pair, region)
        found[f"ssim_{name}"] = ssim(*pair, region)
    for name, region in regions.by_name().items():
        found[f"psnr_db_{name}_full"] = psnr_db(drawn, filmed, region)
        found[f"sharpness_{name}"] = sharpness(drawn, region) / max(sharpness(filmed, region), 1e-6)
    found["ring"] = ring_gradient(drawn, regions.mask) / max(ring_gradient(filmed, regions.mask), 1e-6)
    found["flicker"] = flicker(*pair, small.mouth)
    return found


def lip_figures(seen: TrackedFrames, real: TrackedFrames) -> Figures:
    """How the drawn lips move against the filmed ones."""
    here, there = aperture(seen.points), aperture(real.points)
    late, late_r = late_frames(here, there)
    lag = {"offset_frames": float(late)} if late_r > chance_level(here, there) else {}
    return lag | {
        "aperture_r": correlation(here, there),
        "aperture_r_by_chance": chance_level(here, there),
        "aperture_gain": gain(here, there),
        "articulation": articulation(here, there),
        "offset_r": late_r,
        "lmd": landmark_distance(seen.points, real.points),
        "lmd_v": landmark_distance(seen.points, real.points, velocity=True),
    }


def speech_figures(
    seen: TrackedFrames, real: TrackedFrames, phones: Sequence[Phone], envelope: Floats, fps: Fraction
) -> Figures:
    """How the drawn lips go with the sound, next to how the filmed ones did; lacks what was not spoken."""
    here, there = aperture(seen.points), aperture(real.points)
    (own, own_r), (filmed, filmed_r) = offset_frames(here, envelope), offset_frames(there, envelope)
    found = {
        "loudness_offset_frames": float(own),
        "loudness_r": own_r,
        "loudness_offset_filmed_frames": float(filmed),
        "loudness_filmed_r": filmed_r,
    }
    limit = closure_limit(there, phones, fps)
    if limit is not None:
        drawn, was = (closure_rate(gaps, phones, fps, 0.0, limit) for gaps in (here, there))
        found |= {"closure": (drawn or 0.0) / max(was or 0.0, 1e-6), "closed_limit": limit}
    opened, was_opened = contrast(here, phones, fps), contrast(there, phones, fps)
    if opened is not None and was_opened is not None:
        found |= {"contrast": opened / max(was_opened, 1e-6), "contrast_filmed": was_opened}
    return found


def silence_figures(seen: TrackedFrames, real: TrackedFrames) -> Figures:
    """The same frames spoken with digital silence: how open, how restless, how much of the filmed mouth."""
    here, there = aperture(seen.points), aperture(real.points)
    return {
        "silent_open": float((here > OPEN_APERTURE).mean()),
        "silent_aperture": float(np.median(here)),
        "silent_restlessness": float(np.diff(here).std()),
        "filmed_restlessness": float(np.diff(there).std()),
        "silent_leak": abs(correlation(here, there)),
        "silent_leak_gain": abs(correlation(here, there)) * gain(here, there),
        "silent_leak_by_chance": chance_level(here, there),
    }


def boundary_figures(points: Floats, boundaries: Sequence[int], prefix: str = "seam") -> Figures:
    """Jump ratios of lips and jaw at window boundaries: first and second differences, with p-values."""
    found: Figures = {}
    for name, ratio in measure_point_jumps(points, boundaries).items():
        found |= {f"{prefix}_{name}": ratio.ratio, f"{prefix}_{name}_p": ratio.p}
    return found


def measure_point_jumps(points: Floats, boundaries: Sequence[int]) -> dict[str, JumpRatio]:
    """``velocity`` and ``acceleration`` of points [n, 478, 2] at ``boundaries`` ÷ elsewhere."""
    mouth = align_faces(points, np.asarray(np.median(points, axis=0), np.float32))[:, list(LIPS_AND_JAW)]
    return {
        "velocity": jump_ratio(steps(mouth), boundaries),
        "acceleration": jump_ratio(steps(mouth, order=2), boundaries, width=2),
    }


def drift_figures(drawn: Bytes, filmed: Bytes, regions: Regions, fps: Fraction) -> Figures:
    """Slopes per minute of what was drawn minus what was filmed, with their 95 % intervals."""
    found: Figures = {}
    for name, curve in appearance_curves(drawn, regions.mouth).items():
        slope = drift(curve - appearance_curves(filmed, regions.mouth)[name], float(fps))
        found |= {
            f"drift_{name}": slope.slope,
            f"drift_{name}_low": slope.low,
            f"drift_{name}_high": slope.high,
        }
    return found


def appearance_curves(crops: Bytes, region: Floats) -> dict[str, Floats]:
    """Appearance curves [n] of the region: mean ``light`` and colours (Lab), ``sharpness``, ``contrast``."""
    rows = [_measure_appearance(crop, weight > 0.5) for crop, weight in zip(crops, region, strict=True)]
    names = ("light", "green_red", "blue_yellow", "contrast", "sharpness")
    return {name: np.array([row[at] for row in rows], np.float32) for at, name in enumerate(names)}


def _measure_appearance(crop: Bytes, inside: npt.NDArray[np.bool_]) -> tuple[float, ...]:
    lab = cv2.cvtColor(crop, cv2.COLOR_RGB2LAB)[inside].astype(np.float32)
    edges = cv2.Laplacian(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), cv2.CV_32F)[inside]
    return (*(float(v) for v in lab.mean(0)), float(lab[:, 0].std()), float(edges.var()))


def _downscale(parts: Floats, size_px: int) -> Floats:
    if parts.shape[1] == size_px:
        return parts
    return np.stack([cv2.resize(p, (size_px, size_px), interpolation=cv2.INTER_AREA) for p in parts])

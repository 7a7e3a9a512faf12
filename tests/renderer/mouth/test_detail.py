"""Finished pictures have the finest detail that the take has, between the lips and on the skin around."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np
import pytest

from renderer.mouth.base import MouthBase, crop_frame
from renderer.mouth.compose import compose
from renderer.mouth.detail import UNCHANGED, apply_detail, fit_detail
from renderer.mouth.draft import draft_to
from renderer.mouth.mask import draw_mouth_region
from renderer.presenter.bake import make_training_drafts
from renderer.presenter.lower_faces import Faces
from renderer.scoring.picture import sharpness

STEP = 4


@pytest.fixture(scope="module")
def shown(faces: Faces) -> MouthBase:
    assert faces.ok.all()
    return faces.build_base(np.arange(0, len(faces.ok), STEP))


def regions(base: MouthBase) -> np.ndarray:
    return np.stack([draw_mouth_region(points, 128, base.fine.shape[1]) for points in base.points])


def altered(base: MouthBase, amount: float) -> np.ndarray:
    """What was filmed, with more or less of its finest detail."""
    pictures = base.fine.astype(np.float32)
    softer = np.stack([cv2.GaussianBlur(picture, (0, 0), 0.75) for picture in pictures])
    return np.clip(np.rint(pictures + amount * (pictures - softer)), 0, 255).astype(np.uint8)


def detailed(base: MouthBase, crops: np.ndarray, detail: np.ndarray) -> np.ndarray:
    each = zip(crops, regions(base), base.points, strict=True)
    return np.stack([apply_detail(crop, region, points, 128, detail) for crop, region, points in each])


def finished(base: MouthBase, crops: np.ndarray, frames: list[np.ndarray]) -> float:
    """Sharpness of crops that were composed into their frames, as a share of what was filmed."""
    whole = np.ones((128, 128), np.float32)
    seen = [
        crop_frame(compose(frame, crop, matrix, whole), matrix, 128, base.fine.shape[1])
        for frame, crop, matrix in zip(frames[::STEP], crops, base.matrices, strict=True)
    ]
    return sharpness(np.stack(seen), regions(base)) / sharpness(base.fine, regions(base))


@pytest.mark.parametrize("amount", [0.6, -0.1, -0.25])
def test_drafts_that_are_too_hard_or_too_soft_end_as_sharp_as_filmed(
    shown: MouthBase, frames: list[np.ndarray], amount: float
) -> None:
    drafts = altered(shown, amount)
    before = finished(shown, drafts, frames)
    detail = fit_detail(drafts, shown.fine, shown.points, shown.matrices, 128)
    after = finished(shown, detailed(shown, drafts, detail), frames)
    assert abs(before - 1) > 0.1
    assert abs(after - 1) < 0.06


def test_what_lies_between_the_lips_is_set_apart_from_the_skin(shown: MouthBase) -> None:
    soft_lips = detailed(shown, altered(shown, 0.5), np.array([0.6, 0], np.float32))
    between, skin = fit_detail(soft_lips, shown.fine, shown.points, shown.matrices, 128)
    assert between < skin - 0.1


def test_no_pixel_outside_the_drawn_mouth_is_softened(shown: MouthBase) -> None:
    picture, region = shown.fine[0], regions(shown)[0]
    softer = apply_detail(picture, region, shown.points[0], 128, np.array([0.5, 0.5], np.float32))
    assert (softer[region == 0] == picture[region == 0]).all()
    assert (softer != picture).any()


def test_nothing_learned_leaves_the_picture_as_it_is(shown: MouthBase) -> None:
    picture = shown.fine[0]
    assert apply_detail(picture, regions(shown)[0], shown.points[0], 128, UNCHANGED) is picture


def test_a_presenters_drafts_end_as_sharp_as_the_take(
    faces: Faces, shown: MouthBase, frames: list[np.ndarray]
) -> None:
    drafts, detail = make_training_drafts(faces, Fraction(25))
    assert abs(finished(shown, drafts.fine[::STEP], frames) - 1) < 0.1
    bare, detailed = (draft_to(part, shown, shown.points) for part in (faces, replace(faces, detail=detail)))
    assert finished(shown, bare.fine, frames) < finished(shown, detailed.fine, frames) - 0.05

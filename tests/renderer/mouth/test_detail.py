"""Drafts have the finest detail that the take has, between the lips and on the skin around."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np
import pytest

from renderer.measures.picture import sharpness
from renderer.mouth.bake import practice
from renderer.mouth.base import MouthBase
from renderer.mouth.detail import UNCHANGED, learned_detail, with_detail
from renderer.mouth.draft import draft_to
from renderer.mouth.faces import Faces
from renderer.mouth.mask import mouth_region


@pytest.fixture(scope="module")
def shown(faces: Faces) -> MouthBase:
    return faces.base(np.flatnonzero(faces.ok)[::4])


def regions(base: MouthBase) -> np.ndarray:
    return np.stack([mouth_region(points, 128, base.fine.shape[1]) for points in base.points])


def altered(base: MouthBase, amount: float) -> np.ndarray:
    """What was filmed, with more or less of its finest detail."""
    pictures = base.fine.astype(np.float32)
    softer = np.stack([cv2.GaussianBlur(picture, (0, 0), 0.75) for picture in pictures])
    return np.clip(np.rint(pictures + amount * (pictures - softer)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("amount", "before"), [(0.35, 1.3), (-0.2, 0.9)])
def test_drafts_that_are_too_hard_or_too_soft_come_near_to_what_was_filmed(
    shown: MouthBase, amount: float, before: float
) -> None:
    drafts, where = altered(shown, amount), regions(shown)
    filmed = sharpness(shown.fine, where)
    assert abs(np.log(sharpness(drafts, where) / filmed)) > abs(np.log(before))
    detail = learned_detail(drafts, shown.fine, shown.points, 128)
    right = np.stack(
        [
            with_detail(draft, region, points, 128, detail)
            for draft, region, points in zip(drafts, where, shown.points, strict=True)
        ]
    )
    assert 0.97 < sharpness(right, where) / filmed < 1.13


def test_what_lies_between_the_lips_is_set_apart_from_the_skin(shown: MouthBase) -> None:
    hard, where = altered(shown, 0.5), regions(shown)
    lips = np.stack(
        [
            with_detail(picture, region, points, 128, np.array([0.6, 0], np.float32))
            for picture, region, points in zip(hard, where, shown.points, strict=True)
        ]
    )
    between, skin = learned_detail(lips, shown.fine, shown.points, 128)
    assert between < skin - 0.1


def test_no_pixel_outside_the_drawn_mouth_is_softened(shown: MouthBase) -> None:
    picture, region = shown.fine[0], regions(shown)[0]
    softer = with_detail(picture, region, shown.points[0], 128, np.array([0.5, 0.5], np.float32))
    assert (softer[region == 0] == picture[region == 0]).all()
    assert (softer != picture).any()


def test_nothing_learned_leaves_the_picture_as_it_is(shown: MouthBase) -> None:
    picture = shown.fine[0]
    assert with_detail(picture, regions(shown)[0], shown.points[0], 128, UNCHANGED) is picture


def test_a_presenters_drafts_have_the_detail_that_was_learned(faces: Faces, shown: MouthBase) -> None:
    lessons, detail = practice(faces, Fraction(25))
    assert detail.shape == (2,) and detail.any()
    where = regions(faces.base(np.flatnonzero(faces.ok)))
    filmed = sharpness(faces.fine[faces.ok], where)
    assert 0.9 < sharpness(lessons.fine, where) / filmed < 1.2
    bare, soft = (draft_to(part, shown, shown.points) for part in (faces, replace(faces, detail=detail)))
    assert (bare.fine != soft.fine).any()

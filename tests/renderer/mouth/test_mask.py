"""The mask covers both jaws and fades out inside its outline."""

from __future__ import annotations

import numpy as np

from renderer.face.landmarks import CHIN, INNER_LIPS, JAW, NOSE_TIP
from renderer.mouth.mask import draw_lower_face_mask, draw_mouth_region
from tests.renderer.motion.synthetic import load_neutral_face
from tests.renderer.mouth.test_warp import opened

SIZE = 128


def at(mask: np.ndarray, point: np.ndarray) -> float:
    x, y = np.clip(np.round(point).astype(int), 0, SIZE - 1)
    return float(mask[y, x])


def test_lips_and_the_jaws_of_both_faces_are_covered() -> None:
    neutral = load_neutral_face()
    for wanted, own in ((neutral, opened(neutral)), (opened(neutral), neutral)):
        mask = draw_lower_face_mask(wanted[None], own[None], SIZE)[0]
        assert all(at(mask, wanted[point]) > 0.99 for point in INNER_LIPS)
        for face in (wanted, own):
            assert at(mask, face[CHIN]) > 0.8
            assert at(mask, face[JAW[6]]) > 0.8


def test_eyes_nose_and_the_crops_border_are_not_covered() -> None:
    neutral = load_neutral_face()
    mask = draw_lower_face_mask(neutral[None], neutral[None], SIZE)[0]
    assert at(mask, neutral[NOSE_TIP]) == 0
    assert mask[: int(neutral[NOSE_TIP, 1])].max() == 0
    assert max(mask[0].max(), mask[-1].max(), mask[:, 0].max(), mask[:, -1].max()) == 0


def test_the_edge_is_soft() -> None:
    neutral = load_neutral_face()
    mask = draw_lower_face_mask(neutral[None], neutral[None], SIZE)[0]
    assert mask.dtype == np.float32
    assert np.abs(np.diff(mask, axis=0)).max() < 0.35
    assert mask.min() >= 0 and mask.max() <= 1


def test_the_atlas_fills_less_than_the_mask() -> None:
    neutral = load_neutral_face()
    region = draw_mouth_region(neutral, SIZE, SIZE)
    mask = draw_lower_face_mask(neutral[None], neutral[None], SIZE)[0]
    assert (mask[region > 0.5] > 0.5).mean() > 0.95
    assert at(region, neutral[CHIN]) < 0.5
    assert 0.3 < region.sum() / mask.sum() < 0.95

"""Hands near the face are looked for where they matter, and their points become outlines."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.face.hand_points import HAND_POINTS
from renderer.face.hands import compute_hand_outline, open_hand_finder
from renderer.face.track import track
from renderer.video.decode import TakeReader
from tests import takes


def flat_hand() -> np.ndarray:
    """Wrist below, five straight fingers above, 100 px long."""
    hand = np.zeros((HAND_POINTS, 2), np.float32)
    hand[0] = (50, 100)
    for finger in range(5):
        for joint in range(4):
            hand[1 + 4 * finger + joint] = (10 + 20 * finger, 60 - 20 * joint)
    return hand


def test_an_outline_holds_every_point_with_flesh_around_it() -> None:
    hand = flat_hand()
    outline = compute_hand_outline(hand)
    assert (outline.min(0) < hand.min(0) - 3).all()
    assert (outline.max(0) > hand.max(0) + 3).all()
    assert (outline.min(0) > hand.min(0) - 12).all()


def test_an_outline_grows_with_its_hand() -> None:
    small, large = compute_hand_outline(flat_hand()), compute_hand_outline(3 * flat_hand())
    assert np.ptp(large, axis=0) == pytest.approx(3 * np.ptp(small, axis=0), rel=1e-4)


def test_a_presenter_whose_hands_are_down_shows_none() -> None:
    with TakeReader(takes.DEMO_TAKE) as reader:
        frames = list(reader.frames(range(0, 12, 3)))
        faces = track(iter(frames), len(frames)).points
        hands_in = open_hand_finder(faces)
        assert [hands_in(frame) for frame in frames] == [[]] * len(frames)


def test_a_face_at_the_edge_of_the_picture_is_no_fault() -> None:
    faces = np.random.default_rng(0).uniform(-40, 60, (3, 478, 2)).astype(np.float32)
    assert open_hand_finder(faces)(np.zeros((64, 48, 3), np.uint8)) == []

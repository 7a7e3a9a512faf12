from __future__ import annotations

import cv2
import numpy as np

from renderer.face.landmarks import INNER_LOWER, INNER_UPPER, MOUTH_CORNERS, OUTER_LOWER, OUTER_UPPER, POINTS
from renderer.scoring.mouth_map import INSIDE, LOWER_LIP, SKIN_ABOVE, UPPER_LIP, lay_flat
from renderer.video.picture import Picture


def drawn_mouth(turn_degrees: float = 0.0) -> tuple[Picture, np.ndarray]:
    """Lips as red bands around a dark opening on grey skin, and the points along them."""
    points = np.full((POINTS, 2), 100, np.float32)
    for line, y in ((OUTER_UPPER, 80), (INNER_UPPER, 92), (INNER_LOWER, 112), (OUTER_LOWER, 124)):
        for place, number in enumerate(line):
            points[number] = (60 + 8 * place, y)
    for number in MOUTH_CORNERS:
        points[number, 1] = 100
    rgb = np.full((200, 200, 3), 150, np.uint8)
    rgb[80:124, 60:140] = (200, 40, 40)
    rgb[92:112, 60:140] = 20
    turn = cv2.getRotationMatrix2D((100.0, 100.0), turn_degrees, 1.0)
    turned = cv2.warpAffine(rgb, turn, (200, 200), borderValue=(150, 150, 150))
    return Picture.of_rgb(np.asarray(turned, np.uint8)), np.asarray(
        points @ turn[:, :2].T + turn[:, 2], np.float32
    )


def zones(flat: np.ndarray) -> list[float]:
    """Redness of the middle of each zone."""
    middle = flat[:, 16:32].astype(float)
    red = middle[..., 0] - middle[..., 1]
    return [
        float(np.median(red[zone.start + 2 : zone.stop - 2]))
        for zone in (SKIN_ABOVE, UPPER_LIP, INSIDE, LOWER_LIP)
    ]


def test_each_zone_shows_its_own_part_however_the_head_is_rolled() -> None:
    for turn in (0.0, 25.0, -40.0):
        skin, upper, inside, lower = zones(lay_flat(*drawn_mouth(turn)))
        assert abs(skin) < 10
        assert upper > 100
        assert abs(inside) < 20
        assert lower > 100


def test_a_mouth_outside_the_picture_is_black() -> None:
    picture, points = drawn_mouth()
    assert not lay_flat(picture, points + 1000).any()

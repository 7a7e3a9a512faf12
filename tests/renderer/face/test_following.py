"""What was found is followed without a new search, and what is lost is searched for again."""

from __future__ import annotations

import numpy as np

from renderer.face.following import Follower, distinct
from renderer.face.region import Image, Points, Region

EMPTY = np.zeros((64, 64, 3), np.uint8)


class Scene:
    """Bright dots in a picture, and how often it was searched for them."""

    def __init__(self, *places: tuple[float, float]) -> None:
        self.places = list(places)
        self.searches = 0

    def find(self, frame: Image) -> list[Region]:
        self.searches += 1
        return [Region(x, y, 10) for x, y in self.places]

    def mark(self, frame: Image, region: Region) -> Points | None:
        near = [(x, y) for x, y in self.places if max(abs(x - region.x_px), abs(y - region.y_px)) <= 5]
        return np.array(near[:1], np.float32) if near else None

    def enclose(self, points: Points) -> Region:
        return Region(*points[0].tolist(), 10)

    def follower(self, most: int) -> Follower:
        return Follower(self.find, self.mark, self.enclose, most)


def test_one_that_is_followed_is_not_searched_for() -> None:
    scene = Scene((20, 20))
    follow = scene.follower(1)
    for _ in range(3):
        assert [points.tolist() for points in follow(EMPTY)] == [[[20, 20]]]
        scene.places = [(x + 3, y) for x, y in scene.places]
        scene.places[0] = (20, 20)
    assert scene.searches == 1


def test_one_that_moves_is_followed() -> None:
    scene = Scene((20, 20))
    follow = scene.follower(1)
    for x in (20, 24, 28, 32):
        scene.places = [(x, 20)]
        assert follow(EMPTY)[0].tolist() == [[x, 20]]
    assert scene.searches == 1


def test_one_that_is_lost_is_searched_for_again() -> None:
    scene = Scene((20, 20))
    follow = scene.follower(1)
    follow(EMPTY)
    scene.places = [(50, 50)]
    assert follow(EMPTY) == []
    assert follow(EMPTY)[0].tolist() == [[50, 50]]


def test_the_search_goes_on_while_one_of_two_is_missing() -> None:
    scene = Scene((20, 20))
    follow = scene.follower(2)
    for _ in range(3):
        assert len(follow(EMPTY)) == 1
    assert scene.searches == 3
    scene.places.append((50, 50))
    assert len(follow(EMPTY)) == 2
    follow(EMPTY)
    assert scene.searches == 4, "both are followed"


def test_two_regions_that_come_to_hold_one_become_one() -> None:
    scene = Scene((20, 20), (30, 20))
    follow = scene.follower(2)
    assert len(follow(EMPTY)) == 2
    scene.places = [(24, 20), (26, 20)]
    assert len(follow(EMPTY)) == 2
    scene.places = [(24, 20)]
    assert len(follow(EMPTY)) == 1


def test_no_more_are_searched_for_than_wanted() -> None:
    scene = Scene((10, 10), (30, 30), (50, 50))
    assert len(scene.follower(2)(EMPTY)) == 2


def test_a_later_region_takes_the_place_of_those_that_it_overlaps() -> None:
    first, apart, again = Region(0, 0, 10), Region(50, 0, 10), Region(1, 0, 10)
    assert distinct([first, apart, again]) == [apart, again]
    assert distinct([first, apart]) == [first, apart]

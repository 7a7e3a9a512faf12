"""Follow what was found from frame to frame: look where it was, and search only for what is missing."""

from __future__ import annotations

from collections.abc import Callable

from renderer.face.region import Image, Points, Region, overlap

_SAME = 0.5  # regions that overlap by more (intersection over union) hold the same object

Find = Callable[[Image], list[Region]]
Mark = Callable[[Image, Region], Points | None]
Enclose = Callable[[Points], Region]


class Follower:
    """Follows up to ``most`` objects through frames that it is given in their order.

    ``find`` gives the regions of all objects in a frame, the surest first; ``mark`` gives the points [n, 2]
    of the object in a region, None where there is none; ``enclose`` gives the region in which to look next.
    """

    def __init__(self, find: Find, mark: Mark, enclose: Enclose, most: int) -> None:
        self._find, self._mark, self._enclose, self._most = find, mark, enclose, most
        self._regions: list[Region] = []

    def __call__(self, frame: Image) -> list[Points]:
        """The points [n, 2] of each object in an RGB frame [h, w, 3], in px."""
        missing = len(self._regions) < self._most
        searched = self._find(frame)[: self._most] if missing else []
        # Two regions that have come to hold one object become one, too.
        regions = distinct([*searched, *self._regions])
        seen = [points for region in regions if (points := self._mark(frame, region)) is not None]
        self._regions = [self._enclose(points) for points in seen]
        return seen


def distinct(regions: list[Region]) -> list[Region]:
    """One region for each object: a later one takes the place of those that it overlaps."""
    kept: list[Region] = []
    for region in regions:
        kept = [*(other for other in kept if overlap(region, other) <= _SAME), region]
    return kept

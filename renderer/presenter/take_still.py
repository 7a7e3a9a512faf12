"""The still of a take that stands for its presenter, chosen before anything of the take is tracked."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from renderer.face.face_mesh import open_face_follower
from renderer.take.poster_frame import find_usual_eyes, measure_eyes, rate_faces
from renderer.video.decode import TakeReader
from renderer.video.poster import write_poster

_LOOKED_AT = 24  # frames: enough that some have open eyes and closed lips, few enough for a second or two
_SPAN = (0.05, 0.95)  # of the take: people sit down before it and look aside after it


def write_take_still(take: Path, out: Path) -> None:
    """A frame of the take with open eyes and, where there is one, closed lips, as JPEG; the middle one where
    no face is found."""
    with TakeReader(take) as reader:
        last = reader.facts.frames - 1
        places = sorted({round(last * share) for share in np.linspace(*_SPAN, _LOOKED_AT)})
        write_poster(reader.frame(_choose(reader, places) or reader.facts.frames // 2), out)


def _choose(reader: TakeReader, places: list[int]) -> int | None:
    """The best of these frames; None where no face is found in any."""
    found, faces = [], []
    for place, picture in zip(places, reader.frames(places), strict=True):
        # Each for itself: the face of a second ago tells too little of where it is now.
        if points := open_face_follower(1)(picture):
            found.append(place)
            faces.append(points[0])
    if not faces:
        return None
    seen = np.asarray(np.stack(faces), np.float32)
    return found[int(np.argmin(rate_faces(seen, find_usual_eyes(measure_eyes(seen)))))]

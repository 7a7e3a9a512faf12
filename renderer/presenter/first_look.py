"""A first look at a take, some seconds after it arrived: what the file is, and what it plainly lacks.

Twelve frames and the sound, so that nobody waits for a bake to hear that there is no face. What takes the
whole take to see (cuts, lips that do not follow the sound, teeth) the bake tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from renderer.presenter.framing import Framing, advise_on_framing, measure_framing
from renderer.presenter.take_advice import advise_on_length, advise_on_level
from renderer.presenter.take_measures import measure_level_db
from renderer.video.decode import TakeReader, read_sound
from renderer.video.probe import check_take

LOOKED_AT = 12  # frames: a face that is seen in fewer than half of them is no presenter's
_USUAL = 0.5  # of the frames: what is seen less often is a movement, not how the take was filmed


@dataclass(frozen=True)
class FirstLook:
    """``refusal`` is a sentence about what no bake could use, "" for a take; ``notes`` what it lacks."""

    width: int
    height: int
    fps: str
    duration_s: float
    sha256: str
    refusal: str
    notes: tuple[str, ...]


def look_at_take(take: Path) -> FirstLook:
    """Look at a clip. Raises RenderError for a file that is no video, or too short."""
    with TakeReader(take) as reader:
        facts = reader.facts
        check_take(facts, take)
        places = np.linspace(0, facts.frames - 1, LOOKED_AT + 2)[1:-1].astype(int)
        seen = [measure_framing(picture) for picture in reader.frames([int(place) for place in places])]
        notes = [*advise_on_length(facts.duration_s), *_advise_on_pictures(seen), *reader.notes]
    sound = read_sound(take)
    notes += advise_on_level(None if sound is None else measure_level_db(sound))
    size = (facts.width, facts.height, str(facts.fps), facts.duration_s, facts.sha256)
    return FirstLook(*size, _find_refusal(seen), tuple(notes))


def _find_refusal(seen: Sequence[Framing]) -> str:
    faces = sum(one.faces > 0 for one in seen)
    if faces == 0:
        return (
            "No face was found in it. Film one person who looks into the camera, close enough to fill the "
            "picture."
        )
    return ""


def _advise_on_pictures(seen: Sequence[Framing]) -> Iterator[str]:
    """What most frames show; of a face that comes and goes, how often it is there."""
    faces = [one for one in seen if one.faces]
    if not faces:
        return
    if len(faces) < len(seen):
        yield (
            f"A face is seen in {len(faces)} of {len(seen)} moments that were looked at. "
            "Stay in the picture, looking into the camera, all the time."
        )
    if any(one.faces > 1 for one in faces):
        yield "A second face is seen. Only one person may be in the picture."
    told = Counter(sentence for one in faces for sentence in advise_on_framing(one))
    for sentence, count in told.most_common():
        if count > _USUAL * len(faces) and "Two faces" not in sentence:
            yield sentence

"""A filmed line's speech: the take's own sound under the frames that are shown, with the times in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

import numpy as np

from renderer.config import fingerprint
from renderer.presenter.presenter import Presenter
from renderer.speech.speech import Phone, Speech, Word
from renderer.take.base_track import FramePath
from renderer.take.filmed import Stretch
from renderer.timeline import sample_at, seconds_at
from renderer.video.sound import Samples

Timed = TypeVar("Timed", Phone, Word)


def cut_speech(stretch: Stretch, sound: Samples, fps: Fraction) -> Speech:
    """From the take's ``sound`` [n]. Times count from the stretch's first frame."""
    first, end = _find_samples(stretch.path, fps)
    samples = sound[first:end]
    samples = np.pad(samples, (0, end - first - len(samples)))  # a take's sound may end before its picture
    at_s, length_s = seconds_at(stretch.first, fps), seconds_at(len(stretch.path), fps)
    return Speech(
        samples, _shift(stretch.line.phones, at_s, length_s), _shift(stretch.line.words, at_s, length_s)
    )


def compute_filmed_key(stretch: Stretch, presenter: Presenter) -> str:
    """Everything that can change a sample of it."""
    return fingerprint("filmed", presenter.facts.sha256, *_find_samples(stretch.path, presenter.facts.fps))


def go_on(path: FramePath, following: FramePath) -> bool:
    """Whether filmed segments with these frames were filmed one after the other."""
    return not path[-1].mix and not following[0].mix and following[0].a == path[-1].a + 1


def _find_samples(path: FramePath, fps: Fraction) -> tuple[int, int]:
    return sample_at(path[0].a, fps), sample_at(path[0].a + len(path), fps)


def _shift(timed: Sequence[Timed], by_s: float, length_s: float) -> tuple[Timed, ...]:
    """Those within the length, on another clock."""
    moved = (replace(one, start_s=one.start_s - by_s, end_s=one.end_s - by_s) for one in timed)
    return tuple(one for one in moved if 0 <= one.start_s < one.end_s <= length_s)

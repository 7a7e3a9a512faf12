"""A finished message as its viewers see it: judged beside the presenter's own take."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_dilation

from renderer.config import fingerprint
from renderer.errors import RenderError
from renderer.face.crop import apply, invert
from renderer.judging.fault import Fault
from renderer.judging.footage import Footage
from renderer.judging.judge import Judge, Judgement
from renderer.mouth.easing import easing_frames
from renderer.presenter.presenter import Presenter
from renderer.render.encode import MEASURES_VERSION, RenderedSegment
from renderer.render.message_sound import PlacedSound
from renderer.render.plan import PlannedMessage
from renderer.runtime.profiling import span
from renderer.scoring.mouth_map import lay_flat
from renderer.timeline import sample_at
from renderer.video.decode import read_sound

STAGE_VERSION = "judged-2"


@span("judge")
def judge_message(
    message: PlannedMessage, rendered: Sequence[RenderedSegment], heard: Sequence[PlacedSound]
) -> Judgement:
    """What viewers of a message see, from the store where the same segments were judged before. A message
    that cannot be judged has one fault, which says why."""
    if not all(len(one.measured.points) for one in rendered):
        return _refuse("the face cannot be followed in all of it")
    context = message.context
    segments = [one.key for one in message.segments]
    key = fingerprint(STAGE_VERSION, MEASURES_VERSION, context.presenter.content_key, segments)

    def write(target: Path) -> None:
        footage = _join_footage(message, rendered, heard)
        judged = _open_judge(context.presenter, message.job.take).judge(footage)
        target.write_text(json.dumps(judged.report()), encoding="utf-8")

    try:
        return context.store.use("judged", key, ".json", write, _load)
    except TakeUnreadable:
        return _refuse("the take cannot be read any more")


class TakeUnreadable(RenderError):
    """The take that a message is compared with is not there, or its sound is damaged."""


def _join_footage(
    message: PlannedMessage, rendered: Sequence[RenderedSegment], heard: Sequence[PlacedSound]
) -> Footage:
    fps, measured = message.context.fps, [one.measured for one in rendered]
    samples = np.zeros(sample_at(message.frames, fps), np.float32)
    for sound in heard:
        there = samples[sound.start : sound.start + len(sound.samples)]
        there += sound.samples[: len(there)]
    points, seen, maps = (
        np.concatenate([getattr(one, name) for one in measured]) for name in ("points", "seen", "maps")
    )
    return Footage(points, seen, maps, fps, samples, _find_filmed(message))


def _find_filmed(message: PlannedMessage) -> npt.NDArray[np.bool_] | None:
    """The frames [n] of filmed lines, and those beside them which ease into theirs."""
    if not any(one.filmed for one in message.segments):
        return None
    shown = np.repeat([one.filmed for one in message.segments], [len(one.path) for one in message.segments])
    return np.asarray(binary_dilation(shown, iterations=easing_frames(message.context.fps)))


@lru_cache(maxsize=2)  # as many as presenters are kept in memory
def _open_judge(presenter: Presenter, take: Path) -> Judge:
    return Judge.of(_watch_take(presenter, take))


def _watch_take(presenter: Presenter, take: Path) -> Footage:
    """The take as its bake shows it: nothing of the picture is decoded or tracked again."""
    finer = presenter.fine_px / presenter.crop_px
    in_fine = (presenter.points + 0.5) * finer - 0.5
    maps = np.stack([lay_flat(*pair) for pair in zip(presenter.fine, in_fine, strict=True)])
    points = apply(invert(presenter.matrices), presenter.points)
    try:
        sound = read_sound(take)
    except RenderError as error:
        raise TakeUnreadable(error.message) from error
    samples = np.zeros(0, np.float32) if sound is None else sound
    seen = presenter.ok if presenter.ok.any() else presenter.usable
    return Footage(points, seen, maps, presenter.facts.fps, samples)


def _refuse(reason: str) -> Judgement:
    return Judgement({}, (Fault("unseen", f"The mouth was not compared with the take's, because {reason}"),))


def _load(path: Path) -> Judgement:
    return Judgement.of_report(json.loads(path.read_text(encoding="utf-8")))

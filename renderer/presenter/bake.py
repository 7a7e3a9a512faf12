"""A take becomes a presenter: track, crop, filter, base track, style, fit, save. Once per presenter."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.config import BakeConfig, fingerprint
from renderer.errors import RenderError
from renderer.face.crop import measure_side_px
from renderer.motion.amplitude_fit import fit_amplitude
from renderer.motion.sound_blend import refit_with_sound
from renderer.motion.style import MotionStyle, fit_style
from renderer.mouth.base import shrink
from renderer.mouth.detail import apply_detail, fit_detail
from renderer.mouth.draft import Draft, concatenate_drafts, draft_to
from renderer.mouth.mask import draw_mouth_region
from renderer.presenter.lower_faces import Faces, TrackedTake, crop_lower_faces, track_take
from renderer.presenter.presenter import Presenter
from renderer.presenter.take_advice import advise
from renderer.presenter.take_measures import measure_face_px, measure_take, measure_tilt_degrees
from renderer.progress import Progress, Step, ignore_progress
from renderer.refiner.fit import fit_refiner
from renderer.speech.recognition import recognise_phones
from renderer.take.base_track import BaseTrack, build_base_track
from renderer.take.cuts import find_cuts, mark_breaks
from renderer.timeline import SOUND_RATE_HZ, frames_of, sample_at
from renderer.video.decode import TakeReader
from renderer.video.first_frames import MIN_LEARNED_S, FirstFrames
from renderer.video.probe import MIN_TAKE_S, ClipFacts, check_take
from renderer.video.recorded_sound import RecordedSound, read_recorded_sound
from renderer.weights import base_ear, base_motion

Floats = npt.NDArray[np.float32]
Tell = Callable[[tuple[str, ...]], None]  # is given the sentences about a take

TRACK_VERSION = 4
_LEFT_OUT_S = 0.4  # a training draft must not borrow from its own moment
_DRAFTED_AT_ONCE = 64


def tell_nobody(problems: tuple[str, ...]) -> None:
    """For bakes whose sentences are read from the presenter."""


def bake(
    take: Path,
    out: Path,
    config: BakeConfig,
    progress: Progress = ignore_progress,
    first_frames: int | None = None,
    tell: Tell = tell_nobody,
) -> Presenter:
    """Prepare a presenter from a take, or from its ``first_frames`` alone, and write it to ``out``.

    What the take lacks is told as soon as it is known, before the minutes of the fit. An interrupted bake
    resumes at its last finished stage: parts are kept in a folder beside ``out`` until the bake is done.
    Raises RenderError for a take that cannot be used, and says what to do.
    """
    with TakeReader(take) if first_frames is None else FirstFrames(take, first_frames) as reader:
        check_take(reader.facts, take, MIN_TAKE_S if first_frames is None else MIN_LEARNED_S)
        part = (reader.facts.sha256, reader.facts.frames)
        parts = out.parent / f".bake-{fingerprint(TRACK_VERSION, *part, config)[:20]}"
        parts.mkdir(parents=True, exist_ok=True)
        with _name_take_in_errors(take, parts):
            tracked = track_take(reader, parts / "track.safetensors", progress)
            faces = crop_lower_faces(reader, tracked, config.crop_px, progress)
    sound = _read_sound(take, reader.facts)
    faces = replace(faces, problems=_collect_problems(reader, tracked, faces, sound))
    tell(faces.problems)
    presenter = _build_presenter(reader.facts, tracked, faces, sound, config, parts, progress)
    presenter.save(out)
    shutil.rmtree(parts, ignore_errors=True)
    return Presenter.load(out)


def _read_sound(take: Path, facts: ClipFacts) -> RecordedSound | None:
    """The take's sound for as long as its picture lasts."""
    sound = read_recorded_sound(take) if facts.has_sound else None
    if sound is None:
        return None
    return replace(sound, samples=sound.samples[: sample_at(facts.frames, facts.fps)])


def _collect_problems(
    reader: TakeReader, tracked: TrackedTake, faces: Faces, sound: RecordedSound | None
) -> tuple[str, ...]:
    """Sentences about the take: how it was recorded, what it lacks, and frames that cannot be drawn on."""
    points = tracked.face.points
    in_gaps = mark_breaks(np.zeros(len(points), bool), reader.gaps)
    measures = measure_take(
        faces,
        measure_face_px(points),
        None if sound is None else sound.samples,
        reader.facts.fps,
        find_cuts(points, tracked.thumbs) & ~in_gaps,
        measure_tilt_degrees(points),
    )
    return (*reader.notes, *(sound.notes if sound else ()), *advise(measures), *faces.problems)


@contextmanager
def _name_take_in_errors(take: Path, parts: Path) -> Iterator[None]:
    """Puts the take's name into the error, and deletes what was kept for another try."""
    try:
        yield
    except RenderError as error:
        if not error.permanent:
            raise
        shutil.rmtree(parts, ignore_errors=True)
        raise RenderError(f"{take.name} cannot be used. {error.message}") from error


# --- learn ---


def _build_presenter(
    facts: ClipFacts,
    tracked: TrackedTake,
    faces: Faces,
    sound: RecordedSound | None,
    config: BakeConfig,
    parts: Path,
    progress: Progress,
) -> Presenter:
    base_track: BaseTrack = build_base_track(
        tracked.face.points, tracked.thumbs, measure_side_px(faces.matrices, config.crop_px), faces.breaks
    )
    presenter = Presenter(
        facts=facts,
        config=config,
        points=faces.points,
        matrices=faces.matrices,
        ok=faces.ok,
        usable=faces.usable,
        fine=faces.fine,
        triangles=faces.triangles,
        base_track=base_track,
        style=_fit_style(sound.samples if sound else None, facts, faces, config, progress),
        network={},
        problems=faces.problems,
    )
    drafts, detail = make_training_drafts(faces, facts.fps, progress)
    truths = shrink(faces.fine[faces.ok], config.crop_px)
    network = fit_refiner(
        drafts.crops, truths, drafts.masks, drafts.points, config, progress, parts / "fit.safetensors"
    )
    return replace(presenter, network=network, detail=detail)


def _fit_style(
    sound: Floats | None, facts: ClipFacts, faces: Faces, config: BakeConfig, progress: Progress
) -> MotionStyle:
    progress(Step("listening to the take", 0, 1))
    phones = recognise_phones(sound, SOUND_RATE_HZ) if sound is not None and len(sound) else None
    progress(Step("listening to the take", 1, 1))
    denoiser, ear = (base_motion(), base_ear()) if config.start == "base" else (None, None)
    style = fit_style(faces.points, faces.ok, facts.fps, phones or None, sound, ear)
    spoken = (faces.points, faces.ok, facts.fps, phones or None, sound)
    return fit_amplitude(refit_with_sound(style, *spoken, denoiser, ear), *spoken)


def make_training_drafts(
    faces: Faces, fps: Fraction, progress: Progress = ignore_progress
) -> tuple[Draft, Floats]:
    """Training drafts with detail as in messages, and the ``detail`` [2] that was fitted to them."""
    drafts = draft_cross_validated(faces, fps, progress)
    filmed, matrices = faces.fine[faces.ok], faces.matrices[faces.ok]
    detail = fit_detail(drafts.fine, filmed, drafts.points, matrices, faces.crop_px)
    fine = drafts.fine
    for place, points in enumerate(drafts.points):
        region = draw_mouth_region(points, faces.crop_px, faces.fine.shape[1])
        fine[place] = apply_detail(fine[place], region, points, faces.crop_px, detail)
    return replace(drafts, fine=fine, crops=shrink(fine, faces.crop_px)), detail


def draft_cross_validated(faces: Faces, fps: Fraction, progress: Progress = ignore_progress) -> Draft:
    """Cross-validated drafts: every frame that is ok, drafted from other moments of the take."""
    frames = np.flatnonzero(faces.ok)
    left_out = frames_of(_LEFT_OUT_S, fps)
    drafts = []
    for start in range(0, len(frames), _DRAFTED_AT_ONCE):
        progress(Step("drafting training frames", start, len(frames)))
        some = frames[start : start + _DRAFTED_AT_ONCE]
        base = faces.build_base(some)
        drafts.append(draft_to(faces, base, base.points, exclude=some, exclude_frames=left_out))
    return concatenate_drafts(drafts)

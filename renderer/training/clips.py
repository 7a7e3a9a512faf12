"""Films of synthetic people become lessons, by the same stages that a presenter's bake goes through."""

from __future__ import annotations

import logging
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from renderer.config import BakeConfig, fingerprint
from renderer.diffusion.lessons import Lessons, lessons_of
from renderer.errors import RenderError
from renderer.files import whole_file
from renderer.mouth.bake import practice_drafts
from renderer.mouth.base import shrink
from renderer.mouth.faces import lower_faces, see
from renderer.video.decode import TakeReader
from renderer.video.probe import probe

LESSONS_VERSION = 1  # raise it when drafting changes what lessons look like
_FRAMES_MIN = 24

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class ClipLessons:
    """The lessons of one person's clip; ``name`` is the clip's content (SHA-256, hex)."""

    name: str
    lessons: Lessons


def lessons_of_clips(clips: Path, kept: Path, workers: int) -> list[ClipLessons]:
    """Lessons of every MP4 in ``clips``, made where the folder ``kept`` lacks them; ordered by content.

    A clip that cannot be used is left out, and the reason is logged. Raises RenderError where none is left.
    """
    paths = sorted(path for path in clips.glob("*.mp4") if not path.name.startswith("."))
    with ProcessPoolExecutor(workers, get_context("spawn"), _calm) as pool:
        made = list(pool.map(_kept_lessons, paths, [kept] * len(paths)))
    names = sorted({name for name in made if name})
    if not names:
        raise RenderError(f"No clip in {clips} can be learned from. Film some: python -m renderer.studio.")
    log.info("%d of %d clips can be learned from", len(names), len(paths))
    return [ClipLessons(name, load_lessons(_file(kept, name))) for name in names]


def make_lessons(clip: Path, out: Path) -> None:
    """Track, crop and draft a clip, each frame from other moments, and save drafts and truths to ``out``.

    Raises RenderError for a clip without a face or with too few frames.
    """
    config = BakeConfig()
    with TakeReader(clip) as reader:
        faces = lower_faces(reader, see(reader, None), config.crop_px)
        if faces.ok.sum() < _FRAMES_MIN:
            raise RenderError(f"{clip.name} shows a usable face in {int(faces.ok.sum())} frames only.")
        drafts = practice_drafts(faces, reader.facts.fps)
    arrays = {
        "drafts": drafts.crops,
        "truths": shrink(faces.fine[faces.ok], config.crop_px),
        # Rounded up: a pixel that may change must never count as one that is known.
        "masks": np.ceil(drafts.masks * 255).astype(np.uint8),
        "points": drafts.points,
    }
    with whole_file(out) as part:
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, part)


def load_lessons(path: Path) -> Lessons:
    """Lessons from a file of `make_lessons`; masks in half precision, since thousands of frames are held."""
    stored = load_file(path)
    masks = (stored["masks"].astype(np.float32) / 255).astype(np.float16)
    return lessons_of(stored["drafts"], stored["truths"], masks, stored["points"])


def _kept_lessons(clip: Path, kept: Path) -> str | None:
    """The name of a clip's lessons, made if need be; None where it cannot be used."""
    try:
        name = fingerprint(LESSONS_VERSION, probe(clip).sha256)
        path = _file(kept, name)
        if not _readable(path):
            make_lessons(clip, path)
            log.info("made lessons of %s", clip.name)
        return name
    except RenderError as error:
        log.warning("%s is left out: %s", clip.name, error.message)
        return None


def _readable(path: Path) -> bool:
    try:
        return path.exists() and bool(load_file(path))
    except SafetensorError:
        return False


def _file(kept: Path, name: str) -> Path:
    return kept / f"{name[:24]}.safetensors"


def _calm() -> None:
    """One thread for each worker: many clips at once are faster than many threads for one."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(1)
    cv2.setNumThreads(1)

"""Films of synthetic people become training pairs, by the stages that a presenter's bake goes through."""

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
from renderer.errors import RenderError
from renderer.mouth.base import shrink
from renderer.presenter.bake import draft_cross_validated
from renderer.presenter.lower_faces import crop_lower_faces, track_take
from renderer.refiner.training_pairs import TrainingPairs, build_training_pairs
from renderer.runtime.atomic_files import atomic_write
from renderer.video.decode import TakeReader
from renderer.video.probe import probe

PAIRS_VERSION = 2  # raise it when tracking or drafting changes what lessons look like
_FRAMES_MIN = 24

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class ClipPairs:
    """The training pairs of one person's clip; ``name`` is the clip's content (SHA-256, hex)."""

    name: str
    pairs: TrainingPairs


def load_pairs_of_clips(clips: Path, cache: Path, workers: int) -> list[ClipPairs]:
    """Training pairs of every MP4 in ``clips``, made where ``cache`` lacks them; ordered by content.

    A clip that cannot be used is left out, and the reason is logged. Raises RenderError where none is left.
    """
    paths = sorted(path for path in clips.glob("*.mp4") if not path.name.startswith("."))
    with ProcessPoolExecutor(workers, get_context("spawn"), _use_one_thread) as pool:
        made = list(pool.map(_ensure_pairs, paths, [cache] * len(paths)))
    names = sorted({name for name in made if name})
    if not names:
        raise RenderError(f"No clip in {clips} can be learned from. Film some: python -m renderer.synthetic.")
    log.info("%d of %d clips can be learned from", len(names), len(paths))
    return [ClipPairs(name, load_training_pairs(_locate_file(cache, name))) for name in names]


def save_training_pairs(clip: Path, out: Path) -> None:
    """Track, crop and draft a clip, each frame from other moments, and save drafts and truths to ``out``.

    Raises RenderError for a clip without a face or with too few frames.
    """
    config = BakeConfig()
    with TakeReader(clip) as reader:
        faces = crop_lower_faces(reader, track_take(reader, None), config.crop_px)
        if faces.ok.sum() < _FRAMES_MIN:
            raise RenderError(f"{clip.name} shows a usable face in {int(faces.ok.sum())} frames only.")
        drafts = draft_cross_validated(faces, reader.facts.fps)
    arrays = {
        "drafts": drafts.crops,
        "truths": shrink(faces.fine[faces.ok], config.crop_px),
        # Rounded up: a pixel that may change must never count as one that stays.
        "masks": np.ceil(drafts.masks * 255).astype(np.uint8),
        "points": drafts.points,
    }
    with atomic_write(out) as part:
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, part)


def load_training_pairs(path: Path) -> TrainingPairs:
    """Pairs saved by `save_training_pairs`; masks in half precision, since thousands of frames are held."""
    stored = load_file(path)
    masks = (stored["masks"].astype(np.float32) / 255).astype(np.float16)
    return build_training_pairs(stored["drafts"], stored["truths"], masks, stored["points"])


def _ensure_pairs(clip: Path, cache: Path) -> str | None:
    """The name of a clip's training pairs, made if need be; None where it cannot be used."""
    try:
        name = fingerprint(PAIRS_VERSION, probe(clip).sha256)
        path = _locate_file(cache, name)
        if not _is_readable(path):
            save_training_pairs(clip, path)
            log.info("made training pairs of %s", clip.name)
        return name
    except RenderError as error:
        log.warning("%s is left out: %s", clip.name, error.message)
        return None


def _is_readable(path: Path) -> bool:
    try:
        return path.exists() and bool(load_file(path))
    except SafetensorError:
        return False


def _locate_file(cache: Path, name: str) -> Path:
    return cache / f"{name[:24]}.safetensors"


def _use_one_thread() -> None:
    """One thread for each worker: many clips at once are faster than many threads for one."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(1)
    cv2.setNumThreads(1)

"""The bake of a take, made at most once per store."""

from __future__ import annotations

from pathlib import Path

from renderer.config import BakeConfig, fingerprint
from renderer.presenter.bake import Tell, bake, tell_nobody
from renderer.progress import Progress, ignore_progress
from renderer.runtime.store import Store
from renderer.video.probe import check_take, probe
from renderer.weights import weights_key

STAGE_VERSION = "bake-18"


def ensure_baked(
    take: Path,
    store: Store,
    config: BakeConfig,
    progress: Progress = ignore_progress,
    first_frames: int | None = None,
    tell: Tell = tell_nobody,
) -> Path:
    """The baked presenter of a take, or of its ``first_frames`` alone, made now if the store lacks it.

    A bake that is made now tells what the take lacks. Raises RenderError.
    """
    facts = probe(take)
    if first_frames is None:
        check_take(facts, take)

    def write(out: Path) -> None:
        bake(take, out, config, progress, first_frames, tell)

    key = fingerprint(STAGE_VERSION, weights_key(), facts.sha256, first_frames, config)
    return store.make("presenter", key, ".safetensors", write)[0]

"""This machine: the store of finished parts, and measures of what was made on it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from renderer.config import PlanConfig
from renderer.runtime.store import Store, is_whole

if TYPE_CHECKING:  # these load torch and the video libraries: only a worker pays for that
    from renderer.evaluation.seams import SeamRatios as SeamRatios
    from renderer.evaluation.seams import SeamView as SeamView
    from renderer.speech.recorded_lines import RecordedLines as RecordedLines


PAUSES = PlanConfig()


def open_store() -> Store:
    """Finished parts, shared by all workers of this machine."""
    return Store(settings.RENDER_CACHE_DIR, max_bytes=settings.RENDER_CACHE_MB * 10**6)


def is_readable(part: Path) -> bool:
    """Whether a finished part of the store can be read to its end; other files than the store's are."""
    import av
    from safetensors import SafetensorError, safe_open

    if not is_whole(part):
        return False
    if part.suffix not in (".mp4", ".safetensors"):
        return True
    try:
        if part.suffix == ".safetensors":
            with safe_open(part, "np") as file:
                return all(file.get_tensor(name) is not None for name in file.keys())  # noqa: SIM118
        with av.open(str(part)) as clip:
            stream = clip.streams.video[0]
            stream.codec_context.options = {"err_detect": "explode"}  # a damaged picture is no picture
            return sum(1 for _ in clip.decode(stream)) == stream.frames > 0
    except (av.FFmpegError, SafetensorError, ValueError, IndexError):
        return False


def read_spoken_words(part: Path) -> str:
    """What is said in a cached sound, as its script was written; "" for other parts, or a damaged one."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(part, "np") as file:
            told = file.metadata() or {}
    except (OSError, SafetensorError):
        return ""
    lines = [*json.loads(told.get("lines", "[]")), {"words": json.loads(told.get("words", "[]"))}]
    return " ".join(str(word["text"]) for line in lines for word in line["words"])


def watch_joins(video: Path, presenter: Path, joins: Sequence[int]) -> SeamView:
    """The face around the seams of a finished video, at the frames ``joins``. Raises RenderError."""
    from renderer.evaluation.seams import track_seams as watch
    from renderer.presenter.presenter import load_presenter

    return watch(video, joins, load_presenter(presenter))


def measure_joins(watched: Sequence[SeamView]) -> SeamRatios:
    """How evenly several videos move into the seams that were watched."""
    from renderer.evaluation.seams import measure_seams as ratios

    return ratios(watched)


def read_machine_facts() -> dict[str, Any]:
    """What a timing depends on: processor, cores, device, versions."""
    from renderer.runtime.machine import read_machine_facts as read

    return read()


def measure_peak_memory_mb() -> float:
    """The most memory that this process has held so far."""
    from renderer.runtime.machine import measure_peak_memory_mb as measure

    return measure()

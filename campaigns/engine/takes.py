"""Takes: what they are, and the presenters that are prepared from them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from campaigns.engine.machine import open_store
from campaigns.engine.speech import find_fitting_voice, get_default_voice
from renderer.config import BakeConfig
from renderer.errors import RenderError
from renderer.progress import Progress, ignore_progress

if TYPE_CHECKING:  # these load torch and the video libraries: only a worker pays for that
    from renderer.evaluation.seams import SeamRatios as SeamRatios
    from renderer.evaluation.seams import SeamView as SeamView
    from renderer.presenter.first_look import FirstLook
    from renderer.speech.recorded_lines import RecordedLines as RecordedLines
    from renderer.video.probe import ClipFacts


Tell = Callable[[tuple[str, ...]], None]  # is given sentences about a take


def probe_take(take: Path) -> dict[str, Any]:
    """width, height, fps (as text), duration_s and sha256. Raises RenderError for an unusable take."""
    from renderer.video.probe import check_take, probe

    facts = probe(take)
    check_take(facts, take)
    return {
        "width": facts.width,
        "height": facts.height,
        "fps": str(facts.fps),
        "duration_s": facts.duration_s,
        "sha256": facts.sha256,
    }


def look_at_take(take: Path) -> FirstLook:
    """What a file is and what it plainly lacks, in some seconds. Raises RenderError for what is no video."""
    from renderer.presenter.first_look import look_at_take as look

    return look(take)


def measure_take_voice(take: Path) -> dict[str, float]:
    """voice_pitch_hz: the median pitch of who speaks in a take, 0.0 where nobody does; 0.1 s for 20 s."""
    from renderer.speech.pitch import measure_pitch_hz
    from renderer.timeline import SOUND_RATE_HZ
    from renderer.video.decode import read_sound

    samples = read_sound(take)
    pitch_hz = 0.0 if samples is None else measure_pitch_hz(samples, SOUND_RATE_HZ)
    return {"voice_pitch_hz": round(pitch_hz, 1)}


def find_voice_like(take: Path) -> str:
    """The default engine's voice that is nearest in pitch to a take's; "" where nobody is heard in it."""
    try:
        pitch_hz = measure_take_voice(take)["voice_pitch_hz"]
    except RenderError:  # whoever reads the take next says what is wrong with it
        return ""
    return find_fitting_voice(get_default_voice(), pitch_hz) if pitch_hz else ""


def write_take_poster(take: Path, out: Path) -> None:
    """A still of the take with open eyes, as JPEG."""
    from renderer.presenter.take_still import write_take_still

    write_take_still(take, out)


def tell_nobody(problems: tuple[str, ...]) -> None:
    """For bakes whose sentences nobody waits for."""


def bake(take: Path, out: Path, progress: Progress = ignore_progress, tell: Tell = tell_nobody) -> None:
    """Prepare a presenter from a take: one file at ``out``. Raises RenderError, as does ``progress``.

    ``tell`` is called once, before the long part, with sentences about what the take lacks.
    """
    from renderer.presenter.bake import bake as bake_take

    bake_take(take, out, _build_bake_config(), progress, tell=tell)


def load_or_bake(take: Path, progress: Progress = ignore_progress, tell: Tell = tell_nobody) -> Path:
    """Load the bake of a take from the cache, or bake it now, which tells what the take lacks."""
    from renderer.presenter.bake_cache import ensure_baked as baked_take

    return baked_take(take, open_store(), _build_bake_config(), progress, tell=tell)


def check_bake(presenter: Path, take: Path) -> None:
    """Raise RenderError unless ``presenter`` is a whole bake of this take, and say what to do."""
    from renderer.presenter.light_bake import check_whole

    check_whole(presenter, take)


def _build_bake_config() -> BakeConfig:
    return replace(BakeConfig(), fit_seconds=float(settings.BAKE_SECONDS))


def probe_video(video: Path) -> ClipFacts:
    """Size, rate, frames and length of a finished video. Raises RenderError when it cannot be played."""
    from renderer.video.probe import probe

    return probe(video)


def complete_bake(light: Path, take: Path, out: Path, progress: Progress = ignore_progress) -> None:
    """Make a light bake whole from its take. Raises RenderError when it is of another take."""
    from renderer.presenter.light_bake import complete

    complete(light, take, out, progress)


def fit_voice(
    take: Path, out: Path, sample: Path, progress: Progress = ignore_progress
) -> dict[str, float | str]:
    """Fit a voice to a take: the voice at ``out``, a sentence in it as WAV at ``sample``, and its measures.

    ``likeness`` and ``stock_likeness`` are cosines of a speaker encoder, ``base`` the stock voice it began
    with, ``sha256`` the voice's. Raises RenderError for a take with music, with two voices or without speech.
    """
    from renderer.likeness.fitted_voice import fit_take, write_sample

    fitted = fit_take(take, out, progress)
    write_sample(fitted.style, sample)
    return {
        "likeness": round(fitted.likeness, 3),
        "stock_likeness": round(fitted.stock_likeness, 3),
        "base": fitted.base,
        "sha256": hashlib.sha256(out.read_bytes()).hexdigest(),
    }

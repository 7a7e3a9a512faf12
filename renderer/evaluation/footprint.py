"""How much memory a message takes: ``python -m renderer.evaluation.footprint --take CLIP --presenter BAKE``.

The take may be enlarged first, so that a clip of 720p tells what one of 1080p would need. Messages are
rendered into a fresh, temporary store, in this one process; what is measured is the most that it held
above what it held when the presenter and the network's weights were loaded.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from renderer.config import EngineConfig, VideoConfig, VoiceConfig
from renderer.errors import RenderError
from renderer.evaluation.long_message import write_lines
from renderer.presenter.light_bake import complete
from renderer.presenter.presenter import Presenter, load_presenter
from renderer.progress import Progress
from renderer.render.job import MessageJob
from renderer.render.pipeline import render_message
from renderer.render.plan import plan_script_slots
from renderer.runtime.machine import measure_peak_memory_mb
from renderer.runtime.memory import return_freed_memory
from renderer.runtime.progress_line import ProgressLine
from renderer.runtime.store import Store
from renderer.video.decode import TakeReader, read_sound
from renderer.video.encode import encode_segment
from renderer.video.mux import join_segments
from renderer.video.probe import probe
from renderer.voices.registry import add_voice_options
from renderer.voices.speech_cache import speak_cached

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_RESET_PEAK = "5"  # of proc(5): the peak becomes what is held now


@dataclass(frozen=True)
class LongText:
    """About ``seconds`` of speech in lines of usual length, or ``one_line`` of all of it."""

    seconds: float
    one_line: bool = False

    def lines(self, config: EngineConfig, store: Store) -> tuple[tuple[str, str], ...]:
        lines, _ = write_lines(self.seconds, config, store)
        if self.one_line:
            return (("0", " ".join(text for _, text in lines)),)
        return tuple(lines)


@dataclass(frozen=True)
class Footprint:
    """A message of ``lines`` lines: ``loaded_mb`` the process held with the presenter and the weights,
    ``peak_mb`` at most while it rendered."""

    width: int
    height: int
    lines: int
    seconds: float
    longest_line_s: float
    fine_px: int
    loaded_mb: float
    peak_mb: float
    work_s: float

    @property
    def message_mb(self) -> float:
        """What the message itself took, beside presenter and weights."""
        return self.peak_mb - self.loaded_mb


def measure_footprint(
    take: Path, presenter: Path, message: LongText, config: EngineConfig, out_stem: Path, progress: Progress
) -> Footprint:
    """Render one message to ``out_stem``.mp4, and measure. Raises RenderError."""
    with tempfile.TemporaryDirectory(prefix="byname-footprint-") as folder:
        store = Store(Path(folder))
        loaded = _load(presenter, config, store)
        loaded_mb = _reset_peak_mb()
        lines = message.lines(config, store)
        slots = plan_script_slots([lines], loaded.facts.fps, config, store, progress)
        job = MessageJob(lines, presenter, take, slots, out_stem, config, progress=progress)
        result = render_message(job, store)
    longest_s = max(line.end_s - line.start_s for line in result.segments)
    size = loaded.facts.width, loaded.facts.height
    return Footprint(
        *size,
        len(lines),
        result.duration_s,
        longest_s,
        loaded.fine_px,
        loaded_mb,
        _read_peak_mb(),
        result.work_s,
    )


def enlarge(take: Path, presenter: Path, size: tuple[int, int], folder: Path) -> tuple[Path, Path]:
    """The take at another size (px) and its bake, as if it had been filmed so, as files in ``folder``."""
    larger, light, whole = folder / "take.mp4", folder / "light.safetensors", folder / "presenter.safetensors"
    _enlarge_take(take, size, larger)
    baked = Presenter.load(presenter)
    factor = size[0] / baked.facts.width
    matrices = baked.matrices.copy()
    # Centres of pixels lie at whole numbers: an enlarged picture's are shifted by half a pixel's growth.
    matrices[:, :, :2] /= factor
    matrices[:, :, 2] -= matrices[:, :, :2].sum(2) * (factor - 1) / 2
    fine_px = int(np.ceil(factor * baked.fine_px / baked.crop_px)) * baked.crop_px
    fine = np.empty((0, fine_px, fine_px, 3), np.uint8)
    replace(baked, facts=probe(larger), matrices=matrices, fine=fine, content_key="").save(light)
    complete(light, larger, whole)
    return larger, whole


def _enlarge_take(take: Path, size: tuple[int, int], out: Path) -> None:
    config, segment = VideoConfig(), out.with_suffix(".pictures.mp4")
    with TakeReader(take, cache_bytes=0) as reader:
        facts = reader.facts
        if size[0] * facts.height != size[1] * facts.width:
            raise RenderError(f"{size[0]}x{size[1]} has another shape than {take.name}. Keep its shape.")
        frames = reader.frames(range(facts.frames))
        larger = (np.asarray(cv2.resize(f, size, interpolation=cv2.INTER_CUBIC), np.uint8) for f in frames)
        encode_segment(larger, facts.fps, config, segment)
    sound = read_sound(take)
    join_segments([segment], np.zeros(0, np.float32) if sound is None else sound, out, facts.fps, config)


def _load(presenter: Path, config: EngineConfig, store: Store) -> Presenter:
    """The presenter, its network and the voice, as a worker keeps them between messages."""
    from renderer.render.stages import load_presenter_refiner  # loads torch

    return_freed_memory()
    loaded = load_presenter(presenter)
    load_presenter_refiner(loaded)
    speak_cached("Hello.", config.voice, store)
    return loaded


def _reset_peak_mb() -> float:
    """What the process holds now; its peak is counted from here on."""
    if not _CLEAR.exists():
        return measure_peak_memory_mb()
    _CLEAR.write_text(_RESET_PEAK)
    return _read_status_mb("VmRSS")


def _read_peak_mb() -> float:
    return _read_status_mb("VmHWM") if _CLEAR.exists() else measure_peak_memory_mb()


def _read_status_mb(name: str) -> float:
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 2**10


# --- the command ---


def main(arguments: Sequence[str]) -> int:
    """Measure; 0 when it did, 1 with one sentence on stderr when it could not."""
    options = _build_parser().parse_args(arguments)
    progress = ProgressLine(sys.stderr)
    try:
        found = _run(options, progress)
    except RenderError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    finally:
        progress.close()
    sys.stdout.write(json.dumps(asdict(found), indent=2) + "\n" if options.json else format_footprint(found))
    return 0


def format_footprint(found: Footprint) -> str:
    """For people."""
    return (
        f"{found.width}x{found.height}, {found.seconds:.0f} s in {found.lines} line(s) of at most "
        f"{found.longest_line_s:.0f} s, lower face of {found.fine_px} px, rendered in {found.work_s:.0f} s\n"
        f"loaded: {found.loaded_mb:,.0f} MB with libraries, presenter, weights and voice\n"
        f"peak:   {found.peak_mb:,.0f} MB\n"
        f"of it the message's own: {found.message_mb:,.0f} MB\n"
    )


def _run(options: argparse.Namespace, progress: Progress) -> Footprint:
    config = EngineConfig(voice=VoiceConfig(options.voice))
    with tempfile.TemporaryDirectory(prefix="byname-footprint-") as folder:
        out = options.out or Path(folder) / "message.mp4"
        take, presenter = options.take, options.presenter
        if options.enlarge:
            take, presenter = enlarge(take, presenter, options.enlarge, Path(folder))
        text = LongText(options.seconds, options.one_line)
        return measure_footprint(take, presenter, text, config, out.with_suffix(""), progress)


def _parse_size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m renderer.evaluation.footprint", description=__doc__)
    parser.add_argument("--take", type=Path, required=True, help="the presenter's recorded video")
    parser.add_argument("--presenter", type=Path, required=True, help="a bake of this take")
    parser.add_argument(
        "--enlarge",
        type=_parse_size,
        metavar="WIDTHxHEIGHT",
        help="as if it had been filmed so; a light bake will do",
    )
    parser.add_argument("--seconds", type=float, default=300.0, help="length of the message")
    parser.add_argument("--one-line", action="store_true", help="say all of it as one line")
    add_voice_options(parser)
    parser.add_argument("--out", type=Path, help="keep the video here")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

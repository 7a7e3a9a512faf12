"""The stages in order: lines → speech → plan → mouths → segments → one message. Nothing else."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.config import EngineConfig
from renderer.errors import RenderError
from renderer.mouth.presenter import load_presenter
from renderer.plan import Segment, Slots, plan_message, plan_slots
from renderer.progress import Progress, Step, silent
from renderer.scores import flags_of, seam_ratio
from renderer.segments import RenderedSegment, SegmentRenderer, SegmentWork
from renderer.speech.captions import write_vtt
from renderer.speech.speech import Speech
from renderer.spoken import content_of, speech_key, spoken
from renderer.stopwatch import stage
from renderer.store import Store
from renderer.timeline import SOUND_RATE_HZ, frames_covering, sample_at, seconds_at
from renderer.video.decode import TakeReader
from renderer.video.mux import join
from renderer.video.poster import write_poster

Lines = Sequence[tuple[str, str]]  # (line id, text)


@dataclass(frozen=True)
class MessageJob:
    """One message to make; ``recorded`` holds lines whose sound was recorded instead of synthesised."""

    lines: tuple[tuple[str, str], ...]
    presenter: Path
    take: Path
    slots: Slots
    config: EngineConfig = field(default_factory=EngineConfig)
    recorded: Mapping[str, Speech] = field(default_factory=dict)


@dataclass(frozen=True)
class ShownLine:
    """Where a line sits in the finished video, and whether its frames were rendered before."""

    line_id: str
    text: str
    start_s: float
    end_s: float
    cached: bool


@dataclass(frozen=True)
class MessageResult:
    """The files of one message and what is known of them."""

    video: Path
    poster: Path
    captions: Path
    content_hash: str
    duration_s: float
    segments: tuple[ShownLine, ...]
    scores: dict[str, float]
    flags: tuple[str, ...]
    work_s: float
    cache_hits: int


def slots_for(
    messages: Sequence[Lines], fps: Fraction, config: EngineConfig, store: Store, progress: Progress = silent
) -> Slots:
    """Speak every distinct line once and give each line id its slot on the take.

    Lines that the voice cannot say are left out here; rendering their message names them.
    """
    lengths: dict[str, list[int]] = {line_id: [] for line_id in script_order(messages)}
    texts = sorted({text for lines in messages for _, text in lines})
    frames: dict[str, int] = {}
    for at, text in enumerate(texts):
        progress(Step("speaking the lines", at, len(texts)))
        try:
            frames[text] = frames_covering(spoken(text, config.voice, store).duration_s, fps)
        except RenderError as error:
            if not error.permanent:
                raise
    for lines in messages:
        for line_id, text in lines:
            if text in frames:
                lengths[line_id].append(frames[text])
    spoken_ids = [line_id for line_id, found in lengths.items() if found]
    return plan_slots({i: lengths[i] for i in spoken_ids}, spoken_ids, fps, config.plan)


def script_order(messages: Sequence[Lines]) -> list[str]:
    """Every line id once, each placed right after the line that precedes it where it is first seen."""
    order: list[str] = []
    for lines in messages:
        at = 0
        for line_id, _ in lines:
            if line_id in order:
                at = order.index(line_id) + 1
            else:
                order.insert(at, line_id)
                at += 1
    return order


def render_message(
    job: MessageJob, store: Store, out_stem: Path, progress: Progress = silent
) -> MessageResult:
    """Make ``out_stem``.mp4, .jpg and .vtt; every part that exists in ``store`` is reused.

    Raises RenderError for what a person can mend; then none of the three files is left half-written.
    """
    began = time.monotonic()
    if not job.lines:
        raise RenderError("The script has no line to speak. Write at least one sentence.")
    presenter = load_presenter(job.presenter)
    with TakeReader(job.take) as reader:
        fps = reader.facts.fps
        speeches = _speak_all(job, store, progress)
        lengths = [
            (line_id, frames_covering(s.duration_s, fps))
            for (line_id, _), s in zip(job.lines, speeches, strict=True)
        ]
        segments = plan_message(lengths, job.slots, presenter.walk, fps, job.config.plan)
        works = _works(job, segments, speeches)
        total = sum(len(s.path) for s in segments)
        renderer = SegmentRenderer(presenter, reader, store, job.config)
        rendered: list[RenderedSegment] = []
        for work in works:
            rendered.append(renderer.render(work, _Counter(progress, sum(r.frames for r in rendered), total)))
    progress(Step("joining the message", total, total))
    return _finish(job, rendered, speeches, segments, fps, out_stem, began)


class _Counter:
    """Turns one segment's progress into the message's."""

    def __init__(self, progress: Progress, before: int, total: int) -> None:
        self._progress, self._before, self._total = progress, before, total

    def __call__(self, step: Step) -> None:
        self._progress(Step(step.stage, self._before + step.done, self._total))


def _speak_all(job: MessageJob, store: Store, progress: Progress) -> list[Speech]:
    speeches = []
    for at, (line_id, text) in enumerate(job.lines):
        progress(Step("speaking the lines", at, len(job.lines)))
        speeches.append(job.recorded.get(line_id) or spoken(text, job.config.voice, store))
    return speeches


def _works(job: MessageJob, segments: Sequence[Segment], speeches: Sequence[Speech]) -> list[SegmentWork]:
    """Each segment with the four frames of its neighbours that its ends must meet."""
    seam = job.config.plan.seam_frames
    works = []
    for at, (segment, speech) in enumerate(zip(segments, speeches, strict=True)):
        before = segments[at - 1].path[-seam:] if at else ()
        after = segments[at + 1].path[:seam] if at + 1 < len(segments) else ()
        line_id, text = job.lines[at]
        key = content_of(speech) if line_id in job.recorded else speech_key(text, job.config.voice)
        works.append(SegmentWork(segment, speech, key, tuple(before), tuple(after)))
    return works


def _finish(
    job: MessageJob,
    rendered: Sequence[RenderedSegment],
    speeches: Sequence[Speech],
    segments: Sequence[Segment],
    fps: Fraction,
    out_stem: Path,
    began: float,
) -> MessageResult:
    starts = np.cumsum([0, *(r.frames for r in rendered)])
    spoken_at = [seconds_at(int(s) + seg.lead_frames, fps) for s, seg in zip(starts, segments, strict=False)]
    out_stem.parent.mkdir(parents=True, exist_ok=True)
    video, poster, captions = (out_stem.with_name(out_stem.name + end) for end in (".mp4", ".jpg", ".vtt"))
    sound = _sound(speeches, starts, segments, fps)
    write_vtt(list(zip(spoken_at, speeches, strict=True)), captions)
    with TakeReader(rendered[0].path) as first:
        write_poster(next(iter(first.frames([segments[0].lead_frames]))), poster)
    join([r.path for r in rendered], sound, video, fps, job.config.video)
    scores = message_scores(rendered)
    shown = tuple(
        ShownLine(line_id, text, at, at + speech.duration_s, r.cached)
        for (line_id, text), at, speech, r in zip(job.lines, spoken_at, speeches, rendered, strict=True)
    )
    return MessageResult(
        video=video,
        poster=poster,
        captions=captions,
        content_hash=content_hash(video, captions),
        duration_s=seconds_at(int(starts[-1]), fps),
        segments=shown,
        scores=scores,
        flags=flags_of(scores),
        work_s=time.monotonic() - began,
        cache_hits=sum(r.cached for r in rendered),
    )


def _sound(
    speeches: Sequence[Speech], starts: npt.NDArray[np.int64], segments: Sequence[Segment], fps: Fraction
) -> npt.NDArray[np.float32]:
    """The message's whole sound track at 48 kHz; each line begins with the first frame of its speech."""
    samples = np.zeros(sample_at(int(starts[-1]), fps, SOUND_RATE_HZ), dtype=np.float32)
    for start, segment, speech in zip(starts, segments, speeches, strict=False):
        at = sample_at(int(start) + segment.lead_frames, fps, SOUND_RATE_HZ)
        samples[at : at + len(speech.samples)] += speech.samples[: len(samples) - at]
    return samples


def message_scores(rendered: Sequence[RenderedSegment]) -> dict[str, float]:
    """Frame-weighted means of the segments' scores, and the joins' own ``seam`` ratio."""
    scores: dict[str, float] = {}
    for name in sorted({name for r in rendered for name in r.measured.scores}):
        found = [(r.measured.scores[name], r.frames) for r in rendered if name in r.measured.scores]
        scores[name] = float(np.average([v for v, _ in found], weights=[f for _, f in found]))
    if len(rendered) > 1 and all(len(r.measured.points) for r in rendered):
        starts = np.cumsum([r.frames for r in rendered[:-1]])
        scores["seam"] = seam_ratio(np.concatenate([r.measured.points for r in rendered]), list(starts))
    return scores


@stage("hash")
def content_hash(*files: Path) -> str:
    """SHA-256 (hex) over the bytes of the files, in order."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()

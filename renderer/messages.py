"""One message: what goes in, where its lines lie on the take, and the files that come out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np

from renderer.config import EngineConfig
from renderer.errors import RenderError
from renderer.mouth.presenter import Presenter
from renderer.plan import Segment, Slots, plan_message
from renderer.progress import Progress, Step, silent
from renderer.scores import flags_of, seam_ratio
from renderer.segments import RenderedSegment, SegmentWork
from renderer.sound import Heard, message_sound
from renderer.speech.captions import write_vtt
from renderer.speech.speech import Speech
from renderer.spoken import content_of, speech_key, spoken
from renderer.stopwatch import stage
from renderer.store import Store
from renderer.timeline import frames_covering, sample_at, seconds_at
from renderer.video.decode import TakeReader
from renderer.video.mux import join
from renderer.video.poster import write_poster

_HASHED_BYTES = 2**20  # at a time


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
    """The files of one message and what is known of them; ``work_s`` is what it took beyond the messages
    that were finished before it in the same batch."""

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


@dataclass(frozen=True, eq=False)
class PlannedMessage:
    """A job whose lines are spoken and have their frames of the take; nothing is drawn yet."""

    job: MessageJob
    fps: Fraction
    works: tuple[SegmentWork, ...]

    @property
    def frames(self) -> int:
        return sum(len(work.segment.path) for work in self.works)


def planned(
    job: MessageJob, presenter: Presenter, store: Store, progress: Progress = silent
) -> PlannedMessage:
    """Speak the lines and lay them on the take. Raises RenderError for what a person can mend."""
    if not job.lines:
        raise RenderError("The script has no line to speak. Write at least one sentence.")
    fps = presenter.facts.fps
    speeches = _speak_all(job, store, progress)
    lengths = [
        (line_id, frames_covering(s.duration_s, fps))
        for (line_id, _), s in zip(job.lines, speeches, strict=True)
    ]
    segments = plan_message(lengths, job.slots, presenter.walk, fps, job.config.plan)
    return PlannedMessage(job, fps, _works(job, segments, speeches))


def _speak_all(job: MessageJob, store: Store, progress: Progress) -> list[Speech]:
    speeches = []
    for at, (line_id, text) in enumerate(job.lines):
        progress(Step("speaking the lines", at, len(job.lines)))
        speeches.append(job.recorded.get(line_id) or spoken(text, job.config.voice, store))
    return speeches


def _works(
    job: MessageJob, segments: Sequence[Segment], speeches: Sequence[Speech]
) -> tuple[SegmentWork, ...]:
    """Each segment with the few frames of its neighbours that its ends must meet."""
    seam = job.config.plan.seam_frames
    works = []
    for at, (segment, speech) in enumerate(zip(segments, speeches, strict=True)):
        before = segments[at - 1].path[-seam:] if at else ()
        after = segments[at + 1].path[:seam] if at + 1 < len(segments) else ()
        line_id, text = job.lines[at]
        recorded = line_id in job.recorded
        key = content_of(speech) if recorded else speech_key(text, job.config.voice)
        works.append(SegmentWork(segment, speech, key, tuple(before), tuple(after), recorded))
    return tuple(works)


def finish(
    message: PlannedMessage,
    rendered: Sequence[RenderedSegment],
    out_stem: Path,
    store: Store,
    work_s: float,
) -> MessageResult:
    """Join the segments and write ``out_stem``.mp4, .jpg and .vtt. Raises RenderError."""
    job, fps = message.job, message.fps
    starts = [int(start) for start in np.cumsum([0, *(r.frames for r in rendered)])]
    begins = [at + work.segment.lead_frames for at, work in zip(starts, message.works, strict=False)]
    speeches = [work.speech for work in message.works]
    out_stem.parent.mkdir(parents=True, exist_ok=True)
    video, poster, captions = (out_stem.with_name(out_stem.name + end) for end in (".mp4", ".jpg", ".vtt"))
    write_vtt([(seconds_at(at, fps), speech) for at, speech in zip(begins, speeches, strict=True)], captions)
    _write_poster(rendered[0], begins[0], poster)
    heard = [
        Heard(sample_at(at, fps), work.speech.samples, work.speech_key)
        for at, work in zip(begins, message.works, strict=True)
    ]
    sound = message_sound(heard, job.config.video.audio_bit_rate, store)
    join([r.path for r in rendered], sound, video, fps, job.config.video)
    scores = message_scores(rendered)
    return MessageResult(
        video=video,
        poster=poster,
        captions=captions,
        content_hash=content_hash(video, captions),
        duration_s=seconds_at(starts[-1], fps),
        segments=tuple(_shown(message, rendered, begins)),
        scores=scores,
        flags=flags_of(scores),
        work_s=work_s,
        cache_hits=sum(r.cached for r in rendered),
    )


def _shown(
    message: PlannedMessage, rendered: Sequence[RenderedSegment], begins: Sequence[int]
) -> list[ShownLine]:
    shown = []
    for (line_id, text), at, work, one in zip(
        message.job.lines, begins, message.works, rendered, strict=True
    ):
        start_s = seconds_at(at, message.fps)
        shown.append(ShownLine(line_id, text, start_s, start_s + work.speech.duration_s, one.cached))
    return shown


def _write_poster(first: RenderedSegment, frame: int, path: Path) -> None:
    with TakeReader(first.path, keep_bytes=0) as reader:
        write_poster(next(iter(reader.frames([frame]))), path)


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
        with file.open("rb") as opened:
            while part := opened.read(_HASHED_BYTES):
                digest.update(part)
    return digest.hexdigest()

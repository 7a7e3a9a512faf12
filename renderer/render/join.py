"""Encoded segments → the files of one message, and its scores."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from renderer.config import fingerprint
from renderer.judging.judge import Judgement
from renderer.render.encode import RenderedSegment
from renderer.render.filmed_speech import go_on
from renderer.render.job import MessageResult, ShownLine
from renderer.render.message_sound import PlacedSound, encode_message_sound
from renderer.render.plan import PlannedMessage
from renderer.render.sound_levels import choose_levels
from renderer.render.viewer import judge_message
from renderer.runtime.profiling import span
from renderer.scoring.scores import seam_ratio, write_flags
from renderer.speech.captions import write_vtt
from renderer.take.poster_frame import choose_poster_frame
from renderer.timeline import sample_at, seconds_at
from renderer.video.decode import TakeReader
from renderer.video.mux import join_segments
from renderer.video.poster import write_poster

_HASHED_BYTES = 2**20  # at a time


def join_message(
    message: PlannedMessage, rendered: Sequence[RenderedSegment], work_s: float
) -> MessageResult:
    """Join the segments and write ``out_stem``.mp4, .jpg and .vtt. Raises RenderError."""
    job, fps = message.job, message.context.fps
    starts = [int(start) for start in np.cumsum([0, *(one.frames for one in rendered)])]
    begins = [at + segment.lead_frames for at, segment in zip(starts, message.segments, strict=False)]
    job.out_stem.parent.mkdir(parents=True, exist_ok=True)
    stem = job.out_stem
    video, poster, captions = (stem.with_name(stem.name + end) for end in (".mp4", ".jpg", ".vtt"))
    _write_captions(message, begins, captions)
    _write_poster(message, rendered, begins[0], poster)
    heard = _list_heard(message, starts)
    samples, bit_rate = sample_at(starts[-1], fps), job.config.video.audio_bit_rate
    levels = choose_levels(message.context, filmed=any(one.filmed for one in message.segments))
    sound = encode_message_sound(heard, samples, bit_rate, message.context.store, levels)
    join_segments([one.path for one in rendered], sound, video, fps, job.config.video)
    scores, flags = score_message(average_scores(rendered), judge_message(message, rendered, heard))
    return MessageResult(
        video=video,
        poster=poster,
        captions=captions,
        content_hash=compute_content_hash(video, captions),
        duration_s=seconds_at(starts[-1], fps),
        segments=tuple(_describe_lines(message, rendered, begins)),
        scores=scores,
        flags=flags,
        work_s=work_s,
        cache_hits=sum(one.cached for one in rendered),
    )


def average_scores(rendered: Sequence[RenderedSegment]) -> dict[str, float]:
    """Frame-weighted means of the segments' scores, and the seams' own ``seam`` ratio."""
    scores: dict[str, float] = {}
    for name in sorted({name for one in rendered for name in one.measured.scores}):
        found = [(one.measured.scores[name], one.frames) for one in rendered if name in one.measured.scores]
        scores[name] = float(np.average([v for v, _ in found], weights=[f for _, f in found]))
    if len(rendered) > 1 and all(len(one.measured.points) for one in rendered):
        starts = np.cumsum([one.frames for one in rendered[:-1]])
        scores["seam"] = seam_ratio(np.concatenate([one.measured.points for one in rendered]), list(starts))
    return scores


def score_message(
    measured: Mapping[str, float], judged: Judgement
) -> tuple[dict[str, float], tuple[str, ...]]:
    """All scores and flags of a message. Where viewers see what was measured against the plan, too, their
    score counts."""
    planned = {name: value for name, value in measured.items() if name not in judged.scores}
    return planned | dict(judged.scores), (*map(str, judged.faults), *write_flags(planned))


@span("hash")
def compute_content_hash(*files: Path) -> str:
    """SHA-256 (hex) over the bytes of the files, in order."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as opened:
            while part := opened.read(_HASHED_BYTES):
                digest.update(part)
    return digest.hexdigest()


def _write_captions(message: PlannedMessage, begins: Sequence[int], path: Path) -> None:
    fps = message.context.fps
    spoken = [(seconds_at(at, fps), one.speech) for at, one in zip(begins, message.segments, strict=True)]
    write_vtt(spoken, path)


def _write_poster(
    message: PlannedMessage, rendered: Sequence[RenderedSegment], start: int, path: Path
) -> None:
    """The frame that stands best for the message; the first spoken one, ``start``, where no face was seen."""
    at = _choose_poster(message, rendered)
    at = start if at is None else at
    for one in rendered:
        if at < one.frames:
            break
        at -= one.frames
    with TakeReader(one.path, cache_bytes=0) as reader:
        write_poster(next(iter(reader.frames([at]))), path)


def _choose_poster(message: PlannedMessage, rendered: Sequence[RenderedSegment]) -> int | None:
    if not all(len(one.measured.points) for one in rendered):
        return None
    points, seen = (
        np.concatenate([getattr(one.measured, name) for one in rendered]) for name in ("points", "seen")
    )
    if not seen.any():
        return None
    return choose_poster_frame(points, seen, message.context.fps)


def _list_heard(message: PlannedMessage, starts: Sequence[int]) -> list[PlacedSound]:
    """Every line's sound; filmed lines that follow each other in the take are one sound."""
    fps, heard = message.context.fps, list[PlacedSound]()
    for at, (start, segment) in enumerate(zip(starts, message.segments, strict=False)):
        place = sample_at(start + segment.lead_frames, fps)
        before = message.segments[at - 1] if at else None
        if before and before.filmed and segment.filmed and go_on(before.path, segment.path):
            last = heard.pop()
            both = np.concatenate([last.samples, segment.speech.samples])
            heard.append(
                PlacedSound(last.start, both, fingerprint(last.key, segment.speech_key), filmed=True)
            )
        else:
            heard.append(
                PlacedSound(place, segment.speech.samples, segment.speech_key, filmed=segment.filmed)
            )
    return heard


def _describe_lines(
    message: PlannedMessage, rendered: Sequence[RenderedSegment], begins: Sequence[int]
) -> list[ShownLine]:
    shown = []
    for (line_id, text), at, segment, one in zip(
        message.job.lines, begins, message.segments, rendered, strict=True
    ):
        at_s, words = seconds_at(at, message.context.fps), segment.speech.words
        start_s, end_s = 0.0, segment.speech.duration_s
        if segment.filmed and words:
            start_s, end_s = words[0].start_s, words[-1].end_s
        shown.append(ShownLine(line_id, text, at_s + start_s, at_s + end_s, one.cached, segment.source))
    return shown

"""The stages in order: lines → speech → plan → mouths → segments → messages. Nothing else."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from statistics import median_low

from renderer.batches import Order, Outcome, render_batch
from renderer.config import EngineConfig
from renderer.errors import RenderError
from renderer.messages import (
    MessageJob,
    MessageResult,
    PlannedMessage,
    ShownLine,
    content_hash,
    message_scores,
    planned,
)
from renderer.plan import Slots, plan_slots
from renderer.progress import Progress, Step, silent
from renderer.spoken import spoken
from renderer.store import Store
from renderer.timeline import frames_covering

__all__ = [
    "Lines",
    "MessageJob",
    "MessageResult",
    "Order",
    "Outcome",
    "PlannedMessage",
    "ShownLine",
    "content_hash",
    "message_scores",
    "planned",
    "render_batch",
    "render_message",
    "script_order",
    "slots_for",
]

Lines = Sequence[tuple[str, str]]  # (line id, text)

# A slot needs the usual length only: this many texts tell it well enough, whatever a campaign's size.
_TEXTS_PER_LINE = 24


def render_message(
    job: MessageJob, store: Store, out_stem: Path, progress: Progress = silent
) -> MessageResult:
    """Make ``out_stem``.mp4, .jpg and .vtt; every part that exists in ``store`` is reused.

    Raises RenderError for what a person can mend; then none of the three files is left half-written.
    """
    for _, outcome in render_batch([Order(job, out_stem, progress)], store):
        if isinstance(outcome, Exception):
            raise outcome
        return outcome
    raise AssertionError("every order has an outcome")


def slots_for(
    messages: Sequence[Lines], fps: Fraction, config: EngineConfig, store: Store, progress: Progress = silent
) -> Slots:
    """Give each line id its slot on the take, as long as its texts usually are.

    Of a line with many texts only some are spoken, always the same ones. Texts that the voice cannot say
    are passed over here; rendering their message names them.
    """
    texts: dict[str, list[str]] = {line_id: [] for line_id in script_order(messages)}
    for lines in messages:
        for line_id, text in lines:
            texts[line_id].append(text)
    usual: dict[str, int] = {}
    for at, (line_id, found) in enumerate(texts.items()):
        progress(Step("speaking the lines", at, len(texts)))
        frames = _usual_frames(found, fps, config, store)
        if frames is not None:
            usual[line_id] = frames
    return plan_slots({line_id: [frames] for line_id, frames in usual.items()}, list(usual), fps, config.plan)


def _usual_frames(texts: Sequence[str], fps: Fraction, config: EngineConfig, store: Store) -> int | None:
    """The median length over the recipients, from texts that are chosen by their content alone."""
    recipients = Counter(texts)
    lengths: list[int] = []
    by_content = sorted(recipients, key=lambda text: hashlib.sha256(text.encode()).digest())
    for tried, text in enumerate(by_content):
        if tried >= _TEXTS_PER_LINE and lengths:
            break
        try:
            frames = frames_covering(spoken(text, config.voice, store).duration_s, fps)
        except RenderError as error:
            if not error.permanent:
                raise
        else:
            lengths += [frames] * recipients[text]
    return median_low(lengths) if lengths else None


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

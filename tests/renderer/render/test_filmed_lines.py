"""Lines that the take says are shown and heard as they were filmed; the others meet them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest

from renderer.config import EngineConfig
from renderer.presenter.lazy_take import LazyTake
from renderer.presenter.presenter import load_presenter
from renderer.render.context import RenderContext
from renderer.render.job import MessageJob, MessageResult
from renderer.render.pipeline import render_message
from renderer.render.plan import PlannedMessage, plan_message, plan_script_slots
from renderer.render.seams import lay_segment
from renderer.render.segment import SpokenSegment, compute_segment_key
from renderer.render.stages import show_pictures
from renderer.runtime.store import Store
from renderer.speech.speech import Speech, Word
from renderer.take.filmed import FilmedLine
from renderer.timeline import sample_at
from renderer.video.decode import TakeReader, read_sound
from tests.presenters import Baked

FPS = Fraction(25)
TAKEN = "I recorded this take so that every message"
LINES = (("0.0", "Hi Zoë."), ("1.0", TAKEN), ("2.0", "See you soon."))
WORDS = (Word("I", 2.75, 2.8), Word("recorded", 2.81, 3.3), Word("message", 4.48, 5.01))
FILMED = FilmedLine("1.0", TAKEN, WORDS, (), 2.3, 5.3, 0.99)
BORDER = 2304  # samples of a join: the crossing from the bed, and what the codec smears


@dataclass(frozen=True)
class Desk:
    job: MessageJob
    context: RenderContext

    def plan(self, lines: tuple[tuple[str, str], ...] = LINES) -> PlannedMessage:
        return plan_message(replace(self.job, lines=lines), self.context)


@pytest.fixture(scope="module")
def desk(baked: Baked, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("filmed")
    store, config, presenter = Store(folder / "store"), EngineConfig(), load_presenter(baked.bake)
    slots = plan_script_slots([LINES], FPS, config, store, filmed=[FILMED])
    job = MessageJob(LINES, baked.bake, baked.take, slots, folder / "zoe", config, filmed=(FILMED,))
    with LazyTake(baked.take, presenter) as take:
        yield Desk(job, RenderContext(presenter, take, store, config))


@pytest.fixture(scope="module")
def message(desk: Desk) -> MessageResult:
    return render_message(desk.job, desk.context.store)


def filmed_segment(desk: Desk) -> tuple[SpokenSegment, int]:
    """The filmed line's segment, and the message's frame at which it begins."""
    greeting, filmed, _ = desk.plan().segments
    return filmed, len(greeting.path)


def test_pictures_and_samples_of_a_filmed_line_are_the_takes(desk: Desk) -> None:
    filmed, _ = filmed_segment(desk)
    frames = [frame.a for frame in filmed.path]
    assert frames == list(range(frames[0], frames[-1] + 1))
    with TakeReader(desk.job.take) as take:
        for shown, own in zip(show_pictures(desk.context, filmed.path), take.pictures(frames), strict=True):
            assert all(np.array_equal(a, b) for a, b in zip(planes(shown), planes(own), strict=True))
    sound = read_sound(desk.job.take)
    assert sound is not None
    start = sample_at(frames[0], FPS)
    assert np.array_equal(filmed.speech.samples, sound[start : start + len(filmed.speech.samples)])
    assert filmed.speech.words[0].start_s == pytest.approx(2.75 - frames[0] / 25)


@pytest.mark.slow
def test_the_finished_video_shows_and_says_what_was_filmed(desk: Desk, message: MessageResult) -> None:
    filmed, begins = filmed_segment(desk)
    with TakeReader(message.video) as video, TakeReader(desk.job.take) as take:
        for at, frame in enumerate(filmed.path):
            made, own = video.picture(begins + at).y, take.picture(frame.a).y
            assert psnr(made, own) > 40
    heard, sound = read_sound(message.video), read_sound(desk.job.take)
    assert heard is not None
    assert sound is not None
    place, own_place = sample_at(begins, FPS), sample_at(filmed.path[0].a, FPS)
    inner = slice(BORDER, len(filmed.speech.samples) - BORDER)
    said, own_sound = heard[place:][inner], sound[own_place:][inner]
    assert np.std(said - own_sound) < 0.03 * np.std(own_sound)  # what the codec loses


@pytest.mark.slow
def test_a_message_says_of_each_line_where_its_sound_comes_from(message: MessageResult) -> None:
    assert [line.source for line in message.segments] == ["spoken", "filmed", "spoken"]
    assert message.segments[1].end_s - message.segments[1].start_s == pytest.approx(5.01 - 2.75)
    assert "00:00:01.550 --> 00:00:02.350\nI recorded\n" in message.captions.read_text("utf-8")


def test_drawn_mouths_ease_into_the_filmed_ones_on_both_sides(desk: Desk) -> None:
    greeting, _, goodbye = desk.plan().segments
    first, last = lay_segment(desk.context, greeting), lay_segment(desk.context, goodbye)
    assert first.mask_shares is not None
    assert last.mask_shares is not None
    assert first.mask_shares[-1] < 0.5 < first.mask_shares[-4]
    assert last.mask_shares[0] < 0.5 < last.mask_shares[4]
    assert first.mask_shares[0] == last.mask_shares[-1] == 1


def test_a_line_that_was_recorded_is_heard_as_recorded(desk: Desk) -> None:
    recorded = Speech(np.full(48_000, 0.1, np.float32), (), ())
    job = replace(desk.job, recorded={"1.0": recorded})
    assert [one.source for one in plan_message(job, desk.context).segments] == [
        "spoken",
        "recorded",
        "spoken",
    ]


def test_the_key_of_a_filmed_segment_does_not_follow_the_voice_or_the_neighbours(desk: Desk) -> None:
    other = (("0.0", "Hi Maximiliana Featherstonehaugh."), LINES[1], LINES[2])
    here, there = desk.plan().segments, desk.plan(other).segments
    assert here[0].key != there[0].key
    assert (here[1].key, here[2].key) == (there[1].key, there[2].key)


def test_a_drawn_segment_beside_a_filmed_one_has_another_key_than_beside_a_drawn_one(desk: Desk) -> None:
    goodbye = desk.plan().segments[2]
    alone = replace(goodbye, beside_filmed=(False, False))
    presenter, config = desk.context.presenter, desk.context.config
    assert compute_segment_key(alone, presenter, config) != goodbye.key


def planes(picture: object) -> list[npt.NDArray[np.uint8]]:
    return [getattr(picture, name) for name in ("y", "u", "v")]


def psnr(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> float:
    error = np.mean((one.astype(np.float64) - other) ** 2)
    return float(10 * np.log10(255**2 / max(float(error), 1e-9)))

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from renderer.config import EngineConfig
from renderer.errors import Cancelled, RenderError
from renderer.face.face_mesh import open_face_follower
from renderer.progress import Progress, Step, ignore_progress
from renderer.render.batch import Batch
from renderer.render.context import RenderContext
from renderer.render.encode import RenderedSegment
from renderer.render.job import Lines, MessageJob, MessageResult, order_script
from renderer.render.pipeline import render_batch, render_jobs, render_message
from renderer.render.plan import plan_message, plan_script_slots
from renderer.render.segment import SpokenSegment
from renderer.runtime.store import Store
from renderer.speech.loudness import measure_lufs
from renderer.take.poster_frame import find_usual_eyes, measure_eyes
from renderer.video.decode import TakeReader, read_sound
from renderer.voices.speech_cache import speak_cached
from tests import takes
from tests.presenters import Baked

FPS = Fraction(25)
JOHN = (("0.0", "Hello John, it is good to meet you."), ("1.0", "Thank you for your time today."))
PRIYA = (("0.0", "Hello Priya, welcome."), ("1.0", "Thank you for your time today."))


class Desk:
    """A baked presenter, a store, and the renders that share them."""

    def __init__(self, folder: Path, baked: Baked) -> None:
        self.folder = folder
        self.take, self.presenter = baked.take, baked.bake
        self.store = Store(folder / "store")
        self.slots = plan_script_slots([JOHN, PRIYA], FPS, EngineConfig(), self.store)

    def job(
        self, lines: Lines, out_stem: Path | None = None, progress: Progress = ignore_progress
    ) -> MessageJob:
        out_stem = out_stem or self.folder / "unnamed"
        return MessageJob(tuple(lines), self.presenter, self.take, self.slots, out_stem, progress=progress)

    def render(
        self, lines: tuple[tuple[str, str], ...], name: str, store: Store | None = None
    ) -> MessageResult:
        return render_message(self.job(lines, self.folder / name), store or self.store)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, baked: Baked) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"), baked)


@pytest.fixture(scope="module")
def john(desk: Desk) -> MessageResult:
    return desk.render(JOHN, "john")


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(container.streams.video[0]) if packet.size]


def test_lines_keep_the_order_of_the_script_when_some_recipients_lack_one():
    full, short = [("a", ""), ("b", ""), ("d", "")], [("a", ""), ("c", ""), ("d", "")]
    assert order_script([short, full]) == ["a", "b", "c", "d"]


@pytest.mark.slow
def test_a_message_tells_every_part_that_is_made_of_its_lines(desk: Desk, tmp_path: Path) -> None:
    store, told = Store(tmp_path / "store"), set[str]()
    render_message(replace(desk.job(JOHN, tmp_path / "john"), tell_parts=told.update), store)
    files = [path.relative_to(store.root) for path in store.root.glob("*/??/*")]
    left = {(path.parent / path.name.split(".")[0]).as_posix() for path in files}  # without their digests
    of_the_take = {name for name in left if name.split("/")[0] in ("rest", "tone")}
    assert {name.split("/")[0] for name in left} >= {"speech", "segment", "motion", "measured", "sound"}
    assert left - of_the_take <= told


@pytest.mark.slow
def test_a_message_has_the_takes_size_and_rate_and_sound_as_long_as_its_picture(
    desk: Desk, john: MessageResult
):
    with TakeReader(john.video) as video:
        facts = video.facts
    assert (facts.width, facts.height, facts.fps) == (640, 360, FPS)
    sound = read_sound(john.video)
    assert sound is not None
    assert abs(len(sound) / 48_000 - facts.frames / FPS) <= 1 / FPS
    assert john.duration_s == pytest.approx(facts.frames / FPS)
    assert measure_lufs(sound, 48_000) == pytest.approx(-16, abs=1)


@pytest.mark.slow
def test_the_poster_of_a_message_is_one_of_its_frames_with_open_eyes(john: MessageResult):
    follow = open_face_follower(1)
    with TakeReader(john.video) as video:
        frames = list(video.frames(range(video.facts.frames)))
    poster = np.asarray(Image.open(john.poster).convert("RGB"))
    (eyes,) = measure_eyes(np.asarray(open_face_follower(1)(poster)))
    usual = find_usual_eyes(measure_eyes(np.asarray([follow(frame)[0] for frame in frames])))
    assert eyes > 0.85 * usual
    assert min(np.abs(frame.astype(int) - poster).mean() for frame in frames) < 2


@pytest.mark.slow
def test_a_message_has_a_poster_captions_and_the_place_of_each_line(john: MessageResult):
    assert john.poster.read_bytes()[:2] == b"\xff\xd8"
    assert "Thank you for your time" in john.captions.read_text("utf-8").replace("\n", " ")
    assert [line.line_id for line in john.segments] == ["0.0", "1.0"]
    assert 0 < john.segments[0].end_s < john.segments[1].start_s < john.duration_s


@pytest.mark.slow
def test_the_drawn_lips_follow_the_speech_and_rest_in_silence(john: MessageResult):
    assert john.scores["aperture_r"] > 0.7
    assert john.scores["open_in_silence"] <= 0.02
    assert john.scores["kept_frames"] == 0


@pytest.mark.slow
def test_a_message_is_judged_beside_its_take_and_the_same_segments_only_once(desk: Desk, john: MessageResult):
    assert {"nose_outside", "speed_ratio", "upper_lip_torn", "sound_r"} <= john.scores.keys()
    desk.render(JOHN, "john-judged")
    judged = desk.store.stats_by_kind()["judged"].files
    again = desk.render(JOHN, "john-judged-again")
    assert (again.scores, again.flags) == (john.scores, john.flags)
    assert desk.store.stats_by_kind()["judged"].files == judged


@pytest.mark.slow
def test_a_message_whose_take_is_gone_says_that_it_was_not_compared(desk: Desk, john: MessageResult):
    shutil.rmtree(desk.store.root / "judged")
    job = replace(desk.job(JOHN, desk.folder / "no-take"), take=desk.folder / "gone.mp4")
    made = render_message(job, desk.store)
    assert made.video.read_bytes() == john.video.read_bytes()
    assert (
        "The mouth was not compared with the take's, because the take cannot be read any more." in made.flags
    )
    assert "nose_outside" not in made.scores


@pytest.mark.slow
def test_a_second_render_reuses_every_segment_and_gives_the_same_bytes(desk: Desk, john: MessageResult):
    again = desk.render(JOHN, "john-again")
    assert again.cache_hits == len(JOHN)
    assert again.video.read_bytes() == john.video.read_bytes()


@pytest.mark.slow
def test_an_empty_store_gives_the_same_bytes_again(desk: Desk, john: MessageResult, tmp_path: Path):
    fresh = desk.render(JOHN, "john-fresh", Store(tmp_path / "store"))
    assert fresh.cache_hits == 0
    assert fresh.content_hash == john.content_hash


@pytest.mark.slow
def test_a_line_that_two_recipients_hear_is_rendered_once_and_its_packets_are_shared(
    desk: Desk, john: MessageResult
):
    priya = desk.render(PRIYA, "priya")
    assert [line.cached for line in priya.segments] == [False, True]
    shared = set(packets(john.video)) & set(packets(priya.video))
    seconds = john.duration_s - john.segments[1].start_s
    assert len(shared) >= int(seconds * FPS)


@pytest.mark.slow
def test_cancelling_leaves_no_file(desk: Desk, tmp_path: Path):
    def stop(step: Step) -> None:
        if step.stage == "rendering":
            raise Cancelled

    lines = (("0.0", "This one is never finished."),)
    with pytest.raises(Cancelled):
        render_message(desk.job(lines, tmp_path / "out" / "never", stop), Store(tmp_path / "store"))
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


@pytest.mark.slow
def test_a_message_without_lines_is_refused(desk: Desk):
    with pytest.raises(RenderError, match="no line to speak"):
        desk.render((), "nothing")


@pytest.mark.slow
def test_messages_that_are_made_together_fail_alone_and_have_their_own_bytes(
    desk: Desk, john: MessageResult, tmp_path: Path
):
    def stop(step: Step) -> None:
        raise Cancelled

    jobs = {
        "empty": desk.job((), tmp_path / "empty"),
        "priya": desk.job(PRIYA, tmp_path / "priya"),
        "stopped": desk.job((("0.0", "Never."), *PRIYA[1:]), tmp_path / "stopped", stop),
        "john": desk.job(JOHN, tmp_path / "john"),
    }
    store = Store(tmp_path / "store")
    made = dict(render_batch(list(jobs.values()), store, frames_at_once=10_000))
    outcomes = {name: made[job] for name, job in jobs.items()}
    assert isinstance(outcomes["empty"], RenderError)
    assert isinstance(outcomes["stopped"], Cancelled)
    again, priya = outcomes["john"], outcomes["priya"]
    assert isinstance(again, MessageResult)
    assert isinstance(priya, MessageResult)
    assert again.content_hash == john.content_hash
    assert [line.cached for line in priya.segments] == [False, False]
    assert [line.cached for line in again.segments] == [False, True]  # made for Priya a moment ago


@pytest.mark.slow
def test_lines_that_do_not_fit_into_memory_at_once_give_the_same_bytes(
    desk: Desk, john: MessageResult, tmp_path: Path
):
    job = desk.job(JOHN, tmp_path / "john")
    ((_, again),) = render_batch([job], Store(tmp_path / "store"), frames_at_once=30)
    assert isinstance(again, MessageResult)
    assert again.content_hash == john.content_hash
    assert again.scores == john.scores


@pytest.mark.slow
def test_a_store_that_is_emptied_before_the_segments_are_joined_is_filled_again(
    desk: Desk, john: MessageResult, tmp_path: Path
):
    store = Store(tmp_path / "store")
    shutil.copytree(desk.store.root, store.root)
    emptied: list[str] = []

    def empty(step: Step) -> None:
        if step.stage == "joining the message" and not emptied:
            emptied.append(step.stage)
            shutil.rmtree(store.root)

    again = render_message(desk.job(JOHN, tmp_path / "again", empty), store)
    assert emptied
    assert again.content_hash == john.content_hash


@pytest.mark.slow
def test_a_strict_decoder_finds_every_frame_at_its_time(john: MessageResult):
    with av.open(str(john.video)) as container:
        container.streams.video[0].codec_context.options = {"err_detect": "explode"}
        times = [frame.pts * frame.time_base for frame in container.decode(video=0)]
    assert times == [number / FPS for number in range(round(john.duration_s * FPS))]
    with av.open(str(john.video)) as container:
        decoded_at = [packet.dts for packet in container.demux(container.streams.video[0]) if packet.size]
    assert len({after - before for before, after in pairwise(decoded_at)}) == 1


@pytest.mark.slow
def test_each_line_is_heard_with_the_frame_that_it_begins_in(desk: Desk, john: MessageResult):
    heard = read_sound(john.video)
    assert heard is not None
    for line in john.segments:
        samples = speak_cached(line.text, EngineConfig().voice, desk.store).samples[:24_000]
        begin = round(line.start_s * 48_000)
        window = heard[begin - 480 : begin + len(samples) + 480]
        late = int(np.correlate(window, samples, "valid").argmax()) - 480
        assert abs(late) <= 64  # samples: the grid on which lines are laid


@pytest.mark.slow
def test_another_take_than_the_bakes_is_refused(desk: Desk, tmp_path: Path):
    other = replace(desk.job((("0.0", "Not this one."),), tmp_path / "other"), take=takes.DEMO_TAKE)
    with pytest.raises(RenderError, match="not the take that the presenter was baked from"):
        render_message(other, desk.store)


class Shrinking(Batch):
    """A batch on a machine whose memory is taken by others once the first group was formed."""

    def form_groups(
        self, find: Callable[[RenderContext, SpokenSegment], RenderedSegment | None]
    ) -> Iterator[list[SpokenSegment]]:
        for group in super().form_groups(find):
            self._frames_at_once = 30
            yield group


@pytest.mark.slow
def test_a_group_that_does_not_fit_any_more_is_drawn_one_by_one(
    desk: Desk, john: MessageResult, tmp_path: Path
):
    store = Store(tmp_path / "store")
    with Shrinking(store, 10_000) as batch:
        made = list(render_jobs(batch, [desk.job(JOHN, tmp_path / "john")]))
    [(_, again)] = made
    assert isinstance(again, MessageResult)
    assert again.content_hash == john.content_hash


@pytest.mark.slow
def test_a_long_line_that_cannot_be_stored_fails_with_its_own_reason_and_harms_no_other(
    desk: Desk, john: MessageResult, tmp_path: Path
):
    """The folder of one segment cannot be written to, while its line is drawn in chunks."""
    lines = (("0.0", "Hello Ann, nice to see you."), JOHN[1])
    store = Store(tmp_path / "store")
    shutil.copytree(desk.store.root, store.root)
    ann, again = desk.job(lines, tmp_path / "ann"), desk.job(JOHN, tmp_path / "john")
    with Batch(store) as batch:
        key = plan_message(ann, batch.open_context(ann)).segments[0].key
    name = hashlib.sha256(key.encode()).hexdigest()
    shutil.rmtree(store.root / "segment" / name[:2], ignore_errors=True)
    (store.root / "segment" / name[:2]).write_text("no folder")
    made = dict(render_batch([ann, again], store, frames_at_once=30))
    assert isinstance(made[ann], Exception)
    assert "generator" not in str(made[ann])
    assert isinstance(made[again], MessageResult)


@pytest.mark.slow
def test_a_segment_that_nobody_wants_any_more_is_free_for_others_at_once(desk: Desk, tmp_path: Path):
    def stop(step: Step) -> None:
        if step.stage == "drawing the mouth":
            raise Cancelled

    store = Store(tmp_path / "store")
    job = desk.job((("0.0", "Nobody waits for this."),), tmp_path / "given-up", stop)
    with Batch(store) as batch:
        key = plan_message(job, batch.open_context(job)).segments[0].key
        [(_, outcome)] = render_jobs(batch, [job])
        assert isinstance(outcome, Cancelled)
        mine = store.reserve("segment", key)
        assert mine is not None, "still held by the batch"
        mine.release()


def test_a_line_with_a_locale_of_its_own_is_another_line_and_the_rest_stays_shared(desk: Desk) -> None:
    lines = (("0.0", "We meet on 03/04/2026, John."), JOHN[1])
    plain = desk.job(lines)
    british = replace(plain, locales={"0.0": "en-GB"})
    with Batch(desk.store) as batch:
        usual, own = (
            [segment.speech for segment in plan_message(job, batch.open_context(job)).segments]
            for job in (plain, british)
        )
    assert len(usual[0].samples) != len(own[0].samples)
    assert np.array_equal(usual[1].samples, own[1].samples)

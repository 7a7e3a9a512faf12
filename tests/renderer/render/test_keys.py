"""What changes a segment's key, one thing at a time, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from renderer.config import DiffusionConfig, EngineConfig, VideoConfig, VoiceConfig
from renderer.presenter.presenter import Presenter
from renderer.render import message_sound, segment
from renderer.render.segment import SpokenSegment, compute_motion_key, compute_segment_key
from renderer.speech.speech import Speech
from renderer.take.base_track import PathFrame
from renderer.voices import speech_cache
from renderer.voices.speech_cache import compute_content_key, compute_speech_key
from tests.takes import DEMO_TAKE

CONFIG = EngineConfig()
PATH = tuple(PathFrame(frame, frame, 0.0) for frame in range(10, 40))
SPEECH = Speech(np.zeros(48_000, np.float32), (), (), 48_000)
OTHERS: dict[str, Any] = {
    "mode": "uniform",
    "steps": 3,
    "window_frames": 20,
    "overlap_frames": 5,
    "crf": 20,
    "preset": "fast",
    "audio_bit_rate": 96_000,
}


@pytest.fixture(scope="module")
def presenter(tmp_path_factory: pytest.TempPathFactory) -> Presenter:
    saved = tmp_path_factory.mktemp("presenter") / "presenter.safetensors"
    Presenter.load(DEMO_TAKE.with_name("presenter.safetensors")).save(saved)
    return Presenter.load(saved)


def said(text: str = "Hello John.", voice: VoiceConfig | None = None, **more: Any) -> SpokenSegment:
    """A line on thirty frames of the take, with neighbours on both sides."""
    given: dict[str, Any] = {
        "line_id": "0.0",
        "path": PATH,
        "lead_frames": 10,
        "speech": SPEECH,
        "speech_key": compute_speech_key(text, voice or CONFIG.voice),
        "before": (PathFrame(9, 9, 0.0),),
        "after": (PathFrame(40, 40, 0.0),),
    }
    return SpokenSegment(**given | more)


def key(presenter: Presenter, one: SpokenSegment, config: EngineConfig = CONFIG) -> str:
    return compute_segment_key(one, presenter, config)


SEGMENTS: dict[str, SpokenSegment] = {
    "the text": said("Hello Priya."),
    "the voice": said(voice=VoiceConfig(voice="en-gb")),
    "the engine of the voice": said(voice=VoiceConfig("pyttsx3")),
    "the voice's rate": said(voice=VoiceConfig(rate=1.1)),
    "a recording of the same": said(recorded=True),
    "the frames of the take": said(path=(*PATH[:-1], PathFrame(41, 41, 0.0))),
    "a mixed frame": said(path=(*PATH[:-1], PathFrame(39, 40, 0.2))),
    "when it is spoken": said(lead_frames=11),
    "what comes before": said(before=(PathFrame(8, 8, 0.0),)),
    "what comes after": said(after=(PathFrame(41, 41, 0.0),)),
    "nothing before": said(before=()),
    "nothing after": said(after=()),
}


@pytest.mark.parametrize("what", SEGMENTS)
def test_what_is_said_and_shown_changes_the_key(presenter: Presenter, what: str) -> None:
    assert key(presenter, SEGMENTS[what]) != key(presenter, said())


def test_a_frame_cannot_move_from_a_neighbour_into_the_segment(presenter: Presenter) -> None:
    shifted = said(before=(), path=(PathFrame(9, 9, 0.0), *PATH))
    assert key(presenter, shifted) != key(presenter, said())


@pytest.mark.parametrize("name", [field.name for field in fields(DiffusionConfig)])
def test_every_setting_of_the_diffusion_changes_the_key(presenter: Presenter, name: str) -> None:
    other = replace(CONFIG, diffusion=replace(CONFIG.diffusion, **{name: OTHERS[name]}))
    assert key(presenter, said(), other) != key(presenter, said())


@pytest.mark.parametrize("name", [field.name for field in fields(VideoConfig)])
def test_every_setting_of_the_video_changes_the_key(presenter: Presenter, name: str) -> None:
    other = replace(CONFIG, video=replace(CONFIG.video, **{name: OTHERS[name]}))
    assert key(presenter, said(), other) != key(presenter, said())


def test_how_many_frames_are_known_at_a_seam_changes_the_key(presenter: Presenter) -> None:
    other = replace(CONFIG, plan=replace(CONFIG.plan, seam_frames=3))
    assert key(presenter, said(), other) != key(presenter, said())


CHANGES: dict[str, Callable[[Presenter], Presenter]] = {
    "the take's pictures": lambda p: replace(p, points=p.points + 1),
    "the weights": lambda p: replace(p, network={**p.network, "leave.bias": p.network["leave.bias"] + 1}),
    "how the mouth moves": lambda p: replace(p, style=replace(p.style, lag_s=p.style.lag_s + 0.04)),
    "the bake's settings": lambda p: replace(p, config=replace(p.config, seed=1)),
    "the take itself": lambda p: replace(p, facts=replace(p.facts, sha256="0" * 64)),
}


@pytest.mark.parametrize("what", CHANGES)
def test_everything_in_a_bake_changes_the_key(presenter: Presenter, what: str, tmp_path: Path) -> None:
    presenter.save(tmp_path / "same.safetensors")
    CHANGES[what](presenter).save(tmp_path / "other.safetensors")
    same, other = (Presenter.load(tmp_path / f"{name}.safetensors") for name in ("same", "other"))
    assert key(same, said()) == key(presenter, said())
    assert key(other, said()) != key(presenter, said())


def test_the_version_of_the_code_changes_the_key(
    presenter: Presenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = key(presenter, said()), compute_speech_key("Hello.", CONFIG.voice)
    monkeypatch.setattr(segment, "STAGE_VERSION", "another")
    monkeypatch.setattr(speech_cache, "STAGE_VERSION", "another")
    assert segment.STAGE_VERSION != message_sound.STAGE_VERSION
    assert key(presenter, said()) != before[0]
    assert compute_speech_key("Hello.", CONFIG.voice) != before[1]


def test_names_rows_and_folders_do_not_change_the_key(presenter: Presenter, tmp_path: Path) -> None:
    other_line = said(line_id="7.1")
    presenter.save(tmp_path / "another name.safetensors")
    again = Presenter.load(tmp_path / "another name.safetensors")
    assert key(again, other_line) == key(presenter, said())


def test_a_voice_in_a_file_counts_by_its_content_and_not_by_its_name(tmp_path: Path) -> None:
    one, two = tmp_path / "one.onnx", tmp_path / "two.onnx"
    for file, content in ((one, b"a voice"), (two, b"a voice")):
        file.write_bytes(content)
    assert compute_speech_key("Hi.", VoiceConfig("piper", str(one))) == compute_speech_key(
        "Hi.", VoiceConfig("piper", str(two))
    )
    before = compute_speech_key("Hi.", VoiceConfig("piper", str(one)))
    one.write_bytes(b"another voice")
    assert compute_speech_key("Hi.", VoiceConfig("piper", str(one))) != before
    two.with_name("two.onnx.json").write_text("{}")
    assert compute_speech_key("Hi.", VoiceConfig("piper", str(two))) != before


def test_a_recording_counts_by_its_samples() -> None:
    louder = Speech(SPEECH.samples + 0.1, (), (), 48_000)
    assert compute_content_key(SPEECH) == compute_content_key(
        Speech(np.zeros(48_000, np.float32), (), (), 48_000)
    )
    assert compute_content_key(louder) != compute_content_key(SPEECH)


MOVES_OTHERWISE = (
    "the text", "the voice", "the engine of the voice", "the voice's rate", "a recording of the same",
    "when it is spoken",
)  # fmt: skip


@pytest.mark.parametrize("what", MOVES_OTHERWISE)
def test_everything_that_changes_how_a_mouth_moves_changes_the_key_of_its_motion(
    presenter: Presenter, what: str
) -> None:
    assert compute_motion_key(SEGMENTS[what], presenter) != compute_motion_key(said(), presenter)


def test_a_longer_segment_and_other_code_have_another_motion(
    presenter: Presenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = compute_motion_key(said(), presenter)
    longer = said(path=(*PATH, PathFrame(40, 40, 0.0)))
    assert compute_motion_key(longer, presenter) != before
    monkeypatch.setattr(segment, "STAGE_VERSION", "another")
    assert compute_motion_key(said(), presenter) != before


@pytest.mark.parametrize("what", sorted(SEGMENTS.keys() - set(MOVES_OTHERWISE)))
def test_a_line_moves_the_same_wherever_on_the_take_it_stands(presenter: Presenter, what: str) -> None:
    assert compute_motion_key(SEGMENTS[what], presenter) == compute_motion_key(said(), presenter)


@pytest.mark.parametrize("what", CHANGES)
def test_another_bake_has_another_motion(presenter: Presenter, what: str, tmp_path: Path) -> None:
    CHANGES[what](presenter).save(tmp_path / "other.safetensors")
    other = Presenter.load(tmp_path / "other.safetensors")
    assert compute_motion_key(said(), other) != compute_motion_key(said(), presenter)

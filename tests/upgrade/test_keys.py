"""Files of the cache have the names that version 0.2 gave them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from renderer.config import (
    BakeConfig,
    DiffusionConfig,
    EngineConfig,
    FusionMode,
    VideoConfig,
    VoiceConfig,
    fingerprint,
)
from renderer.presenter import bake
from renderer.presenter.bake_cache import ensure_baked
from renderer.presenter.lazy_take import LazyTake
from renderer.presenter.presenter import Presenter
from renderer.render.context import RenderContext
from renderer.render.encode import measure
from renderer.render.message_sound import PlacedSound, encode_message_sound
from renderer.render.seams import load_or_draw_neutral
from renderer.render.segment import SpokenSegment, compute_motion_key, compute_segment_key
from renderer.render.sound_levels import SoundLevels
from renderer.runtime.store import Store
from renderer.speech.speech import Phone, Speech, Word
from renderer.take.base_track import FramePath, PathFrame
from renderer.voices.speech_cache import compute_content_key, compute_speech_key
from renderer.weights import weights_key
from tests.upgrade.version_0_2 import KEYS, RAISED

Value = TypeVar("Value")
CONFIG = EngineConfig()
FRAMES = tuple(PathFrame(frame, frame, 0.0) for frame in range(10, 40))
TRANSITION = (*FRAMES[:-1], PathFrame(39, 60, 0.25))
SPEECH = Speech(
    np.linspace(-0.5, 0.5, 480).astype(np.float32),
    (Phone("h", 0.0, 0.004), Phone("aɪ", 0.004, 0.01, 1)),
    (Word("Hi", 0.0, 0.01),),
)
TAKE_SHA256 = "d" * 64


class Asked(Exception):
    """Holds the key."""


class Noticing(Store):
    """A store that says which key it is asked for."""

    def use(
        self, kind: str, key: str, suffix: str, write: Callable[[Path], None], read: Callable[[Path], Value]
    ) -> Value:
        raise Asked(key)

    def make(self, kind: str, key: str, suffix: str, write: Callable[[Path], None]) -> tuple[Path, bool]:
        raise Asked(key)


@pytest.fixture(scope="module")
def presenter(files: Path) -> Presenter:
    return replace(Presenter.load(files / "light.safetensors"), content_key="c0ffee")


def spoken(**more: Any) -> SpokenSegment:
    """A line on thirty frames of the take, with neighbours on both sides."""
    given: dict[str, Any] = {
        "line_id": "0.0",
        "path": FRAMES,
        "lead_frames": 10,
        "speech": SPEECH,
        "speech_key": "a" * 64,
        "before": (PathFrame(9, 9, 0.0),),
        "after": (PathFrame(40, 40, 0.0),),
    }
    return SpokenSegment(**given | more)


def by_mode(mode: FusionMode) -> EngineConfig:
    return replace(CONFIG, diffusion=DiffusionConfig(mode, steps=3))


def key_asked(ask: Callable[[Store], object], folder: Path) -> str:
    with pytest.raises(Asked) as asked:
        ask(Noticing(folder))
    return str(asked.value)


def check(kind: str, keys: Mapping[str, str]) -> None:
    """The keys are those of 0.2 or, where the version was raised, all others."""
    if kind in RAISED:
        same = {what for what, key in keys.items() if key == KEYS[kind][what]}
        assert not same, f"Nothing was raised for {kind}: take its line out of RAISED."
    else:
        assert keys == KEYS[kind]


def test_a_raised_version_is_of_a_kind_that_exists_and_has_a_reason() -> None:
    assert RAISED.keys() <= KEYS.keys()
    assert all(RAISED.values())


def test_of_speech() -> None:
    keys = {
        "the packaged voice": compute_speech_key("Hello John.", VoiceConfig("piper")),
        "eSpeak NG, a little faster": compute_speech_key(
            "Żółć, O’Neil!",
            VoiceConfig("pyttsx3", "en-gb", 1.1),
        ),
    }
    check("speech", keys)
    assert compute_content_key(SPEECH) == KEYS["speech"]["recorded"]


def test_of_segments(presenter: Presenter) -> None:
    other = EngineConfig(video=VideoConfig(23, "slow", 96_000), plan=replace(CONFIG.plan, seam_frames=5))
    modes: tuple[FusionMode, ...] = ("uniform", "shift", "chunk", "autoregressive")
    keys: dict[str, str] = {
        "on thirty frames": compute_segment_key(spoken(), presenter, CONFIG),
        "recorded": compute_segment_key(spoken(recorded=True), presenter, CONFIG),
        "alone in its message": compute_segment_key(spoken(before=(), after=()), presenter, CONFIG),
        "over a transition": compute_segment_key(spoken(path=TRANSITION), presenter, CONFIG),
        **{mode: compute_segment_key(spoken(), presenter, by_mode(mode)) for mode in modes},
        "other settings": compute_segment_key(spoken(), presenter, other),
    }
    check("segment", keys)


def test_of_motions(presenter: Presenter) -> None:
    keys = {
        "on thirty frames": compute_motion_key(spoken(), presenter),
        "recorded": compute_motion_key(spoken(recorded=True), presenter),
        "spoken later": compute_motion_key(spoken(lead_frames=12), presenter),
    }
    check("motion", keys)


def test_of_resting_mouths(presenter: Presenter, tmp_path: Path) -> None:
    def key(path: FramePath, goes_on: tuple[bool, bool], config: EngineConfig = CONFIG) -> str:
        def ask(store: Store) -> object:
            return load_or_draw_neutral(
                RenderContext(presenter, LazyTake(tmp_path, presenter), store, config), path, goes_on
            )

        return key_asked(ask, tmp_path)

    keys = {
        "at the beginning": key(FRAMES[:4], (False, True)),
        "between two lines": key(FRAMES[:8], (True, True)),
        "shift": key(FRAMES[:4], (True, False), by_mode("shift")),
    }
    check("rest", keys)


def test_of_measures(presenter: Presenter, tmp_path: Path) -> None:
    def ask(store: Store) -> object:
        context = RenderContext(presenter, LazyTake(tmp_path, presenter), store, CONFIG)
        return measure(context, spoken(key="b" * 64), tmp_path, cached=True)

    check("measured", {"of a segment": key_asked(ask, tmp_path)})


def test_of_sounds(tmp_path: Path) -> None:
    one, two = PlacedSound(4800, SPEECH.samples, "a" * 64), PlacedSound(5300, SPEECH.samples, "b" * 64)
    keys = {
        "one line": key_asked(
            lambda store: encode_message_sound([one], 48_000, 160_000, store, SoundLevels()), tmp_path
        ),
        "two lines that touch": key_asked(
            lambda store: encode_message_sound([one, two], 48_000, 96_000, store, SoundLevels()), tmp_path
        ),
    }
    check("sound", keys)


def test_of_bakes(files: Path, tmp_path: Path) -> None:
    [clip] = (files / "cache/segment/52").iterdir()  # any clip that is always the same

    def key(config: BakeConfig) -> str:
        return key_asked(lambda store: ensure_baked(clip, store, config, first_frames=25), tmp_path)

    small = BakeConfig(crop_px=64, fit_seconds=3.0, start="nothing")
    check("presenter", {"as shipped": key(BakeConfig()), "small and from nothing": key(small)})


def test_of_the_parts_of_an_interrupted_bake() -> None:
    check("track", {"the whole take": fingerprint(bake.TRACK_VERSION, TAKE_SHA256, 500, BakeConfig())[:20]})


def test_of_the_shipped_weights() -> None:
    check("weights", {"shipped": weights_key()})

"""How much memory a message takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from renderer.config import EngineConfig, VoiceConfig
from renderer.errors import RenderError
from renderer.evaluation.footprint import (
    Footprint,
    LongText,
    enlarge,
    format_footprint,
    main,
    measure_footprint,
)
from renderer.presenter.presenter import Presenter
from renderer.progress import ignore_progress
from renderer.runtime.store import Store
from tests.presenters import Baked

CONFIG = EngineConfig(voice=VoiceConfig("pyttsx3"))


def test_a_long_text_is_said_in_lines_or_as_one_of_them(tmp_path: Path) -> None:
    store = Store(tmp_path)
    several, one = (LongText(12, whole).lines(CONFIG, store) for whole in (False, True))
    assert len(several) > 2
    assert one == (("0", " ".join(text for _, text in several)),)


def test_what_is_told_is_the_peak_less_what_was_loaded() -> None:
    found = Footprint(1920, 1080, 1, 300.0, 298.0, 384, 900.0, 2900.0, 60.0)
    assert found.message_mb == 2000
    assert "the message's own: 2,000 MB" in format_footprint(found)


@pytest.mark.slow
def test_an_enlarged_take_shows_the_same_face_in_the_same_place(baked: Baked, tmp_path: Path) -> None:
    take, bake = enlarge(baked.take, baked.bake, (960, 540), tmp_path)
    before, after = Presenter.load(baked.bake), Presenter.load(bake)
    assert (after.facts.width, after.facts.height) == (960, 540)
    assert after.fine_px > before.fine_px
    apart = np.abs(after.crops.astype(int) - before.crops).mean()
    beside = np.abs(np.roll(after.crops, 1, axis=2).astype(int) - before.crops).mean()
    assert apart < 3
    assert apart < beside / 2
    found = measure_footprint(take, bake, LongText(1.0), CONFIG, tmp_path / "message", ignore_progress)
    assert (tmp_path / "message.mp4").stat().st_size > 0
    assert found.loaded_mb < found.peak_mb
    assert found.lines == 1


def test_another_shape_is_refused(baked: Baked, tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="another shape"):
        enlarge(baked.take, baked.bake, (960, 720), tmp_path)


def test_the_command_says_in_a_sentence_what_is_missing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    missing = str(tmp_path / "none.safetensors")
    assert main(["--take", missing, "--presenter", missing, "--seconds", "1"]) == 1
    assert "There is no baked presenter" in capsys.readouterr().err

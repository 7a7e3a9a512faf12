from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from renderer.errors import RenderError
from renderer.training.neural_voices import HibariTeacher, list_styles, load_style
from renderer.voices.hibari_voice import Throat


def test_a_teacher_says_ipa_of_any_language_with_the_time_of_each_phone() -> None:
    said = HibariTeacher(Throat(0.8), seed=3).say("papa, mˈaːma!", 1.0)
    assert "".join(phone.symbol for phone in said.phones) == "papamama"
    assert said.phones[-1].end_s == pytest.approx(len(said.samples) / said.rate_hz, abs=1e-3)


def test_a_style_of_the_folder_is_read(tmp_path: Path) -> None:
    voices = tmp_path / "kokoro-js" / "voices"
    voices.mkdir(parents=True)
    numbers = np.arange(510 * 256, dtype=np.float32)
    (voices / "af_x.bin").write_bytes(numbers.tobytes())
    assert np.array_equal(load_style(list_styles(tmp_path)[0]).ravel(), numbers)


def test_a_folder_without_voices_is_named(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="kokoro-js/voices"):
        list_styles(tmp_path)

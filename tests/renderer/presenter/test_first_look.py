from __future__ import annotations

from pathlib import Path

import pytest

from renderer.errors import RenderError
from renderer.presenter.first_look import look_at_take

TAKE = Path(__file__).resolve().parents[3] / "campaigns" / "demo" / "presenter-take.mp4"


def test_a_good_take_is_described_and_lacks_nothing() -> None:
    look = look_at_take(TAKE)
    assert (look.width, look.height, look.refusal, look.notes) == (1280, 720, "", ())
    assert 20 < look.duration_s < 30


def test_what_is_no_video_is_refused_in_words(tmp_path: Path) -> None:
    wrong = tmp_path / "take.mp4"
    wrong.write_text("these are words")
    with pytest.raises(RenderError, match=r"take\.mp4"):
        look_at_take(wrong)

"""The moving preview: the poster first, then the moment, the sign over all of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from renderer.video.preview import BYTES_MAX, write_preview
from tests.renderer.video.clips import number_of, numbered, write_clip
from tests.renderer.video.test_gif import list_shown


def test_it_begins_with_the_poster_and_the_sign_lies_over_every_frame(tmp_path: Path) -> None:
    sign = np.zeros((96, 160, 4), np.uint8)
    sign[60:80, 40:120] = (255, 255, 255, 255)
    clip = write_clip(tmp_path / "clip.mp4", 60)
    write_preview(clip, (0.4, 1.4), numbered(600), sign, tmp_path / "moving.gif")
    shown = list_shown(tmp_path / "moving.gif")
    assert [number_of(frame) for frame in shown[:2]] == [600, 10]
    assert len(shown) == 9 and (tmp_path / "moving.gif").stat().st_size < BYTES_MAX
    assert all(frame[62:78, 45:115].min() > 235 for frame in shown)

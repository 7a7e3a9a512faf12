from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from renderer.config import BakeConfig
from renderer.errors import RenderError
from renderer.presenter.bake import bake
from renderer.presenter.light_bake import complete, lighten
from renderer.presenter.presenter import Presenter
from tests import takes


@pytest.mark.slow
def test_a_light_bake_is_made_whole_from_its_take_and_from_no_other(tmp_path: Path):
    take = takes.good(tmp_path / "take.mp4")
    whole = bake(take, tmp_path / "whole.safetensors", replace(BakeConfig(), fit_seconds=1.0))
    light = tmp_path / "light.safetensors"
    lighten(whole).save(light)
    assert light.stat().st_size < (tmp_path / "whole.safetensors").stat().st_size / 2

    again = complete(light, take, tmp_path / "again.safetensors")
    assert np.array_equal(again.fine, whole.fine)
    assert np.array_equal(again.points, whole.points)
    assert again.content_key == Presenter.load(tmp_path / "again.safetensors").content_key

    other = takes.too_short(tmp_path / "other.mp4")
    with pytest.raises(RenderError, match=r"another take than other\.mp4"):
        complete(light, other, tmp_path / "never.safetensors")
    assert not (tmp_path / "never.safetensors").exists()

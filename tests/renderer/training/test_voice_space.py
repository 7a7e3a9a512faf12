from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest

from renderer.errors import RenderError
from renderer.likeness.voice_space import load_voice_space
from renderer.training import voice_space
from renderer.weights import arrays, read_metadata
from tests.renderer.likeness.voices import stock


def test_the_space_of_a_folder_of_voices_holds_their_means_and_what_lengths_change(tmp_path: Path) -> None:
    folder = tmp_path / "package" / "voices"
    folder.mkdir(parents=True)
    for name in ("af_heart", "am_fenrir"):
        stock(name).style.tofile(folder / f"{name}.bin")
    out = tmp_path / "space.safetensors"
    assert voice_space.run(argparse.Namespace(package=tmp_path / "package", out=out)) == 0
    made, shipped = arrays(out), load_voice_space()
    assert read_metadata(out)["names"] == ["af_heart", "am_fenrir"]
    at = [shipped.names.index(name) for name in ("af_heart", "am_fenrir")]
    np.testing.assert_allclose(made["means"], shipped.means[at], atol=2e-3)
    np.testing.assert_allclose(made["lengths"], shipped.lengths, atol=2e-3)
    assert (made["speakers"] * shipped.speakers[at]).sum(1).min() > 0.9


def test_a_folder_without_voices_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="no folder voices"):
        voice_space.run(argparse.Namespace(package=tmp_path, out=tmp_path / "space.safetensors"))

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from renderer.errors import RenderError
from renderer.voices.styles import (
    PACKAGED,
    SHAPE,
    Style,
    find_style_files,
    list_style_files,
    read_style,
    write_style,
)


def make_style(**facts: object) -> Style:
    vectors = np.random.default_rng(0).normal(0, 0.1, SHAPE).astype(np.float32)
    return Style(vectors, **facts)  # type: ignore[arg-type]


def test_a_style_is_read_as_it_was_written(tmp_path: Path) -> None:
    style = make_style(name="anna", label="Anna's", language="en-gb", licence="CC0", pitch=1.1, rate=0.9)
    write_style(style, tmp_path / "anna.safetensors", fitted_to="a take")
    found = read_style(tmp_path / "anna.safetensors")
    assert np.array_equal(found.style, style.style)
    assert (found.name, found.label, found.language, found.licence) == ("anna", "Anna's", "en-gb", "CC0")
    assert (found.pitch, found.rate, found.pitch_hz) == (1.1, 0.9, 0.0)


def test_a_file_with_the_numbers_alone_is_a_style(tmp_path: Path) -> None:
    save_file({"style": make_style().style}, tmp_path / "bare.safetensors")
    assert read_style(tmp_path / "bare.safetensors").language == "en-us"


@pytest.mark.parametrize(
    ("tensors", "metadata", "said"),
    [
        ({"style": np.zeros((510, 128), np.float32)}, {}, r"\[510, 128\]"),
        ({"style": np.full(SHAPE, np.nan, np.float32)}, {}, "not a style"),
        ({"other": np.zeros(SHAPE, np.float32)}, {}, "no tensor “style”"),
        ({"style": np.zeros(SHAPE, np.float32)}, {"pitch": "9"}, "beyond"),
        ({"style": np.zeros(SHAPE, np.float32)}, {"pitch": '"high"'}, "cannot be read"),
        ({"style": np.zeros(SHAPE, np.float32)}, {"pitch": "{"}, "cannot be read|no tensor"),
    ],
)
def test_what_is_no_style_is_refused_by_its_name(
    tmp_path: Path, tensors: dict[str, np.ndarray], metadata: dict[str, str], said: str
) -> None:
    save_file(tensors, tmp_path / "odd.safetensors", metadata=metadata)
    with pytest.raises(RenderError, match=said) as caught:
        read_style(tmp_path / "odd.safetensors")
    assert "odd.safetensors" in caught.value.message


def test_a_style_that_is_missing_or_no_safetensors_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "text.safetensors").write_text("not this")
    for name in ("gone.safetensors", "text.safetensors"):
        with pytest.raises(RenderError, match=name):
            read_style(tmp_path / name)


def test_styles_are_found_by_name_by_path_and_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYNAME_VOICES", str(tmp_path))
    write_style(make_style(name="mine"), tmp_path / "mine.safetensors")
    assert find_style_files("mine") == find_style_files(str(tmp_path / "mine.safetensors"))
    assert find_style_files("") == [list_style_files()[0]] and find_style_files("")[0].parent == PACKAGED
    assert find_style_files("nobody") == find_style_files("/nowhere/x.safetensors") == []


@pytest.mark.parametrize("path", sorted(PACKAGED.glob("*.safetensors")), ids=lambda path: path.stem)
def test_a_packaged_style_tells_what_it_is(path: Path) -> None:
    style = read_style(path)
    assert style.name == path.stem
    assert style.label and style.licence == "Apache-2.0" and 60 < style.pitch_hz < 400

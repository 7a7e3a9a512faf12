"""A bake without the take's own pictures: small enough to ship, made whole again from the take in seconds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from renderer.errors import RenderError
from renderer.mouth.base import crop_frame
from renderer.presenter.presenter import Presenter, load_presenter
from renderer.progress import Progress, Step, ignore_progress
from renderer.video.decode import TakeReader
from renderer.video.probe import probe


def check_whole(file: Path, take: Path) -> None:
    """Raise RenderError unless ``file`` is a whole bake of this take, and say what to do."""
    presenter, facts = load_presenter(file), probe(take)
    if presenter.facts.sha256 != facts.sha256:
        raise RenderError(
            f"{file.name} was baked from another take than {take.name}. "
            "Choose the take that it was made of, or bake this one."
        )
    if not len(presenter.fine):
        raise RenderError(
            f"{file.name} is a light bake, without the pictures of its take. Complete it first: "
            f"python -m renderer complete --light {file} --take {take} --out whole.safetensors"
        )
    if not presenter.facts.frames == len(presenter.fine) == facts.frames:
        raise RenderError(
            f"{file.name} holds {len(presenter.fine)} of the {facts.frames} frames of {take.name}. "
            "Bake the whole take."
        )


def lighten(whole: Presenter) -> Presenter:
    """The presenter without crops, its network in half precision (which is what it is drawn with)."""
    network: dict[str, Any] = {name: array.astype(np.float16) for name, array in whole.network.items()}
    return replace(whole, fine=whole.fine[:0], network=network, content_key="")


def complete(light: Path, take: Path, out: Path, progress: Progress = ignore_progress) -> Presenter:
    """Write a light bake, made whole, to ``out``. Raises RenderError when the take is another one."""
    presenter = Presenter.load(light)
    with TakeReader(take) as reader:
        if reader.facts.sha256 != presenter.facts.sha256:
            raise RenderError(
                f"{light.name} was baked from another take than {take.name}. "
                "Choose the take that it was made of, or bake this one."
            )
        fine = np.empty((reader.facts.frames, *presenter.fine.shape[1:]), np.uint8)
        for number, frame in enumerate(reader.frames(range(len(fine)))):
            fine[number] = crop_frame(frame, presenter.matrices[number], presenter.crop_px, presenter.fine_px)
            progress(Step("cutting out the lower face", number + 1, len(fine)))
    network = {name: np.asarray(array, np.float32) for name, array in presenter.network.items()}
    replace(presenter, fine=fine, network=network, content_key="").save(out)
    return Presenter.load(out)

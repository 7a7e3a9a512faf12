"""A presenter baked by the real engine from seven seconds of the demo's take: quick and crude."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from django.core.files import File
from django.utils import timezone

from campaigns import engine
from campaigns.models import Presenter
from campaigns.states import BakeState
from renderer.config import BakeConfig
from tests import takes

FIT_SECONDS = 3.0


@dataclass(frozen=True)
class Baked:
    """A take and its bake, as files."""

    take: Path
    bake: Path


def make_bake(folder: Path) -> Baked:
    """Made once per test run; see the fixture ``baked`` in conftest.py."""
    from renderer.presenter.bake import bake  # loads torch and the face tracker

    take = takes.good(folder / "take.mp4")
    out = folder / "presenter.safetensors"
    config = BakeConfig(crop_px=64, fit_seconds=FIT_SECONDS, fit_steps_max=20, base_channels=8)
    made = bake(take, out, config)
    replace(made, network=_soften(made.network)).save(out)
    return Baked(take, out)


def _soften(network: Mapping[str, npt.NDArray[np.float32]]) -> dict[str, npt.NDArray[np.float32]]:
    """The network with a last layer that surely speaks, softly: whether so short a fit beats its drafts, and
    thus whether its network runs at all, would depend on the machine."""
    last = network["leave.weight"]
    spoken = np.random.default_rng(5).normal(0, 0.01, last.shape).astype(last.dtype)
    return {**network, "leave.weight": spoken}


def store_presenter(files: Baked) -> Presenter:
    """The same in the database, ready and with consent."""
    made = Presenter(name="Nora", consent_by="Nora", consent_at=timezone.now())
    with files.take.open("rb") as take:
        made.take.save("take.mp4", File(take), save=False)
    give_bake(made, files)
    return made


def give_bake(presenter: Presenter, files: Baked) -> None:
    """What preparing the take would make of it."""
    facts = engine.probe_take(files.take)
    presenter.facts, presenter.take_sha256 = facts, facts["sha256"]
    presenter.bake_state = BakeState.READY
    with files.bake.open("rb") as bake_file:
        presenter.bake.save("presenter.safetensors", File(bake_file), save=False)
    presenter.save()

"""What every stage of a render needs beside the segment itself."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from renderer.config import EngineConfig
from renderer.presenter.lazy_take import LazyTake
from renderer.presenter.presenter import Presenter
from renderer.runtime.store import Store


@dataclass(frozen=True, eq=False)
class RenderContext:
    """One presenter on one take, with one set of options; everything finished lies in ``store``."""

    presenter: Presenter
    take: LazyTake
    store: Store
    config: EngineConfig

    @property
    def fps(self) -> Fraction:
        return self.presenter.facts.fps

    @property
    def frame_bytes(self) -> int:
        """About what one frame takes in memory from its draft to its encoding."""
        small, fine = self.presenter.crop_px**2, self.presenter.fine_px**2
        return 120 * small + 12 * fine

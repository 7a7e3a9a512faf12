"""The built-in takes of ``quality``: the demo's, and synthetic presenters with what makes people hard."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from renderer.errors import RenderError
from renderer.progress import Progress, Step

DEMO_TAKE = Path(__file__).resolve().parents[2] / "campaigns" / "demo" / "presenter-take.mp4"
# Kind of `renderer.synthetic.kinds` → the number of its presenter: six people whose mouths open well.
PRESENTERS: Mapping[str, int] = MappingProxyType(
    {"plain": 5, "turning": 23, "smiling": 27, "braces": 2, "bearded-hard-light": 20, "phone": 11}
)
SECONDS = 10
_SEED = 7
# To be raised when films of equal kind and number get other pictures, because takes are kept.
_FILMED_AS = 1


def gather_takes(cache: Path, progress: Progress) -> list[Path]:
    """The demo's take and one of each kind, filmed into ``cache`` where they are not there yet.

    Raises RenderError where the demo's take is missing or nothing can be filmed.
    """
    if not DEMO_TAKE.exists():
        raise RenderError(
            f"The demo's take is not at {DEMO_TAKE}. Run from a checkout, or name clips with --takes."
        )
    folder = cache / "quality-takes" / f"{_FILMED_AS}"
    return [DEMO_TAKE, *film_presenters(folder, SECONDS, progress)]


def film_presenters(
    folder: Path, seconds: float, progress: Progress, presenters: Mapping[str, int] = PRESENTERS
) -> list[Path]:
    """One take of each kind, by the numbers of its presenters; those that are there already are kept."""
    try:
        from renderer.synthetic.film import film_take  # loads OpenGL
        from renderer.synthetic.kinds import KINDS
    except ModuleNotFoundError as error:
        raise RenderError(
            f"Synthetic presenters cannot be filmed here: {error.name} is not installed. "
            'Run pip install -e ".[synthetic,espeak]", or name clips with --takes.'
        ) from error
    takes = []
    for done, (name, number) in enumerate(presenters.items()):
        progress(Step("filming takes", done, len(presenters)))
        takes.append(film_take(name, number, _SEED, round(seconds * KINDS[name].fps), folder))
    return takes

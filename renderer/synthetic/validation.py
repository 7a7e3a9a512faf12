"""``python -m renderer.synthetic.validation DIR``: tracks films and validates them against their truth."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from renderer.errors import RenderError
from renderer.face.landmarks import EYE_CORNERS, INNER_LOWER, INNER_UPPER
from renderer.face.track import track
from renderer.synthetic.lip_gap import compute_gap_m

Curve = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FilmCheck:
    """``face_share``: frames with a face, 0..1; ``correlation`` of the drawn and the tracked lip gap."""

    name: str
    frames: int
    face_share: float
    correlation: float


def check_film(film: Path) -> FilmCheck:
    """Validate one film against the truth beside it. Raises RenderError where no usable face is found."""
    with av.open(str(film)) as video:
        frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    tracked = track(frames, len(frames))
    points, width_px = tracked.points, np.ptp(tracked.points[:, EYE_CORNERS, 0], axis=1)
    seen = (points[:, INNER_LOWER[5], 1] - points[:, INNER_UPPER[5], 1]) / width_px
    truth = json.loads(film.with_suffix(".json").read_text(encoding="utf-8"))
    drawn = compute_gap_m({name: np.array(curve) for name, curve in truth["units"].items()})
    r = float(np.corrcoef(np.maximum(drawn, 0), seen)[0, 1])
    return FilmCheck(film.name, len(frames), float(tracked.ok.mean()), r)


def main(arguments: list[str] | None = None) -> int:
    """Prints one line for each film and one for all."""
    parser = argparse.ArgumentParser(prog="python -m renderer.synthetic.validation", description=__doc__)
    parser.add_argument("films", type=Path, help="the folder that python -m renderer.synthetic filled")
    parser.add_argument("--most", type=int, default=1000, help="how many films to look at")
    args = parser.parse_args(arguments)
    paths = [path for path in sorted(args.films.glob("*.mp4")) if path.with_suffix(".json").exists()]
    good: list[FilmCheck] = []
    for path in paths[: args.most]:
        try:
            good.append(check_film(path))
        except RenderError as error:
            sys.stdout.write(f"{path.name}: {error.message}\n")
            continue
        found = good[-1]
        sys.stdout.write(f"{found.name}: face in {found.face_share:.0%} of {found.frames} frames, ")
        sys.stdout.write(f"lip gap r = {found.correlation:.2f}\n")
        sys.stdout.flush()
    sys.stdout.write(_summarize(good, min(len(paths), args.most)))
    return 0


def _summarize(good: list[FilmCheck], total: int) -> str:
    if not good:
        return f"0 of {total} films can be used\n"
    frames = sum(seen.frames for seen in good)
    found = sum(seen.face_share * seen.frames for seen in good) / frames
    rs = np.array([seen.correlation for seen in good])
    return (
        f"{len(good)} of {total} films can be used; face in {found:.1%} of {frames} frames; "
        f"lip gap r: median {np.median(rs):.2f}, least {rs.min():.2f}\n"
    )


if __name__ == "__main__":
    sys.exit(main())

"""``python -m renderer.synthetic.average_head``: the head that `renderer.face.head_pose` starts from."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import CHEEKS, HEAD_POSE
from renderer.runtime.atomic_files import atomic_write
from renderer.synthetic.body import Human
from renderer.synthetic.identity import create_average_identity
from renderer.synthetic.landmarks import compute_face_points

Doubles = npt.NDArray[np.float64]


def measure_average_head() -> Doubles:
    """The average person's face points [478, 3] at rest, as wide as 1 between the cheeks.

    x to the right of the picture, y down, z away from the camera; the middle of the solid points is 0.
    """
    points = compute_face_points(Human(create_average_identity()), {}).astype(np.float64)
    shape = np.stack([points[:, 0], -points[:, 2], points[:, 1]], 1)
    shape -= shape[list(HEAD_POSE)].mean(0)
    return np.asarray(shape / np.linalg.norm(shape[CHEEKS[1]] - shape[CHEEKS[0]]))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m renderer.synthetic.average_head")
    parser.add_argument("--out", type=Path, required=True, help="the table to write (CSV)")
    options = parser.parse_args(arguments)
    with atomic_write(options.out) as part:
        np.savetxt(part, measure_average_head(), "%.4f", ",")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The face tracker's 478 points, bound to the body: any person's points follow without drawing.

The binding was read once off a drawn face by ``python -m renderer.synthetic.binding`` and lies beside this
module; it holds for every identity, because all share one mesh.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file

from renderer.synthetic.body import HeadTurn, Human

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

BINDING = Path(__file__).with_name("face_binding.safetensors")


def compute_face_points(
    human: Human, units: Mapping[str, float], head_rad: HeadTurn = (0.0, 0.0, 0.0)
) -> Floats:
    """The tracker's points [478, 3] on this person in metres (see `Human.compute_vertices`)."""
    ids, weights = load_binding()
    corners = human.compute_vertices(units, head_rad)[ids]
    return np.asarray((corners * weights[..., None]).sum(1), np.float32)


@cache
def load_binding() -> tuple[Ints, Floats]:
    """Three points of the body [478, 3] and their weights [478, 3] for each point of the tracker."""
    saved = load_file(BINDING)
    return saved["ids"], saved["weights"]

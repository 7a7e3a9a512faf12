"""Write the tracker's networks: `python -m renderer.face.conversion WHEEL FOLDER`.

WHEEL is an unpacked wheel of mediapipe 0.10.21, FOLDER is renderer/weights. The extra `convert` brings what
this needs beside the product's own packages.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from renderer.face.landmarks import POINTS
from renderer.face.networks import FACE_DETECTOR, FACE_MESH, HAND_LANDMARKS, NAMES, PALM_DETECTOR
from renderer.runtime.atomic_files import atomic_write

if TYPE_CHECKING:
    import onnx

    from renderer.face.conversion.operators import Translation

_EXTRA = ("onnx", "tflite", "flatbuffers")  # what the extra `convert` brings
_COARSE_POINTS = 468  # without the irises


@dataclass(frozen=True)
class _Source:
    """A file in the wheel, the values that it takes for black and white, and its outputs by our names."""

    file: str
    pixel_range: tuple[float, float]
    outputs: dict[str, str]


_SOURCES = {
    FACE_DETECTOR: _Source(
        "face_detection/face_detection_short_range",
        (-1.0, 1.0),
        {"boxes": "regressors", "scores": "classificators"},
    ),
    FACE_MESH: _Source("face_landmark/face_landmark_with_attention", (0.0, 1.0), {}),
    PALM_DETECTOR: _Source(
        "palm_detection/palm_detection_lite", (0.0, 1.0), {"boxes": "Identity", "scores": "Identity_1"}
    ),
    HAND_LANDMARKS: _Source(
        "hand_landmark/hand_landmark_lite", (0.0, 1.0), {"points": "Identity", "presence": "Identity_1"}
    ),
}


def convert(name: str, wheel: Path) -> onnx.ModelProto:
    """One of the networks in ``NAMES`` from an unpacked wheel."""
    from renderer.face.conversion.operators import Translation  # needs the extra, which --help does not
    from renderer.face.conversion.tensorflow_lite import LiteGraph

    about = _SOURCES[name]
    source = LiteGraph(wheel / "mediapipe" / "modules" / f"{about.file}.tflite")
    to = Translation(source, about.pixel_range)
    found = to.run()
    ours = {ours: found[theirs] for ours, theirs in about.outputs.items()} or _face_points(to, found)
    if name == HAND_LANDMARKS:
        ours["points"] = _flat(to, ours["points"])
    for output, value in ours.items():
        to.graph.add("Identity", value, name=output)
    return to.graph.model(source.shape(source.input)[1], list(ours))


def _face_points(to: Translation, found: dict[str, str]) -> dict[str, str]:
    """All points of a face in one array: those of the lips and the eyes are the refined ones."""
    parts = ("lips", "left_eye", "right_eye", "left_iris", "right_iris")
    rows = [_flat(to, found["output_mesh_identity"]), *(found[f"output_{part}"] for part in parts)]
    pairs = [rows[0], *(to.graph.add("Reshape", row, to.graph.whole_numbers(-1, 2)) for row in rows[1:])]
    place, at = np.arange(POINTS), _COARSE_POINTS
    for part in (*to.parts, range(_COARSE_POINTS, POINTS)):
        place[list(part)] = at + np.arange(len(part))
        at += len(part)
    everything = to.graph.add("Concat", *pairs, axis=0)
    return {
        "points": to.graph.add("Gather", everything, to.graph.constant(place, np.int64)),
        "presence": to.graph.add("Sigmoid", found["conv_faceflag"]),
    }


def _flat(to: Translation, landmarks: str) -> str:
    """Landmarks [.., 3n] as points [n, 2]: without their depth."""
    triples = to.graph.add("Reshape", landmarks, to.graph.whole_numbers(-1, 3))
    return to.graph.add("Slice", triples, *(to.graph.whole_numbers(number) for number in (0, 2, 1)))


def main() -> None:
    """Convert every network."""
    parser = argparse.ArgumentParser(prog="python -m renderer.face.conversion", description=__doc__)
    parser.add_argument("wheel", type=Path, help="an unpacked wheel of mediapipe 0.10.21")
    parser.add_argument("folder", type=Path, help="where the networks go")
    asked = parser.parse_args()
    if missing := [name for name in _EXTRA if find_spec(name) is None]:
        sys.exit(
            f"Not installed: {', '.join(missing)}. Install the extra first: pip install -e '.[convert]'."
        )
    import onnx

    for name in NAMES:
        with atomic_write(asked.folder / f"{name}.onnx") as temporary:
            onnx.save(convert(name, asked.wheel), temporary)


if __name__ == "__main__":
    main()

"""A body with one identity, moved by the 52 ARKit face units and a turn of the head."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt

from renderer.synthetic.assets import BaseBody, load_base_body, load_face_units, load_target
from renderer.synthetic.identity import Identity
from renderer.synthetic.lip_gap import compute_closing_gap_m, measure_gap_m

Floats = npt.NDArray[np.float32]
HeadTurn = tuple[float, float, float]

UNITS = (
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "cheekPuff",
    "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft",
    "eyeLookDownRight", "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight",
    "eyeLookUpLeft", "eyeLookUpRight", "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight",
    "jawForward", "jawLeft", "jawOpen", "jawRight", "mouthClose", "mouthDimpleLeft", "mouthDimpleRight",
    "mouthFrownLeft", "mouthFrownRight", "mouthFunnel", "mouthLeft", "mouthLowerDownLeft",
    "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight", "mouthPucker", "mouthRight",
    "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft",
    "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight", "tongueOut",
)  # fmt: skip

# Heights of the undeformed body between which the neck bends: still below, wholly turned above.
_NECK_M = (0.55, 0.635)
_PRESSED_M = 0.0008  # lips at rest press into each other a little, or light falls between them
_SHOULDER_M = (0.06, 0.10)  # beside the neck the shoulders begin


class Human:
    """One identity's body. ``neutral`` [V, 3] metres is its pose without any unit, looking straight ahead."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self.neutral = _close_lips(_shape_body(identity))
        self.head_weight = compute_head_weights()
        self.pivot = _find_pivot(self.neutral)

    def compute_vertices(self, units: Mapping[str, float], head_rad: HeadTurn = (0.0, 0.0, 0.0)) -> Floats:
        """The body's points [V, 3] metres under units 0..1 by name and a head turn (yaw, pitch, roll).

        Positive yaw looks to the image's right, positive pitch down, positive roll tilts the crown
        to the image's right. A unit's name that is unknown raises KeyError.
        """
        moved = self.neutral.copy()
        for name, strength in units.items():
            unit = load_face_units()[name]
            if strength:
                moved[unit.ids] += np.float32(strength) * unit.shift
        return self.turn_head(moved, self.head_weight, head_rad)

    def turn_head(self, points: Floats, weight: Floats, head_rad: HeadTurn) -> Floats:
        """Points [..., n, 3] turned with the head, each as far as its weight [n] 0..1 says."""
        if not any(head_rad):
            return points
        whole = (points - self.pivot) @ compute_rotation(*head_rad).T + self.pivot
        return (points + (whole - points) * weight[:, None]).astype(np.float32)


def compute_rotation(yaw_rad: float, pitch_rad: float, roll_rad: float) -> Floats:
    """The turn [3, 3] of a head: first roll (about y), then pitch (about x), then yaw (about z)."""
    (cz, cx, cy), (sz, sx, sy) = (f([yaw_rad, pitch_rad, roll_rad]) for f in (np.cos, np.sin))
    yaw = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    pitch = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    roll = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    return np.asarray(yaw @ pitch @ roll, np.float32)


@cache
def compute_head_weights() -> Floats:
    """[V] how far each point of the body turns with the head: 1 on the skull, 0 on the shoulders."""
    body = load_base_body()
    x, z = np.abs(body.points[:, 0]), body.points[:, 2]
    weight = smooth_step(body.points[:, 2], *_NECK_M)
    weight *= 1 - smooth_step(x, *_SHOULDER_M) * (z < _NECK_M[1])
    for group in _MOVED_WITH_HEAD:
        weight[body.get_points(group)] = 1
    weight[body.get_points("helper-tights")] = 0
    return weight


def smooth_step(x: Floats, low: float, high: float) -> Floats:
    """0 below ``low``, 1 above ``high``, smooth in between (``low`` may be the larger)."""
    share = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


_MOVED_WITH_HEAD = (
    "helper-l-eye", "helper-r-eye", "helper-upper-teeth", "helper-lower-teeth", "helper-tongue",
    "helper-l-eyelashes-1", "helper-l-eyelashes-2", "helper-r-eyelashes-1", "helper-r-eyelashes-2",
    "helper-hair",
)  # fmt: skip


def _find_pivot(points: Floats) -> Floats:
    """Where the head turns [3]: on the neck, nearer to the skull than to the shoulders."""
    body = load_base_body()
    skull, neck = (points[body.get_points(f"joint-{name}")].mean(0) for name in ("head", "neck"))
    return np.asarray(0.65 * skull + 0.35 * neck, np.float32)


def _close_lips(points: Floats) -> Floats:
    """Features of mouth and chin may part the lips of the neutral face; they are brought together again."""
    close = load_face_units()["mouthClose"]
    excess_m = measure_gap_m(points) + _PRESSED_M
    points[close.ids] += np.float32(excess_m / compute_closing_gap_m()) * close.shift
    return points


def _shape_body(identity: Identity) -> Floats:
    body: BaseBody = load_base_body()
    points = body.points.copy()
    for name, strength in identity.compute_targets().items():
        found = load_target(name)
        points[found.ids] += np.float32(strength) * found.shift
    return points

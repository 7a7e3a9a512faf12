"""One table names the points of a face: its sets never change, and no other module has their numbers."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from renderer.face import landmarks

ROOT = Path(__file__).resolve().parents[3]
TABLE = ROOT / "renderer" / "face" / "landmarks.py"
HANDS = ROOT / "renderer" / "face" / "hand_points.py"  # has the 21 points of a hand, and no face
SETS = {name: value for name, value in vars(landmarks).items() if name.isupper() and name != "POINTS"}
# The numbers of a landmark set; fewer or smaller ones are sizes and shares.
LEAST_POINTS, LEAST_NUMBER = 4, 20
LEAST_PICKED = 4  # below are the first corners of a quad and the axes x, y and z
FACE_NAMES = ("points", "face", "neutral", "rest", "landmarks", "shape", "seen")


def digest(points: tuple[int, ...]) -> str:
    return hashlib.sha256(" ".join(map(str, points)).encode()).hexdigest()[:12]


@pytest.mark.parametrize(
    ("name", "count", "fingerprint"),
    [
        # Bakes and base weights of version 0.2 store what was fitted on these points, in this order.
        ("STABLE", 28, "56cb9ce16d6d"),
        ("HEAD_POSE", 29, "3c7aa1e104f5"),
        ("UPPER_FACE", 20, "90a463f392ee"),
        ("EYELIDS_AND_IRISES", 6, "1b72b7287b58"),
        ("CHIN_EDGE", 3, "02c6bf41cb77"),
        ("INNER_UPPER", 11, "69bc2757a43d"),
        ("INNER_LOWER", 11, "605ef4aee0ca"),
        ("OUTER_UPPER", 11, "e2a38fe7f285"),
        ("OUTER_LOWER", 11, "172f56559c6e"),
        ("OUTER_LIPS", 20, "14a941675032"),
        ("JAW", 17, "8cfa0798c0d9"),
        ("LIP_REDS", 6, "1893503fc2ea"),
        ("UNDER_NOSE", 11, "c1ddb420477a"),
        ("MOUTH_REGION", 24, "d52705b3a377"),
        ("LIPS_AND_JAW", 57, "510cd4342ad7"),
    ],
)
def test_a_set_that_files_were_made_with_never_changes(name: str, count: int, fingerprint: str) -> None:
    assert (len(SETS[name]), digest(SETS[name])) == (count, fingerprint)


@pytest.mark.parametrize("name", SETS)
def test_a_set_names_points_of_the_mesh(name: str) -> None:
    points = SETS[name] if isinstance(SETS[name], tuple) else (SETS[name],)
    assert all(0 <= point < landmarks.POINTS for point in points)
    assert len(set(points)) == len(points) or name == "LIPS_AND_JAW"


def test_the_lips_meet_at_both_corners_of_the_mouth() -> None:
    for upper, lower in (
        (landmarks.INNER_UPPER, landmarks.INNER_LOWER),
        (landmarks.OUTER_UPPER, landmarks.OUTER_LOWER),
    ):
        assert (upper[0], upper[-1]) == (lower[0], lower[-1])
    assert (landmarks.OUTER_UPPER[0], landmarks.OUTER_UPPER[-1]) == landmarks.MOUTH_CORNERS
    assert landmarks.GAP_UPPER[2], landmarks.GAP_LOWER[2] == landmarks.INNER_MIDDLES


# --- no other module has numbers ---


def test_no_other_module_of_the_renderer_names_a_point_by_its_number() -> None:
    files = [path for path in (ROOT / "renderer").rglob("*.py") if path not in (TABLE, HANDS)]
    files = [path for path in files if "words" not in path.parts]  # it counts in figures, and knows no face
    assert len(files) > 150
    assert [fault for path in files for fault in raw_indices(path.read_text("utf-8"), path.name)] == []


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("_JAW = (132, 58, 172, 136)", 1),
        ("_EDGE = frozenset({132, 58, 172, 136})", 1),
        ("width = np.ptp(rest[[234, 454], 0])", 1),
        ("lip = y[:, (82, 13, 312)].mean(1)", 1),
        ("lip = y[..., [0, 17]]", 1),
        ("tip = points[:, 4]", 1),
        ("_UPPER, _LOWER = 13, 14\n\ndef gap(points):\n    return points[:, _UPPER] - points[:, _LOWER]", 4),
        ("NOSE = 4\nnose = neutral_face[NOSE]", 2),
    ],
)
def test_a_number_that_names_a_point_is_found_with_its_line(code: str, line: int) -> None:
    assert raw_indices(code, "a.py")[0].startswith(f"a.py:{line}: ")


@pytest.mark.parametrize(
    "code",
    [
        "_SIZE_PX = (64, 64, 3)",
        "x = points[:, 0]\ny = points[..., 1]\nz = points[:, 2]",
        "first, last = points[0], points[-1]",
        "inner = y[:, list(INNER_LOWER[3:8])]",
        "shape = (crops[0].shape[1], 128)",
        "row = face.fine.shape[1]",
        "triangles = quads[:, [0, 2, 3]]",
        "_BODY_LIP = 520\nlip = points[_BODY_LIP, 2]",
    ],
)
def test_sizes_axes_and_named_sets_are_no_points(code: str) -> None:
    assert raw_indices(code, "a.py") == []


def raw_indices(code: str, name: str) -> list[str]:
    """``name:line: what`` for each list of point numbers, and each number that picks a face's point."""
    tree = ast.parse(code)
    numbers = set(_named_numbers(tree))
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Tuple() | ast.List() | ast.Set() if _is_landmark_set(node):
                found.append(f"{name}:{node.lineno}: {ast.unparse(node)}")
            case ast.Subscript() if _picks_by_number(node, numbers):
                found.append(f"{name}:{node.lineno}: {ast.unparse(node)}")
    return found


def _is_landmark_set(node: ast.Tuple | ast.List | ast.Set) -> bool:
    values = [_number(one) for one in node.elts]
    numbers = [value for value in values if value is not None]
    return len(numbers) == len(values) >= LEAST_POINTS and max(numbers) >= LEAST_NUMBER


def _picks_by_number(node: ast.Subscript, numbers: set[str]) -> bool:
    """``values[:, (82, 13)]``; of what is named like a face also ``points[:, 13]`` and ``points[:, LIP]``."""
    axes = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if any(isinstance(axis, ast.Tuple | ast.List) and _has_point_number(axis) for axis in axes):
        return True
    if not (isinstance(node.value, ast.Name) and any(word in node.value.id for word in FACE_NAMES)):
        return False
    return any(
        (isinstance(axis, ast.Name) and axis.id in numbers) or (_number(axis) or 0) >= LEAST_PICKED
        for axis in axes
    )


def _has_point_number(axis: ast.Tuple | ast.List) -> bool:
    return any((_number(one) or 0) >= LEAST_PICKED for one in axis.elts)


def _number(node: ast.expr) -> int | None:
    """The number where it is one that a point may have."""
    value = node.value if isinstance(node, ast.Constant) else None
    return value if type(value) is int and 0 <= value < landmarks.POINTS else None


def _named_numbers(tree: ast.Module) -> Iterator[str]:
    """Names of the module that stand for a number: ``NOSE = 4`` and ``_UPPER, _LOWER = 13, 14``."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _number(value) is not None:
                yield name
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                both = zip(names, values, strict=False)
                yield from (
                    one.id for one, value in both if isinstance(one, ast.Name) and _number(value) is not None
                )

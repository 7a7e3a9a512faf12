"""Every module has a test of its own name, or a line that says which test reaches it."""

from __future__ import annotations

import pytest

from tests.mirrors import faults, imports_here, listed_here, mirror_of, way_to

IMPORTS = {
    "renderer/mouth/light.py": frozenset({"renderer/mouth/base.py"}),
    "renderer/mouth/base.py": frozenset({"renderer/files.py"}),
    "renderer/files.py": frozenset[str](),
    "tests/renderer/mouth/test_light.py": frozenset({"renderer/mouth/light.py", "tests/takes.py"}),
    "tests/takes.py": frozenset[str](),
}
LIGHT = "tests/renderer/mouth/test_light.py"
BASE = "renderer/mouth/base.py"
LISTED = {
    BASE: (LIGHT, "renderer/mouth/light.py"),
    "renderer/files.py": (LIGHT, "renderer/mouth/light.py", "renderer/mouth/base.py"),
}


def test_every_module_has_a_mirrored_test_or_a_line_that_is_true() -> None:
    imports = imports_here()
    assert len(imports) > 300
    assert faults(imports, listed_here()) == []


def test_a_mirror_stands_where_the_module_does() -> None:
    assert mirror_of("renderer/mouth/light.py") == LIGHT
    assert mirror_of("campaigns/cells.py") == "tests/campaigns/test_cells.py"


def test_the_list_of_a_tree_in_order_has_no_fault() -> None:
    assert faults(IMPORTS, LISTED) == []
    assert faults(IMPORTS, LISTED | {"renderer/files.py": (LIGHT, '"by a process that it starts"')}) == []


@pytest.mark.parametrize(
    ("module", "way", "fault"),
    [
        ("renderer/gone.py", (LIGHT,), "renderer/gone.py is in the list and is gone"),
        ("renderer/mouth/light.py", (LIGHT,), f"renderer/mouth/light.py is in the list and has {LIGHT}"),
        ("renderer/files.py", (LIGHT,), f"renderer/files.py is not reached by {LIGHT}"),
        ("renderer/files.py", (BASE,), f"renderer/files.py is not reached by {BASE}"),
        ("renderer/files.py", ("",), "renderer/files.py is not reached by "),
        (BASE, ("tests/takes.py",), f"{BASE} is not reached by tests/takes.py"),
        (BASE, ("tests/test_gone.py", '"by it"'), f'{BASE} is not reached by tests/test_gone.py > "by it"'),
    ],
)
def test_a_line_that_is_not_true_any_more_is_named(module: str, way: tuple[str, ...], fault: str) -> None:
    assert faults(IMPORTS, LISTED | {module: way}) == [fault]


def test_a_module_with_neither_a_mirror_nor_a_line_is_named() -> None:
    assert faults(IMPORTS, {"renderer/mouth/base.py": LISTED["renderer/mouth/base.py"]}) == [
        "renderer/files.py has neither tests/renderer/test_files.py nor a line in tests/unmirrored.txt"
    ]


def test_the_shortest_way_to_a_module_is_found() -> None:
    for module, way in LISTED.items():
        assert way_to(module, IMPORTS) == way
    assert way_to("renderer/files.py", {"renderer/files.py": frozenset()}) == ()

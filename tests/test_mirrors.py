"""Every module has a test of its own name, or a line that says which test reaches it."""

from __future__ import annotations

import pytest

from tests.mirrors import faults, imports_here, listed_here, mirror_of, way_to

LIGHT = "tests/renderer/presenter/test_light_bake.py"
BASE, FILES = "renderer/mouth/base.py", "renderer/runtime/atomic_files.py"
IMPORTS = {
    "renderer/presenter/light_bake.py": frozenset({BASE}),
    BASE: frozenset({FILES}),
    FILES: frozenset[str](),
    "tests/renderer/presenter/test_light_bake.py": frozenset(
        {"renderer/presenter/light_bake.py", "tests/takes.py"}
    ),
    "tests/takes.py": frozenset[str](),
}
LISTED = {
    BASE: (LIGHT, "renderer/presenter/light_bake.py"),
    FILES: (LIGHT, "renderer/presenter/light_bake.py", BASE),
}


def test_every_module_has_a_mirrored_test_or_a_line_that_is_true() -> None:
    imports = imports_here()
    assert len(imports) > 300
    assert faults(imports, listed_here()) == []


def test_a_mirror_stands_where_the_module_does() -> None:
    assert mirror_of("renderer/presenter/light_bake.py") == LIGHT
    mirror = "tests/campaigns/sheets/test_file_formats.py"
    assert mirror_of("campaigns/sheets/file_formats.py") == mirror


def test_the_list_of_a_tree_in_order_has_no_fault() -> None:
    assert faults(IMPORTS, LISTED) == []
    assert faults(IMPORTS, LISTED | {FILES: (LIGHT, '"by a process that it starts"')}) == []


@pytest.mark.parametrize(
    ("module", "way", "fault"),
    [
        ("renderer/gone.py", (LIGHT,), "renderer/gone.py is in the list and is gone"),
        (
            "renderer/presenter/light_bake.py",
            (LIGHT,),
            f"renderer/presenter/light_bake.py is in the list and has {LIGHT}",
        ),
        (
            FILES,
            (LIGHT,),
            f"{FILES} is not reached by {LIGHT}",
        ),
        (
            FILES,
            (BASE,),
            f"{FILES} is not reached by {BASE}",
        ),
        (FILES, ("",), f"{FILES} is not reached by "),
        (BASE, ("tests/takes.py",), f"{BASE} is not reached by tests/takes.py"),
        (BASE, ("tests/test_gone.py", '"by it"'), f'{BASE} is not reached by tests/test_gone.py > "by it"'),
    ],
)
def test_a_line_that_is_not_true_any_more_is_named(module: str, way: tuple[str, ...], fault: str) -> None:
    assert faults(IMPORTS, LISTED | {module: way}) == [fault]


def test_a_module_with_neither_a_mirror_nor_a_line_is_named() -> None:
    mirror = "tests/renderer/runtime/test_atomic_files.py"
    assert faults(IMPORTS, {BASE: LISTED[BASE]}) == [
        f"{FILES} has neither {mirror} nor a line in tests/unmirrored.txt"
    ]


def test_the_shortest_way_to_a_module_is_found() -> None:
    for module, way in LISTED.items():
        assert way_to(module, IMPORTS) == way
    assert way_to(FILES, {FILES: frozenset()}) == ()

"""The shape that the rest of the project relies on."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import architecture
from tests.architecture import Arrow

ROOT = Path(__file__).resolve().parent.parent
CODE = sorted(
    path
    for folder in ("renderer", "campaigns", "platform")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)
LONGEST_MODULE_LINES = 400
LOOSE_MODULES_MAX = {"renderer": 6, "campaigns": 10}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports_of(path: Path) -> Iterator[str]:
    """Each dotted name that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def importers_of(*packages: str, under: str) -> dict[str, set[str]]:
    found = {
        name_of(path): {name for name in imports_of(path) if name.split(".")[0] in packages}
        for path in CODE
        if path.is_relative_to(ROOT / under)
    }
    return {path: names for path, names in found.items() if names}


def test_platform_is_a_plain_folder_so_that_it_never_shadows_the_standard_library() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()
    found = subprocess.run(
        [sys.executable, "-c", "import platform; print(platform.__file__)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not Path(found.stdout.strip()).is_relative_to(ROOT / "platform")


def test_the_renderer_knows_nothing_of_django() -> None:
    assert importers_of("django", "django_q", "campaigns", "config", under="renderer") == {}


def test_the_campaigns_reach_the_renderer_through_one_module() -> None:
    assert all(one.startswith("campaigns/engine/") for one in importers_of("renderer", under="campaigns"))


def test_the_renderer_loads_without_torch_until_a_stage_needs_it() -> None:
    code = (
        "import sys, renderer.config, renderer.take.plan, renderer.errors; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_a_module_is_short_enough_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE_LINES


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_a_module_prints_nothing_pickles_nothing_and_starts_no_shell(path: Path) -> None:
    forbidden = {"pickle", "cPickle", "dill", "shelve", "marshal", "joblib"}
    assert not forbidden & {name.split(".")[0] for name in imports_of(path)}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            assert not (isinstance(node.func, ast.Name) and node.func.id in {"print", "eval", "exec"})
            assert ast.unparse(node.func) not in {"os.system", "os.popen"}
            assert not any(
                keyword.arg == "shell" and ast.unparse(keyword.value) != "False" for keyword in node.keywords
            ), f"{name_of(path)}:{node.lineno} starts a shell"


def test_every_tests_folder_is_a_package_so_that_it_never_shadows_the_code() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")} | {ROOT / "tests"}
    assert [name_of(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_the_code_names_no_utils_helpers_or_managers() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "misc", "common"}
    assert [name_of(path) for path in CODE if path.stem in vague] == []


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_a_module_is_finished(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    assert [mark for mark in ("TODO", "FIXME", "XXX", "raise NotImplementedError") if mark in code] == []


# --- the plan of the house ---


@pytest.mark.parametrize("package", architecture.ORDER)
def test_no_import_leads_up(package: str) -> None:
    assert architecture.upward(package, architecture.arrows(architecture.modules(package))) == []


@pytest.mark.parametrize("package", architecture.ORDER)
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    found = architecture.arrows(architecture.modules(package))
    assert len(found) > 100
    assert architecture.circles((arrow.source, arrow.target) for arrow in found) == []


@pytest.mark.parametrize("package", architecture.ORDER)
def test_no_folders_import_each_other_in_a_circle(package: str) -> None:
    found = architecture.arrows(architecture.modules(package))
    assert architecture.circles(arrow.between_rooms() for arrow in found) == []


@pytest.mark.parametrize("package", architecture.ORDER)
def test_few_modules_lie_loose(package: str) -> None:
    loose = [path for path in (ROOT / package).glob("*.py") if path.name != "__init__.py"]
    assert len(loose) <= LOOSE_MODULES_MAX[package], sorted(path.name for path in loose)


def test_what_makes_a_message_knows_nothing_of_what_measures_trains_or_invents() -> None:
    rooms = {arrow.between_rooms() for arrow in architecture.arrows(architecture.modules("renderer"))}
    product, apart = (
        {f"renderer.{name}" for name in names} for names in (architecture.PRODUCT, architecture.APART)
    )
    assert {(source, target) for source, target in rooms if source in product and target in apart} == set()


def test_every_folder_has_a_place_in_the_order() -> None:
    for package, order in architecture.ORDER.items():
        rooms = {architecture.room_of(name) for name in architecture.modules(package)} - {package}
        assert rooms == {f"{package}.{name}" for name in order}


def test_the_picture_of_the_architecture_shows_the_code_as_it_is() -> None:
    drawn = architecture.PICTURE.read_text(encoding="utf-8")
    assert drawn == architecture.picture(), "draw it anew: python -m tests.architecture"


@pytest.mark.parametrize(
    ("links", "groups"),
    [
        ([("a", "b"), ("b", "c")], []),
        ([("a", "b"), ("b", "a")], [["a", "b"]]),
        ([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")], [["a", "b", "c"]]),
        ([("a", "b"), ("b", "a"), ("c", "d"), ("d", "c"), ("b", "c")], [["c", "d"], ["a", "b"]]),
        ([("a", "a")], []),
    ],
)
def test_a_circle_is_found_with_all_its_members(
    links: list[tuple[str, str]], groups: list[list[str]]
) -> None:
    assert architecture.circles(links) == groups


def test_an_import_that_leads_up_or_between_unknown_folders_is_named() -> None:
    down = Arrow("renderer.render.draw", "renderer.mouth.draft")
    up = Arrow("renderer.mouth.draft", "renderer.render.draw")
    unknown = Arrow("renderer.attic.box", "renderer.mouth.draft")
    inside = Arrow("renderer.mouth.draft", "renderer.mouth.warp")
    assert architecture.upward("renderer", [down, up, unknown, inside]) == [
        "renderer.attic.box -> renderer.mouth.draft",
        "renderer.mouth.draft -> renderer.render.draw",
    ]


def test_an_import_inside_a_function_counts(tmp_path: Path) -> None:
    (tmp_path / "renderer").mkdir()
    (tmp_path / "renderer" / "one.py").write_text("def late():\n    from renderer import two\n")
    (tmp_path / "renderer" / "two.py").write_text("")
    found = architecture.arrows(architecture.modules("renderer", tmp_path))
    assert found == {Arrow("renderer.one", "renderer.two")}


def test_the_picture_leaves_out_what_follows_from_other_arrows() -> None:
    links = {("a", "b"), ("b", "c"), ("a", "c"), ("a", "d"), ("c", "c")}
    assert architecture.direct_links(links) == {("a", "b"), ("b", "c"), ("a", "d")}

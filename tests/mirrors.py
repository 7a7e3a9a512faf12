"""Which modules have a test of their own name, and through which tests the others are tested.

``renderer/mouth/warp.py`` is mirrored by ``tests/renderer/mouth/test_warp.py``. A module without one stands
in ``tests/unmirrored.txt``: the module, the test that reaches it, and the modules in between, each of
which imports the next. What is reached otherwise (by Django, as a process) has a reason in quotes instead,
and what no test reaches has "-" for its test and a reason why not.
``python -m tests.mirrors`` writes that list anew; lines that are still true stay as they are.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tests" / "unmirrored.txt"
_HEAD = (
    "# Modules without a mirrored test | the test that reaches each | by way of, each importing the next.\n"
    "# Written by `python -m tests.mirrors`; checked by tests/test_mirrors.py.\n"
)
_PACKAGES = ("renderer", "campaigns")

Imports = Mapping[str, frozenset[str]]


def mirror_of(module: str) -> str:
    """``renderer/x/y.py`` → ``tests/renderer/x/test_y.py``."""
    folder, _, name = module.rpartition("/")
    return f"tests/{folder}/test_{name}"


def faults(imports: Imports, listed: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What is wrong with the list, as sentences. ``imports``: what each module and each test imports;
    ``listed``: the way from a test to each module that has no mirror."""
    modules = _modules(imports)
    found = [
        f"{module} has neither {mirror_of(module)} nor a line in tests/unmirrored.txt"
        for module in modules
        if mirror_of(module) not in imports and module not in listed
    ]
    for module, way in listed.items():
        if module not in imports:
            found.append(f"{module} is in the list and is gone")
        elif mirror_of(module) in imports:
            found.append(f"{module} is in the list and has {mirror_of(module)}")
        elif not _leads(imports, (*way, module)):
            found.append(f"{module} is not reached by {' > '.join(way)}")
    return found


def way_to(module: str, imports: Imports) -> tuple[str, ...]:
    """The shortest way from a test to a module, without the module; () where none leads there."""
    ways: list[tuple[str, ...]] = [(module,)]
    seen = {module}
    while ways:
        longer = []
        for way in ways:
            nearer = [one for one, others in imports.items() if way[0] in others and one not in seen]
            for name in sorted(nearer, key=lambda one: (not _beside(one, module), len(imports[one]), one)):
                if name.startswith("tests/") and "/test_" in name:
                    return (name, *way[:-1])
                seen.add(name)
                longer.append((name, *way))
        ways = longer
    return ()


def _modules(imports: Imports) -> list[str]:
    return sorted(one for one in imports if not one.startswith("tests/") and not one.endswith("__init__.py"))


def _beside(test: str, module: str) -> bool:
    return test.rpartition("/")[0] == mirror_of(module).rpartition("/")[0]


def _leads(imports: Imports, way: tuple[str, ...]) -> bool:
    starts = len(way) > 1 and way[0] in imports and "/test_" in way[0]
    if len(way) == 3 and way[1].startswith('"'):
        return starts or way[0] == "-"  # a person looked
    return starts and all(b in imports.get(a, ()) for a, b in pairwise(way))


# --- what is on disk ---


def imports_here() -> dict[str, frozenset[str]]:
    """The modules of the product and the files of the tests, with those among them that each imports."""
    files = [
        path.relative_to(ROOT).as_posix()
        for folder in (*_PACKAGES, "tests")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
    ]
    names = {file[:-3].replace("/", ".").removesuffix(".__init__"): file for file in files}
    return {file: frozenset(_imported((ROOT / file).read_text("utf-8"), names)) for file in files}


def _imported(code: str, names: Mapping[str, str]) -> Iterable[str]:
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Import(names=found):
                asked = [one.name for one in found]
            case ast.ImportFrom(module="django.test", names=found) if "Client" in {one.name for one in found}:
                asked = ["campaigns.urls", "campaigns.admin"]  # it asks for pages
            case ast.ImportFrom(module=str(module), names=found):
                asked = [module, *(f"{module}.{one.name}" for one in found)]
            case ast.Call(func=ast.Name(id="call_command"), args=[ast.Constant(value=str(command)), *_]):
                asked = [f"campaigns.management.commands.{command}"]
            case ast.Constant(value=str(text)) if "." in text and " " not in text:
                asked = [text, text.rpartition(".")[0]]  # modules that settings, tasks and commands name
            case _:
                continue
        yield from (names[name] for name in asked if name in names)


def listed_here() -> dict[str, tuple[str, ...]]:
    """The list as it stands: the way to each module."""
    lines = [line for line in LIST.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    parts = [[part.strip() for part in line.split("|")] for line in lines]
    return {
        module: (test, between) if between.startswith('"') else (test, *between.split())
        for module, test, between in parts
    }


def main() -> None:
    """Write the list: each module without a mirror, with a way that is true."""
    imports = imports_here()
    before = listed_here() if LIST.exists() else {}
    lines = []
    for module in _modules(imports):
        if mirror_of(module) in imports:
            continue
        way = before.get(module, ())
        if not _leads(imports, (*way, module)):
            way = way_to(module, imports)
        lines.append(f"{module} | {way[0] if way else ''} | {' '.join(way[1:])}".rstrip())
    LIST.write_text(_HEAD + "".join(f"{line}\n" for line in lines), "utf-8")


if __name__ == "__main__":
    main()

"""What the documents say is still true."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.db.models import TextChoices
from packaging.requirements import Requirement

from campaigns import states
from tests import architecture

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
MADE_BY_READERS = {"docker/.env"}
WORDS = [
    "take",
    "presenter",
    "bake",
    "script",
    "line",
    "segment",
    "window",
    "seam",
    "message",
    "campaign",
    "recipient",
    "delivery",
    "event",
    "consent",
    "verdict",
    "problem",
    "preview",
    "run",
    "stage",
    "checklist",
    "work",
    "reused",
    "render cache",
    "flag",
    "channel",
    "suppression",
    "mail catcher",
    "viewing",
    "light bake",
    "base track",
    "passthrough frames",
    "window boundary",
    "sampler mode",
    "first part, held-out part",
    "true motion",
    "gate",
]
MOVES = {
    "BakeState": states.BAKE_MOVES,
    "CampaignState": states.CAMPAIGN_MOVES,
    "RowVerdict": states.VERDICT_MOVES,
    "RenderState": states.RENDER_MOVES,
    "ReviewState": states.REVIEW_MOVES,
    "DeliveryState": states.DELIVERY_MOVES,
}
STATUSES = [
    value
    for value in vars(states).values()
    if isinstance(value, type) and issubclass(value, TextChoices) and value is not TextChoices
]


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def section(text: str, heading: str) -> str:
    found = re.search(rf"^### {heading}\b.*?(?=^#|\Z)", text, re.M | re.S)
    assert found, f"docs/concepts.md has no section {heading}"
    return found.group()


def rows_of(table: str) -> Iterator[list[str]]:
    """The cells of each row whose first cell is a value in backticks."""
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| `"):
            yield [cells[0].strip("`"), *cells[1:]]


@pytest.mark.parametrize("statuses", STATUSES, ids=lambda statuses: statuses.__name__)
def test_the_concepts_explain_each_status(statuses: type[TextChoices]) -> None:
    explained = {row[0] for row in rows_of(section(page("concepts.md"), statuses.__name__))}
    assert explained == set(statuses.values)


@pytest.mark.parametrize("statuses", STATUSES, ids=lambda statuses: statuses.__name__)
def test_the_concepts_give_each_status_the_label_that_the_pages_show(statuses: type[TextChoices]) -> None:
    labels = {row[0]: row[-1] for row in rows_of(section(page("concepts.md"), statuses.__name__))}
    assert labels == dict(statuses.choices)


@pytest.mark.parametrize("name", MOVES)
def test_the_concepts_list_the_moves_that_the_code_allows(name: str) -> None:
    listed = {
        row[0]: frozenset(re.findall(r"`(\w+)`", row[2]))
        for row in rows_of(section(page("concepts.md"), name))
    }
    assert listed == {str(old): frozenset(map(str, new)) for old, new in MOVES[name].items()}


@pytest.mark.parametrize("word", WORDS)
def test_the_concepts_define_each_word_once(word: str) -> None:
    assert len(re.findall(rf"^\*\*{word}\*\*: ", page("concepts.md"), re.M)) == 1


@pytest.mark.parametrize(("title", "package"), [("engine", "renderer"), ("application", "campaigns")])
def test_the_architecture_lists_each_folder_in_the_order_of_the_imports(title: str, package: str) -> None:
    table = page("architecture.md").split(f"## The folders of the {title}\n")[1].split("\n## ")[0]
    assert tuple(row[0] for row in rows_of(table)) == architecture.ORDER[package]


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_each_link_to_a_file_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))
    local = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in local if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_each_test_that_a_page_names_exists(path: Path) -> None:
    named = re.findall(r"(tests/[\w/]+\.py)::(test_\w+)", path.read_text(encoding="utf-8"))
    missing = [name for file, name in named if f"def {name}(" not in (ROOT / file).read_text("utf-8")]
    assert missing == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_each_file_of_the_project_that_a_page_names_exists(path: Path) -> None:
    named = re.findall(
        r"`((?:renderer|campaigns|platform|templates|tests|docker|docs)/[\w./-]*)`",
        path.read_text(encoding="utf-8"),
    )
    assert [name for name in set(named) - MADE_BY_READERS if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_each_command_that_a_page_names_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert set(re.findall(r"manage\.py (\w+)", text)) <= set(get_commands())
    assert [t for t in re.findall(r"`make ([a-z-]+)", text) if f"\n{t}:" not in makefile] == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_each_page_is_reached_from_another(path: Path) -> None:
    others = "".join(other.read_text(encoding="utf-8") for other in PAGES if other != path)
    assert path.name == "README.md" or f"{path.name})" in others


def test_each_sentence_of_troubleshooting_is_said_by_the_code() -> None:
    """“…” in the page stands for what the code fills in."""
    said = {_plain(text) for text in _texts_of_the_code()}
    quoted = re.findall(r"^\| `([^`]+)` \|", page("troubleshooting.md"), re.M)
    assert len(quoted) > 40
    assert [sentence for sentence in quoted if not any(_holds(text, sentence) for text in said)] == []


def _holds(text: str, sentence: str) -> bool:
    parts = [re.escape(part) for part in _plain(sentence).split("…")]
    return re.search(".*".join(parts), text) is not None


def _plain(text: str) -> str:
    return " ".join(text.split())


def _texts_of_the_code() -> Iterator[str]:
    for folder in ("renderer", "campaigns", "platform", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value
                elif isinstance(node, ast.JoinedStr):
                    yield "".join(
                        str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values
                    )


def test_the_settings_page_lists_each_variable_that_is_read_and_no_other() -> None:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "platform" / "config").rglob("*.py"))
    read = {name for source in sources for name in re.findall(r"\benv\.\w+\(\s*\"([A-Z_]+)\"", source)}
    assert {row[0] for row in rows_of(page("settings.md"))} == read


def test_the_container_example_sets_only_variables_that_are_read() -> None:
    example = (ROOT / "docker" / "env.example").read_text(encoding="utf-8")
    set_there = set(re.findall(r"^#?\s?([A-Z_]+)=", example, re.M))
    documented = {row[0] for row in rows_of(page("settings.md"))}
    of_compose = {"POSTGRES_PASSWORD", "WEB_PORT", "VAR_VOLUME", "GPUS", "TORCH_INDEX"}
    assert sorted(set_there - documented - of_compose) == []


def test_each_direct_dependency_is_listed_with_its_licence_and_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = (project["dependencies"], *project["optional-dependencies"].values())
    direct = {Requirement(text).name for group in groups for text in group}
    rows = [row for row in rows_of(page("dependencies.md")) if len(row) >= 3 and all(row)]
    listed = {name for row in rows for name in re.split("`, `", row[0])}
    assert sorted(direct - listed) == []


def test_the_changelog_begins_with_the_version_that_is_built() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert newest is not None and newest.group(1) == project["version"]

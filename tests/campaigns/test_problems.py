"""Problems are values: where they come from, how they are stored, and that nothing reads their sentence."""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from openpyxl import Workbook

from campaigns.models import Campaign
from campaigns.problems import Code, Problem, Source, dump_problems, load_problems
from campaigns.recipients.revalidation import revalidate_rows
from campaigns.recipients.row_validation import validate_rows
from campaigns.scripts.template import ScriptError, check, fill
from campaigns.sheets.spreadsheet import Sheet, read_sheet

CODE = sorted(  # without migrations: one reads the sentences of version 0.2, which had nothing else
    path
    for path in (Path(__file__).resolve().parents[2] / "campaigns").rglob("*.py")
    if "migrations" not in path.parts
)


def sheet_of(*rows: str) -> Sheet:
    return read_sheet(io.BytesIO("\n".join(("name,email,city", *rows)).encode()), "people.csv")


def problem_of(sheet: Sheet, script: str = "") -> Problem:
    (problem,) = [problem for one in validate_rows(sheet, script) for problem in one.problems]
    return problem


@pytest.mark.parametrize(
    ("rows", "script", "place"),
    [
        (["Ada,,Rome"], "", (Code.ADDRESS_MISSING, Source.SPREADSHEET, 2, "email")),
        (["Ada,at home,Rome"], "", (Code.ADDRESS_INVALID, Source.SPREADSHEET, 2, "email")),
        (["A,a@b.org,C", "B,A@b.org,C"], "", (Code.ADDRESS_REPEATED, Source.SPREADSHEET, 3, "email")),
        (["A,a@b.org,C,D"], "", (Code.TOO_MANY_CELLS, Source.SPREADSHEET, 2, None)),
        (["A,a@b.org,"], "To {{ city }}.", (Code.CELL_EMPTY, Source.SCRIPT, 2, "city")),
        (["A,a@b.org,"], "{{ 1 // 0 }}", (Code.NOT_COMPUTABLE, Source.SCRIPT, 2, None)),
        (["A,a@b.org,"], "{{ name.size }}", (Code.NOT_COMPUTABLE, Source.SCRIPT, 2, None)),
        (["A,a@b.org,"], "{% if city %}Hi.{% endif %}", (Code.NOTHING_SAID, Source.SCRIPT, 2, None)),
        ([f"{'A' * 9999},a@b.org,C"], "{{ name }} {{ name }}", (Code.TOO_LONG, Source.SCRIPT, 2, None)),
    ],
)
def test_a_problem_says_what_it_is_and_where(
    rows: list[str], script: str, place: tuple[Code, Source, int, str | None]
) -> None:
    problem = problem_of(sheet_of(*rows), script)
    assert (problem.code, problem.source, problem.row, problem.column) == place
    assert problem.message.endswith(".")


@pytest.mark.parametrize(
    ("cell", "code"), [("#N/A", Code.ERROR_IN_CELL), ("=A1", Code.FORMULA_WITHOUT_VALUE)]
)
def test_a_cell_of_an_xlsx_file_says_so_too(cell: str, code: Code) -> None:
    book, file = Workbook(), io.BytesIO()
    book.active.append(["name", "city"])
    book.active.append(["Ada", cell])
    book.save(file)
    (problem,) = read_sheet(file, "people.xlsx").problems
    assert (problem.code, problem.source, problem.row, problem.column) == (
        code,
        Source.SPREADSHEET,
        2,
        "city",
    )


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (" ", Code.SCRIPT_EMPTY),
        ("Hi {{ name", Code.SCRIPT_INVALID),
        ("Hi {{ town }}.", Code.UNKNOWN_COLUMN),
        ("Hi {% if O %}you{% endif %}.", Code.UNKNOWN_COLUMN),
    ],
)
def test_a_script_that_suits_nobody_has_a_code(script: str, code: Code) -> None:
    with pytest.raises(ScriptError) as caught:
        check(script)
        fill(script, {"name": "Ada"})
    assert caught.value.code == code


def test_the_place_is_right_whatever_stands_in_the_columns_name() -> None:
    """Where the name was read out of the sentence, quotes in it ended it."""
    with pytest.raises(ScriptError) as caught:
        fill("In {{ the_bosss_home_town }}", {"The “boss”'s home town": ""})
    assert caught.value.code == Code.UNKNOWN_COLUMN
    with pytest.raises(ScriptError) as caught:
        fill("In {{ the_boss_s_home_town }}", {"The “boss”'s home town": ""})
    assert (caught.value.code, caught.value.column) == (Code.CELL_EMPTY, 7)
    assert caught.value.sheet_column == "The “boss”'s home town"


def test_what_is_stored_is_read_as_it_was() -> None:
    problems = (
        Problem(Code.CELL_EMPTY, Source.SCRIPT, "“city” is empty.", 3, "city"),
        Problem(Code.TOO_MANY_CELLS, Source.SPREADSHEET, "Four cells.", 4),
    )
    assert load_problems(dump_problems(problems)) == problems


def test_a_code_of_a_later_version_reads_as_unknown() -> None:
    (stored,) = dump_problems([Problem(Code.CELL_EMPTY, Source.SCRIPT, "Empty.", 3)])
    (problem,) = load_problems([stored | {"code": "rhymes_badly"}])
    assert (problem.code, problem.source, problem.message) == (Code.UNKNOWN, Source.SCRIPT, "Empty.")


@pytest.mark.django_db(transaction=True)
def test_rows_of_version_0_2_are_read_and_judged_again(campaign: Campaign) -> None:
    try:
        MigrationExecutor(connection).migrate([("campaigns", "0003_delivery_link")])
        before = campaign.recipients.values_list("problems", flat=True).get(name="Nobody")
        empty = "Script, line 1, column 32: “city” is empty in this row: fill the cell."
        campaign.recipients.filter(name="José").update(
            verdict="rejected", problems=[{"column": "city", "message": empty}]
        )
        campaign.recipients.filter(name="Ada").update(
            verdict="rejected", problems=[{"column": "", "message": "The row has 5 cells."}]
        )
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes("campaigns"))
    assert before == [{"column": "email", "message": "is not an address"}]
    of = {row.name: row.found_problems for row in campaign.recipients.all()}
    assert of["José"] == (Problem(Code.UNKNOWN, Source.SCRIPT, empty, 3, "city"),)
    assert of["Ada"] == (Problem(Code.UNKNOWN, Source.SPREADSHEET, "The row has 5 cells.", 2, None),)
    assert of["O'Neil"] == ()
    revalidate_rows(campaign)
    rows = {row.name: row.verdict for row in campaign.recipients.all()}
    assert rows == {"Ada": "rejected", "José": "valid", "O'Neil": "valid", "Nobody": "rejected"}


# The code

_READING = {"startswith", "endswith", "find", "index", "count", "partition", "removeprefix"}
_PATTERNS = {"match", "search", "findall", "finditer", "fullmatch", "sub"}


def sentences_read(source: str) -> list[str]:
    """“line 3: …” wherever code decides by the text of a message or of an error."""
    return [f"line {line}: {text}" for line, text in _reads(ast.parse(source))]


def _reads(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            by_text = any(isinstance(one, ast.In | ast.NotIn | ast.Eq | ast.NotEq) for one in node.ops)
            if by_text and any(map(_is_sentence, [node.left, *node.comparators])):
                yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            reads = node.func.attr in _READING and _is_sentence(node.func.value)
            if reads or (node.func.attr in _PATTERNS and any(map(_is_sentence, node.args))):
                yield node.lineno, ast.unparse(node)


def _is_sentence(value: ast.expr) -> bool:
    """``….message``, ``…["message"]`` or ``str(error)``, also behind ``or``."""
    match value:
        case ast.BoolOp(values=values):
            return any(map(_is_sentence, values))
        case ast.Attribute(attr="message") | ast.Subscript(slice=ast.Constant(value="message")):
            return True
        case ast.Call(func=ast.Name(id="str"), args=[ast.Name(id=name)]):
            return name in {"error", "problem", "refused", "exception", "caught", "fault"}
    return False


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_no_code_decides_by_a_sentence(path: Path) -> None:
    assert sentences_read(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "code",
    [
        "problem.message.startswith(FROM_SCRIPT)",
        "problem['message'].startswith('Script')",
        "if 'is undefined' in error.message: pass",
        "if 'end of template' not in (error.message or ''): pass",
        "re.findall('x', error.message)",
        "if str(error) == 'gone': pass",
    ],
)
def test_the_checker_finds_where_a_sentence_is_read(code: str) -> None:
    assert len(sentences_read(code)) == 1


@pytest.mark.parametrize(
    "code",
    ["problem.code == Code.CELL_EMPTY", "f'{error}'", "problem.message.rstrip('.')", "raise E(str(error))"],
)
def test_the_checker_lets_a_sentence_be_told(code: str) -> None:
    assert sentences_read(code) == []

"""Finds code that writes a status past ``campaigns.states.move``: the checker behind test_states.py."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

BULK = {"bulk_update", "save", "asave", "abulk_update"}
WRITERS = {"update", "create", "get_or_create", "update_or_create", "setattr", *BULK}
WRITERS |= {f"a{name}" for name in ("update", "create", "get_or_create", "update_or_create")}
MOVERS = {"move", "move_one"}
# Viewings and the history have no status; a trigger adds rows of webhooks' calls in their first one.
_SQL = re.compile(
    r"\b(update\s+\S*|insert\s+into\s+\S*)campaigns_(?!(?:viewing|historyentry|webhookcall)\b)",
    re.IGNORECASE,
)


def status_writes(source: str, columns: Collection[str], models: Collection[str]) -> list[str]:
    """“line 3: update(state=…)” for each place in ``source`` that writes one of the status ``columns``.

    ``models`` are the classes whose rows have statuses: making one with a status of its own counts as well.
    """
    tree = ast.parse(source)
    found = _Finder(columns, models, _assigned(tree))
    found.visit(tree)
    return found.said


class _Finder(ast.NodeVisitor):
    def __init__(
        self, columns: Collection[str], models: Collection[str], known: dict[str, list[ast.expr]]
    ) -> None:
        self.columns, self.models, self.known = columns, models, known
        self.said: list[str] = []

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.ctx, ast.Store | ast.Del) and node.attr in self.columns:
            self._say(node, f"{ast.unparse(node)} = …")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        if called in WRITERS | MOVERS or called in self.models:
            for name in self._named(node):
                self._say(node, f"{called}({name}=…)")
        if called in BULK or called == "setattr":
            for text in self._texts([*node.args, *(keyword.value for keyword in node.keywords)]):
                self._say(node, f"{called}(… {text!r} …)")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and _SQL.search(node.value):
            self._say(node, "SQL that writes rows")

    def _named(self, call: ast.Call) -> Iterator[str]:
        """Status columns among a call's keywords, also inside ``**values`` and ``defaults={…}``."""
        for keyword in call.keywords:
            if keyword.arg in self.columns:
                yield str(keyword.arg)
            elif keyword.arg is None or keyword.arg in ("defaults", "create_defaults"):
                yield from self._keys(keyword.value)

    def _keys(self, value: ast.expr) -> Iterator[str]:
        for one in self._values(value):
            for part in ast.walk(one):
                if isinstance(part, ast.Dict):
                    yield from self._texts([key for key in part.keys if key is not None])
                elif isinstance(part, ast.Call) and ast.unparse(part.func) == "dict":
                    yield from (str(k.arg) for k in part.keywords if k.arg in self.columns)

    def _texts(self, values: list[ast.expr]) -> Iterator[str]:
        for value in values:
            for one in self._values(value):
                for part in ast.walk(one):
                    if isinstance(part, ast.Constant) and part.value in self.columns:
                        yield str(part.value)

    def _values(self, value: ast.expr) -> list[ast.expr]:
        """What is written there, or everything that this file assigns to the name."""
        return self.known.get(value.id, []) if isinstance(value, ast.Name) else [value]

    def _say(self, node: ast.expr, what: str) -> None:
        self.said.append(f"line {node.lineno}: {what}")


def _assigned(tree: ast.Module) -> dict[str, list[ast.expr]]:
    known: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    known.setdefault(target.id, []).append(node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            known.setdefault(node.target.id, []).append(node.value)
    return known

"""The sandbox of scripts: columns, conditions, loops and filters, each within the budget of a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from jinja2 import TemplateSyntaxError, nodes, pass_context, pass_eval_context
from jinja2.exceptions import SecurityError
from jinja2.filters import do_join, do_round
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, LoopContext
from jinja2.runtime import Undefined as JinjaUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from campaigns.scripts.budget import charge, charge_look, charge_steps, charge_value
from campaigns.scripts.cells import TEXT_METHODS, Undefined, pass_empty_on, read_number, read_whole_number
from campaigns.scripts.oversize import blank_unwritable

FILTERS = [
    "abs", "capitalize", "d", "default", "first", "float", "int", "join", "last", "length", "lower",
    "replace", "round", "title", "trim", "truncate", "upper", "wordcount",
]  # fmt: skip
_LOOP = {
    "changed", "cycle", "depth", "depth0", "first", "index", "index0", "last", "length", "nextitem",
    "previtem", "revindex", "revindex0",
}  # fmt: skip
_TABLE = {"get", "items", "keys", "values"}
_SPOKEN = (str, int, float, list, tuple, dict, JinjaUndefined, type(None))
_BITS_MAX = 2048  # of a whole number; a product's digits grow with those of both
_DIGITS_MAX = 15  # behind a decimal point
_STEP_UNITS = 5
# What a script has no use for; each can repeat itself without a loop.
_REFUSED = {
    nodes.Include: "load other files",
    nodes.Import: "load other files",
    nodes.FromImport: "load other files",
    nodes.Extends: "load other files",
    nodes.Macro: "have macros",
    nodes.CallBlock: "have macros",
    nodes.Block: "have blocks",
    nodes.EvalContextModifier: "change how texts are escaped",
    nodes.ScopedEvalContextModifier: "change how texts are escaped",
}
# Filters that no script can name, for they hold a space: they charge.
_STEPS, _LOOK, _MADE, _JOINED = " steps", " look", " made", " joined"


class Sandbox(ImmutableSandboxedEnvironment):
    """Templates come from people; they may choose words, not spend the machine's time or memory."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "**", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
        if operator == "**" or (operator in "*%" and not numbers):
            raise SecurityError(f"“{operator}” works on numbers only here")
        if numbers and _count_bits(left) + _count_bits(right) > _BITS_MAX:
            raise SecurityError("This number is too large")
        if operator == "+" and not numbers:
            charge_value(left)
            charge_value(right)
        return super().call_binop(context, operator, left, right)

    def call(__self, __context: Any, __called: Any, *args: Any, **kwargs: Any) -> Any:
        charge(_STEP_UNITS)
        owner = getattr(__called, "__self__", None)
        for value in (owner if isinstance(owner, str) else "", *args, *kwargs.values()):
            charge_value(value)
        return charge_value(super().call(__context, __called, *args, **kwargs))

    def wrap_str_format(self, value: Any) -> None:
        """Texts have no ``format`` here: a width in it could be any number."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, str):
            return attr in TEXT_METHODS
        if isinstance(obj, LoopContext):
            return attr in _LOOP
        if isinstance(obj, dict):
            return attr in _TABLE
        return isinstance(obj, JinjaUndefined) and super().is_safe_attribute(obj, attr, value)


def create_sandbox() -> Sandbox:
    """The environment that all scripts share."""
    # Not optimized: that works out constants while it compiles, in time that grows with the cube of a chain.
    made = Sandbox(undefined=Undefined, autoescape=False, optimized=False, finalize=build_finish(str))
    own: dict[str, Callable[..., Any]] = {
        "float": read_number, "int": read_whole_number, "replace": _replace, "join": _join, "round": _round,
    }  # fmt: skip
    made.filters = {name: _bind(name, own.get(name, made.filters[name])) for name in FILTERS}
    made.filters |= {_STEPS: charge_steps, _LOOK: charge_look, _MADE: charge_value, _JOINED: _concatenate}
    made.globals = {}
    return made


def build_finish(finish: Callable[[str], str]) -> Callable[[Context, Any], str]:
    """What becomes of each value where it is written: charged, then changed by ``finish``."""

    @pass_context
    def finished(_: Context, value: Any) -> str:
        if type(value) is str:  # nearly always
            charge(len(value))
            return finish(value)
        if not isinstance(value, _SPOKEN):
            raise TypeError(f"a {type(value).__name__} is no text")
        charge_value(value)
        return finish(str(value))

    return finished


def guard(tree: nodes.Template, tests: Mapping[str, Any]) -> None:
    """Refuse what is not for scripts, and charge for loops, comparisons and all that makes new values."""
    for kind, what in _REFUSED.items():
        for unwanted in tree.find_all(kind):
            raise TemplateSyntaxError(f"A script cannot {what}", unwanted.lineno)
    for test in tree.find_all(nodes.Test):  # the parser notices only when a row reaches it
        if test.name not in tests:
            raise TemplateSyntaxError(f"No test named '{test.name}'", test.lineno)
    for loop in tree.find_all(nodes.For):
        if loop.recursive:
            raise TemplateSyntaxError("A script cannot have loops within themselves", loop.lineno)
    _charge_nodes(tree)


def _charge_nodes(node: nodes.Node) -> int:
    """Wraps what costs in a filter that charges; how large the node is, in units."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        node.value = blank_unwritable(node.value)  # “\\x00” in quotes
    units = len(node.data) if isinstance(node, nodes.TemplateData) else 1
    for name, value in list(node.iter_fields()):
        if isinstance(value, list):
            units += sum(_charge_nodes(one) for one in value if isinstance(one, nodes.Node))
            setattr(node, name, [_wrap(one, node) for one in value])
        elif isinstance(value, nodes.Node):
            units += _charge_nodes(value)
            setattr(node, name, _wrap(value, node))
    if isinstance(node, nodes.For):
        node.iter = _filter(_STEPS, node.iter, nodes.Const(_STEP_UNITS + units, lineno=node.lineno))
    return units


def _wrap(node: Any, parent: nodes.Node) -> Any:
    """A value's node, charged: one that makes a value, and one that is compared or tested."""
    if isinstance(node, nodes.Concat):
        return _filter(_JOINED, *node.nodes)
    if isinstance(node, (nodes.List, nodes.Dict)) or (isinstance(node, nodes.Tuple) and node.ctx == "load"):
        return _filter(_MADE, node)
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Slice):
        return _filter(_MADE, node)
    looks = isinstance(parent, (nodes.Compare, nodes.Operand, nodes.Test))
    if looks and isinstance(node, nodes.Expr) and not isinstance(node, nodes.Const):
        return _filter(_LOOK, node)
    return node


def _filter(name: str, node: Any, *arguments: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(arguments), [], None, None, lineno=node.lineno)


def _bind(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that charges for what it reads and makes, and leaves an empty cell empty."""
    passed = pass_empty_on(name, filter_)
    at = 1 if hasattr(filter_, "jinja_pass_arg") else 0

    @wraps(passed)
    def charged(*given: Any, **named: Any) -> Any:
        if len(given) > at:
            charge_value(given[at])
        return charge_value(passed(*given, **named))

    return charged


def _replace(text: Any, old: Any, new: Any, count: int | None = None) -> str:
    """As Jinja's own, charged before the text grows."""
    whole, sought, put = str(text), str(old), str(new)
    found = whole.count(sought)
    charge((found if count is None or count < 0 else min(found, count)) * len(put))
    return whole.replace(sought, put, -1 if count is None else count)


@pass_eval_context
def _join(context: EvalContext, values: Any, d: Any = "", attribute: str | int | None = None) -> str:
    parts = list(values)
    charge(len(parts) * len(str(d)))
    charge_value(parts)
    return str(do_join(context, parts, str(d), attribute))


def _round(value: float, precision: int = 0, method: Any = "common") -> float:
    return do_round(value, max(-_DIGITS_MAX, min(_DIGITS_MAX, precision)), method)


def _concatenate(*values: Any) -> str:
    return "".join([str(charge_value(value)) for value in values])


def _count_bits(number: float) -> int:
    return number.bit_length() if isinstance(number, int) else 64

"""The OpenAPI description as programs get it: with the answers that every address may give."""

from __future__ import annotations

from typing import Any, Literal

from ninja import Schema

from campaigns.api.problems import CONTENT_TYPE
from campaigns.api.request import KEY_PATTERN

NO_NUL = r"^[^\u0000]*$"
HTTP_METHODS = ("get", "post", "put", "patch", "delete")
# Status → what it means, for every address.
PROBLEMS = {
    "400": "The request cannot be read.",
    "401": "There is no token, or it does not count any more.",
    "403": "The token lacks a scope, or its person a right.",
    "404": "There is no such thing in the token's workspace.",
    "409": "Not in this state: the sentence says what to do first.",
    "413": "The request is too large.",
    "415": "The body is of a kind that is not read here.",
    "422": "A value cannot be used.",
    "429": "Too many requests; `Retry-After` says when to go on.",
    "500": "Something unexpected went wrong.",
}


class FieldError(Schema):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(Schema):
    """RFC 9457. `code` never changes its meaning; `detail` is a sentence for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    stage: str
    row: int | None
    column: str | None
    retryable: bool
    errors: list[FieldError]
    more: dict[str, Any]


class Done(Schema):
    """It was done; there is nothing more to say."""

    done: Literal[True] = True


def complete(schema: dict[str, Any]) -> dict[str, Any]:
    """Add the problems, the headers and the sizes that the gate gives every address."""
    components = schema["components"].setdefault("schemas", {})
    reference = "#/components/schemas/"
    described = Problem.model_json_schema(ref_template=f"{reference}{{model}}")
    components.update(described.pop("$defs", {}))
    components["Problem"] = described
    schema["components"]["headers"] = {
        "RetryAfter": {"description": "Seconds.", "schema": {"type": "integer"}}
    }
    for name in find_asked(schema):
        _tell_letters(components[name])
    for path in schema["paths"].values():
        for method in HTTP_METHODS:
            if method in path:
                _complete_operation(path[method], method)
    return schema


def find_asked(schema: dict[str, Any]) -> set[str]:
    """The names of what bodies hold."""
    found = set()
    for path in schema["paths"].values():
        for method in set(HTTP_METHODS) & set(path):
            for content in path[method].get("requestBody", {}).get("content", {}).values():
                found.add(content["schema"].get("$ref", "").rpartition("/")[2])
    return found - {""}


def _tell_letters(part: Any) -> None:
    """No text of a body holds NUL: no database and no page can."""
    if isinstance(part, list):
        for one in part:
            _tell_letters(one)
    if not isinstance(part, dict):
        return
    if part.get("type") == "string" and not {"pattern", "enum", "format"} & set(part):
        part["pattern"] = NO_NUL
    if part.get("type") == "object" and "additionalProperties" in part and "properties" not in part:
        part["propertyNames"] = {"pattern": NO_NUL, **part.get("propertyNames", {})}
    for name, one in part.items():
        if name != "propertyNames":
            _tell_letters(one)


def _complete_operation(operation: dict[str, Any], method: str) -> None:
    for status, words in PROBLEMS.items():
        answer: dict[str, Any] = {
            "description": words,
            "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        if status in ("409", "429"):
            answer["headers"] = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
        operation["responses"][status] = answer
    operation["responses"] = {str(status): one for status, one in operation["responses"].items()}
    if method == "post":
        operation.setdefault("parameters", []).append(
            {
                "in": "header",
                "name": "Idempotency-Key",
                "required": False,
                "description": "The same key and request within a day get the first answer again.",
                "schema": {"type": "string", "pattern": f"^{KEY_PATTERN}$"},
            }
        )

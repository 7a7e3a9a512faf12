"""Addresses that a workspace never writes to."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from ninja import Field, Query, Router, Schema

from campaigns.access.tokens import Scope
from campaigns.api.pages import Page, Part, build_page, cut
from campaigns.api.problems import ApiProblem
from campaigns.api.request import ApiRequest, Asked
from campaigns.api.rows import Id, find_row, find_rows, require_permission, require_scope
from campaigns.api.schema import Done
from campaigns.delivery.suppression import normalize_address, suppress
from campaigns.history import Verb, record
from campaigns.models import Suppression

router = Router()


class SuppressionInfo(Schema):
    """An address, and why nobody writes to it."""

    id: int
    email: str
    reason: str
    at: datetime


class SuppressionFilter(Part):
    """All of them, or one address."""

    email: Annotated[str, Field(max_length=320)] = ""


class SuppressionAsked(Asked):
    """An address that asked not to be written to."""

    email: Annotated[str, Field(max_length=254, json_schema_extra={"format": "email"})]
    reason: Annotated[str, Field(min_length=1, max_length=200)] = "Asked through the API."


@router.get("/suppressions", response=Page[SuppressionInfo], operation_id="list_suppressions")
def list_suppressions(request: ApiRequest, asked: Query[SuppressionFilter]) -> dict[str, Any]:
    require_scope(request, Scope.READ)
    require_permission(request, "view_suppression")
    rows = find_rows(request, Suppression.objects.all())
    if asked.email:
        rows = rows.filter(email__iexact=normalize_address(asked.email))
    return build_page(*cut(rows, asked))


@router.post("/suppressions", response={201: SuppressionInfo}, operation_id="add_suppression")
def add_suppression(request: ApiRequest, asked: SuppressionAsked) -> tuple[int, Suppression]:
    """From now on; what is scheduled for the address is withdrawn. Twice is as good as once."""
    require_scope(request, Scope.EDIT)
    require_permission(request, "add_suppression")
    email, workspace = normalize_address(asked.email), request.token.workspace
    try:
        validate_email(email)
    except ValidationError as wrong:
        raise ApiProblem(422, "invalid", f"“{email}” is no e-mail address.") from wrong
    with transaction.atomic():
        suppress(email, asked.reason, workspace.pk)
        record(request.user, Verb.SUPPRESSED, workspace=workspace, about=email)
    return 201, Suppression.objects.get(workspace=workspace, email=email)


@router.delete("/suppressions/{suppression_id}", response=Done, operation_id="delete_suppression")
def delete_suppression(request: ApiRequest, suppression_id: Id) -> Done:
    """Allow mails to this address again."""
    require_scope(request, Scope.EDIT)
    require_permission(request, "delete_suppression")
    found = find_row(request, Suppression.objects.select_related("workspace"), suppression_id)
    with transaction.atomic():
        record(request.user, Verb.UNSUPPRESSED, workspace=found.workspace, about=found.email)
        found.delete()
    return Done()

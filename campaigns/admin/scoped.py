"""Lists of the dashboard that show rows of a person's own workspaces alone."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.filters import RelatedFieldListFilter
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.db.models import Field, ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from campaigns.access.rights import has
from campaigns.access.workspaces import (
    PATHS,
    find_workspace_for_new,
    get_workspace_here,
    narrow,
    scope,
)
from campaigns.views.deletion import ask_and_delete

MAY_DELETE = "that is for the role “Administrator”."
CHOICES_MAX = 200  # more campaigns than this in a filter make a page that nobody reads


class ScopedAdmin(ModelAdmin):
    """A list shows the workspace that the person is in; a row of another one of theirs opens by its address.

    What lies in workspaces of others is not there: 404.
    """

    adds_many = False  # whether a person adds one row after another

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return narrow(rows, request) if _is_list(request) else scope(rows, request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._has(request, "add", None)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._has(request, "view", obj) or self._has(request, "change", obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._has(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._has(request, "delete", obj)

    def _has(self, request: HttpRequest, action: str, row: Any) -> bool:
        """In the workspace that a row belongs to; for a list or a new row, in the one they are in."""
        where = row if row is not None else get_workspace_here(request)
        return has(request.user, get_permission_codename(action, self.opts), where)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """One button saves: it leads to where the work goes on."""
        context |= {"show_save_and_add_another": self.adds_many, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        model = db_field.remote_field.model
        if model.__name__ in PATHS:
            kwargs["queryset"] = narrow(model._default_manager.all(), request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change and PATHS.get(type(obj).__name__) == "workspace":
            obj.workspace_id = find_workspace_for_new(request)
        super().save_model(request, obj, form, change)

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        raise Http404(f"There is no such {opts.verbose_name}.")


class DeletingAdmin(ScopedAdmin):
    """Rows that are deleted one at a time, by a page that says what goes with them; many rows behind it."""

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404(f"There is no such {self.opts.verbose_name}.")
        if not self.has_delete_permission(request, found):
            raise PermissionDenied(f"You may not delete a {self.opts.verbose_name}: {MAY_DELETE}")
        return ask_and_delete(request, found)

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


class ScopedFilter(RelatedFieldListFilter):
    """Offers the campaigns of the workspace that the person is in, the newest first."""

    def field_choices(self, field: Field[Any, Any], request: HttpRequest, model_admin: Any) -> list[Any]:
        rows = narrow(field.remote_field.model._default_manager.all(), request)  # type: ignore[union-attr]
        return [(row.pk, str(row)) for row in rows.order_by("-pk")[:CHOICES_MAX]]


def _is_list(request: HttpRequest) -> bool:
    match = request.resolver_match
    name = (match.url_name or "") if match is not None else ""
    return name.endswith("_changelist") or name == "autocomplete"

"""The pronunciation library: its list with search, one entry's form, and many at once as CSV."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from unfold.decorators import display

from campaigns.access.workspaces import find_workspace_for_new, narrow
from campaigns.admin.scoped import ScopedAdmin
from campaigns.history import Verb, record
from campaigns.models import PronunciationEntry, Workspace
from campaigns.pronunciations.entries import BadTable, import_table, read_table, write_table
from campaigns.recipients.revalidation import revalidate_unread_rows
from campaigns.views.forms import PronunciationForm, PronunciationTableForm

PROBLEMS_SHOWN = 20


@admin.register(PronunciationEntry)
class PronunciationAdmin(ScopedAdmin):
    """Words and how they are said, in every campaign."""

    adds_many = True
    form = PronunciationForm
    fields = ("word", "typed", "language", "match_case")
    list_display = ("word", "written", "language_label", "match_case", "changed_by", "changed_at")
    list_filter = ("language", "is_ipa")
    search_fields = ("word", "key", "said")
    list_select_related = ("changed_by",)
    list_before_template = "campaigns/parts/pronunciation_tables.html"

    def get_urls(self) -> list[URLPattern]:
        tables = [
            path("import/", self.admin_site.admin_view(self.import_view), name="pronunciations_import"),
            path("export/", self.admin_site.admin_view(self.export_view), name="pronunciations_export"),
        ]
        return [*tables, *super().get_urls()]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        form = super().get_form(request, obj, change, **kwargs)
        form.workspace_id = find_workspace_for_new(request)
        return form

    def save_model(
        self, request: HttpRequest, obj: PronunciationEntry, form: ModelForm[Any], change: bool
    ) -> None:
        obj.changed_by_id = request.user.pk
        super().save_model(request, obj, form, change)
        revalidate_unread_rows(workspace_id=obj.workspace_id)
        record(request.user, Verb.NAME_CORRECTED, workspace=obj.workspace, about=obj.word, said=obj.written)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        table = write_table(narrow(PronunciationEntry.objects.order_by("key"), request).iterator())
        answer = HttpResponse("\ufeff" + table, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="pronunciations.csv"'
        return answer

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not (self.has_add_permission(request) and self.has_change_permission(request)):
            raise PermissionDenied
        workspace_id = find_workspace_for_new(request)
        form = PronunciationTableForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                count = import_table(
                    read_table(form.cleaned_data["table"].read()), request.user, workspace_id
                )
            except BadTable as bad:
                for problem in bad.problems[:PROBLEMS_SHOWN]:
                    form.add_error("table", forms.ValidationError(problem))
            else:
                revalidate_unread_rows(workspace_id=workspace_id)
                workspace = Workspace.objects.get(pk=workspace_id)
                about = f"{count} words"
                record(request.user, Verb.NAME_CORRECTED, workspace=workspace, about=about)
                messages.success(request, f"Read {count} pronunciation{'' if count == 1 else 's'}.")
                return HttpResponseRedirect(reverse("admin:campaigns_pronunciationentry_changelist"))
        context = {**self.admin_site.each_context(request), "form": form, "title": "Import pronunciations"}
        status = 400 if form.errors else 200
        return render(request, "campaigns/pronunciation_import.html", context, status=status)

    @display(description="Said as", ordering="said")
    def written(self, entry: PronunciationEntry) -> str:
        return entry.written

    @display(description="Voices", ordering="language")
    def language_label(self, entry: PronunciationEntry) -> str:
        return entry.language or "of any language"

    class Media:
        css = {"all": ["campaigns/dashboard/dashboard.css"]}

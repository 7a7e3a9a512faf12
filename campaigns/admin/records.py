"""The lists behind the steps. They are read-only where only a step may change a row."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import admin
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.decorators import display

from campaigns.admin.scoped import ScopedAdmin, ScopedFilter
from campaigns.delivery.suppression import normalize_address, suppress
from campaigns.history import Verb, record
from campaigns.models import Delivery, Event, Message, Recipient, Suppression, get_workspace_key
from campaigns.states import DeliveryState, RenderState, ReviewState, RowVerdict

COUNTED_UP_TO = 10_000  # rows of a table; of more a rough number is good enough
RENDER_COLOURS = {
    RenderState.QUEUED: "info",
    RenderState.RENDERING: "warning",
    RenderState.READY: "success",
    RenderState.FAILED: "danger",
}
REVIEW_COLOURS = {
    ReviewState.PENDING: "info",
    ReviewState.APPROVED: "success",
    ReviewState.REJECTED: "danger",
}
DELIVERY_COLOURS = {
    DeliveryState.SCHEDULED: "info",
    DeliveryState.SENDING: "warning",
    DeliveryState.SENT: "success",
    DeliveryState.FAILED: "danger",
    DeliveryState.SUPPRESSED: "warning",
    DeliveryState.UNKNOWN: "danger",
}


class RoughPaginator(Paginator):  # type: ignore[type-arg]
    """Counts what was searched for; of a whole large table the database knows about how many rows it has."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet) and not rows.query.where:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)",
                    [connection.ops.quote_name(rows.model._meta.db_table)],
                )
                found = cursor.fetchone()
            if found and found[0] > COUNTED_UP_TO:
                return int(found[0])
        return super().count


class RecordAdmin(ScopedAdmin):
    """A list to look at: the steps create its rows, and nobody types them in here."""

    list_per_page = 50
    show_full_result_count = False
    paginator = RoughPaginator

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RowAdmin(RecordAdmin):
    """A record that only its campaign may remove."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Deleting a campaign asks this of its rows too, from another page.
        match = request.resolver_match
        return match is None or not (match.url_name or "").startswith(f"campaigns_{self.opts.model_name}_")


@admin.register(Recipient)
class RecipientAdmin(RowAdmin):
    """Rows of all spreadsheets."""

    list_display = ("name", "email", "campaign", "row_number", "verdict_label")
    list_filter = ("verdict", ("campaign", ScopedFilter))
    search_fields = ("name", "email")
    list_select_related = ("campaign",)

    @display(description="Verdict", label={RowVerdict.VALID: "success", RowVerdict.REJECTED: "danger"})
    def verdict_label(self, recipient: Recipient) -> tuple[str, str]:
        return recipient.verdict, recipient.get_verdict_display()


@admin.register(Message)
class MessageAdmin(RowAdmin):
    """All videos with both of their states."""

    list_display = (
        "recipient",
        "campaign",
        "render_label",
        "review_label",
        "video_length",
        "work_length",
        "ready_at",
    )
    list_filter = ("render_state", "review_state", ("campaign", ScopedFilter))
    search_fields = ("recipient__name", "recipient__email", "content_hash")
    ordering = ("-pk",)
    readonly_fields = ("video_length", "work_length")
    # Files are left out: private media has no plain address, the review page plays them.
    fields = (
        ("recipient", "campaign"),
        ("render_state", "stage", "attempts"),
        ("failure", "failure_permanent"),
        ("video_length", "work_length", "ready_at"),
        ("flags", "scores"),
        ("review_state", "reviewed_by", "reviewed_at", "reject_reason"),
        ("content_hash", "approved_hash"),
    )
    list_select_related = ("recipient", "campaign")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        """The recipients first, in their own table; a join with it would read every message."""
        words = search_term.split()
        if not words:
            return queryset, False
        people = Recipient.objects.all()
        for word in words:
            people = people.filter(Q(name__icontains=word) | Q(email__icontains=word))
        wanted = Q(recipient__in=people)
        if re.fullmatch("[0-9a-f]{8,64}", words[0]):
            wanted |= Q(content_hash__startswith=words[0])
        return queryset.filter(wanted), False

    @display(description="Render", ordering="render_state", label=RENDER_COLOURS)
    def render_label(self, message: Message) -> tuple[str, str]:
        return message.render_state, message.get_render_state_display()

    @display(description="Video", ordering="video_seconds")
    def video_length(self, message: Message) -> str:
        return f"{message.video_seconds:.1f} s"

    @display(description="Work", ordering="work_seconds")
    def work_length(self, message: Message) -> str:
        return f"{message.work_seconds:.1f} s"

    @display(description="Review", ordering="review_state", label=REVIEW_COLOURS)
    def review_label(self, message: Message) -> tuple[str, str]:
        return message.review_state, message.get_review_state_display()


@admin.register(Delivery)
class DeliveryAdmin(RecordAdmin):
    """Every attempt to send."""

    list_display = (
        "recipient_name",
        "address",
        "campaign_name",
        "channel",
        "state_label",
        "attempts",
        "sent_at",
    )
    list_filter = ("state", "channel")
    search_fields = ("recipient_name", "address", "campaign_name")
    ordering = ("-created_at",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description="State", ordering="state", label=DELIVERY_COLOURS)
    def state_label(self, delivery: Delivery) -> tuple[str, str]:
        return delivery.state, delivery.get_state_display()


@admin.register(Event)
class EventAdmin(RecordAdmin):
    """What happened to messages; no address of a machine is ever kept."""

    list_display = ("recipient_name", "kind", "seconds", "at")
    list_filter = ("kind",)
    search_fields = ("recipient_name",)
    search_help_text = "Finds names with a word that begins so."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], search_term: str
    ) -> tuple[QuerySet[Event], bool]:
        """By an index of the names' words: of a million events no page could read every name."""
        begun = " & ".join(f"'{quote}':*" for quote in _quote_words(search_term))
        if not begun:
            return queryset, False
        words = SearchVector("recipient_name", config="simple")
        wanted = SearchQuery(begun, config="simple", search_type="raw")
        return queryset.alias(words=words).filter(words=wanted), False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Suppression)
class SuppressionAdmin(ScopedAdmin):
    """Addresses that are never written to; one may be added by hand."""

    list_display = ("email", "reason", "at")
    fields = ("email", "reason")
    search_fields = ("email", "reason")
    ordering = ("-at",)

    def save_model(
        self, request: HttpRequest, obj: Suppression, form: ModelForm[Suppression], change: bool
    ) -> None:
        obj.email = normalize_address(obj.email)
        super().save_model(request, obj, form, change)
        # Withdraws what is scheduled for the address, too.
        suppress(obj.email, obj.reason, get_workspace_key(obj))
        record(request.user, Verb.SUPPRESSED, workspace=obj.workspace, about=obj.email)

    def delete_model(self, request: HttpRequest, obj: Suppression) -> None:
        record(request.user, Verb.UNSUPPRESSED, workspace=obj.workspace, about=obj.email)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Suppression]) -> None:
        for one in queryset.select_related("workspace"):
            record(request.user, Verb.UNSUPPRESSED, workspace=one.workspace, about=one.email)
        super().delete_queryset(request, queryset)


def _quote_words(text: str) -> list[str]:
    """The words of a search as a text search takes them; marks alone are none."""
    return [
        word.replace("\\", "").replace("'", "''")
        for word in text.replace("\0", "").split()
        if any(map(str.isalnum, word))
    ]

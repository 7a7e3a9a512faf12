"""The form of a campaign's pace: when its mails leave."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings

from campaigns.delivery.pace import Pace

MOST = 1_000_000
_HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


def list_zones() -> list[tuple[str, str]]:
    """Every time zone by its name; the installation's own is among them."""
    return [(zone, zone) for zone in sorted(available_timezones() | {settings.TIME_ZONE})]


class PaceForm(forms.Form):
    """What a person asks of the time; empty fields ask for nothing."""

    zone = forms.ChoiceField(label="Time zone of the campaign", choices=list_zones)
    start = forms.CharField(
        label="Not before",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="In that time zone. Empty: as soon as you send.",
    )
    quiet_from = forms.TypedChoiceField(label="Quiet from", choices=_HOURS, coerce=int)
    quiet_to = forms.TypedChoiceField(
        label="Quiet until", choices=_HOURS, coerce=int, help_text="The same hour twice: no quiet hours."
    )
    per_minute = forms.IntegerField(label="At most a minute", required=False, min_value=1, max_value=MOST)
    per_hour = forms.IntegerField(label="At most an hour", required=False, min_value=1, max_value=MOST)
    per_day = forms.IntegerField(label="At most a day", required=False, min_value=1, max_value=MOST)
    first_day = forms.IntegerField(
        label="On the first day",
        required=False,
        min_value=1,
        max_value=MOST,
        help_text="Warm-up: each next day of sending twice as many, up to the most a day. Empty: none.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "bn-select" if is_choice else "bn-input"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, zone = cleaned.get("start", ""), cleaned.get("zone")
        if start and zone:
            try:
                cleaned["not_before"] = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone))
            except (ValueError, OverflowError):
                self.add_error("start", "Write a day and a time, such as 2027-03-01 09:00.")
        return cleaned

    def to_pace(self) -> Pace:
        """The pace of a valid form."""
        given = self.cleaned_data
        limits = {name: given[name] or 0 for name in ("per_minute", "per_hour", "per_day", "first_day")}
        return Pace(
            zone=ZoneInfo(given["zone"]),
            not_before=given.get("not_before"),
            quiet=(given["quiet_from"], given["quiet_to"]),
            **limits,
        )


def fill_pace_form(pace: Pace) -> PaceForm:
    """The form as the pace is stored."""
    local = pace.not_before.astimezone(pace.zone) if pace.not_before else None
    limits = {
        name: getattr(pace, name) or None for name in ("per_minute", "per_hour", "per_day", "first_day")
    }
    return PaceForm(
        initial={
            "zone": pace.zone.key,
            "start": local.strftime("%Y-%m-%dT%H:%M") if local else "",
            "quiet_from": pace.quiet[0],
            "quiet_to": pace.quiet[1],
            **limits,
        }
    )

"""What recipients watched, counted once for a campaign and kept for its home."""

from __future__ import annotations

from django.db import models

from campaigns.models.campaigns import Campaign


class ViewingSummary(models.Model):
    """The counts of a campaign's events, as they were at ``counted_at``. Counting anew replaces them."""

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="viewing")
    counted_at = models.DateTimeField()
    work_s = models.FloatField(default=0)  # how long the counting took
    opened = models.PositiveIntegerField(default=0)  # messages whose page was opened
    played = models.PositiveIntegerField(default=0)
    finished = models.PositiveIntegerField(default=0)
    clicked = models.PositiveIntegerField(default=0)
    machines = models.PositiveIntegerField(default=0)  # messages whose links programs opened
    # [{"line", "text" (one person's), "people", "seconds", "share"}] in the order of the video
    lines = models.JSONField(default=list)
    still_watching = models.JSONField(default=list)  # [int]: messages watched at least to 0, 10, … 100 %

    def __str__(self) -> str:
        return f"viewing of {self.campaign_id}"

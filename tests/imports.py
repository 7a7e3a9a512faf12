"""A spreadsheet brought in through the dashboard's pages, its jobs done as a worker does them."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from campaigns.jobs.queue import OPEN
from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Job


def step(campaign: Campaign, slug: str) -> str:
    return reverse(f"admin:campaigns_campaign_{slug}", args=[campaign.pk])


def do_jobs(campaign: Campaign) -> None:
    """What the workers do with the campaign's jobs."""
    for job in Job.objects.filter(campaign=campaign, state__in=OPEN).order_by("created_at"):
        work_on_job(job.pk)


def choose(client: Client, campaign: Campaign, content: str | bytes, name: str = "people.csv") -> str:
    """Choose a file, wait until it is read, and see where that leads: the page's text."""
    data = content.encode() if isinstance(content, str) else content
    client.post(step(campaign, "import"), {"spreadsheet": SimpleUploadedFile(name, data)})
    return see(client, campaign)


def answer(client: Client, campaign: Campaign, slug: str, **fields: Any) -> str:
    """Answer a step of the import, and see where that leads."""
    client.post(step(campaign, slug), fields)
    return see(client, campaign)


def apply(client: Client, campaign: Campaign, gone: str = "remove") -> str:
    """Apply the draft, and see the people."""
    client.post(step(campaign, "import_changes"), {"gone": gone})
    do_jobs(campaign)
    campaign.refresh_from_db()
    return client.get(step(campaign, "recipients")).content.decode()


def see(client: Client, campaign: Campaign) -> str:
    do_jobs(campaign)
    return client.get(step(campaign, "import"), follow=True).content.decode()

"""Files in the storage that belong to no row: a worker died between a file and its row, or a deletion midway.

Whatever is younger than a day is spared: it may be on its way.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.apps import apps
from django.core.files.storage import default_storage
from django.db.models import FileField

from campaigns.claims import clock
from campaigns.models import Job, Revision
from campaigns.revisions import FILES, find_platform_poster
from campaigns.storage.files import walk_folder

SPARED = timedelta(days=1)
ROOTS = (
    "campaigns",
    "presenters",
    "jobs",
    "workspaces",
)  # uploads on their way have rows and a sweep of their own


def find_orphans() -> list[str]:
    """Names of stored files that nothing refers to and that are old enough, by name."""
    used, owners = _list_used(), _list_owners()
    before = clock.now() - SPARED
    found = []
    for root in ROOTS:
        for name in walk_folder(root):
            if name not in used and not _is_job_file(name, owners) and _is_older(name, before):
                found.append(name)
    return sorted(found)


def sweep_orphans() -> int:
    """Delete them; how many went."""
    found = find_orphans()
    for name in found:
        default_storage.delete(name)
    return len(found)


def _list_used() -> set[str]:
    """What any row names, and the platform's own poster beside each video."""
    used: set[str] = set()
    for model in apps.get_app_config("campaigns").get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, FileField):
                rows = model._default_manager.exclude(**{field.name: ""})
                used.update(rows.values_list(field.name, flat=True).iterator(chunk_size=2000))
    for row in Revision.objects.values_list(*FILES).iterator(chunk_size=2000):
        used.update(row)
    videos = {name for name in used if name and name.endswith(".mp4")}
    return (used | {find_platform_poster(name) for name in videos}) - {""}


def _list_owners() -> set[str]:
    """Folders of jobs and of drafts, which hold files that no column names."""
    keys = {str(one) for one in Job.objects.values_list("public_id", flat=True)}
    return keys | {str(one) for one in Job.objects.values_list("options__draft", flat=True) if one}


def _is_job_file(name: str, owners: set[str]) -> bool:
    root, owner, *_ = name.split("/")
    return root == "jobs" and owner in owners


def _is_older(name: str, before: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < before
    except FileNotFoundError:
        return False

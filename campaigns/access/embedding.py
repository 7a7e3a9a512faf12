"""On which sites the pages of a workspace's recipients may be shown inside another page."""

from __future__ import annotations

import re

from django.db import transaction

from campaigns.access.members import MemberRefused
from campaigns.history import Person, Verb, record
from campaigns.models import Workspace

HOSTS_MAX = 20
# A host as a browser's policy takes it: nothing in it can end the policy and begin another.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})+(?::[0-9]{{1,5}})?")


def read_hosts(text: str) -> list[str]:
    """The hosts in a text, separated by spaces, commas or lines. MemberRefused names the one that is none."""
    hosts = [one.lower().rstrip(".") for one in re.split(r"[\s,;]+", text.strip()) if one]
    for host in hosts:
        if len(host) > 253 or not _HOST.fullmatch(host):
            raise MemberRefused(
                f"“{host[:80]}” is no host. Write it as www.example.org, without https:// or a path."
            )
    if len(hosts) > HOSTS_MAX:
        raise MemberRefused(
            f"{HOSTS_MAX} hosts are the most. Write *.example.org for all hosts of one domain."
        )
    return sorted(set(hosts))


def allow_hosts(workspace: Workspace, text: str, actor: Person) -> list[str]:
    """From now on these sites alone may show the pages inside their own."""
    hosts = read_hosts(text)
    if hosts != workspace.embed_hosts:
        with transaction.atomic():
            Workspace.objects.filter(pk=workspace.pk).update(embed_hosts=hosts)
            record(actor, Verb.EMBEDDING_SET, workspace=workspace, about=", ".join(hosts)[:200] or "nowhere")
        workspace.embed_hosts = hosts
    return hosts

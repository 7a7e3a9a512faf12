"""Whether a person or a program looks: told when it happens, from what is known then and kept nowhere."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import HttpRequest

from campaigns.models import Event
from campaigns.states import EventKind, MachineSign, Verdict
from campaigns.visits.clients import Link, Visit, list_visits, visits_many

# Sooner after the sending than any person reads: a mail server's scanner that runs scripts.
SOON_S = 5
HUMAN_AFTER_S = 1.0  # whoever plays it and watches is a person after all
_ROBOTS = re.compile(
    r"bot\b|crawl|spider|slurp|preview|scan|facebookexternalhit|whatsapp|curl|wget|python|go-http|okhttp|java/"
    r"|safelinks|barracuda|proofpoint|mimecast|ironport|fireeye|trendmicro|sophos|symantec|forcepoint|bitdefender"
    r"|urldefense|cloudmark|checkpoint|zscaler|microsoft office|ms-office|libwww|headersonly|phantomjs",
    re.IGNORECASE,
)
# They load pictures for somebody, before or without that person: Gmail, Yahoo, Apple (whose privacy proxy
# calls itself “Mozilla/5.0” and nothing more).
_PICTURE_PROXIES = re.compile(r"googleimageproxy|ggpht|yahoomailproxy|yahoocachesystem|^mozilla/5\.0$", re.I)


def find_sign(request: HttpRequest) -> str:
    """By which word of its own the visitor is a program; empty where it says none."""
    agent = request.headers.get("User-Agent", "").strip()
    if not agent or _ROBOTS.search(agent):
        return MachineSign.NAMED
    if _PICTURE_PROXIES.search(agent):
        return MachineSign.PROXY
    purpose = " ".join(
        request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz", "X-Purpose")
    )
    if "prefetch" in purpose or "preview" in purpose or "prerender" in purpose:
        return MachineSign.AHEAD
    return MachineSign.HEAD if request.method == "HEAD" else ""


def find_behaviour(visit: Visit, key: str, *, sent_just_now: bool) -> str:
    """What a visitor that calls itself a browser does as no person does; empty where it does not."""
    if visit.saw_opt_out:
        return MachineSign.EVERY_LINK
    if sent_just_now:
        return MachineSign.SOON
    return MachineSign.MANY if visit.is_new and visits_many(key) else ""


def judge_again(link: Link, key: str, sign: str) -> None:
    """What the client did a moment ago was a program's as well, unless it watched."""
    visits = list_visits(key) if sign == MachineSign.MANY else list_visits(key, link)
    watched = Event.objects.filter(viewing__in=visits, kind=EventKind.PROGRESS).values("viewing")
    doubtful = Event.objects.filter(viewing__in=visits, verdict=Verdict.HUMAN).exclude(viewing__in=watched)
    doubtful.update(verdict=Verdict.MACHINE, sign=sign)


def is_staff(request: HttpRequest) -> bool:
    """Somebody who is signed in looks at the page: not the recipient."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated

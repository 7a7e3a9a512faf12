"""The versions of a campaign's script: who saved what and when, and what is different."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator

from campaigns.models import ScriptVersion
from campaigns.scripts.versions import DiffPiece, compare
from campaigns.views.numbers import read_key
from campaigns.views.page import CampaignPage

VERSIONS_PER_PAGE = 20


@dataclass(frozen=True)
class ShownVersion:
    """A version, and what it changed: in pieces, against the one that the page compares it with."""

    version: ScriptVersion
    pieces: list[DiffPiece]
    is_current: bool


class VersionsPage(CampaignPage):
    """All versions, newest first; each with its difference to the one before, or to a chosen one."""

    step = "script"
    template_name = "campaigns/versions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        versions = self.campaign.script_versions.select_related("saved_by")
        page = Paginator(versions, VERSIONS_PER_PAGE).get_page(self.request.GET.get("page"))
        shown = list(page)
        against = self._find_chosen()
        before = [against or one for one in shown[1:]] + [against or self._find_before(shown)]
        return super().get_context_data(
            page=page,
            against=against,
            shown=[self._show(one, older) for one, older in zip(shown, before, strict=False)],
            **kwargs,
        )

    def _show(self, version: ScriptVersion, older: ScriptVersion | None) -> ShownVersion:
        pieces = compare(older.script if older else "", version.script)
        return ShownVersion(version, pieces, version.script == self.campaign.script)

    def _find_chosen(self) -> ScriptVersion | None:
        number = read_key(self.request.GET.get("against"))
        return self.campaign.script_versions.filter(number=number).first() if number else None

    def _find_before(self, shown: list[ScriptVersion]) -> ScriptVersion | None:
        return self.campaign.script_versions.filter(number__lt=shown[-1].number).first() if shown else None

"""Every page of the dashboard in Chromium, looked at by axe-core: no serious fault in light or dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from campaigns.access.tokens import make_token
from campaigns.models import Campaign, Delivery, Event, Job, Suppression, WebhookCall
from campaigns.states import EventKind
from campaigns.webhooks.endpoints import save_endpoint
from tests import people
from tests.browser.conftest import DESK, PHONE

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
GRAVE = ("serious", "critical")
STEPS = ("recipients", "script", "names", "recordings", "run", "check", "review", "send")
LISTS = (
    "campaign",
    "presenter",
    "pronunciationentry",
    "recipient",
    "message",
    "delivery",
    "event",
    "suppression",
)
FIND = """async ([rules]) => {
  const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
  return found.violations.map(one => ({id: one.id, impact: one.impact,
    nodes: one.nodes.slice(0, 4).map(node => node.target.join(" ") + " | " + node.html.slice(0, 120) +
      " | " + (node.any[0] || node.all[0] || node.none[0] || {message: ""}).message)}));
}"""


@pytest.fixture
def everything(campaign: Campaign, alice: User) -> Campaign:
    """A campaign with something on each of its pages."""
    ada, jose = campaign.recipients.get(name="Ada"), campaign.recipients.get(name="José")
    message = people.ready_message(
        ada,
        review_state="approved",
        approved_hash="a" * 64,
        flags=["The lips are a little late."],
        scores={"closure": 0.9},
    )
    people.ready_message(jose, content_hash="b" * 64)
    Delivery.objects.create(
        message=message, campaign=campaign, recipient_name="Ada", address=ada.email,
        content_hash=message.content_hash, state="failed", reason="The mail server refused it.",
    )  # fmt: skip
    Event.objects.create(message=message, recipient_name="Ada", kind=EventKind.PLAYED)
    Suppression.objects.create(email="ben@example.org", reason="Asked for no further mails.")
    Job.objects.create(kind="revalidate", campaign=campaign, workspace=campaign.workspace)
    make_token(campaign.workspace, alice, "CRM", ["read"], 30)
    hook = save_endpoint(campaign.workspace, alice, "https://example.org/hook", ["opt_out", "job.failed"])
    now = timezone.now()
    for state, failure in (("failed", "The answer was 503."), ("answered", "")):
        WebhookCall.objects.create(
            endpoint=hook, kind="opt_out", state=state, failure=failure, at=now, due_at=now
        )
    return campaign


def list_addresses(campaign: Campaign) -> dict[str, str]:
    presenter, message = campaign.presenter, campaign.messages.first()
    workspace, webhook = campaign.workspace_id, campaign.workspace.webhooks.get().pk
    assert presenter is not None and message is not None
    return {
        "home": reverse("admin:index"),
        "new campaign": reverse("admin:campaigns_campaign_add"),
        "new presenter": reverse("admin:campaigns_presenter_add"),
        "presenter": reverse("admin:campaigns_presenter_change", args=[presenter.pk]),
        "deletion": reverse("admin:campaigns_campaign_delete", args=[campaign.pk]),
        "deletion of a presenter": reverse("admin:campaigns_presenter_delete", args=[presenter.pk]),
        "revocation": reverse("admin:campaigns_presenter_revoke", args=[presenter.pk]),
        "purge": reverse("admin:campaigns_presenter_purge", args=[presenter.pk]),
        "person": reverse("admin:campaigns_workspace_person", args=[campaign.workspace_id])
        + "?address=ada@example.org",
        "retention": reverse("admin:campaigns_workspace_retention", args=[campaign.workspace_id]),
        "tokens": reverse("admin:campaigns_workspace_tokens", args=[workspace]),
        "webhooks": reverse("admin:campaigns_workspace_webhooks", args=[workspace]),
        "second factor": reverse("second-factor"),
        "webhook": reverse("admin:campaigns_workspace_webhook", args=[workspace, webhook]),
        "message": reverse("admin:campaigns_message_change", args=[message.pk]),
        **{name: reverse(f"admin:campaigns_campaign_{name}", args=[campaign.pk]) for name in STEPS},
        **{f"list of {name}": reverse(f"admin:campaigns_{name}_changelist") for name in LISTS},
    }


def find_violations(page: Page) -> list[dict[str, Any]]:
    page.evaluate("document.fonts.ready.then(() => null)")
    page.evaluate(AXE.read_text(encoding="utf-8") + "; null")
    return [one for one in page.evaluate(FIND, [RULES]) if one["impact"] in GRAVE]


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_serious_fault(dashboard: Page, everything: Campaign, theme: Any, size: str) -> None:
    dashboard.emulate_media(color_scheme=theme, reduced_motion="reduce")
    dashboard.set_viewport_size(DESK if size == "desk" else PHONE)  # type: ignore[arg-type]
    found = {}
    for name, address in list_addresses(everything).items():
        dashboard.goto(address)
        if violations := find_violations(dashboard):
            found[name] = violations
    assert found == {}, str(found)


def test_setting_up_a_second_factor_and_asking_for_a_code_have_none(dashboard: Page, alice: User) -> None:
    page = dashboard
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.goto("/admin/second-factor/")
    page.get_by_role("button", name="Set it up").click()
    page.get_by_role("img", name="QR code").wait_for()
    assert find_violations(page) == []
    people.second_factor(alice)
    page.goto("/admin/")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill(people.PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.get_by_label("Code of your app").wait_for()
    assert find_violations(page) == []


def test_a_page_with_a_fault_is_found_out(page: Page) -> None:
    page.goto("/admin/login/")
    page.set_content("<html lang=en><title>x</title><main><img src=data:,><button></button></main></html>")
    assert {one["id"] for one in find_violations(page)} >= {"image-alt", "button-name"}

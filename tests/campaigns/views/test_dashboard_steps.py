"""The steps of a campaign as pages, asked for the way a browser asks."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from campaigns.models import Campaign, Message, Presenter
from campaigns.review import compute_unflagged_digest
from campaigns.states import CampaignState, RenderState, ReviewState, RowVerdict
from tests import people
from tests.campaigns.mail import press_send

STEPS = ("recipients", "script", "names", "run", "check", "review", "send")


@pytest.fixture
def dashboard(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def message(campaign: Campaign) -> Message:
    return people.ready_message(campaign.recipients.get(name="Ada"))


def url(campaign: Campaign, step: str, *more: int) -> str:
    return reverse(f"admin:campaigns_campaign_{step}", args=[campaign.pk, *more])


@pytest.mark.parametrize("step", STEPS)
def test_every_step_opens_for_an_empty_campaign(dashboard: Client, step: str, db: None) -> None:
    empty = Campaign.objects.create(name="Empty")
    assert dashboard.get(url(empty, step)).status_code == 200


@pytest.mark.parametrize("step", [*STEPS, "progress"])
def test_every_step_opens_for_a_campaign_at_work(dashboard: Client, step: str, message: Message) -> None:
    assert dashboard.get(url(message.campaign, step)).status_code == 200


@pytest.mark.parametrize("step", STEPS)
def test_no_step_opens_without_an_account_or_for_one_without_rights(
    client: Client, campaign: Campaign, bob: User, step: str
) -> None:
    assert client.get(url(campaign, step)).status_code == 302
    client.force_login(bob)
    assert client.get(url(campaign, step)).status_code == 302  # to the login: not staff


def test_a_viewer_reads_but_does_not_act(client: Client, bob: User, message: Message) -> None:
    bob.is_staff = True
    bob.save()
    bob.user_permissions.add(Permission.objects.get(codename="view_campaign"))
    client.force_login(bob)
    assert client.get(url(message.campaign, "review")).status_code == 200
    decide = url(message.campaign, "decide", message.pk)
    assert client.post(decide, {}, content_type="application/json").status_code == 403
    assert client.post(url(message.campaign, "run"), {"action": "start"}).status_code == 403


def preview_of(dashboard: Client, campaign: Campaign, script: str, name: str = "Ada") -> dict[str, object]:
    row = campaign.recipients.get(name=name)
    answer = dashboard.post(url(campaign, "preview"), {"script": script, "recipient": row.pk})
    return dict(answer.json())


def test_a_preview_fills_the_script_that_is_not_saved_yet(dashboard: Client, campaign: Campaign) -> None:
    made = preview_of(dashboard, campaign, "Hi {{ first_name }}. Bye.", "O'Neil")
    lines = made["lines"]
    assert isinstance(lines, list)
    assert lines[0]["pieces"][1] == {"text": "O'Neil", "personal": True}
    assert [line["personal"] for line in lines] == [True, False]
    assert isinstance(made["seconds"], float) and 0.5 < made["seconds"] < 4


def test_a_preview_names_the_place_of_an_error(dashboard: Client, campaign: Campaign) -> None:
    broken = preview_of(dashboard, campaign, "Hi.\n{% if city %}Never closed.")
    undefined = preview_of(dashboard, campaign, "Hi {{ nickname }}.")
    assert isinstance(broken["error"], dict) and isinstance(undefined["error"], dict)
    assert broken["error"]["line"] == 2
    assert undefined["error"]["line"] == 1
    assert "nickname" in undefined["error"]["message"]


def test_a_preview_offers_the_corrected_script_and_tells_what_is_not_spoken(
    dashboard: Client, campaign: Campaign
) -> None:
    wrong = preview_of(dashboard, campaign, "Hi [first_name].")
    assert isinstance(wrong["error"], dict)
    assert wrong["error"]["corrected"] == "Hi {{ first_name }}."
    told = preview_of(dashboard, campaign, "**Hi** {{ first_name }}.")
    assert told["unspoken"] == ["“**Hi**” is formatting: its signs are not spoken."]


def test_a_preview_of_another_campaigns_row_shows_the_own_first_row(
    dashboard: Client, campaign: Campaign, alice: User, presenter: Presenter
) -> None:
    other = people.campaign(alice, presenter).recipients.get(name="O'Neil")
    script = {"script": "Hi {{ first_name }}.", "recipient": other.pk}
    made = dashboard.post(url(campaign, "preview"), script).json()
    assert made["lines"][0]["pieces"][1]["text"] == "Ada"


def save_script(dashboard: Client, campaign: Campaign, script: str) -> str:
    fields = {"script": script, "presenter": campaign.presenter_id, "voice_engine": "pyttsx3", "next": "1"}
    fields["confirmed"] = sha256(script.encode()).hexdigest()  # the rows that it leaves out were seen
    return dashboard.post(url(campaign, "script"), fields, follow=True).content.decode()


def test_saving_a_script_goes_on_to_the_run(dashboard: Client, campaign: Campaign) -> None:
    assert "What the run will do" in save_script(dashboard, campaign, "Hello {{ first_name }}.")
    campaign.refresh_from_db()
    assert campaign.voice_engine == "pyttsx3"


def test_a_broken_script_is_kept_but_said_to_be_unusable(dashboard: Client, campaign: Campaign) -> None:
    assert "cannot be used yet" in save_script(dashboard, campaign, "Hello {{ first_name.")
    assert campaign.recipients.filter(verdict=RowVerdict.VALID).count() == 3


def test_a_row_that_a_script_cannot_fill_is_rejected_until_the_script_has_a_fallback(
    dashboard: Client, campaign: Campaign
) -> None:
    save_script(dashboard, campaign, "Hello {{ first_name }} from {{ city }}.")
    jose = campaign.recipients.get(name="José")
    assert jose.verdict == RowVerdict.REJECTED
    assert "These rows get no video" in dashboard.get(url(campaign, "script")).content.decode()
    save_script(dashboard, campaign, people.SCRIPT)
    jose.refresh_from_db()
    assert (jose.verdict, jose.problems) == (RowVerdict.VALID, [])


def test_a_column_that_the_sheet_lacks_is_one_problem_that_names_it(
    dashboard: Client, campaign: Campaign
) -> None:
    told = save_script(dashboard, campaign, "Hello {{ nickname }}.")
    assert "cannot be used yet. Script, line 1, column 10: “nickname” is not a column" in told
    assert campaign.recipients.filter(verdict=RowVerdict.VALID).count() == 3
    assert dashboard.get(url(campaign, "run")).content.decode().count("“nickname” is not a column") == 1
    assert "“nickname” is not a column" in press(dashboard, campaign, "start")
    assert not campaign.messages.exists()


def press(dashboard: Client, campaign: Campaign, action: str, step: str = "run") -> str:
    return dashboard.post(url(campaign, step), {"action": action}, follow=True).content.decode()


def test_the_run_page_tells_what_will_be_made(dashboard: Client, campaign: Campaign) -> None:
    page = dashboard.get(url(campaign, "run")).content.decode()
    assert "3 valid recipients." in page
    assert "Nora consented." in page
    assert "Nothing was rendered here yet" in page


def test_the_run_page_tells_costs_before_and_after(
    dashboard: Client, message: Message, settings: Settings
) -> None:
    settings.MACHINE_HOUR_PRICE = (3.0, "EUR")
    part = {"line": "0.0", "text": "Hello Ada.", "start_s": 0.4, "end_s": 1.4, "cached": True}
    Message.objects.update(work_seconds=60, segments=[part, part | {"cached": False}])
    Campaign.objects.update(state=CampaignState.RENDERED)
    page = dashboard.get(url(message.campaign, "run")).content.decode()
    assert "reused: 1 of 2 spoken sentences" in page
    assert "of work, 0.05 EUR" in page
    assert "from the last 1 finished video of this installation" in page
    assert "of work, about" in page


def test_a_run_is_refused_without_consent_and_the_page_says_so(dashboard: Client, campaign: Campaign) -> None:
    Presenter.objects.update(consent_at=None)
    assert "No consent is recorded for Nora." in dashboard.get(url(campaign, "run")).content.decode()
    assert "Record the consent of Nora first" in press(dashboard, campaign, "start")
    assert not campaign.messages.exists()


def test_a_run_starts_shows_its_progress_and_is_cancelled(dashboard: Client, campaign: Campaign) -> None:
    assert "Cancel the run" in press(dashboard, campaign, "start")
    progress = dashboard.get(url(campaign, "progress")).json()
    assert (progress["running"], progress["total"], progress["queued"]) == (True, 3, 3)
    assert "Finished videos are kept" in press(dashboard, campaign, "cancel")
    assert not dashboard.get(url(campaign, "progress")).json()["running"]


def test_a_failure_is_shown_with_its_reason_and_tried_again(dashboard: Client, message: Message) -> None:
    campaign = message.campaign
    Message.objects.update(render_state=RenderState.FAILED, failure="The disk is full. Free some space.")
    Campaign.objects.update(state=CampaignState.RENDERED_WITH_FAILURES)
    assert "The disk is full." in dashboard.get(url(campaign, "run")).content.decode()
    press(dashboard, campaign, "retry")
    message.refresh_from_db()
    assert message.render_state == RenderState.QUEUED


def decide(dashboard: Client, message: Message, **asked: str) -> tuple[int, dict[str, str]]:
    where = url(message.campaign, "decide", message.pk)
    answer = dashboard.post(where, json.dumps(asked), content_type="application/json")
    return answer.status_code, dict(answer.json())


def test_a_message_is_approved_and_rejected(dashboard: Client, message: Message) -> None:
    seen = message.content_hash
    assert decide(dashboard, message, decision="approve", seen=seen)[1]["state"] == "approved"
    status, told = decide(dashboard, message, decision="reject", seen=seen, reason="wrong name")
    assert (status, told["state"], told["reason"], told["by"]) == (200, "rejected", "wrong name", "alice")


def test_a_decision_on_other_content_is_a_conflict(dashboard: Client, message: Message) -> None:
    status, told = decide(dashboard, message, decision="approve", seen="f" * 64)
    assert status == 409
    assert "rendered again" in told["problem"]


@pytest.mark.parametrize(
    "nonsense", ["", "[]", "{}", '{"decision": "sell"}', '{"decision": 3, "reason": []}']
)
def test_a_decision_that_is_none_changes_nothing(dashboard: Client, message: Message, nonsense: str) -> None:
    where = url(message.campaign, "decide", message.pk)
    assert dashboard.post(where, nonsense, content_type="application/json").status_code == 409
    message.refresh_from_db()
    assert message.review_state == ReviewState.PENDING


def test_all_without_flags_are_approved_at_once(dashboard: Client, message: Message) -> None:
    seen = compute_unflagged_digest(message.campaign)
    page = dashboard.post(url(message.campaign, "review"), {"seen": seen}, follow=True).content.decode()
    assert "Approved 1 video without flags." in page


def test_only_what_is_approved_can_be_sent(dashboard: Client, message: Message) -> None:
    assert "Nothing is approved yet" in dashboard.get(url(message.campaign, "send")).content.decode()
    decide(dashboard, message, decision="approve", seen=message.content_hash)
    assert "1 approved video is on hand" in dashboard.get(url(message.campaign, "send")).content.decode()
    assert "1 mail on the way." in press_send(dashboard, url(message.campaign, "send"))
    assert message.deliveries.count() == 1


def test_sending_twice_makes_one_delivery(dashboard: Client, message: Message) -> None:
    decide(dashboard, message, decision="approve", seen=message.content_hash)
    press_send(dashboard, url(message.campaign, "send"))
    press_send(dashboard, url(message.campaign, "send"))
    assert message.deliveries.count() == 1


def test_the_mails_words_are_saved(dashboard: Client, campaign: Campaign) -> None:
    words = {"action": "save", "sender_name": "Nora", "email_subject": "For you", "email_body": "Look."}
    assert "Saved the mail." in dashboard.post(url(campaign, "send"), words, follow=True).content.decode()
    campaign.refresh_from_db()
    assert campaign.email_subject == "For you"


def test_a_delivery_with_an_unknown_end_waits_for_a_person(dashboard: Client, message: Message) -> None:
    decide(dashboard, message, decision="approve", seen=message.content_hash)
    press_send(dashboard, url(message.campaign, "send"))
    message.deliveries.update(state="unknown")
    delivery = message.deliveries.get()
    settle = {"action": "arrived", "delivery": delivery.pk}
    assert (
        "Noted for ada@example.org."
        in dashboard.post(url(message.campaign, "send"), settle, follow=True).content.decode()
    )
    delivery.refresh_from_db()
    assert delivery.state == "sent"

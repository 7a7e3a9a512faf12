"""What a run will cost before it starts, learned from what others did cost; and what this one did."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from campaigns import engine
from campaigns.engine import PAUSES
from campaigns.models import Campaign, Message, Presenter, Recipient
from campaigns.runs.cost_history import (
    JOIN_S,
    compute_run_cost,
    format_cost,
    load_cost_history,
)
from campaigns.runs.estimate import estimate_run
from campaigns.scripts.spoken_length import estimate_by_rule
from tests import people

SENTENCES = (
    "Hi Maximiliana.",
    "Your starter plan is ready, and you can sign in today.",
    "Most people begin with one short clip and a small spreadsheet.",
    "Shall we talk it through on Thursday?",
    "Just answer this mail, and take care.",
    "I recorded this take once, and yet it says hello to you by name.",
    "We met in 2019, and 45 people came.",
)


@pytest.mark.parametrize("name", ["hibari", "piper", "pyttsx3"])
def test_the_rule_of_thumb_is_near_what_each_packaged_voice_really_takes(name: str) -> None:
    voice = engine.choose_voice(name)
    spoken_s = sum(engine.measure_line_s(sentence, voice) for sentence in SENTENCES)
    assert sum(map(estimate_by_rule, SENTENCES)) == pytest.approx(spoken_s, rel=0.12)


def finish(recipient: Recipient, work_s: float, parts: Sequence[tuple[str, float, bool]]) -> Message:
    """A ready message whose lines took so many seconds to say, and came from the cache or not."""
    segments = [
        {"line": f"{at}.0", "text": text, "start_s": 1.0, "end_s": 1.0 + seconds, "cached": cached}
        for at, (text, seconds, cached) in enumerate(parts)
    ]
    lines = [{"id": segment["line"], "text": segment["text"]} for segment in segments]
    made = people.ready_message(recipient, segments=segments, work_seconds=work_s)
    made.lines = lines
    made.save()
    return made


@pytest.fixture
def earlier(alice: User, presenter: Presenter) -> Campaign:
    """A campaign that was rendered here: 20 s of work for 5 s of new video, and half a second a message."""
    campaign = people.campaign(alice, presenter)
    ada, jose, oneil = campaign.recipients.filter(verdict="valid")
    say = 2.5 - PAUSES.pause_s
    finish(ada, 20.5, [("Hello Ada.", say, False), ("Welcome.", say, False)])
    finish(jose, 0.5, [("Hello Ada.", say, True), ("Welcome.", say, True)])
    finish(oneil, 0.5, [("Hello Ada.", say, True), ("Welcome.", say, True)])
    return campaign


def test_work_is_learned_from_finished_messages(earlier: Campaign, campaign: Campaign) -> None:
    learned = load_cost_history(campaign)
    assert learned.messages == 3
    assert learned.work_per_new_s == pytest.approx(20 / 5)
    assert learned.join_s == 0.5
    made = estimate_run(campaign)
    assert made.learned_from == 3
    assert made.work_s == pytest.approx(4 * made.new_s + 3 * 0.5)


def test_before_anything_was_rendered_the_shipped_values_count(campaign: Campaign) -> None:
    assert (load_cost_history(campaign).messages, load_cost_history(campaign).join_s) == (0, JOIN_S)
    assert estimate_run(campaign).learned_from == 0


def test_a_line_that_this_voice_has_said_before_has_its_known_length(
    earlier: Campaign, campaign: Campaign
) -> None:
    campaign.voice_engine = earlier.voice_engine
    assert load_cost_history(campaign).estimate_line_s("Welcome.") == pytest.approx(2.5 - PAUSES.pause_s)
    campaign.voice_engine = "pyttsx3"
    assert load_cost_history(campaign).estimate_line_s("Welcome.") == pytest.approx(
        estimate_by_rule("Welcome.")
    )


def test_a_slow_voice_makes_unknown_lines_longer_too(campaign: Campaign, earlier: Campaign) -> None:
    slow = [(sentence, 1.5 * estimate_by_rule(sentence), False) for sentence in SENTENCES]
    Message.objects.all().delete()
    finish(earlier.recipients.get(name="Ada"), 20.0, slow)
    assert load_cost_history(campaign).estimate_line_s("Something new.") == pytest.approx(
        1.5 * estimate_by_rule("Something new.")
    )


def test_lines_that_are_rendered_already_cost_nothing_again(campaign: Campaign, alice: User) -> None:
    before = estimate_run(campaign)
    ada = campaign.recipients.get(name="Ada")
    finish(ada, 1.0, [("Hello Ada.", 1.0, False), ("Thanks for coming to London.", 2.0, False)])
    after = estimate_run(campaign)
    assert after.new_s < before.new_s
    assert after.distinct == before.distinct


def test_a_thousand_who_share_a_line_pay_for_it_once(campaign: Campaign) -> None:
    campaign.script = "Welcome to our house."
    Recipient.objects.bulk_create(
        Recipient(campaign=campaign, row_number=row, values={}, name="Somebody") for row in range(10, 1010)
    )
    made = estimate_run(campaign)
    assert made.messages == 1003
    assert made.new_s < 4
    assert made.personal_s == 0
    assert made.shared_percent == 100


def test_where_nobody_shares_anything_nothing_is_said_to_be_shared(campaign: Campaign) -> None:
    campaign.script = "Hello {{ first_name }}."
    made = estimate_run(campaign)
    assert made.shared_percent == 0
    assert made.personal_s == pytest.approx(made.video_s) == pytest.approx(made.new_s)


def test_what_a_run_took_is_counted(earlier: Campaign) -> None:
    took = compute_run_cost(earlier)
    assert (took.videos, took.segments, took.reused, took.reused_percent) == (3, 6, 4, 67)
    assert took.work_s == pytest.approx(21.5)
    assert took.work_per_video_s == pytest.approx(21.5 / 12)


def test_costs_follow_the_price_of_a_machine_hour(settings: Settings) -> None:
    assert format_cost(3600) == ""
    settings.MACHINE_HOUR_PRICE = (0.8, "EUR")
    assert format_cost(1800) == "0.40 EUR"
    assert format_cost(1) == "less than 0.01 EUR"

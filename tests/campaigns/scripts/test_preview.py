"""What a person sees of a script before anything is rendered."""

from __future__ import annotations

from pytest_django import DjangoAssertNumQueries

from campaigns.models import Campaign, Presenter
from campaigns.runs.estimate import build_checklist, estimate_run
from campaigns.scripts.preview import Piece, preview_script, split_pieces
from campaigns.states import BakeState


def personal(script: str, **values: str) -> list[str]:
    lines = preview_script(script, values).lines
    return [piece.text for line in lines for piece in line.pieces if piece.personal]


def test_the_recipients_own_words_are_marked() -> None:
    assert personal("Hi {{ name }}. Welcome to {{ city }}.", name="Ada", city="London") == ["Ada", "London"]


def test_a_name_inside_another_word_is_not_marked() -> None:
    assert personal("Hi {{ name }}. Animals can wait.", name="Ann") == ["Ann"]
    assert split_pieces("Joanna and Ann", ["Ann"]) == (Piece("Joanna and ", False), Piece("Ann", True))


def test_the_longer_of_two_values_is_marked_whole() -> None:
    marked = personal("Hi {{ first }} of {{ firm }}.", first="Ada", firm="Ada Lovelace Ltd")
    assert marked == ["Ada", "Ada Lovelace Ltd"]


def test_a_column_that_only_decides_is_not_marked() -> None:
    assert personal("{% if plan == 'pro' %}The pro plan.{% endif %} Bye.", plan="pro") == []


def test_a_column_with_spaces_is_marked_too() -> None:
    assert [
        piece.text
        for line in preview_script("Hi {{ first_name }}.", {"First name": "Ada"}).lines
        for piece in line.pieces
        if piece.personal
    ] == ["Ada"]


def test_an_empty_script_is_an_empty_preview_and_no_error() -> None:
    assert preview_script("  \n", {"name": "Ada"}).error is None


def test_an_error_carries_its_line() -> None:
    error = preview_script("Hi.\n\n{{ nobody }}", {"name": "Ada"}).error
    assert error is not None
    assert error.line == 3


def test_an_estimate_counts_what_is_shared_once(campaign: Campaign) -> None:
    made = estimate_run(campaign)
    assert (made.messages, made.lines, made.distinct) == (3, 6, 6)
    campaign.script = "Hello {{ first_name }}. Thanks for coming. See you soon."
    made = estimate_run(campaign)
    assert (made.lines, made.distinct) == (9, 5)
    assert 20 < made.shared_percent < 60
    assert 3 < made.seconds_each < 10
    assert made.video_s > made.speech_s > made.personal_s > 0


def test_a_row_that_cannot_be_filled_does_not_stop_the_others(campaign: Campaign) -> None:
    campaign.script = "Hello {{ first_name }} from {{ city }}."
    made = estimate_run(campaign)
    assert (made.messages, made.unfillable) == (2, 1)
    assert all(point.ok for point in build_checklist(campaign, made))


def missing(campaign: Campaign) -> list[str]:
    return [point.sentence for point in build_checklist(campaign, estimate_run(campaign)) if not point.ok]


def test_the_checklist_names_what_is_missing(db: None) -> None:
    told = missing(Campaign.objects.create(name="Empty"))
    assert told == [
        "There are no valid recipients yet.",
        "The script is empty.",
        "Nobody is chosen to speak.",
        "No consent, as nobody is chosen to speak.",
    ]


def test_a_take_that_failed_and_a_consent_that_ended_are_missing(
    campaign: Campaign, presenter: Presenter
) -> None:
    presenter.bake_state, presenter.failure = BakeState.FAILED, "Two faces at 3 s."
    presenter.consent_at = None
    campaign.presenter = presenter
    assert missing(campaign) == [
        "The take of Nora could not be prepared: Two faces at 3 s.",
        "No consent is recorded for Nora.",
    ]


def test_a_take_in_preparation_only_delays_the_run(campaign: Campaign, presenter: Presenter) -> None:
    presenter.bake_state = BakeState.BAKING
    campaign.presenter = presenter
    assert missing(campaign) == []


def test_an_estimate_asks_the_database_for_rows_pronunciations_experience_and_what_is_ready(
    campaign: Campaign, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(5):
        estimate_run(campaign)

"""Personal words are listed, heard and corrected before anything is rendered."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ
from pytest_django import DjangoAssertNumQueries

from campaigns import tasks
from campaigns.models import Campaign, PersonalWord, Presenter, PronunciationEntry, Recipient
from campaigns.states import CampaignState, RowVerdict
from tests import people

ODD = ["<script>alert(1)</script>", "O'Neil", 'D"Arc', "a.b*c", "😀Zed", "محمد", "C++Xx"]


@pytest.fixture
def dashboard(client: Client, alice: User, campaign: Campaign) -> Client:
    Campaign.objects.filter(pk=campaign.pk).update(voice_engine="pyttsx3")
    client.force_login(alice)
    return client


def url(campaign: Campaign, page: str = "names", *more: int) -> str:
    return reverse(f"admin:campaigns_campaign_{page}", args=[campaign.pk, *more])


def fill_rows(campaign: Campaign, names: list[str]) -> None:
    campaign.recipients.all().delete()
    Recipient.objects.bulk_create(
        Recipient(campaign=campaign, row_number=number, name=name[:300], values={"first_name": name})
        for number, name in enumerate(names, start=2)
    )


def correct(dashboard: Client, campaign: Campaign, name: str, said: str, **more: str) -> tuple[int, str]:
    dashboard.get(url(campaign))
    word = campaign.words.get(word=name)
    answer = dashboard.post(url(campaign), {"word": word.pk, "said": said, **more}, follow=True)
    return answer.status_code, answer.content.decode()


def test_each_word_is_listed_once_with_its_count(dashboard: Client, campaign: Campaign) -> None:
    fill_rows(campaign, ["Ada", "ADA Byron", "Bo", "x@y.example", "12", "A."])
    page = dashboard.get(url(campaign)).content.decode()
    assert sorted(campaign.words.values_list("word", "rows")) == [("Ada", 2), ("Bo", 1), ("Byron", 1)]
    assert "2 rows, first 2 · first_name" in page


def test_words_of_columns_that_are_not_spoken_are_left_out(dashboard: Client, campaign: Campaign) -> None:
    dashboard.get(url(campaign))
    found = set(campaign.words.values_list("word", flat=True))
    assert found == {"Ada", "José", "O'Neil", "London", "Cork"}  # nothing of the addresses


def test_signs_of_every_kind_are_shown_as_they_are(dashboard: Client, campaign: Campaign) -> None:
    fill_rows(campaign, ODD)
    page = dashboard.get(url(campaign)).content.decode()
    assert "<script>alert" not in page
    assert "script&gt;alert(1)&lt;/script" in page
    for word in campaign.words.all():
        assert dashboard.get(url(campaign, "word", word.pk)).status_code in (200, 422)
        status, shown = correct(dashboard, campaign, word.word, "ay-BEE")
        assert status == 200 and "is said ay-BEE from now on" in shown
    assert PronunciationEntry.objects.count() == campaign.words.count() == len(ODD)


def test_words_in_no_dictionary_come_first_and_known_ones_are_not_in_doubt(
    dashboard: Client, campaign: Campaign
) -> None:
    fill_rows(campaign, ["Ada", "Ada", "Qzorvian", "Mary"])
    rows = dashboard.get(url(campaign)).context["rows"]
    assert [row.word.word for row in rows] == ["Qzorvian", "Ada", "Mary"]
    assert rows[0].doubt.startswith("in no dictionary") and rows[0].word.ipa
    doubtful = dashboard.get(url(campaign), {"show": "doubtful"}).context["rows"]
    assert [row.word.word for row in doubtful] == ["Qzorvian"]


def test_a_correction_is_for_every_campaign_and_the_word_is_not_looked_at_again(
    dashboard: Client, campaign: Campaign, alice: User
) -> None:
    _, page = correct(dashboard, campaign, "Ada", "AH-dah")
    assert "“Ada” is said AH-dah from now on, in every campaign." in page
    entry = PronunciationEntry.objects.get()
    assert (entry.key, entry.said, entry.changed_by) == ("ada", "AH-dah", alice)
    assert "corrected" in dashboard.get(url(campaign), {"q": "ada"}).content.decode()
    doubtful = dashboard.get(url(campaign), {"show": "doubtful"}).context["rows"]
    assert "Ada" not in [row.word.word for row in doubtful]


def test_a_correction_that_cannot_be_said_stays_in_its_field_with_the_reason(
    dashboard: Client, campaign: Campaign
) -> None:
    status, page = correct(dashboard, campaign, "Ada", '/AH"<b>/')
    assert status == 400
    assert "is no sign of the phonetic alphabet" in page
    assert 'value="/AH&quot;&lt;b&gt;/"' in page
    assert not PronunciationEntry.objects.exists()


def test_of_two_people_who_correct_the_same_word_the_second_is_told(
    dashboard: Client, campaign: Campaign
) -> None:
    correct(dashboard, campaign, "Ada", "AH-dah", seen="")
    status, page = correct(dashboard, campaign, "Ada", "AY-duh", seen="")
    assert status == 400
    assert "was changed by alice while you looked: it is now said AH-dah" in page
    assert correct(dashboard, campaign, "Ada", "AY-duh", seen="AH-dah")[0] == 200


def test_one_row_can_be_said_in_another_way(dashboard: Client, campaign: Campaign) -> None:
    _, page = correct(dashboard, campaign, "José", "/xoˈse/", scope="row", row="3")
    assert "“José” in row 3 will be said /xoˈse/." in page
    campaign.refresh_from_db()
    assert campaign.recipients.get(row_number=3).values["pronounce_as"] == "/xoˈse/"
    assert campaign.columns[-1] == "pronounce_as"
    for row, says in (("4", "Row 4 does not have “José”"), ("", "Row 0"), ("x" * 99, "Row 0")):
        status, page = correct(dashboard, campaign, "José", "ho-ZAY", scope="row", row=row)
        assert status == 400 and says in page


def test_a_correction_makes_a_row_valid_whose_letters_the_voice_cannot_read(
    dashboard: Client, campaign: Campaign
) -> None:
    fill_rows(campaign, ["王小明", "Bo"])
    fields = {"script": "Hi {{ first_name }}.", "presenter": campaign.presenter_id, "voice_engine": "pyttsx3"}
    dashboard.post(url(campaign, "script"), fields)
    assert campaign.recipients.get(row_number=2).verdict == RowVerdict.REJECTED
    correct(dashboard, campaign, "王小明", "wang shao ming")
    assert campaign.recipients.get(row_number=2).verdict == RowVerdict.VALID


def test_no_name_is_corrected_while_a_run_goes_on(dashboard: Client, campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.RENDERING)
    assert "A run is going on. Cancel it first" in correct(dashboard, campaign, "Ada", "AH-dah")[1]


def test_a_word_is_heard_as_it_is_said_and_as_somebody_types(dashboard: Client, campaign: Campaign) -> None:
    dashboard.get(url(campaign))
    word = campaign.words.get(word="Ada")
    plain = dashboard.get(url(campaign, "word", word.pk))
    typed = dashboard.get(url(campaign, "word", word.pk), {"said": "adda-adda-adda"})
    assert (plain.status_code, plain["Content-Type"]) == (200, "audio/wav")
    assert len(typed.content) > len(plain.content)
    assert (
        "no sign of the phonetic"
        in dashboard.get(url(campaign, "word", word.pk), {"said": "/AH/"}).json()["problem"]
    )


def test_only_words_of_the_campaign_are_spoken_and_only_for_those_who_may_see_it(
    dashboard: Client, campaign: Campaign, alice: User, presenter: Presenter, bob: User
) -> None:
    other = people.campaign(alice, presenter)
    dashboard.get(url(other))
    foreign = other.words.get(word="Ada")
    assert dashboard.get(url(campaign, "word", foreign.pk)).status_code == 404
    assert dashboard.post(url(other, "word", foreign.pk)).status_code == 405
    stranger = Client()
    assert stranger.get(url(other, "word", foreign.pk)).status_code == 302
    bob.is_staff = True
    bob.save()
    stranger.force_login(bob)
    assert stranger.get(url(other, "word", foreign.pk)).status_code == 403
    bob.user_permissions.add(Permission.objects.get(codename="view_campaign"))
    assert stranger.get(url(other)).status_code == 200
    assert stranger.post(url(other), {"word": foreign.pk, "said": "x"}).status_code == 403


def test_many_rows_are_counted_by_a_worker_and_shown_some_at_a_time(
    dashboard: Client, campaign: Campaign, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    fill_rows(campaign, [f"Name{n:05d}x" for n in range(2_500)])
    assert "The words are being counted." in dashboard.get(url(campaign)).content.decode()
    assert OrmQ.objects.count() == 1
    dashboard.get(url(campaign))
    assert OrmQ.objects.count() == 1  # nobody else counts meanwhile
    began = time.process_time()
    tasks.study_words(campaign.pk)
    assert campaign.words.count() == 2_500
    assert dashboard.get(url(campaign, "words")).json()["running"] is False
    assert time.process_time() - began < 30
    with django_assert_max_num_queries(40):
        page = dashboard.get(url(campaign), {"page": "100"})
    assert len(page.context["rows"]) == 25
    found = dashboard.get(url(campaign), {"q": "name00042"}).context["rows"]
    assert [row.word.word for row in found] == ["Name00042x"]


def test_a_count_whose_worker_died_is_begun_again(dashboard: Client, campaign: Campaign) -> None:
    fill_rows(campaign, [f"Name{n}" for n in range(2001)])
    dashboard.get(url(campaign))
    mark = Campaign.objects.get(pk=campaign.pk).words_of
    old = f"{mark.rpartition(' ')[0]} {int(time.time()) - 3600}"
    Campaign.objects.filter(pk=campaign.pk).update(words_of=old)
    dashboard.get(url(campaign))
    assert OrmQ.objects.count() == 2


def test_another_spreadsheet_is_counted_anew(dashboard: Client, campaign: Campaign) -> None:
    dashboard.get(url(campaign))
    assert PersonalWord.objects.filter(campaign=campaign).count() == 5
    fill_rows(campaign, ["Zoë"])
    Campaign.objects.filter(pk=campaign.pk).update(spreadsheet="campaigns/x/another.csv")
    dashboard.get(url(campaign))
    assert list(campaign.words.values_list("word", flat=True)) == ["Zoë"]

"""What stands on the picture: the greeting, the first name, or the campaign's own words."""

from __future__ import annotations

import pytest

from campaigns.models import Campaign, Recipient
from campaigns.pictures.words import find_locale, write_words

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("values", "name", "words"),
    [
        ({"first_name": "Ada"}, "Ada Lovelace", "Hi Ada"),
        ({"Vorname": " Maximiliane-Charlotte "}, "", "Hi Maximiliane-Charlotte"),
        ({}, "Dr. Ada Lovelace", "Hi Ada"),
        ({}, "Lovelace, Ada", "Hi Ada"),
        ({}, "李雷", "Hi 李雷"),
        ({"first_name": ""}, "", ""),
        ({}, "4711", ""),
    ],
)
def test_the_first_name_is_found_in_its_column_or_in_the_name(
    values: dict[str, str], name: str, words: str
) -> None:
    roles = {"first_name": "Vorname"} if "Vorname" in values else {}
    assert write_words(Campaign(column_roles=roles), Recipient(values=values, name=name)) == words


def test_a_campaign_has_words_of_its_own_or_none() -> None:
    ada, nobody = Recipient(values={"first_name": "Ada"}, name="Ada"), Recipient(values={"first_name": ""})
    own = Campaign(picture_text="Für {{ first_name }}")
    assert (write_words(own, ada), write_words(own, nobody)) == ("Für Ada", "")
    assert write_words(Campaign(mail_names=False, picture_text="Für {{ first_name }}"), ada) == ""


def test_the_row_tells_the_language_before_the_campaign_does() -> None:
    campaign = Campaign(locale="en-GB")
    assert find_locale(campaign, Recipient(values={"language": "zh-TW"})) == "zh-TW"
    assert find_locale(campaign, Recipient(values={})) == "en-GB"

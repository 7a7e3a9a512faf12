"""The words of a mail with the columns of a row in them."""

from __future__ import annotations

import pytest

from campaigns.delivery.mail_text import (
    MailFault,
    check_field,
    find_mail_gaps,
    write_mail_text,
)
from campaigns.models import Campaign, Recipient
from campaigns.states import RowVerdict

ROW = {"first_name": "Ada", "email": "ada@example.org", "city": "St. Ives & Co"}


def test_subject_text_and_button_speak_of_the_row(campaign: Campaign) -> None:
    campaign.email_subject = "{{ first_name }}, see {{ city }}"
    campaign.email_body = "Dear {{ first_name }},\n\n{% if city %}how is {{ city }}?{% endif %}"
    campaign.call_to_action_label = "Book in {{ city }}"
    campaign.call_to_action_url = "https://example.org/{{ city }}?who={{ first_name }}&from=mail"
    written = write_mail_text(campaign, ROW)
    assert written.subject == "Ada, see St. Ives & Co"
    assert written.text == "Dear Ada,\n\nhow is St. Ives & Co?"
    assert written.button_label == "Book in St. Ives & Co"
    assert written.button_url == "https://example.org/St.%20Ives%20%26%20Co?who=Ada&from=mail"


@pytest.mark.parametrize("evil", ["Ada\r\nBcc: all@example.org", "Ada\n\n<b>", "Ada\u2028X-Evil: 1"])
def test_a_subject_is_one_line_whatever_the_cell_holds(campaign: Campaign, evil: str) -> None:
    campaign.email_subject = "For {{ first_name }}"
    subject = write_mail_text(campaign, ROW | {"first_name": evil}).subject
    assert len(subject.splitlines()) == 1 and subject.startswith("For Ada")


def test_a_cell_may_be_the_whole_address_of_the_button_but_only_a_web_address(campaign: Campaign) -> None:
    campaign.call_to_action_url = "{{ city }}"
    link = "https://cal.example.org/a?b=c&d=e%20f"
    assert write_mail_text(campaign, ROW | {"city": link}).button_url == link
    for bad in ("javascript:alert(1)", "example.org", "//example.org", "https://[x"):
        with pytest.raises(MailFault, match="is not a web address") as caught:
            write_mail_text(campaign, ROW | {"city": bad})
        assert caught.value.field == "call_to_action_url"


def test_a_comparison_in_the_address_sees_the_cell_as_it_is(campaign: Campaign) -> None:
    campaign.call_to_action_url = "https://example.org/{% if city == 'St. Ives & Co' %}ives{% endif %}"
    assert write_mail_text(campaign, ROW).button_url == "https://example.org/ives"


@pytest.mark.parametrize(
    ("source", "told", "corrected"),
    [
        ("Hi *|FNAME|*", "is a tag of another tool", "Hi {{ first_name }}"),
        ("Hi {{ fist_name }}", "“fist_name” is not a column", "Hi {{ first_name }}"),
        ("Hi {{ First Name }}", "", "Hi {{ first_name }}"),
        ("Hi {{ first_name", "", ""),
    ],
)
def test_mistakes_are_told_as_in_a_script(source: str, told: str, corrected: str) -> None:
    with pytest.raises(MailFault) as caught:
        check_field(source, "email_body", ["first_name", "email"])
    assert told in caught.value.sentence
    assert caught.value.corrected == corrected
    assert "jinja" not in caught.value.sentence.lower()


@pytest.mark.parametrize(
    "plain", ["", "50 % off, really!", "a < b & c", "Line\n\nLine", "https://a.example.org"]
)
def test_words_without_columns_stay_as_they_are(campaign: Campaign, plain: str) -> None:
    campaign.email_body = plain
    check_field(plain, "email_body", campaign.columns)
    assert write_mail_text(campaign, ROW).text == plain


def test_a_row_without_a_value_is_named_with_its_column(campaign: Campaign) -> None:
    campaign.email_body = "How is {{ city }}?"
    (gap,) = find_mail_gaps(campaign, campaign.recipients.filter(verdict=RowVerdict.VALID))
    assert (gap.row_number, gap.rows, gap.fault.column) == (3, 1, "city")
    assert str(gap).startswith("Row 3: The mail's text: “city” is empty in this row: fill the cell")
    campaign.email_body = "How is {{ city|default('life') }}?"
    assert find_mail_gaps(campaign, campaign.recipients.all()) == []


def test_an_address_that_is_a_cell_is_tried_for_every_row(campaign: Campaign) -> None:
    Recipient.objects.filter(name="Ada").update(values=ROW | {"city": "https://example.org/"})
    campaign.call_to_action_url = "{{ city }}"
    gaps = find_mail_gaps(campaign, campaign.recipients.filter(verdict=RowVerdict.VALID))
    assert [gap.row_number for gap in gaps] == [3, 4]


def test_many_rows_with_one_fault_are_one_gap(campaign: Campaign) -> None:
    Recipient.objects.update(values=ROW | {"city": ""})
    campaign.email_subject = "{{ city }}"
    (gap,) = find_mail_gaps(campaign, campaign.recipients.all())
    assert gap.rows == 4 and "So it is for 4 rows." in str(gap)

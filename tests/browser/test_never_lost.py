"""Writing the script and the mail in a browser: the editor helps, and nothing that was written is lost."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from campaigns.models import Campaign, Delivery
from campaigns.scripts import versions
from tests.browser.test_dashboard import follow, go
from tests.campaigns.mail import approve_all

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def write(page: Page, text: str) -> None:
    """Type behind the script's end, key by key."""
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def saved_in_form(page: Page) -> str:
    return page.locator("textarea[name=script]").input_value()


def test_columns_are_completed_and_tab_leaves_the_editor(dashboard: Page, campaign: Campaign) -> None:
    go(dashboard, campaign, "script")
    write(dashboard, " Bye {{fir")
    option = dashboard.get_by_role("option", name=re.compile("first_name"))
    expect(option).to_be_visible()
    expect(dashboard.locator(".cm-completionInfo")).to_contain_text("Ada · José · O'Neil")
    option.click()
    expect(option).to_be_hidden()
    assert saved_in_form(dashboard).endswith(" Bye {{first_name}}")
    dashboard.keyboard.press("Tab")
    assert dashboard.evaluate("!document.activeElement.closest('.cm-editor')")


def test_a_column_shows_three_of_its_values_under_the_pointer(dashboard: Page, campaign: Campaign) -> None:
    go(dashboard, campaign, "script")
    dashboard.locator(".bn-code-column", has_text="first_name").hover()
    expect(dashboard.locator(".bn-hover")).to_contain_text("Ada · José · O'Neil")


def test_the_mails_fields_complete_columns_and_filters_and_show_their_values(
    dashboard: Page, campaign: Campaign
) -> None:
    go(dashboard, campaign, "send")
    subject = dashboard.get_by_label("Subject")
    subject.fill("")
    subject.press_sequentially("For {{fir")
    option = dashboard.get_by_role("option", name=re.compile("first_name"))
    expect(option).to_contain_text("Ada · José · O'Neil")
    dashboard.keyboard.press("Enter")
    expect(subject).to_have_value("For {{ first_name }}")
    body = dashboard.get_by_label("Text above the picture")
    body.fill("")
    body.press_sequentially("Hi\n{{ city|def")
    dashboard.keyboard.press("Tab")
    dashboard.keyboard.type("friend")
    expect(body).to_have_value('Hi\n{{ city|default("friend")')
    dashboard.keyboard.press("End")
    dashboard.keyboard.type(" }}.")
    dashboard.keyboard.press("Control+Space")
    listed = dashboard.locator(".bn-completion li").filter(visible=True)
    expect(listed).to_have_count(3)
    dashboard.keyboard.press("Escape")
    expect(listed).to_have_count(0)
    body.hover(position={"x": 42, "y": 42})
    expect(dashboard.locator(".bn-completion-hint").filter(visible=True)).to_contain_text("London · Cork")


def test_a_mistake_is_underlined_where_it_is_and_corrected_by_a_click(
    dashboard: Page, campaign: Campaign
) -> None:
    go(dashboard, campaign, "script")
    write(dashboard, " Bye *|FNAME|*.")
    expect(dashboard.locator(".cm-lintRange-error")).to_have_text("*|FNAME|*")
    dashboard.locator("[data-correct]").click()
    expect(dashboard.locator(".cm-lintRange-error")).to_have_count(0)
    assert saved_in_form(dashboard).endswith("Bye {{ first_name }}.")


def test_who_would_get_no_video_is_named_at_once_and_previewed_by_a_click(
    dashboard: Page, campaign: Campaign
) -> None:
    go(dashboard, campaign, "script")
    write(dashboard, " Greetings to {{city")
    dashboard.keyboard.press("Escape")
    dashboard.keyboard.press("End")
    expect(dashboard.locator("[data-left-sentence]")).to_have_text("1 of 3 rows would get no video.")
    dashboard.get_by_role("button", name="row 3, José").click()
    expect(dashboard.locator("[data-recipient] option:checked")).to_have_text("José · row 3")
    follow(dashboard, dashboard.get_by_role("button", name="Save", exact=True))
    expect(dashboard.get_by_text("Not saved yet.")).to_be_visible()
    follow(dashboard, dashboard.get_by_role("button", name="Save all the same"))
    expect(dashboard.get_by_text("1 row will get no video by this script")).to_be_visible()


def test_leaving_asks_and_saving_there_loses_nothing(dashboard: Page, campaign: Campaign) -> None:
    go(dashboard, campaign, "script")
    write(dashboard, " Take care.")
    names = dashboard.get_by_role("link", name=re.compile("^3|Names")).first
    names.click()
    dialog = dashboard.get_by_role("dialog")
    expect(dialog).to_contain_text("The script: not saved")
    dashboard.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert saved_in_form(dashboard).endswith("Take care.")
    names.click()
    with dashboard.expect_navigation(url="**/names/"):
        dialog.get_by_role("button", name="Save, then go on").click()
    assert Campaign.objects.get(pk=campaign.pk).script.endswith("Take care.")


def test_what_was_typed_is_offered_again_after_the_window_is_gone(
    dashboard: Page, campaign: Campaign
) -> None:
    go(dashboard, campaign, "script")
    write(dashboard, " Half a thought")
    expect(dashboard.locator("[data-kept]")).to_contain_text("a draft is kept")
    other = dashboard.context.new_page()
    go(other, campaign, "script")
    follow(other, other.get_by_role("link", name="Go on with it"))
    expect(other.locator(".cm-content")).to_contain_text("Half a thought")
    follow(other, other.get_by_role("button", name="Save", exact=True))
    expect(other.get_by_text("did not save it")).to_be_hidden()
    other.close()


def test_the_second_of_two_editors_is_told_and_sees_both_texts(
    dashboard: Page, campaign: Campaign, bob: User
) -> None:
    go(dashboard, campaign, "script")
    write(dashboard, " From Alice.")
    versions.save_script(campaign, f"{campaign.script} From Bob.", bob)
    follow(dashboard, dashboard.get_by_role("button", name="Save", exact=True))
    note = dashboard.get_by_role("alert").filter(has_text="while you were writing")
    expect(note.locator(".bn-diff del")).to_contain_text("Bob")
    expect(note.locator(".bn-diff ins")).to_contain_text("Alice")
    assert saved_in_form(dashboard).endswith("From Alice.")
    follow(dashboard, dashboard.get_by_role("button", name="Save", exact=True))
    follow(dashboard, dashboard.get_by_role("link", name="3 versions"))
    expect(dashboard.get_by_role("article", name="Version 2")).to_contain_text("bob")


def test_send_does_not_send_past_a_mail_that_is_not_saved(
    dashboard: Page, campaign: Campaign, alice: User
) -> None:
    approve_all(campaign, alice)
    go(dashboard, campaign, "send")
    dashboard.get_by_label("Subject").fill("For {{ first_name }}")
    expect(dashboard.locator("[data-subject]")).to_have_text("For Ada")
    dashboard.get_by_role("button", name="Send 3 mails").click()
    dialog = dashboard.get_by_role("dialog")
    expect(dialog).to_contain_text("Save first, or throw the changes away")
    dialog.get_by_role("button", name="Stay here").click()
    assert Delivery.objects.count() == 0
    dashboard.get_by_role("button", name="Send 3 mails").click()
    with dashboard.expect_navigation():
        dialog.get_by_role("button", name="Save", exact=True).click()
    assert Campaign.objects.get(pk=campaign.pk).email_subject == "For {{ first_name }}"
    dashboard.get_by_role("button", name="Send 3 mails").click()
    expect(dashboard.get_by_role("alertdialog")).to_contain_text("3 mails will leave")
    expect(dashboard.get_by_role("alertdialog")).to_contain_text("For Ada")
    dashboard.get_by_role("button", name="Yes, send 3 mails").click()
    expect(dashboard.get_by_text("3 mails on the way.")).to_be_visible()

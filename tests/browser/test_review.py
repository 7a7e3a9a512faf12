"""Review, used as a person uses it."""

from __future__ import annotations

import io
import re
from fractions import Fraction

import av
import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from playwright.sync_api import Page, expect

from campaigns.history import Verb
from campaigns.models import Campaign, Comment, HistoryEntry, Message, Presenter
from campaigns.states import ReviewState
from tests.browser.conftest import PHONE
from tests.browser.test_dashboard import go, to_review
from tests.campaigns.mail import poster, spoken_message
from tests.imports import do_jobs

pytestmark = [pytest.mark.browser, pytest.mark.slow]
__all__ = ["to_review"]


def test_videos_are_reviewed_with_the_keyboard(
    dashboard: Page, campaign: Campaign, to_review: list[Message]
) -> None:
    page = dashboard
    go(page, campaign, "review")
    chosen = page.locator(".bn-stage [data-name]")
    expect(chosen).to_have_text("José")  # the flagged one first
    expect(page.locator(".bn-stage").get_by_text("The mouth is blurred at 2.1 s.")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(chosen).to_have_text("Ada")
    page.keyboard.press("ArrowLeft")
    expect(chosen).to_have_text("José")

    page.keyboard.press("r")
    page.get_by_label("Why is it rejected?").fill("The mouth looks wrong")
    page.keyboard.press("Enter")
    expect(chosen).to_have_text("Ada")  # on to the next one that waits
    page.keyboard.press("a")
    expect(chosen).to_have_text("O'Neil")
    expect(page.get_by_role("button", name=re.compile("^Approved"))).to_have_text("Approved 1")

    ada, jose, oneil = (Message.objects.get(pk=message.pk) for message in to_review)
    assert ada.is_approved and not oneil.is_approved
    assert jose.reject_reason == "The mouth looks wrong"


def test_the_player_jumps_to_the_personal_sentence(
    dashboard: Page, campaign: Campaign, to_review: list[Message]
) -> None:
    page = dashboard
    go(page, campaign, "review")
    page.locator(".bn-jump-personal").get_by_text("Bye, José.").click()
    page.wait_for_function("document.querySelector('video').currentTime >= 3")
    page.wait_for_function("document.querySelector('video').readyState >= 2")
    page.evaluate("document.querySelector('video').pause()")
    page.keyboard.press("p")
    assert page.evaluate("document.querySelector('video').currentTime") < 5


def test_a_video_that_was_rendered_again_is_not_approved_unseen(
    dashboard: Page, campaign: Campaign, to_review: list[Message]
) -> None:
    go(dashboard, campaign, "review")
    expect(dashboard.locator(".bn-stage [data-name]")).to_have_text("José")
    Message.objects.update(content_hash="f" * 64)
    dashboard.locator("[data-approve]").click()
    expect(dashboard.get_by_text("rendered again since you saw it")).to_be_visible()
    assert not any(message.is_approved for message in Message.objects.all())


def test_all_without_flags_are_approved_and_then_sent(
    dashboard: Page, campaign: Campaign, to_review: list[Message]
) -> None:
    page = dashboard
    go(page, campaign, "review")
    page.get_by_role("button", name="Approve all without flags").click()
    page.get_by_role("button", name="Approve 2").click()
    expect(page.get_by_text("Approved 2 videos without flags.")).to_be_visible()
    page.get_by_role("link", name=re.compile("Send & watch")).click()
    page.get_by_role("button", name="Send 2 mails").click()
    page.get_by_role("button", name="Yes, send 2 mails").click()
    expect(page.get_by_text("2 mails on the way.")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Ada")).to_contain_text("scheduled")
    expect(page.get_by_role("row").filter(has_text="José")).to_contain_text("not approved")


def chosen(page: Page) -> str:
    return page.locator(".bn-stage [data-name]").inner_text()


def test_a_decision_is_undone_by_key_and_by_button(
    dashboard: Page, campaign: Campaign, to_review: list[Message]
) -> None:
    page = dashboard
    go(page, campaign, "review")
    name = page.locator(".bn-stage [data-name]")
    expect(name).to_have_text("José")
    page.keyboard.press("a")
    expect(name).to_have_text("Ada")
    page.keyboard.press("u")
    expect(page.get_by_text("Undone: José.")).to_be_visible()
    expect(name).to_have_text("José")
    expect(page.locator("[data-undo]")).to_be_disabled()
    page.get_by_role("button", name="Approve all without flags").click()
    page.get_by_role("button", name="Approve 2").click()
    expect(page.get_by_text("Approved 2 videos without flags.")).to_be_visible()
    page.locator("[data-undo]").click()
    expect(page.get_by_text("Undone: videos without flags.")).to_be_visible()
    assert not Message.objects.filter(review_state=ReviewState.APPROVED).exists()
    assert HistoryEntry.objects.filter(verb=Verb.DECISION_UNDONE).count() == 2


def test_keys_are_changed_and_kept(dashboard: Page, campaign: Campaign, to_review: list[Message]) -> None:
    page = dashboard
    go(page, campaign, "review")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    dialog.get_by_role("button", name="Approve: A. Change it").click()
    page.keyboard.press("r")
    expect(dialog.get_by_text("R does “Reject” already")).to_be_visible()
    page.keyboard.press("j")
    dialog.get_by_role("button", name="Close").click()
    page.reload()
    expect(page.locator("[data-approve] kbd")).to_have_text("J")
    page.keyboard.press("a")
    page.keyboard.press("j")
    expect(page.locator(".bn-stage [data-name]")).to_have_text("Ada")
    assert Message.objects.get(pk=to_review[1].pk).is_approved


def test_search_and_filters_show_what_fits(
    dashboard: Page, campaign: Campaign, to_review: list[Message]
) -> None:
    page = dashboard
    go(page, campaign, "review")
    cards = page.locator(".bn-poster-name")
    expect(cards).to_have_text(["José", "Ada", "O'Neil"])
    page.keyboard.press("/")
    page.keyboard.type("bye, ada")
    expect(cards).to_have_text(["Ada"])
    expect(page.locator(".bn-stage [data-name]")).to_have_text("Ada")
    page.get_by_role("searchbox").fill("nobody at all")
    expect(page.get_by_text("No video fits.")).to_be_visible()
    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name=re.compile("^Flagged")).click()
    expect(cards).to_have_text(["José"])
    page.reload()
    expect(cards).to_have_text(["José"])
    page.get_by_role("button", name=re.compile("^All")).click()
    page.get_by_label("Order").select_option("row")
    expect(cards).to_have_text(["Ada", "José", "O'Neil"])


def test_a_comment_stands_at_its_moment_and_is_resolved(
    dashboard: Page, campaign: Campaign, to_review: list[Message]
) -> None:
    page = dashboard
    go(page, campaign, "review")
    page.wait_for_function("document.querySelector('[data-player]').readyState >= 1")
    page.evaluate("document.querySelector('[data-player]').currentTime = 3")
    page.keyboard.press("c")
    page.keyboard.type("The name is too fast.")
    page.keyboard.press("Enter")
    expect(page.locator("[data-comments] time")).to_have_text("0:03")
    expect(page.locator(".bn-poster").first).to_contain_text("1 comment")
    expect(page.get_by_role("button", name=re.compile("^Commented"))).to_have_text("Commented 1")
    page.evaluate("document.querySelector('[data-player]').currentTime = 0")
    page.locator("[data-comments] .bn-jump").click()
    page.wait_for_function("document.querySelector('[data-player]').currentTime >= 3")
    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_role("button", name="Open again")).to_be_visible()
    assert Comment.objects.get().resolved_at is not None


def test_the_personal_moment_plays_under_the_pointer_and_only_there(
    dashboard: Page, campaign: Campaign, to_review: list[Message]
) -> None:
    page = dashboard
    go(page, campaign, "review")
    assert page.locator("[data-grid] video").count() == 0
    page.locator(".bn-poster").nth(1).hover()
    page.wait_for_function("(document.querySelector('[data-grid] video') || {}).currentTime >= 3.5")
    page.locator(".bn-poster").nth(2).hover()
    page.wait_for_function("document.querySelectorAll('.bn-poster')[2].querySelector('video')")
    assert page.locator("[data-grid] video").count() == 1
    page.locator("h1, .bn-steps").first.hover()
    expect(page.locator("[data-grid] video")).to_have_count(0)


def shaped_video(width: int, height: int) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as file:
        stream = file.add_stream("libx264", rate=Fraction(10))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for _ in range(10):
            shade = np.full((height, width, 3), 90, np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(shade, format="rgb24")))
        file.mux(stream.encode(None))
    return out.getvalue()


@pytest.mark.parametrize("viewport", ["desk", "phone"])
@pytest.mark.parametrize(("width", "height"), [(72, 128), (96, 96), (192, 80)])
def test_frames_have_the_shape_of_the_video(
    dashboard: Page, campaign: Campaign, to_review: list[Message], width: int, height: int, viewport: str
) -> None:
    page = dashboard
    if viewport == "phone":
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    Presenter.objects.update(facts={"width": width, "height": height})
    for message in to_review:
        message.video.save("video.mp4", ContentFile(shaped_video(width, height)), save=False)
        message.poster.save("poster.jpg", ContentFile(poster(width, height)), save=False)
        message.save()
    go(page, campaign, "review")
    page.wait_for_function("document.querySelector('[data-player]').readyState >= 1")
    for frame in ("[data-player]", ".bn-frame"):
        box = page.locator(frame).first.bounding_box()
        assert box is not None
        assert box["width"] / box["height"] == pytest.approx(width / height, rel=0.03), frame
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_same_video_is_one_card_and_one_decision(
    dashboard: Page, campaign: Campaign, to_review: list[Message]
) -> None:
    Message.objects.filter(pk=to_review[2].pk).update(content_hash="a" * 64)
    page = dashboard
    go(page, campaign, "review")
    expect(page.locator(".bn-poster-name")).to_have_text(["José", "Ada × 2"])
    page.locator(".bn-poster").nth(1).click()
    expect(page.get_by_text("2 people get exactly this video.")).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_text("approved: 2 with the same video.")).to_be_visible()
    assert sum(message.is_approved for message in Message.objects.all()) == 2


def test_a_first_approval_waits_for_another_person(
    dashboard: Page, campaign: Campaign, to_review: list[Message]
) -> None:
    page = dashboard
    go(page, campaign, "review")
    page.get_by_role("button", name="Ask for two").click()
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_text("From now on two different people")).to_be_visible()
    page.keyboard.press("a")
    expect(page.locator(".bn-poster").first).to_contain_text("approved by one, waits for another person")
    expect(page.get_by_role("button", name=re.compile("^Waits for a second person"))).to_be_visible()


def test_a_sample_stands_for_the_rest(dashboard: Page, campaign: Campaign, to_review: list[Message]) -> None:
    page = dashboard
    go(page, campaign, "review")
    page.get_by_text("Look at a sample instead").click()
    page.get_by_role("button", name="Draw a sample").click()
    expect(page.locator(".bn-poster-name")).to_have_text(["Ada", "O'Neil"])
    expect(page.get_by_text("Sample: 0 of 2 approved")).to_be_visible()


def test_a_rejection_leads_to_its_remedy(
    dashboard: Page, campaign: Campaign, to_review: list[Message]
) -> None:
    page = dashboard
    go(page, campaign, "review")
    page.keyboard.press("r")
    page.get_by_role("button", name="A name is said wrong").click()
    page.keyboard.press("Enter")
    expect(page.locator(".bn-stage [data-name]")).to_have_text("Ada")
    page.keyboard.press("ArrowLeft")
    link = page.get_by_role("link", name="Hear and correct “José”")
    expect(link).to_have_attribute("href", re.compile(r"/names/\?q=Jos%C3%A9"))


def test_the_frame_that_is_shown_becomes_the_poster_and_the_platforms_comes_back(
    dashboard: Page, campaign: Campaign, alice: User
) -> None:
    page, message = dashboard, spoken_message(campaign, alice)
    go(page, campaign, "review")
    page.wait_for_function("document.querySelector('video').readyState >= 2")
    page.evaluate("document.querySelector('video').currentTime = 2")
    page.get_by_role("button", name="Use this frame as the poster").click()
    expect(page.locator("[data-poster-told]")).to_contain_text("…")
    do_jobs(campaign)
    expect(page.get_by_text("The poster is this frame now.")).to_be_visible()
    message.refresh_from_db()
    assert message.poster_at_s == 2 and "-at2000ms" in str(page.locator("video").get_attribute("poster"))

    page.get_by_role("button", name="Back to the platform’s choice").click()
    expect(page.locator("[data-poster-told]")).to_contain_text("…")
    do_jobs(campaign)
    expect(page.get_by_text("The poster is the platform’s choice again.")).to_be_visible()
    expect(page.get_by_role("button", name="Back to the platform’s choice")).to_be_hidden()

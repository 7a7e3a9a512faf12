"""A form that a person had open for a while takes nothing back that workers did meanwhile."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import RequestFactory

from campaigns import engine
from campaigns.models import Campaign, Presenter
from campaigns.states import BakeState, CampaignState
from campaigns.views.forms import CampaignForm, MailForm, PresenterForm, ScriptForm

MAIL = {"email_subject": "News", "email_body": "Look."}


def test_saving_the_mail_keeps_a_pause_that_began_meanwhile(campaign: Campaign) -> None:
    form = MailForm(MAIL, instance=Campaign.objects.get(pk=campaign.pk))
    assert form.is_valid()
    Campaign.objects.filter(pk=campaign.pk).update(sending_paused="Ten mails in a row did not leave.")
    form.save()
    campaign.refresh_from_db()
    assert (campaign.email_subject, campaign.sending_paused) == ("News", "Ten mails in a row did not leave.")


def test_saving_the_script_keeps_slots_and_status_of_a_run_that_began_meanwhile(campaign: Campaign) -> None:
    fields = {"script": "Hi.", "presenter": campaign.presenter_id, "voice_engine": "piper"}
    form = ScriptForm(fields, instance=Campaign.objects.get(pk=campaign.pk))
    assert form.is_valid()
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.RENDERING, slots={"line_ids": []})
    form.save()
    campaign.refresh_from_db()
    assert (campaign.script, campaign.state) == ("Hi.", CampaignState.RENDERING)
    assert campaign.slots == {"line_ids": []}


def test_the_script_step_offers_each_voice_of_the_engine_and_says_what_it_takes(campaign: Campaign) -> None:
    form = ScriptForm(instance=campaign)
    assert list(form.fields["voice_engine"].choices) == engine.list_voice_choices()  # type: ignore[attr-defined]
    assert all(f"{label}: " in form.fields["voice"].help_text for _, label in engine.list_voice_choices())
    assert Campaign().voice_engine == engine.get_default_voice()


def test_a_voice_that_does_not_exist_is_refused(campaign: Campaign) -> None:
    fields = {"script": "Hi.", "presenter": campaign.presenter_id, "voice_engine": "sam"}
    assert "voice_engine" in ScriptForm(fields, instance=campaign).errors
    with pytest.raises(engine.RenderError, match="no speech engine “sam”"):
        engine.choose_voice("sam")


@pytest.mark.django_db
def test_the_migrations_are_complete() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_renaming_a_campaign_changes_its_name_alone(campaign: Campaign) -> None:
    stale = Campaign.objects.get(pk=campaign.pk)
    form = CampaignForm({"name": "Summer"}, instance=stale)
    assert form.is_valid()
    Campaign.objects.filter(pk=campaign.pk).update(sending_failures=3)
    admin.site.get_model_admin(Campaign).save_model(RequestFactory().post("/"), stale, form, True)
    campaign.refresh_from_db()
    assert (campaign.name, campaign.sending_failures) == ("Summer", 3)


@pytest.mark.parametrize("agreed", [True, False])
def test_saving_a_presenter_keeps_the_claim_and_the_bake_of_a_worker(
    presenter: Presenter, alice: User, agreed: bool
) -> None:
    request = RequestFactory().post("/")
    request.user = alice
    stale = Presenter.objects.get(pk=presenter.pk)
    fields = {"name": "Nora B.", "agreed": agreed, "consent_by": "Nora Berg"}
    form = PresenterForm(fields, instance=stale)
    del form.fields["take"]  # as on the page of a presenter that exists
    assert form.is_valid()
    form.save(commit=False)
    Presenter.objects.filter(pk=presenter.pk).update(bake_state=BakeState.BAKING, claimed_by="a worker")
    admin.site.get_model_admin(Presenter).save_model(request, stale, form, True)
    presenter.refresh_from_db()
    agreeing = "Nora Berg" if agreed else "Nora"  # nobody agrees: who did before stays noted
    assert (presenter.name, presenter.consent_by, presenter.has_consent) == ("Nora B.", agreeing, agreed)
    kept = (BakeState.BAKING, "a worker") if agreed else (BakeState.FAILED, "")
    assert (presenter.bake_state, presenter.claimed_by) == kept


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "taken"), [("00012.MTS", True), ("take.ts", True), ("me.pptx", False)])
def test_a_take_may_come_as_cameras_name_it(name: str, taken: bool) -> None:
    fields = {"name": "Nora", "agreed": "on", "consent_by": "Nora"}
    form = PresenterForm(fields, {"take": SimpleUploadedFile(name, b"bytes")})
    assert ("take" not in form.errors) == taken


def test_a_presenter_brings_the_default_voice_unless_another_is_chosen(
    campaign: Campaign, presenter: Presenter
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(presenter=None, voice_engine="piper")
    Presenter.objects.filter(pk=presenter.pk).update(voice_engine="pyttsx3", voice="en-gb")
    for typed, becomes in (("", ("pyttsx3", "en-gb")), ("other.onnx", ("piper", "other.onnx"))):
        fields = {"script": "Hi.", "presenter": presenter.pk, "voice_engine": "piper", "voice": typed}
        form = ScriptForm(fields, instance=Campaign.objects.get(pk=campaign.pk))
        assert form.is_valid(), form.errors
        assert (form.instance.voice_engine, form.instance.voice) == becomes


def test_a_voice_that_nobody_changed_is_no_change(campaign: Campaign) -> None:
    fields = {name: getattr(campaign, name) for name in ("script", "voice_engine", "voice", "locale")}
    form = ScriptForm({**fields, "presenter": campaign.presenter_id}, instance=campaign)
    assert form.is_valid() and form.list_changes() == []


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ("en-GB,en;q=0.9", "en-GB"),
        ("de-DE, en-au;q=0.5", "en-AU"),
        ("de", ""),
        ("", ""),
        ("en-XX;q=x,,;", ""),
    ],
)
def test_a_new_campaign_reads_numbers_as_the_browser_asks(asked: str, chosen: str) -> None:
    assert engine.choose_locale(asked, engine.choose_voice("pyttsx3")) == chosen
    assert engine.choose_locale(asked, engine.VoiceConfig("piper", "/nowhere.onnx")) == ""

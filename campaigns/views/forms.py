"""The dashboard's forms. They validate what a person types or uploads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.core.files.uploadedfile import UploadedFile
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from campaigns import engine
from campaigns.consent.entries import WORDINGS, Agreement, ConsentKind
from campaigns.delivery.mail_text import NAMES, MailFault, check_field
from campaigns.models import Campaign, Presenter, PronunciationEntry, Upload, get_workspace_key
from campaigns.pronunciations.entries import draft_entry
from campaigns.pronunciations.spelling import BadSpelling, read_spelling, read_word
from campaigns.storage.uploads import find_upload

if TYPE_CHECKING:  # the classes take no parameter when the program runs
    _CampaignModelForm = forms.ModelForm[Campaign]
    _PresenterForm = forms.ModelForm[Presenter]
    _EntryForm = forms.ModelForm[PronunciationEntry]
else:
    _CampaignModelForm = _PresenterForm = _EntryForm = forms.ModelForm

TABLE_BYTES_MAX = 20 * 2**20  # far above a hundred thousand entries
TAKE_SUFFIXES = (
    ".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".3gp", ".ts", ".mts", ".m2ts", ".mpg",
)  # fmt: skip

A_VIDEO = "a video such as MP4 or MOV"


class _CampaignForm(_CampaignModelForm):
    """Saves its own fields of a stored campaign and no other: workers may have changed those meanwhile."""

    def save(self, commit: bool = True) -> Campaign:
        if not commit or self.instance.pk is None or self.errors:
            return super().save(commit)
        self.instance.save(update_fields=list(self.fields))
        return self.instance


class ScriptForm(_CampaignForm):
    """What is said, by whom and with which voice."""

    class Meta:
        model = Campaign
        fields = ("script", "presenter", "voice_engine", "voice", "locale")
        widgets = {
            "script": forms.Textarea(attrs={"rows": 16, "spellcheck": "true"}),
            "presenter": UnfoldAdminSelectWidget,
            "voice_engine": forms.RadioSelect,
            "voice": UnfoldAdminTextInputWidget,
            "locale": UnfoldAdminSelectWidget,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Presenter.objects.filter(workspace_id=get_workspace_key(self.instance))
        self.fields["presenter"].queryset = own.order_by("name")  # type: ignore[attr-defined]
        self.fields["presenter"].empty_label = "Choose who speaks"  # type: ignore[attr-defined]
        self.fields["voice"].help_text = f"Empty: the packaged voice. {engine.describe_voices()}"
        self.fields["voice_engine"].choices = engine.list_voice_choices()  # type: ignore[attr-defined]

    def list_changes(self) -> list[str]:
        """The fields whose values differ from the stored ones. Not all of changed_data do: for a field whose
        default is a function, it asks the page for a hidden copy."""
        stored = self.initial
        return [
            name
            for name in self.changed_data
            if name == "presenter" or self.cleaned_data.get(name) != stored.get(name)
        ]

    def clean(self) -> dict[str, Any]:
        """A presenter who is chosen brings the default voice, unless another voice was chosen as well."""
        cleaned = super().clean() or self.cleaned_data
        presenter = cleaned.get("presenter")
        # Not changed_data: for a field whose default is a function, it asks the page for a hidden copy.
        voice_chosen = any(cleaned.get(name) != self.initial.get(name) for name in ("voice_engine", "voice"))
        brings = presenter is not None and presenter.voice_engine and "presenter" in self.changed_data
        if presenter is not None and brings and not voice_chosen:
            cleaned |= {"voice_engine": presenter.voice_engine, "voice": presenter.voice}
        return cleaned


class PronunciationForm(_EntryForm):
    """A word and how it is said, as a person types both. ``workspace_id`` is that of a new entry."""

    workspace_id = 0  # the list sets it
    typed = forms.CharField(
        label="Said as",
        widget=UnfoldAdminTextInputWidget(attrs={"maxlength": 100}),
        help_text="How it sounds, such as shiv-AWN, or IPA between slashes, such as /ʃɪˈvɔːn/.",
    )

    class Meta:
        model = PronunciationEntry
        fields = ("word", "language", "match_case")
        help_texts = {
            "word": "As it stands in the script or the spreadsheet; a word within another one is not meant.",
            "language": "Only for voices of this language, such as en or de-CH. Empty: for every voice.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["typed"].initial = self.instance.written

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        self._try(read_word, "word")
        self._try(read_spelling, "typed")
        return cleaned if self.errors else self._take_over(cleaned)

    def _try(self, read: Callable[[str], object], field: str) -> None:
        try:
            read(self.cleaned_data[field])
        except BadSpelling as wrong:
            self.add_error(field, str(wrong))

    def _take_over(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        try:
            draft = draft_entry(cleaned["word"], cleaned["typed"], cleaned["language"], cleaned["match_case"])
        except BadSpelling as wrong:
            self.add_error("language", str(wrong))
            return cleaned
        self.instance.key, self.instance.said, self.instance.is_ipa = draft.key, draft.said, draft.is_ipa
        same = PronunciationEntry.objects.filter(
            workspace_id=get_workspace_key(self.instance) if self.instance.pk else self.workspace_id,
            key=draft.key,
            language=draft.language,
            match_case=draft.match_case,
        ).exclude(pk=self.instance.pk)
        if same.exists():
            self.add_error("word", f"There is an entry for “{draft.word}” already. Correct that one.")
        return {**cleaned, "word": draft.word, "language": draft.language}


class PronunciationTableForm(forms.Form):
    """A table of pronunciations."""

    table = forms.FileField(
        label="Pronunciations (CSV)",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt"}),
        error_messages={"required": "Choose a file first.", "empty": "That file is empty."},
    )

    def clean_table(self) -> UploadedFile[bytes]:
        table: UploadedFile[bytes] = self.cleaned_data["table"]
        if (table.size or 0) > TABLE_BYTES_MAX:
            raise forms.ValidationError(f"That file is larger than {TABLE_BYTES_MAX >> 20} MB. Split it.")
        return table


class MailForm(_CampaignForm):
    """The e-mail around the video."""

    class Meta:
        model = Campaign
        fields = (
            "sender_name", "email_subject", "email_body", "mail_names", "picture_text", "mail_preview",
            "call_to_action_label", "call_to_action_url", "link_days",
        )  # fmt: skip
        labels = {
            "email_subject": "Subject",
            "email_body": "Text above the picture",
            "call_to_action_label": "Button on the video page",
            "call_to_action_url": "Where the button leads",
        }
        widgets = {
            "sender_name": UnfoldAdminTextInputWidget,
            "email_subject": UnfoldAdminTextInputWidget,
            "email_body": UnfoldAdminTextareaWidget(attrs={"rows": 4}),
            "picture_text": UnfoldAdminTextInputWidget,
            "call_to_action_label": UnfoldAdminTextInputWidget,
            "call_to_action_url": UnfoldAdminTextInputWidget(attrs={"inputmode": "url"}),
            "link_days": UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        }

    def clean(self) -> dict[str, Any]:
        """Each text as a script is checked: with the columns of this campaign."""
        cleaned = super().clean() or self.cleaned_data
        for field in set(NAMES) & set(cleaned):
            try:
                check_field(cleaned[field], field, self.instance.columns)
            except MailFault as fault:
                self.add_error(field, fault.sentence)
        return cleaned


class CampaignForm(_CampaignForm):
    """A new campaign needs only a name; the steps ask for the rest."""

    class Meta:
        model = Campaign
        fields = ("name",)


AGREED_TO_PICTURE, AGREED_TO_VOICE = WORDINGS[ConsentKind.PICTURE], WORDINGS[ConsentKind.VOICE]
DOCUMENT_BYTES_MAX = 20 * 2**20
NO_TAKE = "Choose a take, or film one."
LOST_UPLOAD = "That take is not whole on the server, or it was taken over already. Choose the file again."


class PresenterForm(_PresenterForm):
    """A take, and the word of whoever uploads it that the person in it agreed.

    The take comes with the form as a whole, or came in parts before it: then ``upload`` names those.
    """

    person: AbstractBaseUser | None = None  # who fills the form in; the admin sets it
    upload = forms.CharField(required=False, widget=forms.HiddenInput)
    sent_take: Upload | None = None  # the whole take that came in parts

    agreed = forms.BooleanField(
        label=AGREED_TO_PICTURE,
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Without it the take waits: it is not prepared, and no campaign can start with it.",
    )

    voice_agreed = forms.BooleanField(
        label=AGREED_TO_VOICE,
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Then a voice like theirs is fitted to the take's sound. Without it stock voices speak.",
    )

    consent_document = forms.FileField(
        label="Signed form (optional)",
        required=False,
        max_length=150,
        widget=UnfoldAdminFileFieldWidget(),
        help_text="Kept with the consent. Who may record consent can open it again.",
    )

    class Meta:
        model = Presenter
        fields = (
            "name", "take", "upload", "voice_engine", "voice", "agreed", "consent_by",
            "consent_note", "consent_document", "voice_agreed", "voice_consent_by",
        )  # fmt: skip
        widgets = {
            "take": UnfoldAdminFileFieldWidget(attrs={"accept": "video/*"}),
            "consent_note": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        }
        help_texts = {
            "take": "One person facing a still camera, 10 to 60 seconds, only one face in the picture.",
            "voice": f"Empty: the packaged voice. {engine.describe_voices()}",
            "consent_by": "Who agreed: usually the person in the take, with their full name.",
            "consent_note": "How they agreed: signed form, e-mail of a date, recorded sentence.",
            "voice_consent_by": "Who agreed to the voice, with their full name.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "agreed" in self.fields:
            self.fields["agreed"].initial = self.instance.has_consent
        if self.instance.pk is None:
            self.fields["name"].widget.attrs["autofocus"] = True
        if "take" in self.fields:
            self.fields["take"].required = False  # `clean` asks for it, or for the upload
        if "voice_agreed" in self.fields:
            self.fields["voice_agreed"].initial = self.instance.has_voice_consent

    def clean_take(self) -> UploadedFile[bytes]:
        take = self.cleaned_data["take"]
        return _require_suffix(take, TAKE_SUFFIXES, A_VIDEO) if "take" in self.changed_data else take

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "take" in self.fields and not cleaned.get("take") and "take" not in self.errors:
            self._find_sent_take(str(cleaned.get("upload", "")))
        if cleaned.get("agreed") and not cleaned.get("consent_by", "").strip():
            self.add_error("consent_by", "Write the name of the person who agreed.")
        if cleaned.get("voice_agreed") and not cleaned.get("voice_consent_by", "").strip():
            self.add_error("voice_consent_by", "Write the name of the person who agreed to the voice.")
        if cleaned.get("voice_agreed") and not cleaned.get("agreed"):
            self.add_error("voice_agreed", "A voice needs the consent to be shown as well.")
        return cleaned

    def _find_sent_take(self, asked: str) -> None:
        self.sent_take = find_upload(self.person, asked) if asked and self.person else None
        if self.sent_take is None:
            self.add_error("take", LOST_UPLOAD if asked else NO_TAKE)
        elif PurePath(self.sent_take.name).suffix.lower() not in TAKE_SUFFIXES:
            self.add_error("take", _describe_wrong_suffix(self.sent_take.name, TAKE_SUFFIXES, A_VIDEO))

    def clean_consent_document(self) -> UploadedFile[bytes] | None:
        document: UploadedFile[bytes] | None = self.cleaned_data.get("consent_document")
        if document is not None and document.size is not None and document.size > DOCUMENT_BYTES_MAX:
            raise forms.ValidationError("A signed form has 20 MB at most. Scan it smaller.")
        return document

    def list_agreements(self) -> dict[ConsentKind, Agreement | None]:
        """What is agreed to as the form stands, None where nobody agrees; {} for who may not record it."""
        if "agreed" not in self.fields:
            return {}
        told = self.cleaned_data
        picture = voice = None
        if told.get("agreed"):
            note, document = told.get("consent_note", ""), told.get("consent_document")
            picture = Agreement(ConsentKind.PICTURE, told["consent_by"].strip(), note, document)
        if picture is not None and told.get("voice_agreed"):
            voice = Agreement(ConsentKind.VOICE, told["voice_consent_by"].strip())
        return {ConsentKind.PICTURE: picture, ConsentKind.VOICE: voice}


class PresenterWithoutConsentForm(PresenterForm):
    """For who may upload takes but not record consent: what is recorded stays as it is."""

    agreed = None  # type: ignore[assignment]
    voice_agreed = None  # type: ignore[assignment]
    consent_document = None  # type: ignore[assignment]

    class Meta(PresenterForm.Meta):
        fields = ("name", "take", "voice_engine", "voice")  # type: ignore[assignment]


def _require_suffix(file: UploadedFile[bytes], suffixes: tuple[str, ...], noun: str) -> UploadedFile[bytes]:
    name = file.name or ""
    if PurePath(name).suffix.lower() not in suffixes:
        raise forms.ValidationError(_describe_wrong_suffix(name, suffixes, noun))
    return file


def _describe_wrong_suffix(name: str, suffixes: tuple[str, ...], noun: str) -> str:
    return f"“{name}” is not {noun}. Choose one of: {', '.join(suffixes)}."

"""The database models. Functions that change them are in other modules; statuses are in states.py."""

from campaigns.models.api_tokens import ApiToken, IdempotentAnswer
from campaigns.models.campaigns import Campaign, Recipient, campaign_path
from campaigns.models.consent import ConsentEntry
from campaigns.models.erasure import ErasedAddress
from campaigns.models.history import HistoryEntry
from campaigns.models.jobs import Job, job_path
from campaigns.models.messages import Delivery, Event, Message, Suppression, Viewing, Visitor, message_path
from campaigns.models.presenters import (
    Presenter,
    get_default_voice,
    list_locale_choices,
    list_voice_choices,
    presenter_path,
)
from campaigns.models.revisions import Comment, Revision, ScriptDraft, ScriptVersion
from campaigns.models.speech import (
    PersonalWord,
    PronunciationEntry,
    Recording,
    RowRecording,
    recording_path,
)
from campaigns.models.status_model import StatusModel
from campaigns.models.uploads import Upload
from campaigns.models.viewing import ViewingSummary
from campaigns.models.webhooks import WebhookCall, WebhookEndpoint
from campaigns.models.workspaces import MemberRole, Workspace, get_first_workspace, get_workspace_key

__all__ = [
    "ApiToken",
    "Campaign",
    "Comment",
    "ConsentEntry",
    "Delivery",
    "ErasedAddress",
    "Event",
    "HistoryEntry",
    "IdempotentAnswer",
    "Job",
    "MemberRole",
    "Message",
    "PersonalWord",
    "Presenter",
    "PronunciationEntry",
    "Recipient",
    "Recording",
    "Revision",
    "RowRecording",
    "ScriptDraft",
    "ScriptVersion",
    "StatusModel",
    "Suppression",
    "Upload",
    "Viewing",
    "ViewingSummary",
    "Visitor",
    "WebhookCall",
    "WebhookEndpoint",
    "Workspace",
    "campaign_path",
    "get_default_voice",
    "get_first_workspace",
    "get_workspace_key",
    "job_path",
    "list_locale_choices",
    "list_voice_choices",
    "message_path",
    "presenter_path",
    "recording_path",
]

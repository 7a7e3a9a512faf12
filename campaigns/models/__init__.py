"""The database models. Functions that change them are in other modules; statuses are in states.py."""

from campaigns.models.campaigns import Campaign, Recipient, campaign_path
from campaigns.models.messages import Delivery, Event, Message, Suppression, message_path
from campaigns.models.presenters import (
    Presenter,
    get_default_voice,
    list_locale_choices,
    list_voice_choices,
    presenter_path,
)
from campaigns.models.speech import PersonalWord, PronunciationEntry, Recording, recording_path
from campaigns.models.status_model import StatusModel

__all__ = [
    "Campaign",
    "Delivery",
    "Event",
    "Message",
    "PersonalWord",
    "Presenter",
    "PronunciationEntry",
    "Recipient",
    "Recording",
    "StatusModel",
    "Suppression",
    "campaign_path",
    "get_default_voice",
    "list_locale_choices",
    "list_voice_choices",
    "message_path",
    "presenter_path",
    "recording_path",
]

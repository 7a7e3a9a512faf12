"""The people and the small campaign that tests are about."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from campaigns.access.second_factor import begin, confirm
from campaigns.models import Campaign, Message, Presenter, Recipient
from campaigns.problems import Code, Problem, Source, dump_problems
from campaigns.states import BakeState, RenderState, RowVerdict

PASSWORD = "correct horse battery staple"
SCRIPT = "Hello {{ first_name }}. Thanks for coming to {{ city | default('our town') }}."
ROWS = [
    {"first_name": "Ada", "email": "ada@example.org", "city": "London"},
    {"first_name": "José", "email": "jose@example.org", "city": ""},
    {"first_name": "O'Neil", "email": "oneil@example.org", "city": "Cork"},
    {"first_name": "Nobody", "email": "not an address", "city": ""},
]


def alice() -> User:
    """The owner."""
    return User.objects.create_superuser("alice", "alice@example.org", PASSWORD)


def bob() -> User:
    """Has an account, but is not staff."""
    return User.objects.create_user("bob", "bob@example.org", PASSWORD)


def presenter() -> Presenter:
    """Ready, with consent."""
    made = Presenter(
        name="Nora",
        bake_state=BakeState.READY,
        facts={"width": 64, "height": 64, "fps": "25", "duration_s": 6.0},
        consent_by="Nora",
        consent_at=timezone.now(),
    )
    made.take.save("take.mp4", ContentFile(b"not a video"), save=False)
    made.bake.save("presenter.safetensors", ContentFile(b"not a bake"), save=False)
    made.save()
    return made


def campaign(owner: User, presenter: Presenter) -> Campaign:
    """A draft of four rows, one of them rejected."""
    made = Campaign.objects.create(
        name="Spring", presenter=presenter, script=SCRIPT, columns=list(ROWS[0]), created_by=owner
    )
    for number, values in enumerate(ROWS, start=2):
        valid = "@" in values["email"]
        Recipient.objects.create(
            campaign=made,
            row_number=number,
            values=values,
            name=values["first_name"],
            email=values["email"],
            verdict=RowVerdict.VALID if valid else RowVerdict.REJECTED,
            problems=[] if valid else dump_problems([_not_an_address(number)]),
        )
    return made


def ready_message(recipient: Recipient, *, content_hash: str = "a" * 64, **fields: object) -> Message:
    """A rendered message that waits for review; its files hold no real video."""
    made = Message(
        campaign=recipient.campaign,
        recipient=recipient,
        lines=[{"id": "0.0", "text": f"Hello {recipient.name}."}],
        render_state=RenderState.READY,
        ready_at=timezone.now(),
        content_hash=content_hash,
        video_seconds=4.0,
        **fields,
    )
    made.video.save("video.mp4", ContentFile(b"video of " + recipient.name.encode()), save=False)
    made.poster.save("poster.jpg", ContentFile(b"poster"), save=False)
    made.captions.save("captions.vtt", ContentFile(b"WEBVTT\n"), save=False)
    made.save()
    return made


def second_factor(user: User) -> tuple[TOTPDevice, list[str]]:
    """A confirmed app, none of whose codes is used up, and the recovery codes."""
    key = begin(user)
    begun = TOTPDevice.objects.get(pk=key)
    device, codes = confirm(user, key, code_of(begun))
    TOTPDevice.objects.filter(pk=device.pk).update(last_t=-1)
    return device, codes


def code_of(device: TOTPDevice) -> str:
    """What the app shows now."""
    return f"{totp(device.bin_key):06}"


def wrong_code(device: TOTPDevice) -> str:
    """Six digits that the app shows neither now nor a moment before or after."""
    shown = {totp(device.bin_key, drift=step) for step in range(-3, 4)}
    return next(f"{number:06}" for number in range(len(shown) + 1) if number not in shown)


def forget_wrong_codes() -> None:
    """Nobody has to wait any more."""
    for kind in (TOTPDevice, StaticDevice):
        kind.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)


def _not_an_address(row: int) -> Problem:
    return Problem(Code.ADDRESS_INVALID, Source.SPREADSHEET, "is not an address", row, "email")

"""The people and the small campaign that tests are about."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.utils import timezone

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


def _not_an_address(row: int) -> Problem:
    return Problem(Code.ADDRESS_INVALID, Source.SPREADSHEET, "is not an address", row, "email")

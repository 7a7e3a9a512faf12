"""The demo: its rows in the database, and the table that it prints."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files import File
from django.db import transaction

from campaigns import engine
from campaigns.consent.entries import Agreement, ConsentKind, give
from campaigns.models import Campaign, Message, Presenter
from campaigns.recipients.sheet_import import import_sheet
from campaigns.states import BakeState, RenderState, RowVerdict, move_one
from campaigns.storage.files import get_local_path

FOLDER = Path(__file__).parent
TAKE, BAKE = FOLDER / "presenter-take.mp4", FOLDER / "presenter.safetensors"
ACCOUNT = "demo"
MAKERS = Agreement(
    ConsentKind.PICTURE,
    "Byname’s makers (the person shown does not exist)",
    "Rendered from CC0 assets; it is nobody's likeness.",
)


def get_or_create_account() -> tuple[User, str]:
    """The demo's user and its password, which is created once and stored in a file for its owner only."""
    password_file = settings.VAR_DIR / "demo-password"
    if not password_file.exists():
        password_file.parent.mkdir(parents=True, exist_ok=True)
        password_file.touch(mode=0o600)
        password_file.write_text(secrets.token_urlsafe(9), encoding="ascii")
    password = password_file.read_text(encoding="ascii").strip()
    user, _ = User.objects.get_or_create(
        username=ACCOUNT, defaults={"is_staff": True, "is_superuser": True, "email": "demo@example.com"}
    )
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    return user, password


def get_or_create_presenter(take: Path = TAKE, bake: Path = BAKE) -> Presenter:
    """The synthetic presenter. It is ready where its bake ships with the demo, else it waits to be baked."""
    facts = engine.probe_take(take)
    for earlier in Presenter.objects.filter(take_sha256=facts["sha256"], consent_revoked_at=None):
        if earlier.bake_state != BakeState.FAILED and _has_files(earlier):
            return earlier
    made = Presenter(
        name="Demo presenter (synthetic)",
        facts=facts | engine.measure_take_voice(take),
        take_sha256=facts["sha256"],
    )
    _save_file(made, "take", take)
    if bake.exists():
        whole = settings.VAR_DIR / bake.name
        engine.complete_bake(bake, take, whole)
        _save_file(made, "bake", whole)
        whole.unlink()
        poster = settings.VAR_DIR / "demo-poster.jpg"
        engine.write_take_poster(take, poster)
        _save_file(made, "poster", poster)
    with transaction.atomic():
        made.save()
        if made.bake:
            move_one(made, BakeState.READY)
        give(made, MAKERS, None)
    return made


def create_campaign(owner: User, presenter: Presenter, voice_engine: str) -> Campaign:
    """Create a campaign from the demo's files. The cache provides what an earlier one rendered."""
    earlier = Campaign.objects.filter(name__startswith="Demo").count()
    made = Campaign.objects.create(
        name=f"Demo {earlier + 1}" if earlier else "Demo",
        presenter=presenter,
        voice_engine=voice_engine,
        voice=engine.find_fitting_voice(voice_engine, presenter.facts.get("voice_pitch_hz", 0.0)),
        script=(FOLDER / "script.j2").read_text(encoding="utf-8"),
        email_subject="A short video for you",
        sender_name="Byname demo",
        created_by=owner,
    )
    with (FOLDER / "people.csv").open("rb") as sheet:
        import_sheet(made, sheet, "people.csv")
    return made


def format_table(campaign: Campaign) -> Iterator[str]:
    """One line per row of the spreadsheet: recipient, seconds of video, seconds of work, scores, file."""
    yield f"{'recipient':<28} {'video':>7} {'work':>7}  {'scores':<44} file"
    for row in campaign.recipients.living().select_related("message"):
        name = str(row)[:28]
        message = getattr(row, "message", None)
        if row.verdict == RowVerdict.REJECTED:
            reasons = " ".join(problem.message for problem in row.found_problems)
            yield f"{name:<28} rejected, row {row.row_number}: {reasons}"
        elif message is None or message.render_state != RenderState.READY:
            yield f"{name:<28} failed, row {row.row_number}: {message.failure if message else 'no message'}"
        else:
            yield (
                f"{name:<28} {message.video_seconds:6.1f}s {message.work_seconds:6.1f}s  "
                f"{_format_scores(message):<44} {_shorten_path(get_local_path(message.video))}"
            )


def find_unplayable(campaign: Campaign) -> list[str]:
    """Return a sentence for every valid row without a playable video."""
    problems = []
    for row in campaign.recipients.living().filter(verdict=RowVerdict.VALID).select_related("message"):
        message = getattr(row, "message", None)
        if message is None or message.render_state != RenderState.READY:
            problems.append(f"{row} has no video: {message.failure if message else 'it was never started'}")
            continue
        try:
            facts = engine.probe_video(get_local_path(message.video))
        except engine.RenderError as error:
            problems.append(f"The video for {row} cannot be played: {error.message}")
        else:
            if not facts.frames or not facts.has_sound:
                problems.append(f"The video for {row} has no pictures or no sound.")
    return problems


_SCORE_LABELS = {
    "aperture_r": "lips",
    "closure": "closed",
    "open_in_silence": "open",
    "seam": "seam",
    "sharpness": "sharp",
}


def _format_scores(message: Message) -> str:
    """The scores that fit on a line; docs/pipeline.md says what each means."""
    found = [
        f"{short} {message.scores[name]:.2f}"
        for name, short in _SCORE_LABELS.items()
        if name in message.scores
    ]
    return " ".join(found)


def _shorten_path(path: Path) -> Path:
    """Short where the file lies below the folder that the person is in."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _has_files(presenter: Presenter) -> bool:
    files = [presenter.take, *([presenter.bake] if presenter.bake_state == BakeState.READY else [])]
    return all(file and file.storage.exists(file.name or "") for file in files)


def _save_file(presenter: Presenter, field: str, source: Path) -> None:
    with source.open("rb") as file:
        getattr(presenter, field).save(source.name, File(file), save=False)

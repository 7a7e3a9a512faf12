"""A voice like the presenter's: fitted with its own consent, spoken in campaigns, deleted when revoked."""

from __future__ import annotations

import time
from pathlib import Path

from django.db.models import QuerySet

from campaigns import engine
from campaigns.claims import clock
from campaigns.models import Presenter
from campaigns.storage.files import get_local_path, store_file


def revoke_voice_consent(presenter: Presenter) -> None:
    """End the consent to the voice and delete its files. A second time keeps the first moment."""
    Presenter.objects.filter(pk=presenter.pk, voice_consent_revoked_at=None).update(
        voice_consent_revoked_at=clock.now()
    )
    delete_voice(presenter)


def delete_voice(presenter: Presenter) -> None:
    """No voice of the presenter stays; campaigns that use it say so."""
    presenter.refresh_from_db()
    for stored in (presenter.fitted_voice, presenter.voice_sample):
        if stored.name:
            stored.storage.delete(stored.name)
    Presenter.objects.filter(pk=presenter.pk).update(
        fitted_voice="", voice_sample="", voice_facts={}, voice_failure=""
    )
    presenter.refresh_from_db()


def fit_presenter_voice(
    presenter: Presenter, folder: Path, progress: engine.Progress, claimed: QuerySet[Presenter]
) -> None:
    """Fit and store the voice where it is wanted. A take without one to fit says so, and stays prepared."""
    presenter.refresh_from_db()
    if not presenter.has_voice_consent or presenter.fitted_voice:
        return
    voice, sample, begun = folder / "voice.safetensors", folder / "voice.wav", time.monotonic()
    try:
        facts = engine.fit_voice(get_local_path(presenter.take), voice, sample, progress)
    except engine.Cancelled:
        raise
    except engine.RenderError as error:
        claimed.update(voice_failure=error.message)
        return
    name = f"voice-{str(facts['sha256'])[:16]}"
    stored = store_file(presenter.fitted_voice, voice, f"{name}.safetensors")
    heard = store_file(presenter.voice_sample, sample, f"{name}.wav")
    facts["work_s"] = round(time.monotonic() - begun, 1)
    claimed.update(fitted_voice=stored, voice_sample=heard, voice_facts=facts, voice_failure="")
    presenter.refresh_from_db()
    if not presenter.has_voice_consent:  # revoked while it was fitted
        delete_voice(presenter)

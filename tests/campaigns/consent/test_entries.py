"""Each consent is an entry that nobody changes; ticking again adds one."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction

from campaigns.consent.entries import (
    WORDINGS,
    Agreement,
    ConsentAct,
    ConsentKind,
    find_standing,
    give,
    revoke,
)
from campaigns.consent.takedown import settle
from campaigns.models import ConsentEntry, Presenter

NORA = Agreement(ConsentKind.PICTURE, "Nora Berg", "signed on paper")


def list_acts(presenter: Presenter) -> list[tuple[str, str, str]]:
    return [(one.act, one.person, one.recorded_by_name) for one in presenter.consents.order_by("pk")]


def test_ticking_again_adds_and_keeps_what_was(presenter: Presenter, alice: User, bob: User) -> None:
    give(presenter, NORA, alice)
    assert revoke(presenter, ConsentKind.PICTURE, bob) and not presenter.has_consent
    assert not revoke(presenter, ConsentKind.PICTURE, bob)
    give(presenter, Agreement(ConsentKind.PICTURE, "Nora Voss"), bob)
    assert presenter.has_consent and presenter.consent_by == "Nora Voss"
    assert list_acts(presenter) == [
        (ConsentAct.GIVEN, "Nora Berg", "alice"),
        (ConsentAct.REVOKED, "Nora Berg", "bob"),
        (ConsentAct.GIVEN, "Nora Voss", "bob"),
    ]
    first = presenter.consents.earliest("pk")
    assert (first.wording, first.note) == (WORDINGS[ConsentKind.PICTURE], "signed on paper")
    standing = find_standing(presenter, ConsentKind.PICTURE)
    assert standing is not None and standing.person == "Nora Voss"


def test_a_form_adds_an_entry_only_for_what_it_changes(presenter: Presenter, alice: User) -> None:
    kind = ConsentKind.PICTURE
    for agreed in (NORA, NORA, Agreement(kind, "Nora Berg", "and by e-mail"), None, None):
        settle(presenter, kind, agreed, alice)
    acts = [act for act, _, _ in list_acts(presenter)]
    assert acts == [ConsentAct.GIVEN, ConsentAct.GIVEN, ConsentAct.REVOKED]


def test_a_signed_form_is_kept_with_its_entry(presenter: Presenter, alice: User) -> None:
    form = ContentFile(b"%PDF signed", name="form.pdf")
    entry = give(presenter, Agreement(ConsentKind.PICTURE, "Nora", document=form), alice)
    stored = ConsentEntry.objects.get(pk=entry.pk)
    assert stored.document.read() == b"%PDF signed"
    assert str(stored.document.name).startswith(f"presenters/{presenter.public_id}/consent/")


def test_the_database_refuses_to_change_or_remove_one(presenter: Presenter, alice: User) -> None:
    give(presenter, NORA, alice)
    for change in (
        lambda: ConsentEntry.objects.update(person="Somebody else"),
        lambda: ConsentEntry.objects.all().delete(),
        lambda: connection.cursor().execute("UPDATE campaigns_consententry SET act = 'given'"),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()

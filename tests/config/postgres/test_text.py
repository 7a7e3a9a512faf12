"""Whatever text comes, the database takes it: forged halves of characters and NULs become U+FFFD."""

from __future__ import annotations

import json

import pytest
from django.db.models import Q

from campaigns.models import Campaign, Recipient
from config.postgres.text import make_json_storable, make_storable

BROKEN = "a\x00b\ud83dc\udfff 🎬 \\ud800"
MENDED = "a\ufffdb\ufffdc\ufffd 🎬 \\ud800"

TEXTS = [BROKEN, "🎬", "\\", "\\\\u0000", "\\\x00", "x\\\ud800", "\ud83d\ud83c\udfac"]


def test_broken_text_is_mended_and_all_other_stays() -> None:
    assert make_storable(BROKEN) == MENDED
    assert make_storable("José 🎬") == "José 🎬"


@pytest.mark.parametrize(
    "text", [BROKEN, "🎬", "\\", "\\\\u0000", "\\\x00", "x\\\ud800", "\ud83d\ud83c\udfac"]
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_json_is_mended_as_the_text_in_it(text: str, ascii_only: bool) -> None:
    written = make_json_storable(json.dumps({text: [text]}, ensure_ascii=ascii_only))
    read = json.loads(written)
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "\ufffd")
    assert read == {whole: [whole]}


@pytest.mark.django_db
def test_it_is_saved_and_searched_without_an_error(campaign: Campaign) -> None:
    row = campaign.recipients.order_by("pk").first()
    assert row is not None
    Recipient.objects.filter(pk=row.pk).update(name=BROKEN, values={BROKEN: BROKEN})
    row.refresh_from_db()
    assert (row.name, row.values) == (MENDED, {MENDED: MENDED})
    found = Recipient.objects.filter(Q(name__icontains=BROKEN) | Q(values__has_key=BROKEN))
    assert [one.pk for one in found] == [row.pk]
    Recipient.objects.bulk_create(
        [Recipient(campaign=campaign, row_number=99, name=BROKEN, values={"a": BROKEN})]
    )
    assert Recipient.objects.get(row_number=99).values == {"a": MENDED}

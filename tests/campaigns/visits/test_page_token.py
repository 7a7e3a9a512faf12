"""A page proves that we made it, for one link and one load, for a day."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.core.signing import TimestampSigner

from campaigns.visits import page_token
from campaigns.visits.page_token import issue_token, read_token

LINK, OTHER, LOAD = UUID(int=1), UUID(int=2), UUID(int=3)


def test_a_token_names_the_load_that_it_was_issued_with() -> None:
    assert read_token(issue_token(LINK, LOAD), LINK) == LOAD


@pytest.mark.parametrize("token", [None, 7, "", "x", ":::", "é", "9" * 5000, issue_token(OTHER, LOAD)])
def test_what_we_did_not_issue_for_this_link_is_refused(token: object) -> None:
    with pytest.raises(ValueError, match="token"):
        read_token(token, LINK)


def test_a_changed_and_an_old_token_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    token = issue_token(LINK, LOAD)
    with pytest.raises(ValueError, match="not ours"):
        read_token(token.replace(LOAD.hex, OTHER.hex), LINK)
    with pytest.raises(ValueError, match="not ours"):
        read_token(TimestampSigner(salt="another").sign(LINK.hex + LOAD.hex), LINK)
    monkeypatch.setattr(page_token, "LASTS_S", -1)
    with pytest.raises(ValueError, match="too old"):
        read_token(token, LINK)

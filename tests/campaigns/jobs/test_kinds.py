from __future__ import annotations

import pytest

from campaigns.jobs.kinds import KINDS, JobKind, load_work


@pytest.mark.parametrize("kind", list(JobKind))
def test_each_kind_has_a_label_and_a_function_that_does_it(kind: JobKind) -> None:
    assert KINDS[kind].label
    assert callable(load_work(kind))


def test_a_kind_of_another_version_is_named() -> None:
    with pytest.raises(LookupError, match="dance"):
        load_work("dance")

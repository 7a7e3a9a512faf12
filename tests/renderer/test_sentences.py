"""Where a spoken sentence ends."""

from __future__ import annotations

import pytest

from renderer.sentences import sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi Ada. Thanks for coming.", ["Hi Ada.", "Thanks for coming."]),
        ("Dear Mr. Smith, hello. Bye.", ["Dear Mr. Smith, hello.", "Bye."]),
        ("Bring tools, e.g. a saw. Or i.e. nothing.", ["Bring tools, e.g. a saw.", "Or i.e. nothing."]),
        ("It costs 3.50 dollars. Cheap!", ["It costs 3.50 dollars.", "Cheap!"]),
        ("J. R. Tolkien wrote it. I know.", ["J. R. Tolkien wrote it.", "I know."]),
        ("Really?! Yes... perhaps. No", ["Really?!", "Yes... perhaps.", "No"]),
        ("He said “stop.” Then he left.", ["He said “stop.”", "Then he left."]),
        (
            "We are Acme Inc. and glad. We are Acme Inc. Hello.",
            ["We are Acme Inc. and glad.", "We are Acme Inc.", "Hello."],
        ),
        ("One sentence\nover two lines. And one.", ["One sentence\nover two lines.", "And one."]),
        ("A heading\n\nThen text.", ["A heading", "Then text."]),
        ("At 5 p.m. we meet. Fine.", ["At 5 p.m. we meet.", "Fine."]),
        ("你好。再见！", ["你好。", "再见！"]),
        ("… ! -- \n\n", []),
        ("", []),
    ],
)
def test_text_is_cut_where_a_speaker_would_stop(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected

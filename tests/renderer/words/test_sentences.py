"""Where a spoken sentence ends."""

from __future__ import annotations

import pytest

from renderer.words.sentences import find_sentence_spans, split_sentences


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
    assert split_sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Only one full stop can belong to a title; any other mark ends the sentence.
        ("Is he a Dr? Yes.", ["Is he a Dr?", "Yes."]),
        ("I saw Mr... Smith left.", ["I saw Mr...", "Smith left."]),
        ("I saw Mr… Smith left.", ["I saw Mr…", "Smith left."]),
        ("I saw “Mr...” Smith left.", ["I saw “Mr...”", "Smith left."]),
        ("I saw Mr. Smith.", ["I saw Mr. Smith."]),
        # A small letter goes on after full stops and dots, not after ! and ?.
        ("Well… perhaps. no", ["Well… perhaps. no"]),
        ("Wait! you. Go? now.", ["Wait!", "you.", "Go?", "now."]),
        # What follows is looked at behind its opening quotes.
        ("He wrote. “then nothing.", ["He wrote. “then nothing."]),
        ("We are Acme Inc. “Hello.”", ["We are Acme Inc.", "“Hello.”"]),
        ("We are Acme Inc. 30 of us.", ["We are Acme Inc. 30 of us."]),
        ("We are glad. 30 of us.", ["We are glad.", "30 of us."]),
        # One capital is an initial, but for I; a small letter is a word.
        ("It is I. You know.", ["It is I.", "You know."]),
        ("It is K. Smith.", ["It is K. Smith."]),
        ("Take plan b. Then go.", ["Take plan b.", "Then go."]),
        ("That is OK. Go on.", ["That is OK.", "Go on."]),
        # Nothing but a quote before the full stop: no word that could be a title.
        ("(.) Go on.", ["Go on."]),
        ("Dr. (Mr. Smith) came.", ["Dr. (Mr. Smith) came."]),
        # The last sentence ends with the text and with its paragraph, whatever its last word is.
        ("Ask the Prof.", ["Ask the Prof."]),
        ("Ask the Prof. “", ["Ask the Prof."]),
        ("Ask the Prof.\n \t\n\n  Smith knows.", ["Ask the Prof.", "Smith knows."]),
        ("Ask the Prof.\nSmith knows.", ["Ask the Prof.\nSmith knows."]),
    ],
)
def test_a_full_stop_ends_a_sentence_only_where_a_reader_would_say_so(text: str, expected: list[str]) -> None:
    assert split_sentences(text) == expected


def test_spans_are_where_the_sentences_stand_in_the_text() -> None:
    text = "  One.  Two!\n\n … \n\n Three "
    assert find_sentence_spans(text) == [(2, 6), (8, 12), (20, 25)]
    assert [text[first:last] for first, last in find_sentence_spans(text)] == ["One.", "Two!", "Three"]

"""Sentences to say, put together by chance from words that between them hold every sound of English."""

from __future__ import annotations

import numpy as np

_WHO = (
    "we", "they", "my brother", "the baker", "your mother", "five boys", "a young judge", "the whole team",
    "the farmer's wife", "both pilots", "everybody", "the shop", "our neighbours", "a good friend",
)  # fmt: skip
_DID = (
    "bought", "moved", "found", "watched", "loved", "measured", "washed", "chose", "painted", "forgot",
    "shared", "opened", "threw away", "brought back", "asked about", "spoke of", "hoped for", "paid for",
)  # fmt: skip
_WHAT = (
    "a blue umbrella", "the very first map", "some fresh butter", "both of these books", "the yellow boat",
    "a pair of shoes", "the usual coffee", "five apple pies", "that strange noise", "a warm bath",
    "the church by the river", "a cheap wooden table", "more than enough food", "the long white wall",
    "a small purple vase", "the orange juice", "your birthday present", "an empty house",
)  # fmt: skip
_WHEN = (
    "before breakfast", "on a wet Wednesday", "every other month", "after the show", "without a word",
    "for the fourth time", "in early February", "with great pleasure", "at half past five", "just now",
    "though nobody knew why", "because of the weather", "by the old bridge", "as usual", "once more",
)  # fmt: skip
_ALONE = (
    "Hello, how are you?", "Oh, wow!", "Thank you very much.", "Please come in.", "Maybe, maybe not.",
    "What a beautiful morning!", "Who would have thought?", "Good to see you again.", "Yes, of course.",
    "No problem at all.", "I hope you are well.", "Give me a moment.", "That would be lovely.",
)  # fmt: skip


def random_sentence(rng: np.random.Generator) -> str:
    """One sentence, such as "Five boys washed the yellow boat after the show."."""
    if rng.random() < 0.2:
        return _one_of(_ALONE, rng)
    said = f"{_one_of(_WHO, rng)} {_one_of(_DID, rng)} {_one_of(_WHAT, rng)}"
    if rng.random() < 0.7:
        said += f" {_one_of(_WHEN, rng)}"
    return said[0].upper() + said[1:] + _one_of((".", ".", ".", "!", "?"), rng)


def _one_of(choices: tuple[str, ...], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]

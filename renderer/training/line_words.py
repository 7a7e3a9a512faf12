"""What synthetic speakers say for the viseme denoiser's training: made-up sentences, and words in no order.

Sentences are made of few words, and a network can learn those by heart instead of their sounds. Any word of
the recogniser's dictionary may stand beside any other, so that no neighbour gives a sound away.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from pocketsphinx import get_model_path

from renderer.synthetic.sentences import sample_sentence

_RANDOM_SHARE = 0.65
_WORDS = (4, 11)
_LETTERS = range(2, 10)


def draw_line_words(rng: np.random.Generator) -> list[str]:
    """One line: about a third are sentences."""
    if rng.random() < _RANDOM_SHARE:
        return draw_random_words(int(rng.integers(*_WORDS)), rng)
    return sample_sentence(rng).split()


def draw_random_words(count: int, rng: np.random.Generator) -> list[str]:
    """So many words of English in no order; the dictionary is that of pocketsphinx."""
    return [str(word) for word in rng.choice(_load_dictionary(), count)]


@cache
def _load_dictionary() -> tuple[str, ...]:
    lines = (Path(get_model_path()) / "en-us" / "cmudict-en-us.dict").read_text(encoding="utf-8").splitlines()
    words = (line.partition(" ")[0] for line in lines)
    return tuple(word for word in words if word.isalpha() and len(word) in _LETTERS)

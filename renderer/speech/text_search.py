"""Where in a longer sound known lines are said: first the stretches, then their words and phones.

pocketsphinx goes through the sound once. It may say any of the lines, as a whole, or any phones between them,
which are made so unlikely that a line wins wherever it fits about as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from renderer.speech.arpabet import Pronounce, pronounce_english
from renderer.speech.forced_path import (
    Token,
    activate_grammar,
    compute_time_s,
    create_grammar_decoder,
    list_segments,
    list_tokens,
    prepare_sound,
)
from renderer.speech.known_text import KnownText, align_known_text
from renderer.speech.phone_decoder import IPA_OF, run_decoder
from renderer.speech.speech import Speech
from renderer.speech.text_mismatch import TextMismatch
from renderer.words.script_words import ScriptWord

Samples = npt.NDArray[np.float32]

# Of any phone between lines, and of the start of a line. Where phones are likelier (1e-2), lines in a voice
# that the models do not know well are missed; the lines' fit tells false ones anyhow.
_PHONE_SHARE, _LINE_SHARE = 1e-4, 0.1
_BEAM, _WORD_BEAM = 1e-80, 1e-60
_MARGIN_S = 0.15  # around a found line: room for its outer phones
_SURE = 0.5


@dataclass(frozen=True, eq=False)
class FoundText:
    """A stretch of a sound that says a text. ``speech`` holds its samples; its times, and those of ``known``,
    count from ``start_s``. ``confidence`` is 0 to 1."""

    start_s: float
    end_s: float
    speech: Speech
    confidence: float
    known: KnownText


def find_text(
    samples: Samples,
    rate_hz: int,
    words: Sequence[ScriptWord],
    within: tuple[float, float] | None = None,
    pronounce: Pronounce = pronounce_english,
) -> list[FoundText]:
    """Where a text is said in mono samples [n], in time order; ``within`` are seconds to look between."""
    return find_texts(samples, rate_hz, [words], within, pronounce)[0]


def find_texts(
    samples: Samples,
    rate_hz: int,
    texts: Sequence[Sequence[ScriptWord]],
    within: tuple[float, float] | None = None,
    pronounce: Pronounce = pronounce_english,
) -> list[list[FoundText]]:
    """As `find_text`, of several texts at once, in about the time of one. Stretches do not overlap, so each
    is the text that fits it best."""
    from_s, to_s = within or (0.0, len(samples) / rate_hz)
    part = samples[max(round(from_s * rate_hz), 0) : max(round(to_s * rate_hz), 0)]
    found: list[list[FoundText]] = [[] for _ in texts]
    if not len(part):
        return found
    for text, start_s, end_s in _find_stretches(
        part, rate_hz, [list_tokens(one, pronounce) for one in texts]
    ):
        span_s = from_s + start_s, from_s + end_s
        one = _align_stretch(samples, rate_hz, texts[text], span_s, pronounce)
        found[text] += [] if one is None else [one]
    return found


def _find_stretches(
    samples: Samples, rate_hz: int, texts: Sequence[Sequence[Token]]
) -> Iterator[tuple[int, float, float]]:
    """(text, start, end in seconds) of every place where one may be said, in time order."""
    owners = [(text, at) for text, tokens in enumerate(texts) for at in range(len(tokens))]
    decoder = create_grammar_decoder([token for tokens in texts for token in tokens], _BEAM, _WORD_BEAM)
    for phone in IPA_OF:
        decoder.add_word(phone, phone, False)
    activate_grammar(decoder, 0, list(_build_moves(texts)))
    run_decoder(decoder, prepare_sound(samples, rate_hz))
    start_s = 0.0
    for name, first, stop, _ in list_segments(decoder):
        if not name.startswith("w"):
            continue
        text, at = owners[int(name[1:].partition("(")[0])]
        start_s = compute_time_s(first) if at == 0 else start_s
        if at == len(texts[text]) - 1:
            yield text, start_s, compute_time_s(stop)


def _build_moves(texts: Sequence[Sequence[Token]]) -> Iterator[tuple[int, int, float, str]]:
    """Any phone leads from state 0 back to it, and so does each text by states of its own."""
    yield from ((0, 0, _PHONE_SHARE, phone) for phone in IPA_OF)
    token, state = 0, 0
    for tokens in texts:
        before = 0
        for at in range(len(tokens)):
            after = 0 if at == len(tokens) - 1 else (state := state + 1)
            yield before, after, 1.0 if at else _LINE_SHARE, f"w{token}"
            token, before = token + 1, after


def _align_stretch(
    samples: Samples,
    rate_hz: int,
    words: Sequence[ScriptWord],
    span_s: tuple[float, float],
    pronounce: Pronounce,
) -> FoundText | None:
    """The words and phones of a stretch, None where something else is said there."""
    first = max(round((span_s[0] - _MARGIN_S) * rate_hz), 0)
    part = samples[first : round((span_s[1] + _MARGIN_S) * rate_hz)]
    try:
        known = align_known_text(part, rate_hz, words, pronounce)
    except TextMismatch:
        return None
    if known.confidence < _SURE:
        return None
    start_s = first / rate_hz
    speech = Speech(part, known.phones, known.words, rate_hz)
    return FoundText(start_s, start_s + len(part) / rate_hz, speech, known.confidence, known)

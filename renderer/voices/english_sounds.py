"""English words → signs, each word's own, by the lexica and rules of the package `hibari`.

The whole line is read at once, because a word's sound depends on its neighbours ("read", "the", "a"), and
each sign still belongs to exactly one word: the package never joins what stands apart in the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from hibari.g2p import G2P
from hibari.g2p.normalize import normalize
from hibari.g2p.token import Tok

from renderer.voices.lexicon import load_g2p
from renderer.voices.phoneme_network import Signs
from renderer.voices.signs import PAUSES, SIGN_NUMBERS, write_english_signs

SIGNS_MAX = 400  # the networks were not taught longer lines
_SENTENCE_ENDS, _CLAUSE_ENDS = ".!?…", ",;:—"
_MARKS_AROUND = re.compile(r"^([\"“(]*)(.*?)([\"”).,;:!?…—]*)$", re.S)


def read_english(words: Sequence[str], ipa: Mapping[int, str], *, british: bool = False) -> list[Signs]:
    """The sentences of a line, each short enough for a network. ``ipa`` says how some words sound.

    Raises RenderError for IPA that cannot be said.
    """
    chunks = [(at, chunk) for at, word in enumerate(words) for chunk in _split_word(word, at in ipa)]
    if not chunks:
        return []
    g2p = load_g2p(british=british)
    tokens: list[Tok] = []
    for at, (owner, chunk) in enumerate(chunks):
        tokens += _tokenize(g2p, chunk, ipa.get(owner, ""), " " if at + 1 < len(chunks) else "")
    for token, tag in zip(tokens, g2p.tagger([token.text for token in tokens]), strict=True):
        token.tag = tag if token.phonemes is None else token.tag
    return _split_long(_collect(g2p.phonemize_tokens(tokens), [owner for owner, _ in chunks]))


def _split_word(word: str, has_ipa: bool) -> list[str]:
    if has_ipa or not word:
        return [" ".join(word.split())] if word.strip() else []
    # "A-one": the letter of a code, which alone would be the article.
    return normalize(re.sub(r"\bA-(?=[a-z])", "Eh ", word)).split()


def _tokenize(g2p: G2P, chunk: str, ipa: str, space: str) -> list[Tok]:
    if not ipa:
        texts = g2p.tokenizer(chunk)
        return [Tok(text, "", space if at == len(texts) - 1 else "") for at, (text, _) in enumerate(texts)]
    marks = _MARKS_AROUND.match(chunk)
    before, core, after = marks.groups() if marks else ("", chunk, "")
    told = Tok(core, "NNP", "", phonemes=write_english_signs(ipa), rating=5)
    ends = [Tok(mark, ".", "", phonemes=mark, rating=5) for mark in after]
    tokens = [*(Tok(mark, "``", "", phonemes=mark, rating=5) for mark in before), told, *ends]
    tokens[-1].whitespace = space
    return tokens


def _collect(tokens: Sequence[Tok], owners: Sequence[int]) -> list[tuple[str, int | None]]:
    """(sign, its word) of a line, from tokens whose spaces part the chunks that ``owners`` own."""
    out: list[tuple[str, int | None]] = []
    chunk = 0
    for token in tokens:
        for sign in token.phonemes or "":
            if sign in SIGN_NUMBERS:
                out.append((sign, owners[chunk]))
        if token.whitespace:
            out.append((" ", owners[chunk]))
            chunk += 1
    return out


def _split_long(line: list[tuple[str, int | None]]) -> list[Signs]:
    """Sentences; one that is too long ends at a clause, and else between words."""
    pieces: list[list[tuple[str, int | None]]] = []
    rest = line
    while rest:
        cut = _find_cut("".join(sign for sign, _ in rest))
        pieces.append(_strip(rest[:cut]))
        rest = rest[cut:]
    return [
        Signs("".join(sign for sign, _ in piece), tuple(word for _, word in piece))
        for piece in pieces
        if any(sign not in PAUSES for sign, _ in piece)
    ]


def _find_cut(signs: str) -> int:
    """Where the first sentence of a line ends."""
    end = re.search(rf"[{_SENTENCE_ENDS}]+[”\")]* ", signs)
    length = end.end() if end else len(signs)
    if length <= SIGNS_MAX:
        return length
    clauses = list(re.finditer(rf"[{_CLAUSE_ENDS}]+ ", signs[:SIGNS_MAX]))
    return clauses[-1].end() if clauses else signs.rfind(" ", 1, SIGNS_MAX) + 1 or SIGNS_MAX


def _strip(piece: list[tuple[str, int | None]]) -> list[tuple[str, int | None]]:
    signs = "".join(sign for sign, _ in piece)
    start = len(signs) - len(signs.lstrip(" "))
    return piece[start : len(signs.rstrip(" "))]

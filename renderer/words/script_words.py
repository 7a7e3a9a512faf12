"""A line's words as written (for captions) beside what a voice is asked to say.

The two differ where a voice would stumble. Figures, dates, addresses, abbreviations and signs are said in
words by the rules of `renderer.words.reading`; emoji and invisible characters are not read aloud; names in
letters that the voice would spell out lose their accents (`renderer.words.letters`).
"""

from __future__ import annotations

from dataclasses import dataclass

from renderer.errors import RenderError
from renderer.words.letters import (
    compose,
    drop_rare_accents,
    find_letter_scripts,
    find_readable_scripts,
)
from renderer.words.pronunciations import Pronunciations
from renderer.words.reader import find_reader
from renderer.words.reading import read_line
from renderer.words.rules import lay_on_words


@dataclass(frozen=True)
class ScriptWord:
    """``spoken``, one word or several, is what a voice reads; "" for what is only seen (an emoji), or is
    said with the word before it ("Col." of "Lt. Col.").

    ``ipa``, where it is not "", says how the word sounds, for voices that read phones; the marks behind the
    word stand in ``spoken``.
    """

    written: str
    spoken: str
    ipa: str = ""


def parse_script_words(
    text: str, language: str, locale: str = "", known: Pronunciations = ()
) -> tuple[ScriptWord, ...]:
    """The words of a line between white space. ``language`` is the voice's, such as "en-us"; ``locale`` is
    how numbers and dates are read, "" as in ``language``.

    Raises RenderError, naming the text, when nothing can be said or a word is in a script that the
    voice cannot read.
    """
    written = text.split()
    words = [compose(word) for word in written]
    readings = read_line(" ".join(words), find_reader(language, locale), language, known)
    laid = [(drop_rare_accents(said, language), ipa) for said, ipa in lay_on_words(words, readings)]
    _refuse_foreign_scripts(text, written, laid, language)
    if not any(character.isalnum() for said, _ in laid for character in said):
        raise build_unspeakable_error(text)
    return tuple(ScriptWord(w, said, ipa) for w, (said, ipa) in zip(written, laid, strict=True))


def read_aloud(text: str, language: str, locale: str = "", known: Pronunciations = ()) -> str:
    """A line as it is said, in words: "It costs five dollars and fifty cents." RenderError as above."""
    words = parse_script_words(text, language, locale, known)
    return " ".join(word.spoken for word in words if word.spoken)


def build_unspeakable_error(text: str) -> RenderError:
    return RenderError(
        f"No voice can say “{text.strip()}”: nothing in it is a letter or a number that sounds. "
        "Write the words as they should be heard, for example with Latin letters."
    )


def _refuse_foreign_scripts(
    text: str, written: list[str], laid: list[tuple[str, str]], language: str
) -> None:
    readable = find_readable_scripts(language)
    foreign = [
        word
        for word, (said, ipa) in zip(written, laid, strict=True)
        if not ipa and not find_letter_scripts(said) <= readable
    ]
    if not foreign:
        return
    names = ", ".join(f"“{word.strip('.,;:!?')}”" for word in foreign)
    raise RenderError(
        f"This voice ({language}) cannot say {names} in “{text.strip()}”: it does not read those letters. "
        "Write the name as it should be heard with letters of the voice's language, or choose a voice "
        "that speaks that language."
    )

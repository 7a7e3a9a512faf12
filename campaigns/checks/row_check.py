"""One row as its message would say it: the words of each line, and what is worth a look before the run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from campaigns import engine
from campaigns.checks.report import Finding, LineReport, LineSource, Note, RowReport, to_note
from campaigns.problems import Code, Problem
from campaigns.recipients.name_columns import find_pronounced_columns, find_row_pronunciations
from campaigns.recipients.personal_words import find_own_columns, list_words
from campaigns.recipients.row_speaker import RowSpeaker
from campaigns.scripts.template import Line, ScriptError, clean, fill
from campaigns.states import RowVerdict

# (a line, its words as they are said, what it needs, the voice) → seconds
MeasureLine = Callable[[str, str, engine.Pronunciations, engine.VoiceConfig], float]
# (a row's cells, one of its lines) → whether a person recorded it
IsRecorded = Callable[[Mapping[str, str], Line], bool]


class RowCheck:
    """Checks the rows of one run; lines that people share are read once."""

    def __init__(
        self,
        script: str,
        speaker: RowSpeaker,
        measure_s: MeasureLine,
        filmed: Sequence[engine.FilmedLine] = (),
        is_recorded: IsRecorded = lambda _values, _line: False,
    ) -> None:
        self._is_recorded = is_recorded
        self._filmed_s = {(one.line_id, one.text): one.end_s - one.start_s for one in filmed}
        self._script = script
        self._speaker = speaker
        self._measure_s = measure_s
        self._guessed: dict[str, bool] = {}
        self._read: dict[tuple[str, str, engine.Pronunciations], LineReport] = {}

    def check(self, number: int, values: Mapping[str, str], problems: Sequence[Problem]) -> RowReport:
        """A row and the problems of its validation; its lines where it has none."""
        notes = tuple(map(to_note, problems))
        if notes:
            return RowReport(number, RowVerdict.REJECTED, notes)
        try:
            lines = fill(self._script, values)
            texts = [line.text for line in lines]
            own = find_row_pronunciations(values, self._speaker.roles)
            known, locales = self._speaker.select(texts, values), self._speaker.find_locales(lines, values)
            said = tuple(
                self._find_source(values, line, self._read_line(line, known, locales.get(line.id, "")))
                for line in lines
            )
        except ScriptError:  # a fault of the script for everybody
            return RowReport(number, RowVerdict.VALID)
        except engine.RenderError as error:
            if not self._speaker.speaker.language:  # a fault of the voice for everybody
                return RowReport(number, RowVerdict.VALID)
            note = Note(Code.LETTERS_NOT_READ, error.message, number)
            return RowReport(number, RowVerdict.REJECTED, (note,))
        warnings = (
            *self._warn_of_language(number, values),
            *self._warn_of_cells(number, values, texts, own),
            *self._warn_of_words(number, values, known),
        )
        return RowReport(number, RowVerdict.VALID, (), warnings, said)

    def _read_line(self, line: Line, known: engine.Pronunciations, locale: str) -> LineReport:
        needed = tuple(one for one in known if one.find(line.text))
        found = self._read.get((line.text, locale, needed))
        if found is None:
            voice = self._speaker.get_voice(locale)
            spoken = engine.read_line(line.text, voice, needed)
            seconds = self._measure_s(line.text, spoken, needed, voice)
            language = self._speaker.speaker.language
            found = LineReport(line.text, spoken, language, LineSource.SPOKEN, seconds)
            self._read[line.text, locale, needed] = found
        return found

    def _find_source(self, values: Mapping[str, str], line: Line, read: LineReport) -> LineReport:
        """The line as it will be heard: a recording wins over the take, and the take over the voice."""
        if self._is_recorded(values, line):
            return replace(read, source=LineSource.RECORDED)
        filmed_s = self._filmed_s.get((line.id, line.text))
        return read if filmed_s is None else replace(read, source=LineSource.FILMED, seconds=filmed_s)

    def _warn_of_language(self, number: int, values: Mapping[str, str]) -> Iterator[Note]:
        """A language that the row asks for and nobody hears."""
        warning = self._speaker.find_language(values).warning
        if warning:
            yield Note(Finding.LANGUAGE_NOT_SPOKEN, warning, number, self._speaker.language_column)

    def _warn_of_cells(
        self,
        number: int,
        values: Mapping[str, str],
        texts: Sequence[str],
        own: Sequence[engine.Pronunciation],
    ) -> Iterator[Note]:
        """Cells that say how a word sounds which nobody hears."""
        heard = {one.word for one in own if any(one.find(text) for text in texts)}
        for column, about in find_pronounced_columns(tuple(values), self._speaker.roles).items():
            word = clean(values[about]) if about else ""
            if word and clean(values[column]) and word not in heard:
                message = (
                    f"The script does not say “{word}” as it stands in “{about}”, so this changes nothing."
                )
                yield Note(Finding.PRONUNCIATION_UNUSED, message, number, column)

    def _warn_of_words(
        self, number: int, values: Mapping[str, str], known: engine.Pronunciations
    ) -> Iterator[Note]:
        """The row's own words that no dictionary has and nobody gave a sound."""
        for column in find_own_columns(tuple(values), self._script):
            for word in list_words(values[column]):
                if not any(one.find(word) for one in known) and self._is_guessed(word):
                    message = f"“{word}” is in no dictionary of this voice: listen to how it is said."
                    yield Note(Finding.WORD_IN_NO_LEXICON, message, number, column)

    def _is_guessed(self, word: str) -> bool:
        if word not in self._guessed:
            sounds = engine.assess_word(word, self._speaker.speaker.language)
            self._guessed[word] = sounds is not None and sounds.source == "guess"
        return self._guessed[word]

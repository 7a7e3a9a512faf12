"""A correction of how one row's word is said: it becomes a cell of that row."""

from __future__ import annotations

from django.db import transaction

from campaigns.models import Campaign, PersonalWord, Recipient
from campaigns.problems import Code, Problem, Source, dump_problems, load_problems
from campaigns.pronunciations.spelling import compute_key, read_spelling
from campaigns.recipients.keys import read_roles
from campaigns.recipients.name_columns import name_pronouncing_column
from campaigns.recipients.personal_words import list_words
from campaigns.recipients.row_speaker import load_row_speaker
from campaigns.recipients.row_validation import find_script_problems
from campaigns.recipients.verdicts import give_verdicts
from campaigns.sheets.spreadsheet import Row


class RowRefused(Exception):
    """Why a row cannot be corrected, as a sentence."""


def correct_row(campaign: Campaign, word: PersonalWord, number: int, said: str) -> None:
    """Say ``word`` in one row in another way. Raises BadSpelling and RowRefused."""
    spelling = read_spelling(said)
    with transaction.atomic():
        stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
        row = stored.recipients.living().select_for_update().filter(row_number=number).first()
        if row is None or not _has_word(row, word):
            raise RowRefused(f"Row {number} does not have “{word.word}” in “{word.column}”.")
        cell = row.values[word.column]
        if compute_key(cell) != word.key:
            raise RowRefused(
                f"“{word.column}” of row {number} is “{cell}”, more than this word. "
                "Correct it for everybody, or give the whole cell its sound in the spreadsheet."
            )
        header = name_pronouncing_column(stored.columns, word.column, read_roles(stored))
        row.values[header] = f"/{spelling.said}/" if spelling.is_ipa else spelling.said
        row.problems = dump_problems(_find_problems(stored, row, header))
        row.save(update_fields=["values", "problems"])
        if header not in stored.columns:
            stored.columns = [*stored.columns, header]
            stored.save(update_fields=["columns"])
        give_verdicts(stored)
    campaign.refresh_from_db(fields=["columns"])


def _has_word(row: Recipient, word: PersonalWord) -> bool:
    return word.key in map(compute_key, list_words(row.values.get(word.column, "")))


def _find_problems(campaign: Campaign, row: Recipient, header: str) -> list[Problem]:
    kept = [
        one
        for one in load_problems(row.problems)
        if one.source != Source.SCRIPT and (one.code, one.column) != (Code.PRONUNCIATION_INVALID, header)
    ]
    found = Row(row.row_number, row.values)
    return [*kept, *find_script_problems(found, campaign.script, load_row_speaker(campaign))]

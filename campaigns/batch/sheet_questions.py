"""A spreadsheet's open questions as sentences for a command: each names the option that answers it."""

from __future__ import annotations

from campaigns.checks.report import Finding
from campaigns.sheets.values import Question, QuestionKind

OPTIONS = {
    QuestionKind.SHEET: "--sheet",
    QuestionKind.HEADER_ROW: "--header-row",
    QuestionKind.COLUMNS: "--columns email=",
    QuestionKind.HIDDEN_ROWS: "--hidden-rows",
    QuestionKind.ENCODING: "--encoding",
}
CODES = {
    QuestionKind.SHEET: Finding.SHEET_NOT_CHOSEN,
    QuestionKind.HEADER_ROW: Finding.HEADER_ROW_NOT_CHOSEN,
    QuestionKind.COLUMNS: Finding.COLUMNS_NOT_CHOSEN,
    QuestionKind.HIDDEN_ROWS: Finding.HIDDEN_ROWS_NOT_CHOSEN,
    QuestionKind.ENCODING: Finding.ENCODING_NOT_CHOSEN,
}


def name_answer(question: Question) -> str:
    """The question, and the option with an answer."""
    option = OPTIONS[question.kind]
    space = "" if option.endswith("=") else " "
    answers = [f'{option}{space}"{one}"' for one in question.options[:3]]
    return f"{question.sentence} Answer with {' or '.join(answers)}."

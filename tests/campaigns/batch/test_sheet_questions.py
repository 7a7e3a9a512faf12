from __future__ import annotations

from campaigns.batch.sheet_questions import CODES, OPTIONS, name_answer
from campaigns.sheets.values import Question, QuestionKind


def test_every_question_has_a_code_and_an_option() -> None:
    assert set(CODES) == set(OPTIONS) == set(QuestionKind)


def test_the_answer_names_the_option() -> None:
    question = Question(QuestionKind.COLUMNS, "Which?", ("Work Email", "Email"))
    assert (
        name_answer(question) == 'Which? Answer with --columns email="Work Email" or --columns email="Email".'
    )

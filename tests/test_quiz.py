"""The quiz at the head of a lesson."""

import re

import pytest

from checks import quiz
from checks.questions import QUESTIONS, Answer, Question

ALL = [(lesson, q) for lesson, questions in QUESTIONS.items() for q in questions]


@pytest.mark.parametrize("lesson", QUESTIONS)
def test_every_answer_unfolds_its_reply_and_one_is_right(lesson):
    page = quiz(lesson)._repr_html_()
    answers = [a for q in QUESTIONS[lesson] for a in q.answers]
    assert len(re.findall("<details ", page)) == len(answers)
    assert page.count("✓ Yes.") == len(QUESTIONS[lesson])
    assert "<details open" not in page
    plain = repr(quiz(lesson))
    assert all(answer.text in plain and answer.reply not in plain for answer in answers)


def test_earlier_lessons_are_named_and_what_one_brings_along_is_of_none():
    page, plain = quiz("03_loss")._repr_html_(), repr(quiz("03_loss"))
    for question in QUESTIONS["03_loss"]:
        assert f"(lesson {question.lesson[:2]})" in page
    assert "do you remember?" in page and "do you remember?" in plain
    first, told = quiz("00_start_here")._repr_html_(), repr(quiz("00_start_here"))
    assert "(lesson" not in first and "remember" not in first + told
    assert "what do you bring along?" in first and "what do you bring along?" in told


@pytest.mark.parametrize(("lesson", "question"), ALL, ids=[q.text[:40] for _, q in ALL])
def test_the_right_answer_is_not_given_away_by_its_length(lesson, question):
    lengths = sorted(len(answer.text) for answer in question.answers)
    right = next(len(answer.text) for answer in question.answers if answer.right)
    assert right <= 2.2 * lengths[-2], "the right answer is far longer than the others"


def test_a_question_needs_one_right_answer_and_two_wrong_ones():
    wrong = Answer("no", "It is not so.")
    with pytest.raises(ValueError, match="at least three answers, one of them right"):
        Question("00_start_here", "?", (wrong, wrong, wrong))
    with pytest.raises(ValueError, match="has 2"):
        Question("00_start_here", "?", (wrong, Answer("yes", "It is so.", right=True)))


def test_an_unknown_lesson_names_the_known_ones():
    with pytest.raises(LookupError, match="05_backward_pass"):
        quiz("99_magic")

"""The card and check(): what a learner sees."""

import html.parser

import numpy as np
import pytest

from backprop_lib import relu_backward as library_relu_backward
from checks import check
from checks.card import card_html, card_text
from checks.exercise import Comparison, Result
from checks.exercises import find_exercise
from checks.judge import judge
from checks.notebook import Card


def relu_backward(dy, cache):
    return dy


def right(dy, cache):
    return dy * (cache > 0)


class Balanced(html.parser.HTMLParser):
    """Raises where tags are not closed in order."""

    VOID = ("br", "rect", "circle")

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        pass


def test_wrong_attempt_gets_a_card_and_the_librarys_function(capsys):
    got = check(relu_backward)
    assert got is library_relu_backward
    text = capsys.readouterr().out
    assert text.startswith("✗ relu_backward: wrong (0 of 1 points)")
    for part in (
        "your dx",
        "numerical dx",
        "Tried: case 1: N=",
        "run the cell of your function, and then: check(relu_backward, seed=0)",
        "the lesson goes on with the library's relu_backward",
        "again, and then: check(relu_backward, hints=1)",
    ):
        assert part in text
    assert "Hint 1:" not in text


def test_hints_come_one_at_a_time(capsys):
    hints = find_exercise("relu_backward").hints
    check(relu_backward, hints=2)
    text = capsys.readouterr().out
    assert hints[0] in text and hints[1] in text and hints[2] not in text
    assert "hints=3" in text


def test_right_attempt_is_handed_back(capsys):
    assert check(right, name="relu_backward") is right
    text = capsys.readouterr().out
    assert "correct (1 of 1 points)" in text and "runs your relu_backward" in text


def test_library_function_left_from_an_earlier_check_is_no_attempt(capsys):
    assert check(library_relu_backward) is library_relu_backward
    text = capsys.readouterr().out
    assert "not attempted" in text and "Run the cell that holds your function again" in text


def test_unknown_name_says_what_to_do():
    with pytest.raises(LookupError, match="no exercise named 'right'"):
        check(right)


def test_html_is_balanced_and_says_it_all():
    exercise = find_exercise("relu_backward")
    result = judge("relu_backward", relu_backward)
    page = Card(result, exercise)._repr_html_()
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []
    for part in ("wrong", "0 of 1 points", "your dx", "numerical dx", "<svg", "Hint 3 of 3"):
        assert part in page
    # a hint stays folded until the one before it has been opened
    assert page.index("Hint 1 of 3") < page.index("Hint 2 of 3") < page.index("Hint 3 of 3")
    assert page.count("<details") == 4 and "open" not in page.split("<details")[1][:10]


def test_everything_from_a_learner_is_escaped():
    evil = "<script>alert(1)</script>"
    comparison = Comparison(evil, np.zeros(3), np.ones((3, 1)), np.ones(3, dtype=bool))
    result = Result(evil, "wrong", 0, 1, None, evil, (evil,), evil, (comparison,), evil, evil)
    page = card_html(result, [evil], evil)
    assert "<script" not in page
    assert evil in card_text(result)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (9, 9), (2, 3, 4)])
@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0])
def test_arrays_of_every_shape_have_a_picture(shape, value):
    received = np.full(shape, value)
    comparison = Comparison("dx", np.zeros(shape), received, np.ones(shape, dtype=bool))
    result = Result("relu_backward", "wrong", 0, 1, None, "", ("case 1",), "case 1", (comparison,))
    assert "<svg" in card_html(result)
    assert "numerical dx" in card_text(result)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (0,) * 5])
def test_an_empty_answer_gets_a_card(shape):
    result = judge("relu_backward", lambda dy, cache: np.zeros(shape))
    assert result.verdict == "wrong"
    assert str(shape) in card_html(result) and str(shape) in card_text(result)

"""Predictions: never in the way, and shown beside what came."""

import numpy as np
import pytest

from checks import predict

AGREE = [
    (3, 3, True),
    (3, 4, False),
    (0.5, 0.51, True),
    (0.5, 0.6, False),
    ((3, 4), (3, 4), True),
    ((3, 4), (4, 3), False),
    ((100, 4), (101, 4), False),
    ([1.0, 2.0], np.array([1.0, 2.02]), True),
    (1.0, np.array([1.0, 1.0]), False),
    ("Up", "up ", True),
    ("up", "down", False),
    (True, True, True),
    (True, np.False_, False),
    (None, True, False),
    (np.nan, 1.0, False),
    ("three", 3, False),
    ("3", 3, True),
    ("-0.5", -0.5, True),
    (object(), 3, False),
    (-1.3, 1.3, False),
    (0, 0.0, True),
]


@pytest.mark.parametrize(("guess", "actual", "right"), AGREE)
def test_a_prediction_is_right_when_it_says_what_came(guess, actual, right):
    revealed = predict("What comes?", guess).reveal(actual)
    assert revealed.right is right
    assert repr(revealed).startswith("✓" if right else "✗")


def test_without_a_prediction_the_result_is_shown_all_the_same():
    asked = predict("How many?", ..., unit="epochs")
    assert not asked.made and "three dots" in repr(asked)
    revealed = asked.reveal(12, "The loss had fallen by then.")
    assert repr(revealed).startswith("○ How many?")
    assert "Yours is still open. It is 12 epochs. The loss had fallen" in repr(revealed)
    assert "bp-card" in revealed._repr_html_()


def test_the_card_shows_both_and_is_safe():
    revealed = predict("<b>?", "<script>").reveal(-0.5, "a < b")
    assert "You said “<script>”. It is −0.5." in repr(revealed)
    assert "<script>" not in revealed._repr_html_() and "<b>?" not in revealed._repr_html_()


def test_what_came_is_looked_at_once():
    came = np.ones(2)
    revealed = predict("?", [1.0, 1.0]).reveal(came)
    came[:] = 7
    assert revealed.right and "7" not in repr(revealed)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([0, -10], "[0, −10]"),
        ((3,), "(3,)"),
        (np.array([[2.4, -0.3], [0.0375, 1 / 3]]), "[[2.4, −0.3], [0.0375, 0.3333]]"),
        (np.True_, "True"),
        (np.float64(1234.5678), "1235"),
        (12345, "12,345"),
        ("same", "“same”"),
    ],
)
def test_values_are_written_as_one_would_write_them(value, words):
    assert f"It is {words}." in repr(predict("?").reveal(value))

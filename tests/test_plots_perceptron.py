"""Pictures of lesson 01."""

import numpy as np
import pytest

from backprop_lib import plots

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
AND, XOR = np.array([0, 0, 0, 1]), np.array([0, 1, 1, 0])


def lines(w=(1.0, 1.0), b=-1.5, marked=None):
    return plots.separating_lines(
        CORNERS, {"AND": AND, "XOR": XOR}, {"AND": (np.array(w), b)}, marked
    )


def digits(w):
    x = np.linspace(0, 1, 6 * 16).reshape(6, 16)
    return plots.weights_as_picture(x, np.array([0, 1, 0, 1, 1, 0]), w, ["3", "8"])


PICTURES = {
    "separating_lines": (lines, "AND: weights [1.0, 1.0], bias -1.50; XOR: no line"),
    "mistakes_per_epoch": (
        lambda: plots.mistakes_per_epoch({"OR": [3, 1, 0], "XOR": np.array([4, 2, 3])}),
        "OR: [3, 1, 0]; XOR: [4, 2, 3]",
    ),
    "weights_as_picture": (
        lambda: digits(np.array([4.0, -3.0, 3.0] + [0.1] * 13)),
        "2 pixels, marked with a plus, speak strongly for 8, and 1, marked with a minus",
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_says_what_it_shows_and_is_the_same_bytes_twice(name):
    draw, words = PICTURES[name]
    first, second = draw(), draw()
    assert words in first.alt
    assert first.png.startswith(b"\x89PNG")
    assert first.png == second.png


def test_a_mark_a_line_far_away_and_no_weights_can_all_be_drawn():
    assert lines(marked=2).png != lines().png
    assert lines(w=(0.0, 0.0), b=1.0).png != lines(w=(0.0, 0.0), b=-1.0).png
    assert lines(b=-50.0).png != lines().png


def test_weights_may_come_as_a_list():
    assert digits([1.0, -1.0] * 8).png == digits(np.array([1.0, -1.0] * 8)).png

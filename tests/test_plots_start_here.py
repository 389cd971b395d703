"""Pictures of lesson 00."""

import numpy as np
import pytest

from backprop_lib import plots

COLUMN, ROW = np.array([[3.0], [5.0], [10.0]]), np.array([3.0, 5.0, 9.0])

PICTURES = {
    "learning_loop": (plots.learning_loop, "predict, measure the error, send it backwards, adjust"),
    "error_against_tries": (
        lambda: plots.error_against_tries({"blind": [100.0, 60.0], "told": [100.0, 0.5]}),
        "blind: from 100.0 to 60; told: from 100.0 to 0.5",
    ),
    "stretched": (lambda: plots.stretched(COLUMN, ROW), "[0.0, 0.0, 1.0], belong together"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_says_what_it_shows_and_is_the_same_bytes_twice(name):
    draw, words = PICTURES[name]
    first, second = draw(), draw()
    assert words in first.alt
    assert first.png.startswith(b"\x89PNG")
    assert first.png == second.png

"""Pictures of lesson 08 say what they show, and come out the same each time."""

import numpy as np
import pytest

from backprop_lib import plots

RNG = np.random.default_rng(0)
SMALL = RNG.random((3, 5, 4))
LABELS = np.array([1, 0, 1])

PICTURES = {
    "photographs": lambda: plots.photographs(SMALL, "noise", columns=2),
    "detail_of_pictures": lambda: plots.detail_of_pictures(np.array([0.3, 0.1, 0.2]), LABELS),
    "weights_as_pictures": lambda: plots.weights_as_pictures({"unit 4": np.arange(9.0) - 3}, 3),
    "accuracy_against_size": lambda: plots.accuracy_against_size(
        ["none", "16"], [10, 200], [0.5, 0.9], 1
    ),
    "confusion_table": lambda: plots.confusion_table(np.array([[5, 1], [2, 7]]), ["other", "face"]),
    "photographs_with_answers": lambda: plots.photographs_with_answers(
        SMALL, LABELS, np.array([0.9, 0.8, 0.3])
    ),
    "accuracy_over_splits": lambda: plots.accuracy_over_splits({"a": [0.5, 0.7], "b": [0.9, 1]}),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_says_what_it_shows_and_is_the_same_bytes_twice(name):
    first, second = PICTURES[name](), PICTURES[name]()
    assert len(first.alt.split()) > 5
    assert first.png.startswith(b"\x89PNG")
    assert first.png == second.png


SAID = {
    "photographs": "3 pictures of 5 by 4 pixels: noise",
    "detail_of_pictures": "Faces lie around 0.250, other pictures around 0.100",
    "accuracy_against_size": "Chosen, with a ring: 16",
    "confusion_table": "face taken for other: 2",
    "photographs_with_answers": "90% for a face, 80% for another picture, 30% for a face",
    "accuracy_over_splits": "a: mean 0.600, from 0.500 to 0.700",
}


@pytest.mark.parametrize("name", SAID)
def test_the_words_hold_the_numbers(name):
    assert SAID[name] in PICTURES[name]().alt

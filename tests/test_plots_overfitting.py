"""Pictures of lesson 07 say what they show, with the numbers that they were given."""

import numpy as np
import pytest

from backprop_lib import plots

X = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
LABELS = np.array([0, 1, 0, 0])

PICTURES = {
    "decision_maps": lambda: plots.decision_maps(
        {"by x": lambda x: (x[:, 0] > 0.5).astype(int), "by y": lambda x: (x[:, 1] > 0.5) + 0},
        X,
        LABELS,
    ),
    "three_parts": lambda: plots.three_parts({"training": 6, "test": 3}, ["learn", "judge"]),
    "learning_curves": lambda: plots.learning_curves([1.0, 0.5, 0.2], [1.1, 0.7, 0.9], 2),
    "before_and_after_dropout": lambda: plots.before_and_after_dropout(
        np.ones((2, 3)), np.array([[2.0, 0, 2], [0, 0, 2]])
    ),
    "reported_and_true": lambda: plots.reported_and_true({"a": 0.7, "b": 0.4}, [0.5, 0.5]),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_says_what_it_shows_and_is_the_same_bytes_twice(name):
    first, second = PICTURES[name](), PICTURES[name]()
    assert len(first.alt.split()) > 5
    assert first.png.startswith(b"\x89PNG")
    assert first.png == second.png


def test_maps_tell_which_share_each_classifier_gets_right():
    alt = PICTURES["decision_maps"]().alt
    assert "by x: 75% of these right" in alt
    assert "by y: 25% of these right" in alt


def test_curves_tell_both_ends_and_the_marked_epoch():
    alt = PICTURES["learning_curves"]().alt
    assert "Training: from 1.00 to 0.20" in alt
    assert "from 1.10 to 0.90; 0.70 at epoch 2" in alt


def test_dropout_counts_what_was_dropped():
    assert "3 of 6 entries are crossed out" in PICTURES["before_and_after_dropout"]().alt


def test_reported_stands_beside_true():
    alt = PICTURES["reported_and_true"]().alt
    assert "a: reported 0.700, true 0.500; b: reported 0.400, true 0.500" in alt


def test_parts_tell_sizes_and_uses():
    assert "training, 6 samples, learn; test, 3 samples, judge" in PICTURES["three_parts"]().alt

"""Pictures of lesson 03 say what they show and come out the same each time."""

import numpy as np
import pytest

from backprop_lib import plots

PREDICTIONS, TARGETS = np.array([4.0, 5.0, 0.0, 9.0]), np.array([3.0, 5.0, 2.0, 8.0])

PICTURES = {
    "loss_and_accuracy_maps": plots.loss_and_accuracy_maps,
    "squares_of_errors": lambda: plots.squares_of_errors(PREDICTIONS, TARGETS),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_says_what_it_shows_and_is_the_same_bytes_twice(name):
    first, second = PICTURES[name](), PICTURES[name]()
    assert len(first.alt.split()) > 5
    assert first.png.startswith(b"\x89PNG")
    assert first.png == second.png


def test_the_areas_and_their_mean_are_told():
    alt = plots.squares_of_errors(PREDICTIONS, TARGETS).alt
    assert "the areas 1, 0, 4, 1" in alt and "mean squared error, 1.5" in alt


def test_predictions_without_an_error_can_be_drawn():
    assert "mean squared error, 0." in plots.squares_of_errors(TARGETS, TARGETS).alt

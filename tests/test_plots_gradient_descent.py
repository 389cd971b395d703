"""Pictures of lesson 06 say what they show, and come out the same each time."""

import numpy as np
import pytest

from backprop_lib import plots

PATHS = {"plain": np.array([[-2.0, 1.0], [-1.0, 0.5]]), "Adam": np.array([[-2.0, 1.0], [0.0, 0.0]])}

PICTURES = {
    "paths_on_contours": lambda: plots.paths_on_contours(
        lambda w1, w2: w1**2 + w2**2, PATHS, (2.5, 1.5)
    ),
    "steps_on_a_curve": lambda: plots.steps_on_a_curve(
        lambda w: (w - 3) ** 2, {"rate 0.1": np.array([0.0, 0.6]), "rate 1": np.zeros(2)}, (-4, 10)
    ),
    "cost_of_learning": lambda: plots.cost_of_learning(
        [10, 1000], {"differences": [200, 20_000], "backpropagation": [30, 30]}
    ),
    "losses_by_epoch": lambda: plots.losses_by_epoch({"plain": [2.0, 1.0], "Adam": [2.0, 0.25]}),
}
TOLD = {
    "paths_on_contours": ("plain goes from a loss of 5 to 1.2 in 1 steps", "Adam"),
    "steps_on_a_curve": ("rate 0.1, from w = 0.00 to 0.60 in 1 steps", "rate 1"),
    "cost_of_learning": ("differences from 200 to 20,000", "10 to 1,000 parameters"),
    "losses_by_epoch": ("plain from 2 to 1", "Adam from 2 to 0.25"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_says_what_it_shows_and_is_the_same_bytes_twice(name):
    first, second = PICTURES[name](), PICTURES[name]()
    assert all(words in first.alt for words in TOLD[name])
    assert first.png.startswith(b"\x89PNG")
    assert first.png == second.png

"""Pictures say what they show, come out the same each time, and refuse to be silent."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from backprop_lib import plots

X = np.linspace(-2, 2, 5)

PICTURES = {
    "forward_and_back": lambda: plots.forward_and_back(["linear", "loss"], "xyl", "abc"),
    "forward_and_back with caches": lambda: plots.forward_and_back(
        ["linear", "ReLU", "loss"], ["x", "", "", "L"], ["", "", "", "1"], {"a": 2, "b": 1}
    ),
    "share_of_each_sample": lambda: plots.share_of_each_sample(np.ones((3, 2, 2)), ("s", "dw")),
    "gates": lambda: plots.gates(X, np.maximum(X, 0)),
    "pull_on_scores": lambda: plots.pull_on_scores(np.array([0.2, 0.5, 0.3]), 1, "abc"),
    "work_per_gradient": lambda: plots.work_per_gradient([10, 100], {"differences": [20, 200]}),
    "training_curves": lambda: plots.training_curves(
        {"loss": [2.0, 1.0], "test accuracy": [0.5, 0.9]}
    ),
    "digits_with_predictions": lambda: plots.digits_with_predictions(
        np.ones((2, 64)), np.array([1, 2]), np.array([1, 7])
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_says_what_it_shows_and_is_the_same_bytes_twice(name):
    first, second = PICTURES[name](), PICTURES[name]()
    assert len(first.alt.split()) > 5
    assert first.png.startswith(b"\x89PNG")
    assert first.png == second.png


def test_a_chain_tells_the_labels_that_are_there_and_which_boxes_a_cache_belongs_to():
    alt = PICTURES["forward_and_back with caches"]().alt
    assert "on these stands x, L." in alt and "on these stands 1." in alt
    assert "a belongs to linear and ReLU. b belongs to loss." in alt
    assert "belongs" not in PICTURES["forward_and_back"]().alt


def test_shares_are_told_one_for_each_sample():
    alt = plots.share_of_each_sample(np.ones((3, 2, 2)), ("sample", "dw")).alt
    assert alt == "3 small matrices, one for each sample, add up to dw."


def test_a_notebook_gets_the_png_and_a_terminal_the_words():
    picture = plots.training_curves({"loss": [2.0, 1.0], "test accuracy": [0.5, 0.9]})
    html = picture._repr_html_()
    assert 'alt="' in html and "base64," in html
    assert picture.alt in repr(picture)


def test_a_picture_without_words_is_refused():
    with pytest.raises(ValueError, match="alternative text"):
        plots.show(Figure(), "  ")

"""Pictures of lesson 02 say what they show and come out the same each time."""

import numpy as np
import pytest

from backprop_lib import plots

X = np.linspace(-2, 2, 5)
XOR = {
    "w1": np.ones((2, 2)),
    "b1": np.array([0.0, -1.0]),
    "w2": np.array([[1.0], [-2.0]]),
    "b2": np.array([-0.5]),
}

PICTURES = {
    "bent_plane": plots.bent_plane,
    "bent_plane of params": lambda: plots.bent_plane(XOR),
    "function_graphs": lambda: plots.function_graphs(
        X, {"a": X, "b": X**2}, ("x", "y"), "A line and a parabola through the same origin."
    ),
    "chain_of_layers": lambda: plots.chain_of_layers(["linear", "ReLU"], ["x", "h", "out"]),
    "scores_and_probabilities": lambda: plots.scores_and_probabilities(
        np.array([1.0, -2.0]), np.array([0.95, 0.05]), ["cat", "owl"]
    ),
    "signal_sizes": lambda: plots.signal_sizes({"He": [1.0, 1.1], "spread 1": [1.0, 7.0]}),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_says_what_it_shows_and_is_the_same_bytes_twice(name):
    first, second = PICTURES[name](), PICTURES[name]()
    assert len(first.alt.split()) > 5
    assert first.png.startswith(b"\x89PNG")
    assert first.png == second.png


def test_the_bent_plane_tells_how_many_corners_are_right():
    assert "right at 4 of 4" in plots.bent_plane().alt
    assert "right at 4 of 4" in plots.bent_plane(XOR).alt
    assert "right at 3 of 4" in plots.bent_plane(XOR | {"w2": np.array([[1.0], [0.0]])}).alt


def test_a_plane_that_is_crushed_to_a_point_can_be_drawn():
    nothing = {name: np.zeros_like(array) for name, array in XOR.items()}
    assert "right at 2 of 4" in plots.bent_plane(nothing).alt


def test_numbers_are_told_with_the_bars_and_the_lines():
    alt = PICTURES["scores_and_probabilities"]().alt
    assert "[1.0, -2.0]" in alt and "[0.95, 0.05]" in alt
    assert "spread 1: 7" in PICTURES["signal_sizes"]().alt


def test_a_chain_needs_a_label_before_between_and_after():
    assert "x, h, out" in PICTURES["chain_of_layers"]().alt

"""Pictures of lesson 04, and where the nodes of a graph are drawn."""

import itertools
import math

import pytest

from backprop_lib import plots
from backprop_lib.explorers.chain_rule import GRAPHS
from backprop_lib.graph_layout import edges_of, formula_of, places_of

SQUARE = {"u": ("multiply", "x", "x"), "out": ("add", "u", "y")}

PICTURES = {
    "graph": lambda: plots.graph_of_numbers(SQUARE),
    "graph with values": lambda: plots.graph_of_numbers(SQUARE, {"x": 3.0, "y": 1.0}),
    "graph with gradients": lambda: plots.graph_of_numbers(SQUARE, {"x": 3.0, "y": 1.0}, "out"),
    "growing_square": lambda: plots.growing_square(3.0, 0.5),
    "slope_from_points": lambda: plots.slope_from_points(math.exp, 0.0, 0.5, 1.0, "exp"),
    "slope at a kink": lambda: plots.slope_from_points(abs, 0.0, 0.5, None, "abs"),
    "error_against_step": lambda: plots.error_against_step(
        [1e-1, 1e-2, 1e-3], {"one side": [0.1, 0.01, 0.02], "both sides": [0.01, 0.0, 0.03]}
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_says_what_it_shows_and_is_the_same_bytes_twice(name):
    first, second = PICTURES[name](), PICTURES[name]()
    assert len(first.alt.split()) > 5
    assert first.png.startswith(b"\x89PNG")
    assert first.png == second.png


def test_a_graph_tells_its_formulas_values_and_gradients():
    bare, valued, full = (
        PICTURES[f"graph{more}"]() for more in ("", " with values", " with gradients")
    )
    assert "u = x · x, out = u + y" in bare.alt and "values" not in bare.alt
    assert "values: x 3, u 9, y 1, out 10" in valued.alt and "gradients" not in valued.alt
    assert "gradients: x 6, u 1, y 1, out 1" in full.alt
    assert len({bare.png, valued.png, full.png}) == 3


def test_slopes_are_those_of_the_points_and_a_kink_has_none():
    exp = PICTURES["slope_from_points"]().alt
    assert f"slope {(math.exp(0.5) - 1) / 0.5:.3g}" in exp
    assert f"slope {math.exp(0.5) - math.exp(-0.5):.3g}" in exp
    assert "true 1" in exp
    kink = PICTURES["slope at a kink"]().alt
    assert "slope 1." in kink and "slope 0." in kink and "none is true" in kink


def test_the_best_step_is_told_and_an_error_of_nothing_is_left_out():
    alt = PICTURES["error_against_step"]().alt
    assert "one side: smallest, 1e-02, at a step of 1e-02" in alt
    assert "both sides: smallest, 1e-02, at a step of 1e-01" in alt


@pytest.mark.parametrize("graph", [SQUARE, *GRAPHS.values()], ids=lambda graph: next(iter(graph)))
def test_parents_are_drawn_on_the_left_and_no_two_boxes_meet(graph):
    places = places_of(graph)
    assert set(places) == set(graph) | {parent for parent, _, _ in edges_of(graph)}
    for parent, node, _ in edges_of(graph):
        assert places[parent][0] < places[node][0]
    for (x0, y0), (x1, y1) in itertools.combinations(places.values(), 2):
        assert x0 != x1 or abs(y0 - y1) >= 0.99


def test_an_arrow_keeps_clear_of_the_boxes_and_numbers_that_it_passes():
    for graph in GRAPHS.values():
        places = places_of(graph)
        for parent, node, _ in edges_of(graph):
            (x0, y0), (x1, y1) = places[parent], places[node]
            for name, (x, y) in places.items():
                if x0 < x < x1:
                    at = y0 + (y1 - y0) * (x - x0) / (x1 - x0)
                    # numbers stand 0.31 above and below the middle of a box, 0.1 in half height
                    assert abs(at - y) > 0.45, f"{parent} to {node} crosses {name}"


def test_formulas_of_nodes_and_inputs():
    assert [formula_of(GRAPHS["a gate"], name) for name in ("x", "s", "r")] == [
        "x",
        "s = x + y",
        "r = relu(s)",
    ]
    assert edges_of(SQUARE) == [("x", "u", 0), ("x", "u", 1), ("u", "out", 0), ("y", "out", 1)]

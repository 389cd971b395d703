"""The explorer of lesson 04 goes through a graph as the chain rule says."""

import itertools
import math
import re

import pytest

from backprop_lib import graph_forward, numerical_gradient
from backprop_lib.explorers import graph_step_by_step
from backprop_lib.explorers.chain_rule import GRAPHS, walks
from backprop_lib.explorers.scene import Arrow, Box, Text
from backprop_lib.graph_layout import edges_of

EXPLORER = graph_step_by_step()
PLACES = [{"x": 1.0, "y": 0.5}, {"x": -1.3, "y": 1.7}, {"x": 2.0, "y": -1.9}]

graphs = pytest.mark.parametrize("name", GRAPHS)


def scene_at(**values):
    return EXPLORER.scene(EXPLORER.setting(values))


def marks(scene, kind):
    return [mark for mark in scene.panels[0].marks if isinstance(mark, kind)]


def seen(scene):
    """Everything that is drawn and said."""
    return scene.panels[0], scene.readout, scene.alt


@graphs
@pytest.mark.parametrize("inputs", PLACES, ids=str)
def test_ends_with_the_gradients_that_differences_find(name, inputs):
    last = walks(GRAPHS[name], inputs)[-1]
    measured = numerical_gradient(GRAPHS[name], inputs, "out", 1e-5)
    for x in inputs:
        assert last.gradients[x] == pytest.approx(measured[x], abs=1e-6, rel=1e-6)


@graphs
def test_takes_a_step_for_each_node_forward_and_for_each_edge_back(name):
    graph, inputs = GRAPHS[name], PLACES[0]
    steps = walks(graph, inputs)
    edges = edges_of(graph)
    assert len(steps) == 1 + len(graph) + 1 + len(edges) + 1
    assert [set(step.values) - set(inputs) for step in steps[:2]] == [set(), {next(iter(graph))}]
    assert steps[len(graph)].values == graph_forward(graph, inputs)
    assert not steps[len(graph)].gradients
    assert steps[len(graph) + 1].gradients == {"out": 1.0}
    assert sorted(steps[-1].sent) == sorted(edges)


@graphs
def test_a_node_sends_only_when_all_that_use_it_have_sent(name):
    graph = GRAPHS[name]
    for before, after in itertools.pairwise(walks(graph, PLACES[0])):
        for parent, node, _ in set(after.sent) - set(before.sent):
            uses = {edge for edge in edges_of(graph) if edge[0] == node}
            assert uses <= set(before.sent), f"{node} sends to {parent} too early"


def test_a_second_share_is_added_to_the_first():
    first = scene_at(graph="a value used twice", x=1.0, y=0.5, step=5)
    assert "out sends p its gradient 1 times the slope 1.5" in first.readout
    assert "the first to reach p" in first.readout
    second = scene_at(graph="a value used twice", x=1.0, y=0.5, step=7)
    assert "p had 1.5 from before; the sum is 2." in second.readout
    assert second.panels[0].title.endswith("1.5 + 0.5 × 1 = 2")


def test_two_shares_can_cancel():
    for x in (-1.5, 0.3, 2.0):
        assert "d(out)/dx = 0," in scene_at(graph="a value used twice", x=x, y=-1, step=19).readout
    assert "d(out)/dx = 0," not in scene_at(graph="a value used twice", y=-0.9, step=19).readout


def test_a_shut_gate_lets_nothing_back():
    shut = scene_at(graph="a gate", x=0.5, y=-0.6, step=19)
    assert shut.readout.endswith("d(out)/dx = 0, d(out)/dy = 0.")
    opened = scene_at(graph="a gate", x=0.5, y=-0.4, step=19)
    assert opened.readout.endswith("d(out)/dx = 0.6, d(out)/dy = 0.5.")


def test_a_silent_input_stops_the_gradient_of_its_partner():
    said = scene_at(graph="a chain", x=0, y=1, step=19).readout
    assert said.endswith("d(out)/dx = 1, d(out)/dy = 0.")


def test_every_control_changes_the_picture_and_what_is_said():
    start = scene_at()
    for change in ({"step": 6}, {"graph": "a gate"}, {"x": 1.1}, {"y": 0.4}):
        other = scene_at(**change)
        assert all(a != b for a, b in zip(seen(start), seen(other), strict=True)), change


def test_alt_and_picture_tell_what_is_known_and_no_more():
    forward = scene_at(graph="the long formula", step=3)
    assert "k has the value 1.65" in forward.alt and "s has the value" not in forward.alt
    assert "gradient" not in forward.alt
    assert not [text for text in marks(forward, Text) if text.colour == "orange"]
    assert [box.text for box in marks(forward, Box) if box.strong] == ["k = exp(p)"]
    assert {arrow.colour for arrow in marks(forward, Arrow)} == {"blue", "grey"}
    done = scene_at(graph="the long formula", step=19)
    assert "x has the gradient" in done.alt
    below = [text for text in marks(done, Text) if text.colour == "orange"]
    assert len(below) == len(GRAPHS["the long formula"]) + 2
    assert {arrow.colour for arrow in marks(done, Arrow)} == {"orange"}


def test_a_shorter_graph_stays_at_its_end():
    end = len(walks(GRAPHS["a chain"], PLACES[0])) - 1
    assert end < 19
    said = scene_at(graph="a chain", step=end).readout
    assert f"Step {end} of {end}. All done" in said
    assert scene_at(graph="a chain", step=19).readout == said
    assert scene_at(graph="a chain", step=end - 1).readout != said


@graphs
@pytest.mark.parametrize("x", [-2, 0, 2])
@pytest.mark.parametrize("y", [-2, 0, 2])
def test_every_corner_has_finite_numbers(name, x, y):
    for step in (0, 19):
        scene = scene_at(graph=name, x=x, y=y, step=step)
        assert not re.search(r"nan|inf|\de[+−]", scene.readout + scene.alt)
        for mark in marks(scene, (Arrow, Box, Text)):
            assert all(math.isfinite(v) for v in vars(mark).values() if isinstance(v, float))


def test_marks_lie_inside_the_panel():
    for name in GRAPHS:
        panel = scene_at(graph=name, step=19).panels[0]
        for box in marks(scene_at(graph=name, step=19), Box):
            assert panel.x.low < box.x - box.width / 2 and box.x + box.width / 2 < panel.x.high
            assert panel.y.low < box.y - box.height / 2 and box.y + box.height / 2 < panel.y.high

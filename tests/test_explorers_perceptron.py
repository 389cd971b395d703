"""The explorer of lesson 01: move a perceptron's weights, see its line."""

import numpy as np
import pytest

from backprop_lib import explorers

PERCEPTRON = explorers.perceptron()


def at(problem="AND", w1=0.0, w2=0.0, b=0.0):
    return PERCEPTRON.scene(PERCEPTRON.setting({"problem": problem, "w1": w1, "w2": w2, "b": b}))


def marks(scene):
    names = ("dots", "line", "arrow", "ones", "zeros", "wrong", "ring")
    return dict(zip(names, scene.panels[0].marks, strict=True))


def test_the_line_lies_where_the_sum_is_zero_and_the_dots_where_it_is_positive():
    w, b = np.array([0.75, -0.5]), 0.25
    seen = marks(at("AND", *w, b))
    ends = np.array([seen["line"].x, seen["line"].y])
    assert np.allclose(w @ ends + b, 0)
    dots = np.array([seen["dots"].x, seen["dots"].y])
    assert dots.size and (w @ dots + b > 0).all()
    assert (seen["arrow"].x1, seen["arrow"].y1) == (seen["ring"].x, seen["ring"].y) == tuple(w)


@pytest.mark.parametrize(
    ("problem", "b", "right", "wrong"),
    [("AND", -1.5, 4, []), ("OR", -0.5, 4, []), ("XOR", -0.5, 3, [(1, 1)])],
)
def test_and_and_or_yield_xor_does_not(problem, b, right, wrong):
    scene = at(problem, 1, 1, b)
    assert scene.readout.startswith(f"{problem}: {right} of 4 right.")
    seen = marks(scene)["wrong"]
    assert list(zip(seen.x, seen.y, strict=True)) == wrong
    assert f"gets {right} of 4 right" in scene.alt


def test_no_setting_at_all_solves_xor():
    halves = np.arange(-4, 5) / 2
    settings = [(w1, w2, b) for w1 in halves[1:-1] for w2 in halves[1:-1] for b in halves]
    assert not any(at("XOR", *map(float, s)).readout.startswith("XOR: 4") for s in settings)


def test_a_sum_of_exactly_zero_is_no_one():
    # the corner (1, 1) lies on the line, though 0.375 + 0.625 - 1 is made of fractions
    scene = at("AND", 0.375, 0.625, -1)
    assert "(1, 1) 0.000" in scene.readout
    assert "says 1 for none of them" in scene.alt


def test_without_weights_there_is_no_line():
    scene = at("OR", 0, 0, 1)
    assert len(marks(scene)["line"].x) == 0
    assert "There is no line" in scene.alt
    assert scene.readout.startswith("OR: 3 of 4 right.")


def test_the_button_learns_from_one_mistake_by_the_perceptrons_rule():
    start = {"problem": "AND", "w1": 1.0, "w2": 0.5, "b": 0.25}
    # the first corner, (0, 0), is taken for a 1: only the bias can be to blame
    assert PERCEPTRON.press("learn", start) == start | {"b": 0.0}


def test_the_button_changes_nothing_when_all_is_right():
    solved = {"problem": "AND", "w1": 1.0, "w2": 1.0, "b": -1.5}
    assert PERCEPTRON.press("learn", solved) == solved


@pytest.mark.parametrize(("problem", "mistakes"), [("AND", 10), ("OR", 4), ("XOR", None)])
def test_from_zero_it_takes_as_many_mistakes_as_the_lesson_says(problem, mistakes):
    values = PERCEPTRON.press("zeros", {"problem": problem, "w1": 1.0})
    assert (values["w1"], values["w2"], values["b"]) == (0, 0, 0)
    counted = 0
    while ": 4 of 4" not in PERCEPTRON.scene(values).readout and counted < 200:
        values = PERCEPTRON.press("learn", values)
        counted += 1
    assert counted == (mistakes or 200)


@pytest.mark.parametrize("start", [(-1.5, 1.5, 2.0), (1.5, -1.5, -2.0), (-1.5, -1.5, 2.0)])
@pytest.mark.parametrize("problem", ["AND", "OR"])
def test_the_button_ends_from_the_corners_of_the_sliders_too(problem, start):
    values = {"problem": problem} | dict(zip(("w1", "w2", "b"), start, strict=True))
    for _ in range(50):
        values = PERCEPTRON.press("learn", values)
    assert ": 4 of 4" in PERCEPTRON.scene(values).readout

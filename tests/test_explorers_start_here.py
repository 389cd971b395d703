"""The explorer of lesson 00: one neuron with one input."""

import math

import numpy as np
import pytest

from backprop_lib import explorers

NEURON = explorers.neuron()


def at(w, b, x):
    return NEURON.scene(NEURON.setting({"w": w, "b": b, "x": x}))


@pytest.mark.parametrize(("w", "b", "x"), [(1, 0, 1), (-2, 3, 0.5), (4, -4, 2), (4, 4, 4)])
def test_the_point_and_the_ring_lie_where_the_sigmoid_is(w, b, x):
    curve, _, point, ring = at(w, b, x).panels[0].marks
    answer = 1 / (1 + math.exp(-(w * x + b)))
    assert point.x == [x] and point.y == [pytest.approx(answer)]
    assert (ring.x, ring.y) == (x, pytest.approx(answer))
    assert np.allclose(curve.y, 1 / (1 + np.exp(-(w * np.asarray(curve.x) + b))))


def test_the_readout_tells_sum_answer_and_where_it_is_undecided():
    scene = at(2, -3, 1)
    assert scene.readout.startswith("w x + b = −1.00, so the neuron answers 0.27.")
    assert "x = −b / w = 1.50" in scene.readout
    assert "rises" in scene.alt and "falls" in at(-2, -3, 1).alt


def test_without_a_weight_the_line_is_flat_and_nothing_is_undecided():
    scene = at(0, 1, 3)
    curve, undecided, *_ = scene.panels[0].marks
    assert np.ptp(curve.y) == 0
    assert len(undecided.x) == len(undecided.y) == 0
    assert "same answer" in scene.readout and "flat" in scene.alt


def test_the_lessons_exercise_has_the_answer_that_the_lesson_gives():
    def solves(w):
        marks = [at(w, -w, x).panels[0].marks[2].y[0] for x in (0, 1, 2)]
        return marks[0] < 0.05 and marks[1] == 0.5 and marks[2] > 0.95

    assert next(w for w in np.arange(0, 41) / 10 if solves(float(w))) == 3.0


@pytest.mark.parametrize("control", ["w", "b", "x"])
def test_every_slider_changes_picture_and_words_up_to_its_ends(control):
    seen = {at(**{"w": 1, "b": 0.5, "x": 1} | {control: v}).readout for v in (-9, -4, 0, 1, 4, 9)}
    assert len(seen) == 4  # beyond the ends nothing new comes; at 1 or 0 only one is the same

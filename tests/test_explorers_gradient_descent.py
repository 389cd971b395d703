"""The explorer of lesson 06, driven without a browser: it walks as the rules say."""

import numpy as np
import pytest

from backprop_lib import explorers
from backprop_lib.explorers.gradient_descent import LANDSCAPES, METHODS, MOST_STEPS

EXPLORER = explorers.downhill()


def scene(**values):
    return EXPLORER.scene(EXPLORER.setting(values))


def path(seen):
    line = seen.panels[0].marks[1]
    return np.stack([line.x, line.y], axis=1)


@pytest.mark.parametrize("name", LANDSCAPES)
def test_gradients_are_those_of_the_losses(name):
    landscape = LANDSCAPES[name]
    h = 1e-6
    for w1, w2 in np.random.default_rng(0).uniform(-2, 2, (20, 2)):
        numeric = [
            (landscape.loss(w1 + h, w2) - landscape.loss(w1 - h, w2)) / (2 * h),
            (landscape.loss(w1, w2 + h) - landscape.loss(w1, w2 - h)) / (2 * h),
        ]
        np.testing.assert_allclose(landscape.gradient(np.array([w1, w2])), numeric, atol=1e-7)


@pytest.mark.parametrize("name", LANDSCAPES)
def test_the_lowest_point_of_each_map_is_at_zero(name):
    w1 = np.linspace(-2, 2, 4001)
    lowest = LANDSCAPES[name].loss(w1, 0.0).min()
    assert 0 <= lowest < 1e-4


def test_plain_steps_in_the_bowl_shrink_the_distance_by_a_constant_factor():
    places = path(scene(landscape="round bowl", momentum=0.0, learning_rate=0.1, steps=5))
    np.testing.assert_allclose(places[1:], 0.8 * places[:-1])
    assert len(places) == 6


def test_momentum_adds_up_steps_that_point_the_same_way():
    start = {"landscape": "narrow valley", "learning_rate": 0.02, "steps": 20, "start2": 0.0}
    plain = path(scene(momentum=0.0, **start))
    much = path(scene(momentum=0.9, **start))
    # at w2 = 0 each step multiplies w1 by 1 - 0.02 * 0.2
    np.testing.assert_allclose(plain[:, 0], plain[0, 0] * 0.996 ** np.arange(len(plain)))
    assert much[-1, 0] - much[0, 0] > 4 * (plain[-1, 0] - plain[0, 0])


def test_the_first_step_of_adam_has_the_length_of_the_learning_rate():
    places = path(scene(method="Adam", learning_rate=0.3, steps=1))
    np.testing.assert_allclose(np.abs(places[1] - places[0]), 0.3, rtol=1e-6)


def test_no_way_off_the_ridge_without_a_slope_to_the_side():
    stuck = path(scene(landscape="saddle", momentum=0.0, steps=100, start1=0.0))
    aside = path(scene(landscape="saddle", momentum=0.0, steps=100, start1=0.05))
    assert np.abs(stuck[-1]).max() < 1e-3
    assert aside[-1, 0] == pytest.approx(1.0, abs=1e-2)


def test_momentum_rolls_through_the_shallow_valley():
    calm = path(scene(landscape="two valleys", momentum=0.68, steps=100))
    swift = path(scene(landscape="two valleys", momentum=0.69, steps=100))
    assert calm[-1, 0] < -0.8 and swift[-1, 0] > 1.0


def test_the_best_learning_rates_that_the_lesson_tells():
    def told(**values):
        readout = scene(landscape="narrow valley", steps=100, **values).readout
        return int(readout.rstrip(".").split("since step ")[1])

    plain = {rate / 100: told(momentum=0.0, learning_rate=rate / 100) for rate in range(30, 50)}
    assert [rate for rate in plain if plain[rate] == min(plain.values())] == [0.44, 0.45]
    assert min(plain.values()) == 18
    assert told(method="momentum", learning_rate=0.6, momentum=0.46) == 7
    assert told(method="Adam", learning_rate=0.41, momentum=0.2) == 4


def test_a_walk_that_is_lost_says_so_and_stops():
    seen = scene(landscape="round bowl", momentum=0.0, learning_rate=1.2, steps=100)
    assert "lost" in seen.readout and "far out of the picture" in seen.alt
    assert len(path(seen)) < MOST_STEPS
    assert np.isfinite(path(seen)).all()


def test_has_not_settled_before_it_has():
    early = scene(landscape="narrow valley", momentum=0.0, learning_rate=0.44, steps=17)
    late = scene(landscape="narrow valley", momentum=0.0, learning_rate=0.44, steps=18)
    assert "not settled" in early.readout and "since step 18" in late.readout


@pytest.mark.parametrize("landscape", LANDSCAPES)
@pytest.mark.parametrize("method", METHODS)
def test_every_edge_of_every_control_gives_finite_numbers_and_words(landscape, method):
    for rate in (0.01, 1.2):
        for momentum in (0.0, 0.98):
            for steps in (0, MOST_STEPS):
                for start in ((-2.0, -1.4), (2.0, 1.4)):
                    seen = scene(
                        landscape=landscape,
                        method=method,
                        learning_rate=rate,
                        momentum=momentum,
                        steps=steps,
                        start1=start[0],
                        start2=start[1],
                    )
                    for mark in seen.panels[1].marks:
                        assert np.isfinite(mark.y).all()
                    plain = method == "momentum" and momentum == 0
                    assert ("plain" if plain else method) in seen.readout
                    assert landscape in seen.alt
                    assert "nan" not in seen.readout + seen.alt


@pytest.mark.parametrize("control", [control.name for control in EXPLORER.controls])
def test_every_control_changes_picture_and_words(control):
    other = {
        "landscape": "saddle",
        "method": "Adam",
        "learning_rate": 0.2,
        "momentum": 0.5,
        "steps": 10,
        "start1": 1.0,
        "start2": -0.5,
    }
    before, after = scene(), scene(**{control: other[control]})
    assert before.readout != after.readout and before.alt != after.alt
    assert path(before).shape != path(after).shape or (path(before) != path(after)).any()


def test_the_ring_lies_at_the_start_and_moves_it():
    seen = scene(start1=0.5, start2=-0.25)
    handle = seen.panels[0].marks[-1]
    assert (handle.x, handle.y) == (0.5, -0.25) == tuple(path(seen)[0])
    assert (handle.x_control, handle.y_control) == ("start1", "start2")

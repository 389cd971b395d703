"""What one answer costs, and the loss over two weights: the scenes follow from the formulas."""

import re

import numpy as np
import pytest

from backprop_lib.explorers import Choice, Slider, Toggle, loss_of_prediction, loss_surface
from backprop_lib.explorers.explorer import wire

ANSWER, SURFACE = loss_of_prediction(), loss_surface()
LINE, YES_OR_NO, SHARE = next(c for c in SURFACE.controls if c.name == "task").options


def marks(panel, kind):
    return [mark for mark in panel.marks if mark.kind == kind]


def picture(scene):
    buffers = []
    return repr(wire(scene.panels, buffers)), buffers


def in_numbers(text):
    return [float(n) for n in re.findall(r"[-+]?\d+\.\d+", text.replace("−", "-"))]


# what one answer costs


@pytest.mark.parametrize("right", ["0", "1"])
@pytest.mark.parametrize("score", [-6.0, -2.0, -0.7, 0.0, 0.1, 3.4, 6.0])
def test_losses_and_slopes_are_those_of_the_formulas(score, right):
    scene = ANSWER.scene(ANSWER.setting({"score": score, "right": right}))
    c = int(right)
    p = 1 / (1 + np.exp(-score))
    surprise = -np.log(p if c else 1 - p)
    slopes = (p - c, 2 * (p - c) * p * (1 - p))
    wanted = [score, p, surprise, slopes[0], (p - c) ** 2, slopes[1], 0.0]
    assert np.allclose(in_numbers(scene.readout), wanted, atol=6e-4)
    wrong = (score > 0) != (c == 1)
    assert f"The answer is {'wrong' if wrong else 'right'}" in scene.readout
    for panel, x in zip(scene.panels, (p, score), strict=True):
        at = [(float(m.x[0]), float(m.y[0])) for m in marks(panel, "points")]
        assert np.allclose(at, [(x, surprise), (x, (p - c) ** 2), (x, wrong)])


@pytest.mark.parametrize("right", ["0", "1"])
def test_slopes_are_those_of_the_curves(right):
    h = 0.05
    for score in (-3.0, 0.5, 2.0):
        scene = ANSWER.scene(ANSWER.setting({"score": score, "right": right}))
        lines = marks(scene.panels[1], "line")
        for curve, tangent in zip(lines[:2], lines[3:], strict=True):
            here = np.interp([score - h, score + h], curve.x, curve.y)
            slope = (tangent.y[1] - tangent.y[0]) / (tangent.x[1] - tangent.x[0])
            assert np.isclose((here[1] - here[0]) / (2 * h), slope, atol=2e-3)


def test_sure_and_wrong_the_cross_entropy_pulls_and_the_squared_error_has_given_up():
    scene = ANSWER.scene(ANSWER.setting({"score": -6.0}))
    _, _, _, steep, _, flat, _ = in_numbers(scene.readout)
    assert steep < -0.99 and abs(flat) < 0.01


def test_the_squared_error_pulls_hardest_where_it_is_not_largest():
    scores = np.round(np.linspace(-6, 6, 121), 1)
    slopes = [in_numbers(ANSWER.scene(ANSWER.setting({"score": s})).readout)[5] for s in scores]
    assert scores[np.argmin(slopes)] == pytest.approx(-0.7)


def test_a_score_of_zero_says_0():
    assert "wrong" in ANSWER.scene(ANSWER.setting({"score": 0.0, "right": "1"})).readout
    assert "right (slope" in ANSWER.scene(ANSWER.setting({"score": 0.0, "right": "0"})).readout


def test_without_slopes_no_line_is_drawn_and_none_is_told():
    scene = ANSWER.scene(ANSWER.setting({"slopes": False}))
    assert "slope" not in scene.readout
    assert all(np.isnan(m.y).all() for m in marks(scene.panels[1], "line")[3:])


def test_alt_text_tells_the_setting():
    alt = ANSWER.scene(ANSWER.setting({"score": -2.0, "right": "0"})).alt
    assert "the right answer is 0" in alt and "At the score −2.0 they are 0.127, 0.014 and 0" in alt


# the loss over two weights


def samples(scene):
    (points,) = marks(scene.panels[0], "points")
    return np.array(points.x), np.array(points.y)


def loss_of(task, x, y, w, b):
    s = w * x + b
    if task == LINE:
        return np.mean((s - y) ** 2)
    if task == YES_OR_NO:
        return np.mean(np.log1p(np.exp(np.where(y == 1, -s, s))))
    return np.mean((s > 0) != (y == 1))


@pytest.mark.parametrize("outlier", [False, True])
@pytest.mark.parametrize("task", [LINE, YES_OR_NO, SHARE])
def test_loss_and_steps_are_those_of_the_samples_shown(task, outlier):
    for w, b in ((-1.0, 2.0), (0.0, 0.0), (3.0, -3.0), (0.8, 0.6)):
        scene = SURFACE.scene(SURFACE.setting({"task": task, "outlier": outlier, "w": w, "b": b}))
        x, y = samples(scene)
        loss = loss_of(task, x, y, w, b)
        steps = [loss_of(task, x, y, w + 0.1, b) - loss, loss_of(task, x, y, w, b + 0.1) - loss]
        said = in_numbers(scene.readout)  # w, b, loss, the 0.1, and the two changes
        assert np.allclose(said, [w, b, loss, 0.1, *steps], atol=6e-4)
        (handle,) = marks(scene.panels[1], "handle")
        assert (handle.x, handle.y, handle.x_control, handle.y_control) == (w, b, "w", "b")


def test_the_map_is_darker_where_the_loss_is_higher():
    scene = SURFACE.scene(SURFACE.start)
    (image,) = marks(scene.panels[1], "image")
    x, y = samples(scene)

    def light_at(w, b):
        return int(image.rgb[round((3 - b) / 0.1), round((w + 3) / 0.1)].sum())

    places = [(-3.0, 3.0), (-3.0, 0.0), (-1.0, -1.0), (0.9, 0.6)]
    losses = [loss_of(LINE, x, y, *place) for place in places]
    assert losses == sorted(losses, reverse=True)
    lights = [light_at(*place) for place in places]
    assert lights == sorted(lights) and len(set(lights)) == len(lights)


def test_the_lowest_point_is_the_best_line():
    shown = SURFACE.scene(SURFACE.setting({"lowest": True}))
    w, b = np.polyfit(*samples(shown), 1)
    cross = marks(shown.panels[1], "points")[0]
    assert len(cross.x) == 1
    assert abs(cross.x[0] - w) < 0.06 and abs(cross.y[0] - b) < 0.06
    assert "The lowest on the map is" in shown.readout and "The lowest" in shown.alt
    hidden = SURFACE.scene(SURFACE.start)
    assert len(marks(hidden.panels[1], "points")[0].x) == 0
    assert "lowest" not in hidden.readout


def test_a_sample_that_does_not_fit_moves_the_lowest_point():
    there = [
        marks(SURFACE.scene(SURFACE.setting({"lowest": True, "outlier": o})).panels[1], "points")[0]
        for o in (False, True)
    ]
    assert there[0].x[0] - there[1].x[0] > 0.5


def test_the_share_of_wrong_answers_is_lowest_at_many_places():
    scene = SURFACE.scene(SURFACE.setting({"task": SHARE, "lowest": True}))
    crosses = marks(scene.panels[1], "points")[0]
    assert len(crosses.x) > 10
    assert f"at {len(crosses.x)} places" in scene.readout
    x, y = samples(scene)
    losses = {
        round(loss_of(SHARE, x, y, w, b), 9) for w, b in zip(crosses.x, crosses.y, strict=True)
    }
    assert len(losses) == 1


def test_knowing_nothing_costs_log_2():
    scene = SURFACE.scene(SURFACE.setting({"task": YES_OR_NO, "w": 0.0, "b": 0.0}))
    assert in_numbers(scene.readout)[2] == pytest.approx(np.log(2), abs=6e-4)


@pytest.mark.parametrize(
    ("explorer", "control"),
    [(e, c) for e in (ANSWER, SURFACE) for c in e.controls],
    ids=lambda value: getattr(value, "name", ""),
)
def test_every_control_changes_picture_and_readout_at_its_ends(explorer, control):
    start = explorer.start
    if isinstance(control, Slider):
        others = [control.low, control.high]
    elif isinstance(control, Choice):
        others = [option for option in control.options if option != control.value]
    else:
        assert isinstance(control, Toggle)
        others = [not control.value]
    before = explorer.scene(start)
    for value in others:
        after = explorer.scene(start | {control.name: value})
        assert after.readout != before.readout
        assert picture(after) != picture(before)


def test_no_zero_is_written_with_a_minus():
    for values in ({"score": 6.0, "right": "1"}, {"score": -0.0, "right": "0"}):
        assert not re.search(r"−0\.0+\b", ANSWER.scene(ANSWER.setting(values)).readout)
    flat = SURFACE.scene(SURFACE.setting({"task": SHARE, "w": 2.5, "b": 1.0}))
    assert "by 0.000, one in b by 0.000" in flat.readout

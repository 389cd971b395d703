"""Bend the plane: what is seen follows from the nine sliders as the network's formula says."""

import itertools

import numpy as np
import pytest

from backprop_lib import mlp_forward
from backprop_lib.explorers import Button, Choice, Slider, Toggle, bend_the_plane, perceptron
from backprop_lib.explorers.explorer import wire

EXPLORER = bend_the_plane()
CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
LABELS = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "XOR": [0, 1, 1, 0]}
TWO_MOVES = {"w21": -1.0, "w12": -1.0}
"""An answer to XOR that needs two sliders, as the lesson says."""


def scene_at(**values):
    return EXPLORER.scene(EXPLORER.setting(values))


def marks(panel, kind):
    return [mark for mark in panel.marks if mark.kind == kind]


def wrong_corners(scene):
    (crosses,) = [m for m in marks(scene.panels[0], "points") if m.label == "wrong"]
    return sorted(zip(crosses.x.tolist(), crosses.y.tolist(), strict=True))


def params_of(values):
    return {
        "w1": np.array([[values["w11"], values["w12"]], [values["w21"], values["w22"]]]),
        "b1": np.array([values["b1"], values["b2"]]),
        "w2": np.array([[values["v1"]], [values["v2"]]]),
        "b2": np.array([values["c"]]),
    }


def random_settings(count=12):
    rng = np.random.default_rng(3)
    names = [c.name for c in EXPLORER.controls if isinstance(c, Slider)]
    for task, _ in itertools.product(LABELS, range(count)):
        drawn = rng.uniform(-2, 2, len(names)).round(1).tolist()
        yield {"task": task, "bend": True} | dict(zip(names, drawn, strict=True))


def test_right_and_wrong_corners_are_those_of_the_network():
    for values in random_settings():
        scene = EXPLORER.scene(values)
        scores, _ = mlp_forward(CORNERS, params_of(values))
        wrong = (scores[:, 0] > 0) != np.array(LABELS[values["task"]])
        assert wrong_corners(scene) == sorted(map(tuple, CORNERS[wrong].tolist()))
        assert scene.readout.startswith(f"{values['task']}: {4 - wrong.sum()} of 4 right.")
        assert scene.readout.count(", wrong") == wrong.sum()
        assert f"{4 - wrong.sum()} of 4 corners" in scene.alt


def test_the_map_is_shaded_where_the_network_says_1():
    for values in list(random_settings(2)):
        (image,) = marks(EXPLORER.scene(values).panels[0], "image")
        rows, columns, _ = image.rgb.shape
        for i, j in ((0, 0), (rows // 3, columns // 2), (rows - 1, columns - 1)):
            x1 = image.left + (j + 0.5) * (image.right - image.left) / columns
            x2 = image.top - (i + 0.5) * (image.top - image.bottom) / rows
            score = mlp_forward(np.array([[x1, x2]]), params_of(values))[0].item()
            is_pale = image.rgb[i, j].min() > 240
            assert is_pale == (score <= 0)


def test_corners_in_the_hidden_space_are_where_the_readout_says():
    scene = scene_at(w11=1.0, w21=1.0, w12=1.0, w22=1.0, b2=-1.0)
    shown = {
        (x, y)
        for mark in marks(scene.panels[1], "points")[:2]
        for x, y in zip(mark.x, mark.y, strict=True)
    }
    assert shown == {(0.0, 0.0), (1.0, 0.0), (2.0, 1.0)}
    assert "(1, 1) → (2.0, 1.0)" in scene.readout


@pytest.mark.parametrize("task", LABELS)
def test_ones_are_filled_circles_and_zeros_hollow_squares_as_in_lesson_01(task):
    ours = marks(scene_at(task=task).panels[0], "points")
    before = perceptron()
    theirs = marks(before.scene(before.setting({"problem": task})).panels[0], "points")
    for label, shape, name in ((1, "circle", "should be 1"), (0, "square", "should be 0")):
        (mark,) = [m for m in ours if m.label == name]
        (earlier,) = [m for m in theirs if m.label == name]
        looks = (mark.shape, mark.filled, mark.colour)
        assert looks == (earlier.shape, earlier.filled, earlier.colour)
        assert looks[:2] == (shape, label == 1)
        places = list(zip(mark.x, mark.y, strict=True))
        assert places == [tuple(x) for x in CORNERS[np.array(LABELS[task]) == label]]


def test_corners_that_fall_together_are_named_together():
    scene = EXPLORER.scene(EXPLORER.press("answer", {}))
    assert [mark.text for mark in marks(scene.panels[1], "text")] == ["0,0", "0,1 and 1,0", "1,1"]
    assert len(marks(scene.panels[0], "text")) == 4


def test_the_start_answers_or_and_one_move_makes_it_and():
    assert "OR: 4 of 4" in scene_at(task="OR").readout
    assert "XOR: 3 of 4" in EXPLORER.scene(EXPLORER.start).readout
    assert "AND: 4 of 4" in scene_at(task="AND", c=-1.5).readout


def test_two_moves_answer_xor_and_the_button_shows_another_answer():
    assert "XOR: 4 of 4" in scene_at(**TWO_MOVES).readout
    answer = EXPLORER.press("answer", {"task": "AND", "w11": 0.3})
    assert answer["task"] == "XOR" and "4 of 4" in EXPLORER.scene(answer).readout
    assert any(answer[name] != value for name, value in (EXPLORER.start | TWO_MOVES).items())


def test_without_a_bend_xor_is_never_answered():
    for values in random_settings(60):
        flat = EXPLORER.scene(values | {"task": "XOR", "bend": False})
        assert "4 of 4" not in flat.readout
        assert "not bent" in flat.alt
    assert "not bent" not in EXPLORER.scene(EXPLORER.start).alt


def test_the_dashed_line_of_a_unit_is_where_its_sum_is_zero():
    values = EXPLORER.setting({"w11": 0.7, "w21": -1.2, "b1": 0.4})
    line = next(m for m in marks(EXPLORER.scene(values).panels[0], "line") if m.dash == "dashed")
    assert np.allclose(0.7 * np.array(line.x) - 1.2 * np.array(line.y) + 0.4, 0)


@pytest.mark.parametrize("control", EXPLORER.controls, ids=lambda control: control.name)
def test_every_control_changes_picture_and_readout_at_its_ends(control):
    start = EXPLORER.at(**TWO_MOVES).start
    if isinstance(control, Slider):
        ends = [start | {control.name: control.low}, start | {control.name: control.high}]
    elif isinstance(control, Choice):
        ends = [start | {control.name: option} for option in control.options if option != "XOR"]
    elif isinstance(control, Toggle):
        ends = [start | {control.name: False}]
    else:
        assert isinstance(control, Button)
        ends = [EXPLORER.press(control.name, start)]
    before = EXPLORER.scene(start)
    for values in ends:
        after = EXPLORER.scene(values)
        assert after.readout != before.readout
        assert picture(after) != picture(before)


def picture(scene):
    buffers = []
    return repr(wire(scene.panels, buffers)), buffers


def test_a_unit_without_weights_has_no_line_and_no_warning():
    scene = scene_at(w11=0.0, w21=0.0, v1=0.0, v2=0.0)
    line = next(m for m in marks(scene.panels[0], "line") if m.dash == "dashed")
    assert np.isnan(line.x).all()
    assert "score −0.5" in scene.readout


def test_zero_is_written_without_a_minus():
    assert "−0.0" not in scene_at(w11=-0.0, b1=-0.0, c=0.0, v1=0.0, v2=0.0).readout

"""The explorer of lesson 07 shows what the library's training does at each setting."""

import itertools
import re
import time

import numpy as np
import pytest

from backprop_lib import (
    best_epoch,
    explorers,
    init_mlp,
    split_train_validation_test,
    train_regularized,
    two_moons,
)

EXPLORER = explorers.overfitting()


def at(**values):
    return EXPLORER.scene(EXPLORER.setting(values))


def lines(scene):
    return [mark for mark in scene.panels[1].marks if mark.kind == "line" and mark.label]


def options(name):
    return next(c.options for c in EXPLORER.controls if c.name == name)


@pytest.mark.parametrize(("units", "strength", "keep"), [("32", "0", "1"), ("8", "0.01", "0.5")])
def test_the_curves_are_those_of_the_librarys_training(units, strength, keep):
    rng = np.random.default_rng(2)
    training, validation, _ = split_train_validation_test(
        *two_moons(240, rng), (0.25, 0.25, 0.5), rng
    )
    rng = np.random.default_rng(0)
    run = train_regularized(
        init_mlp([2, int(units), int(units), 2], rng),
        training,
        validation,
        epochs=120,
        batch_size=60,
        learning_rate=0.03,
        rng=rng,
        strength=float(strength),
        keep_probability=float(keep),
    )
    on_training, on_validation = lines(at(units=units, strength=strength, keep=keep))
    np.testing.assert_array_equal(on_training.y, run.training_loss)
    np.testing.assert_array_equal(on_validation.y, run.validation_loss)


def test_without_a_brake_a_large_network_learns_by_heart():
    scene = at(units="32", strength="0", keep="1", epoch=120)
    on_training, on_validation = lines(scene)
    assert on_training.y[-1] < 0.1 < 1 < on_validation.y[-1]
    assert min(on_validation.y) < 0.5
    assert not any(len(m.x) for m in scene.panels[0].marks if m.kind == "points" and not m.filled)


def test_decay_holds_it_back_and_too_much_of_it_makes_it_underfit():
    none, some, much = (at(strength=s) for s in ("0", "0.01", "0.1"))
    ends = [[line.y[-1] for line in lines(scene)] for scene in (none, some, much)]
    assert ends[0][0] < ends[1][0] < ends[2][0]  # training
    assert ends[1][1] < ends[2][1] < ends[0][1]  # validation


@pytest.mark.parametrize(
    "values",
    [dict(zip(("units", "strength", "keep"), v, strict=True))
     for v in itertools.product(*(options(name) for name in ("units", "strength", "keep")))],
)  # fmt: skip
def test_every_setting_is_finite_and_its_best_epoch_is_the_lowest(values):
    setting = EXPLORER.press("best", values)
    scene = EXPLORER.scene(setting)
    on_training, on_validation = lines(scene)
    assert np.isfinite(on_training.y).all() and np.isfinite(on_validation.y).all()
    assert setting["epoch"] == best_epoch(on_validation.y)
    loss = on_validation.y[int(setting["epoch"]) - 1]
    assert f"Lowest validation loss: {loss:.3f}, after epoch {setting['epoch']:.0f}" in (
        scene.readout
    )


@pytest.mark.parametrize(
    "change",
    [{"units": "4"}, {"strength": "0.01"}, {"keep": "0.5"}, {"epoch": 7}, {"points": "validation"}],
)
def test_every_control_changes_the_picture_and_what_is_said(change):
    before, after = at(), at(**change)
    assert before.alt != after.alt
    assert before.readout != after.readout

    def numbers(scene):
        marks = scene.panels[0].marks
        return np.concatenate([np.ravel(m.rgb if m.kind == "image" else m.x) for m in marks])

    assert not np.array_equal(numbers(before), numbers(after))


@pytest.mark.parametrize("epoch", [1, 120])
def test_both_ends_of_the_epochs(epoch):
    scene = at(epoch=epoch)
    on_training, on_validation = lines(scene)
    assert scene.readout.startswith(f"After epoch {epoch}: ")
    said = [float(v) for v in re.findall(r"loss (\d\.\d\d),", scene.readout)]
    assert said == [round(on_training.y[epoch - 1], 2), round(on_validation.y[epoch - 1], 2)]


def test_all_samples_of_the_part_are_shown_each_once():
    for part in ("training", "validation"):
        points = [m for m in at(points=part).panels[0].marks if m.kind == "points"]
        assert sum(len(m.x) for m in points) == 60


def test_a_setting_that_was_seen_before_answers_at_once():
    at()
    start = time.perf_counter()
    for epoch in range(1, 21):
        at(epoch=epoch)
    assert (time.perf_counter() - start) / 20 < 0.1  # about 3 ms where nothing else runs

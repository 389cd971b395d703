"""The explorer of lesson 08: what its network sees follows from the controls."""

import numpy as np
import pytest

from backprop_lib import explorers, load_faces, split_train_validation_test
from backprop_lib.explorers import faces as model
from backprop_lib.explorers.scene import Image, Line, Points

EXPLORER = explorers.network_view()


def at(**values):
    return EXPLORER.scene(EXPLORER.setting(values))


def marks(panel, kind):
    return [mark for mark in panel.marks if isinstance(mark, kind)]


def test_the_push_is_the_gradient_of_the_answer_for_the_pixels():
    network = model.train_on_variants("16 hidden units").networks[-1]
    picture = model.validation_pictures()["face B"]
    _, push = model.look(network, picture)
    rng = np.random.default_rng(1)

    def margin(picture):
        scores = network.scores(model.centred(picture[None]))[0].astype(float)
        return scores[1] - scores[0]

    for i, j in rng.integers(0, 25, (8, 2)):
        step = np.zeros((25, 25))
        step[i, j] = 0.01
        # the features are 2 x - 1, so a step of x is two of theirs
        slope = (margin(picture + step) - margin(picture - step)) / 0.04
        assert slope == pytest.approx(push[i, j], abs=2e-3)


def test_without_a_hidden_layer_the_pushes_never_depend_on_the_picture():
    first, other = (
        at(network="no hidden layer", picture=name, negative=negative).panels[1]
        for name, negative in (("face A", False), ("other B", True))
    )
    assert (marks(first, Image)[0].rgb == marks(other, Image)[0].rgb).all()
    with_hidden = at(picture="face A").panels[1], at(picture="face A", negative=True).panels[1]
    assert (marks(with_hidden[0], Image)[0].rgb != marks(with_hidden[1], Image)[0].rgb).any()


def test_both_ways_round_are_learned_with_a_hidden_layer_and_not_without():
    photographs, negatives = marks(at().panels[2], Line)
    assert photographs.y[-1] > 0.9 and negatives.y[-1] > 0.9
    photographs, negatives = marks(at(network="no hidden layer").panels[2], Line)
    assert min(photographs.y[-1], negatives.y[-1]) < 0.7


def test_negative_and_brightness_change_the_picture_that_is_shown():
    whole = marks(at().panels[0], Image)[0].rgb.astype(int)
    negative = marks(at(negative=True).panels[0], Image)[0].rgb.astype(int)
    assert np.abs(whole + negative - 255).max() <= 1
    dim = marks(at(brightness=0.5).panels[0], Image)[0].rgb.astype(int)
    assert np.abs(dim - whole / 2).max() <= 1


@pytest.mark.parametrize("epoch", [0, 7, 20])
def test_the_epoch_is_marked_and_told(epoch):
    scene = at(epoch=epoch, picture="other C", negative=True)
    shown = marks(scene.panels[2], Points)
    assert [list(point.x) for point in shown] == [[epoch], [epoch]]
    assert f"After epoch {epoch}," in scene.readout
    assert "the negative of other C" in scene.readout and "the negative of other C" in scene.alt


def test_right_and_wrong_follow_from_the_probability():
    for picture in ("face A", "other A"):
        for epoch in (0, 20):
            readout = at(picture=picture, epoch=epoch).readout
            probability = float(readout.split("probability ")[1].split(",")[0])
            if abs(probability - 0.5) > 0.001:
                right = (probability > 0.5) == picture.startswith("face")
                assert ("which is right" if right else "which is wrong") in readout


def test_no_picture_to_look_at_was_learned_from_or_belongs_to_the_test_set():
    pictures, labels = load_faces()
    rng = np.random.default_rng(0)
    training, _, test = split_train_validation_test(pictures, labels, (0.6, 0.2, 0.2), rng)
    for picture in model.validation_pictures().values():
        for part, _ in (training, test):
            assert not (part == picture).all(axis=(1, 2)).any()

"""Dropout inside a network, and training with a penalty and dropout, keep what they promise."""

import numpy as np
import pytest

from backprop_lib import (
    dropout_mlp_backward,
    dropout_mlp_forward,
    init_mlp,
    mlp_backward,
    mlp_forward,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
    train_regularized,
    two_moons,
)
from checks.gradients import check_gradient

SIZES = [4, 9, 7, 3]


def network(seed=0):
    rng = np.random.default_rng(seed)
    params = {n: p + rng.normal(0, 0.1, p.shape) for n, p in init_mlp(SIZES, rng).items()}
    return params, rng.normal(size=(6, 4)), rng.integers(0, 3, 6)


def gradients(params, x, labels, keep, seed):
    scores, cache = dropout_mlp_forward(x, params, keep, np.random.default_rng(seed))
    loss, loss_cache = softmax_cross_entropy(scores, labels)
    return loss, dropout_mlp_backward(softmax_cross_entropy_backward(1.0, loss_cache), cache)


@pytest.mark.parametrize("keep", [0.5, 0.8, 1.0])
def test_gradients_through_the_masks_are_right(keep):
    params, x, labels = network()
    report = check_gradient(lambda p: gradients(p, x, labels, keep, seed=5), None, params)
    assert report.verdict == "pass", report


def test_a_gradient_through_other_masks_is_refused():
    params, x, labels = network()
    report = check_gradient(
        lambda p: gradients(p, x, labels, 0.5, seed=5)[0],
        lambda p: gradients(p, x, labels, 0.5, seed=6)[1],
        params,
    )
    assert report.verdict == "fail" and report.wrong


def test_where_all_units_stay_it_is_the_plain_network():
    params, x, _ = network()
    rng = np.random.default_rng(1)
    scores, cache = dropout_mlp_forward(x, params, 1.0, rng)
    plain, plain_cache = mlp_forward(x, params)
    np.testing.assert_array_equal(scores, plain)
    ours = dropout_mlp_backward(np.ones_like(scores), cache)
    theirs = mlp_backward(np.ones_like(scores), plain_cache)
    assert ours.keys() == theirs.keys() == params.keys()
    for name in params:
        np.testing.assert_array_equal(ours[name], theirs[name])


def trained(seed=0, **brakes):
    rng = np.random.default_rng(seed)
    training, validation = two_moons(40, rng), two_moons(40, rng)
    return train_regularized(
        init_mlp([2, 12, 12, 2], rng),
        training,
        validation,
        epochs=40,
        batch_size=16,
        learning_rate=0.03,
        rng=rng,
        **brakes,
    ), validation


def test_losses_are_those_of_the_parameters_that_were_kept():
    run, (x, labels) = trained(keep_probability=0.7)
    assert len(run.params) == len(run.training_loss) == len(run.validation_loss) == 40
    for params, loss in zip(run.params, run.validation_loss, strict=True):
        assert softmax_cross_entropy(mlp_forward(x, params)[0], labels)[0] == loss
    assert not np.shares_memory(run.params[0]["w1"], run.params[1]["w1"])


def test_the_same_seed_gives_the_same_training():
    assert trained(strength=0.01)[0].validation_loss == trained(strength=0.01)[0].validation_loss


def test_a_stronger_penalty_leaves_smaller_weights_and_a_larger_training_loss():
    runs = [trained(strength=strength)[0] for strength in (0.0, 0.01, 0.1)]
    sizes = [sum((p**2).sum() for n, p in r.params[-1].items() if n[0] == "w") for r in runs]
    assert sizes[0] > sizes[1] > sizes[2]
    ends = [r.training_loss[-1] for r in runs]
    assert ends[0] < ends[1] < ends[2]


def test_two_moons_have_both_classes_and_the_share_of_wrong_labels():
    x, labels = two_moons(4000, np.random.default_rng(0), spread=0.0, wrong_labels=0.1)
    assert x.shape == (4000, 2) and set(labels) == {0, 1}
    upper = np.isclose(np.hypot(x[:, 0], x[:, 1]), 1) & (x[:, 1] >= 0)  # the crescent of class 0
    assert 0.08 < (labels[upper] == 1).mean() < 0.12
    assert 0.47 < upper.mean() < 0.53

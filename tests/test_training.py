"""Optimizers and `train`: what they compute, when they stop, and what they say of mistakes."""

import math
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backprop_lib as bl

SEED = st.integers(0, 2**32 - 1)
DTYPES = [np.float32, np.float64]
OPTIMIZERS = [bl.SGD(0.1), bl.Momentum(0.1), bl.Adam(0.01), bl.Adam(0.01, weight_decay=0.1)]


def two_moons(n, rng, dtype=np.float64):
    """Two half circles that no line separates."""
    labels = rng.integers(0, 2, n)
    angle = rng.uniform(0, np.pi, n) + np.pi * labels
    x = np.stack([np.cos(angle) + labels, np.sin(angle) + labels / 2], axis=1)
    return (x + rng.normal(scale=0.1, size=x.shape)).astype(dtype), labels


# Optimizers


@settings(max_examples=40, deadline=None)
@given(seed=SEED, steps=st.integers(1, 5), dtype=st.sampled_from(DTYPES))
def test_optimizers_compute_what_the_plain_functions_do(seed, steps, dtype):
    rng = np.random.default_rng(seed)
    start = rng.normal(size=7).astype(dtype)
    gradients = rng.normal(size=(steps, 7)).astype(dtype)
    velocity, mean, square = ({"w": np.zeros(7, dtype)} for _ in range(3))
    plain = {
        bl.SGD(0.1): lambda p, g, step: bl.sgd_step(p, g, 0.1),
        bl.Momentum(0.1, momentum=0.8): lambda p, g, step: bl.momentum_step(
            p, g, velocity, 0.1, 0.8
        ),
        bl.Adam(0.01, beta1=0.7, beta2=0.9): lambda p, g, step: bl.adam_step(
            p, g, mean, square, step, 0.01, 0.7, 0.9
        ),
    }
    for optimizer, plain_step in plain.items():
        p, expected = start.copy(), {"w": start.copy()}
        state = optimizer.start(p)
        for step, g in enumerate(gradients, 1):
            kept = g.copy()
            optimizer.step(p, g, state)
            plain_step(expected, {"w": g}, step)
            np.testing.assert_array_equal(g, kept)
        assert p.dtype == expected["w"].dtype == dtype
        np.testing.assert_allclose(p, expected["w"], rtol=1e-4 if dtype == np.float32 else 1e-12)


def test_adam_moves_every_parameter_by_the_learning_rate_first():
    p = np.zeros(3)
    adam = bl.Adam(0.01)
    adam.step(p, np.array([1e-3, -5.0, 200.0]), adam.start(p))
    np.testing.assert_allclose(p, [-0.01, 0.01, -0.01], rtol=1e-4)


def test_momentum_gathers_speed():
    p = np.zeros(1)
    optimizer = bl.Momentum(0.1, momentum=0.5)
    state = optimizer.start(p)
    for expected in (-0.1, -0.25, -0.425):
        optimizer.step(p, np.ones(1), state)
        assert p[0] == pytest.approx(expected)


@pytest.mark.parametrize("rule", [bl.SGD, bl.Momentum, bl.Adam])
def test_weight_decay_shrinks_parameters_that_have_no_gradient(rule):
    p = np.array([2.0, -4.0])
    optimizer = rule(0.5, weight_decay=0.2)
    optimizer.step(p, np.zeros(2), optimizer.start(p))
    np.testing.assert_allclose(p, [1.8, -3.6])


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_many_parameters_are_all_updated(optimizer):
    few, many = np.ones(5), np.ones(200_001)
    optimizer.step(few, np.full(5, 0.3), optimizer.start(few))
    optimizer.step(many, np.full(200_001, 0.3), optimizer.start(many))
    np.testing.assert_allclose(many, few[0], rtol=1e-15)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: bl.SGD(0), "above 0.*is 0"),
        (lambda: bl.SGD(math.nan), "learning_rate"),
        (lambda: bl.Momentum(0.1, momentum=1), "momentum.*below 1"),
        (lambda: bl.Adam(0.1, beta2=-1), "beta2.*at least 0"),
        (lambda: bl.SGD(0.1, weight_decay=-1), "weight_decay"),
    ],
)
def test_settings_that_make_no_sense_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_gradients_of_another_shape_are_refused():
    p = np.zeros(3)
    with pytest.raises(ValueError, match=r"\(3,\).*\(4,\)"):
        bl.SGD(0.1).step(p, np.zeros(4), bl.SGD(0.1).start(p))


# Training


def train_moons(seed, optimizer, dtype=np.float64, **options):
    rng = np.random.default_rng(seed)
    network = bl.Network([2, 8, 2], rng, dtype=dtype)
    x, y = two_moons(100, rng, dtype)
    options = {"epochs": 3, "batch_size": 32, "rng": rng} | options
    return network, bl.train(network, x, y, optimizer=optimizer, **options)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_the_same_seed_gives_the_same_bits(optimizer, dtype):
    first, first_history = train_moons(1, optimizer, dtype)
    again, again_history = train_moons(1, optimizer, dtype)
    other, _ = train_moons(2, optimizer, dtype)
    assert first.parameters.tobytes() == again.parameters.tobytes()
    assert first.parameters.tobytes() != other.parameters.tobytes()
    assert first.parameters.dtype == dtype
    assert first_history == again_history


def test_the_same_seed_gives_the_same_bits_in_another_process():
    program = (
        "import hashlib, numpy as np, backprop_lib as bl\n"
        "rng = np.random.default_rng(3)\n"
        "network = bl.Network([20, 30, 4], rng, dtype=np.float32)\n"
        "x, y = rng.normal(size=(200, 20)).astype('f'), rng.integers(0, 4, 200)\n"
        "bl.train(network, x, y, optimizer=bl.Adam(), epochs=3, batch_size=16, rng=rng)\n"
        "print(hashlib.sha256(network.parameters.tobytes()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert len(digests) == 1 and len(digests.pop().strip()) == 64


def test_train_takes_the_same_steps_as_the_lessons_own_loop():
    x, y = two_moons(50, np.random.default_rng(0))
    network = bl.Network([2, 8, 2], np.random.default_rng(1))
    params = bl.init_mlp([2, 8, 2], np.random.default_rng(1))
    rng = np.random.default_rng(2)
    history = bl.train(
        network, x, y, optimizer=bl.SGD(0.3), epochs=4, batch_size=16, rng=rng, validation=(x, y)
    )
    rng = np.random.default_rng(2)
    for epoch in range(4):
        losses = []
        for x_batch, y_batch in bl.iterate_minibatches(x, y, 16, rng):
            scores, cache = bl.mlp_forward(x_batch, params)
            loss, loss_cache = bl.softmax_cross_entropy(scores, y_batch)
            grads = bl.mlp_backward(bl.softmax_cross_entropy_backward(1.0, loss_cache), cache)
            bl.sgd_step(params, grads, 0.3)
            losses += [loss] * len(y_batch)
        assert history.training_loss[epoch] == pytest.approx(np.mean(losses))
    for name, array in params.items():
        np.testing.assert_allclose(network.params[name], array, rtol=1e-9, atol=1e-12)
    scores, _ = bl.mlp_forward(x, params)
    assert history.validation_accuracy[-1] == bl.accuracy(scores, y)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_moons_are_learned(activation):
    rng = np.random.default_rng(0)
    x, y = two_moons(300, rng)
    network = bl.Network([2, 16, 16, 2], rng, activation=activation)
    bl.train(network, x, y, optimizer=bl.Adam(0.02), epochs=60, batch_size=32, rng=rng)
    x_test, y_test = two_moons(300, rng)
    assert network.evaluate(x_test, y_test).accuracy > 0.97


def test_numbers_are_learned():
    rng = np.random.default_rng(0)
    x = rng.uniform(-2, 2, (300, 1)).astype(np.float32)
    network = bl.Network(
        [1, 20, 1], rng, activation="tanh", loss="mean_squared_error", dtype=np.float32
    )
    history = bl.train(
        network, x, np.sin(2 * x), optimizer=bl.Adam(0.02), epochs=100, batch_size=32, rng=rng
    )
    assert history.training_loss[-1] < 0.01 < history.training_loss[0]
    assert history.training_accuracy == () == history.validation_accuracy


def test_digits_reach_97_percent():
    rng = np.random.default_rng(0)
    x, y, x_test, y_test = bl.load_digits(rng)
    network = bl.Network([64, 64, 10], rng)
    bl.train(network, x, y, optimizer=bl.Adam(0.003), epochs=15, batch_size=64, rng=rng)
    assert network.evaluate(x_test, y_test).accuracy >= 0.97


@settings(max_examples=100, deadline=None)
@given(losses=st.lists(st.integers(0, 5), min_size=1, max_size=12), patience=st.integers(1, 4))
def test_training_stops_when_nothing_got_better_for_patience_epochs(losses, patience):
    best = bl.best_epoch(losses)
    assert losses[best - 1] == min(losses) and min(losses) not in losses[: best - 1]
    improved = len(losses) <= patience or min(losses[-patience:]) < min(losses[:-patience])
    assert bl.should_stop(losses, patience) == (not improved)


def test_early_stopping_goes_back_to_the_best_weights():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 10)), rng.integers(0, 2, 40)  # noise: only memorizing helps
    validation = rng.normal(size=(40, 10)), rng.integers(0, 2, 40)
    network = bl.Network([10, 50, 2], rng)
    options = {"optimizer": bl.Adam(0.01), "batch_size": 10, "rng": rng, "validation": validation}
    history = bl.train(network, x, y, epochs=200, patience=5, **options)
    assert history.stopped_early
    assert len(history.validation_loss) == history.best_epoch + 5 < 200
    best = min(history.validation_loss)
    assert history.validation_loss[history.best_epoch - 1] == best
    assert network.evaluate(*validation, batch_size=10).loss == best


def test_without_patience_the_last_weights_stay():
    validation = two_moons(30, np.random.default_rng(5))
    network, history = train_moons(1, bl.SGD(0.1), validation=validation)
    assert not history.stopped_early and len(history.validation_loss) == 3
    assert network.evaluate(*validation, batch_size=32).loss == history.validation_loss[-1]


def test_a_progress_bar_is_shown_when_asked_for(capsys):
    train_moons(1, bl.SGD(0.1))
    assert capsys.readouterr().err == ""
    train_moons(1, bl.SGD(0.1), progress=True)
    assert "12/12" in capsys.readouterr().err  # 3 epochs of 4 batches


def test_training_works_without_tqdm(monkeypatch):
    with_bar, _ = train_moons(1, bl.SGD(0.1), progress=True)
    for name in [name for name in sys.modules if name.split(".")[0] == "tqdm"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tqdm", None)
    without, _ = train_moons(1, bl.SGD(0.1), progress=True)
    assert with_bar.parameters.tobytes() == without.parameters.tobytes()


@pytest.mark.parametrize(
    ("optimizer", "states"), [(bl.SGD(0.01), 0), (bl.Momentum(0.01), 1), (bl.Adam(0.001), 2)]
)
@pytest.mark.parametrize("dtype", DTYPES)
def test_memory_while_training(optimizer, states, dtype):
    sizes, batch_size = [784, 512, 256, 10], 128
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(1000, 784)).astype(dtype), rng.integers(0, 10, 1000)
    train = {"optimizer": optimizer, "epochs": 2, "batch_size": batch_size, "rng": rng}
    warm_up = bl.Network([784, 10], rng, dtype=dtype)
    bl.train(warm_up, x, y, validation=(x, y), **train)
    tracemalloc.start()
    try:
        network = bl.Network(sizes, rng, dtype=dtype)
        tracemalloc.reset_peak()  # drawing the weights, in float64, is not training
        bl.train(network, x, y, validation=(x, y), **train)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    parameters, activations = network.parameters.nbytes, batch_size * sum(sizes) * x.itemsize
    assert peak <= (2 + states) * parameters + 2 * activations


# What goes wrong


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "mean_squared_error"])
def test_divergence_names_epoch_and_batch(loss, dtype):
    rng = np.random.default_rng(0)
    x = 1e6 * rng.normal(size=(64, 3)).astype(dtype)
    y = rng.integers(0, 2, 64) if loss == "softmax_cross_entropy" else x[:, :2]
    network = bl.Network([3, 8, 8, 2], rng, loss=loss, dtype=dtype)
    with pytest.raises(FloatingPointError, match=r"epoch \d+, batch \d+ of 4.*1e\+20.*tenth"):
        bl.train(network, x, y, optimizer=bl.SGD(1e20), epochs=9, batch_size=16, rng=rng)


def test_divergence_in_the_very_last_step_is_noticed():
    rng = np.random.default_rng(0)
    x, y = 1e3 * rng.normal(size=(16, 3)), rng.integers(0, 2, 16)
    network = bl.Network([3, 2], rng)
    with pytest.raises(FloatingPointError, match="last step of epoch 1"):
        bl.train(network, x, y, optimizer=bl.SGD(1e308), epochs=1, batch_size=16, rng=rng)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_found_before_training(value):
    rng = np.random.default_rng(0)
    x, y = two_moons(20, rng)
    bad = x.copy()
    bad[7, 1] = value
    network = bl.Network([2, 3, 2], rng)
    before = network.parameters.copy()
    options = {"optimizer": bl.SGD(0.1), "epochs": 1, "batch_size": 5, "rng": rng}
    with pytest.raises(ValueError, match=rf"training data.*x\[7, 1\] is {value}"):
        bl.train(network, bad, y, **options)
    with pytest.raises(ValueError, match=r"validation data.*x\[7, 1\]"):
        bl.train(network, x, y, validation=(bad, y), **options)
    np.testing.assert_array_equal(network.parameters, before)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs must be at least 1"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"patience": 3}, "no validation data"),
        ({"patience": 0, "validation": two_moons(9, np.random.default_rng(0))}, "at least 1"),
        ({"validation": (np.zeros((0, 2)), np.zeros(0, int))}, "empty"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        train_moons(1, bl.SGD(0.1), **options)


# train_mlp


def test_train_mlp_takes_the_steps_that_train_takes():
    x, labels = two_moons(23, np.random.default_rng(0))
    network = bl.Network([2, 5, 3], np.random.default_rng(1))
    params = {name: p.copy() for name, p in network.params.items()}
    history = bl.train(
        network,
        x,
        labels,
        optimizer=bl.SGD(0.3),
        epochs=4,
        batch_size=5,
        rng=np.random.default_rng(2),
    )
    losses = bl.train_mlp(params, x, labels, 0.3, 4, 5, np.random.default_rng(2))
    np.testing.assert_allclose(losses, history.training_loss, rtol=1e-12)
    for name, p in network.params.items():
        np.testing.assert_allclose(params[name], p, rtol=1e-9, atol=1e-12)

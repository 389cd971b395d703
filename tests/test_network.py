"""`Network` against the plain functions and numerical derivatives, and what it says of mistakes."""

import copy
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backprop_lib as bl
from checks.gradients import numerical_gradient

SIZE = st.integers(1, 6)
SEED = st.integers(0, 2**32 - 1)
DTYPES = [np.float32, np.float64]
ACTIVATIONS = ["relu", "tanh", "sigmoid"]
LOSSES = ["softmax_cross_entropy", "mean_squared_error"]


def draw_batch(network, n, rng):
    x = rng.normal(size=(n, network.sizes[0])).astype(network.dtype)
    if network.loss == "mean_squared_error":
        return x, rng.normal(size=(n, network.sizes[-1])).astype(network.dtype)
    return x, rng.integers(0, network.sizes[-1], n)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("sizes", [[4, 3], [4, 6, 3], [3, 5, 4, 1]])
def test_gradients_agree_with_numerical_derivatives(sizes, activation, loss, dtype):
    rng = np.random.default_rng(5)
    network = bl.Network(sizes, rng, activation=activation, loss=loss, dtype=dtype)
    network.parameters += rng.normal(scale=0.1, size=network.parameters.shape).astype(dtype)
    x, y = draw_batch(network, 7, rng)
    y64 = y.astype(float) if loss == "mean_squared_error" else y

    def loss_in_float64(parameters):
        exact = bl.Network.from_parameters(
            sizes, parameters.astype(float), activation=activation, loss=loss
        )
        return exact.evaluate(x.astype(float), y64).loss

    numeric = numerical_gradient(loss_in_float64, network.parameters)
    result = network.backpropagate(x, y)
    tolerance = 1e-7 if dtype == np.float64 else 2e-5
    assert network.gradients.dtype == dtype
    np.testing.assert_allclose(network.gradients, numeric.value, rtol=tolerance, atol=tolerance)
    assert result.loss == pytest.approx(loss_in_float64(network.parameters), rel=1e-5)


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(SIZE, min_size=2, max_size=4), n=SIZE, seed=SEED, dtype=st.sampled_from(DTYPES)
)
def test_network_computes_what_the_plain_functions_do(sizes, n, seed, dtype):
    rng = np.random.default_rng(seed)
    network = bl.Network(sizes, rng, dtype=dtype)
    x, y = draw_batch(network, n, rng)
    scores, cache = bl.mlp_forward(x, dict(network.params))
    loss, loss_cache = bl.softmax_cross_entropy(scores, y)
    grads = bl.mlp_backward(bl.softmax_cross_entropy_backward(1.0, loss_cache), cache)
    result = network.backpropagate(x, y)
    close = {"rtol": 1e-4, "atol": 1e-5} if dtype == np.float32 else {"rtol": 1e-9, "atol": 1e-12}
    assert list(network.grads) == sorted(grads, key=lambda name: (int(name[1:]), name[0] == "b"))
    for name, gradient in grads.items():
        assert network.grads[name].dtype == dtype
        np.testing.assert_allclose(network.grads[name], gradient, **close)
    np.testing.assert_allclose(network.scores(x), scores, **close)
    assert result.loss == pytest.approx(float(loss), rel=1e-5)
    assert result.accuracy == pytest.approx(bl.accuracy(scores, y))
    assert (network.predict(x) == network.scores(x).argmax(axis=1)).all()


def test_network_starts_like_init_mlp():
    network = bl.Network([5, 4, 3], np.random.default_rng(3))
    params = bl.init_mlp([5, 4, 3], np.random.default_rng(3))
    assert list(network.params) == list(params)
    for name, array in params.items():
        np.testing.assert_array_equal(network.params[name], array)


@settings(max_examples=30, deadline=None)
@given(n=st.integers(1, 30), batch_size=st.integers(1, 40), seed=SEED)
def test_batches_of_any_size_give_the_same_evaluation(n, batch_size, seed):
    rng = np.random.default_rng(seed)
    network = bl.Network([4, 5, 3], rng)
    x, y = draw_batch(network, n, rng)
    whole, cut = network.evaluate(x, y, batch_size=n), network.evaluate(x, y, batch_size)
    assert cut.loss == pytest.approx(whole.loss)
    assert cut.accuracy == pytest.approx(whole.accuracy)
    np.testing.assert_allclose(network.scores(x, batch_size), network.scores(x), atol=1e-12)


def test_nothing_that_was_passed_in_or_given_out_is_overwritten():
    rng = np.random.default_rng(0)
    for loss in LOSSES:
        network = bl.Network([4, 5, 3], rng, loss=loss, activation="tanh")
        x, y = draw_batch(network, 6, rng)
        kept = x.copy(), y.copy(), network.parameters.copy()
        scores = network.scores(x)
        kept_scores = scores.copy()
        network.backpropagate(x, y)
        network.backpropagate(2 * x, y)
        for array, before in zip((x, y, network.parameters), kept, strict=True):
            np.testing.assert_array_equal(array, before)
        np.testing.assert_array_equal(scores, kept_scores)


def test_plain_sgd_step_moves_a_network():
    rng = np.random.default_rng(0)
    network = bl.Network([4, 5, 3], rng)
    x, y = draw_batch(network, 6, rng)
    before = network.backpropagate(x, y).loss
    expected = network.parameters - 0.1 * network.gradients
    bl.sgd_step(network.params, network.grads, 0.1)
    np.testing.assert_allclose(network.parameters, expected)
    assert network.evaluate(x, y).loss < before


def test_a_parameter_can_be_written_into_but_not_replaced():
    network = bl.Network([4, 3], np.random.default_rng(0))
    network.params["b1"][...] = 7
    assert (network.parameters[-3:] == 7).all()
    with pytest.raises(TypeError):
        network.params["b1"] = np.zeros(3)


@pytest.mark.parametrize(
    "duplicate",
    [bl.Network.copy, copy.copy, copy.deepcopy, lambda n: pickle.loads(pickle.dumps(n))],
)
def test_a_copy_is_whole_and_independent(duplicate):
    rng = np.random.default_rng(0)
    network = bl.Network([4, 5, 3], rng, activation="tanh", dtype=np.float32)
    x, y = draw_batch(network, 6, rng)
    other = duplicate(network)
    assert repr(other) == repr(network)
    np.testing.assert_array_equal(other.scores(x), network.scores(x))
    other.parameters[...] = 0
    assert (other.params["w1"] == 0).all() and not (network.params["w1"] == 0).any()
    other.backpropagate(x, y)
    assert np.shares_memory(other.grads["w2"], other.gradients)


def test_survives_huge_scores_and_saturated_units():
    for activation in ACTIVATIONS:
        network = bl.Network([2, 3, 3], np.random.default_rng(0), activation=activation)
        network.parameters *= 1000
        x = np.array([[1e3, -1e3], [-1e3, 1e3]])
        result = network.backpropagate(x, np.array([0, 2]))
        assert np.isfinite(result.loss) and np.isfinite(network.gradients).all()


# What does not fit


@pytest.mark.parametrize(
    ("x", "y", "error", "message"),
    [
        (np.zeros((5, 3)), np.zeros(5, int), ValueError, r"Layer 1 .*\(4, 6\).*\(5, 3\)"),
        (np.zeros(4), np.zeros(4, int), ValueError, r"shape \(4,\).*x\[None, :\]"),
        (np.zeros((0, 4)), np.zeros(0, int), ValueError, "empty batch"),
        (np.zeros((5, 4), int), np.zeros(5, int), TypeError, r"int64.*float64.*astype"),
        (np.zeros((5, 4), "f"), np.zeros(5, int), TypeError, r"float32.*float64.*astype"),
        ([[0.0] * 4], np.zeros(1, int), TypeError, "list.*np.asarray"),
        (np.zeros((5, 4)), np.zeros(4, int), ValueError, r"5 samples.*\(4,\)"),
        (np.zeros((5, 4)), np.zeros((5, 3), int), ValueError, r"one-hot.*argmax"),
        (np.zeros((5, 4)), np.zeros(5), TypeError, "integers.*float64"),
        (np.zeros((5, 4)), [0] * 5, TypeError, "integers.*list"),
        (np.zeros((5, 4)), np.arange(1, 6), ValueError, "from 0 to 2.*from 1 to 5"),
        (np.zeros((5, 4)), np.full(5, -1), ValueError, "from 0 to 2.*from -1 to -1"),
    ],
)
def test_data_that_do_not_fit_are_named(x, y, error, message):
    network = bl.Network([4, 6, 3], np.random.default_rng(0))
    for call in (network.backpropagate, network.evaluate):
        with pytest.raises(error, match=message):
            call(x, y)


def test_target_numbers_that_do_not_fit_are_named():
    network = bl.Network([4, 6, 1], np.random.default_rng(0), loss="mean_squared_error")
    with pytest.raises(ValueError, match=r"layer 2.*\(5, 1\).*\(5,\).*y\[:, None\]"):
        network.backpropagate(np.zeros((5, 4)), np.zeros(5))
    with pytest.raises(TypeError, match="y is int64"):
        network.backpropagate(np.zeros((5, 4)), np.zeros((5, 1), int))


@pytest.mark.parametrize(
    ("sizes", "options", "message"),
    [
        ([4], {}, "at least"),
        ([4, 0, 3], {}, r"1 or more.*\[4, 0, 3\]"),
        ([4, 3], {"activation": "gelu"}, "'gelu'.*relu, tanh, sigmoid"),
        ([4, 3], {"loss": "hinge"}, "'hinge'.*softmax_cross_entropy"),
        ([4, 3], {"dtype": np.float16}, "float32 or float64.*float16"),
    ],
)
def test_networks_that_cannot_be_are_refused(sizes, options, message):
    with pytest.raises(ValueError, match=message):
        bl.Network(sizes, np.random.default_rng(0), **options)


def test_parameters_of_another_network_are_refused():
    with pytest.raises(ValueError, match=r"\[4, 3\] has 15 parameters.*\(16,\)"):
        bl.Network.from_parameters([4, 3], np.zeros(16))


# Files


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_saved_network_comes_back_to_the_last_bit(tmp_path, dtype):
    rng = np.random.default_rng(0)
    network = bl.Network([4, 5, 3], rng, activation="tanh", loss="mean_squared_error", dtype=dtype)
    path = tmp_path / "network.npz"
    bl.save_network(network, path)
    loaded = bl.load_network(str(path))
    assert repr(loaded) == repr(network)
    assert loaded.parameters.tobytes() == network.parameters.tobytes()
    assert os.listdir(tmp_path) == ["network.npz"]


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "network.npz"
    bl.save_network(bl.Network([2, 3], np.random.default_rng(0)), path)
    return path


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_truncated_file_is_a_clear_error(saved, data):
    whole = saved.read_bytes()
    cut = saved.with_name("cut.npz")
    cut.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(ValueError, match=r"cut\.npz is not a network.*damaged"):
        bl.load_network(cut)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_damaged_file_never_gives_another_network(saved, data):
    whole = bytearray(saved.read_bytes())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    damaged = saved.with_name("damaged.npz")
    damaged.write_bytes(whole)
    original = bl.load_network(saved)
    try:
        loaded = bl.load_network(damaged)
    except ValueError as error:
        assert "damaged.npz" in str(error)
    else:  # a byte that carries no meaning, such as a date
        assert repr(loaded) == repr(original)
        assert loaded.parameters.tobytes() == original.parameters.tobytes()


def test_foreign_files_are_clear_errors(tmp_path):
    def write(name, save):
        with open(tmp_path / name, "wb") as file:
            save(file)

    write("foreign text", lambda f: f.write(b"hello"))
    write("foreign array", lambda f: np.save(f, np.zeros(3)))
    write("foreign arrays", lambda f: np.savez(f, w1=np.zeros(3)))
    write("foreign pickle", lambda f: pickle.dump({"w1": 1}, f))
    write("foreign objects", lambda f: np.savez(f, format=np.array([{}], dtype=object)))
    for path in list(tmp_path.iterdir()):
        with pytest.raises(ValueError, match=r"foreign \w+ is not a network"):
            bl.load_network(path)
    with pytest.raises(FileNotFoundError):
        bl.load_network(tmp_path / "missing.npz")


def test_a_newer_version_is_named(saved):
    with np.load(saved, allow_pickle=False) as content:
        newer = dict(content) | {"version": np.array(99)}
    path = saved.with_name("newer.npz")
    np.savez(path, **newer)
    with pytest.raises(ValueError, match=r"version 99.*version 1.*Update"):
        bl.load_network(path)


def test_a_failed_save_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "network.npz"
    network = bl.Network([2, 3], np.random.default_rng(0))
    bl.save_network(network, path)
    before = path.read_bytes()

    def full_disk(*args, **arrays):
        args[0].write(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez", full_disk)
    with pytest.raises(OSError, match="No space"):
        bl.save_network(network, path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["network.npz"]

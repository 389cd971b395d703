"""Every backward pass of the library against numerical derivatives."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backprop_lib as bl
from checks.gradients import numerical_gradient

SIZE = st.integers(1, 6)
SEED = st.integers(0, 2**32 - 1)


def assert_gradient(f, x, gradient):
    assert gradient.shape == x.shape
    numeric = numerical_gradient(f, x)
    # 1e-15: where log(1 + a) meets a tiny a, rounding is coarser than it seems close to x
    allowed = 4 * numeric.error + 1e-12 * np.abs(gradient) + 1e-15
    assert (np.abs(gradient - numeric.value) <= allowed).all(), (gradient, numeric)
    # and the numbers are good enough to mean something
    assert (numeric.error <= 1e-5 * (np.abs(gradient).max(initial=0) + 1e-6)).all(), numeric


@settings(max_examples=40, deadline=None)
@given(n=SIZE, d=SIZE, m=SIZE, seed=SEED)
def test_linear_backward(n, d, m, seed):
    rng = np.random.default_rng(seed)
    x, w, b, dy = (rng.normal(size=shape) for shape in ((n, d), (d, m), (m,), (n, m)))
    dx, dw, db = bl.linear_backward(dy, bl.linear(x, w, b)[1])
    assert_gradient(lambda x: (dy * bl.linear(x, w, b)[0]).sum(), x, dx)
    assert_gradient(lambda w: (dy * bl.linear(x, w, b)[0]).sum(), w, dw)
    assert_gradient(lambda b: (dy * bl.linear(x, w, b)[0]).sum(), b, db)


@settings(max_examples=40, deadline=None)
@given(n=SIZE, d=SIZE, seed=SEED)
def test_relu_backward(n, d, seed):
    rng = np.random.default_rng(seed)
    x = rng.choice([-1, 1], (n, d)) * rng.uniform(0.1, 2, (n, d))
    dy = rng.normal(size=(n, d))
    assert_gradient(lambda x: (dy * bl.relu(x)[0]).sum(), x, bl.relu_backward(dy, bl.relu(x)[1]))


@settings(max_examples=40, deadline=None)
@given(n=SIZE, k=st.integers(2, 6), seed=SEED, dloss=st.floats(-3, 3))
def test_softmax_cross_entropy_backward(n, k, seed, dloss):
    rng = np.random.default_rng(seed)
    scores, labels = rng.normal(size=(n, k)), rng.integers(0, k, n)
    _, cache = bl.softmax_cross_entropy(scores, labels)
    assert_gradient(
        lambda s: dloss * bl.softmax_cross_entropy(s, labels)[0],
        scores,
        bl.softmax_cross_entropy_backward(dloss, cache),
    )


@pytest.mark.parametrize("sizes", [[4, 3], [4, 6, 3], [5, 4, 6, 3]])
def test_mlp_backward(sizes):
    rng = np.random.default_rng(1)
    params = bl.init_mlp(sizes, rng)
    x, labels = rng.normal(size=(7, sizes[0])), rng.integers(0, sizes[-1], 7)

    def loss(name, array):
        scores, _ = bl.mlp_forward(x, params | {name: array})
        return bl.softmax_cross_entropy(scores, labels)[0]

    scores, cache = bl.mlp_forward(x, params)
    _, loss_cache = bl.softmax_cross_entropy(scores, labels)
    grads = bl.mlp_backward(bl.softmax_cross_entropy_backward(1.0, loss_cache), cache)
    assert sorted(grads) == sorted(params)
    for name, array in params.items():
        assert_gradient(lambda a, name=name: loss(name, a), array, grads[name])


@settings(max_examples=40, deadline=None)
@given(n=SIZE, d=SIZE, seed=SEED, name=st.sampled_from(["sigmoid", "tanh"]))
def test_sigmoid_and_tanh_backward(n, d, seed, name):
    forward, backward = getattr(bl, name), getattr(bl, f"{name}_backward")
    rng = np.random.default_rng(seed)
    x, dy = rng.normal(size=(n, d)), rng.normal(size=(n, d))
    assert_gradient(lambda x: (dy * forward(x)[0]).sum(), x, backward(dy, forward(x)[1]))


def test_sigmoid_is_exact_far_from_zero():
    y, _ = bl.sigmoid(np.array([-1000.0, -40.0, 0.0, 40.0, 1000.0]))
    np.testing.assert_allclose(y, [0, np.exp(-40), 0.5, 1, 1], rtol=1e-12)


@settings(max_examples=40, deadline=None)
@given(n=SIZE, d=SIZE, seed=SEED, keep=st.floats(0.1, 1))
def test_dropout_backward(n, d, seed, keep):
    rng = np.random.default_rng(seed)
    x, dy = rng.normal(size=(n, d)), rng.normal(size=(n, d))
    _, cache = bl.dropout(x, keep, np.random.default_rng(seed))

    def loss(x):
        return (dy * bl.dropout(x, keep, np.random.default_rng(seed))[0]).sum()

    assert_gradient(loss, x, bl.dropout_backward(dy, cache))


def test_dropout_keeps_the_share_and_the_mean():
    x = np.full((200, 200), 3.0, dtype=np.float32)
    y, mask = bl.dropout(x, 0.8, np.random.default_rng(0))
    assert y.dtype == mask.dtype == np.float32
    assert (y == 0).mean() == pytest.approx(0.2, abs=0.01)
    assert y.mean() == pytest.approx(3, abs=0.03)
    np.testing.assert_array_equal(bl.dropout(x, 1, np.random.default_rng(0))[0], x)
    for keep in (0, 1.2):
        with pytest.raises(ValueError, match="keep_probability"):
            bl.dropout(x, keep, np.random.default_rng(0))


def test_he_init_keeps_the_signal_through_relu():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, 400))
    for _ in range(10):
        x, _ = bl.relu(x @ bl.he_init(400, 400, rng))
    assert 0.5 < (x**2).mean() < 2


@settings(max_examples=40, deadline=None)
@given(n=SIZE, k=SIZE, seed=SEED, dloss=st.floats(-3, 3))
def test_mean_squared_error_backward(n, k, seed, dloss):
    rng = np.random.default_rng(seed)
    predictions, targets = rng.normal(size=(n, k)), rng.normal(size=(n, k))
    loss, cache = bl.mean_squared_error(predictions, targets)
    assert loss == pytest.approx(np.mean((predictions - targets) ** 2))
    assert_gradient(
        lambda p: dloss * bl.mean_squared_error(p, targets)[0],
        predictions,
        bl.mean_squared_error_backward(dloss, cache),
    )


def test_mean_squared_error_never_broadcasts():
    with pytest.raises(ValueError, match=r"\(5, 1\).*\(5,\)"):
        bl.mean_squared_error(np.zeros((5, 1)), np.zeros(5))


@settings(max_examples=40, deadline=None)
@given(n=SIZE, seed=SEED, dloss=st.floats(-3, 3))
def test_binary_cross_entropy_backward(n, seed, dloss):
    rng = np.random.default_rng(seed)
    scores, labels = rng.normal(size=n), rng.integers(0, 2, n)
    loss, cache = bl.binary_cross_entropy(scores, labels)
    as_two_classes = np.stack([np.zeros(n), scores], axis=1)
    assert loss == pytest.approx(bl.softmax_cross_entropy(as_two_classes, labels)[0])
    assert_gradient(
        lambda s: dloss * bl.binary_cross_entropy(s, labels)[0],
        scores,
        bl.binary_cross_entropy_backward(dloss, cache),
    )


def test_binary_cross_entropy_survives_huge_scores():
    loss, cache = bl.binary_cross_entropy(np.array([1000.0, -1000.0]), np.array([0, 0]))
    assert loss == pytest.approx(500)
    np.testing.assert_allclose(bl.binary_cross_entropy_backward(1.0, cache), [0.5, 0])


def test_l2_penalty_backward():
    params = bl.init_mlp([4, 5, 3], np.random.default_rng(0))
    params["b1"] += 1
    penalty, cache = bl.l2_penalty(params, 0.3)
    assert penalty > 0
    grads = bl.l2_penalty_backward(2.0, cache)
    assert sorted(grads) == sorted(params)
    for name, array in params.items():
        assert_gradient(
            lambda a, name=name: 2 * bl.l2_penalty(params | {name: a}, 0.3)[0], array, grads[name]
        )


# The graph of numbers


GRAPH = {  # in an order in which no node can be computed after another
    "output": ("multiply", "logarithm", "shared"),
    "logarithm": ("log", "positive"),
    "positive": ("add", "square", "e"),
    "square": ("multiply", "shared", "shared"),
    "shared": ("tanh", "sum"),  # used twice and more, as is a
    "unused": ("exp", "output"),
    "sum": ("add", "product", "c"),
    "product": ("multiply", "a", "b"),
    "e": ("exp", "a"),
}


@settings(max_examples=60, deadline=None)
@given(numbers=st.lists(st.floats(-2, 2).map(lambda x: round(x, 3)), min_size=3, max_size=3))
def test_graph_backward(numbers):
    def output(numbers):
        return bl.graph_forward(GRAPH, dict(zip("abc", map(float, numbers), strict=True)))

    gradients = bl.graph_backward(GRAPH, output(numbers), "output")
    assert set(gradients) == set(GRAPH) | set("abc") and gradients["unused"] == 0
    assert_gradient(
        lambda v: output(v)["output"], np.array(numbers), np.array([gradients[n] for n in "abc"])
    )
    slopes = bl.numerical_gradient(
        GRAPH, dict(zip("abc", numbers, strict=True)), "output", step=1e-5
    )
    for name in "abc":
        assert slopes[name] == pytest.approx(gradients[name], rel=1e-4, abs=1e-4)


def test_relu_node_has_the_slope_of_its_side():
    for value, slope in ((3.0, 1.0), (-3.0, 0.0)):
        assert bl.node_value("relu", [value]) == max(value, 0)
        assert bl.local_gradients("relu", [value]) == (slope,)


def test_a_given_node_is_not_computed():
    assert bl.graph_forward({"y": ("exp", "x"), "z": ("add", "y", "y")}, {"x": 1.0, "y": 3.0}) == {
        "x": 1.0,
        "y": 3.0,
        "z": 6.0,
    }


def test_topological_order_has_every_node_once_after_its_parents():
    order = bl.topological_order(GRAPH)
    assert len(order) == len(set(order)) == len(GRAPH) + 3
    for place, name in enumerate(order):
        assert all(parent in order[:place] for parent in GRAPH.get(name, ())[1:])


def test_unknown_operations_are_named():
    for function in (bl.node_value, bl.local_gradients):
        with pytest.raises(ValueError, match="'add' with 1 parents"):
            function("add", [1.0])


def test_a_deep_graph_is_no_problem():
    graph = {"0": ("add", "x", "x")}
    for i in range(1, 20_000):
        graph[str(i)] = ("add", str(i - 1), "x")
    backwards = dict(reversed(graph.items()))
    values = bl.graph_forward(backwards, {"x": 1.0})
    assert bl.graph_backward(backwards, values, "19999")["x"] == values["19999"] == 20_001


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_gradient_check(size):
    numeric = size * np.random.default_rng(0).normal(size=(3, 5))
    assert bl.gradient_check(numeric * (1 + 1e-7), numeric)
    assert bl.gradient_check(0 * numeric, 0 * numeric)
    one_off = numeric + 1e-3 * size * np.eye(3, 5)
    for wrong in (-numeric, one_off, numeric.T, numeric[0], numeric * np.nan, numeric + np.inf):
        assert not bl.gradient_check(wrong, numeric)


# Shapes


def test_squared_errors_are_one_a_sample():
    errors = bl.squared_errors(np.array([[1.0], [2.0], [-1.0]]), np.array([1.0, 4.0, 2.0]))
    np.testing.assert_array_equal(errors, [0.0, 4.0, 9.0])


# The perceptron


@settings(max_examples=40, deadline=None)
@given(seed=SEED, n=st.integers(1, 20), d=st.integers(1, 4))
def test_perceptron_separates_what_a_line_can(seed, n, d):
    rng = np.random.default_rng(seed)
    x, direction = rng.normal(size=(n, d)), rng.normal(size=d)
    y = (x @ direction > 0).astype(int)
    x += np.outer(2 * y - 1, direction) / np.linalg.norm(direction)  # a gap between the classes
    w, b, mistakes = bl.perceptron_fit(x, y, 1000, 0.5, rng)
    assert mistakes[-1] == 0
    np.testing.assert_array_equal(bl.perceptron_predict(x, w, b), y)


def test_perceptron_cannot_learn_xor():
    x = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    *_, mistakes = bl.perceptron_fit(x, np.array([0, 1, 1, 0]), 50, 1.0, np.random.default_rng(0))
    assert len(mistakes) == 50 and min(mistakes) > 0


def test_perceptron_update_moves_only_when_wrong():
    x, w, b = np.array([1.0, 2.0]), np.array([1.0, 1.0]), 0.0
    same_w, same_b = bl.perceptron_update(x, 1, w, b, 0.1)
    np.testing.assert_array_equal(same_w, w)
    assert same_b == b
    new_w, new_b = bl.perceptron_update(x, 0, w, b, 0.1)
    np.testing.assert_allclose(new_w, [0.9, 0.8])
    assert new_b == pytest.approx(-0.1)
    np.testing.assert_array_equal(w, [1, 1])


def test_perceptron_labels_are_0_and_1():
    with pytest.raises(ValueError, match=r"\[-1, 1\]"):
        bl.perceptron_fit(np.zeros((2, 1)), np.array([-1, 1]), 1, 1.0, np.random.default_rng(0))


# Data


@settings(max_examples=40, deadline=None)
@given(n=st.integers(0, 40), seed=SEED, first=st.integers(0, 10), second=st.integers(0, 10))
def test_split_has_every_sample_once(n, seed, first, second):
    total = first + second + 3
    shares = (first / total, second / total, 3 / total)
    y = np.arange(n)
    parts = bl.split_train_validation_test(2 * y, y, shares, np.random.default_rng(seed))
    assert sorted(int(v) for _, y in parts for v in y) == list(range(n))
    for (x, y), share in zip(parts, shares, strict=True):
        np.testing.assert_array_equal(x, 2 * y)
        assert abs(len(y) - share * n) <= 1


def test_split_says_what_is_wrong():
    x, rng = np.zeros(4), np.random.default_rng(0)
    with pytest.raises(ValueError, match="add up to 1"):
        bl.split_train_validation_test(x, x, (0.5, 0.2, 0.2), rng)
    with pytest.raises(ValueError, match=r"x has 4 .*y has 3"):
        bl.split_train_validation_test(x, x[:3], (0.6, 0.2, 0.2), rng)


@settings(max_examples=40, deadline=None)
@given(n=st.integers(2, 30), seed=SEED, dtype=st.sampled_from([np.float32, np.float64]))
def test_standardized_features_have_mean_0_and_std_1(n, seed, dtype):
    rng = np.random.default_rng(seed)
    x = (rng.normal(size=(n, 4)) * [1, 100, 0.01, 0] + [0, 5, -1, 0.1]).astype(dtype)
    mean, std = bl.fit_standardizer(x)
    z = bl.standardize(x, mean, std)
    assert z.dtype == mean.dtype == std.dtype == dtype
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(z.std(axis=0), [1, 1, 1, 0], atol=1e-3)
    np.testing.assert_allclose(bl.standardize(mean[None], mean, std), 0)


def test_minibatches_say_what_is_wrong():
    with pytest.raises(ValueError, match=r"x has 3 .*y has 4"):
        list(bl.iterate_minibatches(np.zeros(3), np.zeros(4), 2, np.random.default_rng(0)))
    with pytest.raises(ValueError, match="batch_size must be at least 1"):
        list(bl.iterate_minibatches(np.zeros(3), np.zeros(3), 0, np.random.default_rng(0)))


# All of it


def test_softmax_and_its_loss_survive_huge_scores():
    scores = np.array([[1000.0, 0.0, -1000.0]])
    np.testing.assert_allclose(bl.softmax(scores), [[1, 0, 0]])
    loss, _ = bl.softmax_cross_entropy(scores, np.array([2]))
    assert loss == pytest.approx(2000)


def test_float32_stays_float32():
    rng = np.random.default_rng(0)
    params = {k: v.astype(np.float32) for k, v in bl.init_mlp([4, 5, 3], rng).items()}
    scores, cache = bl.mlp_forward(rng.normal(size=(6, 4)).astype(np.float32), params)
    _, loss_cache = bl.softmax_cross_entropy(scores, rng.integers(0, 3, 6))
    grads = bl.mlp_backward(bl.softmax_cross_entropy_backward(1.0, loss_cache), cache)
    assert {g.dtype for g in grads.values()} == {np.dtype(np.float32)}


def test_every_plain_function_keeps_float32():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, 4)).astype(np.float32)
    binary = rng.integers(0, 2, 6)
    for forward, backward in (
        (bl.sigmoid, bl.sigmoid_backward),
        (bl.tanh, bl.tanh_backward),
        (lambda x: bl.dropout(x, 0.5, rng), bl.dropout_backward),
    ):
        y, cache = forward(x)
        assert y.dtype == backward(x, cache).dtype == np.float32
    for loss, cache, backward in (
        (*bl.mean_squared_error(x, x + 1), bl.mean_squared_error_backward),
        (*bl.binary_cross_entropy(x[:, 0], binary), bl.binary_cross_entropy_backward),
    ):
        assert loss.dtype == backward(1.0, cache).dtype == np.float32
    w, *_ = bl.perceptron_fit(x, binary, 3, 0.1, rng)
    assert w.dtype == np.float32


def test_every_public_name_exists_and_is_documented():
    for name in bl.__all__:
        assert getattr(bl, name).__doc__, name


def test_training_on_the_digits_reaches_95_percent():
    rng = np.random.default_rng(0)
    x, y, x_test, y_test = bl.load_digits(rng)
    assert x.shape == (1438, 64) and x_test.shape == (359, 64)
    params = bl.init_mlp([64, 32, 10], rng)
    for _ in range(15):
        for x_batch, y_batch in bl.iterate_minibatches(x, y, 32, rng):
            scores, cache = bl.mlp_forward(x_batch, params)
            _, loss_cache = bl.softmax_cross_entropy(scores, y_batch)
            grads = bl.mlp_backward(bl.softmax_cross_entropy_backward(1.0, loss_cache), cache)
            bl.sgd_step(params, grads, 0.5)
    assert bl.accuracy(bl.mlp_forward(x_test, params)[0], y_test) > 0.95


def test_minibatches_cover_every_sample_once():
    x = np.arange(10)[:, None]
    batches = list(bl.iterate_minibatches(x, x[:, 0], 4, np.random.default_rng(0)))
    assert [len(y) for _, y in batches] == [4, 4, 2]
    assert sorted(int(v) for _, y in batches for v in y) == list(range(10))
    assert all((xb[:, 0] == yb).all() for xb, yb in batches)


def test_importing_loads_no_heavy_package():
    heavy = ["matplotlib", "ipywidgets", "IPython", "sklearn", "jupytext", "nbformat", "sqlite3"]
    heavy += ["checks.exercises"]  # so many that they load when they are first used
    heavy += ["tqdm", "pandas", "scipy"]
    program = (
        "import sys, numpy, checks, backprop_lib; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "[]"

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
    np.testing.assert_allclose(gradient, numeric.value, rtol=1e-7, atol=1e-9)


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
    program = (
        "import sys, numpy, checks, backprop_lib; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "[]"

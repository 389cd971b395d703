"""The gradient check: right gradients pass, near misses do not, misbehaviour is named."""

import math
import re

import gradient_zoo
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backprop_lib as bl
from checks.gradients import check_backward, check_gradient, numerical_gradient
from checks.layout import Layout

N = 12
W = np.random.default_rng(3).normal(size=(4, 3))
X = np.random.default_rng(4).normal(size=N)


def loss(x):
    return float(((x.reshape(3, 4) @ W - np.eye(3)) ** 2).sum() / 3)


def gradient(x):
    return (2 / 3 * (x.reshape(3, 4) @ W - np.eye(3)) @ W.T).ravel()


def vector(tree):
    return Layout.of(tree).vector()


# The zoo ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", gradient_zoo.FAMILIES)
def test_the_right_gradient_passes_and_near_misses_do_not(family):
    problem = gradient_zoo.FAMILIES[family](np.random.default_rng([0, *family.encode()]))
    report = check_gradient(problem.f, problem.grad, problem.x)
    assert report.verdict == "pass", report
    exact = vector(problem.grad(problem.x))
    for label, wrong in gradient_zoo.wrong_gradients(problem, np.random.default_rng(1)):
        near_miss = check_gradient(problem.f, lambda _, wrong=wrong: wrong, problem.x)
        assert near_miss.verdict != "pass", (label, near_miss)
        named = {(entry.array, entry.index) for entry in near_miss.wrong}
        layout = Layout.of(problem.x)
        truly = {layout.place(i) for i in np.flatnonzero(vector(wrong) != exact)}
        assert named <= truly, (label, near_miss)


# Near misses of every size ----------------------------------------------------------------------


def random_network(seed, n_hidden):
    """tanh layers with parameters of mixed sizes, and their gradient."""
    rng = np.random.default_rng(seed)
    x, scales = rng.normal(size=(5, 3)), 10.0 ** rng.uniform(-3, 3, 2)
    params = {
        "w": rng.normal(size=(3, n_hidden)) * scales[0],
        "v": rng.normal(size=n_hidden) * scales[1],
    }

    def f(p):
        return (np.tanh(x @ p["w"] / scales[0]) @ p["v"] / scales[1]).sum()

    def grad(p):
        h = np.tanh(x @ p["w"] / scales[0])
        return {
            "w": x.T @ ((1 - h**2) * p["v"]) / scales[0] / scales[1],
            "v": h.sum(axis=0) / scales[1],
        }

    return f, grad, params


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    n_hidden=st.integers(1, 6),
    offset=st.sampled_from([0.0, 1.0, -1e3, 1e6]),
    times=st.sampled_from([1.0, 1e-9, -1e9]),
)
def test_a_right_gradient_passes_and_the_printed_resolution_holds(seed, n_hidden, offset, times):
    f, grad, params = random_network(seed, n_hidden)

    def moved(p):
        return times * (f(p) + offset)

    def right(p):
        return {name: times * g for name, g in grad(p).items()}

    report = check_gradient(moved, right, params)
    assert report.verdict == "pass", report
    rng = np.random.default_rng(seed)
    claimed = right(params)
    share = vector(claimed) * np.abs(vector(params))
    i = int(rng.choice(np.flatnonzero(np.abs(share) > 1e-6 * np.abs(share).max())))
    for times_resolution in (0.5, 1.5, 2.5, 8):
        wrong = vector(claimed)
        fault = times_resolution * report.resolution
        wrong[i] *= 1 + rng.choice([-1, 1]) * fault
        answer = Layout.of(params).build(wrong)
        near_miss = check_gradient(moved, lambda _, answer=answer: answer, params)
        if near_miss.verdict == "pass":  # then it must not claim to have excluded this fault
            assert near_miss.resolution >= fault * (1 - fault), near_miss
            assert times_resolution < 8


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), size=st.sampled_from([1e-4, 1e-3, 0.3, -1.0, -2.0]))
def test_a_fault_in_one_entry_is_named(seed, size):
    rng = np.random.default_rng(seed)
    i = int(rng.integers(N))

    def wrong(x):
        g = gradient(x)
        g[i] *= 1 + size
        return g

    report = check_gradient(loss, wrong, rng.normal(size=N))
    assert report.verdict == "fail"
    assert [entry.index for entry in report.wrong] == [(i,)]
    (entry,) = report.wrong
    assert entry.claimed == pytest.approx(entry.numeric * (1 + size), rel=1e-6, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_error_estimates_are_honest(seed):
    f, grad, params = random_network(seed, 4)
    numeric = numerical_gradient(f, params)
    off = np.abs(vector(numeric.value) - vector(grad(params)))
    # the exact gradient has roundings of its own
    assert (off <= 4 * vector(numeric.error) + 1e-13 * np.abs(vector(grad(params)))).all()


# Kinks ------------------------------------------------------------------------------------------

AT_KINKS = np.array([0.0, 1.0, -2.0, 0.0, 3e-7])


@pytest.mark.parametrize("at_zero", [-1.0, -0.3, 0.0, 1.0])
def test_any_slope_between_the_two_sides_of_a_kink_is_right(at_zero):
    claimed = np.array([at_zero, 1, -1, at_zero, 1])
    report = check_gradient(lambda x: np.abs(x).sum(), lambda _: claimed, AT_KINKS)
    assert report.verdict == "pass", report
    assert "kink" in report.reason
    assert report.arrays[0].kink.tolist() == [True, False, False, True, False]


@pytest.mark.parametrize("at_zero", [-1.001, 1.0001, 2.0])
def test_a_slope_beyond_the_two_sides_is_wrong(at_zero):
    claimed = np.array([at_zero, 1, -1, 0, 1])
    report = check_gradient(lambda x: np.abs(x).sum(), lambda _: claimed, AT_KINKS)
    assert report.verdict == "fail"
    assert [entry.index for entry in report.wrong] == [(0,)]


@pytest.mark.parametrize("distance", [1e-2, 1e-5, 1e-8, -1e-8, -1e-5])
def test_a_kink_close_by_is_no_excuse(distance):
    x = np.array([distance, 1.0, -0.5])
    slope = np.array([float(distance > 0), 1.0, 0.0])
    relu = lambda x: np.maximum(x, 0).sum()  # noqa: E731
    assert check_gradient(relu, lambda _: slope, x).verdict == "pass"
    average = slope.copy()
    average[0] = 0.5
    assert check_gradient(relu, lambda _: average, x).verdict == "fail"


# Where the numbers are poor ---------------------------------------------------------------------


def test_an_offset_that_drowns_differences_is_seen_through_by_complex_steps():
    report = check_gradient(lambda x: 1e12 + np.sin(x).sum(), np.cos, X)
    assert report.verdict == "pass", report
    wrong = check_gradient(lambda x: 1e12 + np.sin(x).sum(), lambda x: 1.001 * np.cos(x), X)
    assert wrong.verdict == "fail"


def test_what_cannot_be_decided_is_unresolved():
    def drowned(x):  # math.fsum takes no complex numbers
        return 1e12 + math.fsum(np.sin(x))

    report = check_gradient(drowned, np.cos, X)
    assert report.verdict == "unresolved"
    assert "rounding noise" in report.reason
    assert report.resolution == math.inf


def test_a_jump_has_no_slope():
    x = np.array([0.0, 1.0])
    report = check_gradient(lambda x: float((x > 0).sum()) + x.sum(), lambda _: np.ones(2), x)
    assert report.verdict == "unresolved"
    assert "does not settle" in report.reason


@pytest.mark.parametrize("part", [0.0, 0.1])
def test_single_precision_inside_passes_at_its_own_resolution(part):
    def f(x):
        return float(np.sin(x.astype(np.float32)).sum()) + part * float((x**2).sum())

    def grad(x):
        return np.cos(x) + 2 * part * x

    report = check_gradient(f, grad, X)
    assert report.verdict == "pass", report
    assert 1e-6 < report.resolution < 1
    assert check_gradient(f, lambda x: 1.05 * grad(x), X).verdict == "fail"


def test_a_minimum_and_a_constant_have_a_gradient_of_zero():
    zeros = np.zeros(4)
    assert check_gradient(lambda x: (x**2).sum(), lambda x: 2 * x, zeros).verdict == "pass"
    assert check_gradient(lambda x: (x**2).sum(), lambda x: 2 * x + 1e-6, zeros).verdict == "fail"
    assert check_gradient(lambda x: 3.0, np.zeros_like, np.ones(3)).verdict == "pass"
    assert check_gradient(lambda x: 3.0, lambda x: 1e-9 * x, np.ones(3)).verdict == "fail"


# Many parameters --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def network():
    """50,890 parameters, a loss of them and its gradient."""
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(32, 784)), rng.integers(0, 10, 32)
    params = bl.init_mlp([784, 64, 10], rng)

    def f(p):
        return bl.softmax_cross_entropy(bl.mlp_forward(x, p)[0], labels)[0]

    def grad(p):
        scores, cache = bl.mlp_forward(x, p)
        _, loss_cache = bl.softmax_cross_entropy(scores, labels)
        return bl.mlp_backward(bl.softmax_cross_entropy_backward(1.0, loss_cache), cache)

    return f, grad, params


def real_only(f):
    """f, but as code that does not take complex numbers."""

    def inner(p):
        if any(np.iscomplexobj(v) for v in p.values()):
            raise TypeError
        return f(p)

    return inner


@pytest.mark.parametrize("wrap", [lambda f: f, real_only], ids=["any", "real only"])
def test_many_parameters_take_150_evaluations(network, wrap):
    f, grad, params = network
    right = check_gradient(wrap(f), grad, params)
    assert right.verdict == "pass", right
    assert right.evaluations <= 150
    rng = np.random.default_rng(1)
    for factor in (-1.0, 0.0, 1.01, 1.0001):
        i, j = int(rng.integers(784)), int(rng.integers(64))

        def wrong(p, i=i, j=j, factor=factor):
            g = grad(p)
            g["w1"][i, j] *= factor
            return g

        report = check_gradient(wrap(f), wrong, params)
        assert report.verdict == "fail", (factor, report)
        assert [(e.array, e.index) for e in report.wrong] == [("w1", (i, j))]
        assert report.evaluations <= 150
    everything = check_gradient(wrap(f), lambda p: {k: 2 * g for k, g in grad(p).items()}, params)
    assert everything.verdict == "fail"
    assert everything.evaluations <= 150


# Functions that misbehave -----------------------------------------------------------------------


class Model:
    """A model with a generator and a counter as attributes."""

    def __init__(self):
        self.rng = np.random.default_rng(0)
        self.calls = 0

    def noisy_loss(self, x):
        return loss(x + self.rng.normal(size=N))

    def noisy_gradient(self, x):
        return gradient(x + self.rng.normal(size=N))

    def counting_loss(self, x):
        self.calls += 1
        return loss(x) * (1 + self.calls / 1000)


def changes_input(x):
    x += 0.5
    return loss(x)


def gradient_that_changes_input(x):
    g = gradient(x)
    x[:] = 0
    return g


def with_buffer(function, shape):
    buffer = np.zeros(shape)

    def reused(x):
        buffer[...] = function(x)
        return buffer

    return reused


def dropout(draw):
    def f(x):
        kept = draw(N) < 0.8
        return loss(x * kept / 0.8)

    def grad(x):
        kept = draw(N) < 0.8
        return gradient(x * kept / 0.8) * kept / 0.8

    return f, grad


def running_mean():
    mean = [0.0]

    def f(x):
        mean[0] = 0.9 * mean[0] + 0.1 * float(np.mean(x))
        return loss(x - mean[0])

    return f


def raises(x):
    raise ZeroDivisionError("by zero")


def random_number(n):
    return np.random.random(n)


def python_random(n):
    import random

    return np.array([random.random() for _ in range(n)])


def entry_set(value):
    def grad(x):
        g = gradient(x)
        g[3] = value
        return g

    return grad


GENERATOR = np.random.default_rng(5)
MODEL = Model()

MISBEHAVIOUR = {
    "f changes its input": (changes_input, lambda x: gradient(x + 0.5), "pass", "input in place"),
    "f changes its input, wrong": (changes_input, gradient, "fail", "input in place"),
    "grad changes its input": (loss, gradient_that_changes_input, "pass", "grad changes its input"),
    "f reuses its buffer": (with_buffer(loss, ()), gradient, "pass", "f reuses its output buffer"),
    "grad reuses its buffer": (loss, with_buffer(gradient, N), "pass", "grad reuses its output"),
    "buffer, wrong": (with_buffer(loss, ()), lambda x: -gradient(x), "fail", "buffer"),
    "global generator": (*dropout(random_number), "pass", "NumPy's global generator"),
    "Python's generator": (*dropout(python_random), "pass", "Python's global generator"),
    "generator in a closure": (*dropout(GENERATOR.random), "pass", "random numbers from the gen"),
    "generator, wrong": (
        dropout(GENERATOR.random)[0],
        lambda x: 0.8 * dropout(GENERATOR.random)[1](x),
        "fail",
        "random numbers",
    ),
    "generator in an object": (MODEL.noisy_loss, MODEL.noisy_gradient, "pass", "`self.rng`"),
    "f keeps a running mean": (running_mean(), gradient, "unresolved", "keeps state .*`mean`"),
    "f counts": (MODEL.counting_loss, gradient, "unresolved", "keeps state .*`self.calls`"),
    "shape": (loss, lambda x: gradient(x)[:, None], "fail", r"wrong shape: \(12, 1\) where \(12,"),
    "too short": (loss, lambda x: gradient(x)[:-1], "fail", "wrong shape"),
    "list": (loss, lambda x: gradient(x).tolist(), "fail", "a list of 12"),
    "nothing": (loss, lambda x: None, "fail", "None"),
    "text": (loss, lambda x: np.array(["a"] * N), "fail", "real numbers were expected"),
    "NaN": (loss, entry_set(math.nan), "fail", r"NaN at x\[3\]"),
    "infinity": (loss, entry_set(math.inf), "fail", r"infinity at x\[3\]"),
    "grad raises": (loss, raises, "fail", "grad raises ZeroDivisionError at x: by zero"),
    "f raises": (raises, gradient, "fail", "f raises ZeroDivisionError"),
    "f is NaN": (lambda x: math.nan, gradient, "fail", "f gives NaN"),
    "f is infinite": (lambda x: math.inf, gradient, "fail", "f gives infinity"),
    "f returns a list": (lambda x: [loss(x)], gradient, "fail", "f returned a list"),
    "f returns an array": (lambda x: x, gradient, "fail", "use check_backward"),
    "f returns nothing": (lambda x: None, gradient, "fail", "f returned None"),
    "f returns text": (lambda x: "7", gradient, "fail", "a number was expected"),
}


@pytest.mark.parametrize("name", MISBEHAVIOUR)
def test_misbehaviour_is_named(name):
    f, grad, verdict, words = MISBEHAVIOUR[name]
    report = check_gradient(f, grad, X)
    assert report.verdict == verdict, report
    assert re.search(words, report.reason), report.reason


def test_the_check_leaves_no_trace():
    x, generator = X.copy(), np.random.default_rng(9)
    before = generator.bit_generator.state
    x.flags.writeable = False
    f, grad = dropout(generator.random)
    assert check_gradient(f, grad, x).verdict == "pass"
    assert (x == X).all()
    assert generator.bit_generator.state == before


# Arrays of every kind ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "x",
    [
        np.arange(1, N + 1),
        X.astype(np.float32),
        np.repeat(X, 2)[::2],
        X.astype(">f8"),
        np.arange(N).astype(np.uint8),
    ],
    ids=["integers", "float32", "strided", "big-endian", "uint8"],
)
def test_arrays_of_every_kind(x):
    assert check_gradient(loss, gradient, x).verdict == "pass"
    assert check_gradient(loss, lambda x: 1.001 * gradient(x), x).verdict == "fail"


def test_fortran_order_reaches_the_function():
    x = np.asfortranarray(X.reshape(3, 4))
    seen = []

    def f(x):
        seen.append(x.flags.f_contiguous and x.flags.writeable)
        return loss(x)

    assert check_gradient(f, lambda x: gradient(x).reshape(3, 4), x).verdict == "pass"
    assert all(seen)


@pytest.mark.parametrize("structure", [dict, tuple, list])
def test_structures(structure):
    parts = {"w": W, "b": np.zeros(3)}
    x = parts if structure is dict else structure(parts.values())

    def f(x):
        w, b = x.values() if structure is dict else x
        return float(((X.reshape(3, 4) @ w + b) ** 2).sum())

    def grad(x):
        w, b = x.values() if structure is dict else x
        dy = 2 * (X.reshape(3, 4) @ w + b)
        found = {"w": X.reshape(3, 4).T @ dy, "b": dy.sum(axis=0)}
        return found if structure is dict else structure(found.values())

    def bias_wrong(x):
        g = grad(x)
        g["b" if structure is dict else 1][2] = 0
        return g

    assert check_gradient(f, grad, x).verdict == "pass"
    report = check_gradient(f, bias_wrong, x)
    assert [a.verdict for a in report.arrays] == ["pass", "fail"]
    assert report.wrong[0].name == ("b[2]" if structure is dict else "x[1][2]")


def test_a_pair_of_value_and_gradient():
    assert check_gradient(lambda x: (loss(x), gradient(x)), None, X).verdict == "pass"
    assert check_gradient(lambda x: (loss(x), -gradient(x)), None, X).verdict == "fail"


def test_missing_keys_are_named():
    report = check_gradient(lambda p: loss(p["a"]), lambda p: {"b": p["a"]}, {"a": X})
    assert report.verdict == "fail"
    assert "missing: a" in report.reason and "not in x: b" in report.reason


def test_single_numbers_and_nothing():
    assert check_gradient(lambda x: x**2, lambda x: 2 * x, 3.0).verdict == "pass"
    assert check_gradient(lambda x: 0.0, lambda x: x, np.zeros(0)).verdict == "pass"
    with pytest.raises(TypeError, match="real numbers"):
        check_gradient(loss, gradient, "text")


def test_numerical_gradient_of_nothing_is_an_error():
    with pytest.raises(ValueError, match="gives NaN"):
        numerical_gradient(lambda x: math.nan, X)


# Forward and backward ---------------------------------------------------------------------------

RNG = np.random.default_rng(0)
INPUTS = (RNG.normal(size=(3, 4)), RNG.normal(size=(4, 5)), np.zeros(5))


def test_every_pair_of_the_library():
    x = INPUTS[0]
    assert check_backward(bl.linear, bl.linear_backward, INPUTS).verdict == "pass"
    assert check_backward(bl.relu, bl.relu_backward, (x,)).verdict == "pass"
    labels = np.array([0, 3, 1])
    pair = (bl.softmax_cross_entropy, bl.softmax_cross_entropy_backward)
    assert check_backward(*pair, (x, labels)).verdict == "pass"
    assert check_backward(*pair, {"scores": x, "labels": labels}).verdict == "pass"
    params = bl.init_mlp([4, 5, 3], RNG)
    report = check_backward(bl.mlp_forward, bl.mlp_backward, (x, params), wrt=["params"])
    assert report.verdict == "pass", report


def test_the_wrong_input_is_named():
    def mean_for_bias(dy, cache):
        dx, dw, db = bl.linear_backward(dy, cache)
        return dx, dw, db / len(dy)

    report = check_backward(bl.linear, mean_for_bias, INPUTS)
    assert report.verdict == "fail"
    assert {a.name: a.verdict for a in report.arrays} == {"x": "pass", "w": "pass", "b": "fail"}


def test_a_gradient_that_ignores_the_upstream_one_is_wrong():
    report = check_backward(bl.relu, lambda dy, x: (x > 0) * 1.0, (INPUTS[0],))
    assert report.verdict == "fail"


def test_backward_that_overwrites_dout_is_noted():
    def overwrites(dy, x):
        dy *= x > 0
        return dy

    report = check_backward(bl.relu, overwrites, (INPUTS[0],))
    assert report.verdict == "pass"
    assert "backward changes its input in place" in report.reason


@pytest.mark.parametrize(
    ("forward", "backward", "words"),
    [
        (lambda x: x, lambda dy, x: dy, r"pair \(out, cache\) was expected"),
        (bl.relu, lambda dy, x: (dy, dy), "where 1 gradients? were expected|tuple of 2"),
        (bl.relu, raises, "backward raises TypeError"),
        (bl.relu, lambda dy, x: (dy * (x > 0)).T, "wrong shape"),
    ],
)
def test_passes_that_do_not_fit_are_told_so(forward, backward, words):
    report = check_backward(forward, backward, (INPUTS[0],))
    assert report.verdict == "fail"
    assert re.search(words, report.reason), report.reason


def test_inputs_without_floats_are_refused():
    with pytest.raises(ValueError, match="none of them holds floats"):
        check_backward(bl.relu, bl.relu_backward, (np.arange(3),))
    with pytest.raises(ValueError, match="wrt names z"):
        check_backward(bl.linear, bl.linear_backward, INPUTS, wrt=["z"])


# The report -------------------------------------------------------------------------------------


def test_the_same_call_gives_the_same_report():
    assert str(check_gradient(loss, gradient, X)) == str(check_gradient(loss, gradient, X))


def test_the_report_reads_well():
    report = check_gradient(loss, lambda x: 2 * gradient(x), X)
    text = str(report)
    assert text.startswith("fail: 12 of 12 entries are wrong: worst x[")
    assert "and 4 more" in text
    assert f"{report.evaluations} evaluations of f" in text


@pytest.mark.parametrize("factor", [1.0, 1.5])
def test_the_picture_shows_error_against_step(factor):
    picture = check_gradient(loss, lambda x: factor * gradient(x), X).plot()
    assert "rounding" in picture.alt and "truncation" in picture.alt
    assert f"{0 if factor == 1 else 12} of 12" in picture.alt


def test_no_picture_without_evidence():
    with pytest.raises(ValueError, match="f gives NaN"):
        check_gradient(lambda x: math.nan, gradient, X).plot()

"""Wrong answers that try to look right, and right ones that come in an unusual form."""

import sys
import types
from functools import partial

import numpy as np
import pytest

import backprop_lib as bl
from backprop_lib import layers, network
from checks import check
from checks.exercises import EXERCISES
from checks.judge import judge


def right(dy, cache):
    return dy * (cache > 0)


def refused(name, attempt, seeds=range(4)):
    """The results of an attempt that is wrong on each of these seeds."""
    results = [judge(name, attempt, seed) for seed in seeds]
    for result in results:
        assert (result.verdict, result.points) == ("wrong", 0), result.message
        assert result.reproduce and result.message
    return results


# Right on what is visible only


IN_TABLES = [
    e
    for e in EXERCISES
    if e.returns in ("array", "tuple", "dict", "out and cache")
    and e.name != "train_mlp"  # it changes what it is given
    and not e.cases(np.random.default_rng(0))[0].accept
]


@pytest.mark.parametrize("exercise", IN_TABLES, ids=lambda exercise: exercise.name)
def test_answers_learned_by_heart_fail_on_another_seed(exercise):
    table = {}

    def remember(*args):
        table[repr(args)] = exercise.reference(*args)
        return table[repr(args)]

    def by_heart(*args):
        return table[repr(args)] if repr(args) in table else next(iter(table.values()))

    assert judge(exercise.name, remember, seed=0).verdict == "correct"
    assert judge(exercise.name, by_heart, seed=0).verdict == "correct"
    refused(exercise.name, by_heart, range(1, 6))


# Numerical differences in place of the backward pass


def differences(loss, arrays, h):
    """Central differences of a loss, for each of some arrays."""
    gradients = []
    for i, array in enumerate(arrays):
        gradient = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            moved = [a.copy() for a in arrays]
            moved[i][index] += h
            up = loss(*moved)
            moved[i][index] -= 2 * h
            gradient[index] = (up - loss(*moved)) / (2 * h)
        gradients.append(gradient)
    return tuple(gradients)


def linear_by_differences(h):
    return lambda dy, cache: differences(lambda x, w, b: (dy * (x @ w + b)).sum(), cache, h)


def relu_by_differences(h):
    return lambda dy, x: differences(lambda x: (dy * np.maximum(x, 0)).sum(), [x], h)[0]


def sigmoid_by_differences(h):
    def attempt(dy, y):
        x = np.log(y / (1 - y))
        return differences(lambda x: (dy / (1 + np.exp(-x))).sum(), [x], h)[0]

    return attempt


def softmax_by_differences(h):
    def attempt(dloss, cache):
        p, labels = cache

        def loss(scores):
            return dloss * bl.softmax_cross_entropy(scores, labels)[0]

        return differences(loss, [np.log(p)], h)[0]

    return attempt


def mlp_by_differences(h):
    def attempt(dscores, cache):
        params = {}
        for i, ((_, w, b), _) in enumerate(cache, 1):
            params |= {f"w{i}": w, f"b{i}": b}
        x = cache[0][0][0]

        def loss(*arrays):
            moved = dict(zip(params, arrays, strict=True))
            return (dscores * bl.mlp_forward(x, moved)[0]).sum()

        return dict(zip(params, differences(loss, list(params.values()), h), strict=True))

    return attempt


BY_DIFFERENCES = {
    "linear_backward": linear_by_differences,
    "relu_backward": relu_by_differences,
    "sigmoid_backward": sigmoid_by_differences,
    "softmax_cross_entropy_backward": softmax_by_differences,
    "mlp_backward": mlp_by_differences,
}


@pytest.mark.parametrize("h", [1e-4, 1e-5, 1e-6, 1e-7, 1e-8])
@pytest.mark.parametrize("name", BY_DIFFERENCES)
def test_numerical_differences_are_no_backward_pass(name, h):
    for result in refused(name, BY_DIFFERENCES[name](h)):
        assert result.mistake in ("numerical-differences", "nearly-right"), result.message
        assert "difference" in result.message + result.question
    if h in (1e-4, 1e-5, 1e-6):
        for result in refused(name, BY_DIFFERENCES[name](h)):
            assert result.mistake == "numerical-differences", result.message


# A package that derives by itself


@pytest.fixture
def torch(monkeypatch):
    """A package of that name, which computes what is right."""
    fake = types.ModuleType("torch")
    fake.gradient_of_relu = right
    fake.gradient_of_relu.__module__ = __name__
    monkeypatch.setitem(sys.modules, "torch", fake)
    return fake


def test_a_package_that_derives_by_itself_is_no_answer(torch):
    def imports(dy, cache):
        import torch

        return torch.gradient_of_relu(dy, cache)

    def helper(dy, cache):
        import torch as t

        return t.gradient_of_relu(dy, cache)

    def through_a_helper(dy, cache):
        return helper(dy, cache)

    space = {"torch": torch}
    exec("def from_outside(dy, cache):\n    return torch.gradient_of_relu(dy, cache)\n", space)
    for attempt in (imports, through_a_helper, space["from_outside"]):
        for result in refused("relu_backward", attempt):
            assert result.mistake == "derived-by-a-package"
            assert "torch" in result.message
    assert judge("relu_backward", right).verdict == "correct"


def test_a_variable_may_be_called_what_it_likes():
    def relu_backward(dy, jax):
        torch = jax > 0
        return dy * torch

    assert judge("relu_backward", relu_backward).verdict == "correct"


# The library bent, so that a wrong backward pass agrees with it


def twice(x):
    return 2 * np.maximum(x, 0), x


def twice_backward(dy, cache):
    return 2 * dy * (cache > 0)


def test_patches_of_the_library_do_not_change_the_truth(monkeypatch):
    monkeypatch.setattr(layers, "relu", twice)
    monkeypatch.setattr(network, "relu", twice)
    monkeypatch.setattr(bl, "relu", twice)
    refused("relu_backward", twice_backward, range(900, 904))

    def gates_twice(dscores, cache):
        grads = {}
        for i, (linear_cache, gate) in reversed(list(enumerate(cache, 1))):
            dout = dscores if gate is None else 2 * dout * (gate > 0)  # noqa: F821
            dout, grads[f"w{i}"], grads[f"b{i}"] = bl.linear_backward(dout, linear_cache)
        return grads

    refused("mlp_backward", gates_twice, range(900, 904))
    assert network.relu is twice  # whoever patched it finds it as it was


def test_new_code_in_the_library_does_not_change_the_truth(monkeypatch):
    def relu(x):
        y = np.maximum(x, 0) * 2
        return y, x

    monkeypatch.setattr(layers.relu, "__code__", relu.__code__)
    assert layers.relu(np.ones(1))[0] == 2
    refused("relu_backward", twice_backward, range(910, 914))
    assert layers.relu(np.ones(1))[0] == 2


def test_a_patched_numpy_does_not_change_the_truth(monkeypatch):
    maximum = np.maximum
    monkeypatch.setattr(np, "maximum", lambda a, b, **how: 2 * maximum(a, b, **how))
    refused("relu_backward", twice_backward, range(920, 924))


def test_a_patched_reference_is_no_right_answer(monkeypatch):
    monkeypatch.setattr(layers, "sigmoid_backward", lambda dy, y: dy)
    attempt = {"layers": layers}
    exec("def sigmoid_backward(dy, y):\n    return layers.sigmoid_backward(dy, y) * 3\n", attempt)
    refused("sigmoid_backward", attempt["sigmoid_backward"])


# Inputs changed, state kept


def changes_what_lies_deep(dscores, cache):
    grads = bl.mlp_backward(dscores, cache)
    cache[0][0][1][0, 0] += 1.0
    return grads


def changes_the_list(dscores, cache):
    grads = bl.mlp_backward(dscores, cache)
    cache.pop()
    return grads


def changes_after_copying_back(dscores, cache):
    dscores *= 2
    grads = bl.mlp_backward(dscores / 2, cache)
    dscores[0, 0] = 0.0
    return grads


@pytest.mark.parametrize(
    "attempt", [changes_what_lies_deep, changes_the_list, changes_after_copying_back]
)
def test_changed_inputs_are_seen_however_deep(attempt):
    for result in refused("mlp_backward", attempt):
        assert result.mistake == "input-overwritten"


def test_state_between_calls_is_seen():
    calls = []

    def grows(dy, cache):
        calls.append(0)
        return dy * (cache > 0) * (1 + 1e-6 * len(calls))

    refused("relu_backward", grows)
    for seed in range(4):
        kept = {}

        def remembers(dy, cache, kept=kept):  # the first gradient of each shape
            return kept.setdefault(dy.shape, dy.copy()) * (cache > 0)

        for result in refused("relu_backward", remembers, [seed]):
            assert result.mistake in ("answer-changes", "answer-kept")
    rng = np.random.default_rng(0)

    def at_random(dy, cache):
        return dy * (cache > 0) * rng.normal(1.0, 0.1)

    for result in refused("relu_backward", at_random):
        assert result.mistake == "answer-changes"


# Objects with ideas of their own


class Agreeable(np.ndarray):
    """An array that equals everything, whose every difference is zero, and that is never NaN."""

    def __eq__(self, other):
        return np.ones(self.shape, dtype=bool)

    def __ne__(self, other):
        return np.zeros(self.shape, dtype=bool)

    def __sub__(self, other):
        return np.zeros(self.shape)

    __rsub__ = __sub__
    __le__ = __ge__ = __lt__ = __gt__ = __eq__

    def __array_ufunc__(self, ufunc, method, *args, **how):
        return np.zeros(self.shape)

    def __array_function__(self, function, kinds, args, how):
        return True

    def astype(self, *args, **how):
        raise AssertionError("no method of a learner's own array is to be called")

    copy = ravel = sum = any = all = astype


class AlwaysRight(float):
    """A number that equals everything."""

    def __eq__(self, other):
        return True

    __le__ = __ge__ = __eq__
    __hash__ = float.__hash__

    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__


class Lazy:
    """Something that becomes an array when it is asked."""

    def __init__(self, make):
        self.make = make

    def __array__(self, dtype=None, copy=None):
        return self.make()

    def __eq__(self, other):
        return True

    __hash__ = object.__hash__


class Shifty(tuple):
    """A tuple that is another one each time it is looked at."""

    def __len__(self):
        return 3

    def __iter__(self):
        raise RuntimeError("not now")


class Slippery(dict):
    """A dictionary that does not like to be read."""

    def items(self):
        raise RuntimeError("not now")


def nans(dy, x):
    return np.full(x.shape, np.nan)


def some_nans(dy, x):
    dx = dy * (x > 0)
    dx[0, 0] = np.nan
    return dx


def infinite(dy, x):
    return np.where(x > 0, dy, np.inf)


OBJECTS = {
    "agreeable": lambda dy, x: np.zeros(x.shape).view(Agreeable),
    "agreeable NaN": lambda dy, x: np.full(x.shape, np.nan).view(Agreeable),
    "numbers that are always right": lambda dy, x: [[AlwaysRight(7)] * x.shape[1]] * len(x),
    "objects that are always right": lambda dy, x: np.full(x.shape, AlwaysRight(7), dtype=object),
    "lazy": lambda dy, x: Lazy(lambda: dy * (x > 0)),
    "lazy inside": lambda dy, x: [Lazy(lambda: np.zeros(x.shape[1])) for _ in x],
    "a function": lambda dy, x: lambda: dy * (x > 0),
    "a generator without end": lambda dy, x: (row for row in iter(lambda: dy[0], None)),
    "NaN": nans,
    "NaN in one entry": some_nans,
    "infinity": infinite,
    "masked": lambda dy, x: np.ma.masked_array(np.zeros(x.shape), mask=True),
    "masked where it is wrong": lambda dy, x: np.ma.masked_array(dy, mask=x <= 0),
    "overlapping rows": lambda dy, x: np.lib.stride_tricks.as_strided(
        np.zeros(x.size), x.shape, (0, 8)
    ),
}


@pytest.mark.parametrize("attempt", OBJECTS.values(), ids=OBJECTS)
def test_objects_with_ideas_of_their_own_fail(attempt):
    refused("relu_backward", attempt)


def test_tuples_and_dictionaries_with_ideas_of_their_own_fail():
    def shifty(dy, cache):
        return Shifty(bl.linear_backward(dy, cache))

    for result in refused("linear_backward", shifty):
        assert result.mistake == "wrong-structure"

    def slippery(dscores, cache):
        return Slippery(bl.mlp_backward(dscores, cache))

    for result in refused("mlp_backward", slippery):
        assert result.mistake == "wrong-structure"


def test_one_buffer_for_all_outputs_is_wrong_where_they_overlap():
    def overlapping(dy, cache):
        dx, dw, db = bl.linear_backward(dy, cache)
        buffer = np.zeros(max(dx.size, dw.size))
        first = buffer[: dx.size].reshape(dx.shape)
        first[...] = dx
        second = buffer[: dw.size].reshape(dw.shape)
        second[...] = dw  # and dx is gone
        return first, second, db

    refused("linear_backward", overlapping)


def test_one_buffer_for_all_calls_changes_earlier_answers():
    buffer = np.zeros(1000)

    def reused(dy, cache):
        dx = buffer[: dy.size].reshape(dy.shape)
        np.multiply(dy, cache > 0, out=dx)
        return dx

    # in a network, the next layer of the same shape would overwrite what this one has given
    for result in refused("relu_backward", reused):
        assert result.mistake == "earlier-answer-changed"


def test_one_dictionary_for_all_calls_changes_earlier_answers():
    def mlp_backward(dscores, cache, grads={}):  # noqa: B006
        grads.update(bl.mlp_backward(dscores, cache))
        return grads

    for result in refused("mlp_backward", mlp_backward):
        assert result.mistake == "earlier-answer-changed"


def test_an_answer_kept_by_shape_is_seen():
    kept = {}

    def linear(x, w, b):
        return kept.setdefault(x.shape + w.shape, bl.linear(x, w, b))

    for result in refused("linear", linear):
        assert result.mistake in ("answer-kept", "answer-changes")


def read_only(dy, x):
    dx = dy * (x > 0)
    dx.flags.writeable = False
    return dx[:]


def backwards_view(dy, x):
    return (dy * (x > 0))[::-1][::-1]


def fortran_order(dy, x):
    return np.asfortranarray(dy * (x > 0))


def rows_one_after_another(dy, x):
    yield from dy * (x > 0)


def own_array_class(dy, x):
    return (dy * (x > 0)).view(Agreeable)


def long_doubles(dy, x):
    return dy.astype(np.longdouble) * (x > 0)


@pytest.mark.parametrize(
    "attempt",
    [read_only, backwards_view, fortran_order, rows_one_after_another, own_array_class,
     long_doubles],
)  # fmt: skip
def test_right_answers_in_an_unusual_form_pass(attempt):
    for seed in range(10):
        result = judge("relu_backward", attempt, seed)
        assert result.verdict == "correct", result.message


# Every failure can be seen again


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_every_failure_can_be_reproduced_from_its_line(exercise, capsys):
    for mistake in exercise.mistakes[:3]:
        first = judge(exercise.name, mistake.wrong, seed=23)
        line, case = first.reproduce.split("  # ")
        assert case == first.case and case.startswith("case ")
        again = partial(check, name=exercise.name)  # a learner's function has the right name
        eval(line, {"check": again, exercise.name: mistake.wrong})
        shown = capsys.readouterr().out
        assert first.message in shown
        assert not first.comparisons or f"The numbers of {first.case}:" in shown

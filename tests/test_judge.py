"""The judge against right answers written in many ways, and against wrong ones."""

from importlib import import_module
from pkgutil import iter_modules

import numpy as np
import pytest
import right_answers

from checks.exercises import EXERCISES, find_exercise
from checks.judge import judge

NAMES = [exercise.name for exercise in EXERCISES]


# Right answers, written differently

MODULES = [import_module(f"right_answers.{m.name}") for m in iter_modules(right_answers.__path__)]
RIGHT = {name: functions for module in MODULES for name, functions in module.RIGHT.items()}


# One test an exercise, so that all attempts meet the same cases and the truth is found once.


@pytest.mark.parametrize("name", NAMES)
def test_right_answers_pass_however_they_are_written(name):
    exercise = find_exercise(name)
    assert len(set(RIGHT[name])) >= 5
    for attempt in (exercise.reference, *RIGHT[name]):
        for seed in range(200):
            result = judge(name, attempt, seed)
            assert result.verdict == "correct", (attempt.__name__, seed, result.message)
            assert result.points == exercise.points


@pytest.mark.parametrize("name", NAMES)
def test_each_known_mistake_fails_under_its_own_name(name):
    for mistake in find_exercise(name).mistakes:
        for wrong in mistake.ways:
            for seed in range(20):
                result = judge(name, wrong, seed)
                assert (result.verdict, result.points) == ("wrong", 0), (mistake.id, seed)
                assert result.mistake == mistake.id, (seed, result.message)
                assert result.question and mistake.symptom in result.message


def test_there_are_many_known_mistakes_with_names_of_their_own():
    ids = [(e.name, m.id) for e in EXERCISES for m in e.mistakes]
    assert len(ids) == len(set(ids)) >= 150


@pytest.mark.parametrize("name", NAMES)
def test_stub_is_not_attempted(name):
    def stub(*args):
        raise NotImplementedError

    result = judge(name, stub)
    assert (result.verdict, result.points, result.mistake) == ("not attempted", 0, None)
    assert result.max_points == find_exercise(name).points


def reference(name):
    return find_exercise(name).reference


def scaled(factor):
    return lambda dy, cache: tuple(factor * g for g in reference("linear_backward")(dy, cache))


NEAR_MISSES = {
    "a thousandth too large": scaled(1.001),
    "a ten-millionth too large": scaled(1 + 1e-7),
    "one entry off": lambda dy, c: (
        reference("linear_backward")(dy, c)[0] + 1e-6 * np.eye(len(dy), c[0].shape[1]),
        *reference("linear_backward")(dy, c)[1:],
    ),
    "noise of float32 size in float64": lambda dy, c: tuple(
        g + 1e-7 * np.sin(1 + np.arange(g.size)).reshape(g.shape)
        for g in reference("linear_backward")(dy, c)
    ),
}


@pytest.mark.parametrize("attempt", NEAR_MISSES.values(), ids=NEAR_MISSES)
def test_near_misses_fail(attempt):
    for seed in range(20):
        assert judge("linear_backward", attempt, seed).verdict == "wrong"


class AlwaysEqual(np.ndarray):
    """An array that claims to equal everything, and to be near everything."""

    def __eq__(self, other):
        return np.ones(self.shape, dtype=bool)

    def __sub__(self, other):
        return np.zeros(self.shape)

    __rsub__ = __sub__

    def __array_ufunc__(self, *args, **kwargs):
        return np.zeros(self.shape)


def answer_by_call_count():
    calls = []

    def attempt(dy, cache):
        calls.append(1)
        return dy * (cache > 0) * len(calls)

    return attempt


def overwrites_its_input(dy, cache):
    dy[cache <= 0] = 0
    return dy


def returns_a_cache_array(dy, cache):
    cache *= dy
    return cache


def forever_deep(dy, cache):
    return forever_deep(dy, cache)


DISGUISED = {
    "equal to everything": (lambda dy, x: np.zeros(x.shape).view(AlwaysEqual), None),
    "NaN": (lambda dy, x: dy * np.nan, "not-finite"),
    "objects": (lambda dy, x: np.full(x.shape, None), "wrong-structure"),
    "None": (lambda dy, x: None, "nothing-returned"),
    "text": (lambda dy, x: "correct", "wrong-structure"),
    "complex": (lambda dy, x: dy * (x > 0) * (1 + 1j), "wrong-structure"),
    "counts its calls": (answer_by_call_count(), None),
    "overwrites its input": (overwrites_its_input, "input-overwritten"),
    "overwrites its cache": (returns_a_cache_array, "input-overwritten"),
    "raises": (lambda dy, x: 1 / 0, "error"),
    "exits": (lambda dy, x: exit(), "error"),
    "recurses for ever": (forever_deep, "error"),
    "takes too few arguments": (lambda dy: dy, "error"),
    "zeros": (lambda dy, x: np.zeros_like(dy), "left-at-zero"),
    "twice": (lambda dy, x: 2 * dy * (x > 0), "factor-2"),
    "transposed": (lambda dy, x: (dy * (x > 0)).T, "transposed"),
}


@pytest.mark.parametrize(("attempt", "mistake"), DISGUISED.values(), ids=DISGUISED)
def test_disguised_wrong_answers_fail(attempt, mistake):
    for seed in range(5):
        result = judge("relu_backward", attempt, seed)
        assert (result.verdict, result.points) == ("wrong", 0)
        assert mistake is None or result.mistake == mistake, result.message


def test_state_between_calls_is_seen():
    seen = {}

    def right_once(dy, cache):
        again = dy.tobytes() in seen
        seen[dy.tobytes()] = True
        return dy * (cache > 0) * (1 + again)

    assert judge("relu_backward", right_once).mistake == "answer-changes"


def test_a_fault_in_a_later_case_of_the_same_size_is_found():
    # seeds on which two cases have the same sizes, so that only their arrays differ
    def wrong_for_large_scores(scores):
        return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)

    same_sizes = 0
    for seed in range(50):
        result = judge("softmax", wrong_for_large_scores, seed)
        assert result.mistake == "overflow" and result.case.startswith("case 4")
        sizes = [line.split(": ")[1] for line in result.tried]
        same_sizes += sizes[3] in sizes[:3]
    assert same_sizes


PAIRS = {
    "the output alone": (lambda x: np.maximum(x, 0), "wrong-structure"),
    "three things": (lambda x: (np.maximum(x, 0), x, x), "wrong-structure"),
    "nothing": (lambda x: None, "nothing-returned"),
    "the cache first": (lambda x: ((x,), np.maximum(x, 0)), None),
    "ReLU in place": (lambda x: (np.maximum(x, 0, out=x), x), "input-overwritten"),
}


@pytest.mark.parametrize(("attempt", "mistake"), PAIRS.values(), ids=PAIRS)
def test_a_forward_function_returns_output_and_cache(attempt, mistake):
    result = judge("relu", attempt)
    assert result.verdict == "wrong"
    assert mistake is None or result.mistake == mistake, result.message
    if mistake == "wrong-structure":
        assert "a pair (y, cache)" in result.message


CACHES = {
    "the input": (lambda x: x, True),
    "a copy of it": (lambda x: x.copy(), True),
    "the output": (lambda x: np.maximum(x, 0), True),
    "where it is open": (lambda x: x > 0, True),
    "float32": (lambda x: x.astype(np.float32), True),
    "nothing": (lambda x: None, False),
    "the negative input": (lambda x: -x, False),
    "a tuple": (lambda x: (x,), False),
    "some object": (lambda x: object(), False),
}


@pytest.mark.parametrize(("make", "serves"), CACHES.values(), ids=CACHES)
def test_a_cache_must_serve_the_way_back(make, serves):
    result = judge("relu", lambda x: (np.maximum(x, 0), make(x)))
    if serves:
        assert result.verdict == "correct", result.message
    else:
        assert (result.verdict, result.mistake) == ("wrong", "cache-of-no-use")
        assert "relu_backward cannot use your cache. It expects the input x" in result.message


def test_a_cache_is_looked_at_in_every_forward_function():
    pairs = [e for e in EXERCISES if e.returns == "out and cache"]
    assert len(pairs) == 9
    for exercise in pairs:

        def without(*args, exercise=exercise):
            return exercise.reference(*args)[0], ()

        result = judge(exercise.name, without)
        assert (result.verdict, result.mistake) == ("wrong", "cache-of-no-use"), exercise.name


def test_random_answers_are_named_with_what_was_measured():
    def too_narrow(inputs, outputs, rng):
        return rng.normal(0.0, 2 / inputs, (inputs, outputs))

    result = judge("he_init", too_narrow)
    assert result.mistake == "variance-as-spread" and "standard deviation 0.0" in result.message

    def of_no_known_kind(inputs, outputs, rng):
        return rng.normal(0.3, 1 / inputs, (inputs, outputs))

    result = judge("he_init", of_no_known_kind)
    assert (result.verdict, result.mistake) == ("wrong", "wrong-distribution")


def test_a_near_miss_in_a_vector_is_not_called_transposed():
    def attempt(x_n, y_n, w, b, learning_rate):
        new_w, new_b = reference("perceptron_update")(x_n, y_n, w, b, learning_rate)
        return new_w * (1 + 1e-7), new_b

    result = judge("perceptron_update", attempt)
    assert result.verdict == "wrong" and result.mistake != "transposed"


def test_not_a_function():
    assert judge("relu_backward", 3).mistake == "not-a-function"


def test_unknown_exercise_lists_the_known_ones():
    with pytest.raises(LookupError, match=r"'rleu'.*linear_backward, relu_backward"):
        judge("rleu", lambda: None)


def test_swapped_outputs_are_named():
    def swapped(dy, cache):
        dx, dw, db = reference("linear_backward")(dy, cache)
        return dw, dx, db

    assert judge("linear_backward", swapped).mistake == "swapped-outputs"


def test_constant_factor_is_named_after_the_size_it_equals():
    def too_large(dscores, cache):
        n = len(dscores)
        return {k: n * v for k, v in reference("mlp_backward")(dscores, cache).items()}

    result = judge("mlp_backward", too_large)
    assert result.mistake == "factor-N"
    assert "the factor is N" in result.message


def test_missing_key_is_named():
    def without_b1(dscores, cache):
        grads = reference("mlp_backward")(dscores, cache)
        del grads["b1"]
        return grads

    result = judge("mlp_backward", without_b1)
    assert result.mistake == "missing-key" and "b1" in result.message


def test_a_mistake_in_an_earlier_exercise_counts_only_there():
    namespace = {}
    exec(
        "def linear_backward(dy, cache):\n"
        "    x, w, b = cache\n"
        "    return dy @ w.T, 7 * x.T @ dy, dy.sum(axis=0)\n"
        "def relu_backward(dy, cache):\n"
        "    raise NotImplementedError\n"
        "def mlp_backward(dout, cache):\n"
        "    grads = {}\n"
        "    for i in range(len(cache), 0, -1):\n"
        "        linear_cache, relu_cache = cache[i - 1]\n"
        "        if relu_cache is not None:\n"
        "            dout = relu_backward(dout, relu_cache)\n"
        "        dout, grads[f'w{i}'], grads[f'b{i}'] = linear_backward(dout, linear_cache)\n"
        "    return grads\n",
        namespace,
    )
    mine = namespace["linear_backward"]
    assert judge("linear_backward", mine).verdict == "wrong"
    assert judge("mlp_backward", namespace["mlp_backward"]).verdict == "correct"
    assert namespace["linear_backward"] is mine


def test_result_can_be_reproduced_from_its_own_line():
    def relu_backward(dy, cache):
        return dy

    first = judge("relu_backward", relu_backward, seed=11)
    again = eval(first.reproduce.split("#")[0], {"judge": judge, "relu_backward": relu_backward})
    assert first.message == again.message and first.case == again.case


@pytest.mark.parametrize("name", NAMES)
def test_cases_tell_sizes_apart(name):
    for seed in range(50):
        cases = find_exercise(name).cases(np.random.default_rng(seed))
        batches = [case.sizes["N"] for case in cases if "N" in case.sizes]
        if name != "split_train_validation_test":  # one sample cannot be split
            assert not batches or min(batches) == 1 < max(batches)
        for case in cases:
            sizes = list(case.sizes.values())
            assert len(set(sizes)) == len(sizes) and 2 not in sizes

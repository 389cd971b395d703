"""The judge: verdicts, near misses, structures, errors, and what it tells."""

import functools
import linecache

import numpy as np
import pytest

import backprop_lib as bl
from checks import check
from checks.card import card_html, card_text
from checks.exercises import EXERCISES, find_exercise
from checks.judge import judge

NAMES = [exercise.name for exercise in EXERCISES]


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


def test_a_mistake_in_some_cases_alone_is_named_with_them():
    def tanh_slope_for_one_sample(dy, y):
        return dy * (1 - y**2) if len(y) == 1 else dy * y * (1 - y)

    result = judge("sigmoid_backward", tanh_slope_for_one_sample)
    assert result.mistake == "slope-of-tanh"
    assert result.case is not None and "N=1" in result.case
    number, sizes = result.case.split(": ", 1)
    assert f"In {number} ({sizes}) alone, the others being right: Your `dx`" in result.message
    everywhere = judge("sigmoid_backward", lambda dy, y: dy * (1 - y**2))
    assert everywhere.mistake == "slope-of-tanh" and "alone" not in everywhere.message


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
    answer = namespace["mlp_backward"]
    for way in (answer, timed(answer), functools.partial(answer), Called(answer)):
        assert judge("mlp_backward", way).verdict == "correct"
    assert namespace["linear_backward"] is mine


class Called:
    def __init__(self, function):
        self.func = function

    def __call__(self, *args):
        return self.func(*args)


def timed(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)

    return wrapper


def test_result_can_be_reproduced_from_its_own_line(capsys):
    def relu_backward(dy, cache):
        return dy

    first = judge("relu_backward", relu_backward, seed=11)
    line, case = first.reproduce.split("  # ")
    eval(line, {"check": check, "relu_backward": relu_backward})
    shown = capsys.readouterr().out
    assert first.message in shown and f"The numbers of {case}" in shown and case == first.case


ELSEWHERE = {
    "perceptron_fit": lambda fit, *args: fit(*args[:-1], InOrder()),
    "he_init": lambda f, *args: f(*args[:-1], np.random.default_rng(0)),
    "train_mlp": lambda f, *args: f(*args[:-1], np.random.default_rng(0)),
    "split_train_validation_test": lambda f, *args: f(*args[:-1], np.random.default_rng(0)),
    "dropout": lambda f, *args: f(*args[:-1], np.random.default_rng(0)),
}


class InOrder:
    """A generator that shuffles nothing."""

    def permutation(self, n):
        return np.arange(n)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_generator_that_is_passed_in_has_to_be_used(name):
    def attempt(*args):
        return ELSEWHERE[name](reference(name), *args)

    elsewhere = np.random.default_rng(0)

    def from_elsewhere(*args):
        return reference(name)(*args[:-1], elsewhere)

    for seed in range(20):
        result = judge(name, attempt, seed)
        assert (result.verdict, result.mistake) == ("wrong", "rng-not-used"), result.message
        result = judge(name, from_elsewhere, seed)
        assert (result.verdict, result.mistake) == ("wrong", "answer-changes")
        assert "Your numbers do not come from the `rng` that is passed in" in result.message


@pytest.mark.parametrize("name", ["relu", "sigmoid"])
def test_what_acts_on_each_entry_takes_any_shape(name):
    def for_tables(x):
        assert x.ndim == 2
        return reference(name)(x)

    def for_tables_and_vectors(x):
        y, cache = reference(name)(x)
        return np.array([v for v in y.ravel()]).reshape(-1, x.shape[-1]), cache

    for attempt in (for_tables, for_tables_and_vectors):
        for seed in range(20):
            assert judge(name, attempt, seed).verdict == "wrong"


def own_mistake(line, **names):
    space = {"np": np, **names}
    source = f"def relu_backward(dy, cache):\n    {line}\n"
    linecache.cache["<learner>"] = (len(source), None, source.splitlines(True), "<learner>")
    exec(compile(source, "<learner>", "exec"), space)
    return judge("relu_backward", space["relu_backward"])


def test_an_error_shows_the_learners_line_and_none_of_ours():
    result = own_mistake("return bl.relu_backward(dy, cache[:-1, :-1])", bl=bl)
    assert "in your line `return bl.relu_backward(dy, cache[:-1, :-1])`" in result.message
    assert "inside `relu_backward`" in result.message
    assert "dx =" not in result.message and "(line" not in result.message
    assert "Which shapes" in result.question


SENSE = {
    "return dy if cache > 0 else 0": "`if` wants one",
    "return dy[99]": "which number has the last one",
    "return dy.sum(axis=7)": "How many axes",
    "return dy * caache": "Where does that name get its value",
    "return np.zeros_like()": "Which arguments does the function take",
}


@pytest.mark.parametrize("line", SENSE)
def test_common_errors_come_with_a_word_of_sense(line):
    result = own_mistake(line)
    assert result.mistake == "error" and SENSE[line] in result.question
    assert f"`{line}`" in result.message


def test_errors_in_names_and_arguments_tell_what_there_is():
    def sgd_step(params, grads, learning_rate):
        params["W1"] -= learning_rate * grads["W1"]

    assert "`params` holds w1, b1" in judge("sgd_step", sgd_step).question
    assert "gets 2 arguments: dy, cache" in judge("relu_backward", lambda dy: dy).question


def test_what_was_overwritten_is_named():
    def numerical_gradient(graph, inputs, output, step):
        for name in inputs:
            inputs[name] += step
        return inputs

    assert (
        "`inputs`, the dictionary that" in judge("numerical_gradient", numerical_gradient).message
    )
    assert "`dy`, the array that" in judge("relu_backward", overwrites_its_input).message


def test_true_and_false_are_shown_as_such(capsys):
    def should_stop(validation_loss, patience):
        return len(validation_loss) % 2 == 0

    result = judge("should_stop", should_stop)
    assert result.verdict == "wrong"
    page, text = card_html(result), card_text(result)
    for shown in (page, text):
        assert "True" in shown and "False" in shown
    assert " 1 of 1" not in text


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

"""General diagnosis: patterns in wrong numbers are named, whatever the exercise."""

from dataclasses import replace

import numpy as np
import pytest

import backprop_lib as bl
from checks.exercises import EXERCISES, find_exercise
from checks.judge import judge, judgement


def linear_with(change):
    """linear_backward whose dw is changed."""

    def attempt(dy, cache):
        dx, dw, db = bl.linear_backward(dy, cache)
        return dx, change(dw, dy, cache), db

    return attempt


def first_row_wrong(dw, dy, cache):
    dw[0] += 1.7
    return dw


def last_column_missed(dw, dy, cache):
    dw[:, -1] = 0.4
    return dw


def wrong_signs_above(dw, dy, cache):
    return np.where(dw > 0.3, -dw, dw)


def outer_products(dw, dy, cache):
    return cache[0][:, :, None] * dy[:, None, :]


PATTERNS = {
    "first row": (first_row_wrong, "one-slice", "first row of your dw is wrong"),
    "last column": (last_column_missed, "one-slice", "last column of your dw is wrong"),
    "some signs": (wrong_signs_above, "some-signs", "opposite sign in"),
    "zero where not": (lambda dw, dy, c: dw * (dw > -0.3), "zero-where-not", "should not be 0"),
    "cut off": (lambda dw, dy, c: np.maximum(dw, 0), "function-of-a-variable", "cut off below 0"),
    "square": (lambda dw, dy, c: dw**2, "function-of-a-variable", "`dw` is squared"),
    "rounded": (lambda dw, dy, c: np.round(dw), "function-of-it", "the rounded value"),
    "whole part": (lambda dw, dy, c: np.trunc(dw), "function-of-it", "the whole part of"),
    "one over": (lambda dw, dy, c: 1 / dw, "function-of-it", "one over what"),
    "offset": (lambda dw, dy, c: dw + 0.3, "offset", "same amount in every entry"),
    "offset by row": (
        lambda dw, dy, c: dw - dw.mean(axis=1, keepdims=True),
        "offset",
        "all along each row",
    ),
    "reversed": (lambda dw, dy, c: dw[::-1], "other-places", "in other places"),
    "an input": (lambda dw, dy, c: c[1].copy(), "an-input-itself", "`cache[1]`"),
    "1/N^2": (lambda dw, dy, c: dw / len(dy) ** 2, "factor-1/N^2", "1/N^2 in every case"),
    "D M": (lambda dw, dy, c: dw * dw.size, "factor-D M", "D M in every case"),
    "-1/N": (lambda dw, dy, c: -dw / len(dy), "factor--1/N", "-1/N in every case"),
    "an input too often": (lambda dw, dy, c: dw * c[1], "extra-factor", "multiplied by `cache[1]`"),
    "over an input": (lambda dw, dy, c: dw / c[1], "extra-factor", "divided by `cache[1]`"),
    "offset and 1/N": (
        lambda dw, dy, c: dw / len(dy) + 0.3,
        "offset and factor-1/N",
        "1/N times what it should be",
    ),
    "not summed": (outer_products, "not-summed", "Added up over axis 0"),
}


@pytest.mark.parametrize("name", PATTERNS)
def test_patterns_are_named(name):
    change, mistake, words = PATTERNS[name]
    for seed in range(5):
        result = judge("linear_backward", linear_with(change), seed)
        assert (result.verdict, result.mistake) == ("wrong", mistake), result.message
        assert words in result.message


def test_zeros_in_other_places_and_a_factor_are_seen_together():
    exercise = replace(find_exercise("relu_backward"), mistakes=())
    for seed in range(5):
        result = judgement(exercise, lambda dy, x: -dy * (x > 0.5), seed)
        assert result.mistake == "zeros-in-other-places and factor--1", result.message


def test_a_default_in_place_of_an_argument_is_seen():
    def attempt(params, grads, mean, mean_square, step, learning_rate, beta1, beta2, epsilon):
        bl.adam_step(params, grads, mean, mean_square, step, learning_rate, beta2=beta2)

    for seed in range(5):
        result = judge("adam_step", attempt, seed)
        assert result.mistake == "always-the-default", result.message
        assert "`beta1` is 0.9 whatever comes in" in result.message


def test_added_and_multiplied_are_told_apart():
    def linear(x, w, b):
        return x @ w * b, (x, w, b)

    exercise = replace(find_exercise("linear"), mistakes=())
    result = judgement(exercise, linear, 0)
    assert result.mistake == "multiplied-for-added"
    assert "`b` is multiplied where it should be added" in result.message


def test_an_upstream_gradient_of_ones_is_seen_where_no_list_has_it():
    def ignores(dscores, cache):
        return bl.mlp_backward(np.ones_like(dscores), cache)

    assert judge("mlp_backward", ignores).mistake == "upstream-ignored"


def outputs_of(exercise, args):
    """What the reference gives, as a list of arrays, and how to give it back changed."""
    if exercise.returns == "in place":
        before = {name: array.copy() for name, array in args[0].items()}
        exercise.reference(*args)

        def put_back(arrays):
            for name, array in zip(args[0], arrays, strict=True):
                args[0][name][...] = before[name] + array

        return [args[0][name] - before[name] for name in before], put_back
    returned = exercise.reference(*args)
    if exercise.returns == "tuple":
        return [np.asarray(a, dtype=float) for a in returned], tuple
    if exercise.returns == "dict":
        values = list(returned.values())
        return values, lambda arrays: dict(zip(returned, arrays, strict=True))
    if exercise.returns == "out and cache":
        return [np.asarray(returned[0])], lambda arrays: (arrays[0], returned[1])
    return [np.asarray(returned, dtype=float)], lambda arrays: arrays[0]


def spoilt(exercise, change):
    """The reference with a change to its outputs: of all arrays and the arguments to all arrays."""

    def attempt(*args):
        arrays, give_back = outputs_of(exercise, args)
        return give_back(change(arrays, args))

    return attempt


COMPARED = [
    exercise
    for exercise in EXERCISES
    if exercise.returns != "batches"
    and exercise.name != "train_mlp"  # its attempts return the losses alone
    and not any(case.accept for case in exercise.cases(np.random.default_rng(0)))
]
CONTINUOUS = [
    e
    for e in COMPARED
    if e.name
    not in ("perceptron_predict", "accuracy", "gradient_check", "best_epoch", "should_stop")
]
WITH_ARRAYS = [
    e
    for e in CONTINUOUS
    if e.name not in ("numerical_gradient", "local_gradients", "graph_backward")
    and e.name not in ("momentum_step", "adam_step")  # their cases hold several steps
    and all(
        any(np.ndim(a) > 0 for a in outputs_of(e, case.args)[0])
        for case in e.cases(np.random.default_rng(0))
        if not case.extreme
    )
]
WITH_MATRICES = [
    e
    for e in WITH_ARRAYS
    if all(
        any(np.ndim(a) > 1 for a in outputs_of(e, case.args)[0])
        for case in e.cases(np.random.default_rng(0))
        if not case.extreme
    )
]
WITH_FRACTIONS = [e for e in WITH_MATRICES if e.name != "confusion_matrix"]  # those are counts


def known(exercise):
    return {mistake.id for mistake in exercise.mistakes}


def named(exercise, change, *ids, seeds=range(3)):
    """Whether each of these results has one of these names, or is a known mistake of its own."""
    for seed in seeds:
        result = judge(exercise.name, spoilt(exercise, change), seed)
        assert result.verdict == "wrong", (exercise.name, seed)
        assert result.mistake in known(exercise) or any(i in (result.mistake or "") for i in ids), (
            exercise.name,
            result.mistake,
            result.message,
        )


def by_name(exercises):
    return pytest.mark.parametrize("exercise", exercises, ids=lambda exercise: exercise.name)


@by_name([e for e in CONTINUOUS if e.name not in ("numerical_gradient", "local_gradients")])
@pytest.mark.parametrize(("factor", "label"), [(-1, "-1"), (2, "2"), (0.5, "1/2"), (-2, "-2")])
def test_a_constant_factor_is_named_in_every_exercise(exercise, factor, label):
    named(exercise, lambda arrays, args: [factor * a for a in arrays], f"factor-{label}")


@by_name([e for e in WITH_ARRAYS if "N" in e.cases(np.random.default_rng(0))[0].sizes])
def test_a_size_as_a_factor_is_named_in_every_exercise(exercise):
    def n(args):
        return next(len(a) for a in leaves(args) if np.ndim(a) > 0)

    named(exercise, lambda arrays, args: [n(args) * a for a in arrays], "factor-N")
    named(exercise, lambda arrays, args: [a / n(args) for a in arrays], "factor-1/N")


def leaves(value):
    """The arrays in nested tuples, lists and dictionaries."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list):
        for item in value:
            yield from leaves(item)
    else:
        yield value


@by_name([e for e in COMPARED if "learning_rate" in e.reference.__code__.co_varnames])
def test_a_number_that_came_in_is_named_as_a_factor(exercise):
    if exercise.returns != "in place" or exercise.name != "sgd_step":
        pytest.skip("its steps are driven")
    named(exercise, lambda arrays, args: [args[2] * a for a in arrays], "factor-learning_rate")
    named(exercise, lambda arrays, args: [a / args[2] for a in arrays], "factor-1/learning_rate")
    named(
        exercise,
        lambda arrays, args: [a * 0.013 / args[2] for a in arrays],
        "factor-0.013/learning_rate",
    )


@by_name([e for e in WITH_MATRICES if e.returns != "in place"])
def test_transposed_is_named_in_every_exercise(exercise):
    named(exercise, lambda arrays, args: [np.asarray(a).T for a in arrays], "transposed")


@by_name([e for e in WITH_ARRAYS if e.returns != "in place"])
def test_zeros_are_named_in_every_exercise(exercise):
    named(exercise, lambda arrays, args: [0 * np.asarray(a) for a in arrays], "left-at-zero")


@by_name([e for e in WITH_FRACTIONS if e.returns != "in place"])
def test_half_precision_is_named_in_every_exercise(exercise):
    named(
        exercise,
        lambda arrays, args: [np.asarray(a).astype(np.float16) for a in arrays],
        "half-precision",
        "nearly-right",
    )


@by_name([e for e in WITH_FRACTIONS if e.returns != "in place"])
def test_whole_numbers_are_named_in_every_exercise(exercise):
    named(
        exercise,
        lambda arrays, args: [np.asarray(5 * a).astype(np.int64) // 5 for a in arrays],
        "function-of-it", "left-at-zero", "zero-where-not", "factor", "always-the-same",
        seeds=[],
    )  # fmt: skip
    named(
        exercise,
        lambda arrays, args: [np.trunc(a) for a in arrays],
        "function-of-it",
        "left-at-zero",
        "zero-where-not",
    )


@by_name([e for e in WITH_MATRICES if e.returns != "in place"])
def test_sums_that_go_too_far_are_named_in_every_exercise(exercise):
    named(
        exercise,
        lambda arrays, args: [np.full(np.shape(a), np.sum(a)) for a in arrays],
        "summed-too-far",
        "left-at-zero",  # where the sum is zero
    )
    named(
        exercise,
        lambda arrays, args: [np.asarray(a).sum() for a in arrays],
        "summed-too-far",
        "left-at-zero",
    )


@by_name([e for e in WITH_ARRAYS if e.returns != "in place"])
def test_nan_is_named_in_every_exercise(exercise):
    def last_is_nan(arrays, args):
        arrays = [np.array(a, dtype=float) for a in arrays]
        arrays[0].flat[-1] = np.nan
        return arrays

    named(exercise, last_is_nan, "not-finite")


@by_name([e for e in WITH_ARRAYS if e.returns == "tuple"])
def test_swapped_outputs_are_named_in_every_exercise(exercise):
    named(exercise, lambda arrays, args: arrays[::-1], "swapped-outputs", "another-output")


# Two mistakes at once


def test_two_outputs_with_a_mistake_each_are_both_named():
    def attempt(dy, cache):
        dx, dw, db = bl.linear_backward(dy, cache)
        return dx, dw / len(dy), np.zeros_like(db)

    result = judge("linear_backward", attempt)
    assert result.mistake == "factor-1/N and left-at-zero"
    assert "Your dw is" in result.message and "Your db is zero everywhere" in result.message


def test_two_mistakes_in_one_output_are_both_named():
    def ones_and_mean(dscores, cache):
        grads = bl.mlp_backward(np.ones_like(dscores), cache)
        return {name: grad / len(dscores) for name, grad in grads.items()}

    result = judge("mlp_backward", ones_and_mean)
    assert result.mistake == "upstream-ignored and factor-1/N", result.message

    def scaled_gates(dy, cache):
        return 2 * dy * (cache < 0)

    result = judge("relu_backward", scaled_gates)
    assert result.mistake == "gate-the-wrong-way-round and factor-2"
    assert "Two things at once" in result.message


def test_different_mistakes_in_different_cases_are_both_named():
    right = bl.local_gradients

    def attempt(operation, parents):
        if operation == "relu":
            return (1.0,)
        if operation == "multiply":
            return tuple(parents)
        return right(operation, parents)

    result = judge("local_gradients", attempt)
    assert result.mistake is not None and " and " in result.mistake, result.message
    assert result.message.startswith("There is more than one mistake.")


# Where it begins


def test_the_first_wrong_gradient_is_named_going_back_from_the_loss():
    def attempt(dscores, cache):
        grads, dout = {}, dscores
        rng = np.random.default_rng(1)
        for i in range(len(cache), 0, -1):
            linear_cache, gate = cache[i - 1]
            if gate is not None:
                dout = bl.relu_backward(dout, gate)
            dx, dw, db = bl.linear_backward(dout, linear_cache)
            noise = rng.normal(size=dx.shape) if i == len(cache) else 0.0
            dout, grads[f"w{i}"], grads[f"b{i}"] = dx + noise, dw, db
        return grads

    for seed in range(5):
        result = judge("mlp_backward", attempt, seed)
        assert result.verdict == "wrong" and result.mistake is None, result.message
        assert "Right: w2, b2." in result.message

    def from_the_middle(dscores, cache):
        grads = attempt(dscores, cache)
        return grads | {f"b{len(cache)}": 3 * grads[f"b{len(cache)}"]}

    result = judge("mlp_backward", from_the_middle)
    assert "the first gradient that is wrong is your b2" in result.message


def test_the_first_wrong_layer_is_named_going_forward():
    def attempt(x, params):
        scores, cache = bl.mlp_forward(x, params)
        (linear_cache, gate), *others = cache
        rng = np.random.default_rng(2)
        noisy = rng.normal(size=gate.shape)
        return scores + rng.normal(size=scores.shape), [(linear_cache, noisy), *others]

    result = judge("mlp_forward", attempt)
    assert result.mistake is None
    assert "the first that is wrong is what goes into the ReLU of layer 1" in result.message

    def infinite(x, params):
        scores, cache = bl.mlp_forward(x, params)
        (linear_cache, gate), *others = cache
        return scores * np.nan, [(linear_cache, gate / 0.0), *others]

    result = judge("mlp_forward", infinite)
    assert "wrong and no longer finite is what goes into the ReLU of layer 1" in result.message


@pytest.mark.parametrize("name", ["momentum_step", "adam_step"])
def test_the_first_wrong_step_is_named(name):
    def attempt_until(last):
        steps = []

        def attempt(params, *args):
            # a step of its own kind once in a while: told by the arrays that come with it
            velocity = next(iter(args[1].values()))
            steps.append(1 if not velocity.any() else steps[-1] + 1)
            find(name).reference(params, *args)
            if steps[-1] == last:
                for p in params.values():
                    p += np.sin(1 + np.arange(p.size)).reshape(p.shape)

        return attempt

    for last in (1, 3):
        result = judge(name, attempt_until(last))
        assert result.mistake is None, result.message
        words = {1: "wrong from the first step on", 3: "step that is wrong is number 3"}
        assert words[last] in result.message


def find(name):
    return next(exercise for exercise in EXERCISES if exercise.name == name)


# Noise gets no name


@by_name(COMPARED)
def test_noise_gets_no_name(exercise):
    for seed in range(4):

        def noisy(arrays, args, seed=seed):
            rng = np.random.default_rng([seed, *repr(args).encode()])  # the same for the same args
            return [np.asarray(a) + rng.normal(size=np.shape(a)) for a in arrays]

        result = judge(exercise.name, spoilt(exercise, noisy), seed)
        assert result.verdict == "wrong"
        assert result.mistake is None, result.message


@by_name(CONTINUOUS)
def test_another_smooth_function_gets_no_name(exercise):
    def bent(arrays, args):
        places = [np.arange(np.size(a)).reshape(np.shape(a)) for a in arrays]
        return [
            np.sin(3 * np.asarray(a) + 0.7 * place + 0.4) + 0.31 * np.asarray(a)
            for a, place in zip(arrays, places, strict=True)
        ]

    for seed in range(4):
        result = judge(exercise.name, spoilt(exercise, bent), seed)
        assert result.verdict == "wrong"
        assert result.mistake is None, result.message


# Whatever comes back, there is an answer

ODD = (
    lambda a, rng: a[..., None],
    lambda a, rng: a[None],
    lambda a, rng: a.ravel()[:-1],
    lambda a, rng: np.zeros((0,)),
    lambda a, rng: 3.0,
    lambda a, rng: a * np.inf,
    lambda a, rng: np.where(rng.random(a.shape) < 0.5, a, np.nan),
    lambda a, rng: a.T,
    lambda a, rng: a > 0,
    lambda a, rng: np.zeros_like(a),
    lambda a, rng: a * rng.normal(),
    lambda a, rng: np.tile(a, (3,) + (1,) * a.ndim),
    lambda a, rng: rng.permutation(a.ravel()).reshape(a.shape),
    lambda a, rng: np.round(a),
    lambda a, rng: a,
)


@by_name([e for e in COMPARED if e.returns != "in place"])
def test_whatever_comes_back_there_is_an_answer(exercise):
    for seed in range(12):

        def odd(arrays, args, seed=seed):
            rng = np.random.default_rng([seed, *repr(args).encode()])
            return [ODD[rng.integers(len(ODD))](np.asarray(a, dtype=float), rng) for a in arrays]

        result = judge(exercise.name, spoilt(exercise, odd), seed)
        assert result.verdict in ("wrong", "correct") and result.message

"""General diagnosis: patterns in wrong numbers are named, whatever the exercise."""

import numpy as np
import pytest

import backprop_lib as bl
from checks.exercises import EXERCISES
from checks.judge import judge


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
    "zero where not": (lambda dw, dy, c: np.maximum(dw, 0), "zero-where-not", "should not be 0"),
    "square": (lambda dw, dy, c: dw**2, "function-of-it", "the square of"),
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
    "not summed": (outer_products, "not-summed", "Added up over axis 0"),
}


@pytest.mark.parametrize("name", PATTERNS)
def test_patterns_are_named(name):
    change, mistake, words = PATTERNS[name]
    for seed in range(5):
        result = judge("linear_backward", linear_with(change), seed)
        assert (result.verdict, result.mistake) == ("wrong", mistake), result.message
        assert words in result.message


def test_an_upstream_gradient_of_ones_is_seen_where_no_list_has_it():
    def ignores(dscores, cache):
        return bl.mlp_backward(np.ones_like(dscores), cache)

    assert judge("mlp_backward", ignores).mistake == "upstream-ignored"


PLAIN = [
    exercise
    for exercise in EXERCISES
    if exercise.returns in ("array", "tuple")
    and not any(case.accept for case in exercise.cases(np.random.default_rng(0)))
]


@pytest.mark.parametrize("exercise", PLAIN, ids=lambda exercise: exercise.name)
def test_noise_gets_no_name(exercise):
    rng = np.random.default_rng(0)

    def noisy(*args):
        returned = exercise.reference(*args)
        parts = returned if exercise.returns == "tuple" else (returned,)
        spoilt = tuple(np.asarray(p) + rng.normal(size=np.shape(p)) for p in parts)
        return spoilt if exercise.returns == "tuple" else spoilt[0]

    result = judge(exercise.name, noisy)
    assert result.verdict == "wrong"
    assert result.mistake is None, result.message

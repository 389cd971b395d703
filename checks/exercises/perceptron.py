"""Exercises of lesson 01: the perceptron.

`perceptron_fit` meets its samples in random order, and learners may draw that order as they like.
So its cases are small enough to try every order: an answer is right if some order leads to it,
and a known mistake is named if some order leads that mistake to it.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import Any

import numpy as np

from backprop_lib.perceptron import perceptron_fit, perceptron_predict, perceptron_update
from checks.exercise import Case, Exercise, Finding, Mistake
from checks.exercises.drawing import draw_sizes

__all__ = ["EXERCISES"]

LESSON = "01_perceptron"


# perceptron_predict


def predict_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches large enough for both labels to be common, one sample in a row, and one alone.

    And samples on the line itself: whole numbers, so that their sums are exactly zero.
    """
    many = [{"N": int(rng.integers(60, 90))} | draw_sizes(rng, "D") for _ in range(2)]
    sizes_and_signs = zip([*many, draw_sizes(rng, "ND", True)], (1, -1, 1), strict=True)
    batches = [predict_case(rng, sizes, sign) for sizes, sign in sizes_and_signs]
    (x, w, b), sizes = batches[0].args, batches[0].sizes
    alone = x[int(rng.integers(len(x)))]
    on_the_line = rng.integers(-4, 5, (9, 3))
    on_the_line[::3, 0] = on_the_line[::3, 1] + on_the_line[::3, 2] - 2
    # powers of two, so that each sum is exact: sums from 2^-40 to 2^40, of either sign, and 0
    of_all_sizes = np.zeros((5, 3))
    of_all_sizes[:, 1] = rng.permutation([-(2.0**-40), 2.0**-40, 0.0, 2.0**40, -(2.0**40)])
    return (
        *batches,
        Case({"D": sizes["D"]}, (alone, w, b), values=("labels",)),
        Case(
            {"N": 9, "D": 3},
            (on_the_line, np.array([-1.0, 1.0, 1.0]), -2.0),
            values=("labels",),
            label="N=9, D=3, some sums exactly 0",
            extreme=True,
        ),
        Case(
            {"N": 5, "D": 3},
            (of_all_sizes, np.array([1.0, 0.5, -1.0]), 0.0),
            values=("labels",),
            label="N=5, D=3, sums next to 0, huge sums and a bias of 0",
            extreme=True,
        ),
    )


def predict_case(rng: np.random.Generator, sizes: dict[str, int], sign: int) -> Case:
    """Samples on both sides of a line that is well away from the origin, none of them on it. In a
    large batch no two of SUMS give the same labels."""
    w = rng.normal(0.0, 1.0, sizes["D"])
    w *= rng.uniform(1.9, 2.5) / np.linalg.norm(w)
    b = float(sign * rng.uniform(0.5, 0.7))
    while True:
        x = rng.normal(0.0, 1.2, (sizes["N"], sizes["D"]))
        told_apart = len({total(x, w, b).tobytes() for total in SUMS}) == len(SUMS)
        if np.abs(x @ w + b).min() > 1e-3 and (told_apart or sizes["N"] == 1):
            return Case(sizes, (x, w, b), values=("labels",))


def above_zero(
    total: Callable[[np.ndarray, np.ndarray, float], np.ndarray],
) -> Callable[[np.ndarray, np.ndarray, float], np.ndarray]:
    """A wrong implementation that takes the step as it should, of another total."""
    return lambda x, w, b: np.asarray(total(x, w, b) > 0).astype(int)


BIAS_IN_EVERY_FEATURE = above_zero(lambda x, w, b: (x * w + b).sum(axis=-1))
BIAS_NOT_DIVIDED = above_zero(lambda x, w, b: x @ w / np.linalg.norm(w) + b)
TWICE_THE_BIAS = above_zero(lambda x, w, b: x @ w + 2 * b)
BIAS_AS_A_FACTOR = above_zero(lambda x, w, b: (x @ w) * b)
SUMS = (
    perceptron_predict,
    BIAS_IN_EVERY_FEATURE,
    BIAS_NOT_DIVIDED,
    TWICE_THE_BIAS,
    *(above_zero(lambda x, w, b, by=by: x @ w + by * b) for by in (0, -1)),  # type: ignore[misc]
    *(above_zero(lambda x, w, b, by=by: x @ w + b - by) for by in (0.5, 1)),  # type: ignore[misc]
    *(above_zero(lambda x, w, b, all=all: 0 * (x @ w) + all) for all in (0, 1)),  # type: ignore[misc]
)
"""The right one, and others that come near it or do not decide anything."""


def predict_no_bias(x: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    return (x @ w > 0).astype(int)


def predict_bias_after_step(x: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    return (x @ w > 0) + b


def predict_bias_subtracted(x: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    return (x @ w > b).astype(int)


def predict_turned(x: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    return (x @ w + b < 0).astype(int)


def predict_minus_one(x: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    return np.sign(x @ w + b)


def predict_sum(x: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    return x @ w + b


def predict_above_half(x: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    return (x @ w + b > 0.5).astype(int)


def predict_above_one(x: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    return (x @ w + b > 1).astype(int)


def predict_not_summed(x: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    return (x * w + b > 0).astype(int)


def predict_relu(x: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    return np.maximum(x @ w + b, 0)


def predict_at_zero_too(x: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    return (x @ w + b >= 0).astype(int)


def predict_column(x: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    return np.asarray(x @ w + b > 0).astype(int)[..., np.newaxis]


PERCEPTRON_PREDICT = Exercise(
    name="perceptron_predict",
    lesson=LESSON,
    goal="Say 1 where the weighted sum of a sample, plus the bias, is above zero, else 0.",
    points=1,
    minutes=5,
    difficulty=1,
    reference=perceptron_predict,
    returns="array",
    cases=predict_cases,
    hints=(
        "There are two steps: a number for each sample, and then a decision about that number.",
        "`x @ w` multiplies each sample by the weights and adds up. It works for a batch (N, D) "
        "and for a single sample (D,) alike. Where does the bias come in?",
        "Add b to `x @ w`, compare the sum with 0, and turn the answers True and False into 1 "
        "and 0 with `.astype(int)`.",
    ),
    mistakes=(
        Mistake(
            "zero-counts-as-one",
            predict_at_zero_too,
            "Your `labels` are right but where the sum is exactly 0: there they are 1.",
            "Zero is not above zero.",
            "What does your comparison say about the number 0 itself?",
        ),
        Mistake(
            "bias-left-out",
            predict_no_bias,
            "Your `labels` do not depend on `b`.",
            "Without a bias the line always goes through the origin.",
            "If x were all zeros, what would decide between 0 and 1?",
        ),
        Mistake(
            "bias-after-the-step",
            predict_bias_after_step,
            "Your `labels` are not 0 and 1 but `b` and 1 + `b`.",
            "The bias takes part in the decision; afterwards it is too late.",
            "In which order do you add b and compare with zero?",
        ),
        Mistake(
            "bias-as-threshold",
            predict_bias_subtracted,
            "Your `labels` say 1 where the weighted sum is above `b`.",
            "A high threshold makes a 1 rare; a high bias makes it common.",
            "If b grows, should there be more ones or fewer?",
        ),
        Mistake(
            "wrong-side",
            predict_turned,
            "Your `labels` are 1 exactly where they should be 0.",
            "The weights point towards the ones.",
            "If the weighted sum is large and positive, which label is it?",
        ),
        Mistake(
            "minus-one-for-zero",
            predict_minus_one,
            "Your `labels` are 1 and -1.",
            "Some books call the classes -1 and 1; here they are 0 and 1.",
            "Which two labels does the task name?",
        ),
        Mistake(
            "no-step",
            predict_sum,
            "Your `labels` are the weighted sums themselves.",
            "The perceptron decides: it says yes or no, and not how much.",
            "What becomes of the sum after it has been worked out?",
        ),
        Mistake(
            "above-one-half",
            predict_above_half,
            "Your `labels` are 1 only where the sum is above 0.5.",
            "One half is the middle for probabilities; this is a sum, of either sign.",
            "What should a sum of 0.2 become?",
        ),
        Mistake(
            "above-one",
            predict_above_one,
            "Your `labels` are 1 only where the sum is above 1.",
            "The bias has already moved the threshold to where it belongs.",
            "What should a sum of 0.7 become?",
        ),
        Mistake(
            "not-summed",
            predict_not_summed,
            "Your `labels` have an answer for each feature: the products are not added up.",
            "All features of a sample have a say in one decision.",
            "How many decisions should there be for one sample with D features?",
        ),
        Mistake(
            "ramp-for-step",
            predict_relu,
            "Your `labels` are right where they are 0; elsewhere they are the sum itself.",
            "A step has two heights only.",
            "What should a sum of 2.5 become?",
        ),
        Mistake(
            "column",
            predict_column,
            "Your `labels` are right, but stand in an array with one more axis of length 1.",
            "Beside labels (N,) a column (N, 1) would be stretched to a table of all pairs.",
            "Which shape do the true labels have?",
        ),
        Mistake(
            "bias-in-every-feature",
            BIAS_IN_EVERY_FEATURE,
            "In your `labels` the bias weighs D times too much beside the products: it is added to "
            "each of them, or their sum has become a mean.",
            "The sum runs over the features; the bias comes on top of it once.",
            "Is b added before the products are added up, or after, and do you divide by D?",
            also=(above_zero(lambda x, w, b: (x * w).mean(axis=-1) + b),),
        ),
        Mistake(
            "bias-not-divided",
            BIAS_NOT_DIVIDED,
            "Your `labels` belong to another line: the sum is divided by a length, and `b` is not.",
            "A line stays where it is only if all of its equation is divided.",
            "At which weighted sum does your answer change, and what does b say?",
            also=(above_zero(lambda x, w, b: x @ w / np.linalg.norm(x, axis=-1) + b),),
        ),
        Mistake(
            "bias-twice",
            TWICE_THE_BIAS,
            "Your `labels` are those of a bias that is twice as large.",
            "The bias comes on top of the weighted sum once.",
            "How often is b in the number that you compare with 0?",
        ),
        Mistake(
            "bias-as-a-factor",
            BIAS_AS_A_FACTOR,
            "Your `labels` depend only on the signs of the weighted sum and of `b`.",
            "A bias moves the line; a factor cannot do that.",
            "If x were all zeros, what would decide between 0 and 1?",
        ),
        Mistake(
            "half-where-zero",
            lambda x, w, b: (np.sign(x @ w + b) + 1) / 2,
            "Your `labels` are right but where the sum is exactly 0: there they are 0.5.",
            "A label is 0 or 1, and zero is not above zero.",
            "Which three values does np.sign have, and what becomes of each?",
            also=(lambda x, w, b: np.heaviside(x @ w + b, 0.5),),
        ),
        Mistake(
            "room-around-zero",
            above_zero(lambda x, w, b: x @ w + b - 1e-9),
            "Your `labels` are 0 also where the sum is above 0 by very little.",
            "However small a number is, it is above zero or it is not.",
            "What should a sum of 0.000000000001 become?",
            also=tuple(
                above_zero(lambda x, w, b, room=room: x @ w + b - room)  # type: ignore[misc]
                for room in (1e-5, 1e-6, 1e-7, 1e-8, 1e-10, 1e-12)
            ),
        ),
        Mistake(
            "summed-over-the-samples",
            lambda x, w, b: np.asarray(np.sum(x * w, axis=0) + b > 0).astype(int),
            "Your `labels` have an entry for each feature: products of all samples were added up.",
            "All features of a sample have a say in one decision; other samples have none.",
            "Which axis of x * w runs over the features?",
        ),
        Mistake(
            "one-answer-for-all",
            lambda x, w, b: int(np.all(x @ w + b > 0)),
            "Your `labels` are a single answer for the whole batch.",
            "Each sample is decided on its own.",
            "How many answers should come back for N samples?",
            also=(
                lambda x, w, b: int(np.any(x @ w + b > 0)),
                lambda x, w, b: int(np.sum(x @ w + b) > 0),
                lambda x, w, b: int(np.mean(x @ w + b) > 0),
                lambda x, w, b: int(np.sum(x @ w) + b > 0),
                lambda x, w, b: int(np.sum(x * w + b) > 0),
                lambda x, w, b: int(np.ravel(x @ w + b)[0] > 0),
            ),
        ),
        Mistake(
            "squashed-in-place-of-decided",
            lambda x, w, b: 1 / (1 + np.exp(-(x @ w + b))),
            "Your `labels` lie between 0 and 1, or -1 and 1: the sum was squashed smoothly.",
            "The perceptron decides: it says yes or no, and not how sure it is.",
            "Which two labels does the task name?",
            also=(lambda x, w, b: np.tanh(x @ w + b), lambda x, w, b: np.clip(x @ w + b, 0, 1)),
        ),
        Mistake(
            "always-one",
            lambda x, w, b: np.ones(np.shape(x @ w), dtype=int),
            "Your `labels` are 1 for every sample.",
            "A sigmoid, an exponential or a size is above 0 whatever goes in.",
            "For which sample would your condition be False?",
            also=(above_zero(lambda x, w, b: np.exp(x @ w + b)),),
        ),
        Mistake(
            "always-zero",
            lambda x, w, b: np.zeros(np.shape(x @ w), dtype=int),
            "Your `labels` are 0 for every sample.",
            "A decision that is the same for all samples is none.",
            "For which sample would your condition be True?",
        ),
        Mistake(
            "size-of-the-sum",
            above_zero(lambda x, w, b: np.abs(x @ w) + b),
            "Your `labels` depend on the size of the weighted sum, and no longer on its sign.",
            "On one side of the line lie the ones, on the other the zeros.",
            "What should a weighted sum of -5 become if b is 1, and what of 5?",
            also=(above_zero(lambda x, w, b: np.abs(x @ w + b) - 1),),
        ),
        Mistake(
            "weights-ignored",
            above_zero(lambda x, w, b: x.sum(axis=-1) + b),
            "Your `labels` are those of weights that are all 1: `w` has no part in them.",
            "How much each feature counts, and which way, is written in the weights.",
            "If a weight turned negative, which of your labels would change?",
        ),
        Mistake(
            "one-feature-only",
            above_zero(lambda x, w, b: x[..., -1] * w[-1] + b),
            "Your `labels` depend on one feature alone.",
            "In a loop, a plain = throws away what the turns before it have found.",
            "After the second turn of your loop, what is left of the first?",
            also=(above_zero(lambda x, w, b: x[..., 0] * w[0] + b),),
        ),
        Mistake(
            "compared-with-the-batch",
            above_zero(lambda x, w, b: x @ w + b - np.mean(x @ w + b)),
            "Your `labels` say which sums are above those of the other samples, not above 0.",
            "A sample's label is the same whatever else is in the batch.",
            "If you ran one sample alone, could it ever be a 1?",
            also=(
                above_zero(lambda x, w, b: x @ w + b - np.median(x @ w + b)),
                above_zero(lambda x, w, b: x @ w - np.mean(x @ w) + b),
            ),
        ),
        Mistake(
            "weights-reversed",
            above_zero(lambda x, w, b: x @ w[::-1] + b),
            "Your `labels` give each feature the weight of another: `w` is read from its end.",
            "The first weight belongs to the first feature.",
            "Which weight does your function multiply with x[n, 0]?",
            also=(above_zero(lambda x, w, b: x @ np.sort(w) + b),),
        ),
    ),
)


# perceptron_update


def update_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """A wrong answer to learn from for each label, and a right one for each. And a sample so badly
    wrong that it stays wrong, with a feature and a weight of 0, a step of more than 1."""
    ordinary = tuple(
        update_case(rng, label, right, bias_decides)
        for label, right, bias_decides in (
            (1, False, True),
            (0, False, False),
            (1, True, False),
            (0, True, True),
        )
    )
    d = int(rng.integers(4, 10))
    x_n, w = rng.normal(0.4, 1.0, d), rng.normal(0.0, 0.5, d)
    x_n[0], w[1] = 0.0, 0.0
    w += (12.0 - x_n @ w) / (x_n[2:] @ x_n[2:]) * x_n * (np.arange(d) > 1)
    rate = float(rng.choice([1.2, 1.5]))
    far = Case({"D": d}, (x_n / np.linalg.norm(x_n), 0, w, 0.5, rate), values=("w", "b"))
    return (*ordinary, far)


def update_case(rng: np.random.Generator, label: int, right: bool, bias_decides: bool) -> Case:
    """One sample with this label that is judged right or wrong at first, well off the line. Where
    it is wrong, the step of the weights alone puts it right; where the bias decides,
    the step of the bias alone too."""
    sizes = draw_sizes(rng, "D")
    learning_rate = float(rng.choice([0.15, 0.35, 0.65, 0.85]))
    while True:
        x_n = rng.normal(0.4, 1.0, sizes["D"])
        w = rng.normal(0.0, 0.5, sizes["D"])
        b = float(rng.choice([-1.0, 1.0]) * rng.uniform(0.4, 0.9))
        with_bias, without = float(x_n @ w) + b, float(x_n @ w)
        if (
            min(abs(with_bias), abs(without)) > 0.1
            and abs(abs(b) - learning_rate) > 0.1  # b must not all but cancel: float32 is welcome
            and ((with_bias > 0) == label) == right
            and ((with_bias > 0) != (without > 0)) == bias_decides
            and (right or learning_rate * (x_n @ x_n) > abs(with_bias) + 0.1)
            and (right or not bias_decides or learning_rate > abs(with_bias) + 0.02)
        ):
            return Case(sizes, (x_n, label, w, b, learning_rate), values=("w", "b"))


WeightsAndBias = tuple[np.ndarray, Any]


def error_of(x_n: np.ndarray, y_n: int, w: np.ndarray, b: float) -> int:
    """The label less the prediction: 0 when right, 1 or -1 when wrong."""
    return int(y_n) - int(perceptron_predict(x_n, w, b))


def update_sign(x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float) -> WeightsAndBias:
    error = -error_of(x_n, y_n, w, b)
    return w + rate * error * x_n, b + rate * error


def update_always(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    direction = 1 if y_n == 1 else -1
    return w + rate * direction * x_n, b + rate * direction


def update_by_label(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    return w + rate * y_n * x_n, b + rate * y_n


def update_label_when_wrong(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    if perceptron_predict(x_n, w, b) != y_n:
        w, b = w + rate * y_n * x_n, b + rate * y_n
    return w, b


def update_one_way(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    if perceptron_predict(x_n, w, b) != y_n:
        w, b = w + rate * x_n, b + rate
    return w, b


def update_raw_sum(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    error = y_n - (x_n @ w + b)
    return w + rate * error * x_n, b + rate * error


def update_bias_each_feature(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    error = error_of(x_n, y_n, w, b)
    return w + rate * error * x_n, b + rate * error * len(w)


def update_no_bias(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    return w + rate * error_of(x_n, y_n, w, b) * x_n, b


def update_bias_by_input(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    step = rate * error_of(x_n, y_n, w, b) * x_n
    return w + step, b + step


def update_bias_by_input_sum(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    step = rate * error_of(x_n, y_n, w, b) * x_n
    return w + step, b + step.sum()


def update_no_rate(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    error = error_of(x_n, y_n, w, b)
    return w + error * x_n, b + error


def update_no_rate_on_bias(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    error = error_of(x_n, y_n, w, b)
    return w + rate * error * x_n, b + error


def update_no_input(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    error = error_of(x_n, y_n, w, b)
    return w + rate * error, b + rate * error


def update_predicts_without_bias(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    error = error_of(x_n, y_n, w, 0.0)
    return w + rate * error * x_n, b + rate * error


def update_step_only(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    error = error_of(x_n, y_n, w, b)
    return rate * error * x_n, rate * error


def steps_like(
    direction: Callable[..., Any], bias: Callable[..., Any] | None = None
) -> Callable[..., WeightsAndBias]:
    """A wrong implementation: w and b grow by learning_rate error times what these two say of
    (error, x_n, y_n, w, b, rate); without bias, b takes the right step."""

    def update(x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float) -> WeightsAndBias:
        error = error_of(x_n, y_n, w, b)
        given = (error, x_n, y_n, w, b, rate)
        return (
            w + rate * error * direction(*given),
            b + rate * error * (1 if bias is None else bias(*given)),
        )

    return update


def update_with_error(error: Callable[..., Any]) -> Callable[..., WeightsAndBias]:
    """A wrong implementation: the right steps for another error, made of (x_n, y_n, w, b)."""
    return lambda x_n, y_n, w, b, rate: (
        w + rate * error(x_n, y_n, w, b) * x_n,
        b + rate * error(x_n, y_n, w, b),
    )


def update_bias_judged_later(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    w = w + rate * error_of(x_n, y_n, w, b) * x_n
    return w, b + rate * error_of(x_n, y_n, w, b)


def update_weights_judged_later(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    b = b + rate * error_of(x_n, y_n, w, b)
    return w + rate * error_of(x_n, y_n, w, b) * x_n, b


def update_until_right(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    for _ in range(1000):
        error = error_of(x_n, y_n, w, b)
        w, b = w + rate * error * x_n, b + rate * error
    return w, b


PERCEPTRON_UPDATE = Exercise(
    name="perceptron_update",
    lesson=LESSON,
    goal="Learn from one sample: change nothing when the answer was right, else turn towards it.",
    points=2,
    minutes=8,
    difficulty=2,
    reference=perceptron_update,
    returns="tuple",
    cases=update_cases,
    hints=(
        "Ask perceptron_predict what it would say now. There are three things that can happen.",
        "The label less the prediction is 0 when the answer was right, 1 when it should have been "
        "higher, and -1 when it should have been lower. That one number can do all the deciding.",
        "With error = label - prediction, add learning_rate * error * x_n to the weights and "
        "learning_rate * error to the bias, and return both. Build new ones; do not write into w.",
    ),
    mistakes=(
        Mistake(
            "sign-turned",
            update_sign,
            "Your `w` and `b` move by the right amount, the wrong way.",
            "After the step, the same sample should be nearer to its label.",
            "If the label is 1 and the prediction 0, should the sum grow or shrink?",
        ),
        Mistake(
            "moves-when-right",
            update_always,
            "Your `w` and `b` move even when the answer was right.",
            "The perceptron learns from its mistakes, and from nothing else.",
            "What should happen if the prediction already equals the label?",
        ),
        Mistake(
            "label-for-error",
            update_by_label,
            "Your `w` and `b` move whenever the label is 1, and never when it is 0.",
            "What counts is not the label but how the prediction differs from it.",
            "In how many ways can prediction and label differ, and what is the label less the "
            "prediction in each?",
        ),
        Mistake(
            "zeros-teach-nothing",
            update_label_when_wrong,
            "Your `w` and `b` stay as they are when a 0 was taken for a 1.",
            "A rule that multiplies by the label is made for the labels -1 and 1.",
            "What is y_n times anything when the label is 0?",
        ),
        Mistake(
            "one-way-only",
            update_one_way,
            "Your `w` and `b` move the same way whichever mistake was made.",
            "A 1 taken for a 0 and a 0 taken for a 1 are mistakes in opposite directions.",
            "If the prediction was 1 and the label 0, should the sum grow or shrink?",
        ),
        Mistake(
            "sum-for-prediction",
            update_raw_sum,
            "Your `w` and `b` move in proportion to the label less the weighted sum, even when the "
            "answer was right.",
            "That is a rule of its own, ADALINE. The perceptron learns from its answer, 0 or 1.",
            "Which numbers can a prediction be, and which can your error be?",
        ),
        Mistake(
            "bias-once-a-feature",
            update_bias_each_feature,
            "Your `b` moves D times too far, while `w` is right.",
            "There is one bias, and one mistake moves it once.",
            "Is the line that changes b inside a loop over the features?",
        ),
        Mistake(
            "bias-forgotten",
            update_no_bias,
            "Your `w` is right, and your `b` never moves.",
            "The bias learns as the weights do.",
            "Which sample would have to be 1 in every feature for the bias to be a weight?",
        ),
        Mistake(
            "bias-times-input",
            update_bias_by_input,
            "Your `b` has become an array with D entries: the input is in it.",
            "A weight's share in a mistake is its input; the bias has no input.",
            "By which number is b multiplied in the weighted sum?",
        ),
        Mistake(
            "bias-times-summed-input",
            update_bias_by_input_sum,
            "Your `b` moves by the sum of the steps of all weights.",
            "A weight's share in a mistake is its input; the bias has no input.",
            "By which number is b multiplied in the weighted sum?",
        ),
        Mistake(
            "learning-rate-forgotten",
            update_no_rate,
            "Your `w` and `b` move as if `learning_rate` were 1.",
            "The learning rate says how far one mistake may move the line.",
            "If learning_rate were 0, how far should anything move?",
        ),
        Mistake(
            "learning-rate-forgotten-on-bias",
            update_no_rate_on_bias,
            "Your `w` is right, and your `b` moves as if `learning_rate` were 1.",
            "Weights and bias take steps of the same scale.",
            "If learning_rate were 0, how far should b move?",
        ),
        Mistake(
            "input-forgotten",
            update_no_input,
            "All entries of your `w` move by the same amount.",
            "An input that was 0 had no part in the mistake, and a large one had a large part.",
            "Which features of x_n pushed the sum the wrong way, and how strongly?",
        ),
        Mistake(
            "predicts-without-bias",
            update_predicts_without_bias,
            "Your `w` and `b` move, or stay, as if the prediction had been made without `b`.",
            "What is to be corrected is the answer that the perceptron really gives.",
            "Which function already makes that answer?",
        ),
        Mistake(
            "step-alone",
            update_step_only,
            "Your `w` and `b` are the step alone: what was learned before is gone.",
            "A step starts from where you stand.",
            "When the answer was right, what should come back, and what does?",
        ),
        Mistake(
            "bias-judged-after-the-weights-moved",
            update_bias_judged_later,
            "Your `w` is right, and your `b` moves only where the sample is still wrong after the "
            "step of `w`.",
            "One mistake moves weights and bias together.",
            "With which weights is the prediction made from which b learns?",
        ),
        Mistake(
            "weights-judged-after-the-bias-moved",
            update_weights_judged_later,
            "Your `b` is right, and your `w` moves only where the sample is still wrong after the "
            "step of `b`.",
            "One mistake moves weights and bias together.",
            "With which bias is the prediction made from which w learns?",
        ),
        Mistake(
            "repeated-until-right",
            update_until_right,
            "Your `w` and `b` take more than one step where one is not enough.",
            "One turn is one step; the sample will have further turns.",
            "How often does the line run that changes w?",
        ),
        Mistake(
            "label-as-a-sign",
            update_with_error(
                lambda x_n, y_n, w, b: 2 * y_n - 1 - int(perceptron_predict(x_n, w, b))
            ),
            "Your `w` and `b` move as if the label were -1 or 1, while the prediction is 0 or 1.",
            "What is compared has to be counted in the same way.",
            "For a label of 0 and a prediction of 0, what is your error?",
            also=(
                update_with_error(lambda x_n, y_n, w, b: y_n - np.sign(x_n @ w + b)),
                update_with_error(lambda x_n, y_n, w, b: 2 * y_n - 1 - (x_n @ w + b)),
            ),
        ),
        Mistake(
            "two-steps-for-one",
            steps_like(lambda e, x_n, *_: 2 * x_n, lambda *_: 2),
            "Your `w` and `b` move twice as far as they should.",
            "With the labels -1 and 1 a mistake differs by 2; with 0 and 1 it differs by 1.",
            "Which values can your error have?",
            also=(steps_like(lambda e, x_n, *_: x_n / 2, lambda *_: 0.5),),
        ),
        Mistake(
            "ones-teach-nothing",
            update_with_error(lambda *given: min(error_of(*given), 0)),
            "Your `w` and `b` stay as they are when a 1 was taken for a 0.",
            "There are two ways to be wrong, and both teach.",
            "If the prediction was 0 and the label 1, what do your lines do?",
        ),
        Mistake(
            "weights-forgotten",
            steps_like(lambda e, x_n, *_: 0 * x_n),
            "Your `b` is right, and your `w` never moves.",
            "The weights learn too, each in proportion to its input.",
            "Which line makes the new w, and is that what you return?",
        ),
        Mistake(
            "learning-rate-forgotten-on-weights",
            steps_like(lambda e, x_n, y_n, w, b, rate: x_n / rate),
            "Your `b` is right, and your `w` moves as if `learning_rate` were 1.",
            "Weights and bias take steps of the same scale.",
            "If learning_rate were 0, how far should w move?",
        ),
        Mistake(
            "learning-rate-divides",
            steps_like(lambda e, x_n, y_n, w, b, r: x_n / r**2, lambda e, x, y, w, b, r: r**-2),
            "The smaller `learning_rate` is, the further your `w` and `b` move.",
            "A large learning rate means large steps.",
            "If learning_rate were twice as large, how far should b move?",
        ),
        Mistake(
            "weights-turned",
            steps_like(lambda e, x_n, *_: -x_n),
            "Your `b` moves as it should, and your `w` by the right amount the wrong way.",
            "Weights and bias pull in the same direction: towards the right answer.",
            "If the label is 1 and the prediction 0, should x_n @ w grow or shrink?",
        ),
        Mistake(
            "bias-turned",
            steps_like(lambda e, x_n, *_: x_n, lambda *_: -1),
            "Your `w` moves as it should, and your `b` by the right amount the wrong way.",
            "A threshold falls where a bias grows. This is a bias.",
            "If the label is 1 and the prediction 0, should b grow or shrink?",
        ),
        Mistake(
            "weights-for-the-input",
            steps_like(lambda e, x_n, y_n, w, *_: w),
            "Your `w` grows or shrinks in proportion to itself: the input is not in its step.",
            "An input that was 0 had no part in the mistake, and a large one had a large part.",
            "Which features of x_n pushed the sum the wrong way, and how strongly?",
            also=(
                steps_like(lambda e, x_n, y_n, w, *_: w * x_n),
                steps_like(lambda e, x_n, y_n, w, b, r: w, lambda e, x, y, w, b, r: b),
            ),
        ),
        Mistake(
            "bias-times-itself",
            steps_like(lambda e, x_n, *_: x_n, lambda e, x_n, y_n, w, b, rate: b),
            "Your `w` is right, and your `b` moves in proportion to itself.",
            "The bias is a weight whose input is always 1.",
            "If b is 0, how far does yours move?",
        ),
        Mistake(
            "input-scaled",
            steps_like(lambda e, x_n, *_: x_n / np.linalg.norm(x_n)),
            "The step of your `w` has the same length for every sample: the input is divided by "
            "its own length.",
            "A sample that is far out moves the weights further.",
            "If all features of x_n were twice as large, what should become of the step?",
            also=(
                steps_like(lambda e, x_n, *_: np.sign(x_n)),
                steps_like(lambda e, x_n, *_: x_n / (x_n @ x_n)),
                steps_like(lambda e, x_n, *_: x_n / len(x_n)),
            ),
        ),
        Mistake(
            "input-without-its-sign",
            steps_like(lambda e, x_n, *_: np.abs(x_n)),
            "Your `w` moves the same way in every entry, also where the input is negative.",
            "With a negative input, a smaller weight makes the sum larger.",
            "If x_n[0] is -2 and the sum should grow, which way should w[0] move?",
            also=(steps_like(lambda e, x_n, *_: x_n**2),),
        ),
        Mistake(
            "sum-squashed-for-prediction",
            update_with_error(lambda x_n, y_n, w, b: y_n - 1 / (1 + np.exp(-(x_n @ w + b)))),
            "Your `w` and `b` move a little even when the answer was right: the error is the label "
            "less a sigmoid.",
            "That is logistic regression. The perceptron learns from its answer, 0 or 1.",
            "Which numbers can a prediction be, and which can your error be?",
        ),
    ),
    uses={"perceptron_predict": perceptron_predict},
)


# perceptron_fit

Fit = Callable[..., tuple[np.ndarray, Any, Any]]
Fitted = tuple[np.ndarray, np.ndarray, np.ndarray]


class Orders:
    """Stands in for a random generator: the permutations it gives are laid down beforehand."""

    def __init__(self, choices: list[int]) -> None:
        self.choices = choices
        self.used = 0

    def permutation(self, x: int | np.ndarray) -> np.ndarray:
        """The permutation whose number stands next in the choices; the first where none does."""
        if self.used == len(self.choices):
            self.choices.append(0)
        orders = all_orders(x if isinstance(x, int) else len(x))
        order = orders[self.choices[self.used]]
        self.used += 1
        return order if isinstance(x, int) else x[order]


@cache
def all_orders(n: int) -> np.ndarray:
    """Every order of n samples, (n!, n)."""
    return np.array(list(itertools.permutations(range(n))))


def every_outcome(
    fit: Fit, x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float
) -> Iterator[Fitted]:
    """What fit returns for each order of the samples in each epoch."""
    last = len(all_orders(len(y))) - 1
    choices: list[int] = []
    while True:
        w, b, mistakes = fit(x, y, epochs, learning_rate, Orders(choices))
        yield w, np.asarray(b), np.asarray(mistakes)
        while choices and choices[-1] == last:
            choices.pop()
        if not choices:
            return
        choices[-1] += 1


def equal(a: Fitted, b: Fitted, precision: float = 1e-5) -> bool:
    """Whether two outcomes are the same, up to rounding."""
    return all(
        p.shape == q.shape
        and bool((np.abs(p - q) <= precision * max(np.abs(p).max(initial=0.0), 0.1)).all())
        for p, q in zip(a, b, strict=True)
    )


def fit_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Few samples, so that all orders can be tried: one epoch in which every sample is wrong, a
    single sample, one epoch of any samples, then what a line can separate, and what no line can.
    And more samples, which must end up separated."""
    x = rng.normal(0.2, 1.0, (4, int(rng.choice([3, 5, 6, 7, 8, 9]))))
    once = fit_case(rng, x, rng.permutation([0, 0, 1, 1]), epochs=1)
    # two clouds, on opposite sides of the origin
    middle = draw_direction(rng, int(rng.integers(4, 10)))
    y = rng.permutation([0, 1, 1])
    x = np.where(y == 1, 1, -1)[:, np.newaxis] * middle + rng.normal(0.0, 0.2, (3, len(middle)))
    possible = fit_case(rng, x, y, epochs=3)
    # two equal samples with different labels: a mistake in every epoch; and a sample across from
    # them: at least two in an epoch that begins with zeros
    twin = draw_direction(rng, int(rng.integers(4, 10)))
    aside = rng.normal(0.0, 0.3, len(twin))
    across = aside - aside @ twin / (twin @ twin) * twin - 0.8 * twin
    impossible = fit_case(rng, np.array([twin, twin, across]), np.array([0, 1, 1]), epochs=3)
    alone = fit_case(rng, rng.normal(0.5, 1.0, (1, int(rng.integers(3, 10)))), np.array([1]), 3)
    # three samples with the label 1, each so far from the others that what they teach speaks
    # against it: all are wrong when their turn comes, whichever comes first
    plane = np.linalg.qr(rng.normal(0.0, 1.0, (int(rng.integers(4, 10)), 2)))[0].T
    angles = rng.uniform(0.0, 2 * np.pi) + 2 * np.pi / 3 * np.arange(3)
    star = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1) @ plane
    each = fit_case(rng, star, np.ones(3, dtype=int), epochs=1)
    # two equal samples with different labels: five epochs, whatever the order, and the count goes
    # up and down. Nothing but 0 and a step in either direction comes about, so all is exact
    x = np.repeat(rng.integers(1, 5, (1, int(rng.integers(3, 7)))).astype(float), 2, axis=0)
    twins = replace(
        fit_case(rng, x, np.array([0, 1]), epochs=5),
        sizes={},
        label="two equal samples with different labels",
    )
    return each, alone, once, twins, possible, impossible, clouds_case(rng)


def clouds_case(rng: np.random.Generator) -> Case:
    """Two clouds so far apart that a line is found in time, whatever the order."""
    n, d, epochs = int(rng.integers(7, 10)), int(rng.integers(3, 7)), 100
    while True:
        middle = draw_direction(rng, d)
        y = rng.permutation(np.resize([0, 1], n))
        signs = np.where(y == 1, 1, -1)
        x = signs[:, np.newaxis] * middle + rng.normal(0.0, 0.5, (n, d))
        # Novikoff: at most (radius / margin)^2 mistakes, and every epoch but the last has one
        radius, margin = np.sqrt((x**2).sum(axis=1).max() + 1), (signs * (x @ middle)).min() / 2
        if margin > 0 and (radius / margin) ** 2 < epochs - 1:
            break
    return replace(
        fit_case(rng, x, y, epochs),
        accept=partial(clouds_finding, x, y, epochs),
        could_give=cannot_tell,
    )


def clouds_finding(
    x: np.ndarray, y: np.ndarray, epochs: int, outputs: Mapping[str, np.ndarray]
) -> Finding | None:
    """What is wrong with these outputs, unless they are those of a search that found a line."""
    w, b, mistakes = (outputs[name] for name in ("w", "b", "mistakes"))
    question = "Which samples does each turn look at, and what does it hand on to the next?"
    if w.shape != (x.shape[1],) or b.shape != () or mistakes.ndim != 1:
        return Finding("wrong-shape", "Expected w (D,), b a number and mistakes a list.", question)
    wrong = int((perceptron_predict(x, w, float(b)) != y).sum())
    steps = mistakes[:-1]
    found = mistakes.size > 0 and mistakes[-1] == 0 and (steps > 0).all()
    if wrong == 0 and found and mistakes.size <= epochs:
        return None
    evidence = (
        f"Here N = {len(y)}, and after {mistakes.size} epochs your `w` and `b` get {wrong} wrong."
    )
    text = "A line can separate these samples, and an epoch without a mistake would be the last."
    return Finding("no-line-found", f"{text} {evidence}", question, evidence)


def cannot_tell(fit: Fit, outputs: Mapping[str, np.ndarray]) -> bool:
    """There are too many orders to try, so any implementation may have given these outputs."""
    return True


def draw_direction(rng: np.random.Generator, d: int) -> np.ndarray:
    """A random vector (D,) of length 2."""
    direction = rng.normal(0.0, 1.0, d)
    return 2 * direction / np.linalg.norm(direction)


def fit_case(
    rng: np.random.Generator,
    x: np.ndarray,
    y: np.ndarray,
    epochs: int,
    fits: tuple[Fit, ...] | None = None,
) -> Case:
    """These samples, with whatever order of theirs the attempt draws; it accepts where fits lead,
    by default right ones, for which a sum of zero may count as either label, or as neither."""
    fits = fits or (partial(fit_right, 0), partial(fit_right, 1), partial(fit_right, None))
    sizes = {"N": x.shape[0], "D": x.shape[1]}
    learning_rate = float(rng.choice([0.15, 0.35, 0.65, 0.85]))
    return Case(
        sizes,
        (x, y, epochs, learning_rate, rng.spawn(1)[0]),
        values=("w", "b", "mistakes"),
        accept=partial(fit_finding, Outcomes(fits, x, y, epochs, learning_rate)),
        could_give=partial(fit_could_give, x, y, epochs, learning_rate),
    )


def fit_could_give(
    x: np.ndarray,
    y: np.ndarray,
    epochs: int,
    learning_rate: float,
    fit: Fit,
    outputs: Mapping[str, np.ndarray],
) -> bool:
    """Whether some order of the samples leads this implementation to these outputs."""
    mine = (outputs["w"], outputs["b"], outputs["mistakes"])
    outcomes = every_outcome(fit, x, y, epochs, learning_rate)
    return any(equal(mine, outcome) for outcome in outcomes)


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Where any of these implementations can lead on these samples, found once for all attempts."""

    fits: tuple[Fit, ...]
    x: np.ndarray
    y: np.ndarray
    epochs: int
    learning_rate: float

    @cached_property
    def found(self) -> tuple[Fitted, ...]:
        """The outcomes, each once."""
        outcomes: dict[bytes, Fitted] = {
            np.round(np.concatenate([w, [b], mistakes]), 12).tobytes(): (w, b, mistakes)
            for fit in self.fits
            for w, b, mistakes in every_outcome(
                fit, self.x, self.y, self.epochs, self.learning_rate
            )
        }
        return tuple(outcomes.values())


def fit_finding(right: Outcomes, outputs: Mapping[str, np.ndarray]) -> Finding | None:
    """What is wrong with these outputs, unless some order of the samples leads to them."""
    mine = (outputs["w"], outputs["b"], outputs["mistakes"])
    if any(equal(mine, outcome) for outcome in right.found):
        return None
    x, y, epochs = right.x, right.y, right.epochs
    counts = np.array2string(outputs["mistakes"].astype(int), threshold=8, separator=", ")
    evidence = f"Here N = {len(y)} and epochs = {epochs}; your `mistakes` is {counts}."
    shapes = {"w": (x.shape[1],), "b": (), "mistakes": (outputs["mistakes"].size,)}
    for name, shape in shapes.items():
        if outputs[name].shape != shape:
            text = f"Your {name} has shape {outputs[name].shape}; expected {shape}."
            question = "Which of the three is one number, and which is a list?"
            return Finding("wrong-shape", text, question, evidence)
    return Finding(
        "no-such-order",
        "From weights and a bias of zero, no order of the samples leads to what you return. "
        f"{evidence}",
        "Does every sample get one turn in each epoch, and does each turn go on from where the "
        "one before it ended?",
        evidence,
    )


def fit_right(
    ties: int | None, x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    """The library's perceptron_fit, quicker; a sum of exactly zero counts as this label, or, where
    it is None, as wrong whatever the label."""
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for n in rng.permutation(len(y)):
            total, label = float(x[n] @ w) + b, int(y[n])
            on_the_line = 1 - label if ties is None else ties
            error = label - (on_the_line if total == 0 else int(total > 0))
            if error:
                w, b = w + learning_rate * error * x[n], b + learning_rate * error
                wrong += 1
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes


def turns(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, b: float, learning_rate: float, order: np.ndarray
) -> tuple[np.ndarray, float, int]:
    """One epoch as it should be: the new weights and bias, and how many samples were wrong."""
    wrong = 0
    for n in order:
        error = int(y[n]) - int(float(x[n] @ w) + b > 0)
        if error:
            w, b = w + learning_rate * error * x[n], b + learning_rate * error
            wrong += 1
    return w, b, wrong


def fit_nothing_moves(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    # a mistake is taken to be a product with the label below zero, and zero is not below zero
    return np.zeros(x.shape[1]), 0.0, [0]


def fit_nothing_moves_to_the_end(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    return np.zeros(x.shape[1]), 0.0, [0] * epochs


def fit_update_thrown_away(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    return np.zeros(x.shape[1]), 0.0, [int(y.sum())] * epochs


def fit_bias_thrown_away(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for n in rng.permutation(len(y)):
            wrong += int(perceptron_predict(x[n], w, b) != y[n])
            w, _ = perceptron_update(x[n], y[n], w, b, learning_rate)
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes


def fit_ends_at_the_first_right_one(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for n in rng.permutation(len(y)):
            error = int(y[n]) - int(x[n] @ w + b > 0)
            if error == 0:
                break
            w, b = w + learning_rate * error * x[n], b + learning_rate * error
            wrong += 1
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes


def fit_goes_on(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        w, b, wrong = turns(x, y, w, b, learning_rate, rng.permutation(len(y)))
        mistakes.append(wrong)
    return w, b, mistakes


def fit_one_epoch(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, wrong = turns(x, y, np.zeros(x.shape[1]), 0.0, learning_rate, rng.permutation(len(y)))
    return w, b, [wrong]


def fit_last_zero_missing(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, mistakes = perceptron_fit(x, y, epochs, learning_rate, rng)
    return w, b, [wrong for wrong in mistakes if wrong > 0]


def fit_count_goes_on(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, [0]
    for _ in range(epochs):
        w, b, wrong = turns(x, y, w, b, learning_rate, rng.permutation(len(y)))
        mistakes.append(mistakes[-1] + wrong)
        if mistakes[-1] == 0:
            break
    return w, b, mistakes[1:]


def fit_one_total(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, int]:
    w, b, mistakes = perceptron_fit(x, y, epochs, learning_rate, rng)
    return w, b, sum(mistakes)


def fit_counted_after_the_update(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for n in rng.permutation(len(y)):
            w, b = perceptron_update(x[n], y[n], w, b, learning_rate)
            wrong += int(perceptron_predict(x[n], w, b) != y[n])
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes


def fit_counted_after_the_epoch(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        w, b, _ = turns(x, y, w, b, learning_rate, rng.permutation(len(y)))
        mistakes.append(int((perceptron_predict(x, w, b) != y).sum()))
        if mistakes[-1] == 0:
            break
    return w, b, mistakes


def fit_one_order(
    later: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray,
    y: np.ndarray,
    epochs: int,
    learning_rate: float,
    rng: Any,
) -> tuple[np.ndarray, float, list[int]]:
    """An order is drawn once; later: from it to that of all later epochs."""
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    order = rng.permutation(len(y))
    for _ in range(epochs):
        w, b, wrong = turns(x, y, w, b, learning_rate, order)
        mistakes.append(wrong)
        if wrong == 0:
            break
        order = later(order)
    return w, b, mistakes


FITS_OF_ONE_ORDER = (partial(fit_one_order, lambda order: order), partial(fit_one_order, np.sort))
"""The order that was drawn is used in all epochs, or in the first one alone."""


def one_order_case(rng: np.random.Generator) -> Case:
    """Two pairs of equal samples with different labels, so that no epoch is the last: where an
    order that comes again and again can lead."""
    x = np.repeat(rng.normal(0.0, 1.0, (2, int(rng.integers(3, 9)))), 2, axis=0)
    return fit_case(rng, x, np.array([0, 1, 0, 1]), epochs=4, fits=FITS_OF_ONE_ORDER)


def fit_starts_again(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    mistakes = []
    for _ in range(epochs):
        w, b, wrong = turns(x, y, np.zeros(x.shape[1]), 0.0, learning_rate, rng.permutation(len(y)))
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes


def fit_all_at_once(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        errors = y - perceptron_predict(x, w, b)
        w, b = w + learning_rate * errors @ x, b + learning_rate * float(errors.sum())
        mistakes.append(int(np.abs(errors).sum()))
        if mistakes[-1] == 0:
            break
    return w, b, mistakes


def fit_without(
    left_out: Callable[[int, Any], np.ndarray],
) -> Callable[..., tuple[np.ndarray, float, list[int]]]:
    """The right one, but for the order, which leaves a sample out; left_out: of N and rng."""

    def fit(
        x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
    ) -> tuple[np.ndarray, float, list[int]]:
        w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
        for _ in range(epochs):
            wrong = 0
            for n in left_out(len(y), rng):
                wrong += int(perceptron_predict(x[n], w, b) != y[n])
                w, b = perceptron_update(x[n], y[n], w, b, learning_rate)
            mistakes.append(wrong)
            if wrong == 0:
                break
        return w, b, mistakes

    return fit


def fit_labels_left_behind(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for x_n, y_n in zip(rng.permutation(x), y, strict=True):
            wrong += int(perceptron_predict(x_n, w, b) != y_n)
            w, b = perceptron_update(x_n, y_n, w, b, learning_rate)
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes


Epoch = tuple[np.ndarray, float, Any]


def fit_by_epochs(
    epoch: Callable[..., Epoch] | None = None,
    ends: Callable[[list[int]], bool] = lambda counts: counts[-1] == 0,
    last: Callable[[list[Epoch]], tuple[np.ndarray, float]] = lambda done: done[-1][:2],
    limit: Callable[[int], int] = lambda epochs: epochs,
    count: Callable[[list[int], int], Any] = lambda counts, n: counts,
    start: Callable[[np.ndarray], tuple[np.ndarray, float]] = lambda x: (np.zeros(x.shape[1]), 0.0),
) -> Callable[..., tuple[np.ndarray, float, Any]]:
    """A wrong perceptron_fit, right but for what is given.

    epoch: (x, y, w, b, learning_rate, order, number) to the new w, b and the count; ends: whether
    no further epoch follows these counts; last: w and b, of the start and all epochs; limit: how
    many epochs there may be; count: what is returned of the counts, given N; start: w and b.
    """

    def fit(
        x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
    ) -> tuple[np.ndarray, float, Any]:
        done: list[Epoch] = [(*start(x), 0)]
        counts: list[int] = []
        while len(counts) < limit(epochs):
            w, b, _ = done[-1]
            order = rng.permutation(len(y))
            if epoch is None:
                done.append(turns(x, y, w, b, learning_rate, order))
            else:
                done.append(epoch(x, y, w, b, learning_rate, order, len(counts)))
            counts.append(done[-1][2])
            if ends(counts):
                break
        return (*last(done), count(counts, len(y)))

    return fit


def turns_counted(
    counts: Callable[[list[int]], int],
) -> Callable[..., Epoch]:
    """An epoch with another count, made of the errors: 0, 1 and -1."""

    def epoch(
        x: np.ndarray, y: np.ndarray, w: np.ndarray, b: float, rate: float, order: Any, _: int
    ) -> Epoch:
        errors = []
        for n in order:
            errors.append(error_of(x[n], y[n], w, b))
            w, b = w + rate * errors[-1] * x[n], b + rate * errors[-1]
        return w, b, counts(errors)

    return epoch


def no_progress(counts: list[int]) -> bool:
    """Whether the last epoch made as many mistakes as the one before it, or more."""
    return counts[-1] == 0 or (len(counts) > 1 and counts[-1] >= counts[-2])


def standstill(counts: list[int]) -> bool:
    """Whether the last epoch made as many mistakes as the one before it."""
    return counts[-1] == 0 or (len(counts) > 1 and counts[-1] == counts[-2])


FITS_WITHOUT_PATIENCE = (fit_by_epochs(ends=no_progress), fit_by_epochs(ends=standstill))


def twins_case(rng: np.random.Generator, fits: tuple[Fit, ...]) -> Case:
    """Two equal samples with different labels, so that no epoch is the last."""
    x = np.repeat(rng.integers(1, 5, (1, int(rng.integers(3, 7)))).astype(float), 2, axis=0)
    return fit_case(rng, x, np.array([0, 1]), epochs=5, fits=fits)


PERCEPTRON_FIT = Exercise(
    name="perceptron_fit",
    lesson=LESSON,
    goal="Go through the samples in random order, again and again, until none is wrong.",
    points=3,
    minutes=12,
    difficulty=3,
    reference=perceptron_fit,
    returns="tuple",
    cases=fit_cases,
    hints=(
        "There are two loops, one inside the other: epochs, and in each epoch all samples.",
        "Start from zeros. In each epoch draw a new order, and let every sample have one turn: "
        "ask for the prediction, count it if it is wrong, then update. When does the outer loop "
        "end early?",
        "`rng.permutation(len(y))` gives the order as row numbers. Keep a counter that starts at "
        "0 in each epoch, append it to the list when the epoch is over, and stop after an epoch "
        "whose counter is still 0. Return w, b and the list.",
    ),
    mistakes=(
        Mistake(
            "zero-is-no-mistake",
            fit_nothing_moves,
            "Your `w` and `b` are still zero, and your `mistakes` says that nothing was wrong.",
            "With weights of zero every sum is zero, and zero must be one answer or the other.",
            "Which samples does your test for a mistake call wrong before anything is learned?",
        ),
        Mistake(
            "zero-is-never-a-mistake",
            fit_nothing_moves_to_the_end,
            "Your `w` and `b` are still zero, and your `mistakes` holds a 0 for every epoch.",
            "With weights of zero every sum is zero, and zero must be one answer or the other.",
            "Which samples does your test for a mistake call wrong before anything is learned?",
        ),
        Mistake(
            "update-thrown-away",
            fit_update_thrown_away,
            "Your `w` and `b` are still zero, and the same samples are wrong in every epoch.",
            "perceptron_update leaves the old weights as they are, and hands back new ones.",
            "What becomes of the values that perceptron_update returns?",
        ),
        Mistake(
            "bias-thrown-away",
            fit_bias_thrown_away,
            "Your `b` is still zero, while `w` has learned.",
            "perceptron_update hands back two things.",
            "What becomes of the second value that perceptron_update returns?",
        ),
        Mistake(
            "last-zero-missing",
            fit_last_zero_missing,
            "Your `mistakes` lacks the last epoch, the one without a mistake.",
            "That 0 is the proof that a line was found.",
            "When the loop ends early, has the count of that epoch been kept yet?",
        ),
        Mistake(
            "stops-after-one-epoch",
            fit_one_epoch,
            "Your `mistakes` has one entry: you stop after the first epoch.",
            "Once through the samples is seldom enough.",
            "How far is the line that ends your loop, or returns, indented?",
        ),
        Mistake(
            "goes-on-for-nothing",
            fit_goes_on,
            "Your `mistakes` goes on after its first 0.",
            "When no sample is wrong, nothing will ever move again.",
            "What can an epoch change that begins where the last one found no mistake?",
        ),
        Mistake(
            "errors-cancel",
            fit_by_epochs(turns_counted(lambda errors: abs(sum(errors)))),
            "Your `mistakes` adds up errors of 1 and -1, and two of them make 0.",
            "A 1 taken for a 0 and a 0 taken for a 1 are two mistakes.",
            "What is the sum of your errors when one sample of each kind is wrong?",
            also=(
                fit_by_epochs(turns_counted(sum)),
                fit_by_epochs(turns_counted(lambda errors: -sum(errors))),
            ),
        ),
        Mistake(
            "epoch-ends-at-a-right-one",
            fit_ends_at_the_first_right_one,
            "Your epochs end with the first sample that is right: those after it have no turn.",
            "Every sample has its turn in every epoch.",
            "What does your function do when a sample needs no update: go to the next, or leave?",
        ),
        Mistake(
            "one-total",
            fit_one_total,
            "Your `mistakes` is one number: the mistakes of all epochs together.",
            "A number for each epoch shows whether it is getting better.",
            "How many epochs were there, and how many numbers should there be?",
        ),
        Mistake(
            "count-never-reset",
            fit_count_goes_on,
            "Your `mistakes` never falls: each epoch is counted on top of those before it.",
            "Each epoch has a count of its own, and only that can come down to 0.",
            "Where does your counter become 0, and how often does that line run?",
        ),
        Mistake(
            "counted-after-the-epoch",
            fit_counted_after_the_epoch,
            "Your `mistakes` is counted at the end of each epoch, with the weights of then.",
            "The number asked for is of samples that were wrong as they had their turn.",
            "At which moment should a sample be judged, and with which weights?",
        ),
        Mistake(
            "counted-after-the-update",
            fit_counted_after_the_update,
            "Your `mistakes` is too small: each sample is judged after it has been learned from.",
            "A test comes before the correction.",
            "In which order do you ask for the prediction and update?",
        ),
        Mistake(
            "starts-again-each-epoch",
            fit_starts_again,
            "Your `w` and `b` are what the last epoch alone has taught: each begins with zeros.",
            "What one epoch has learned, the next builds on.",
            "How often does the line run that sets w to zeros?",
        ),
        Mistake(
            "all-at-once",
            fit_all_at_once,
            "Your `w` and `b` move once an epoch, by the sum of all mistakes.",
            "The perceptron learns at once, so the next sample meets better weights.",
            "With which weights is the last sample of an epoch judged?",
        ),
        Mistake(
            "one-has-no-turn",
            fit_without(lambda n, rng: rng.permutation(n - 1)),
            "In each of your epochs one sample has no turn: N - 1 have one.",
            "The one that is left out may be the very one that is wrong.",
            "With two samples, which of them does your loop visit?",
            also=(
                fit_without(lambda n, rng: 1 + rng.permutation(n - 1)),
                fit_without(lambda n, rng: rng.permutation(n)[1:]),
            ),
        ),
        Mistake(
            "one-order-for-all-epochs",
            FITS_OF_ONE_ORDER[0],
            "One order of the samples is drawn, and it serves all your epochs: whatever `rng` "
            "gives, your `w`, `b` and `mistakes` never need a second one.",
            "Each epoch is to meet the samples in an order of its own.",
            "How often does the line run that draws from rng, and how often should it?",
            also=FITS_OF_ONE_ORDER[1:],
            habit=one_order_case,
        ),
        Mistake(
            "labels-left-behind",
            fit_labels_left_behind,
            "Your `w` and `b` come from samples with each other's labels: only `x` was shuffled.",
            "A sample and its label travel together.",
            "After your shuffle, which label belongs to the first row of x?",
        ),
        Mistake(
            "stops-without-progress",
            FITS_WITHOUT_PATIENCE[0],
            "Your epochs end early: with samples that no line separates, they go on only as long "
            "as the count changes for the better.",
            "The count may rise before it falls; only an epoch without a mistake is the last.",
            "For which counts does your loop end?",
            also=FITS_WITHOUT_PATIENCE[1:],
            habit=partial(twins_case, fits=FITS_WITHOUT_PATIENCE),
        ),
        Mistake(
            "right-ones-counted",
            fit_by_epochs(count=lambda counts, n: [n - c for c in counts]),
            "Your `mistakes` grows as the perceptron gets better: it counts the right answers.",
            "The count comes down to 0, and then it is over.",
            "For a sample that is right, what does your line with the counter do?",
            also=(fit_by_epochs(turns_counted(lambda errors: errors.count(0))),),
        ),
        Mistake(
            "shares-for-counts",
            fit_by_epochs(count=lambda counts, n: [c / n for c in counts]),
            "Your `mistakes` holds shares of the samples, not their number.",
            "Asked for is how many samples were wrong.",
            "Do you divide by the number of samples anywhere?",
        ),
        Mistake(
            "bias-back-to-zero-each-epoch",
            fit_by_epochs(
                lambda x, y, w, b, rate, order, _: turns(x, y, w, 0.0, rate, order),
            ),
            "Your `b` is what the last epoch alone has taught, while `w` has learned in all.",
            "What one epoch has learned, the next builds on.",
            "How often does the line run that sets b to zero?",
        ),
        Mistake(
            "weights-back-to-zero-each-epoch",
            fit_by_epochs(
                lambda x, y, w, b, rate, order, _: turns(x, y, 0 * w, b, rate, order),
            ),
            "Your `w` is what the last epoch alone has taught, while `b` has learned in all.",
            "What one epoch has learned, the next builds on.",
            "How often does the line run that sets w to zeros?",
        ),
        Mistake(
            "one-epoch-too-many",
            fit_by_epochs(limit=lambda epochs: epochs + 1),
            "Your `mistakes` may have one entry more than there are `epochs`.",
            "A loop that counts from 0 and stops after `epochs` has been through once too often.",
            "With epochs = 1, how often does your outer loop run?",
        ),
        Mistake(
            "one-epoch-too-few",
            fit_by_epochs(limit=lambda epochs: epochs - 1),
            "Your `mistakes` has at most one entry fewer than there are `epochs`.",
            "In Python the end of a range is not part of it.",
            "With epochs = 1, how often does your outer loop run?",
        ),
        Mistake(
            "weights-of-the-epoch-before",
            fit_by_epochs(last=lambda done: done[-2][:2]),
            "Your `w` and `b` are those with which the last epoch began.",
            "What the last epoch has learned counts too.",
            "Are the values that you return kept before the samples have their turns, or after?",
        ),
        Mistake(
            "starts-with-ones",
            fit_by_epochs(start=lambda x: (np.ones(x.shape[1]), 0.0)),
            "Your `w` and `b` do not begin at zero.",
            "The start is told in the first line of the stub.",
            "Which values do w and b have before the first sample?",
            also=(
                fit_by_epochs(start=lambda x: (np.zeros(x.shape[1]), 1.0)),
                fit_by_epochs(start=lambda x: (np.ones(x.shape[1]), 1.0)),
            ),
        ),
        Mistake(
            "learning-rate-of-one",
            fit_by_epochs(lambda x, y, w, b, rate, order, _: turns(x, y, w, b, 1.0, order)),
            "Your `w` and `b` are those of a learning rate of 1, whatever `learning_rate` says.",
            "From zero, a learning rate scales all that is learned.",
            "What do you hand to perceptron_update as its last argument?",
        ),
    ),
    uses={"perceptron_predict": perceptron_predict, "perceptron_update": perceptron_update},
)

EXERCISES = (PERCEPTRON_PREDICT, PERCEPTRON_UPDATE, PERCEPTRON_FIT)

"""The exercise perceptron_predict: a label from a weighted sum, for a batch or a single sample."""

from collections.abc import Callable

import numpy as np

from backprop_lib.perceptron import perceptron_predict
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.drawing import draw_sizes

__all__ = ["PERCEPTRON_PREDICT"]


def predict_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches large enough for both labels to be common, one sample in a row, and two alone: one
    that the bias makes a 1, and one on the line.

    And samples on the line itself: whole numbers, so that their sums are exactly zero.
    """
    many = [{"N": int(rng.integers(60, 90))} | draw_sizes(rng, "D") for _ in range(2)]
    sizes_and_signs = zip([*many, draw_sizes(rng, "ND", True)], (1, -1, 1), strict=True)
    batches = [predict_case(rng, sizes, sign) for sizes, sign in sizes_and_signs]
    (x, w, b), sizes = batches[0].args, batches[0].sizes
    lifted = rng.choice(x[(x @ w <= 0) & (x @ w + b > 0)])
    on_the_line = rng.integers(-4, 5, (9, 3))
    on_the_line[::3, 0] = on_the_line[::3, 1] + on_the_line[::3, 2] - 2
    # no product with its weight, and not the bias alone, says 0 as the sum does
    second, third = float(rng.integers(2, 5)), float(rng.integers(-1, 2))
    one_on_the_line = np.array([second + third - 2, second, third])
    # powers of two, so that each sum is exact: sums from 2^-40 to 2^40, of either sign, and 0
    of_all_sizes = np.zeros((5, 3))
    of_all_sizes[:, 1] = rng.permutation([-(2.0**-40), 2.0**-40, 0.0, 2.0**40, -(2.0**40)])
    return (
        *batches,
        Case({"D": sizes["D"]}, (lifted, w, b), values=("labels",)),
        Case(
            {"D": 3},
            (one_on_the_line, np.array([1.0, -1.0, -1.0]), 2.0),
            values=("labels",),
            label="D=3, one sample, its sum exactly 0",
            extreme=True,
        ),
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
    w *= rng.uniform(3.0, 3.4) / np.linalg.norm(w)
    b = float(sign * rng.uniform(0.6, 0.7))
    while True:
        x = rng.normal(0.0, 0.75, (sizes["N"], sizes["D"]))
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
    lesson="01_perceptron",
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
        Mistake(
            "bias-left-out-for-one-sample",
            lambda x, w, b: np.asarray(x @ w + b * (x.ndim > 1) > 0).astype(int),
            "Your `labels` are right for a batch; for a single sample they do not depend on `b`.",
            "A sample's label is the same whether it comes alone or with others.",
            "Where does b come in if x has one axis?",
        ),
    ),
)

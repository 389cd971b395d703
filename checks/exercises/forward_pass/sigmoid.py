"""The exercise sigmoid: every number into the range from 0 to 1, huge ones too."""

import numpy as np

from backprop_lib.layers import sigmoid, sigmoid_backward
from backprop_lib.losses import softmax
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.caches import OutAndCache, cache_for
from checks.exercises.drawing import draw_batches, draw_sizes
from checks.exercises.forward_pass.elementwise import of_other_shapes

__all__ = ["SIGMOID"]


def sigmoid_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches into a sigmoid, one sample, numbers too large for a careless exp, mostly below
    0 or mostly above, other shapes."""
    batches = [sigmoid_case(rng, sizes) for sizes in draw_batches(rng, "ND")[:3]]
    sizes = draw_sizes(rng, "ND")
    large = rng.normal(0.0, 2.0, (sizes["N"], sizes["D"]))
    large[0, :2] = [-1000.0, 1000.0]
    large[1, :2] = [rng.uniform(20.0, 40.0), -rng.uniform(720.0, 900.0)]
    large[2, :3] = [0.0, 8.0, -8.0]
    far = [Case(sizes, (x,), values=("y",), extreme=True) for x in (large, -large)]
    return (*batches, *far, *of_other_shapes(rng))


def sigmoid_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """One batch into a sigmoid, on both of its sides."""
    x = rng.normal(0.5, 2.0, (sizes["N"], sizes["D"]))
    x[0, 0] = 0.0
    return Case(sizes, (x,), values=("y",))


def sigmoid_missing_brackets(x: np.ndarray) -> OutAndCache:
    return 1 / 1 + np.exp(-x), None


def sigmoid_mirrored(x: np.ndarray) -> OutAndCache:
    return 1 / (1 + np.exp(x)), None


def sigmoid_overflow(x: np.ndarray) -> OutAndCache:
    return np.exp(x) / (1 + np.exp(x)), None


def sigmoid_tanh(x: np.ndarray) -> OutAndCache:
    return np.tanh(x), None


def sigmoid_too_steep(x: np.ndarray) -> OutAndCache:
    return (1 + np.tanh(x)) / 2, None


def sigmoid_slope(x: np.ndarray) -> OutAndCache:
    y, _ = sigmoid(x)
    return y * (1 - y), None


def sigmoid_step(x: np.ndarray) -> OutAndCache:
    return (x > 0).astype(float), None


def sigmoid_over_the_row(x: np.ndarray) -> OutAndCache:
    return softmax(x), None


def sigmoid_one_side_for_both(x: np.ndarray) -> OutAndCache:
    return 1 / (1 + np.exp(-np.abs(x))), None


def sigmoid_one_form_for_all(x: np.ndarray) -> OutAndCache:
    e = np.exp(-np.abs(x))
    return (1 if np.all(x >= 0) else e) / (1 + e), None


def sigmoid_minus(x: np.ndarray) -> OutAndCache:
    return 1 / (1 - np.exp(-x)), None


SIGMOID = Exercise(
    name="sigmoid",
    lesson="02_forward_pass",
    goal="Squeeze every number into the range from 0 to 1, and stay finite whatever comes in.",
    points=2,
    minutes=6,
    difficulty=2,
    reference=sigmoid,
    cache=cache_for(sigmoid_backward, sigmoid, "the output y"),
    returns="out and cache",
    cases=sigmoid_cases,
    hints=(
        "Check three numbers by hand: at 0 it is 1/2, far to the left nearly 0, far to the right "
        "nearly 1. Then try -1000 and 1000.",
        "1 / (1 + exp(-x)) and exp(x) / (1 + exp(x)) are the same function. In each of them exp "
        "can overflow, but on different sides, and infinity divided by infinity is no number.",
        "With e = exp(-|x|), which is never above 1, it is 1 / (1 + e) where x is at least 0 and "
        "e / (1 + e) elsewhere; `np.where` chooses entry by entry. Return it with what the way "
        "back will need.",
    ),
    mistakes=(
        Mistake(
            "one-formula-for-both-sides",
            sigmoid_one_side_for_both,
            "Your `y` is never below 1/2: x and -x give the same.",
            "With e = exp(-|x|) nothing overflows, but e no longer knows on which side x was.",
            "What should y be far to the left, where x is -5?",
        ),
        Mistake(
            "one-form-for-the-whole-array",
            sigmoid_one_form_for_all,
            "Your `y` is right where all entries of `x` have one sign; where they are mixed, some "
            "of it is what -x gives.",
            "Each entry lies on one side of 0 or on the other, and so needs a form of its own.",
            "Does your test give one answer, or one for each entry?",
        ),
        Mistake(
            "missing-brackets",
            sigmoid_missing_brackets,
            "Your `y` is above 1 everywhere: it is 1 + exp(-x).",
            "Python divides before it adds, unless brackets say otherwise.",
            "Which part of 1 / 1 + exp(-x) is worked out first?",
        ),
        Mistake(
            "mirrored",
            sigmoid_mirrored,
            "Your `y` falls where it should rise: it is 1 minus what it should be.",
            "A large x means a sure yes.",
            "For x = 5, should y be near 0 or near 1?",
        ),
        Mistake(
            "overflow",
            sigmoid_overflow,
            "Your `y` is right for small numbers and NaN at the largest: exp(1000) is infinite.",
            "A computer's largest number is about 1e308, and exp(710) is already above it.",
            "Which exponential in your formula grows when x does, and can you do without it?",
        ),
        Mistake(
            "tanh",
            sigmoid_tanh,
            "Your `y` goes from -1 to 1: it is the hyperbolic tangent.",
            "The two curves have the same form on different scales.",
            "What should y be at 0, halfway between the two ends?",
        ),
        Mistake(
            "too-steep",
            sigmoid_too_steep,
            "Your `y` has the right ends, but is what the sigmoid gives at 2 x.",
            "tanh and the sigmoid are one curve, shifted and stretched along both axes.",
            "In exp(-x) / exp(x), how often does x stand in the exponent?",
        ),
        Mistake(
            "slope-returned",
            sigmoid_slope,
            "Your `y` is never above 1/4: it is the slope of the sigmoid.",
            "The slope is for the way back; going forward, the value itself is wanted.",
            "What should y be for a large x?",
        ),
        Mistake(
            "hard-step",
            sigmoid_step,
            "Your `y` holds only ones and zeros.",
            "The sigmoid is a step that has been smoothed, so that small changes can be felt.",
            "What should y be at x = 0.1, and what at x = 3?",
        ),
        Mistake(
            "softmax-over-the-row",
            sigmoid_over_the_row,
            "Each row of your `y` adds up to 1: the entries of a row share their total.",
            "The sigmoid answers a question of yes or no for each entry on its own.",
            "If one entry of x grows, should the others in its row move?",
        ),
        Mistake(
            "minus-below",
            sigmoid_minus,
            "Your `y` is above 1 or below 0: the exponential is taken off where it is added.",
            "Below the fraction's bar stands a number that is never less than 1.",
            "What does your formula give at x = 0?",
        ),
        Mistake(
            "zero-left-out",
            lambda x: (np.where(x == 0, 0.0, sigmoid(x)[0]), None),
            "Your `y` is right but where `x` is exactly 0.",
            "Above zero and below zero leave out zero itself.",
            "What should y be at 0, halfway between its ends?",
            also=(lambda x: (np.where(x == 0, 1.0, sigmoid(x)[0]), None),),
        ),
        Mistake(
            "clipped",
            lambda x: (sigmoid(np.clip(x, -6, 6))[0], None),
            "Your `y` never comes nearer to 0 or 1 than at some bound: `x` is clipped.",
            "A sure answer may be as sure as its number says.",
            "What should y be at 1000, to ten digits?",
            also=(
                lambda x: (sigmoid(np.clip(x, -5, 5))[0], None),
                lambda x: (sigmoid(np.clip(x, -4, 4))[0], None),
                lambda x: (sigmoid(np.clip(x, -8, 8))[0], None),
                lambda x: (sigmoid(np.clip(x, -10, 10))[0], None),
                lambda x: (sigmoid(np.clip(x, -15, 15))[0], None),
                lambda x: (sigmoid(np.clip(x, -20, 20))[0], None),
            ),
        ),
        Mistake(
            "largest-taken-off",
            lambda x: (sigmoid(x - np.max(x))[0], None),
            "Your `y` is that of other numbers: the array's largest or mean is taken off first.",
            "Softmax does not change by that; the sigmoid does.",
            "If one entry grows, should the others move?",
            also=(
                lambda x: (
                    sigmoid(x - np.max(x, axis=-1, keepdims=True) if np.ndim(x) else 0 * x)[0],
                    None,
                ),
                lambda x: (sigmoid(x - np.mean(x))[0], None),
            ),
        ),
        Mistake(
            "shared-whole",
            lambda x: (
                np.where(x >= 0, 1, np.exp(-np.abs(x))) / (1 + np.sum(np.exp(-np.abs(x)))),
                None,
            ),
            "Each entry of your `y` is divided by a sum over all of them.",
            "The sigmoid answers a question of yes or no for each entry on its own.",
            "If one entry of x grows, should the others move?",
            also=(lambda x: (np.exp(x) / np.sum(np.exp(x)), None),),
        ),
        Mistake(
            "base-two",
            lambda x: (1 / (1 + 2.0**-x), None),
            "Your `y` rises at another rate: it is made with a base other than e.",
            "The sigmoid is made with the exponential function.",
            "What should y be at x = 1?",
            also=(lambda x: (1 / (1 + 10.0**-x), None),),
        ),
        Mistake(
            "too-flat",
            lambda x: (sigmoid(x / 2)[0], None),
            "Your `y` has the right ends, but is what the sigmoid gives at x / 2.",
            "tanh and the sigmoid are one curve, shifted and stretched along both axes.",
            "In your formula, how often does x stand in the exponent?",
            also=(lambda x: ((1 + np.tanh(x / 4)) / 2, None),),
        ),
        Mistake(
            "tanh-shifted-only",
            lambda x: (1 + np.tanh(x), None),
            "Your `y` does not run from 0 to 1: it is too high or too wide.",
            "tanh runs from -1 to 1; it has to be moved and halved.",
            "What are your y far to the left and far to the right?",
            also=(
                lambda x: (1 + np.tanh(x / 2), None),
                lambda x: ((np.tanh(x / 2) - 1) / 2, None),
                lambda x: (np.tanh(x / 2), None),
                lambda x: (2 * sigmoid(x)[0], None),
            ),
        ),
        Mistake(
            "straight-in-the-middle",
            lambda x: (np.clip(0.2 * x + 0.5, 0, 1), None),
            "Your `y` is a straight line with two corners.",
            "The sigmoid is smooth, and never quite 0 or 1 nearby.",
            "What is the slope of your curve at 0, and what at 4?",
            also=(
                lambda x: (np.clip(x / 6 + 0.5, 0, 1), None),
                lambda x: (np.clip(x, 0, 1), None),
                lambda x: (np.clip(0.25 * x + 0.5, 0, 1), None),
            ),
        ),
        Mistake(
            "another-curve",
            lambda x: (0.5 * (1 + x / (1 + np.abs(x))), None),
            "Your `y` is another curve, though some of its values are near.",
            "The sigmoid is 1 / (1 + exp(-x)), and not any curve of that form.",
            "What should y be at x = 2, to three digits?",
            also=(
                lambda x: (x / (1 + np.abs(x)), None),
                lambda x: (0.5 + np.arctan(x) / np.pi, None),
                lambda x: (np.exp(-(x**2)), None),
                lambda x: (np.exp(-np.abs(x)), None),
                lambda x: (0.5 * (1 + x / np.sqrt(1 + x**2)), None),
            ),
        ),
        Mistake(
            "logarithm-of-it",
            lambda x: (np.logaddexp(0, x), None),
            "Your `y` leaves the range from 0 to 1: it is the logarithm of what was asked for.",
            "The logarithm belongs to the loss, which comes later.",
            "What should y be far to the right?",
            also=(
                lambda x: (-np.logaddexp(0, -x), None),
                lambda x: (np.logaddexp(0, -x), None),
            ),
        ),
        Mistake(
            "fraction-turned-over",
            lambda x: (1 + np.exp(-np.clip(x, -700, 700)), None),
            "Your `y` is above 1: a part of the fraction is missing, or it is turned over.",
            "1 is divided by 1 + exp(-x).",
            "What does your formula give at x = 0?",
            also=(
                lambda x: (np.exp(-np.clip(x, -700, 700)), None),
                lambda x: (1 / np.exp(-np.clip(x, -700, 700)), None),
            ),
        ),
        Mistake(
            "one-half-for-both",
            lambda x: (np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))), None),
            "Your `y` is never above 1/2: x and -x give the same.",
            "With u = exp(-|x|) nothing overflows, but u no longer knows on which side x was.",
            "What should y be far to the right, where x is 5?",
        ),
        Mistake(
            "rounded",
            lambda x: (np.round(sigmoid(x)[0], 1), None),
            "Your `y` is rounded.",
            "Small differences are what a network learns from.",
            "What are your y at 0.1 and at 0.101?",
            also=(
                lambda x: (np.round(sigmoid(x)[0], 1), None),
                lambda x: (np.round(sigmoid(x)[0], 2), None),
                lambda x: (np.round(sigmoid(x)[0], 3), None),
                lambda x: (np.round(sigmoid(x)[0], 4), None),
            ),
        ),
        Mistake(
            "e-for-one",
            lambda x: (1 / (np.e + np.exp(-x)), None),
            "Your `y` is 1 / (e + exp(-x)): below the bar stands e where 1 belongs.",
            "exp(0) is 1; exp(1) is e.",
            "What is the logarithm of 1?",
        ),
        Mistake(
            "minus-below-the-bar",
            lambda x: (np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 - np.exp(x))), None),
            "Your `y` is right on one side of 0; on the other 1 - u stands below the bar.",
            "Both forms are the same curve, so at 0 they have to meet.",
            "What does each of your forms give just beside 0?",
        ),
    ),
)

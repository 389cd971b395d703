"""Exercises of lesson 02: the forward pass.

Where a function must stay finite for large numbers, one case is made of such numbers.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from backprop_lib.layers import (
    he_init,
    linear,
    linear_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
)
from backprop_lib.losses import softmax
from backprop_lib.network import mlp_backward, mlp_forward
from checks.exercise import Case, Exercise, Finding, Mistake
from checks.exercises.caches import cache_for, called_again
from checks.exercises.drawing import draw_batches, draw_sizes

__all__ = ["EXERCISES"]

LESSON = "02_forward_pass"

OutAndCache = tuple[np.ndarray, Any]


# linear


def linear_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches into a linear layer, and one sample; as many samples as inputs and outputs, whole
    numbers with zeros among them; and one input and one output."""
    square = rng.integers(-4, 5, (4, 4))
    square[1] = 0
    w, b = rng.normal(0.0, 1.0, (4, 4)), np.array([0.5, 0.0, -1.5, 2.0])
    return (
        *(linear_case(rng, sizes) for sizes in draw_batches(rng, "NDM")),
        Case({"N": 4, "D": 4, "M": 4}, (square, w, b), values=("y",), extreme=True),
        replace(linear_case(rng, {"N": 3, "D": 1, "M": 1}), extreme=True),
    )


def linear_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """One batch into a linear layer."""
    n, d, m = sizes["N"], sizes["D"], sizes["M"]
    x = rng.normal(0.3, 1.0, (n, d))
    w = rng.normal(0.0, 1.0, (d, m))
    b = rng.uniform(0.5, 1.5, m) * rng.choice([-1.0, 1.0], m)
    return Case(sizes, (x, w, b), values=("y",))


def linear_no_bias(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> OutAndCache:
    return x @ w, None


def linear_bias_subtracted(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> OutAndCache:
    return x @ w - b, None


def linear_bias_multiplied(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> OutAndCache:
    return x @ w * b, None


def linear_bias_each_feature(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> OutAndCache:
    return (x[:, :, np.newaxis] * w + b).sum(axis=1), None


def linear_bias_times_inputs(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> OutAndCache:
    return x @ (w + b), None


def linear_bias_first_sample(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> OutAndCache:
    y = x @ w
    y[0] += b
    return y, None


def linear_bias_summed(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> OutAndCache:
    return x @ w + b.sum(), None


def linear_last_feature(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> OutAndCache:
    y = np.zeros((len(x), len(b)))
    for d in range(x.shape[1]):
        y = x[:, d : d + 1] * w[d]
    return y + b, None


def linear_mean(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> OutAndCache:
    return x @ w / x.shape[1] + b, None


def linear_reshaped(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> OutAndCache:
    return x @ w.T.reshape(w.shape) + b, None


def linear_not_summed(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> OutAndCache:
    return x[:, :, np.newaxis] * w + b, None


def linear_with_relu(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> OutAndCache:
    return np.maximum(x @ w + b, 0), None


LINEAR = Exercise(
    name="linear",
    lesson=LESSON,
    goal="Give every output a weighted sum of all inputs, plus a bias.",
    points=2,
    minutes=5,
    difficulty=2,
    reference=linear,
    cache=cache_for(linear_backward, linear, "(x, w, b)"),
    returns="out and cache",
    drive=called_again,
    cases=linear_cases,
    hints=(
        "Take one sample and one output, and write down with pencil what y[n, m] is made of.",
        "y[n, m] adds up x[n, d] w[d, m] over all d, and b[m] comes on top once. Which operator "
        "of NumPy multiplies and adds up over the inner index?",
        "`x @ w` has the shape (N, M). A bias of shape (M,) is added to each of its rows if you "
        "simply add it. Return the sum and, beside it, what the way back will need.",
    ),
    mistakes=(
        Mistake(
            "bias-forgotten",
            linear_no_bias,
            "Your `y` is the weighted sums alone: `b` is nowhere in it.",
            "Without a bias, a sample of zeros can only ever give zeros.",
            "If x were all zeros, what should y be?",
        ),
        Mistake(
            "bias-subtracted",
            linear_bias_subtracted,
            "Your `y` is too small by twice `b`: the bias is taken off.",
            "A threshold is taken off; a bias is the same thing with the other sign.",
            "If b[0] grows, which way should y[:, 0] move?",
        ),
        Mistake(
            "bias-once-a-feature",
            linear_bias_each_feature,
            "Your `y` holds `b` once for each of the D features.",
            "The sum runs over the features; the bias belongs to the output.",
            "Is the line that adds b inside or outside the sum over d?",
        ),
        Mistake(
            "bias-times-the-inputs",
            linear_bias_times_inputs,
            "In your `y` the bias is multiplied by the inputs: it was added to `w`.",
            "A bias is what an output has before any input speaks.",
            "If x were all zeros, what would your y be?",
        ),
        Mistake(
            "bias-for-the-first-sample",
            linear_bias_first_sample,
            "Your `y` is right in its first row; the other rows lack the bias.",
            "All samples go through the same layer.",
            "Which rows of y does your line with b write into?",
        ),
        Mistake(
            "biases-added-up",
            linear_bias_summed,
            "Your `y` has the sum of all of `b` added to every entry.",
            "Every output has a bias of its own.",
            "How many different numbers should be added to one row of y?",
        ),
        Mistake(
            "last-feature-only",
            linear_last_feature,
            "Your `y` knows only the last of the D features: it is that one times its weights, "
            "plus `b`.",
            "In a loop, a plain = throws away what the turns before it have found.",
            "After the second turn of your loop, what is left of the first?",
        ),
        Mistake(
            "averaged-over-features",
            linear_mean,
            "In your `y` the weighted sum is D times too small, while the bias is right.",
            "A neuron adds up what its inputs say; how much each counts is in the weights.",
            "Is there a mean anywhere where the formula has a sum?",
        ),
        Mistake(
            "weights-scrambled",
            linear_reshaped,
            "In your `y` the weights are at the wrong places: `w` was turned, then reshaped back.",
            "A reshape reads the same numbers in the same order into other rows; it turns nothing.",
            "Which weight stands at w[0, 1], and which after your reshape?",
        ),
        Mistake(
            "not-summed",
            linear_not_summed,
            "Your `y` has three axes: products of inputs and weights that are not added up.",
            "`*` multiplies entry by entry; a weighted sum also adds.",
            "Over which index does the formula sum, and is that axis still there?",
        ),
        Mistake(
            "activation-already-applied",
            linear_with_relu,
            "Your `y` is never negative: what is below zero has become zero.",
            "A linear layer leaves the bending to the step after it.",
            "What should y be where the weighted sum plus the bias is -1?",
        ),
        Mistake(
            "bias-multiplied",
            linear_bias_multiplied,
            "Your `y` is the weighted sums times `b`.",
            "A bias moves an output up or down, whatever the input is.",
            "If x is all zeros, what should y be?",
        ),
    ),
)


# relu


def relu_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches into a ReLU, one sample, and what has no rows and columns. Large numbers, tiny
    ones, and whole ones, each with zeros among them."""
    batches = tuple(relu_case(rng, sizes) for sizes in draw_batches(rng, "ND"))
    whole = rng.permutation([-1000, -7, -1, 0, 1, 7, 30, 1000]).reshape(2, 4)
    tiny = rng.permutation([-3e-9, -1e-9, 0.0, 0.0, 1e-9, 3e-9]).reshape(2, 3)
    return (
        *batches,
        Case({}, (whole,), values=("y",), label="whole numbers up to 1000", extreme=True),
        Case({}, (tiny,), values=("y",), label="numbers next to 0", extreme=True),
        *of_other_shapes(rng),
    )


def of_other_shapes(rng: np.random.Generator) -> tuple[Case, ...]:
    """A vector, three axes, and a single number below 0 and above: what acts on each entry takes
    any shape."""
    d = int(rng.integers(4, 10))
    vector = np.resize([-1.0, 1.0], d) * rng.uniform(0.1, 3.0, d)
    vector[0] = 0.0
    block = rng.choice([-1.0, 1.0], (3, 4, 5)) * rng.uniform(0.1, 3.0, (3, 4, 5))
    below, above = np.array(-rng.uniform(0.1, 3.0)), np.array(rng.uniform(0.1, 3.0))
    return (
        Case({}, (block,), values=("y",), label="three axes, (3, 4, 5)", extreme=True),
        Case({"D": d}, (vector,), values=("y",), label=f"a vector, D={d}", extreme=True),
        Case({}, (below,), values=("y",), label=f"a single number, {below:.2f}", extreme=True),
        Case({}, (above,), values=("y",), label=f"a single number, {above:.2f}", extreme=True),
    )


def relu_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """One batch into a ReLU: half of the entries negative, sizes from 0.1 to 3."""
    shape = (sizes["N"], sizes["D"])
    signs = rng.permutation(np.resize([-1.0, 1.0], shape[0] * shape[1])).reshape(shape)
    return Case(sizes, (signs * rng.uniform(0.1, 3.0, shape),), values=("y",))


def relu_nothing_stopped(x: np.ndarray) -> OutAndCache:
    return x.copy(), x


def relu_maximum_of_columns(x: np.ndarray) -> OutAndCache:
    return np.max(x, 0), x


def relu_gate_only(x: np.ndarray) -> OutAndCache:
    return (x > 0).astype(float), x


def relu_absolute(x: np.ndarray) -> OutAndCache:
    return np.abs(x), x


def relu_minimum(x: np.ndarray) -> OutAndCache:
    return np.minimum(x, 0), x


def relu_leaky(x: np.ndarray) -> OutAndCache:
    return np.maximum(x, 0.01 * x), x


def relu_leaky_tenth(x: np.ndarray) -> OutAndCache:
    return np.maximum(x, 0.1 * x), x


def relu_capped(x: np.ndarray) -> OutAndCache:
    return np.clip(x, 0, 1), x


def relu_from_one(x: np.ndarray) -> OutAndCache:
    return np.maximum(x, 1), x


def relu_soft(x: np.ndarray) -> OutAndCache:
    return np.logaddexp(0, x), x


RELU = Exercise(
    name="relu",
    lesson=LESSON,
    goal="Let what is positive through and turn the rest into zero, entry by entry.",
    points=1,
    minutes=3,
    difficulty=1,
    reference=relu,
    cache=cache_for(relu_backward, relu, "the input x"),
    returns="out and cache",
    drive=called_again,
    cases=relu_cases,
    hints=(
        "Every entry is dealt with on its own; the output has the shape of the input.",
        "NumPy has one function for the largest entry of an array, and another for the larger "
        "of two arrays, entry by entry. Which is it here?",
        "`np.maximum(x, 0)` compares each entry with 0 and keeps the larger. Return it and, "
        "beside it, x, from which the way back can tell what was let through.",
    ),
    mistakes=(
        Mistake(
            "nothing-stopped",
            relu_nothing_stopped,
            "Your `y` is `x` as it came, negative entries and all.",
            "Without a bend, a stack of layers is no more than one layer.",
            "What should y be where x is -1?",
        ),
        Mistake(
            "maximum-of-each-column",
            relu_maximum_of_columns,
            "Your `y` has one entry a column: the largest of each column of `x`.",
            "np.max looks for the largest entry along an axis; its second argument is that axis.",
            "What does the 0 in np.max(x, 0) mean, and what did you want it to mean?",
        ),
        Mistake(
            "gate-only",
            relu_gate_only,
            "Your `y` holds only ones and zeros: it says where `x` was positive, not how much.",
            "A gate that is open lets the signal through as it is.",
            "What should y be where x is 2.5?",
        ),
        Mistake(
            "absolute",
            relu_absolute,
            "Your `y` is the size of each entry of `x`, also of the negative ones.",
            "ReLU does not turn negative numbers round; it stops them.",
            "What should y be where x is -3?",
        ),
        Mistake(
            "wrong-side-kept",
            relu_minimum,
            "Your `y` keeps exactly what ReLU stops, and stops the rest.",
            "Of x and 0, it is the larger that gets through.",
            "Which is larger, -3 or 0, and which of the two does your function give?",
        ),
        Mistake(
            "leaky",
            relu_leaky,
            "Your `y` is 0.01 x where `x` is negative; what is positive is right.",
            "That is a relative of ReLU which leaks a little; here nothing negative gets through.",
            "What should y be where x is -100?",
        ),
        Mistake(
            "leaky-by-a-tenth",
            relu_leaky_tenth,
            "Your `y` is 0.1 x where `x` is negative; what is positive is right.",
            "That is a relative of ReLU which leaks a little; here nothing negative gets through.",
            "What should y be where x is -100?",
        ),
        Mistake(
            "capped-at-one",
            relu_capped,
            "Your `y` is never above 1.",
            "ReLU has a floor and no ceiling: what is large stays large.",
            "What should y be where x is 2.5?",
        ),
        Mistake(
            "floor-of-one",
            relu_from_one,
            "Your `y` is never below 1.",
            "The floor is where nothing gets through.",
            "What should y be where x is -3, and what is it in your function?",
        ),
        Mistake(
            "softened",
            relu_soft,
            "Your `y` is a little above ReLU everywhere: it is log(1 + exp(x)).",
            "That is ReLU with its corner rounded off; here the corner is sharp.",
            "What should y be where x is exactly 0?",
        ),
    ),
)


# sigmoid


def sigmoid_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches into a sigmoid, one sample, numbers too large for a careless exp, other shapes."""
    batches = [sigmoid_case(rng, sizes) for sizes in draw_batches(rng, "ND")[:3]]
    sizes = draw_sizes(rng, "ND")
    large = rng.normal(0.0, 2.0, (sizes["N"], sizes["D"]))
    large[0, :2] = [-1000.0, 1000.0]
    large[1, :2] = [rng.uniform(20.0, 40.0), -rng.uniform(720.0, 900.0)]
    large[2, :3] = [0.0, 8.0, -8.0]
    return (*batches, Case(sizes, (large,), values=("y",), extreme=True), *of_other_shapes(rng))


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


def sigmoid_minus(x: np.ndarray) -> OutAndCache:
    return 1 / (1 - np.exp(-x)), None


SIGMOID = Exercise(
    name="sigmoid",
    lesson=LESSON,
    goal="Squeeze every number into the range from 0 to 1, and stay finite whatever comes in.",
    points=2,
    minutes=6,
    difficulty=2,
    reference=sigmoid,
    cache=cache_for(sigmoid_backward, sigmoid, "the output y"),
    returns="out and cache",
    drive=called_again,
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
    ),
)


# softmax


def softmax_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches of scores, one sample, and scores too large for a careless exp."""
    batches = [softmax_case(rng, sizes) for sizes in draw_batches(rng, "NK")[:3]]
    sizes = draw_sizes(rng, "NK")
    large = rng.normal(0.0, 1.5, (sizes["N"], sizes["K"]))
    large[0] += 1000.0
    large[1] -= 1000.0
    large[2, 0] += 2000.0
    # as many samples as classes: all equal, far below zero, one far below the others, one far off
    # that is the last, so that what is kept from row to row shows
    square = rng.normal(0.0, 1.5, (5, 5))
    square[0] = 0.7
    square[1, 0] -= 2000.0
    square[2] += 900.0
    square[3] -= 700.0
    square[4] -= rng.uniform(1500.0, 2000.0)
    return (
        *batches,
        Case(sizes, (large,), values=("probabilities",), extreme=True),
        Case({"N": 5, "K": 5}, (square,), values=("probabilities",), extreme=True),
    )


def softmax_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """One batch of scores, rows on levels of their own."""
    scores = rng.normal(0.0, 1.5, (sizes["N"], sizes["K"])) + rng.normal(0.0, 1.0, (sizes["N"], 1))
    return Case(sizes, (scores,), values=("probabilities",))


def softmax_overflow(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores)
    return e / e.sum(axis=1, keepdims=True)


def softmax_one_maximum(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max())
    return e / e.sum(axis=1, keepdims=True)


def softmax_maximum_above_only(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / np.exp(scores).sum(axis=1, keepdims=True)


def softmax_mean_taken_off(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.mean(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_over_samples(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max(axis=0))
    return e / e.sum(axis=0)


def softmax_over_everything_after_row_maxima(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum()


def softmax_over_everything(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max())
    return e / e.sum()


def softmax_not_normalized(scores: np.ndarray) -> np.ndarray:
    return np.exp(scores - scores.max(axis=1, keepdims=True))


def softmax_largest_only(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.max(axis=1, keepdims=True) / scores.shape[1]


def softmax_no_exponential(scores: np.ndarray) -> np.ndarray:
    return scores / scores.sum(axis=1, keepdims=True)


def softmax_twice(scores: np.ndarray) -> np.ndarray:
    return softmax(softmax(scores))


def softmax_sigmoid(scores: np.ndarray) -> np.ndarray:
    return sigmoid(scores)[0]


def softmax_logarithm(scores: np.ndarray) -> np.ndarray:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def softmax_mirrored(scores: np.ndarray) -> np.ndarray:
    return softmax(-scores)


def softmax_winner(scores: np.ndarray) -> np.ndarray:
    return np.eye(scores.shape[1])[scores.argmax(axis=1)]


SOFTMAX = Exercise(
    name="softmax",
    lesson=LESSON,
    goal="Turn each row of scores into probabilities, and stay finite whatever comes in.",
    points=2,
    minutes=8,
    difficulty=3,
    reference=softmax,
    returns="array",
    drive=called_again,
    cases=softmax_cases,
    hints=(
        "Check two things about your result: is every entry positive, and what does each row "
        "add up to? Then try scores of 1000.",
        "If the same number is added to all scores of a row, its probabilities stay as they are. "
        "So you may choose that number, for each row, such that exp never meets a large one.",
        "Take each row's own maximum off first: the largest exponent is then 0. Then divide each "
        "row of exponentials by its sum. `axis=1` works along rows, and `keepdims=True` keeps "
        "the result a column, which lines up with the rows.",
    ),
    mistakes=(
        Mistake(
            "overflow",
            softmax_overflow,
            "Your `probabilities` are right for small scores, and NaN in whole rows where scores "
            "are near 1000 or -1000.",
            "exp(710) is above the largest number of a computer, and exp(-750) rounds to 0.",
            "What happens to a row's probabilities if 5 is added to all its scores?",
        ),
        Mistake(
            "one-maximum-for-all-rows",
            softmax_one_maximum,
            "Your `probabilities` are right for large scores, but NaN in the row of very small "
            "ones: all its exponentials round to 0.",
            "Each row is a question of its own, and its own largest score sets its level.",
            "How large is the largest exponent in a row near -1000 if the maximum of the whole "
            "array is taken off?",
        ),
        Mistake(
            "mean-taken-off",
            softmax_mean_taken_off,
            "Your `probabilities` are finite where a row is large as a whole, but NaN where one "
            "score stands out.",
            "It is the largest exponent that overflows, and a mean can lie far below it.",
            "If one score is 2000 and the others are near 0, what is the largest exponent?",
        ),
        Mistake(
            "over-the-samples",
            softmax_over_samples,
            "The columns of your `probabilities` add up to 1, and the rows do not.",
            "The classes of one sample compete with each other; the samples do not.",
            "Along which axis do the classes lie?",
        ),
        Mistake(
            "over-everything",
            softmax_over_everything,
            "All of your `probabilities` together add up to 1, so each row has less than that.",
            "Each sample has its own probabilities, whatever else is in the batch.",
            "If you ran one row alone, would its probabilities be the same?",
            also=(softmax_over_everything_after_row_maxima,),
        ),
        Mistake(
            "not-divided",
            softmax_not_normalized,
            "The largest entry of each row of your `probabilities` is exactly 1.",
            "Exponentials are positive, which is half of what makes probabilities.",
            "What must a row of probabilities add up to?",
        ),
        Mistake(
            "divided-by-the-largest",
            softmax_largest_only,
            "The largest entry of each row of your `probabilities` is exactly 1/K.",
            "Probabilities are shares of a total, and the total depends on the whole row.",
            "By what must a row be divided to add up to 1?",
        ),
        Mistake(
            "no-exponential",
            softmax_no_exponential,
            "Your `probabilities` are the scores over their row's sum, and some are negative.",
            "Scores may be negative, and shares of a total may not.",
            "Which function turns any number into a positive one and keeps their order?",
        ),
        Mistake(
            "twice",
            softmax_twice,
            "Your `probabilities` are too even: they are what softmax gives for probabilities.",
            "The second time the scores lie between 0 and 1, so no class can stand out.",
            "How often is each score sent through exp?",
        ),
        Mistake(
            "sigmoid-of-each",
            softmax_sigmoid,
            "Each of your `probabilities` depends on its own score alone: it is the sigmoid.",
            "Of K classes exactly one is right, so they must share a total of 1.",
            "If one score of a row grows, what must happen to the other probabilities?",
        ),
        Mistake(
            "logarithm-returned",
            softmax_logarithm,
            "Your `probabilities` are zero or negative: they are logarithms of probabilities.",
            "The logarithm is a good friend of the loss, which comes later.",
            "What must a row of probabilities add up to?",
        ),
        Mistake(
            "mirrored",
            softmax_mirrored,
            "In your `probabilities` the lowest score of each row gets the most.",
            "In a score, more is better. An energy would have a minus in its exponent.",
            "For scores of 0 and 5, which class is the more likely?",
        ),
        Mistake(
            "winner-takes-all",
            softmax_winner,
            "Your `probabilities` are 1 for each row's largest score and 0 for the rest.",
            "The soft in softmax: how much larger a score is counts too.",
            "For scores of 1.0 and 1.1, how sure should the answer be?",
        ),
        Mistake(
            "maximum-at-one-place",
            softmax_maximum_above_only,
            "The rows of your `probabilities` do not add up to 1: the maximum is taken off above "
            "the fraction line and not below.",
            "A fraction stays the same if both of its parts are divided by the same number.",
            "What do the rows of your result add up to?",
        ),
    ),
)


# he_init


def he_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Layers of many weights, wide and narrow, so that their spread can be measured."""
    ranges = [((60, 80), (110, 150)), ((200, 260), (35, 45)), ((5, 10), (700, 1000))]
    return tuple(he_case(rng, *(int(rng.integers(*r)) for r in pair)) for pair in ranges)


def he_case(rng: np.random.Generator, d: int, m: int) -> Case:
    """One layer. Any way of drawing normal numbers will do that has the right mean and spread."""
    return Case(
        {"D": d, "M": m},
        (d, m, rng.spawn(1)[0]),
        values=("w",),
        accept=partial(he_finding, d, m),
        could_give=partial(he_could_give, d, m),
    )


def he_finding(d: int, m: int, outputs: Mapping[str, np.ndarray]) -> Finding | None:
    """What is wrong with starting weights for D inputs and M outputs, if anything."""
    w = outputs["w"]
    spread = np.sqrt(2 / d)
    if (
        w.shape == (d, m)
        and len(np.unique(w)) > 0.99 * w.size
        and abs(w.mean()) < 5 * spread / np.sqrt(w.size)
        and abs(w.std() / spread - 1) < 5 / np.sqrt(2 * w.size)
        and is_normal(w)
        and lines_differ(w)
        and lines_differ(w.T)
    ):
        return None
    evidence = (
        f"Here D = {d} and M = {m}; the shape of your `w` is {w.shape}, its mean {w.mean():.4f} "
        f"and its standard deviation {w.std():.4f}."
    )
    return Finding(
        "wrong-distribution",
        f"{evidence} Expected: ({d}, {m}), near 0, near {spread:.4f}, "
        "and all weights different, each a normal number of its own.",
        "Which number decides the shape of your draw, which its middle and which its spread?",
        evidence,
    )


def is_normal(w: np.ndarray) -> bool:
    """Whether the tails are those of a normal distribution: the mean fourth power is 3."""
    z = (w - w.mean()) / w.std()
    return bool(abs((z**4).mean() - 3) < 6 * np.sqrt(24 / w.size))


def lines_differ(w: np.ndarray) -> bool:
    """Whether the rows have means and spreads that differ as much as those of free draws do."""
    rows, length = w.shape
    if rows < 30:
        return True  # too few to tell
    by_chance = w.std() / np.sqrt(length) * np.array([1, 1 / np.sqrt(2)])
    found = np.array([w.mean(axis=1).std(), w.std(axis=1).std()])
    return bool(((found > 0.3 * by_chance) & (found < 3 * by_chance)).all())


def he_could_give(
    d: int, m: int, init: Callable[..., np.ndarray], outputs: Mapping[str, np.ndarray]
) -> bool:
    """Whether these weights look as if this implementation had drawn them."""
    return look_alike(outputs["w"], init(d, m, np.random.default_rng(0)))


def look_alike(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays may come from the same way of drawing, by all that is measured here."""
    if a.shape != b.shape:
        return False
    distinct = [len(np.unique(w)) for w in (a, b)]
    spread, room = max(a.std(), b.std()), 1 / np.sqrt(distinct[0])
    # the share of entries near the mean tells a flat distribution from a bell
    shares = [float((np.abs(w - w.mean()) < w.std()).mean()) for w in (a, b)]
    return bool(
        abs(distinct[0] - distinct[1]) <= 0.01 * a.size
        and abs(a.mean() - b.mean()) <= 8 * spread * room
        and abs(a.std() - b.std()) <= 6 * spread * room
        and abs(shares[0] - shares[1]) <= 4 * room
    )


def he_variance_as_spread(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0, 2 / inputs, (inputs, outputs))


def he_root_of_two_only(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0, np.sqrt(2) / inputs, (inputs, outputs))


def he_one_over_inputs(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0, np.sqrt(1 / inputs), (inputs, outputs))


def he_counts_outputs(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0, np.sqrt(2 / outputs), (inputs, outputs))


def he_both_sides(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0, np.sqrt(2 / (inputs + outputs)), (inputs, outputs))


def he_missing_brackets(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0, np.sqrt(2 / inputs + outputs), (inputs, outputs))


def he_root_upside_down(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0, np.sqrt(inputs / 2), (inputs, outputs))


def he_not_scaled(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0, 1.0, (inputs, outputs))


def he_hundredth(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return 0.01 * rng.normal(0.0, 1.0, (inputs, outputs))


def he_zeros(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return np.zeros((inputs, outputs))


def he_not_centred(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return np.sqrt(2 / inputs) * rng.random((inputs, outputs))


def he_flat_bounds(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    bound = np.sqrt(2 / inputs)
    return rng.uniform(-bound, bound, (inputs, outputs))


def he_turned(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0, np.sqrt(2 / inputs), (outputs, inputs))


def he_rows_alike(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    column = rng.normal(0.0, np.sqrt(2 / inputs), (inputs, 1))
    return np.tile(column, outputs)


HE_INIT = Exercise(
    name="he_init",
    lesson=LESSON,
    goal="Draw starting weights that keep a signal's size through a ReLU.",
    points=2,
    minutes=5,
    difficulty=2,
    reference=he_init,
    returns="array",
    cases=he_cases,
    hints=(
        "Three things can be measured: the shape, the mean and the standard deviation. Print "
        "all three.",
        "Each output adds up one term for each input, so its mean square grows with the number "
        "of inputs. ReLU then throws half of it away. The spread must make up for both.",
        "`rng.normal` takes a mean, a standard deviation and a shape. The variance here is "
        "2 / inputs; the standard deviation is its square root.",
    ),
    mistakes=(
        Mistake(
            "variance-as-spread",
            he_variance_as_spread,
            "The spread of your `w` is 2 / inputs, which is the square of what it should be.",
            "A variance and a standard deviation differ by a square root.",
            "Which of the two does rng.normal take as its second argument?",
        ),
        Mistake(
            "root-of-two-only",
            he_root_of_two_only,
            "The spread of your `w` is sqrt(2) / inputs: the root covers the 2 alone.",
            "The root is taken of the whole fraction.",
            "Where does the bracket of your square root close?",
        ),
        Mistake(
            "halving-forgotten",
            he_one_over_inputs,
            "The spread of your `w` is sqrt(1 / inputs): too small by a factor of sqrt(2).",
            "That keeps a signal's size through a layer that has no ReLU after it.",
            "What share of its mean square does a signal lose in a ReLU?",
        ),
        Mistake(
            "outputs-counted",
            he_counts_outputs,
            "The spread of your `w` goes by the outputs: it is sqrt(2 / outputs).",
            "How large one sum becomes depends on how many terms it has.",
            "How many weights come together in one output?",
        ),
        Mistake(
            "both-sides-counted",
            he_both_sides,
            "The spread of your `w` is sqrt(2 / (inputs + outputs)).",
            "That is a compromise between the way forward and the way back, made for tanh.",
            "How many weights come together in one output?",
        ),
        Mistake(
            "missing-brackets",
            he_missing_brackets,
            "The spread of your `w` is huge: it is sqrt(2 / inputs + outputs).",
            "Python divides before it adds, unless brackets say otherwise.",
            "Would a layer with more outputs need larger weights?",
        ),
        Mistake(
            "upside-down",
            he_root_upside_down,
            "The spread of your `w` is sqrt(inputs / 2): it grows with the number of inputs.",
            "The more terms a sum has, the smaller each must be.",
            "With ten thousand inputs, how large would one output become?",
        ),
        Mistake(
            "not-scaled",
            he_not_scaled,
            "The spread of your `w` is 1, whatever the number of inputs.",
            "A sum of many terms is larger than each of them.",
            "If each layer makes a signal ten times larger, what is left after ten layers?",
        ),
        Mistake(
            "a-hundredth",
            he_hundredth,
            "The spread of your `w` is 0.01, whatever the number of inputs.",
            "A fixed small number suits one width of layer and starves all others.",
            "If each layer makes a signal ten times smaller, what is left after ten layers?",
        ),
        Mistake(
            "zeros",
            he_zeros,
            "Your `w` is zero everywhere.",
            "Units that begin alike get the same gradient, and stay alike for ever.",
            "What could make two hidden units with the same weights become different?",
        ),
        Mistake(
            "not-centred",
            he_not_centred,
            "Your `w` has no negative entries: it is drawn from 0 upwards.",
            "Weights that are all positive make all outputs grow and shrink together.",
            "What is the mean of your weights, and what should it be?",
        ),
        Mistake(
            "spread-as-bounds",
            he_flat_bounds,
            "Your `w` is spread evenly between -sqrt(2 / inputs) and sqrt(2 / inputs), so that "
            "its standard deviation is smaller by sqrt(3).",
            "The ends of a flat distribution lie further out than its standard deviation.",
            "What is the standard deviation of a flat distribution from -1 to 1?",
        ),
        Mistake(
            "turned",
            he_turned,
            "Your `w` has a row for each output: it is the right draw on its side.",
            "In x @ w the rows of w meet the features of x.",
            "If x has the shape (N, inputs), which shape must w have?",
        ),
        Mistake(
            "units-alike",
            he_rows_alike,
            "All columns of your `w` are the same: every unit begins with the same weights.",
            "Units that begin alike get the same gradient, and stay alike for ever.",
            "How many random numbers do you draw, and how many weights are there?",
        ),
    ),
)


# mlp_forward


def mlp_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Networks of two, three, ten layers and one layer, batches and one sample. Text puts w10
    before w2."""
    return (
        mlp_case(rng, draw_sizes(rng, "NDHK")),
        mlp_case(rng, draw_sizes(rng, "NDHGK")),
        mlp_case(rng, draw_sizes(rng, "NDHK", one_sample=True)),
        mlp_case(rng, draw_sizes(rng, "NDABCEFGHIJK", largest=15)),
        replace(mlp_case(rng, draw_sizes(rng, "NDK")), extreme=True),
    )


def mlp_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """One batch into a network in which every ReLU lets some through and stops some."""
    n, *widths = sizes.values()
    while True:
        params = {}
        for i in range(1, len(widths)):
            scale = np.sqrt(2 / widths[i - 1])
            params[f"w{i}"] = rng.normal(0.0, scale, (widths[i - 1], widths[i]))
            params[f"b{i}"] = rng.normal(0.0, 0.5, widths[i])
        x = rng.normal(0.0, 1.0, (n, widths[0]))
        scores, cache = mlp_forward(x, params)
        insides = [inside for _, inside in cache if inside is not None]  # inputs of the ReLUs
        if all(inside.min() < -0.1 and inside.max() > 0.1 for inside in (*insides, scores)):
            return Case(sizes, (x, params), values=("scores",))


def mlp_of(
    x: np.ndarray,
    params: dict[str, np.ndarray],
    activations: Callable[[int, int], bool],
    activation: Callable[[np.ndarray], OutAndCache] = relu,
) -> np.ndarray:
    """The scores of a network with an activation after layer i of n where activations(i, n)."""
    layers = len(params) // 2
    out = x
    for i in range(1, layers + 1):
        out, _ = linear(out, params[f"w{i}"], params[f"b{i}"])
        if activations(i, layers):
            out, _ = activation(out)
    return out


def mlp_relu_at_the_end(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return mlp_of(x, params, lambda i, layers: True), None


def mlp_no_relu(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return mlp_of(x, params, lambda i, layers: False), None


def mlp_first_relu_only(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return mlp_of(x, params, lambda i, layers: i == 1), None


def mlp_one_relu_too_few(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return mlp_of(x, params, lambda i, layers: i < layers - 1), None


def mlp_sigmoid_inside(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return mlp_of(x, params, lambda i, layers: i < layers, sigmoid), None


def mlp_softmax_at_the_end(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return softmax(mlp_forward(x, params)[0]), None


def mlp_relu_before_linear(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return mlp_forward(np.maximum(x, 0), params)


def mlp_last_layer_left_out(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    last = len(params) // 2
    kept = {name: array for name, array in params.items() if int(name[1:]) < last}
    return mlp_of(x, kept, lambda i, layers: True), None


def mlp_two_layers_only(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return mlp_forward(x, {name: array for name, array in params.items() if int(name[1:]) <= 2})


def mlp_no_biases(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return mlp_forward(x, {k: v if k[0] == "w" else np.zeros_like(v) for k, v in params.items()})


def first_wrong_place(case: Case, cache: Any) -> str:
    """Where, going forward, the cache first differs from that of a right forward pass."""
    _, ours = mlp_forward(*case.args)
    try:
        for i, (((x, w, b), gate), ((my_x, my_w, my_b), my_gate)) in enumerate(
            zip(ours, cache, strict=True), 1
        ):
            for what, right, mine in (
                (f"what goes into layer {i}", x, my_x),
                (f"the weights of layer {i}", w, my_w),
                (f"the biases of layer {i}", b, my_b),
                (f"what goes into the ReLU of layer {i}", gate, my_gate),
            ):
                if right is None or mine is None:
                    continue
                if np.shape(mine) != right.shape or not np.allclose(mine, right, rtol=1e-4):
                    lost = "" if np.isfinite(mine).all() else " and no longer finite"
                    return f"Going forward, the first that is wrong{lost} is {what}."
    except (TypeError, ValueError):
        return ""  # kept in another way
    return "All that your cache holds is right: it is the last step that goes wrong."


MLP_FORWARD = Exercise(
    name="mlp_forward",
    lesson=LESSON,
    goal="Run a batch through every layer: linear, ReLU, linear, ReLU, ..., linear.",
    points=3,
    minutes=9,
    difficulty=3,
    reference=mlp_forward,
    cache=cache_for(
        mlp_backward,
        mlp_forward,
        "a list with a pair for each layer, what linear kept and what relu kept (None at the end)",
        places=first_wrong_place,
    ),
    returns="out and cache",
    cases=mlp_cases,
    hints=(
        "You have already written both kinds of step. What is left is to chain them: the output "
        "of each is the input of the next.",
        "There are half as many layers as there are parameters. Every layer is linear; between "
        "two layers there is a ReLU, so there is one ReLU fewer than there are layers.",
        "Loop i from 1 to the number of layers. Call `linear` with the parameters named w and b "
        "with the layer's number, then `relu` unless it is the last layer. Both return a pair: "
        "carry the first part on, and keep the second for the way back.",
    ),
    mistakes=(
        Mistake(
            "no-relu",
            mlp_no_relu,
            "Your `scores` are what comes out when no layer is followed by a ReLU.",
            "Linear after linear is linear again: such a network is no more than one layer.",
            "Halfway between two samples, what would your network say?",
        ),
        Mistake(
            "relu-at-the-end",
            mlp_relu_at_the_end,
            "Your `scores` are never negative: the last layer has a ReLU too.",
            "A score below zero says that a class is unlikely, and by how much.",
            "What steps does the last layer take, and do they differ from those of the others?",
        ),
        Mistake(
            "one-relu-too-few",
            mlp_one_relu_too_few,
            "Your `scores` lack the ReLU of the last hidden layer.",
            "Between any two linear layers there is a ReLU, the last two among them.",
            "For three layers, for which numbers i is your condition for the ReLU true?",
        ),
        Mistake(
            "first-relu-only",
            mlp_first_relu_only,
            "Your `scores` are right with one hidden layer; with two, the second has no ReLU.",
            "Every hidden layer needs a bend of its own.",
            "For three layers, for which numbers i is your condition for the ReLU true?",
        ),
        Mistake(
            "sigmoid-inside",
            mlp_sigmoid_inside,
            "Your `scores` are those of a network with the sigmoid between its layers.",
            "This lesson's hidden layers use the activation that keeps its slope for large input.",
            "Which activation does the exercise name?",
        ),
        Mistake(
            "softmax-at-the-end",
            mlp_softmax_at_the_end,
            "The rows of your `scores` add up to 1: softmax has been taken of them.",
            "Scores become probabilities in the loss, and that happens once.",
            "If the loss takes the softmax too, how often would it be taken?",
        ),
        Mistake(
            "relu-before-linear",
            mlp_relu_before_linear,
            "Your `scores` do not change when the negative entries of `x` are set to zero: a "
            "ReLU comes before the first layer.",
            "A layer is linear first and bends afterwards; the data come in as they are.",
            "Which step is the first that x meets?",
        ),
        Mistake(
            "last-layer-left-out",
            mlp_last_layer_left_out,
            "Your `scores` are the output of the last hidden layer.",
            "In Python the end of a range is not part of it.",
            "Which layers does your loop visit, and is the last one among them?",
        ),
        Mistake(
            "two-layers-only",
            mlp_two_layers_only,
            "Your `scores` are right for two layers; with three, they stop after the second.",
            "How many layers there are is written in the parameters.",
            "How can you tell the number of layers from params?",
        ),
        Mistake(
            "biases-left-out",
            mlp_no_biases,
            "Your `scores` are those of a network whose biases are all zero.",
            "Each layer has two parameters, a matrix and a vector.",
            "Which names does params hold, and which of them do you use?",
        ),
    ),
    uses={"linear": linear, "relu": relu},
)

EXERCISES = (LINEAR, RELU, SIGMOID, SOFTMAX, HE_INIT, MLP_FORWARD)

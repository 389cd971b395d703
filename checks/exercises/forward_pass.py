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
from checks.exercises.caches import cache_for
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
        Case({}, (square, w, b), values=("y",), label="N = D = M = 4", extreme=True),
        replace(
            linear_case(rng, {"N": 3, "D": 1, "M": 1}),
            sizes={},
            label="N=3, one input, one output",
            extreme=True,
        ),
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


def linear_in_one_room() -> Callable[..., OutAndCache]:
    """Right at first, but each answer is written into the same array as the one before it."""
    rooms: dict[tuple[int, int], np.ndarray] = {}

    def linear_there(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> OutAndCache:
        room = rooms.setdefault((len(x), len(b)), np.zeros((len(x), len(b))))
        room[:] = x @ w + b
        return room, (x, w, b)

    return linear_there


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
        Mistake(
            "biases-laid-out-wrongly",
            lambda x, w, b: (x @ w + np.repeat(b, len(x)).reshape(len(x), -1), None),
            "In your `y` the biases stand at wrong places: a bias is added to outputs that are "
            "not its own.",
            "Column m of y gets b[m], in every row.",
            "Which bias is added to y[0, 1], and which to y[1, 0]?",
            also=(
                lambda x, w, b: (x @ w + np.resize(b, (len(b), len(x))).T, None),
                lambda x, w, b: (x @ w + b[::-1], None),
            ),
        ),
        Mistake(
            "first-bias-for-all",
            lambda x, w, b: (x @ w + b[0], None),
            "Your `y` has the same bias in every column.",
            "Every output has a bias of its own.",
            "How many different numbers should be added to one row of y?",
            also=(lambda x, w, b: (x @ w + b[-1], None),),
        ),
        Mistake(
            "mean-bias-for-all",
            lambda x, w, b: (x @ w + b.mean(), None),
            "Your `y` has the mean of `b` in every column.",
            "Every output has a bias of its own.",
            "How many different numbers should be added to one row of y?",
        ),
        Mistake(
            "sums-run-on",
            lambda x, w, b: (np.cumsum(x @ w, axis=1) + b, None),
            "In your `y` each column also holds the sums of the columns before it.",
            "Each output begins its own sum at 0.",
            "Where is your running total set to 0, and how often does that line run?",
            also=(lambda x, w, b: (np.cumsum(x @ w + b, axis=1), None),),
        ),
        Mistake(
            "samples-run-on",
            lambda x, w, b: (np.cumsum(x @ w, axis=0) + b, None),
            "In your `y` each row also holds the sums of the rows before it.",
            "Each sample begins its own sum at 0.",
            "Where is your running total set to 0, and how often does that line run?",
            also=(lambda x, w, b: (np.cumsum(x @ w + b, axis=0), None),),
        ),
        Mistake(
            "bias-once-a-sample",
            lambda x, w, b: (x @ w + len(x) * b, None),
            "Your `y` holds `b` once for each of the N samples.",
            "Every sample gets the bias once.",
            "Is the line that adds b inside a loop over the samples?",
        ),
        Mistake(
            "bias-twice",
            lambda x, w, b: (x @ w + 2 * b, None),
            "Your `y` holds `b` twice.",
            "The bias comes on top once.",
            "In how many of your lines does b stand?",
        ),
        Mistake(
            "bias-divided",
            lambda x, w, b: (x @ w + b / len(x), None),
            "In your `y` something is divided by N or by D.",
            "A layer adds up; it takes no mean.",
            "Which size do you divide by, and where in the formula does it stand?",
            also=(
                lambda x, w, b: (x @ w + b / x.shape[1], None),
                lambda x, w, b: ((x @ w + b) / x.shape[1], None),
                lambda x, w, b: ((x @ w + b) / len(x), None),
            ),
        ),
        Mistake(
            "one-neuron-for-all",
            lambda x, w, b: (x @ w[:, :1] + b, None),
            "In your `y` all outputs have the same weighted sum.",
            "Neuron m has its weights in column m of w.",
            "Which column of w does your second output use?",
            also=(
                lambda x, w, b: (x @ w[:, -1:] + b, None),
                lambda x, w, b: (x.sum(axis=1, keepdims=True) + 0 * (x @ w) + b, None),
            ),
        ),
        Mistake(
            "one-sample-for-all",
            lambda x, w, b: (0 * (x @ w) + x[0] @ w + b, None),
            "All rows of your `y` are the same.",
            "Every sample goes through the layer on its own.",
            "Which row of x does your second row of y use?",
            also=(
                lambda x, w, b: (0 * (x @ w) + x[-1] @ w + b, None),
                lambda x, w, b: (0 * (x @ w) + x.mean(axis=0) @ w + b, None),
            ),
        ),
        Mistake(
            "feature-missing",
            lambda x, w, b: (x[:, 1:] @ w[1:] + b, None),
            "Your weighted sums lack a feature, or have a single one.",
            "The sum runs over all D inputs.",
            "Which is the first d that your loop visits, and which the last?",
            also=(
                lambda x, w, b: (x[:, :-1] @ w[:-1] + b, None),
                lambda x, w, b: (x[:, :1] @ w[:1] + b, None),
            ),
        ),
        Mistake(
            "weights-reversed",
            lambda x, w, b: (x @ w[::-1] + b, None),
            "In your `y` inputs meet the weights of others, or outputs are exchanged: an axis "
            "is read from its end.",
            "x[n, d] meets w[d, m], with the same d.",
            "Which weight does x[0, 0] meet in your y[0, 0]?",
            also=(
                lambda x, w, b: (x[:, ::-1] @ w + b, None),
                lambda x, w, b: (x @ w[:, ::-1] + b, None),
            ),
        ),
        Mistake(
            "another-activation-applied",
            lambda x, w, b: (1 / (1 + np.exp(-(x @ w + b))), None),
            "Your `y` has been bent: an activation is already applied.",
            "A linear layer leaves the bending to the step after it.",
            "If all of x, w and b were twice as large, how much larger should y be?",
            also=(
                lambda x, w, b: (np.tanh(x @ w + b), None),
                lambda x, w, b: (softmax(x @ w + b), None),
                lambda x, w, b: (np.abs(x @ w + b), None),
            ),
        ),
        Mistake(
            "centred-or-scaled",
            lambda x, w, b: ((x - x.mean(axis=0)) @ w + b, None),
            "Your layer changes its inputs or weights before it multiplies.",
            "A layer takes x and w as they come.",
            "Does a line of yours take off a mean, or divide by a length?",
            also=(
                lambda x, w, b: ((x - x.mean()) @ w + b, None),
                lambda x, w, b: (x @ (w / np.linalg.norm(w, axis=0)) + b, None),
            ),
        ),
        Mistake(
            "magnitudes",
            lambda x, w, b: (np.abs(x) @ w + b, None),
            "In your `y` a sign is lost before it is added up.",
            "A negative weight speaks against its input, and a negative input turns that round.",
            "Where in your lines does a number lose its sign?",
            also=(
                lambda x, w, b: (x @ np.abs(w) + b, None),
                lambda x, w, b: (x @ w + np.abs(b), None),
                lambda x, w, b: (x**2 @ w + b, None),
            ),
        ),
        Mistake(
            "one-room-for-all-calls",
            linear_in_one_room(),
            "The array that you return is written into again at the next call: your `y` of one "
            "call then holds the numbers of another.",
            "Whoever called first still needs that answer as it was.",
            "Where is the array made that you return, and how often?",
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
        Mistake(
            "capped-higher-up",
            lambda x: (np.clip(x, 0, 6), x),
            "Your `y` stops growing at some number.",
            "ReLU has a floor and no ceiling: what is large stays large.",
            "What should y be where x is 1000?",
            also=(
                lambda x: (np.clip(x, 0, 10), x),
                lambda x: (np.clip(x, 0, 5), x),
                lambda x: (np.clip(x, 0, 100), x),
                lambda x: (np.clip(x, 0, 255), x),
            ),
        ),
        Mistake(
            "room-around-zero",
            lambda x: (np.where(x > 1e-6, x, 0), x),
            "Your `y` is 0 also where `x` is above 0 by very little.",
            "However small a number is, it is above zero or it is not.",
            "What should y be where x is 0.000000001?",
            also=(
                lambda x: (np.where(x > 1e-8, x, 0), x),
                lambda x: (np.where(x > 1e-3, x, 0), x),
                lambda x: (np.where(np.abs(x) < 1e-6, 0, np.maximum(x, 0)), x),
            ),
        ),
        Mistake(
            "starts-further-right",
            lambda x: (np.where(x > 1, x, 0), x),
            "Your `y` is 0 also for numbers between 0 and the place where you cut.",
            "The corner of ReLU lies at 0.",
            "What should y be where x is 0.3?",
            also=(
                lambda x: (np.where(x > 0.5, x, 0), x),
                lambda x: (np.maximum(x - 1, 0), x),
            ),
        ),
        Mistake(
            "starts-further-left",
            lambda x: (np.maximum(x, -1), x),
            "Your `y` lets some negative entries through.",
            "The corner of ReLU lies at 0.",
            "What should y be where x is -0.3?",
            also=(
                lambda x: (np.where(x > -1, x, 0), x),
                lambda x: (np.maximum(x, -0.5), x),
            ),
        ),
        Mistake(
            "turned-and-stopped",
            lambda x: (np.maximum(-x, 0), x),
            "Your `y` has a minus that does not belong: it keeps the other side, or turns what "
            "it keeps.",
            "What is positive passes as it is.",
            "What should y be where x is 3?",
            also=(
                lambda x: (-np.maximum(x, 0), x),
                lambda x: (-np.minimum(x, 0), x),
            ),
        ),
        Mistake(
            "squared",
            lambda x: (np.maximum(x, 0) ** 2, x),
            "Where `x` is positive, your `y` is a power of it.",
            "What is positive passes as it is.",
            "What should y be where x is 3?",
            also=(lambda x: (np.sqrt(np.maximum(x, 0)), x),),
        ),
        Mistake(
            "one-test-for-all",
            lambda x: (x.copy() if np.any(x > 0) else np.zeros_like(x), x),
            "Your `y` lets a whole array through or nothing of it: there is one test for all "
            "entries.",
            "Each entry is treated on its own.",
            "What does your condition say of an array with entries of both signs?",
            also=(
                lambda x: (x.copy() if np.all(x > 0) else np.zeros_like(x), x),
                lambda x: (x.copy() if np.sum(x) > 0 else np.zeros_like(x), x),
            ),
        ),
        Mistake(
            "from-the-mean-on",
            lambda x: (np.maximum(x - np.mean(x), 0), x),
            "Your `y` compares entries with the array's mean or smallest, not with 0.",
            "Each entry is treated on its own, whatever stands beside it.",
            "Would a single number come out right?",
            also=(
                lambda x: (np.where(x > np.mean(x), x, 0), x),
                lambda x: (x - np.min(x), x),
            ),
        ),
        Mistake(
            "another-activation",
            lambda x: (np.where(x > 0, x, np.exp(x) - 1), x),
            "Your `y` is another activation: it is not 0 everywhere where `x` is negative.",
            "There are many bends; this one lets nothing negative through.",
            "What should y be where x is -3?",
            also=(
                lambda x: (x / (1 + np.exp(-x)), x),
                lambda x: (np.tanh(x), x),
                lambda x: (1 / (1 + np.exp(-x)), x),
                lambda x: (np.where(x > 0, x, 0.2 * x), x),
                lambda x: (np.where(x > 0, x, 0.3 * x), x),
                lambda x: (np.where(x > 0, x, 0.05 * x), x),
                lambda x: (np.where(x > 0, x, 0.001 * x), x),
            ),
        ),
        Mistake(
            "whole-numbers-only",
            lambda x: (np.trunc(np.maximum(x, 0)), x),
            "Your `y` holds whole numbers only.",
            "What is positive passes as it is, with all its digits.",
            "Of which type is the array that you write into?",
            also=(lambda x: (np.rint(np.maximum(x, 0)), x),),
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


def sigmoid_one_form_for_all(x: np.ndarray) -> OutAndCache:
    e = np.exp(-np.abs(x))
    return (1 if np.all(x >= 0) else e) / (1 + e), None


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
        Case({}, (square,), values=("probabilities",), label="N = K = 5", extreme=True),
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


def share_of(parts: np.ndarray) -> np.ndarray:
    """Each entry's share of its row."""
    return np.asarray(parts / parts.sum(axis=1, keepdims=True))


def over_more(scores: np.ndarray, more: float) -> np.ndarray:
    """Exponentials over their sum and something more."""
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(e / (e.sum(axis=1, keepdims=True) + more))


SOFTMAX = Exercise(
    name="softmax",
    lesson=LESSON,
    goal="Turn each row of scores into probabilities, and stay finite whatever comes in.",
    points=2,
    minutes=8,
    difficulty=3,
    reference=softmax,
    returns="array",
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
        Mistake(
            "clipped",
            lambda s: softmax(np.clip(s, -500, 500)),
            "Your `probabilities` are right for small scores; of large ones those beyond a "
            "bound come out alike.",
            "Two scores beyond the bound become equal, though one may be far above the other.",
            "What is left of a row of 1000 and 1010 in your function?",
            also=(
                lambda s: softmax(np.clip(s, -700, 700)),
                lambda s: softmax(np.clip(s, -709, 709)),
                lambda s: softmax(np.clip(s, -100, 100)),
                lambda s: softmax(np.clip(s, -50, 50)),
                lambda s: softmax(np.clip(s, -30, 30)),
                lambda s: softmax(np.clip(s, -20, 20)),
                lambda s: softmax(np.clip(s, -10, 10)),
            ),
        ),
        Mistake(
            "sizes-for-scores",
            lambda s: share_of(np.exp(-np.abs(s))),
            "In your `probabilities` a score and its opposite get the same: the sign is lost.",
            "A score far below zero speaks against a class.",
            "For scores of -5 and 5, which class is the more likely?",
            also=(
                lambda s: share_of(np.exp(np.abs(s) - np.abs(s).max(1, keepdims=True))),
                lambda s: share_of(s**2),
                lambda s: share_of(np.abs(s)),
            ),
        ),
        Mistake(
            "sigmoids-shared",
            lambda s: share_of(sigmoid(s)[0]),
            "Your `probabilities` are shares of other numbers than the exponentials.",
            "With exp, one more in the score makes a class e times as likely, wherever it stands.",
            "Of two classes, one has a score that is 1 higher: how many times as likely is it?",
            also=(
                lambda s: share_of(np.logaddexp(0, s)),
                lambda s: share_of(np.maximum(s, 0)),
                lambda s: share_of(s - s.min(1, keepdims=True)),
            ),
        ),
        Mistake(
            "column-maximum",
            lambda s: share_of(np.exp(s - s.max(axis=0))),
            "In your `probabilities` the differences within a row are no longer the same: each "
            "column's largest is taken off.",
            "Only what is the same for all scores of a row may be taken off.",
            "Which numbers are taken off the scores of one row?",
        ),
        Mistake(
            "maximum-not-reset",
            lambda s: share_of(np.exp(s - np.maximum.accumulate(s.max(1))[:, np.newaxis])),
            "Your `probabilities` are NaN in a row that lies far below an earlier one, or far "
            "below 0.",
            "Each row has a largest score of its own, however low.",
            "With which number does your search for the largest begin in the second row?",
            also=(lambda s: share_of(np.exp(s - np.maximum(s.max(1, keepdims=True), 0))),),
        ),
        Mistake(
            "another-base",
            lambda s: share_of(2.0 ** (s - s.max(1, keepdims=True))),
            "Your `probabilities` are too even or too sure: the scores are scaled, or the base "
            "is not e.",
            "One more in the score makes a class e times as likely.",
            "Which number does your function raise to the power of a score?",
            also=(
                lambda s: share_of(10.0 ** (s - s.max(1, keepdims=True))),
                lambda s: softmax(s / 2),
                lambda s: softmax(2 * s),
                lambda s: softmax(s / s.shape[1]),
                lambda s: softmax(s / 10),
            ),
        ),
        Mistake(
            "something-added-below",
            lambda s: over_more(s, 1e-8),
            "The rows of your `probabilities` add up to a little less than 1: something is "
            "added to the sum.",
            "With the largest exponent 0 the sum is at least 1, so nothing needs protection.",
            "What do the rows of your result add up to?",
            also=(
                lambda s: over_more(s, 1e-7),
                lambda s: over_more(s, 1e-6),
                lambda s: over_more(s, 1e-5),
                lambda s: over_more(s, 1e-4),
                lambda s: over_more(s, 1e-3),
                lambda s: over_more(s, 1.0),
            ),
        ),
        Mistake(
            "scaled-scores",
            lambda s: softmax((s - s.mean(1, keepdims=True)) / s.std(1, keepdims=True)),
            "Your `probabilities` are those of scaled scores: each row was brought to a common "
            "size.",
            "How far apart the scores of a row lie is what says how sure the model is.",
            "If all scores of a row are twice as large, should the probabilities stay?",
            also=(
                lambda s: softmax(s / np.abs(s).max(1, keepdims=True)),
                lambda s: softmax(s / np.linalg.norm(s, axis=1, keepdims=True)),
                lambda s: softmax((s - s.min(1, keepdims=True)) / np.ptp(s, axis=1, keepdims=True)),
            ),
        ),
        Mistake(
            "mean-for-the-sum",
            lambda s: softmax(s) * s.shape[1],
            "The rows of your `probabilities` add up to K: the exponentials are divided by "
            "their mean.",
            "Shares of a total are made with the total.",
            "What do the rows of your result add up to?",
        ),
        Mistake(
            "running-sum",
            lambda s: (
                np.exp(s - s.max(1, keepdims=True))
                / np.cumsum(np.exp(s - s.max(1, keepdims=True)), axis=1)
            ),
            "Your `probabilities` are made with a sum that is not complete, or added up along "
            "the row.",
            "The sum is over all classes, and the same for each entry of the row.",
            "By which number is the first entry of a row divided?",
            also=(lambda s: np.cumsum(softmax(s), axis=1),),
        ),
        Mistake(
            "left-to-right",
            lambda s: softmax(s)[:, ::-1],
            "Your `probabilities` are right, but at other classes' places.",
            "Each probability stands in the column of its score.",
            "Which class does column 0 belong to?",
            also=(
                lambda s: np.sort(softmax(s), axis=1),
                lambda s: -np.sort(-softmax(s), axis=1),
            ),
        ),
        Mistake(
            "rounded",
            lambda s: np.round(softmax(s), 3),
            "Your `probabilities` are rounded.",
            "Rows of rounded numbers no longer add up to 1.",
            "What do the rows of your result add up to, exactly?",
            also=(
                lambda s: np.round(softmax(s), 2),
                lambda s: np.round(softmax(s), 1),
                lambda s: np.round(softmax(s), 4),
            ),
        ),
        Mistake(
            "without-the-own-class",
            lambda s: (
                np.exp(s - s.max(1, keepdims=True))
                / (
                    np.exp(s - s.max(1, keepdims=True)).sum(1, keepdims=True)
                    - np.exp(s - s.max(1, keepdims=True))
                )
            ),
            "Your `probabilities` are odds: each exponential is divided by the sum of the others.",
            "A share is a part of the whole, its own part included.",
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
    if min(distinct) < 5:  # too few for a measure of spread to mean anything
        return distinct[0] == distinct[1] and np.allclose(np.unique(a), np.unique(b))
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
        Mistake(
            "flat-with-the-right-spread",
            lambda inputs, outputs, rng: rng.uniform(
                -np.sqrt(6 / inputs), np.sqrt(6 / inputs), (inputs, outputs)
            ),
            "Your `w` has the right spread, but is spread evenly between two ends.",
            "Asked for are normal numbers, which are most frequent near their mean.",
            "Which distribution does the task name, and which method of rng draws from it?",
        ),
        Mistake(
            "flat-by-both-sides",
            lambda inputs, outputs, rng: (
                rng.uniform(-1, 1, (inputs, outputs)) * np.sqrt(6 / (inputs + outputs))
            ),
            "Your `w` is spread evenly between two ends, with a spread for another activation.",
            "Asked for are normal numbers, with the spread that ReLU needs.",
            "Which distribution does the task name, and which spread?",
            also=(
                lambda inputs, outputs, rng: (
                    rng.uniform(-1, 1, (inputs, outputs)) * np.sqrt(3 / inputs)
                ),
                lambda inputs, outputs, rng: (
                    rng.uniform(-1, 1, (inputs, outputs)) / np.sqrt(inputs)
                ),
            ),
        ),
        Mistake(
            "flat-from-minus-one-to-one",
            lambda inputs, outputs, rng: rng.uniform(-1, 1, (inputs, outputs)),
            "Your `w` is spread evenly, the same for every number of inputs.",
            "A sum of many terms is larger than each of them.",
            "If each layer makes a signal ten times larger, what is left after ten layers?",
            also=(lambda inputs, outputs, rng: rng.uniform(-0.5, 0.5, (inputs, outputs)),),
        ),
        Mistake(
            "sizes-alone",
            lambda inputs, outputs, rng: np.abs(
                rng.normal(0, np.sqrt(2 / inputs), (inputs, outputs))
            ),
            "Your `w` has no negative entries: it holds the sizes of normal numbers.",
            "Weights that are all positive make all outputs grow and shrink together.",
            "What is the mean of your weights, and what should it be?",
        ),
        Mistake(
            "mean-and-spread-exchanged",
            lambda inputs, outputs, rng: rng.normal(np.sqrt(2 / inputs), 0, (inputs, outputs)),
            "All entries of your `w` are one and the same number, sqrt(2 / inputs).",
            "rng.normal takes the mean first, then the standard deviation.",
            "Which of your two numbers is the mean?",
        ),
        Mistake(
            "spread-as-mean",
            lambda inputs, outputs, rng: rng.normal(np.sqrt(2 / inputs), 1, (inputs, outputs)),
            "The mean of your `w` is what should be its spread, and its spread is 1.",
            "rng.normal takes the mean first, then the standard deviation.",
            "Which of your two numbers is the mean?",
            also=(lambda inputs, outputs, rng: rng.normal(2 / inputs, 1, (inputs, outputs)),),
        ),
        Mistake(
            "moved-from-zero",
            lambda inputs, outputs, rng: rng.normal(1, np.sqrt(2 / inputs), (inputs, outputs)),
            "Your `w` has the right spread around a mean that is not 0.",
            "Weights of one sign make all outputs grow and shrink together.",
            "What is the mean of your weights, and what should it be?",
            also=(
                lambda inputs, outputs, rng: rng.normal(
                    0.5, np.sqrt(2 / inputs), (inputs, outputs)
                ),
            ),
        ),
        Mistake(
            "outputs-counted-without-the-two",
            lambda inputs, outputs, rng: rng.normal(0, np.sqrt(1 / outputs), (inputs, outputs)),
            "The spread of your `w` goes by the outputs, and the 2 is not where it belongs.",
            "How large one sum becomes depends on how many terms it has.",
            "How many weights come together in one output, and what does ReLU take away?",
            also=(
                lambda inputs, outputs, rng: rng.normal(
                    0, np.sqrt(1 / (inputs + outputs)), (inputs, outputs)
                ),
                lambda inputs, outputs, rng: rng.normal(0, 2 / outputs, (inputs, outputs)),
            ),
        ),
        Mistake(
            "all-weights-counted",
            lambda inputs, outputs, rng: rng.normal(
                0, np.sqrt(2 / (inputs * outputs)), (inputs, outputs)
            ),
            "The spread of your `w` goes by the number of all weights.",
            "An output adds up one column of w.",
            "How many weights come together in one output?",
        ),
        Mistake(
            "two-over-the-root",
            lambda inputs, outputs, rng: rng.normal(0, 2 / np.sqrt(inputs), (inputs, outputs)),
            "The spread of your `w` is 2 / sqrt(inputs): the 2 is outside the root.",
            "The root is taken of the whole fraction.",
            "What is sqrt(2 / 100), and what is 2 / sqrt(100)?",
        ),
        Mistake(
            "one-over-inputs",
            lambda inputs, outputs, rng: rng.normal(0, 1 / inputs, (inputs, outputs)),
            "The spread of your `w` is 1 / inputs, with no root and no 2.",
            "Independent terms add up their squares, so the root of their number counts.",
            "How large is a sum of 100 terms whose spread is 1 / 100?",
        ),
        Mistake(
            "root-of-inputs-multiplied",
            lambda inputs, outputs, rng: rng.normal(0, np.sqrt(2 * inputs), (inputs, outputs)),
            "The spread of your `w` grows with the number of inputs: you multiply where you "
            "should divide.",
            "The more terms a sum has, the smaller each must be.",
            "With ten thousand inputs, how large would one output become?",
            also=(
                lambda inputs, outputs, rng: rng.normal(0, np.sqrt(2) * inputs, (inputs, outputs)),
                lambda inputs, outputs, rng: rng.normal(0, np.sqrt(inputs), (inputs, outputs)),
            ),
        ),
        Mistake(
            "fixed-tenth",
            lambda inputs, outputs, rng: rng.normal(0, 0.1, (inputs, outputs)),
            "The spread of your `w` is the same for every number of inputs.",
            "A fixed number suits one width of layer alone.",
            "If each layer makes a signal ten times smaller, what is left after ten layers?",
            also=(
                lambda inputs, outputs, rng: rng.normal(0, 0.001, (inputs, outputs)),
                lambda inputs, outputs, rng: rng.normal(0, np.sqrt(2), (inputs, outputs)),
                lambda inputs, outputs, rng: rng.normal(0, 0.05, (inputs, outputs)),
            ),
        ),
        Mistake(
            "cut-at-two-spreads",
            lambda inputs, outputs, rng: np.clip(
                rng.normal(0, np.sqrt(2 / inputs), (inputs, outputs)),
                -2 * np.sqrt(2 / inputs),
                2 * np.sqrt(2 / inputs),
            ),
            "Your `w` is cut off at a bound, where many entries are equal.",
            "A normal distribution has no ends.",
            "Which lines come after your draw, and what do they do to large numbers?",
        ),
        Mistake(
            "signs-alone",
            lambda inputs, outputs, rng: (
                rng.choice([-1.0, 1.0], (inputs, outputs)) * np.sqrt(2 / inputs)
            ),
            "Your `w` holds two numbers only, one with a plus and one with a minus.",
            "Asked for are normal numbers, all different.",
            "How many different weights are there in your w?",
        ),
        Mistake(
            "inputs-alike",
            lambda inputs, outputs, rng: np.tile(
                rng.normal(0, np.sqrt(2 / inputs), (1, outputs)), (inputs, 1)
            ),
            "All rows of your `w` are the same: every input counts alike.",
            "A unit whose inputs all have the same weight sees nothing but their sum.",
            "How many random numbers do you draw, and how many weights are there?",
        ),
        Mistake(
            "ones",
            lambda inputs, outputs, rng: np.ones((inputs, outputs)),
            "All entries of your `w` are one and the same number.",
            "Units that begin alike get the same gradient, and stay alike for ever.",
            "What could make two hidden units with the same weights become different?",
            also=(lambda inputs, outputs, rng: np.full((inputs, outputs), 0.01),),
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


def mlp_relu_first_in_each_layer(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    layers = len(params) // 2
    out = x
    for i in range(1, layers + 1):
        out = np.maximum(out, 0) if i < layers else out
        out = out @ params[f"w{i}"] + params[f"b{i}"]
    return out, None


def mlp_last_layer_left_out(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    last = len(params) // 2
    kept = {name: array for name, array in params.items() if int(name[1:]) < last}
    return mlp_of(x, kept, lambda i, layers: True), None


def mlp_two_layers_only(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return mlp_forward(x, {name: array for name, array in params.items() if int(name[1:]) <= 2})


def mlp_no_biases(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return mlp_forward(x, {k: v if k[0] == "w" else np.zeros_like(v) for k, v in params.items()})


def mlp_bias_after_relu(x: np.ndarray, params: dict[str, np.ndarray]) -> np.ndarray:
    layers = len(params) // 2
    out = x
    for i in range(1, layers):
        out = np.maximum(out @ params[f"w{i}"], 0) + params[f"b{i}"]
    return np.asarray(out @ params[f"w{layers}"] + params[f"b{layers}"])


def mlp_hidden_sums(x: np.ndarray, params: dict[str, np.ndarray]) -> np.ndarray:
    last = len(params) // 2
    kept = {name: array for name, array in params.items() if int(name[1:]) < last}
    return mlp_of(x, kept, lambda i, layers: i < layers)


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
            also=(mlp_relu_first_in_each_layer,),
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
        Mistake(
            "first-relu-missing",
            lambda x, params: (mlp_of(x, params, lambda i, layers: 1 < i < layers), None),
            "Your `scores` lack the ReLU of the first hidden layer.",
            "Between any two linear layers there is a ReLU, the first two among them.",
            "For three layers, for which numbers i is your condition for the ReLU true?",
        ),
        Mistake(
            "every-other-relu",
            lambda x, params: (
                mlp_of(x, params, lambda i, layers: i % 2 == 1 and i < layers),
                None,
            ),
            "Your `scores` are those of a network with a ReLU in every other layer.",
            "Every hidden layer needs a bend of its own.",
            "For four layers, for which numbers i is your condition for the ReLU true?",
            also=(
                lambda x, params: (
                    mlp_of(x, params, lambda i, layers: i % 2 == 0 and i < layers),
                    None,
                ),
            ),
        ),
        Mistake(
            "another-activation-inside",
            lambda x, params: (
                mlp_of(x, params, lambda i, layers: i < layers, lambda s: (np.tanh(s), None)),
                None,
            ),
            "Your `scores` are those of a network with another activation between its layers.",
            "This lesson's hidden layers use ReLU.",
            "Which activation does the exercise name, and what does yours do to -1?",
            also=(
                lambda x, params: (
                    mlp_of(x, params, lambda i, layers: i < layers, lambda s: (np.abs(s), None)),
                    None,
                ),
                lambda x, params: (
                    mlp_of(
                        x,
                        params,
                        lambda i, layers: i < layers,
                        lambda s: (np.maximum(s, 0.01 * s), None),
                    ),
                    None,
                ),
                lambda x, params: (
                    mlp_of(
                        x,
                        params,
                        lambda i, layers: i < layers,
                        lambda s: (np.maximum(s, 0.1 * s), None),
                    ),
                    None,
                ),
                lambda x, params: (
                    mlp_of(x, params, lambda i, layers: i < layers, lambda s: (softmax(s), None)),
                    None,
                ),
                lambda x, params: (
                    mlp_of(
                        x, params, lambda i, layers: i < layers, lambda s: (np.minimum(s, 0), None)
                    ),
                    None,
                ),
                lambda x, params: (
                    mlp_of(
                        x, params, lambda i, layers: i < layers, lambda s: (np.clip(s, 0, 1), None)
                    ),
                    None,
                ),
                lambda x, params: (
                    mlp_of(
                        x, params, lambda i, layers: i < layers, lambda s: (s + relu(s)[0], None)
                    ),
                    None,
                ),
            ),
        ),
        Mistake(
            "other-end",
            lambda x, params: (sigmoid(mlp_forward(x, params)[0])[0], None),
            "Something is done to your `scores` after the last layer.",
            "The last layer is linear and nothing more.",
            "Which line of yours is the last to change the scores?",
            also=(
                lambda x, params: (np.tanh(mlp_forward(x, params)[0]), None),
                lambda x, params: (np.log(softmax(mlp_forward(x, params)[0])), None),
                lambda x, params: (
                    mlp_forward(x, params)[0]
                    - mlp_forward(x, params)[0].max(axis=1, keepdims=True),
                    None,
                ),
                lambda x, params: (np.exp(mlp_forward(x, params)[0]), None),
                lambda x, params: (np.abs(mlp_forward(x, params)[0]), None),
            ),
        ),
        Mistake(
            "class-in-place-of-scores",
            lambda x, params: (mlp_forward(x, params)[0].argmax(axis=1), None),
            "Your `scores` hold one number a sample: the best class, or its score.",
            "The scores of all classes are asked for.",
            "Which shape should the scores have?",
            also=(lambda x, params: (mlp_forward(x, params)[0].max(axis=1), None),),
        ),
        Mistake(
            "relu-before-the-bias",
            lambda x, params: (mlp_bias_after_relu(x, params), None),
            "In your `scores` the hidden biases come on top after the ReLU.",
            "A layer is a weighted sum plus a bias, and then the bend.",
            "What should a hidden unit give whose sum is -1 and whose bias is 0.5?",
        ),
        Mistake(
            "biases-of-hidden-layers-left-out",
            lambda x, params: (
                mlp_forward(
                    x,
                    {
                        k: v if k[0] == "w" or int(k[1:]) == len(params) // 2 else 0 * v
                        for k, v in params.items()
                    },
                )[0],
                None,
            ),
            "Your `scores` are those of a network in which only the last layer has biases.",
            "Each layer has two parameters, a matrix and a vector.",
            "Which names does params hold, and which of them do you use?",
        ),
        Mistake(
            "last-bias-left-out",
            lambda x, params: (mlp_forward(x, params)[0] - params[f"b{len(params) // 2}"], None),
            "Your `scores` lack the bias of the last layer.",
            "The last layer has a bias like all others.",
            "What does your last layer do that the others do not, or the other way round?",
        ),
        Mistake(
            "biases-twice",
            lambda x, params: (
                mlp_forward(x, {k: v if k[0] == "w" else 2 * v for k, v in params.items()})[0],
                None,
            ),
            "In your `scores` every bias counts twice, or is taken off.",
            "The bias comes on top once.",
            "Does linear add the bias already?",
            also=(
                lambda x, params: (
                    mlp_forward(x, {k: v if k[0] == "w" else -v for k, v in params.items()})[0],
                    None,
                ),
            ),
        ),
        Mistake(
            "input-prepared",
            lambda x, params: (mlp_forward(x - x.mean(axis=0), params)[0], None),
            "Your network changes `x` before the first layer.",
            "The data come in as they are.",
            "Which step is the first that x meets?",
            also=(
                lambda x, params: (
                    mlp_forward(x / np.linalg.norm(x, axis=1, keepdims=True), params)[0],
                    None,
                ),
                lambda x, params: (mlp_forward(np.abs(x), params)[0], None),
                lambda x, params: (mlp_forward(x - x.mean(axis=1, keepdims=True), params)[0], None),
            ),
        ),
        Mistake(
            "hidden-in-place-of-scores-bent-less",
            lambda x, params: (mlp_hidden_sums(x, params), None),
            "Your `scores` are the sums of the last hidden layer, before its ReLU.",
            "In Python the end of a range is not part of it.",
            "Which layers does your loop visit, and is the last one among them?",
        ),
        Mistake(
            "largest-taken-off-inside",
            lambda x, params: (
                mlp_of(
                    x,
                    params,
                    lambda i, layers: i < layers,
                    lambda s: (relu(s - s.mean(axis=1, keepdims=True))[0], None),
                ),
                None,
            ),
            "Your network brings every hidden layer to a common level or size.",
            "Between the layers there is a ReLU and nothing else.",
            "What stands in your loop beside linear and relu?",
            also=(
                lambda x, params: (
                    mlp_of(
                        x,
                        params,
                        lambda i, layers: i < layers,
                        lambda s: (relu(s / np.linalg.norm(s, axis=1, keepdims=True))[0], None),
                    ),
                    None,
                ),
            ),
        ),
    ),
    uses={"linear": linear, "relu": relu},
)

EXERCISES = (LINEAR, RELU, SIGMOID, SOFTMAX, HE_INIT, MLP_FORWARD)

"""The exercise linear: for each output a weighted sum of all inputs, plus a bias."""

from dataclasses import replace

import numpy as np

from backprop_lib.layers import linear, linear_backward
from backprop_lib.losses import softmax
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.caches import OutAndCache, cache_for
from checks.exercises.drawing import draw_batches

__all__ = ["LINEAR"]


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


LINEAR = Exercise(
    name="linear",
    lesson="02_forward_pass",
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
                lambda x, w, b: (x @ w + np.resize(b, len(x))[:, np.newaxis], None),
                lambda x, w, b: (x @ w + (b[:, np.newaxis] if len(b) == len(x) else b), None),
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
            "last-product-alone",
            lambda x, w, b: (x[:, -1:] * w[-1], None),
            "Your `y` is the last feature times its weight: the others and the bias are gone.",
            "In a loop, a plain = throws away what the turns before it have found.",
            "After the second turn of your inner loop, what is left of the first?",
        ),
        Mistake(
            "one-sample-without-the-bias",
            lambda x, w, b: (x @ w + b * (len(x) > 1), None),
            "Your `y` is right for several samples; that of a single one lacks the bias.",
            "One sample is a batch of one: nothing is different but N.",
            "What does your branch for a single sample leave out?",
        ),
    ),
)

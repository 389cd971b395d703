"""Exercises of lesson 05: the backward pass.

Every case is drawn so that the numbers can tell right from wrong: sizes all different and none
of them 2, upstream gradients random and never ones, caches from a real forward pass.
"""

from typing import Any

import numpy as np

from backprop_lib.layers import (
    linear,
    linear_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
)
from backprop_lib.losses import (
    softmax,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
)
from backprop_lib.network import mlp_backward, mlp_forward
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.drawing import draw_batches, draw_sizes

__all__ = ["EXERCISES"]

LESSON = "05_backward_pass"

Grads = dict[str, np.ndarray]


# linear_backward


def linear_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches through a linear layer, and one sample."""
    return tuple(linear_case(rng, sizes) for sizes in draw_batches(rng, "NDM"))


def linear_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """One batch through a linear layer."""
    n, d, m = sizes["N"], sizes["D"], sizes["M"]
    inputs = {
        "dx": rng.normal(0.3, 1.0, (n, d)),
        "dw": rng.normal(0.0, 1.0, (d, m)),
        "db": rng.normal(0.0, 1.0, m),
    }
    dy = rng.normal(0.2, 1.0, (n, m))

    def loss(name: str, array: np.ndarray) -> float:
        x, w, b = (inputs | {name: array}).values()
        # any L with dL/dy = dy will do; the simplest is the sum of dy * y
        return float((dy * linear(x, w, b)[0]).sum())

    _, cache = linear(*inputs.values())
    return Case(sizes, (dy, cache), inputs, loss)


def linear_no_bias_sum(dy: np.ndarray, cache: Any) -> tuple[np.ndarray, ...]:
    x, w, _ = cache
    return dy @ w.T, x.T @ dy, dy


def linear_bias_over_features(dy: np.ndarray, cache: Any) -> tuple[np.ndarray, ...]:
    x, w, _ = cache
    return dy @ w.T, x.T @ dy, dy.sum(axis=1)


def linear_bias_one_number(dy: np.ndarray, cache: Any) -> tuple[Any, ...]:
    x, w, _ = cache
    return dy @ w.T, x.T @ dy, dy.sum()


def linear_bias_mean(dy: np.ndarray, cache: Any) -> tuple[np.ndarray, ...]:
    x, w, _ = cache
    return dy @ w.T, x.T @ dy, dy.mean(axis=0)


def linear_bias_from_dw(dy: np.ndarray, cache: Any) -> tuple[np.ndarray, ...]:
    x, w, _ = cache
    dw = x.T @ dy
    return dy @ w.T, dw, dw.sum(axis=0)


def linear_bias_zero(dy: np.ndarray, cache: Any) -> tuple[np.ndarray, ...]:
    x, w, b = cache
    return dy @ w.T, x.T @ dy, np.zeros_like(b)


def linear_mean_twice(dy: np.ndarray, cache: Any) -> tuple[np.ndarray, ...]:
    x, w, _ = cache
    return dy @ w.T, x.T @ dy / len(x), dy.sum(axis=0) / len(x)


def linear_through_gradient(dy: np.ndarray, cache: Any) -> tuple[np.ndarray, ...]:
    x, _, _ = cache
    dw = x.T @ dy
    return dy @ dw.T, dw, dy.sum(axis=0)


def linear_undone(dy: np.ndarray, cache: Any) -> tuple[np.ndarray, ...]:
    x, w, _ = cache
    return dy @ np.linalg.pinv(w), x.T @ dy, dy.sum(axis=0)


def linear_ones_upstream(dy: np.ndarray, cache: Any) -> tuple[np.ndarray, ...]:
    return linear_backward(np.ones_like(dy), cache)


LINEAR_BACKWARD = Exercise(
    name="linear_backward",
    lesson=LESSON,
    goal="Send dL/dy of a linear layer back to its inputs, weights and biases.",
    points=3,
    minutes=12,
    difficulty=3,
    reference=linear_backward,
    returns="tuple",
    cases=linear_cases,
    hints=(
        "Start from the shapes: dx, dw and db have the shapes of x, w and b. "
        "Take one output y[n, m] and list everything it was made from.",
        "One weight w[d, m] touches y[n, m] for every sample n. "
        "Its gradient is therefore a sum over n. Which product of two matrices sums over n?",
        "dx[n, d] sums dy[n, m] w[d, m] over m; dw[d, m] sums x[n, d] dy[n, m] over n; "
        "db[m] sums dy[n, m] over n. Write each as a matrix product or a sum along an axis.",
    ),
    mistakes=(
        Mistake(
            "bias-not-summed",
            linear_no_bias_sum,
            "Your `db` has one row per sample: it is `dy` itself.",
            "There is one bias per output, and every sample in the batch used it.",
            "If the bias of one output grows a little, how many rows of y change?",
        ),
        Mistake(
            "bias-summed-over-outputs",
            linear_bias_over_features,
            "Your `db` has one entry per sample: it sums `dy` along its rows.",
            "There is one bias per output, shared by all samples.",
            "Which axis of dy runs over the samples, and which over the outputs?",
        ),
        Mistake(
            "bias-summed-over-everything",
            linear_bias_one_number,
            "Your `db` is a single number: the sum of all of `dy`.",
            "Every output has a bias of its own, so every output has a gradient of its own.",
            "What shape has b, and so what shape must its gradient have?",
        ),
        Mistake(
            "bias-averaged",
            linear_bias_mean,
            "Your `db` is N times too small, while `dw` is right: it is the mean over the batch.",
            "If the loss is a mean, its 1/N is already inside dy.",
            "How often should 1/N appear on the way from the loss to the bias?",
        ),
        Mistake(
            "bias-from-weight-gradient",
            linear_bias_from_dw,
            "Your `db` equals the column sums of your `dw`, so the inputs x are still in it.",
            "A weight is multiplied by an input before it is added. A bias is not.",
            "What is the derivative of y[n, m] for b[m]?",
        ),
        Mistake(
            "bias-forgotten",
            linear_bias_zero,
            "Your `db` is zero everywhere.",
            "The bias is added to every output, so it changes the loss whenever dy is not zero.",
            "If b[0] grows by 0.01, what happens to y[:, 0]?",
        ),
        Mistake(
            "batch-mean-again",
            linear_mean_twice,
            "Your `dw` and `db` are both N times too small, while `dx` is right.",
            "A layer does not know whether the loss is a mean or a sum: that is settled in dy.",
            "Which step of the forward pass divided by N, and was it this layer?",
        ),
        Mistake(
            "through-the-weight-gradient",
            linear_through_gradient,
            "Your `dx` is what comes out when dy is sent through `dw` in place of w.",
            "The gradient takes the same road back that the signal took forward.",
            "Which matrix did x meet on its way forward?",
        ),
        Mistake(
            "upstream-ignored",
            linear_ones_upstream,
            "Your gradients do not depend on `dy`: they are those for a dy of ones.",
            "The chain rule multiplies the local derivative by what arrives from above.",
            "If the loss did not care about y at all, dy would be 0. What should dx be then?",
        ),
        Mistake(
            "undone",
            linear_undone,
            "Your `dx` is `dy` times an inverse of `w`: it is the change of x that would make dy.",
            "A gradient says how strongly x acts on the loss. It does not undo the layer.",
            "If all of w were twice as large, should dx be larger or smaller?",
        ),
    ),
)


# relu_backward


def relu_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches through a ReLU, and one sample, away from the kink at 0."""
    return tuple(relu_case(rng, sizes) for sizes in draw_batches(rng, "ND"))


def relu_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """One batch through a ReLU. No entry is near 0, and the positive ones are the larger, so that
    the mean and the middle lie well above 0."""
    shape = (sizes["N"], sizes["D"])
    signs = rng.permutation(np.resize([1.0, 1.0, -1.0], shape[0] * shape[1])).reshape(shape)
    x = np.where(signs > 0, rng.uniform(0.1, 3.0, shape), -rng.uniform(0.1, 1.0, shape))
    if shape[0] > 1:
        x[0] = np.where(signs[0] > 0, 0.1, -1.0) * np.linspace(1.0, 1.3, shape[1])
        x[0, :2] = -1.3, 0.1  # a sample whose sum is negative, with an open gate and a shut one
    dy = rng.normal(0.2, 1.0, shape)

    def loss(name: str, array: np.ndarray) -> float:
        return float((dy * relu(array)[0]).sum())

    return Case(sizes, (dy, relu(x)[1]), {"dx": x}, loss)


def relu_always_open(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy.copy()


def relu_gate_on_gradient(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy * (dy > 0)


def relu_of_gradient_and_input(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy * np.maximum(cache, 0)


def relu_gate_only(dy: np.ndarray, cache: Any) -> np.ndarray:
    return (cache > 0).astype(float)


def relu_gate_turned(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy * (cache < 0)


RELU_BACKWARD = Exercise(
    name="relu_backward",
    lesson=LESSON,
    goal="Send dL/dy of a ReLU back to its input.",
    points=1,
    minutes=4,
    difficulty=1,
    reference=relu_backward,
    returns="array",
    cases=relu_cases,
    hints=(
        "Think of each entry as a gate that was open or shut on the way forward.",
        "Where x was positive, y = x. Where it was not, y = 0 whatever x was. "
        "What is dy/dx in each of the two?",
        "Multiply what arrives, entry by entry, by 1 where the gate was open and by 0 where it "
        "was shut. A comparison such as x > 0 gives an array that counts as ones and zeros.",
    ),
    mistakes=(
        Mistake(
            "gate-always-open",
            relu_always_open,
            "Your `dx` is `dy` everywhere, also where x was negative.",
            "Where x was negative the output was 0 and stays 0 when x moves a little.",
            "What is the slope of ReLU to the left of zero? "
            "If you compare an activation with >=, is that ever false?",
        ),
        Mistake(
            "gate-on-the-gradient",
            relu_gate_on_gradient,
            "Your `dx` is never negative: your gate looks at `dy`.",
            "Whether the gate is open was decided on the way forward.",
            "Which array tells what happened on the way forward?",
        ),
        Mistake(
            "times-the-activation",
            relu_of_gradient_and_input,
            "Your `dx` is `dy` times the activation, so it grows with x.",
            "The slope of a straight line does not depend on where you stand on it.",
            "What is the slope of ReLU at x = 1, and what is it at x = 2?",
        ),
        Mistake(
            "upstream-ignored",
            relu_gate_only,
            "Your `dx` holds only ones and zeros: `dy` is not in it.",
            "The chain rule multiplies the local derivative by what arrives from above.",
            "If dy were ten times larger, what should happen to dx?",
        ),
        Mistake(
            "gate-the-wrong-way-round",
            relu_gate_turned,
            "Your `dx` lets through exactly what ReLU stopped, and stops the rest.",
            "The gradient can only pass where the signal passed.",
            "For which x does a small change of x change y?",
        ),
    ),
)


# sigmoid_backward


def sigmoid_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches through a sigmoid, and one sample."""
    return tuple(sigmoid_case(rng, sizes) for sizes in draw_batches(rng, "ND"))


def sigmoid_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """One batch through a sigmoid: on both of its sides, away from the middle and from its ends."""
    shape = (sizes["N"], sizes["D"])
    signs = rng.permutation(np.resize([-1.0, 1.0], shape[0] * shape[1])).reshape(shape)
    x = signs * rng.uniform(0.3, 2.5, shape)
    dy = rng.normal(0.2, 1.0, shape)

    def loss(name: str, array: np.ndarray) -> float:
        return float((dy * sigmoid(array)[0]).sum())

    return Case(sizes, (dy, sigmoid(x)[1]), {"dx": x}, loss)


def sigmoid_of_the_output(dy: np.ndarray, cache: Any) -> np.ndarray:
    y, _ = sigmoid(cache)
    return dy * y * (1 - y)


def sigmoid_first_factor_only(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy * cache


def sigmoid_second_factor_only(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy * (1 - cache)


def sigmoid_brackets_missing(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy * cache * 1 - cache


def sigmoid_negated(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy * cache * (cache - 1)


def sigmoid_slope_of_tanh(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy * (1 - cache**2)


def sigmoid_slope_left_out(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy.copy()


def sigmoid_slope_only(dy: np.ndarray, cache: Any) -> np.ndarray:
    return np.asarray(cache * (1 - cache))


def sigmoid_short_form_of_the_input(dy: np.ndarray, cache: Any) -> np.ndarray:
    x = np.log(cache / (1 - cache))
    return dy * x * (1 - x)


def sigmoid_slope_at_the_gradient(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy * dy * (1 - dy)


def sigmoid_as_a_gate(dy: np.ndarray, cache: Any) -> np.ndarray:
    return np.asarray(dy * (cache > 0.5))


def sigmoid_divided(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy / (cache * (1 - cache))


SIGMOID_BACKWARD = Exercise(
    name="sigmoid_backward",
    lesson=LESSON,
    goal="Send dL/dy of a sigmoid back to its input.",
    points=1,
    minutes=4,
    difficulty=2,
    reference=sigmoid_backward,
    returns="array",
    cases=sigmoid_cases,
    hints=(
        "Go through the five steps. Which outputs does one entry of x touch?",
        "Take the derivative of 1 / (1 + exp(-x)), and find in it 1 / (1 + exp(-x)) itself, "
        "which is y, and exp(-x) / (1 + exp(-x)). What do the two add up to?",
        "The slope is y times (1 - y), entry by entry, and y is in the cache. Multiply what "
        "arrives by it.",
    ),
    mistakes=(
        Mistake(
            "sigmoid-of-the-output",
            sigmoid_of_the_output,
            "Your `dx` is what comes out when the sigmoid is taken of `y` again.",
            "The cache holds what the sigmoid gave, not what it was given.",
            "Between which two numbers do all entries of the cache lie?",
        ),
        Mistake(
            "second-factor-missing",
            sigmoid_first_factor_only,
            "Your `dx` is `dy` times `y`, the sigmoid itself, in place of its slope.",
            "Far to the right the sigmoid is near 1 and hardly rises any more.",
            "For a large x, what is y, and how much does y change when x grows a little?",
        ),
        Mistake(
            "first-factor-missing",
            sigmoid_second_factor_only,
            "Your `dx` is `dy` times `1 - y`: it stays large where y is near 0.",
            "Far to the left the sigmoid is near 0 and has hardly begun to rise.",
            "For an x far below zero, what is y, and does it change much when x grows a little?",
        ),
        Mistake(
            "brackets-missing",
            sigmoid_brackets_missing,
            "Your `dx` is not zero where `dy` is: `y` has been taken off `dy y`.",
            "Python multiplies before it subtracts.",
            "In which order does Python work out dy * y * 1 - y?",
        ),
        Mistake(
            "negated",
            sigmoid_negated,
            "Your `dx` has the right size and the opposite sign in every entry.",
            "The sigmoid rises everywhere, so what arrives keeps its sign.",
            "If x grows, does y grow or shrink?",
        ),
        Mistake(
            "slope-of-tanh",
            sigmoid_slope_of_tanh,
            "Your `dx` is `dy` times `1 - y^2`.",
            "1 - y^2 is the slope of tanh, which runs from -1 to 1. The sigmoid is flatter.",
            "What is the slope of the sigmoid at x = 0, where y is 1/2?",
        ),
        Mistake(
            "slope-left-out",
            sigmoid_slope_left_out,
            "Your `dx` is `dy` itself, as if y were x.",
            "The sigmoid is nowhere steeper than 1/4, so less comes out than arrives.",
            "If x grows by 0.01, does y grow by 0.01 too?",
        ),
        Mistake(
            "upstream-ignored",
            sigmoid_slope_only,
            "Your `dx` is the slope of the sigmoid alone: `dy` is not in it.",
            "The chain rule multiplies the local derivative by what arrives from above.",
            "If dy were ten times larger, what should happen to dx?",
        ),
        Mistake(
            "short-form-of-the-input",
            sigmoid_short_form_of_the_input,
            "Your `dx` is `dy` times x (1 - x), with the input of the sigmoid.",
            "The short form of the slope is made of the output.",
            "x can be any number. What would a slope of x (1 - x) be at x = 3?",
        ),
        Mistake(
            "slope-at-the-gradient",
            sigmoid_slope_at_the_gradient,
            "Your `dx` is `dy` times dy (1 - dy): the cache is not in it.",
            "The slope belongs to the place where the signal was on its way forward.",
            "Which array tells where on the curve each entry was?",
        ),
        Mistake(
            "as-a-gate",
            sigmoid_as_a_gate,
            "Your `dx` is `dy` where y is above 1/2, and 0 elsewhere.",
            "That is a gate, like that of ReLU. The sigmoid has no kink.",
            "Is the sigmoid flat to the left of zero?",
        ),
        Mistake(
            "divided-by-the-slope",
            sigmoid_divided,
            "Your `dx` is `dy` divided by the slope of the sigmoid.",
            "The chain rule multiplies. Where the curve is flat, x hardly matters to the loss.",
            "Where the sigmoid is almost flat, should dx be large or small?",
        ),
    ),
)


# softmax_cross_entropy_backward


def softmax_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches of scores with labels, and one sample."""
    return tuple(softmax_case(rng, sizes) for sizes in draw_batches(rng, "NK"))


def softmax_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """One batch of scores with labels, and an upstream gradient that is not 1."""
    scores = rng.normal(0.0, 1.5, (sizes["N"], sizes["K"]))
    labels = rng.integers(0, sizes["K"], sizes["N"])
    dloss = float(rng.choice([-1.0, 1.0]) * rng.uniform(1.5, 2.5))

    def loss(name: str, array: np.ndarray) -> float:
        return float(dloss * softmax_cross_entropy(array, labels)[0])

    _, cache = softmax_cross_entropy(scores, labels)
    return Case(sizes, (dloss, cache), {"dscores": scores}, loss)


def one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    """Labels (N,) as rows (N, K) with a 1 at the label and 0 elsewhere."""
    return np.eye(classes)[labels]


def softmax_no_mean(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return dloss * (p - one_hot(labels, p.shape[1]))


def softmax_mean_over_classes(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return dloss * (p - one_hot(labels, p.shape[1])) / p.shape[1]


def softmax_mean_over_entries(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return dloss * (p - one_hot(labels, p.shape[1])) / p.size


def softmax_negated(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return dloss * (one_hot(labels, p.shape[1]) - p) / len(p)


def softmax_upstream_ignored(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return (p - one_hot(labels, p.shape[1])) / len(p)


def softmax_label_not_subtracted(dloss: float, cache: Any) -> np.ndarray:
    p, _ = cache
    return dloss * p / len(p)


def softmax_best_class(dloss: float, cache: Any) -> np.ndarray:
    p, _ = cache
    return softmax_cross_entropy_backward(dloss, (p, p.argmax(axis=1)))


def softmax_upstream_at_labels_alone(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    right = one_hot(labels, p.shape[1]) == 1
    return np.where(right, dloss * (p - 1), p) / len(p)


def softmax_upstream_added(dloss: float, cache: Any) -> np.ndarray:
    return softmax_cross_entropy_backward(1.0, cache) + dloss


def softmax_elementwise(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    hot = one_hot(labels, p.shape[1])
    # dL/dp = -hot / p, times the diagonal of the softmax's Jacobian only, p (1 - p)
    return -dloss * hot * (1 - p) / len(p)


def softmax_extra_slope(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return dloss * (p - one_hot(labels, p.shape[1])) * p * (1 - p) / len(p)


def softmax_twice(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return dloss * (softmax(p) - one_hot(labels, p.shape[1])) / len(p)


def softmax_all_label_columns(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    d = p.copy()
    d[:, labels] -= 1
    return dloss * d / len(p)


def softmax_one_not_divided(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return dloss * (p / len(p) - one_hot(labels, p.shape[1]))


def softmax_not_passed(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return -dloss * one_hot(labels, p.shape[1]) / p / len(p)


def softmax_label_as_a_number(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return dloss * (p - labels[:, None]) / len(p)


def softmax_first_row_only(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    d = p.copy()
    d[0, labels] -= 1
    return dloss * d / len(p)


SOFTMAX_CROSS_ENTROPY_BACKWARD = Exercise(
    name="softmax_cross_entropy_backward",
    lesson=LESSON,
    goal="Send the gradient of the mean softmax cross-entropy back to the scores.",
    points=2,
    minutes=10,
    difficulty=3,
    reference=softmax_cross_entropy_backward,
    returns="array",
    cases=softmax_cases,
    hints=(
        "Everything you need is in the cache: the probabilities and the labels.",
        "For one sample, the gradient for its scores says by how much each probability is "
        "too high. For the right class it should have been 1, for the others 0.",
        "Copy the probabilities, take 1 off at the right class of each row, divide by the "
        "number of samples, since the loss is a mean, and multiply by dloss.",
    ),
    mistakes=(
        Mistake(
            "mean-forgotten",
            softmax_no_mean,
            "Your `dscores` is N times too large in every entry.",
            "The loss is the mean over the samples, so each sample counts for one N-th of it.",
            "If the batch were twice as large, should one sample pull as hard on the loss?",
        ),
        Mistake(
            "mean-over-classes",
            softmax_mean_over_classes,
            "Your `dscores` is divided by K, the number of classes, where the loss divides by N.",
            "The loss is a mean over samples, that is, over rows.",
            "Which axis of the probabilities counts the samples?",
        ),
        Mistake(
            "mean-over-entries",
            softmax_mean_over_entries,
            "Your `dscores` is K times too small: it is divided by all N x K entries.",
            "Each sample has one loss, however many classes there are.",
            "Over how many numbers does the forward pass take its mean?",
        ),
        Mistake(
            "negated",
            softmax_negated,
            "Your `dscores` has the right size and the opposite sign in every entry.",
            "The gradient points uphill: a step against it must raise the right class's score.",
            "Should the gradient at the right class be positive or negative?",
        ),
        Mistake(
            "upstream-ignored",
            softmax_upstream_ignored,
            "Your `dscores` does not depend on `dloss`.",
            "A loss can be one part of something larger; dloss says how much that cares.",
            "If the loss were counted three times, what should happen to the gradient?",
        ),
        Mistake(
            "label-not-subtracted",
            softmax_label_not_subtracted,
            "Your `dscores` is positive at every class of every row: it is p / N.",
            "A network that is right and sure has nothing to learn: its gradient is near zero.",
            "Where p is 1 at the right class, what should the gradient there be?",
        ),
        Mistake(
            "softmax-entry-by-entry",
            softmax_elementwise,
            "Your `dscores` is zero at every class but the right one.",
            "The probabilities of a row share one sum, so every score moves all of them.",
            "If the score of a wrong class grows, what happens to the right one's probability?",
        ),
        Mistake(
            "slope-again",
            softmax_extra_slope,
            "Your `dscores` is p - y with another factor p (1 - p) on it.",
            "The slope of the softmax has already cancelled against that of the logarithm.",
            "In the derivation in the text, which factors are left at the end?",
        ),
        Mistake(
            "softmax-twice",
            softmax_twice,
            "Your `dscores` is what comes out when softmax is taken of the probabilities again.",
            "The cache holds probabilities, not scores.",
            "What do the rows of the first array in the cache add up to?",
        ),
        Mistake(
            "one-not-divided",
            softmax_one_not_divided,
            "In your `dscores` the probabilities are divided by N, and the 1 at the right class is "
            "not.",
            "All of a sample's gradient counts for one N-th: the 1 as well as the probabilities.",
            "Which comes first in your function: taking the 1 off, or dividing?",
        ),
        Mistake(
            "softmax-left-out",
            softmax_not_passed,
            "Your `dscores` is that for the probabilities, -1 / p at the right class: it has not "
            "gone back through the softmax.",
            "The scores act on the loss through the probabilities, and that is a step of its own.",
            "Which array is your gradient for: the probabilities or the scores?",
        ),
        Mistake(
            "label-as-a-number",
            softmax_label_as_a_number,
            "In your `dscores` the number of the class has been taken off a whole row.",
            "A label says which class is right. As a number it means nothing: class 4 is not twice "
            "class 2.",
            "In which entries of a row does the target differ from 0, and what is it there?",
        ),
        Mistake(
            "first-row-only",
            softmax_first_row_only,
            "In your `dscores` every 1 has been taken off in the first row.",
            "Each sample has its own row and its own right class.",
            "In d[0, labels], which rows are meant?",
        ),
        Mistake(
            "all-rows-all-labels",
            softmax_all_label_columns,
            "In your `dscores` a 1 is taken off in every column that is anyone's label.",
            "Each row has one right class, its own.",
            "For N labels, how many entries should change, and which do p[:, labels] name?",
        ),
        Mistake(
            "best-class-for-the-right-one",
            softmax_best_class,
            "In your `dscores` the 1 is taken off at each row's most probable class.",
            "What counts is the class that is right, and that is not always the one that leads.",
            "Which array says which class is right?",
        ),
        Mistake(
            "upstream-at-the-labels-alone",
            softmax_upstream_at_labels_alone,
            "In your `dscores` only the entries of the right classes are multiplied by `dloss`.",
            "Whatever follows the loss acts on all the scores through it.",
            "If dloss were 0, which entries of dscores should be 0?",
        ),
        Mistake(
            "upstream-added",
            softmax_upstream_added,
            "In your `dscores` every entry has `dloss` added to it.",
            "The chain rule multiplies the local derivative by what arrives from above.",
            "If dloss were 0, what should dscores be?",
        ),
    ),
)


# mlp_backward


def mlp_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Networks of two and of three layers, batches and one sample."""
    return (
        mlp_case(rng, draw_sizes(rng, "NDHK", largest=7)),
        mlp_case(rng, draw_sizes(rng, "NDHGK", largest=7)),
        mlp_case(rng, draw_sizes(rng, "NDHK", True, largest=7)),
    )


def mlp_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """One batch through a network, drawn until no ReLU is near its kink."""
    n, *widths = sizes.values()
    while True:
        params = {}
        for i in range(1, len(widths)):
            scale = 1 / np.sqrt(widths[i - 1])
            params[f"w{i}"] = rng.normal(0.0, scale, (widths[i - 1], widths[i]))
            params[f"b{i}"] = rng.normal(0.0, 0.3, widths[i])
        x = rng.normal(0.0, 1.0, (n, widths[0]))
        scores, cache = mlp_forward(x, params)
        gates = [gate for _, gate in cache if gate is not None]  # inputs of the ReLUs
        if all(np.abs(gate).min() > 0.01 and gate.min() < 0 < gate.max() for gate in gates):
            break
    dscores = rng.normal(0.2, 1.0, scores.shape)

    def loss(name: str, array: np.ndarray) -> float:
        return float((dscores * mlp_forward(x, params | {name: array})[0]).sum())

    return Case(sizes, (dscores, cache), params, loss)


def mlp_gates_skipped(dscores: np.ndarray, cache: Any) -> Grads:
    return mlp_backward(dscores, [(linear_cache, None) for linear_cache, _ in cache])


def mlp_first_layer_left_out(dscores: np.ndarray, cache: Any) -> Grads:
    grads = mlp_backward(dscores, cache)
    return grads | {"w1": np.zeros_like(grads["w1"]), "b1": np.zeros_like(grads["b1"])}


def mlp_names_reversed(dscores: np.ndarray, cache: Any) -> Grads:
    grads = mlp_backward(dscores, cache)
    last = len(cache) + 1
    return {f"{name[0]}{last - int(name[1:])}": grad for name, grad in grads.items()}


def last_layer_first(case: Case) -> tuple[tuple[str, ...], ...]:
    """The gradients in the order in which they arise."""
    layers = len(case.wrt) // 2
    return tuple((f"w{i}", f"b{i}") for i in range(layers, 0, -1))


def mlp_gate_on_the_way_only(dscores: np.ndarray, cache: Any) -> dict[str, np.ndarray]:
    grads, dout = {}, dscores
    for i in range(len(cache), 0, -1):
        linear_cache, relu_cache = cache[i - 1]
        _, grads[f"w{i}"], grads[f"b{i}"] = linear_backward(dout, linear_cache)
        gated = dout if relu_cache is None else relu_backward(dout, relu_cache)
        dout = linear_backward(gated, linear_cache)[0]
    return grads


MLP_BACKWARD = Exercise(
    name="mlp_backward",
    lesson=LESSON,
    goal="Send the gradient through a whole network, last layer first.",
    points=4,
    minutes=20,
    difficulty=4,
    reference=mlp_backward,
    returns="dict",
    cases=mlp_cases,
    hints=(
        "You have already written what each layer needs. What is left is the order.",
        "Forward, a layer was linear and then ReLU. Backward, undo the last step first. "
        "The dx of one layer is the dout of the layer below.",
        "Go through the cache from its end to its start. Where the ReLU's cache is not None, "
        "call relu_backward; then call linear_backward; keep its dw and db under the layer's "
        "number, counted from 1, and carry its dx on to the next turn.",
    ),
    mistakes=(
        Mistake(
            "gate-on-the-way-only",
            mlp_gate_on_the_way_only,
            "Your last layer is right; in the layers below it the weights and biases get what has "
            "not gone through the gate, and only what is passed on below has.",
            "The weights of a layer act on the loss through its gate too.",
            "Which comes first on the way back, the gate or the layer's weights and biases?",
        ),
        Mistake(
            "gates-skipped",
            mlp_gates_skipped,
            "Your last layer is right; the layers below it are what comes out without any ReLU.",
            "Every step of the forward pass has its own step back.",
            "How many steps did a hidden layer take forward, and how many do you take back?",
        ),
        Mistake(
            "first-layer-left-out",
            mlp_first_layer_left_out,
            "The gradients of your first layer are zero; those above it are right.",
            "Every layer learns, the first one too.",
            "Which values does your loop's counter take, and is the first layer among them?",
        ),
        Mistake(
            "layers-in-reverse",
            mlp_names_reversed,
            "Your gradients are right, but under the names of the layers in reverse order.",
            "The backward pass visits the last layer first, yet every layer keeps its number.",
            "Which layer does your loop visit first, and what does it call it?",
        ),
    ),
    uses={"linear_backward": linear_backward, "relu_backward": relu_backward},
    order=last_layer_first,
)

EXERCISES = (
    LINEAR_BACKWARD,
    RELU_BACKWARD,
    SIGMOID_BACKWARD,
    SOFTMAX_CROSS_ENTROPY_BACKWARD,
    MLP_BACKWARD,
)

"""Exercises of lesson 05: the backward pass.

Every case is drawn so that the numbers can tell right from wrong: sizes all different and none
of them 2, upstream gradients random and never ones, caches from a real forward pass.
"""

from collections.abc import Callable
from functools import partial
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
    """Batches through a linear layer, and one sample; and square matrices, one feature, one
    output, and one of both, where a wrong product has the right shape."""
    first, *others = (linear_case(rng, sizes) for sizes in draw_batches(rng, "NDM"))
    n = int(rng.integers(3, 6))
    alike = ((n, n, n), (n, 1, n + 1), (n, n + 1, 1), (n, 1, 1), (1, 1, 1))
    return (first, *(narrow_case(rng, *sizes) for sizes in alike), *others)


def narrow_case(rng: np.random.Generator, n: int, d: int, m: int) -> Case:
    """One batch of a size that hides mix-ups of axes, compared with the library's gradients. All
    numbers are positive: where a sum of few cancels, rounding in float32 is large beside it."""
    x, w, b, dy = (rng.uniform(0.5, 2.0, shape) for shape in ((n, d), (d, m), m, (n, m)))
    return Case(
        {},
        (dy, linear(x, w, b)[1]),
        values=("dx", "dw", "db"),
        label=f"N={n}, D={d}, M={m}",
        extreme=True,
    )


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


def linear_like(
    dx: Callable[..., Any] = lambda x, w, b, dy: dy @ w.T,
    dw: Callable[..., Any] = lambda x, w, b, dy: x.T @ dy,
    db: Callable[..., Any] = lambda x, w, b, dy: dy.sum(axis=0),
) -> Callable[..., tuple[Any, ...]]:
    """The three gradients, with one of them exchanged, each from (x, w, b, dy)."""
    return lambda dy, cache: (dx(*cache, dy), dw(*cache, dy), db(*cache, dy))


def as_it_fits(x: np.ndarray, w: np.ndarray, b: np.ndarray, dy: np.ndarray) -> np.ndarray:
    """dy times w where the shapes allow it."""
    return dy @ w if w.shape[0] == w.shape[1] else dy @ w.T


def fits_for_dw(x: np.ndarray, w: np.ndarray, b: np.ndarray, dy: np.ndarray) -> np.ndarray:
    """x times dy, or dy times x, where the shapes allow it."""
    return x @ dy if x.shape[1] == len(dy) and x.shape[0] == x.shape[1] else x.T @ dy


def squeezed(*outputs: str) -> Callable[..., tuple[Any, ...]]:
    """The gradients, some of them without the axes of length 1."""

    def backward(dy: np.ndarray, cache: Any) -> tuple[Any, ...]:
        pairs = zip(("dx", "dw", "db"), linear_backward(dy, cache), strict=True)
        return tuple(np.squeeze(grad) if name in outputs else grad for name, grad in pairs)

    return backward


def through_a_gate(x: np.ndarray, w: np.ndarray, b: np.ndarray, dy: np.ndarray) -> np.ndarray:
    """dy where the output is positive."""
    return np.asarray(dy * (x @ w + b > 0))


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
        Mistake(
            "square-not-transposed",
            linear_like(dx=as_it_fits),
            "Your `dx` is right but where w is square: there it is `dy @ w`.",
            "Shapes that fit prove nothing where all sizes are the same.",
            "dx[n, d] sums over m. Along which axis of w does m run, in your product?",
            also=(
                linear_like(
                    dx=lambda x, w, b, dy: dy @ w if w.shape[0] == dy.shape[1] else dy @ w.T
                ),
            ),
        ),
        Mistake(
            "square-inputs-not-transposed",
            linear_like(dw=fits_for_dw),
            "Your `dw` is right but where x is square: there it is `x @ dy`.",
            "Shapes that fit prove nothing where all sizes are the same.",
            "dw[d, m] sums over n. Along which axis of x does n run, in your product?",
            also=(
                linear_like(
                    dw=lambda x, w, b, dy: dy.T @ x if dy.shape[1] == x.shape[1] else x.T @ dy
                ),
            ),
        ),
        Mistake(
            "length-one-axes-lost",
            squeezed("dx", "dw", "db"),
            "Your gradients lose an axis where there is one sample, one feature or one output.",
            "A gradient has the shape of what it belongs to, also where a size is 1.",
            "Which shape has w when there is a single output, and which has your dw?",
            also=(
                squeezed("dx", "dw"),
                squeezed("dw"),
                squeezed("dx"),
                squeezed("db"),
                squeezed("dw", "db"),
                squeezed("dx", "db"),
            ),
        ),
        Mistake(
            "mean-over-outputs",
            linear_like(dx=lambda x, w, b, dy: dy @ w.T / dy.shape[1]),
            "Your `dx` is M times too small: the mean over the outputs, in place of the sum.",
            "An input acts on the loss through every output, and what comes back adds up.",
            "If the layer had twice as many outputs, should less come back through each of them?",
        ),
        Mistake(
            "weights-averaged",
            linear_like(dw=lambda x, w, b, dy: x.T @ dy / len(x)),
            "Your `dw` is N times too small, while `db` is right: it is the mean over the batch.",
            "If the loss is a mean, its 1/N is already inside dy.",
            "How often should 1/N appear on the way from the loss to the weights?",
        ),
        Mistake(
            "gated",
            linear_like(
                dx=lambda x, w, b, dy: through_a_gate(x, w, b, dy) @ w.T,
                dw=lambda x, w, b, dy: x.T @ through_a_gate(x, w, b, dy),
                db=lambda x, w, b, dy: through_a_gate(x, w, b, dy).sum(axis=0),
            ),
            "Your gradients leave out what arrives where the layer's output is not positive.",
            "A gate belongs to ReLU, which is a step of its own. A linear layer lets all through.",
            "Does this layer's forward pass cut anything off?",
        ),
        Mistake(
            "weights-for-inputs",
            linear_like(dw=lambda x, w, b, dy: w * dy.sum(axis=0)),
            "Your `dw` is made of `w` and the column sums of `dy`: the inputs are not in it.",
            "What a weight does to the output depends on the input that it multiplies.",
            "If an input is 0 for all samples, what do its weights do to the loss?",
            also=(linear_like(dw=lambda x, w, b, dy: w * dy.mean(axis=0)),),
        ),
        Mistake(
            "inputs-averaged",
            linear_like(dw=lambda x, w, b, dy: np.outer(x.mean(axis=0), dy.sum(axis=0))),
            "Your `dw` multiplies sums over the batch; samples meet one another's `dy` in it.",
            "Each sample's input belongs with that sample's own dy; then one adds up.",
            "Which comes first: multiplying x by dy, or summing over the samples?",
            also=(
                linear_like(dw=lambda x, w, b, dy: np.outer(x.sum(axis=0), dy.sum(axis=0))),
                linear_like(dw=lambda x, w, b, dy: np.outer(x.mean(axis=0), dy.mean(axis=0))),
                linear_like(dw=lambda x, w, b, dy: np.outer(x.sum(axis=0), dy.mean(axis=0))),
            ),
        ),
    ),
)


# relu_backward


def relu_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches through a ReLU, and one sample, away from the kink at 0; and inputs that are very
    large, very small, and exactly 0."""
    first, *others = (relu_case(rng, sizes) for sizes in draw_batches(rng, "ND"))
    return (first, far_and_near_case(rng), *others)


def far_and_near_case(rng: np.random.Generator) -> Case:
    """Inputs from huge to tiny, of both signs, and 0. At 0 any slope up to 1 is right: nothing
    arrives there, so that any number will do for it."""
    size = np.array([0.0, 0.0, 3e-3, 3e-3, 0.02, 0.3, 5.0, 30.0, 200.0])
    x = (np.outer([1.0, -1.0, 1.0, -1.0], size)) * rng.uniform(1.0, 1.9, (4, 9))
    x = rng.permuted(x, axis=1)
    dy = np.where(x == 0, 0.0, rng.choice([-1.0, 1.0], x.shape) * rng.uniform(0.5, 2.0, x.shape))

    def loss(name: str, array: np.ndarray) -> float:
        return float((dy * relu(array)[0]).sum())

    label = "N=4, D=9, with large, small and zero inputs"
    return Case({}, (dy, relu(x)[1]), {"dx": x}, loss, label=label, extreme=True)


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


def slope_like(slope: Callable[[np.ndarray], Any]) -> Callable[..., np.ndarray]:
    """A way back through something that acts on each entry: dy times a slope, made of the cache."""
    return lambda dy, cache: np.asarray(dy * slope(cache))


def wide_difference(step: float) -> Callable[..., np.ndarray]:
    """The slope of ReLU by a central difference with such a step."""
    return slope_like(lambda x: (np.maximum(x + step, 0) - np.maximum(x - step, 0)) / (2 * step))


def forward_difference(step: float) -> Callable[..., np.ndarray]:
    """The slope of ReLU by a difference to one side."""
    return slope_like(lambda x: (np.maximum(x + step, 0) - np.maximum(x, 0)) / step)


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
        Mistake(
            "ratio-at-zero",
            slope_like(lambda x: np.maximum(x, 0) / x),
            "Your `dx` is `nan` where x is exactly 0.",
            "relu(x) / x is 1 or 0 elsewhere, and at 0 it is 0/0.",
            "What does your formula divide by, and can that be 0?",
            also=(slope_like(lambda x: (1 + x / np.abs(x)) / 2),),
        ),
        Mistake(
            "shut-above-a-bound",
            slope_like(lambda x: (x > 0) & (x < 6)),
            "Your gate is shut for large x as well.",
            "ReLU has no upper end: it goes on rising however large x is. (ReLU6 ends at 6.)",
            "What is the slope of ReLU at x = 30?",
            also=tuple(
                slope_like(partial(lambda top, x: (x > 0) & (x < top), top))
                for top in (1.0, 3.5, 4.0, 5.0, 10.0, 20.0, 100.0)
            ),
        ),
        Mistake(
            "opens-too-late",
            slope_like(lambda x: x > 0.05),
            "Your gate is still shut for x that are positive and small.",
            "However little x is above 0, y = x there.",
            "From which x on is your gate open?",
            also=tuple(
                slope_like(partial(lambda least, x: x > least, least))
                for least in (0.005, 0.01, 0.1, 0.5, 1.0)
            ),
        ),
        Mistake(
            "opens-too-early",
            slope_like(lambda x: x > -0.05),
            "Your gate is open already for x a little below 0.",
            "However little x is below 0, y stays 0 there.",
            "From which x on is your gate open?",
            also=(
                slope_like(lambda x: x > -1),
                slope_like(lambda x: x > -0.5),
                slope_like(lambda x: x > -0.1),
                slope_like(lambda x: x > -0.01),
            ),
        ),
        Mistake(
            "leaky",
            slope_like(lambda x: np.where(x > 0, 1, 0.01)),
            "Your `dx` lets a small share of `dy` through where x was negative.",
            "That is the slope of the leaky ReLU. The plain one is flat there.",
            "What does y do when x goes from -2 to -1?",
            also=tuple(
                slope_like(partial(lambda leak, x: np.where(x > 0, 1, leak), leak))
                for leak in (0.001, 0.1, 0.2, 0.3)
            ),
        ),
        Mistake(
            "wide-difference",
            wide_difference(0.5),
            "Your `dx` is that of a difference over a wide step: near x = 0 you let a part of `dy` "
            "through.",
            "The slope belongs to one place. A wide step reaches across the kink.",
            "How far to both sides do you look, and what does ReLU do there?",
            also=(
                wide_difference(1.0),
                wide_difference(0.1),
                wide_difference(0.25),
                wide_difference(0.2),
                wide_difference(0.01),
                forward_difference(1.0),
                forward_difference(0.5),
                forward_difference(0.1),
                forward_difference(0.01),
            ),
        ),
        Mistake(
            "smooth",
            slope_like(lambda x: 1 / (1 + np.exp(-x))),
            "Your `dx` is `dy` times a smooth slope, the sigmoid of x.",
            "That is the slope of softplus, which is ReLU with its kink rounded off.",
            "What is the slope of ReLU at x = 0.5, and what is yours?",
            also=(
                slope_like(lambda x: 1 / (1 + np.exp(-x)) * (1 - 1 / (1 + np.exp(-x)))),
                slope_like(lambda x: 1 / (1 + np.exp(-10 * x))),
            ),
        ),
        Mistake(
            "whole-row-gated",
            slope_like(lambda x: x.sum(axis=-1, keepdims=True) > 0),
            "Your `dx` lets whole rows through, and stops whole rows.",
            "Each entry of x has a gate of its own.",
            "How many entries has x, and how many gates do you make?",
            also=(
                slope_like(lambda x: (x > 0).any(axis=-1, keepdims=True)),
                slope_like(lambda x: (x > 0).all(axis=-1, keepdims=True)),
            ),
        ),
        Mistake(
            "whole-column-gated",
            slope_like(lambda x: x.sum(axis=0) > 0),
            "Your `dx` lets whole columns through, and stops whole columns.",
            "Each sample has gates of its own: what is shut for one may be open for another.",
            "How many entries has x, and how many gates do you make?",
            also=(
                slope_like(lambda x: (x > 0).any(axis=0)),
                slope_like(lambda x: (x > 0).all(axis=0)),
            ),
        ),
    ),
)


# sigmoid_backward


def sigmoid_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches through a sigmoid, and one sample; and inputs in its middle and far out."""
    first, *others = (sigmoid_case(rng, sizes) for sizes in draw_batches(rng, "ND"))
    return (first, ends_case(rng), *others)


def ends_case(rng: np.random.Generator) -> Case:
    """The middle of the sigmoid, and where it is all but flat, on both sides."""
    size = np.array([0.0, 0.01, 1.0, 4.0, 7.0, 12.0, 25.0])
    x = rng.permuted(np.outer([1.0, -1.0, 1.0], size) * rng.uniform(0.9, 1.0, (3, 7)), axis=1)
    dy = rng.choice([-1.0, 1.0], x.shape) * rng.uniform(0.5, 2.0, x.shape)
    label = "N=3, D=7, from y near 0 to y near 1"
    return Case({}, (dy, sigmoid(x)[1]), values=("dx",), label=label, extreme=True)


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


def sigmoid_row_by_row(dy: np.ndarray, cache: Any) -> np.ndarray:
    # the way back through a softmax over each row
    return np.asarray(cache * (dy - (dy * cache).sum(axis=-1, keepdims=True)))


def sigmoid_difference(before: float, after: float) -> Callable[..., np.ndarray]:
    """The slope of the sigmoid by a difference from x - before to x + after."""

    def slope(y: np.ndarray) -> np.ndarray:
        x = np.log(y / (1 - y))
        return np.asarray((sigmoid(x + after)[0] - sigmoid(x - before)[0]) / (before + after))

    return slope_like(slope)


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
            "multiplied-out-without-brackets",
            lambda dy, cache: dy * cache - cache**2,
            "Your `dx` is `dy * y - y^2`: the second term does not know `dy`.",
            "What arrives multiplies the whole slope, and so each of its terms.",
            "If dy is 0 everywhere, what should dx be, and what is yours?",
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
        Mistake(
            "slope-kept-up",
            slope_like(lambda y: np.maximum(y * (1 - y), 0.01)),
            "Your slope never falls below some small number, and far out it is less than that.",
            "A gradient that vanishes is bad news, and yet it is the gradient.",
            "How steep is the sigmoid at x = 12?",
            also=(
                *(
                    slope_like(partial(lambda least, y: np.maximum(y * (1 - y), least), least))
                    for least in (0.05, 0.1, 1e-3, 1e-4, 1e-5, 1e-6)
                ),
                *(
                    slope_like(
                        partial(
                            lambda end, y: (
                                np.clip(y, end, 1 - end) * (1 - np.clip(y, end, 1 - end))
                            ),
                            end,
                        )
                    )
                    for end in (0.1, 0.05, 0.01, 1e-3, 1e-4, 1e-5, 1e-6)
                ),
            ),
        ),
        Mistake(
            "row-by-row",
            sigmoid_row_by_row,
            "Your `dx` has in it what arrives at the other entries of the row.",
            "In a softmax the entries of a row share one sum. A sigmoid takes each entry alone.",
            "If one entry of x moves, which entries of y move?",
        ),
        Mistake(
            "coarse-difference",
            sigmoid_difference(0.0, 0.1),
            "Your `dx` is that of a difference over a coarse step of x, in place of the slope.",
            "A curve bends within a coarse step, so its rise over the step is not its slope.",
            "Which formula gives the slope at one place, from y alone?",
            also=tuple(
                sigmoid_difference(before, after)
                for before, after in (
                    (0.1, 0.1),
                    (0.0, 0.5),
                    (0.5, 0.5),
                    (0.0, 1.0),
                    (1.0, 1.0),
                    (0.0, 0.01),
                    (0.01, 0.01),
                    (0.05, 0.05),
                    (0.1, 0.0),
                    (0.5, 0.0),
                    (0.25, 0.25),
                )
            ),
        ),
        Mistake(
            "steps-cut-off",
            slope_like(lambda y: y * (1 - y) * ((y > 0.01) & (y < 0.99))),
            "Your `dx` is 0 where y is near 0 or near 1.",
            "Far out the slope is small, and not 0.",
            "How steep is the sigmoid at x = 7?",
            also=tuple(
                slope_like(partial(lambda end, y: y * (1 - y) * ((y > end) & (y < 1 - end)), end))
                for end in (0.1, 0.05, 1e-3, 1e-4)
            ),
        ),
        Mistake(
            "slope-of-the-middle",
            slope_like(lambda y: 0.25),
            "Your `dx` is a quarter of `dy` everywhere.",
            "1/4 is the slope of the sigmoid in its middle, where it is steepest.",
            "Is the sigmoid as steep at x = 3 as at x = 0?",
        ),
        Mistake(
            "square-forgotten-in-the-slope",
            slope_like(lambda y: y - y * 2),
            "Your `dx` is `dy` times `y - 2 y`, which is `-dy y`.",
            "y times (1 - y) is y less the square of y.",
            "Multiply out y (1 - y): what is taken off y?",
        ),
        Mistake(
            "slope-of-a-square",
            slope_like(lambda y: y * (1 - y) * (1 - 2 * y)),
            "Your `dx` has the second derivative of the sigmoid in it, y (1 - y) (1 - 2 y).",
            "One step back takes one derivative.",
            "How often did you take the derivative?",
        ),
    ),
)


# softmax_cross_entropy_backward


def softmax_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches of scores with labels, and one sample; and as many classes as samples, some of
    which have no sample, with probabilities near 0 and 1."""
    sizes = draw_batches(rng, "NK")
    first, *others = (
        softmax_case(rng, s, sign) for s, sign in zip(sizes, (1, -1, 1, -1), strict=True)
    )
    return (first, sure_case(rng), *others)


def sure_case(rng: np.random.Generator) -> Case:
    """Five samples and five classes, the first and the last of which are nobody's; in each row a
    class that leads by far, sometimes the right one."""
    labels = rng.permutation(np.array([1, 1, 1, 2, 3]))
    leaders = rng.permutation(5)
    scores = rng.normal(0.0, 1.0, (5, 5)) + 20.0 * np.eye(5)[leaders]
    scores[0] = rng.normal(0.0, 1.0, 5) + 20.0 * np.eye(5)[labels[0]]
    dloss = float(rng.uniform(0.2, 0.8))

    def loss(name: str, array: np.ndarray) -> float:
        return float(dloss * softmax_cross_entropy(array, labels)[0])

    return Case(
        {},
        (dloss, softmax_cross_entropy(scores, labels)[1]),
        {"dscores": scores},
        loss,
        numbers={"dloss": dloss},
        label="N=5, K=5, with probabilities near 0 and 1",
        extreme=True,
    )


def softmax_case(rng: np.random.Generator, sizes: dict[str, int], sign: int) -> Case:
    """One batch of scores with labels, and an upstream gradient of this sign that is not 1 or -1.

    In a batch a class comes twice, and the most probable one is not always right."""
    n, k = sizes["N"], sizes["K"]
    scores = rng.normal(0.0, 1.5, (n, k))
    labels = rng.integers(0, k, n)
    if n > 1:
        labels[:3] = rng.choice(k, 2, replace=False)[[0, 1, 0]]
        scores[0, (labels[0] + 1) % k] = scores[0].max() + 0.5
    dloss = float(sign * rng.uniform(1.5, 2.5))

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


def scores_like(
    change: Callable[[np.ndarray, np.ndarray, float, int], Any],
) -> Callable[..., np.ndarray]:
    """A gradient for the scores, made otherwise from (p, one-hot labels, dloss, N)."""
    return lambda dloss, cache: np.asarray(
        change(cache[0], one_hot(cache[1], cache[0].shape[1]), dloss, len(cache[0]))
    )


def softmax_difference(before: float, after: float) -> Callable[..., np.ndarray]:
    """Differences of the loss over a coarse step of each score."""

    def backward(dloss: float, cache: Any) -> np.ndarray:
        p, labels = cache
        scores, grads = np.log(p), np.empty_like(p)
        for n, k in np.ndindex(*p.shape):
            ends = []
            for step in (after, -before):
                moved = scores.copy()
                moved[n, k] += step
                ends.append(softmax_cross_entropy(moved, labels)[0])
            grads[n, k] = dloss * (ends[0] - ends[1]) / (before + after)
        return grads

    return backward


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
            also=(scores_like(lambda p, hot, dloss, n: np.where(hot == 1, dloss * p - 1, p) / n),),
        ),
        Mistake(
            "one-without-the-upstream",
            scores_like(lambda p, hot, dloss, n: (dloss * p - hot) / n),
            "In your `dscores` the probabilities are multiplied by `dloss`, and the 1 at the right "
            "class is not.",
            "Whatever follows the loss acts on all of the gradient: on the 1 as on the rest.",
            "Which comes first in your function: taking the 1 off, or multiplying by dloss?",
            also=(scores_like(lambda p, hot, dloss, n: dloss * p / n - hot),),
        ),
        Mistake(
            "probabilities-without-the-upstream",
            scores_like(lambda p, hot, dloss, n: (p - dloss * hot) / n),
            "In your `dscores` the 1 at the right class is multiplied by `dloss`, and the "
            "probabilities are not.",
            "Whatever follows the loss acts on all of the gradient.",
            "If dloss were 0, what should dscores be?",
            also=(scores_like(lambda p, hot, dloss, n: p - dloss * hot / n),),
        ),
        Mistake(
            "probabilities-not-divided",
            scores_like(lambda p, hot, dloss, n: dloss * (p - hot / n)),
            "In your `dscores` the 1 at the right class is divided by N, and the probabilities are "
            "not.",
            "All of a sample's gradient counts for one N-th: the probabilities as well as the 1.",
            "Which comes first in your function: taking the 1 off, or dividing?",
            also=(
                scores_like(lambda p, hot, dloss, n: dloss * np.where(hot == 1, (p - 1) / n, p)),
            ),
        ),
        Mistake(
            "one-added",
            scores_like(lambda p, hot, dloss, n: dloss * (p + hot) / n),
            "In your `dscores` a 1 has been added at the right class, where it is to be taken off.",
            "The gradient says by how much a probability is too high; that of the right class is "
            "too low.",
            "Should a higher score of the right class make the loss larger or smaller?",
        ),
        Mistake(
            "target-alone",
            scores_like(lambda p, hot, dloss, n: -dloss * hot / n),
            "Your `dscores` is -1/N at the right class and 0 elsewhere: the probabilities are not "
            "in it.",
            "A network that is right and sure has nothing to learn: its gradient is near zero.",
            "Where p is 1 at the right class, what should the gradient there be?",
        ),
        Mistake(
            "right-class-left-alone",
            scores_like(lambda p, hot, dloss, n: dloss * np.where(hot == 1, 0.0, p) / n),
            "Your `dscores` is 0 at the right class.",
            "The loss falls when the score of the right class grows.",
            "By how much is the probability of the right class too high or too low?",
        ),
        Mistake(
            "divided-by-one-less",
            scores_like(lambda p, hot, dloss, n: dloss * (p - hot) / max(n - 1, 1)),
            "Your `dscores` is divided by N - 1.",
            "The loss is the mean over all N samples.",
            "By what does the forward pass divide?",
        ),
        Mistake(
            "coarse-difference",
            softmax_difference(0.0, 0.1),
            "Your `dscores` is that of differences of the loss over a coarse step, in place of "
            "the derivative.",
            "The loss bends within a coarse step, so its rise over the step is not its slope.",
            "Which formula gives the slope from the probabilities alone?",
            also=(
                softmax_difference(0.0, 0.5),
                softmax_difference(0.0, 1.0),
                softmax_difference(0.5, 0.5),
                softmax_difference(1.0, 1.0),
                softmax_difference(0.0, 0.01),
            ),
        ),
        Mistake(
            "squared-errors",
            scores_like(
                lambda p, hot, dloss, n: (
                    dloss * p * (p - hot - (p * (p - hot)).sum(axis=1, keepdims=True)) / n
                )
            ),
            "Your `dscores` is what squared errors of the probabilities send back.",
            "Here the loss is minus the logarithm of the right class's probability.",
            "What is the derivative of -log p, and what is that of (p - 1)^2?",
            also=(
                scores_like(
                    lambda p, hot, dloss, n: (
                        2 * dloss * p * (p - hot - (p * (p - hot)).sum(axis=1, keepdims=True)) / n
                    )
                ),
            ),
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
    """Networks of two and of three layers, batches and one sample; of one layer; and of eleven,
    all equally wide."""
    return (
        mlp_case(rng, draw_sizes(rng, "NDHK", largest=7)),
        mlp_case(rng, draw_sizes(rng, "NDHGK", largest=7)),
        mlp_case(rng, draw_sizes(rng, "NDK", largest=7)),
        deep_case(rng),
        mlp_case(rng, draw_sizes(rng, "NDHK", True, largest=7)),
    )


def deep_case(rng: np.random.Generator) -> Case:
    """Eleven layers of three units for three samples: all products fit, and numbers of layers
    have two digits."""
    params = {}
    for i in range(1, 12):
        params[f"w{i}"] = rng.normal(0.0, 0.5, (3, 3)) + np.eye(3)
        params[f"b{i}"] = rng.uniform(-0.2, 0.4, 3)
    scores, cache = mlp_forward(rng.uniform(0.5, 1.5, (3, 3)), params)
    dscores = rng.normal(0.2, 1.0, scores.shape)
    (x, w, _), _ = cache[-1]

    def loss(name: str, array: np.ndarray) -> float:
        return float((dscores * linear(x, w, array)[0]).sum())

    label = "11 layers of 3 units, 3 samples"
    # all but the last bias are compared with the library's, which is quicker
    values = tuple(name for name in params if name != "b11")
    wrt = {"b11": params["b11"]}
    return Case({}, (dscores, cache), wrt, loss, values, label=label, extreme=True)


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
    layers = len(case.outputs) // 2
    return tuple((f"w{i}", f"b{i}") for i in range(layers, 0, -1))


def mlp_gate_on_the_way_only(dscores: np.ndarray, cache: Any) -> dict[str, np.ndarray]:
    grads, dout = {}, dscores
    for i in range(len(cache), 0, -1):
        linear_cache, relu_cache = cache[i - 1]
        _, grads[f"w{i}"], grads[f"b{i}"] = linear_backward(dout, linear_cache)
        gated = dout if relu_cache is None else relu_backward(dout, relu_cache)
        dout = linear_backward(gated, linear_cache)[0]
    return grads


def mlp_like(
    gate: Callable[[int, int], bool] = lambda i, layers: True,
    weights: Callable[[np.ndarray, int], np.ndarray] = lambda dw, n: dw,
    bias: Callable[[np.ndarray, int], np.ndarray] = lambda db, n: db,
    passed_on: Callable[[np.ndarray, int], np.ndarray] = lambda dx, n: dx,
    named: Callable[[int, int], Any] = lambda i, layers: i,
) -> Callable[..., Grads]:
    """The way back with one of its parts exchanged.

    gate: whether the ReLU of layer i is undone; weights, bias, passed_on: from dw, db or dx, and
    the number of samples, to what is used; named: the number that layer i gets.
    """

    def backward(dscores: np.ndarray, cache: Any) -> Grads:
        grads, dout, layers = {}, dscores, len(cache)
        for i in range(layers, 0, -1):
            linear_cache, relu_cache = cache[i - 1]
            if relu_cache is not None and gate(i, layers):
                dout = relu_backward(dout, relu_cache)
            dx, dw, db = linear_backward(dout, linear_cache)
            name = named(i, layers)
            grads[f"w{name}"] = weights(dw, len(dscores))
            grads[f"b{name}"] = bias(db, len(dscores))
            dout = passed_on(dx, len(dscores))
        return grads

    return backward


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
        Mistake(
            "last-gate-only",
            mlp_like(gate=lambda i, layers: i == layers - 1),
            "Your last two layers are right; below them the gates of the ReLUs are left out.",
            "Every hidden layer ends with a ReLU of its own.",
            "How many ReLUs are there in a network of three layers, and how many do you undo?",
        ),
        Mistake(
            "first-gate-only",
            mlp_like(gate=lambda i, layers: i == 1),
            "Your last layer is right; of the ReLUs only the first layer's is undone.",
            "Every hidden layer ends with a ReLU of its own.",
            "How many ReLUs are there in a network of three layers, and how many do you undo?",
        ),
        Mistake(
            "first-gate-left-out",
            mlp_like(gate=lambda i, layers: i > 1),
            "The gradients of your first layer are those without its ReLU; all others are right.",
            "Every hidden layer ends with a ReLU, the first one too.",
            "Which layers does your condition for the ReLU leave out?",
        ),
        Mistake(
            "numbers-sorted-as-text",
            mlp_like(named=lambda i, layers: sorted(str(j) for j in range(1, layers + 1))[i - 1]),
            "From ten layers on, your gradients stand under other layers' names.",
            "Sorted as text, w10 comes before w2.",
            "In which order does sorted put w1, w2 and w10?",
        ),
        Mistake(
            "mean-in-each-layer",
            mlp_like(weights=lambda dw, n: dw / n, bias=lambda db, n: db / n),
            "All your gradients are N times too small.",
            "A layer does not know whether the loss is a mean or a sum: that is settled in "
            "dscores.",
            "How often should 1/N appear on the way from the loss to a weight?",
        ),
        Mistake(
            "mean-passed-on",
            mlp_like(passed_on=lambda dx, n: dx / n),
            "Your last layer is right; with each layer further down your gradients are N times "
            "smaller once more.",
            "What is passed on belongs to each sample by itself, and no mean is taken.",
            "By what do you divide the gradient that goes to the layer below?",
        ),
        Mistake(
            "cut-to-length",
            mlp_like(passed_on=lambda dx, n: dx / (np.linalg.norm(dx) + 1e-12)),
            "Your last layer is right; what you pass on always has the same length.",
            "How long a gradient is says how much a layer matters to the loss.",
            "If dscores were ten times larger, what should happen to the first layer's gradients?",
        ),
        Mistake(
            "clipped",
            mlp_like(passed_on=lambda dx, n: np.clip(dx, -1, 1)),
            "Your last layer is right; what you pass on is cut off at 1 and -1.",
            "Cutting gradients off can help a wild training; it is not the gradient any more.",
            "What becomes of an entry of 3 on its way down?",
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

"""The exercise linear_backward: dL/dy of a linear layer, back to x, w and b."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backprop_lib.layers import linear, linear_backward
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.drawing import draw_batches

__all__ = ["LINEAR_BACKWARD"]


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
    lesson="05_backward_pass",
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

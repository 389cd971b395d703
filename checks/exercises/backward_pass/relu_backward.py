"""The exercise relu_backward: dL/dy of a ReLU, back to x."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from backprop_lib.layers import relu, relu_backward
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.backward_pass.elementwise import slope_like
from checks.exercises.drawing import draw_batches

__all__ = ["RELU_BACKWARD"]


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


def wide_difference(step: float) -> Callable[..., np.ndarray]:
    """The slope of ReLU by a central difference with such a step."""
    return slope_like(lambda x: (np.maximum(x + step, 0) - np.maximum(x - step, 0)) / (2 * step))


def forward_difference(step: float) -> Callable[..., np.ndarray]:
    """The slope of ReLU by a difference to one side."""
    return slope_like(lambda x: (np.maximum(x + step, 0) - np.maximum(x, 0)) / step)


RELU_BACKWARD = Exercise(
    name="relu_backward",
    lesson="05_backward_pass",
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

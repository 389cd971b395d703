"""The exercise sigmoid_backward: dL/dy of a sigmoid, back to x."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from backprop_lib.layers import sigmoid, sigmoid_backward
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.backward_pass.elementwise import slope_like
from checks.exercises.drawing import draw_batches

__all__ = ["SIGMOID_BACKWARD"]


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
    lesson="05_backward_pass",
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
        Mistake(
            "sigmoid-for-its-slope",
            slope_like(lambda y: 1 / (1 + np.exp(-y))),
            "Your `dx` is `dy` times the sigmoid of `y`.",
            "How high a curve is, and how steep it is there, are two things. And the cache holds "
            "what the sigmoid gave, not what it was given.",
            "Which function of y is the slope, and do you need an exponential for it?",
        ),
        Mistake(
            "gradient-inside-the-brackets",
            lambda dy, y: y * (1 - y * dy),
            "Your `dx` is `y` where `dy` is 0: `dy` stands inside the brackets.",
            "What does not move the loss above sends nothing back.",
            "Which of your factors becomes 0 when dy is 0?",
            also=(lambda dy, y: y * (1 - dy),),
        ),
    ),
)

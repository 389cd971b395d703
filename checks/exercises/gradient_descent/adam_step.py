"""The exercise adam_step: steps of Adam, each parameter at its own pace."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from backprop_lib.optimizers import adam_step
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.gradient_descent.steps import (
    Arrays,
    alike_steps,
    draw_step_sizes,
    draw_steps,
    first_steps,
)

__all__ = ["ADAM_STEP"]


def adam_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Several steps from the start; one gradient is always zero. A few with arrays of one shape,
    with large and with small gradients. And a few in which the mean forgets all at once."""
    cases = []
    for sizes in draw_step_sizes(rng):
        params, gradients = draw_steps(rng, sizes)
        for grads in gradients:
            grads["w"][0, 0] = 0.0  # so that the division needs its epsilon
        cases.append(adam_case(rng, sizes, params, gradients, 1e-11))
    params, gradients = alike_steps(rng)
    alike = adam_case(rng, {}, params, gradients, 1e-16)
    cases.insert(1, replace(alike, label="arrays of one shape, 3 steps", extreme=True))
    params, gradients = alike_steps(rng)
    forgetful = adam_case(rng, {}, params, gradients, 1e-16, beta1=0.0)
    cases.append(replace(forgetful, label="3 steps, beta1 = 0", extreme=True))
    return tuple(cases)


def adam_case(
    rng: np.random.Generator,
    sizes: dict[str, int],
    params: Arrays,
    gradients: list[Arrays],
    epsilon: float,
    beta1: float | None = None,
) -> Case:
    """Some steps; epsilon so small that it does not matter where exactly it is added."""
    learning_rate, drawn, beta2 = rng.uniform((0.1, 0.7, 0.95), (0.2, 0.85, 0.99))
    settings = (
        float(learning_rate),
        float(drawn) if beta1 is None else beta1,
        float(beta2),
        epsilon,
    )
    numbers = dict(zip(("learning_rate", "beta1", "beta2"), settings, strict=False))
    return Case(sizes, (params, gradients, *settings), values=tuple(params), numbers=numbers)


def several_adam_steps(step: Callable[..., Any]) -> Callable[..., None]:
    """From a function for one step to one that starts with zeros and takes a step a gradient."""

    def take_steps(params: Arrays, gradients: Sequence[Arrays], *settings: float) -> None:
        mean = {name: np.zeros_like(p) for name, p in params.items()}
        mean_square = {name: np.zeros_like(p) for name, p in params.items()}
        for i, grads in enumerate(gradients, 1):
            step(params, grads, mean, mean_square, i, *settings)

    return take_steps


AdamParts = tuple[np.ndarray, np.ndarray]


def adam_like(
    average: Callable[..., AdamParts], correct: Callable[..., AdamParts], divide: Callable[..., Any]
) -> Callable[..., None]:
    """A step of something like Adam, from its three parts.

    average: from (m, v, g, beta1, beta2) to the new m and v; correct: from (m, v, beta1, beta2,
    step) to m_hat and v_hat; divide: from (m_hat, v_hat, g, epsilon) to what p moves by.
    """

    def step_like_adam(
        params: Arrays,
        grads: Arrays,
        mean: Arrays,
        mean_square: Arrays,
        step: int,
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        for name, p in params.items():
            g, m, v = grads[name], mean[name], mean_square[name]
            m[...], v[...] = average(m, v, g, beta1, beta2)
            m_hat, v_hat = correct(m, v, beta1, beta2, step)
            p -= learning_rate * divide(m_hat, v_hat, g, epsilon)

    return step_like_adam


def adam_pausing(
    params: Arrays, grads: Arrays, mean: Arrays, mean_square: Arrays, *settings: float
) -> None:
    moving = {name: p for name, p in params.items() if grads[name].any()}
    adam_step(moving, grads, mean, mean_square, *settings)  # type: ignore[arg-type]


def average(m: np.ndarray, v: np.ndarray, g: np.ndarray, beta1: float, beta2: float) -> AdamParts:
    """The averages of Adam."""
    return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2


def correct(m: np.ndarray, v: np.ndarray, beta1: float, beta2: float, step: int) -> AdamParts:
    """The correction of Adam for averages that started at zero."""
    return m / (1 - beta1**step), v / (1 - beta2**step)


def divide(m_hat: np.ndarray, v_hat: np.ndarray, g: np.ndarray, epsilon: float) -> np.ndarray:
    """What Adam moves by, but for the learning rate."""
    return m_hat / (np.sqrt(v_hat) + epsilon)


def adam_step_in_the_mean(
    params: Arrays, grads: Arrays, mean: Arrays, mean_square: Arrays, step: int, *settings: float
) -> None:
    before = {name: p.copy() for name, p in params.items()}
    adam_step(params, grads, mean, mean_square, step, *settings)
    for name, p in params.items():
        mean[name][...] = before[name] - p


def adam_kept(mean_kept: bool = True, square_kept: bool = True) -> Callable[..., None]:
    """A step of Adam that stores these of its averages as corrected."""

    def step_of_adam(
        params: Arrays,
        grads: Arrays,
        mean: Arrays,
        mean_square: Arrays,
        step: int,
        *settings: float,
    ) -> None:
        adam_step(params, grads, mean, mean_square, step, *settings)
        _, beta1, beta2, _ = settings
        for name in params:
            mean[name] /= 1 - beta1**step if mean_kept else 1
            mean_square[name] /= 1 - beta2**step if square_kept else 1

    return step_of_adam


def adam_averages_forgotten(
    params: Arrays,
    grads: Arrays,
    mean: Arrays,
    mean_square: Arrays,
    step: int,
    *settings: float,
) -> None:
    # computed anew in local variables: the arrays that came in stay at zero
    zeros = {name: np.zeros_like(p) for name, p in params.items()}
    zeros_too = {name: np.zeros_like(p) for name, p in params.items()}
    adam_step(params, grads, zeros, zeros_too, step, *settings)


def adam_kept_and_swapped(
    params: Arrays,
    grads: Arrays,
    mean: Arrays,
    mean_square: Arrays,
    step: int,
    learning_rate: float = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> None:
    arrays = params, grads, mean, mean_square
    adam_kept()(*arrays, step, learning_rate, beta2, beta1, epsilon)


def adam_averages_one_step_late(
    params: Arrays,
    grads: Arrays,
    mean: Arrays,
    mean_square: Arrays,
    step: int,
    learning_rate: float = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> None:
    for name, p in params.items():
        m, v = mean[name], mean_square[name]
        m_hat, v_hat = correct(m, v, beta1, beta2, step)
        p -= learning_rate * divide(m_hat, v_hat, grads[name], epsilon)
        m[...], v[...] = average(m, v, grads[name], beta1, beta2)


def adam_square_of_nothing(
    params: Arrays,
    grads: Arrays,
    mean: Arrays,
    mean_square: Arrays,
    step: int,
    learning_rate: float = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> None:
    for name, p in params.items():
        g, m, v = grads[name], mean[name], mean_square[name]
        m[...], v[...] = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g
        m_hat, v_hat = correct(m, v, beta1, beta2, step)
        p -= learning_rate * divide(m_hat, np.abs(v_hat), g, epsilon)


def adam_beta_times_step(
    m: np.ndarray, v: np.ndarray, beta1: float, beta2: float, step: int
) -> AdamParts:
    return m / (1 - beta1 * step), np.abs(v / (1 - beta2 * step))


def adam_by_place(
    found: Callable[[list[Arrays], str, int], tuple[np.ndarray, np.ndarray, np.ndarray]],
    counted: Callable[[int, int], int] = lambda step, place: step,
) -> Callable[..., None]:
    """A step in which the arrays of a parameter are found, or the steps counted, otherwise.

    found: from [grads, mean, mean_square], a name and its place to g, m and v; counted: from the
    step and the place of the name to the step that the correction uses.
    """

    def step_like_adam(
        params: Arrays,
        grads: Arrays,
        mean: Arrays,
        mean_square: Arrays,
        step: int,
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        for place, (name, p) in enumerate(params.items()):
            g, m, v = found([grads, mean, mean_square], name, place)
            m[...], v[...] = average(m, v, g, beta1, beta2)
            m_hat, v_hat = correct(m, v, beta1, beta2, counted(step, place))
            p -= learning_rate * divide(m_hat, v_hat, g, epsilon)

    return step_like_adam


def by_name(
    arrays: list[Arrays], name: str, place: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradient and the averages of this name."""
    grads, mean, mean_square = arrays
    return grads[name], mean[name], mean_square[name]


def gradient_by_order(
    arrays: list[Arrays], name: str, place: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradient at this place in its dictionary, if it has the right shape."""
    g, m, v = by_name(arrays, name, place)
    other = list(arrays[0].values())[place]
    return (other if other.shape == g.shape else 0 * g), m, v


def averages_of_the_shape(
    arrays: list[Arrays], name: str, place: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradient of this name and the first averages of its shape."""
    g = by_name(arrays, name, place)[0]
    first = next(n for n, m in arrays[1].items() if m.shape == g.shape)
    return g, arrays[1][first], arrays[2][first]


ADAM_STEP = Exercise(
    name="adam_step",
    lesson="06_gradient_descent",
    goal="Take one step of Adam, each parameter at its own pace, in place.",
    points=3,
    minutes=11,
    difficulty=4,
    reference=adam_step,
    cut=first_steps,
    returns="in place",
    cases=adam_cases,
    drive=several_adam_steps,
    hints=(
        "Four lines for each name: two running averages, their correction, and the step.",
        "A running average keeps a share beta of the old and takes 1 - beta of the new: of the "
        "gradient for m, of its square for v. Both started at zero and are too small at first.",
        "After t steps divide m by 1 - beta1**t and v by 1 - beta2**t, into new variables. Then "
        "p moves by -learning_rate * m_hat / (sqrt(v_hat) + epsilon). Write m and v back in place.",
    ),
    mistakes=(
        Mistake(
            "square-not-squared",
            adam_square_of_nothing,
            "Your second average is made of the gradients, without a square.",
            "The second average is to measure how large the gradients are, whatever their sign.",
            "For gradients of 3 and -3, what is the mean, and what is the mean of the squares?",
            also=(
                adam_like(
                    lambda m, v, g, beta1, beta2: (
                        beta1 * m + (1 - beta1) * g,
                        beta2 * v + (1 - beta2) * np.abs(g),
                    ),
                    correct,
                    divide,
                ),
            ),
        ),
        Mistake(
            "pauses-with-the-gradient",
            adam_pausing,
            "Your parameters rest in a step whose gradient is 0 everywhere: so do their averages.",
            "The averages fade even then, and what they still hold moves the parameter on.",
            "What are m and v after a gradient of 0?",
        ),
        Mistake(
            "beta-times-step",
            adam_like(average, adam_beta_times_step, divide),
            "Your correction divides by 1 - beta times step, not by 1 - beta to the power step.",
            "What is left of the zeros at the start is multiplied by beta at every step.",
            "After three steps, how often has the start been multiplied by beta?",
        ),
        Mistake(
            "no-correction",
            adam_like(average, lambda m, v, b1, b2, t: (m, v), divide),
            "Your averages are used as they are, without undoing their pull towards zero.",
            "Both averages start at zero, and for the first steps that shows. They are too small "
            "by different factors.",
            "After the first step m is (1 - beta1) g. What would you like it to be?",
        ),
        Mistake(
            "correction-without-the-power",
            adam_like(average, lambda m, v, b1, b2, t: (m / (1 - b1), v / (1 - b2)), divide),
            "Your first step is right and later ones are not: the correction stays that of step 1.",
            "The pull towards zero fades with every step, and so does its correction.",
            "What should the correction be after a thousand steps?",
        ),
        Mistake(
            "product-for-power",
            adam_like(
                average, lambda m, v, b1, b2, t: (m / (1 - b1 * t), v / (1 - b2 * t)), divide
            ),
            "Your first step is right; from the second on `1 - beta * step` is below zero.",
            "What is left of the zeros at the start shrinks by the factor beta at every step.",
            "After three steps, how often has the start been multiplied by beta?",
        ),
        Mistake(
            "only-the-mean-corrected",
            adam_like(average, lambda m, v, b1, b2, t: (m / (1 - b1**t), v), divide),
            "Your mean is corrected for its start at zero; your mean square is not.",
            "Both averages start at zero.",
            "How large is mean_square after the first step, beside g squared?",
        ),
        Mistake(
            "only-the-mean-square-corrected",
            adam_like(average, lambda m, v, b1, b2, t: (m, v / (1 - b2**t)), divide),
            "Your mean square is corrected for its start at zero; your mean is not.",
            "Both averages start at zero.",
            "How large is mean after the first step, beside g?",
        ),
        Mistake(
            "correction-written-back",
            adam_kept(),
            "Your first step is right; then the corrected averages are corrected again.",
            "The running averages go on as they are. The correction is for this step's use only.",
            "What is in mean and mean_square when your function ends?",
        ),
        Mistake(
            "averages-not-kept",
            adam_averages_forgotten,
            "From the second step on, your averages start from zero again.",
            "What is to be remembered must be written into the arrays that came in.",
            "Does `m = beta1 * m + ...` change mean[name]?",
        ),
        Mistake(
            "step-counted-from-0",
            adam_like(average, lambda m, v, b1, b2, t: correct(m, v, b1, b2, t - 1), divide),
            "Your first step is `nan`: its correction divides by 1 - beta**0.",
            "The first step has the number 1, and `step` already is that number.",
            "What is beta**0?",
        ),
        Mistake(
            "one-step-ahead",
            adam_like(average, lambda m, v, b1, b2, t: correct(m, v, b1, b2, t + 1), divide),
            "Your correction is that of the next step: it uses `step + 1`.",
            "The first step has the number 1, and `step` already is that number.",
            "What should m_hat be after the first step, and what is yours?",
        ),
        Mistake(
            "root-forgotten",
            adam_like(average, correct, lambda m, v, g, e: m / (v + e)),
            "Your steps divide by the mean square itself, not by its root.",
            "Ten times larger gradients should give steps of the same length.",
            "If every gradient is doubled, by what is m doubled, and by what v?",
        ),
        Mistake(
            "square-forgotten",
            adam_like(
                lambda m, v, g, b1, b2: (b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g),
                correct,
                divide,
            ),
            "Your mean square averages the gradient itself, so its root is `nan` where that is "
            "negative.",
            "The second average tells how large gradients are, whichever way they point.",
            "Can a mean of squares be negative?",
        ),
        Mistake(
            "square-of-the-mean",
            adam_like(
                lambda m, v, g, b1, b2: (
                    b1 * m + (1 - b1) * g,
                    b2 * v + (1 - b2) * (b1 * m + (1 - b1) * g) ** 2,
                ),
                correct,
                divide,
            ),
            "Your mean square averages the square of `mean`, not that of the gradient.",
            "Gradients of opposite signs cancel in the mean; their squares do not.",
            "Which array do you square?",
        ),
        Mistake(
            "betas-swapped",
            adam_like(
                lambda m, v, g, b1, b2: average(m, v, g, b2, b1),
                lambda m, v, b1, b2, t: correct(m, v, b2, b1, t),
                divide,
            ),
            "Your `beta1` and `beta2` stand in each other's place.",
            "The direction is averaged over few steps, the size over many.",
            "Which of the two averages keeps more of its past?",
        ),
        Mistake(
            "new-share-forgotten",
            adam_like(lambda m, v, g, b1, b2: (b1 * m + g, b2 * v + g**2), correct, divide),
            "Your averages are sums: the new gradient is added in full.",
            "In an average the shares of old and new make one whole.",
            "If every gradient is 1, what should the running average tend to?",
        ),
        Mistake(
            "epsilon-forgotten",
            adam_like(average, correct, lambda m, v, g, e: m / np.sqrt(v)),
            "Your step is `nan` where a gradient has always been zero.",
            "A parameter that has never felt the loss should stay where it is.",
            "What is 0 / 0, and which argument of the function is there to prevent it?",
        ),
        Mistake(
            "gradient-for-the-mean",
            adam_like(average, correct, lambda m, v, g, e: g / (np.sqrt(v) + e)),
            "Your steps follow this step's gradient: your mean is computed but not used.",
            "Adam has a momentum: it follows the mean of the gradients.",
            "Which of your variables stands above the fraction bar?",
        ),
        Mistake(
            "uphill",
            adam_like(average, correct, lambda m, v, g, e: -divide(m, v, g, e)),
            "Your parameters move by the right amount in the opposite direction.",
            "The gradient points where the loss grows fastest.",
            "If the gradient of a weight is positive, what does a larger weight do to the loss?",
        ),
        Mistake(
            "averages-one-step-late",
            adam_averages_one_step_late,
            "Your first step moves nothing; each later one uses the averages of the one before.",
            "The newest gradient is the one that knows where you stand.",
            "In which order do you update the averages and take the step?",
        ),
        Mistake(
            "corrected-at-first-only",
            adam_like(
                average,
                lambda m, v, b1, b2, t: correct(m, v, b1, b2, t) if t == 1 else (m, v),
                divide,
            ),
            "Your first step is right; from the second on your averages are not corrected.",
            "The pull towards zero fades with every step, but it is not gone after one.",
            "How much of m is still the zeros of the start, after two steps?",
        ),
        Mistake(
            "correction-outside-the-root",
            adam_like(
                average,
                lambda m, v, b1, b2, t: (m / (1 - b1**t), v / (1 - b2**t) ** 2),
                divide,
            ),
            "Your correction of the mean square comes after the root.",
            "It is v that is too small by the factor 1 - beta2**t; its root is too small by less.",
            "Which comes first in your formula: the correction or the root?",
        ),
        Mistake(
            "betas-swapped-and-correction-written-back",
            adam_kept_and_swapped,
            "Two things at once: `beta1` and `beta2` stand in each other's place, and the "
            "corrected averages are corrected again at the next step.",
            "Each average has its own beta, and goes on as it was averaged.",
            "Which beta belongs to the mean, and what is in mean when your function ends?",
        ),
        Mistake(
            "step-counted-by-name",
            adam_by_place(by_name, lambda step, place: step + place),
            "Your first array is right; those after it are corrected as if it were a later step.",
            "All parameters of one call are at the same step.",
            "In which loop does your step go up by one?",
        ),
        Mistake(
            "paired-by-order",
            adam_by_place(gradient_by_order),
            "Your parameters move by each other's gradients where the dictionaries have different "
            "orders.",
            "A parameter, its gradient and its averages belong together by name.",
            "What decides which gradient goes with which parameter in your loop?",
        ),
        Mistake(
            "one-average-for-all",
            adam_by_place(averages_of_the_shape),
            "Your arrays of the same shape share their averages.",
            "Each parameter has a pace of its own.",
            "How many averages do you keep, and how many parameters are there?",
        ),
        Mistake(
            "betas-swapped-in-the-correction",
            adam_like(average, lambda m, v, b1, b2, t: correct(m, v, b2, b1, t), divide),
            "Your averages are right; in their correction `beta1` and `beta2` stand in each "
            "other's place.",
            "Each average is corrected with the beta that it was made with.",
            "How much of the zeros of the start is left in m, and how much in v?",
        ),
        Mistake(
            "betas-swapped-in-the-averages",
            adam_like(lambda m, v, g, b1, b2: average(m, v, g, b2, b1), correct, divide),
            "Your correction is right; in the averages `beta1` and `beta2` stand in each other's "
            "place.",
            "The direction is averaged over few steps, the size over many.",
            "Which of the two averages keeps more of its past?",
        ),
        Mistake(
            "one-beta-for-both",
            adam_like(
                lambda m, v, g, b1, b2: average(m, v, g, b1, b1),
                lambda m, v, b1, b2, t: correct(m, v, b1, b1, t),
                divide,
            ),
            "One beta serves both of your averages.",
            "The direction is averaged over few steps, the size over many.",
            "Where in your function does each of beta1 and beta2 come in?",
            also=(
                adam_like(
                    lambda m, v, g, b1, b2: average(m, v, g, b2, b2),
                    lambda m, v, b1, b2, t: correct(m, v, b2, b2, t),
                    divide,
                ),
                adam_like(lambda m, v, g, b1, b2: average(m, v, g, b1, b1), correct, divide),
                adam_like(lambda m, v, g, b1, b2: average(m, v, g, b2, b2), correct, divide),
                adam_like(average, lambda m, v, b1, b2, t: correct(m, v, b1, b1, t), divide),
                adam_like(average, lambda m, v, b1, b2, t: correct(m, v, b2, b2, t), divide),
            ),
        ),
        Mistake(
            "shares-exchanged",
            adam_like(
                lambda m, v, g, b1, b2: average(m, v, g, 1 - b1, 1 - b2),
                correct,
                divide,
            ),
            "Your averages keep 1 - beta of the old and take beta of the new.",
            "A beta near 1 means a long memory.",
            "With beta1 = 0.9, how much of m should be left after a step?",
            also=(
                adam_like(
                    lambda m, v, g, b1, b2: average(m, v, g, 1 - b1, 1 - b2),
                    lambda m, v, b1, b2, t: correct(m, v, 1 - b1, 1 - b2, t),
                    divide,
                ),
                adam_like(lambda m, v, g, b1, b2: average(m, v, g, 1 - b1, b2), correct, divide),
                adam_like(lambda m, v, g, b1, b2: average(m, v, g, b1, 1 - b2), correct, divide),
            ),
        ),
        Mistake(
            "averages-always-the-same",
            adam_like(
                lambda m, v, g, b1, b2: average(m, v, g, 0.9, 0.999),
                lambda m, v, b1, b2, t: correct(m, v, 0.9, 0.999, t),
                divide,
            ),
            "Your averages keep 0.9 and 0.999 of themselves whatever `beta1` and `beta2` are.",
            "The numbers in the first line of a function are only for those who name none.",
            "Which of your lines uses beta1 and beta2?",
            also=(
                adam_like(lambda m, v, g, b1, b2: average(m, v, g, 0.9, 0.999), correct, divide),
            ),
        ),
        Mistake(
            "epsilon-always-the-same",
            adam_like(average, correct, lambda m, v, g, e: divide(m, v, g, 1e-8)),
            "Your division has an `epsilon` of its own, whatever comes in.",
            "The number in the first line of a function is only for those who name none.",
            "Which of your lines uses the argument epsilon?",
            also=tuple(
                adam_like(
                    average, correct, partial(lambda own, m, v, g, e: divide(m, v, g, own), own)
                )
                for own in (1e-10, 1e-7, 1e-6, 1e-5, 1e-3, 1.0)
            ),
        ),
        Mistake(
            "largest-square-kept",
            adam_like(
                lambda m, v, g, b1, b2: (b1 * m + (1 - b1) * g, np.maximum(b2 * v, g**2)),
                lambda m, v, b1, b2, t: (m / (1 - b1**t), v),
                divide,
            ),
            "Your second array keeps the largest square, which fades, and no average.",
            "One large gradient is not to set the pace alone.",
            "How do the squares of all steps so far come together in mean_square?",
            also=(
                adam_like(
                    lambda m, v, g, b1, b2: (
                        b1 * m + (1 - b1) * g,
                        np.maximum(v, b2 * v + (1 - b2) * g**2),
                    ),
                    correct,
                    divide,
                ),
            ),
        ),
        Mistake(
            "squares-of-the-distance",
            adam_like(
                lambda m, v, g, b1, b2: (
                    b1 * m + (1 - b1) * g,
                    b2 * v + (1 - b2) * (g - (b1 * m + (1 - b1) * g)) ** 2,
                ),
                correct,
                divide,
            ),
            "Your mean square averages the squares of the gradient's distance from `mean`.",
            "That is a variance. What is asked for is how large gradients are, not how they vary.",
            "Gradients that are always 3: how large should their mean square be?",
        ),
        Mistake(
            "average-twice",
            adam_like(
                lambda m, v, g, b1, b2: average(*average(m, v, g, b1, b2), g, b1, b2),
                correct,
                divide,
            ),
            "Each gradient is taken into your averages twice.",
            "One step makes one update of each average.",
            "How often does the line for m run in one call?",
        ),
        Mistake(
            "squares-without-their-share",
            adam_like(
                lambda m, v, g, b1, b2: (b1 * m + (1 - b1) * g, b2 * v + g**2), correct, divide
            ),
            "Your mean square is a sum: the new square is added in full.",
            "In an average the shares of old and new make one whole.",
            "If every gradient is 1, what should mean_square tend to?",
        ),
        Mistake(
            "gradient-without-its-share",
            adam_like(
                lambda m, v, g, b1, b2: (b1 * m + g, b2 * v + (1 - b2) * g**2), correct, divide
            ),
            "Your mean is a sum: the new gradient is added in full.",
            "In an average the shares of old and new make one whole. In momentum they do not.",
            "If every gradient is 1, what should mean tend to?",
        ),
        Mistake(
            "no-mean-square",
            adam_like(average, correct, lambda m, v, g, e: m),
            "Your steps follow the mean and do not divide by the root of the mean square.",
            "That is momentum. Adam gives every parameter a pace of its own.",
            "How far does a parameter move whose gradient is always 1000?",
        ),
        Mistake(
            "square-of-this-step",
            adam_like(average, correct, lambda m, v, g, e: m / (np.abs(g) + e)),
            "Your steps divide by the size of this step's gradient: the mean square is not used.",
            "One gradient says little about how large gradients are in the long run.",
            "Which of your variables stands below the fraction bar?",
        ),
        Mistake(
            "multiplied-for-divided",
            adam_like(average, lambda m, v, b1, b2, t: (m * (1 - b1**t), v * (1 - b2**t)), divide),
            "Your averages become smaller by the correction: they are multiplied, not divided.",
            "The averages begin at zero, so that they are too small at first.",
            "At the first step, is m smaller or larger than the gradient, and what comes of yours?",
            also=(
                adam_like(average, lambda m, v, b1, b2, t: (m * (1 - b1**t), v), divide),
                adam_like(
                    average, lambda m, v, b1, b2, t: (m * (1 - b1**t), v / (1 - b2**t)), divide
                ),
            ),
        ),
        Mistake(
            "step-written-into-the-mean",
            adam_step_in_the_mean,
            "Your first step is right; then `mean` holds that step in place of the average.",
            "Two names for one array: what is done to it under one of them shows under the other.",
            "Which array does your line with /= or *= write into, and is it still needed?",
        ),
        Mistake(
            "betas-swapped-and-root-forgotten",
            adam_like(
                lambda m, v, g, b1, b2: average(m, v, g, b2, b1),
                lambda m, v, b1, b2, t: correct(m, v, b2, b1, t),
                lambda m_hat, v_hat, g, epsilon: m_hat / (v_hat + epsilon),
            ),
            "Two things at once: `beta1` and `beta2` stand in each other's place, and there is no "
            "root below the fraction line.",
            "Each average has its own beta, and it is the root of a mean square that is a size.",
            "Which beta belongs to the mean, and in which unit is v?",
        ),
        Mistake(
            "one-step-behind",
            adam_like(
                average, lambda m, v, b1, b2, t: correct(m, v, b1, b2, max(1, t - 1)), divide
            ),
            "Your first step is right; later ones are corrected as if they were one step earlier.",
            "At step t there are t gradients in the averages.",
            "Which power stands in your correction at step 2?",
        ),
        Mistake(
            "corrected-mean-written-back",
            adam_kept(square_kept=False),
            "Your first step is right; then the corrected `mean` is averaged and corrected again.",
            "The running averages go on as they are. The correction is for this step's use only.",
            "What is in mean when your function ends?",
            also=(adam_kept(mean_kept=False),),
        ),
        Mistake(
            "no-correction-and-root-forgotten",
            adam_like(
                average,
                lambda m, v, b1, b2, t: (m, v),
                lambda m_hat, v_hat, g, epsilon: m_hat / (v_hat + epsilon),
            ),
            "Two things at once: your averages are used as they are, and below the fraction line "
            "there is no root.",
            "Both averages begin at zero and are too small at first; and it is the root of a mean "
            "square that is a size.",
            "Which of your lines makes up for the zeros, and in which unit is v?",
        ),
        Mistake(
            "corrected-twice",
            adam_like(
                average,
                lambda m, v, b1, b2, t: (m / (1 - b1**t) ** 2, v / (1 - b2**t) ** 2),
                divide,
            ),
            "Your averages are corrected twice.",
            "The factors may stand at the averages or at the learning rate, and not at both.",
            "How often does 1 - beta1**step come up on the way to your step?",
        ),
        Mistake(
            "betas-swapped-and-no-correction",
            adam_like(
                lambda m, v, g, b1, b2: average(m, v, g, b2, b1),
                lambda m, v, b1, b2, t: (m, v),
                divide,
            ),
            "Two things at once: `beta1` and `beta2` stand in each other's place, and your "
            "averages are used without undoing their pull towards zero.",
            "Each average has its own beta, and begins at zero.",
            "Which beta belongs to the mean, and what is m after the first step?",
        ),
    ),
)

"""The exercise momentum_step: steps that keep part of their speed."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from backprop_lib.optimizers import momentum_step
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.gradient_descent.steps import (
    Arrays,
    alike_steps,
    draw_step_sizes,
    draw_steps,
    first_steps,
)

__all__ = ["MOMENTUM_STEP"]


def momentum_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Several steps from the start; and a few with arrays of one shape, also without momentum."""
    cases = []
    for sizes in draw_step_sizes(rng):
        params, gradients = draw_steps(rng, sizes)
        settings = (float(rng.uniform(0.1, 0.3)), float(rng.uniform(0.6, 0.9)))
        numbers = dict(zip(("learning_rate", "momentum"), settings, strict=True))
        args = (params, gradients, *settings)
        cases.append(Case(sizes, args, values=tuple(params), numbers=numbers))
    for momentum in (float(rng.uniform(0.3, 0.5)), 0.0):
        params, gradients = alike_steps(rng)
        args = (params, gradients, float(rng.uniform(0.1, 0.3)), momentum)
        label = f"arrays of one shape, 3 steps, momentum {momentum:.2g}"
        case = Case({}, args, values=tuple(params), label=label, extreme=True)
        cases.insert(1, case)
    return tuple(cases)


def several_momentum_steps(step: Callable[..., Any]) -> Callable[..., None]:
    """From a function for one step to one that starts with zeros and takes a step a gradient."""

    def take_steps(
        params: Arrays, gradients: Sequence[Arrays], learning_rate: float, momentum: float
    ) -> None:
        velocity = {name: np.zeros_like(p) for name, p in params.items()}
        for grads in gradients:
            step(params, grads, velocity, learning_rate, momentum)

    return take_steps


def momentum_uphill(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    momentum_step(params, grads, velocity, -learning_rate, momentum)


def momentum_not_kept(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    for name, p in params.items():
        v = momentum * velocity[name] + grads[name]
        p -= learning_rate * v


def momentum_never_slows(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    momentum_step(params, grads, velocity, learning_rate, 1.0)


def momentum_average(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    momentum_step(params, grads, velocity, learning_rate * (1 - momentum), momentum)


def momentum_rate_twice(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    momentum_step(params, grads, velocity, learning_rate**2, momentum)


def momentum_rate_forgotten(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    momentum_step(params, grads, velocity, 1.0, momentum)


def momentum_by_default(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    momentum_step(params, grads, velocity, learning_rate, 0.9)


def momentum_swapped(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    momentum_step(params, grads, velocity, momentum, learning_rate)


def momentum_mixed_signs(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    for name, p in params.items():
        v = velocity[name]
        v *= momentum
        v += learning_rate * grads[name]
        p += momentum * v - learning_rate * grads[name]


def momentum_late(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    for name, p in params.items():
        p -= learning_rate * velocity[name]
        velocity[name] *= momentum
        velocity[name] += grads[name]


def momentum_look_ahead(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    for name, p in params.items():
        velocity[name] *= momentum
        velocity[name] += grads[name]
        p -= learning_rate * (grads[name] + momentum * velocity[name])


def momentum_gradient_twice(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    for name, p in params.items():
        velocity[name] *= momentum
        velocity[name] += grads[name]
        p -= learning_rate * (velocity[name] + grads[name])


def momentum_on_parameters(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    for p in params.values():
        p *= momentum
    momentum_step(params, grads, velocity, learning_rate, momentum)


def momentum_on_gradient(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    for name, p in params.items():
        velocity[name] += momentum * grads[name]
        p -= learning_rate * velocity[name]


def momentum_never_fades(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float
) -> None:
    for name, p in params.items():
        velocity[name] += momentum * velocity[name] + grads[name]
        p -= learning_rate * velocity[name]


def momentum_like(
    faster: Callable[..., Any] = lambda v, g, mu, lr, p: mu * v + g,
    move: Callable[..., Any] = lambda v, g, mu, lr, before: lr * v,
) -> Callable[..., None]:
    """A step with a part exchanged.

    faster: from (v, g, momentum, learning_rate, p) to the new velocity; move: from (v, g,
    momentum, learning_rate, the velocity before) to what is taken off p.
    """

    def step(
        params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
    ) -> None:
        for name, p in params.items():
            v, g = velocity[name], grads[name]
            before = v.copy()
            v[...] = faster(v, g, momentum, learning_rate, p)
            p -= move(v, g, momentum, learning_rate, before)

    return step


def momentum_by_order(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    arrays = zip(params.values(), grads.values(), velocity.values(), strict=True)
    for p, g, v in arrays:
        v *= momentum
        if g.shape == v.shape:
            v += g
        p -= learning_rate * v


def momentum_for_weights(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    for name, p in params.items():
        v = velocity[name]
        v *= momentum * name.startswith("w")
        v += grads[name]
        p -= learning_rate * v


def momentum_one_velocity(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    first: dict[tuple[int, ...], np.ndarray] = {}
    for name, p in params.items():
        v = first.setdefault(p.shape, velocity[name])
        v *= momentum
        v += grads[name]
        p -= learning_rate * v


MOMENTUM_STEP = Exercise(
    name="momentum_step",
    lesson="06_gradient_descent",
    goal="Take one step that keeps part of its speed from the steps before, in place.",
    points=2,
    minutes=7,
    difficulty=3,
    reference=momentum_step,
    cut=first_steps,
    returns="in place",
    cases=momentum_cases,
    drive=several_momentum_steps,
    hints=(
        "Think of a ball: friction takes part of its velocity, the slope adds to it, and the ball "
        "moves by its velocity.",
        "Two updates for each name, both in place: first the velocity, from the old velocity and "
        "the gradient; then the parameter, from the new velocity.",
        "v becomes momentum * v + gradient; p becomes p - learning_rate * v. Use `*=`, `+=` and "
        "`-=`, so that the velocity is still there at the next step.",
    ),
    mistakes=(
        Mistake(
            "velocity-never-fades",
            momentum_never_fades,
            "Your velocity keeps all of what it was, and momentum times that as well: your steps "
            "grow and grow.",
            "What fades with time is the past.",
            "After a step without a gradient, should the velocity be larger or smaller?",
        ),
        Mistake(
            "uphill",
            momentum_uphill,
            "Your parameters move by the right amount in the opposite direction.",
            "The gradient points where the loss grows fastest. One minus sign is needed, and only "
            "one: two of them cancel.",
            "Follow the sign of the gradient through both updates: what arrives at p?",
        ),
        Mistake(
            "velocity-not-kept",
            momentum_not_kept,
            "From the second step on, your steps are still those of plain gradient descent: the "
            "velocity of the steps before has no part in them.",
            "What is to be remembered must be written into the array that came in, and it is the "
            "velocity that moves a parameter.",
            "Does `v = momentum * v + g` change velocity[name], and what is taken off p?",
        ),
        Mistake(
            "velocity-never-slows",
            momentum_never_slows,
            "Your velocity adds up all gradients in full: `momentum` does not slow it down.",
            "Without friction the ball rolls through the valley and up the other side.",
            "How much of the very first gradient should be left after ten steps?",
        ),
        Mistake(
            "gradient-scaled-down",
            momentum_average,
            "Your steps are 1 - momentum times as long as asked for: your velocity is an average "
            "of gradients.",
            "Both rules are in use. Here the gradient is added in full, so that the first step is "
            "that of plain gradient descent.",
            "With a velocity of zero, how long should the first step be?",
        ),
        Mistake(
            "learning-rate-twice",
            momentum_rate_twice,
            "Your steps are too short by the factor `learning_rate`: it is there twice.",
            "The learning rate comes in once, in the velocity or in the step.",
            "In which lines of yours does learning_rate stand?",
        ),
        Mistake(
            "learning-rate-forgotten",
            momentum_rate_forgotten,
            "Your parameters move by the whole velocity: `learning_rate` is not in it.",
            "The velocity collects gradients; how far to go is another matter.",
            "What should happen to the step when the learning rate is halved?",
        ),
        Mistake(
            "settings-swapped",
            momentum_swapped,
            "Your `momentum` and `learning_rate` stand in each other's place.",
            "One says how much of the old velocity is kept, the other how far to go.",
            "By which of the two is the old velocity multiplied?",
        ),
        Mistake(
            "signs-mixed",
            momentum_mixed_signs,
            "The gradient of this step pulls your parameters downhill, and those of earlier steps "
            "push them uphill.",
            "Two ways to write momentum, each with its own signs, do not mix.",
            "With gradients that never change, should the steps get longer or shorter?",
        ),
        Mistake(
            "velocity-one-step-late",
            momentum_late,
            "Your first step does not move at all; each step uses the velocity of the one before.",
            "The newest gradient is the one that knows the slope right here.",
            "Which comes first in your function: a new velocity or the step?",
        ),
        Mistake(
            "look-ahead",
            momentum_look_ahead,
            "Your steps are those of Nesterov's momentum, which looks one step ahead.",
            "It is a fine method, though another one than asked for.",
            "How often does the gradient of this step come into your step?",
        ),
        Mistake(
            "gradient-counted-twice",
            momentum_gradient_twice,
            "The gradient of this step is in your step twice: in the velocity and beside it.",
            "The velocity already has the newest gradient in it.",
            "With a velocity of zero before, how long should the first step be?",
        ),
        Mistake(
            "parameters-slowed",
            momentum_on_parameters,
            "Your `momentum` also multiplies the parameters, so they shrink at every step.",
            "Friction slows the ball down; it does not move it.",
            "With gradients and velocity of zero, where should a parameter be after the step?",
        ),
        Mistake(
            "momentum-on-the-gradient",
            momentum_on_gradient,
            "Your `momentum` multiplies the new gradient, and the old velocity is kept in full.",
            "What fades with time is the past.",
            "Which of the two, old velocity or new gradient, should be partly forgotten?",
        ),
        Mistake(
            "momentum-always-the-same",
            momentum_by_default,
            "Your velocity keeps 0.9 of itself whatever `momentum` is.",
            "The number in the first line of a function is only for those who name none.",
            "Which of your lines uses the argument momentum?",
            also=tuple(
                momentum_like(partial(lambda always, v, g, mu, lr, p: always * v + g, always))
                for always in (0.5, 0.99)
            ),
        ),
        Mistake(
            "no-momentum-of-zero",
            momentum_like(lambda v, g, mu, lr, p: (mu or 0.9) * v + g),
            "With a momentum of 0 your velocity keeps some of its past all the same.",
            "0 is a number like any other, and `or` takes it for none.",
            "What is `0.0 or 0.9`?",
        ),
        Mistake(
            "set-back-on-a-turn",
            momentum_like(lambda v, g, mu, lr, p: np.where(v * g < 0, 0.0, mu * v) + g),
            "Where a gradient turns against it, your velocity begins anew.",
            "A ball does not stop at once when the slope turns: it rolls on, and slows down.",
            "What should become of the old velocity when the new gradient has the other sign?",
            also=(
                momentum_like(lambda v, g, mu, lr, p: np.where(v * g < 0, 0.0, mu * v + g)),
                momentum_like(lambda v, g, mu, lr, p: np.where((v * g).sum() < 0, 0, mu * v) + g),
            ),
        ),
        Mistake(
            "stands-where-there-is-no-slope",
            momentum_like(
                lambda v, g, mu, lr, p: mu * v + g, lambda v, g, mu, lr, before: lr * v * (g != 0)
            ),
            "Where a gradient is 0, your parameters stand still.",
            "A ball on even ground rolls on.",
            "With a velocity of 1 and a gradient of 0, does the parameter move?",
            also=(momentum_like(lambda v, g, mu, lr, p: (mu * v + g) * (g != 0)),),
        ),
        Mistake(
            "shares-exchanged",
            momentum_like(lambda v, g, mu, lr, p: (1 - mu) * v + mu * g),
            "Your velocity keeps 1 - momentum of itself, and takes momentum of the gradient.",
            "A momentum of 0.9 means a long memory.",
            "How much of the velocity should be left after a step with momentum 0.9?",
            also=(
                momentum_like(lambda v, g, mu, lr, p: (1 - mu) * v + g),
                momentum_like(lambda v, g, mu, lr, p: v + mu * (g - v)),
            ),
        ),
        Mistake(
            "momentum-squared",
            momentum_like(lambda v, g, mu, lr, p: mu * mu * v + g),
            "Your velocity keeps momentum times momentum of itself.",
            "Friction takes its part once in a step.",
            "In which lines of yours does momentum stand?",
        ),
        Mistake(
            "momentum-on-both",
            momentum_like(lambda v, g, mu, lr, p: mu * (v + g)),
            "Your `momentum` multiplies the new gradient too.",
            "What fades with time is the past. The newest gradient counts in full.",
            "With a velocity of zero, how long should the first step be?",
            also=(momentum_like(move=lambda v, g, mu, lr, before: lr * mu * v),),
        ),
        Mistake(
            "velocity-without-the-rate",
            momentum_like(move=lambda v, g, mu, lr, before: mu * before + lr * g),
            "Your step takes the old velocity in full size: `learning_rate` multiplies the new "
            "gradient alone.",
            "The velocity is made of gradients, and it is the step that is made small.",
            "By what is the old velocity multiplied before it moves a parameter?",
            also=(momentum_like(move=lambda v, g, mu, lr, before: v + lr * g),),
        ),
        Mistake(
            "last-gradient-only",
            momentum_like(
                lambda v, g, mu, lr, p: g, lambda v, g, mu, lr, before: lr * (g + mu * before)
            ),
            "Your velocity remembers one gradient: that of the step before, and nothing older.",
            "A velocity collects all the gradients so far, each smaller than the next.",
            "What is in the velocity after three steps?",
        ),
        Mistake(
            "direction-only",
            momentum_like(move=lambda v, g, mu, lr, before: lr * np.sign(v)),
            "Every entry of your parameters moves by `learning_rate`, up or down.",
            "The velocity says how fast, too.",
            "Which part of your formula makes the size of the velocity disappear?",
        ),
        Mistake(
            "parameter-in-the-velocity",
            momentum_like(lambda v, g, mu, lr, p: mu * p + g),
            "Your velocity is made of the parameters: momentum multiplies them.",
            "It is the old velocity that is kept in part.",
            "Which array does momentum multiply?",
        ),
        Mistake(
            "paired-by-order",
            momentum_by_order,
            "Your parameters move by each other's gradients where the dictionaries have different "
            "orders.",
            "A parameter, its gradient and its velocity belong together by name.",
            "What decides which gradient goes with which parameter in your loop?",
        ),
        Mistake(
            "weights-only",
            momentum_for_weights,
            "Your weights are right; your biases move by plain gradient descent.",
            "A bias is a parameter like any other, and has a velocity of its own.",
            "Which names does your line for the velocity leave out?",
        ),
        Mistake(
            "one-velocity-for-all",
            momentum_one_velocity,
            "Your arrays of the same shape share one velocity.",
            "Each parameter rolls down a slope of its own.",
            "How many velocities do you keep, and how many parameters are there?",
        ),
        Mistake(
            "rate-on-the-old-velocity",
            momentum_like(lambda v, g, mu, lr, p: mu * lr * v + g),
            "Your velocity fades too fast: the old one is multiplied by `learning_rate` as well.",
            "How much of the speed is left after a step is what `momentum` says, and only that.",
            "With a learning rate of 0.1, what share of the old velocity do you keep?",
            also=(momentum_like(lambda v, g, mu, lr, p: lr * v + g),),
        ),
        Mistake(
            "no-friction-without-momentum",
            momentum_like(lambda v, g, mu, lr, p: (mu or 1.0) * v + g),
            "Your steps are right for any momentum but 0: there nothing of the velocity fades.",
            "A momentum of 0 keeps nothing; what is left is plain gradient descent.",
            "What becomes of the old velocity in your branch for a momentum of 0?",
        ),
    ),
)

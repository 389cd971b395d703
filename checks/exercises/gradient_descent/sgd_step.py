"""The exercise sgd_step: every parameter a little downhill, in place."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from backprop_lib.optimizers import sgd_step
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.drawing import draw_sizes
from checks.exercises.gradient_descent.steps import Arrays, draw_arrays

__all__ = ["SGD_STEP"]


def sgd_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """One layer, two layers, and two arrays of one shape whose gradients come in another order;
    and arrays with other names, some with large numbers, some with small ones."""
    one = draw_sizes(rng, "DM", False)
    two = draw_sizes(rng, "DMK", False)
    same = draw_sizes(rng, "DM", False)
    d, m, k = two.values()
    alike = same["D"], same["M"]
    return (
        sgd_case(rng, one, {"w1": (one["D"], one["M"]), "b1": (one["M"],)}),
        sgd_case(rng, two, {"w1": (d, m), "b1": (m,), "w2": (m, k), "b2": (k,)}),
        far_and_near_case(rng),
        sgd_case(rng, same, {"w1": alike, "b1": alike[1:], "w2": alike}, turned=True),
    )


def far_and_near_case(rng: np.random.Generator) -> Case:
    """Arrays with one, two and three axes, large and small, and a learning rate above 1."""
    shapes: dict[str, tuple[int, ...]] = {
        "w1": (3, 4),
        "b1": (4,),
        "scale": (1,),
        "kernel": (3, 4, 5),
        "b2": (5,),
    }
    params, grads = draw_arrays(rng, shapes), draw_arrays(rng, shapes)
    for name, size in (("w1", 1000.0), ("b1", 1e-6), ("b2", 0.0)):
        params[name] *= size or 1.0
        grads[name] *= size
    args = (params, grads, float(rng.uniform(1.5, 2.5)))
    label = "arrays with one, two and three axes, with large and small numbers"
    return Case({}, args, values=tuple(shapes), label=label, extreme=True)


def sgd_case(
    rng: np.random.Generator,
    sizes: dict[str, int],
    shapes: Mapping[str, tuple[int, ...]],
    turned: bool = False,
) -> Case:
    """One step; turned: the gradients stand in their dictionary last layer first."""
    params, grads = draw_arrays(rng, shapes), draw_arrays(rng, shapes)
    params["w1"][0, 0] = grads["w1"][0, 1] = 0.0
    if turned:
        grads = dict(reversed(grads.items()))
    return Case(sizes, (params, grads, float(rng.uniform(0.1, 0.4))), values=tuple(shapes))


def sgd_uphill(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    sgd_step(params, grads, -learning_rate)


def sgd_whole_gradient(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    sgd_step(params, grads, 1.0)


def sgd_divided(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    sgd_step(params, grads, 1 / learning_rate)


def sgd_weights_only(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for name, p in params.items():
        if name.startswith("w"):
            p -= learning_rate * grads[name]


def sgd_first_only(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for name, p in params.items():
        p -= learning_rate * grads[name]
        return


def sgd_by_order(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for p, g in zip(params.values(), grads.values(), strict=True):
        p -= learning_rate * g


def sgd_replaced(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for name, p in params.items():
        p[...] = -learning_rate * grads[name]


def sgd_everything_scaled(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for name, p in params.items():
        p[...] = learning_rate * (p - grads[name])


def sgd_share_of_parameter(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for name, p in params.items():
        p -= learning_rate * grads[name] * p


def sgd_sign(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for name, p in params.items():
        p -= learning_rate * np.sign(grads[name])


def sgd_normalized(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for name, p in params.items():
        p -= learning_rate * grads[name] / np.linalg.norm(grads[name])


def sgd_clipped(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for name, p in params.items():
        p -= learning_rate * np.clip(grads[name], -1, 1)


def sgd_averaged_again(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for name, p in params.items():
        p -= learning_rate * grads[name] / len(p)


def sgd_like(
    move: Callable[[np.ndarray, np.ndarray, float], Any],
    moves: Callable[[str, int], bool] = lambda name, place: True,
) -> Callable[..., None]:
    """A step with a part exchanged.

    move: from (p, g, learning_rate) to what is taken off p; moves: whether the parameter of this
    name, at this place in the dictionary, moves at all.
    """

    def step(params: Arrays, grads: Arrays, learning_rate: float) -> None:
        for place, (name, p) in enumerate(params.items()):
            if moves(name, place):
                p -= move(p, grads[name], learning_rate)

    return step


def plain(p: np.ndarray, g: np.ndarray, learning_rate: float) -> np.ndarray:
    """What gradient descent takes off a parameter."""
    return learning_rate * g


def cut_to_length(longest: float) -> Callable[..., Any]:
    """A step whose gradient is never longer than this."""
    return lambda p, g, lr: lr * g * min(1.0, longest / (np.linalg.norm(g) + 1e-300))


def sgd_by_all_lengths(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    length = np.sqrt(sum((g**2).sum() for g in grads.values()))
    for name, p in params.items():
        p -= learning_rate * grads[name] / length


SGD_STEP = Exercise(
    name="sgd_step",
    lesson="06_gradient_descent",
    goal="Move every parameter a little downhill, in place.",
    points=1,
    minutes=5,
    difficulty=2,
    reference=sgd_step,
    returns="in place",
    cases=sgd_cases,
    hints=(
        "The gradient of a parameter says which way the loss grows. Which way do you want to go?",
        "Go through the names. Each parameter changes by the learning rate times the gradient of "
        "the same name. `p -= step` changes the array itself; `p = p - step` makes a new one.",
        "For each name: subtract learning_rate * grads[name] from params[name] with `-=`. "
        "Nothing need be returned.",
    ),
    mistakes=(
        Mistake(
            "uphill",
            sgd_uphill,
            "Your parameters move by the right amount in the opposite direction.",
            "The gradient points where the loss grows fastest.",
            "If the gradient of a weight is positive, what does a larger weight do to the loss?",
        ),
        Mistake(
            "learning-rate-forgotten",
            sgd_whole_gradient,
            "Your parameters move by the whole gradient: `learning_rate` is not in it.",
            "The gradient tells the direction and the slope here, not how far it is to go.",
            "What should happen to the step when the learning rate is halved?",
        ),
        Mistake(
            "divided-by-learning-rate",
            sgd_divided,
            "Your parameters move by the gradient divided by `learning_rate`.",
            "A small learning rate is a careful one.",
            "Does your step get smaller or larger when the learning rate gets smaller?",
        ),
        Mistake(
            "biases-stand-still",
            sgd_weights_only,
            "Your weights are right; your biases have not moved.",
            "A bias is a parameter like any other, and has a gradient of its own.",
            "Which names does your loop leave out?",
        ),
        Mistake(
            "first-parameter-only",
            sgd_first_only,
            "Your first parameter is right; all others have not moved.",
            "One step moves all parameters.",
            "How many times does the body of your loop run before the function ends?",
        ),
        Mistake(
            "paired-by-order",
            sgd_by_order,
            "Where the two dictionaries have different orders, your parameters move by each "
            "other's gradients.",
            "A parameter and its gradient belong together by name. A backward pass meets the last "
            "layer first, and so may its dictionary.",
            "What decides which gradient goes with which parameter in your loop?",
        ),
        Mistake(
            "parameter-replaced",
            sgd_replaced,
            "Your parameters have become the steps themselves: what they were before is lost.",
            "A step starts from where you stand.",
            "With a gradient of zero, where should a parameter be after the step?",
        ),
        Mistake(
            "learning-rate-on-everything",
            sgd_everything_scaled,
            "Your `learning_rate` also multiplies the old parameters, so they shrink.",
            "Only the step is made small, not the place it starts from.",
            "With a gradient of zero, where should a parameter be after the step?",
        ),
        Mistake(
            "times-the-parameter",
            sgd_share_of_parameter,
            "Your step is larger where the parameter is larger: the parameter is multiplied in.",
            "The gradient alone says how the loss depends on a parameter.",
            "How could a parameter that is exactly 0 ever move?",
        ),
        Mistake(
            "sign-only",
            sgd_sign,
            "Every entry of your parameters moves by exactly `learning_rate`, up or down.",
            "A steep slope calls for a longer step than a gentle one.",
            "Which part of your formula makes the size of the gradient disappear?",
        ),
        Mistake(
            "averaged-again",
            sgd_averaged_again,
            "Your steps are divided by the number of rows of each parameter.",
            "The mean over the samples was taken in the loss; the gradient has it inside.",
            "What does len() of a weight matrix count?",
        ),
        Mistake(
            "normalized",
            sgd_normalized,
            "Your steps have the same length, `learning_rate`, however long the gradient is.",
            "Near a minimum the gradient gets short, and the steps are to get short with it.",
            "If the gradient were ten times smaller, how far should the parameters move?",
            also=(
                sgd_by_all_lengths,
                *(
                    sgd_like(
                        partial(lambda least, p, g, lr: lr * g / (np.linalg.norm(g) + least), least)
                    )
                    for least in (1e-12, 1e-8, 1e-6)
                ),
                sgd_like(lambda p, g, lr: lr * g / np.abs(g).max()),
                sgd_like(lambda p, g, lr: lr * g / (np.abs(g).max() or 1.0)),
                sgd_like(lambda p, g, lr: lr * g / (np.linalg.norm(g) or 1.0)),
            ),
        ),
        Mistake(
            "clipped",
            sgd_clipped,
            "Your steps are those of a gradient that is cut off where it is large.",
            "Cutting gradients off can help a wild training, but here the plain step is asked for.",
            "What becomes of an entry of 1000 in your gradient?",
            also=(
                *(
                    sgd_like(partial(lambda most, p, g, lr: lr * np.clip(g, -most, most), most))
                    for most in (0.5, 5.0, 10.0, 100.0)
                ),
                *(sgd_like(cut_to_length(most)) for most in (1.0, 5.0, 10.0, 100.0)),
            ),
        ),
        Mistake(
            "small-gradients-left-out",
            sgd_like(lambda p, g, lr: lr * np.where(np.abs(g) > 1e-3, g, 0.0)),
            "Your parameters with very small gradients do not move.",
            "A small gradient makes a small step, and that is all.",
            "Which gradients does your function pass over?",
            also=tuple(
                sgd_like(
                    partial(lambda least, p, g, lr: lr * np.where(np.abs(g) > least, g, 0.0), least)
                )
                for least in (1e-2, 1e-4, 1e-5)
            ),
        ),
        Mistake(
            "some-names-only",
            sgd_like(plain, lambda name, place: name[0] in "wb"),
            "Your function moves the arrays whose names begin with w and b, and no others.",
            "Whatever is in the dictionary is a parameter, whatever it is called.",
            "Which names does your loop leave out?",
            also=(sgd_like(plain, lambda name, place: name[-1].isdigit()),),
        ),
        Mistake(
            "first-layer-only",
            sgd_like(plain, lambda name, place: name.endswith("1")),
            "Your `w1` and `b1` are right; all others have not moved.",
            "One step moves all parameters.",
            "Which names does your loop leave out?",
        ),
        Mistake(
            "weights-stand-still",
            sgd_like(plain, lambda name, place: not name.startswith("w")),
            "Your biases are right; your weights have not moved.",
            "Weights and biases are parameters alike.",
            "Which names does your loop leave out?",
        ),
        Mistake(
            "first-left-out",
            sgd_like(plain, lambda name, place: place > 0),
            "Your first parameter has not moved; all others are right.",
            "One step moves all parameters.",
            "With which name does your loop begin?",
        ),
        Mistake(
            "learning-rate-twice",
            sgd_like(lambda p, g, lr: lr**2 * g),
            "Your steps have the learning rate in them twice.",
            "The learning rate comes in once.",
            "In which lines of yours does learning_rate stand?",
        ),
        Mistake(
            "gradient-squared",
            sgd_like(lambda p, g, lr: lr * g**2),
            "Your steps are the learning rate times the square of the gradient: all go down.",
            "A square has no sign, and the sign says which way is downhill.",
            "Where the gradient is negative, which way should the parameter move?",
        ),
        Mistake(
            "weights-decay",
            sgd_like(lambda p, g, lr: lr * (g + 0.01 * p)),
            "Your parameters shrink a little at each step, also where the gradient is 0.",
            "Weight decay is a means against overfitting, and comes in the next lesson.",
            "With a gradient of zero, where should a parameter be after the step?",
            also=tuple(
                sgd_like(partial(lambda decay, p, g, lr: lr * (g + decay * p), decay))
                for decay in (1e-4, 1e-3, 0.05, 0.1, 0.5, 1.0)
            ),
        ),
        Mistake(
            "one-step-for-the-array",
            sgd_like(lambda p, g, lr: lr * g.mean()),
            "All entries of an array move by the same amount, its mean gradient.",
            "Each entry has a slope of its own.",
            "How many numbers are in grads[name], and how many does your step use?",
            also=(sgd_like(lambda p, g, lr: lr * g.sum()), sgd_like(lambda p, g, lr: lr * g.max())),
        ),
    ),
)

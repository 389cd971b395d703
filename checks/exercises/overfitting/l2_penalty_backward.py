"""The exercise l2_penalty_backward: the gradient of the penalty for every parameter."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from backprop_lib.optimizers import l2_penalty, l2_penalty_backward
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.drawing import draw_sizes
from checks.exercises.overfitting.parameters import Grads, Params, draw_params

__all__ = ["L2_PENALTY_BACKWARD"]


def penalty_backward_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Networks of two, three, eleven and one layers, and an upstream gradient that is not 1."""
    deep = penalty_backward_case(rng, {f"size {i}": 3 for i in range(12)}, 0.3, 0.8)
    two, three, one = (draw_sizes(rng, letters) for letters in ("DHK", "DHGK", "DK"))
    return (
        penalty_backward_case(rng, two, 1.5, 2.5),
        penalty_backward_case(rng, three, -2.5, -1.5),
        replace(deep, sizes={}, label="11 layers of 3 units", extreme=True),
        penalty_backward_case(rng, one, 1.5, 2.5),
    )


def penalty_backward_case(
    rng: np.random.Generator, sizes: dict[str, int], low: float, high: float
) -> Case:
    """The penalty of one network, with an upstream gradient between two numbers."""
    params = draw_params(rng, sizes)
    params["w1"][0, 0] = 0.0
    strength = float(rng.uniform(0.1, 0.9))
    dloss = float(rng.uniform(low, high))
    # compared with the library's own: where a gradient is all zeros, as for the biases, numerical
    # derivatives cannot say how small a number is small
    return Case(sizes, (dloss, (params, strength)), values=tuple(params))


def decay(params: Params, factor: float) -> Grads:
    """Factor times every weight, and zeros for the biases."""
    return {name: factor * p * name.startswith("w") for name, p in params.items()}


def penalty_backward_biases_too(dloss: float, cache: Any) -> Grads:
    params, strength = cache
    return {name: dloss * strength * p for name, p in params.items()}


def penalty_backward_twice(dloss: float, cache: Any) -> Grads:
    return decay(cache[0], 2 * dloss * cache[1])


def penalty_backward_half(dloss: float, cache: Any) -> Grads:
    return decay(cache[0], dloss * cache[1] / 2)


def penalty_backward_upstream_ignored(dloss: float, cache: Any) -> Grads:
    return decay(cache[0], cache[1])


def penalty_backward_strength_forgotten(dloss: float, cache: Any) -> Grads:
    return decay(cache[0], dloss)


def penalty_backward_signs(dloss: float, cache: Any) -> Grads:
    params, strength = cache
    return decay({name: np.sign(p) for name, p in params.items()}, dloss * strength)


def penalty_backward_squares(dloss: float, cache: Any) -> Grads:
    params, strength = cache
    return decay({name: p**2 for name, p in params.items()}, dloss * strength / 2)


def penalty_backward_mean(dloss: float, cache: Any) -> Grads:
    params, strength = cache
    return decay({name: p / p.size for name, p in params.items()}, dloss * strength)


def penalty_backward_shrunk(dloss: float, cache: Any) -> Grads:
    params, strength = cache
    grads = decay(params, dloss * strength)
    return {name: p - grads[name] for name, p in params.items()}


def penalty_backward_negative(dloss: float, cache: Any) -> Grads:
    return decay(cache[0], -dloss * cache[1])


def penalty_backward_biases_as_they_are(dloss: float, cache: Any) -> Grads:
    params, strength = cache
    return {n: dloss * strength * p if n.startswith("w") else p for n, p in params.items()}


def decay_like(
    of_weights: Callable[[np.ndarray, float, float], Any],
    of_biases: Callable[[np.ndarray, float, float], Any] = lambda b, strength, dloss: 0 * b,
) -> Callable[..., Grads]:
    """Gradients made otherwise, each from an array, the strength and dloss."""

    def backward(dloss: float, cache: Any) -> Grads:
        params, strength = cache
        return {
            name: (of_weights if name.startswith("w") else of_biases)(p, strength, dloss)
            for name, p in params.items()
        }

    return backward


def plain_decay(w: np.ndarray, strength: float, dloss: float) -> np.ndarray:
    """The right gradient of weights."""
    return dloss * strength * w


def penalty_backward_times_penalty(dloss: float, cache: Any) -> Grads:
    params, strength = cache
    return decay(params, dloss * l2_penalty(params, strength)[0])


def penalty_backward_weights_named(
    known: Callable[[str, int], bool],
) -> Callable[..., Grads]:
    """The gradients of some weights alone, zeros for all others."""

    def backward(dloss: float, cache: Any) -> Grads:
        params, strength = cache
        layers = len(params) // 2
        return {
            name: dloss * strength * p * (name[0] == "w" and known(name, layers))
            for name, p in params.items()
        }

    return backward


L2_PENALTY_BACKWARD = Exercise(
    name="l2_penalty_backward",
    lesson="07_overfitting",
    goal="The gradient of the L2 penalty for every parameter.",
    points=2,
    minutes=5,
    difficulty=2,
    reference=l2_penalty_backward,
    returns="dict",
    cases=penalty_backward_cases,
    hints=(
        "Every weight entered the penalty once, on its own. Every bias entered it not at all.",
        "The penalty holds strength / 2 times w squared. What is its slope for one w?",
        "Return a dictionary with the names of params: for weights dloss times strength times w, "
        "for biases an array of zeros of the same shape.",
    ),
    mistakes=(
        Mistake(
            "biases-decay-too",
            penalty_backward_biases_too,
            "Your weights' gradients are right, and those of the biases are not zero.",
            "The penalty does not know the biases: they can be what they like.",
            "If b1 grows by 0.01, what happens to the penalty?",
        ),
        Mistake(
            "bias-in-place-of-gradient",
            penalty_backward_biases_as_they_are,
            "Your weights' gradients are right, and in the biases' places are the biases.",
            "The dictionary holds gradients: how the penalty changes, not what it was made from.",
            "If b1 grows by 0.01, what happens to the penalty?",
        ),
        Mistake(
            "twice-too-large",
            penalty_backward_twice,
            "Your weights' gradients are exactly twice too large.",
            "The penalty was made with a factor that takes care of what squaring brings.",
            "What is the derivative of strength / 2 times w squared?",
        ),
        Mistake(
            "half-kept",
            penalty_backward_half,
            "Your weights' gradients are exactly half of what they should be.",
            "Squaring brings a factor of its own when the derivative is taken.",
            "What is the derivative of strength / 2 times w squared?",
        ),
        Mistake(
            "upstream-ignored",
            penalty_backward_upstream_ignored,
            "Your gradients do not depend on `dloss`: they are those for a dloss of 1.",
            "The chain rule multiplies the local derivative by what arrives from above.",
            "If the penalty counted ten times as much in the loss, what would its gradients be?",
        ),
        Mistake(
            "strength-forgotten",
            penalty_backward_strength_forgotten,
            "Your gradients do not depend on the `strength` in the cache.",
            "A stronger penalty pulls harder.",
            "What should the gradients be when strength is 0?",
        ),
        Mistake(
            "sign-of-the-weight",
            penalty_backward_signs,
            "All entries of a weight's gradient have the same size: it is the sign of the weight.",
            "That is what follows from magnitudes, an L1 penalty. Here squares were added up.",
            "Should a weight of 3 be pulled back harder than one of 0.3?",
        ),
        Mistake(
            "not-derived",
            penalty_backward_squares,
            "Your gradients hold the squared weights: each entry is its share of the penalty.",
            "A gradient says how fast the penalty changes, not how large it is.",
            "Which way should a negative weight be pulled, and which sign has your entry for it?",
        ),
        Mistake(
            "divided-by-size",
            penalty_backward_mean,
            "Your gradients are divided by the number of entries of each array.",
            "The penalty was a sum, with no mean in it.",
            "Which line of the forward pass divided by the number of weights?",
        ),
        Mistake(
            "weights-already-moved",
            penalty_backward_shrunk,
            "Your dictionary holds the weights after a step of size 1, not the gradients.",
            "The gradient comes first; what is done with it is the optimizer's affair.",
            "What would your result be if dloss were 0, and what should it be?",
        ),
        Mistake(
            "negated",
            penalty_backward_negative,
            "Your weights' gradients have the right size and the opposite sign.",
            "The gradient points to where the penalty grows. It is the step that turns round.",
            "If a positive weight grows, does the penalty go up or down?",
        ),
        Mistake(
            "times-the-penalty",
            penalty_backward_times_penalty,
            "Your gradients are the weights times the value of the penalty.",
            "How large the penalty is says nothing about its slope for one weight.",
            "Which of your factors depends on all weights of the network?",
            also=(
                lambda dloss, cache: decay(cache[0], l2_penalty(*cache)[0]),
                lambda dloss, cache: decay(cache[0], dloss * cache[1] * l2_penalty(*cache)[0]),
            ),
        ),
        Mistake(
            "upstream-added",
            decay_like(lambda w, strength, dloss: dloss + strength * w),
            "In your gradients of the weights `dloss` is added.",
            "The chain rule multiplies the local derivative by what arrives from above.",
            "If dloss were 0, what should the gradients be?",
            also=(
                decay_like(
                    lambda w, strength, dloss: dloss + strength * w,
                    lambda b, strength, dloss: 0 * b + dloss,
                ),
            ),
        ),
        Mistake(
            "biases-get-the-upstream",
            decay_like(plain_decay, lambda b, strength, dloss: 0 * b + dloss),
            "Your weights' gradients are right, and those of the biases are `dloss`.",
            "No bias entered the penalty, so nothing goes back to it.",
            "If b1 grows by 0.01, what happens to the penalty?",
            also=(decay_like(plain_decay, lambda b, strength, dloss: 0 * b + 1),),
        ),
        Mistake(
            "upstream-divides",
            decay_like(lambda w, strength, dloss: strength * w / dloss),
            "Your gradients are divided by `dloss`.",
            "The chain rule multiplies the local derivative by what arrives from above.",
            "If the penalty counted twice as much in the loss, what would its gradients be?",
        ),
        Mistake(
            "strength-squared",
            decay_like(lambda w, strength, dloss: dloss * strength**2 * w),
            "Your gradients have the strength in them twice.",
            "The strength stands before the squares, and that is where it stays.",
            "In which lines of yours does strength stand?",
        ),
        Mistake(
            "strength-alone",
            decay_like(lambda w, strength, dloss: dloss * strength * np.ones_like(w)),
            "All entries of your weights' gradients are `dloss` times `strength`: the weights are "
            "not in them.",
            "The square grows faster where a weight is large.",
            "Should a weight of 3 be pulled back harder than one of 0.3?",
        ),
        Mistake(
            "sizes-of-the-weights",
            decay_like(lambda w, strength, dloss: dloss * strength * np.abs(w)),
            "Your gradients take the weights without their sign.",
            "A negative weight is pulled up, a positive one down.",
            "If a negative weight grows, does the penalty go up or down?",
        ),
        Mistake(
            "squared-weights",
            decay_like(lambda w, strength, dloss: dloss * strength * w**2),
            "Your gradients hold the squares of the weights.",
            "A gradient says how fast the penalty changes, not how large it is.",
            "What is the derivative of w squared?",
        ),
        Mistake(
            "first-layer-only",
            penalty_backward_weights_named(lambda name, layers: name == "w1"),
            "The gradient of `w1` is right; those of all other weights are zero.",
            "Every layer's weights entered the penalty.",
            "Which names does your condition hold for?",
        ),
        Mistake(
            "last-layer-only",
            penalty_backward_weights_named(lambda name, layers: name == f"w{layers}"),
            "The gradient of the last layer's weights is right; those of all others are zero.",
            "Every layer's weights entered the penalty.",
            "Which names does your condition hold for?",
        ),
        Mistake(
            "last-layer-left-out",
            penalty_backward_weights_named(lambda name, layers: name != f"w{layers}"),
            "The gradient of the last layer's weights is zero; those of all others are right.",
            "Every layer's weights entered the penalty.",
            "Which names does your condition leave out?",
        ),
        Mistake(
            "single-digit-layers",
            penalty_backward_weights_named(lambda name, layers: len(name) == 2),
            "From layer 10 on, the gradients of your weights are zero.",
            "A number of a layer may have two digits.",
            "How does your function find the weights, and does it find w10?",
        ),
        Mistake(
            "two-layers-only",
            penalty_backward_weights_named(lambda name, layers: name in ("w1", "w2")),
            "From layer 3 on, the gradients of your weights are zero.",
            "A network may have any number of layers.",
            "How does your function find the weights, and does it find w3?",
        ),
    ),
)

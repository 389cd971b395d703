"""The exercise l2_penalty: what large weights cost."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backprop_lib.optimizers import l2_penalty, l2_penalty_backward
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.caches import cache_for
from checks.exercises.drawing import draw_sizes
from checks.exercises.overfitting.parameters import Grads, Params, draw_params

__all__ = ["L2_PENALTY"]


def penalty_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Networks of two, three, eleven and one layers, with strengths below and above 1, and 0."""
    two, three, one = (draw_sizes(rng, letters) for letters in ("DHK", "DHGK", "DK"))
    weak, strong = (float(rng.uniform(*ends)) for ends in ((0.1, 0.9), (1.2, 2.8)))
    deep = draw_params(rng, {f"size {i}": 3 for i in range(12)})
    cases: tuple[tuple[dict[str, int], Grads, float, str], ...] = (
        (two, draw_params(rng, two), weak, ""),
        (three, draw_params(rng, three), strong, ""),
        ({}, deep, weak, "11 layers of 3 units"),
        ({}, draw_params(rng, one), 0.0, "1 layer, strength 0"),
        ({}, draw_params(rng, one), 3, "1 layer, strength 3"),
        (one, draw_params(rng, one), weak, ""),
    )
    return tuple(
        Case(sizes, (params, strength), values=("penalty",), label=label, extreme=bool(label))
        for sizes, params, strength, label in cases
    )


def weights_of(params: Params) -> list[np.ndarray]:
    return [p for name, p in params.items() if name.startswith("w")]


def penalty_with_biases(params: Params, strength: float) -> tuple[Any, None]:
    return strength / 2 * sum((p**2).sum() for p in params.values()), None


def penalty_without_half(params: Params, strength: float) -> tuple[Any, None]:
    return strength * sum((w**2).sum() for w in weights_of(params)), None


def penalty_of_magnitudes(params: Params, strength: float) -> tuple[Any, None]:
    return strength / 2 * sum(np.abs(w).sum() for w in weights_of(params)), None


def penalty_of_all_magnitudes(params: Params, strength: float) -> tuple[Any, None]:
    return strength * sum(np.abs(w).sum() for w in weights_of(params)), None


def penalty_of_norms(params: Params, strength: float) -> tuple[Any, None]:
    return strength / 2 * sum(np.sqrt((w**2).sum()) for w in weights_of(params)), None


def penalty_of_means(params: Params, strength: float) -> tuple[Any, None]:
    return strength / 2 * sum((w**2).mean() for w in weights_of(params)), None


def penalty_of_the_sum(params: Params, strength: float) -> tuple[Any, None]:
    return strength / 2 * sum(w.sum() ** 2 for w in weights_of(params)), None


def penalty_of_products(params: Params, strength: float) -> tuple[Any, None]:
    return strength / 2 * sum((w @ w.T).sum() for w in weights_of(params)), None


def penalty_of_last_layer(params: Params, strength: float) -> tuple[Any, None]:
    return strength / 2 * (weights_of(params)[-1] ** 2).sum(), None


def penalty_of_first_layer(params: Params, strength: float) -> tuple[Any, None]:
    return strength / 2 * (weights_of(params)[0] ** 2).sum(), None


def penalty_without_strength(params: Params, strength: float) -> tuple[Any, None]:
    return 0.5 * sum((w**2).sum() for w in weights_of(params)), None


def penalty_like(
    of_layer: Callable[[np.ndarray], Any] = lambda w: (w**2).sum(),
    together: Callable[[list[Any], float], Any] = lambda parts, strength: strength / 2 * sum(parts),
    counts: Callable[[str], bool] = lambda name: name.startswith("w"),
) -> Callable[..., tuple[Any, Any]]:
    """A penalty made otherwise: from what a layer costs, and how the layers come together."""

    def penalty(params: Params, strength: float) -> tuple[Any, Any]:
        parts = [of_layer(p) for name, p in params.items() if counts(name)]
        return together(parts, strength), (params, strength)

    return penalty


def compounded(parts: list[Any], strength: float) -> Any:
    """The factor applied again with every layer that comes."""
    total = 0.0
    for part in parts:
        total = strength / 2 * (total + part)
    return total


L2_PENALTY = Exercise(
    name="l2_penalty",
    lesson="07_overfitting",
    goal="What large weights cost, to be added to the loss: strength / 2 times their squares.",
    points=2,
    minutes=6,
    difficulty=2,
    reference=l2_penalty,
    cache=cache_for(l2_penalty_backward, l2_penalty, "(params, strength)"),
    returns="out and cache",
    cases=penalty_cases,
    hints=(
        "The penalty is one number for the whole network. What goes into it, and what does not?",
        "Go through the dictionary. A name says whether it stands for weights or for biases.",
        "For each name that begins with w, square every entry and add up. Multiply the sum over "
        "all layers by strength / 2, and return it with whatever the way back will need.",
    ),
    mistakes=(
        Mistake(
            "biases-counted",
            penalty_with_biases,
            "Your penalty holds the squares of the biases too.",
            "A bias only moves an output up or down. It is large weights that make a network bend "
            "sharply from one sample to the next.",
            "Which names in params stand for weights?",
        ),
        Mistake(
            "half-on-one-layer",
            penalty_like(together=lambda parts, strength: strength / 2 * parts[0] + sum(parts[1:])),
            "Your penalty has `strength / 2` before one layer's squares, and the others as they "
            "are.",
            "The factor stands before the sum over all layers.",
            "Which brackets does your formula have, and what do they hold?",
            also=(
                penalty_like(
                    together=lambda parts, strength: strength / 2 * parts[-1] + sum(parts[:-1])
                ),
            ),
        ),
        Mistake(
            "half-forgotten",
            penalty_without_half,
            "Your penalty is exactly twice as large as asked for.",
            "The factor in front is a convention, but the way back has to use the same one.",
            "What is the derivative of w squared, and which factor would cancel what it brings?",
        ),
        Mistake(
            "magnitudes-halved",
            penalty_of_magnitudes,
            "Your penalty adds up the magnitudes of the weights: it is half of an L1 penalty.",
            "L1 makes every weight pay alike for each step away from 0; L2 makes large ones pay "
            "more for it.",
            "By how much should the penalty grow when a weight doubles?",
        ),
        Mistake(
            "magnitudes",
            penalty_of_all_magnitudes,
            "Your penalty adds up the magnitudes of the weights: it is an L1 penalty.",
            "L1 makes every weight pay alike for each step away from 0; L2 makes large ones pay "
            "more for it.",
            "By how much should the penalty grow when a weight doubles?",
        ),
        Mistake(
            "root-taken",
            penalty_of_norms,
            "Your penalty adds up the lengths of the weights, the roots of their sums of squares.",
            "np.linalg.norm takes a root at the end, and the penalty has none.",
            "If all weights double, how many times larger should the penalty become?",
        ),
        Mistake(
            "mean-of-squares",
            penalty_of_means,
            "Your penalty takes the mean of each layer's squares.",
            "With a mean, one large weight costs less the more neighbours it has.",
            "Does the formula divide by the number of weights?",
        ),
        Mistake(
            "square-of-the-sum",
            penalty_of_the_sum,
            "Your penalty squares the sum of each layer's weights.",
            "Weights of 5 and -5 are large, though their sum is 0.",
            "What comes first, squaring or adding up?",
        ),
        Mistake(
            "matrix-product",
            penalty_of_products,
            "Your penalty adds up all entries of the matrix product w @ w.T .",
            "A matrix product multiplies different weights with one another too.",
            "Which entries of w @ w.T are sums of squares, and what are the others?",
        ),
        Mistake(
            "last-layer-only",
            penalty_of_last_layer,
            "Your penalty holds the weights of the last layer only.",
            "Every layer's weights count.",
            "Does each turn of your loop add to what was there before?",
        ),
        Mistake(
            "first-layer-only",
            penalty_of_first_layer,
            "Your penalty holds the weights of the first layer only.",
            "Every layer's weights count.",
            "When does your function return: after the loop, or inside it?",
        ),
        Mistake(
            "strength-forgotten",
            penalty_without_strength,
            "Your penalty does not change with `strength`.",
            "The strength says how much large weights matter beside the loss.",
            "What should the penalty be when strength is 0?",
        ),
        Mistake(
            "factor-compounded",
            penalty_like(together=compounded),
            "With more than one layer, your factor is applied to the first layers again and again.",
            "The factor stands before the sum, and multiplies it once.",
            "How often does the factor multiply what the first layer has cost?",
        ),
        Mistake(
            "whole-number-division",
            penalty_like(together=lambda parts, strength: strength // 2 * sum(parts)),
            "Your penalty is rounded down: it is 0 for every strength below 2.",
            "`//` divides and drops what is left over.",
            "What is 0.3 // 2?",
            also=(penalty_like(together=lambda parts, strength: strength * sum(parts) // 2),),
        ),
        Mistake(
            "mean-over-all-weights",
            lambda params, strength: (
                strength
                / 2
                * sum((w**2).sum() for w in weights_of(params))
                / sum(w.size for w in weights_of(params)),
                None,
            ),
            "Your penalty is a mean over all weights of the network.",
            "With a mean, one large weight costs less the more others there are.",
            "Does the formula divide by the number of weights?",
        ),
        Mistake(
            "mean-over-layers",
            penalty_like(together=lambda parts, strength: strength / 2 * np.mean(parts)),
            "Your penalty is a mean over the layers.",
            "A deeper network has more weights, and all of them count in full.",
            "By what do you divide, and does the formula?",
        ),
        Mistake(
            "strength-squared",
            penalty_like(together=lambda parts, strength: strength**2 / 2 * sum(parts)),
            "Your penalty has the strength in it twice.",
            "The strength comes in once, before the sum.",
            "If strength doubles, how many times larger should the penalty become?",
        ),
        Mistake(
            "half-inside-the-square",
            penalty_like(lambda w: ((w / 2) ** 2).sum(), lambda parts, s: s * sum(parts)),
            "Your penalty halves the weights before it squares them, so a quarter is left.",
            "One half stands before the squares.",
            "What is (w / 2) squared?",
            also=(penalty_like(together=lambda parts, s: s / 4 * sum(parts)),),
        ),
        Mistake(
            "divided-by-strength",
            penalty_like(together=lambda parts, strength: sum(parts) / (2 * strength)),
            "Your penalty gets smaller when the strength gets larger.",
            "A stronger penalty costs more.",
            "What should the penalty be when strength is 0?",
        ),
        Mistake(
            "fourth-power",
            penalty_like(lambda w: (w**2).sum() ** 2),
            "Your penalty squares each layer's sum of squares once more.",
            "Each weight is squared, and that is all.",
            "If all weights double, how many times larger should the penalty become?",
            also=(penalty_like(lambda w: (w**4).sum()), penalty_like(lambda w: (w**3).sum())),
        ),
        Mistake(
            "root-of-it-all",
            penalty_like(together=lambda parts, strength: strength / 2 * np.sqrt(sum(parts))),
            "Your penalty takes the root of the sum of all squares.",
            "np.linalg.norm takes a root at the end, and the penalty has none.",
            "If all weights double, how many times larger should the penalty become?",
        ),
        Mistake(
            "largest-weight",
            penalty_like(lambda w: (w**2).max()),
            "Your penalty holds the largest square of each layer only.",
            "All weights count.",
            "What should happen to the penalty when a small weight doubles?",
        ),
        Mistake(
            "last-layer-left-out",
            lambda params, strength: (
                strength / 2 * sum((w**2).sum() for w in weights_of(params)[:-1]),
                None,
            ),
            "Your penalty leaves out the weights of the last layer.",
            "Every layer's weights count, those of the last one too.",
            "Which values does your loop's counter take?",
        ),
        Mistake(
            "first-layer-left-out",
            lambda params, strength: (
                strength / 2 * sum((w**2).sum() for w in weights_of(params)[1:]),
                None,
            ),
            "Your penalty leaves out the weights of the first layer.",
            "Every layer's weights count, those of the first one too.",
            "Which values does your loop's counter take?",
        ),
        Mistake(
            "biases-only",
            penalty_like(counts=lambda name: name.startswith("b")),
            "Your penalty holds the squares of the biases and none of the weights.",
            "It is the weights that make a network bend sharply; the biases go free.",
            "Which names in params stand for weights?",
        ),
        Mistake(
            "single-digit-layers",
            penalty_like(counts=lambda name: name[0] == "w" and len(name) == 2),
            "Your penalty counts nine layers at most.",
            "A number of a layer may have two digits.",
            "How does your function find the weights, and does it find w10?",
        ),
        Mistake(
            "two-layers-only",
            penalty_like(counts=lambda name: name in ("w1", "w2")),
            "Your penalty knows the layers w1 and w2, and no others.",
            "A network may have any number of layers.",
            "How does your function find the weights, and does it find w3?",
        ),
    ),
)

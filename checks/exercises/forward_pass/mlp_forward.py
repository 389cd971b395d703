"""The exercise mlp_forward: linear layers, with a ReLU after each but the last."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from backprop_lib.layers import linear, relu, sigmoid
from backprop_lib.losses import softmax
from backprop_lib.network import mlp_backward, mlp_forward
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.caches import OutAndCache, cache_for
from checks.exercises.drawing import draw_sizes

__all__ = ["MLP_FORWARD"]


def mlp_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Networks of two, three, ten layers and one layer, batches and one sample. Text puts w10
    before w2. And a network in which all sizes are the same."""
    return (
        mlp_case(rng, draw_sizes(rng, "NDHK")),
        mlp_case(rng, draw_sizes(rng, "NDHGK")),
        mlp_case(rng, draw_sizes(rng, "NDHK", one_sample=True)),
        mlp_case(rng, draw_sizes(rng, "NDABCEFGHIJK", largest=15)),
        replace(mlp_case(rng, draw_sizes(rng, "NDK")), extreme=True),
        replace(
            mlp_case(rng, {"N": 5, "D": 5, "H": 5, "K": 5}),
            sizes={},
            label="N = D = H = K = 5",
            extreme=True,
        ),
    )


def mlp_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """One batch into a network in which every ReLU lets some through and stops some."""
    n, *widths = sizes.values()
    while True:
        params = {}
        for i in range(1, len(widths)):
            scale = np.sqrt(2 / widths[i - 1])
            params[f"w{i}"] = rng.normal(0.0, scale, (widths[i - 1], widths[i]))
            params[f"b{i}"] = rng.normal(0.0, 0.5, widths[i])
        x = rng.normal(0.0, 1.0, (n, widths[0]))
        scores, cache = mlp_forward(x, params)
        insides = [inside for _, inside in cache if inside is not None]  # inputs of the ReLUs
        if all(inside.min() < -0.1 and inside.max() > 0.1 for inside in (*insides, scores)):
            return Case(sizes, (x, params), values=("scores",))


def mlp_of(
    x: np.ndarray,
    params: dict[str, np.ndarray],
    activations: Callable[[int, int], bool],
    activation: Callable[[np.ndarray], OutAndCache] = relu,
) -> np.ndarray:
    """The scores of a network with an activation after layer i of n where activations(i, n)."""
    layers = len(params) // 2
    out = x
    for i in range(1, layers + 1):
        out, _ = linear(out, params[f"w{i}"], params[f"b{i}"])
        if activations(i, layers):
            out, _ = activation(out)
    return out


def mlp_relu_at_the_end(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return mlp_of(x, params, lambda i, layers: True), None


def mlp_no_relu(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return mlp_of(x, params, lambda i, layers: False), None


def mlp_first_relu_only(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return mlp_of(x, params, lambda i, layers: i == 1), None


def mlp_one_relu_too_few(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return mlp_of(x, params, lambda i, layers: i < layers - 1), None


def mlp_sigmoid_inside(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return mlp_of(x, params, lambda i, layers: i < layers, sigmoid), None


def mlp_softmax_at_the_end(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return softmax(mlp_forward(x, params)[0]), None


def mlp_relu_before_linear(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return mlp_forward(np.maximum(x, 0), params)


def mlp_relu_first_in_each_layer(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    layers = len(params) // 2
    out = x
    for i in range(1, layers + 1):
        out = np.maximum(out, 0) if i < layers else out
        out = out @ params[f"w{i}"] + params[f"b{i}"]
    return out, None


def mlp_last_layer_left_out(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    last = len(params) // 2
    kept = {name: array for name, array in params.items() if int(name[1:]) < last}
    return mlp_of(x, kept, lambda i, layers: True), None


def mlp_two_layers_only(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return mlp_forward(x, {name: array for name, array in params.items() if int(name[1:]) <= 2})


def mlp_no_biases(x: np.ndarray, params: dict[str, np.ndarray]) -> OutAndCache:
    return mlp_forward(x, {k: v if k[0] == "w" else np.zeros_like(v) for k, v in params.items()})


def mlp_bias_after_relu(x: np.ndarray, params: dict[str, np.ndarray]) -> np.ndarray:
    layers = len(params) // 2
    out = x
    for i in range(1, layers):
        out = np.maximum(out @ params[f"w{i}"], 0) + params[f"b{i}"]
    return np.asarray(out @ params[f"w{layers}"] + params[f"b{layers}"])


def mlp_hidden_sums(x: np.ndarray, params: dict[str, np.ndarray]) -> np.ndarray:
    last = len(params) // 2
    kept = {name: array for name, array in params.items() if int(name[1:]) < last}
    return mlp_of(x, kept, lambda i, layers: i < layers)


def first_wrong_place(case: Case, cache: Any) -> str:
    """Where, going forward, the cache first differs from that of a right forward pass."""
    _, ours = mlp_forward(*case.args)
    try:
        for i, (((x, w, b), gate), ((my_x, my_w, my_b), my_gate)) in enumerate(
            zip(ours, cache, strict=True), 1
        ):
            for what, right, mine in (
                (f"what goes into layer {i}", x, my_x),
                (f"the weights of layer {i}", w, my_w),
                (f"the biases of layer {i}", b, my_b),
                (f"what goes into the ReLU of layer {i}", gate, my_gate),
            ):
                if right is None or mine is None:
                    continue
                if np.shape(mine) != right.shape or not np.allclose(mine, right, rtol=1e-4):
                    lost = "" if np.isfinite(mine).all() else " and no longer finite"
                    return f"Going forward, the first that is wrong{lost} is {what}."
    except (TypeError, ValueError):
        return ""  # kept in another way
    return "All that your cache holds is right: it is the last step that goes wrong."


MLP_FORWARD = Exercise(
    name="mlp_forward",
    lesson="02_forward_pass",
    goal="Run a batch through every layer: linear, ReLU, linear, ReLU, ..., linear.",
    points=3,
    minutes=9,
    difficulty=3,
    reference=mlp_forward,
    cache=cache_for(
        mlp_backward,
        mlp_forward,
        "a list with a pair for each layer, what linear kept and what relu kept (None at the end)",
        places=first_wrong_place,
    ),
    returns="out and cache",
    cases=mlp_cases,
    hints=(
        "You have already written both kinds of step. What is left is to chain them: the output "
        "of each is the input of the next.",
        "There are half as many layers as there are parameters. Every layer is linear; between "
        "two layers there is a ReLU, so there is one ReLU fewer than there are layers.",
        "Loop i from 1 to the number of layers. Call `linear` with the parameters named w and b "
        "with the layer's number, then `relu` unless it is the last layer. Both return a pair: "
        "carry the first part on, and keep the second for the way back.",
    ),
    mistakes=(
        Mistake(
            "no-relu",
            mlp_no_relu,
            "Your `scores` are what comes out when no layer is followed by a ReLU.",
            "Linear after linear is linear again: such a network is no more than one layer.",
            "Halfway between two samples, what would your network say?",
        ),
        Mistake(
            "relu-at-the-end",
            mlp_relu_at_the_end,
            "Your `scores` are never negative: the last layer has a ReLU too.",
            "A score below zero says that a class is unlikely, and by how much.",
            "What steps does the last layer take, and do they differ from those of the others?",
        ),
        Mistake(
            "one-relu-too-few",
            mlp_one_relu_too_few,
            "Your `scores` lack the ReLU of the last hidden layer.",
            "Between any two linear layers there is a ReLU, the last two among them.",
            "For three layers, for which numbers i is your condition for the ReLU true?",
        ),
        Mistake(
            "first-relu-only",
            mlp_first_relu_only,
            "Your `scores` are right with one hidden layer; with two, the second has no ReLU.",
            "Every hidden layer needs a bend of its own.",
            "For three layers, for which numbers i is your condition for the ReLU true?",
        ),
        Mistake(
            "sigmoid-inside",
            mlp_sigmoid_inside,
            "Your `scores` are those of a network with the sigmoid between its layers.",
            "This lesson's hidden layers use the activation that keeps its slope for large input.",
            "Which activation does the exercise name?",
        ),
        Mistake(
            "softmax-at-the-end",
            mlp_softmax_at_the_end,
            "The rows of your `scores` add up to 1: softmax has been taken of them.",
            "Scores become probabilities in the loss, and that happens once.",
            "If the loss takes the softmax too, how often would it be taken?",
        ),
        Mistake(
            "relu-before-linear",
            mlp_relu_before_linear,
            "Your `scores` do not change when the negative entries of `x` are set to zero: a "
            "ReLU comes before the first layer.",
            "A layer is linear first and bends afterwards; the data come in as they are.",
            "Which step is the first that x meets?",
            also=(mlp_relu_first_in_each_layer,),
        ),
        Mistake(
            "last-layer-left-out",
            mlp_last_layer_left_out,
            "Your `scores` are the output of the last hidden layer.",
            "In Python the end of a range is not part of it.",
            "Which layers does your loop visit, and is the last one among them?",
        ),
        Mistake(
            "two-layers-only",
            mlp_two_layers_only,
            "Your `scores` are right for two layers; with three, they stop after the second.",
            "How many layers there are is written in the parameters.",
            "How can you tell the number of layers from params?",
        ),
        Mistake(
            "biases-left-out",
            mlp_no_biases,
            "Your `scores` are those of a network whose biases are all zero.",
            "Each layer has two parameters, a matrix and a vector.",
            "Which names does params hold, and which of them do you use?",
        ),
        Mistake(
            "first-relu-missing",
            lambda x, params: (mlp_of(x, params, lambda i, layers: 1 < i < layers), None),
            "Your `scores` lack the ReLU of the first hidden layer.",
            "Between any two linear layers there is a ReLU, the first two among them.",
            "For three layers, for which numbers i is your condition for the ReLU true?",
        ),
        Mistake(
            "every-other-relu",
            lambda x, params: (
                mlp_of(x, params, lambda i, layers: i % 2 == 1 and i < layers),
                None,
            ),
            "Your `scores` are those of a network with a ReLU in every other layer.",
            "Every hidden layer needs a bend of its own.",
            "For four layers, for which numbers i is your condition for the ReLU true?",
            also=(
                lambda x, params: (
                    mlp_of(x, params, lambda i, layers: i % 2 == 0 and i < layers),
                    None,
                ),
            ),
        ),
        Mistake(
            "another-activation-inside",
            lambda x, params: (
                mlp_of(x, params, lambda i, layers: i < layers, lambda s: (np.tanh(s), None)),
                None,
            ),
            "Your `scores` are those of a network with another activation between its layers.",
            "This lesson's hidden layers use ReLU.",
            "Which activation does the exercise name, and what does yours do to -1?",
            also=(
                lambda x, params: (
                    mlp_of(x, params, lambda i, layers: i < layers, lambda s: (np.abs(s), None)),
                    None,
                ),
                lambda x, params: (
                    mlp_of(
                        x,
                        params,
                        lambda i, layers: i < layers,
                        lambda s: (np.maximum(s, 0.01 * s), None),
                    ),
                    None,
                ),
                lambda x, params: (
                    mlp_of(
                        x,
                        params,
                        lambda i, layers: i < layers,
                        lambda s: (np.maximum(s, 0.1 * s), None),
                    ),
                    None,
                ),
                lambda x, params: (
                    mlp_of(x, params, lambda i, layers: i < layers, lambda s: (softmax(s), None)),
                    None,
                ),
                lambda x, params: (
                    mlp_of(
                        x, params, lambda i, layers: i < layers, lambda s: (np.minimum(s, 0), None)
                    ),
                    None,
                ),
                lambda x, params: (
                    mlp_of(
                        x, params, lambda i, layers: i < layers, lambda s: (np.clip(s, 0, 1), None)
                    ),
                    None,
                ),
                lambda x, params: (
                    mlp_of(
                        x, params, lambda i, layers: i < layers, lambda s: (s + relu(s)[0], None)
                    ),
                    None,
                ),
            ),
        ),
        Mistake(
            "other-end",
            lambda x, params: (sigmoid(mlp_forward(x, params)[0])[0], None),
            "Something is done to your `scores` after the last layer.",
            "The last layer is linear and nothing more.",
            "Which line of yours is the last to change the scores?",
            also=(
                lambda x, params: (np.tanh(mlp_forward(x, params)[0]), None),
                lambda x, params: (np.log(softmax(mlp_forward(x, params)[0])), None),
                lambda x, params: (
                    mlp_forward(x, params)[0]
                    - mlp_forward(x, params)[0].max(axis=1, keepdims=True),
                    None,
                ),
                lambda x, params: (np.exp(mlp_forward(x, params)[0]), None),
                lambda x, params: (np.abs(mlp_forward(x, params)[0]), None),
            ),
        ),
        Mistake(
            "class-in-place-of-scores",
            lambda x, params: (mlp_forward(x, params)[0].argmax(axis=1), None),
            "Your `scores` hold one number a sample: the best class, or its score.",
            "The scores of all classes are asked for.",
            "Which shape should the scores have?",
            also=(lambda x, params: (mlp_forward(x, params)[0].max(axis=1), None),),
        ),
        Mistake(
            "relu-before-the-bias",
            lambda x, params: (mlp_bias_after_relu(x, params), None),
            "In your `scores` the hidden biases come on top after the ReLU.",
            "A layer is a weighted sum plus a bias, and then the bend.",
            "What should a hidden unit give whose sum is -1 and whose bias is 0.5?",
        ),
        Mistake(
            "biases-of-hidden-layers-left-out",
            lambda x, params: (
                mlp_forward(
                    x,
                    {
                        k: v if k[0] == "w" or int(k[1:]) == len(params) // 2 else 0 * v
                        for k, v in params.items()
                    },
                )[0],
                None,
            ),
            "Your `scores` are those of a network in which only the last layer has biases.",
            "Each layer has two parameters, a matrix and a vector.",
            "Which names does params hold, and which of them do you use?",
        ),
        Mistake(
            "last-bias-left-out",
            lambda x, params: (mlp_forward(x, params)[0] - params[f"b{len(params) // 2}"], None),
            "Your `scores` lack the bias of the last layer.",
            "The last layer has a bias like all others.",
            "What does your last layer do that the others do not, or the other way round?",
        ),
        Mistake(
            "biases-twice",
            lambda x, params: (
                mlp_forward(x, {k: v if k[0] == "w" else 2 * v for k, v in params.items()})[0],
                None,
            ),
            "In your `scores` every bias counts twice, or is taken off.",
            "The bias comes on top once.",
            "Does linear add the bias already?",
            also=(
                lambda x, params: (
                    mlp_forward(x, {k: v if k[0] == "w" else -v for k, v in params.items()})[0],
                    None,
                ),
            ),
        ),
        Mistake(
            "input-prepared",
            lambda x, params: (mlp_forward(x - x.mean(axis=0), params)[0], None),
            "Your network changes `x` before the first layer.",
            "The data come in as they are.",
            "Which step is the first that x meets?",
            also=(
                lambda x, params: (
                    mlp_forward(x / np.linalg.norm(x, axis=1, keepdims=True), params)[0],
                    None,
                ),
                lambda x, params: (mlp_forward(np.abs(x), params)[0], None),
                lambda x, params: (mlp_forward(x - x.mean(axis=1, keepdims=True), params)[0], None),
            ),
        ),
        Mistake(
            "hidden-in-place-of-scores-bent-less",
            lambda x, params: (mlp_hidden_sums(x, params), None),
            "Your `scores` are the sums of the last hidden layer, before its ReLU.",
            "In Python the end of a range is not part of it.",
            "Which layers does your loop visit, and is the last one among them?",
        ),
        Mistake(
            "largest-taken-off-inside",
            lambda x, params: (
                mlp_of(
                    x,
                    params,
                    lambda i, layers: i < layers,
                    lambda s: (relu(s - s.mean(axis=1, keepdims=True))[0], None),
                ),
                None,
            ),
            "Your network brings every hidden layer to a common level or size.",
            "Between the layers there is a ReLU and nothing else.",
            "What stands in your loop beside linear and relu?",
            also=(
                lambda x, params: (
                    mlp_of(
                        x,
                        params,
                        lambda i, layers: i < layers,
                        lambda s: (relu(s / np.linalg.norm(s, axis=1, keepdims=True))[0], None),
                    ),
                    None,
                ),
            ),
        ),
    ),
    uses={"linear": linear, "relu": relu},
)

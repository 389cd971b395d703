"""The exercise mlp_backward: from the scores back through every layer, the last one first."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backprop_lib.layers import linear, linear_backward, relu_backward, sigmoid, sigmoid_backward
from backprop_lib.network import mlp_backward, mlp_forward
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.drawing import draw_sizes

__all__ = ["MLP_BACKWARD"]

Grads = dict[str, np.ndarray]


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


def mlp_gate_after_the_layer(dscores: np.ndarray, cache: Any) -> Grads:
    grads, dout = {}, dscores
    for i in range(len(cache), 0, -1):
        linear_cache, gate = cache[i - 1]
        dout, grads[f"w{i}"], grads[f"b{i}"] = linear_backward(dout, linear_cache)
        if gate is not None and gate.shape == dout.shape:
            dout = relu_backward(dout, gate)
    return grads


def mlp_like(
    gate: Callable[[int, int], bool] = lambda i, layers: True,
    weights: Callable[[np.ndarray, int], np.ndarray] = lambda dw, n: dw,
    bias: Callable[[np.ndarray, int], np.ndarray] = lambda db, n: db,
    passed_on: Callable[[np.ndarray, int], np.ndarray] = lambda dx, n: dx,
    named: Callable[[int, int], Any] = lambda i, layers: i,
    undone: Callable[[np.ndarray, np.ndarray], np.ndarray] = relu_backward,
) -> Callable[..., Grads]:
    """The way back with one of its parts exchanged.

    gate: whether the ReLU of layer i is undone; weights, bias, passed_on: from dw, db or dx, and
    the number of samples, to what is used; named: the number that layer i gets; undone: what
    stands for relu_backward.
    """

    def backward(dscores: np.ndarray, cache: Any) -> Grads:
        grads, dout, layers = {}, dscores, len(cache)
        for i in range(layers, 0, -1):
            linear_cache, relu_cache = cache[i - 1]
            if relu_cache is not None and gate(i, layers):
                dout = undone(dout, relu_cache)
            dx, dw, db = linear_backward(dout, linear_cache)
            name = named(i, layers)
            grads[f"w{name}"] = weights(dw, len(dscores))
            grads[f"b{name}"] = bias(db, len(dscores))
            dout = passed_on(dx, len(dscores))
        return grads

    return backward


MLP_BACKWARD = Exercise(
    name="mlp_backward",
    lesson="05_backward_pass",
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
        Mistake(
            "another-slope-than-that-of-relu",
            mlp_like(undone=sigmoid_backward),
            "Your last layer is right; below it the slope is that of another function than ReLU.",
            "What was done on the way forward decides what is undone on the way back.",
            "Which function's way back do you call on what relu kept?",
            also=(
                mlp_like(undone=lambda dy, x: sigmoid_backward(dy, sigmoid(x)[1])),
                mlp_like(undone=lambda dy, x: dy * (1 - x**2)),
                mlp_like(undone=lambda dy, x: dy * (1 - np.tanh(x) ** 2)),
            ),
        ),
        Mistake(
            "gate-after-the-layer",
            mlp_gate_after_the_layer,
            "Your last layer is right; below it each gate comes after its own layer's weights, "
            "where the shapes let it.",
            "The way back undoes the last step first: in a layer that is the ReLU.",
            "In which order does one hidden layer work on the way forward, and on the way back?",
        ),
    ),
    uses={"linear_backward": linear_backward, "relu_backward": relu_backward},
    order=last_layer_first,
)

"""A multilayer perceptron (MLP): linear layers with ReLU between them.

The parameters are a dictionary: "w1" and "b1" for the first layer, "w2" and "b2" for the
second, and so on. The gradients come back in a dictionary with the same keys and shapes.
"""

import numpy as np

from backprop_lib.layers import linear, linear_backward, relu, relu_backward

__all__ = ["init_mlp", "mlp_backward", "mlp_forward"]


def init_mlp(sizes: list[int], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw the starting parameters of an MLP: random weights, zero biases.

    sizes: features in, hidden units of each layer, classes out, such as [64, 32, 10].
    Returns {"w1": (sizes[0], sizes[1]), "b1": (sizes[1],), "w2": ...}.
    The spread sqrt(2 / inputs) keeps the signal's size from layer to layer (He et al., 2015).
    """
    params = {}
    for i in range(1, len(sizes)):
        inputs, outputs = sizes[i - 1], sizes[i]
        params[f"w{i}"] = rng.normal(0.0, np.sqrt(2 / inputs), (inputs, outputs))
        params[f"b{i}"] = np.zeros(outputs)
    return params


def mlp_forward(x: np.ndarray, params: dict[str, np.ndarray]) -> tuple[np.ndarray, list[tuple]]:
    """Run a batch through every layer: linear, ReLU, linear, ReLU, ..., linear.

    x: (N, D); params: as from `init_mlp`. Returns the scores (N, K) and the cache: a list with
    one pair (cache of linear, cache of relu) a layer. The last layer has no ReLU; its pair
    holds None in that place.
    """
    layers = len(params) // 2
    cache = []
    out = x
    for i in range(1, layers + 1):
        out, linear_cache = linear(out, params[f"w{i}"], params[f"b{i}"])
        relu_cache = None
        if i < layers:
            out, relu_cache = relu(out)
        cache.append((linear_cache, relu_cache))
    return out, cache


def mlp_backward(dscores: np.ndarray, cache: list[tuple]) -> dict[str, np.ndarray]:
    """Send the gradient back through every layer, last layer first.

    dscores: (N, K), dL/dscores; cache: as from `mlp_forward`.
    Returns the gradients under the names of the parameters: {"w1": dL/dw1, "b1": dL/db1, ...}.
    """
    grads = {}
    dout = dscores
    for i in range(len(cache), 0, -1):
        linear_cache, relu_cache = cache[i - 1]
        # undo the steps of layer i in reverse: it was linear, then ReLU
        if relu_cache is not None:
            dout = relu_backward(dout, relu_cache)
        dout, grads[f"w{i}"], grads[f"b{i}"] = linear_backward(dout, linear_cache)
    return grads

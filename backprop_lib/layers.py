"""Layers: each is a pair of functions, the way forward and the way back.

The forward function returns ``(out, cache)``. The cache holds what the way back will need.
The backward function takes ``(dout, cache)``, where ``dout`` is dL/d(out), and returns the
gradient of the loss L for each input of the forward function. A gradient always has the shape
of the thing it belongs to. Rows are samples.
"""

import numpy as np

__all__ = [
    "dropout",
    "dropout_backward",
    "he_init",
    "linear",
    "linear_backward",
    "relu",
    "relu_backward",
    "sigmoid",
    "sigmoid_backward",
    "tanh",
    "tanh_backward",
]


def linear(
    x: np.ndarray, w: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Weigh and add: every output is a weighted sum of all inputs, plus a bias.

    x: (N, D) inputs, w: (D, M) weights, b: (M,) biases.
    Returns y (N, M) and the cache (x, w, b).
    """
    # y = x w + b
    y = x @ w + b
    return y, (x, w, b)


def linear_backward(
    dy: np.ndarray, cache: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Send the gradient of a linear layer back to its inputs, weights and biases.

    dy: (N, M), dL/dy; cache: (x, w, b) as `linear` returned it.
    Returns dx (N, D), dw (D, M), db (M,).
    """
    x, w, _ = cache
    # dL/dx[n,d] = sum over m of dy[n,m] w[d,m]
    dx = dy @ w.T
    # dL/dw[d,m] = sum over n of x[n,d] dy[n,m]
    dw = x.T @ dy
    # dL/db[m] = sum over n of dy[n,m]: every sample used the same bias
    db = dy.sum(axis=0)
    return dx, dw, db


def relu(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Let what is positive through and turn the rest into zero, entry by entry.

    x: any shape. Returns y of the same shape and the cache x.
    """
    # y = max(0, x)
    y = np.maximum(x, 0)
    return y, x


def relu_backward(dy: np.ndarray, cache: np.ndarray) -> np.ndarray:
    """Send the gradient of `relu` back: through where the input was positive, else nothing.

    dy: dL/dy; cache: the input x, of the same shape. Returns dx, of the same shape.
    """
    x = cache
    # dy/dx = 1 where x > 0, else 0 (at x = 0 either is a valid choice)
    dx = dy * (x > 0)
    return dx


def sigmoid(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Squeeze every number into the range from 0 to 1.

    x: any shape. Returns y of the same shape and the cache y.
    """
    # y = 1 / (1 + exp(-x)), and the same is exp(x) / (1 + exp(x)): of the two, take the one
    # whose exp cannot overflow
    u = np.exp(-np.abs(x))
    y = np.where(x >= 0, 1, u) / (1 + u)
    return y, y


def sigmoid_backward(dy: np.ndarray, cache: np.ndarray) -> np.ndarray:
    """Send the gradient of `sigmoid` back. Where y is near 0 or 1, hardly any passes.

    dy: dL/dy; cache: the output y, of the same shape. Returns dx, of the same shape.
    """
    y = cache
    # dy/dx = y (1 - y)
    dx = dy * y * (1 - y)
    return dx


def tanh(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Squeeze every number into the range from -1 to 1, with 0 staying 0.

    x: any shape. Returns y of the same shape and the cache y.
    """
    # y = (exp(x) - exp(-x)) / (exp(x) + exp(-x))
    y = np.tanh(x)
    return y, y


def tanh_backward(dy: np.ndarray, cache: np.ndarray) -> np.ndarray:
    """Send the gradient of `tanh` back. Where y is near -1 or 1, hardly any passes.

    dy: dL/dy; cache: the output y, of the same shape. Returns dx, of the same shape.
    """
    y = cache
    # dy/dx = 1 - y^2
    dx = dy * (1 - y**2)
    return dx


def dropout(
    x: np.ndarray, keep_probability: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """While training, turn random entries into zero, so that no unit relies on another.

    x: any shape; keep_probability: above 0, at most 1; rng: decides which entries stay.
    Returns y of the same shape and the cache: the mask, 0 where dropped and 1 / keep_probability
    where kept. So y is x on average, and nothing need be changed when the network is used.
    """
    if not 0 < keep_probability <= 1:
        raise ValueError(
            f"keep_probability is the share of entries that stay, above 0 and at most 1, but it "
            f"is {keep_probability}. To keep four in five, pass 0.8."
        )
    # y = x mask,  mask = 1 / keep_probability with that probability, else 0
    mask = (rng.random(x.shape) < keep_probability).astype(x.dtype) / keep_probability
    y = x * mask
    return y, mask


def dropout_backward(dy: np.ndarray, cache: np.ndarray) -> np.ndarray:
    """Send the gradient of `dropout` back: only through the entries that stayed.

    dy: dL/dy; cache: the mask that the forward pass drew. Returns dx, of the same shape.
    """
    mask = cache
    # dy/dx = mask
    dx = dy * mask
    return dx


def he_init(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the starting weights of a linear layer that a ReLU follows (He et al., 2015).

    Returns w (inputs, outputs). ReLU halves the mean square of a signal; the spread
    sqrt(2 / inputs) makes up for it, so that a signal keeps its size through many layers. It is
    the spread that counts: uniform numbers of the same spread, around 0, do as well.
    """
    # w ~ normal with mean 0 and standard deviation sqrt(2 / inputs)
    return rng.normal(0.0, np.sqrt(2 / inputs), (inputs, outputs))

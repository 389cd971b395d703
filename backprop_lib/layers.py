"""Layers: each is a pair of functions, the way forward and the way back.

The forward function returns ``(out, cache)``. The cache holds what the way back will need.
The backward function takes ``(dout, cache)``, where ``dout`` is dL/d(out), and returns the
gradient of the loss L for each input of the forward function. A gradient always has the shape
of the thing it belongs to. Rows are samples.
"""

import numpy as np

__all__ = ["linear", "linear_backward", "relu", "relu_backward"]


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

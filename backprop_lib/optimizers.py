"""Optimizers: what to do with a gradient once you have it."""

import numpy as np

__all__ = ["sgd_step"]


def sgd_step(
    params: dict[str, np.ndarray], grads: dict[str, np.ndarray], learning_rate: float
) -> None:
    """Take one step of gradient descent: move every parameter a little downhill, in place.

    params, grads: dictionaries with the same keys and shapes; learning_rate: the step's size.
    """
    for name in params:
        # p <- p - learning_rate * dL/dp
        params[name] -= learning_rate * grads[name]

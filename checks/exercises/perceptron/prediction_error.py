"""How far the perceptron's answer is from the label."""

import numpy as np

from backprop_lib.perceptron import perceptron_predict

__all__ = ["error_of"]


def error_of(x_n: np.ndarray, y_n: int, w: np.ndarray, b: float) -> int:
    """The label less the prediction: 0 when right, 1 or -1 when wrong."""
    return int(y_n) - int(perceptron_predict(x_n, w, b))

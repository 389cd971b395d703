"""The activations and losses of the lessons once more, written into arrays that exist.

`Network` uses these. Formulas and results are those of layers.py and losses.py; what is saved is
the making of new arrays. Each function says which of its arrays it overwrites.
"""

import numpy as np

__all__ = [
    "mean_squared_error_backward_in_place",
    "mean_squared_error_in_place",
    "relu_backward_in_place",
    "relu_in_place",
    "sigmoid_backward_in_place",
    "sigmoid_in_place",
    "softmax_cross_entropy_backward_in_place",
    "softmax_cross_entropy_in_place",
    "tanh_backward_in_place",
    "tanh_in_place",
]


def relu_in_place(x: np.ndarray) -> None:
    """Overwrite x, of any shape, with relu(x)."""
    # y = max(0, x)
    np.maximum(x, 0, out=x)


def relu_backward_in_place(dy: np.ndarray, y: np.ndarray) -> None:
    """Overwrite dy with dx. y: the output of ReLU, which is positive where its input was."""
    # dx = dy where x > 0, else 0
    dy *= y > 0


def tanh_in_place(x: np.ndarray) -> None:
    """Overwrite x, of any shape, with tanh(x)."""
    np.tanh(x, out=x)


def tanh_backward_in_place(dy: np.ndarray, y: np.ndarray) -> None:
    """Overwrite dy with dx, and y, the output of tanh, too."""
    # dx = dy (1 - y^2)
    np.multiply(y, y, out=y)
    np.subtract(1, y, out=y)
    dy *= y


def sigmoid_in_place(x: np.ndarray) -> None:
    """Overwrite x, of any shape, with sigmoid(x)."""
    # sigmoid(x) = (1 + tanh(x / 2)) / 2, which cannot overflow
    x *= 0.5
    np.tanh(x, out=x)
    x += 1
    x *= 0.5


def sigmoid_backward_in_place(dy: np.ndarray, y: np.ndarray) -> None:
    """Overwrite dy with dx, and y, the output of sigmoid, too."""
    # dx = dy y (1 - y)
    dy *= y
    np.subtract(1, y, out=y)
    dy *= y


def softmax_cross_entropy_in_place(
    scores: np.ndarray, labels: np.ndarray
) -> tuple[float, int, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The loss, how many samples are right, and the cache for the way back.

    scores: (N, K), overwritten; labels: (N,) integers from 0 to K - 1.
    """
    rows = np.arange(len(labels))
    best = scores.argmax(axis=1)
    right = int(np.count_nonzero(best == labels))
    # L = 1/N sum over n of log(sum over k of exp s[n,k]) - s[n, labels[n]],
    # with the row's maximum taken off every score first
    scores -= scores[rows, best][:, np.newaxis]
    total_right = scores[rows, labels].sum()
    exponentials = np.exp(scores, out=scores)
    totals = exponentials.sum(axis=1, keepdims=True)  # (N, 1)
    loss = (np.log(totals).sum() - total_right) / len(labels)
    return float(loss), right, (exponentials, totals, labels)


def softmax_cross_entropy_backward_in_place(
    cache: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> np.ndarray:
    """Gradient of the loss for the scores, (N, K), in the array that the scores were in."""
    exponentials, totals, labels = cache
    n = len(labels)
    # dL/ds[n,k] = (p[n,k] - 1 if k is the right class else p[n,k]) / N
    totals *= n
    dscores = np.divide(exponentials, totals, out=exponentials)
    dscores[np.arange(n), labels] -= 1 / n
    return dscores


def mean_squared_error_in_place(
    predictions: np.ndarray, targets: np.ndarray
) -> tuple[float, None, np.ndarray]:
    """The loss, None (no number is simply right or wrong), and the cache for the way back.

    predictions: (N, K), overwritten; targets: (N, K).
    """
    # L = 1/(N K) sum over n, k of (prediction[n,k] - target[n,k])^2
    predictions -= targets
    differences = predictions.reshape(-1)
    return float(differences @ differences / differences.size), None, predictions


def mean_squared_error_backward_in_place(cache: np.ndarray) -> np.ndarray:
    """Gradient of the loss for the predictions, (N, K), in the array that they were in."""
    differences = cache
    # dL/dprediction[n,k] = 2 (prediction[n,k] - target[n,k]) / (N K)
    differences *= 2 / differences.size
    return differences

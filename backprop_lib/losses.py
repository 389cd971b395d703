"""Losses: one number that says how wrong the network is, and its gradient."""

import numpy as np

from backprop_lib.layers import sigmoid

__all__ = [
    "accuracy",
    "binary_cross_entropy",
    "binary_cross_entropy_backward",
    "confusion_matrix",
    "mean_squared_error",
    "mean_squared_error_backward",
    "softmax",
    "softmax_cross_entropy",
    "softmax_cross_entropy_backward",
    "squared_errors",
]


def squared_errors(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """How far off each prediction is, squared: one number a sample.

    predictions: (N, 1), one column, as a layer with one output gives them; targets: (N,).
    Returns (N,). A plain predictions - targets would pair every prediction with every target
    and be (N, N): a column and a row are stretched to fit each other.
    """
    # error[n] = (prediction[n,0] - target[n])^2
    return (predictions[:, 0] - targets) ** 2


def mean_squared_error(
    predictions: np.ndarray, targets: np.ndarray
) -> tuple[float, tuple[np.ndarray, np.ndarray]]:
    """Mean of the squared differences: the loss for predicting numbers.

    predictions, targets: the same shape, such as (N, K).
    Returns the loss, a number, and the cache (predictions, targets).
    """
    if predictions.shape != targets.shape:
        raise ValueError(
            f"predictions and targets must have the same shape, but they have "
            f"{predictions.shape} and {targets.shape}. One target a sample is targets[:, None]."
        )
    # L = 1/(N K) sum over n, k of (prediction[n,k] - target[n,k])^2
    loss = ((predictions - targets) ** 2).mean()
    return loss, (predictions, targets)


def mean_squared_error_backward(dloss: float, cache: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Gradient of `mean_squared_error` for the predictions.

    dloss: the gradient of whatever follows for the loss, a number; cache: (predictions, targets).
    Returns dpredictions, in the shape of the predictions.
    """
    predictions, targets = cache
    # dL/dprediction[n,k] = 2 (prediction[n,k] - target[n,k]) / (N K)
    return dloss * 2 * (predictions - targets) / predictions.size


def binary_cross_entropy(
    scores: np.ndarray, labels: np.ndarray
) -> tuple[float, tuple[np.ndarray, np.ndarray]]:
    """Mean surprise at the right one of two classes. The probability of class 1 is sigmoid(s).

    scores: (N,), positive where class 1 is the more likely; labels: (N,) of 0 and 1.
    Returns the loss, a number (in nats), and the cache (probabilities (N,), labels (N,)).
    """
    # L = -1/N sum over n of (log p[n] if labels[n] is 1 else log(1 - p[n])),  p = sigmoid(s).
    # -log sigmoid(s) = log(1 + exp(-s)), and 1 - sigmoid(s) = sigmoid(-s);
    # logaddexp(0, z) is log(1 + exp(z)) without the overflow.
    loss = np.logaddexp(0, np.where(labels == 1, -scores, scores)).mean()
    probabilities, _ = sigmoid(scores)
    return loss, (probabilities, labels)


def binary_cross_entropy_backward(dloss: float, cache: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Gradient of `binary_cross_entropy` for the scores.

    dloss: the gradient of whatever follows for the loss, a number; cache: (probabilities (N,),
    labels (N,)). Returns dscores (N,).
    """
    probabilities, labels = cache
    # dL/ds[n] = (p[n] - labels[n]) / N
    return dloss * (probabilities - (labels == 1)) / len(labels)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Turn each row of scores into probabilities: positive, with a sum of 1.

    scores: (N, K), one row a sample, one column a class. Returns probabilities (N, K).
    """
    # p[n,k] = exp(s[n,k]) / sum over j of exp(s[n,j]).
    # Taking the row's maximum off first changes nothing and keeps exp from overflowing.
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_cross_entropy(
    scores: np.ndarray, labels: np.ndarray
) -> tuple[float, tuple[np.ndarray, np.ndarray]]:
    """Mean surprise at the right class: 0 when sure and right, large when sure and wrong.

    scores: (N, K); labels: (N,) integers from 0 to K - 1.
    Returns the loss, a number (in nats), and the cache (probabilities (N, K), labels (N,)).
    """
    n = len(labels)
    # L = -1/N sum over n of log p[n, labels[n]], with log p taken straight from the scores,
    # so that a probability that rounds to 0 still has a finite logarithm.
    shifted = scores - scores.max(axis=1, keepdims=True)  # (N, K)
    log_sum = np.log(np.exp(shifted).sum(axis=1))  # (N,)
    loss = (log_sum - shifted[np.arange(n), labels]).mean()
    return loss, (softmax(scores), labels)


def softmax_cross_entropy_backward(
    dloss: float, cache: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """Gradient of `softmax_cross_entropy` for the scores.

    dloss: the gradient of whatever follows for the loss, a number (1.0 when nothing follows);
    cache: (probabilities (N, K), labels (N,)). Returns dscores (N, K).
    """
    probabilities, labels = cache
    n = len(labels)
    # dL/ds[n,k] = (p[n,k] - 1 if k is the right class else p[n,k]) / N
    dscores = probabilities.copy()
    dscores[np.arange(n), labels] -= 1
    return dloss * dscores / n


def accuracy(scores: np.ndarray, labels: np.ndarray) -> float:
    """Share of samples whose highest score is at the right class.

    scores: (N, K); labels: (N,). Returns a number from 0 to 1.
    """
    return float((scores.argmax(axis=1) == labels).mean())


def confusion_matrix(labels: np.ndarray, predictions: np.ndarray, classes: int) -> np.ndarray:
    """What was taken for what: how often each class was predicted for samples of each class.

    labels, predictions: (N,) whole numbers from 0 to classes - 1.
    Returns counts (classes, classes): a row for each true class, a column for each predicted one.
    """
    # counts[k,j] = number of samples n with label[n] = k and prediction[n] = j
    counts = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(counts, (labels, predictions), 1)
    return counts

"""Losses: one number that says how wrong the network is, and its gradient."""

import numpy as np

__all__ = ["accuracy", "softmax", "softmax_cross_entropy", "softmax_cross_entropy_backward"]


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

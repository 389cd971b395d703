"""Data for the lessons. Everything comes from installed packages or a seeded generator."""

from collections.abc import Iterator

import numpy as np

__all__ = ["iterate_minibatches", "load_digits"]


def load_digits(
    rng: np.random.Generator, test_share: float = 0.2
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """1,797 handwritten digits of 8 x 8 pixels, shuffled and split.

    rng: decides the shuffle; test_share: the part held back for testing, between 0 and 1.
    Returns x_train (N, 64), y_train (N,), x_test (M, 64), y_test (M,): grey values from 0 to 1
    and labels from 0 to 9. The data lie in scikit-learn; nothing is downloaded.
    """
    from sklearn import datasets  # here, since it takes a second to import

    digits = datasets.load_digits()
    order = rng.permutation(len(digits.target))
    x = digits.data[order] / 16.0
    y = digits.target[order]
    n_test = round(test_share * len(y))
    return x[n_test:], y[n_test:], x[:n_test], y[:n_test]


def iterate_minibatches(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Go once through all samples in random order, a batch at a time.

    x: (N, ...); y: (N,). Yields (x_batch, y_batch) pairs; the last may be smaller.
    """
    order = rng.permutation(len(y))
    for start in range(0, len(y), batch_size):
        batch = order[start : start + batch_size]
        yield x[batch], y[batch]

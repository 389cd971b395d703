"""Labels in the shape of the scores that they belong to."""

import numpy as np

__all__ = ["one_hot"]


def one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    """Labels (N,) as rows (N, K) with a 1 at the label and 0 elsewhere."""
    return np.eye(classes)[labels]

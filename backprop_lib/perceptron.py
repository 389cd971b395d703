"""The perceptron (Rosenblatt, 1958): one neuron that learns from its mistakes, without calculus.

Where it all begins: a weighted sum, a threshold, and a rule that moves the weights whenever the
answer was wrong. Labels are 0 and 1.
"""

import numpy as np

__all__ = ["perceptron_fit", "perceptron_predict", "perceptron_update"]


def perceptron_predict(x: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    """Say 1 where the weighted sum is above zero, else 0.

    x: (N, D) samples, or (D,) one sample; w: (D,) weights; b: bias, a number.
    Returns labels (N,) of 0 and 1, or one label.
    """
    # y = 1 if x w + b > 0 else 0
    return np.asarray(x @ w + b > 0).astype(np.int64)


def perceptron_update(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, learning_rate: float
) -> tuple[np.ndarray, float]:
    """Learn from one sample: change nothing when the answer was right, else turn towards it.

    x_n: (D,) the sample; y_n: its label, 0 or 1; w: (D,); b: a number.
    Returns the new w (D,) and b; the old ones are left as they are.
    """
    # error = y - prediction: 0 when right, +1 or -1 when wrong
    error = int(y_n) - int(perceptron_predict(x_n, w, b))
    # w <- w + learning_rate error x,  b <- b + learning_rate error
    return w + learning_rate * error * x_n, b + learning_rate * error


def perceptron_fit(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: np.random.Generator
) -> tuple[np.ndarray, float, list[int]]:
    """Go through the samples in random order, again and again, until none is wrong.

    x: (N, D); y: (N,) labels of 0 and 1; epochs: how often at most; rng: decides the order.
    Returns w (D,), b, and the number of mistakes in each epoch, which ends with 0 if and only if
    a line (a plane, a hyperplane) separates the classes and was found in time.
    """
    if not np.isin(y, (0, 1)).all():
        raise ValueError(
            f"A perceptron's labels are 0 and 1, but y holds {np.unique(y)[:5].tolist()}. "
            "Turn the two classes into 0 and 1, such as with (y == 1).astype(int)."
        )
    w, b = np.zeros(x.shape[1], dtype=x.dtype), 0.0
    mistakes: list[int] = []
    for _ in range(epochs):
        wrong = 0
        for n in rng.permutation(len(y)):
            wrong += int(perceptron_predict(x[n], w, b) != y[n])
            w, b = perceptron_update(x[n], y[n], w, b, learning_rate)
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes

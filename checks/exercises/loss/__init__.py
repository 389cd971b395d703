"""Exercises of lesson 03: losses, and the accuracy beside them.

Some cases are extreme: scores so large that exp overflows or a probability rounds to zero. They
tell a formula that is right on paper from one that is right on a computer.
"""

from checks.exercises.loss.accuracy import ACCURACY
from checks.exercises.loss.binary_cross_entropy import BINARY_CROSS_ENTROPY
from checks.exercises.loss.mean_squared_error import MEAN_SQUARED_ERROR
from checks.exercises.loss.softmax_cross_entropy import SOFTMAX_CROSS_ENTROPY

__all__ = ["EXERCISES"]

EXERCISES = (MEAN_SQUARED_ERROR, BINARY_CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY, ACCURACY)

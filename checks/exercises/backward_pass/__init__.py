"""Exercises of lesson 05: the backward pass.

Every case is drawn so that the numbers can tell right from wrong: sizes all different and none
of them 2, upstream gradients random and never ones, caches from a real forward pass.
"""

from checks.exercises.backward_pass.linear_backward import LINEAR_BACKWARD
from checks.exercises.backward_pass.mlp_backward import MLP_BACKWARD
from checks.exercises.backward_pass.relu_backward import RELU_BACKWARD
from checks.exercises.backward_pass.sigmoid_backward import SIGMOID_BACKWARD
from checks.exercises.backward_pass.softmax_cross_entropy_backward import (
    SOFTMAX_CROSS_ENTROPY_BACKWARD,
)

__all__ = ["EXERCISES"]

EXERCISES = (
    LINEAR_BACKWARD,
    RELU_BACKWARD,
    SIGMOID_BACKWARD,
    SOFTMAX_CROSS_ENTROPY_BACKWARD,
    MLP_BACKWARD,
)

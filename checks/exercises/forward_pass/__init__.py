"""Exercises of lesson 02: the forward pass.

Where a function must stay finite for large numbers, one case is made of such numbers.
"""

from checks.exercises.forward_pass.he_init import HE_INIT
from checks.exercises.forward_pass.linear import LINEAR
from checks.exercises.forward_pass.mlp_forward import MLP_FORWARD
from checks.exercises.forward_pass.relu import RELU
from checks.exercises.forward_pass.sigmoid import SIGMOID
from checks.exercises.forward_pass.softmax import SOFTMAX

__all__ = ["EXERCISES"]

EXERCISES = (LINEAR, RELU, SIGMOID, SOFTMAX, HE_INIT, MLP_FORWARD)

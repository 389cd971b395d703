"""Exercises of lesson 04: the chain rule on a graph of numbers.

The graphs are plain dictionaries (see backprop_lib/graph.py). Their entries are shuffled, so that
it shows when a node is visited before its time.
"""

from checks.exercises.chain_rule.gradient_check import GRADIENT_CHECK
from checks.exercises.chain_rule.graph_backward import GRAPH_BACKWARD
from checks.exercises.chain_rule.local_gradients import LOCAL_GRADIENTS
from checks.exercises.chain_rule.numerical_gradient import NUMERICAL_GRADIENT

__all__ = ["EXERCISES"]

EXERCISES = (NUMERICAL_GRADIENT, LOCAL_GRADIENTS, GRAPH_BACKWARD, GRADIENT_CHECK)

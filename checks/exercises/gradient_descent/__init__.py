"""Exercises of lesson 06: gradient descent, mini-batches, momentum, Adam, and training.

Momentum and Adam are judged by where several steps from the start lead, not by what they keep
between the steps: there is more than one right way to keep it.
"""

from checks.exercises.gradient_descent.adam_step import ADAM_STEP
from checks.exercises.gradient_descent.iterate_minibatches import ITERATE_MINIBATCHES
from checks.exercises.gradient_descent.momentum_step import MOMENTUM_STEP
from checks.exercises.gradient_descent.sgd_step import SGD_STEP
from checks.exercises.gradient_descent.train_mlp import TRAIN_MLP

__all__ = ["EXERCISES"]

EXERCISES = (SGD_STEP, ITERATE_MINIBATCHES, MOMENTUM_STEP, ADAM_STEP, TRAIN_MLP)

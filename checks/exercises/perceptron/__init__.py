"""Exercises of lesson 01: the perceptron."""

from checks.exercises.perceptron.perceptron_fit import PERCEPTRON_FIT
from checks.exercises.perceptron.perceptron_predict import PERCEPTRON_PREDICT
from checks.exercises.perceptron.perceptron_update import PERCEPTRON_UPDATE

__all__ = ["EXERCISES"]

EXERCISES = (PERCEPTRON_PREDICT, PERCEPTRON_UPDATE, PERCEPTRON_FIT)

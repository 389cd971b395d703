"""Exercises of lesson 07: overfitting, how to see it and what helps.

Where numbers are drawn at random, learners may draw them in another way than we do: there it is
properties that are checked, such as that no sample is lost, and not the numbers themselves.
"""

from checks.exercises.overfitting.best_epoch import BEST_EPOCH
from checks.exercises.overfitting.dropout import DROPOUT
from checks.exercises.overfitting.dropout_backward import DROPOUT_BACKWARD
from checks.exercises.overfitting.fit_standardizer import FIT_STANDARDIZER
from checks.exercises.overfitting.l2_penalty import L2_PENALTY
from checks.exercises.overfitting.l2_penalty_backward import L2_PENALTY_BACKWARD
from checks.exercises.overfitting.should_stop import SHOULD_STOP
from checks.exercises.overfitting.split_train_validation_test import SPLIT

__all__ = ["EXERCISES"]

EXERCISES = (
    SPLIT,
    FIT_STANDARDIZER,
    L2_PENALTY,
    L2_PENALTY_BACKWARD,
    DROPOUT,
    DROPOUT_BACKWARD,
    BEST_EPOCH,
    SHOULD_STOP,
)

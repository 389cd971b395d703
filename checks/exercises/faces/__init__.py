"""Exercises of lesson 08: a deep network on real photographs, built, trained and selected."""

from checks.exercises.faces.confusion_matrix import CONFUSION_MATRIX
from checks.exercises.faces.select_by_validation import SELECT_BY_VALIDATION
from checks.exercises.faces.train_and_select import TRAIN_AND_SELECT
from checks.exercises.faces.vary_picture import VARY_PICTURE

__all__ = ["EXERCISES"]

EXERCISES = (VARY_PICTURE, CONFUSION_MATRIX, SELECT_BY_VALIDATION, TRAIN_AND_SELECT)

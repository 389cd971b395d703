"""Every exercise of the course, each declared once: a package a lesson, a module an exercise."""

from checks.exercise import Exercise
from checks.exercises import (
    backward_pass,
    chain_rule,
    faces,
    forward_pass,
    gradient_descent,
    loss,
    overfitting,
    perceptron,
    start_here,
)

__all__ = ["EXERCISES", "LESSONS", "find_exercise", "lesson_exercises"]

EXERCISES: tuple[Exercise, ...] = (
    *start_here.EXERCISES,
    *perceptron.EXERCISES,
    *forward_pass.EXERCISES,
    *loss.EXERCISES,
    *chain_rule.EXERCISES,
    *backward_pass.EXERCISES,
    *gradient_descent.EXERCISES,
    *overfitting.EXERCISES,
    *faces.EXERCISES,
)
"""All exercises, in the order of the course."""

LESSONS: tuple[str, ...] = tuple(dict.fromkeys(exercise.lesson for exercise in EXERCISES))
"""The lessons that have exercises, in the order of the course."""


def find_exercise(name: str) -> Exercise:
    """The exercise of this name; a LookupError that lists them all where there is none."""
    for exercise in EXERCISES:
        if exercise.name == name:
            return exercise
    known = ", ".join(exercise.name for exercise in EXERCISES)
    raise LookupError(
        f"There is no exercise named {name!r}. The exercises are: {known}. "
        "Keep the function's name as the lesson gives it."
    )


def lesson_exercises(lesson: str) -> tuple[Exercise, ...]:
    """The exercises of a lesson such as "05_backward_pass", in order."""
    return tuple(exercise for exercise in EXERCISES if exercise.lesson == lesson)

"""The exercise of lesson 00: shapes, before anything is learned.

A column minus a row is the most expensive silent mistake of the course: nothing fails, and the
network learns the mean of its targets. So it comes first.
"""

import numpy as np

from backprop_lib.losses import squared_errors
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.drawing import draw_batches

__all__ = ["EXERCISES"]

LESSON = "00_start_here"


# squared_errors


def squared_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches of predictions in a column and targets in a row, and one sample."""
    return tuple(squared_case(rng, sizes) for sizes in draw_batches(rng, "N"))


def squared_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """One batch; predictions and targets both of either sign."""
    predictions = rng.normal(0.5, 1.5, (sizes["N"], 1))
    targets = rng.normal(-0.5, 1.5, sizes["N"])
    return Case(sizes, (predictions, targets), values=("errors",))


def squared_all_pairs(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return (predictions - targets) ** 2


def squared_mean_over_pairs(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return ((predictions - targets) ** 2).mean()


def squared_pairs_averaged(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return ((predictions - targets) ** 2).mean(axis=1)


def squared_pairs_summed(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return ((predictions - targets) ** 2).sum(axis=1)


def squared_first_of_pairs(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return ((predictions - targets) ** 2)[:, 0]


def squared_column_kept(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return (predictions - targets[:, np.newaxis]) ** 2


def squared_mean(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return ((predictions[:, 0] - targets) ** 2).mean()


def squared_not_squared(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return predictions[:, 0] - targets


def squared_absolute(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return np.abs(predictions[:, 0] - targets)


def squared_doubled(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return (predictions[:, 0] - targets) * 2


def squared_apart(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return predictions[:, 0] ** 2 - targets**2


SQUARED_ERRORS = Exercise(
    name="squared_errors",
    lesson=LESSON,
    goal="Say how far off each prediction is, squared: one number a sample.",
    points=1,
    minutes=5,
    difficulty=1,
    reference=squared_errors,
    returns="array",
    cases=squared_cases,
    hints=(
        "Print the shapes of both arrays, and then the shape of their difference.",
        "NumPy lines shapes up from the right: (N,) counts as (1, N). Beside (N, 1), each of "
        "the two is stretched until both are (N, N). Give both the same shape first.",
        "`predictions[:, 0]` takes the only column of `predictions`, and its shape is (N,). "
        "Subtract the targets from that, and square each entry with `** 2`.",
    ),
    mistakes=(
        Mistake(
            "all-pairs",
            squared_all_pairs,
            "Your `errors` has N rows and N columns: it pairs every prediction with every target.",
            "NumPy stretches a column and a row to a whole table without a word.",
            "What are the shapes of `predictions` and of `targets`, and how do they line up?",
        ),
        Mistake(
            "mean-over-all-pairs",
            squared_mean_over_pairs,
            "Your `errors` is one number: the mean over every prediction with every target.",
            "A mean hides the shape of what went into it, and here that was a whole table.",
            "What is the shape of your difference just before you take the mean?",
        ),
        Mistake(
            "pairs-averaged",
            squared_pairs_averaged,
            "Your `errors` compares each prediction with all N targets and takes the mean.",
            "Each sample has one prediction and one target of its own.",
            "What is the shape of your difference, and how many numbers should be in it?",
        ),
        Mistake(
            "pairs-summed",
            squared_pairs_summed,
            "Your `errors` compares each prediction with all N targets and adds it all up.",
            "Each sample has one prediction and one target of its own.",
            "What is the shape of your difference, and how many numbers should be in it?",
        ),
        Mistake(
            "first-target-for-all",
            squared_first_of_pairs,
            "Your `errors` compares every prediction with the first target.",
            "The shape is right now, but one column of a table of all pairs is not the samples.",
            "In a table of all pairs, where do the N pairs lie that belong together?",
        ),
        Mistake(
            "column-kept",
            squared_column_kept,
            "Your `errors` holds the right numbers in a column, with the shape of `predictions`.",
            "A column (N, 1) and a row of numbers (N,) are not the same to NumPy.",
            "Which shape does the task ask for, and which did you bring both arrays to?",
        ),
        Mistake(
            "averaged",
            squared_mean,
            "Your `errors` is one number: the mean of what was asked for.",
            "A mean is a good loss, but it forgets which sample was far off.",
            "How many numbers should come back for N samples?",
        ),
        Mistake(
            "not-squared",
            squared_not_squared,
            "Your `errors` are the plain differences, and some are negative.",
            "Being too low is as bad as being too high, and the two must not cancel.",
            "What does an error of -3 count beside an error of 3?",
        ),
        Mistake(
            "absolute",
            squared_absolute,
            "Your `errors` are distances: they grow in step with the difference.",
            "A square punishes one large error more than many small ones.",
            "If one prediction is 3 off, what should its entry be?",
        ),
        Mistake(
            "doubled",
            squared_doubled,
            "Your `errors` are the differences times two.",
            "In Python `*` multiplies; a power has a sign of its own.",
            "What do you get for a difference of 3, and what should you get?",
        ),
        Mistake(
            "squared-apart",
            squared_apart,
            "Your `errors` are the squared prediction less the squared target.",
            "The square of a difference is not the difference of the squares.",
            "For a prediction of 1 and a target of -1, what is the error, and what do you get?",
        ),
    ),
)

EXERCISES = (SQUARED_ERRORS,)

"""The exercise of lesson 00: shapes, before anything is learned.

A column minus a row is the most expensive silent mistake of the course: nothing fails, and the
network learns the mean of its targets. So it comes first.
"""

from collections.abc import Callable

import numpy as np

from backprop_lib.losses import squared_errors
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.drawing import draw_batches

__all__ = ["EXERCISES"]

LESSON = "00_start_here"


# squared_errors


def squared_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches of predictions in a column and targets in a row, one sample, and many samples with
    large numbers, one of them predicted exactly."""
    predictions = 1000 * rng.normal(0.5, 1.5, (int(rng.integers(12, 20)), 1))
    targets = 1000 * rng.normal(-0.5, 1.5, len(predictions))
    targets[1] = predictions[1, 0]
    many = Case({"N": len(targets)}, (predictions, targets), values=("errors",))
    return (*(squared_case(rng, sizes) for sizes in draw_batches(rng, "N")), many)


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


def per_sample(
    error: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """A wrong implementation that has taken the column right: error of (N,) and (N,)."""
    return lambda predictions, targets: error(predictions[:, 0], targets)


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
        Mistake(
            "number-for-one-sample",
            per_sample(lambda p, t: np.squeeze((p - t) ** 2)),
            "Your `errors` of a single sample is a bare number, without an axis.",
            "A batch of one is still a batch. squeeze removes every axis of length 1, also that "
            "of the samples.",
            "Which shape should come back for N = 1?",
        ),
        Mistake(
            "first-prediction-for-all",
            per_sample(lambda p, t: (p[0] - t) ** 2),
            "Your `errors` compares every target with the first prediction.",
            "A single index takes a row, and the first row belongs to the first sample.",
            "What are the shapes of predictions[0] and of predictions[:, 0]?",
        ),
        Mistake(
            "first-three-only",
            per_sample(lambda p, t: (p[:3] - t[:3]) ** 2),
            "Your `errors` stops after three samples.",
            "The example has three samples; a batch may have any number.",
            "From what could your function learn how many samples there are?",
        ),
        Mistake(
            "one-sample-missing",
            per_sample(lambda p, t: ((p - t) ** 2)[:-1]),
            "Your `errors` has an entry too few: one sample is left out.",
            "Python counts from 0, and the end of a range is not part of it.",
            "Which is the first sample that your function looks at, and which the last?",
            also=(per_sample(lambda p, t: ((p - t) ** 2)[1:]),),
        ),
        Mistake(
            "cut-to-whole-numbers",
            per_sample(lambda p, t: np.trunc((p - t) ** 2)),
            "Your `errors` are whole numbers: what stands behind the point is lost.",
            "An array of integers keeps nothing behind the point, and neither does rounding.",
            "Of which type is the array that you write into, and what does it make of 6.28?",
            also=(
                per_sample(lambda p, t: np.rint((p - t) ** 2)),
                per_sample(lambda p, t: np.trunc(p - t) ** 2),
                per_sample(lambda p, t: np.rint(p - t) ** 2),
            ),
        ),
        Mistake(
            "sign-kept",
            per_sample(lambda p, t: (p - t) * np.abs(p - t)),
            "Your `errors` have the right sizes, but some are negative.",
            "Being too low is as bad as being too high: a square has no sign.",
            "What is (-3) times (-3), and what does your formula give?",
            also=(per_sample(lambda p, t: (t - p) * np.abs(p - t)),),
        ),
        Mistake(
            "added",
            per_sample(lambda p, t: (p + t) ** 2),
            "Your `errors` are the squares of the sums of prediction and target.",
            "How far off a prediction is does not depend on how large the target is.",
            "If a prediction is exactly right, what should its entry be?",
        ),
        Mistake(
            "multiplied",
            per_sample(lambda p, t: p * t),
            "Your `errors` are products of prediction and target.",
            "How far two numbers lie apart is a matter of their difference.",
            "If a prediction is exactly right, what should its entry be?",
            also=(per_sample(lambda p, t: (p * t) ** 2),),
        ),
        Mistake(
            "halved",
            per_sample(lambda p, t: (p - t) ** 2 / 2),
            "Your `errors` are half of what was asked for.",
            "Some books put 1/2 in front to make the derivative shorter; here is no 1/2.",
            "If one prediction is 3 off, what should its entry be?",
        ),
        Mistake(
            "another-power",
            per_sample(lambda p, t: (p - t) ** 4),
            "Your `errors` are a higher power of the difference than the second.",
            "To square is to take a number times itself, once.",
            "If one prediction is 3 off, what should its entry be?",
            also=(
                per_sample(lambda p, t: (p - t) ** 3),
                per_sample(lambda p, t: np.abs(p - t) ** 3),
            ),
        ),
        Mistake(
            "share-of-the-target",
            per_sample(lambda p, t: ((p - t) / t) ** 2),
            "Your `errors` are shares: the difference was divided before it was squared.",
            "A squared error is in the unit of the targets, squared, whatever their size.",
            "If the target is 100 and the prediction 103, what should the entry be?",
            also=(
                per_sample(lambda p, t: ((p - t) / p) ** 2),
                per_sample(lambda p, t: (p - t) ** 2 / np.abs(t)),
            ),
        ),
        Mistake(
            "off-from-a-mean",
            per_sample(lambda p, t: (p - t.mean()) ** 2),
            "Your `errors` measure how far a number lies from a mean of the batch.",
            "Each sample has one prediction and one target of its own.",
            "With which number is the first prediction to be compared?",
            also=(
                per_sample(lambda p, t: (t - t.mean()) ** 2),
                per_sample(lambda p, t: (p - p.mean()) ** 2),
                per_sample(lambda p, t: (p - t - (p - t).mean()) ** 2),
            ),
        ),
        Mistake(
            "samples-mixed-up",
            per_sample(lambda p, t: (p[::-1] - t) ** 2),
            "Your `errors` compares predictions with the targets of other samples.",
            "The n-th prediction and the n-th target belong together, in the order they came in.",
            "With which target is your first prediction compared?",
            also=(
                per_sample(lambda p, t: (np.sort(p) - np.sort(t)) ** 2),
                per_sample(lambda p, t: (np.roll(p, 1) - t) ** 2),
                per_sample(lambda p, t: (np.roll(p, -1) - t) ** 2),
            ),
        ),
        Mistake(
            "one-number-for-all",
            per_sample(lambda p, t: ((p - t) ** 2).sum()),
            "Your `errors` is one number for the whole batch.",
            "A sum, like a mean, forgets which sample was far off.",
            "How many numbers should come back for N samples?",
            also=(
                per_sample(lambda p, t: (p - t).sum() ** 2),
                per_sample(lambda p, t: (p - t).mean() ** 2),
                per_sample(lambda p, t: np.sqrt(((p - t) ** 2).sum())),
                per_sample(lambda p, t: np.sqrt(((p - t) ** 2).mean())),
            ),
        ),
        Mistake(
            "one-part-alone",
            per_sample(lambda p, t: p**2),
            "Your `errors` are squares of one of the two arrays: the other has no part in them.",
            "An error is a matter of two numbers, what was predicted and what is true.",
            "Which of your numbers change when the targets do, and which when the predictions do?",
            also=(per_sample(lambda p, t: t**2),),
        ),
        Mistake(
            "times-all-differences",
            lambda predictions, targets: (
                (predictions[:, 0] - targets) * (predictions[:, 0] - targets).sum()
            ),
            "Each of your `errors` is a difference times the sum of all of them.",
            "A square is a number times itself.",
            "By what do you multiply the difference of sample 0?",
        ),
    ),
)

EXERCISES = (SQUARED_ERRORS,)

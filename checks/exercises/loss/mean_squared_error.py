"""The exercise mean_squared_error: one number for how far predictions are from their targets."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backprop_lib.losses import mean_squared_error, mean_squared_error_backward
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.caches import LossAndCache, cache_for
from checks.exercises.drawing import draw_batches

__all__ = ["MEAN_SQUARED_ERROR"]


def squared_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches of predictions, and one sample; one output, with large numbers; as many outputs as
    samples, all predicted exactly."""
    large = 1000 * rng.normal(0.0, 1.0, (2, int(rng.integers(10, 16)), 1))
    exact = rng.normal(0.0, 1.0, (3, 3))
    return (
        *(squared_case(rng, sizes) for sizes in draw_batches(rng, "NK")),
        Case({"N": large.shape[1], "K": 1}, (large[0], large[1]), values=("loss",)),
        Case({}, (exact, exact.copy()), values=("loss",), label="all exact, 3 x 3", extreme=True),
    )


def squared_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """One batch of predictions, off by different amounts in different directions."""
    shape = (sizes["N"], sizes["K"])
    targets = rng.normal(0.5, 1.0, shape)
    predictions = targets + rng.normal(0.3, 1.0, shape)
    return Case(sizes, (predictions, targets), values=("loss",))


def squared_kept_apart(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return (predictions - targets) ** 2, None


def squared_per_sample(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return ((predictions - targets) ** 2).mean(axis=1), None


def squared_per_output(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return ((predictions - targets) ** 2).mean(axis=0), None


def squared_sum(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return ((predictions - targets) ** 2).sum(), None


def squared_sum_over_outputs(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return ((predictions - targets) ** 2).sum() / len(targets), None


def squared_sum_over_samples(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return ((predictions - targets) ** 2).sum() / targets.shape[1], None


def squared_halved(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return ((predictions - targets) ** 2).mean() / 2, None


def squared_root(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return np.sqrt(((predictions - targets) ** 2).mean()), None


def squared_absolute(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return np.abs(predictions - targets).mean(), None


def squared_not(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return (predictions - targets).mean(), None


def squared_not_and_turned(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return (targets - predictions).mean(), None


def squared_after_the_mean(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return (predictions - targets).mean() ** 2, None


def squared_before_the_difference(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return (predictions**2 - targets**2).mean(), None


def squared_of(loss: Callable[[np.ndarray], Any]) -> Callable[..., LossAndCache]:
    """A wrong implementation: the loss of predictions minus targets, (N, K)."""
    return lambda predictions, targets: (loss(predictions - targets), None)


MEAN_SQUARED_ERROR = Exercise(
    name="mean_squared_error",
    lesson="03_loss",
    goal="Measure how far predicted numbers are from their targets.",
    points=1,
    minutes=5,
    difficulty=1,
    reference=mean_squared_error,
    cache=cache_for(mean_squared_error_backward, mean_squared_error, "(predictions, targets)"),
    returns="out and cache",
    cases=squared_cases,
    hints=(
        "Read the name from its end: an error, then its square, then a mean.",
        "The error of one entry is prediction minus target. Squared, it can no longer cancel "
        "against an error the other way. How many such squares are there?",
        "Subtract the arrays, square entry by entry, and take the mean of all N x K squares. "
        "Return that number, and beside it predictions and targets as the cache.",
    ),
    mistakes=(
        Mistake(
            "not-averaged",
            squared_kept_apart,
            "Your `loss` is an array with a square for every entry, not one number.",
            "A loss sums up a whole batch in one number, so that two networks can be compared.",
            "What single number stands for a whole array of them?",
        ),
        Mistake(
            "one-loss-per-sample",
            squared_per_sample,
            "Your `loss` has one number per sample: only the columns were averaged.",
            "The loss of a batch is one number, whatever the shape of the predictions.",
            "Along which axes does your mean go, and which is left?",
        ),
        Mistake(
            "one-loss-per-output",
            squared_per_output,
            "Your `loss` has one number per output: only the rows were averaged.",
            "The loss of a batch is one number, whatever the shape of the predictions.",
            "Along which axes does your mean go, and which is left?",
        ),
        Mistake(
            "summed-over-everything",
            squared_sum,
            "Your `loss` is N x K times too large: it is the sum of the squares.",
            "A sum grows with the batch; a mean can be compared between batches of any size.",
            "If every sample came twice, should the loss change?",
        ),
        Mistake(
            "summed-over-outputs",
            squared_sum_over_outputs,
            "Your `loss` is K times too large: it is a mean over the N samples only.",
            "Here the mean goes over every number that was predicted.",
            "How many squares are added up, and by how many do you divide?",
        ),
        Mistake(
            "summed-over-samples",
            squared_sum_over_samples,
            "Your `loss` is N times too large: it is divided by K only.",
            "Here the mean goes over every number that was predicted.",
            "How many squares are added up, and by how many do you divide?",
        ),
        Mistake(
            "halved",
            squared_halved,
            "Your `loss` is half of the mean of the squares, in every case.",
            "Some books put 1/2 in front to make the derivative shorter; this loss is the plain "
            "mean.",
            "If every prediction is off by exactly 1, what is the mean of the squares?",
        ),
        Mistake(
            "root-taken",
            squared_root,
            "Your `loss` is the square root of what was asked for.",
            "The root is a fine way to report an error, in the unit of the targets. It is another "
            "function, with another gradient.",
            "Which of the words mean, squared and error asks for a root?",
        ),
        Mistake(
            "absolute-error",
            squared_absolute,
            "Your `loss` is the mean of the absolute differences.",
            "Squaring removes the sign too, and makes one large error count for more than many "
            "small ones.",
            "How much more should an error of 3 cost than an error of 1?",
        ),
        Mistake(
            "not-squared",
            squared_not,
            "Your `loss` is the plain mean of predictions minus targets; it can be negative.",
            "An error up and an error down cancel unless something takes away the sign.",
            "Predictions of 5 and -5 for two targets of 0: what does your loss say?",
        ),
        Mistake(
            "not-squared-and-turned",
            squared_not_and_turned,
            "Your `loss` is the plain mean of targets minus predictions; it can be negative.",
            "An error up and an error down cancel unless something takes away the sign.",
            "Predictions of 5 and -5 for two targets of 0: what does your loss say?",
        ),
        Mistake(
            "squared-after-the-mean",
            squared_after_the_mean,
            "Your `loss` is the square of the mean difference, not the mean of the squares.",
            "Once errors have been averaged, those of opposite sign have already cancelled.",
            "Predictions of 5 and -5 for two targets of 0: what does your loss say?",
        ),
        Mistake(
            "squares-subtracted",
            squared_before_the_difference,
            "Your `loss` is the mean of `predictions**2 - targets**2`.",
            "A difference of squares is not the square of a difference.",
            "A prediction of -1 for a target of 1: what does your loss say?",
        ),
        Mistake(
            "variance",
            squared_of(lambda d: np.var(d)),
            "Your `loss` is the variance of the errors: a mean error costs nothing in it.",
            "If every prediction is too high by the same amount, that is an error too.",
            "If every prediction is off by exactly 1, what does your loss say?",
            also=(
                squared_of(lambda d: np.std(d)),
                squared_of(lambda d: np.var(d, axis=0).mean()),
                squared_of(lambda d: np.var(d, axis=1).mean()),
            ),
        ),
        Mistake(
            "mean-length-of-rows",
            squared_of(lambda d: np.linalg.norm(d, axis=1).mean()),
            "Your `loss` is made of lengths: a root is taken of squares that were added up.",
            "A length is the root of a sum of squares; the loss stays with the squares.",
            "Which of the words mean, squared and error asks for a root?",
            also=(
                squared_of(lambda d: np.linalg.norm(d)),
                squared_of(lambda d: np.linalg.norm(d, axis=0).mean()),
                squared_of(lambda d: np.sqrt((d**2).mean(axis=1)).mean()),
                squared_of(lambda d: np.sqrt((d**2).mean(axis=0)).mean()),
                squared_of(lambda d: np.linalg.norm(d) / d.size),
                squared_of(lambda d: np.linalg.norm(d) / len(d)),
            ),
        ),
        Mistake(
            "one-sample-only",
            squared_of(lambda d: (d[0] ** 2).mean()),
            "Your `loss` knows one sample of the batch.",
            "The loss of a batch is a mean over all of its samples.",
            "How often does your loop run before the function returns?",
            also=(
                squared_of(lambda d: (d[-1] ** 2).mean()),
                squared_of(lambda d: (d[0] ** 2).sum() / d.size),
                squared_of(lambda d: (d[-1] ** 2).sum() / d.size),
                squared_of(lambda d: (d[0] ** 2).sum()),
                squared_of(lambda d: (d[-1] ** 2).sum()),
            ),
        ),
        Mistake(
            "one-output-only",
            squared_of(lambda d: (d[:, 0] ** 2).mean()),
            "Your `loss` knows one of the K outputs.",
            "The mean goes over every number that was predicted.",
            "Which columns of the difference does your function look at?",
            also=(
                squared_of(lambda d: (d[:, -1] ** 2).mean()),
                squared_of(lambda d: (d[:, 0] ** 2).sum() / d.size),
            ),
        ),
        Mistake(
            "largest-or-middle-square",
            squared_of(lambda d: (d**2).max()),
            "Your `loss` is one of the squares, the largest or the one in the middle.",
            "In a mean every square has its part.",
            "If the second largest error grew a little, would your loss change?",
            also=(squared_of(lambda d: np.median(d**2)), squared_of(lambda d: np.abs(d).max())),
        ),
        Mistake(
            "divided-by-one-less",
            squared_of(lambda d: (d**2).sum() / max(d.size - 1, 1)),
            "Your `loss` is a little too large: the sum is divided by one less than N x K.",
            "One less is for the variance of a sample, which has first to find a mean.",
            "How many squares are there, and by how many do you divide?",
            also=(squared_of(lambda d: (d**2).sum() / (d.size + 1)),),
        ),
        Mistake(
            "squared-after-a-sum",
            squared_of(lambda d: (d.mean(axis=1) ** 2).mean()),
            "Your `loss` adds up errors before it squares, so that some of them cancel.",
            "A prediction too high and one too low are two errors.",
            "Predictions of 5 and -5 for two targets of 0: what does your loss say?",
            also=(
                squared_of(lambda d: (d.mean(axis=0) ** 2).mean()),
                squared_of(lambda d: d.sum() ** 2),
                squared_of(lambda d: d.sum() ** 2 / d.size),
                squared_of(lambda d: (d.sum(axis=1) ** 2).mean()),
                squared_of(lambda d: np.abs(d).mean() ** 2),
            ),
        ),
        Mistake(
            "gentle-to-large-errors",
            squared_of(lambda d: np.where(np.abs(d) < 1, d**2 / 2, np.abs(d) - 0.5).mean()),
            "Your `loss` is a square only where an error is small; large ones count less.",
            "That is the loss of Huber, or one like it. Here every error is squared.",
            "What does an error of 3 cost, and what does an error of 6?",
            also=(
                squared_of(lambda d: np.log(np.cosh(d)).mean()),
                squared_of(lambda d: np.minimum(d**2, 1).mean()),
            ),
        ),
        Mistake(
            "sums-squared",
            lambda predictions, targets: (((predictions + targets) ** 2).mean(), None),
            "Your `loss` squares the sums of prediction and target.",
            "An error is a difference: it is 0 where a prediction is right.",
            "If every prediction is right, what does your loss say?",
            also=(lambda predictions, targets: ((predictions * targets).mean(), None),),
        ),
        Mistake(
            "targets-have-no-part",
            lambda predictions, targets: ((predictions**2).mean(), None),
            "Your `loss` is the mean square of one of the two arrays.",
            "An error is a matter of two numbers, what was predicted and what is true.",
            "If every prediction is right, what does your loss say?",
            also=(lambda predictions, targets: ((targets**2).mean(), None),),
        ),
        Mistake(
            "another-power",
            squared_of(lambda d: (d**4).mean()),
            "Your `loss` is the mean of a higher power of the errors than the second.",
            "To square is to take a number times itself, once.",
            "What does an error of 2 cost?",
            also=(squared_of(lambda d: (d**3).mean()), squared_of(lambda d: np.abs(d**3).mean())),
        ),
    ),
)

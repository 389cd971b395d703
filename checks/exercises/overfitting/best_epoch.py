"""The exercise best_epoch: the epoch with the lowest validation loss, counted from 1."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from backprop_lib.training import best_epoch
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.overfitting.validation_loss import epoch_last_of_equals, epoch_of_worst, shown

__all__ = ["BEST_EPOCH"]

ODD_LOSSES: tuple[Sequence[float], ...] = (
    [0.75],
    [1.2, 0.5042, 0.5041, 0.50405, 0.5043, 0.504049, 0.50406],
    [0.7, 0.7, 0.7, 0.7],
    (3e12, 2e12, 7e11, 8e11, 5e12),
    [-0.1, -0.7, -0.4, -0.6],
    [3e-9, 2e-9, 5e-10, 1e-9],
    [7, 5, 5, 3, 4, 3, 6],
    [0.9, 0.8, 0.6, 0.5, 0.3],
    [1.0, 0.0, 0.5, 0.0],
)


def best_epoch_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Losses that fall and rise, with a lesser valley before the best; one tie; all above 1; and
    one loss alone, equal ones, huge, tiny and negative ones, whole numbers, and a tuple."""
    valley, later = rng.uniform(0.7, 0.8), rng.uniform(0.4, 0.5)
    noise = rng.uniform(0.0, 0.02, 10)
    return (
        losses_case([1.3, 1.1, valley, 0.95, 0.9, later, 0.6, 0.65], noise),
        losses_case([1.5, 0.9, later, 0.6, valley, 0.85, 0.9], noise),
        losses_case([later, 0.62, valley, 0.7, 0.78, 1.2, 0.9, 0.85, 0.8], noise),
        epochs_case([1.2, 0.9, float(later), 0.8, float(later), 0.9]),
        losses_case([3.1, 2.7, 2.5, 2.2, 2.4, 2.9], noise),
        *(epochs_case(losses, extreme=True) for losses in ODD_LOSSES),
    )


def losses_case(losses: Sequence[float], noise: np.ndarray) -> Case:
    """Validation losses, each a little off these."""
    return epochs_case([float(v) for v in np.array(losses) + noise[: len(losses)]])


def epochs_case(losses: Sequence[float], extreme: bool = False) -> Case:
    """These validation losses."""
    return Case({}, (losses,), values=("epoch",), label=shown(losses), extreme=extreme)


def epoch_from_zero(validation_loss: Sequence[float]) -> int:
    return int(np.argmin(validation_loss))


def epoch_last(validation_loss: Sequence[float]) -> int:
    return len(validation_loss)


def epoch_first_valley(validation_loss: Sequence[float]) -> int:
    for i in range(1, len(validation_loss)):
        if validation_loss[i] > validation_loss[i - 1]:
            return i
    return len(validation_loss)


def epoch_last_below_the_first(validation_loss: Sequence[float]) -> int:
    return max(
        i for i, loss in enumerate(validation_loss, 1) if i == 1 or loss < validation_loss[0]
    )


def epoch_first_left_out(validation_loss: Sequence[float]) -> int:
    return int(np.argmin(validation_loss[1:])) + 2


def epoch_lowest_loss(validation_loss: Sequence[float]) -> float:
    return min(validation_loss)


def epoch_last_improvement(validation_loss: Sequence[float]) -> int:
    return max(
        (i + 1 for i in range(1, len(validation_loss)) if is_drop(validation_loss, i)), default=1
    )


def is_drop(losses: Sequence[float], i: int) -> bool:
    """Whether the loss fell from the epoch before."""
    return losses[i] < losses[i - 1]


def epoch_like(
    losses: Callable[[Sequence[float]], Any] = list,
    better: Callable[[float, float], bool] = lambda loss, best: loss < best,
    first: float = np.inf,
    at_first: int = 0,
    place: Callable[[int], int] = lambda epoch: epoch,
) -> Callable[[Sequence[float]], int]:
    """A search through all epochs with a part exchanged: the losses that are looked at, when one
    is better, and the loss and the epoch that the search begins with."""

    def epoch(validation_loss: Sequence[float]) -> int:
        best, found = first, at_first
        for i, loss in enumerate(losses(validation_loss), 1):
            if better(loss, best):
                best, found = loss, i
        return place(found)

    return epoch


def epoch_count_of_bests(validation_loss: Sequence[float]) -> int:
    return len(set(np.minimum.accumulate(validation_loss)))


def epoch_first_rise(validation_loss: Sequence[float]) -> int:
    return min(epoch_first_valley(validation_loss) + 1, len(validation_loss))


def epoch_before_last_rise(validation_loss: Sequence[float]) -> int:
    falls = [i for i in range(1, len(validation_loss)) if not is_drop(validation_loss, i)]
    return falls[-1] if falls else len(validation_loss)


BEST_EPOCH = Exercise(
    name="best_epoch",
    lesson="07_overfitting",
    goal="Name the epoch, counted from 1, with the lowest validation loss.",
    points=1,
    minutes=3,
    difficulty=1,
    reference=best_epoch,
    returns="array",
    cases=best_epoch_cases,
    hints=(
        "All losses are known; which of them is the lowest, and where does it stand?",
        "Python counts places from 0, epochs count from 1. Of equal losses the first is wanted.",
        "np.argmin gives the place of the first lowest entry; the epoch is one more.",
    ),
    mistakes=(
        Mistake(
            "counted-from-zero",
            epoch_from_zero,
            "Your epoch is one too small in every case: it is the place in the list.",
            "People call the first epoch number 1.",
            "If the very first epoch is the best, what does your function give?",
        ),
        Mistake(
            "highest-loss",
            epoch_of_worst,
            "Your epoch is the one with the highest loss.",
            "For an accuracy high is good; for a loss it is not.",
            "Which of max and min do you look for here?",
        ),
        Mistake(
            "last-of-equals",
            epoch_last_of_equals,
            "Where two epochs share the lowest loss, yours is the later one.",
            "An epoch that only equals the best is no better, and it took longer.",
            "Does your comparison ask for less, or for less or equal?",
        ),
        Mistake(
            "last-epoch",
            epoch_last,
            "Your epoch is always the last one.",
            "The last epoch is the best only while the loss still falls.",
            "What do the losses do towards the end of the first case?",
        ),
        Mistake(
            "first-valley",
            epoch_first_valley,
            "Your epoch is the one before the first rise, though a lower loss comes later.",
            "A validation loss goes up and down from epoch to epoch.",
            "Does your loop see the whole list?",
        ),
        Mistake(
            "first-left-out",
            epoch_first_left_out,
            "Your epoch is right unless the first is the best: it is never looked at.",
            "A network can be at its best right at the start.",
            "With which epoch does your search begin?",
        ),
        Mistake(
            "loss-in-place-of-epoch",
            epoch_lowest_loss,
            "You return the lowest loss itself, not the epoch that has it.",
            "To go back to the best parameters one must know when they were there.",
            "Is your answer a number of epochs?",
        ),
        Mistake(
            "last-fall",
            epoch_last_improvement,
            "Your epoch is the last one that was better than the one just before it.",
            "Better than yesterday is not yet the best ever.",
            "With which loss do you compare each epoch?",
        ),
        Mistake(
            "search-begins-too-low",
            epoch_like(first=1.0),
            "Your search begins with a lowest loss that some losses never reach, and then finds "
            "nothing.",
            "A loss can be any number; only the losses themselves tell what is low.",
            "What does your function give when all losses are above the one that it begins with?",
            also=(
                *(
                    epoch_like(first=first, at_first=at_first)
                    for first in (0.0, 1.0, 10.0, 100.0, 1000.0, 1e4, 1e5, 1e6, 1e9, 1e10)
                    for at_first in (0, 1, -1)
                    if (first, at_first) != (1.0, 0)
                ),
            ),
        ),
        Mistake(
            "rounded",
            epoch_like(lambda losses: [round(loss, 2) for loss in losses]),
            "Your function does not see that a later loss is lower by very little.",
            "However little lower a loss is, it is lower: nothing is to be rounded or passed over.",
            "What happens to 0.5041 and 0.5043 in your function?",
            also=(
                *(
                    epoch_like(
                        partial(lambda digits, losses: [round(v, digits) for v in losses], digits)
                    )
                    for digits in (0, 1, 3, 4)
                ),
                epoch_like(lambda losses: [int(v) for v in losses]),
                *(
                    epoch_like(better=partial(lambda by, loss, best: loss < best - by, by))
                    for by in (0.1, 0.05, 0.02, 0.01, 0.005, 1e-3, 1e-4)
                ),
                *(
                    epoch_like(better=partial(lambda by, loss, best: loss < best - by, by))
                    for by in (1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
                ),
            ),
        ),
        Mistake(
            "bests-counted",
            epoch_count_of_bests,
            "Your number says how often there was a new best, not when the last one was.",
            "Epochs without a new best count too.",
            "When is your counter raised: at each epoch, or at each new best?",
        ),
        Mistake(
            "last-of-equals-from-zero",
            epoch_like(better=lambda loss, best: loss <= best, place=lambda epoch: epoch - 1),
            "Your epoch is counted from 0, and of equal losses it is the last.",
            "People call the first epoch number 1; and an epoch that only equals the best is no "
            "better.",
            "If both of two epochs are the best, what does your function give?",
        ),
        Mistake(
            "sizes-compared",
            epoch_like(lambda losses: [abs(v) for v in losses]),
            "Your function takes losses without their sign.",
            "A loss below 0 is lower than any above it.",
            "Which is lower, -0.7 or -0.1?",
            also=(epoch_like(lambda losses: [v * v for v in losses]),),
        ),
        Mistake(
            "zero-taken-for-none",
            epoch_like(lambda losses: [v or np.inf for v in losses]),
            "Your function passes over losses that are exactly 0.",
            "0 is a number like any other, and `or` and `if` take it for none.",
            "What is `0.0 or 1.0`?",
        ),
        Mistake(
            "counted-from-two",
            epoch_like(place=lambda epoch: epoch + 1),
            "Your epoch is one too large in every case.",
            "The first loss in the list belongs to epoch 1.",
            "If the very first epoch is the best, what does your function give?",
        ),
        Mistake(
            "last-left-out",
            lambda validation_loss: int(np.argmin(validation_loss[:-1] or validation_loss)) + 1,
            "Your epoch is right unless the last is the best: it is never looked at.",
            "A network can be at its best right at the end.",
            "Which epoch does your search end with?",
        ),
        Mistake(
            "first-rise",
            epoch_first_rise,
            "Your epoch is the one in which the loss first rises.",
            "A validation loss goes up and down from epoch to epoch.",
            "Which loss is the lowest of all, and where does it stand?",
        ),
        Mistake(
            "last-valley",
            epoch_before_last_rise,
            "Your epoch is the one before the last rise.",
            "A validation loss goes up and down from epoch to epoch.",
            "Which loss is the lowest of all, and where does it stand?",
        ),
        Mistake(
            "second-best",
            lambda validation_loss: (
                int(np.argsort(validation_loss)[min(1, len(validation_loss) - 1)]) + 1
            ),
            "Your epoch is the second best.",
            "Places in Python count from 0, those in a sorted list too.",
            "Which entry of a sorted list is the lowest?",
        ),
        Mistake(
            "from-the-end",
            lambda validation_loss: len(validation_loss) - int(np.argmin(validation_loss)),
            "Your number counts from the end: how many epochs there are from the best one on.",
            "Epochs count from 1, the first one first.",
            "If the very first epoch is the best, what does your function give?",
        ),
        Mistake(
            "best-not-renewed",
            epoch_last_below_the_first,
            "Your epoch is the last one that is below the first.",
            "What is compared with the best so far must change the best so far.",
            "When a better loss comes, which of your variables take its place?",
        ),
        Mistake(
            "counted-from-zero-after-the-first",
            lambda losses: max(1, int(np.argmin(losses))),
            "Your epoch is one too small, but for the first, which is 1.",
            "People call the first epoch number 1, and the second 2.",
            "Which number does your loop give the second loss?",
        ),
    ),
)

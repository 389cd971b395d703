"""The exercise should_stop: whether the last epochs have all failed to beat the best before."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from backprop_lib.training import best_epoch, should_stop
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.overfitting.validation_loss import epoch_last_of_equals, epoch_of_worst, shown

__all__ = ["SHOULD_STOP"]

HISTORIES: tuple[tuple[int, tuple[float, ...]], ...] = (
    # patience, and what the loss does; whether to stop follows from the library's answer
    (3, (1.0, 0.8, 0.6, 0.7, 0.9, 0.8)),  # the best is exactly 3 epochs ago, with a fall since
    (3, (1.0, 0.8, 0.6, 0.7, 0.9)),  # only 2 epochs ago
    (4, (1.0, 0.5, 0.7, 0.6, 0.8, 0.7, 0.9, 0.8)),  # long ago, going up and down
    (3, (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)),  # falling all the time
    (3, (1.0, 1.1, 0.9, 1.0, 0.8, 0.9, 0.7)),  # every second epoch a new best
    (3, (0.6, 0.9, 0.8, 0.7, 0.65)),  # falling now, yet never below the first
    (5, (1.0, 0.6, 0.7)),  # fewer epochs than patience
    (3, (1.0, 0.4, 0.9, 0.85, 0.8, 0.3)),  # a new best after a long wait
    (4, (1.0, 0.5, 0.6, 0.7, 0.8)),  # rising, 3 epochs ago
    (4, (0.8, 0.5, 0.6, 0.7, 0.9)),  # the same, and now above the first
    (3, (1.0, 0.5, 0.6, 0.7, 0.8)),  # rising 3 times in a row
    (3, (1.0, 0.5, 0.6, 0.7, 0.8, 0.4)),  # the same, and then a new best
    (3, (0.7, 0.8, 1.3, 0.6)),  # the highest in the middle
    (3, (1.0, 0.4, 0.9, 1.1, 1.0, 0.8)),  # within the last 3 lower than just before, not ever
    (3, (1.0, 0.6, 0.9, 0.5, 0.8)),  # a new best in the last 3, and higher at the end
    (1, (0.5, 0.6)),  # a patience of 1
    (1, (0.6, 0.8, 0.5)),  # the same, and a new best
    (1, (0.5,)),  # the first epoch
    (3, (0.5, 0.6, 0.7)),  # as many epochs as patience
    (2, (0.9, 0.5, 0.7, 0.6, 0.55, 0.52)),  # falling now, the best longer ago
)

WAITS: tuple[tuple[int, tuple[float, ...]], ...] = (
    # equal losses, negative, huge, tiny and whole ones
    (3, (0.7, 0.7, 0.7, 0.7)),
    (3, (0.8, 0.6, 0.6, 0.7, 0.6)),
    (2, (0.7, 0.6, 0.6)),
    (3, (-0.2, -0.6, -0.5, -0.4, -0.3)),
    (3, (3e12, 7e11, 8e11, 9e11)),
    (2, (0.5, 0.50006, 0.50004, 0.49996)),
    (3, (7, 3, 5, 4, 3)),
    (2, (1.0, 0.0, 0.5, 0.0)),
)


def should_stop_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Histories of validation losses, and one with a tie."""
    cases = []
    for patience, shape in HISTORIES:
        scale, noise = rng.uniform(0.5, 2.0), rng.uniform(0.0, 0.02, len(shape))
        losses = [float(v) for v in scale * (np.array(shape) + noise)]
        cases.append(stopping_case(losses, patience))
    best = float(rng.uniform(0.4, 0.6))
    cases.append(stopping_case([1.0, best, 0.8, best, 0.9], 3))
    odd = [stopping_case(list(losses), patience) for patience, losses in WAITS]
    odd.append(stopping_case((1.0, best, 0.8, 0.7), 2))
    return (*cases, *(replace(case, extreme=True) for case in odd))


def stopping_case(losses: Sequence[float], patience: int) -> Case:
    """The losses so far."""
    label = f"{shown(losses)}; patience {patience}"
    return Case({}, (losses, patience), values=("stop",), label=label)


def stop_one_late(validation_loss: Sequence[float], patience: int) -> bool:
    return len(validation_loss) - best_epoch(validation_loss) > patience


def stop_one_early(validation_loss: Sequence[float], patience: int) -> bool:
    return len(validation_loss) - best_epoch(validation_loss) >= patience - 1


def stop_rising_in_a_row(validation_loss: Sequence[float], patience: int) -> bool:
    last = np.array(validation_loss[-patience - 1 :])
    return len(last) > patience and bool((np.diff(last) >= 0).all())


def stop_compared_with_one(validation_loss: Sequence[float], patience: int) -> bool:
    if len(validation_loss) <= patience:
        return False
    return validation_loss[-1] >= validation_loss[-1 - patience]


def stop_at_first_rise(validation_loss: Sequence[float], patience: int) -> bool:
    return bool((np.diff(validation_loss) > 0).any())


def stop_at_last_rise(validation_loss: Sequence[float], patience: int) -> bool:
    return len(validation_loss) > 1 and validation_loss[-1] > validation_loss[-2]


def stop_never_set_back(validation_loss: Sequence[float], patience: int) -> bool:
    best, waited = np.inf, 0
    for loss in validation_loss:
        if loss < best:
            best = loss
        else:
            waited += 1
    return waited >= patience


def stop_counting_rises(validation_loss: Sequence[float], patience: int) -> bool:
    waited = 0
    for before, now in pairwise(validation_loss):
        waited = 0 if now < before else waited + 1
        if waited >= patience:
            return True
    return False


def stop_once_for_all(validation_loss: Sequence[float], patience: int) -> bool:
    return any(should_stop(validation_loss[:i], patience) for i in range(len(validation_loss) + 1))


def stop_ties_count(validation_loss: Sequence[float], patience: int) -> bool:
    return len(validation_loss) - epoch_last_of_equals(validation_loss) >= patience


def stop_by_length(validation_loss: Sequence[float], patience: int) -> bool:
    return len(validation_loss) >= patience


def stop_turned_round(validation_loss: Sequence[float], patience: int) -> bool:
    return not should_stop(validation_loss, patience)


def stop_never(validation_loss: Sequence[float], patience: int) -> bool:
    return False


def stop_highest(validation_loss: Sequence[float], patience: int) -> bool:
    return len(validation_loss) - epoch_of_worst(validation_loss) >= patience


def stop_like(
    compare: Callable[[Sequence[float], Sequence[float]], Any],
) -> Callable[[Sequence[float], int], bool]:
    """A rule that compares the last `patience` losses with those before; False without any."""

    def stop(validation_loss: Sequence[float], patience: int) -> bool:
        before, last = validation_loss[:-patience], validation_loss[-patience:]
        return bool(len(before) and compare(before, last))

    return stop


def stop_after_waiting(
    better: Callable[[float, float, float], bool] = lambda loss, best, previous: loss < best,
    enough: Callable[[int, int], bool] = lambda waited, patience: waited >= patience,
    best: float = np.inf,
    kept: bool = False,
) -> Callable[[Sequence[float], int], bool]:
    """A count of epochs that have failed, with a part exchanged.

    better: from a loss, the best so far and the one before to whether it sets the count back;
    enough: whether such a count is enough; best: what the first epoch has to beat; kept: whether
    a better loss leaves the best as it was.
    """

    def stop(validation_loss: Sequence[float], patience: int) -> bool:
        lowest, previous, waited = best, np.inf, 0
        for loss in validation_loss:
            if better(loss, lowest, previous):
                waited = 0
                lowest = lowest if kept and lowest < np.inf else loss
            else:
                waited += 1
            previous = loss
        return enough(waited, patience)

    return stop


SHOULD_STOP = Exercise(
    name="should_stop",
    lesson="07_overfitting",
    goal="Decide whether the last `patience` epochs have all failed to beat the best before them.",
    points=2,
    minutes=6,
    difficulty=3,
    reference=should_stop,
    returns="array",
    cases=should_stop_cases,
    hints=(
        "What counts is not whether the loss rises or falls now, but how long the best is ago.",
        "You have a function that names the best epoch. How many epochs have come after it?",
        "Take the number of epochs so far less the best epoch. It is time to stop when that is "
        "patience or more.",
    ),
    mistakes=(
        Mistake(
            "last-two-compared",
            stop_at_last_rise,
            "Your function compares the last epoch with the one before it; `patience` and all "
            "other epochs have no part in it.",
            "A single epoch that is worse than the one before says little: losses go up and down.",
            "How many epochs have to fail before training stops, and whom must they beat?",
        ),
        Mistake(
            "one-epoch-late",
            stop_one_late,
            "Your function goes on when the best is exactly `patience` epochs ago.",
            "A patience of 3 means: three epochs without a new best, and it is enough.",
            "How many epochs without a new best does your comparison let pass?",
        ),
        Mistake(
            "one-epoch-early",
            stop_one_early,
            "Your function stops when the best is one epoch less than `patience` ago.",
            "A patience of 3 means: three epochs without a new best, and not two.",
            "If the best epoch is the last one, how many epochs have failed since?",
            also=(
                lambda losses, patience: len(losses) > 1 and stop_one_early(losses, patience),
                lambda losses, patience: stop_one_early(losses, max(2, patience)),
            ),
        ),
        Mistake(
            "rises-in-a-row",
            stop_rising_in_a_row,
            "Your function asks for `patience` epochs in a row, each compared with the one before.",
            "A loss that goes up and down, and never below the best, gets no better either.",
            "With which loss should each new one be compared: the last, or the best?",
        ),
        Mistake(
            "any-rises-in-a-row",
            stop_counting_rises,
            "Your function counts how often in a row the loss rose from one epoch to the next.",
            "A loss that goes up and down, and never below the best, gets no better either.",
            "With which loss should each new one be compared: the last, or the best?",
        ),
        Mistake(
            "compared-with-one-epoch",
            stop_compared_with_one,
            "Your function compares the last epoch only with the one `patience` epochs before it.",
            "The best may lie anywhere, before that epoch or after it.",
            "What if the loss was lowest one epoch ago?",
        ),
        Mistake(
            "first-rise",
            stop_at_first_rise,
            "Your function stops as soon as the loss has risen once, whatever `patience` is.",
            "A validation loss goes up and down from epoch to epoch; patience is there for that.",
            "Where in your function does patience come in?",
        ),
        Mistake(
            "waiting-never-set-back",
            stop_never_set_back,
            "Your function counts all epochs without a new best, also those before the best.",
            "A new best ends the waiting, and the next waiting begins at zero.",
            "What happens to your count when the loss is better than ever?",
        ),
        Mistake(
            "any-time-before",
            stop_once_for_all,
            "Your function stops where there was a long wait at some time, though a new best has "
            "come since.",
            "The question is asked about now: the epochs after the best one so far.",
            "After which epoch do you look at the count?",
        ),
        Mistake(
            "ties-count-as-better",
            stop_ties_count,
            "Where an epoch only equals the best, your function begins to wait anew.",
            "To beat the best is to be lower than it.",
            "Does your comparison ask for less, or for less or equal?",
        ),
        Mistake(
            "highest-loss",
            stop_highest,
            "Your function counts the epochs since the highest loss.",
            "For an accuracy high is good; for a loss it is not.",
            "Which of max and min do you look for here?",
        ),
        Mistake(
            "number-of-epochs",
            stop_by_length,
            "Your function stops after `patience` epochs, whatever the losses are.",
            "As long as the loss gets better, training goes on.",
            "Where in your function do the losses themselves come in?",
            also=(
                lambda losses, patience: len(losses) > patience,
                lambda losses, patience: len(losses) - 1 > patience,
            ),
        ),
        Mistake(
            "turned-round",
            stop_turned_round,
            "Your function says the opposite of what it should in every case.",
            "True means that it is enough.",
            "What does your function return when the last epoch was the best?",
        ),
        Mistake(
            "never",
            stop_never,
            "Your function never stops.",
            "Early stopping is there for the time after the best epoch.",
            "For which losses would your condition be true?",
        ),
        Mistake(
            "forgets-the-best",
            stop_like(lambda before, last: min(last) >= before[-1]),
            "Your function compares the last epochs with the one just before them, and not with "
            "the best of all before.",
            "The best may lie further back than that.",
            "Which losses does your function never look at?",
            also=(stop_like(lambda before, last: min(last) > before[-1]),),
        ),
        Mistake(
            "exactly-patience",
            stop_after_waiting(enough=lambda waited, patience: waited == patience),
            "Your function stops when the best is exactly `patience` epochs ago, and not when it "
            "is longer ago.",
            "Patience that has run out does not come back by waiting.",
            "What does your function say one epoch after it has said stop?",
        ),
        Mistake(
            "mean-of-the-last",
            stop_like(lambda before, last: np.mean(last) >= min(before)),
            "Your function compares the mean of the last epochs with the best before them.",
            "One epoch that beats the best is enough to go on, however high the others are.",
            "What if one of the last epochs is a new best and the others are high?",
            also=(
                stop_like(lambda before, last: np.mean(last) >= np.mean(before)),
                stop_like(lambda before, last: np.mean(last) > np.mean(before[-len(last) :])),
                stop_like(lambda before, last: np.median(last) >= min(before)),
            ),
        ),
        Mistake(
            "last-epoch-only",
            stop_like(lambda before, last: last[-1] >= min(before)),
            "Your function looks at the very last epoch only: whether it beats the best of those "
            "up to `patience` epochs ago.",
            "All of the last epochs must have failed, and each of them may have been the best.",
            "What if the best of all was one epoch ago?",
            also=(stop_like(lambda before, last: last[-1] > min(before)),),
        ),
        Mistake(
            "one-failure-is-enough",
            stop_like(lambda before, last: max(last) >= min(before)),
            "Your function stops when any of the last epochs has failed to beat the best.",
            "It is time to stop when all of them have failed.",
            "Does your function ask any, or all?",
            also=(stop_like(lambda before, last: any(v > min(before) for v in last)),),
        ),
        Mistake(
            "compared-with-the-worst",
            stop_like(lambda before, last: min(last) >= max(before)),
            "Your function compares the last epochs with the highest loss before them.",
            "To beat the best is to be lower than the lowest.",
            "Which of the losses before is the one to beat?",
            also=(
                stop_like(lambda before, last: max(last) >= max(before)),
                stop_like(lambda before, last: min(last) >= np.mean(before)),
            ),
        ),
        Mistake(
            "turned-round-comparison",
            stop_like(lambda before, last: min(last) < min(before)),
            "Your function stops where one of the last epochs has beaten the best before.",
            "A new best is a reason to go on.",
            "What does True mean here?",
            also=(stop_like(lambda before, last: min(last) <= min(before)),),
        ),
        Mistake(
            "compared-with-the-first",
            stop_like(lambda before, last: min(last) >= before[0]),
            "Your function compares the last epochs with the very first one.",
            "The one to beat is the best of all before.",
            "What if the first loss was the highest?",
            also=(stop_after_waiting(kept=True),),
        ),
        Mistake(
            "needs-a-clear-gain",
            stop_after_waiting(lambda loss, best, previous: loss < best - 1e-4),
            "An epoch that is better by very little is no new best in your function.",
            "Lower is lower. (Some rules do ask for a least gain; here none is named.)",
            "What happens to 0.49996 after 0.5 in your function?",
            also=tuple(
                stop_after_waiting(partial(lambda by, loss, best, previous: loss < best - by, by))
                for by in (1e-3, 1e-2, 0.05, 0.1)
            ),
        ),
        Mistake(
            "search-begins-too-low",
            stop_after_waiting(best=1.0),
            "Your search begins with a lowest loss that some losses never reach: each epoch then "
            "counts as a failure.",
            "A loss can be any number; only the losses themselves tell what is low.",
            "What does your function give when all losses are very large, and still falling?",
            also=tuple(stop_after_waiting(best=best) for best in (10.0, 100.0, 1000.0, 1e6, 1e9)),
        ),
        Mistake(
            "too-few-epochs",
            lambda validation_loss, patience: (
                len(validation_loss) < patience or should_stop(validation_loss, patience)
            ),
            "Your function stops while there are fewer epochs than `patience`.",
            "So early, nothing can have failed for long enough.",
            "What does your function return at the first epoch?",
            also=(
                lambda validation_loss, patience: (
                    len(validation_loss) <= patience or should_stop(validation_loss, patience)
                ),
            ),
        ),
    ),
    uses={"best_epoch": best_epoch},
)

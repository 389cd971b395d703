"""The exercise select_by_validation: the best candidate, and of equals the smallest."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from backprop_lib.selection import select_by_validation
from checks.exercise import Case, Exercise, Mistake

__all__ = ["SELECT_BY_VALIDATION"]


def selection_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """The best in the middle; ties in which the smaller comes later, first and in the middle; a
    worse one of the same size before it; and one that is hardly worse."""
    best, fair, poor = (
        round(float(rng.uniform(*ends)), 4) for ends in ((0.93, 0.95), (0.8, 0.85), (0.5, 0.6))
    )
    small, medium, large, huge = (int(v) for v in np.sort(rng.choice(9000, 4, False) + 100))
    tables = (
        ((poor, best, fair, fair), (small, large, medium, huge)),
        ((fair, poor, best, fair), (large, huge, medium, small)),
        ((best, fair, best, poor), (huge, medium, large, small)),
        ((fair, best, best, poor), (medium, large, huge, small)),
        ((fair, best, fair, best, best), (small, huge, small, medium, large)),
        ((poor, best, best, best), (small, large, medium, medium)),
        ((fair, poor, best, best), (small, large, huge, small)),
        ((0.918, 0.922, fair), (small, large, medium)),
        # a smaller one that is worse, of the same size as one that is best
        ((fair, best, best), (small, large, small)),
        ((poor, fair, best, best), (medium, small, huge, medium)),
        # better than the one before it, and not the best so far
        ((fair, best, poor, fair, best), (medium, small, small, small, large)),
        (
            [poor, *rng.choice([poor, fair, best], 11).tolist()],
            rng.choice([small, medium, large], 12).tolist(),
        ),
    )
    odd = (
        ((best,), (large,)),
        ((0.0, 0.0, 0.0), (large, small, medium)),
        ((1.0, 1.0, 0.9), (huge, large, small)),
        ((1, 0, 1), (large, small, medium)),
        ((best, best, best), (medium, medium, medium)),
        ((0.3, 0.1 + 0.2, 0.3), (small, large, medium)),
        ((0.91204, 0.91203, 0.91204), (large, small, medium)),
        ((0.0, fair, fair), (0, 10**7, 10**7)),
        ((0.001, 0.002, 0.002), (small, huge, large)),
    )
    return selections(tables) + tuple(replace(case, extreme=True) for case in selections(odd))


def selections(tables: Sequence[tuple[Sequence[float], Sequence[int]]]) -> tuple[Case, ...]:
    """A case for each of these candidates, given as accuracies and numbers of parameters."""
    return tuple(
        Case(
            {},
            (list(accuracies), list(parameters)),
            values=("chosen",),
            label=", ".join(
                f"{a:.5g} with {p:,}" for a, p in zip(accuracies, parameters, strict=True)
            ),
        )
        for accuracies, parameters in tables
    )


def place(order: Callable[..., Any]) -> Callable[..., int]:
    """The first candidate in this order of (accuracy, parameters, place)."""

    def chosen(validation_accuracy: Sequence[float], parameters: Sequence[int]) -> int:
        table = zip(validation_accuracy, parameters, strict=True)
        return min(enumerate(table), key=lambda item: order(*item[1], item[0]))[0]

    return chosen


def chosen_from_one(validation_accuracy: Sequence[float], parameters: Sequence[int]) -> int:
    return select_by_validation(validation_accuracy, parameters) + 1


def chosen_accuracy(validation_accuracy: Sequence[float], parameters: Sequence[int]) -> float:
    return max(validation_accuracy)


def chosen_parameters(validation_accuracy: Sequence[float], parameters: Sequence[int]) -> int:
    return parameters[select_by_validation(validation_accuracy, parameters)]


def chosen_in_turn(takes_over: Callable[..., bool]) -> Callable[..., int]:
    """A loop that keeps one place; from (accuracies, parameters, i, that place), whether i takes
    over."""

    def chosen(validation_accuracy: Sequence[float], parameters: Sequence[int]) -> int:
        best = 0
        for i in range(1, len(parameters)):
            if takes_over(validation_accuracy, parameters, i, best):
                best = i
        return best

    return chosen


def best_ones(accuracy: Sequence[float]) -> list[int]:
    """The places of all that have the highest accuracy."""
    return [i for i, a in enumerate(accuracy) if a == max(accuracy)]


def among_the_best(
    choose: Callable[[list[int], Any], int],
    best: Callable[[Sequence[float]], list[int]] = best_ones,
) -> Callable[..., int]:
    """A choice in two steps: from the places of the best ones and all parameters to a place."""
    return lambda accuracy, parameters: choose(best(accuracy), parameters)


def within(by: float) -> Callable[..., int]:
    """The smallest of those that are worse than the best by no more than this."""
    return among_the_best(
        lambda places, parameters: min(places, key=lambda i: parameters[i]),
        lambda accuracy: [i for i, a in enumerate(accuracy) if a >= max(accuracy) - by],
    )


def rounded_to(digits: int) -> Callable[..., int]:
    """The right choice from rounded accuracies."""
    return lambda accuracy, parameters: select_by_validation(
        [round(a, digits) for a in accuracy], parameters
    )


def one_pass(
    accuracy: Sequence[float],
    parameters: Sequence[int],
    size_follows: bool = False,
    or_smaller: bool = False,
    first: float | None = None,
) -> int | None:
    """A single pass. size_follows: the number of parameters is taken over with each better
    accuracy; or_smaller: a smaller one wins whatever its accuracy; first: what the first accuracy
    has to beat."""
    place, best, fewest = (0, accuracy[0], parameters[0]) if first is None else (None, first, 10**9)
    for i, (a, p) in enumerate(zip(accuracy, parameters, strict=True)):
        if a > best:
            place, best = i, a
            fewest = p if size_follows else fewest
        elif (or_smaller or a == best) and p < fewest:
            place, fewest = i, p
    return place


SELECT_BY_VALIDATION = Exercise(
    name="select_by_validation",
    lesson="08_faces",
    goal="Choose the candidate with the best validation accuracy; of equals, the smallest.",
    points=2,
    minutes=6,
    difficulty=2,
    reference=select_by_validation,
    returns="array",
    cases=selection_cases,
    hints=(
        "First comes the accuracy. The number of parameters has a say among equals only.",
        "Find the highest accuracy. Then look through the candidates that reach it for the one "
        "with the fewest parameters, and keep its place.",
        "min(range(n), key=lambda i: (-validation_accuracy[i], parameters[i])): tuples are "
        "compared by their first entry, and by the second where the first are equal.",
    ),
    mistakes=(
        Mistake(
            "first-of-equals",
            place(lambda a, p, i: (-a, i)),
            "Among equally good candidates yours is the first, whatever its size.",
            "Where two do equally well, the simpler one has shown as much with less.",
            "Where does the number of parameters come into your choice?",
        ),
        Mistake(
            "last-of-equals",
            place(lambda a, p, i: (-a, -i)),
            "Among equally good candidates yours is the last, whatever its size.",
            "Where two do equally well, the simpler one has shown as much with less.",
            "Does your comparison ask for more, or for more or equal? And what of the size?",
        ),
        Mistake(
            "largest-of-equals",
            place(lambda a, p, i: (-a, -p, i)),
            "Among equally good candidates yours is the largest.",
            "Where two do equally well, the simpler one has shown as much with less.",
            "Which end of the order do you take for the parameters?",
        ),
        Mistake(
            "smaller-among-last",
            place(lambda a, p, i: (-a, p, -i)),
            "Where two are equally good and equally large, yours is the later one.",
            "The first is wanted where all else is equal.",
            "Does your comparison ask for less, or for less or equal?",
        ),
        Mistake(
            "lowest-accuracy",
            place(lambda a, p, i: (a, p, i)),
            "Yours is the candidate with the lowest accuracy.",
            "For a loss low is good; for an accuracy high is.",
            "Which of max and min do you look for here?",
        ),
        Mistake(
            "smallest-network",
            place(lambda a, p, i: (p, -a, i)),
            "Yours is always the smallest network.",
            "Size decides among equals; a worse network is no bargain for being small.",
            "Which of the two numbers is compared first?",
        ),
        Mistake(
            "largest-network",
            place(lambda a, p, i: (-p, -a, i)),
            "Yours is always the largest network.",
            "A network that can learn more by heart need not do better on other samples.",
            "Which of the two numbers is compared first?",
        ),
        Mistake(
            "counted-from-one",
            chosen_from_one,
            "Your place is one too large in every case.",
            "In Python the first place is 0.",
            "If the first candidate is the best, what does your function give?",
        ),
        Mistake(
            "accuracy-in-place-of-place",
            chosen_accuracy,
            "You return the best accuracy itself, not the place of the candidate that has it.",
            "To go on with the chosen network one must know which it was.",
            "Is your answer a place in the list?",
        ),
        Mistake(
            "size-in-place-of-place",
            chosen_parameters,
            "You return the number of parameters of the chosen candidate, not its place.",
            "To go on with the chosen network one must know which it was.",
            "Is your answer a place in the list?",
        ),
        Mistake(
            "place-of-the-size",
            among_the_best(
                lambda places, parameters: parameters.index(min(parameters[i] for i in places))
            ),
            "Yours is the first candidate with the right number of parameters, and it need not be "
            "one of the best.",
            "Two candidates may have the same size and not the same accuracy.",
            "In which list do you look for the smallest number, and what else is in it?",
        ),
        Mistake(
            "place-among-the-best",
            among_the_best(
                lambda places, parameters: int(np.argmin([parameters[i] for i in places]))
            ),
            "Your number is a place in the list of the best ones, not in that of all candidates.",
            "When some are left out of a list, the others move up.",
            "If candidates 2 and 4 are the best, what do you return for the second of them?",
        ),
        Mistake(
            "size-of-another",
            lambda accuracy, parameters: one_pass(accuracy, parameters),
            "Where several are equally good, yours is compared with a number of parameters that "
            "belongs to another candidate.",
            "With a new best, everything that is remembered of the best must be new.",
            "When your loop finds a higher accuracy, which of its variables change?",
        ),
        Mistake(
            "near-is-not-equal",
            within(0.01),
            "Candidates that are hardly worse count as equal to the best in yours.",
            "Two accuracies are the same only if they are equal as numbers.",
            "How much worse may a candidate be, for your function, and still be chosen?",
            also=(
                *(within(by) for by in (1e-12, 1e-9, 1e-8, 1e-6, 1e-5, 1e-4, 0.001, 0.005)),
                *(within(by) for by in (0.02, 0.05)),
                *(rounded_to(digits) for digits in (1, 2, 3, 4)),
            ),
        ),
        Mistake(
            "nothing-above-zero",
            lambda accuracy, parameters: (
                select_by_validation(accuracy, parameters) if max(accuracy) > 0 else -1
            ),
            "Where all accuracies are 0, your function finds no candidate.",
            "Of candidates that are all bad, one is chosen all the same.",
            "With which accuracy does your search begin, and is there always a better one?",
            also=(
                lambda accuracy, parameters: (
                    select_by_validation(accuracy, parameters) if max(accuracy) > 0 else 0
                ),
            ),
        ),
        Mistake(
            "smaller-wins-always",
            lambda accuracy, parameters: one_pass(
                accuracy, parameters, size_follows=True, or_smaller=True
            ),
            "A later candidate with fewer parameters takes the place of a better one in yours.",
            "Size decides among equals only.",
            "When is the number of parameters compared in your loop?",
        ),
        Mistake(
            "accuracy-per-size",
            lambda accuracy, parameters: int(
                np.argmax(np.divide(accuracy, np.maximum(parameters, 1)))
            ),
            "Yours is the candidate with the highest accuracy for each parameter.",
            "Size decides among equals; a worse network is no bargain for being small.",
            "Can a network with half the parameters and two thirds of the accuracy win in yours?",
            also=(lambda accuracy, parameters: int(np.argmax(np.divide(accuracy, parameters))),),
        ),
        Mistake(
            "place-after-sorting",
            lambda accuracy, parameters: sorted(
                range(len(accuracy)), key=lambda i: (-accuracy[i], parameters[i])
            ).index(0),
            "Your number says at which place the first candidate comes, not which comes first.",
            "A sorted list of places holds places; where 0 stands in it is another question.",
            "Which entry of your sorted list is the chosen candidate?",
        ),
        Mistake(
            "first-candidate",
            lambda accuracy, parameters: 0,
            "Yours is always the first candidate.",
            "The accuracies say which one does best.",
            "Where do the accuracies come into your choice?",
            also=(lambda accuracy, parameters: len(accuracy) - 1,),
        ),
        Mistake(
            "counted-from-the-end",
            lambda accuracy, parameters: (
                len(accuracy) - 1 - select_by_validation(accuracy, parameters)
            ),
            "Your place is counted from the end of the list.",
            "In Python the first place is 0.",
            "If the first candidate is the best, what does your function give?",
        ),
        Mistake(
            "worst-of-the-smallest",
            place(lambda a, p, i: (p, a, i)),
            "Yours is the smallest network, and of equally small ones the worst.",
            "The accuracy comes first, and a high one is good.",
            "Which of the two numbers is compared first, and which way round?",
        ),
        Mistake(
            "better-than-the-one-before",
            chosen_in_turn(
                lambda a, p, i, best: a[i] > a[i - 1] or (a[i] == a[best] and p[i] < p[best])
            ),
            "Yours is a candidate that is better than the one before it, though an earlier one was "
            "better still.",
            "The best so far need not be the neighbour.",
            "With what does your loop compare an accuracy?",
            also=(chosen_in_turn(lambda a, p, i, best: a[i] > a[i - 1]),),
        ),
        Mistake(
            "any-smaller-wins",
            chosen_in_turn(lambda a, p, i, best: a[i] > a[best] or p[i] < p[best]),
            "A smaller candidate takes the place of the best one in yours, whatever its accuracy.",
            "Size counts only between candidates that are equally good.",
            "Does your condition ask for both at once: as good, and smaller?",
        ),
        Mistake(
            "place-among-the-sorted",
            lambda accuracy, parameters: int(
                np.argmax(np.array(accuracy)[np.argsort(parameters, kind="stable")])
            ),
            "Your number is a place among the candidates after they were sorted by size.",
            "Sorting moves the candidates, and asked for is the place that one had before.",
            "Which list does your number count in?",
            also=(
                lambda accuracy, parameters: int(
                    np.argmin(np.array(parameters)[np.argsort(accuracy, kind="stable")[::-1]])
                ),
            ),
        ),
    ),
)

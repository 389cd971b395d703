"""In the notebook: check an exercise, show the card, hand the right function on."""

import sys
from collections.abc import Callable
from typing import Any

from checks.card import card_html, card_text
from checks.exercise import Exercise, Result
from checks.exercises import find_exercise, lesson_exercises
from checks.judge import judge
from checks.solved import progress, record

__all__ = ["Card", "check"]


class Card:
    """A Result that a notebook shows as HTML, and everything else as plain text."""

    def __init__(self, result: Result, exercise: Exercise, hints: int = 0, note: str = "") -> None:
        self.result = result
        self.exercise = exercise
        self.hints = hints
        self.note = note

    def _repr_html_(self) -> str:
        return card_html(self.result, self.exercise.hints, self.hand_over)

    def __repr__(self) -> str:
        return card_text(self.result, self.exercise.hints[: self.hints], self.how_to_get_hints)

    @property
    def hand_over(self) -> str:
        """Which version the lesson goes on with, and how much of it is solved."""
        name = self.exercise.name
        if self.result.verdict == "correct":
            said = f"From here on the lesson runs your {name}."
        else:
            said = f"Until yours is right, the lesson goes on with the library's {name}."
        return f"{said} {self.note}".rstrip()

    @property
    def how_to_get_hints(self) -> str:
        """The last lines of the plain text: the hand-over, and how to ask for the next hint."""
        shown, total = min(self.hints, len(self.exercise.hints)), len(self.exercise.hints)
        if self.result.verdict == "correct" or shown == total:
            return self.hand_over
        ask = f"check({self.exercise.name}, hints={shown + 1})"
        again = "run the cell of your function again, and then"
        return f"{self.hand_over}\nFor hint {shown + 1} of {total}, {again}: {ask}"


def check(
    attempt: Callable[..., Any], *, name: str | None = None, hints: int = 0, seed: int = 0
) -> Callable[..., Any]:
    """Judge your function, show the card, and return the version that the lesson goes on with.

    attempt: your function, under the name that the exercise gives it (else say which exercise
    with name); hints: how many hints the plain text shows; seed: decides the cases.
    Returns your function if it is correct, else the library's.
    """
    exercise = find_exercise(name or str(getattr(attempt, "__name__", attempt)))
    if attempt is exercise.reference:
        result = stand_in(exercise)
    else:
        result = judge(exercise.name, attempt, seed)
    trouble = record(exercise, result.verdict)
    show(Card(result, exercise, hints, trouble or solved_so_far(exercise)))
    return attempt if result.verdict == "correct" else exercise.reference


def solved_so_far(exercise: Exercise) -> str:
    """How much of the exercise's lesson is solved."""
    solved = progress().solved_in(exercise.lesson)
    return f"Solved in this lesson: {solved} of {len(lesson_exercises(exercise.lesson))}."


def stand_in(exercise: Exercise) -> Result:
    """The Result where the name still holds the library's function from an earlier check."""
    message = (
        f"At the moment {exercise.name} is the library's version, which stands in for yours. "
        "Run the cell that holds your function again, then this one."
    )
    return Result(exercise.name, "not attempted", 0, exercise.points, None, message)


def show(card: Card) -> None:
    """Display the card in a notebook, or print it where there is none."""
    if "IPython" in sys.modules:
        from IPython import get_ipython
        from IPython.display import display

        if get_ipython() is not None:
            display(card)
            return
    print(card)

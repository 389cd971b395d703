"""Predictions: say what you expect before you look, and see it beside what came.

A prediction, right or wrong, makes what follows stick. So a lesson asks for one before it shows a
result. Nothing is graded, and a lesson runs to its end without any.
"""

from html import escape
from typing import Any

import numpy as np

from checks.card import STYLE

__all__ = ["Prediction", "predict"]


class Prediction:
    """What somebody expects, to be shown beside what comes."""

    def __init__(self, question: str, guess: Any, unit: str = "") -> None:
        """Take a question, a guess, or ... for none, and the unit that both are in."""
        self.question = question
        self.guess = guess
        self.unit = unit

    @property
    def made(self) -> bool:
        """Whether there is a prediction; the three dots stand for none."""
        return self.guess is not ...

    def reveal(self, actual: Any, because: str = "", within: float = 0.05) -> "Revealed":
        """Show the prediction beside what came.

        actual: a number, a text, True or False, a shape, or an array; because: why it is so, in a
        sentence; within: how far off a number still counts as right, as a share of it.
        """
        return Revealed(self, actual, because, within)

    def __repr__(self) -> str:
        if not self.made:
            return f"{self.question}\nReplace the three dots with your prediction, then run on."
        return f"{self.question}\nYou say {in_words(self.guess, self.unit)}. Run on to see."

    def _repr_html_(self) -> str:
        asked, rest = repr(self).split("\n")
        return small_card("undecided", "?", asked, rest)


class Revealed:
    """A prediction beside what came."""

    def __init__(self, prediction: Prediction, actual: Any, because: str, within: float) -> None:
        """Compare, once: what came may change later."""
        self.question = prediction.question
        self.because = because
        self.made = prediction.made
        self.right = prediction.made and agrees(prediction.guess, actual, within)
        self.answer = f"It is {in_words(actual, prediction.unit)}."
        if not self.made:
            self.said = "Yours is still open."
        else:
            self.said = f"You said {in_words(prediction.guess, prediction.unit)}."

    def __repr__(self) -> str:
        sign = "○" if not self.made else "✓" if self.right else "✗"
        return f"{sign} {self.question}\n{self.said} {self.answer} {self.because}".rstrip()

    def _repr_html_(self) -> str:
        kind = "not" if not self.made else "correct" if self.right else "wrong"
        sign = "○" if not self.made else "✓" if self.right else "✗"
        return small_card(kind, sign, self.question, f"{self.said} {self.answer}", self.because)


def predict(question: str, guess: Any = ..., *, unit: str = "") -> Prediction:
    """Say what you expect before you look.

    question: what is asked; guess: a number, a text, True or False, a shape such as (5, 3), or an
    array; three dots, as the lesson has them, stand for no prediction; unit: what both are in,
    such as "epochs".
    """
    return Prediction(question, guess, unit)


def agrees(guess: Any, actual: Any, within: float) -> bool:
    """Whether a guess is what came: the same text, truth or shape, and a number but for a share."""
    if isinstance(guess, str) and not isinstance(actual, str):
        guess = number_in(guess)  # somebody put a number in quotes
    if isinstance(guess, str) or isinstance(actual, str):
        return str(guess).strip().lower() == str(actual).strip().lower()
    if isinstance(guess, (bool, np.bool_)) or isinstance(actual, (bool, np.bool_)):
        return bool(guess is not None and guess == actual)
    try:
        mine, theirs = np.asarray(guess, dtype=float), np.asarray(actual, dtype=float)
    except (TypeError, ValueError):
        return False
    if mine.shape != theirs.shape:
        return False
    if isinstance(guess, (tuple, list)) and all(isinstance(item, int) for item in guess):
        return bool((mine == theirs).all())  # a shape is right or wrong
    allowed = within * np.abs(theirs).max(initial=0.0)
    return bool((np.abs(mine - theirs) <= allowed + 1e-12).all())


def number_in(text: str) -> float | str:
    """The number that a text holds; the text itself where it holds none."""
    try:
        return float(text)
    except ValueError:
        return text


def in_words(value: Any, unit: str = "") -> str:
    """A value as one would write it down, with at most four digits."""
    if isinstance(value, (bool, np.bool_)):
        text = str(bool(value))
    elif isinstance(value, (int, np.integer)):
        text = f"{int(value):,}".replace("-", "−")
    elif isinstance(value, (float, np.floating)):
        text = f"{float(value):.4g}".replace("-", "−")
    elif isinstance(value, np.ndarray):
        text = in_words(value.tolist())
    elif isinstance(value, list):
        text = f"[{', '.join(in_words(item) for item in value)}]"
    elif isinstance(value, tuple):
        text = f"({', '.join(in_words(item) for item in value)}{',' * (len(value) == 1)})"
    else:
        text = f"“{value}”"
    return f"{text} {unit}" if unit else text


def small_card(kind: str, sign: str, head: str, *lines: str) -> str:
    """A card of a few lines in the look of the checks."""
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    return (
        f'{STYLE}\n<div class="bp-card bp-{kind}" role="group" aria-label="Prediction">'
        f'<p class="bp-head"><span class="bp-sign" aria-hidden="true">{sign}</span>'
        f"{escape(head)}</p>{paragraphs}</div>"
    )

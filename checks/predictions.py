"""Predictions: say what you expect before you look, and see it beside what came.

A prediction, right or wrong, makes what follows stick. So a lesson asks for one before it shows a
result. Nothing is graded, and a lesson runs to its end without any.
"""

from collections.abc import Sequence
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
        return f"{self.question}\nYou predict {in_words(self.guess, self.unit)}. Run on to see."

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
            self.said = "You made no prediction."
        else:
            self.said = f"You predicted {in_words(prediction.guess, prediction.unit)}."

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


def in_words(value: Any, unit: str = "") -> str:
    """A value in few characters."""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (int, np.integer)):
        text = f"{int(value):,}"
    elif isinstance(value, (float, np.floating)):
        text = f"{float(value):.4g}"
    elif isinstance(value, np.ndarray):
        text = np.array2string(value, precision=4, separator=", ", suppress_small=True)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        inside = ", ".join(in_words(item) for item in value)
        text = f"({inside},)" if len(value) == 1 else f"({inside})"
    else:
        text = str(value)
    text = text.replace("-", "−") if not isinstance(value, str) else text
    return f"{text} {unit}" if unit else text


def small_card(kind: str, sign: str, head: str, *lines: str) -> str:
    """A card of a few lines in the look of the checks."""
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    return (
        f'{STYLE}\n<div class="bp-card bp-{kind}" role="group" aria-label="Prediction">'
        f'<p class="bp-head"><span class="bp-sign" aria-hidden="true">{sign}</span>'
        f"{escape(head)}</p>{paragraphs}</div>"
    )

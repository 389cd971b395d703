"""An error in a learner's function: which line of theirs it came from, and what it means.

Only the learner's own lines are shown. The library's lines hold answers, and a line number in a
notebook's cell tells nobody anything.
"""

import linecache
import re
import sysconfig
import traceback
from collections.abc import Callable
from pathlib import Path

import backprop_lib
from checks.exercise import AttemptError, Case

__all__ = ["describe_error", "what_it_means"]

LIBRARY = str(Path(backprop_lib.__file__).parent)
NOT_THEIRS = (LIBRARY, str(Path(__file__).parent), sysconfig.get_paths()["stdlib"], "<__array")


def describe_error(error: BaseException) -> str:
    """An error in a learner's function in one line: kind, text and the learner's line."""
    if isinstance(error, AttemptError):
        return str(error)
    text = f"{type(error).__name__}: {error}"
    frames = list(traceback.extract_tb(error.__traceback__))
    theirs = [i for i, frame in enumerate(frames) if is_theirs(frame.filename)]
    if not theirs:
        return text
    last = frames[theirs[-1]]
    line = linecache.getline(last.filename, last.lineno or 0).strip()
    called = [f.name for f in frames[theirs[-1] + 1 :] if f.filename.startswith(LIBRARY)]
    inside = f", inside `{called[0]}`" if called else ""
    return f"{text} (in your line `{line}`{inside})" if line else f"{text}{inside}"


def is_theirs(filename: str) -> bool:
    """Whether a file is neither ours nor Python's nor a package's."""
    return "site-packages" not in filename and not filename.startswith(NOT_THEIRS)


def what_it_means(text: str, name: str, case: Case) -> str | None:
    """A sentence of sense or a question for the most common errors, else None.

    text: as from `describe_error`; name: the exercise's; case: the one in which it arose.
    """
    for pattern, sense in SENSE.items():
        if re.search(pattern, text):
            return sense(text, name, case)
    return None


def wrong_number_of_arguments(text: str, name: str, case: Case) -> str:
    if f"{name}()" in text or "<lambda>()" in text:
        return f"`{name}` gets {len(case.names)} arguments: {', '.join(case.names)}."
    return "Which arguments does the function take that you call there?"


def no_such_key(text: str, name: str, case: Case) -> str:
    dictionaries = zip(case.names, case.args, strict=False)
    names = [f"`{n}` holds {', '.join(map(str, d))}" for n, d in dictionaries if type(d) is dict]
    return f"{'; '.join(names)}. Which do you ask for?" if names else "Which keys are there?"


SENSE: dict[str, Callable[[str, str, Case], str]] = {
    r"positional argument|unexpected keyword argument": wrong_number_of_arguments,
    r"truth value of an array": lambda *_: (
        "A batch has many numbers; `if` wants one. What should happen to each number by itself?"
    ),
    r"broadcast|core dimension|not aligned|inhomogeneous": lambda *_: (
        "Which shapes do the arrays in that line have, and which of their axes are to meet?"
    ),
    r"AxisError": lambda *_: "How many axes does that array have, and is the first number 0 or 1?",
    r"out of bounds|out of range|too many indices": lambda *_: (
        "How many entries are there, and which number has the last one?"
    ),
    r"^KeyError": no_such_key,
    r"^NameError": lambda *_: "Where does that name get its value, and was that line run?",
    r"NoneType": lambda *_: "Which of your values is None: did a function return nothing?",
    r"^ZeroDivisionError": lambda *_: "Which number is 0 there, and may it be?",
}
"""What to say about an error whose description has this pattern in it."""

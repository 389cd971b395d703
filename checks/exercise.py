"""What an exercise is, and what judging it gives: the data that everything else passes around."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

__all__ = [
    "AttemptError",
    "Cache",
    "Case",
    "Comparison",
    "Exercise",
    "Finding",
    "Mistake",
    "Result",
    "Trial",
    "Verdict",
]

Verdict = Literal["correct", "wrong", "not attempted", "undecided"]


class AttemptError(Exception):
    """An error raised inside a learner's function, carried as plain text from where it ran."""


@dataclass(frozen=True, eq=False)  # a case is equal to itself alone, and so can be remembered
class Case:
    """One set of inputs on which an attempt is tried."""

    sizes: Mapping[str, int]
    """What each letter of the shapes stands for here, such as {"N": 5, "D": 4, "M": 3}."""
    args: tuple[Any, ...]
    """What the attempt is called with."""
    wrt: Mapping[str, np.ndarray] = field(default_factory=dict)
    """The outputs that are gradients, in order: for each its name and the array it belongs to."""
    loss: Callable[[str, np.ndarray], float] | None = None
    """L as a function of one of these arrays: loss(name, array) with all else as it is."""
    values: tuple[str, ...] = ()
    """Instead of gradients: the names of outputs that are compared with the library's own."""
    accept: "Callable[[Mapping[str, np.ndarray]], Finding | None] | None" = None
    """Where many answers are right: what is wrong with these outputs, or None."""
    could_give: Callable[[Callable[..., Any], Mapping[str, np.ndarray]], bool] | None = None
    """Beside accept: whether a wrong implementation could have led to these outputs."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """Numbers among the inputs, by name, that an error may be a multiple of."""
    names: tuple[str, ...] = ()
    """What the arguments are called."""
    label: str = ""
    """What this case is, in place of its sizes, such as "multiply(1.5, -0.7)"."""
    extreme: bool = False
    """Whether it is unlike the others, such as with inputs that overflow or round to zero. Where
    the others are wrong too, the mistake is sought in those."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the outputs that count, in order."""
        return (*self.wrt, *self.values)

    @property
    def description(self) -> str:
        """The label, or else the sizes in one line, such as "N=5, D=4, M=3"."""
        return self.label or ", ".join(f"{letter}={size}" for letter, size in self.sizes.items())


@dataclass(frozen=True)
class Mistake:
    """A wrong implementation that learners really write, and what to say about it."""

    id: str
    """Short name in kebab case, unique within its exercise, such as "bias-not-summed"."""
    wrong: Callable[..., Any]
    """The wrong implementation; called like the exercise's function."""
    symptom: str
    """What can be seen in the learner's numbers, in one sentence."""
    idea: str
    """The idea behind it. Never the fix."""
    question: str
    """A question that leads on."""
    also: tuple[Callable[..., Any], ...] = ()
    """Other ways to make the same mistake, which give other numbers."""
    habit: Callable[[np.random.Generator], Case] | None = None
    """Where random numbers are drawn and each single outcome may be right: draws a case that
    accepts only what this mistake leads to. An attempt that never leads to anything else, whatever
    the generator, makes it."""

    @property
    def ways(self) -> tuple[Callable[..., Any], ...]:
        """Every wrong implementation."""
        return (self.wrong, *self.also)

    def found(self, evidence: str = "") -> "Finding":
        """The finding that this is the mistake, with evidence in the learner's own numbers."""
        message = " ".join(part for part in (self.symptom, evidence, self.idea) if part)
        return Finding(self.id, message, self.question)


@dataclass(frozen=True)
class Cache:
    """What a forward function must keep: its way back finds in it what it needs."""

    holds: str
    """What the library's cache is, such as "(x, w, b)"."""
    backward: str
    """The name of the function that gets it."""
    serves: Callable[[Case, Mapping[str, np.ndarray], Any], bool]
    """Whether a cache serves the way back, given the case and the (right) outputs."""
    places: Callable[[Case, Any], str] | None = None
    """A sentence on where a cache shows the first wrong number, or nothing."""


@dataclass(frozen=True, eq=False)
class Exercise:
    """One function that a learner writes, declared once for notebook, grader and tests."""

    name: str
    """The function's name."""
    lesson: str
    """The lesson's name, such as "05_backward_pass"."""
    goal: str
    """What the function does, in one sentence."""
    points: int
    """Points for a correct answer."""
    minutes: int
    """How long it takes a learner, roughly."""
    difficulty: int
    """From 1 (a line or two) to 5."""
    reference: Callable[..., Any]
    """The library's version."""
    returns: Literal["array", "tuple", "dict", "in place", "out and cache", "batches"]
    """What the function gives back: one array; several in order; several by name; nothing, since
    it changes the arrays of its first argument, a dict, in place; an output and a cache that its
    way back can use; or pairs (x, y), one after another, which are judged joined together: all x,
    all y, and the size of each batch."""
    cases: Callable[[np.random.Generator], tuple[Case, ...]]
    """Draws the cases on which an attempt is tried."""
    hints: tuple[str, ...]
    """From vague to plain."""
    mistakes: tuple[Mistake, ...] = ()
    """The known mistakes, the more specific first."""
    uses: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    """Earlier exercises it may call: it is judged with the library's version of these."""
    cache: Cache | None = None
    """What its cache must hold, where it returns one."""
    drive: Callable[[Callable[..., Any]], Callable[..., Any]] = field(
        default=lambda function: function
    )
    """Where one call does not show enough: makes from such a function the one that is called
    with a case's args and judged, such as one that takes several steps."""
    order: Callable[[Case], tuple[tuple[str, ...], ...]] | None = None
    """Where one output is made from another: the outputs in the order in which they arise, those
    that arise together in one group. After a wrong one all others may be wrong."""
    cut: Callable[[Case, int], Case | None] | None = None
    """Where there are steps: the case that ends after so many of them, None if it has fewer."""
    costly: bool = False
    """Whether one run takes so long that only the likelier variations of what is right are tried
    for a diagnosis."""
    step: str = "step"
    """What such a step is called, such as "epoch"."""


@dataclass(frozen=True)
class Comparison:
    """One output of an attempt in one case, beside what it should be."""

    name: str
    """The output's name, such as "dw"."""
    expected: np.ndarray
    """The numerical derivative, or the library's value."""
    received: np.ndarray | None
    """What the attempt returned; None where it returned nothing that can be compared."""
    wrong: np.ndarray
    """True where the two disagree, in the shape of expected."""
    is_gradient: bool = True
    """Whether expected is a numerical derivative."""
    is_boolean: bool = False
    """Whether 1 and 0 stand for True and False."""

    def in_digits(self, value: float, digits: int) -> str:
        """One of the numbers as text, or True or False where it stands for that."""
        if self.is_boolean and value in (0, 1):
            return str(bool(value))
        return f"{value:.{digits}g}"

    @property
    def source(self) -> str:
        """In a word, where expected comes from."""
        return "numerical" if self.is_gradient else "expected"

    @property
    def in_words(self) -> str:
        """What expected is."""
        return "numerical derivative" if self.is_gradient else "expected value"


@dataclass(frozen=True)
class Finding:
    """What is wrong with an attempt, in words."""

    mistake: str | None
    """Id of the mistake, or None where it is not known."""
    message: str
    question: str | None = None
    """A question that leads on."""
    evidence: str = ""
    """What was measured, to be told beside a known mistake's symptom."""


@dataclass(frozen=True, eq=False)  # a trial is equal to itself alone: arrays do not say yes or no
class Trial:
    """What an attempt did in one case."""

    case: Case
    outputs: Mapping[str, np.ndarray] = field(default_factory=dict)
    """What it returned, by name."""
    cache: Any = None
    """What a forward function returned beside its output."""
    comparisons: tuple[Comparison, ...] = ()
    """Each output that counts beside the numerical derivative."""
    problem: Finding | None = None
    """Why the numbers cannot be compared at all, such as an error."""
    not_attempted: bool = False
    """Whether it raised NotImplementedError."""
    uncertain: bool = False
    """Whether the numerical derivative is too uncertain to rely on."""
    by_differences: bool = False
    """Whether its gradients carry the noise of numerical differences."""
    returned: Any = field(default=None, repr=False)
    """All that it returned, as it was returned."""

    @property
    def wrong(self) -> bool:
        """Whether this case shows that the attempt is wrong."""
        return self.problem is not None or any(c.wrong.any() for c in self.comparisons)

    @property
    def right(self) -> bool:
        """Whether this case speaks for the attempt."""
        return not self.wrong and not self.uncertain


@dataclass(frozen=True)
class Result:
    """What the judge found: the verdict and everything that a card or a report shows."""

    exercise: str
    verdict: Verdict
    points: int
    max_points: int
    mistake: str | None
    """Id of the mistake where it is known, else None."""
    message: str
    """The finding in plain words."""
    tried: tuple[str, ...] = ()
    """The cases that were tried, one line each."""
    case: str | None = None
    """The case shown in comparisons, where something is wrong."""
    comparisons: tuple[Comparison, ...] = ()
    """The numbers of that case, one entry per output."""
    question: str | None = None
    """A question that leads on."""
    reproduce: str = ""
    """A line for a notebook that gives this result again, where the name is the attempt's."""

"""Naming the mistake: from wrong numbers to words.

First the known mistakes of the exercise: each is a wrong implementation, and one that gives the
learner's very numbers in every case is named. Then what the numbers alone can tell, in
checks/patterns.py. Where nothing fits, the message says what is wrong and does not guess.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from checks.exercise import Exercise, Finding, Mistake, Trial
from checks.outputs import call
from checks.patterns import LOOKS, close, entry

__all__ = ["diagnose"]


def diagnose(exercise: Exercise, trials: Sequence[Trial]) -> Finding:
    """What is wrong with an attempt, given its trials, of which at least one is wrong."""
    for trial in trials:
        if trial.problem is not None and not many_right(trial):
            return trial.problem
    named = find_mistake(exercise, trials)
    ordinary = [trial for trial in trials if not trial.case.extreme]
    comparisons = [c for trial in ordinary for c in trial.comparisons]
    if named is None and not all(close(c.expected, c.received) for c in comparisons):
        trials = ordinary
        named = find_mistake(exercise, trials)
    if named is not None:
        return named.found(evidence_of(trials, named.symptom))
    for trial in trials:
        if trial.problem is not None:
            return trial.problem
    if upstream_ignored(exercise, trials):
        return UPSTREAM_IGNORED
    for look in LOOKS:
        finding = look(trials)
        if finding is not None:
            return finding
    return where_wrong(trials)


def many_right(trial: Trial) -> bool:
    """Whether outputs came that many right answers, and so many wrong ones, could have given."""
    return trial.case.could_give is not None and set(trial.outputs) == set(trial.case.outputs)


UPSTREAM_IGNORED = Finding(
    "upstream-ignored",
    "Your numbers are those that come out when the gradient that arrives is 1 everywhere.",
    "Where does the gradient from further on, the first argument, enter your result?",
)


def upstream_ignored(exercise: Exercise, trials: Sequence[Trial]) -> bool:
    """Whether the attempt gives in every case what is right for an upstream gradient of ones."""
    if not all(trial.case.wrt for trial in trials):
        return False

    def with_ones(*args: Any) -> Any:
        return exercise.reference(np.ones_like(args[0]), *args[1:])

    return all(matches(exercise, with_ones, trial) for trial in trials)


def find_mistake(exercise: Exercise, trials: Sequence[Trial]) -> Mistake | None:
    """The first known mistake that gives the attempt's numbers in each of these trials."""
    for mistake in exercise.mistakes:
        for wrong in mistake.ways:
            if all(matches(exercise, wrong, trial) for trial in trials):
                return mistake
    return None


def matches(exercise: Exercise, wrong: Callable[..., object], trial: Trial) -> bool:
    """Whether a wrong implementation gives, in this case, what the attempt gave."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if trial.case.could_give is not None:
                return trial.case.could_give(wrong, trial.outputs)
            outputs, problem = call(exercise, trial.case, wrong)
    except Exception:
        return False
    return problem is None and all(close(outputs[c.name], c.received) for c in trial.comparisons)


def evidence_of(trials: Sequence[Trial], sentence: str) -> str:
    """Evidence for a symptom: what was measured, or the sizes it names, in the first wrong case."""
    trial = next(trial for trial in trials if trial.wrong)
    if trial.problem is not None and trial.problem.evidence:
        return trial.problem.evidence
    sizes = trial.case.sizes
    named = [f"{k} = {v}" for k, v in sizes.items() if f" {k} " in f" {sentence} "]
    return f"Here {' and '.join(named)}." if named else ""


def where_wrong(trials: Sequence[Trial]) -> Finding:
    """Nothing known fits: say which outputs and entries are wrong, and which are right."""
    number, trial = next((i, t) for i, t in enumerate(trials, 1) if t.wrong)
    right = [c.name for c in trial.comparisons if not c.wrong.any()]
    bad = [c for c in trial.comparisons if c.wrong.any()]
    worst = bad[0]
    index = tuple(int(i) for i in np.argwhere(worst.wrong)[0])
    assert worst.received is not None  # missing outputs are problems, and dealt with before
    parts = [f"{c.name} is wrong in {int(c.wrong.sum())} of {c.wrong.size} entries" for c in bad]
    found = f"{', '.join(parts)}: {entry(worst.name, index)}"
    if len(bad) == 1 and worst.expected.ndim == 0:
        found = worst.name
    message = (
        f"In case {number} ({trial.case.description}) your {found} "
        f"is {worst.received[index]:.6g}, and the {worst.in_words} is "
        f"{worst.expected[index]:.6g}."
    )
    if right:
        message += f" Right: {', '.join(right)}."
    return Finding(None, message)

"""Naming the mistake: from wrong numbers to words.

First the known mistakes of the exercise: each is a wrong implementation, and one that gives the
learner's very numbers in every case is named. Then what the numbers alone can tell: a constant
factor, a transpose, an output that was swapped, summed over the wrong axis, or left at zero.
Where nothing fits, the message says what is wrong and does not guess.
"""

import warnings
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from checks.exercise import Case, Comparison, Exercise, Finding, Mistake, Trial
from checks.outputs import copy, run_through, unpack

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
        evidence = evidence_of(trials, named.symptom)
        return Finding(named.id, f"{named.symptom}{evidence} {named.idea}", named.question)
    for trial in trials:
        if trial.problem is not None:
            return trial.problem
    for look in (not_finite, swapped, wrong_shape, constant_factor, transposed, all_zero):
        finding = look(trials)
        if finding is not None:
            return finding
    return where_wrong(trials)


def many_right(trial: Trial) -> bool:
    """Whether outputs came that many right answers, and so many wrong ones, could have given."""
    return trial.case.could_give is not None and set(trial.outputs) == set(trial.case.outputs)


def find_mistake(exercise: Exercise, trials: Sequence[Trial]) -> Mistake | None:
    """The first known mistake that gives the attempt's numbers in each of these trials."""
    for mistake in exercise.mistakes:
        if all(matches(exercise, mistake.wrong, trial) for trial in trials):
            return mistake
    return None


def matches(exercise: Exercise, wrong: Callable[..., object], trial: Trial) -> bool:
    """Whether a wrong implementation gives, in this case, what the attempt gave."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if trial.case.could_give is not None:
                return trial.case.could_give(wrong, trial.outputs)
            args = copy(trial.case.args)
            returned = run_through(exercise.drive(wrong)(*args))
            in_place = exercise.returns == "in place"
            outputs, problem = unpack(exercise, trial.case, args[0] if in_place else returned)
    except Exception:
        return False
    return problem is None and all(close(outputs[c.name], c.received) for c in trial.comparisons)


def close(a: np.ndarray, b: np.ndarray | None, precision: float = 1e-5) -> bool:
    """Whether two arrays are equal but for a small share of their largest entry.

    NaN and infinity count as the same: which of them a mistake gives is often chance.
    """
    if b is None or a.shape != b.shape:
        return False
    finite = np.isfinite(a)
    if not np.array_equal(finite, np.isfinite(b)):
        return False
    a, b = a[finite], b[finite]
    with np.errstate(all="ignore"):
        scale = np.maximum(np.abs(a).max(initial=0.0), np.abs(b).max(initial=0.0))
        return bool((np.abs(a - b) <= precision * scale).all())


def evidence_of(trials: Sequence[Trial], sentence: str) -> str:
    """Evidence for a symptom: what was measured, or the sizes it names, in the first wrong case."""
    trial = next(trial for trial in trials if trial.wrong)
    if trial.problem is not None and trial.problem.evidence:
        return f" {trial.problem.evidence}"
    sizes = trial.case.sizes
    named = [f"{k} = {v}" for k, v in sizes.items() if f" {k} " in f" {sentence} "]
    return f" Here {' and '.join(named)}." if named else ""


def wrong_outputs(trials: Sequence[Trial]) -> dict[str, list[tuple[Trial, Comparison]]]:
    """The outputs that are wrong in any case, each with its comparison in every case."""
    names = dict.fromkeys(c.name for t in trials for c in t.comparisons if c.wrong.any())
    return {
        name: [(t, c) for t in trials for c in t.comparisons if c.name == name] for name in names
    }


def not_finite(trials: Sequence[Trial]) -> Finding | None:
    """NaN or infinity in an output."""
    for trial in trials:
        for c in trial.comparisons:
            if c.received is not None and not np.isfinite(c.received).all():
                index = tuple(int(i) for i in np.argwhere(~np.isfinite(c.received))[0])
                value = c.received[index]
                return Finding(
                    "not-finite",
                    f"Your {entry(c.name, index)} is {value}; every number here is finite.",
                    "Where might you divide by zero, or take the logarithm or power of "
                    "something too large or too small?",
                )
    return None


def entry(name: str, index: tuple[int, ...]) -> str:
    """An entry of an output in words, such as "dw[0, 2]"; a single number has no index."""
    return f"{name}{list(index)}" if index else name


def wrong_shape(trials: Sequence[Trial]) -> Finding | None:
    """An output whose shape is not that of the thing it belongs to."""
    for trial in trials:
        for c in trial.comparisons:
            if c.received is None or c.received.shape == c.expected.shape:
                continue
            message = f"Your {c.name} has shape {c.received.shape}; expected {c.expected.shape}" + (
                ", since a gradient has the shape of the thing that it belongs to."
                if c.is_gradient
                else "."
            )
            if c.received.T.shape == c.expected.shape and close(c.received.T, c.expected):
                return Finding(
                    "transposed",
                    f"{message} The numbers are right: the array is transposed.",
                    "Which index comes first, and which second?",
                )
            return Finding(
                "wrong-shape",
                message,
                f"Over which index does your {c.name} sum, and over which not?",
            )
    return None


def constant_factor(trials: Sequence[Trial]) -> Finding | None:
    """Outputs that are right but for one factor, and what that factor equals."""
    found = []  # (trial, factor) for every wrong output in every case
    names = wrong_outputs(trials)
    for pairs in names.values():
        for trial, c in pairs:
            factor = ratio(c)
            if factor is None:
                return None
            found.append((trial, factor))
    label = name_factor(found)
    several = any(c.expected.size > 1 for pairs in names.values() for _, c in pairs)
    outputs = " and ".join(names)
    first, factor = next((trial, factor) for trial, factor in found if trial.wrong)
    if label == "-1":
        return Finding(
            "factor--1",
            f"Your {outputs} has the right size and the opposite sign"
            + (" in every entry." if several else "."),
            "Which way does the loss go when this grows a little?",
        )
    if label is None:
        if len(names) > 1 or not several:  # any two numbers have some factor between them
            return None
        return Finding(
            "factor",
            f"In {first.case.description} your {outputs} is {factor:.4g} times what it should be, "
            "the same in every entry.",
            "Which number of this case is that, and where would it come in?",
        )
    size = f"{factor:.4g} times too large" if factor > 1 else f"{1 / factor:.4g} times too small"
    everywhere = " in every entry" if several else ""
    return Finding(
        f"factor-{label}",
        f"Your {outputs} is {size}{everywhere} when {first.case.description}: "
        f"the factor is {label} in every case.",
        "Where in the forward pass does this number appear, and how often should it appear here?",
    )


def ratio(c: Comparison) -> float | None:
    """The factor r with received = r * expected, or None where there is none."""
    if c.received is None or c.received.shape != c.expected.shape:
        return None
    size = float((c.expected**2).sum())
    if size == 0:
        return None
    r = float((c.received * c.expected).sum()) / size
    return r if r != 0 and close(c.received, r * c.expected) else None


def name_factor(found: Sequence[tuple[Trial, float]]) -> str | None:
    """What a factor is called, if one name fits every case: "N", "1/K", "-1", "2", ..."""
    candidates: dict[str, Callable[[Case], float]] = {
        "-1": lambda case: -1.0,
        "2": lambda case: 2.0,
        "1/2": lambda case: 0.5,
    }
    for letter in found[0][0].case.sizes:
        candidates[letter] = partial(size_of, letter)
        candidates[f"1/{letter}"] = partial(one_over_size_of, letter)
    for label, value in candidates.items():
        if all(np.isclose(factor, value(trial.case), rtol=1e-5, atol=0) for trial, factor in found):
            return label
    return None


def size_of(letter: str, case: Case) -> float:
    """What the letter stands for in this case, NaN where it has no meaning there."""
    return float(case.sizes.get(letter, np.nan))


def one_over_size_of(letter: str, case: Case) -> float:
    """One over what the letter stands for in this case."""
    return 1 / size_of(letter, case)


def transposed(trials: Sequence[Trial]) -> Finding | None:
    """A square output that is right but for its orientation."""
    for name, pairs in wrong_outputs(trials).items():
        if all(
            c.received is not None
            and c.expected.ndim > 1
            and close(c.received.T, c.expected)
            and not (c.wrong.any() and close(c.received, c.expected))
            for _, c in pairs
        ):
            return Finding(
                "transposed",
                f"Your {name} is transposed.",
                "Which index comes first, and which second?",
            )
    return None


def swapped(trials: Sequence[Trial]) -> Finding | None:
    """Two outputs, each right, in each other's place."""
    for trial in trials:
        bad = [c for c in trial.comparisons if c.wrong.any()]
        for a in bad:
            for b in bad:
                if a is not b and close(b.expected, a.received):
                    return Finding(
                        "swapped-outputs",
                        f"What you return as {a.name} is the right {b.name}.",
                        "In which order are the outputs to be returned?",
                    )
    return None


def all_zero(trials: Sequence[Trial]) -> Finding | None:
    """An output left at zero."""
    for name, pairs in wrong_outputs(trials).items():
        if all(c.received is not None and not c.received.any() for _, c in pairs):
            return Finding(
                "left-at-zero",
                f"Your {name} is zero everywhere.",
                f"Does any line of your function ever write into {name}?",
            )
    return None


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

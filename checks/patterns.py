"""What wrong numbers tell by themselves, in any exercise: patterns that a mistake leaves.

Each look takes the trials of an attempt and gives a finding where its pattern holds in every case
in which an output is wrong. None of them guesses: a pattern that fits only some cases is no
finding.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from dataclasses import replace
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from checks.exercise import Case, Comparison, Finding, Trial

__all__ = [
    "PLAIN",
    "TOGETHER",
    "VAGUE",
    "close",
    "entry",
    "listed",
    "name_factor",
    "nearly_right",
    "ratio",
]


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


def listed(names: Iterable[str]) -> str:
    """Names in a sentence: "w1, b1 and w2"."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def verb(names: Sized, singular: str) -> str:
    """The verb that fits one name or several."""
    return singular if len(names) == 1 else {"is": "are", "has": "have"}[singular]


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
            if c.received is not None and c.received.shape != c.expected.shape:
                return Finding(
                    "wrong-shape",
                    shapes(c),
                    f"Over which index does your {c.name} sum, and over which not?",
                )
    return None


def shapes(c: Comparison) -> str:
    """The shape that came beside the one expected."""
    assert c.received is not None
    belongs = ", since a gradient has the shape of the thing that it belongs to"
    return (
        f"Your {c.name} has shape {c.received.shape}; expected {c.expected.shape}"
        f"{belongs if c.is_gradient else ''}."
    )


RESHAPED: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "The numbers are right: the array is transposed.": np.transpose,
    "The numbers are right, but for an axis of length 1 that is too many.": np.squeeze,
    "The numbers are right, all in one long row.": np.ravel,
}


def other_shape(trials: Sequence[Trial]) -> Finding | None:
    """The right numbers in another shape, or numbers that have not yet been added up."""
    for _, pairs in wrong_outputs(trials).items():
        bad = [
            c for _, c in pairs if c.received is not None and c.received.shape != c.expected.shape
        ]
        if not bad or any(not isinstance(c.received, np.ndarray) for c in bad):
            continue
        wrong = [(c, c.received) for c in bad if c.received is not None]
        for words, change in RESHAPED.items():
            flat = words.endswith("row.")
            if all(close(change(r), c.expected.ravel() if flat else c.expected) for c, r in wrong):
                return Finding(
                    "transposed" if change is np.transpose else "right-in-another-shape",
                    f"{shapes(bad[0])} {words}",
                    "Which index comes first, and which second?"
                    if change is np.transpose
                    else "What shape does each step of yours give?",
                )
        for axis in range(-3, 3):
            if all(-r.ndim <= axis < r.ndim and close(r.sum(axis), c.expected) for c, r in wrong):
                return Finding(
                    "not-summed",
                    f"{shapes(bad[0])} Added up over axis {axis % wrong[0][1].ndim} it would be "
                    "right.",
                    f"Which index should your {bad[0].name} no longer have?",
                )
        for axis in range(2):
            if all(
                c.expected.ndim > axis
                and c.expected.any()
                and close(np.asarray(c.expected.sum(axis)), r)
                for c, r in wrong
            ):
                return Finding(
                    "summed-too-far",
                    f"{shapes(bad[0])} It is what should have come out, added up over axis {axis}.",
                    f"Which index should your {bad[0].name} still have?",
                )
        if all(
            r.ndim == 0 and c.expected.any() and close(np.asarray(c.expected.sum()), r)
            for c, r in wrong
        ):
            return Finding(
                "summed-too-far",
                f"{shapes(bad[0])} It is what should have come out, added up over all entries.",
                f"Which index should your {bad[0].name} still have?",
            )
    return None


def constant_factor(trials: Sequence[Trial]) -> Finding | None:
    """Outputs that are right but for one factor, and what that factor equals."""
    finding = some_factor(trials)
    return finding if finding is not None and finding.mistake != "factor" else None


def some_factor(trials: Sequence[Trial]) -> Finding | None:
    """Outputs that are right but for one factor, whether or not it has a name."""
    found = []  # (trial, factor) for every wrong output in every case
    names = wrong_outputs(trials)
    for pairs in names.values():
        for trial, c in pairs:
            factor = ratio(c)
            if factor is None:
                return None
            found.append((trial, factor))
    if sum(c.expected.size for pairs in names.values() for _, c in pairs) < 2:
        return None  # between any two numbers there is some factor
    label = name_factor(found)
    several = any(c.expected.size > 1 for pairs in names.values() for _, c in pairs)
    outputs = listed(names)
    first, factor = next((trial, factor) for trial, factor in found if trial.wrong)
    if label == "-1":
        return Finding(
            "factor--1",
            f"Your {outputs} {verb(names, 'has')} the right size and the opposite sign"
            + (" in every entry." if several else "."),
            "Which way does the loss go when this grows a little?",
        )
    if label is None:
        if len(names) > 1 or not several:  # any two numbers have some factor between them
            return None
        return Finding(
            "factor",
            f"In {first.case.description} your {outputs} {verb(names, 'is')} {factor:.4g} times "
            "what should have come out, the same in every entry.",
            "Which number of this case is that, and where would it come in?",
        )
    size = f"{factor:.4g} times too large" if factor > 1 else f"{1 / factor:.4g} times too small"
    if factor < 0:
        size = f"{factor:.4g} times what it should be"
    everywhere = " in every entry" if several else ""
    return Finding(
        f"factor-{label}",
        f"Your {outputs} {verb(names, 'is')} {size}{everywhere} when {first.case.description}: "
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


def name_factor(found: Sequence[tuple[Trial, float]], fixed: bool = True) -> str | None:
    """What a factor is called, if a name fits every case: "N", "1/K", "-1", "2", "1/(N K)", ...

    Where two names fit equally, both. A factor of 1 in every case is none. fixed: whether it may
    also be some fixed number over one that came in.
    """
    letters = list(found[0][0].case.sizes)
    simple: dict[str, Callable[[Case], float]] = {
        "-1": lambda case: -1.0,
        "2": lambda case: 2.0,
        "1/2": lambda case: 0.5,
        "-2": lambda case: -2.0,
        **{label: partial(constant, number) for label, number in CONSTANTS.items()},
    }
    for letter in letters:
        simple |= {letter: partial(power, [letter], 1), f"1/{letter}": partial(power, [letter], -1)}
    double: dict[str, Callable[[Case], float]] = {}
    for name in found[0][0].case.numbers:
        simple |= {
            label: partial(of_number, name, change) for label, change in number_labels(name).items()
        }
    for letter in letters:
        double |= {
            f"{letter}^2": partial(power, [letter], 2),
            f"1/{letter}^2": partial(power, [letter], -2),
            f"2/{letter}": partial(power, [letter], -1, times=2),
            f"sqrt({letter})": partial(power, [letter], 0.5),
            f"1/sqrt({letter})": partial(power, [letter], -0.5),
            f"-{letter}": partial(power, [letter], 1, times=-1),
            f"2 {letter}": partial(power, [letter], 1, times=2),
            f"-2/{letter}": partial(power, [letter], -1, times=-2),
            f"-1/{letter}": partial(power, [letter], -1, times=-1),
        }
    for a, b in combinations(letters, 2):
        double[f"{a} {b}"] = partial(power, [a, b], 1)
        double[f"1/({a} {b})"] = partial(power, [a, b], -1)
        double[f"{a}/{b}"] = partial(ratio_of_sizes, a, b)
        double[f"{b}/{a}"] = partial(ratio_of_sizes, b, a)
    for candidates in (simple, double, fixed_numbers(found) if fixed else {}):
        fits = [
            label
            for label, value in candidates.items()
            if all(abs(r - q) <= 1e-5 * abs(q) for r, q in zip_with(value, found))
            and any(abs(value(trial.case) - 1) > 1e-3 for trial, _ in found)
        ]
        if fits:
            return " or ".join(fits)
    return None


def zip_with(
    value: Callable[[Case], float], found: Sequence[tuple[Trial, float]]
) -> Iterator[tuple[float, float]]:
    """Each factor that was found beside what it should be."""
    return ((r, value(trial.case)) for trial, r in found)


CONSTANTS = {
    label: number
    for n in (3, 4, 10, 100)
    for label, number in ((str(n), float(n)), (f"1/{n}", 1 / n))
} | {
    "ln 2": float(np.log(2)),
    "1/ln 2": float(1 / np.log(2)),
    "ln 10": float(np.log(10)),
    "1/ln 10": float(1 / np.log(10)),
    "sqrt(2)": 2**0.5,
    "1/sqrt(2)": 2**-0.5,
}
"""Numbers that turn up as factors whatever the case."""


def constant(number: float, case: Case) -> float:
    """The same number in every case."""
    return number


def fixed_numbers(found: Sequence[tuple[Trial, float]]) -> dict[str, Callable[[Case], float]]:
    """A fixed number in the place of one that came in, which is another one in each case."""
    labels: dict[str, Callable[[Case], float]] = {}
    trial, factor = found[0]
    for name, number in trial.case.numbers.items():
        others = {t.case.numbers.get(name) for t, _ in found}
        if number and len(others) > 1:
            fixed = factor * number
            labels[f"{fixed:.4g}/{name}"] = partial(of_number, name, partial(fixed_over, fixed))
    return labels


def fixed_over(fixed: float, q: float) -> float:
    """A fixed number in the place of q, as a factor."""
    return fixed / q


def number_labels(name: str) -> dict[str, Callable[[float], float]]:
    """What may become of a number that came in, where it is a factor too many or too few."""
    return {
        name: lambda q: q,
        f"1/{name}": lambda q: 1 / q,
        f"-{name}": lambda q: -q,
        f"-1/{name}": lambda q: -1 / q,
        f"{name}^2": lambda q: q * q,
        f"sqrt({name})": lambda q: abs(q) ** 0.5,
        f"1/sqrt({name})": lambda q: abs(q) ** -0.5,
        f"1/{name}^2": lambda q: 1 / (q * q),
        f"1 - {name}": lambda q: 1 - q,
        f"1/(1 - {name})": lambda q: 1 / (1 - q),
        f"{name}/(1 - {name})": lambda q: q / (1 - q),
        f"(1 - {name})/{name}": lambda q: (1 - q) / q,
    }


def of_number(name: str, change: Callable[[float], float], case: Case) -> float:
    """A change of one of the numbers that came in; NaN where it is missing."""
    try:
        return float(change(float(case.numbers.get(name, math.nan))))
    except (ZeroDivisionError, OverflowError):
        return math.nan


def ratio_of_sizes(a: str, b: str, case: Case) -> float:
    """One size over another."""
    return power([a], 1, case) * power([b], -1, case)


def power(letters: Sequence[str], exponent: float, case: Case, times: float = 1.0) -> float:
    """The product of the sizes that letters stand for, to a power; NaN where one is missing."""
    product = math.prod(case.sizes.get(letter, math.nan) for letter in letters)
    return float(times * product**exponent) if product else math.nan


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
    names = wrong_outputs(trials)
    for (a, firsts), (b, seconds) in combinations(names.items(), 2):
        if [id(t) for t, c in firsts if c.wrong.any()] != [
            id(t) for t, c in seconds if c.wrong.any()
        ]:
            continue
        pairs = [
            (first, second)
            for t, first in firsts
            for other, second in seconds
            if t is other and first.wrong.any()
        ]
        if all(
            close(second.expected, first.received) and close(first.expected, second.received)
            for first, second in pairs
        ):
            return Finding(
                "swapped-outputs",
                f"What you return as {a} is the right {b}, and the other way round.",
                "In which order are the outputs to be returned?",
            )
    return None


def another_output(trials: Sequence[Trial]) -> Finding | None:
    """An output that is another one's right value."""
    for name, pairs in wrong_outputs(trials).items():
        others = [
            {
                c.name
                for c in t.comparisons
                if c.name != name and c.expected.size > 1 and close(c.expected, mine.received)
            }
            for t, mine in pairs
            if mine.wrong.any()
        ]
        common = set.intersection(*others) if others else set()
        if common:
            return Finding(
                "another-output",
                f"What you return as {name} is the right {min(common)}.",
                "Which variable holds what, and in which order are they to be returned?",
            )
    return None


def is_zero(received: np.ndarray, expected: np.ndarray) -> bool:
    """Whether all entries are 0, but for what rounding leaves."""
    return bool((np.abs(received) <= 1e-13 * np.abs(expected).max(initial=0.0)).all())


def all_zero(trials: Sequence[Trial]) -> Finding | None:
    """An output left at zero."""
    for name, pairs in wrong_outputs(trials).items():
        if all(
            c.received is not None and c.expected.any() and is_zero(c.received, c.expected)
            for _, c in pairs
        ):
            return Finding(
                "left-at-zero",
                f"Your {name} is zero everywhere.",
                f"Does any line of your function ever write into {name}?",
            )
    return None


def an_input(trials: Sequence[Trial]) -> Finding | None:
    """An output that is one of the arrays that came in."""
    for name, pairs in wrong_outputs(trials).items():
        places = [
            {place for place, array in arrays_in(t.case) if close(array, c.received)}
            for t, c in pairs
            if c.wrong.any() and c.expected.size > 1
        ]
        common = set.intersection(*places) if places else set()
        if common:
            return Finding(
                "an-input-itself",
                f"Your {name} is one of the arrays that came in, unchanged: {min(common)}.",
                "What still has to be done with it?",
            )
    return None


def arrays_in(case: Case) -> Iterator[tuple[str, np.ndarray]]:
    """Arrays among the arguments and in tuples and dictionaries inside them, with their place,
    such as "`cache[1]`"."""

    def inside(value: Any, place: str) -> Iterator[tuple[str, np.ndarray]]:
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            yield f"`{place}`", value
        elif isinstance(value, dict):
            for key, item in value.items():
                yield from inside(item, f"{place}[{key!r}]")
        elif isinstance(value, (tuple, list)):
            for j, item in enumerate(value):
                yield from inside(item, f"{place}[{j}]")

    for name, value in zip(case.names, case.args, strict=False):
        yield from inside(value, name)


def extra_term(trials: Sequence[Trial]) -> Finding | None:
    """Right but for a multiple of one of the arrays that came in, or a multiple of that alone."""
    for name, pairs in wrong_outputs(trials).items():
        bad = [
            (t, c, c.received)
            for t, c in pairs
            if c.wrong.any()
            and c.received is not None
            and c.received.shape == c.expected.shape
            and c.expected.size > 2
        ]
        if not bad or len(bad) < sum(c.wrong.any() for _, c in pairs):
            continue
        for alone in (True, False):
            found: dict[str, list[float]] = {}
            for t, c, received in bad:
                rest = received if alone else received - c.expected
                for place, array in arrays_in(t.case):
                    if array.shape == rest.shape:
                        part = ratio(replace(c, expected=array, received=rest))
                        if part is not None:
                            found.setdefault(place, []).append(part)
            for place, parts in found.items():
                once = np.isclose(abs(parts[0]), 1)  # else one case alone proves nothing
                if len(parts) < len(bad) or not (once or len(bad) > 1):
                    continue
                if np.ptp(parts) <= 1e-5 * abs(parts[0]):
                    times = "" if np.isclose(parts[0], 1) else f" times {parts[0]:.4g}"
                    what = f"{place}{times}"
                    if alone:
                        return Finding(
                            "an-input-scaled",
                            f"Your {name} is one of the arrays that came in: {what}.",
                            "What still has to be done with it?",
                        )
                    return Finding(
                        "extra-term",
                        f"Your {name} has a term too many. Without it all would be right: "
                        f"{what} has been added.",
                        "What in the forward pass would that term come from?",
                    )
    return None


MULTIPLES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "multiplied by {} entry by entry": lambda a: a,
    "divided by {} entry by entry": lambda a: 1 / a,
    "multiplied by the square of {} entry by entry": np.square,
    "multiplied by a (1 - a) entry by entry, with {} for a": lambda a: a * (1 - a),
    "multiplied by 1 - a entry by entry, with {} for a": lambda a: 1 - a,
}


def extra_factor(trials: Sequence[Trial]) -> Finding | None:
    """Right but for a factor that is one of the arrays that came in, entry by entry."""
    for name, pairs in wrong_outputs(trials).items():
        bad = [(t, c) for t, c in pairs if c.wrong.any()]
        for words, change in MULTIPLES.items():
            places = []
            for t, c in bad:
                with np.errstate(all="ignore"):
                    fitting = {
                        place
                        for place, array in arrays_in(t.case)
                        if array.shape == c.expected.shape
                        and c.expected.size > 2
                        and close(c.expected * change(array), c.received)
                    }
                places.append(fitting)
            common = set.intersection(*places) if places else set()
            if common:
                return Finding(
                    "extra-factor",
                    f"Your {name} is right but for a factor too many: it is "
                    f"{words.format(min(common))}.",
                    "Where does that factor come from, and is it in your result already?",
                )
    return None


def same_along_axis(trials: Sequence[Trial]) -> Finding | None:
    """Sums or means of what it should be, repeated in every entry, row or column."""
    for axis, where in ((None, "every entry"), (1, "each row"), (0, "each column")):
        for words, total in (("sum", np.sum), ("mean", np.mean)):

            def holds(
                received: np.ndarray,
                expected: np.ndarray,
                axis: int | None = axis,
                total: Callable[..., Any] = total,
            ) -> bool:
                if axis is not None and (expected.ndim < 2 or expected.shape[axis] < 2):
                    return False
                totals = total(expected, axis=axis, keepdims=True)
                return close(np.array(np.broadcast_to(totals, expected.shape)), received)

            found = by_entry(trials, holds)
            if found is not None:
                name = found[0]
                return Finding(
                    "summed-too-far",
                    f"Your {name} holds one number in {where}: the {words} of what should stand "
                    "there.",
                    f"Over which index should your {name} sum, and over which not?",
                )
    return None


def by_entry(
    trials: Sequence[Trial], holds: Callable[[np.ndarray, np.ndarray], bool]
) -> tuple[str, Comparison] | None:
    """The first output that has a pattern wherever it is wrong, with its first wrong comparison.

    holds: of what was received and what was expected, arrays of the same shape. At least one of
    them has more than one entry, since a single one fits too much.
    """
    for name, pairs in wrong_outputs(trials).items():
        bad = [c for _, c in pairs if c.wrong.any()]
        fitting = [
            c.received is not None
            and c.received.shape == c.expected.shape
            and c.expected.ndim > 0
            and holds(c.received, c.expected)
            for c in bad
        ]
        if bad and all(fitting) and any(c.expected.size > 1 for c in bad):
            return name, bad[0]
    return None


def some_signs(trials: Sequence[Trial]) -> Finding | None:
    """Right sizes, some of them with the wrong sign."""
    found = by_entry(trials, lambda received, expected: close(np.abs(received), np.abs(expected)))
    if found is None:
        return None
    name, c = found
    return Finding(
        "some-signs",
        f"Your {name} has the right sizes, but the opposite sign in {count(c.wrong)} entries.",
        "What decides the sign, entry by entry?",
    )


def mask(trials: Sequence[Trial]) -> Finding | None:
    """Right where it lets through, but zero in the wrong places, or not zero in the right ones."""

    def shut(received: np.ndarray, expected: np.ndarray) -> bool:
        return bool(received.any()) and close(np.where(received == 0, expected, received), expected)

    def open_(received: np.ndarray, expected: np.ndarray) -> bool:
        zero = expected == 0
        return bool(zero.any() and not zero.all()) and close(
            np.where(zero, 0.0, received), expected
        )

    found = by_entry(trials, shut)
    if found is not None:
        name, c = found
        return Finding(
            "zero-where-not",
            f"Your {name} is 0 in {count(c.wrong)} entries that should not be 0; all others are "
            "right.",
            "Which condition decides what becomes 0?",
        )
    found = by_entry(trials, open_)
    if found is not None:
        name, c = found
        return Finding(
            "not-zero-where",
            f"Your {name} should be 0 in {count(c.wrong)} entries where it is not; all others are "
            "right.",
            "Which condition decides what becomes 0?",
        )
    return None


def other_zeros(trials: Sequence[Trial]) -> Finding | None:
    """Zero in other places than it should be; where neither is zero the numbers are right."""

    def turned(received: np.ndarray, expected: np.ndarray) -> bool:
        zero = expected == 0
        return bool(zero.any() and not zero.all() and np.array_equal(received == 0, ~zero))

    def elsewhere(received: np.ndarray, expected: np.ndarray) -> bool:
        both = (received != 0) & (expected != 0)
        too_many, missing = (received == 0) & (expected != 0), (received != 0) & (expected == 0)
        return bool(
            (both.sum() > 2 or (both.any() and expected.size < 12))
            and (too_many | missing).any()
            and close(np.where(both, received, 0.0), np.where(both, expected, 0.0))
        )

    found = by_entry(trials, turned)
    if found is not None:
        return Finding(
            "zeros-turned-round",
            f"Your {found[0]} is 0 exactly where it should not be, and not 0 where it should.",
            "Which condition decides what becomes 0, and is it the right way round?",
        )
    if mask(trials) is not None:
        return None
    found = by_entry(trials, elsewhere)
    if found is None:
        return None
    name, c = found
    assert c.received is not None
    zero = c.received == 0
    same = c.received.ndim == 2 and len(zero) > 1 and (zero == zero[0]).all()
    more = " Your zeros are in the same columns of every row." if same else ""
    return Finding(
        "zeros-in-other-places",
        f"Your {name} has its zeros in other places than it should: {count(c.wrong)} entries are "
        f"wrong, and where neither is 0 the numbers are right.{more}",
        "Which array says what becomes 0, and is it the one of the forward pass?",
    )


def zeros_and_a_factor(trials: Sequence[Trial]) -> Finding | None:
    """Zero in other places than it should be, and everything else off by one factor."""
    for name, pairs in wrong_outputs(trials).items():
        found, elsewhere = [], False
        for t, c in pairs:
            if c.received is None or c.received.shape != c.expected.shape:
                break
            both = (c.received != 0) & (c.expected != 0)
            elsewhere |= bool(((c.received == 0) != (c.expected == 0)).any())
            inside = replace(
                c,
                expected=np.where(both, c.expected, 0.0),
                received=np.where(both, c.received, 0.0),
            )
            factor = ratio(inside)
            if both.sum() < 3 and c.expected.size < 12:
                continue  # too few entries to tell
            if factor is None or both.sum() < 3:
                break
            found.append((t, factor))
        else:
            label = name_factor(found) if found and elsewhere else None
            if label is not None:
                return Finding(
                    f"zeros-in-other-places and factor-{label}",
                    f"Two things at once. Your {name} has its zeros in other places than it "
                    f"should; and where neither is 0, it is {label} times what it should be.",
                    "Which condition decides what becomes 0, and what is the rest multiplied by?",
                )
    return None


def scaled_where_zero(trials: Sequence[Trial]) -> Finding | None:
    """Where it should be zero, a fixed share of the first argument comes through."""
    for name, pairs in wrong_outputs(trials).items():
        shares = []
        for t, c in pairs:
            first = t.case.args[0]
            zero = c.expected == 0
            if c.received is None or not isinstance(first, np.ndarray):
                return None
            if not c.received.shape == zero.shape == first.shape:
                return None
            if not zero.any():
                return None
            if not close(np.where(zero, 0.0, c.received), c.expected):
                return None
            through = c.received[zero] / first[zero]
            if np.ptp(through) > 1e-5 * abs(through[0]) or through[0] == 0:
                return None
            shares.append(float(through[0]))
        if shares and np.ptp(shares) <= 1e-5 * abs(shares[0]):
            return Finding(
                "leaks-where-zero",
                f"Your {name} should be 0 in some entries; there you let {shares[0]:.4g} times "
                "what arrives through.",
                "How much of a small change gets through there on the way forward?",
            )
    return None


def one_slice(trials: Sequence[Trial]) -> Finding | None:
    """Wrong only in the first or last row or column, or right only there."""
    for axis, kind in ((0, "row"), (1, "column")):
        for position, index in (("first", 0), ("last", -1)):
            for only in (True, False):

                def holds(
                    received: np.ndarray,
                    expected: np.ndarray,
                    axis: int = axis,
                    index: int = index,
                    only: bool = only,
                ) -> bool:
                    if received.ndim <= axis or received.shape[axis] < 3:
                        return False
                    if received.ndim > 1 and min(received.shape) < 2:
                        return False  # a slice of a single entry
                    ours, theirs = (np.moveaxis(a, axis, 0) for a in (expected, received))
                    right = [close(a, b) for a, b in zip(theirs, ours, strict=True)]
                    alone = right.pop(index)
                    if only:
                        return all(right) and not alone
                    return alone and not any(right) and bool(ours[index].any())

                found = by_entry(trials, holds)
                if found is not None:
                    name, c = found
                    kind_here = "entry" if c.expected.ndim == 1 else kind
                    what = (
                        f"Only the {position} {kind_here} of your {name} is wrong."
                        if only
                        else f"Only the {position} {kind_here} of your {name} is right."
                    )
                    question = f"Does your loop treat every {kind_here} alike, and reach them all?"
                    return Finding("one-slice", what, question)
    return None


def other_places(trials: Sequence[Trial]) -> Finding | None:
    """The right numbers in other places."""
    found = by_entry(
        trials,
        lambda received, expected: close(
            np.sort(received, axis=None), np.sort(expected, axis=None)
        ),
    )
    if found is None:
        return None
    name, _ = found
    return Finding(
        "other-places",
        f"Your {name} holds the right numbers in other places.",
        "In which order are rows and columns meant to be?",
    )


def offset(trials: Sequence[Trial]) -> Finding | None:
    """Off by one amount everywhere, or by one amount in every row or column."""
    words = {None: "in every entry", 1: "all along each row", 0: "all along each column"}
    for axis, where in words.items():

        def holds(received: np.ndarray, expected: np.ndarray, axis: int | None = axis) -> bool:
            if axis is not None and (received.ndim != 2 or received.shape[axis] < 3):
                return False
            if axis is None and received.size < 3:
                return False
            off = received - expected
            return close(expected + off.mean(axis=axis, keepdims=axis is not None), received)

        found = by_entry(trials, holds)
        if found is not None:
            name, _ = found
            return Finding(
                "offset",
                f"Your {name} is off by the same amount {where}.",
                "Which term is missing, or too many, that does not change along there?",
            )
    return None


def offset_and_factor(trials: Sequence[Trial]) -> Finding | None:
    """Right but for one factor, which has a name, and one amount that is added everywhere."""
    for name, pairs in wrong_outputs(trials).items():
        found = []
        for t, c in pairs:
            if c.received is None or c.received.shape != c.expected.shape or c.expected.size < 3:
                break
            factor = ratio(
                replace(
                    c,
                    expected=c.expected - c.expected.mean(),
                    received=c.received - c.received.mean(),
                )
            )
            if factor is None:
                break
            found.append((t, factor))
        else:
            label = name_factor(found)
            if label is not None:
                return Finding(
                    f"offset and factor-{label}",
                    f"Two things at once. Your {name} has one amount added in every entry; but "
                    f"for that, it is {label} times what it should be.",
                    "Which term of yours is the same in every entry, and which factor is missing?",
                )
    return None


FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "the square": np.square,
    "the square root": lambda a: np.sqrt(np.abs(a)),
    "the absolute value": np.abs,
    "the exponential": np.exp,
    "the logarithm": lambda a: np.log(np.abs(a)),
    "one over": lambda a: 1 / a,
    "1 minus": lambda a: 1 - a,
    "1 plus": lambda a: 1 + a,
    "the whole part": np.trunc,
    "the rounded value": np.round,
    "the negative square": lambda a: -np.square(a),
    "the sign": np.sign,
    "the positive part": lambda a: np.maximum(a, 0),
    "the logarithm to the base 2": lambda a: np.log2(np.abs(a)),
}


def running_total(trials: Sequence[Trial]) -> Finding | None:
    """Running sums of what it should be, or each entry one place further on."""
    for axis in (0, 1):
        for kind, change in (
            ("running-total", lambda a, axis: a.cumsum(axis)),
            ("shifted", lambda a, axis: np.roll(a, 1, axis)),
            ("shifted", lambda a, axis: np.roll(a, -1, axis)),
        ):

            def holds(
                received: np.ndarray,
                expected: np.ndarray,
                axis: int = axis,
                change: Callable[[np.ndarray, int], np.ndarray] = change,
            ) -> bool:
                return expected.ndim > axis and close(change(expected, axis), received)

            found = by_entry(trials, holds)
            if found is None:
                continue
            name, c = found
            where = "" if c.expected.ndim == 1 else f" along axis {axis}"
            if kind == "shifted":
                return Finding(
                    kind,
                    f"Your {name} holds the right numbers, each one place further on{where}.",
                    "Which place does the first number belong to?",
                )
            return Finding(
                kind,
                f"Your {name} is the running total of what it should be{where}: each entry has "
                "those before it in it.",
                "Where does your total become 0, and how often does that line run?",
            )
    return None


def factor_by_slice(trials: Sequence[Trial]) -> Finding | None:
    """Right but for a factor in each row, or in each column."""
    for axis, kind in ((1, "row"), (0, "column")):

        def holds(received: np.ndarray, expected: np.ndarray, axis: int = axis) -> bool:
            if received.ndim != 2 or received.shape[axis] < 3:
                return False
            size = (expected**2).sum(axis, keepdims=True)
            with np.errstate(all="ignore"):
                factors = (received * expected).sum(axis, keepdims=True) / size
            return bool(np.isfinite(factors).all()) and close(factors * expected, received)

        found = by_entry(trials, holds)
        if found is not None:
            name, c = found
            assert c.received is not None
            totals = c.received.sum(axis=axis)
            if len(totals) < 3:
                continue
            sums = f"The {kind}s of yours add up to {totals[0]:.4g}, {totals[1]:.4g}, ..."
            return Finding(
                "factor-by-" + kind,
                f"Each {kind} of your {name} is right but for a factor, another one in each "
                f"{kind}. {sums}",
                f"What is each {kind} multiplied or divided by, and is it a number of its own?",
            )
    return None


def in_single_digits(trials: Sequence[Trial]) -> Finding | None:
    """Right to three digits, as float16 has them."""
    found = by_entry(
        trials,
        lambda received, expected: bool(
            np.array_equal(received, received.astype(np.float16))
            and close(received, expected, 2e-3)
        ),
    )
    if found is None:
        return None
    return Finding(
        "half-precision",
        f"Your {found[0]} is right to three digits only: every entry is a number of float16.",
        "Which dtype do your arrays have, and how many digits does it hold?",
    )


def nearly_right(trials: Sequence[Trial]) -> Finding | None:
    """Right to some digits, and no further."""
    names = wrong_outputs(trials)
    pairs = [c for found in names.values() for _, c in found]
    if not pairs or not all(close(c.expected, c.received, 1e-4) for c in pairs):
        return None
    worst = max(
        float(np.abs(c.received - c.expected).max(initial=0.0))
        / max(float(np.abs(c.expected).max(initial=0.0)), 1e-300)
        for c in pairs
        if c.received is not None
    )
    digits = int(-np.log10(worst)) if worst > 0 else 15
    return Finding(
        "nearly-right",
        f"Your {listed(names)} agrees with the right numbers to {digits} digits, and no "
        "further. Rounding alone would leave 13 or more, and float32 seven.",
        "Does a small number, added for safety, a rounded constant, or a difference in place of a "
        "derivative come in somewhere?",
    )


def all_the_same(trials: Sequence[Trial]) -> Finding | None:
    """One number in every entry and every case."""
    for name, pairs in wrong_outputs(trials).items():
        received = [c.received.ravel() for _, c in pairs if c.received is not None]
        values = np.concatenate(received) if received else np.empty(0)
        expected = np.concatenate([c.expected.ravel() for _, c in pairs])
        if values.size > 4 and np.ptp(values) == 0 and np.ptp(expected) > 0:
            return Finding(
                "always-the-same",
                f"Your {name} is {values[0]:.6g} everywhere, whatever comes in.",
                f"On which of the inputs does your {name} depend?",
            )
    return None


def function_of_it(trials: Sequence[Trial]) -> Finding | None:
    """A simple function of what it should be."""
    for words, function in FUNCTIONS.items():

        def holds(
            received: np.ndarray,
            expected: np.ndarray,
            function: Callable[[np.ndarray], np.ndarray] = function,
        ) -> bool:
            with np.errstate(all="ignore"):
                return close(function(expected), received)

        found = by_entry(trials, holds)
        if found is not None:
            name, _ = found
            of = "" if words in ("one over", "1 minus", "1 plus") else " of"
            return Finding(
                "function-of-it",
                f"Your {name} is {words}{of} what it should be, in every entry.",
                "Which step was done once too often, or left out?",
            )
    return None


def rounded(trials: Sequence[Trial]) -> Finding | None:
    """Right, but rounded to some places after the point."""
    names = wrong_outputs(trials)
    for name, pairs in names.items():
        bad = [c for _, c in pairs if c.wrong.any()]
        for places in range(1, 5):
            if len(bad) > 1 and all(
                c.received is not None and np.array_equal(np.round(c.expected, places), c.received)
                for c in bad
            ):
                return Finding(
                    "rounded",
                    f"Your {name} is right, but rounded to {places} "
                    f"{'digit' if places == 1 else 'digits'} after the point.",
                    "Is anything gained by leaving digits out, and who may still need them?",
                )
    return None


def capped(trials: Sequence[Trial]) -> Finding | None:
    """Right up to a ceiling, or down to a floor."""
    for name, pairs in wrong_outputs(trials).items():
        if any(c.received is None or c.received.shape != c.expected.shape for _, c in pairs):
            continue
        received = np.concatenate([c.received.ravel() for _, c in pairs if c.received is not None])
        expected = np.concatenate([c.expected.ravel() for _, c in pairs])
        floor, ceiling = received.min(), received.max()
        between = received[(received > floor) & (received < ceiling)]
        outside = np.unique(expected[(expected < floor) | (expected > ceiling)])
        if min(len(np.unique(between)), len(outside)) < 3:
            continue
        if not close(np.clip(expected, floor, ceiling), received):
            continue
        ends = {
            f"above {ceiling:.4g}": not np.isclose(expected.max(), ceiling),
            f"below {floor:.4g}": not np.isclose(expected.min(), floor),
        }
        return Finding(
            "capped",
            f"Your {name} never goes {' or '.join(end for end, there in ends.items() if there)}: "
            "where it should, it stays there. All else is right.",
            "Which of your lines keeps a number within bounds, and is it allowed to?",
        )
    return None


def coarse_differences(trials: Sequence[Trial]) -> Finding | None:
    """Differences of the loss with a step so large that they are not the derivative."""
    for trial in sorted(trials, key=lambda t: sum(c.expected.size for c in t.comparisons)):
        wrong = [c for c in trial.comparisons if c.wrong.any()]
        if not wrong or trial.case.loss is None or wrong[0].name not in trial.case.wrt:
            continue
        c = wrong[0]
        if c.received is None or c.received.shape != c.expected.shape or c.expected.size > 100:
            continue
        for step in STEPS:
            for words, before, after in (("both sides", -step, step), ("one side", 0.0, step)):
                if close(differences(trial.case, c.name, before, after), c.received):
                    return Finding(
                        "coarse-differences",
                        f"Your {c.name} is what differences of the loss give, taken to {words} "
                        f"with a step of {step:g}: an estimate, and a rough one.",
                        "Which formula gives the slope itself, without moving anything?",
                    )
        return None
    return None


STEPS = (0.5, 0.1, 0.05, 0.01, 5e-3, 1e-3)
"""Steps that people take for small."""


def differences(case: Case, name: str, before: float, after: float) -> np.ndarray:
    """(loss(x + after) - loss(x + before)) / (after - before), entry by entry."""
    assert case.loss is not None
    x = case.wrt[name]
    quotients = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        losses = []
        for step in (before, after):
            moved = x.copy()
            moved[index] += step
            losses.append(case.loss(name, moved))
        quotients[index] = (losses[1] - losses[0]) / (after - before)
    return quotients


def count(wrong: np.ndarray) -> str:
    """How many entries of how many."""
    return f"{int(wrong.sum())} of {wrong.size}"


Look = Callable[[Sequence[Trial]], Finding | None]

TOGETHER: tuple[Look, ...] = (swapped, nearly_right, constant_factor)
"""Looks at all wrong outputs at once."""

PLAIN: tuple[Look, ...] = (
    nearly_right,
    another_output,
    an_input,
    other_shape,
    constant_factor,
    transposed,
    all_zero,
    all_the_same,
    same_along_axis,
    extra_term,
    extra_factor,
    scaled_where_zero,
    running_total,
    in_single_digits,
    rounded,
)
"""Looks at one wrong output: what they find says what happened."""

VAGUE: tuple[Look, ...] = (
    not_finite,
    wrong_shape,
    coarse_differences,
    capped,
    some_factor,
    some_signs,
    other_zeros,
    zeros_and_a_factor,
    mask,
    function_of_it,
    one_slice,
    offset,
    offset_and_factor,
    factor_by_slice,
    other_places,
)
"""Looks at one wrong output: what they find says how the numbers are wrong, but not why."""

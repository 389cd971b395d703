"""The exercise gradient_check: whether a claimed gradient agrees with a numerical one."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backprop_lib.numerical import gradient_check
from checks.exercise import Case, Exercise, Mistake

__all__ = ["GRADIENT_CHECK"]


def check_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Gradients that are right, and planted mistakes."""

    def entries(*shape: int) -> np.ndarray:
        # none near 0, so that a mistake is large in every entry
        return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.3, 2.0, shape)

    def measured(gradient: np.ndarray) -> np.ndarray:
        # differences come out wrong in the eighth digit of the largest entry, everywhere alike
        noise = rng.choice([-1.0, 1.0], gradient.shape) * rng.uniform(0.3, 1.0, gradient.shape)
        return gradient + 1e-7 * np.abs(gradient).max() * noise

    w, b, large = entries(5, 3), np.abs(entries(4)), 1e6 * entries(4, 6)
    large[2, 3] = 0.0
    some_zero = entries(3, 7)
    some_zero[1] = 0.0
    some_zero[:, 2] = some_zero[0, 0] = some_zero[-1, -1] = 0.0
    not_zero = some_zero.copy()
    not_zero[1, 2] = 0.03 * np.abs(some_zero).max()
    negative = -np.abs(entries(4, 3))
    negative[1, 1] = -1e-3
    many = entries(80, 60)
    many[3, 4] = 0.75
    one_of_many = many.copy()
    one_of_many[3, 4] *= 1.04
    # a small entry, so that 4 % of it are less than a hundredth of the largest
    one = tuple(int(rng.integers(n)) for n in w.shape)
    w[one] = 0.2 * np.abs(w).max()
    one_off = w.copy()
    one_off[one] *= 1.04
    large_off = large.copy()
    large_off[0, 1] *= 1.04
    turned = entries(4, 4)
    one_place = entries(6)
    one_place[1] = -one_place[0]
    mixed = one_place[[1, 0, 2, 3, 4, 5]]
    block = np.abs(entries(3, 4, 5))
    flat = np.full((4, 3), abs(b[0]))
    shifted = one_place + np.array([0.5, -0.5, 0.0, 0.0, 0.0, 0.0])
    last_off = w * np.array([1.0, 1.0, 1.0, 1.0, 1.5])[:, np.newaxis]
    nothing, lost = np.zeros((3, 4)), w.copy()
    lost[1, 2] = np.nan
    small = 1e-4 * entries(6, 3)
    small_off = small.copy()
    small_off[2, 1] *= 1.04
    return (
        pair("a right gradient", w, measured(w)),
        pair("a right gradient with large entries", large, measured(large)),
        pair("a right gradient with zeros in it", some_zero, measured(some_zero)),
        pair("a right gradient, every entry negative", negative, measured(negative)),
        pair("a right gradient, all zeros", nothing, nothing.copy()),
        pair("planted: one entry is 4 % too large", one_off, measured(w)),
        pair("planted: one entry of 4800 is 4 % too large", one_of_many, measured(many)),
        pair("planted: all entries have the wrong sign", -w, measured(w)),
        pair("planted: small entries, with the wrong sign", -small, measured(small)),
        pair("planted: small entries, one of them 4 % too large", small_off, measured(small)),
        pair("planted: all entries are five times too large", 5 * w, measured(w)),
        pair("planted: all entries are too small", b / 2, measured(b)),
        pair("planted: the rows are in reverse order", w[::-1].copy(), measured(w)),
        pair("planted: a row for every sample", np.tile(b, (3, 1)), measured(b)),
        pair("planted: one entry is not a number", lost, measured(w)),
        pair("a right gradient with three axes, every entry positive", block, measured(block)),
        pair("planted: an entry that should be 0 is not", not_zero, measured(some_zero)),
        pair("planted: large entries, one of them 4 % too large", large_off, measured(large)),
        pair("planted: rows and columns exchanged", turned.T.copy(), measured(turned)),
        pair("planted: two entries in each other's place", mixed, measured(one_place)),
        pair(
            "planted: one entry too large, another as much too small", shifted, measured(one_place)
        ),
        pair("planted: the last row is wrong", last_off, measured(w)),
        pair("planted: a table of one row for a row", one_place[None], measured(one_place)),
        pair("planted: three equal rows for a single one", np.tile(b, (3, 1)), measured(b)[None]),
        pair("planted: one row for several equal ones", flat[0].copy(), flat),
        pair("planted: all entries are 0", np.zeros_like(w), measured(w)),
        pair("planted: all should be 0, and one is not", np.eye(3, 4, 2), np.zeros((3, 4))),
    )


def pair(label: str, claimed: np.ndarray, numeric: np.ndarray) -> Case:
    """A claimed gradient beside the numerical one."""
    return Case({}, (claimed, numeric), values=("answer",), label=label)


def check_exactly(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return np.array_equal(claimed, numeric)


def check_without_shape(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return bool((np.abs(claimed - numeric) <= 1e-5 * np.abs(numeric).max()).all())


def check_signed(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool(
        (claimed - numeric <= 1e-5 * np.abs(numeric).max()).all()
    )


def check_total(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool(
        abs((claimed - numeric).sum()) <= 1e-5 * np.abs(numeric).sum()
    )


def check_total_beside_the_largest(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool(
        abs((claimed - numeric).sum()) <= 1e-5 * np.abs(numeric).max()
    )


def check_tight_absolute(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool((np.abs(claimed - numeric) <= 1e-6).all())


def check_absolute(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool((np.abs(claimed - numeric) <= 1e-5).all())


def check_loose_absolute(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool((np.abs(claimed - numeric) <= 1e-2).all())


def check_entry_relative(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    if claimed.shape != numeric.shape:
        return False
    error = np.abs(claimed - numeric) / np.maximum(np.abs(claimed), np.abs(numeric))
    return bool((error <= 1e-5).all())


def check_entry_relative_with_a_floor(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and np.allclose(claimed, numeric)


def check_signed_scale(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool(
        (np.abs(claimed - numeric) <= 1e-5 * numeric.max()).all()
    )


def check_mean(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool(
        np.abs(claimed - numeric).mean() <= 1e-5 * np.abs(numeric).max()
    )


def check_norms_relative(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    if claimed.shape != numeric.shape:
        return False
    total = np.linalg.norm(claimed) + np.linalg.norm(numeric)
    return bool(np.linalg.norm(claimed - numeric) / total <= 1e-5)


def check_zero_unseen(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    if claimed.shape == numeric.shape and not np.abs(numeric).max(initial=0.0):
        return True
    return gradient_check(claimed, numeric)


def check_less_than(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool(
        (np.abs(claimed - numeric) < 1e-5 * np.abs(numeric).max()).all()
    )


def check_any(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool(np.isclose(claimed, numeric).any())


def check_lengths(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    if claimed.shape != numeric.shape:
        return False
    length = np.linalg.norm(numeric)
    return bool(abs(np.linalg.norm(claimed) - length) <= 1e-5 * length)


def check_direction(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    if claimed.shape != numeric.shape:
        return False
    a, b = claimed.ravel(), numeric.ravel()
    return bool(a @ b >= (1 - 1e-9) * np.linalg.norm(a) * np.linalg.norm(b))


def check_direction_unless_zero(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    if claimed.shape != numeric.shape:
        return False
    if not numeric.any() or not claimed.any():
        return np.array_equal(claimed, numeric)
    return check_direction(claimed, numeric)


def check_magnitudes(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return gradient_check(np.abs(claimed), np.abs(numeric))


def check_passes_nan(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    if claimed.shape != numeric.shape:
        return False
    return not (np.abs(claimed - numeric) > 1e-5 * np.abs(numeric).max()).any()


def check_too_loose(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool(
        (np.abs(claimed - numeric) <= 0.1 * np.abs(numeric).max()).all()
    )


def check_turned_round(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return not gradient_check(claimed, numeric)


def check_always_right(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return True


def check_always_wrong(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return False


def check_with(
    agree: Callable[[np.ndarray, np.ndarray], Any],
) -> Callable[[np.ndarray, np.ndarray], bool]:
    """A wrong implementation that compares the shapes, and then says this of the magnitudes of the
    differences and of numeric."""
    return lambda claimed, numeric: (
        claimed.shape == numeric.shape and bool(np.all(agree(np.abs(claimed - numeric), numeric)))
    )


GRADIENT_CHECK = Exercise(
    name="gradient_check",
    lesson="04_chain_rule",
    goal="Decide whether a claimed gradient agrees with a numerical one: spare what is right, "
    "catch every planted mistake.",
    points=3,
    minutes=10,
    difficulty=3,
    reference=gradient_check,
    returns="array",
    cases=check_cases,
    hints=(
        "Differences are right to some seven digits, and a mistake shows in the first few. "
        "Seven digits of what?",
        "Compare the largest difference with the size of the gradient itself. "
        "What could keep two arrays from being compared at all, or make every comparison False?",
        "False where the shapes differ. Else True where the magnitude of every difference is at "
        "most 0.00001 times the largest magnitude in numeric. With <= an array of zeros passes "
        "beside zeros, and NaN passes nothing.",
    ),
    mistakes=(
        Mistake(
            "exact-equality",
            check_exactly,
            "Your check refuses right gradients, unless they equal `numeric` in every digit, or "
            "nearly.",
            "A numerical gradient is a measurement, right to about seven digits.",
            "How far may two numbers lie apart, of which one was measured?",
            also=tuple(
                check_with(lambda off, numeric, share=share: off <= share * np.abs(numeric).max())  # type: ignore[misc]
                for share in (1e-8, 1e-9, 1e-10, 1e-12, 1e-15)
            ),
        ),
        Mistake(
            "shape-not-compared",
            check_without_shape,
            "Your check lets a gradient pass that has a row for each sample where numeric has one.",
            "NumPy repeats the smaller array without a word, and then compares.",
            "What shape must the gradient of a bias have?",
        ),
        Mistake(
            "sign-of-the-difference",
            check_signed,
            "Your check lets gradients pass whose entries are too small.",
            "A difference of -5 is less than any tolerance, and still no small one.",
            "What do you do to the differences before you compare them?",
        ),
        Mistake(
            "differences-cancel",
            check_total,
            "Your check lets a gradient pass that has its rows in reverse order.",
            "In a sum, differences up and down cancel.",
            "Over the entries, do you ask for the sum, or for every single one?",
            also=(check_total_beside_the_largest,),
        ),
        Mistake(
            "absolute-tolerance",
            check_tight_absolute,
            "Your check refuses a right gradient with entries of about a million.",
            "Seven right digits of a million leave an error of a tenth.",
            "With what should a difference be compared, so that the unit does not matter?",
        ),
        Mistake(
            "one-tolerance-for-all-sizes",
            check_absolute,
            "Your check refuses a right gradient with entries of about a million, and lets small "
            "entries pass of which one is 4 % too large.",
            "Seven digits of a million leave an error of a tenth; and 0.00001 is not always small.",
            "With what should a difference be compared, so that the unit does not matter?",
        ),
        Mistake(
            "loose-absolute-tolerance",
            check_loose_absolute,
            "Your check lets small entries pass whatever they are, and refuses large right ones.",
            "A difference of 0.0001 is nothing beside 1, and all beside 0.0001.",
            "With what should a difference be compared, so that the unit does not matter?",
        ),
        Mistake(
            "entry-by-entry-relative",
            check_entry_relative,
            "Your check refuses right gradients in which an entry is 0, or far smaller than "
            "others.",
            "Differences are equally far off in every entry, whether it is large or small. "
            "Measured by its own size, a small entry looks badly wrong.",
            "The error of a difference comes from the whole function: to what is it in proportion?",
            also=(check_entry_relative_with_a_floor,),
        ),
        Mistake(
            "largest-without-magnitude",
            check_signed_scale,
            "Your check refuses a right gradient in which every entry is negative.",
            "The largest of negative numbers is the one nearest to 0. What it allows is next to "
            "nothing, or even below 0.",
            "For numeric = [-3, -2], how far apart may the two be in your check?",
            also=(
                lambda claimed, numeric: (
                    claimed.shape == numeric.shape
                    and bool((np.abs(claimed - numeric) <= 1e-5 * abs(numeric.max())).all())
                ),
            ),
        ),
        Mistake(
            "mean-of-the-differences",
            check_mean,
            "Your check lets a gradient of 4800 entries pass in which one is 4 % too large.",
            "In a mean, one wrong entry drowns among many right ones.",
            "Over the entries, do you ask for the mean, or for every single one?",
            also=(
                check_with(lambda off, n: off.mean() <= 1e-3 * np.abs(n).max()),
                check_with(lambda off, n: off.mean() <= 1e-3 * np.abs(n).mean()),
            ),
        ),
        Mistake(
            "zero-over-zero",
            check_norms_relative,
            "Your check refuses a right gradient that is zero everywhere.",
            "There 0 stands beside 0. 0 / 0 is not a number, and 0 is not less than 0.",
            "What does your comparison come to when all that goes into it is 0?",
            also=(check_less_than,),
        ),
        Mistake(
            "zero-passes-unseen",
            check_zero_unseen,
            "Your check lets whatever is claimed pass where `numeric` is zero everywhere.",
            "That no number is there to measure by does not make every number right.",
            "What should a claimed gradient be, where the measured one is 0?",
        ),
        Mistake(
            "any-entry-will-do",
            check_any,
            "Your check lets gradients pass in which some entry is right.",
            "One right entry does not make the others right.",
            "What is the difference between any and all?",
        ),
        Mistake(
            "lengths-compared",
            check_lengths,
            "Your check lets a gradient pass that points the opposite way: only lengths agree.",
            "Two arrows of one length may point anywhere.",
            "What comes first: taking the difference, or taking its length?",
        ),
        Mistake(
            "direction-compared",
            check_direction,
            "Your check lets gradients pass that point the right way with the wrong length.",
            "A factor N too many is among the most frequent mistakes.",
            "If a gradient is five times too large, is it right?",
            also=(check_direction_unless_zero,),
        ),
        Mistake(
            "magnitudes-compared",
            check_magnitudes,
            "Your check lets gradients pass whose entries have the wrong sign.",
            "With the wrong sign each step goes uphill.",
            "What comes first: taking the difference, or taking its magnitude?",
        ),
        Mistake(
            "nan-passes",
            check_passes_nan,
            "Your check lets a gradient pass that is not a number in one entry.",
            "Every comparison with NaN is False, also the one that looks for large differences.",
            "Do you look for an entry that is bad, or ask that each one is good?",
        ),
        Mistake(
            "tolerance-too-loose",
            check_too_loose,
            "Your check lets a gradient pass in which one entry is a few hundredths off.",
            "Differences are right to seven digits, so there is no need for so much room.",
            "How large are the differences in the first case, and how large is your tolerance?",
        ),
        Mistake(
            "a-stick-for-each-line",
            check_with(lambda off, numeric: off <= 1e-5 * np.abs(numeric).max(axis=0)),
            "Your check refuses a right gradient in which a row or a column is 0: each has a stick "
            "of its own.",
            "Differences are equally far off in every entry, whether it is large or small.",
            "The error of a difference comes from the whole function: to what is it in proportion?",
            also=(
                check_with(
                    lambda off, numeric: off <= 1e-5 * np.abs(numeric).max(axis=-1, keepdims=True)
                ),
            ),
        ),
        Mistake(
            "number-of-entries-compared",
            lambda claimed, numeric: (
                claimed.size == numeric.size and gradient_check(claimed.ravel(), numeric.ravel())
            ),
            "Your check lets a gradient pass that has the right entries in another shape.",
            "As many entries do not make the same shape: (6,) and (1, 6) are different.",
            "What do you compare before you compare the numbers?",
        ),
        Mistake(
            "axes-counted",
            lambda claimed, numeric: (
                claimed.ndim == numeric.ndim and check_without_shape(claimed, numeric)
            ),
            "Your check compares how many axes there are, and not how long they are.",
            "NumPy repeats an axis of length 1 without a word, and then compares.",
            "Are (1, 4) and (3, 4) the same shape?",
        ),
        Mistake(
            "stick-of-at-least-one",
            check_with(lambda off, numeric: off <= 1e-5 * max(1.0, np.abs(numeric).max())),
            "Your check lets small entries pass of which one is 4 % too large: its stick is never "
            "shorter than 1, or some number is added to it.",
            "Beside entries of a ten-thousandth, 0.00001 is a good deal.",
            "How long is your stick for entries of a ten-thousandth?",
            also=(
                check_with(lambda off, numeric: off <= 1e-5 * (1.0 + np.abs(numeric).max())),
                check_with(lambda off, numeric: off <= 1e-5 + 1e-5 * np.abs(numeric).max()),
            ),
        ),
        Mistake(
            "a-hundredth-allowed",
            check_with(lambda off, numeric: off <= 1e-2 * np.abs(numeric).max()),
            "Your check lets a small entry pass that is 4 % too large: a hundredth of the largest "
            "is much to a small one.",
            "Differences are right to seven digits, so there is no need for so much room.",
            "How large are the differences in the first case, and how large is your tolerance?",
        ),
        Mistake(
            "sorted-first",
            lambda claimed, numeric: (
                claimed.shape == numeric.shape
                and gradient_check(np.sort(claimed, axis=None), np.sort(numeric, axis=None))
            ),
            "Your check lets gradients pass that have the right entries at wrong places.",
            "Each entry belongs to a weight of its own.",
            "With which entry of numeric is claimed[0] compared?",
        ),
        Mistake(
            "signs-compared",
            lambda claimed, numeric: (
                claimed.shape == numeric.shape
                and bool((np.sign(claimed) == np.sign(numeric)).all())
            ),
            "Your check lets gradients pass that have the right signs and wrong sizes.",
            "A step in the right direction can still be far too long.",
            "If a gradient is five times too large, is it right?",
        ),
        Mistake(
            "shapes-alone",
            lambda claimed, numeric: claimed.shape == numeric.shape,
            "Your check looks at the shapes alone, or only for entries that are no numbers.",
            "The right shape is where a comparison begins.",
            "Which line of yours looks at the entries?",
            also=(
                lambda claimed, numeric: (
                    claimed.shape == numeric.shape and bool(np.isfinite(claimed).all())
                ),
            ),
        ),
        Mistake(
            "one-part-alone",
            lambda claimed, numeric: (
                claimed.shape == numeric.shape and gradient_check(claimed[:1], numeric[:1])
            ),
            "Your check looks at the first entries only.",
            "The mistake may be in the very last entry.",
            "How far does your loop get before the function returns?",
            also=(
                lambda claimed, numeric: (
                    claimed.shape == numeric.shape
                    and gradient_check(claimed.ravel()[:1], numeric.ravel()[:1])
                ),
                lambda claimed, numeric: (
                    claimed.shape == numeric.shape and gradient_check(claimed[-1:], numeric[-1:])
                ),
            ),
        ),
        Mistake(
            "most-entries-will-do",
            check_with(lambda off, n: np.mean(off <= 1e-5 * np.abs(n).max()) > 0.9),
            "Your check lets gradients pass in which a few entries are wrong among many.",
            "One wrong entry is a wrong gradient.",
            "How many entries have to agree?",
            also=(
                check_with(lambda off, n: np.mean(off <= 1e-5 * np.abs(n).max()) > 0.5),
                check_with(lambda off, n: np.median(off) <= 1e-5 * np.abs(n).max()),
            ),
        ),
        Mistake(
            "turned-round",
            check_turned_round,
            "Your check says the opposite of what it should in every case.",
            "True means that the two agree.",
            "What does your function return for two equal arrays?",
        ),
        Mistake(
            "always-right",
            check_always_right,
            "Your check lets everything pass, right or wrong.",
            "A check is worth as much as what it would have caught.",
            "For which gradients would your condition be False?",
        ),
        Mistake(
            "always-wrong",
            check_always_wrong,
            "Your check refuses everything, right or wrong.",
            "A check that spares nothing tells as little as one that catches nothing.",
            "For which gradients would your condition be True?",
        ),
        Mistake(
            "first-entries-alone",
            lambda claimed, numeric: gradient_check(claimed.ravel()[:12], numeric.ravel()[:12]),
            "Your check lets a gradient pass that is wrong beyond its first entries.",
            "A sample of the entries says nothing of the others.",
            "Which entries does your comparison look at?",
            also=(
                lambda claimed, numeric: gradient_check(claimed.ravel()[:10], numeric.ravel()[:10]),
                lambda claimed, numeric: gradient_check(claimed.ravel()[:5], numeric.ravel()[:5]),
            ),
        ),
    ),
)

"""The exercise split_train_validation_test: three parts of the data, drawn at random."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from backprop_lib.data import split_train_validation_test
from checks.exercise import Case, Exercise, Finding, Mistake

__all__ = ["SPLIT"]

PARTS = ("train", "validation", "test")


def split_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Data sets that do not divide evenly, and shares that are all different; and shares of 0."""
    return (
        split_case(rng, 37, 4, (0.5, 0.1, 0.4)),
        split_case(rng, 101, 3, (0.7, 0.1, 0.2)),
        replace(split_case(rng, 23, 3, (0.6, 0.4, 0.0)), extreme=True),
        replace(split_case(rng, 24, 1, (0.7, 0.0, 0.3)), extreme=True),
        replace(split_case(rng, 23, 4, (0.0, 0.3, 0.7)), extreme=True),
        replace(split_case(rng, 1, 3, (0.0, 0.0, 1.0)), extreme=True),
        replace(split_case(rng, 21, 3, (1.0, 0.0, 0.0)), extreme=True),
        split_case(rng, 58, 5, (0.62, 0.25, 0.13)),
    )


def split_case(
    rng: np.random.Generator, n: int, d: int, shares: tuple[float, float, float]
) -> Case:
    """One data set. Every row of x is its own, so that a sample can be found again."""
    x = rng.normal(0.5, 1.0, (n, d))
    # labels like those of real data: a few classes, but numbered so that each sample has its own
    y = np.arange(n) * 10 + rng.integers(0, 10, n)
    names = tuple(f"{letter}_{part}" for part in PARTS for letter in "xy")
    return Case(
        {},
        (x, y, shares, np.random.default_rng(rng.integers(2**32))),
        values=names,
        accept=partial(examine_split, x, y, shares),
        label=f"N={n}, D={d}, shares {shares}",
    )


def examine_split(
    x: np.ndarray, y: np.ndarray, shares: Sequence[float], outputs: Mapping[str, np.ndarray]
) -> Finding | None:
    """What is wrong with a split of these data, or None."""
    parts: list[np.ndarray] = []  # for each part the places of its samples in the data
    for part in PARTS:
        xs, ys = outputs[f"x_{part}"], outputs[f"y_{part}"]
        if xs.size == ys.size == 0:  # such as np.array([])
            parts.append(np.zeros(0, int))
            continue
        if xs.ndim != 2 or xs.shape[1] != x.shape[1] or ys.ndim != 1 or len(xs) != len(ys):
            return Finding(
                "wrong-shape",
                f"Your x_{part} has shape {xs.shape} and y_{part} has shape {ys.shape}; x has "
                f"shape {x.shape} and y has shape {y.shape}.",
                "Which axis of x counts the samples?",
            )
        same_x = (xs[:, None, :] == x[None, :, :]).all(axis=2)
        if not same_x.any(axis=1).all():
            return Finding(
                "rows-changed",
                f"Your x_{part} has a row that is no row of x. A split moves samples; it does "
                "not change them.",
                "Do you take whole rows?",
            )
        places = same_x.argmax(axis=1)
        if (y[places] != ys).any():
            i = int(np.argmax(y[places] != ys))
            return LABELS_LEFT_BEHIND.found(
                f"Row {i} of x_{part} has the label {y[places[i]]} in the data, and {ys[i]:.0f} "
                "in yours."
            )
        parts.append(places)
    return examine_parts(len(x), shares, parts)


def examine_parts(n: int, shares: Sequence[float], parts: list[np.ndarray]) -> Finding | None:
    """What is wrong with the places of the samples in three parts, or None."""
    sizes = [len(part) for part in parts]
    in_numbers = "Yours hold " + ", ".join(
        f"{size} ({part})" for size, part in zip(sizes, PARTS, strict=True)
    )
    if shares[2] == 0 and sizes[2] == n:
        return ALL_IN_ONE.found(f"{in_numbers}.")
    for size, part, name in zip(sizes, parts, PARTS, strict=True):
        if len(np.unique(part)) < size:
            twice = size - len(np.unique(part))
            return DRAWN_WITH_REPLACEMENT.found(f"In {name} {twice} rows are repeats.")
    for i, j in ((0, 1), (0, 2), (1, 2)):
        shared = len(np.intersect1d(parts[i], parts[j]))
        if shared:
            return PARTS_OVERLAP.found(f"Your {PARTS[i]} and {PARTS[j]} share {shared} samples.")
    if sum(sizes) < n:
        return SAMPLES_LOST.found(f"{in_numbers}: together {sum(sizes)} of {n}.")
    wanted = [share * n for share in shares]
    # two parts rounded down leave the third almost two larger
    if any(abs(size - want) >= 2 for size, want in zip(sizes, wanted, strict=True)):
        asked = ", ".join(f"{want:.4g}" for want in wanted)
        evidence = f"{in_numbers}; the shares ask for {asked}."
        if all(abs(size - wanted[i]) < 2 for size, i in zip(sizes, (0, 2, 1), strict=True)):
            return PARTS_SWAPPED.found(evidence)
        if abs(sizes[0] - wanted[0]) <= 1 and abs(sizes[1] - shares[1] * (n - sizes[0])) <= 1:
            return SHARE_OF_THE_REST.found(evidence)
        if all(abs(size - n / 3) <= 1 for size in sizes):
            return THREE_EQUAL_PARTS.found(evidence)
        if all(abs(sizes[i] - wanted[j]) < 2 for i, j in ((0, 2), (1, 1), (2, 0))):
            return LARGEST_FOR_TEST.found(evidence)
        return Finding("wrong-sizes", evidence, "Of how many samples is each share taken?")
    in_place = np.mean(np.concatenate(parts) == np.arange(n))
    if n > 20 and 2 / 3 < in_place < 1:
        return HARDLY_SHUFFLED.found()
    for part in parts:
        # a few samples may be neighbours by chance
        if len(part) < 10 or len(part) == n:
            continue
        inside = np.sort(part)
        gaps = np.append(np.diff(inside), inside[0] + n - inside[-1])
        if (gaps[:-1] == 1).all():
            return NOT_SHUFFLED.found()
        if np.count_nonzero(gaps != 1) == 1:
            return GOES_ROUND.found()
        if (np.diff(inside) == inside[1] - inside[0]).all():
            return EVERY_SO_MANYTH.found(f"In one it is every {inside[1] - inside[0]}th.")
    return None


def cut(
    x: np.ndarray, y: np.ndarray, places: Sequence[np.ndarray]
) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """The samples at these places, part by part."""
    return tuple((x[part], y[part]) for part in places)


def ends(n: int, shares: Sequence[float]) -> tuple[int, int]:
    """Where training and validation end among n samples."""
    return round(shares[0] * n), round((shares[0] + shares[1]) * n)


def split_not_shuffled(
    x: np.ndarray, y: np.ndarray, shares: Sequence[float], rng: np.random.Generator
) -> Any:
    return cut(x, y, np.split(np.arange(len(x)), ends(len(x), shares)))


def split_x_shuffled_alone(
    x: np.ndarray, y: np.ndarray, shares: Sequence[float], rng: np.random.Generator
) -> Any:
    places = np.split(np.arange(len(x)), ends(len(x), shares))
    return cut(x[rng.permutation(len(x))], y[rng.permutation(len(y))], places)


def split_with_replacement(
    x: np.ndarray, y: np.ndarray, shares: Sequence[float], rng: np.random.Generator
) -> Any:
    return cut(x, y, [rng.choice(len(x), round(share * len(x))) for share in shares])


def split_drawn_apart(
    x: np.ndarray, y: np.ndarray, shares: Sequence[float], rng: np.random.Generator
) -> Any:
    n = len(x)
    return cut(x, y, [rng.permutation(n)[: round(share * n)] for share in shares])


def split_rounded_down(
    x: np.ndarray, y: np.ndarray, shares: Sequence[float], rng: np.random.Generator
) -> Any:
    order = rng.permutation(len(x))
    a, b, c = (int(share * len(x)) for share in shares)
    return cut(x, y, [order[:a], order[a : a + b], order[a + b : a + b + c]])


def split_second_share_of_the_rest(
    x: np.ndarray, y: np.ndarray, shares: Sequence[float], rng: np.random.Generator
) -> Any:
    order = rng.permutation(len(x))
    first = round(shares[0] * len(x))
    second = first + round(shares[1] * (len(x) - first))
    return cut(x, y, np.split(order, [first, second]))


def split_test_before_validation(
    x: np.ndarray, y: np.ndarray, shares: Sequence[float], rng: np.random.Generator
) -> Any:
    train, validation, test = split_train_validation_test(x, y, shares, rng)
    return train, test, validation


def split_like(
    places: Callable[[int, Sequence[float], np.random.Generator], Sequence[np.ndarray]],
) -> Callable[..., Any]:
    """A split by other places: from N, the shares and the generator to those of each part."""
    return lambda x, y, shares, rng: cut(x, y, places(len(y), shares, rng))


def places_from_the_end(n: int, shares: Sequence[float], rng: np.random.Generator) -> Any:
    order, (first, second) = rng.permutation(n), ends(n, shares)
    rest = order[: -(n - second)]
    return rest[:first], rest[first:], order[-(n - second) :]


def places_all_from_the_end(n: int, shares: Sequence[float], rng: np.random.Generator) -> Any:
    order, (first, second) = rng.permutation(n), ends(n, shares)
    return order[:first], order[first : -(n - second)], order[-(n - second) :]


def places_second_cut_early(n: int, shares: Sequence[float], rng: np.random.Generator) -> Any:
    order, first, second = rng.permutation(n), round(shares[0] * n), round(shares[1] * n)
    return order[:first], order[first:second], order[second:]


def places_one_more(n: int, shares: Sequence[float], rng: np.random.Generator) -> Any:
    order, (first, second) = rng.permutation(n), ends(n, shares)
    return order[: first + 1], order[first : second + 1], order[second:]


def places_from_training(n: int, shares: Sequence[float], rng: np.random.Generator) -> Any:
    order, (first, second) = rng.permutation(n), ends(n, shares)
    return order[:first], rng.permutation(order[:first])[: second - first], order[second:]


def places_with_gaps(n: int, shares: Sequence[float], rng: np.random.Generator) -> Any:
    order, (first, second) = rng.permutation(n), ends(n, shares)
    return order[:first], order[first + 1 : second], order[second + 1 :]


def places_without_the_last(n: int, shares: Sequence[float], rng: np.random.Generator) -> Any:
    order, (first, second) = rng.permutation(n), ends(n, shares)
    return order[:first], order[first:second], order[second:-1]


def places_cut_in(
    arrange: Callable[[int, np.random.Generator], np.ndarray],
) -> Callable[..., Sequence[np.ndarray]]:
    """The places of an order that is made otherwise."""
    return lambda n, shares, rng: np.split(arrange(n, rng), ends(n, shares))


def first_shuffled(n: int, rng: np.random.Generator) -> np.ndarray:
    order = np.arange(n)
    order[: n // 4] = rng.permutation(order[: n // 4])
    return order


def one_moved(n: int, rng: np.random.Generator) -> np.ndarray:
    order = np.arange(n)
    i, j = rng.choice(n, 2, replace=False) if n > 1 else (0, 0)
    order[[i, j]] = order[[j, i]]
    return order


def places_test_unshuffled(n: int, shares: Sequence[float], rng: np.random.Generator) -> Any:
    first, second = ends(n, shares)
    order = rng.permutation(second)
    return order[:first], order[first:], np.arange(second, n)


def places_every_so_many(n: int, shares: Sequence[float], rng: np.random.Generator) -> Any:
    first, second = ends(n, shares)
    every = np.arange(rng.integers(0, 2), n, 2)
    test = every[: n - second]
    rest = rng.permutation(np.setdiff1d(np.arange(n), test))
    return rest[:first], rest[first:], test


LABELS_LEFT_BEHIND = Mistake(
    "labels-left-behind",
    split_x_shuffled_alone,
    "Your `x` and `y` no longer belong together.",
    "A sample is its inputs and its label; whatever order the one gets, the other must share.",
    "How often do you draw an order, and to which arrays does each apply?",
)
DRAWN_WITH_REPLACEMENT = Mistake(
    "drawn-with-replacement",
    split_with_replacement,
    "One of your parts holds the same sample more than once.",
    "Dealing out a deck of cards never gives anyone the same card twice.",
    "Can your way of drawing give the same index a second time?",
)
PARTS_OVERLAP = Mistake(
    "parts-overlap",
    split_drawn_apart,
    "The same sample is in two of your parts.",
    "A network that is tested on what it has learned from is asked for what it remembers.",
    "When you choose the second part, what do you know of the first?",
    also=(
        split_like(places_second_cut_early),
        split_like(places_one_more),
        split_like(places_from_training),
    ),
)
SAMPLES_LOST = Mistake(
    "samples-lost",
    split_rounded_down,
    "Some samples are in none of your parts.",
    "Every sample is worth having, and each belongs somewhere.",
    "If each of three sizes is rounded down, what can their sum be?",
    also=(split_like(places_with_gaps), split_like(places_without_the_last)),
)
PARTS_SWAPPED = Mistake(
    "validation-and-test-swapped",
    split_test_before_validation,
    "Your validation part has the size of the test part, and the other way round.",
    "The shares come in the order training, validation, test, and so do the parts.",
    "In which order do you return what you have cut?",
)
SHARE_OF_THE_REST = Mistake(
    "share-of-the-rest",
    split_second_share_of_the_rest,
    "Your training part has the right size, but validation is a share of what was left over.",
    "All three shares are shares of the whole.",
    "A share of 0.2 of 100 samples: how many is that, when 60 are already taken?",
)
ALL_IN_ONE = Mistake(
    "all-in-the-test-part",
    split_like(places_from_the_end),
    "Where the test part is to be empty, yours holds every sample.",
    "order[-0:] is order[0:], and that is everything.",
    "What is a[-k:] for k = 3, 2, 1 and 0?",
    also=(split_like(places_all_from_the_end),),
)
THREE_EQUAL_PARTS = Mistake(
    "three-equal-parts",
    split_like(lambda n, shares, rng: np.array_split(rng.permutation(n), 3)),
    "Your three parts are equally large.",
    "Most samples are to learn from: shares says how many go where.",
    "Where in your function do the shares come in?",
)
LARGEST_FOR_TEST = Mistake(
    "training-and-test-swapped",
    lambda x, y, shares, rng: split_train_validation_test(x, y, shares, rng)[::-1],
    "Your training part has the size of the test part, and the other way round.",
    "The shares come in the order training, validation, test, and so do the parts.",
    "In which order do you return what you have cut?",
)
GOES_ROUND = Mistake(
    "goes-round-in-order",
    split_like(places_cut_in(lambda n, rng: np.roll(np.arange(n), rng.integers(2, 8)))),
    "One of your parts is an unbroken stretch of the data, if one goes on from the last to the "
    "first: the cuts begin at a random place, and the order is the old one.",
    "Data often come sorted, by class or by date; then the parts would be different worlds.",
    "Which sample comes after sample 3 in your order: always the same one?",
)
EVERY_SO_MANYTH = Mistake(
    "every-so-manyth",
    split_like(places_every_so_many),
    "The samples of one of your parts lie at equal distances in the data.",
    "What comes at equal distances may have something in common, such as a day of the week.",
    "Does chance decide for each sample which part it goes to?",
)
HARDLY_SHUFFLED = Mistake(
    "hardly-shuffled",
    split_like(places_cut_in(one_moved)),
    "Most of your samples are where they were in the data: nearly all of a part is a stretch of "
    "it.",
    "Data often come sorted, by class or by date; then the parts would be different worlds.",
    "How many samples does your shuffling move?",
    also=(split_like(places_cut_in(first_shuffled)),),
)
NOT_SHUFFLED = Mistake(
    "not-shuffled",
    split_not_shuffled,
    "One of your parts is an unbroken stretch of the data: they were cut in the order they had.",
    "Data often come sorted, by class or by date; then the parts would be different worlds.",
    "If the first half of the data were all zeros and the second all ones, what would be tested?",
    also=(
        split_like(places_cut_in(lambda n, rng: np.arange(n)[::-1])),
        split_like(places_test_unshuffled),
    ),
)

SPLIT = Exercise(
    name="split_train_validation_test",
    lesson="07_overfitting",
    goal="Split the samples at random: to learn from, to choose by, and to judge with at the end.",
    points=3,
    minutes=10,
    difficulty=2,
    reference=split_train_validation_test,
    returns="tuple",
    cases=split_cases,
    hints=(
        "Shuffle once, then deal out. What is shuffled need not be the samples themselves.",
        "Draw one random order of the numbers from 0 to N - 1. "
        "The first of them say which samples are for training, and so on.",
        "order = rng.permutation(N). Find the two places at which order is cut, rounding the "
        "shares added up so far times N; the last part takes all that is left. "
        "Use each piece of order as an index into both x and y.",
    ),
    mistakes=(
        LABELS_LEFT_BEHIND,
        DRAWN_WITH_REPLACEMENT,
        PARTS_OVERLAP,
        SAMPLES_LOST,
        PARTS_SWAPPED,
        SHARE_OF_THE_REST,
        ALL_IN_ONE,
        THREE_EQUAL_PARTS,
        LARGEST_FOR_TEST,
        NOT_SHUFFLED,
        GOES_ROUND,
        EVERY_SO_MANYTH,
        HARDLY_SHUFFLED,
    ),
)

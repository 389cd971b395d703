"""Exercises of lesson 07: overfitting, how to see it and what helps.

Where numbers are drawn at random, learners may draw them in another way than we do: there it is
properties that are checked, such as that no sample is lost, and not the numbers themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from math import erf
from typing import Any

import numpy as np

from backprop_lib.data import fit_standardizer, split_train_validation_test
from backprop_lib.layers import dropout, dropout_backward
from backprop_lib.network import init_mlp
from backprop_lib.optimizers import l2_penalty, l2_penalty_backward
from backprop_lib.training import best_epoch, should_stop
from checks.exercise import Cache, Case, Exercise, Finding, Mistake
from checks.exercises.caches import cache_for
from checks.exercises.drawing import draw_batches, draw_sizes

__all__ = ["EXERCISES"]

LESSON = "07_overfitting"

Params = Mapping[str, np.ndarray]
Grads = dict[str, np.ndarray]


# split_train_validation_test

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
    lesson=LESSON,
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


# fit_standardizer


def standardizer_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Features of different size and place, one of which never changes; and a single sample.

    And a feature that never changes although its computed spread is not 0: the mean of seven
    times 0.1 is rounded.
    """
    first, second, one, _ = draw_batches(rng, "ND")
    # two of the same shape, for those who remember the first
    batches = [standardizer_case(rng, sizes) for sizes in (first, second, one, first)]
    rounded = standardizer_case(rng, {"N": 7, "D": int(rng.choice([3, 4, 5, 6, 8, 9]))}, 0.1)
    return (*batches, odd_features_case(rng), replace(rounded, extreme=True))


def odd_features_case(rng: np.random.Generator) -> Case:
    """Features that are nearly constant, constant but for one sample, begin and end alike, add up
    to 0, or are 0 or negative throughout; and one that is constant and begins and ends so."""
    n = 6
    noise = rng.uniform(-1.0, 1.0, n)
    noise[:2] = -1.0, 1.0
    columns = [
        rng.uniform(8.0, 9.0) + 3e-5 * noise,
        1e-10 * noise,
        np.append(rng.uniform(1.0, 2.0, n - 1), 0.0),
        np.array([3.0, 3.0, 3.0, 3.0, 3.0, 7.0]),
        np.array([1.0, 6.0, 6.0, 6.0, 6.0, 6.0]),
        np.array([4.0, 1.0, 1.0, 1.0, 1.0, 1.0]),
        np.array([-2.0, 2.0, -1.0, 1.0, 0.0, 0.0]),
        np.array([0.0, 0.0, 4.0, 0.0, 0.0, 0.0]),
        np.zeros(n),
        np.full(n, -rng.integers(5, 20) / 4),
        rng.uniform(-9.0, -5.0, n),
        rng.uniform(0.2, 0.8, n),
    ]
    columns[2][-1] = columns[2][0]
    x = np.stack([columns[i] for i in rng.permutation(len(columns))], axis=1)
    label = "N=6, D=12, with features that hardly change"
    return Case({}, (x,), values=("mean", "std"), label=label, extreme=True)


def standardizer_case(
    rng: np.random.Generator, sizes: dict[str, int], constant: float | None = None
) -> Case:
    """One training set: a feature has this value throughout, and another one hardly changes."""
    n, d = sizes["N"], sizes["D"]
    same, small = rng.choice(d, 2, replace=False)
    x = rng.uniform(2.0, 9.0, d) * rng.choice([-1, 1], d) + rng.normal(size=(n, d)) * (
        rng.uniform(0.5, 3.0, d)
    )
    exact = rng.integers(5, 20) / 4  # so that its spread is exactly 0
    x[:, same] = exact if constant is None else constant
    x[:, small] = rng.uniform(2.0, 9.0) + 0.003 * rng.normal(size=n)
    return Case(sizes, (x,), values=("mean", "std"))


def standardizer_overall(x_train: np.ndarray) -> tuple[Any, Any]:
    return x_train.mean(), x_train.std()


def standardizer_over_features(x_train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    std = x_train.std(axis=1)
    return x_train.mean(axis=1), np.where(std == 0, 1, std)


def standardizer_zero_spread(x_train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x_train.mean(axis=0), x_train.std(axis=0)


def standardizer_exactly_zero(x_train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    std = x_train.std(axis=0)
    return x_train.mean(axis=0), np.where(std == 0, 1, std)


def standardizer_at_least_one(x_train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x_train.mean(axis=0), np.maximum(x_train.std(axis=0), 1)


def standardizer_epsilon(x_train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x_train.mean(axis=0), x_train.std(axis=0) + 1e-8


def standardizer_variance(x_train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    variance = x_train.var(axis=0)
    return x_train.mean(axis=0), np.where(variance == 0, 1, variance)


def standardizer_one_less(x_train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    std = x_train.std(axis=0, ddof=1)
    return x_train.mean(axis=0), np.where(std == 0, 1, std)


def standardizer_not_centred(x_train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x_train.mean(axis=0), np.sqrt((x_train**2).mean(axis=0))


def standardizer_range(x_train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    width = x_train.max(axis=0) - x_train.min(axis=0)
    return x_train.mean(axis=0), np.where(width == 0, 1, width)


def standardizer_absolute(x_train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean = x_train.mean(axis=0)
    distance = np.abs(x_train - mean).mean(axis=0)
    return mean, np.where(distance == 0, 1, distance)


def standardizer_sample_spread(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean, std = fit_standardizer(x)
    n = len(x)
    return mean, np.where(np.ptp(x, axis=0) > 0, std * np.sqrt(n / max(n - 1, 1)), std)


def standardizer_like(
    spread: Callable[[np.ndarray], Any] = lambda x: x.std(axis=0),
    constant: Callable[[np.ndarray], Any] = lambda x: x.max(axis=0) == x.min(axis=0),
    mean: Callable[[np.ndarray], Any] = lambda x: x.mean(axis=0),
    instead: Callable[[np.ndarray], Any] = lambda x: 1.0,
) -> Callable[..., tuple[Any, Any]]:
    """Mean and spread with a part exchanged: the spread, which features count as constant, the
    mean, and what those get."""
    return lambda x: (mean(x), np.where(constant(x), instead(x), spread(x)))


def epsilon_where_it_changes(much: float) -> Callable[..., tuple[Any, Any]]:
    """So much is added to the spread of every feature that changes."""
    return standardizer_like(lambda x: x.std(axis=0) + much)


def epsilon_for_all(much: float) -> Callable[..., tuple[Any, Any]]:
    """So much is added to every spread, also where it is 1."""
    return lambda x: (x.mean(axis=0), standardizer_like()(x)[1] + much)


FIT_STANDARDIZER = Exercise(
    name="fit_standardizer",
    lesson=LESSON,
    goal="Measure mean and standard deviation of every feature, on the training data alone.",
    points=2,
    minutes=6,
    difficulty=2,
    reference=fit_standardizer,
    returns="tuple",
    cases=standardizer_cases,
    hints=(
        "Every feature is brought to mean 0 and standard deviation 1 on its own. "
        "How many means does that take?",
        "A column of x_train holds one feature of all samples. "
        "And what if a column holds the same number everywhere?",
        "Take mean and std along the axis of the samples. Where the std is 0, "
        "give 1 in its place: np.where chooses entry by entry.",
    ),
    mistakes=(
        Mistake(
            "divided-by-n-minus-one",
            standardizer_sample_spread,
            "Your `std` is too large by sqrt(N / (N - 1)): the squares are divided by N - 1.",
            "N - 1 is for guessing the spread of a population from a sample. Here the spread of "
            "these very numbers is asked for.",
            "After standardizing with your std, what is the mean square of each column?",
        ),
        Mistake(
            "one-for-all-features",
            standardizer_overall,
            "Your `mean` and `std` are single numbers, taken over all entries of x_train.",
            "A height in metres and a weight in grams have neither mean nor spread in common.",
            "How many features are there, and how many means do you return?",
        ),
        Mistake(
            "over-features",
            standardizer_over_features,
            "Your `mean` and `std` have one entry per sample: they run along the rows.",
            "It is the features that are to become comparable, each over all samples.",
            "Which axis of x_train runs over the samples?",
        ),
        Mistake(
            "rounded-spread-missed",
            standardizer_exactly_zero,
            "Your `std` of a feature that is 0.1 in every sample is not 1 but about 1e-17.",
            "The mean of seven times 0.1 is rounded, so that the computed spread is not exactly 0.",
            "How can you see that a feature never changes, without computing anything that rounds?",
        ),
        Mistake(
            "small-spreads-too",
            standardizer_at_least_one,
            "Your `std` is never below 1.",
            "A feature with a small spread is to be scaled up; only one that never changes is "
            "left as it is.",
            "Which std should a feature have whose values lie between 0 and 0.1?",
            also=(standardizer_like(constant=lambda x: x.std(axis=0) < 1),),
        ),
        Mistake(
            "spread-of-zero",
            standardizer_zero_spread,
            "Your `std` is 0 for a feature that never changes.",
            "The standardizer will divide by std.",
            "What is (x - mean) / std for such a feature?",
        ),
        Mistake(
            "epsilon-for-all",
            epsilon_for_all(1e-8),
            "Your `std` is too large by one and the same small number, for every feature.",
            "A feature that never changes has a std of 1 already: there is no 0 left to guard "
            "against.",
            "What is your number added for, and does the case still exist?",
            also=tuple(map(epsilon_for_all, (1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2))),
        ),
        Mistake(
            "epsilon-for-those-that-change",
            epsilon_where_it_changes(1e-8),
            "Your `std` is too large by one and the same small number, where a feature changes.",
            "A feature that never changes has a std of 1 already: there is no 0 left to guard "
            "against.",
            "What is your number added for, and does the case still exist?",
            also=tuple(map(epsilon_where_it_changes, (1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2))),
        ),
        Mistake(
            "epsilon-added",
            standardizer_epsilon,
            "Your `std` has a small number in it, so that it is never 0.",
            "That avoids 0 / 0, but a feature that never changed in training, and changes a "
            "little later, would come out a hundred million times too large.",
            "By what could a feature without any spread be divided so that it keeps its size?",
            also=(
                standardizer_like(lambda x: np.sqrt(x.var(axis=0) + 1e-8)),
                *(
                    partial(lambda much, x: (x.mean(axis=0), x.std(axis=0) + much), much)
                    for much in (1e-12, 1e-10, 1e-9, 1e-7, 1e-6, 1e-5, 1e-3)
                ),
                *(
                    partial(
                        lambda least, x: (x.mean(axis=0), np.maximum(x.std(axis=0), least)), least
                    )
                    for least in (1e-8, 1e-6, 1e-3)
                ),
            ),
        ),
        Mistake(
            "variance",
            standardizer_variance,
            "Your `std` is the variance: the square of the standard deviation.",
            "A spread is measured in the unit of the feature itself, not in its square.",
            "If x is in metres, in which unit is your std?",
        ),
        Mistake(
            "one-less",
            standardizer_one_less,
            "Your `std` is a little too large: the squared distances are divided by N - 1.",
            "That estimates the spread of all the world from a sample. Here it is the training "
            "data themselves that are to get standard deviation 1.",
            "With your std, what is the standard deviation of (x_train - mean) / std?",
        ),
        Mistake(
            "first-and-last-compared",
            standardizer_like(constant=lambda x: x[0] == x[-1]),
            "Your `std` is 1 for a feature that only begins and ends with the same value.",
            "Two samples that agree do not say that all do.",
            "Which samples does your comparison look at?",
            also=(
                standardizer_like(constant=lambda x: x[0] == x[min(1, len(x) - 1)]),
                standardizer_like(constant=lambda x: x[-1] == x[max(-2, -len(x))]),
            ),
        ),
        Mistake(
            "nearly-is-not-constant",
            standardizer_like(constant=lambda x: np.isclose(x.max(axis=0), x.min(axis=0))),
            "Your `std` is 1 also for features that do change, though by little.",
            "However small a spread is, dividing by it brings the feature to the size of the "
            "others.",
            "From which spread on does your comparison say that nothing changes?",
            also=(
                *(
                    standardizer_like(
                        constant=partial(lambda least, x: x.std(axis=0) < least, least)
                    )
                    for least in (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9)
                ),
                *(
                    standardizer_like(
                        constant=partial(lambda least, x: np.ptp(x, axis=0) < least, least)
                    )
                    for least in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9)
                ),
                standardizer_like(constant=lambda x: np.isclose(x.std(axis=0), 0)),
                standardizer_like(constant=lambda x: np.isclose(x, x[0]).all(axis=0)),
            ),
        ),
        Mistake(
            "zero-features-only",
            standardizer_like(constant=lambda x: ~x.any(axis=0)),
            "Your `std` is 1 for a feature that is 0 throughout, and 0 for other constant ones.",
            "A feature that never changes has no spread, whichever value it has.",
            "What is the std of a feature that is 3 in every sample?",
            also=(
                standardizer_like(constant=lambda x: x.mean(axis=0) == 0),
                standardizer_like(constant=lambda x: x.sum(axis=0) == 0),
                standardizer_like(constant=lambda x: x.max(axis=0) == 0),
            ),
        ),
        Mistake(
            "zero-mean-for-constant",
            standardizer_like(constant=lambda x: (np.ptp(x, axis=0) == 0) | (x.mean(axis=0) == 0)),
            "Your `std` is 1 also for a feature whose mean is 0.",
            "A mean of 0 does not say that nothing changes.",
            "Which features does your condition hold for, beside those that never change?",
        ),
        Mistake(
            "some-value-repeats",
            standardizer_like(constant=lambda x: np.median(x, axis=0) == x.max(axis=0)),
            "Your `std` is 1 for features in which a value comes again and again.",
            "A single sample that differs is enough for a spread.",
            "Does your condition hold for 3, 3, 3, 7?",
            also=(standardizer_like(constant=lambda x: np.median(x, axis=0) == x.min(axis=0)),),
        ),
        Mistake(
            "another-number-for-constant",
            standardizer_like(instead=lambda x: np.abs(x.mean(axis=0))),
            "Your `std` of a feature that never changes is not 1.",
            "Divided by 1 a feature keeps its size, and that is what is asked for here.",
            "Which number do you give in place of a spread of 0?",
            also=tuple(
                standardizer_like(instead=partial(lambda other, x: other, other))
                for other in (1e-3, 0.1, np.inf)
            ),
        ),
        Mistake(
            "constant-mean-zero",
            standardizer_like(mean=lambda x: np.where(np.ptp(x, axis=0) == 0, 0.0, x.mean(axis=0))),
            "Your `mean` of a feature that never changes is 0.",
            "Such a feature has a mean like any other: its value.",
            "After subtracting your mean, what is left of a feature that is 3 in every sample?",
        ),
        Mistake(
            "median",
            standardizer_like(mean=lambda x: np.median(x, axis=0)),
            "Your `mean` is the median, the value in the middle.",
            "A mean is moved by every sample, by those far off too.",
            "After subtracting your mean, what do the values of a feature add up to?",
        ),
        Mistake(
            "middle-of-the-range",
            standardizer_like(mean=lambda x: (x.max(axis=0) + x.min(axis=0)) / 2),
            "Your `mean` is the middle between the smallest and the largest value.",
            "A mean is moved by every sample, not by two alone.",
            "After subtracting your mean, what do the values of a feature add up to?",
        ),
        Mistake(
            "root-of-the-sum",
            standardizer_like(lambda x: np.sqrt(((x - x.mean(axis=0)) ** 2).sum(axis=0))),
            "Your `std` is sqrt(N) times too large: the squares are added up, with no mean.",
            "With twice as many samples the spread would grow, though nothing else has changed.",
            "By what is the sum of the squares divided before the root?",
        ),
        Mistake(
            "divided-outside-the-root",
            standardizer_like(lambda x: np.sqrt(((x - x.mean(axis=0)) ** 2).sum(axis=0)) / len(x)),
            "Your `std` is sqrt(N) times too small: the division by N comes after the root.",
            "It is the mean of the squares whose root is taken.",
            "Which comes first in the formula, the division by N or the root?",
        ),
        Mistake(
            "from-zero-or-the-overall-mean",
            standardizer_like(lambda x: np.sqrt(((x - x.mean()) ** 2).mean(axis=0))),
            "In your `std` the distances are measured from the mean of all features together.",
            "Each feature has a mean of its own.",
            "How many means do you subtract?",
        ),
        Mistake(
            "half-the-range",
            standardizer_like(lambda x: np.ptp(x, axis=0) / 2),
            "Your `std` is half of the distance from the smallest value to the largest.",
            "That is another way to measure a spread, and it hangs on two samples alone.",
            "Which samples have a say in a standard deviation?",
        ),
        Mistake(
            "largest-size",
            standardizer_like(
                lambda x: np.abs(x).max(axis=0), constant=lambda x: np.abs(x).max(axis=0) == 0
            ),
            "Your `std` is the largest size among a feature's values.",
            "A spread says how far the samples are from one another, wherever they lie.",
            "What should your std do when 100 is added to every value?",
            also=(standardizer_like(lambda x: np.abs(x).max(axis=0)),),
        ),
        Mistake(
            "not-centred",
            standardizer_not_centred,
            "Your `std` is the root of the mean of x squared: it grows when all of x is shifted.",
            "A spread says how far the samples are from one another, wherever they lie.",
            "From where are the distances measured that are squared?",
            also=(
                standardizer_like(lambda x: np.sqrt((x**2).mean(axis=0))),
                standardizer_like(
                    lambda x: np.sqrt((x**2).mean(axis=0)), constant=lambda x: ~x.any(axis=0)
                ),
            ),
        ),
        Mistake(
            "range",
            standardizer_range,
            "Your `std` is the distance from the smallest entry to the largest.",
            "That is another way to measure a spread, and it hangs on two samples alone.",
            "Which samples have a say in a standard deviation?",
        ),
        Mistake(
            "mean-distance",
            standardizer_absolute,
            "Your `std` is the mean distance from the mean.",
            "In a standard deviation a sample twice as far off counts more than twice.",
            "What is done to the distances before their mean is taken?",
        ),
    ),
)


# l2_penalty


def draw_params(rng: np.random.Generator, sizes: Mapping[str, int]) -> Grads:
    """Parameters of a network whose biases have moved away from 0."""
    params = init_mlp(list(sizes.values()), rng)
    return {name: p + rng.normal(0.3, 0.2, p.shape) for name, p in params.items()}


def penalty_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Networks of two, three, eleven and one layers, with strengths below and above 1, and 0."""
    two, three, one = (draw_sizes(rng, letters) for letters in ("DHK", "DHGK", "DK"))
    weak, strong = (float(rng.uniform(*ends)) for ends in ((0.1, 0.9), (1.2, 2.8)))
    deep = draw_params(rng, {f"size {i}": 3 for i in range(12)})
    cases: tuple[tuple[dict[str, int], Grads, float, str], ...] = (
        (two, draw_params(rng, two), weak, ""),
        (three, draw_params(rng, three), strong, ""),
        ({}, deep, weak, "11 layers of 3 units"),
        ({}, draw_params(rng, one), 0.0, "1 layer, strength 0"),
        ({}, draw_params(rng, one), 3, "1 layer, strength 3"),
        (one, draw_params(rng, one), weak, ""),
    )
    return tuple(
        Case(sizes, (params, strength), values=("penalty",), label=label, extreme=bool(label))
        for sizes, params, strength, label in cases
    )


def weights_of(params: Params) -> list[np.ndarray]:
    return [p for name, p in params.items() if name.startswith("w")]


def penalty_with_biases(params: Params, strength: float) -> tuple[Any, None]:
    return strength / 2 * sum((p**2).sum() for p in params.values()), None


def penalty_without_half(params: Params, strength: float) -> tuple[Any, None]:
    return strength * sum((w**2).sum() for w in weights_of(params)), None


def penalty_of_magnitudes(params: Params, strength: float) -> tuple[Any, None]:
    return strength / 2 * sum(np.abs(w).sum() for w in weights_of(params)), None


def penalty_of_all_magnitudes(params: Params, strength: float) -> tuple[Any, None]:
    return strength * sum(np.abs(w).sum() for w in weights_of(params)), None


def penalty_of_norms(params: Params, strength: float) -> tuple[Any, None]:
    return strength / 2 * sum(np.sqrt((w**2).sum()) for w in weights_of(params)), None


def penalty_of_means(params: Params, strength: float) -> tuple[Any, None]:
    return strength / 2 * sum((w**2).mean() for w in weights_of(params)), None


def penalty_of_the_sum(params: Params, strength: float) -> tuple[Any, None]:
    return strength / 2 * sum(w.sum() ** 2 for w in weights_of(params)), None


def penalty_of_products(params: Params, strength: float) -> tuple[Any, None]:
    return strength / 2 * sum((w @ w.T).sum() for w in weights_of(params)), None


def penalty_of_last_layer(params: Params, strength: float) -> tuple[Any, None]:
    return strength / 2 * (weights_of(params)[-1] ** 2).sum(), None


def penalty_of_first_layer(params: Params, strength: float) -> tuple[Any, None]:
    return strength / 2 * (weights_of(params)[0] ** 2).sum(), None


def penalty_without_strength(params: Params, strength: float) -> tuple[Any, None]:
    return 0.5 * sum((w**2).sum() for w in weights_of(params)), None


def penalty_like(
    of_layer: Callable[[np.ndarray], Any] = lambda w: (w**2).sum(),
    together: Callable[[list[Any], float], Any] = lambda parts, strength: strength / 2 * sum(parts),
    counts: Callable[[str], bool] = lambda name: name.startswith("w"),
) -> Callable[..., tuple[Any, Any]]:
    """A penalty made otherwise: from what a layer costs, and how the layers come together."""

    def penalty(params: Params, strength: float) -> tuple[Any, Any]:
        parts = [of_layer(p) for name, p in params.items() if counts(name)]
        return together(parts, strength), (params, strength)

    return penalty


def compounded(parts: list[Any], strength: float) -> Any:
    """The factor applied again with every layer that comes."""
    total = 0.0
    for part in parts:
        total = strength / 2 * (total + part)
    return total


L2_PENALTY = Exercise(
    name="l2_penalty",
    lesson=LESSON,
    goal="What large weights cost, to be added to the loss: strength / 2 times their squares.",
    points=2,
    minutes=6,
    difficulty=2,
    reference=l2_penalty,
    cache=cache_for(l2_penalty_backward, l2_penalty, "(params, strength)"),
    returns="out and cache",
    cases=penalty_cases,
    hints=(
        "The penalty is one number for the whole network. What goes into it, and what does not?",
        "Go through the dictionary. A name says whether it stands for weights or for biases.",
        "For each name that begins with w, square every entry and add up. Multiply the sum over "
        "all layers by strength / 2, and return it with whatever the way back will need.",
    ),
    mistakes=(
        Mistake(
            "biases-counted",
            penalty_with_biases,
            "Your penalty holds the squares of the biases too.",
            "A bias only moves an output up or down. It is large weights that make a network bend "
            "sharply from one sample to the next.",
            "Which names in params stand for weights?",
        ),
        Mistake(
            "half-on-one-layer",
            penalty_like(together=lambda parts, strength: strength / 2 * parts[0] + sum(parts[1:])),
            "Your penalty has `strength / 2` before one layer's squares, and the others as they "
            "are.",
            "The factor stands before the sum over all layers.",
            "Which brackets does your formula have, and what do they hold?",
            also=(
                penalty_like(
                    together=lambda parts, strength: strength / 2 * parts[-1] + sum(parts[:-1])
                ),
            ),
        ),
        Mistake(
            "half-forgotten",
            penalty_without_half,
            "Your penalty is exactly twice as large as asked for.",
            "The factor in front is a convention, but the way back has to use the same one.",
            "What is the derivative of w squared, and which factor would cancel what it brings?",
        ),
        Mistake(
            "magnitudes-halved",
            penalty_of_magnitudes,
            "Your penalty adds up the magnitudes of the weights: it is half of an L1 penalty.",
            "L1 makes every weight pay alike for each step away from 0; L2 makes large ones pay "
            "more for it.",
            "By how much should the penalty grow when a weight doubles?",
        ),
        Mistake(
            "magnitudes",
            penalty_of_all_magnitudes,
            "Your penalty adds up the magnitudes of the weights: it is an L1 penalty.",
            "L1 makes every weight pay alike for each step away from 0; L2 makes large ones pay "
            "more for it.",
            "By how much should the penalty grow when a weight doubles?",
        ),
        Mistake(
            "root-taken",
            penalty_of_norms,
            "Your penalty adds up the lengths of the weights, the roots of their sums of squares.",
            "np.linalg.norm takes a root at the end, and the penalty has none.",
            "If all weights double, how many times larger should the penalty become?",
        ),
        Mistake(
            "mean-of-squares",
            penalty_of_means,
            "Your penalty takes the mean of each layer's squares.",
            "With a mean, one large weight costs less the more neighbours it has.",
            "Does the formula divide by the number of weights?",
        ),
        Mistake(
            "square-of-the-sum",
            penalty_of_the_sum,
            "Your penalty squares the sum of each layer's weights.",
            "Weights of 5 and -5 are large, though their sum is 0.",
            "What comes first, squaring or adding up?",
        ),
        Mistake(
            "matrix-product",
            penalty_of_products,
            "Your penalty adds up all entries of the matrix product w @ w.T .",
            "A matrix product multiplies different weights with one another too.",
            "Which entries of w @ w.T are sums of squares, and what are the others?",
        ),
        Mistake(
            "last-layer-only",
            penalty_of_last_layer,
            "Your penalty holds the weights of the last layer only.",
            "Every layer's weights count.",
            "Does each turn of your loop add to what was there before?",
        ),
        Mistake(
            "first-layer-only",
            penalty_of_first_layer,
            "Your penalty holds the weights of the first layer only.",
            "Every layer's weights count.",
            "When does your function return: after the loop, or inside it?",
        ),
        Mistake(
            "strength-forgotten",
            penalty_without_strength,
            "Your penalty does not change with `strength`.",
            "The strength says how much large weights matter beside the loss.",
            "What should the penalty be when strength is 0?",
        ),
        Mistake(
            "factor-compounded",
            penalty_like(together=compounded),
            "With more than one layer, your factor is applied to the first layers again and again.",
            "The factor stands before the sum, and multiplies it once.",
            "How often does the factor multiply what the first layer has cost?",
        ),
        Mistake(
            "whole-number-division",
            penalty_like(together=lambda parts, strength: strength // 2 * sum(parts)),
            "Your penalty is rounded down: it is 0 for every strength below 2.",
            "`//` divides and drops what is left over.",
            "What is 0.3 // 2?",
            also=(penalty_like(together=lambda parts, strength: strength * sum(parts) // 2),),
        ),
        Mistake(
            "mean-over-all-weights",
            lambda params, strength: (
                strength
                / 2
                * sum((w**2).sum() for w in weights_of(params))
                / sum(w.size for w in weights_of(params)),
                None,
            ),
            "Your penalty is a mean over all weights of the network.",
            "With a mean, one large weight costs less the more others there are.",
            "Does the formula divide by the number of weights?",
        ),
        Mistake(
            "mean-over-layers",
            penalty_like(together=lambda parts, strength: strength / 2 * np.mean(parts)),
            "Your penalty is a mean over the layers.",
            "A deeper network has more weights, and all of them count in full.",
            "By what do you divide, and does the formula?",
        ),
        Mistake(
            "strength-squared",
            penalty_like(together=lambda parts, strength: strength**2 / 2 * sum(parts)),
            "Your penalty has the strength in it twice.",
            "The strength comes in once, before the sum.",
            "If strength doubles, how many times larger should the penalty become?",
        ),
        Mistake(
            "half-inside-the-square",
            penalty_like(lambda w: ((w / 2) ** 2).sum(), lambda parts, s: s * sum(parts)),
            "Your penalty halves the weights before it squares them, so a quarter is left.",
            "One half stands before the squares.",
            "What is (w / 2) squared?",
            also=(penalty_like(together=lambda parts, s: s / 4 * sum(parts)),),
        ),
        Mistake(
            "divided-by-strength",
            penalty_like(together=lambda parts, strength: sum(parts) / (2 * strength)),
            "Your penalty gets smaller when the strength gets larger.",
            "A stronger penalty costs more.",
            "What should the penalty be when strength is 0?",
        ),
        Mistake(
            "fourth-power",
            penalty_like(lambda w: (w**2).sum() ** 2),
            "Your penalty squares each layer's sum of squares once more.",
            "Each weight is squared, and that is all.",
            "If all weights double, how many times larger should the penalty become?",
            also=(penalty_like(lambda w: (w**4).sum()), penalty_like(lambda w: (w**3).sum())),
        ),
        Mistake(
            "root-of-it-all",
            penalty_like(together=lambda parts, strength: strength / 2 * np.sqrt(sum(parts))),
            "Your penalty takes the root of the sum of all squares.",
            "np.linalg.norm takes a root at the end, and the penalty has none.",
            "If all weights double, how many times larger should the penalty become?",
        ),
        Mistake(
            "largest-weight",
            penalty_like(lambda w: (w**2).max()),
            "Your penalty holds the largest square of each layer only.",
            "All weights count.",
            "What should happen to the penalty when a small weight doubles?",
        ),
        Mistake(
            "last-layer-left-out",
            lambda params, strength: (
                strength / 2 * sum((w**2).sum() for w in weights_of(params)[:-1]),
                None,
            ),
            "Your penalty leaves out the weights of the last layer.",
            "Every layer's weights count, those of the last one too.",
            "Which values does your loop's counter take?",
        ),
        Mistake(
            "first-layer-left-out",
            lambda params, strength: (
                strength / 2 * sum((w**2).sum() for w in weights_of(params)[1:]),
                None,
            ),
            "Your penalty leaves out the weights of the first layer.",
            "Every layer's weights count, those of the first one too.",
            "Which values does your loop's counter take?",
        ),
        Mistake(
            "biases-only",
            penalty_like(counts=lambda name: name.startswith("b")),
            "Your penalty holds the squares of the biases and none of the weights.",
            "It is the weights that make a network bend sharply; the biases go free.",
            "Which names in params stand for weights?",
        ),
        Mistake(
            "single-digit-layers",
            penalty_like(counts=lambda name: name[0] == "w" and len(name) == 2),
            "Your penalty counts nine layers at most.",
            "A number of a layer may have two digits.",
            "How does your function find the weights, and does it find w10?",
        ),
        Mistake(
            "two-layers-only",
            penalty_like(counts=lambda name: name in ("w1", "w2")),
            "Your penalty knows the layers w1 and w2, and no others.",
            "A network may have any number of layers.",
            "How does your function find the weights, and does it find w3?",
        ),
    ),
)


# l2_penalty_backward


def penalty_backward_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Networks of two, three, eleven and one layers, and an upstream gradient that is not 1."""
    deep = penalty_backward_case(rng, {f"size {i}": 3 for i in range(12)}, 0.3, 0.8)
    two, three, one = (draw_sizes(rng, letters) for letters in ("DHK", "DHGK", "DK"))
    return (
        penalty_backward_case(rng, two, 1.5, 2.5),
        penalty_backward_case(rng, three, -2.5, -1.5),
        replace(deep, sizes={}, label="11 layers of 3 units", extreme=True),
        penalty_backward_case(rng, one, 1.5, 2.5),
    )


def penalty_backward_case(
    rng: np.random.Generator, sizes: dict[str, int], low: float, high: float
) -> Case:
    """The penalty of one network, with an upstream gradient between two numbers."""
    params = draw_params(rng, sizes)
    params["w1"][0, 0] = 0.0
    strength = float(rng.uniform(0.1, 0.9))
    dloss = float(rng.uniform(low, high))
    # compared with the library's own: where a gradient is all zeros, as for the biases, numerical
    # derivatives cannot say how small a number is small
    return Case(sizes, (dloss, (params, strength)), values=tuple(params))


def decay(params: Params, factor: float) -> Grads:
    """Factor times every weight, and zeros for the biases."""
    return {name: factor * p * name.startswith("w") for name, p in params.items()}


def penalty_backward_biases_too(dloss: float, cache: Any) -> Grads:
    params, strength = cache
    return {name: dloss * strength * p for name, p in params.items()}


def penalty_backward_twice(dloss: float, cache: Any) -> Grads:
    return decay(cache[0], 2 * dloss * cache[1])


def penalty_backward_half(dloss: float, cache: Any) -> Grads:
    return decay(cache[0], dloss * cache[1] / 2)


def penalty_backward_upstream_ignored(dloss: float, cache: Any) -> Grads:
    return decay(cache[0], cache[1])


def penalty_backward_strength_forgotten(dloss: float, cache: Any) -> Grads:
    return decay(cache[0], dloss)


def penalty_backward_signs(dloss: float, cache: Any) -> Grads:
    params, strength = cache
    return decay({name: np.sign(p) for name, p in params.items()}, dloss * strength)


def penalty_backward_squares(dloss: float, cache: Any) -> Grads:
    params, strength = cache
    return decay({name: p**2 for name, p in params.items()}, dloss * strength / 2)


def penalty_backward_mean(dloss: float, cache: Any) -> Grads:
    params, strength = cache
    return decay({name: p / p.size for name, p in params.items()}, dloss * strength)


def penalty_backward_shrunk(dloss: float, cache: Any) -> Grads:
    params, strength = cache
    grads = decay(params, dloss * strength)
    return {name: p - grads[name] for name, p in params.items()}


def penalty_backward_negative(dloss: float, cache: Any) -> Grads:
    return decay(cache[0], -dloss * cache[1])


def penalty_backward_biases_as_they_are(dloss: float, cache: Any) -> Grads:
    params, strength = cache
    return {n: dloss * strength * p if n.startswith("w") else p for n, p in params.items()}


def decay_like(
    of_weights: Callable[[np.ndarray, float, float], Any],
    of_biases: Callable[[np.ndarray, float, float], Any] = lambda b, strength, dloss: 0 * b,
) -> Callable[..., Grads]:
    """Gradients made otherwise, each from an array, the strength and dloss."""

    def backward(dloss: float, cache: Any) -> Grads:
        params, strength = cache
        return {
            name: (of_weights if name.startswith("w") else of_biases)(p, strength, dloss)
            for name, p in params.items()
        }

    return backward


def plain_decay(w: np.ndarray, strength: float, dloss: float) -> np.ndarray:
    """The right gradient of weights."""
    return dloss * strength * w


def penalty_backward_times_penalty(dloss: float, cache: Any) -> Grads:
    params, strength = cache
    return decay(params, dloss * l2_penalty(params, strength)[0])


def penalty_backward_weights_named(
    known: Callable[[str, int], bool],
) -> Callable[..., Grads]:
    """The gradients of some weights alone, zeros for all others."""

    def backward(dloss: float, cache: Any) -> Grads:
        params, strength = cache
        layers = len(params) // 2
        return {
            name: dloss * strength * p * (name[0] == "w" and known(name, layers))
            for name, p in params.items()
        }

    return backward


L2_PENALTY_BACKWARD = Exercise(
    name="l2_penalty_backward",
    lesson=LESSON,
    goal="The gradient of the L2 penalty for every parameter.",
    points=2,
    minutes=5,
    difficulty=2,
    reference=l2_penalty_backward,
    returns="dict",
    cases=penalty_backward_cases,
    hints=(
        "Every weight entered the penalty once, on its own. Every bias entered it not at all.",
        "The penalty holds strength / 2 times w squared. What is its slope for one w?",
        "Return a dictionary with the names of params: for weights dloss times strength times w, "
        "for biases an array of zeros of the same shape.",
    ),
    mistakes=(
        Mistake(
            "biases-decay-too",
            penalty_backward_biases_too,
            "Your weights' gradients are right, and those of the biases are not zero.",
            "The penalty does not know the biases: they can be what they like.",
            "If b1 grows by 0.01, what happens to the penalty?",
        ),
        Mistake(
            "bias-in-place-of-gradient",
            penalty_backward_biases_as_they_are,
            "Your weights' gradients are right, and in the biases' places are the biases.",
            "The dictionary holds gradients: how the penalty changes, not what it was made from.",
            "If b1 grows by 0.01, what happens to the penalty?",
        ),
        Mistake(
            "twice-too-large",
            penalty_backward_twice,
            "Your weights' gradients are exactly twice too large.",
            "The penalty was made with a factor that takes care of what squaring brings.",
            "What is the derivative of strength / 2 times w squared?",
        ),
        Mistake(
            "half-kept",
            penalty_backward_half,
            "Your weights' gradients are exactly half of what they should be.",
            "Squaring brings a factor of its own when the derivative is taken.",
            "What is the derivative of strength / 2 times w squared?",
        ),
        Mistake(
            "upstream-ignored",
            penalty_backward_upstream_ignored,
            "Your gradients do not depend on `dloss`: they are those for a dloss of 1.",
            "The chain rule multiplies the local derivative by what arrives from above.",
            "If the penalty counted ten times as much in the loss, what would its gradients be?",
        ),
        Mistake(
            "strength-forgotten",
            penalty_backward_strength_forgotten,
            "Your gradients do not depend on the `strength` in the cache.",
            "A stronger penalty pulls harder.",
            "What should the gradients be when strength is 0?",
        ),
        Mistake(
            "sign-of-the-weight",
            penalty_backward_signs,
            "All entries of a weight's gradient have the same size: it is the sign of the weight.",
            "That is what follows from magnitudes, an L1 penalty. Here squares were added up.",
            "Should a weight of 3 be pulled back harder than one of 0.3?",
        ),
        Mistake(
            "not-derived",
            penalty_backward_squares,
            "Your gradients hold the squared weights: each entry is its share of the penalty.",
            "A gradient says how fast the penalty changes, not how large it is.",
            "Which way should a negative weight be pulled, and which sign has your entry for it?",
        ),
        Mistake(
            "divided-by-size",
            penalty_backward_mean,
            "Your gradients are divided by the number of entries of each array.",
            "The penalty was a sum, with no mean in it.",
            "Which line of the forward pass divided by the number of weights?",
        ),
        Mistake(
            "weights-already-moved",
            penalty_backward_shrunk,
            "Your dictionary holds the weights after a step of size 1, not the gradients.",
            "The gradient comes first; what is done with it is the optimizer's affair.",
            "What would your result be if dloss were 0, and what should it be?",
        ),
        Mistake(
            "negated",
            penalty_backward_negative,
            "Your weights' gradients have the right size and the opposite sign.",
            "The gradient points to where the penalty grows. It is the step that turns round.",
            "If a positive weight grows, does the penalty go up or down?",
        ),
        Mistake(
            "times-the-penalty",
            penalty_backward_times_penalty,
            "Your gradients are the weights times the value of the penalty.",
            "How large the penalty is says nothing about its slope for one weight.",
            "Which of your factors depends on all weights of the network?",
            also=(
                lambda dloss, cache: decay(cache[0], l2_penalty(*cache)[0]),
                lambda dloss, cache: decay(cache[0], dloss * cache[1] * l2_penalty(*cache)[0]),
            ),
        ),
        Mistake(
            "upstream-added",
            decay_like(lambda w, strength, dloss: dloss + strength * w),
            "In your gradients of the weights `dloss` is added.",
            "The chain rule multiplies the local derivative by what arrives from above.",
            "If dloss were 0, what should the gradients be?",
            also=(
                decay_like(
                    lambda w, strength, dloss: dloss + strength * w,
                    lambda b, strength, dloss: 0 * b + dloss,
                ),
            ),
        ),
        Mistake(
            "biases-get-the-upstream",
            decay_like(plain_decay, lambda b, strength, dloss: 0 * b + dloss),
            "Your weights' gradients are right, and those of the biases are `dloss`.",
            "No bias entered the penalty, so nothing goes back to it.",
            "If b1 grows by 0.01, what happens to the penalty?",
            also=(decay_like(plain_decay, lambda b, strength, dloss: 0 * b + 1),),
        ),
        Mistake(
            "upstream-divides",
            decay_like(lambda w, strength, dloss: strength * w / dloss),
            "Your gradients are divided by `dloss`.",
            "The chain rule multiplies the local derivative by what arrives from above.",
            "If the penalty counted twice as much in the loss, what would its gradients be?",
        ),
        Mistake(
            "strength-squared",
            decay_like(lambda w, strength, dloss: dloss * strength**2 * w),
            "Your gradients have the strength in them twice.",
            "The strength stands before the squares, and that is where it stays.",
            "In which lines of yours does strength stand?",
        ),
        Mistake(
            "strength-alone",
            decay_like(lambda w, strength, dloss: dloss * strength * np.ones_like(w)),
            "All entries of your weights' gradients are `dloss` times `strength`: the weights are "
            "not in them.",
            "The square grows faster where a weight is large.",
            "Should a weight of 3 be pulled back harder than one of 0.3?",
        ),
        Mistake(
            "sizes-of-the-weights",
            decay_like(lambda w, strength, dloss: dloss * strength * np.abs(w)),
            "Your gradients take the weights without their sign.",
            "A negative weight is pulled up, a positive one down.",
            "If a negative weight grows, does the penalty go up or down?",
        ),
        Mistake(
            "squared-weights",
            decay_like(lambda w, strength, dloss: dloss * strength * w**2),
            "Your gradients hold the squares of the weights.",
            "A gradient says how fast the penalty changes, not how large it is.",
            "What is the derivative of w squared?",
        ),
        Mistake(
            "first-layer-only",
            penalty_backward_weights_named(lambda name, layers: name == "w1"),
            "The gradient of `w1` is right; those of all other weights are zero.",
            "Every layer's weights entered the penalty.",
            "Which names does your condition hold for?",
        ),
        Mistake(
            "last-layer-only",
            penalty_backward_weights_named(lambda name, layers: name == f"w{layers}"),
            "The gradient of the last layer's weights is right; those of all others are zero.",
            "Every layer's weights entered the penalty.",
            "Which names does your condition hold for?",
        ),
        Mistake(
            "last-layer-left-out",
            penalty_backward_weights_named(lambda name, layers: name != f"w{layers}"),
            "The gradient of the last layer's weights is zero; those of all others are right.",
            "Every layer's weights entered the penalty.",
            "Which names does your condition leave out?",
        ),
        Mistake(
            "single-digit-layers",
            penalty_backward_weights_named(lambda name, layers: len(name) == 2),
            "From layer 10 on, the gradients of your weights are zero.",
            "A number of a layer may have two digits.",
            "How does your function find the weights, and does it find w10?",
        ),
        Mistake(
            "two-layers-only",
            penalty_backward_weights_named(lambda name, layers: name in ("w1", "w2")),
            "From layer 3 on, the gradients of your weights are zero.",
            "A network may have any number of layers.",
            "How does your function find the weights, and does it find w3?",
        ),
    ),
)


# dropout


def dropout_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches large enough to count what was kept, one sample, and one where all is kept; one
    with entries that are 0, as a ReLU gives them; and arrays with one axis and with three."""
    return (
        # its square, one half, and the share of normal numbers below it all lie apart
        dropout_case(rng, (40, 70), float(rng.uniform(0.86, 0.88))),
        dropout_case(rng, (60, 50), float(rng.uniform(0.2, 0.35))),
        dropout_case(rng, (1, 900), float(rng.uniform(0.6, 0.7))),
        replace(dropout_case(rng, (40, 45), 0.6, zeros=0.5), extreme=True),
        replace(dropout_case(rng, (400,), 0.4), extreme=True),
        replace(dropout_case(rng, (7, 8, 9), 0.4), extreme=True),
        dropout_case(rng, (30, 20), 1.0),
    )


def dropout_case(
    rng: np.random.Generator, shape: tuple[int, ...], keep: float, zeros: float = 0.0
) -> Case:
    """One batch of activations, none of them near 0, but for a share that are exactly 0."""
    x = rng.choice([-1.0, 1.0], shape) * rng.uniform(0.5, 3.0, shape)
    x[rng.random(shape) < zeros] = 0.0
    keep = round(keep, 2)
    sizes = dict(zip("ND", shape, strict=True)) if len(shape) == 2 else {}
    size = ", ".join(f"{letter}={n}" for letter, n in sizes.items()) or f"shape {shape}"
    return Case(
        sizes,
        (x, keep, np.random.default_rng(rng.integers(2**32))),
        values=("y",),
        accept=partial(examine_dropout, x, keep),
        label=f"{size}, keep_probability={keep}" + ", with zeros in x" * (zeros > 0),
    )


def exact_count_case(rng: np.random.Generator) -> Case:
    """A batch of which exactly the share keep_probability stays."""
    case = dropout_case(rng, (20, 20), 0.6)

    def accept(outputs: Mapping[str, np.ndarray]) -> Finding | None:
        exact = abs(np.count_nonzero(outputs["y"]) - 240) <= 1
        return None if exact else Finding(None, "Another share stays.")

    return replace(case, accept=accept)


def examine_dropout(
    x: np.ndarray, keep: float, outputs: Mapping[str, np.ndarray]
) -> Finding | None:
    """What is wrong with x after dropout, or None."""
    y = outputs["y"]
    if y.shape != x.shape:
        return Finding(
            "wrong-shape",
            f"Your y has shape {y.shape}; expected that of x, {x.shape}.",
            "Dropped entries become 0. Do they also have to go?",
        )
    if (y[x == 0] != 0).any():
        return Finding(
            "not-zero-where-x-is",
            f"Your y is not 0 in {np.count_nonzero(y[x == 0])} entries where x is 0.",
            "What is 0 times anything?",
        )
    tables = x.ndim == 2 and bool(x.all())
    if x.ndim != 2 or not x.all():  # what x leaves open are the entries that are 0 anyway
        x, y = x[x != 0], y[x != 0]
    factor = y / x  # what each entry was multiplied by
    kept = y != 0
    share = kept.mean()
    far = 5 * np.sqrt(keep * (1 - keep) / x.size)  # five standard deviations
    in_numbers = (
        f"Of {x.size} entries {kept.sum()} stay, a share of {share:.3f}, with keep = {keep}."
    )
    if keep < 1 and kept.all():
        if np.allclose(factor, 1):
            return NOTHING_DROPPED.found()
        if np.allclose(factor, keep) or np.allclose(factor, 1 / keep):
            return SCALED_NOT_DROPPED.found(f"Here that number is {factor.flat[0]:.4g}.")
        return RANDOM_FACTORS.found(f"Here the smallest is {factor.min():.3f}.")
    if not kept.any():
        return Finding(
            "all-dropped", f"Your y is zero everywhere. {in_numbers}", "When does an entry stay?"
        )
    if tables and len(x) > 1 and keep < 1:
        if (kept == kept[0]).all():
            return ONE_MASK_FOR_ALL.found()
        if (kept == kept[:, :1]).all():
            return WHOLE_SAMPLES.found()
    if abs(share - keep) > far:
        if abs(share - (1 - keep)) <= far:
            return KEEP_AND_DROP_SWAPPED.found(in_numbers)
        below = 0.5 * (1 + erf(keep / np.sqrt(2)))  # how often a normal number is below keep
        known = ((keep**2, DROPPED_TWICE), (0.5, ALWAYS_HALF), (below, NORMAL_NUMBERS))
        likely, mistake = min(known, key=lambda pair: abs(share - pair[0]))
        if abs(share - likely) <= 5 * np.sqrt(likely * (1 - likely) / x.size):
            return mistake.found(in_numbers)
        return Finding(
            "wrong-share",
            f"Too many or too few entries stay. {in_numbers}",
            "With which probability does your comparison come out true?",
        )
    stayed = factor[kept]
    # float32 is good enough
    if np.allclose(stayed, 1 / keep, rtol=1e-5, atol=0):
        return None
    for value, mistake in (
        (1.0, NOT_SCALED),
        (1 / (1 - keep) if keep < 1 else 0.0, SCALED_BY_DROPPED),
        (keep, SCALED_DOWN),
        (1 / keep**2, SCALED_TWICE),
        (2.0, SCALED_BY_TWO),
        (1 / np.sqrt(keep), SCALED_BY_ROOT),
        (1 / share, SCALED_BY_COUNT),
    ):
        if np.allclose(stayed, value, rtol=1e-5, atol=0):
            return mistake.found(f"Here keep_probability is {keep}.")
    if np.allclose(y[kept], 1 / keep, rtol=1e-5, atol=0):
        return MASK_RETURNED.found()
    place = tuple(int(k[0]) for k in np.nonzero(kept & ~np.isclose(factor, 1 / keep)))
    where = list(place)
    return Finding(
        "wrong-size",
        f"Your y{where} is {y[place]:.6g} where x{where} is {x[place]:.6g} and "
        f"keep_probability is {keep}.",
        "What is done to an entry that stays, so that the mean of y is that of x?",
    )


def mask_kept(case: Case, outputs: Mapping[str, np.ndarray], cache: Any) -> bool:
    """Whether the cache is the mask that made the output: sent back as dy, x becomes y. Where x
    is 0, y does not tell; there the mask lets its share through."""
    x, keep, y = *case.args[:2], outputs["y"]
    if not np.allclose(dropout_backward(x, cache), y, rtol=1e-4, atol=0):
        return False
    hidden = dropout_backward(np.ones_like(x), cache)[x == 0]
    stays = np.isclose(hidden, 1 / keep, rtol=1e-4)
    far = 5 * np.sqrt(keep * (1 - keep) / max(hidden.size, 1))
    return not hidden.size or bool(
        (stays | (hidden == 0)).all() and abs(stays.mean() - keep) <= far
    )


Dropped = tuple[np.ndarray, Any]


def draw_kept(shape: Sequence[int], keep: float, rng: np.random.Generator) -> np.ndarray:
    """True for each entry that stays."""
    return rng.random(shape) < keep


def dropout_nothing(x: np.ndarray, keep: float, rng: np.random.Generator) -> Dropped:
    return x.copy(), None


def dropout_only_scaled(x: np.ndarray, keep: float, rng: np.random.Generator) -> Dropped:
    return x * keep, None


def dropout_random_factors(x: np.ndarray, keep: float, rng: np.random.Generator) -> Dropped:
    mask = rng.random(x.shape)
    return x * mask / keep, mask


def dropout_one_mask(x: np.ndarray, keep: float, rng: np.random.Generator) -> Dropped:
    mask = draw_kept(x.shape[1:], keep, rng) / keep
    return x * mask, mask


def dropout_samples(x: np.ndarray, keep: float, rng: np.random.Generator) -> Dropped:
    mask = draw_kept((len(x), 1), keep, rng) / keep
    return x * mask, mask


def dropout_swapped(x: np.ndarray, keep: float, rng: np.random.Generator) -> Dropped:
    mask = (rng.random(x.shape) > keep) / keep
    return x * mask, mask


def dropout_not_scaled(x: np.ndarray, keep: float, rng: np.random.Generator) -> Dropped:
    mask = draw_kept(x.shape, keep, rng)
    return x * mask, mask


def dropout_scaled_by_dropped(x: np.ndarray, keep: float, rng: np.random.Generator) -> Dropped:
    mask = draw_kept(x.shape, keep, rng) / (1 - keep)
    return x * mask, mask


def dropout_scaled_down(x: np.ndarray, keep: float, rng: np.random.Generator) -> Dropped:
    mask = draw_kept(x.shape, keep, rng) * keep
    return x * mask, mask


def dropout_scaled_by_count(x: np.ndarray, keep: float, rng: np.random.Generator) -> Dropped:
    kept = draw_kept(x.shape, keep, rng)
    return x * kept / kept.mean(), kept


def dropout_mask_returned(x: np.ndarray, keep: float, rng: np.random.Generator) -> Dropped:
    mask = draw_kept(x.shape, keep, rng) / keep
    return mask, mask


def dropout_like(
    stays: Callable[[np.ndarray, float, np.random.Generator], np.ndarray] = lambda x, keep, rng: (
        draw_kept(x.shape, keep, rng)
    ),
    factor: Callable[[float], float] = lambda keep: 1 / keep,
) -> Callable[..., Dropped]:
    """Dropout with a part exchanged: which entries stay, or what they are multiplied by."""

    def dropped(x: np.ndarray, keep: float, rng: np.random.Generator) -> Dropped:
        mask = stays(x, keep, rng) * factor(keep)
        return x * mask, mask

    return dropped


def exact_count(x: np.ndarray, keep: float, rng: np.random.Generator) -> np.ndarray:
    stays = np.zeros(x.size, bool)
    stays[rng.choice(x.size, round(keep * x.size), replace=False)] = True
    return stays.reshape(x.shape)


def exact_count_in_each_row(x: np.ndarray, keep: float, rng: np.random.Generator) -> np.ndarray:
    rows = x.reshape(-1, x.shape[-1])
    return np.stack([exact_count(row, keep, rng) for row in rows]).reshape(x.shape)


def lowest_ranks(x: np.ndarray, keep: float, rng: np.random.Generator) -> np.ndarray:
    numbers = rng.random(x.shape)
    return numbers <= np.quantile(numbers, keep)


DROPPED_TWICE = Mistake(
    "dropped-twice",
    dropout_like(
        lambda x, keep, rng: draw_kept(x.shape, keep, rng) & draw_kept(x.shape, keep, rng)
    ),
    "The share of entries of your `y` that stay is keep_probability squared.",
    "Each entry draws once.",
    "How often does your function draw, and what becomes of each draw?",
)
ALWAYS_HALF = Mistake(
    "always-half",
    dropout_like(lambda x, keep, rng: draw_kept(x.shape, 0.5, rng)),
    "About half of the entries of your `y` stay, whatever keep_probability is.",
    "keep_probability is the chance of an entry to stay.",
    "With which number do you compare what you have drawn?",
    also=(
        dropout_like(lambda x, keep, rng: rng.integers(0, 2, x.shape)),
        dropout_like(lambda x, keep, rng: rng.normal(size=x.shape) > 0),
    ),
)
NORMAL_NUMBERS = Mistake(
    "normal-numbers",
    dropout_like(lambda x, keep, rng: rng.normal(size=x.shape) < keep),
    "More entries of your `y` stay than ought to, or fewer: as many as there are normal numbers "
    "below keep_probability.",
    "Of numbers spread evenly from 0 to 1, the share below p is p. Of normal ones it is another.",
    "How often is what you draw below 0.5, and how often should it be?",
    also=(dropout_like(lambda x, keep, rng: rng.standard_normal(x.shape) <= keep),),
)
SCALED_TWICE = Mistake(
    "scaled-twice",
    dropout_like(factor=lambda keep: 1 / keep**2),
    "The entries of your `y` that stay are divided by keep_probability twice.",
    "What stays makes up for what is missing, and no more.",
    "Is 1 / keep_probability in your mask already when you multiply?",
)
SCALED_BY_TWO = Mistake(
    "scaled-by-two",
    dropout_like(factor=lambda keep: 2.0),
    "The entries of your `y` that stay are doubled, whatever keep_probability is.",
    "Twice is right where half of the entries stay, and only there.",
    "If four entries in five stay, by what must they be multiplied?",
)
SCALED_BY_ROOT = Mistake(
    "scaled-by-the-root",
    dropout_like(factor=lambda keep: float(1 / np.sqrt(keep))),
    "The entries of your `y` that stay are divided by the root of keep_probability.",
    "That would keep the mean of the squares. Here it is the mean that is to stay.",
    "If one entry in four stays, by what must it be multiplied so that the mean is the same?",
)
EXACT_COUNT = Mistake(
    "exact-count",
    dropout_like(exact_count),
    "Exactly the same number of entries of your `y` stays, whatever `rng` gives.",
    "Each entry draws for itself, so how many stay is a matter of chance too.",
    "If all entries but one have drawn, can you tell what the last one will be?",
    also=(dropout_like(exact_count_in_each_row), dropout_like(lowest_ranks)),
    habit=exact_count_case,
)
NOTHING_DROPPED = Mistake(
    "nothing-dropped",
    dropout_nothing,
    "Your `y` is `x` itself: no entry has become zero.",
    "While training, each entry is left out now and then, so that none relies on another.",
    "Where in your function is something drawn at random, and what becomes of it?",
)
SCALED_NOT_DROPPED = Mistake(
    "scaled-not-dropped",
    dropout_only_scaled,
    "Your `y` is `x` times one number everywhere: no entry has become zero.",
    "keep_probability is the chance of an entry to stay, not the part of it that stays.",
    "For one single entry: what can come out, and how often does each happen?",
)
RANDOM_FACTORS = Mistake(
    "random-factors",
    dropout_random_factors,
    "Your `y` is `x` times a random number that is hardly ever zero.",
    "An entry stays whole or goes: there is nothing between.",
    "How do you get from a random number between 0 and 1 to a yes or a no?",
)
ONE_MASK_FOR_ALL = Mistake(
    "one-mask-for-all",
    dropout_one_mask,
    "In your `y` the same columns are zero in every row.",
    "Every sample gets a network of its own, with other units left out.",
    "How many random numbers do you draw, and how many entries has x?",
)
WHOLE_SAMPLES = Mistake(
    "whole-samples-dropped",
    dropout_samples,
    "In your `y` whole rows are zero, and the others are complete.",
    "It is units that are left out, not samples.",
    "How many random numbers do you draw, and how many entries has x?",
)
KEEP_AND_DROP_SWAPPED = Mistake(
    "keep-and-drop-swapped",
    dropout_swapped,
    "As many entries of your `y` stay as ought to go.",
    "Some books speak of the share that is dropped. Here it is the share that stays.",
    "If keep_probability were 1, which entries should be zero, and which are in your y?",
)
NOT_SCALED = Mistake(
    "not-scaled",
    dropout_not_scaled,
    "The entries of your `y` that stay are exactly those of `x`, so that `y` is smaller on "
    "average.",
    "Later the network is used without dropout, and should then meet the sizes it is used to.",
    "If four entries in five stay, what happens to the sum of a row, on average?",
)
SCALED_BY_DROPPED = Mistake(
    "scaled-by-dropped-share",
    dropout_scaled_by_dropped,
    "The entries of your `y` that stay are divided by the share that was dropped.",
    "What stays has to stand in for what is missing, so that the mean of y is that of x.",
    "If nearly everything stays, how much larger should each entry become?",
)
SCALED_DOWN = Mistake(
    "scaled-down",
    dropout_scaled_down,
    "The entries of your `y` that stay have become smaller: they are `x` times keep_probability.",
    "What stays has to stand in for what is missing.",
    "Should the entries that stay become larger or smaller, so that the mean does not change?",
)
SCALED_BY_COUNT = Mistake(
    "scaled-by-the-count",
    dropout_scaled_by_count,
    "The entries of your `y` that stay are divided by the share that happened to stay.",
    "Then what one entry becomes hangs on what was drawn for all the others.",
    "Which number is known before anything is drawn?",
)
MASK_RETURNED = Mistake(
    "mask-returned",
    dropout_mask_returned,
    "Your `y` holds the same number wherever it is not zero: `x` is not in it.",
    "The mask says what each entry is multiplied by; it belongs into the cache.",
    "What comes first in the pair that you return?",
)

DROPOUT = Exercise(
    name="dropout",
    lesson=LESSON,
    goal="While training, turn random entries into zero, and keep the mean as it was.",
    points=3,
    minutes=8,
    difficulty=3,
    reference=dropout,
    cache=Cache("the mask", "dropout_backward", mask_kept),
    returns="out and cache",
    cases=dropout_cases,
    hints=(
        "Every entry decides for itself, by chance, whether it stays.",
        "Draw one number between 0 and 1 for each entry. How often is it below keep_probability? "
        "And what makes up for those that are lost?",
        "Make a mask of the shape of x: 1 / keep_probability where rng.random(x.shape) is below "
        "keep_probability, else 0. Return x times the mask, and the mask as the cache.",
    ),
    mistakes=(
        NOTHING_DROPPED,
        SCALED_NOT_DROPPED,
        RANDOM_FACTORS,
        ONE_MASK_FOR_ALL,
        WHOLE_SAMPLES,
        KEEP_AND_DROP_SWAPPED,
        DROPPED_TWICE,
        ALWAYS_HALF,
        NORMAL_NUMBERS,
        EXACT_COUNT,
        SCALED_TWICE,
        SCALED_BY_TWO,
        SCALED_BY_ROOT,
        NOT_SCALED,
        SCALED_BY_DROPPED,
        SCALED_DOWN,
        SCALED_BY_COUNT,
        MASK_RETURNED,
    ),
)


# dropout_backward


def dropout_backward_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches and one sample through dropout; and batches of which all stays, or nothing."""
    first, *others = (dropout_backward_case(rng, sizes) for sizes in draw_batches(rng, "ND"))
    return (
        first,
        one_mask_case(rng, np.ones((3, 4)), "all stay"),
        one_mask_case(rng, np.zeros((4, 3)), "all go"),
        *others,
    )


def one_mask_case(rng: np.random.Generator, mask: np.ndarray, words: str) -> Case:
    """The way back through this mask."""
    dy = rng.choice([-1.0, 1.0], mask.shape) * rng.uniform(0.5, 2.0, mask.shape)
    label = f"shape {mask.shape}, {words}"
    return Case({}, (dy, mask), values=("dx",), label=label, extreme=True)


def dropout_backward_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """One batch, drawn until some entries stay and some go, and until dy has both signs there."""
    keep = float(rng.uniform(0.55, 0.75))
    shape = (sizes["N"], sizes["D"])
    x = rng.normal(0.3, 1.0, shape)
    while True:
        dy = rng.normal(0.2, 1.0, shape)
        _, mask = dropout(x, keep, rng)
        stay = dy[mask > 0]
        if 0 < len(stay) < mask.size and (stay > 0).any() and (stay < 0).any():
            break

    def loss(name: str, array: np.ndarray) -> float:
        return float((dy * array * mask).sum())

    numbers = {"keep_probability": keep, "the share that was kept": float((mask > 0).mean())}
    return Case(sizes, (dy, mask), {"dx": x}, loss, numbers=numbers)


def dropout_backward_no_mask(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy.copy()


def dropout_backward_all_scaled(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy * cache.max()


def dropout_backward_not_scaled(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy * (cache > 0)


def dropout_backward_scaled_twice(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy * cache * cache


def dropout_backward_mask_turned(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy * (cache == 0)


def dropout_backward_upstream_ignored(dy: np.ndarray, cache: Any) -> np.ndarray:
    return cache.copy()


def dropout_backward_divided(dy: np.ndarray, cache: Any) -> np.ndarray:
    return np.divide(dy, cache, out=np.zeros_like(dy), where=cache > 0)


def dropout_backward_gate_on_gradient(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy * cache * (dy > 0)


def dropped_back(factor: Callable[[np.ndarray], Any]) -> Callable[..., np.ndarray]:
    """A way back that multiplies dy by something made of the mask."""
    return lambda dy, cache: np.asarray(dy * factor(cache))


DROPOUT_BACKWARD = Exercise(
    name="dropout_backward",
    lesson=LESSON,
    goal="Send dL/dy of dropout back to its input.",
    points=1,
    minutes=3,
    difficulty=1,
    reference=dropout_backward,
    returns="array",
    cases=dropout_backward_cases,
    hints=(
        "What was drawn on the way forward is settled: on the way back nothing is random.",
        "Forward, every entry of x was multiplied by its entry of the mask. "
        "What is the slope of a multiplication by a number?",
        "Multiply dy by the mask in the cache, entry by entry. "
        "The mask already holds 1 / keep_probability where an entry stayed.",
    ),
    mistakes=(
        Mistake(
            "mask-not-applied",
            dropout_backward_no_mask,
            "Your `dx` is `dy` itself, also where the entry was dropped.",
            "An entry that was dropped had no part in the output.",
            "If a dropped entry of x changes a little, does y change?",
        ),
        Mistake(
            "dropped-entries-too",
            dropout_backward_all_scaled,
            "Your `dx` is right where entries stayed, and not zero where they were dropped.",
            "An entry that was dropped had no part in the output.",
            "If a dropped entry of x changes a little, does y change?",
        ),
        Mistake(
            "scale-forgotten",
            dropout_backward_not_scaled,
            "Your `dx` is zero in the right places, and equals `dy` elsewhere.",
            "The entries that stayed were made larger on the way forward.",
            "If an entry that stayed grows by 0.01, by how much does its y grow?",
        ),
        Mistake(
            "scaled-twice",
            dropout_backward_scaled_twice,
            "Your `dx` is zero in the right places, and too large by 1 / keep_probability "
            "elsewhere.",
            "What the forward pass did to an entry it did once.",
            "Which numbers does the mask in the cache hold?",
        ),
        Mistake(
            "mask-the-wrong-way-round",
            dropout_backward_mask_turned,
            "Your `dx` lets through exactly what was dropped, and stops the rest.",
            "The gradient can only pass where the signal passed.",
            "Which entries of the mask are 0: those that stayed or those that went?",
        ),
        Mistake(
            "upstream-ignored",
            dropout_backward_upstream_ignored,
            "Your `dx` is the mask itself: `dy` is not in it.",
            "The chain rule multiplies the local derivative by what arrives from above.",
            "If dy were ten times larger, what should happen to dx?",
        ),
        Mistake(
            "divided-by-the-mask",
            dropout_backward_divided,
            "Your `dx` is `dy` divided by the mask, so it has become smaller where entries stayed.",
            "Going back is not undoing: a gradient says how strongly x acts on y.",
            "If y = 3 x, what is dL/dx when dL/dy is 1?",
        ),
        Mistake(
            "gate-on-the-gradient",
            dropout_backward_gate_on_gradient,
            "Your `dx` is never negative: your gate looks at the sign of `dy`.",
            "Which entries pass was drawn on the way forward, whatever comes back later.",
            "Which array tells what happened on the way forward?",
        ),
        Mistake(
            "share-counted-again",
            dropped_back(lambda m: (m > 0) / max((m > 0).mean(), 1e-12)),
            "Your `dx` is divided by the share that happened to stay, not by keep_probability.",
            "The mask holds what each entry was multiplied by, chance or not.",
            "Which numbers does the mask in the cache hold?",
            also=(
                dropped_back(lambda m: (m > 0) / ((m > 0).mean() or 1.0)),
                dropped_back(lambda m: m / (m.mean() or 1.0)),
            ),
        ),
        Mistake(
            "mean-of-the-mask",
            dropped_back(lambda m: m.mean()),
            "Your `dx` is `dy` times one number, the mean of the mask.",
            "What is right on average is wrong for each entry.",
            "What is the slope for an entry that was dropped?",
        ),
        Mistake(
            "dropped-entries-plain",
            dropped_back(lambda m: np.where(m > 0, m, 1.0)),
            "Your `dx` is right where entries stayed, and equals `dy` where they were dropped.",
            "An entry that was dropped had no part in the output.",
            "If a dropped entry of x changes a little, does y change?",
        ),
        Mistake(
            "scaled-by-dropped-share",
            dropped_back(lambda m: (m > 0) / np.clip(1 - 1 / (m.max() or 2.0), 1e-9, 1)),
            "The entries of your `dx` that are not zero are divided by the share that is dropped.",
            "What the forward pass did to an entry is in the mask.",
            "Which numbers does the mask in the cache hold?",
        ),
        Mistake(
            "root-of-the-mask",
            dropped_back(np.sqrt),
            "Your `dx` is multiplied by the root of the mask.",
            "The slope of a multiplication by a number is that number.",
            "If y = 3 x, what is dL/dx when dL/dy is 1?",
        ),
        Mistake(
            "always-doubled",
            dropped_back(lambda m: 2.0 * (m > 0)),
            "Your `dx` is doubled wherever an entry stayed, whatever keep_probability was.",
            "Twice is right where half of the entries stay, and only there.",
            "Which numbers does the mask in the cache hold?",
        ),
    ),
)


# best_epoch


ODD_LOSSES: tuple[Sequence[float], ...] = (
    [0.75],
    [1.2, 0.5042, 0.5041, 0.50405, 0.5043, 0.504049, 0.50406],
    [0.7, 0.7, 0.7, 0.7],
    (3e12, 2e12, 7e11, 8e11, 5e12),
    [-0.1, -0.7, -0.4, -0.6],
    [3e-9, 2e-9, 5e-10, 1e-9],
    [7, 5, 5, 3, 4, 3, 6],
    [0.9, 0.8, 0.6, 0.5, 0.3],
    [1.0, 0.0, 0.5, 0.0],
)


def best_epoch_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Losses that fall and rise, with a lesser valley before the best; one tie; all above 1; and
    one loss alone, equal ones, huge, tiny and negative ones, whole numbers, and a tuple."""
    valley, later = rng.uniform(0.7, 0.8), rng.uniform(0.4, 0.5)
    noise = rng.uniform(0.0, 0.02, 10)
    return (
        losses_case([1.3, 1.1, valley, 0.95, 0.9, later, 0.6, 0.65], noise),
        losses_case([1.5, 0.9, later, 0.6, valley, 0.85, 0.9], noise),
        losses_case([later, 0.62, valley, 0.7, 0.78, 1.2, 0.9, 0.85, 0.8], noise),
        epochs_case([1.2, 0.9, float(later), 0.8, float(later), 0.9]),
        losses_case([3.1, 2.7, 2.5, 2.2, 2.4, 2.9], noise),
        *(epochs_case(losses, extreme=True) for losses in ODD_LOSSES),
    )


def losses_case(losses: Sequence[float], noise: np.ndarray) -> Case:
    """Validation losses, each a little off these."""
    return epochs_case([float(v) for v in np.array(losses) + noise[: len(losses)]])


def epochs_case(losses: Sequence[float], extreme: bool = False) -> Case:
    """These validation losses."""
    return Case({}, (losses,), values=("epoch",), label=shown(losses), extreme=extreme)


def shown(losses: Sequence[float]) -> str:
    """Losses with two digits, or with as many as it takes."""
    near = min((abs(a - b) for a in losses for b in losses if a != b), default=1.0) < 0.005
    digits = ".6g" if near or max(losses) > 100 else ".2f"
    return f"losses {', '.join(f'{loss:{digits}}' for loss in losses)}"


def epoch_from_zero(validation_loss: Sequence[float]) -> int:
    return int(np.argmin(validation_loss))


def epoch_of_worst(validation_loss: Sequence[float]) -> int:
    return int(np.argmax(validation_loss)) + 1


def epoch_last_of_equals(validation_loss: Sequence[float]) -> int:
    return len(validation_loss) - int(np.argmin(validation_loss[::-1]))


def epoch_last(validation_loss: Sequence[float]) -> int:
    return len(validation_loss)


def epoch_first_valley(validation_loss: Sequence[float]) -> int:
    for i in range(1, len(validation_loss)):
        if validation_loss[i] > validation_loss[i - 1]:
            return i
    return len(validation_loss)


def epoch_first_left_out(validation_loss: Sequence[float]) -> int:
    return int(np.argmin(validation_loss[1:])) + 2


def epoch_lowest_loss(validation_loss: Sequence[float]) -> float:
    return min(validation_loss)


def epoch_last_improvement(validation_loss: Sequence[float]) -> int:
    return max(
        (i + 1 for i in range(1, len(validation_loss)) if is_drop(validation_loss, i)), default=1
    )


def is_drop(losses: Sequence[float], i: int) -> bool:
    """Whether the loss fell from the epoch before."""
    return losses[i] < losses[i - 1]


def epoch_like(
    losses: Callable[[Sequence[float]], Any] = list,
    better: Callable[[float, float], bool] = lambda loss, best: loss < best,
    first: float = np.inf,
    at_first: int = 0,
    place: Callable[[int], int] = lambda epoch: epoch,
) -> Callable[[Sequence[float]], int]:
    """A search through all epochs with a part exchanged: the losses that are looked at, when one
    is better, and the loss and the epoch that the search begins with."""

    def epoch(validation_loss: Sequence[float]) -> int:
        best, found = first, at_first
        for i, loss in enumerate(losses(validation_loss), 1):
            if better(loss, best):
                best, found = loss, i
        return place(found)

    return epoch


def epoch_count_of_bests(validation_loss: Sequence[float]) -> int:
    return len(set(np.minimum.accumulate(validation_loss)))


def epoch_first_rise(validation_loss: Sequence[float]) -> int:
    return min(epoch_first_valley(validation_loss) + 1, len(validation_loss))


def epoch_before_last_rise(validation_loss: Sequence[float]) -> int:
    falls = [i for i in range(1, len(validation_loss)) if not is_drop(validation_loss, i)]
    return falls[-1] if falls else len(validation_loss)


BEST_EPOCH = Exercise(
    name="best_epoch",
    lesson=LESSON,
    goal="Name the epoch, counted from 1, with the lowest validation loss.",
    points=1,
    minutes=3,
    difficulty=1,
    reference=best_epoch,
    returns="array",
    cases=best_epoch_cases,
    hints=(
        "All losses are known; which of them is the lowest, and where does it stand?",
        "Python counts places from 0, epochs count from 1. Of equal losses the first is wanted.",
        "np.argmin gives the place of the first lowest entry; the epoch is one more.",
    ),
    mistakes=(
        Mistake(
            "counted-from-zero",
            epoch_from_zero,
            "Your epoch is one too small in every case: it is the place in the list.",
            "People call the first epoch number 1.",
            "If the very first epoch is the best, what does your function give?",
        ),
        Mistake(
            "highest-loss",
            epoch_of_worst,
            "Your epoch is the one with the highest loss.",
            "For an accuracy high is good; for a loss it is not.",
            "Which of max and min do you look for here?",
        ),
        Mistake(
            "last-of-equals",
            epoch_last_of_equals,
            "Where two epochs share the lowest loss, yours is the later one.",
            "An epoch that only equals the best is no better, and it took longer.",
            "Does your comparison ask for less, or for less or equal?",
        ),
        Mistake(
            "last-epoch",
            epoch_last,
            "Your epoch is always the last one.",
            "The last epoch is the best only while the loss still falls.",
            "What do the losses do towards the end of the first case?",
        ),
        Mistake(
            "first-valley",
            epoch_first_valley,
            "Your epoch is the one before the first rise, though a lower loss comes later.",
            "A validation loss goes up and down from epoch to epoch.",
            "Does your loop see the whole list?",
        ),
        Mistake(
            "first-left-out",
            epoch_first_left_out,
            "Your epoch is right unless the first is the best: it is never looked at.",
            "A network can be at its best right at the start.",
            "With which epoch does your search begin?",
        ),
        Mistake(
            "loss-in-place-of-epoch",
            epoch_lowest_loss,
            "You return the lowest loss itself, not the epoch that has it.",
            "To go back to the best parameters one must know when they were there.",
            "Is your answer a number of epochs?",
        ),
        Mistake(
            "last-fall",
            epoch_last_improvement,
            "Your epoch is the last one that was better than the one just before it.",
            "Better than yesterday is not yet the best ever.",
            "With which loss do you compare each epoch?",
        ),
        Mistake(
            "search-begins-too-low",
            epoch_like(first=1.0),
            "Your search begins with a lowest loss that some losses never reach, and then finds "
            "nothing.",
            "A loss can be any number; only the losses themselves tell what is low.",
            "What does your function give when all losses are above the one that it begins with?",
            also=(
                *(
                    epoch_like(first=first, at_first=at_first)
                    for first in (0.0, 1.0, 10.0, 100.0, 1000.0, 1e4, 1e5, 1e6, 1e9, 1e10)
                    for at_first in (0, 1, -1)
                    if (first, at_first) != (1.0, 0)
                ),
            ),
        ),
        Mistake(
            "rounded",
            epoch_like(lambda losses: [round(loss, 2) for loss in losses]),
            "Your function does not see that a later loss is lower by very little.",
            "A loss is as exact as it comes; what is rounded away is lost.",
            "What happens to 0.5041 and 0.5043 in your function?",
            also=(
                *(
                    epoch_like(
                        partial(lambda digits, losses: [round(v, digits) for v in losses], digits)
                    )
                    for digits in (0, 1, 3, 4)
                ),
                epoch_like(lambda losses: [int(v) for v in losses]),
                *(
                    epoch_like(better=partial(lambda by, loss, best: loss < best - by, by))
                    for by in (1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
                ),
            ),
        ),
        Mistake(
            "bests-counted",
            epoch_count_of_bests,
            "Your number says how often there was a new best, not when the last one was.",
            "Epochs without a new best count too.",
            "When is your counter raised: at each epoch, or at each new best?",
        ),
        Mistake(
            "last-of-equals-from-zero",
            epoch_like(better=lambda loss, best: loss <= best, place=lambda epoch: epoch - 1),
            "Your epoch is counted from 0, and of equal losses it is the last.",
            "People call the first epoch number 1; and an epoch that only equals the best is no "
            "better.",
            "If both of two epochs are the best, what does your function give?",
        ),
        Mistake(
            "sizes-compared",
            epoch_like(lambda losses: [abs(v) for v in losses]),
            "Your function takes losses without their sign.",
            "A loss below 0 is lower than any above it.",
            "Which is lower, -0.7 or -0.1?",
            also=(epoch_like(lambda losses: [v * v for v in losses]),),
        ),
        Mistake(
            "zero-taken-for-none",
            epoch_like(lambda losses: [v or np.inf for v in losses]),
            "Your function passes over losses that are exactly 0.",
            "0 is a number like any other, and `or` and `if` take it for none.",
            "What is `0.0 or 1.0`?",
        ),
        Mistake(
            "counted-from-two",
            epoch_like(place=lambda epoch: epoch + 1),
            "Your epoch is one too large in every case.",
            "The first loss in the list belongs to epoch 1.",
            "If the very first epoch is the best, what does your function give?",
        ),
        Mistake(
            "last-left-out",
            lambda validation_loss: int(np.argmin(validation_loss[:-1] or validation_loss)) + 1,
            "Your epoch is right unless the last is the best: it is never looked at.",
            "A network can be at its best right at the end.",
            "Which epoch does your search end with?",
        ),
        Mistake(
            "first-rise",
            epoch_first_rise,
            "Your epoch is the one in which the loss first rises.",
            "A validation loss goes up and down from epoch to epoch.",
            "Which loss is the lowest of all, and where does it stand?",
        ),
        Mistake(
            "last-valley",
            epoch_before_last_rise,
            "Your epoch is the one before the last rise.",
            "A validation loss goes up and down from epoch to epoch.",
            "Which loss is the lowest of all, and where does it stand?",
        ),
        Mistake(
            "second-best",
            lambda validation_loss: (
                int(np.argsort(validation_loss)[min(1, len(validation_loss) - 1)]) + 1
            ),
            "Your epoch is the second best.",
            "Places in Python count from 0, those in a sorted list too.",
            "Which entry of a sorted list is the lowest?",
        ),
        Mistake(
            "from-the-end",
            lambda validation_loss: len(validation_loss) - int(np.argmin(validation_loss)),
            "Your number counts from the end: how many epochs there are from the best one on.",
            "Epochs count from 1, the first one first.",
            "If the very first epoch is the best, what does your function give?",
        ),
    ),
)


# should_stop

HISTORIES: tuple[tuple[int, tuple[float, ...]], ...] = (
    # patience, and what the loss does; whether to stop follows from the library's answer
    (3, (1.0, 0.8, 0.6, 0.7, 0.9, 0.8)),  # the best is exactly 3 epochs ago, with a fall since
    (3, (1.0, 0.8, 0.6, 0.7, 0.9)),  # only 2 epochs ago
    (4, (1.0, 0.5, 0.7, 0.6, 0.8, 0.7, 0.9, 0.8)),  # long ago, going up and down
    (3, (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)),  # falling all the time
    (3, (1.0, 1.1, 0.9, 1.0, 0.8, 0.9, 0.7)),  # every second epoch a new best
    (3, (0.6, 0.9, 0.8, 0.7, 0.65)),  # falling now, yet never below the first
    (5, (1.0, 0.6, 0.7)),  # fewer epochs than patience
    (3, (1.0, 0.4, 0.9, 0.85, 0.8, 0.3)),  # a new best after a long wait
    (4, (1.0, 0.5, 0.6, 0.7, 0.8)),  # rising, 3 epochs ago
    (3, (1.0, 0.5, 0.6, 0.7, 0.8)),  # rising 3 times in a row
    (3, (1.0, 0.5, 0.6, 0.7, 0.8, 0.4)),  # the same, and then a new best
    (3, (0.7, 0.8, 1.3, 0.6)),  # the highest in the middle
    (3, (1.0, 0.4, 0.9, 1.1, 1.0, 0.8)),  # within the last 3 lower than just before, not ever
    (3, (1.0, 0.6, 0.9, 0.5, 0.8)),  # a new best in the last 3, and higher at the end
    (1, (0.5, 0.6)),  # a patience of 1
    (1, (0.6, 0.8, 0.5)),  # the same, and a new best
    (1, (0.5,)),  # the first epoch
    (3, (0.5, 0.6, 0.7)),  # as many epochs as patience
    (2, (0.9, 0.5, 0.7, 0.6, 0.55, 0.52)),  # falling now, the best longer ago
)

WAITS: tuple[tuple[int, tuple[float, ...]], ...] = (
    # equal losses, negative, huge, tiny and whole ones
    (3, (0.7, 0.7, 0.7, 0.7)),
    (3, (0.8, 0.6, 0.6, 0.7, 0.6)),
    (2, (0.7, 0.6, 0.6)),
    (3, (-0.2, -0.6, -0.5, -0.4, -0.3)),
    (3, (3e12, 7e11, 8e11, 9e11)),
    (2, (0.5, 0.50006, 0.50004, 0.49996)),
    (3, (7, 3, 5, 4, 3)),
    (2, (1.0, 0.0, 0.5, 0.0)),
)


def should_stop_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Histories of validation losses, and one with a tie."""
    cases = []
    for patience, shape in HISTORIES:
        scale, noise = rng.uniform(0.5, 2.0), rng.uniform(0.0, 0.02, len(shape))
        losses = [float(v) for v in scale * (np.array(shape) + noise)]
        cases.append(stopping_case(losses, patience))
    best = float(rng.uniform(0.4, 0.6))
    cases.append(stopping_case([1.0, best, 0.8, best, 0.9], 3))
    odd = [stopping_case(list(losses), patience) for patience, losses in WAITS]
    odd.append(stopping_case((1.0, best, 0.8, 0.7), 2))
    return (*cases, *(replace(case, extreme=True) for case in odd))


def stopping_case(losses: Sequence[float], patience: int) -> Case:
    """The losses so far."""
    label = f"{shown(losses)}; patience {patience}"
    return Case({}, (losses, patience), values=("stop",), label=label)


def stop_one_late(validation_loss: Sequence[float], patience: int) -> bool:
    return len(validation_loss) - best_epoch(validation_loss) > patience


def stop_one_early(validation_loss: Sequence[float], patience: int) -> bool:
    return len(validation_loss) - best_epoch(validation_loss) >= patience - 1


def stop_rising_in_a_row(validation_loss: Sequence[float], patience: int) -> bool:
    last = np.array(validation_loss[-patience - 1 :])
    return len(last) > patience and bool((np.diff(last) >= 0).all())


def stop_compared_with_one(validation_loss: Sequence[float], patience: int) -> bool:
    if len(validation_loss) <= patience:
        return False
    return validation_loss[-1] >= validation_loss[-1 - patience]


def stop_at_first_rise(validation_loss: Sequence[float], patience: int) -> bool:
    return bool((np.diff(validation_loss) > 0).any())


def stop_at_last_rise(validation_loss: Sequence[float], patience: int) -> bool:
    return len(validation_loss) > 1 and validation_loss[-1] > validation_loss[-2]


def stop_never_set_back(validation_loss: Sequence[float], patience: int) -> bool:
    best, waited = np.inf, 0
    for loss in validation_loss:
        if loss < best:
            best = loss
        else:
            waited += 1
    return waited >= patience


def stop_counting_rises(validation_loss: Sequence[float], patience: int) -> bool:
    waited = 0
    for before, now in pairwise(validation_loss):
        waited = 0 if now < before else waited + 1
        if waited >= patience:
            return True
    return False


def stop_once_for_all(validation_loss: Sequence[float], patience: int) -> bool:
    return any(should_stop(validation_loss[:i], patience) for i in range(len(validation_loss) + 1))


def stop_ties_count(validation_loss: Sequence[float], patience: int) -> bool:
    return len(validation_loss) - epoch_last_of_equals(validation_loss) >= patience


def stop_by_length(validation_loss: Sequence[float], patience: int) -> bool:
    return len(validation_loss) >= patience


def stop_turned_round(validation_loss: Sequence[float], patience: int) -> bool:
    return not should_stop(validation_loss, patience)


def stop_never(validation_loss: Sequence[float], patience: int) -> bool:
    return False


def stop_highest(validation_loss: Sequence[float], patience: int) -> bool:
    return len(validation_loss) - epoch_of_worst(validation_loss) >= patience


def stop_like(
    compare: Callable[[Sequence[float], Sequence[float]], Any],
) -> Callable[[Sequence[float], int], bool]:
    """A rule that compares the last `patience` losses with those before; False without any."""

    def stop(validation_loss: Sequence[float], patience: int) -> bool:
        before, last = validation_loss[:-patience], validation_loss[-patience:]
        return bool(len(before) and compare(before, last))

    return stop


def stop_after_waiting(
    better: Callable[[float, float, float], bool] = lambda loss, best, previous: loss < best,
    enough: Callable[[int, int], bool] = lambda waited, patience: waited >= patience,
    best: float = np.inf,
    kept: bool = False,
) -> Callable[[Sequence[float], int], bool]:
    """A count of epochs that have failed, with a part exchanged.

    better: from a loss, the best so far and the one before to whether it sets the count back;
    enough: whether such a count is enough; best: what the first epoch has to beat; kept: whether
    a better loss leaves the best as it was.
    """

    def stop(validation_loss: Sequence[float], patience: int) -> bool:
        lowest, previous, waited = best, np.inf, 0
        for loss in validation_loss:
            if better(loss, lowest, previous):
                waited = 0
                lowest = lowest if kept and lowest < np.inf else loss
            else:
                waited += 1
            previous = loss
        return enough(waited, patience)

    return stop


SHOULD_STOP = Exercise(
    name="should_stop",
    lesson=LESSON,
    goal="Decide whether the last `patience` epochs have all failed to beat the best before them.",
    points=2,
    minutes=6,
    difficulty=3,
    reference=should_stop,
    returns="array",
    cases=should_stop_cases,
    hints=(
        "What counts is not whether the loss rises or falls now, but how long the best is ago.",
        "You have a function that names the best epoch. How many epochs have come after it?",
        "Take the number of epochs so far less the best epoch. It is time to stop when that is "
        "patience or more.",
    ),
    mistakes=(
        Mistake(
            "last-two-compared",
            stop_at_last_rise,
            "Your function compares the last epoch with the one before it; `patience` and all "
            "other epochs have no part in it.",
            "A single epoch that is worse than the one before says little: losses go up and down.",
            "How many epochs have to fail before training stops, and whom must they beat?",
        ),
        Mistake(
            "one-epoch-late",
            stop_one_late,
            "Your function goes on when the best is exactly `patience` epochs ago.",
            "A patience of 3 means: three epochs without a new best, and it is enough.",
            "How many epochs without a new best does your comparison let pass?",
        ),
        Mistake(
            "one-epoch-early",
            stop_one_early,
            "Your function stops when the best is one epoch less than `patience` ago.",
            "A patience of 3 means: three epochs without a new best, and not two.",
            "If the best epoch is the last one, how many epochs have failed since?",
        ),
        Mistake(
            "rises-in-a-row",
            stop_rising_in_a_row,
            "Your function asks for a loss that rises `patience` times in a row.",
            "A loss that goes up and down, and never below the best, gets no better either.",
            "With which loss should each new one be compared: the last, or the best?",
        ),
        Mistake(
            "any-rises-in-a-row",
            stop_counting_rises,
            "Your function counts how often in a row the loss rose from one epoch to the next.",
            "A loss that goes up and down, and never below the best, gets no better either.",
            "With which loss should each new one be compared: the last, or the best?",
        ),
        Mistake(
            "compared-with-one-epoch",
            stop_compared_with_one,
            "Your function compares the last epoch only with the one `patience` epochs before it.",
            "The best may lie anywhere, before that epoch or after it.",
            "What if the loss was lowest one epoch ago?",
        ),
        Mistake(
            "first-rise",
            stop_at_first_rise,
            "Your function stops as soon as the loss has risen once, whatever `patience` is.",
            "A validation loss goes up and down from epoch to epoch; patience is there for that.",
            "Where in your function does patience come in?",
        ),
        Mistake(
            "waiting-never-set-back",
            stop_never_set_back,
            "Your function counts all epochs without a new best, also those before the best.",
            "A new best ends the waiting, and the next waiting begins at zero.",
            "What happens to your count when the loss is better than ever?",
        ),
        Mistake(
            "any-time-before",
            stop_once_for_all,
            "Your function stops where there was a long wait at some time, though a new best has "
            "come since.",
            "The question is asked about now: the epochs after the best one so far.",
            "After which epoch do you look at the count?",
        ),
        Mistake(
            "ties-count-as-better",
            stop_ties_count,
            "Where an epoch only equals the best, your function begins to wait anew.",
            "To beat the best is to be lower than it.",
            "Does your comparison ask for less, or for less or equal?",
        ),
        Mistake(
            "highest-loss",
            stop_highest,
            "Your function counts the epochs since the highest loss.",
            "For an accuracy high is good; for a loss it is not.",
            "Which of max and min do you look for here?",
        ),
        Mistake(
            "number-of-epochs",
            stop_by_length,
            "Your function stops after `patience` epochs, whatever the losses are.",
            "As long as the loss gets better, training goes on.",
            "Where in your function do the losses themselves come in?",
        ),
        Mistake(
            "turned-round",
            stop_turned_round,
            "Your function says the opposite of what it should in every case.",
            "True means that it is enough.",
            "What does your function return when the last epoch was the best?",
        ),
        Mistake(
            "never",
            stop_never,
            "Your function never stops.",
            "Early stopping is there for the time after the best epoch.",
            "For which losses would your condition be true?",
        ),
        Mistake(
            "forgets-the-best",
            stop_like(lambda before, last: min(last) >= before[-1]),
            "Your function compares the last epochs with the one just before them, and not with "
            "the best of all before.",
            "The best may lie further back than that.",
            "Which losses does your function never look at?",
            also=(stop_like(lambda before, last: min(last) > before[-1]),),
        ),
        Mistake(
            "exactly-patience",
            stop_after_waiting(enough=lambda waited, patience: waited == patience),
            "Your function stops when the best is exactly `patience` epochs ago, and not when it "
            "is longer ago.",
            "Patience that has run out does not come back by waiting.",
            "What does your function say one epoch after it has said stop?",
        ),
        Mistake(
            "mean-of-the-last",
            stop_like(lambda before, last: np.mean(last) >= min(before)),
            "Your function compares the mean of the last epochs with the best before them.",
            "One epoch that beats the best is enough to go on, however high the others are.",
            "What if one of the last epochs is a new best and the others are high?",
            also=(
                stop_like(lambda before, last: np.mean(last) >= np.mean(before)),
                stop_like(lambda before, last: np.mean(last) > np.mean(before[-len(last) :])),
                stop_like(lambda before, last: np.median(last) >= min(before)),
            ),
        ),
        Mistake(
            "last-epoch-only",
            stop_like(lambda before, last: last[-1] >= min(before)),
            "Your function looks at the very last epoch only: whether it beats the best of those "
            "up to `patience` epochs ago.",
            "All of the last epochs must have failed, and each of them may have been the best.",
            "What if the best of all was one epoch ago?",
            also=(stop_like(lambda before, last: last[-1] > min(before)),),
        ),
        Mistake(
            "one-failure-is-enough",
            stop_like(lambda before, last: max(last) >= min(before)),
            "Your function stops when any of the last epochs has failed to beat the best.",
            "It is time to stop when all of them have failed.",
            "Does your function ask any, or all?",
            also=(stop_like(lambda before, last: any(v > min(before) for v in last)),),
        ),
        Mistake(
            "compared-with-the-worst",
            stop_like(lambda before, last: min(last) >= max(before)),
            "Your function compares the last epochs with the highest loss before them.",
            "To beat the best is to be lower than the lowest.",
            "Which of the losses before is the one to beat?",
            also=(
                stop_like(lambda before, last: max(last) >= max(before)),
                stop_like(lambda before, last: min(last) >= np.mean(before)),
            ),
        ),
        Mistake(
            "turned-round-comparison",
            stop_like(lambda before, last: min(last) < min(before)),
            "Your function stops where one of the last epochs has beaten the best before.",
            "A new best is a reason to go on.",
            "What does True mean here?",
            also=(stop_like(lambda before, last: min(last) <= min(before)),),
        ),
        Mistake(
            "compared-with-the-first",
            stop_like(lambda before, last: min(last) >= before[0]),
            "Your function compares the last epochs with the very first one.",
            "The one to beat is the best of all before.",
            "What if the first loss was the highest?",
            also=(stop_after_waiting(kept=True),),
        ),
        Mistake(
            "needs-a-clear-gain",
            stop_after_waiting(lambda loss, best, previous: loss < best - 1e-4),
            "An epoch that is better by very little is no new best in your function.",
            "Lower is lower. (Some rules do ask for a least gain; here none is named.)",
            "What happens to 0.49996 after 0.5 in your function?",
            also=tuple(
                stop_after_waiting(partial(lambda by, loss, best, previous: loss < best - by, by))
                for by in (1e-3, 1e-2, 0.05, 0.1)
            ),
        ),
        Mistake(
            "search-begins-too-low",
            stop_after_waiting(best=1.0),
            "Your search begins with a lowest loss that some losses never reach: each epoch then "
            "counts as a failure.",
            "A loss can be any number; only the losses themselves tell what is low.",
            "What does your function give when all losses are very large, and still falling?",
            also=tuple(stop_after_waiting(best=best) for best in (10.0, 100.0, 1000.0, 1e6, 1e9)),
        ),
        Mistake(
            "too-few-epochs",
            lambda validation_loss, patience: (
                len(validation_loss) < patience or should_stop(validation_loss, patience)
            ),
            "Your function stops while there are fewer epochs than `patience`.",
            "So early, nothing can have failed for long enough.",
            "What does your function return at the first epoch?",
            also=(
                lambda validation_loss, patience: (
                    len(validation_loss) <= patience or should_stop(validation_loss, patience)
                ),
            ),
        ),
    ),
    uses={"best_epoch": best_epoch},
)

EXERCISES = (
    SPLIT,
    FIT_STANDARDIZER,
    L2_PENALTY,
    L2_PENALTY_BACKWARD,
    DROPOUT,
    DROPOUT_BACKWARD,
    BEST_EPOCH,
    SHOULD_STOP,
)

"""Exercises of lesson 07: overfitting, how to see it and what helps.

Where numbers are drawn at random, learners may draw them in another way than we do: there it is
properties that are checked, such as that no sample is lost, and not the numbers themselves.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from backprop_lib.data import fit_standardizer, split_train_validation_test
from backprop_lib.layers import dropout, dropout_backward
from backprop_lib.network import init_mlp
from backprop_lib.optimizers import l2_penalty, l2_penalty_backward
from backprop_lib.training import best_epoch, should_stop
from checks.exercise import Case, Exercise, Finding, Mistake
from checks.exercises.drawing import draw_batches, draw_sizes

__all__ = ["EXERCISES"]

LESSON = "07_overfitting"

Params = Mapping[str, np.ndarray]
Grads = dict[str, np.ndarray]


# split_train_validation_test

PARTS = ("train", "validation", "test")


def split_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Data sets that do not divide evenly, and shares that are all different."""
    return (
        split_case(rng, 37, 4, (0.55, 0.3, 0.15)),
        split_case(rng, 101, 3, (0.7, 0.1, 0.2)),
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
        {"N": n, "D": d},
        (x, y, shares, np.random.default_rng(rng.integers(2**32))),
        values=names,
        accept=partial(examine_split, x, y, shares),
    )


def examine_split(
    x: np.ndarray, y: np.ndarray, shares: Sequence[float], outputs: Mapping[str, np.ndarray]
) -> Finding | None:
    """What is wrong with a split of these data, or None."""
    parts: list[np.ndarray] = []  # for each part the places of its samples in the data
    for part in PARTS:
        xs, ys = outputs[f"x_{part}"], outputs[f"y_{part}"]
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
    if any(abs(size - want) > 1 for size, want in zip(sizes, wanted, strict=True)):
        asked = ", ".join(f"{want:.4g}" for want in wanted)
        evidence = f"{in_numbers}; the shares ask for {asked}."
        if all(abs(size - wanted[i]) <= 1 for size, i in zip(sizes, (0, 2, 1), strict=True)):
            return PARTS_SWAPPED.found(evidence)
        if abs(sizes[0] - wanted[0]) <= 1 and abs(sizes[1] - shares[1] * (n - sizes[0])) <= 1:
            return SHARE_OF_THE_REST.found(evidence)
        return Finding("wrong-sizes", evidence, "Of how many samples is each share taken?")
    if any(np.array_equal(np.sort(part), np.arange(part.min(), part.max() + 1)) for part in parts):
        return NOT_SHUFFLED.found()
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
)
SAMPLES_LOST = Mistake(
    "samples-lost",
    split_rounded_down,
    "Some samples are in none of your parts.",
    "Every sample is worth having, and each belongs somewhere.",
    "If each of three sizes is rounded down, what can their sum be?",
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
NOT_SHUFFLED = Mistake(
    "not-shuffled",
    split_not_shuffled,
    "One of your parts is an unbroken stretch of the data: they were cut in the order they had.",
    "Data often come sorted, by class or by date; then the parts would be different worlds.",
    "If the first half of the data were all zeros and the second all ones, what would be tested?",
)

SPLIT = Exercise(
    name="split_train_validation_test",
    lesson=LESSON,
    goal="Split the samples at random: to learn from, to choose by, and to judge with at the end.",
    points=3,
    minutes=15,
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
        NOT_SHUFFLED,
    ),
)


# fit_standardizer


def standardizer_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Features of different size and place, one of which never changes; and a single sample."""
    return tuple(standardizer_case(rng, sizes) for sizes in draw_batches(rng, "ND"))


def standardizer_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """One training set."""
    n, d = sizes["N"], sizes["D"]
    x = rng.uniform(2.0, 9.0, d) * rng.choice([-1, 1], d) + rng.normal(size=(n, d)) * (
        rng.uniform(0.5, 3.0, d)
    )
    x[:, rng.integers(d)] = rng.integers(5, 20) / 4  # exact, so that its spread is exactly 0
    return Case(sizes, (x,), values=("mean", "std"))


def standardizer_overall(x_train: np.ndarray) -> tuple[Any, Any]:
    return x_train.mean(), x_train.std()


def standardizer_over_features(x_train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    std = x_train.std(axis=1)
    return x_train.mean(axis=1), np.where(std == 0, 1, std)


def standardizer_zero_spread(x_train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x_train.mean(axis=0), x_train.std(axis=0)


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


FIT_STANDARDIZER = Exercise(
    name="fit_standardizer",
    lesson=LESSON,
    goal="Measure mean and standard deviation of every feature, on the training data alone.",
    points=2,
    minutes=10,
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
            "spread-of-zero",
            standardizer_zero_spread,
            "Your `std` is 0 for a feature that never changes.",
            "The standardizer will divide by std.",
            "What is (x - mean) / std for such a feature?",
        ),
        Mistake(
            "epsilon-added",
            standardizer_epsilon,
            "Your `std` has 0.00000001 added to it in every entry.",
            "That avoids 0 / 0, but a feature that never changed in training, and changes a "
            "little later, would come out a hundred million times too large.",
            "By what could a feature without any spread be divided so that it keeps its size?",
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
            "not-centred",
            standardizer_not_centred,
            "Your `std` is the root of the mean of x squared: it grows when all of x is shifted.",
            "A spread says how far the samples are from one another, wherever they lie.",
            "From where are the distances measured that are squared?",
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
    """Networks of two, three and one layers."""
    return tuple(
        Case(sizes, (draw_params(rng, sizes), float(rng.uniform(0.1, 0.9))), values=("penalty",))
        for sizes in (draw_sizes(rng, letters) for letters in ("DHK", "DHGK", "DK"))
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


L2_PENALTY = Exercise(
    name="l2_penalty",
    lesson=LESSON,
    goal="What large weights cost, to be added to the loss: strength / 2 times their squares.",
    points=2,
    minutes=8,
    difficulty=2,
    reference=l2_penalty,
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
    ),
)


# l2_penalty_backward


def penalty_backward_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Networks of two, three and one layers, and an upstream gradient that is not 1."""
    return tuple(
        penalty_backward_case(rng, draw_sizes(rng, letters)) for letters in ("DHK", "DHGK", "DK")
    )


def penalty_backward_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """The penalty of one network."""
    params = draw_params(rng, sizes)
    strength = float(rng.uniform(0.1, 0.9))
    dloss = float(rng.choice([-1.0, 1.0]) * rng.uniform(1.5, 2.5))

    def loss(name: str, array: np.ndarray) -> float:
        return dloss * l2_penalty(params | {name: array}, strength)[0]

    return Case(sizes, (dloss, (params, strength)), params, loss)


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


L2_PENALTY_BACKWARD = Exercise(
    name="l2_penalty_backward",
    lesson=LESSON,
    goal="The gradient of the L2 penalty for every parameter.",
    points=2,
    minutes=8,
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
            "factor-2",
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
    ),
)

EXERCISES = (
    SPLIT,
    FIT_STANDARDIZER,
    L2_PENALTY,
    L2_PENALTY_BACKWARD,
)

"""The exercise fit_standardizer: mean and standard deviation of every feature."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from backprop_lib.data import fit_standardizer
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.drawing import draw_batches

__all__ = ["FIT_STANDARDIZER"]


def standardizer_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Features of different size and place, one of which never changes; and a single sample.

    And a feature that never changes although its computed spread is not 0: the mean of seven
    times 0.1 is rounded. As many samples as features, and a single feature.
    """
    first, second, one, _ = draw_batches(rng, "ND")
    # two of the same shape, for those who remember the first
    batches = [standardizer_case(rng, sizes) for sizes in (first, second, one, first)]
    rounded = standardizer_case(rng, {"N": 7, "D": int(rng.choice([3, 4, 5, 6, 8, 9]))}, 0.1)
    alike = standardizer_case(rng, {"N": 5, "D": 5})
    single = Case({"N": 6, "D": 1}, (rng.normal(3.0, 2.0, (6, 1)),), values=("mean", "std"))
    further = (rounded, replace(alike, sizes={}, label="N = D = 5"), single)
    return (*batches, odd_features_case(rng), *(replace(case, extreme=True) for case in further))


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
    lesson="07_overfitting",
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
            "little later, would come out many thousand times too large.",
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
            also=(lambda x_train: (x_train.mean(axis=0), x_train.var(axis=0)),),
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
            "Your `std` is 1 for a feature in which two samples agree, though others differ.",
            "Two samples that agree do not say that all do.",
            "Which samples does your comparison look at?",
            also=(
                standardizer_like(constant=lambda x: x[0] == x[min(1, len(x) - 1)]),
                lambda x: (
                    x.mean(axis=0),
                    np.where(x[0] == x[min(1, len(x) - 1)], 1, x.std(axis=0)),
                ),
                lambda x: (x.mean(axis=0), np.where(x[0] == x[-1], 1, x.std(axis=0))),
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

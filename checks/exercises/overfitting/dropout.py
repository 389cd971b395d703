"""The exercise dropout: random entries become zero, and the mean stays as it was."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import erf
from typing import Any

import numpy as np

from backprop_lib.layers import dropout, dropout_backward
from checks.exercise import Cache, Case, Exercise, Finding, Mistake

__all__ = ["DROPOUT"]


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
    lesson="07_overfitting",
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

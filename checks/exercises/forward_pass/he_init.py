"""The exercise he_init: starting weights, judged by how they are spread, since they are random."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from backprop_lib.layers import he_init
from checks.exercise import Case, Exercise, Finding, Mistake

__all__ = ["HE_INIT"]


def he_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Layers of many weights, wide and narrow, so that their spread can be measured."""
    ranges = [((60, 80), (110, 150)), ((200, 260), (35, 45)), ((5, 10), (700, 1000))]
    return tuple(he_case(rng, *(int(rng.integers(*r)) for r in pair)) for pair in ranges)


def he_case(rng: np.random.Generator, d: int, m: int) -> Case:
    """One layer. Any way of drawing will do that has the right mean and spread."""
    return Case(
        {"D": d, "M": m},
        (d, m, rng.spawn(1)[0]),
        values=("w",),
        accept=partial(he_finding, d, m),
        could_give=partial(he_could_give, d, m),
    )


def he_finding(d: int, m: int, outputs: Mapping[str, np.ndarray]) -> Finding | None:
    """What is wrong with starting weights for D inputs and M outputs, if anything."""
    w = outputs["w"]
    spread = np.sqrt(2 / d)
    if (
        w.shape == (d, m)
        and len(np.unique(w)) > 0.99 * w.size
        and abs(w.mean()) < 5 * spread / np.sqrt(w.size)
        and abs(w.std() / spread - 1) < 5 / np.sqrt(2 * w.size)
        and lines_differ(w)
        and lines_differ(w.T)
    ):
        return None
    evidence = (
        f"Here D = {d} and M = {m}; the shape of your `w` is {w.shape}, its mean {w.mean():.4f} "
        f"and its standard deviation {w.std():.4f}."
    )
    return Finding(
        "wrong-distribution",
        f"{evidence} Expected: ({d}, {m}), near 0, near {spread:.4f}, and all weights different.",
        "Which number decides the shape of your draw, which its middle and which its spread?",
        evidence,
    )


def lines_differ(w: np.ndarray) -> bool:
    """Whether the rows have means and spreads that differ as much as those of free draws do."""
    rows, length = w.shape
    if rows < 30:
        return True  # too few to tell
    by_chance = w.std() / np.sqrt(length) * np.array([1, 1 / np.sqrt(2)])
    found = np.array([w.mean(axis=1).std(), w.std(axis=1).std()])
    return bool(((found > 0.3 * by_chance) & (found < 3 * by_chance)).all())


def he_could_give(
    d: int, m: int, init: Callable[..., np.ndarray], outputs: Mapping[str, np.ndarray]
) -> bool:
    """Whether these weights look as if this implementation had drawn them."""
    return look_alike(outputs["w"], init(d, m, np.random.default_rng(0)))


def look_alike(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays may come from the same way of drawing, by all that is measured here."""
    if a.shape != b.shape:
        return False
    distinct = [len(np.unique(w)) for w in (a, b)]
    if min(distinct) < 5:  # too few for a measure of spread to mean anything
        return distinct[0] == distinct[1] and np.allclose(np.unique(a), np.unique(b))
    spread, room = max(a.std(), b.std()), 1 / np.sqrt(distinct[0])
    # the share of entries near the mean tells a flat distribution from a bell
    shares = [float((np.abs(w - w.mean()) < w.std()).mean()) for w in (a, b)]
    return bool(
        abs(distinct[0] - distinct[1]) <= 0.01 * a.size
        and abs(a.mean() - b.mean()) <= 8 * spread * room
        and abs(a.std() - b.std()) <= 6 * spread * room
        and abs(shares[0] - shares[1]) <= 4 * room
    )


def he_variance_as_spread(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0, 2 / inputs, (inputs, outputs))


def he_root_of_two_only(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0, np.sqrt(2) / inputs, (inputs, outputs))


def he_one_over_inputs(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0, np.sqrt(1 / inputs), (inputs, outputs))


def he_counts_outputs(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0, np.sqrt(2 / outputs), (inputs, outputs))


def he_both_sides(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0, np.sqrt(2 / (inputs + outputs)), (inputs, outputs))


def he_missing_brackets(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0, np.sqrt(2 / inputs + outputs), (inputs, outputs))


def he_root_upside_down(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0, np.sqrt(inputs / 2), (inputs, outputs))


def he_not_scaled(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0, 1.0, (inputs, outputs))


def he_hundredth(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return 0.01 * rng.normal(0.0, 1.0, (inputs, outputs))


def he_zeros(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return np.zeros((inputs, outputs))


def he_not_centred(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return np.sqrt(2 / inputs) * rng.random((inputs, outputs))


def he_flat_bounds(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    bound = np.sqrt(2 / inputs)
    return rng.uniform(-bound, bound, (inputs, outputs))


def he_turned(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0, np.sqrt(2 / inputs), (outputs, inputs))


def he_rows_alike(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    column = rng.normal(0.0, np.sqrt(2 / inputs), (inputs, 1))
    return np.tile(column, outputs)


HE_INIT = Exercise(
    name="he_init",
    lesson="02_forward_pass",
    goal="Draw starting weights that keep a signal's size through a ReLU.",
    points=2,
    minutes=5,
    difficulty=2,
    reference=he_init,
    returns="array",
    cases=he_cases,
    hints=(
        "Three things can be measured: the shape, the mean and the standard deviation. Print "
        "all three.",
        "Each output adds up one term for each input, so its mean square grows with the number "
        "of inputs. ReLU then throws half of it away. The spread must make up for both.",
        "`rng.normal` takes a mean, a standard deviation and a shape. The variance here is "
        "2 / inputs; the standard deviation is its square root.",
    ),
    mistakes=(
        Mistake(
            "variance-as-spread",
            he_variance_as_spread,
            "The spread of your `w` is 2 / inputs, which is the square of what it should be.",
            "A variance and a standard deviation differ by a square root.",
            "Which of the two does rng.normal take as its second argument?",
        ),
        Mistake(
            "root-of-two-only",
            he_root_of_two_only,
            "The spread of your `w` is sqrt(2) / inputs: the root covers the 2 alone.",
            "The root is taken of the whole fraction.",
            "Where does the bracket of your square root close?",
        ),
        Mistake(
            "halving-forgotten",
            he_one_over_inputs,
            "The spread of your `w` is sqrt(1 / inputs): too small by a factor of sqrt(2).",
            "That keeps a signal's size through a layer that has no ReLU after it.",
            "What share of its mean square does a signal lose in a ReLU?",
        ),
        Mistake(
            "outputs-counted",
            he_counts_outputs,
            "The spread of your `w` goes by the outputs: it is sqrt(2 / outputs).",
            "How large one sum becomes depends on how many terms it has.",
            "How many weights come together in one output?",
        ),
        Mistake(
            "both-sides-counted",
            he_both_sides,
            "The spread of your `w` is sqrt(2 / (inputs + outputs)).",
            "That is a compromise between the way forward and the way back, made for tanh.",
            "How many weights come together in one output?",
        ),
        Mistake(
            "missing-brackets",
            he_missing_brackets,
            "The spread of your `w` is huge: it is sqrt(2 / inputs + outputs).",
            "Python divides before it adds, unless brackets say otherwise.",
            "Would a layer with more outputs need larger weights?",
        ),
        Mistake(
            "upside-down",
            he_root_upside_down,
            "The spread of your `w` is sqrt(inputs / 2): it grows with the number of inputs.",
            "The more terms a sum has, the smaller each must be.",
            "With ten thousand inputs, how large would one output become?",
        ),
        Mistake(
            "not-scaled",
            he_not_scaled,
            "The spread of your `w` is 1, whatever the number of inputs.",
            "A sum of many terms is larger than each of them.",
            "If each layer makes a signal ten times larger, what is left after ten layers?",
        ),
        Mistake(
            "a-hundredth",
            he_hundredth,
            "The spread of your `w` is 0.01, whatever the number of inputs.",
            "A fixed small number suits one width of layer and starves all others.",
            "If each layer makes a signal ten times smaller, what is left after ten layers?",
        ),
        Mistake(
            "zeros",
            he_zeros,
            "Your `w` is zero everywhere.",
            "Units that begin alike get the same gradient, and stay alike for ever.",
            "What could make two hidden units with the same weights become different?",
        ),
        Mistake(
            "not-centred",
            he_not_centred,
            "Your `w` has no negative entries: it is drawn from 0 upwards.",
            "Weights that are all positive make all outputs grow and shrink together.",
            "What is the mean of your weights, and what should it be?",
        ),
        Mistake(
            "spread-as-bounds",
            he_flat_bounds,
            "Your `w` is spread evenly between -sqrt(2 / inputs) and sqrt(2 / inputs), so that "
            "its standard deviation is smaller by sqrt(3).",
            "The ends of a flat distribution lie further out than its standard deviation.",
            "What is the standard deviation of a flat distribution from -1 to 1?",
        ),
        Mistake(
            "turned",
            he_turned,
            "Your `w` has a row for each output: it is the right draw on its side.",
            "In x @ w the rows of w meet the features of x.",
            "If x has the shape (N, inputs), which shape must w have?",
        ),
        Mistake(
            "units-alike",
            he_rows_alike,
            "All columns of your `w` are the same: every unit begins with the same weights.",
            "Units that begin alike get the same gradient, and stay alike for ever.",
            "How many random numbers do you draw, and how many weights are there?",
        ),
        Mistake(
            "flat-by-both-sides",
            lambda inputs, outputs, rng: (
                rng.uniform(-1, 1, (inputs, outputs)) * np.sqrt(6 / (inputs + outputs))
            ),
            "Your `w` is spread evenly between two ends, with a spread for another activation.",
            "A spread that keeps a signal's size fits what comes after the layer, here ReLU.",
            "Which spread does the task name, and which has yours?",
            also=(
                lambda inputs, outputs, rng: (
                    rng.uniform(-1, 1, (inputs, outputs)) * np.sqrt(3 / inputs)
                ),
                lambda inputs, outputs, rng: (
                    rng.uniform(-1, 1, (inputs, outputs)) / np.sqrt(inputs)
                ),
            ),
        ),
        Mistake(
            "flat-from-minus-one-to-one",
            lambda inputs, outputs, rng: rng.uniform(-1, 1, (inputs, outputs)),
            "Your `w` is spread evenly, the same for every number of inputs.",
            "A sum of many terms is larger than each of them.",
            "If each layer makes a signal ten times larger, what is left after ten layers?",
            also=(lambda inputs, outputs, rng: rng.uniform(-0.5, 0.5, (inputs, outputs)),),
        ),
        Mistake(
            "sizes-alone",
            lambda inputs, outputs, rng: np.abs(
                rng.normal(0, np.sqrt(2 / inputs), (inputs, outputs))
            ),
            "Your `w` has no negative entries: it holds the sizes of normal numbers.",
            "Weights that are all positive make all outputs grow and shrink together.",
            "What is the mean of your weights, and what should it be?",
        ),
        Mistake(
            "mean-and-spread-exchanged",
            lambda inputs, outputs, rng: rng.normal(np.sqrt(2 / inputs), 0, (inputs, outputs)),
            "All entries of your `w` are one and the same number, sqrt(2 / inputs).",
            "rng.normal takes the mean first, then the standard deviation.",
            "Which of your two numbers is the mean?",
        ),
        Mistake(
            "spread-as-mean",
            lambda inputs, outputs, rng: rng.normal(np.sqrt(2 / inputs), 1, (inputs, outputs)),
            "The mean of your `w` is what should be its spread, and its spread is 1.",
            "rng.normal takes the mean first, then the standard deviation.",
            "Which of your two numbers is the mean?",
            also=(lambda inputs, outputs, rng: rng.normal(2 / inputs, 1, (inputs, outputs)),),
        ),
        Mistake(
            "moved-from-zero",
            lambda inputs, outputs, rng: rng.normal(1, np.sqrt(2 / inputs), (inputs, outputs)),
            "Your `w` has the right spread around a mean that is not 0.",
            "Weights of one sign make all outputs grow and shrink together.",
            "What is the mean of your weights, and what should it be?",
            also=(
                lambda inputs, outputs, rng: rng.normal(
                    0.5, np.sqrt(2 / inputs), (inputs, outputs)
                ),
            ),
        ),
        Mistake(
            "outputs-counted-without-the-two",
            lambda inputs, outputs, rng: rng.normal(0, np.sqrt(1 / outputs), (inputs, outputs)),
            "The spread of your `w` goes by the outputs, and the 2 is not where it belongs.",
            "How large one sum becomes depends on how many terms it has.",
            "How many weights come together in one output, and what does ReLU take away?",
            also=(
                lambda inputs, outputs, rng: rng.normal(
                    0, np.sqrt(1 / (inputs + outputs)), (inputs, outputs)
                ),
                lambda inputs, outputs, rng: rng.normal(0, 2 / outputs, (inputs, outputs)),
            ),
        ),
        Mistake(
            "all-weights-counted",
            lambda inputs, outputs, rng: rng.normal(
                0, np.sqrt(2 / (inputs * outputs)), (inputs, outputs)
            ),
            "The spread of your `w` goes by the number of all weights.",
            "An output adds up one column of w.",
            "How many weights come together in one output?",
        ),
        Mistake(
            "two-over-the-root",
            lambda inputs, outputs, rng: rng.normal(0, 2 / np.sqrt(inputs), (inputs, outputs)),
            "The spread of your `w` is 2 / sqrt(inputs): the 2 is outside the root.",
            "The root is taken of the whole fraction.",
            "What is sqrt(2 / 100), and what is 2 / sqrt(100)?",
        ),
        Mistake(
            "one-over-inputs",
            lambda inputs, outputs, rng: rng.normal(0, 1 / inputs, (inputs, outputs)),
            "The spread of your `w` is 1 / inputs, with no root and no 2.",
            "Independent terms add up their squares, so the root of their number counts.",
            "How large is a sum of 100 terms whose spread is 1 / 100?",
        ),
        Mistake(
            "root-of-inputs-multiplied",
            lambda inputs, outputs, rng: rng.normal(0, np.sqrt(2 * inputs), (inputs, outputs)),
            "The spread of your `w` grows with the number of inputs: you multiply where you "
            "should divide.",
            "The more terms a sum has, the smaller each must be.",
            "With ten thousand inputs, how large would one output become?",
            also=(
                lambda inputs, outputs, rng: rng.normal(0, np.sqrt(2) * inputs, (inputs, outputs)),
                lambda inputs, outputs, rng: rng.normal(0, np.sqrt(inputs), (inputs, outputs)),
            ),
        ),
        Mistake(
            "fixed-tenth",
            lambda inputs, outputs, rng: rng.normal(0, 0.1, (inputs, outputs)),
            "The spread of your `w` is the same for every number of inputs.",
            "A fixed number suits one width of layer alone.",
            "If each layer makes a signal ten times smaller, what is left after ten layers?",
            also=(
                lambda inputs, outputs, rng: rng.normal(0, 0.001, (inputs, outputs)),
                lambda inputs, outputs, rng: rng.normal(0, np.sqrt(2), (inputs, outputs)),
                lambda inputs, outputs, rng: rng.normal(0, 0.05, (inputs, outputs)),
            ),
        ),
        Mistake(
            "cut-at-two-spreads",
            lambda inputs, outputs, rng: np.clip(
                rng.normal(0, np.sqrt(2 / inputs), (inputs, outputs)),
                -2 * np.sqrt(2 / inputs),
                2 * np.sqrt(2 / inputs),
            ),
            "Your `w` is cut off at a bound, where many entries are equal.",
            "A normal distribution has no ends.",
            "Which lines come after your draw, and what do they do to large numbers?",
        ),
        Mistake(
            "signs-alone",
            lambda inputs, outputs, rng: (
                rng.choice([-1.0, 1.0], (inputs, outputs)) * np.sqrt(2 / inputs)
            ),
            "Your `w` holds two numbers only, one with a plus and one with a minus.",
            "Asked for are normal numbers, all different.",
            "How many different weights are there in your w?",
        ),
        Mistake(
            "inputs-alike",
            lambda inputs, outputs, rng: np.tile(
                rng.normal(0, np.sqrt(2 / inputs), (1, outputs)), (inputs, 1)
            ),
            "All rows of your `w` are the same: every input counts alike.",
            "A unit whose inputs all have the same weight sees nothing but their sum.",
            "How many random numbers do you draw, and how many weights are there?",
        ),
        Mistake(
            "ones",
            lambda inputs, outputs, rng: np.ones((inputs, outputs)),
            "All entries of your `w` are one and the same number.",
            "Units that begin alike get the same gradient, and stay alike for ever.",
            "What could make two hidden units with the same weights become different?",
            also=(lambda inputs, outputs, rng: np.full((inputs, outputs), 0.01),),
        ),
    ),
)

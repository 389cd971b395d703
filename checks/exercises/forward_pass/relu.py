"""The exercise relu: what is positive passes, the rest becomes zero, in an array of any shape."""

import numpy as np

from backprop_lib.layers import relu, relu_backward
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.caches import OutAndCache, cache_for
from checks.exercises.drawing import draw_batches
from checks.exercises.forward_pass.elementwise import of_other_shapes

__all__ = ["RELU"]


def relu_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches into a ReLU, one sample, and what has no rows and columns. Large numbers, tiny
    ones, and whole ones, each with zeros among them."""
    batches = tuple(relu_case(rng, sizes) for sizes in draw_batches(rng, "ND"))
    whole = rng.permutation([-1000, -7, -1, 0, 1, 7, 30, 1000]).reshape(2, 4)
    tiny = rng.permutation([-3e-9, -1e-9, 0.0, 0.0, 1e-9, 3e-9]).reshape(2, 3)
    return (
        *batches,
        Case({}, (whole,), values=("y",), label="whole numbers up to 1000", extreme=True),
        Case({}, (tiny,), values=("y",), label="numbers next to 0", extreme=True),
        *of_other_shapes(rng),
    )


def relu_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """One batch into a ReLU: half of the entries negative, sizes from 0.1 to 3."""
    shape = (sizes["N"], sizes["D"])
    signs = rng.permutation(np.resize([-1.0, 1.0], shape[0] * shape[1])).reshape(shape)
    return Case(sizes, (signs * rng.uniform(0.1, 3.0, shape),), values=("y",))


def relu_nothing_stopped(x: np.ndarray) -> OutAndCache:
    return x.copy(), x


def relu_maximum_of_columns(x: np.ndarray) -> OutAndCache:
    return np.max(x, 0), x


def relu_gate_only(x: np.ndarray) -> OutAndCache:
    return (x > 0).astype(float), x


def relu_absolute(x: np.ndarray) -> OutAndCache:
    return np.abs(x), x


def relu_minimum(x: np.ndarray) -> OutAndCache:
    return np.minimum(x, 0), x


def relu_leaky(x: np.ndarray) -> OutAndCache:
    return np.maximum(x, 0.01 * x), x


def relu_leaky_tenth(x: np.ndarray) -> OutAndCache:
    return np.maximum(x, 0.1 * x), x


def relu_capped(x: np.ndarray) -> OutAndCache:
    return np.clip(x, 0, 1), x


def relu_from_one(x: np.ndarray) -> OutAndCache:
    return np.maximum(x, 1), x


def relu_soft(x: np.ndarray) -> OutAndCache:
    return np.logaddexp(0, x), x


RELU = Exercise(
    name="relu",
    lesson="02_forward_pass",
    goal="Let what is positive through and turn the rest into zero, entry by entry.",
    points=1,
    minutes=3,
    difficulty=1,
    reference=relu,
    cache=cache_for(relu_backward, relu, "the input x"),
    returns="out and cache",
    cases=relu_cases,
    hints=(
        "Every entry is dealt with on its own; the output has the shape of the input.",
        "NumPy has one function for the largest entry of an array, and another for the larger "
        "of two arrays, entry by entry. Which is it here?",
        "`np.maximum(x, 0)` compares each entry with 0 and keeps the larger. Return it and, "
        "beside it, x, from which the way back can tell what was let through.",
    ),
    mistakes=(
        Mistake(
            "nothing-stopped",
            relu_nothing_stopped,
            "Your `y` is `x` as it came, negative entries and all.",
            "Without a bend, a stack of layers is no more than one layer.",
            "What should y be where x is -1?",
        ),
        Mistake(
            "maximum-of-each-column",
            relu_maximum_of_columns,
            "Your `y` has one entry a column: the largest of each column of `x`.",
            "np.max looks for the largest entry along an axis; its second argument is that axis.",
            "What does the 0 in np.max(x, 0) mean, and what did you want it to mean?",
        ),
        Mistake(
            "gate-only",
            relu_gate_only,
            "Your `y` holds only ones and zeros: it says where `x` was positive, not how much.",
            "A gate that is open lets the signal through as it is.",
            "What should y be where x is 2.5?",
        ),
        Mistake(
            "absolute",
            relu_absolute,
            "Your `y` is the size of each entry of `x`, also of the negative ones.",
            "ReLU does not turn negative numbers round; it stops them.",
            "What should y be where x is -3?",
        ),
        Mistake(
            "wrong-side-kept",
            relu_minimum,
            "Your `y` keeps exactly what ReLU stops, and stops the rest.",
            "Of x and 0, it is the larger that gets through.",
            "Which is larger, -3 or 0, and which of the two does your function give?",
        ),
        Mistake(
            "leaky",
            relu_leaky,
            "Your `y` is 0.01 x where `x` is negative; what is positive is right.",
            "That is a relative of ReLU which leaks a little; here nothing negative gets through.",
            "What should y be where x is -100?",
        ),
        Mistake(
            "leaky-by-a-tenth",
            relu_leaky_tenth,
            "Your `y` is 0.1 x where `x` is negative; what is positive is right.",
            "That is a relative of ReLU which leaks a little; here nothing negative gets through.",
            "What should y be where x is -100?",
        ),
        Mistake(
            "capped-at-one",
            relu_capped,
            "Your `y` is never above 1.",
            "ReLU has a floor and no ceiling: what is large stays large.",
            "What should y be where x is 2.5?",
        ),
        Mistake(
            "floor-of-one",
            relu_from_one,
            "Your `y` is never below 1.",
            "The floor is where nothing gets through.",
            "What should y be where x is -3, and what is it in your function?",
        ),
        Mistake(
            "softened",
            relu_soft,
            "Your `y` is a little above ReLU everywhere: it is log(1 + exp(x)).",
            "That is ReLU with its corner rounded off; here the corner is sharp.",
            "What should y be where x is exactly 0?",
        ),
        Mistake(
            "capped-higher-up",
            lambda x: (np.clip(x, 0, 6), x),
            "Your `y` stops growing at some number.",
            "ReLU has a floor and no ceiling: what is large stays large.",
            "What should y be where x is 1000?",
            also=(
                lambda x: (np.clip(x, 0, 10), x),
                lambda x: (np.clip(x, 0, 5), x),
                lambda x: (np.clip(x, 0, 100), x),
                lambda x: (np.clip(x, 0, 255), x),
            ),
        ),
        Mistake(
            "room-around-zero",
            lambda x: (np.where(x > 1e-6, x, 0), x),
            "Your `y` is 0 also where `x` is above 0 by very little.",
            "However small a number is, it is above zero or it is not.",
            "What should y be where x is 0.000000001?",
            also=(
                lambda x: (np.where(x > 1e-8, x, 0), x),
                lambda x: (np.where(x > 1e-3, x, 0), x),
                lambda x: (np.where(np.abs(x) < 1e-6, 0, np.maximum(x, 0)), x),
            ),
        ),
        Mistake(
            "starts-further-right",
            lambda x: (np.where(x > 1, x, 0), x),
            "Your `y` is 0 also for numbers between 0 and the place where you cut.",
            "The corner of ReLU lies at 0.",
            "What should y be where x is 0.3?",
            also=(
                lambda x: (np.where(x > 0.5, x, 0), x),
                lambda x: (np.maximum(x - 1, 0), x),
            ),
        ),
        Mistake(
            "starts-further-left",
            lambda x: (np.maximum(x, -1), x),
            "Your `y` lets some negative entries through.",
            "The corner of ReLU lies at 0.",
            "What should y be where x is -0.3?",
            also=(
                lambda x: (np.where(x > -1, x, 0), x),
                lambda x: (np.maximum(x, -0.5), x),
            ),
        ),
        Mistake(
            "turned-and-stopped",
            lambda x: (np.maximum(-x, 0), x),
            "Your `y` has a minus that does not belong: it keeps the other side, or turns what "
            "it keeps.",
            "What is positive passes as it is.",
            "What should y be where x is 3?",
            also=(
                lambda x: (-np.maximum(x, 0), x),
                lambda x: (-np.minimum(x, 0), x),
            ),
        ),
        Mistake(
            "squared",
            lambda x: (np.maximum(x, 0) ** 2, x),
            "Where `x` is positive, your `y` is a power of it.",
            "What is positive passes as it is.",
            "What should y be where x is 3?",
            also=(lambda x: (np.sqrt(np.maximum(x, 0)), x),),
        ),
        Mistake(
            "one-test-for-all",
            lambda x: (x.copy() if np.any(x > 0) else np.zeros_like(x), x),
            "Your `y` lets a whole array through or nothing of it: there is one test for all "
            "entries.",
            "Each entry is treated on its own.",
            "What does your condition say of an array with entries of both signs?",
            also=(
                lambda x: (x.copy() if np.all(x > 0) else np.zeros_like(x), x),
                lambda x: (x.copy() if np.sum(x) > 0 else np.zeros_like(x), x),
            ),
        ),
        Mistake(
            "from-the-mean-on",
            lambda x: (np.maximum(x - np.mean(x), 0), x),
            "Your `y` compares entries with the array's mean or smallest, not with 0.",
            "Each entry is treated on its own, whatever stands beside it.",
            "Would a single number come out right?",
            also=(
                lambda x: (np.where(x > np.mean(x), x, 0), x),
                lambda x: (x - np.min(x), x),
            ),
        ),
        Mistake(
            "another-activation",
            lambda x: (np.where(x > 0, x, np.exp(x) - 1), x),
            "Your `y` is another activation: it is not 0 everywhere where `x` is negative.",
            "There are many bends; this one lets nothing negative through.",
            "What should y be where x is -3?",
            also=(
                lambda x: (x / (1 + np.exp(-x)), x),
                lambda x: (np.tanh(x), x),
                lambda x: (1 / (1 + np.exp(-x)), x),
                lambda x: (np.where(x > 0, x, 0.2 * x), x),
                lambda x: (np.where(x > 0, x, 0.3 * x), x),
                lambda x: (np.where(x > 0, x, 0.05 * x), x),
                lambda x: (np.where(x > 0, x, 0.001 * x), x),
            ),
        ),
        Mistake(
            "whole-numbers-only",
            lambda x: (np.trunc(np.maximum(x, 0)), x),
            "Your `y` holds whole numbers only.",
            "What is positive passes as it is, with all its digits.",
            "Of which type is the array that you write into?",
            also=(lambda x: (np.rint(np.maximum(x, 0)), x),),
        ),
        Mistake(
            "largest-for-all",
            lambda x: (np.full_like(x, max(0.0, np.max(x))), x),
            "Your `y` is one number in every entry: the largest of `x`.",
            "A function that looks for one largest number among all does not compare pairs.",
            "How many numbers should come out of an array of 24 entries?",
        ),
    ),
)

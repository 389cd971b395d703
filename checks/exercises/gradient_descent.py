"""Exercises of lesson 06: gradient descent, mini-batches, momentum, Adam, and training.

Momentum and Adam are judged by where several steps from the start lead, not by what they keep
between the steps: there is more than one right way to keep it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import pairwise, permutations
from typing import Any

import numpy as np

from backprop_lib.data import iterate_minibatches
from backprop_lib.losses import softmax_cross_entropy, softmax_cross_entropy_backward
from backprop_lib.network import mlp_backward, mlp_forward
from backprop_lib.optimizers import adam_step, momentum_step, sgd_step
from backprop_lib.training import train_mlp
from checks.exercise import Case, Exercise, Finding, Mistake
from checks.exercises.drawing import draw_sizes
from checks.patterns import close

__all__ = ["EXERCISES"]

LESSON = "06_gradient_descent"

Arrays = dict[str, np.ndarray]
Batch = tuple[np.ndarray, np.ndarray]


def draw_arrays(rng: np.random.Generator, shapes: Mapping[str, tuple[int, ...]]) -> Arrays:
    """Random numbers of these shapes, each from 0.5 to 2 or from -2 to -0.5."""
    return {
        name: rng.choice([-1.0, 1.0], shape) * rng.uniform(0.5, 2.0, shape)
        for name, shape in shapes.items()
    }


# sgd_step


def sgd_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """One layer, two layers, and two arrays of one shape whose gradients come in another order;
    and arrays with other names, some with large numbers, some with small ones."""
    one = draw_sizes(rng, "DM", False)
    two = draw_sizes(rng, "DMK", False)
    same = draw_sizes(rng, "DM", False)
    d, m, k = two.values()
    alike = same["D"], same["M"]
    return (
        sgd_case(rng, one, {"w1": (one["D"], one["M"]), "b1": (one["M"],)}),
        sgd_case(rng, two, {"w1": (d, m), "b1": (m,), "w2": (m, k), "b2": (k,)}),
        far_and_near_case(rng),
        sgd_case(rng, same, {"w1": alike, "b1": alike[1:], "w2": alike}, turned=True),
    )


def far_and_near_case(rng: np.random.Generator) -> Case:
    """Arrays with one, two and three axes, large and small, and a learning rate above 1."""
    shapes: dict[str, tuple[int, ...]] = {
        "w1": (3, 4),
        "b1": (4,),
        "scale": (1,),
        "kernel": (3, 4, 5),
        "b2": (5,),
    }
    params, grads = draw_arrays(rng, shapes), draw_arrays(rng, shapes)
    for name, size in (("w1", 1000.0), ("b1", 1e-6), ("b2", 0.0)):
        params[name] *= size or 1.0
        grads[name] *= size
    args = (params, grads, float(rng.uniform(1.5, 2.5)))
    label = "arrays with one, two and three axes, with large and small numbers"
    return Case({}, args, values=tuple(shapes), label=label, extreme=True)


def sgd_case(
    rng: np.random.Generator,
    sizes: dict[str, int],
    shapes: Mapping[str, tuple[int, ...]],
    turned: bool = False,
) -> Case:
    """One step; turned: the gradients stand in their dictionary last layer first."""
    params, grads = draw_arrays(rng, shapes), draw_arrays(rng, shapes)
    params["w1"][0, 0] = grads["w1"][0, 1] = 0.0
    if turned:
        grads = dict(reversed(grads.items()))
    return Case(sizes, (params, grads, float(rng.uniform(0.1, 0.4))), values=tuple(shapes))


def sgd_uphill(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    sgd_step(params, grads, -learning_rate)


def sgd_whole_gradient(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    sgd_step(params, grads, 1.0)


def sgd_divided(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    sgd_step(params, grads, 1 / learning_rate)


def sgd_weights_only(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for name, p in params.items():
        if name.startswith("w"):
            p -= learning_rate * grads[name]


def sgd_first_only(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for name, p in params.items():
        p -= learning_rate * grads[name]
        return


def sgd_by_order(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for p, g in zip(params.values(), grads.values(), strict=True):
        p -= learning_rate * g


def sgd_replaced(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for name, p in params.items():
        p[...] = -learning_rate * grads[name]


def sgd_everything_scaled(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for name, p in params.items():
        p[...] = learning_rate * (p - grads[name])


def sgd_share_of_parameter(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for name, p in params.items():
        p -= learning_rate * grads[name] * p


def sgd_sign(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for name, p in params.items():
        p -= learning_rate * np.sign(grads[name])


def sgd_normalized(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for name, p in params.items():
        p -= learning_rate * grads[name] / np.linalg.norm(grads[name])


def sgd_clipped(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for name, p in params.items():
        p -= learning_rate * np.clip(grads[name], -1, 1)


def sgd_averaged_again(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    for name, p in params.items():
        p -= learning_rate * grads[name] / len(p)


def sgd_like(
    move: Callable[[np.ndarray, np.ndarray, float], Any],
    moves: Callable[[str, int], bool] = lambda name, place: True,
) -> Callable[..., None]:
    """A step with a part exchanged.

    move: from (p, g, learning_rate) to what is taken off p; moves: whether the parameter of this
    name, at this place in the dictionary, moves at all.
    """

    def step(params: Arrays, grads: Arrays, learning_rate: float) -> None:
        for place, (name, p) in enumerate(params.items()):
            if moves(name, place):
                p -= move(p, grads[name], learning_rate)

    return step


def plain(p: np.ndarray, g: np.ndarray, learning_rate: float) -> np.ndarray:
    """What gradient descent takes off a parameter."""
    return learning_rate * g


def cut_to_length(longest: float) -> Callable[..., Any]:
    """A step whose gradient is never longer than this."""
    return lambda p, g, lr: lr * g * min(1.0, longest / (np.linalg.norm(g) + 1e-300))


def sgd_by_all_lengths(params: Arrays, grads: Arrays, learning_rate: float) -> None:
    length = np.sqrt(sum((g**2).sum() for g in grads.values()))
    for name, p in params.items():
        p -= learning_rate * grads[name] / length


SGD_STEP = Exercise(
    name="sgd_step",
    lesson=LESSON,
    goal="Move every parameter a little downhill, in place.",
    points=1,
    minutes=5,
    difficulty=2,
    reference=sgd_step,
    returns="in place",
    cases=sgd_cases,
    hints=(
        "The gradient of a parameter says which way the loss grows. Which way do you want to go?",
        "Go through the names. Each parameter changes by the learning rate times the gradient of "
        "the same name. `p -= step` changes the array itself; `p = p - step` makes a new one.",
        "For each name: subtract learning_rate * grads[name] from params[name] with `-=`. "
        "Nothing need be returned.",
    ),
    mistakes=(
        Mistake(
            "uphill",
            sgd_uphill,
            "Your parameters move by the right amount in the opposite direction.",
            "The gradient points where the loss grows fastest.",
            "If the gradient of a weight is positive, what does a larger weight do to the loss?",
        ),
        Mistake(
            "learning-rate-forgotten",
            sgd_whole_gradient,
            "Your parameters move by the whole gradient: `learning_rate` is not in it.",
            "The gradient tells the direction and the slope here, not how far it is to go.",
            "What should happen to the step when the learning rate is halved?",
        ),
        Mistake(
            "divided-by-learning-rate",
            sgd_divided,
            "Your parameters move by the gradient divided by `learning_rate`.",
            "A small learning rate is a careful one.",
            "Does your step get smaller or larger when the learning rate gets smaller?",
        ),
        Mistake(
            "biases-stand-still",
            sgd_weights_only,
            "Your weights are right; your biases have not moved.",
            "A bias is a parameter like any other, and has a gradient of its own.",
            "Which names does your loop leave out?",
        ),
        Mistake(
            "first-parameter-only",
            sgd_first_only,
            "Your first parameter is right; all others have not moved.",
            "One step moves all parameters.",
            "How many times does the body of your loop run before the function ends?",
        ),
        Mistake(
            "paired-by-order",
            sgd_by_order,
            "Where the two dictionaries have different orders, your parameters move by each "
            "other's gradients.",
            "A parameter and its gradient belong together by name. A backward pass meets the last "
            "layer first, and so may its dictionary.",
            "What decides which gradient goes with which parameter in your loop?",
        ),
        Mistake(
            "parameter-replaced",
            sgd_replaced,
            "Your parameters have become the steps themselves: what they were before is lost.",
            "A step starts from where you stand.",
            "With a gradient of zero, where should a parameter be after the step?",
        ),
        Mistake(
            "learning-rate-on-everything",
            sgd_everything_scaled,
            "Your `learning_rate` also multiplies the old parameters, so they shrink.",
            "Only the step is made small, not the place it starts from.",
            "With a gradient of zero, where should a parameter be after the step?",
        ),
        Mistake(
            "times-the-parameter",
            sgd_share_of_parameter,
            "Your step is larger where the parameter is larger: the parameter is multiplied in.",
            "The gradient alone says how the loss depends on a parameter.",
            "How could a parameter that is exactly 0 ever move?",
        ),
        Mistake(
            "sign-only",
            sgd_sign,
            "Every entry of your parameters moves by exactly `learning_rate`, up or down.",
            "A steep slope calls for a longer step than a gentle one.",
            "Which part of your formula makes the size of the gradient disappear?",
        ),
        Mistake(
            "averaged-again",
            sgd_averaged_again,
            "Your steps are divided by the number of rows of each parameter.",
            "The mean over the samples was taken in the loss; the gradient has it inside.",
            "What does len() of a weight matrix count?",
        ),
        Mistake(
            "normalized",
            sgd_normalized,
            "Your steps have the same length, `learning_rate`, however long the gradient is.",
            "Near a minimum the gradient gets short, and the steps are to get short with it.",
            "If the gradient were ten times smaller, how far should the parameters move?",
            also=(
                sgd_by_all_lengths,
                *(
                    sgd_like(
                        partial(lambda least, p, g, lr: lr * g / (np.linalg.norm(g) + least), least)
                    )
                    for least in (1e-12, 1e-8, 1e-6)
                ),
                sgd_like(lambda p, g, lr: lr * g / np.abs(g).max()),
                sgd_like(lambda p, g, lr: lr * g / (np.abs(g).max() or 1.0)),
                sgd_like(lambda p, g, lr: lr * g / (np.linalg.norm(g) or 1.0)),
            ),
        ),
        Mistake(
            "clipped",
            sgd_clipped,
            "Your steps are those of a gradient that is cut off where it is large.",
            "Cutting gradients off can help a wild training, but here the plain step is asked for.",
            "What becomes of an entry of 1000 in your gradient?",
            also=(
                *(
                    sgd_like(partial(lambda most, p, g, lr: lr * np.clip(g, -most, most), most))
                    for most in (0.5, 5.0, 10.0, 100.0)
                ),
                *(sgd_like(cut_to_length(most)) for most in (1.0, 5.0, 10.0, 100.0)),
            ),
        ),
        Mistake(
            "small-gradients-left-out",
            sgd_like(lambda p, g, lr: lr * np.where(np.abs(g) > 1e-3, g, 0.0)),
            "Your parameters with very small gradients do not move.",
            "A small gradient makes a small step, and that is all.",
            "Which gradients does your function pass over?",
            also=tuple(
                sgd_like(
                    partial(lambda least, p, g, lr: lr * np.where(np.abs(g) > least, g, 0.0), least)
                )
                for least in (1e-2, 1e-4, 1e-5)
            ),
        ),
        Mistake(
            "some-names-only",
            sgd_like(plain, lambda name, place: name[0] in "wb"),
            "Your function moves the arrays whose names begin with w and b, and no others.",
            "Whatever is in the dictionary is a parameter, whatever it is called.",
            "Which names does your loop leave out?",
            also=(sgd_like(plain, lambda name, place: name[-1].isdigit()),),
        ),
        Mistake(
            "first-layer-only",
            sgd_like(plain, lambda name, place: name.endswith("1")),
            "Your `w1` and `b1` are right; all others have not moved.",
            "One step moves all parameters.",
            "Which names does your loop leave out?",
        ),
        Mistake(
            "weights-stand-still",
            sgd_like(plain, lambda name, place: not name.startswith("w")),
            "Your biases are right; your weights have not moved.",
            "Weights and biases are parameters alike.",
            "Which names does your loop leave out?",
        ),
        Mistake(
            "first-left-out",
            sgd_like(plain, lambda name, place: place > 0),
            "Your first parameter has not moved; all others are right.",
            "One step moves all parameters.",
            "With which name does your loop begin?",
        ),
        Mistake(
            "learning-rate-twice",
            sgd_like(lambda p, g, lr: lr**2 * g),
            "Your steps have the learning rate in them twice.",
            "The learning rate comes in once.",
            "In which lines of yours does learning_rate stand?",
        ),
        Mistake(
            "gradient-squared",
            sgd_like(lambda p, g, lr: lr * g**2),
            "Your steps are the learning rate times the square of the gradient: all go down.",
            "A square has no sign, and the sign says which way is downhill.",
            "Where the gradient is negative, which way should the parameter move?",
        ),
        Mistake(
            "weights-decay",
            sgd_like(lambda p, g, lr: lr * (g + 0.01 * p)),
            "Your parameters shrink a little at each step, also where the gradient is 0.",
            "Weight decay is a means against overfitting, and comes in the next lesson.",
            "With a gradient of zero, where should a parameter be after the step?",
            also=tuple(
                sgd_like(partial(lambda decay, p, g, lr: lr * (g + decay * p), decay))
                for decay in (1e-4, 1e-3, 0.05, 0.1, 0.5, 1.0)
            ),
        ),
        Mistake(
            "one-step-for-the-array",
            sgd_like(lambda p, g, lr: lr * g.mean()),
            "All entries of an array move by the same amount, its mean gradient.",
            "Each entry has a slope of its own.",
            "How many numbers are in grads[name], and how many does your step use?",
            also=(sgd_like(lambda p, g, lr: lr * g.sum()), sgd_like(lambda p, g, lr: lr * g.max())),
        ),
    ),
)


# iterate_minibatches


def minibatch_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """A smaller batch at the end, too few samples for one batch, one sample, batches of one, a
    single full batch, samples with two axes and with none, and full batches."""
    odd, even, few = (draw_sizes(rng, "DB", False) for _ in range(3))
    full = int(rng.integers(7, 9))
    while odd["B"] in (full, full + 1):  # as many batches as samples in a batch
        odd = draw_sizes(rng, "DB", False)
    one = draw_sizes(rng, "DB", False)
    some = int(rng.integers(10, 15))
    n = full * even["B"]
    return (
        minibatch_case(rng, {"N": full * odd["B"] + int(rng.integers(1, odd["B"] - 1)), **odd}),
        minibatch_case(rng, {"N": some, **few, "B": some + int(rng.integers(1, 9))}),
        minibatch_case(rng, {"N": 1, **one}),
        replace(minibatch_case(rng, {"N": some, "D": 3, "B": 1}), extreme=True),
        replace(minibatch_case(rng, {"N": some, "D": 3, "B": some}), sizes={}, extreme=True),
        replace(minibatch_case(rng, {"N": some, "H": 3, "W": 4, "B": 5}), extreme=True),
        replace(minibatch_case(rng, {"N": some, "B": 4}), extreme=True),
        minibatch_case(rng, {"N": n, **even}),
    )


def minibatch_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """Samples with labels that are all different, so that each can be found again."""
    n, batch_size = sizes["N"], sizes["B"]
    shape = [n, *(size for letter, size in sizes.items() if letter not in "NB")]
    x = rng.integers(1, 8000, shape) / 8  # such numbers are the same in float32
    if x.ndim == 1:
        x = rng.permutation(8 * n) / 8 + 1.0  # all different
        x = x[:n]
    y = rng.permutation(n)

    def accept(outputs: Mapping[str, np.ndarray]) -> Finding | None:
        return wrong_batches(x, y, batch_size, *outputs.values())

    args = (x, y, batch_size, np.random.default_rng(rng.integers(2**32)))
    label = ", ".join(f"{letter}={size}" for letter, size in sizes.items())
    return Case(sizes, args, values=("x", "y", "batch sizes"), accept=accept, label=label)


def wrong_batches(
    x: np.ndarray,
    y: np.ndarray,
    batch_size: int,
    x_out: np.ndarray,
    y_out: np.ndarray,
    batch_sizes: np.ndarray,
) -> Finding | None:
    """What is wrong with the batches of one epoch, joined together, or None.

    x, y: all samples, each label there once; x_out, y_out: those of all batches in turn;
    batch_sizes: how many samples each batch holds.
    """
    n = len(y)
    counts = [int(size) for size in batch_sizes]
    held = f"Your batches hold {', '.join(map(str, counts[:12]))}{', ...' * (len(counts) > 12)}"
    held += f" of N = {n} samples, for a batch_size of {batch_size}."
    if x_out.shape[1:] != x.shape[1:]:
        return describe(
            "samples-reshaped",
            f"A sample has the shape {x.shape[1:]} in x, and {x_out.shape[1:]} in yours.",
        )
    place_of_row = {row.tobytes(): i for i, row in enumerate(x)}
    place_of_label = {float(label): i for i, label in enumerate(y)}
    rows = [place_of_row.get(row.tobytes()) for row in x_out]
    labels = [place_of_label.get(float(label)) for label in y_out.ravel()]
    if None in rows or None in labels:
        strange = sum(place is None for place in rows) + sum(place is None for place in labels)
        return describe("no-such-sample", f"{strange} of them are like that.")
    order = np.array(rows)
    if rows != labels:
        apart = int(np.count_nonzero(order != np.array(labels)))
        evidence = f"{apart} of {len(rows)} samples have another's label."
        if labels == list(range(n)):
            return describe("only-x-shuffled", evidence)
        if rows == list(range(n)):
            return describe("only-y-shuffled", evidence)
        return describe("shuffled-separately", evidence)
    wanted = [min(batch_size, n - start) for start in range(0, n, batch_size)]
    distinct = len(set(rows))
    if 0 in counts:
        return describe("empty-batch", held)
    batches = np.split(order, np.cumsum(counts)[:-1])
    whole = [list(batch) for batch in batches if len(batch) == batch_size]
    if len(whole) > 2 and all(batch == whole[0] for batch in whole) and batch_size > 1:
        return describe("the-same-batch-again", held)
    if distinct < min(n, len(rows)):
        return describe("drawn-with-replacement", f"{n - distinct} of N = {n} never come.")
    if counts == wanted[:-1] and n % batch_size:
        return describe("last-batch-dropped", held)
    if counts == wanted[:1] and len(wanted) > 1:
        return describe("one-batch-only", held)
    if set(counts) == {batch_size} and len(counts) == len(wanted) and n % batch_size:
        return describe("last-batch-filled-up", held)
    if distinct < len(rows):
        return describe("samples-repeated", held)
    if distinct < n:
        return describe("samples-lost", held)
    many = len(wanted) > 5 and batch_size > 2  # else too few to tell chance from habit
    steps = np.diff(order) % n
    if many and rows != list(range(n)) and sorted(counts) == sorted(wanted):
        if (steps == steps[0]).all() and rows != list(range(n))[::-1]:
            return describe("goes-round-in-order")
        if all((np.diff(batch) == 1).all() for batch in batches):
            return describe("batches-shuffled-not-samples")
    if counts != wanted:
        if sorted(counts) == sorted(wanted):
            return describe("small-batch-not-last", held)
        if len(counts) == len(wanted) and max(counts) - min(counts) <= 1:
            return describe("equal-batches", held)
        return describe("other-batch-sizes", held)
    if not many:
        return None
    if rows == list(range(n)):
        return describe("not-shuffled")
    if rows == list(range(n))[::-1]:
        return describe("turned-round")
    if rows == list(np.argsort(y)) or rows == list(np.argsort(y)[::-1]):
        return describe("sorted-by-label")
    # in a random order about one sample stays in its place, and two beside a neighbour
    if np.mean(order == np.arange(n)) > 2 / 3:
        return describe("hardly-shuffled")
    if np.mean((steps == 1) | (steps == n - 1)) > 2 / 3:
        return describe("neighbours-stay-together")
    if all(int(batch.max() - batch.min()) == len(batch) - 1 for batch in batches):
        return describe("shuffled-within-batches")
    for seed in (0, 1, 42):
        if rows == list(np.random.default_rng(seed).permutation(n)):
            return describe("generator-of-its-own", f"It is that of default_rng({seed}).")
    return None


def describe(mistake: str, evidence: str = "") -> Finding:
    """The finding for a mistake with mini-batches, with evidence from the learner's own."""
    named = MINIBATCH_MISTAKES[mistake]
    parts = (named.symptom, evidence, named.idea)
    return Finding(named.id, " ".join(part for part in parts if part), named.question)


def cut(order: np.ndarray, size: int) -> list[np.ndarray]:
    """An order of samples cut into batches."""
    return [order[start : start + size] for start in range(0, len(order), size)]


def minibatch_torn(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    shuffled = rng.permuted(x)
    for batch in cut(rng.permutation(len(y)), batch_size):
        yield shuffled[batch], y[batch]


def minibatch_only_x(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    order = rng.permutation(len(y))
    for start in range(0, len(y), batch_size):
        yield x[order[start : start + batch_size]], y[start : start + batch_size]


def minibatch_only_y(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    order = rng.permutation(len(y))
    for start in range(0, len(y), batch_size):
        yield x[start : start + batch_size], y[order[start : start + batch_size]]


def minibatch_separately(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    x, y = rng.permutation(x), rng.permutation(y)
    for start in range(0, len(y), batch_size):
        yield x[start : start + batch_size], y[start : start + batch_size]


def minibatch_empty(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    order = rng.permutation(len(y))
    for i in range(len(y) // batch_size + 1):
        batch = order[i * batch_size : (i + 1) * batch_size]
        yield x[batch], y[batch]


def minibatch_replacement(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    for batch in cut(rng.integers(0, len(y), len(y)), batch_size):
        yield x[batch], y[batch]


def minibatch_dropped(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    order = rng.permutation(len(y))
    for i in range(len(y) // batch_size):
        batch = order[i * batch_size : (i + 1) * batch_size]
        yield x[batch], y[batch]


def minibatch_one_only(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> list[Batch]:
    batch = rng.permutation(len(y))[:batch_size]
    return [(x[batch], y[batch])]


def minibatch_filled_up(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    order = rng.permutation(len(y))
    for batch in cut(order, batch_size):
        whole = np.resize(np.append(batch, order), batch_size)
        yield x[whole], y[whole]


def minibatch_repeated(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    order = rng.permutation(len(y))
    for start in range(len(y)):
        batch = order[start : start + batch_size]
        yield x[batch], y[batch]


def minibatch_lost(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    order = rng.permutation(len(y))
    for start in range(0, len(y), batch_size):
        batch = order[start : max(start + batch_size - 1, 1)]
        yield x[batch], y[batch]


def minibatch_count(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    for batch in np.array_split(rng.permutation(len(y)), min(batch_size, len(y))):
        yield x[batch], y[batch]


def minibatch_not_shuffled(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    for batch in cut(np.arange(len(y)), batch_size):
        yield x[batch], y[batch]


def minibatch_whole_batches(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    full = cut(np.arange(len(y)), batch_size)
    last = len(full) - 1
    for i in [*rng.permutation(last), last]:
        yield x[full[i]], y[full[i]]


def minibatch_within(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    for ordered in cut(np.arange(len(y)), batch_size):
        batch = rng.permutation(ordered)
        yield x[batch], y[batch]


def minibatch_in_order(
    arrange: Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray],
    divide: Callable[[np.ndarray, int], Sequence[np.ndarray]] = cut,
) -> Callable[..., Iterator[Batch]]:
    """An epoch with the samples arranged and divided otherwise.

    arrange: from the places 0 to N - 1, the labels and the generator to the order; divide: from
    an order and batch_size to batches.
    """

    def batches(
        x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
    ) -> Iterator[Batch]:
        for batch in divide(arrange(np.arange(len(y)), y, rng), batch_size):
            yield x[batch], y[batch]

    return batches


def drawn(places: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A random order."""
    return rng.permutation(places)


def part_shuffled(
    share: float,
) -> Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]:
    """The first samples in random order, the others as they came."""

    def arrange(places: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        first = int(share * len(places))
        return np.append(rng.permutation(places[:first]), places[first:])

    return arrange


def two_exchanged(places: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    i, j = rng.choice(len(places), min(2, len(places)), replace=False)[[0, -1]]
    places[[i, j]] = places[[j, i]]
    return places


def blocks_shuffled(places: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    blocks = np.split(places, range(2, len(places), 4))
    return np.concatenate([blocks[i] for i in rng.permutation(len(blocks))])


def small_batch_first(order: np.ndarray, size: int) -> list[np.ndarray]:
    left = len(order) % size
    return [batch for batch in (order[:left], *cut(order[left:], size)) if len(batch)]


def minibatch_blocks(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    for start in rng.permutation(np.arange(0, len(y), batch_size)):
        yield x[start : start + batch_size], y[start : start + batch_size]


def minibatch_one_buffer(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    x_held, y_held = np.zeros((batch_size, *x.shape[1:])), np.zeros(batch_size, int)
    for batch in cut(rng.permutation(len(y)), batch_size):
        n = len(batch)
        x_held[:n], y_held[:n] = x[batch], y[batch]
        yield x_held[:n], y_held[:n]


def minibatch_start_not_used(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    order = rng.permutation(len(y))
    for _ in range(0, len(y), batch_size):
        batch = order[:batch_size]
        yield x[batch], y[batch]


def minibatch_new_order_each(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    for start in range(0, len(y), batch_size):
        batch = rng.permutation(len(y))[start : start + batch_size]
        yield x[batch], y[batch]


def minibatch_drawn_each(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    for start in range(0, len(y), batch_size):
        batch = rng.choice(len(y), min(batch_size, len(y) - start), replace=False)
        yield x[batch], y[batch]


def minibatch_flat(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    for x_batch, y_batch in iterate_minibatches(x, y, batch_size, rng):
        yield x_batch.reshape(len(x_batch), -1), y_batch


def minibatch_own_generator(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    return iterate_minibatches(x, y, batch_size, np.random.default_rng(0))


MINIBATCH_MISTAKES = {
    mistake.id: mistake
    for mistake in (
        Mistake(
            "no-such-sample",
            minibatch_torn,
            "Your batches hold rows or labels that are not in the data.",
            "A sample is a whole row: its numbers stay together, whatever the order of the rows.",
            "What exactly does your shuffling move: rows, columns or single numbers?",
        ),
        Mistake(
            "only-x-shuffled",
            minibatch_only_x,
            "Your `x` is in random order, but your `y` is in the order in which it came.",
            "A sample and its label are one thing.",
            "After shuffling, whose label is y[0]?",
        ),
        Mistake(
            "only-y-shuffled",
            minibatch_only_y,
            "Your `y` is in random order, but your `x` is in the order in which it came.",
            "A sample and its label are one thing.",
            "After shuffling, whose label is y[0]?",
        ),
        Mistake(
            "shuffled-separately",
            minibatch_separately,
            "Your `x` and `y` are in two different orders.",
            "A sample and its label are one thing. From mixed-up pairs there is nothing to learn.",
            "How often do you draw an order, and how many orders should there be?",
        ),
        Mistake(
            "empty-batch",
            minibatch_empty,
            "One of your batches is empty.",
            "Rounding down and adding one is one too many where the division has no rest. The "
            "mean over an empty batch is 0/0.",
            "How many batches of 5 are there in 20 samples, and how many in 21?",
        ),
        Mistake(
            "drawn-with-replacement",
            minibatch_replacement,
            "Some samples come more than once in your epoch and others never.",
            "In one epoch every sample has its turn exactly once, as cards dealt from a deck.",
            "Can the same number come up twice in what your batches are made from?",
            also=(minibatch_new_order_each, minibatch_drawn_each),
        ),
        Mistake(
            "the-same-batch-again",
            minibatch_one_buffer,
            "All your full batches hold the very same samples.",
            "Either the part of the order that is taken does not move on, or it is one array that "
            "is filled again and again, and with it changes all that you have handed out.",
            "If someone keeps your first batch, what is in it after the second has come?",
            also=(minibatch_start_not_used,),
        ),
        Mistake(
            "samples-reshaped",
            minibatch_flat,
            "Your batches hold samples of another shape than x.",
            "x may be (N, D), or pictures (N, H, W): whatever a sample is, it stays as it is.",
            "What shape has x[order] for pictures?",
        ),
        Mistake(
            "small-batch-not-last",
            minibatch_in_order(drawn, small_batch_first),
            "Your batches have the right sizes, but the one with fewer samples is not the last.",
            "What is left over at the end makes up the last batch.",
            "Where does your first batch begin, and how many samples does it take?",
        ),
        Mistake(
            "equal-batches",
            minibatch_in_order(
                drawn, lambda order, size: np.array_split(order, -(-len(order) // size))
            ),
            "Your samples are dealt out evenly: some of your batches that should be full are not.",
            "batch_size says how many samples a batch holds, save the last, which may hold fewer.",
            "With 11 samples and batch_size = 5, how many are in each batch?",
        ),
        Mistake(
            "turned-round",
            minibatch_in_order(lambda places, y, rng: places[::-1]),
            "Your batches come in the order of the data, from the last to the first.",
            "Turned round, a sorted order is a sorted order still.",
            "What is rng there for?",
        ),
        Mistake(
            "sorted-by-label",
            minibatch_in_order(lambda places, y, rng: np.argsort(y)),
            "Your samples come in the order of their labels.",
            "Then a batch holds one class only, and each step pulls towards it.",
            "What does argsort of y say about chance?",
            also=(minibatch_in_order(lambda places, y, rng: np.argsort(y)[::-1]),),
        ),
        Mistake(
            "goes-round-in-order",
            minibatch_in_order(
                lambda places, y, rng: np.roll(places, rng.integers(1, len(places)))
            ),
            "Your samples come in the order of the data, from a random one on and round to it.",
            "A random beginning is no random order: neighbours stay neighbours.",
            "Which sample follows sample 3 in your epochs: always the same one?",
            also=(minibatch_in_order(lambda places, y, rng: np.roll(places, -rng.integers(1, 5))),),
        ),
        Mistake(
            "hardly-shuffled",
            minibatch_in_order(two_exchanged),
            "Most of your samples are where they were in the data.",
            "A random order leaves hardly any sample in its place.",
            "How many samples does your shuffling move?",
            also=(minibatch_in_order(part_shuffled(0.25)),),
        ),
        Mistake(
            "neighbours-stay-together",
            minibatch_in_order(blocks_shuffled),
            "Most of your samples come right after a neighbour of theirs in the data.",
            "Pieces of the data in random order are sorted inside.",
            "What does your shuffling move: single samples or stretches of them?",
        ),
        Mistake(
            "last-batch-dropped",
            minibatch_dropped,
            "The samples left over at the end never come: only full batches do.",
            "Every sample has its turn, even where the last batch is not full.",
            "What becomes of 3 samples when a batch holds 5?",
        ),
        Mistake(
            "one-batch-only",
            minibatch_one_only,
            "A single batch comes out of your function, then it ends.",
            "An epoch goes through all samples, a batch at a time.",
            "Where does your function end, and how much of the data has it given out by then?",
        ),
        Mistake(
            "last-batch-filled-up",
            minibatch_filled_up,
            "Your last batch is filled up with samples that have already been in another.",
            "In one epoch every sample counts once; a smaller last batch is no harm.",
            "How many samples do your batches hold in all, and how many are there?",
        ),
        Mistake(
            "samples-repeated",
            minibatch_repeated,
            "Your batches overlap: samples come again and again.",
            "Each batch begins where the one before it ended.",
            "By how much does the start of your batch move from turn to turn?",
        ),
        Mistake(
            "samples-lost",
            minibatch_lost,
            "Between your batches, samples are lost.",
            "Each batch begins where the one before it ended.",
            "How many entries does a[0:5] have, and where does a[5:10] begin?",
        ),
        Mistake(
            "other-batch-sizes",
            minibatch_count,
            "All samples come once, but your batches have other sizes than asked for.",
            "batch_size says how many samples a batch holds, save the last, which may hold fewer.",
            "With batch_size = 5, how many samples are in your first batch?",
        ),
        Mistake(
            "not-shuffled",
            minibatch_not_shuffled,
            "Your batches come in the order of the data.",
            "Data are often sorted, by class or by time. In order, a batch would hold one class "
            "only, and each epoch would meet the same batches.",
            "What is rng there for?",
        ),
        Mistake(
            "batches-shuffled-not-samples",
            minibatch_whole_batches,
            "Your batches come in random order, but within each the samples are neighbours.",
            "Each epoch should mix the samples anew, so that no two always share a batch.",
            "Which comes first in your function, cutting or shuffling?",
            also=(minibatch_blocks,),
        ),
        Mistake(
            "shuffled-within-batches",
            minibatch_within,
            "Your samples are shuffled within each batch only; each batch holds the same samples "
            "every time.",
            "Within a batch the order does not matter at all: the loss is a mean over it.",
            "Which comes first in your function, cutting or shuffling?",
        ),
        Mistake(
            "generator-of-its-own",
            minibatch_own_generator,
            "Your order does not depend on the `rng` that came in.",
            "With a seed of its own, the function gives the same order in every epoch.",
            "Call it twice with the same rng, one after the other: are the two orders different?",
        ),
    )
}

ITERATE_MINIBATCHES = Exercise(
    name="iterate_minibatches",
    lesson=LESSON,
    goal="Go once through all samples in random order, a batch at a time.",
    points=2,
    minutes=9,
    difficulty=3,
    reference=iterate_minibatches,
    returns="batches",
    cases=minibatch_cases,
    hints=(
        "Deal a deck of cards: shuffle it once, then hand out so many at a time until none are "
        "left.",
        "One random order of the numbers 0 to N - 1 serves for x and y alike: index both with the "
        "same piece of it. A slice that reaches beyond the end simply stops there.",
        "order = rng.permutation(N); then for every start 0, B, 2B, ... below N take "
        "order[start : start + B] and yield x and y at these places.",
    ),
    mistakes=tuple(MINIBATCH_MISTAKES.values()),
)


# momentum_step


def draw_steps(rng: np.random.Generator, sizes: dict[str, int]) -> tuple[Arrays, list[Arrays]]:
    """Parameters of a layer, and gradients for each of T steps.

    Some entries of a gradient are 0 once, at the first step or later, and some of the gradients
    stand in their dictionary last name first."""
    shapes = {"w": (sizes["D"], sizes["M"]), "b": (sizes["M"],)}
    gradients = [draw_arrays(rng, shapes) for _ in range(sizes["T"])]
    gradients[0]["b"][0] = gradients[1]["b"][1] = gradients[2]["w"][1, 1] = 0.0
    gradients[1] = dict(reversed(gradients[1].items()))
    return draw_arrays(rng, shapes), gradients


def alike_steps(rng: np.random.Generator) -> tuple[Arrays, list[Arrays]]:
    """Parameters of one shape, with gradients for three steps that stand in another order; those
    of one are large, of one small; those of one bias begin at 0, of the other pause at 0."""
    shapes: dict[str, tuple[int, ...]] = {"w1": (3, 4), "w2": (3, 4), "b1": (4,), "b2": (4,)}
    gradients = [draw_arrays(rng, shapes) for _ in range(3)]
    for i, grads in enumerate(gradients):
        grads["w1"] *= 1000.0
        grads["w2"] *= 0.001
        grads["b2"] *= i
        grads["b1"] *= i != 1
    return draw_arrays(rng, shapes), [dict(reversed(grads.items())) for grads in gradients]


def draw_step_sizes(rng: np.random.Generator) -> list[dict[str, int]]:
    """Sizes for three cases: a layer, and the number of steps T."""
    return [draw_sizes(rng, "DMT", False) for _ in range(3)]


def momentum_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Several steps from the start; and a few with arrays of one shape, also without momentum."""
    cases = []
    for sizes in draw_step_sizes(rng):
        params, gradients = draw_steps(rng, sizes)
        settings = (float(rng.uniform(0.1, 0.3)), float(rng.uniform(0.6, 0.9)))
        numbers = dict(zip(("learning_rate", "momentum"), settings, strict=True))
        args = (params, gradients, *settings)
        cases.append(Case(sizes, args, values=tuple(params), numbers=numbers))
    for momentum in (float(rng.uniform(0.3, 0.5)), 0.0):
        params, gradients = alike_steps(rng)
        args = (params, gradients, float(rng.uniform(0.1, 0.3)), momentum)
        label = f"arrays of one shape, 3 steps, momentum {momentum:.2g}"
        case = Case({}, args, values=tuple(params), label=label, extreme=True)
        cases.insert(1, case)
    return tuple(cases)


def first_steps(case: Case, steps: int) -> Case | None:
    """The case that ends after so many steps."""
    params, gradients, *settings = case.args
    if steps > len(gradients):
        return None
    return replace(case, args=(params, gradients[:steps], *settings))


def several_momentum_steps(step: Callable[..., Any]) -> Callable[..., None]:
    """From a function for one step to one that starts with zeros and takes a step a gradient."""

    def take_steps(
        params: Arrays, gradients: Sequence[Arrays], learning_rate: float, momentum: float
    ) -> None:
        velocity = {name: np.zeros_like(p) for name, p in params.items()}
        for grads in gradients:
            step(params, grads, velocity, learning_rate, momentum)

    return take_steps


def momentum_uphill(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    momentum_step(params, grads, velocity, -learning_rate, momentum)


def momentum_not_kept(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    for name, p in params.items():
        v = momentum * velocity[name] + grads[name]
        p -= learning_rate * v


def momentum_never_slows(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    momentum_step(params, grads, velocity, learning_rate, 1.0)


def momentum_average(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    momentum_step(params, grads, velocity, learning_rate * (1 - momentum), momentum)


def momentum_rate_twice(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    momentum_step(params, grads, velocity, learning_rate**2, momentum)


def momentum_rate_forgotten(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    momentum_step(params, grads, velocity, 1.0, momentum)


def momentum_by_default(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    momentum_step(params, grads, velocity, learning_rate, 0.9)


def momentum_swapped(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    momentum_step(params, grads, velocity, momentum, learning_rate)


def momentum_mixed_signs(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    for name, p in params.items():
        v = velocity[name]
        v *= momentum
        v += learning_rate * grads[name]
        p += momentum * v - learning_rate * grads[name]


def momentum_late(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    for name, p in params.items():
        p -= learning_rate * velocity[name]
        velocity[name] *= momentum
        velocity[name] += grads[name]


def momentum_look_ahead(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    for name, p in params.items():
        velocity[name] *= momentum
        velocity[name] += grads[name]
        p -= learning_rate * (grads[name] + momentum * velocity[name])


def momentum_gradient_twice(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    for name, p in params.items():
        velocity[name] *= momentum
        velocity[name] += grads[name]
        p -= learning_rate * (velocity[name] + grads[name])


def momentum_on_parameters(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    for p in params.values():
        p *= momentum
    momentum_step(params, grads, velocity, learning_rate, momentum)


def momentum_on_gradient(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    for name, p in params.items():
        velocity[name] += momentum * grads[name]
        p -= learning_rate * velocity[name]


def momentum_never_fades(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float
) -> None:
    for name, p in params.items():
        velocity[name] += momentum * velocity[name] + grads[name]
        p -= learning_rate * velocity[name]


def momentum_like(
    faster: Callable[..., Any] = lambda v, g, mu, lr, p: mu * v + g,
    move: Callable[..., Any] = lambda v, g, mu, lr, before: lr * v,
) -> Callable[..., None]:
    """A step with a part exchanged.

    faster: from (v, g, momentum, learning_rate, p) to the new velocity; move: from (v, g,
    momentum, learning_rate, the velocity before) to what is taken off p.
    """

    def step(
        params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
    ) -> None:
        for name, p in params.items():
            v, g = velocity[name], grads[name]
            before = v.copy()
            v[...] = faster(v, g, momentum, learning_rate, p)
            p -= move(v, g, momentum, learning_rate, before)

    return step


def momentum_by_order(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    arrays = zip(params.values(), grads.values(), velocity.values(), strict=True)
    for p, g, v in arrays:
        v *= momentum
        if g.shape == v.shape:
            v += g
        p -= learning_rate * v


def momentum_for_weights(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    for name, p in params.items():
        v = velocity[name]
        v *= momentum * name.startswith("w")
        v += grads[name]
        p -= learning_rate * v


def momentum_one_velocity(
    params: Arrays, grads: Arrays, velocity: Arrays, learning_rate: float, momentum: float = 0.9
) -> None:
    first: dict[tuple[int, ...], np.ndarray] = {}
    for name, p in params.items():
        v = first.setdefault(p.shape, velocity[name])
        v *= momentum
        v += grads[name]
        p -= learning_rate * v


MOMENTUM_STEP = Exercise(
    name="momentum_step",
    lesson=LESSON,
    goal="Take one step that keeps part of its speed from the steps before, in place.",
    points=2,
    minutes=7,
    difficulty=3,
    reference=momentum_step,
    cut=first_steps,
    returns="in place",
    cases=momentum_cases,
    drive=several_momentum_steps,
    hints=(
        "Think of a ball: friction takes part of its velocity, the slope adds to it, and the ball "
        "moves by its velocity.",
        "Two updates for each name, both in place: first the velocity, from the old velocity and "
        "the gradient; then the parameter, from the new velocity.",
        "v becomes momentum * v + gradient; p becomes p - learning_rate * v. Use `*=`, `+=` and "
        "`-=`, so that the velocity is still there at the next step.",
    ),
    mistakes=(
        Mistake(
            "velocity-never-fades",
            momentum_never_fades,
            "Your velocity keeps all of what it was, and momentum times that as well: your steps "
            "grow and grow.",
            "What fades with time is the past.",
            "After a step without a gradient, should the velocity be larger or smaller?",
        ),
        Mistake(
            "uphill",
            momentum_uphill,
            "Your parameters move by the right amount in the opposite direction.",
            "The gradient points where the loss grows fastest. One minus sign is needed, and only "
            "one: two of them cancel.",
            "Follow the sign of the gradient through both updates: what arrives at p?",
        ),
        Mistake(
            "velocity-not-kept",
            momentum_not_kept,
            "From the second step on, your steps are still those of plain gradient descent: the "
            "velocity of the steps before has no part in them.",
            "What is to be remembered must be written into the array that came in, and it is the "
            "velocity that moves a parameter.",
            "Does `v = momentum * v + g` change velocity[name], and what is taken off p?",
        ),
        Mistake(
            "velocity-never-slows",
            momentum_never_slows,
            "Your velocity adds up all gradients in full: `momentum` does not slow it down.",
            "Without friction the ball rolls through the valley and up the other side.",
            "How much of the very first gradient should be left after ten steps?",
        ),
        Mistake(
            "gradient-scaled-down",
            momentum_average,
            "Your steps are 1 - momentum times as long as asked for: your velocity is an average "
            "of gradients.",
            "Both rules are in use. Here the gradient is added in full, so that the first step is "
            "that of plain gradient descent.",
            "With a velocity of zero, how long should the first step be?",
        ),
        Mistake(
            "learning-rate-twice",
            momentum_rate_twice,
            "Your steps are too short by the factor `learning_rate`: it is there twice.",
            "The learning rate comes in once, in the velocity or in the step.",
            "In which lines of yours does learning_rate stand?",
        ),
        Mistake(
            "learning-rate-forgotten",
            momentum_rate_forgotten,
            "Your parameters move by the whole velocity: `learning_rate` is not in it.",
            "The velocity collects gradients; how far to go is another matter.",
            "What should happen to the step when the learning rate is halved?",
        ),
        Mistake(
            "settings-swapped",
            momentum_swapped,
            "Your `momentum` and `learning_rate` stand in each other's place.",
            "One says how much of the old velocity is kept, the other how far to go.",
            "By which of the two is the old velocity multiplied?",
        ),
        Mistake(
            "signs-mixed",
            momentum_mixed_signs,
            "The gradient of this step pulls your parameters downhill, and those of earlier steps "
            "push them uphill.",
            "Two ways to write momentum, each with its own signs, do not mix.",
            "With gradients that never change, should the steps get longer or shorter?",
        ),
        Mistake(
            "velocity-one-step-late",
            momentum_late,
            "Your first step does not move at all; each step uses the velocity of the one before.",
            "The newest gradient is the one that knows the slope right here.",
            "Which comes first in your function: a new velocity or the step?",
        ),
        Mistake(
            "look-ahead",
            momentum_look_ahead,
            "Your steps are those of Nesterov's momentum, which looks one step ahead.",
            "It is a fine method, though another one than asked for.",
            "How often does the gradient of this step come into your step?",
        ),
        Mistake(
            "gradient-counted-twice",
            momentum_gradient_twice,
            "The gradient of this step is in your step twice: in the velocity and beside it.",
            "The velocity already has the newest gradient in it.",
            "With a velocity of zero before, how long should the first step be?",
        ),
        Mistake(
            "parameters-slowed",
            momentum_on_parameters,
            "Your `momentum` also multiplies the parameters, so they shrink at every step.",
            "Friction slows the ball down; it does not move it.",
            "With gradients and velocity of zero, where should a parameter be after the step?",
        ),
        Mistake(
            "momentum-on-the-gradient",
            momentum_on_gradient,
            "Your `momentum` multiplies the new gradient, and the old velocity is kept in full.",
            "What fades with time is the past.",
            "Which of the two, old velocity or new gradient, should be partly forgotten?",
        ),
        Mistake(
            "momentum-always-the-same",
            momentum_by_default,
            "Your velocity keeps 0.9 of itself whatever `momentum` is.",
            "The number in the first line of a function is only for those who name none.",
            "Which of your lines uses the argument momentum?",
            also=tuple(
                momentum_like(partial(lambda always, v, g, mu, lr, p: always * v + g, always))
                for always in (0.5, 0.99)
            ),
        ),
        Mistake(
            "no-momentum-of-zero",
            momentum_like(lambda v, g, mu, lr, p: (mu or 0.9) * v + g),
            "With a momentum of 0 your velocity keeps some of its past all the same.",
            "0 is a number like any other, and `or` takes it for none.",
            "What is `0.0 or 0.9`?",
        ),
        Mistake(
            "set-back-on-a-turn",
            momentum_like(lambda v, g, mu, lr, p: np.where(v * g < 0, 0.0, mu * v) + g),
            "Where a gradient turns against it, your velocity begins anew.",
            "A ball does not stop at once when the slope turns: it rolls on, and slows down.",
            "What should become of the old velocity when the new gradient has the other sign?",
            also=(
                momentum_like(lambda v, g, mu, lr, p: np.where(v * g < 0, 0.0, mu * v + g)),
                momentum_like(lambda v, g, mu, lr, p: np.where((v * g).sum() < 0, 0, mu * v) + g),
            ),
        ),
        Mistake(
            "stands-where-there-is-no-slope",
            momentum_like(
                lambda v, g, mu, lr, p: mu * v + g, lambda v, g, mu, lr, before: lr * v * (g != 0)
            ),
            "Where a gradient is 0, your parameters stand still.",
            "A ball on even ground rolls on.",
            "With a velocity of 1 and a gradient of 0, does the parameter move?",
            also=(momentum_like(lambda v, g, mu, lr, p: (mu * v + g) * (g != 0)),),
        ),
        Mistake(
            "shares-exchanged",
            momentum_like(lambda v, g, mu, lr, p: (1 - mu) * v + mu * g),
            "Your velocity keeps 1 - momentum of itself, and takes momentum of the gradient.",
            "A momentum of 0.9 means a long memory.",
            "How much of the velocity should be left after a step with momentum 0.9?",
            also=(
                momentum_like(lambda v, g, mu, lr, p: (1 - mu) * v + g),
                momentum_like(lambda v, g, mu, lr, p: v + mu * (g - v)),
            ),
        ),
        Mistake(
            "momentum-squared",
            momentum_like(lambda v, g, mu, lr, p: mu * mu * v + g),
            "Your velocity keeps momentum times momentum of itself.",
            "Friction takes its part once in a step.",
            "In which lines of yours does momentum stand?",
        ),
        Mistake(
            "momentum-on-both",
            momentum_like(lambda v, g, mu, lr, p: mu * (v + g)),
            "Your `momentum` multiplies the new gradient too.",
            "What fades with time is the past. The newest gradient counts in full.",
            "With a velocity of zero, how long should the first step be?",
            also=(momentum_like(move=lambda v, g, mu, lr, before: lr * mu * v),),
        ),
        Mistake(
            "velocity-without-the-rate",
            momentum_like(move=lambda v, g, mu, lr, before: mu * before + lr * g),
            "Your step takes the old velocity in full size: `learning_rate` multiplies the new "
            "gradient alone.",
            "The velocity is made of gradients, and it is the step that is made small.",
            "By what is the old velocity multiplied before it moves a parameter?",
            also=(momentum_like(move=lambda v, g, mu, lr, before: v + lr * g),),
        ),
        Mistake(
            "last-gradient-only",
            momentum_like(
                lambda v, g, mu, lr, p: g, lambda v, g, mu, lr, before: lr * (g + mu * before)
            ),
            "Your velocity remembers one gradient: that of the step before, and nothing older.",
            "A velocity collects all the gradients so far, each smaller than the next.",
            "What is in the velocity after three steps?",
        ),
        Mistake(
            "direction-only",
            momentum_like(move=lambda v, g, mu, lr, before: lr * np.sign(v)),
            "Every entry of your parameters moves by `learning_rate`, up or down.",
            "The velocity says how fast, too.",
            "Which part of your formula makes the size of the velocity disappear?",
        ),
        Mistake(
            "parameter-in-the-velocity",
            momentum_like(lambda v, g, mu, lr, p: mu * p + g),
            "Your velocity is made of the parameters: momentum multiplies them.",
            "It is the old velocity that is kept in part.",
            "Which array does momentum multiply?",
        ),
        Mistake(
            "paired-by-order",
            momentum_by_order,
            "Your parameters move by each other's gradients where the dictionaries have different "
            "orders.",
            "A parameter, its gradient and its velocity belong together by name.",
            "What decides which gradient goes with which parameter in your loop?",
        ),
        Mistake(
            "weights-only",
            momentum_for_weights,
            "Your weights are right; your biases move by plain gradient descent.",
            "A bias is a parameter like any other, and has a velocity of its own.",
            "Which names does your line for the velocity leave out?",
        ),
        Mistake(
            "one-velocity-for-all",
            momentum_one_velocity,
            "Your arrays of the same shape share one velocity.",
            "Each parameter rolls down a slope of its own.",
            "How many velocities do you keep, and how many parameters are there?",
        ),
    ),
)


# adam_step


def adam_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Several steps from the start; one gradient is always zero. And a few with arrays of one
    shape, with large and with small gradients."""
    cases = []
    for sizes in draw_step_sizes(rng):
        params, gradients = draw_steps(rng, sizes)
        for grads in gradients:
            grads["w"][0, 0] = 0.0  # so that the division needs its epsilon
        cases.append(adam_case(rng, sizes, params, gradients, 1e-11))
    params, gradients = alike_steps(rng)
    alike = adam_case(rng, {}, params, gradients, 1e-16)
    cases.insert(1, replace(alike, label="arrays of one shape, 3 steps", extreme=True))
    return tuple(cases)


def adam_case(
    rng: np.random.Generator,
    sizes: dict[str, int],
    params: Arrays,
    gradients: list[Arrays],
    epsilon: float,
) -> Case:
    """Some steps; epsilon so small that it does not matter where exactly it is added."""
    learning_rate, beta1, beta2 = rng.uniform((0.1, 0.7, 0.95), (0.2, 0.85, 0.99))
    settings = (float(learning_rate), float(beta1), float(beta2), epsilon)
    numbers = dict(zip(("learning_rate", "beta1", "beta2"), settings, strict=False))
    return Case(sizes, (params, gradients, *settings), values=tuple(params), numbers=numbers)


def several_adam_steps(step: Callable[..., Any]) -> Callable[..., None]:
    """From a function for one step to one that starts with zeros and takes a step a gradient."""

    def take_steps(params: Arrays, gradients: Sequence[Arrays], *settings: float) -> None:
        mean = {name: np.zeros_like(p) for name, p in params.items()}
        mean_square = {name: np.zeros_like(p) for name, p in params.items()}
        for i, grads in enumerate(gradients, 1):
            step(params, grads, mean, mean_square, i, *settings)

    return take_steps


AdamParts = tuple[np.ndarray, np.ndarray]


def adam_like(
    average: Callable[..., AdamParts], correct: Callable[..., AdamParts], divide: Callable[..., Any]
) -> Callable[..., None]:
    """A step of something like Adam, from its three parts.

    average: from (m, v, g, beta1, beta2) to the new m and v; correct: from (m, v, beta1, beta2,
    step) to m_hat and v_hat; divide: from (m_hat, v_hat, g, epsilon) to what p moves by.
    """

    def step_like_adam(
        params: Arrays,
        grads: Arrays,
        mean: Arrays,
        mean_square: Arrays,
        step: int,
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        for name, p in params.items():
            g, m, v = grads[name], mean[name], mean_square[name]
            m[...], v[...] = average(m, v, g, beta1, beta2)
            m_hat, v_hat = correct(m, v, beta1, beta2, step)
            p -= learning_rate * divide(m_hat, v_hat, g, epsilon)

    return step_like_adam


def adam_pausing(
    params: Arrays, grads: Arrays, mean: Arrays, mean_square: Arrays, *settings: float
) -> None:
    moving = {name: p for name, p in params.items() if grads[name].any()}
    adam_step(moving, grads, mean, mean_square, *settings)  # type: ignore[arg-type]


def average(m: np.ndarray, v: np.ndarray, g: np.ndarray, beta1: float, beta2: float) -> AdamParts:
    """The averages of Adam."""
    return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2


def correct(m: np.ndarray, v: np.ndarray, beta1: float, beta2: float, step: int) -> AdamParts:
    """The correction of Adam for averages that started at zero."""
    return m / (1 - beta1**step), v / (1 - beta2**step)


def divide(m_hat: np.ndarray, v_hat: np.ndarray, g: np.ndarray, epsilon: float) -> np.ndarray:
    """What Adam moves by, but for the learning rate."""
    return m_hat / (np.sqrt(v_hat) + epsilon)


def adam_averages_forgotten(
    params: Arrays,
    grads: Arrays,
    mean: Arrays,
    mean_square: Arrays,
    step: int,
    *settings: float,
) -> None:
    # computed anew in local variables: the arrays that came in stay at zero
    zeros = {name: np.zeros_like(p) for name, p in params.items()}
    zeros_too = {name: np.zeros_like(p) for name, p in params.items()}
    adam_step(params, grads, zeros, zeros_too, step, *settings)


def adam_correction_kept(
    params: Arrays,
    grads: Arrays,
    mean: Arrays,
    mean_square: Arrays,
    step: int,
    learning_rate: float = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> None:
    for name, p in params.items():
        m, v = average(mean[name], mean_square[name], grads[name], beta1, beta2)
        mean[name][...], mean_square[name][...] = correct(m, v, beta1, beta2, step)
        p -= learning_rate * divide(mean[name], mean_square[name], grads[name], epsilon)


def adam_kept_and_swapped(
    params: Arrays,
    grads: Arrays,
    mean: Arrays,
    mean_square: Arrays,
    step: int,
    learning_rate: float = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> None:
    arrays = params, grads, mean, mean_square
    adam_correction_kept(*arrays, step, learning_rate, beta2, beta1, epsilon)


def adam_averages_one_step_late(
    params: Arrays,
    grads: Arrays,
    mean: Arrays,
    mean_square: Arrays,
    step: int,
    learning_rate: float = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> None:
    for name, p in params.items():
        m, v = mean[name], mean_square[name]
        m_hat, v_hat = correct(m, v, beta1, beta2, step)
        p -= learning_rate * divide(m_hat, v_hat, grads[name], epsilon)
        m[...], v[...] = average(m, v, grads[name], beta1, beta2)


def adam_square_of_nothing(
    params: Arrays,
    grads: Arrays,
    mean: Arrays,
    mean_square: Arrays,
    step: int,
    learning_rate: float = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> None:
    for name, p in params.items():
        g, m, v = grads[name], mean[name], mean_square[name]
        m[...], v[...] = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g
        m_hat, v_hat = correct(m, v, beta1, beta2, step)
        p -= learning_rate * divide(m_hat, np.abs(v_hat), g, epsilon)


def adam_beta_times_step(
    m: np.ndarray, v: np.ndarray, beta1: float, beta2: float, step: int
) -> AdamParts:
    return m / (1 - beta1 * step), np.abs(v / (1 - beta2 * step))


def adam_by_place(
    found: Callable[[list[Arrays], str, int], tuple[np.ndarray, np.ndarray, np.ndarray]],
    counted: Callable[[int, int], int] = lambda step, place: step,
) -> Callable[..., None]:
    """A step in which the arrays of a parameter are found, or the steps counted, otherwise.

    found: from [grads, mean, mean_square], a name and its place to g, m and v; counted: from the
    step and the place of the name to the step that the correction uses.
    """

    def step_like_adam(
        params: Arrays,
        grads: Arrays,
        mean: Arrays,
        mean_square: Arrays,
        step: int,
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        for place, (name, p) in enumerate(params.items()):
            g, m, v = found([grads, mean, mean_square], name, place)
            m[...], v[...] = average(m, v, g, beta1, beta2)
            m_hat, v_hat = correct(m, v, beta1, beta2, counted(step, place))
            p -= learning_rate * divide(m_hat, v_hat, g, epsilon)

    return step_like_adam


def by_name(
    arrays: list[Arrays], name: str, place: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradient and the averages of this name."""
    grads, mean, mean_square = arrays
    return grads[name], mean[name], mean_square[name]


def gradient_by_order(
    arrays: list[Arrays], name: str, place: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradient at this place in its dictionary, if it has the right shape."""
    g, m, v = by_name(arrays, name, place)
    other = list(arrays[0].values())[place]
    return (other if other.shape == g.shape else 0 * g), m, v


def averages_of_the_shape(
    arrays: list[Arrays], name: str, place: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradient of this name and the first averages of its shape."""
    g = by_name(arrays, name, place)[0]
    first = next(n for n, m in arrays[1].items() if m.shape == g.shape)
    return g, arrays[1][first], arrays[2][first]


ADAM_STEP = Exercise(
    name="adam_step",
    lesson=LESSON,
    goal="Take one step of Adam, each parameter at its own pace, in place.",
    points=3,
    minutes=11,
    difficulty=4,
    reference=adam_step,
    cut=first_steps,
    returns="in place",
    cases=adam_cases,
    drive=several_adam_steps,
    hints=(
        "Four lines for each name: two running averages, their correction, and the step.",
        "A running average keeps a share beta of the old and takes 1 - beta of the new: of the "
        "gradient for m, of its square for v. Both started at zero and are too small at first.",
        "After t steps divide m by 1 - beta1**t and v by 1 - beta2**t, into new variables. Then "
        "p moves by -learning_rate * m_hat / (sqrt(v_hat) + epsilon). Write m and v back in place.",
    ),
    mistakes=(
        Mistake(
            "square-not-squared",
            adam_square_of_nothing,
            "Your second average is made of the gradients, without a square.",
            "The second average is to measure how large the gradients are, whatever their sign.",
            "For gradients of 3 and -3, what is the mean, and what is the mean of the squares?",
            also=(
                adam_like(
                    lambda m, v, g, beta1, beta2: (
                        beta1 * m + (1 - beta1) * g,
                        beta2 * v + (1 - beta2) * np.abs(g),
                    ),
                    correct,
                    divide,
                ),
            ),
        ),
        Mistake(
            "pauses-with-the-gradient",
            adam_pausing,
            "Your parameters rest in a step whose gradient is 0 everywhere: so do their averages.",
            "The averages fade even then, and what they still hold moves the parameter on.",
            "What are m and v after a gradient of 0?",
        ),
        Mistake(
            "beta-times-step",
            adam_like(average, adam_beta_times_step, divide),
            "Your correction divides by 1 - beta times step, not by 1 - beta to the power step.",
            "What is left of the zeros at the start is multiplied by beta at every step.",
            "After three steps, how often has the start been multiplied by beta?",
        ),
        Mistake(
            "no-correction",
            adam_like(average, lambda m, v, b1, b2, t: (m, v), divide),
            "Your averages are used as they are, without undoing their pull towards zero.",
            "Both averages start at zero, and for the first steps that shows. They are too small "
            "by different factors.",
            "After the first step m is (1 - beta1) g. What would you like it to be?",
        ),
        Mistake(
            "correction-without-the-power",
            adam_like(average, lambda m, v, b1, b2, t: (m / (1 - b1), v / (1 - b2)), divide),
            "Your first step is right and later ones are not: the correction stays that of step 1.",
            "The pull towards zero fades with every step, and so does its correction.",
            "What should the correction be after a thousand steps?",
        ),
        Mistake(
            "product-for-power",
            adam_like(
                average, lambda m, v, b1, b2, t: (m / (1 - b1 * t), v / (1 - b2 * t)), divide
            ),
            "Your first step is right; from the second on `1 - beta * step` is below zero.",
            "What is left of the zeros at the start shrinks by the factor beta at every step.",
            "After three steps, how often has the start been multiplied by beta?",
        ),
        Mistake(
            "only-the-mean-corrected",
            adam_like(average, lambda m, v, b1, b2, t: (m / (1 - b1**t), v), divide),
            "Your mean is corrected for its start at zero; your mean square is not.",
            "Both averages start at zero.",
            "How large is mean_square after the first step, beside g squared?",
        ),
        Mistake(
            "only-the-mean-square-corrected",
            adam_like(average, lambda m, v, b1, b2, t: (m, v / (1 - b2**t)), divide),
            "Your mean square is corrected for its start at zero; your mean is not.",
            "Both averages start at zero.",
            "How large is mean after the first step, beside g?",
        ),
        Mistake(
            "correction-written-back",
            adam_correction_kept,
            "Your first step is right; then the corrected averages are corrected again.",
            "The running averages go on as they are. The correction is for this step's use only.",
            "What is in mean and mean_square when your function ends?",
        ),
        Mistake(
            "averages-not-kept",
            adam_averages_forgotten,
            "From the second step on, your averages start from zero again.",
            "What is to be remembered must be written into the arrays that came in.",
            "Does `m = beta1 * m + ...` change mean[name]?",
        ),
        Mistake(
            "step-counted-from-0",
            adam_like(average, lambda m, v, b1, b2, t: correct(m, v, b1, b2, t - 1), divide),
            "Your first step is `nan`: its correction divides by 1 - beta**0.",
            "The first step has the number 1, and `step` already is that number.",
            "What is beta**0?",
        ),
        Mistake(
            "one-step-ahead",
            adam_like(average, lambda m, v, b1, b2, t: correct(m, v, b1, b2, t + 1), divide),
            "Your correction is that of the next step: it uses `step + 1`.",
            "The first step has the number 1, and `step` already is that number.",
            "What should m_hat be after the first step, and what is yours?",
        ),
        Mistake(
            "root-forgotten",
            adam_like(average, correct, lambda m, v, g, e: m / (v + e)),
            "Your steps divide by the mean square itself, not by its root.",
            "Ten times larger gradients should give steps of the same length.",
            "If every gradient is doubled, by what is m doubled, and by what v?",
        ),
        Mistake(
            "square-forgotten",
            adam_like(
                lambda m, v, g, b1, b2: (b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g),
                correct,
                divide,
            ),
            "Your mean square averages the gradient itself, so its root is `nan` where that is "
            "negative.",
            "The second average tells how large gradients are, whichever way they point.",
            "Can a mean of squares be negative?",
        ),
        Mistake(
            "square-of-the-mean",
            adam_like(
                lambda m, v, g, b1, b2: (
                    b1 * m + (1 - b1) * g,
                    b2 * v + (1 - b2) * (b1 * m + (1 - b1) * g) ** 2,
                ),
                correct,
                divide,
            ),
            "Your mean square averages the square of `mean`, not that of the gradient.",
            "Gradients of opposite signs cancel in the mean; their squares do not.",
            "Which array do you square?",
        ),
        Mistake(
            "betas-swapped",
            adam_like(
                lambda m, v, g, b1, b2: average(m, v, g, b2, b1),
                lambda m, v, b1, b2, t: correct(m, v, b2, b1, t),
                divide,
            ),
            "Your `beta1` and `beta2` stand in each other's place.",
            "The direction is averaged over few steps, the size over many.",
            "Which of the two averages keeps more of its past?",
        ),
        Mistake(
            "new-share-forgotten",
            adam_like(lambda m, v, g, b1, b2: (b1 * m + g, b2 * v + g**2), correct, divide),
            "Your averages are sums: the new gradient is added in full.",
            "In an average the shares of old and new make one whole.",
            "If every gradient is 1, what should the running average tend to?",
        ),
        Mistake(
            "epsilon-forgotten",
            adam_like(average, correct, lambda m, v, g, e: m / np.sqrt(v)),
            "Your step is `nan` where a gradient has always been zero.",
            "A parameter that has never felt the loss should stay where it is.",
            "What is 0 / 0, and which argument of the function is there to prevent it?",
        ),
        Mistake(
            "gradient-for-the-mean",
            adam_like(average, correct, lambda m, v, g, e: g / (np.sqrt(v) + e)),
            "Your steps follow this step's gradient: your mean is computed but not used.",
            "Adam has a momentum: it follows the mean of the gradients.",
            "Which of your variables stands above the fraction bar?",
        ),
        Mistake(
            "uphill",
            adam_like(average, correct, lambda m, v, g, e: -divide(m, v, g, e)),
            "Your parameters move by the right amount in the opposite direction.",
            "The gradient points where the loss grows fastest.",
            "If the gradient of a weight is positive, what does a larger weight do to the loss?",
        ),
        Mistake(
            "averages-one-step-late",
            adam_averages_one_step_late,
            "Your first step moves nothing; each later one uses the averages of the one before.",
            "The newest gradient is the one that knows where you stand.",
            "In which order do you update the averages and take the step?",
        ),
        Mistake(
            "corrected-at-first-only",
            adam_like(
                average,
                lambda m, v, b1, b2, t: correct(m, v, b1, b2, t) if t == 1 else (m, v),
                divide,
            ),
            "Your first step is right; from the second on your averages are not corrected.",
            "The pull towards zero fades with every step, but it is not gone after one.",
            "How much of m is still the zeros of the start, after two steps?",
        ),
        Mistake(
            "correction-outside-the-root",
            adam_like(
                average,
                lambda m, v, b1, b2, t: (m / (1 - b1**t), v / (1 - b2**t) ** 2),
                divide,
            ),
            "Your correction of the mean square comes after the root.",
            "It is v that is too small by the factor 1 - beta2**t; its root is too small by less.",
            "Which comes first in your formula: the correction or the root?",
        ),
        Mistake(
            "betas-swapped-and-correction-written-back",
            adam_kept_and_swapped,
            "Two things at once: `beta1` and `beta2` stand in each other's place, and the "
            "corrected averages are corrected again at the next step.",
            "Each average has its own beta, and goes on as it was averaged.",
            "Which beta belongs to the mean, and what is in mean when your function ends?",
        ),
        Mistake(
            "step-counted-by-name",
            adam_by_place(by_name, lambda step, place: step + place),
            "Your first array is right; those after it are corrected as if it were a later step.",
            "All parameters of one call are at the same step.",
            "In which loop does your step go up by one?",
        ),
        Mistake(
            "paired-by-order",
            adam_by_place(gradient_by_order),
            "Your parameters move by each other's gradients where the dictionaries have different "
            "orders.",
            "A parameter, its gradient and its averages belong together by name.",
            "What decides which gradient goes with which parameter in your loop?",
        ),
        Mistake(
            "one-average-for-all",
            adam_by_place(averages_of_the_shape),
            "Your arrays of the same shape share their averages.",
            "Each parameter has a pace of its own.",
            "How many averages do you keep, and how many parameters are there?",
        ),
        Mistake(
            "betas-swapped-in-the-correction",
            adam_like(average, lambda m, v, b1, b2, t: correct(m, v, b2, b1, t), divide),
            "Your averages are right; in their correction `beta1` and `beta2` stand in each "
            "other's place.",
            "Each average is corrected with the beta that it was made with.",
            "How much of the zeros of the start is left in m, and how much in v?",
        ),
        Mistake(
            "betas-swapped-in-the-averages",
            adam_like(lambda m, v, g, b1, b2: average(m, v, g, b2, b1), correct, divide),
            "Your correction is right; in the averages `beta1` and `beta2` stand in each other's "
            "place.",
            "The direction is averaged over few steps, the size over many.",
            "Which of the two averages keeps more of its past?",
        ),
        Mistake(
            "one-beta-for-both",
            adam_like(
                lambda m, v, g, b1, b2: average(m, v, g, b1, b1),
                lambda m, v, b1, b2, t: correct(m, v, b1, b1, t),
                divide,
            ),
            "One beta serves both of your averages.",
            "The direction is averaged over few steps, the size over many.",
            "Where in your function does each of beta1 and beta2 come in?",
            also=(
                adam_like(
                    lambda m, v, g, b1, b2: average(m, v, g, b2, b2),
                    lambda m, v, b1, b2, t: correct(m, v, b2, b2, t),
                    divide,
                ),
                adam_like(lambda m, v, g, b1, b2: average(m, v, g, b1, b1), correct, divide),
                adam_like(lambda m, v, g, b1, b2: average(m, v, g, b2, b2), correct, divide),
                adam_like(average, lambda m, v, b1, b2, t: correct(m, v, b1, b1, t), divide),
                adam_like(average, lambda m, v, b1, b2, t: correct(m, v, b2, b2, t), divide),
            ),
        ),
        Mistake(
            "shares-exchanged",
            adam_like(
                lambda m, v, g, b1, b2: average(m, v, g, 1 - b1, 1 - b2),
                correct,
                divide,
            ),
            "Your averages keep 1 - beta of the old and take beta of the new.",
            "A beta near 1 means a long memory.",
            "With beta1 = 0.9, how much of m should be left after a step?",
            also=(
                adam_like(
                    lambda m, v, g, b1, b2: average(m, v, g, 1 - b1, 1 - b2),
                    lambda m, v, b1, b2, t: correct(m, v, 1 - b1, 1 - b2, t),
                    divide,
                ),
                adam_like(lambda m, v, g, b1, b2: average(m, v, g, 1 - b1, b2), correct, divide),
                adam_like(lambda m, v, g, b1, b2: average(m, v, g, b1, 1 - b2), correct, divide),
            ),
        ),
        Mistake(
            "averages-always-the-same",
            adam_like(
                lambda m, v, g, b1, b2: average(m, v, g, 0.9, 0.999),
                lambda m, v, b1, b2, t: correct(m, v, 0.9, 0.999, t),
                divide,
            ),
            "Your averages keep 0.9 and 0.999 of themselves whatever `beta1` and `beta2` are.",
            "The numbers in the first line of a function are only for those who name none.",
            "Which of your lines uses beta1 and beta2?",
            also=(
                adam_like(lambda m, v, g, b1, b2: average(m, v, g, 0.9, 0.999), correct, divide),
            ),
        ),
        Mistake(
            "epsilon-always-the-same",
            adam_like(average, correct, lambda m, v, g, e: divide(m, v, g, 1e-8)),
            "Your division has an `epsilon` of its own, whatever comes in.",
            "The number in the first line of a function is only for those who name none.",
            "Which of your lines uses the argument epsilon?",
            also=tuple(
                adam_like(
                    average, correct, partial(lambda own, m, v, g, e: divide(m, v, g, own), own)
                )
                for own in (1e-10, 1e-7, 1e-6, 1e-5, 1e-3, 1.0)
            ),
        ),
        Mistake(
            "largest-square-kept",
            adam_like(
                lambda m, v, g, b1, b2: (b1 * m + (1 - b1) * g, np.maximum(b2 * v, g**2)),
                lambda m, v, b1, b2, t: (m / (1 - b1**t), v),
                divide,
            ),
            "Your second array keeps the largest square, which fades, and no average.",
            "One large gradient is not to set the pace alone.",
            "How do the squares of all steps so far come together in mean_square?",
            also=(
                adam_like(
                    lambda m, v, g, b1, b2: (
                        b1 * m + (1 - b1) * g,
                        np.maximum(v, b2 * v + (1 - b2) * g**2),
                    ),
                    correct,
                    divide,
                ),
            ),
        ),
        Mistake(
            "squares-of-the-distance",
            adam_like(
                lambda m, v, g, b1, b2: (
                    b1 * m + (1 - b1) * g,
                    b2 * v + (1 - b2) * (g - (b1 * m + (1 - b1) * g)) ** 2,
                ),
                correct,
                divide,
            ),
            "Your mean square averages the squares of the gradient's distance from `mean`.",
            "That is a variance. What is asked for is how large gradients are, not how they vary.",
            "Gradients that are always 3: how large should their mean square be?",
        ),
        Mistake(
            "average-twice",
            adam_like(
                lambda m, v, g, b1, b2: average(*average(m, v, g, b1, b2), g, b1, b2),
                correct,
                divide,
            ),
            "Each gradient is taken into your averages twice.",
            "One step makes one update of each average.",
            "How often does the line for m run in one call?",
        ),
        Mistake(
            "squares-without-their-share",
            adam_like(
                lambda m, v, g, b1, b2: (b1 * m + (1 - b1) * g, b2 * v + g**2), correct, divide
            ),
            "Your mean square is a sum: the new square is added in full.",
            "In an average the shares of old and new make one whole.",
            "If every gradient is 1, what should mean_square tend to?",
        ),
        Mistake(
            "gradient-without-its-share",
            adam_like(
                lambda m, v, g, b1, b2: (b1 * m + g, b2 * v + (1 - b2) * g**2), correct, divide
            ),
            "Your mean is a sum: the new gradient is added in full.",
            "In an average the shares of old and new make one whole. In momentum they do not.",
            "If every gradient is 1, what should mean tend to?",
        ),
        Mistake(
            "no-mean-square",
            adam_like(average, correct, lambda m, v, g, e: m),
            "Your steps follow the mean and do not divide by the root of the mean square.",
            "That is momentum. Adam gives every parameter a pace of its own.",
            "How far does a parameter move whose gradient is always 1000?",
        ),
        Mistake(
            "square-of-this-step",
            adam_like(average, correct, lambda m, v, g, e: m / (np.abs(g) + e)),
            "Your steps divide by the size of this step's gradient: the mean square is not used.",
            "One gradient says little about how large gradients are in the long run.",
            "Which of your variables stands below the fraction bar?",
        ),
    ),
)


# train_mlp


def train_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Cases in which the order of the samples cannot matter, since any random order is right.

    All samples in one batch; many times the same sample, with a smaller batch at the end, and
    without; and one sample. And one in which it does matter, with so few samples that every
    order can be tried.
    """
    together, uneven, even, one = (draw_training_sizes(rng) for _ in range(4))
    n, b = sorted((together["N"], together["B"]))
    # three batches and more, so that the first and the last are not all
    n_uneven = int(
        rng.choice([m for m in range(11, 26) if m > 2 * uneven["B"] and m % uneven["B"]])
    )
    n_even = int(rng.choice([m for m in range(10, 28) if m > 2 * even["B"] and not m % even["B"]]))
    return (
        train_case(rng, {**together, "N": n, "B": b}),
        train_case(rng, {**uneven, "N": n_uneven}, repeated=True),
        train_case(rng, {**even, "N": n_even}, repeated=True),
        train_case(rng, {**one, "N": 1}),
        other_depth(rng, "DK"),
        other_depth(rng, "DHGK"),
        mixed_case(rng),
    )


def draw_training_sizes(rng: np.random.Generator) -> dict[str, int]:
    """Different sizes for N, D, H, K, the batch B and, smallest of all, the epochs E."""
    epochs, *others = sorted(draw_sizes(rng, "NDHKBE", False).values())
    return {**dict(zip("NDHKB", map(int, rng.permutation(others)), strict=True)), "E": epochs}


def train_case(rng: np.random.Generator, sizes: dict[str, int], repeated: bool = False) -> Case:
    """A few epochs with a network; repeated: all samples are the same one."""
    n, d, *_, k, b, e = sizes.values()
    params = {}
    widths = list(sizes.values())[1:-2]
    for i, (inputs, outputs) in enumerate(pairwise(widths), 1):
        params[f"w{i}"] = rng.normal(0.0, 1 / np.sqrt(inputs), (inputs, outputs))
        params[f"b{i}"] = rng.normal(0.0, 0.3, outputs)
    x = rng.normal(0.0, 1.0, (n, d))
    labels = (rng.permutation(n) + rng.integers(0, k)) % k
    if repeated:
        x[:], labels[:] = x[0], labels[0]
    order = np.random.default_rng(rng.integers(2**32))
    args = (params, x, labels, float(rng.uniform(0.03, 0.08)), e, b, order)
    return Case(sizes, args, values=("losses", *params))


def other_depth(rng: np.random.Generator, letters: str) -> Case:
    """Two epochs of one batch with a network of one or three layers."""
    sizes = dict(zip("N" + letters + "BE", (7, 3, 4, 5, 6), strict=False))
    case = train_case(rng, {**sizes, "B": 8, "E": 2})
    label = f"{len(letters) - 1} layer{'s' * (len(letters) > 2)}, N=7, B=8, E=2"
    return replace(case, sizes={}, label=label, extreme=True)


def mixed_case(rng: np.random.Generator, epochs: int = 1) -> Case:
    """Four different samples, three in the first batch of an epoch: one of them comes last."""
    d, h, k = (int(size) for size in rng.permutation(np.arange(5, 10))[:3])
    case = train_case(rng, {"N": 4, "D": d, "H": h, "K": k, "B": 3, "E": epochs})
    params, x, labels, _, _, batch_size, order = case.args
    args = (params, x, labels, 0.5, epochs, batch_size, order)
    return replace(
        case,
        args=args,
        accept=TrainingOutcomes(args[:-1], turned_orders(4)).finding,
        could_give=partial(training_could_give, args[:-1]),
        extreme=True,
    )


def training_could_give(
    args: tuple[Any, ...], train: Callable[..., Any], outputs: Mapping[str, np.ndarray]
) -> bool:
    """Whether some order of the samples leads this implementation to these outputs."""
    for order in permutations(range(len(args[2]))):
        given = train_a_copy(train)(*args, GivenOrders(np.array(order)))
        if all(close(np.asarray(given[name]), outputs[name]) for name in outputs):
            return True
    return False


@dataclass(frozen=True, eq=False)
class TrainingOutcomes:
    """Where right answers can lead by these orders of the samples, found once for all attempts."""

    args: tuple[Any, ...]
    orders: tuple[tuple[np.ndarray, ...], ...]

    @cached_property
    def found(self) -> tuple[dict[str, Any], ...]:
        """The outcomes, one for each of the orders."""
        return tuple(train_a_copy(train_mlp)(*self.args, GivenOrders(*o)) for o in self.orders)

    def finding(self, outputs: Mapping[str, np.ndarray]) -> Finding | None:
        """What is wrong with these outputs, unless some order of the samples leads to them."""
        for right in self.found:
            if all(close(np.asarray(right[name]), outputs[name]) for name in outputs):
                return None
        return Finding(
            "no-such-batches",
            "Four samples in batches of three: whichever of them comes last, the losses and the "
            "parameters do not become yours.",
            "Which samples does each of your steps use, and which make up the loss?",
        )


class GivenOrders:
    """Stands in for a random generator that gives these orders, and the last one ever after."""

    def __init__(self, *orders: np.ndarray) -> None:
        self.orders = list(orders)

    def permutation(self, x: int | np.ndarray) -> np.ndarray:
        """The next order, or an array in this order."""
        order = self.orders.pop(0) if len(self.orders) > 1 else self.orders[0]
        return order if isinstance(x, int) else x[order]


def turned_orders(n: int, *later: np.ndarray) -> tuple[tuple[np.ndarray, ...], ...]:
    """For each of n samples an order in which it comes last, each with the orders of later."""
    return tuple((np.roll(np.arange(n), turn), *later) for turn in range(n))


def one_order_case(rng: np.random.Generator) -> Case:
    """Three epochs of four samples, three in the first batch: where one order leads that serves
    all epochs, or the first alone."""
    case = mixed_case(rng, epochs=3)
    orders = turned_orders(4) + turned_orders(4, np.arange(4))
    return replace(case, accept=TrainingOutcomes(case.args[:-1], orders).finding)


def first_epochs(case: Case, epochs: int) -> Case | None:
    """The case that ends after so many epochs."""
    params, x, labels, learning_rate, asked, *others = case.args
    if epochs > asked:
        return None
    return replace(case, args=(params, x, labels, learning_rate, epochs, *others))


def train_a_copy(train: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """From a function that trains in place to one that returns the losses and all parameters."""

    def trained(params: Arrays, *args: Any) -> dict[str, Any]:
        params = {name: p.copy() for name, p in params.items()}
        losses = train(params, *args)
        return {"losses": losses, **params}

    return trained


def gradients(params: Arrays, x: np.ndarray, labels: np.ndarray) -> tuple[float, Arrays]:
    """The loss of a batch, and its gradient for every parameter."""
    scores, cache = mlp_forward(x, params)
    loss, loss_cache = softmax_cross_entropy(scores, labels)
    return loss, mlp_backward(softmax_cross_entropy_backward(1.0, loss_cache), cache)


def losses_like(
    combine: Callable[[list[float], list[int], int], Any],
) -> Callable[..., list[Any]]:
    """Training in which the epoch's loss is made otherwise.

    combine: from the batches' losses, the batches' sizes and batch_size to the epoch's loss.
    """

    def train_with_losses(
        params: Arrays,
        x: np.ndarray,
        labels: np.ndarray,
        learning_rate: float,
        epochs: int,
        batch_size: int,
        rng: np.random.Generator,
    ) -> list[Any]:
        losses = []
        for _ in range(epochs):
            found, counts = [], []
            for x_batch, labels_batch in iterate_minibatches(x, labels, batch_size, rng):
                loss, grads = gradients(params, x_batch, labels_batch)
                sgd_step(params, grads, learning_rate)
                found.append(loss)
                counts.append(len(x_batch))
            losses.append(combine(found, counts, batch_size))
        return losses

    return train_with_losses


def train_loss_per_step(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    collect = losses_like(lambda losses, counts, batch_size: losses)
    nested = collect(params, x, labels, learning_rate, epochs, batch_size, rng)
    return [loss for losses in nested for loss in losses]


def train_loss_after_epoch(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    losses = []
    for _ in range(epochs):
        train_mlp(params, x, labels, learning_rate, 1, batch_size, rng)
        losses.append(float(softmax_cross_entropy(mlp_forward(x, params)[0], labels)[0]))
    return losses


def train_loss_after_step(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    losses = []
    for _ in range(epochs):
        total = 0.0
        for x_batch, labels_batch in iterate_minibatches(x, labels, batch_size, rng):
            sgd_step(params, gradients(params, x_batch, labels_batch)[1], learning_rate)
            total += gradients(params, x_batch, labels_batch)[0] * len(x_batch)
        losses.append(total / len(x))
    return losses


def train_total_never_reset(params: Arrays, *args: Any) -> np.ndarray:
    return np.cumsum(train_mlp(params, *args))


def train_copies(params: Arrays, *args: Any) -> list[float]:
    return train_mlp({name: p.copy() for name, p in params.items()}, *args)


def steps_like(
    change: Callable[[Arrays, Arrays, int, float, float], Arrays],
) -> Callable[..., list[float]]:
    """Training with other steps.

    change: from the gradients of this batch and those used at the last step, the number of
    samples in the batch, its loss, and its share of all samples, to the gradients that are used.
    """

    def train_with_steps(
        params: Arrays,
        x: np.ndarray,
        labels: np.ndarray,
        learning_rate: float,
        epochs: int,
        batch_size: int,
        rng: np.random.Generator,
    ) -> list[float]:
        losses = []
        used: Arrays = {}
        for _ in range(epochs):
            total = 0.0
            for x_batch, labels_batch in iterate_minibatches(x, labels, batch_size, rng):
                loss, grads = gradients(params, x_batch, labels_batch)
                n = len(x_batch)
                used = change(grads, used, n, float(loss), n / len(x))
                sgd_step(params, used, learning_rate)
                total += loss * n
            losses.append(total / len(x))
        return losses

    return train_with_steps


def times(factor: float, grads: Arrays) -> Arrays:
    """The gradients, all multiplied by a number."""
    return {name: factor * g for name, g in grads.items()}


def train_on_all_data(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    losses = []
    for _ in range(epochs):
        total = 0.0
        for x_batch, _ in iterate_minibatches(x, labels, batch_size, rng):
            loss, grads = gradients(params, x, labels)
            sgd_step(params, grads, learning_rate)
            total += loss * len(x_batch)
        losses.append(total / len(x))
    return losses


def train_one_step_per_epoch(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    losses = []
    for _ in range(epochs):
        total = 0.0
        for x_batch, labels_batch in iterate_minibatches(x, labels, batch_size, rng):
            loss, grads = gradients(params, x_batch, labels_batch)
            total += loss * len(x_batch)
        sgd_step(params, grads, learning_rate)
        losses.append(total / len(x))
    return losses


def train_on_one_order(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    order: Any = GivenOrders(rng.permutation(len(x)))
    return train_mlp(params, x, labels, learning_rate, epochs, batch_size, order)


def train_shuffled_at_first(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    orders: Any = GivenOrders(rng.permutation(len(x)), np.arange(len(x)))
    return train_mlp(params, x, labels, learning_rate, epochs, batch_size, orders)


def train_batches_used_up(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    losses = train_mlp(params, x, labels, learning_rate, 1, batch_size, rng)
    return [*losses, *[0.0] * (epochs - 1)]


def train_one_epoch_short(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    return train_mlp(params, x, labels, learning_rate, epochs - 1, batch_size, rng)


def train_first_layer_fixed(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    return steps_like(
        lambda g, used, n, loss, share: {
            k: v * (len(g) == 2 or k not in ("w1", "b1")) for k, v in g.items()
        }
    )(params, x, labels, learning_rate, epochs, batch_size, rng)


def train_like(
    batches: Callable[[list[Batch]], list[Batch]] = lambda batches: batches,
    rate: Callable[[float, int, int], float] = lambda rate, epoch, step: rate,
    tally: Callable[[float, int], tuple[float, float]] = lambda loss, n: (loss * n, n),
    decided: Callable[[str], bool] = lambda name: True,
) -> Callable[..., list[float]]:
    """Training with a part exchanged.

    batches: from an epoch's batches to those that are used; rate: from the learning rate, the
    epoch and the step so far, both from 0, to the rate of this step; tally: from a batch's loss
    and size to what is added to the sum and to the count; decided: which parameters are moved.
    """

    def train_otherwise(
        params: Arrays,
        x: np.ndarray,
        labels: np.ndarray,
        learning_rate: float,
        epochs: int,
        batch_size: int,
        rng: np.random.Generator,
    ) -> list[float]:
        losses, step = [], 0
        for epoch in range(epochs):
            total = count = 0.0
            for batch in batches(list(iterate_minibatches(x, labels, batch_size, rng))):
                loss, grads = gradients(params, *batch)
                moved = {name: p for name, p in params.items() if decided(name)}
                sgd_step(moved, grads, rate(learning_rate, epoch, step))
                more, others = tally(loss, len(batch[1]))
                total, count, step = total + more, count + others, step + 1
            losses.append(total / count)
        return losses

    return train_otherwise


def train_summed_in_the_epoch(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    every_batch: bool = True,
    mean: bool = False,
) -> list[float]:
    losses = []
    for _ in range(epochs):
        total, count = 0.0, 0
        summed = {name: np.zeros_like(p) for name, p in params.items()}
        for x_batch, labels_batch in iterate_minibatches(x, labels, batch_size, rng):
            loss, grads = gradients(params, x_batch, labels_batch)
            summed = {name: summed[name] + g for name, g in grads.items()}
            if every_batch:
                sgd_step(params, summed, learning_rate)
            total, count = total + loss * len(x_batch), count + 1
        if not every_batch:
            sgd_step(params, times(1 / count if mean else 1.0, summed), learning_rate)
        losses.append(total / len(x))
    return losses


def train_from_the_start_again(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    start, losses = {name: p.copy() for name, p in params.items()}, []
    for _ in range(epochs):
        for name, p in params.items():
            p[...] = start[name]
        losses += train_mlp(params, x, labels, learning_rate, 1, batch_size, rng)
    return losses


def train_averaged_over_epochs(params: Arrays, *args: Any) -> np.ndarray:
    losses = train_mlp(params, *args)
    return np.cumsum(losses) / np.arange(1, len(losses) + 1)


def train_with_other_labels(
    params: Arrays, x: np.ndarray, labels: np.ndarray, *args: Any
) -> list[float]:
    rng = args[-1]
    return train_mlp(params, x, labels[rng.permutation(len(labels))], *args)


def train_one_sample_at_a_time(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    return train_mlp(params, x, labels, learning_rate, epochs, 1, rng)


def train_all_at_once(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    return train_mlp(params, x, labels, learning_rate, epochs, len(x), rng)


TRAIN_MLP = Exercise(
    name="train_mlp",
    lesson=LESSON,
    goal="Train a network: a step for each mini-batch of each epoch.",
    points=3,
    minutes=14,
    difficulty=4,
    reference=train_mlp,
    cut=first_epochs,
    step="epoch",
    returns="dict",
    cases=train_cases,
    drive=train_a_copy,
    hints=(
        "Everything is written already. What is left is two loops, one inside the other, and a "
        "tally of the loss.",
        "For each batch: forward through the network, loss, back through the loss, back through "
        "the network, step. An epoch's loss is the mean over its samples, and a batch's loss is a "
        "mean over as many samples as it holds.",
        "In the inner loop call mlp_forward, softmax_cross_entropy, its backward with 1.0, "
        "mlp_backward and sgd_step, and add loss * len(labels_batch) to a total. After the inner "
        "loop append total / N to the list that you return.",
    ),
    mistakes=(
        Mistake(
            "all-data-for-each-batch",
            train_on_all_data,
            "Your steps all use the gradients of all samples, although there are batches.",
            "A batch is there to get a gradient from few samples, at a small price.",
            "Inside your loop over batches, which x goes into mlp_forward?",
        ),
        Mistake(
            "parameters-stand-still",
            steps_like(lambda g, used, n, loss, share: times(0.0, g)),
            "Your parameters are those at the start, and your loss is the same in every epoch.",
            "The gradients say where to go; going there is a step of its own.",
            "Which line of yours changes the arrays in params?",
        ),
        Mistake(
            "uphill",
            steps_like(lambda g, used, n, loss, share: times(-1.0, g)),
            "Your `losses` grow: every step goes uphill.",
            "The gradient points where the loss grows fastest.",
            "How many minus signs does the gradient meet on its way to the parameters?",
        ),
        Mistake(
            "one-step-per-epoch",
            train_one_step_per_epoch,
            "Your parameters take one step per epoch, with the gradients of the last batch.",
            "Each batch has gradients of its own, and they are used before the next batch comes.",
            "In which of the two loops does your step stand?",
        ),
        Mistake(
            "one-order-for-all-epochs",
            train_on_one_order,
            "One order of the samples is drawn, and it serves all your epochs: the same samples "
            "share a batch in each of them, whatever `rng` gives.",
            "Batches that are drawn anew in each epoch let a sample meet all the others.",
            "How often does the line run that draws the batches, and how often should it?",
            also=(train_shuffled_at_first,),
            habit=one_order_case,
        ),
        Mistake(
            "gradients-pile-up",
            steps_like(
                lambda g, used, n, loss, share: {k: v + used.get(k, 0.0) for k, v in g.items()}
            ),
            "From your second step on, the gradients of all earlier steps are used again.",
            "A gradient belongs to the parameters as they were; after the step it is out of date.",
            "What is in your gradients before the backward pass of a new batch?",
        ),
        Mistake(
            "loss-sent-back",
            steps_like(lambda g, used, n, loss, share: times(loss, g)),
            "Your gradients are multiplied by the loss: the loss itself was sent back.",
            "The backward pass starts from the derivative of the loss for the loss.",
            "If L grows by 0.01, by how much does L grow?",
        ),
        Mistake(
            "batch-mean-again",
            steps_like(lambda g, used, n, loss, share: times(1 / n, g)),
            "Your steps are divided by the number of samples in the batch.",
            "The loss of a batch is a mean, so its gradient has 1/N inside already.",
            "How often should the size of the batch divide the gradient?",
        ),
        Mistake(
            "mean-over-all-data",
            steps_like(lambda g, used, n, loss, share: times(share, g)),
            "The steps of your batches are too short by the batch's share of all N samples.",
            "A batch stands for all the data: its mean is an estimate of the mean over all.",
            "Should a step get shorter because there are more data that are not in the batch?",
        ),
        Mistake(
            "first-layer-untrained",
            train_first_layer_fixed,
            "Your last layer is trained; `w1` and `b1` are as they were at the start.",
            "Every layer learns, the first one too.",
            "Which names do your gradients have when the step is taken?",
        ),
        Mistake(
            "batches-used-up",
            train_batches_used_up,
            "Only your first epoch trains; each later one has a loss of 0 and moves nothing.",
            "What gives the batches one after another gives each once, and is then empty.",
            "How many batches does your second epoch see?",
        ),
        Mistake(
            "one-epoch-short",
            train_one_epoch_short,
            "Your training ends one epoch too soon.",
            "`range(1, epochs)` and `range(epochs)` do not have the same length.",
            "How many losses are in your list, and how many epochs were asked for?",
        ),
        Mistake(
            "loss-of-every-step",
            train_loss_per_step,
            "Your `losses` has an entry for each batch; one for each epoch was asked for.",
            "The losses of single batches jump about; their mean over an epoch shows the trend.",
            "In which of the two loops does your append stand?",
        ),
        Mistake(
            "loss-of-the-last-batch",
            losses_like(lambda losses, counts, batch_size: losses[-1]),
            "Each of your `losses` is that of the epoch's last batch alone.",
            "The epoch has met all samples, and each counts in its mean.",
            "What happens to the loss of the first batch when the second comes?",
        ),
        Mistake(
            "batch-losses-summed",
            losses_like(lambda losses, counts, batch_size: sum(losses)),
            "Each of your `losses` is the sum over the batches.",
            "With twice as many batches it would be twice as large, for the same network.",
            "By what do you divide at the end of an epoch?",
        ),
        Mistake(
            "total-not-divided",
            losses_like(lambda losses, counts, batch_size: np.dot(losses, counts)),
            "Each of your `losses` is N times too large: it is the sum over the samples.",
            "A mean can be compared between data of any size.",
            "By what do you divide at the end of an epoch?",
        ),
        Mistake(
            "mean-of-batch-means",
            losses_like(lambda losses, counts, batch_size: np.mean(losses)),
            "Where the last batch is smaller, your `losses` are off: its samples count for more "
            "than the others.",
            "Each batch's loss is a mean, but not each is a mean over as many samples.",
            "A batch of 5 and a batch of 1: how much should each count in the mean over 6?",
        ),
        Mistake(
            "every-batch-counted-as-full",
            losses_like(lambda losses, counts, batch_size: sum(losses) * batch_size / sum(counts)),
            "Where a batch is not full, your `losses` are too large: it counts for batch_size "
            "samples.",
            "The last batch holds what is left over.",
            "How many samples are in your last batch, and by what do you multiply its loss?",
        ),
        Mistake(
            "copies-trained",
            train_copies,
            "Your `losses` are right, and your parameters are those at the start: it is copies of "
            "them that have learned.",
            "Whoever called your function holds the arrays in params, and wants them trained.",
            "Which arrays do your steps change, and are they the ones that came in?",
        ),
        Mistake(
            "total-never-reset",
            train_total_never_reset,
            "Each of your `losses` has those of all epochs before it in it.",
            "An epoch's loss is made of its own batches alone.",
            "Where does your running total become 0, and how often does that line run?",
        ),
        Mistake(
            "loss-after-the-step",
            train_loss_after_step,
            "Your parameters are right; your `losses` are those of each batch after its step.",
            "The loss of a batch is measured where its gradient is taken: before the step.",
            "With which parameters is your loss computed, and which had the forward pass?",
        ),
        Mistake(
            "loss-after-the-epoch",
            train_loss_after_epoch,
            "Your parameters are right; your `losses` are those at the end of each epoch.",
            "That is worth knowing, but it costs another pass through all the data. Here each "
            "sample's loss is taken as it was met, before the step.",
            "What should the first entry be if the learning rate were zero, and if it were large?",
        ),
        Mistake(
            "gradients-summed-in-the-epoch",
            train_summed_in_the_epoch,
            "Each of your steps uses the gradients of all batches of the epoch so far.",
            "A gradient belongs to the parameters as they were; after the step it is out of date.",
            "What is in your gradients before the backward pass of a new batch?",
        ),
        Mistake(
            "one-step-with-the-sum",
            partial(train_summed_in_the_epoch, every_batch=False),
            "Your parameters take one step per epoch, with the sum of all batches' gradients.",
            "Each batch has gradients of its own, and they are used before the next batch comes.",
            "In which of the two loops does your step stand?",
            also=(partial(train_summed_in_the_epoch, every_batch=False, mean=True),),
        ),
        Mistake(
            "learning-rate-decays",
            train_like(rate=lambda rate, epoch, step: rate * 0.9**epoch),
            "Your first epoch is right; then your learning rate gets smaller.",
            "That can help a long training. Here each step uses the rate that came in.",
            "What is learning_rate in your function at the last step?",
            also=(
                *(
                    train_like(
                        rate=partial(lambda keep, rate, epoch, step: rate * keep**epoch, keep)
                    )
                    for keep in (0.5, 0.95, 0.99)
                ),
                train_like(rate=lambda rate, epoch, step: rate / (epoch + 1)),
                train_like(rate=lambda rate, epoch, step: rate / (step + 1)),
                train_like(rate=lambda rate, epoch, step: rate * 0.9**step),
                train_like(rate=lambda rate, epoch, step: rate * 0.99**step),
            ),
        ),
        Mistake(
            "mean-of-batch-means-and-rate-decays",
            train_like(
                rate=lambda rate, epoch, step: rate * 0.9**epoch, tally=lambda loss, n: (loss, 1)
            ),
            "Two things at once: your learning rate gets smaller from epoch to epoch, and each "
            "batch counts alike in your `losses`, however many samples it holds.",
            "Each step uses the rate that came in, and each sample counts alike.",
            "What is learning_rate at your last step? And how much should a batch of 1 count "
            "beside one of 5?",
        ),
        Mistake(
            "first-batch-only",
            train_like(batches=lambda batches: batches[:1]),
            "Each of your epochs ends after its first batch.",
            "An epoch goes once through all samples.",
            "Which line ends your inner loop, and when?",
        ),
        Mistake(
            "last-batch-left-out",
            train_like(batches=lambda batches: batches[:-1] or batches),
            "The last batch of each epoch has no part in your training.",
            "Every sample has its turn, also those in the last batch.",
            "How many batches are there, and how many steps do you take in an epoch?",
            also=(
                train_like(
                    batches=lambda batches: [b for b in batches if len(b[1]) == len(batches[0][1])]
                ),
            ),
        ),
        Mistake(
            "first-batch-left-out",
            train_like(batches=lambda batches: batches[1:] or batches),
            "The first batch of each epoch has no part in your training.",
            "Every sample has its turn, also those in the first batch.",
            "How many batches are there, and how many steps do you take in an epoch?",
        ),
        Mistake(
            "each-batch-twice",
            train_like(batches=lambda batches: [b for b in batches for _ in range(2)]),
            "Your parameters take two steps for each batch.",
            "One batch, one gradient, one step.",
            "How many lines of yours change the parameters, and how often does each run?",
        ),
        Mistake(
            "biases-untrained",
            train_like(decided=lambda name: name.startswith("w")),
            "Your weights are trained; all biases are as they were at the start.",
            "A bias is a parameter like any other, and has a gradient of its own.",
            "Which names are moved in your step?",
        ),
        Mistake(
            "weights-untrained",
            train_like(decided=lambda name: name.startswith("b")),
            "Your biases are trained; all weights are as they were at the start.",
            "Weights and biases are parameters alike.",
            "Which names are moved in your step?",
        ),
        Mistake(
            "rate-times-batch",
            steps_like(lambda g, used, n, loss, share: times(n, g)),
            "Your steps are multiplied by the number of samples in the batch.",
            "A batch's gradient is a mean over its samples, however many there are.",
            "With what do you start the backward pass: with 1, or with the number of samples?",
        ),
        Mistake(
            "loss-of-the-first-batch",
            losses_like(lambda losses, counts, batch_size: losses[0]),
            "Each of your `losses` is that of the epoch's first batch alone.",
            "The epoch has met all samples, and each counts in its mean.",
            "What happens to the loss of the second batch?",
        ),
        Mistake(
            "divided-by-batch-size",
            losses_like(lambda losses, counts, batch_size: np.dot(losses, counts) / batch_size),
            "Each of your `losses` is the sum over the samples divided by `batch_size`.",
            "It is N samples that are in an epoch.",
            "By what do you divide at the end of an epoch?",
            also=(losses_like(lambda losses, counts, batch_size: sum(losses) / batch_size),),
        ),
        Mistake(
            "divided-by-all-samples",
            losses_like(lambda losses, counts, batch_size: sum(losses) / sum(counts)),
            "Each of your `losses` is the sum of the batches' losses divided by N.",
            "A batch's loss is a mean already, over as many samples as it holds.",
            "For a batch of 5, how much of the sum over the samples is its loss?",
        ),
        Mistake(
            "averaged-over-epochs",
            train_averaged_over_epochs,
            "Each of your `losses` is the mean over all epochs so far.",
            "An epoch's loss is made of its own batches alone.",
            "Where do your total and your count become 0?",
        ),
        Mistake(
            "starts-again",
            train_from_the_start_again,
            "Each of your epochs begins with the parameters of the start.",
            "What an epoch has learned, the next one builds on.",
            "With which parameters does the second epoch begin?",
        ),
        Mistake(
            "batch-size-one",
            train_one_sample_at_a_time,
            "Your parameters take a step for each single sample.",
            "batch_size says how many samples make up a step.",
            "What does your call of iterate_minibatches get as batch_size?",
        ),
        Mistake(
            "one-batch-of-all",
            train_all_at_once,
            "Your parameters take one step per epoch, with all samples in one batch.",
            "batch_size says how many samples make up a step.",
            "What does your call of iterate_minibatches get as batch_size?",
        ),
        Mistake(
            "labels-left-behind",
            train_with_other_labels,
            "Your steps use samples with each other's labels.",
            "A sample and its label are one thing.",
            "Whose labels go into the loss of a batch?",
        ),
    ),
    # not those that change what they are given, sgd_step and iterate_minibatches: in a learner's
    # process of its own a call of them would reach copies
    uses={
        "mlp_forward": mlp_forward,
        "softmax_cross_entropy": softmax_cross_entropy,
        "softmax_cross_entropy_backward": softmax_cross_entropy_backward,
        "mlp_backward": mlp_backward,
    },
)

EXERCISES = (SGD_STEP, ITERATE_MINIBATCHES, MOMENTUM_STEP, ADAM_STEP, TRAIN_MLP)

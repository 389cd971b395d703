"""The exercise perceptron_fit: updates, sample after sample, until none is wrong.

The function meets its samples in random order, and learners may draw that order as they like.
So its cases are small enough to try every order: an answer is right if some order leads to it,
and a known mistake is named if some order leads that mistake to it.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import Any

import numpy as np

from backprop_lib.perceptron import perceptron_fit, perceptron_predict, perceptron_update
from checks.exercise import Case, Exercise, Finding, Mistake
from checks.exercises.perceptron.prediction_error import error_of

__all__ = ["PERCEPTRON_FIT"]

Fit = Callable[..., tuple[np.ndarray, Any, Any]]
Fitted = tuple[np.ndarray, np.ndarray, np.ndarray]


class Orders:
    """Stands in for a random generator: the permutations it gives are laid down beforehand."""

    def __init__(self, choices: list[int]) -> None:
        self.choices = choices
        self.used = 0

    def permutation(self, x: int | np.ndarray) -> np.ndarray:
        """The permutation whose number stands next in the choices; the first where none does."""
        if self.used == len(self.choices):
            self.choices.append(0)
        orders = all_orders(x if isinstance(x, int) else len(x))
        order = orders[self.choices[self.used]]
        self.used += 1
        return order if isinstance(x, int) else x[order]


@cache
def all_orders(n: int) -> np.ndarray:
    """Every order of n samples, (n!, n)."""
    return np.array(list(itertools.permutations(range(n))))


def every_outcome(
    fit: Fit, x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float
) -> Iterator[Fitted]:
    """What fit returns for each order of the samples in each epoch."""
    last = len(all_orders(len(y))) - 1
    choices: list[int] = []
    while True:
        w, b, mistakes = fit(x, y, epochs, learning_rate, Orders(choices))
        yield w, np.asarray(b), np.asarray(mistakes)
        while choices and choices[-1] == last:
            choices.pop()
        if not choices:
            return
        choices[-1] += 1


def equal(a: Fitted, b: Fitted, precision: float = 1e-5) -> bool:
    """Whether two outcomes are the same, up to rounding."""
    return all(
        p.shape == q.shape
        and bool((np.abs(p - q) <= precision * max(np.abs(p).max(initial=0.0), 0.1)).all())
        for p, q in zip(a, b, strict=True)
    )


def fit_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Few samples, so that all orders can be tried: a single sample, one epoch of any samples, two
    that are equal, what a line can separate, and what is not separated; one epoch in which every
    sample is wrong. And more samples, which must end up separated."""
    x = rng.normal(0.2, 1.0, (4, int(rng.choice([3, 5, 6, 7, 8, 9]))))
    once = fit_case(rng, x, rng.permutation([0, 0, 1, 1]), epochs=1)
    # two clouds, on opposite sides of the origin
    middle = draw_direction(rng, int(rng.integers(4, 10)))
    y = rng.permutation([0, 1, 1])
    x = np.where(y == 1, 1, -1)[:, np.newaxis] * middle + rng.normal(0.0, 0.2, (3, len(middle)))
    possible = fit_case(rng, x, y, epochs=3)
    # the third lies three times as far out as the first, on the same side, with another label: four
    # epochs, in each of which the counts and the order leave hardly a choice of where one ends up
    knot = np.array([[1.0, -1.0], [-3.0, 0.0], [3.0, -3.0]]) * rng.choice([-1.0, 1.0], 2)
    rows = rng.permutation(3)
    impossible = replace(
        fit_case(rng, rng.permutation(knot[rows], axis=1), np.array([0, 0, 1])[rows], epochs=4),
        sizes={},
        label="three samples that are not separated in four epochs",
    )
    alone = fit_case(rng, rng.normal(0.5, 1.0, (1, int(rng.integers(3, 10)))), np.array([1]), 3)
    # five samples with the label 1, the corners of a simplex: what one teaches speaks against all
    # others, so that each is wrong when its turn comes, whichever comes first
    axes = np.linalg.qr(rng.normal(0.0, 1.0, (int(rng.integers(6, 10)), 5)))[0].T
    corners = np.sqrt(10.0) * (np.eye(5) - 0.2) @ axes
    each = fit_case(rng, corners, np.ones(5, dtype=int), epochs=1)
    # two equal samples with different labels: five epochs, whatever the order, and the count goes
    # up and down. Nothing but 0 and a step in either direction comes about, so all is exact
    x = np.repeat(rng.integers(1, 5, (1, int(rng.integers(3, 7)))).astype(float), 2, axis=0)
    twins = replace(
        fit_case(rng, x, np.array([0, 1]), epochs=5),
        sizes={},
        label="two equal samples with different labels",
    )
    return alone, once, twins, possible, impossible, each, clouds_case(rng)


def clouds_case(rng: np.random.Generator) -> Case:
    """Two clouds so far apart that a line is found in time, whatever the order."""
    n, d, epochs = int(rng.integers(7, 10)), int(rng.integers(3, 7)), 100
    while True:
        middle = draw_direction(rng, d)
        y = rng.permutation(np.resize([0, 1], n))
        signs = np.where(y == 1, 1, -1)
        x = signs[:, np.newaxis] * middle + rng.normal(0.0, 0.5, (n, d))
        # Novikoff: at most (radius / margin)^2 mistakes, and every epoch but the last has one
        radius, margin = np.sqrt((x**2).sum(axis=1).max() + 1), (signs * (x @ middle)).min() / 2
        if margin > 0 and (radius / margin) ** 2 < epochs - 1:
            break
    return replace(
        fit_case(rng, x, y, epochs),
        accept=partial(clouds_finding, x, y, epochs),
        could_give=cannot_tell,
    )


def clouds_finding(
    x: np.ndarray, y: np.ndarray, epochs: int, outputs: Mapping[str, np.ndarray]
) -> Finding | None:
    """What is wrong with these outputs, unless they are those of a search that found a line."""
    w, b, mistakes = (outputs[name] for name in ("w", "b", "mistakes"))
    question = "Which samples does each turn look at, and what does it hand on to the next?"
    if w.shape != (x.shape[1],) or b.shape != () or mistakes.ndim != 1:
        return Finding("wrong-shape", "Expected w (D,), b a number and mistakes a list.", question)
    wrong = int((perceptron_predict(x, w, float(b)) != y).sum())
    steps = mistakes[:-1]
    found = mistakes.size > 0 and mistakes[-1] == 0 and (steps > 0).all()
    if wrong == 0 and found and mistakes.size <= epochs:
        return None
    evidence = (
        f"Here N = {len(y)}, and after {mistakes.size} epochs your `w` and `b` get {wrong} wrong."
    )
    text = "A line can separate these samples, and an epoch without a mistake would be the last."
    return Finding("no-line-found", f"{text} {evidence}", question, evidence)


def cannot_tell(fit: Fit, outputs: Mapping[str, np.ndarray]) -> bool:
    """There are too many orders to try, so any implementation may have given these outputs."""
    return True


def draw_direction(rng: np.random.Generator, d: int) -> np.ndarray:
    """A random vector (D,) of length 2."""
    direction = rng.normal(0.0, 1.0, d)
    return 2 * direction / np.linalg.norm(direction)


def fit_case(
    rng: np.random.Generator,
    x: np.ndarray,
    y: np.ndarray,
    epochs: int,
    fits: tuple[Fit, ...] = (),
) -> Case:
    """These samples, with whatever order of theirs the attempt draws; it accepts where fits lead,
    by default right ones, for which a sum of zero may count as either label, or as neither."""
    sizes = {"N": x.shape[0], "D": x.shape[1]}
    learning_rate = float(rng.choice([0.15, 0.35, 0.65, 0.85]))
    return Case(
        sizes,
        (x, y, epochs, learning_rate, rng.spawn(1)[0]),
        values=("w", "b", "mistakes"),
        accept=partial(fit_finding, Outcomes(fits, x, y, epochs, learning_rate)),
        could_give=partial(fit_could_give, x, y, epochs, learning_rate),
    )


def fit_could_give(
    x: np.ndarray,
    y: np.ndarray,
    epochs: int,
    learning_rate: float,
    fit: Fit,
    outputs: Mapping[str, np.ndarray],
) -> bool:
    """Whether some order of the samples leads this implementation to these outputs."""
    mine = (outputs["w"], outputs["b"], outputs["mistakes"])
    outcomes = every_outcome(fit, x, y, epochs, learning_rate)
    return any(equal(mine, outcome) for outcome in outcomes)


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Where one can get on these samples, found once for all attempts: with any of these
    implementations, or else with a right one, for which a sum of zero may count as either label, or
    as neither."""

    fits: tuple[Fit, ...]
    x: np.ndarray
    y: np.ndarray
    epochs: int
    learning_rate: float

    @cached_property
    def found(self) -> tuple[Fitted, ...]:
        """The outcomes, each once."""
        given = (self.x, self.y, self.epochs, self.learning_rate)
        ways: list[Iterable[Fitted]] = [every_outcome(fit, *given) for fit in self.fits]
        ways = ways or [right_outcomes(ties, *given) for ties in (0, 1, None)]
        return tuple({key(outcome): outcome for outcomes in ways for outcome in outcomes}.values())

    @cached_property
    def by_epochs(self) -> Mapping[int, tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """The outcomes after so many epochs, stacked: w (M, D), b (M,), mistakes (M, epochs)."""
        numbers = sorted({mistakes.size for _, _, mistakes in self.found})
        stacked = {}
        for epochs in numbers:
            w, b, mistakes = zip(*(o for o in self.found if o[2].size == epochs), strict=True)
            stacked[epochs] = np.array(w), np.array(b), np.array(mistakes)
        return stacked

    def __contains__(self, mine: Fitted) -> bool:
        """Whether one of them is the same as mine, up to rounding."""
        known = self.by_epochs.get(mine[2].size)
        if known is None or any(a.shape != k.shape[1:] for a, k in zip(mine, known, strict=True)):
            return False
        fits = np.ones(len(known[1]), dtype=bool)
        for a, k in zip(mine, known, strict=True):
            off = np.abs(a - k).reshape(len(k), -1).max(axis=1, initial=0.0)
            fits &= off <= 1e-5 * max(float(np.abs(a).max(initial=0.0)), 0.1)
        return bool(fits.any())


def fit_finding(right: Outcomes, outputs: Mapping[str, np.ndarray]) -> Finding | None:
    """What is wrong with these outputs, unless some order of the samples leads to them."""
    mine = (outputs["w"], outputs["b"], outputs["mistakes"])
    if mine in right:
        return None
    x, y, epochs = right.x, right.y, right.epochs
    counts = np.array2string(outputs["mistakes"].astype(int), threshold=8, separator=", ")
    evidence = f"Here N = {len(y)} and epochs = {epochs}; your `mistakes` is {counts}."
    shapes = {"w": (x.shape[1],), "b": (), "mistakes": (outputs["mistakes"].size,)}
    for name, shape in shapes.items():
        if outputs[name].shape != shape:
            text = f"Your {name} has shape {outputs[name].shape}; expected {shape}."
            question = "Which of the three is one number, and which is a list?"
            return Finding("wrong-shape", text, question, evidence)
    return Finding(
        "no-such-order",
        "From weights and a bias of zero, no order of the samples leads to what you return. "
        f"{evidence}",
        "Does every sample get one turn in each epoch, and does each turn go on from where the "
        "one before it ended?",
        evidence,
    )


def key(outcome: Fitted) -> bytes:
    """What two outcomes share that are the same, up to rounding."""
    w, b, mistakes = outcome
    return np.round(np.concatenate([w, [b], mistakes]), 12).tobytes()


def right_outcomes(
    ties: int | None, x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float
) -> list[Fitted]:
    """What the library's perceptron_fit can return, each once. A sum of exactly zero counts as the
    label ties, or, where that is None, as wrong whatever the label.

    What an epoch does hangs on the weights that it begins with and on nothing before. So it is
    enough to follow each outcome of the epochs so far once.
    """
    ended: list[Fitted] = []
    going: list[Fitted] = [(np.zeros(x.shape[1]), np.array(0.0), np.empty(0, dtype=int))]
    for _ in range(epochs):
        after: dict[bytes, Fitted] = {}
        for w, b, mistakes in going:
            for order in all_orders(len(y)):
                new_w, new_b, wrong = turns(x, y, w, float(b), learning_rate, order, ties)
                outcome = new_w, np.array(new_b), np.append(mistakes, wrong)
                after[key(outcome)] = outcome
        ended += [outcome for outcome in after.values() if outcome[2][-1] == 0]
        going = [outcome for outcome in after.values() if outcome[2][-1] > 0]
    return ended + going


def turns(
    x: np.ndarray,
    y: np.ndarray,
    w: np.ndarray,
    b: float,
    learning_rate: float,
    order: np.ndarray,
    ties: int | None = 0,
) -> tuple[np.ndarray, float, int]:
    """One epoch as it should be: the new weights and bias, and how many samples were wrong. A sum
    of zero counts as the label ties, or, where that is None, as wrong."""
    wrong = 0
    for n in order:
        total, label = float(x[n] @ w) + b, int(y[n])
        on_the_line = 1 - label if ties is None else ties
        error = label - (on_the_line if total == 0 else int(total > 0))
        if error:
            w, b = w + learning_rate * error * x[n], b + learning_rate * error
            wrong += 1
    return w, b, wrong


def fit_nothing_moves(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    # a mistake is taken to be a product with the label below zero, and zero is not below zero
    return np.zeros(x.shape[1]), 0.0, [0]


def fit_nothing_moves_to_the_end(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    return np.zeros(x.shape[1]), 0.0, [0] * epochs


def fit_update_thrown_away(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    return np.zeros(x.shape[1]), 0.0, [int(y.sum())] * epochs


def fit_bias_thrown_away(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for n in rng.permutation(len(y)):
            wrong += int(perceptron_predict(x[n], w, b) != y[n])
            w, _ = perceptron_update(x[n], y[n], w, b, learning_rate)
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes


def fit_ends_at_the_first_right_one(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for n in rng.permutation(len(y)):
            error = int(y[n]) - int(x[n] @ w + b > 0)
            if error == 0:
                break
            w, b = w + learning_rate * error * x[n], b + learning_rate * error
            wrong += 1
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes


def fit_goes_on(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        w, b, wrong = turns(x, y, w, b, learning_rate, rng.permutation(len(y)))
        mistakes.append(wrong)
    return w, b, mistakes


def fit_one_epoch(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, wrong = turns(x, y, np.zeros(x.shape[1]), 0.0, learning_rate, rng.permutation(len(y)))
    return w, b, [wrong]


def fit_last_zero_missing(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, mistakes = perceptron_fit(x, y, epochs, learning_rate, rng)
    return w, b, [wrong for wrong in mistakes if wrong > 0]


def fit_count_goes_on(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, [0]
    for _ in range(epochs):
        w, b, wrong = turns(x, y, w, b, learning_rate, rng.permutation(len(y)))
        mistakes.append(mistakes[-1] + wrong)
        if mistakes[-1] == 0:
            break
    return w, b, mistakes[1:]


def fit_one_total(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, int]:
    w, b, mistakes = perceptron_fit(x, y, epochs, learning_rate, rng)
    return w, b, sum(mistakes)


def fit_counted_after_the_update(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for n in rng.permutation(len(y)):
            w, b = perceptron_update(x[n], y[n], w, b, learning_rate)
            wrong += int(perceptron_predict(x[n], w, b) != y[n])
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes


def fit_counted_after_the_epoch(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        w, b, _ = turns(x, y, w, b, learning_rate, rng.permutation(len(y)))
        mistakes.append(int((perceptron_predict(x, w, b) != y).sum()))
        if mistakes[-1] == 0:
            break
    return w, b, mistakes


def fit_one_order(
    later: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray,
    y: np.ndarray,
    epochs: int,
    learning_rate: float,
    rng: Any,
) -> tuple[np.ndarray, float, list[int]]:
    """An order is drawn once; later: from it to that of all later epochs."""
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    order = rng.permutation(len(y))
    for _ in range(epochs):
        w, b, wrong = turns(x, y, w, b, learning_rate, order)
        mistakes.append(wrong)
        if wrong == 0:
            break
        order = later(order)
    return w, b, mistakes


FITS_OF_ONE_ORDER = (partial(fit_one_order, lambda order: order), partial(fit_one_order, np.sort))
"""The order that was drawn is used in all epochs, or in the first one alone."""


def one_order_case(rng: np.random.Generator) -> Case:
    """Two pairs of equal samples with different labels, so that no epoch is the last: where an
    order that comes again and again can lead."""
    x = np.repeat(rng.normal(0.0, 1.0, (2, int(rng.integers(3, 9)))), 2, axis=0)
    return fit_case(rng, x, np.array([0, 1, 0, 1]), epochs=4, fits=FITS_OF_ONE_ORDER)


def fit_starts_again(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    mistakes = []
    for _ in range(epochs):
        w, b, wrong = turns(x, y, np.zeros(x.shape[1]), 0.0, learning_rate, rng.permutation(len(y)))
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes


def fit_all_at_once(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        errors = y - perceptron_predict(x, w, b)
        w, b = w + learning_rate * errors @ x, b + learning_rate * float(errors.sum())
        mistakes.append(int(np.abs(errors).sum()))
        if mistakes[-1] == 0:
            break
    return w, b, mistakes


def fit_without(
    left_out: Callable[[int, Any], np.ndarray],
) -> Callable[..., tuple[np.ndarray, float, list[int]]]:
    """The right one, but for the order, which leaves a sample out; left_out: of N and rng."""

    def fit(
        x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
    ) -> tuple[np.ndarray, float, list[int]]:
        w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
        for _ in range(epochs):
            wrong = 0
            for n in left_out(len(y), rng):
                wrong += int(perceptron_predict(x[n], w, b) != y[n])
                w, b = perceptron_update(x[n], y[n], w, b, learning_rate)
            mistakes.append(wrong)
            if wrong == 0:
                break
        return w, b, mistakes

    return fit


def fit_labels_left_behind(
    x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
) -> tuple[np.ndarray, float, list[int]]:
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for x_n, y_n in zip(rng.permutation(x), y, strict=True):
            wrong += int(perceptron_predict(x_n, w, b) != y_n)
            w, b = perceptron_update(x_n, y_n, w, b, learning_rate)
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes


Epoch = tuple[np.ndarray, float, Any]


def fit_by_epochs(
    epoch: Callable[..., Epoch] | None = None,
    ends: Callable[[list[int]], bool] = lambda counts: counts[-1] == 0,
    last: Callable[[list[Epoch]], tuple[np.ndarray, float]] = lambda done: done[-1][:2],
    limit: Callable[[int], int] = lambda epochs: epochs,
    count: Callable[[list[int], int], Any] = lambda counts, n: counts,
    start: Callable[[np.ndarray], tuple[np.ndarray, float]] = lambda x: (np.zeros(x.shape[1]), 0.0),
) -> Callable[..., tuple[np.ndarray, float, Any]]:
    """A wrong perceptron_fit, right but for what is given.

    epoch: (x, y, w, b, learning_rate, order, number) to the new w, b and the count; ends: whether
    no further epoch follows these counts; last: w and b, of the start and all epochs; limit: how
    many epochs there may be; count: what is returned of the counts, given N; start: w and b.
    """

    def fit(
        x: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float, rng: Any
    ) -> tuple[np.ndarray, float, Any]:
        done: list[Epoch] = [(*start(x), 0)]
        counts: list[int] = []
        while len(counts) < limit(epochs):
            w, b, _ = done[-1]
            order = rng.permutation(len(y))
            if epoch is None:
                done.append(turns(x, y, w, b, learning_rate, order))
            else:
                done.append(epoch(x, y, w, b, learning_rate, order, len(counts)))
            counts.append(done[-1][2])
            if ends(counts):
                break
        return (*last(done), count(counts, len(y)))

    return fit


def turns_counted(
    counts: Callable[[list[int]], int],
) -> Callable[..., Epoch]:
    """An epoch with another count, made of the errors: 0, 1 and -1."""

    def epoch(
        x: np.ndarray, y: np.ndarray, w: np.ndarray, b: float, rate: float, order: Any, _: int
    ) -> Epoch:
        errors = []
        for n in order:
            errors.append(error_of(x[n], y[n], w, b))
            w, b = w + rate * errors[-1] * x[n], b + rate * errors[-1]
        return w, b, counts(errors)

    return epoch


def no_progress(counts: list[int]) -> bool:
    """Whether the last epoch made as many mistakes as the one before it, or more."""
    return counts[-1] == 0 or (len(counts) > 1 and counts[-1] >= counts[-2])


def standstill(counts: list[int]) -> bool:
    """Whether the last epoch made as many mistakes as the one before it."""
    return counts[-1] == 0 or (len(counts) > 1 and counts[-1] == counts[-2])


FITS_WITHOUT_PATIENCE = (fit_by_epochs(ends=no_progress), fit_by_epochs(ends=standstill))


def twins_case(rng: np.random.Generator, fits: tuple[Fit, ...]) -> Case:
    """Two equal samples with different labels, so that no epoch is the last."""
    x = np.repeat(rng.integers(1, 5, (1, int(rng.integers(3, 7)))).astype(float), 2, axis=0)
    return fit_case(rng, x, np.array([0, 1]), epochs=5, fits=fits)


PERCEPTRON_FIT = Exercise(
    name="perceptron_fit",
    lesson="01_perceptron",
    goal="Go through the samples in random order, again and again, until none is wrong.",
    points=3,
    minutes=12,
    difficulty=3,
    reference=perceptron_fit,
    returns="tuple",
    cases=fit_cases,
    hints=(
        "There are two loops, one inside the other: epochs, and in each epoch all samples.",
        "Start from zeros. In each epoch draw a new order, and let every sample have one turn: "
        "ask for the prediction, count it if it is wrong, then update. When does the outer loop "
        "end early?",
        "`rng.permutation(len(y))` gives the order as row numbers. Keep a counter that starts at "
        "0 in each epoch, append it to the list when the epoch is over, and stop after an epoch "
        "whose counter is still 0. Return w, b and the list.",
    ),
    mistakes=(
        Mistake(
            "zero-is-no-mistake",
            fit_nothing_moves,
            "Your `w` and `b` are still zero, and your `mistakes` says that nothing was wrong.",
            "With weights of zero every sum is zero, and zero must be one answer or the other.",
            "Which samples does your test for a mistake call wrong before anything is learned?",
        ),
        Mistake(
            "zero-is-never-a-mistake",
            fit_nothing_moves_to_the_end,
            "Your `w` and `b` are still zero, and your `mistakes` holds a 0 for every epoch.",
            "With weights of zero every sum is zero, and zero must be one answer or the other.",
            "Which samples does your test for a mistake call wrong before anything is learned?",
        ),
        Mistake(
            "update-thrown-away",
            fit_update_thrown_away,
            "Your `w` and `b` are still zero, and the same samples are wrong in every epoch.",
            "perceptron_update leaves the old weights as they are, and hands back new ones.",
            "What becomes of the values that perceptron_update returns?",
        ),
        Mistake(
            "bias-thrown-away",
            fit_bias_thrown_away,
            "Your `b` is still zero, while `w` has learned.",
            "perceptron_update hands back two things.",
            "What becomes of the second value that perceptron_update returns?",
        ),
        Mistake(
            "last-zero-missing",
            fit_last_zero_missing,
            "Your `mistakes` lacks the last epoch, the one without a mistake.",
            "That 0 is the proof that a line was found.",
            "When the loop ends early, has the count of that epoch been kept yet?",
        ),
        Mistake(
            "stops-after-one-epoch",
            fit_one_epoch,
            "Your `mistakes` has one entry: you stop after the first epoch.",
            "Once through the samples is seldom enough.",
            "How far is the line that ends your loop, or returns, indented?",
        ),
        Mistake(
            "goes-on-for-nothing",
            fit_goes_on,
            "Your `mistakes` goes on after its first 0.",
            "When no sample is wrong, nothing will ever move again.",
            "What can an epoch change that begins where the last one found no mistake?",
        ),
        Mistake(
            "errors-cancel",
            fit_by_epochs(turns_counted(lambda errors: abs(sum(errors)))),
            "Your `mistakes` adds up errors of 1 and -1, and two of them make 0.",
            "A 1 taken for a 0 and a 0 taken for a 1 are two mistakes.",
            "What is the sum of your errors when one sample of each kind is wrong?",
            also=(
                fit_by_epochs(turns_counted(sum)),
                fit_by_epochs(turns_counted(lambda errors: -sum(errors))),
            ),
        ),
        Mistake(
            "epoch-ends-at-a-right-one",
            fit_ends_at_the_first_right_one,
            "Your epochs end with the first sample that is right: those after it have no turn.",
            "Every sample has its turn in every epoch.",
            "What does your function do when a sample needs no update: go to the next, or leave?",
        ),
        Mistake(
            "one-total",
            fit_one_total,
            "Your `mistakes` is one number: the mistakes of all epochs together.",
            "A number for each epoch shows whether it is getting better.",
            "How many epochs were there, and how many numbers should there be?",
        ),
        Mistake(
            "count-never-reset",
            fit_count_goes_on,
            "Your `mistakes` never falls: each epoch is counted on top of those before it.",
            "Each epoch has a count of its own, and only that can come down to 0.",
            "Where does your counter become 0, and how often does that line run?",
        ),
        Mistake(
            "counted-after-the-epoch",
            fit_counted_after_the_epoch,
            "Your `mistakes` is counted at the end of each epoch, with the weights of then.",
            "The number asked for is of samples that were wrong as they had their turn.",
            "At which moment should a sample be judged, and with which weights?",
        ),
        Mistake(
            "counted-after-the-update",
            fit_counted_after_the_update,
            "Your `mistakes` is too small: each sample is judged after it has been learned from.",
            "A test comes before the correction.",
            "In which order do you ask for the prediction and update?",
        ),
        Mistake(
            "starts-again-each-epoch",
            fit_starts_again,
            "Your `w` and `b` are what the last epoch alone has taught: each begins with zeros.",
            "What one epoch has learned, the next builds on.",
            "How often does the line run that sets w to zeros?",
        ),
        Mistake(
            "all-at-once",
            fit_all_at_once,
            "Your `w` and `b` move once an epoch, by the sum of all mistakes.",
            "The perceptron learns at once, so the next sample meets better weights.",
            "With which weights is the last sample of an epoch judged?",
        ),
        Mistake(
            "one-has-no-turn",
            fit_without(lambda n, rng: rng.permutation(n - 1)),
            "In each of your epochs one sample has no turn: N - 1 have one.",
            "The one that is left out may be the very one that is wrong.",
            "With two samples, which of them does your loop visit?",
            also=(
                fit_without(lambda n, rng: 1 + rng.permutation(n - 1)),
                fit_without(lambda n, rng: rng.permutation(n)[1:]),
            ),
        ),
        Mistake(
            "one-order-for-all-epochs",
            FITS_OF_ONE_ORDER[0],
            "One order of the samples is drawn, and it serves all your epochs: whatever `rng` "
            "gives, your `w`, `b` and `mistakes` never need a second one.",
            "Each epoch is to meet the samples in an order of its own.",
            "How often does the line run that draws from rng, and how often should it?",
            also=FITS_OF_ONE_ORDER[1:],
            habit=one_order_case,
        ),
        Mistake(
            "labels-left-behind",
            fit_labels_left_behind,
            "Your `w` and `b` come from samples with each other's labels: only `x` was shuffled.",
            "A sample and its label travel together.",
            "After your shuffle, which label belongs to the first row of x?",
        ),
        Mistake(
            "stops-without-progress",
            FITS_WITHOUT_PATIENCE[0],
            "Your epochs end early: with samples that no line separates, they go on only as long "
            "as the count changes for the better.",
            "The count may rise before it falls; only an epoch without a mistake is the last.",
            "For which counts does your loop end?",
            also=FITS_WITHOUT_PATIENCE[1:],
            habit=partial(twins_case, fits=FITS_WITHOUT_PATIENCE),
        ),
        Mistake(
            "right-ones-counted",
            fit_by_epochs(count=lambda counts, n: [n - c for c in counts]),
            "Your `mistakes` grows as the perceptron gets better: it counts the right answers.",
            "The count comes down to 0, and then it is over.",
            "For a sample that is right, what does your line with the counter do?",
            also=(fit_by_epochs(turns_counted(lambda errors: errors.count(0))),),
        ),
        Mistake(
            "shares-for-counts",
            fit_by_epochs(count=lambda counts, n: [c / n for c in counts]),
            "Your `mistakes` holds shares of the samples, not their number.",
            "Asked for is how many samples were wrong.",
            "Do you divide by the number of samples anywhere?",
        ),
        Mistake(
            "bias-back-to-zero-each-epoch",
            fit_by_epochs(
                lambda x, y, w, b, rate, order, _: turns(x, y, w, 0.0, rate, order),
            ),
            "Your `b` is what the last epoch alone has taught, while `w` has learned in all.",
            "What one epoch has learned, the next builds on.",
            "How often does the line run that sets b to zero?",
        ),
        Mistake(
            "weights-back-to-zero-each-epoch",
            fit_by_epochs(
                lambda x, y, w, b, rate, order, _: turns(x, y, 0 * w, b, rate, order),
            ),
            "Your `w` is what the last epoch alone has taught, while `b` has learned in all.",
            "What one epoch has learned, the next builds on.",
            "How often does the line run that sets w to zeros?",
        ),
        Mistake(
            "one-epoch-too-many",
            fit_by_epochs(limit=lambda epochs: epochs + 1),
            "Your `mistakes` may have one entry more than there are `epochs`.",
            "A loop that counts from 0 and stops after `epochs` has been through once too often.",
            "With epochs = 1, how often does your outer loop run?",
        ),
        Mistake(
            "one-epoch-too-few",
            fit_by_epochs(limit=lambda epochs: epochs - 1),
            "Your `mistakes` has at most one entry fewer than there are `epochs`.",
            "In Python the end of a range is not part of it.",
            "With epochs = 1, how often does your outer loop run?",
        ),
        Mistake(
            "weights-of-the-epoch-before",
            fit_by_epochs(last=lambda done: done[-2][:2]),
            "Your `w` and `b` are those with which the last epoch began.",
            "What the last epoch has learned counts too.",
            "Are the values that you return kept before the samples have their turns, or after?",
        ),
        Mistake(
            "starts-with-ones",
            fit_by_epochs(start=lambda x: (np.ones(x.shape[1]), 0.0)),
            "Your `w` and `b` do not begin at zero.",
            "The start is told in the first line of the stub.",
            "Which values do w and b have before the first sample?",
            also=(
                fit_by_epochs(start=lambda x: (np.zeros(x.shape[1]), 1.0)),
                fit_by_epochs(start=lambda x: (np.ones(x.shape[1]), 1.0)),
            ),
        ),
        Mistake(
            "learning-rate-of-one",
            fit_by_epochs(lambda x, y, w, b, rate, order, _: turns(x, y, w, b, 1.0, order)),
            "Your `w` and `b` are those of a learning rate of 1, whatever `learning_rate` says.",
            "From zero, a learning rate scales all that is learned.",
            "What do you hand to perceptron_update as its last argument?",
        ),
    ),
    uses={"perceptron_predict": perceptron_predict, "perceptron_update": perceptron_update},
)

"""The exercise iterate_minibatches: all samples once, in random order, a batch at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from backprop_lib.data import iterate_minibatches
from checks.exercise import Case, Exercise, Finding, Mistake
from checks.exercises.drawing import draw_sizes

__all__ = ["ITERATE_MINIBATCHES", "Batch"]

Batch = tuple[np.ndarray, np.ndarray]


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
    """Samples with labels that are all different, so that each can be found again. They are no
    row numbers."""
    n, batch_size = sizes["N"], sizes["B"]
    shape = [n, *(size for letter, size in sizes.items() if letter not in "NB")]
    x = rng.integers(1, 8000, shape) / 8  # such numbers are the same in float32
    if x.ndim == 1:
        x = rng.permutation(8 * n) / 8 + 1.0  # all different
        x = x[:n]
    y = rng.choice(np.arange(10, 10 + 2 * n), n, replace=False)

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
        if len(set(rows)) < n == len(set(labels)) == len(rows):
            return describe("rows-overwritten", evidence)
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
    if counts == wanted[:-1] and counts:
        return describe("last-full-batch-missing", held)
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


def minibatch_full_one_missing(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> list[Batch]:
    order = rng.permutation(len(y))
    ends = range(batch_size, len(y), batch_size)
    batches = [order[end - batch_size : end] for end in ends]
    rest = len(y) % batch_size
    return [(x[batch], y[batch]) for batch in (*batches, *([order[-rest:]] if rest else []))]


def minibatch_rows_overwritten(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    x, y = x.copy(), y.copy()
    for i in range(len(y) - 1, 0, -1):
        j = int(rng.integers(i + 1))
        x[i], y[i], x[j], y[j] = x[j], y[j], x[i], y[i]
    yield from (
        (x[i : i + batch_size], y[i : i + batch_size]) for i in range(0, len(y), batch_size)
    )


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
            "Some samples are in more than one of your batches.",
            "Each batch begins where the one before it ended, and each is dealt once.",
            "Where does each of your batches begin and end, and how often is each of them given?",
        ),
        Mistake(
            "samples-lost",
            minibatch_lost,
            "Some samples are in none of your batches.",
            "Each batch begins where the one before it ended, and the last ends with the samples.",
            "Where does each of your batches begin and end, and where the last?",
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
        Mistake(
            "last-full-batch-missing",
            minibatch_full_one_missing,
            "Where the batch size divides N, the last batch never comes.",
            "A batch that ends just where the samples end is one of them.",
            "With 6 samples and batches of 3, for which starts does your loop run?",
        ),
        Mistake(
            "rows-overwritten",
            minibatch_rows_overwritten,
            "In your batches some rows of `x` come more than once and others never; the labels are "
            "all there.",
            "`x[i]` is no copy of a row but a look at it: what is written there shows through it.",
            "After x[i] = x[j], where is what x[i] held before?",
        ),
    )
}

ITERATE_MINIBATCHES = Exercise(
    name="iterate_minibatches",
    lesson="06_gradient_descent",
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

"""From what a function returned to plain arrays of our own, by name.

Nothing a learner hands over is compared before it has become a bare array: an object with its
own ideas of equality has no say.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from itertools import islice
from typing import Any

import numpy as np

from checks.exercise import Case, Exercise, Finding

__all__ = [
    "arrays_of",
    "call",
    "copy",
    "in_reverse",
    "nudge",
    "nudged_one_by_one",
    "partly_moved",
    "run_through",
    "same",
    "unpack",
]

MOST_BATCHES = 1000
"""How many items are taken at most from a function that yields them one after another."""


def call(
    exercise: Exercise, case: Case, function: Callable[..., Any]
) -> tuple[dict[str, np.ndarray], Finding | None]:
    """What a function of ours gives in this case: its outputs by name."""
    args = copy(case.args)
    returned = run_through(exercise.drive(function)(*args))
    return unpack(exercise, case, args[0] if exercise.returns == "in place" else returned)


def run_through(returned: Any) -> Any:
    """What was returned, or the list of items where it yields them one after another."""
    return list(islice(returned, MOST_BATCHES)) if isinstance(returned, Iterator) else returned


def unpack(
    exercise: Exercise, case: Case, returned: Any
) -> tuple[dict[str, np.ndarray], Finding | None]:
    """The outputs by name as plain arrays, or what is wrong with what was returned."""
    names = list(case.outputs)
    if exercise.returns in ("dict", "in place"):
        if not isinstance(returned, dict):
            return {}, wrong_structure(returned, f"a dictionary with the keys {', '.join(names)}")
        values = {str(name): value for name, value in returned.items()}
        missing = [name for name in names if name not in values]
        if missing:
            return {}, Finding(
                "missing-key",
                f"Your dictionary has no {', '.join(missing)}. Expected the keys "
                f"{', '.join(names)}; found {', '.join(values) or 'none'}.",
            )
    elif exercise.returns == "tuple":
        wanted = f"{len(names)} arrays in this order: {', '.join(names)}"
        if not isinstance(returned, (tuple, list)):
            return {}, wrong_structure(returned, wanted)
        if len(returned) != len(names):
            returned = flat(returned)
        if len(returned) != len(names):
            return {}, Finding("wrong-structure", f"Expected {wanted}; {len(returned)} came back.")
        values = dict(zip(names, returned, strict=True))
    elif exercise.returns == "out and cache":
        wanted = f"a pair ({names[0]}, cache)"
        if not isinstance(returned, (tuple, list)):
            return {}, wrong_structure(returned, wanted)
        if len(returned) != 2:
            return {}, Finding("wrong-structure", f"Expected {wanted}; {len(returned)} came back.")
        values = {names[0]: returned[0]}
    elif exercise.returns == "batches":
        batches, problem = join_batches(returned)
        if problem is not None:
            return {}, problem
        values = dict(zip(names, batches, strict=True))
    else:
        values = {names[0]: returned}
    outputs: dict[str, np.ndarray] = {}
    for name in names:
        array = plain_array(values[name])
        if array is None:
            return outputs, wrong_structure(values[name], f"an array of numbers for {name}")
        outputs[name] = array
    return outputs, None


def flat(returned: Sequence[Any]) -> list[Any]:
    """The items of a tuple of tuples, such as ((x, y), (x, y)), one after another."""
    groups = (item if isinstance(item, (tuple, list)) else (item,) for item in returned)
    return [item for group in groups for item in group]


def wrong_structure(value: Any, wanted: str) -> Finding:
    """The finding for a return value of another kind than the one wanted."""
    if value is None:
        return Finding(
            "nothing-returned",
            f"Your function returned None where {wanted} was expected.",
            "Does the function end with a return?",
        )
    return Finding(
        "wrong-structure", f"Expected {wanted}; a value of type {type(value).__name__} came back."
    )


def join_batches(returned: Any) -> tuple[tuple[Any, ...], Finding | None]:
    """All of x, all of y and the size of each batch, or what is wrong with the batches."""
    wanted = "a series of pairs (x_batch, y_batch)"
    if not isinstance(returned, (tuple, list)):
        return (), wrong_structure(returned, wanted)
    if not returned:
        return (), Finding(
            "no-batches",
            "Not a single batch comes out of your function.",
            "How often does your loop run when there are fewer samples than a batch holds?",
        )
    xs: list[np.ndarray] = []
    ys: list[np.ndarray] = []
    for i, batch in enumerate(returned, 1):
        if not isinstance(batch, (tuple, list)) or len(batch) != 2:
            kind = type(batch).__name__
            text = f"Expected {wanted}, but item {i} is of type {kind}."
            return (), Finding("wrong-structure", text)
        x, y = (plain_array(part) for part in batch)
        if x is None or y is None:
            return (), Finding("wrong-structure", f"Batch {i} does not hold arrays of numbers.")
        if x.ndim == 0 or y.ndim == 0 or len(x) != len(y):
            text = (
                f"Batch {i} has x of shape {x.shape} and y of shape {y.shape}: "
                "as many samples as labels belong in it."
            )
            return (), Finding(
                "wrong-shape", text, "Which samples go into x_batch, and which into y_batch?"
            )
        if xs and (x.shape[1:], y.shape[1:]) != (xs[0].shape[1:], ys[0].shape[1:]):
            text = f"Batch {i} has x of shape {x.shape}, but batch 1 has {xs[0].shape}."
            return (), Finding("wrong-shape", text, "Which axis of x counts the samples?")
        xs.append(x)
        ys.append(y)
    return (np.concatenate(xs), np.concatenate(ys), np.array([len(y) for y in ys])), None


def plain_array(value: Any) -> np.ndarray | None:
    """Value as a bare float64 array of our own, or None where it is not made of real numbers."""
    if not isinstance(value, (np.ndarray, np.generic, int, float, list, tuple)):
        return None
    try:
        # subok=False: no method of a learner's own array class takes part in the comparison
        array = np.array(value, subok=False)
    except (ValueError, TypeError):
        return None
    return array.astype(np.float64) if array.dtype.kind in "fiub" else None


def copy(value: Any) -> Any:
    """A deep copy of nested tuples, lists, dictionaries, arrays and generators."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, np.random.Generator):
        return deepcopy(value)
    if isinstance(value, (tuple, list)):
        return type(value)(copy(item) for item in value)
    if isinstance(value, dict):
        return {key: copy(item) for key, item in value.items()}
    return value


def arrays_of(value: Any) -> Iterator[np.ndarray]:
    """All arrays in a nested value."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (tuple, list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from arrays_of(item)


def in_reverse(value: Any, n: int) -> Any:
    """The same nested value with the rows of every array that has n of them in reverse order."""
    if isinstance(value, np.ndarray):
        return value[::-1].copy() if value.ndim and len(value) == n else value
    if isinstance(value, (tuple, list)):
        return type(value)(in_reverse(item, n) for item in value)
    if isinstance(value, dict):
        return {key: in_reverse(item, n) for key, item in value.items()}
    return value


def nudge(value: Any, rng: np.random.Generator, by: float = 1e-10) -> Any:
    """The same nested value with every real number in it moved by about this share of itself."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind != "f":
            return value
        return np.asarray(value * (1 + by * rng.uniform(0.5, 1.0, value.shape)))
    if isinstance(value, (tuple, list)):
        return type(value)(nudge(item, rng, by) for item in value)
    if isinstance(value, dict):
        return {key: nudge(item, rng, by) for key, item in value.items()}
    return value * (1 + by) if isinstance(value, float) else value


def nudged_one_by_one(args: tuple[Any, ...], rng: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    """The arguments again and again, each time with another one nudged, or a part of it."""
    for i, value in enumerate(args):
        keys: Sequence[Any] = ()
        if isinstance(value, (tuple, list)):
            keys = range(min(len(value), 4))
        elif isinstance(value, dict):
            keys = list(value)[:4]
        for key in keys:
            changed = dict(value) if isinstance(value, dict) else list(value)
            changed[key] = nudge(value[key], rng)
            yield (*args[:i], type(value)(changed), *args[i + 1 :])
        if not keys:
            yield (*args[:i], nudge(value, rng), *args[i + 1 :])


def partly_moved(args: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """The arguments with a part of an array moved by a good deal: one entry, then a whole row, of
    the first argument, or else of the first array in the second."""
    first, *others = args
    inside = len(args) == 2 and isinstance(args[1], (tuple, list))
    array = first if isinstance(first, np.ndarray) else args[1][0] if inside else None
    if not isinstance(array, np.ndarray) or array.dtype.kind != "f" or not array.size:
        return
    for part in ((0,) * array.ndim, 0):
        moved = array.copy()
        moved[part] *= 1.37
        if array is first:
            yield (moved, *others)
        else:
            yield (first, type(args[1])((moved, *args[1][1:])))


def same(a: Any, b: Any) -> bool:
    """Whether two nested values hold the same arrays, bit for bit (NaN equals NaN)."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(a, (tuple, list)):
        return (
            type(a) is type(b)
            and len(a) == len(b)
            and all(same(p, q) for p, q in zip(a, b, strict=True))
        )
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, np.random.Generator):
        return isinstance(b, np.random.Generator)  # drawing numbers is what it is for
    return type(a) is type(b) and bool(a == b)

"""Calling somebody else's function again and again without being misled by it.

A function under test may write into its input, hand out the same array every time, draw random
numbers or remember what it was called with. Here each call gets fresh copies, what it returns
is copied at once, random generators are put back to the same state before every call, and what
was seen is noted in words.
"""

import contextlib
import functools
import random
import types
import warnings
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, Literal

import numpy as np

__all__ = ["Misbehaves", "Randomness", "Watched", "changed_state", "leaves_of", "quiet"]


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """No warnings: functions are also called where they overflow or are not defined."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


DEPTH = 4
"""How far to follow what a function refers to: its closures, defaults, globals, attributes."""


class Misbehaves(Exception):
    """The function cannot be used as one: the text says what it did and what was expected.

    verdict: what follows for a check, "fail" or "unresolved".
    """

    def __init__(self, text: str, verdict: Literal["fail", "unresolved"] = "fail") -> None:
        super().__init__(text)
        self.verdict = verdict


class Randomness:
    """Every random generator within the functions' reach, held at one state from call to call.

    NumPy's global generator and Python's are watched too. Only those that a function is seen
    to use are put back, so that a function without randomness costs nothing.
    """

    def __init__(self, *functions: Callable[..., Any]) -> None:
        self.sources: dict[str, Any] = {
            "NumPy's global generator": np.random,
            "Python's global generator": random,
        }
        kinds = (np.random.Generator, np.random.RandomState, random.Random)
        for function in functions:
            for name, value in reachable(function):
                if isinstance(value, kinds) and not any(value is s for s in self.sources.values()):
                    self.sources[f"the generator `{name}`"] = value
        self.start = {name: get_state(source) for name, source in self.sources.items()}
        self.used: set[str] = set()

    def look(self) -> None:
        """Note which generators have moved since they were held."""
        for name, source in self.sources.items():
            if name not in self.used and not same_state(get_state(source), self.start[name]):
                self.used.add(name)

    def hold(self) -> None:
        """Put the generators that are used back to where they started."""
        for name in self.used:
            set_state(self.sources[name], self.start[name])


def get_state(source: Any) -> Any:
    """A copy of a generator's state."""
    if isinstance(source, np.random.Generator):
        return deepcopy(source.bit_generator.state)
    if source is np.random or isinstance(source, np.random.RandomState):
        return source.get_state(legacy=False)
    return source.getstate()


def set_state(source: Any, state: Any) -> None:
    """Give a generator a state that `get_state` returned."""
    if isinstance(source, np.random.Generator):
        source.bit_generator.state = state
    elif source is np.random or isinstance(source, np.random.RandomState):
        source.set_state(state)
    else:
        source.setstate(state)


def same_state(a: Any, b: Any) -> bool:
    """Whether two states are the same, arrays inside them included."""
    if isinstance(a, dict):
        return all(same_state(a[key], b[key]) for key in a)
    return bool(np.array_equal(a, b)) if isinstance(a, np.ndarray) else a == b


def reachable(function: Any, depth: int = DEPTH) -> Iterator[tuple[str, Any]]:
    """Names and values that a function can see without being handed them."""
    seen: set[int] = set()
    stack = [(getattr(function, "__name__", "f"), function, depth)]
    while stack:
        name, value, left = stack.pop()
        if id(value) in seen or isinstance(value, types.ModuleType | type):
            continue
        seen.add(id(value))
        yield name, value
        if left:
            stack += [(inner, v, left - 1) for inner, v in referred_to(name, value)]


def referred_to(name: str, value: Any) -> list[tuple[str, Any]]:
    """What a value refers to directly, by name."""
    if isinstance(value, functools.partial):
        found = [("func", value.func), *value.keywords.items()]
        return found + [(f"argument {i}", v) for i, v in enumerate(value.args)]
    if isinstance(value, types.MethodType):
        return [("self", value.__self__), (name, value.__func__)]
    if isinstance(value, types.FunctionType):
        found = []
        for variable, cell in zip(
            value.__code__.co_freevars, value.__closure__ or (), strict=False
        ):
            try:
                found.append((variable, cell.cell_contents))
            except ValueError:  # not assigned yet
                continue
        names = set(names_used(value.__code__))
        found += [(n, v) for n, v in value.__globals__.items() if n in names]
        found += [(f"default {i}", v) for i, v in enumerate(value.__defaults__ or ())]
        found += list((value.__kwdefaults__ or {}).items())
        found += list(vars(value).items())
        return found
    if isinstance(value, dict):
        return [(f"{name}[{key!r}]", v) for key, v in list(value.items())[:50]]
    if isinstance(value, list | tuple):
        return [(f"{name}[{i}]", v) for i, v in enumerate(value[:50])]
    if hasattr(value, "__dict__"):
        found = [(f"{name}.{key}", v) for key, v in list(vars(value).items())[:50]]
        return [*found, ("__call__", vars(type(value)).get("__call__"))]
    return []


def names_used(code: types.CodeType) -> Iterator[str]:
    """Global names that a piece of code uses, and those of the functions inside it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from names_used(constant)


def changed_state(function: Callable[..., Any], call: Callable[[], object]) -> list[str]:
    """Names of the variables within the function's reach that one call changes."""
    kinds = (int, float, complex, str, np.ndarray, np.generic)

    def picture() -> dict[str, Any]:
        return {n: deepcopy(v) for n, v in reachable(function) if isinstance(v, kinds)}

    before = picture()
    call()
    after = picture()
    names = [
        name
        for name, value in after.items()
        if name not in before or not np.array_equal(value, before[name], equal_nan=is_float(value))
    ]
    return sorted({name.split("[")[0] for name in names})


def is_float(value: Any) -> bool:
    """Whether NaN can occur in a value."""
    return np.asarray(value).dtype.kind in "fc"


class Watched:
    """A function that is called with its randomness held, and whose habits are written down.

    name: what to call it in messages; watch: how many of its first calls are looked at closely.
    """

    def __init__(
        self, function: Callable[..., Any], name: str, randomness: Randomness, watch: int = 4
    ) -> None:
        self.function = function
        self.name = name
        self.randomness = randomness
        self.watch = watch
        self.calls = 0
        self.notes: dict[str, str] = {}
        self.returned: list[tuple[np.ndarray, np.ndarray]] = []  # each array with a copy

    def __call__(self, *args: Any) -> Any:
        """What the function returns, as it returned it."""
        self.calls += 1
        self.randomness.hold()
        if self.calls > self.watch:
            return self.function(*args)
        before = deepcopy(args)
        returned = self.function(*args)
        self.look(args, before, returned)
        return returned

    def look(self, args: Any, before: Any, returned: Any) -> None:
        """Note what the call did besides returning a value."""
        self.randomness.look()
        for source in self.randomness.used:
            self.notes[source] = (
                f"{self.name} draws random numbers from {source}, which was put back to the same "
                "state before every call"
            )
        if not same_tree(args, before):
            self.notes["input"] = (
                f"{self.name} changes its input in place (it mutates it); it was given copies"
            )
        for array, kept in self.returned:
            if not np.array_equal(array, kept, equal_nan=is_float(kept)):
                self.notes["buffer"] = (
                    f"{self.name} reuses its output buffer (it writes a new answer into the array "
                    "that it returned before); its values were copied at once"
                )
        arrays = [leaf for leaf in leaves_of(returned) if isinstance(leaf, np.ndarray)]
        self.returned += [(array, array.copy()) for array in arrays]


def leaves_of(tree: Any) -> Iterator[Any]:
    """The values inside dictionaries, tuples and lists."""
    if isinstance(tree, dict):
        for value in tree.values():
            yield from leaves_of(value)
    elif isinstance(tree, tuple | list):
        for value in tree:
            yield from leaves_of(value)
    else:
        yield tree


def same_tree(a: Any, b: Any) -> bool:
    """Whether two structures hold the same numbers in the same places."""
    mine, theirs = list(leaves_of(a)), list(leaves_of(b))
    if len(mine) != len(theirs):
        return False
    return all(
        np.shape(p) == np.shape(q) and np.array_equal(p, q, equal_nan=is_float(p))
        for p, q in zip(mine, theirs, strict=True)
    )

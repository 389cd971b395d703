"""Structures of arrays (one array, or a dict, tuple or list of such) as one long vector."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from checks.watched import Misbehaves

__all__ = ["Layout", "Tree", "kind_of", "matching", "number"]

Tree = Any
"""One array, or a dictionary, tuple or list of such, nested or not."""


@dataclass(frozen=True)
class Layout:
    """The arrays of x and where their entries lie in one vector of n numbers."""

    tree: Tree
    names: tuple[str, ...]
    leaves: tuple[np.ndarray, ...]
    ends: tuple[int, ...]
    """Where each array ends in the vector."""

    @classmethod
    def of(cls, tree: Tree, name: str = "x") -> "Layout":
        """Find the arrays; TypeError where something else is in their place."""
        named = list(named_leaves(tree, "", name))
        leaves = tuple(leaf for _, leaf in named)
        ends = tuple(int(e) for e in np.cumsum([leaf.size for leaf in leaves]))
        return cls(tree, tuple(n for n, _ in named), leaves, ends)

    @functools.cached_property
    def plain(self) -> bool:
        """Whether x is one array in the usual memory order, the frequent case that is quick."""
        return isinstance(self.tree, np.ndarray) and self.tree.flags.c_contiguous

    @property
    def size(self) -> int:
        """How many numbers there are, n."""
        return self.ends[-1] if self.ends else 0

    def vector(self) -> np.ndarray:
        """All entries as float64, (n,)."""
        if not self.leaves:
            return np.zeros(0)
        return np.concatenate([np.asarray(leaf, float).ravel() for leaf in self.leaves])

    def parts(self, vector: np.ndarray) -> list[np.ndarray]:
        """A vector (n,) cut into the arrays' shapes, as views."""
        starts = (0, *self.ends)
        return [
            vector[a:b].reshape(leaf.shape)
            for a, b, leaf in zip(starts, self.ends, self.leaves, strict=False)
        ]

    def build(self, vector: np.ndarray, dtypes: Sequence[np.dtype] | None = None) -> Tree:
        """Fresh, writeable arrays in x's structure and memory order, with the vector's entries.

        dtypes: one for each array; the vector's own where None.
        """
        if self.plain:
            return vector.reshape(self.leaves[0].shape).astype(
                dtypes[0] if dtypes else vector.dtype
            )
        arrays = []
        for k, (part, leaf) in enumerate(zip(self.parts(vector), self.leaves, strict=True)):
            array = np.empty_like(leaf, dtype=dtypes[k] if dtypes else vector.dtype, subok=False)
            array[...] = part
            arrays.append(array)
        return rebuilt(self.tree, iter(arrays))

    def place(self, i: int) -> tuple[str, tuple[int, ...]]:
        """The array and the index of entry i of the vector."""
        k = int(np.searchsorted(self.ends, i, side="right"))
        start = self.ends[k - 1] if k else 0
        index = np.unravel_index(i - start, self.leaves[k].shape)
        return self.names[k], tuple(int(j) for j in index)

    def position(self, name: str, index: tuple[int, ...]) -> int:
        """Where an array's entry lies in the vector: the reverse of `place`."""
        k = self.names.index(name)
        start = self.ends[k - 1] if k else 0
        return start + int(np.ravel_multi_index(index, self.leaves[k].shape))


def named_leaves(tree: Tree, path: str, name: str) -> Iterator[tuple[str, np.ndarray]]:
    """The arrays inside a structure, each with its name."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from named_leaves(value, f"{path}.{key}" if path else str(key), name)
    elif isinstance(tree, tuple | list):
        for i, value in enumerate(tree):
            yield from named_leaves(value, f"{path or name}[{i}]", name)
    else:
        array = np.asarray(tree)
        if array.dtype.kind not in "fiub":
            raise TypeError(
                f"{path or name} must be an array of real numbers, or a dict or tuple of such; "
                f"got {type(tree).__name__} of {array.dtype}."
            )
        yield path or name, array


def rebuilt(tree: Tree, arrays: Iterator[np.ndarray]) -> Tree:
    """A structure like tree with these arrays in place of its own."""
    if isinstance(tree, dict):
        return {key: rebuilt(value, arrays) for key, value in tree.items()}
    if isinstance(tree, tuple | list):
        values = [rebuilt(value, arrays) for value in tree]
        if hasattr(tree, "_fields"):  # a named tuple
            return type(tree)(*values)
        return type(tree)(values)
    return next(arrays)


def number(value: Any, name: str) -> float:
    """The number that a function returned; Misbehaves where it returned something else."""
    if isinstance(value, list | tuple | dict) or value is None:
        kind = "None" if value is None else f"a {type(value).__name__}"
        raise Misbehaves(f"{name} returned {kind} where a number was expected")
    array = np.asarray(value)
    if array.dtype.kind == "c":
        raise Misbehaves(f"{name} returned a complex number where a real one was expected")
    if array.dtype.kind not in "fiub":
        raise Misbehaves(f"{name} returned {type(value).__name__} where a number was expected")
    if array.shape != ():
        raise Misbehaves(
            f"{name} returned an array of shape {array.shape} where a single number was expected: "
            "add it up to a number, or use check_backward for functions with arrays as outputs"
        )
    return float(array)


def matching(returned: Any, tree: Tree, name: str, place: str) -> Iterator[tuple[str, np.ndarray]]:
    """The arrays of a returned gradient in x's order; Misbehaves where the structure differs."""
    if isinstance(tree, dict):
        if not isinstance(returned, dict):
            raise Misbehaves(
                f"{name} returned {kind_of(returned)} where a dict with the keys of {place} "
                "was expected"
            )
        missing = [str(key) for key in tree if key not in returned]
        extra = [str(key) for key in returned if key not in tree]
        if missing or extra:
            raise Misbehaves(
                f"{name} returned the keys {', '.join(map(str, returned))}; "
                + (f"missing: {', '.join(missing)}. " if missing else "")
                + (f"not in {place}: {', '.join(extra)}." if extra else "")
            )
        for key in tree:
            yield from matching(returned[key], tree[key], name, f"{place}[{key!r}]")
    elif isinstance(tree, tuple | list):
        if not isinstance(returned, tuple | list) or len(returned) != len(tree):
            raise Misbehaves(
                f"{name} returned {kind_of(returned)} where {len(tree)} arrays were expected, "
                f"one for each of {place}"
            )
        for i, (mine, theirs) in enumerate(zip(returned, tree, strict=True)):
            yield from matching(mine, theirs, name, f"{place}[{i}]")
    else:
        plain = isinstance(returned, int | float | np.number) and np.ndim(tree) == 0
        if not plain and (isinstance(returned, list | tuple | dict) or returned is None):
            raise Misbehaves(
                f"{name} returned {kind_of(returned)} for {place} where an array of shape "
                f"{np.shape(tree)} was expected"
            )
        array = np.array(returned)  # a copy: the function may write into its own again
        if array.dtype.kind not in "fiub":
            raise Misbehaves(
                f"{name} returned {kind_of(returned)} for {place} where real numbers were expected"
            )
        yield f"{name} for {place}", array


def kind_of(value: Any) -> str:
    """A value's kind in words, with its length or shape."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and type {value.dtype}"
    if isinstance(value, list | tuple | dict):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a value of type {type(value).__name__}"

"""The library as a learner's process gets it: without the answers to the lesson's own exercises.

What is withheld is not there at all, in no memory and in no file that the process can read.
"""

import ast
import functools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import backprop_lib
from checks.exercise import Exercise

__all__ = ["EQUIVALENTS", "is_shipped", "withheld_names", "write_library"]

EQUIVALENTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("linear", "linear_backward"), ("Network",)),
    "softmax": ("softmax_cross_entropy_in_place",),
    "mlp_forward": ("Network", "dropout_mlp_forward"),
    "mlp_backward": ("Network", "dropout_mlp_backward"),
    "train_mlp": ("Network", "train_regularized"),
    "sgd_step": ("SGD",),
    "momentum_step": ("Momentum",),
    "adam_step": ("Adam",),
}
"""What else of the library does what an exercise asks for, and more, by the exercise's name."""


@functools.lru_cache
def withheld_names(exercises: tuple[Exercise, ...]) -> frozenset[str]:
    """The library's functions and classes that answer these exercises."""
    names: set[str] = set()
    for exercise in exercises:
        own = exercise.reference.__name__
        names |= {own, f"{own}_in_place", *EQUIVALENTS.get(exercise.name, ())}
    return frozenset(names)


def is_shipped(function: Callable[..., Any], exercises: Iterable[Exercise]) -> bool:
    """Whether this function is one of the library's that is not withheld."""
    name = getattr(function, "__name__", "")
    return getattr(backprop_lib, name, None) is function and name not in withheld_names(
        tuple(exercises)
    )


def write_library(folder: Path, exercises: Iterable[Exercise]) -> None:
    """Write the library into folder/backprop_lib, with a clear error in place of each answer."""
    names = withheld_names(tuple(exercises))
    target = folder / "backprop_lib"
    target.mkdir(parents=True)
    for path in sorted(Path(backprop_lib.__file__).parent.glob("*.py")):
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        if empty(tree, names):
            source = ast.unparse(tree)
        (target / path.name).write_text(source, encoding="utf-8")


def empty(tree: ast.Module, names: frozenset[str]) -> bool:
    """Empty the functions and classes of these names; whether there were any."""
    found = False
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in names:
            node.body = refusal(node, node.name)
            found = True
        elif isinstance(node, ast.ClassDef) and node.name in names:
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    inner.body = refusal(inner, node.name)
            found = True
    return found


def refusal(function: ast.FunctionDef, name: str) -> list[ast.stmt]:
    """In place of a function's body: its docstring, and an error."""
    message = (
        f"{name} is what an exercise of this lesson asks for; the library's version is withheld "
        "while grading"
    )
    kept = function.body[:1] if ast.get_docstring(function, clean=False) is not None else []
    return [*kept, *ast.parse(f"raise RuntimeError({message!r})").body]

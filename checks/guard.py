"""What an attempt may not lean on: a library that was bent, or one that derives by itself.

In a notebook the judge shares a process with the code that it judges. So before it looks, the
library and NumPy are put back to what they were when the judge was loaded.
"""

import contextlib
import operator
import sys
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

import backprop_lib  # noqa: F401 - so that all of it is loaded
from checks.watched import names_used, reachable

__all__ = ["borrowed_derivative", "untouched_library"]

AUTOGRAD = ("autograd", "jax", "jaxlib", "mxnet", "tensorflow", "theano", "tinygrad", "torch")
"""Packages that find gradients by themselves."""

WATCHED: tuple[ModuleType, ...] = (
    np,
    np.linalg,
    *(m for name, m in sorted(sys.modules.items()) if name.split(".")[0] == "backprop_lib"),
)
NAMES = {module: dict(vars(module)) for module in WATCHED}
CODE = {
    function: (function.__code__, function.__defaults__, function.__kwdefaults__)
    for module in WATCHED
    for function in vars(module).values()
    if isinstance(function, FunctionType) and function.__module__.startswith("backprop_lib")
}


@contextlib.contextmanager
def untouched_library() -> Iterator[None]:
    """While inside, the library and NumPy mean what they meant when the judge was loaded."""
    patched = [
        (module, name, vars(module).get(name))
        for module, names in NAMES.items()
        if not all(map(operator.is_, map(vars(module).get, names), names.values()))
        for name, value in names.items()
        if vars(module).get(name) is not value
    ]
    rewritten = [
        (function, (function.__code__, function.__defaults__, function.__kwdefaults__))
        for function, (code, defaults, _) in CODE.items()
        if function.__code__ is not code or function.__defaults__ is not defaults
    ]
    for module, name, _ in patched:
        setattr(module, name, NAMES[module][name])
    for function, _ in rewritten:
        set_code(function, CODE[function])
    try:
        yield
    finally:
        for module, name, value in patched:
            setattr(module, name, value)
        for function, parts in rewritten:
            set_code(function, parts)


def set_code(function: FunctionType, parts: tuple[Any, Any, Any]) -> None:
    """Give a function its code and defaults."""
    function.__code__, function.__defaults__, function.__kwdefaults__ = parts


def borrowed_derivative(attempt: Callable[..., Any]) -> str | None:
    """The package within an attempt's reach that finds gradients by itself, or None.

    Seen are functions in this process, what they refer to, and what they import when called.
    """
    for _, value in reachable(attempt):
        if not isinstance(value, FunctionType):
            package = getattr(type(value), "__module__", "").split(".")[0]
            if package in AUTOGRAD:
                return package
            continue
        for name in set(names_used(value.__code__)):
            found = value.__globals__.get(name)
            package = getattr(
                found, "__name__" if isinstance(found, ModuleType) else "__module__", None
            )
            for candidate in (package, name):
                root = str(candidate).split(".")[0]
                if root in AUTOGRAD and (candidate is package or root in sys.modules):
                    return root
    return None

"""Numerical gradients."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["NumericalGradient", "numerical_gradient"]


@dataclass(frozen=True)
class NumericalGradient:
    """Gradient of a scalar function by differences, with an error estimate for each entry."""

    value: np.ndarray
    """The gradient, in the shape of x."""
    error: np.ndarray
    """Estimated absolute error of each entry, in the shape of x."""


def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray) -> NumericalGradient:
    """Gradient of the scalar function f at x, entry by entry, and its estimated error.

    f: takes an array of x's shape, returns a number; x: floating point, any shape.
    Two central differences of step h and h/2 are extrapolated (Richardson, 1911).
    """
    x = np.array(x, dtype=float)
    value = np.zeros(x.shape)
    error = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        h = 1e-3 * max(abs(kept), 0.1)

        def f_at(point: float, index: tuple[int, ...] = index) -> float:
            x[index] = point
            return float(f(x.copy()))

        plus, minus = f_at(kept + h), f_at(kept - h)
        half_plus, half_minus = f_at(kept + h / 2), f_at(kept - h / 2)
        x[index] = kept
        coarse = (plus - minus) / (2 * h)
        fine = (half_plus - half_minus) / h
        # the error of a central difference falls by 4 when h is halved
        value[index] = fine + (fine - coarse) / 3
        rounding = np.finfo(float).eps * max(abs(plus), abs(minus)) / h
        error[index] = abs(fine - coarse) / 15 + 4 * rounding
    return NumericalGradient(value, error)

"""Derivatives by trying out: nudge an input and see how far the output moves.

Slow, yet so simple that it can tell whether a backward pass is right.
"""

import numpy as np

from backprop_lib.graph import graph_forward

__all__ = ["gradient_check", "numerical_gradient"]


def numerical_gradient(
    graph: dict[str, tuple[str, ...]], inputs: dict[str, float], output: str, step: float
) -> dict[str, float]:
    """The derivative of a graph's output for each input, by central differences.

    graph: as for `graph_forward`; inputs: the value of each; output: a node; step: how far each
    input is moved up and down, one at a time.
    """
    slopes = {}
    for name, value in inputs.items():
        # df/dx ~ (f(x + h) - f(x - h)) / (2 h)
        above = graph_forward(graph, {**inputs, name: value + step})[output]
        below = graph_forward(graph, {**inputs, name: value - step})[output]
        slopes[name] = (above - below) / (2 * step)
    return slopes


def gradient_check(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    """Whether a claimed gradient agrees with a numerical one.

    claimed, numeric: what the backward pass gave, and differences, which are right to about
    seven digits of the largest entry. A gradient of another shape is wrong.
    """
    if claimed.shape != numeric.shape:
        return False
    # |claimed - numeric| <= 0.00001 max |numeric|, in every entry; NaN compares as False
    scale = np.abs(numeric).max(initial=0.0)
    return bool((np.abs(claimed - numeric) <= 1e-5 * scale).all())

"""Inputs of every shape, for what acts on each entry."""

import numpy as np

from checks.exercise import Case

__all__ = ["of_other_shapes"]


def of_other_shapes(rng: np.random.Generator) -> tuple[Case, ...]:
    """A vector, three axes, and a single number below 0 and above: what acts on each entry takes
    any shape."""
    d = int(rng.integers(4, 10))
    vector = np.resize([-1.0, 1.0], d) * rng.uniform(0.1, 3.0, d)
    vector[0] = 0.0
    block = rng.choice([-1.0, 1.0], (3, 4, 5)) * rng.uniform(0.1, 3.0, (3, 4, 5))
    below, above = np.array(-rng.uniform(0.1, 3.0)), np.array(rng.uniform(0.1, 3.0))
    return (
        Case({}, (block,), values=("y",), label="three axes, (3, 4, 5)", extreme=True),
        Case({"D": d}, (vector,), values=("y",), label=f"a vector, D={d}", extreme=True),
        Case({}, (below,), values=("y",), label=f"a single number, {below:.2f}", extreme=True),
        Case({}, (above,), values=("y",), label=f"a single number, {above:.2f}", extreme=True),
    )

"""Parameters, gradients and step sizes, for what takes steps downhill."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from checks.exercise import Case

__all__ = ["Arrays", "alike_steps", "draw_arrays", "draw_step_sizes", "draw_steps", "first_steps"]

Arrays = dict[str, np.ndarray]


def draw_arrays(rng: np.random.Generator, shapes: Mapping[str, tuple[int, ...]]) -> Arrays:
    """Random numbers of these shapes, each from 0.5 to 2 or from -2 to -0.5."""
    return {
        name: rng.choice([-1.0, 1.0], shape) * rng.uniform(0.5, 2.0, shape)
        for name, shape in shapes.items()
    }


def draw_steps(rng: np.random.Generator, sizes: dict[str, int]) -> tuple[Arrays, list[Arrays]]:
    """Parameters of a layer, and gradients for each of T steps.

    Some entries of a gradient are 0 once, at the first step or later, and some of the gradients
    stand in their dictionary last name first."""
    shapes = {"w": (sizes["D"], sizes["M"]), "b": (sizes["M"],)}
    gradients = [draw_arrays(rng, shapes) for _ in range(sizes["T"])]
    gradients[0]["b"][0] = gradients[1]["b"][1] = gradients[2]["w"][1, 1] = 0.0
    gradients[1] = dict(reversed(gradients[1].items()))
    return draw_arrays(rng, shapes), gradients


def alike_steps(rng: np.random.Generator) -> tuple[Arrays, list[Arrays]]:
    """Parameters of one shape, with gradients for three steps that stand in another order; those
    of one are large, of one small; those of one bias begin at 0, of the other pause at 0."""
    shapes: dict[str, tuple[int, ...]] = {"w1": (3, 4), "w2": (3, 4), "b1": (4,), "b2": (4,)}
    gradients = [draw_arrays(rng, shapes) for _ in range(3)]
    for i, grads in enumerate(gradients):
        grads["w1"] *= 1000.0
        grads["w2"] *= 0.001
        grads["b2"] *= i
        grads["b1"] *= i != 1
    return draw_arrays(rng, shapes), [dict(reversed(grads.items())) for grads in gradients]


def draw_step_sizes(rng: np.random.Generator) -> list[dict[str, int]]:
    """Sizes for three cases: a layer, and the number of steps T, which are few: each is a call."""
    cases = []
    for _ in range(3):
        steps = int(rng.integers(3, 6))
        d, m = rng.choice([n for n in range(3, 10) if n != steps], 2, replace=False)
        cases.append({"D": int(d), "M": int(m), "T": steps})
    return cases


def first_steps(case: Case, steps: int) -> Case | None:
    """The case that ends after so many steps."""
    params, gradients, *settings = case.args
    if steps > len(gradients):
        return None
    return replace(case, args=(params, gradients[:steps], *settings))

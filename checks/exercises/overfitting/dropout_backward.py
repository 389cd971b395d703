"""The exercise dropout_backward: dL/dy of dropout, back to x, through the same mask."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backprop_lib.layers import dropout, dropout_backward
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.drawing import draw_batches

__all__ = ["DROPOUT_BACKWARD"]


def dropout_backward_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches and one sample through dropout; and batches of which all stays, or nothing."""
    first, *others = (dropout_backward_case(rng, sizes) for sizes in draw_batches(rng, "ND"))
    return (
        first,
        one_mask_case(rng, np.ones((3, 4)), "all stay"),
        one_mask_case(rng, np.zeros((4, 3)), "all go"),
        *others,
    )


def one_mask_case(rng: np.random.Generator, mask: np.ndarray, words: str) -> Case:
    """The way back through this mask."""
    dy = rng.choice([-1.0, 1.0], mask.shape) * rng.uniform(0.5, 2.0, mask.shape)
    label = f"shape {mask.shape}, {words}"
    return Case({}, (dy, mask), values=("dx",), label=label, extreme=True)


def dropout_backward_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """One batch, drawn until some entries stay and some go, and until dy has both signs there."""
    keep = float(rng.uniform(0.55, 0.75))
    shape = (sizes["N"], sizes["D"])
    x = rng.normal(0.3, 1.0, shape)
    while True:
        dy = rng.normal(0.2, 1.0, shape)
        _, mask = dropout(x, keep, rng)
        stay = dy[mask > 0]
        if 0 < len(stay) < mask.size and (stay > 0).any() and (stay < 0).any():
            break

    def loss(name: str, array: np.ndarray) -> float:
        return float((dy * array * mask).sum())

    numbers = {"keep_probability": keep, "the share that was kept": float((mask > 0).mean())}
    return Case(sizes, (dy, mask), {"dx": x}, loss, numbers=numbers)


def dropout_backward_no_mask(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy.copy()


def dropout_backward_all_scaled(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy * cache.max()


def dropout_backward_not_scaled(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy * (cache > 0)


def dropout_backward_scaled_twice(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy * cache * cache


def dropout_backward_mask_turned(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy * (cache == 0)


def dropout_backward_upstream_ignored(dy: np.ndarray, cache: Any) -> np.ndarray:
    return cache.copy()


def dropout_backward_divided(dy: np.ndarray, cache: Any) -> np.ndarray:
    return np.divide(dy, cache, out=np.zeros_like(dy), where=cache > 0)


def dropout_backward_gate_on_gradient(dy: np.ndarray, cache: Any) -> np.ndarray:
    return dy * cache * (dy > 0)


def dropped_back(factor: Callable[[np.ndarray], Any]) -> Callable[..., np.ndarray]:
    """A way back that multiplies dy by something made of the mask."""
    return lambda dy, cache: np.asarray(dy * factor(cache))


DROPOUT_BACKWARD = Exercise(
    name="dropout_backward",
    lesson="07_overfitting",
    goal="Send dL/dy of dropout back to its input.",
    points=1,
    minutes=3,
    difficulty=1,
    reference=dropout_backward,
    returns="array",
    cases=dropout_backward_cases,
    hints=(
        "What was drawn on the way forward is settled: on the way back nothing is random.",
        "Forward, every entry of x was multiplied by its entry of the mask. "
        "What is the slope of a multiplication by a number?",
        "Multiply dy by the mask in the cache, entry by entry. "
        "The mask already holds 1 / keep_probability where an entry stayed.",
    ),
    mistakes=(
        Mistake(
            "mask-not-applied",
            dropout_backward_no_mask,
            "Your `dx` is `dy` itself, also where the entry was dropped.",
            "An entry that was dropped had no part in the output.",
            "If a dropped entry of x changes a little, does y change?",
        ),
        Mistake(
            "dropped-entries-too",
            dropout_backward_all_scaled,
            "Your `dx` is right where entries stayed, and not zero where they were dropped.",
            "An entry that was dropped had no part in the output.",
            "If a dropped entry of x changes a little, does y change?",
        ),
        Mistake(
            "scale-forgotten",
            dropout_backward_not_scaled,
            "Your `dx` is zero in the right places, and equals `dy` elsewhere.",
            "The entries that stayed were made larger on the way forward.",
            "If an entry that stayed grows by 0.01, by how much does its y grow?",
        ),
        Mistake(
            "scaled-twice",
            dropout_backward_scaled_twice,
            "Your `dx` is zero in the right places, and too large by 1 / keep_probability "
            "elsewhere.",
            "What the forward pass did to an entry it did once.",
            "Which numbers does the mask in the cache hold?",
        ),
        Mistake(
            "mask-the-wrong-way-round",
            dropout_backward_mask_turned,
            "Your `dx` lets through exactly what was dropped, and stops the rest.",
            "The gradient can only pass where the signal passed.",
            "Which entries of the mask are 0: those that stayed or those that went?",
        ),
        Mistake(
            "upstream-ignored",
            dropout_backward_upstream_ignored,
            "Your `dx` is the mask itself: `dy` is not in it.",
            "The chain rule multiplies the local derivative by what arrives from above.",
            "If dy were ten times larger, what should happen to dx?",
        ),
        Mistake(
            "divided-by-the-mask",
            dropout_backward_divided,
            "Your `dx` is `dy` divided by the mask, so it has become smaller where entries stayed.",
            "Going back is not undoing: a gradient says how strongly x acts on y.",
            "If y = 3 x, what is dL/dx when dL/dy is 1?",
        ),
        Mistake(
            "gate-on-the-gradient",
            dropout_backward_gate_on_gradient,
            "Your `dx` is never negative: your gate looks at the sign of `dy`.",
            "Which entries pass was drawn on the way forward, whatever comes back later.",
            "Which array tells what happened on the way forward?",
        ),
        Mistake(
            "share-counted-again",
            dropped_back(lambda m: (m > 0) / max((m > 0).mean(), 1e-12)),
            "Your `dx` is divided by the share that happened to stay, not by keep_probability.",
            "The mask holds what each entry was multiplied by, chance or not.",
            "Which numbers does the mask in the cache hold?",
            also=(
                dropped_back(lambda m: (m > 0) / ((m > 0).mean() or 1.0)),
                dropped_back(lambda m: m / (m.mean() or 1.0)),
            ),
        ),
        Mistake(
            "mean-of-the-mask",
            dropped_back(lambda m: m.mean()),
            "Your `dx` is `dy` times one number, the mean of the mask.",
            "What is right on average is wrong for each entry.",
            "What is the slope for an entry that was dropped?",
        ),
        Mistake(
            "dropped-entries-plain",
            dropped_back(lambda m: np.where(m > 0, m, 1.0)),
            "Your `dx` is right where entries stayed, and equals `dy` where they were dropped.",
            "An entry that was dropped had no part in the output.",
            "If a dropped entry of x changes a little, does y change?",
        ),
        Mistake(
            "scaled-by-dropped-share",
            dropped_back(lambda m: (m > 0) / np.clip(1 - 1 / (m.max() or 2.0), 1e-9, 1)),
            "The entries of your `dx` that are not zero are divided by the share that is dropped.",
            "What the forward pass did to an entry is in the mask.",
            "Which numbers does the mask in the cache hold?",
        ),
        Mistake(
            "root-of-the-mask",
            dropped_back(np.sqrt),
            "Your `dx` is multiplied by the root of the mask.",
            "The slope of a multiplication by a number is that number.",
            "If y = 3 x, what is dL/dx when dL/dy is 1?",
        ),
        Mistake(
            "always-doubled",
            dropped_back(lambda m: 2.0 * (m > 0)),
            "Your `dx` is doubled wherever an entry stayed, whatever keep_probability was.",
            "Twice is right where half of the entries stay, and only there.",
            "Which numbers does the mask in the cache hold?",
        ),
    ),
)

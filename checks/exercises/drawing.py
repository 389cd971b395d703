"""Sizes for cases: all different and none of them 2, so that a mixed-up axis shows."""

import numpy as np

__all__ = ["draw_batches", "draw_sizes"]


def draw_sizes(
    rng: np.random.Generator, letters: str, one_sample: bool = False, largest: int = 9
) -> dict[str, int]:
    """A different size from 3 to largest for each letter; N is 1 where one_sample is asked for."""
    drawn = rng.choice(np.arange(3, largest + 1), size=len(letters), replace=False)
    sizes = {letter: int(size) for letter, size in zip(letters, drawn, strict=True)}
    if one_sample:
        sizes["N"] = 1
    return sizes


def draw_batches(rng: np.random.Generator, letters: str) -> list[dict[str, int]]:
    """Sizes for four cases: three batches and a single sample."""
    return [draw_sizes(rng, letters, one_sample) for one_sample in (False, False, True, False)]

"""Parameters of a small network, for the L2 penalty and its way back."""

from collections.abc import Mapping

import numpy as np

from backprop_lib.network import init_mlp

__all__ = ["Grads", "Params", "draw_params"]

Params = Mapping[str, np.ndarray]
Grads = dict[str, np.ndarray]


def draw_params(rng: np.random.Generator, sizes: Mapping[str, int]) -> Grads:
    """Parameters of a network whose biases have moved away from 0."""
    params = init_mlp(list(sizes.values()), rng)
    return {name: p + rng.normal(0.3, 0.2, p.shape) for name, p in params.items()}

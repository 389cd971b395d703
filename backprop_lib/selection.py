"""Selection: train several networks, and let the validation data choose one of them."""

from collections.abc import Sequence

import numpy as np

from backprop_lib.network import Network
from backprop_lib.optimizers import Adam
from backprop_lib.training import train

__all__ = ["select_by_validation", "train_and_select"]


def select_by_validation(validation_accuracy: Sequence[float], parameters: Sequence[int]) -> int:
    """Choose the candidate that does best on the validation data; of equals, the smallest.

    validation_accuracy, parameters: for each candidate its accuracy and its number of parameters.
    Returns the place of the chosen one, counted from 0; the first where all else is equal.
    """
    candidates = range(len(validation_accuracy))
    return min(candidates, key=lambda i: (-validation_accuracy[i], parameters[i]))


def train_and_select(
    candidates: Sequence[Sequence[int]],
    training: tuple[np.ndarray, np.ndarray],
    validation: tuple[np.ndarray, np.ndarray],
    learning_rate: float,
    epochs: int,
    batch_size: int,
    patience: int,
    seed: int,
) -> tuple[int, list[float], np.ndarray]:
    """Train a network for each candidate from the same seed, and choose one by validation.

    candidates: for each network its sizes, such as [[625, 2], [625, 64, 2]]; training,
    validation: (x (N, D), labels (N,)); the rest as in `train`, with Adam.
    Returns the place of the chosen candidate, each candidate's validation accuracy, and the
    chosen network's `parameters`, from which `Network.from_parameters` makes it again.
    """
    networks, accuracies = [], []
    for sizes in candidates:
        rng = np.random.default_rng(seed)  # the same for each: none is luckier than the others
        network = Network(sizes, rng, dtype=training[0].dtype)
        train(
            network,
            *training,
            optimizer=Adam(learning_rate),
            epochs=epochs,
            batch_size=batch_size,
            rng=rng,
            validation=validation,
            patience=patience,
        )
        networks.append(network)
        accuracies.append(float((network.predict(validation[0]) == validation[1]).mean()))
    chosen = select_by_validation(accuracies, [n.parameters.size for n in networks])
    return chosen, accuracies, networks[chosen].parameters

"""Training: the loop over epochs and batches, its history, and when to stop.

First as plain functions on a dictionary of parameters: `train_mlp`, and `train_regularized` with
weight decay and dropout. Then `train`, for a `Network`.
"""

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop_lib.data import iterate_minibatches
from backprop_lib.losses import softmax_cross_entropy, softmax_cross_entropy_backward
from backprop_lib.network import (
    Evaluation,
    Network,
    dropout_mlp_backward,
    dropout_mlp_forward,
    mlp_backward,
    mlp_forward,
)
from backprop_lib.optimizers import (
    Optimizer,
    OptimizerState,
    adam_step,
    l2_penalty,
    l2_penalty_backward,
    sgd_step,
)

__all__ = [
    "Epochs",
    "History",
    "best_epoch",
    "should_stop",
    "train",
    "train_epoch",
    "train_mlp",
    "train_regularized",
]


def train_mlp(
    params: dict[str, np.ndarray],
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    """Train an MLP in place: a step of gradient descent for each mini-batch of each epoch.

    params: as from `init_mlp`; x: (N, D); labels: (N,) integers from 0 to K - 1; rng: decides the
    order of the samples. Returns for each epoch the mean loss of its N samples, each as it was
    met, before the step that used it.
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for x_batch, labels_batch in iterate_minibatches(x, labels, batch_size, rng):
            scores, cache = mlp_forward(x_batch, params)
            loss, loss_cache = softmax_cross_entropy(scores, labels_batch)
            dscores = softmax_cross_entropy_backward(1.0, loss_cache)
            sgd_step(params, mlp_backward(dscores, cache), learning_rate)
            # a batch's loss is a mean, and the last batch may be smaller
            total += loss * len(labels_batch)
        losses.append(total / len(labels))
    return losses


@dataclass(frozen=True)
class Epochs:
    """A training to look back on: losses and parameters after each epoch."""

    training_loss: tuple[float, ...]
    """Loss on the training data after each epoch, without dropout and without the penalty."""
    validation_loss: tuple[float, ...]
    """Loss on the validation data after each epoch."""
    params: tuple[dict[str, np.ndarray], ...]
    """Copies of the parameters after each epoch."""


def train_regularized(
    params: dict[str, np.ndarray],
    training: tuple[np.ndarray, np.ndarray],
    validation: tuple[np.ndarray, np.ndarray],
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    rng: np.random.Generator,
    strength: float = 0.0,
    keep_probability: float = 1.0,
) -> Epochs:
    """Train an MLP in place with Adam, an L2 penalty and dropout, and keep every epoch.

    params: as from `init_mlp`; training, validation: (x (N, D), labels (N,)); rng: decides the
    order of the samples and what is dropped; strength: of the penalty; keep_probability: of each
    hidden unit. Nothing is learned from the validation data.
    """
    mean = {name: np.zeros_like(p) for name, p in params.items()}
    mean_square = {name: np.zeros_like(p) for name, p in params.items()}
    losses: list[tuple[float, float]] = []
    kept: list[dict[str, np.ndarray]] = []
    step = 0
    for _ in range(epochs):
        for x, labels in iterate_minibatches(*training, batch_size, rng):
            step += 1
            scores, cache = dropout_mlp_forward(x, params, keep_probability, rng)
            _, loss_cache = softmax_cross_entropy(scores, labels)
            grads = dropout_mlp_backward(softmax_cross_entropy_backward(1.0, loss_cache), cache)
            # the gradient of a sum is the sum of the gradients: loss + penalty
            _, penalty_cache = l2_penalty(params, strength)
            for name, pull in l2_penalty_backward(1.0, penalty_cache).items():
                grads[name] += pull
            adam_step(params, grads, mean, mean_square, step, learning_rate)
        losses.append((mlp_loss(params, *training), mlp_loss(params, *validation)))
        kept.append({name: p.copy() for name, p in params.items()})
    on_training, on_validation = zip(*losses, strict=True)
    return Epochs(on_training, on_validation, tuple(kept))


def mlp_loss(params: dict[str, np.ndarray], x: np.ndarray, labels: np.ndarray) -> float:
    """Loss of a network as it is used: all units, and no penalty."""
    return float(softmax_cross_entropy(mlp_forward(x, params)[0], labels)[0])


@dataclass(frozen=True)
class History:
    """What happened in training, a number for each epoch."""

    training_loss: tuple[float, ...]
    """Mean loss of the epoch's samples, each as it was met, before the step that used it."""
    training_accuracy: tuple[float, ...]
    """Share of the epoch's samples that were right, as they were met; empty without classes."""
    validation_loss: tuple[float, ...] = ()
    """Loss after each epoch on data that is not trained on; empty without such data."""
    validation_accuracy: tuple[float, ...] = ()
    """Accuracy after each epoch on data that is not trained on; empty without such data."""
    best_epoch: int | None = None
    """The epoch, counted from 1, with the lowest validation loss; None without such data."""
    stopped_early: bool = False
    """Whether training ended before all epochs, since nothing got better."""


def best_epoch(validation_loss: Sequence[float]) -> int:
    """The epoch, counted from 1, with the lowest loss; the first where several have it."""
    return min(range(len(validation_loss)), key=validation_loss.__getitem__) + 1


def should_stop(validation_loss: Sequence[float], patience: int) -> bool:
    """Whether the last `patience` epochs have all failed to beat the best one before them.

    validation_loss: a number for each epoch so far.
    """
    epochs = len(validation_loss)
    return epochs > 0 and epochs - best_epoch(validation_loss) >= patience


def train(
    network: Network,
    x: np.ndarray,
    y: np.ndarray,
    *,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    validation: tuple[np.ndarray, np.ndarray] | None = None,
    patience: int | None = None,
    progress: bool = False,
) -> History:
    """Train a network in place, and return what happened.

    x: (N, D) samples; y: (N,) labels, or (N, K) target numbers; rng: decides the order of the
    samples, so that the same seed gives the same network, bit for bit.
    validation: (x, y) that is not trained on, evaluated after each epoch.
    patience: stop when the validation loss has not improved for so many epochs, and in any case
    leave the network with the parameters of its best epoch. Without it, the last ones stay.
    progress: show a bar, if tqdm is installed.
    """
    require_trainable(network, x, y, epochs, batch_size)
    if validation is not None:
        network.require_fitting(*validation)
        require_finite("validation data", *validation)
    if patience is not None and (validation is None or patience < 1):
        raise ValueError(
            "patience is a number of epochs, at least 1, without a better validation loss, but "
            + ("there is no validation data." if validation is None else f"it is {patience}.")
            + " Pass validation=(x, y) and such as patience=5, or leave patience out."
        )
    state = optimizer.start(network.parameters)
    best = network.parameters.copy() if patience is not None else None
    training: list[Evaluation] = []
    validated: list[Evaluation] = []
    losses: list[float] = []  # of the validation
    stopped = False
    # what overflows is noticed and named below (diverged), so NumPy need not warn of it
    with (
        np.errstate(over="ignore", invalid="ignore", divide="ignore"),
        progress_bar(epochs * math.ceil(len(x) / batch_size), progress) as bar,
    ):
        for epoch in range(1, epochs + 1):
            training.append(
                train_epoch(network, x, y, optimizer, state, batch_size, rng, epoch, bar)
            )
            if validation is not None:
                validated.append(network.evaluate(*validation, batch_size))
                losses.append(validated[-1].loss)
                if not math.isfinite(losses[-1]):
                    where = f"on the validation data after epoch {epoch}"
                    raise diverged(losses[-1], where, optimizer)
            if bar is not None:
                bar.set_postfix(epoch=epoch, loss=f"{(validated or training)[-1].loss:.4f}")
            if best is not None and best_epoch(losses) == epoch:
                best[...] = network.parameters
            if patience is not None and should_stop(losses, patience):
                stopped = epoch < epochs
                break
    if best is not None:
        network.parameters[...] = best
    return History(
        training_loss=tuple(e.loss for e in training),
        training_accuracy=tuple(e.accuracy for e in training if e.accuracy is not None),
        validation_loss=tuple(losses),
        validation_accuracy=tuple(e.accuracy for e in validated if e.accuracy is not None),
        best_epoch=best_epoch(losses) if losses else None,
        stopped_early=stopped,
    )


def train_epoch(
    network: Network,
    x: np.ndarray,
    y: np.ndarray,
    optimizer: Optimizer,
    state: OptimizerState,
    batch_size: int,
    rng: np.random.Generator,
    epoch: int,
    bar: Any = None,
) -> Evaluation:
    """Go once through all samples, a step for each batch.

    epoch: its number, for error messages; bar: a tqdm bar to move on, if any.
    Returns mean loss and accuracy of the samples as they were met.
    """
    batches = math.ceil(len(x) / batch_size)
    loss, right = 0.0, 0.0
    # the batches of `iterate_minibatches`, gathered one after another in the same room
    order = rng.permutation(len(x))
    room = np.empty((min(batch_size, len(x)), x.shape[1]), x.dtype)
    for batch in range(1, batches + 1):
        rows = order[(batch - 1) * batch_size : batch * batch_size]
        # the mode says what to do with row numbers out of range; there are none, but only the
        # default one, "raise", would make a copy to be safe
        x_batch = np.take(x, rows, axis=0, out=room[: len(rows)], mode="clip")
        y_batch = y[rows]
        result = network.backpropagate(x_batch, y_batch)
        if not math.isfinite(result.loss):
            raise diverged(result.loss, f"in epoch {epoch}, batch {batch} of {batches}", optimizer)
        optimizer.step(network.parameters, network.gradients, state)
        loss += result.loss * len(x_batch)
        right += (result.accuracy or 0.0) * len(x_batch)
        if bar is not None:
            bar.update()
    if not all_finite(network.parameters):
        raise diverged(math.nan, f"with the last step of epoch {epoch}", optimizer)
    return Evaluation(loss / len(x), None if result.accuracy is None else right / len(x))


def progress_bar(steps: int, wanted: bool) -> AbstractContextManager[Any]:
    """A tqdm bar, or None in its place where none is wanted or tqdm is not installed."""
    if wanted:
        try:
            from tqdm.auto import tqdm

            return tqdm(total=steps, unit="batch")
        except ImportError:
            pass
    return nullcontext()


def all_finite(array: np.ndarray) -> bool:
    """Whether no number is NaN or infinite, without a temporary array of the same size."""
    return bool(np.isfinite(array.min()) and np.isfinite(array.max()))


def require_finite(what: str, x: np.ndarray, y: np.ndarray) -> None:
    """Raise a ValueError that names the first sample with a NaN or an infinite number."""
    for name, array in (("x", x), ("y", y)):
        if not all_finite(array):
            first = np.argwhere(~np.isfinite(array))[0]
            value = array[tuple(first)]
            raise ValueError(
                f"The {what} must be finite, but {name}[{', '.join(map(str, first))}] is {value}. "
                "Remove such samples or fill in what is missing before training."
            )


def diverged(loss: float, where: str, optimizer: Optimizer) -> FloatingPointError:
    """The error to raise when training has gone wrong."""
    return FloatingPointError(
        f"Training diverged: the loss became {loss} {where}. Most often the learning rate, "
        f"here {optimizer.learning_rate}, is too large: try a tenth of it. Or bring the "
        "features to a common scale first (standardize)."
    )


def require_trainable(
    network: Network, x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int
) -> None:
    """Raise an error that says what to do unless the network can be trained with these."""
    network.require_fitting(x, y)
    require_finite("training data", x, y)
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, but it is {value}.")

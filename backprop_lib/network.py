"""A multilayer perceptron (MLP): linear layers with an activation between them.

First as plain functions, with ReLU: `init_mlp`, `mlp_forward`, `mlp_backward`, and the same with
dropout for training: `dropout_mlp_forward`, `dropout_mlp_backward`. The parameters are
a dictionary: "w1" and "b1" for the first layer, "w2" and "b2" for the second, and so on. The
gradients come back in a dictionary with the same keys and shapes.

Then as `Network`, which computes the same and is made for long training: its arrays are made once
and used for every batch, and what nobody needs is not computed.
"""

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from backprop_lib import in_place
from backprop_lib.layers import (
    dropout,
    dropout_backward,
    he_init,
    linear,
    linear_backward,
    relu,
    relu_backward,
)

__all__ = [
    "Evaluation",
    "Network",
    "dropout_mlp_backward",
    "dropout_mlp_forward",
    "init_mlp",
    "mlp_backward",
    "mlp_forward",
]


def init_mlp(sizes: list[int], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw the starting parameters of an MLP: random weights, zero biases.

    sizes: features in, hidden units of each layer, classes out, such as [64, 32, 10].
    Returns {"w1": (sizes[0], sizes[1]), "b1": (sizes[1],), "w2": ...}.
    The spread sqrt(2 / inputs) keeps the signal's size from layer to layer (He et al., 2015).
    """
    params = {}
    for i in range(1, len(sizes)):
        inputs, outputs = sizes[i - 1], sizes[i]
        params[f"w{i}"] = rng.normal(0.0, np.sqrt(2 / inputs), (inputs, outputs))
        params[f"b{i}"] = np.zeros(outputs)
    return params


def mlp_forward(x: np.ndarray, params: dict[str, np.ndarray]) -> tuple[np.ndarray, list[tuple]]:
    """Run a batch through every layer: linear, ReLU, linear, ReLU, ..., linear.

    x: (N, D); params: as from `init_mlp`. Returns the scores (N, K) and the cache: a list with
    one pair (cache of linear, cache of relu) a layer. The last layer has no ReLU; its pair
    holds None in that place.
    """
    layers = len(params) // 2
    cache = []
    out = x
    for i in range(1, layers + 1):
        out, linear_cache = linear(out, params[f"w{i}"], params[f"b{i}"])
        relu_cache = None
        if i < layers:
            out, relu_cache = relu(out)
        cache.append((linear_cache, relu_cache))
    return out, cache


def mlp_backward(dscores: np.ndarray, cache: list[tuple]) -> dict[str, np.ndarray]:
    """Send the gradient back through every layer, last layer first.

    dscores: (N, K), dL/dscores; cache: as from `mlp_forward`.
    Returns the gradients under the names of the parameters: {"w1": dL/dw1, "b1": dL/db1, ...}.
    """
    grads = {}
    dout = dscores
    for i in range(len(cache), 0, -1):
        linear_cache, relu_cache = cache[i - 1]
        # undo the steps of layer i in reverse: it was linear, then ReLU
        if relu_cache is not None:
            dout = relu_backward(dout, relu_cache)
        dout, grads[f"w{i}"], grads[f"b{i}"] = linear_backward(dout, linear_cache)
    return grads


def dropout_mlp_forward(
    x: np.ndarray,
    params: Mapping[str, np.ndarray],
    keep_probability: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, list[tuple]]:
    """Run a batch through every layer as `mlp_forward` does, with dropout after each ReLU.

    For training only; to use the network, call `mlp_forward`. x: (N, D); keep_probability: the
    share of hidden units that stay; rng: decides which. Returns the scores (N, K) and the cache:
    for each layer (cache of linear, cache of relu, cache of dropout), the last with None twice.
    """
    layers = len(params) // 2
    cache: list[tuple] = []
    out = x
    for i in range(1, layers):
        out, linear_cache = linear(out, params[f"w{i}"], params[f"b{i}"])
        out, relu_cache = relu(out)
        out, mask = dropout(out, keep_probability, rng)
        cache.append((linear_cache, relu_cache, mask))
    scores, linear_cache = linear(out, params[f"w{layers}"], params[f"b{layers}"])
    return scores, [*cache, (linear_cache, None, None)]


def dropout_mlp_backward(dscores: np.ndarray, cache: list[tuple]) -> dict[str, np.ndarray]:
    """Send the gradient back through every layer and through the masks that were drawn.

    dscores: (N, K), dL/dscores; cache: as from `dropout_mlp_forward`.
    Returns the gradients under the names of the parameters.
    """
    grads = {}
    dout = dscores
    for i in range(len(cache), 0, -1):
        linear_cache, relu_cache, mask = cache[i - 1]
        # undo the steps of layer i in reverse: it was linear, ReLU, dropout
        if relu_cache is not None:
            dout = relu_backward(dropout_backward(dout, mask), relu_cache)
        dout, grads[f"w{i}"], grads[f"b{i}"] = linear_backward(dout, linear_cache)
    return grads


@dataclass(frozen=True)
class Activation:
    """What follows each hidden linear layer."""

    forward: Callable[[np.ndarray], None]
    """Overwrites its input with its output."""
    backward: Callable[[np.ndarray, np.ndarray], None]
    """Overwrites dy with dx, given dy and the output y, which it may overwrite too."""
    mean_square: float
    """Starting weights are drawn with the variance mean_square / inputs."""


@dataclass(frozen=True)
class Loss:
    """What stands at the end of a network."""

    forward: Callable[[np.ndarray, np.ndarray], tuple[float, int | None, Any]]
    """Given scores and targets: the loss, how many are right, and the cache."""
    backward: Callable[[Any], np.ndarray]
    """Given the cache: the gradient for the scores."""


ACTIVATIONS = {
    "relu": Activation(in_place.relu_in_place, in_place.relu_backward_in_place, 2.0),
    "tanh": Activation(in_place.tanh_in_place, in_place.tanh_backward_in_place, 1.0),
    "sigmoid": Activation(in_place.sigmoid_in_place, in_place.sigmoid_backward_in_place, 1.0),
}

LOSSES = {
    "softmax_cross_entropy": Loss(
        in_place.softmax_cross_entropy_in_place, in_place.softmax_cross_entropy_backward_in_place
    ),
    "mean_squared_error": Loss(
        in_place.mean_squared_error_in_place, in_place.mean_squared_error_backward_in_place
    ),
}


@dataclass(frozen=True)
class Evaluation:
    """How well a network does on some samples."""

    loss: float
    """Mean over the samples."""
    accuracy: float | None
    """Share of the samples that are right, from 0 to 1; None where targets are numbers."""


class Network:
    """An MLP that owns its parameters, their gradients, and room for one batch.

        network = Network([64, 32, 10], rng, dtype=np.float32)
        network.backpropagate(x, labels)          # fills network.grads
        sgd_step(network.params, network.grads, learning_rate=0.1)
        network.predict(x)

    `train` does this for every batch of every epoch.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        rng: np.random.Generator,
        *,
        activation: str = "relu",
        loss: str = "softmax_cross_entropy",
        dtype: npt.DTypeLike = np.float64,
    ) -> None:
        """Draw the starting weights; biases start at zero.

        sizes: features in, units of each hidden layer, scores out; rng: decides the weights;
        activation: "relu", "tanh" or "sigmoid"; loss: "softmax_cross_entropy" for classes or
        "mean_squared_error" for numbers; dtype: float32 or float64, in which all is computed.
        """
        self._make_arrays(sizes, activation, loss, dtype)
        spread = np.sqrt(ACTIVATIONS[activation].mean_square / 2)  # he_init has that of ReLU
        for (w, b), (inputs, outputs) in zip(self._layers, self.layer_shapes, strict=True):
            w[...] = spread * he_init(inputs, outputs, rng)
            b[...] = 0

    @classmethod
    def from_parameters(
        cls,
        sizes: Sequence[int],
        parameters: np.ndarray,
        *,
        activation: str = "relu",
        loss: str = "softmax_cross_entropy",
    ) -> "Network":
        """A network with these parameters, copied: (P,), as in `parameters` of another."""
        network = cls.__new__(cls)
        network._make_arrays(sizes, activation, loss, parameters.dtype)
        if parameters.shape != network.parameters.shape:
            raise ValueError(
                f"A network of sizes {list(sizes)} has {network.parameters.size} parameters, "
                f"shape {network.parameters.shape}, but these have shape {parameters.shape}."
            )
        network.parameters[...] = parameters
        return network

    def _make_arrays(
        self, sizes: Sequence[int], activation: str, loss: str, dtype: npt.DTypeLike
    ) -> None:
        """All but the values of the parameters."""
        self.sizes = tuple(operator.index(size) for size in sizes)
        self.activation = activation
        self.loss = loss
        self.dtype = np.dtype(dtype)
        if len(self.sizes) < 2 or min(self.sizes) < 1:
            raise ValueError(
                f"sizes must name at least the features in and the scores out, all 1 or more, "
                f"such as [64, 32, 10], but they are {list(sizes)}."
            )
        require_known("activation", activation, ACTIVATIONS)
        require_known("loss", loss, LOSSES)
        if self.dtype not in (np.float32, np.float64):
            raise ValueError(f"dtype must be float32 or float64, but it is {self.dtype}.")
        # All parameters lie side by side in one array, so that an optimizer updates them at once.
        # w1, b1, w2, ... are views of it: the same numbers under a name and in a shape.
        count = sum((inputs + 1) * outputs for inputs, outputs in self.layer_shapes)
        self.parameters = empty_aligned((count,), self.dtype)
        self.gradients = empty_aligned((count,), self.dtype)
        self.gradients[...] = 0
        self._layers = list(split_layers(self.parameters, self.layer_shapes))
        self._layer_grads = list(split_layers(self.gradients, self.layer_shapes))
        self.params = name_layers(self._layers)
        self.grads = name_layers(self._layer_grads)
        self._make_room(0)

    def _make_room(self, rows: int) -> None:
        """Arrays for a batch: every layer's output, and the gradients of the hidden ones."""
        self._outputs = [empty_aligned((rows, size), self.dtype) for size in self.sizes[1:]]
        self._douts = [empty_aligned((rows, size), self.dtype) for size in self.sizes[1:-1]]

    def copy(self) -> "Network":
        """Another network with the same parameters and arrays of its own."""
        return restore(self.sizes, self.parameters, self.activation, self.loss)

    # copy.copy, copy.deepcopy and pickle go the same way: with their arrays copied one by one,
    # params would no longer be views of parameters
    def __reduce__(self) -> tuple[Any, ...]:
        return restore, (self.sizes, self.parameters, self.activation, self.loss)

    def __repr__(self) -> str:
        return (
            f"Network({list(self.sizes)}, activation={self.activation!r}, loss={self.loss!r}, "
            f"dtype={self.dtype.name!r})"
        )

    @property
    def layer_shapes(self) -> list[tuple[int, int]]:
        """Inputs and outputs of each linear layer."""
        return list(zip(self.sizes, self.sizes[1:], strict=False))

    def backpropagate(self, x: np.ndarray, y: np.ndarray) -> Evaluation:
        """Run a batch forward and its gradient back.

        x: (N, D); y: labels (N,), or target numbers (N, K) for the mean squared error.
        The gradients are then in `grads`, until the next call. Returns the loss, and the share
        of samples that were right.
        """
        self.require_fitting(x, y)
        scores = self._forward(x)
        loss, right, cache = LOSSES[self.loss].forward(scores, y)
        self._backward(x, LOSSES[self.loss].backward(cache))
        return Evaluation(loss, None if right is None else right / len(x))

    def evaluate(self, x: np.ndarray, y: np.ndarray, batch_size: int = 256) -> Evaluation:
        """Loss and accuracy on samples of any number, computed batch_size at a time.

        x: (N, D); y: labels (N,), or target numbers (N, K). No gradient is computed.
        """
        self.require_fitting(x, y)
        total_loss, total_right = 0.0, 0
        for batch in cut_into_batches(len(x), batch_size):
            loss, right, _ = LOSSES[self.loss].forward(self._forward(x[batch]), y[batch])
            total_loss += loss * len(x[batch])
            total_right += right or 0
        accuracy = None if right is None else total_right / len(x)
        return Evaluation(total_loss / len(x), accuracy)

    def scores(self, x: np.ndarray, batch_size: int = 256) -> np.ndarray:
        """The last layer's outputs for samples of any number. x: (N, D). Returns (N, K)."""
        self.require_inputs(x)
        scores = np.empty((len(x), self.sizes[-1]), self.dtype)
        for batch in cut_into_batches(len(x), batch_size):
            scores[batch] = self._forward(x[batch])
        return scores

    def predict(self, x: np.ndarray, batch_size: int = 256) -> np.ndarray:
        """Classes (N,) for samples x (N, D); the scores (N, K) where the targets are numbers."""
        scores = self.scores(x, batch_size)
        return scores.argmax(axis=1) if self.loss == "softmax_cross_entropy" else scores

    def _forward(self, x: np.ndarray) -> np.ndarray:
        """Scores (N, K), in an array that the next call overwrites."""
        n = len(x)
        if n > len(self._outputs[0]):
            self._make_room(n)
        activate = ACTIVATIONS[self.activation].forward
        last = len(self._layers) - 1
        out = x
        for i, (w, b) in enumerate(self._layers):
            # y = x w + b, as in `linear`
            out = np.dot(out, w, out=self._outputs[i][:n])
            out += b
            if i < last:
                activate(out)
        return out

    def _backward(self, x: np.ndarray, dout: np.ndarray) -> None:
        """Fill the gradients, last layer first, as `mlp_backward` does."""
        n = len(x)
        activation_backward = ACTIVATIONS[self.activation].backward
        for i in range(len(self._layers) - 1, -1, -1):
            dw, db = self._layer_grads[i]
            inputs = self._outputs[i - 1][:n] if i > 0 else x
            np.dot(inputs.T, dout, out=dw)
            dout.sum(axis=0, out=db)
            if i > 0:  # the first layer's inputs are the data, whose gradient nobody needs
                w, _ = self._layers[i]
                dout = np.dot(dout, w.T, out=self._douts[i - 1][:n])
                activation_backward(dout, inputs)

    def require_fitting(self, x: np.ndarray, y: np.ndarray) -> None:
        """Raise an error that says what to do unless x (N, D) and y fit this network."""
        self.require_inputs(x)
        if len(x) == 0:
            raise ValueError(
                f"An empty batch has no loss: x has shape {x.shape}. Pass at least one sample."
            )
        if self.loss == "softmax_cross_entropy":
            require_labels(y, len(x), self.sizes[-1])
        else:
            self._require_array("y", y)
            if y.shape != (len(x), self.sizes[-1]):
                raise ValueError(
                    f"y must hold a number for each of the {self.sizes[-1]} outputs of layer "
                    f"{len(self._layers)}, shape ({len(x)}, {self.sizes[-1]}), but it has shape "
                    f"{y.shape}. One number a sample is y[:, None]."
                )

    def require_inputs(self, x: np.ndarray) -> None:
        """Raise an error that says what to do unless x is (N, D) of this network's dtype."""
        self._require_array("x", x)
        if x.ndim != 2 or x.shape[1] != self.sizes[0]:
            raise ValueError(
                f"Layer 1 has weights of shape {self.layer_shapes[0]} and so takes x of shape "
                f"(N, {self.sizes[0]}), but x has shape {x.shape}. Rows are samples"
                f"{'; one sample is x[None, :]' if x.ndim == 1 else ''}."
            )

    def _require_array(self, name: str, array: np.ndarray) -> None:
        if not isinstance(array, np.ndarray):
            raise TypeError(
                f"{name} must be a NumPy array, but it is a {type(array).__name__}. "
                f"Convert it once: np.asarray({name}, dtype=np.{self.dtype.name})."
            )
        if array.dtype != self.dtype:
            raise TypeError(
                f"{name} is {array.dtype}, but this network computes in {self.dtype.name}. "
                f"Convert it once, before training: {name}.astype(np.{self.dtype.name})."
            )


def restore(sizes: Sequence[int], parameters: np.ndarray, activation: str, loss: str) -> Network:
    """The network that was pickled or copied."""
    return Network.from_parameters(sizes, parameters, activation=activation, loss=loss)


def empty_aligned(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """An array like np.empty's that begins at a multiple of 64 bytes.

    The processor reads memory in lines of 64 bytes; numbers that lie across two cost twice.
    """
    size = math.prod(shape) * dtype.itemsize
    memory = np.empty(size + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + size].view(dtype).reshape(shape)


def split_layers(
    flat: np.ndarray, layer_shapes: Sequence[tuple[int, int]]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Views (w, b) of each layer into one array that holds them all, one after another."""
    start = 0
    for inputs, outputs in layer_shapes:
        middle, stop = start + inputs * outputs, start + (inputs + 1) * outputs
        yield flat[start:middle].reshape(inputs, outputs), flat[middle:stop]
        start = stop


def name_layers(layers: Sequence[tuple[np.ndarray, np.ndarray]]) -> Mapping[str, np.ndarray]:
    """{"w1": ..., "b1": ..., "w2": ...}. Its arrays can be written into, but not replaced."""
    named = {}
    for i, (w, b) in enumerate(layers, 1):
        named[f"w{i}"], named[f"b{i}"] = w, b
    return MappingProxyType(named)


def cut_into_batches(samples: int, batch_size: int) -> Iterator[slice]:
    """Slices that cover the samples in order, batch_size at a time."""
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, but it is {batch_size}.")
    return (slice(start, start + batch_size) for start in range(0, samples, batch_size))


def require_known(what: str, name: str, known: Mapping[str, object]) -> None:
    """Raise a ValueError that lists the known names unless this is one."""
    if name not in known:
        raise ValueError(f"There is no {what} named {name!r}. Choose from: {', '.join(known)}.")


def require_labels(labels: np.ndarray, samples: int, classes: int) -> None:
    """Raise an error that says what to do unless labels are (samples,) from 0 to classes - 1."""
    if not isinstance(labels, np.ndarray) or labels.dtype.kind not in "iu":
        kind = labels.dtype if isinstance(labels, np.ndarray) else type(labels).__name__
        raise TypeError(
            f"Labels must be a NumPy array of integers, but they are {kind}. "
            f"Where they are whole numbers, labels.astype(np.int64) converts them."
        )
    if labels.shape != (samples,):
        raise ValueError(
            f"There must be a label for each of the {samples} samples, shape ({samples},), but "
            f"the labels have shape {labels.shape}. From one-hot rows: labels.argmax(axis=1)."
        )
    lowest, highest = labels.min(), labels.max()
    if lowest < 0 or highest >= classes:
        raise ValueError(
            f"Labels must be from 0 to {classes - 1}, since there are {classes} classes, but they "
            f"run from {lowest} to {highest}. Count classes from 0, or let the last layer have "
            f"{highest + 1} outputs."
        )

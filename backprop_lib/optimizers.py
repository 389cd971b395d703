"""Optimizers: what to do with a gradient once you have it.

First as plain functions on dictionaries of parameters: `sgd_step`, `momentum_step`, `adam_step`,
and the penalty that keeps weights small. Then the same rules as `SGD`, `Momentum` and `Adam`,
which `train` uses on all parameters of a `Network` at once.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

__all__ = [
    "SGD",
    "Adam",
    "Momentum",
    "Optimizer",
    "OptimizerState",
    "adam_step",
    "l2_penalty",
    "l2_penalty_backward",
    "momentum_step",
    "sgd_step",
]

PART = 65_536  # numbers updated at a time, few enough to stay in the processor's cache


def sgd_step(
    params: Mapping[str, np.ndarray], grads: Mapping[str, np.ndarray], learning_rate: float
) -> None:
    """Take one step of gradient descent: move every parameter a little downhill, in place.

    params, grads: dictionaries with the same keys and shapes; learning_rate: the step's size.
    """
    for name, p in params.items():
        # p <- p - learning_rate * dL/dp
        p -= learning_rate * grads[name]


def momentum_step(
    params: Mapping[str, np.ndarray],
    grads: Mapping[str, np.ndarray],
    velocity: Mapping[str, np.ndarray],
    learning_rate: float,
    momentum: float = 0.9,
) -> None:
    """Take one step with momentum: like a ball that keeps part of its speed, in place.

    params, grads, velocity: dictionaries with the same keys and shapes; the velocity starts at
    zeros and is updated too. momentum: the part of the velocity that is kept, from 0 to below 1.
    """
    for name, p in params.items():
        v = velocity[name]
        # v <- momentum * v + dL/dp
        v *= momentum
        v += grads[name]
        # p <- p - learning_rate * v
        p -= learning_rate * v


def adam_step(
    params: Mapping[str, np.ndarray],
    grads: Mapping[str, np.ndarray],
    mean: Mapping[str, np.ndarray],
    mean_square: Mapping[str, np.ndarray],
    step: int,
    learning_rate: float = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> None:
    """Take one step of Adam (Kingma and Ba, 2015), in place: each parameter at its own pace.

    params, grads, mean, mean_square: dictionaries with the same keys and shapes; the last two are
    running averages of the gradient and of its square, start at zeros and are updated too.
    step: 1 for the first step, then 2, 3, ...; beta1, beta2: how much of the averages is kept.
    epsilon: keeps the division finite where a gradient has always been zero. It is so small that
    it makes no difference whether it is added to the root or under it; both are in use.
    """
    for name, p in params.items():
        g, m, v = grads[name], mean[name], mean_square[name]
        # m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2
        m += (1 - beta1) * (g - m)
        v += (1 - beta2) * (g**2 - v)
        # both started at zero; undo their pull towards it
        m_hat = m / (1 - beta1**step)
        v_hat = v / (1 - beta2**step)
        # p <- p - learning_rate m_hat / (sqrt(v_hat) + epsilon)
        p -= learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)


def l2_penalty(
    params: Mapping[str, np.ndarray], strength: float
) -> tuple[float, tuple[Mapping[str, np.ndarray], float]]:
    """What large weights cost, to be added to the loss. Biases cost nothing.

    params: as from `init_mlp`; the weights are those whose name begins with "w".
    Returns the penalty, a number, and the cache (params, strength).
    """
    # L2 = strength / 2 * sum over all weights of w^2
    squares = [(w**2).sum() for name, w in params.items() if name.startswith("w")]
    return strength / 2 * sum(squares), (params, strength)


def l2_penalty_backward(
    dloss: float, cache: tuple[Mapping[str, np.ndarray], float]
) -> dict[str, np.ndarray]:
    """Gradient of `l2_penalty` for every parameter.

    dloss: the gradient of whatever follows for the penalty, a number (1.0 when it is added to
    the loss); cache: (params, strength). Returns a dictionary like params; zeros for biases.
    """
    params, strength = cache
    # dL2/dw = strength * w
    return {
        name: dloss * strength * p if name.startswith("w") else np.zeros_like(p)
        for name, p in params.items()
    }


@dataclass
class OptimizerState:
    """What an optimizer remembers from step to step."""

    averages: tuple[np.ndarray, ...]
    """Running averages of gradients, each as large as the parameters; zeros at the start."""
    scratch: np.ndarray
    """Room for what is computed on the way."""
    steps: int = 0
    """Steps taken so far."""


@dataclass(frozen=True)
class Optimizer(ABC):
    """How all parameters of a network, side by side in one array, follow their gradients.

    An optimizer holds only settings. What it remembers is a state of its own, so that the same
    optimizer can train many networks, each from a fresh start:

        state = optimizer.start(network.parameters)
        optimizer.step(network.parameters, network.gradients, state)    # as often as you like
    """

    learning_rate: float
    """The size of a step, above 0."""
    weight_decay: float = field(default=0.0, kw_only=True)
    """Each step first shrinks every parameter by the factor 1 - learning_rate * weight_decay."""

    averages = 0  # how many running averages the rule keeps

    def __post_init__(self) -> None:
        if not (self.learning_rate > 0 and math.isfinite(self.learning_rate)):
            raise ValueError(
                f"learning_rate must be a number above 0, such as 0.1, but it is "
                f"{self.learning_rate}."
            )
        if not 0 <= self.weight_decay * self.learning_rate < 1:
            raise ValueError(
                f"weight_decay must be at least 0 and learning_rate * weight_decay below 1, but "
                f"weight_decay is {self.weight_decay}. Usual values are 0.01 and less."
            )

    def start(self, parameters: np.ndarray) -> OptimizerState:
        """The state before the first step. parameters: (P,)."""
        return OptimizerState(
            tuple(np.zeros_like(parameters) for _ in range(self.averages)),
            np.empty(min(PART, len(parameters)), parameters.dtype),
        )

    def step(self, parameters: np.ndarray, gradients: np.ndarray, state: OptimizerState) -> None:
        """Take one step: change the parameters and the state in place, and nothing else.

        parameters, gradients: (P,); state: from `start`.
        """
        if gradients.shape != parameters.shape or gradients.dtype != parameters.dtype:
            raise ValueError(
                f"gradients must be like the parameters, {parameters.dtype} of shape "
                f"{parameters.shape}, but they are {gradients.dtype} of shape {gradients.shape}."
            )
        state.steps += 1
        # a part at a time: what one operation has written, the next finds in the cache
        for start in range(0, len(parameters), PART):
            part = slice(start, start + PART)
            p = parameters[part]
            if self.weight_decay:
                p *= 1 - float(self.learning_rate * self.weight_decay)
            averages = [average[part] for average in state.averages]
            self.update(p, gradients[part], averages, state.scratch[: len(p)], state.steps)

    @abstractmethod
    def update(
        self,
        p: np.ndarray,
        g: np.ndarray,
        averages: list[np.ndarray],
        scratch: np.ndarray,
        step: int,
    ) -> None:
        """Move the parameters p along their gradients g, in place. All arrays have one size."""


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent, as `sgd_step`."""

    def update(
        self,
        p: np.ndarray,
        g: np.ndarray,
        averages: list[np.ndarray],
        scratch: np.ndarray,
        step: int,
    ) -> None:
        """p <- p - learning_rate g."""
        p -= np.multiply(g, float(self.learning_rate), out=scratch)


@dataclass(frozen=True)
class Momentum(Optimizer):
    """Gradient descent with momentum, as `momentum_step`."""

    momentum: float = field(default=0.9, kw_only=True)
    """The part of the velocity that is kept, from 0 to below 1."""

    averages = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        require_share("momentum", self.momentum)

    def update(
        self,
        p: np.ndarray,
        g: np.ndarray,
        averages: list[np.ndarray],
        scratch: np.ndarray,
        step: int,
    ) -> None:
        """v <- momentum v + g,  p <- p - learning_rate v."""
        (v,) = averages
        v *= float(self.momentum)
        v += g
        p -= np.multiply(v, float(self.learning_rate), out=scratch)


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam, as `adam_step`. With weight decay it is AdamW (Loshchilov and Hutter, 2019)."""

    learning_rate: float = 0.001
    beta1: float = field(default=0.9, kw_only=True)
    """How much of the average gradient is kept."""
    beta2: float = field(default=0.999, kw_only=True)
    """How much of the average squared gradient is kept."""
    epsilon: float = field(default=1e-8, kw_only=True)
    """Keeps the division from failing where a gradient is zero."""

    averages = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        require_share("beta1", self.beta1)
        require_share("beta2", self.beta2)

    def update(
        self,
        p: np.ndarray,
        g: np.ndarray,
        averages: list[np.ndarray],
        scratch: np.ndarray,
        step: int,
    ) -> None:
        """m, v <- running averages of g, g^2;  p <- p - learning_rate m_hat / (sqrt(v_hat) + e)."""
        m, v = averages
        # m <- m + (1 - beta1) (g - m)
        np.subtract(g, m, out=scratch)
        scratch *= 1 - float(self.beta1)
        m += scratch
        # v <- v + (1 - beta2) (g^2 - v)
        np.multiply(g, g, out=scratch)
        scratch -= v
        scratch *= 1 - float(self.beta2)
        v += scratch
        # sqrt(v_hat) + epsilon
        np.sqrt(v, out=scratch)
        scratch *= 1 / math.sqrt(1 - self.beta2**step)
        scratch += float(self.epsilon)
        # p <- p - learning_rate m_hat / that
        np.divide(m, scratch, out=scratch)
        scratch *= float(self.learning_rate / (1 - self.beta1**step))
        p -= scratch


def require_share(name: str, value: float) -> None:
    """Raise a ValueError unless the value is at least 0 and below 1."""
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be at least 0 and below 1, but it is {value}.")

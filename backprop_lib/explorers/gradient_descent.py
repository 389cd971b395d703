"""The explorer of lesson 06: a path downhill on the map of a loss."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop_lib.explorers.explorer import Choice, Explorer, Slider, Values
from backprop_lib.explorers.scene import (
    Axis,
    Handle,
    Image,
    Line,
    Mark,
    Panel,
    Points,
    Scene,
    said,
    shades,
)
from backprop_lib.optimizers import adam_step, momentum_step

__all__ = ["downhill"]

MOST_STEPS = 100
WIDE, HIGH = 2.0, 1.4
"""The map reaches from -WIDE to WIDE and from -HIGH to HIGH."""
FAR = 1e3
"""Beyond this a walk is lost, and ends."""
LOW = 0.01
"""A loss below this counts as arrived."""


@dataclass(frozen=True)
class Landscape:
    """A loss of two weights: along(w1) + steep / 2 * w2^2, its lowest value near 0."""

    along: Callable[[Any], Any]
    slope: Callable[[float], float]
    """The derivative of along."""
    steep: float

    def loss(self, w1: Any, w2: Any) -> Any:
        """The loss at these weights: numbers, or arrays of one shape."""
        return self.along(w1) + self.steep / 2 * w2**2

    def gradient(self, w: np.ndarray) -> np.ndarray:
        """The gradient at w: (2,)."""
        return np.array([self.slope(w[0]), self.steep * w[1]])


LANDSCAPES = {
    "round bowl": Landscape(lambda w: w**2, lambda w: 2 * w, 2.0),
    "narrow valley": Landscape(lambda w: 0.1 * w**2, lambda w: 0.2 * w, 4.0),
    "saddle": Landscape(lambda w: (w**2 - 1) ** 2 / 4, lambda w: w**3 - w, 1.0),
    # 0.3106 lifts the lowest point to 0
    "two valleys": Landscape(
        lambda w: (w**2 - 1) ** 2 / 2 - 0.3 * w + 0.3106, lambda w: 2 * w**3 - 2 * w - 0.3, 2.0
    ),
}
METHODS = ("momentum", "Adam")


def downhill() -> Explorer:
    """Walk downhill with plain gradient descent, momentum or Adam, on four losses."""
    return Explorer(
        title="A walk downhill",
        controls=(
            Choice("landscape", "loss", tuple(LANDSCAPES), "narrow valley"),
            Choice("method", "method", METHODS, "momentum"),
            Slider("learning_rate", "learning rate", 0.01, 1.2, 0.01, 0.1),
            Slider("momentum", "momentum (0: plain; in Adam: beta1)", 0.0, 0.98, 0.01, 0.8),
            Slider("steps", "steps", 0, MOST_STEPS, 1, 30, "{:.0f}", plays=True),
            Slider("start1", "start w1", -WIDE, WIDE, 0.05, -1.6),
            Slider("start2", "start w2", -HIGH, HIGH, 0.05, 1.0),
        ),
        scene=scene,
    )


def walk(
    landscape: Landscape, method: str, start: np.ndarray, learning_rate: float, momentum: float
) -> np.ndarray:
    """All places from the start on, one more than MOST_STEPS, fewer where the walk is lost.

    start: (2,). Returns (places, 2).
    """
    params = {"w": start.astype(float)}
    velocity, mean, mean_square = ({"w": np.zeros(2)} for _ in range(3))
    places = [params["w"].copy()]
    for step in range(1, MOST_STEPS + 1):
        grads = {"w": landscape.gradient(params["w"])}
        if method == "momentum":  # with a momentum of 0 it is plain gradient descent
            momentum_step(params, grads, velocity, learning_rate, momentum)
        else:
            adam_step(params, grads, mean, mean_square, step, learning_rate, momentum, 0.99)
        places.append(params["w"].copy())
        if np.abs(params["w"]).max() > FAR:
            break
    return np.array(places)


@functools.cache
def loss_map(name: str) -> Image:
    """The map of a loss: bands of equal loss, the darker the higher."""
    w1 = np.linspace(-WIDE, WIDE, 240)
    w2 = np.linspace(HIGH, -HIGH, 168)[:, None]
    loss = LANDSCAPES[name].loss(w1, w2)
    # the root spreads the bands more evenly
    band = np.floor(np.sqrt(loss / loss.max()) * 14) / 14
    return Image(shades(band, 0.0, 1.35, "sequential"), -WIDE, WIDE, -HIGH, HIGH)


def scene(values: Values) -> Scene:
    """The walk on the map, and the loss at each of its steps."""
    name, method = values["landscape"], values["method"]
    landscape = LANDSCAPES[name]
    start = np.array([values["start1"], values["start2"]])
    places = walk(landscape, method, start, values["learning_rate"], values["momentum"])
    losses = landscape.loss(places[:, 0], places[:, 1])
    asked = round(values["steps"])
    taken = min(asked, len(places) - 1)
    here = places[taken]
    top = max(1.15 * float(losses[0]), 0.2)
    counted = np.arange(len(places))
    on_map: tuple[Mark, ...] = (
        loss_map(name),
        Line(places[: taken + 1, 0], places[: taken + 1, 1], "orange", 2),
        Points(places[: taken + 1, 0], places[: taken + 1, 1], "orange", size=2.5),
        Points([here[0]], [here[1]], "ink", "triangle", 7),
        Handle(start[0], start[1], "start1", "start2"),
    )
    panels = (
        Panel(
            Axis("w1", -WIDE, WIDE),
            Axis("w2", -HIGH, HIGH),
            on_map,
            title=name.capitalize(),
            square=True,
        ),
        Panel(
            Axis("step", 0, MOST_STEPS),
            Axis("loss", -0.04 * top, top),
            (
                Line(counted[taken:], losses[taken:], "grey", 1.5, "dotted", label="still to come"),
                Line(counted[: taken + 1], losses[: taken + 1], "orange", 2.5, label="so far"),
                Points([taken], [losses[taken]], "ink", "triangle", 7),
            ),
            title="Loss at each step",
        ),
    )
    readout = tell(values, taken, asked, here, losses)
    alt = (
        f"Left: the {name} from above, darker where the loss is higher, with a path of {taken} "
        f"steps of {described(values)} from w1 = {said(start[0])}, w2 = {said(start[1])}"
        f"{' to' if taken == asked else ', far out of the picture, at'} "
        f"w1 = {said(here[0])}, w2 = {said(here[1])}. Right: the loss against the step, from "
        f"{said(losses[0], 3)} at the start to {said(losses[taken], 3)}."
    )
    return Scene(panels, readout, alt)


def described(values: Values) -> str:
    """The method with its settings."""
    method, rate, momentum = values["method"], values["learning_rate"], values["momentum"]
    if method == "Adam":
        return f"Adam with learning rate {rate:.2f} and beta1 {momentum:.2f}"
    if momentum == 0:
        return f"plain gradient descent with learning rate {rate:.2f}"
    return f"momentum {momentum:.2f} with learning rate {rate:.2f}"


def tell(values: Values, taken: int, asked: int, here: np.ndarray, losses: np.ndarray) -> str:
    """The setting and where it led."""
    line = f"{asked} {'step' if asked == 1 else 'steps'} of {described(values)}: "
    if taken < asked:
        return line + f"the walk is lost. After {taken} the weights were beyond {FAR:,.0f}."
    line += (
        f"the loss went from {said(losses[0], 3)} to {said(losses[taken], 3)}, "
        f"at w1 = {said(here[0])}, w2 = {said(here[1])}. "
    )
    high = np.flatnonzero(~(losses < LOW))
    settled = high[-1] + 1 if len(high) else 0
    if settled > taken:
        return line + f"It has not settled below {LOW} yet."
    return line + f"It has settled below {LOW} since step {settled}."

"""The explorer of lesson 05: step through a small network, forward and then backward."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from backprop_lib.explorers.explorer import Choice, Explorer, Slider, Values
from backprop_lib.explorers.scene import (
    Arrow,
    Axis,
    Box,
    Colour,
    Image,
    Mark,
    Panel,
    Scene,
    Text,
    said,
    shades,
)
from backprop_lib.layers import linear, linear_backward, relu, relu_backward
from backprop_lib.losses import softmax_cross_entropy, softmax_cross_entropy_backward

__all__ = ["network_steps"]

BOXES = ("linear 1", "ReLU", "linear 2", "softmax + loss")
LABELS = {"class 0": 0, "class 3": 3, "class 4": 4}


@dataclass(frozen=True, eq=False)
class Step:
    """One step of the way: what was done, and which arrays it gave."""

    box: int
    """The box that works, or -1 before the first."""
    back: bool
    words: str
    flow: tuple[str, np.ndarray]
    """What leaves the box towards the next: name and array."""
    kept: tuple[tuple[str, np.ndarray], ...] = ()
    """Gradients that stay with the box: names and arrays."""


def network_steps() -> Explorer:
    """Step through a network with 2 features, 4 hidden units and 5 classes, on 3 samples."""
    rng = np.random.default_rng(7)
    x = rng.normal(size=(3, 2)).round(1)  # (N, D)
    w1, b1 = rng.normal(size=(2, 4)).round(1), rng.normal(scale=0.3, size=4).round(1)
    w2, b2 = rng.normal(size=(4, 5)).round(1), rng.normal(scale=0.3, size=5).round(1)
    return Explorer(
        title="A network, step by step: forward and back",
        controls=(
            Slider("step", "step", 0, 8, 1, 0, "{:.0f} of 8", plays=True),
            Slider("weight", "w1[0, 0]", -2, 2, 0.1, float(w1[0, 0]), "{:.1f}"),
            Choice("label", "right class of sample 0", tuple(LABELS), "class 3"),
        ),
        scene=partial(scene, x, w1, b1, w2, b2),
    )


def scene(
    x: np.ndarray, w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray, values: Values
) -> Scene:
    """The network at one step: the chain of boxes, what flows, and what stays."""
    w1 = w1.copy()
    w1[0, 0] = values["weight"]
    labels = np.array([LABELS[values["label"]], 1, 2])
    number = round(values["step"])
    steps = list(walk(x, (w1, b1, w2, b2), labels))
    step = steps[number]
    panels = [chain(steps, number, values), matrix(*step.flow)]
    if step.kept:
        panels.append(matrix(*step.kept[0]))
    kept = "".join(f" It keeps {name} {shape(array)}." for name, array in step.kept)
    name, array = step.flow
    return Scene(
        tuple(panels),
        readout=f"Step {number}. {step.words}{kept} Here w1[0, 0] = {said(values['weight'], 1)} "
        f"and sample 0 is of {values['label']}.",
        alt=f"A chain of four boxes, {', '.join(BOXES)}; "
        + (f"{BOXES[step.box]} is at work" if step.box >= 0 else "the input waits before the first")
        + f". Beside it the numbers of {name}, of shape {shape(array)}.",
    )


def walk(x: np.ndarray, parameters: tuple[np.ndarray, ...], labels: np.ndarray) -> Iterator[Step]:
    """All steps in order: the way forward, then the way back."""
    w1, b1, w2, b2 = parameters
    yield Step(-1, False, "Three samples with two features come in.", ("x", x))
    z, linear1 = linear(x, w1, b1)
    yield Step(0, False, "Each sample is weighed four times: z = x w1 + b1.", ("z", z))
    h, gate = relu(z)
    yield Step(1, False, "What is negative becomes 0: h = max(0, z).", ("h", h))
    scores, linear2 = linear(h, w2, b2)
    yield Step(2, False, "Each sample gets five scores: h w2 + b2.", ("scores", scores))
    loss, cache = softmax_cross_entropy(scores, labels)
    words = f"The scores become probabilities p, and the loss is {loss:.3f}."
    yield Step(3, False, words, ("p", cache[0]))
    dscores = softmax_cross_entropy_backward(1.0, cache)
    words = "The gradient is born: probability minus target, over N = 3."
    yield Step(3, True, words, ("dscores", dscores))
    dh, dw2, db2 = linear_backward(dscores, linear2)
    words = "Back through linear 2: dh = dscores w2ᵀ goes on."
    yield Step(2, True, words, ("dh", dh), (("dw2", dw2), ("db2", db2)))
    dz = relu_backward(dh, gate)
    words = "Back through the gates: 0 where z was negative, and unchanged elsewhere."
    yield Step(1, True, words, ("dz", dz))
    dx, dw1, db1 = linear_backward(dz, linear1)
    words = "Back through linear 1: dx = dz w1ᵀ leaves at the top."
    yield Step(0, True, words, ("dx", dx), (("dw1", dw1), ("db1", db1)))


def chain(steps: list[Step], number: int, values: Values) -> Panel:
    """The boxes from top to bottom, with what has flowed so far on either side."""
    now = steps[number]
    marks: list[Mark] = []
    texts = (f"linear 1\nw1[0, 0] = {said(values['weight'], 1)}", "ReLU", "linear 2")
    for i, text in enumerate((*texts, f"softmax + loss\n{values['label']}")):
        here = i == now.box
        colour: Colour = "ink" if not here else "orange" if now.back else "blue"
        marks.append(Box(0, -2.0 * i, 3.6, 1.0, text, colour, here))
    for i, step in enumerate(steps[: number + 1]):
        name, array = step.flow
        label = f"{name} {shape(array)}"
        if not step.back:
            y = -2.0 * step.box - 0.5  # the lower edge of its box
            marks.append(Arrow(-0.45, y, -0.45, y - 0.95, "blue"))
            marks.append(Text(-0.62, y - 0.5, label, "blue", "right", 12, i == number))
        else:
            y = -2.0 * step.box + 0.5
            marks.append(Arrow(0.45, y, 0.45, y + 0.95, "orange", dash="dashed"))
            marks.append(Text(0.62, y + 0.5, label, "orange", "left", 12, i == number))
    across, down = Axis("", -2.9, 2.9), Axis("", -7.7, 1.7)
    return Panel(across, down, tuple(marks), title="The way", square=True, bare=True)


def matrix(name: str, array: np.ndarray) -> Panel:
    """An array as coloured cells with the numbers in them."""
    rows, columns = array.shape
    largest = max(float(np.abs(array).max()), 1e-9)
    numbers: tuple[Mark, ...] = tuple(
        Text(j + 0.5, rows - i - 0.5, said(float(value), 2))
        for (i, j), value in np.ndenumerate(array)
    )
    # pale, so that the numbers stay readable
    grid = Image(shades(array, -1.7 * largest, 1.7 * largest), 0, columns, 0, rows)
    x, y = Axis("", -0.05, 5.05), Axis("", rows - 5.05, rows + 0.05)
    title = f"{name} {shape(array)}"
    return Panel(x, y, (grid, *numbers), title=title, square=True, bare=True)


def shape(array: np.ndarray) -> str:
    """A shape in words, such as (3, 4)."""
    return str(array.shape)

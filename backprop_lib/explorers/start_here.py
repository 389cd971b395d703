"""The explorer of lesson 00: a neuron with two sliders."""

import numpy as np

from backprop_lib.explorers.explorer import Explorer, Slider, Values
from backprop_lib.explorers.scene import Axis, Line, Panel, Points, Scene
from backprop_lib.layers import sigmoid

__all__ = ["neuron"]

IN_PAGE = """
export function update({ w, b, x }, scene) {
  const [curve, point] = scene.panels[0].marks;
  const neuron = (x) => 1 / (1 + Math.exp(-(w * x + b)));
  curve.y = Array.from(curve.x, neuron);
  point.x = [x];
  point.y = [neuron(x)];
  const say = (value) => value.toFixed(2).replace("-", "−");
  scene.readout = `w x + b = ${say(w * x + b)}, so the neuron answers ${say(neuron(x))}.`;
}
"""


def neuron() -> Explorer:
    """One neuron with one input: what its weight and its bias do to its answer."""
    return Explorer(
        title="A neuron with one input",
        controls=(
            Slider("w", "weight w", -4, 4, 0.1, 1.0),
            Slider("b", "bias b", -4, 4, 0.1, 0.0),
            Slider("x", "input x", -4, 4, 0.1, 1.0),
        ),
        scene=scene,
        in_page=IN_PAGE,
    )


def scene(values: Values) -> Scene:
    """The neuron's answer to every input, and to the one that is chosen."""
    w, b, x = values["w"], values["b"], values["x"]
    inputs = np.linspace(-4.0, 4.0, 81)
    total = w * x + b
    answer = float(sigmoid(np.array(total))[0])
    panel = Panel(
        x=Axis("input x", -4, 4),
        y=Axis("answer", -0.05, 1.05, ticks=(0, 0.5, 1)),
        marks=(
            Line(inputs, sigmoid(w * inputs + b)[0], "blue", 3, label="sigmoid(w x + b)"),
            Points([x], [answer], "orange", size=8, label="the input you chose"),
        ),
    )
    said, answered = (f"{v:.2f}".replace("-", "−") for v in (total, answer))
    return Scene(
        (panel,),
        readout=f"w x + b = {said}, so the neuron answers {answered}.",
        alt="The neuron's answer against its input: an S-shaped curve between 0 and 1, "
        "with the chosen input marked on it.",
    )

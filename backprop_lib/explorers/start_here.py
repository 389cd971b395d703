"""The explorer of lesson 00: a neuron with two sliders, and the input it looks at."""

import numpy as np

from backprop_lib.explorers.explorer import Explorer, Slider, Values
from backprop_lib.explorers.scene import Axis, Handle, Line, Panel, Points, Scene, said
from backprop_lib.layers import sigmoid

__all__ = ["neuron"]

IN_PAGE = """
const say = (value) => (value + 1e-9).toFixed(2).replace("-", "−");

export function update({ w, b, x }, scene) {
  const [curve, undecided, point, ring] = scene.panels[0].marks;
  const neuron = (x) => 1 / (1 + Math.exp(-(w * x + b)));
  const turn = -b / w;
  curve.y = Array.from(curve.x, neuron);
  undecided.x = w === 0 ? [] : [turn, turn];
  undecided.y = w === 0 ? [] : [-0.05, 1.05];
  point.x = [x];
  point.y = [neuron(x)];
  [ring.x, ring.y] = [x, neuron(x)];
  const half = w === 0
    ? "With a weight of 0 it gives every input the same answer."
    : `It answers 0.50 at x = −b / w = ${say(turn)}.`;
  scene.readout = `w x + b = ${say(w * x + b)}, so the neuron answers ${say(neuron(x))}. ${half}`;
  const way = w === 0
    ? "a flat line"
    : `an S-shaped curve that ${w > 0 ? "rises" : "falls"} and passes 0.50 at ${say(turn)}`;
  scene.alt = `The neuron's answer against its input: ${way}. `
    + `At the input ${say(x)}, which is marked, the answer is ${say(neuron(x))}.`;
}
"""


def neuron() -> Explorer:
    """One neuron with one input: what its weight and its bias do to its answer."""
    return Explorer(
        title="A neuron with one input",
        controls=(
            Slider("w", "weight w", -4, 4, 0.1, 1.0),
            Slider("b", "bias b", -4, 4, 0.1, 0.0),
            Slider("x", "input x", -4, 4, 0.1, 1.0, plays=True),
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
    if w == 0:
        undecided: list[float] = []
        half = "With a weight of 0 it gives every input the same answer."
        way = "a flat line"
    else:
        turn = -b / w
        undecided = [turn, turn]
        half = f"It answers 0.50 at x = −b / w = {said(turn + 1e-9)}."
        slope = "rises" if w > 0 else "falls"
        way = f"an S-shaped curve that {slope} and passes 0.50 at {said(turn + 1e-9)}"
    panel = Panel(
        x=Axis("input x", -4, 4),
        y=Axis("answer", -0.05, 1.05, ticks=(0, 0.5, 1)),
        marks=(
            Line(inputs, sigmoid(w * inputs + b)[0], "blue", 3, label="sigmoid(w x + b)"),
            Line(
                undecided,
                [-0.05, 1.05] if undecided else [],
                "grey",
                1.5,
                "dashed",
                label="undecided: w x + b = 0",
            ),
            Points([x], [answer], "orange", size=6, label="the input you chose"),
            Handle(x, answer, x_control="x", colour="orange"),
        ),
    )
    return Scene(
        (panel,),
        readout=f"w x + b = {said(total + 1e-9)}, "
        f"so the neuron answers {said(answer + 1e-9)}. {half}",
        alt=f"The neuron's answer against its input: {way}. "
        f"At the input {said(x + 1e-9)}, which is marked, the answer is {said(answer + 1e-9)}.",
    )

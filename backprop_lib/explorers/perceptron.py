"""The explorer of lesson 01: move a perceptron's weights, and see its line.

Every number is a multiple of 1/8 and so exact: a sum of zero is zero, here and in the page.
"""

import numpy as np

from backprop_lib.explorers.explorer import Button, Choice, Explorer, Slider, Values
from backprop_lib.explorers.scene import Arrow, Axis, Handle, Line, Panel, Points, Scene, said
from backprop_lib.perceptron import perceptron_predict, perceptron_update

__all__ = ["perceptron"]

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
LABELS = {
    "AND": np.array([0, 0, 0, 1]),
    "OR": np.array([0, 1, 1, 1]),
    "XOR": np.array([0, 1, 1, 0]),
}
LOW, HIGH = -1.75, 2.0
GRID = np.arange(LOW + 0.125, HIGH, 0.25)
LEARNING_RATE = 0.25

IN_PAGE = """
const CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]];
const LABELS = { AND: [0, 0, 0, 1], OR: [0, 1, 1, 1], XOR: [0, 1, 1, 0] };
const GRID = Array.from({ length: 15 }, (_, i) => -1.625 + 0.25 * i);
const say = (value) => (value + 0).toFixed(3).replace("-", "−");

function put(mark, points) {
  mark.x = points.map(([x]) => x);
  mark.y = points.map(([, y]) => y);
}

export function update({ problem, w1, w2, b }, scene) {
  const [dots, line, arrow, ones, zeros, wrong, ring] = scene.panels[0].marks;
  const total = ([x1, x2]) => x1 * w1 + x2 * w2 + b;
  const labels = LABELS[problem];
  const names = CORNERS.map(([x1, x2]) => `(${x1}, ${x2})`);
  const missed = CORNERS.map((corner, n) => (total(corner) > 0 ? 1 : 0) !== labels[n]);
  put(dots, GRID.flatMap((x2) => GRID.map((x1) => [x1, x2])).filter((at) => total(at) > 0));
  const square = w1 * w1 + w2 * w2;
  const far = 8 / Math.sqrt(square);
  put(line, square === 0 ? [] : [-1, 1].map(
    (way) => [(-b * w1) / square - way * far * w2, (-b * w2) / square + way * far * w1],
  ));
  [arrow.x1, arrow.y1] = [w1, w2];
  put(ones, CORNERS.filter((_, n) => labels[n] === 1));
  put(zeros, CORNERS.filter((_, n) => labels[n] === 0));
  put(wrong, CORNERS.filter((_, n) => missed[n]));
  [ring.x, ring.y] = [w1, w2];
  const right = 4 - missed.filter(Boolean).length;
  const sums = CORNERS.map((corner, n) => `${names[n]} ${say(total(corner))}`).join(", ");
  scene.readout = `${problem}: ${right} of 4 right. The sums x₁ w₁ + x₂ w₂ + b: ${sums}.`;
  const yes = names.filter((_, n) => total(CORNERS[n]) > 0).join(", ") || "none of them";
  const edge = square === 0 ? "There is no line, since both weights are 0."
    : `A line crosses the plane; the weights (${say(w1)}, ${say(w2)}) point to its side of ones.`;
  scene.alt = `The four inputs of ${problem} at the corners of a square. ${edge} `
    + `The perceptron says 1 for ${yes}, and gets ${right} of 4 right.`;
}
"""


def perceptron() -> Explorer:
    """Two weights and a bias make a line: which of AND, OR and XOR can it solve?"""
    return Explorer(
        title="A perceptron and its line",
        controls=(
            Choice("problem", "problem", tuple(LABELS), "AND"),
            Slider("w1", "weight w₁", -1.5, 1.5, 0.125, 0.75, "{:.3f}"),
            Slider("w2", "weight w₂", -1.5, 1.5, 0.125, -0.5, "{:.3f}"),
            Slider("b", "bias b", -2, 2, 0.125, 0.25, "{:.3f}"),
            Button("learn", "Learn from one mistake", learn),
            Button("zeros", "All to zero", lambda values: {"w1": 0.0, "w2": 0.0, "b": 0.0}),
        ),
        scene=scene,
        in_page=IN_PAGE,
    )


def learn(values: Values) -> Values:
    """The weights and the bias after the first corner that is wrong has had its say."""
    w, b, labels = np.array([values["w1"], values["w2"]]), values["b"], LABELS[values["problem"]]
    missed = np.flatnonzero(perceptron_predict(CORNERS, w, b) != labels)
    for n in missed[:1]:
        w, b = perceptron_update(CORNERS[n], labels[n], w, b, LEARNING_RATE)
    return {"w1": float(w[0]), "w2": float(w[1]), "b": float(b)}


def scene(values: Values) -> Scene:
    """The four inputs, the line, and on which side of it the perceptron says 1."""
    problem, b = values["problem"], values["b"]
    w, labels = np.array([values["w1"], values["w2"]]), LABELS[problem]
    answers = perceptron_predict(CORNERS, w, b)
    plane = np.stack(np.meshgrid(GRID, GRID), axis=-1).reshape(-1, 2)
    dotted = plane[perceptron_predict(plane, w, b) == 1].T
    ends = ends_of_line(w, b).T
    ones, zeros, wrong = (CORNERS[of].T for of in (labels == 1, labels == 0, answers != labels))
    panel = Panel(
        x=Axis("x₁", LOW, HIGH),
        y=Axis("x₂", LOW, HIGH),
        marks=(
            Points(dotted[0], dotted[1], "grey", size=1.8, label="it says 1"),
            Line(ends[0], ends[1], "ink", 2.5, label="sum = 0"),
            Arrow(0.0, 0.0, w[0], w[1], "purple", 2.5),
            Points(ones[0], ones[1], "blue", "circle", 9, label="should be 1"),
            Points(zeros[0], zeros[1], "orange", "square", 9, filled=False, label="should be 0"),
            Points(wrong[0], wrong[1], "ink", "cross", 13, label="wrong"),
            Handle(w[0], w[1], "w1", "w2", "purple"),
        ),
        square=True,
    )
    names = [f"({x1:.0f}, {x2:.0f})" for x1, x2 in CORNERS]
    right = int((answers == labels).sum())
    sums = [f"{name} {said(total, 3)}" for name, total in zip(names, CORNERS @ w + b, strict=True)]
    yes = ", ".join(name for name, one in zip(names, answers, strict=True) if one) or "none of them"
    if ends.size:
        place = f"the weights ({said(w[0], 3)}, {said(w[1], 3)}) point to its side of ones."
        edge = f"A line crosses the plane; {place}"
    else:
        edge = "There is no line, since both weights are 0."
    return Scene(
        (panel,),
        readout=f"{problem}: {right} of 4 right. The sums x₁ w₁ + x₂ w₂ + b: {', '.join(sums)}.",
        alt=f"The four inputs of {problem} at the corners of a square. {edge} "
        f"The perceptron says 1 for {yes}, and gets {right} of 4 right.",
    )


def ends_of_line(w: np.ndarray, b: float) -> np.ndarray:
    """Two points, (2, 2), far out on the line where the sum is zero; (0, 2) where there is none."""
    square = float(w @ w)
    if square == 0:
        return np.empty((0, 2))
    # the point nearest to the origin is -b w / |w|^2; the line runs at right angles to w
    nearest, along = -b * w / square, np.array([-w[1], w[0]]) / np.sqrt(square)
    return np.array([nearest - 8 * along, nearest + 8 * along])

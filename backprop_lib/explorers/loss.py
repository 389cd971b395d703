"""The explorers of lesson 03: a loss against the prediction, and the loss over two weights."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from backprop_lib.explorers.explorer import Choice, Explorer, Slider, Toggle, Values
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
from backprop_lib.layers import sigmoid
from backprop_lib.losses import binary_cross_entropy, mean_squared_error

__all__ = ["loss_of_prediction", "loss_surface"]

# ---------------------------------------------------------------- loss against prediction

SCORES = np.linspace(-6.0, 6.0, 241)
LARGEST = 6.5
"""The largest loss that is shown."""
REACH = 1.5
"""How far a slope is drawn to each side, in units of the score."""

IN_PAGE = """
export function update({ score, right, slopes }, scene) {
  const c = Number(right);
  const p = 1 / (1 + Math.exp(-score));
  const losses = [
    (s) => Math.log1p(Math.exp(c ? -s : s)),
    (s) => (1 / (1 + Math.exp(-s)) - c) ** 2,
    (s) => Number(s > 0 !== (c === 1)),
  ];
  const slope = [p - c, 2 * (p - c) * p * (1 - p), 0];
  scene.panels.forEach((panel, side) => {
    losses.forEach((loss, i) => {
      panel.marks[i].y = Array.from(scene.panels[1].marks[0].x, loss);
      panel.marks[3 + i].x = [side ? score : p];
      panel.marks[3 + i].y = [loss(score)];
    });
  });
  [0, 1].forEach((i) => {
    const tangent = scene.panels[1].marks[6 + i];
    tangent.x = [score - 1.5, score + 1.5];
    tangent.y = [-1.5, 1.5].map((step) => (slopes ? losses[i](score) + step * slope[i] : NaN));
  });
  const say = (value, digits = 3) => {
    const text = value.toFixed(digits);
    return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
  };
  const [surprise, square, wrong] = losses.map((loss) => loss(score));
  const told = (i) => (slopes ? ` (slope ${say(slope[i])})` : "");
  scene.readout = `Score ${say(score, 1)} gives p = ${say(p)}, and the right answer is ${right}. `
    + `Cross-entropy ${say(surprise)}${told(0)}, squared error ${say(square)}${told(1)}. `
    + `The answer is ${wrong ? "wrong" : "right"}${told(2)}.`;
  scene.alt = `Three losses of one answer, against the probability p and against the score, when `
    + `the right answer is ${right}: the cross-entropy grows without end where the answer is sure `
    + `and wrong, the squared error levels off at 1, and right or wrong is a step. At the score `
    + `${say(score, 1)} they are ${say(surprise)}, ${say(square)} and ${wrong}.`;
}
"""


def loss_of_prediction() -> Explorer:
    """One answer to a question of yes or no, and what three losses say of it."""
    return Explorer(
        title="What one answer costs",
        controls=(
            Slider("score", "score", -6, 6, 0.1, -2.0, "{:.1f}", plays=True),
            Choice("right", "the right answer is", ("1", "0"), "1"),
            Toggle("slopes", "show the slopes", True),
        ),
        scene=prediction_scene,
        in_page=IN_PAGE,
    )


def three_losses(scores: np.ndarray, c: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cross-entropy, squared error of the probability, and 1 where wrong: (n,) each."""
    labels = np.array([c])
    p, _ = sigmoid(scores)
    surprise = np.array([binary_cross_entropy(s[None], labels)[0] for s in scores])
    return surprise, (p - c) ** 2, ((scores > 0) != (c == 1)).astype(float)


@functools.cache
def curves_of(c: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The three losses at all scores that are shown."""
    return three_losses(SCORES, c)


def prediction_scene(values: Values) -> Scene:
    """The three losses against the probability and against the score."""
    score, right, slopes = float(values["score"]), values["right"], values["slopes"]
    c = int(right)
    p = float(sigmoid(np.array(score))[0])
    surprise, square, wrong = (float(v[0]) for v in three_losses(np.array([score]), c))
    # dL/ds: for the squared error the slope of the sigmoid, p (1 - p), comes in
    slope = {"surprise": p - c, "square": 2 * (p - c) * p * (1 - p), "step": 0.0}

    def marks(x: np.ndarray, at: float) -> tuple[Mark, ...]:
        """Curves over x, and the present answer on each."""
        a, b, step = curves_of(c)
        return (
            Line(x, a, "blue", 3, label="cross-entropy"),
            Line(x, b, "orange", 3, "dashed", label="squared error"),
            Line(x, step, "grey", 2.5, "dotted", label="right or wrong"),
            Points([at], [surprise], "blue", "circle", 8),
            Points([at], [square], "orange", "square", 8),
            Points([at], [wrong], "grey", "triangle", 7),
        )

    def tangent(loss: float, slope: float) -> Line:
        """A short line of this slope through the present answer; nothing where none is wanted."""
        ends = np.array([-REACH, REACH])
        y = loss + ends * slope if slopes else np.full(2, np.nan)
        return Line(score + ends, y, "ink", 2)

    panels = (
        Panel(
            Axis("probability p of the answer 1", 0, 1),
            Axis("loss", -0.2, LARGEST),
            marks(sigmoid(SCORES)[0], p),
            title="Against the probability",
        ),
        Panel(
            Axis("score", -6, 6),
            Axis("loss", -0.2, LARGEST),
            (
                *marks(SCORES, score),
                tangent(surprise, slope["surprise"]),
                tangent(square, slope["square"]),
            ),
            title="Against the score",
        ),
    )

    def told(name: str) -> str:
        return f" (slope {said(slope[name], 3)})" if slopes else ""

    return Scene(
        panels,
        readout=f"Score {said(score, 1)} gives p = {said(p, 3)}, and the right answer is {right}. "
        f"Cross-entropy {said(surprise, 3)}{told('surprise')}, squared error {said(square, 3)}"
        f"{told('square')}. The answer is {'wrong' if wrong else 'right'}{told('step')}.",
        alt="Three losses of one answer, against the probability p and against the score, when "
        f"the right answer is {right}: the cross-entropy grows without end where the answer is "
        "sure and wrong, the squared error levels off at 1, and right or wrong is a step. At the "
        f"score {said(score, 1)} they are {said(surprise, 3)}, {said(square, 3)} and {wrong:.0f}.",
    )


# ---------------------------------------------------------------- the loss over two weights


@dataclass(frozen=True, eq=False)
class Task:
    """Samples to fit with two weights, and how wrong a fit is."""

    x: np.ndarray
    """(N,) inputs."""
    y: np.ndarray
    """(N,) targets: numbers, or 0 and 1."""
    outlier: tuple[float, float]
    """A further sample that does not fit the others."""
    numbers: bool
    """Whether the targets are numbers and not yes or no."""
    loss: str
    """The loss's name in the readout."""
    loss_of: Callable[[np.ndarray, np.ndarray], float]
    """The loss of outputs (N,) for targets (N,)."""


def share_of_wrong_answers(scores: np.ndarray, labels: np.ndarray) -> float:
    """The share of samples whose score is on the wrong side of 0."""
    return float(((scores > 0) != (labels == 1)).mean())


LINE = Task(
    x=np.array([-2.0, -1.2, -0.5, 0.3, 1.1, 2.0]),
    y=np.array([-1.3, -0.2, -0.1, 1.2, 1.1, 2.4]),
    outlier=(2.4, -2.5),
    numbers=True,
    loss="mean squared error",
    loss_of=lambda outputs, targets: float(mean_squared_error(outputs, targets)[0]),
)
YES_OR_NO = Task(
    x=np.array([-2.4, -1.6, -0.9, -0.3, 0.2, 0.6, 1.0, 1.8, 2.5]),
    y=np.array([0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0]),
    outlier=(2.8, 0.0),
    numbers=False,
    loss="cross-entropy",
    loss_of=lambda scores, labels: float(binary_cross_entropy(scores, labels)[0]),
)
TASKS = {
    "line: squared error": LINE,
    "yes or no: cross-entropy": YES_OR_NO,
    "yes or no: share wrong": replace(
        YES_OR_NO, loss="share of wrong answers", loss_of=share_of_wrong_answers
    ),
}
WEIGHTS = np.linspace(-3.0, 3.0, 61)
"""Where the sliders can stand, for both weights."""


def loss_surface() -> Explorer:
    """A model with two weights: its fit, and the loss at every pair of weights as a map."""
    return Explorer(
        title="The loss over two weights",
        controls=(
            Choice("task", "loss", tuple(TASKS), next(iter(TASKS))),
            Slider("w", "weight w", -3, 3, 0.1, -1.0, "{:.1f}"),
            Slider("b", "bias b", -3, 3, 0.1, 2.0, "{:.1f}"),
            Toggle("outlier", "add a sample that does not fit", False),
            Toggle("lowest", "show the lowest point", False),
        ),
        scene=surface_scene,
    )


def samples_of(task: str, outlier: bool) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and targets of a task, with or without the sample that does not fit."""
    chosen = TASKS[task]
    if not outlier:
        return chosen.x, chosen.y
    return np.append(chosen.x, chosen.outlier[0]), np.append(chosen.y, chosen.outlier[1])


def loss_at(task: str, outlier: bool, w: float, b: float) -> float:
    """The loss of the model with these two weights."""
    x, y = samples_of(task, outlier)
    return TASKS[task].loss_of(w * x + b, y)


@functools.cache
def surface_of(task: str, outlier: bool) -> np.ndarray:
    """The loss at each pair of weights: a row for each b from low to high, a column for each w."""
    return np.array([[loss_at(task, outlier, w, b) for w in WEIGHTS] for b in WEIGHTS])


@functools.cache
def map_of(task: str, outlier: bool) -> Image:
    """The surface in bands of shade, so that their edges are lines of equal loss."""
    surface = surface_of(task, outlier)
    height = np.sqrt(surface - surface.min())  # narrow bands low down, where one looks closely
    bands = np.floor(height / height.max() * 14)
    half = (WEIGHTS[1] - WEIGHTS[0]) / 2
    ends = (WEIGHTS[0] - half, WEIGHTS[-1] + half)
    return Image(shades(bands[::-1], 0, 18, "sequential"), *ends, *ends)


def surface_scene(values: Values) -> Scene:
    """The samples with the present fit, and the map of the loss with the present weights."""
    task, outlier, w, b = values["task"], values["outlier"], values["w"], values["b"]
    loss = loss_at(task, outlier, w, b)
    surface = surface_of(task, outlier)
    rows, columns = np.nonzero((surface == surface.min()) & values["lowest"])
    right = Panel(
        Axis("weight w", -3.05, 3.05),
        Axis("bias b", -3.05, 3.05),
        (
            map_of(task, outlier),
            Points(WEIGHTS[columns], WEIGHTS[rows], "ink", "cross", 8 if len(rows) == 1 else 3),
            Points([w], [b], "orange", "circle", 6),
            Handle(w, b, "w", "b", "orange"),
        ),
        title="The loss: darker is higher",
        square=True,
    )
    steps = [loss_at(task, outlier, w + 0.1, b) - loss, loss_at(task, outlier, w, b + 0.1) - loss]
    told = ""
    if len(rows) == 1:
        at = f"w = {said(WEIGHTS[columns[0]], 1)}, b = {said(WEIGHTS[rows[0]], 1)}"
        told = f" The lowest on the map is {said(surface.min(), 3)}, at {at}."
    elif len(rows) > 1:
        told = f" The lowest on the map is {said(surface.min(), 3)}, at {len(rows)} places."
    name = TASKS[task].loss
    return Scene(
        (fit_panel(task, outlier, w, b), right),
        readout=f"w = {said(w, 1)}, b = {said(b, 1)}: {name} {said(loss, 3)}. A step of 0.1 in w "
        f"would change it by {signed(steps[0])}, one in b by {signed(steps[1])}.{told}",
        alt=f"Left: {len(samples_of(task, outlier)[0])} samples and what the model with w = "
        f"{said(w, 1)} and b = {said(b, 1)} makes of them. Right: a map of the {name} over w and "
        f"b, with a ring at the present weights, where it is {said(loss, 3)}.{told}",
    )


def fit_panel(task: str, outlier: bool, w: float, b: float) -> Panel:
    """The samples, the model's answer to every input, and how far it is off."""
    x, y = samples_of(task, outlier)
    line = np.linspace(-3.0, 3.0, 121)
    numbers = TASKS[task].numbers
    answers, at = w * line + b, w * x + b
    if not numbers:
        answers, at = sigmoid(answers)[0], sigmoid(at)[0]
    gaps = (np.repeat(x, 3), np.stack([y, at, np.full(len(x), np.nan)], axis=1).ravel())
    marks: tuple[Mark, ...] = (
        Line(*gaps, "grey", 2, "dotted", label="errors"),
        Line(line, answers, "blue", 3, label="w x + b" if numbers else "sigmoid(w x + b)"),
        Points(x, y, "ink", "square", 5, label="samples"),
    )
    height = Axis("y", -4, 4) if numbers else Axis("probability", -0.1, 1.1, ticks=(0, 0.5, 1))
    return Panel(Axis("input x", -3, 3), height, marks, title="The samples and the model")


def signed(value: float) -> str:
    """A change in the readout, with its sign."""
    return ("+" if round(value, 3) > 0 else "") + said(value, 3)

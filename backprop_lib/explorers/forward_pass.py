"""The explorer of lesson 02: bend the plane with two hidden units until a line will do."""

import functools

import numpy as np

from backprop_lib.explorers.explorer import Button, Choice, Explorer, Slider, Toggle, Values
from backprop_lib.explorers.scene import (
    Axis,
    Colour,
    Dash,
    Image,
    Line,
    Mark,
    Panel,
    Points,
    Scene,
    Shape,
    Text,
    said,
    shades,
)
from backprop_lib.layers import linear, relu

__all__ = ["bend_the_plane"]

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
BESIDE = np.array([0.045, 0.055])
"""From a corner to its name, as a share of the panel."""
LABELS = {"AND": (0, 0, 0, 1), "OR": (0, 1, 1, 1), "XOR": (0, 1, 1, 0)}
PLANE = (-0.5, 1.5)
"""The part of the plane that is shown, along both axes."""
HIDDEN = (-1.0, 2.5)
"""The part of the hidden space that is shown, along both axes."""
CELLS = 140
"""Cells of a map, along both axes."""

SHADES = shades(np.array([[0.0, 1.0]]), 0, 3, "sequential")[0]
"""Of the map: where the network says 0, and where it says 1."""


def grid_lines() -> np.ndarray:
    """Lines across the plane at every quarter, as points (n, 2) with NaN between two lines."""
    along = np.append(np.linspace(*PLANE, 81), np.nan)
    upright = [np.stack([np.full_like(along, t), along], axis=1) for t in np.linspace(*PLANE, 9)]
    lines = np.concatenate(upright + [line[:, ::-1] for line in upright])
    lines[np.isnan(lines).any(axis=1)] = np.nan
    return lines


GRID = grid_lines()
START = {
    **{"w11": 1.0, "w21": 0.0, "b1": 0.0, "w12": 0.0, "w22": 1.0, "b2": 0.0},
    **{"v1": 1.0, "v2": 1.0, "c": -0.5},
}
ANSWER = {
    **{"w11": 1.0, "w21": 1.0, "b1": 0.0, "w12": 1.0, "w22": 1.0, "b2": -1.0},
    **{"v1": 1.0, "v2": -2.0, "c": -0.5},
}
"""One of many answers to XOR."""


def bend_the_plane() -> Explorer:
    """A network with two hidden units, its nine parameters as sliders, and what it does."""
    names = {
        **{"w11": "x1 → h1", "w21": "x2 → h1", "b1": "bias of h1"},
        **{"w12": "x1 → h2", "w22": "x2 → h2", "b2": "bias of h2"},
        **{"v1": "h1 → score", "v2": "h2 → score", "c": "bias of score"},
    }
    return Explorer(
        title="Bend the plane: a 2-2-1 network, set by hand",
        controls=(
            Choice("task", "the corners say", tuple(LABELS), "XOR"),
            Toggle("bend", "ReLU in the hidden units", True),
            *(
                Slider(name, label, -2, 2, 0.1, START[name], "{:.1f}")
                for name, label in names.items()
            ),
            Button("again", "Start again", lambda values: START),
            Button("answer", "Show one answer to XOR", lambda values: ANSWER | {"task": "XOR"}),
        ),
        scene=scene,
    )


def scene(values: Values) -> Scene:
    """The plane with the network's answer, and the plane as the hidden units see it."""
    w1 = np.array([[values["w11"], values["w12"]], [values["w21"], values["w22"]]])
    b1 = np.array([values["b1"], values["b2"]])
    w2, b2 = np.array([[values["v1"]], [values["v2"]]]), np.array([values["c"]])

    def hidden_of(x: np.ndarray) -> np.ndarray:
        """What the two hidden units make of x: (N, 2) to (N, 2)."""
        h, _ = linear(x, w1, b1)
        return relu(h)[0] if values["bend"] else h

    hidden = hidden_of(CORNERS)
    scores = linear(hidden, w2, b2)[0][:, 0]
    labels = np.array(LABELS[values["task"]])
    wrong = (scores > 0) != (labels == 1)
    answers = linear(hidden_of(cells_of(*PLANE)), w2, b2)[0]
    sides = linear(cells_of(*HIDDEN), w2, b2)[0]
    left = Panel(
        Axis("x1", *PLANE),
        Axis("x2", *PLANE),
        (
            map_of(answers, PLANE),
            line_through(GRID, "grey", 0.8),
            line_through(zero_line(w1[:, 0], b1[0]), "green", 2.5, "dashed", "sum of h1 is 0"),
            line_through(zero_line(w1[:, 1], b1[1]), "purple", 2.5, "dotted", "sum of h2 is 0"),
            *corner_marks(CORNERS, labels, wrong, PLANE),
        ),
        title="The plane; shaded where it says 1",
        square=True,
    )
    right = Panel(
        Axis("h1", *HIDDEN),
        Axis("h2", *HIDDEN),
        (
            map_of(sides, HIDDEN),
            line_through(hidden_of(GRID), "grey", 0.8),
            line_through(zero_line(w2[:, 0], b2[0]), "ink", 2.5, "dashed", "score is 0"),
            *corner_marks(hidden, labels, wrong, HIDDEN),
        ),
        title="The hidden space",
        square=True,
    )
    right_ones = int((~wrong).sum())
    rows = [
        f"({x[0]:.0f}, {x[1]:.0f}) → ({said(h[0], 1)}, {said(h[1], 1)}), score {said(score, 1)}"
        + (", wrong" if bad else "")
        for x, h, score, bad in zip(CORNERS, hidden, scores, wrong, strict=True)
    ]
    return Scene(
        (left, right),
        readout=f"{values['task']}: {right_ones} of 4 right. {formulas(values)}: "
        + "; ".join(rows)
        + ".",
        alt=f"Left: the plane with the four corners of {values['task']}, filled circles for "
        "1 and hollow squares for 0, shaded where the network says 1, and the lines on which the "
        "sums of the hidden units are 0. Right: the "
        f"plane as the hidden units see it{'' if values['bend'] else ', without ReLU, not bent'}, "
        f"cut by one straight line. {right_ones} of 4 corners lie on their right side.",
    )


@functools.cache
def cells_of(low: float, high: float) -> np.ndarray:
    """The middles of a map's cells, row by row from the top: (CELLS * CELLS, 2)."""
    half = (high - low) / CELLS / 2
    along = np.linspace(low + half, high - half, CELLS)
    x, y = np.meshgrid(along, along[::-1])
    return np.stack([x.ravel(), y.ravel()], axis=1)


def map_of(scores: np.ndarray, ends: tuple[float, float]) -> Image:
    """A map, shaded where the score is above 0. scores: (CELLS * CELLS, 1)."""
    says_one = (scores > 0).reshape(CELLS, CELLS).astype(int)
    return Image(SHADES[says_one], ends[0], ends[1], ends[0], ends[1])


def zero_line(w: np.ndarray, b: float) -> np.ndarray:
    """The line w[0] x + w[1] y + b = 0, from beyond one edge to the other: (2, 2)."""
    length = np.hypot(*w)
    if length == 0:
        return np.full((2, 2), np.nan)
    along = np.array([-w[1], w[0]]) / length
    return -b * w / length**2 + np.outer([-25.0, 25.0], along)


def corner_marks(
    places: np.ndarray, labels: np.ndarray, wrong: np.ndarray, ends: tuple[float, float]
) -> tuple[Mark, ...]:
    """The four corners, circles for 1 and hollow squares for 0, a cross on the wrong ones."""
    together: dict[tuple[float, float], list[str]] = {}  # corners may fall onto each other
    beside = BESIDE * (ends[1] - ends[0])
    for corner, place in zip(CORNERS, places.round(6) + beside, strict=True):
        together.setdefault((place[0], place[1]), []).append(f"{corner[0]:.0f},{corner[1]:.0f}")
    names = [
        Text(x, y, " and ".join(here), align="left", size=12) for (x, y), here in together.items()
    ]
    return (
        points_at(places[labels == 1], "blue", "circle", 9, "should be 1"),
        points_at(places[labels == 0], "orange", "square", 9, "should be 0", filled=False),
        points_at(places[wrong], "ink", "cross", 13, "wrong"),
        *names,
    )


def line_through(
    points: np.ndarray, colour: Colour, width: float, dash: Dash = "solid", label: str = ""
) -> Line:
    """A line through points (n, 2)."""
    return Line(points[:, 0], points[:, 1], colour, width, dash, label)


def points_at(
    points: np.ndarray, colour: Colour, shape: Shape, size: float, label: str, filled: bool = True
) -> Points:
    """Marks at points (n, 2)."""
    return Points(points[:, 0], points[:, 1], colour, shape, size, filled, label)


def formulas(values: Values) -> str:
    """The network as it is set, as three formulas."""

    def weighted(first: str, second: str, bias: str, inputs: str) -> str:
        w, v, b = (values[name] for name in (first, second, bias))
        return (
            f"{said(w, 1)} {inputs}1 {'−' if v < 0 else '+'} {said(abs(v), 1)} {inputs}2 "
            f"{'−' if b < 0 else '+'} {said(abs(b), 1)}"
        )

    h1, h2 = weighted("w11", "w21", "b1", "x"), weighted("w12", "w22", "b2", "x")
    if values["bend"]:
        h1, h2 = f"ReLU({h1})", f"ReLU({h2})"
    return f"h1 = {h1}, h2 = {h2}, score = {weighted('v1', 'v2', 'c', 'h')}"

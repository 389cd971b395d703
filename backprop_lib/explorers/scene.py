"""What an explorer shows: panels with axes, and the marks in them, as plain data.

A scene says what is to be seen and nothing of how it is drawn. `explorer.js` draws it on a canvas
in the notebook, and `svg.py` draws the same as a static picture where no widgets run.

Colours are named by role, so that they follow the theme: "blue", "orange", "green", "purple",
"grey" and "ink". Colour is never alone: lines also differ by dash, and points by shape.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

__all__ = [
    "Arrow",
    "Axis",
    "Bars",
    "Box",
    "Colour",
    "Handle",
    "Image",
    "Line",
    "Mark",
    "Panel",
    "Points",
    "Scene",
    "Text",
    "said",
    "shades",
]

Colour = Literal["blue", "orange", "green", "purple", "grey", "ink"]
Dash = Literal["solid", "dashed", "dotted"]
Shape = Literal["circle", "square", "triangle", "cross"]
Numbers = np.ndarray | Sequence[float]


@dataclass(frozen=True)
class Axis:
    """One axis of a panel: what it counts, and from where to where."""

    label: str
    low: float
    high: float
    ticks: tuple[float, ...] | None = None
    """Where it is marked; None for round numbers; () for none."""

    @property
    def places(self) -> tuple[float, ...]:
        """Where the axis is marked: at about five round numbers, unless ticks says otherwise."""
        if self.ticks is not None:
            return self.ticks
        rough = (self.high - self.low) / 5
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.999)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return tuple(round(i * step, 10) for i in range(first, last + 1))


@dataclass(frozen=True, eq=False)
class Line:
    """A line through points. NaN breaks it."""

    x: Numbers
    y: Numbers
    colour: Colour = "blue"
    width: float = 2.5
    dash: Dash = "solid"
    label: str = ""
    """Its name in the legend; none without."""
    kind: Literal["line"] = field(default="line", init=False)


@dataclass(frozen=True, eq=False)
class Points:
    """Single points."""

    x: Numbers
    y: Numbers
    colour: Colour = "blue"
    shape: Shape = "circle"
    size: float = 5.0
    """Radius in pixels."""
    filled: bool = True
    label: str = ""
    kind: Literal["points"] = field(default="points", init=False)


@dataclass(frozen=True, eq=False)
class Image:
    """A grid of coloured cells that fills a rectangle, such as a map of a function or a photograph.

    rgb: (rows, columns, 3) bytes; the first row is at the top. `shades` makes them from numbers.
    """

    rgb: np.ndarray
    left: float
    right: float
    bottom: float
    top: float
    smooth: bool = False
    """Whether neighbouring cells blend."""
    kind: Literal["image"] = field(default="image", init=False)


@dataclass(frozen=True, eq=False)
class Bars:
    """Bars from zero, one at each x."""

    x: Numbers
    height: Numbers
    colour: Colour = "blue"
    width: float = 0.6
    """In units of x."""
    filled: bool = True
    label: str = ""
    kind: Literal["bars"] = field(default="bars", init=False)


@dataclass(frozen=True)
class Text:
    """A short text at a point."""

    x: float
    y: float
    text: str
    colour: Colour = "ink"
    align: Literal["left", "center", "right"] = "center"
    size: float = 13.0
    """In pixels."""
    bold: bool = False
    kind: Literal["text"] = field(default="text", init=False)


@dataclass(frozen=True)
class Arrow:
    """An arrow from one point to another."""

    x0: float
    y0: float
    x1: float
    y1: float
    colour: Colour = "ink"
    width: float = 2.0
    dash: Dash = "solid"
    kind: Literal["arrow"] = field(default="arrow", init=False)


@dataclass(frozen=True)
class Box:
    """A rectangle with text in its middle, such as a node of a graph. A line break splits text."""

    x: float
    y: float
    """Its middle."""
    width: float
    height: float
    text: str = ""
    colour: Colour = "ink"
    """Of its edge."""
    strong: bool = False
    """Whether it is tinted and its edge is thick, to draw the eye."""
    kind: Literal["box"] = field(default="box", init=False)


@dataclass(frozen=True)
class Handle:
    """A ring that can be dragged. It moves two controls; either may be missing."""

    x: float
    y: float
    x_control: str = ""
    y_control: str = ""
    colour: Colour = "ink"
    kind: Literal["handle"] = field(default="handle", init=False)


Mark = Line | Points | Image | Bars | Text | Arrow | Box | Handle


@dataclass(frozen=True, eq=False)
class Panel:
    """One picture with its axes. Marks are drawn in order, the last on top."""

    x: Axis
    y: Axis
    marks: tuple[Mark, ...]
    title: str = ""
    square: bool = False
    """Whether one unit of x is as long as one unit of y."""
    bare: bool = False
    """Whether to leave out the axes, as for a diagram or a photograph."""


@dataclass(frozen=True, eq=False)
class Scene:
    """Everything an explorer shows at one setting of its controls."""

    panels: tuple[Panel, ...]
    """Side by side; one under the other where there is little room."""
    readout: str
    """The setting and what follows from it, in a sentence or two with numbers."""
    alt: str
    """What the picture shows, for those who do not see it."""


# Where values run from low to high: blue over white to orange, of steadily falling lightness
# towards both ends; and one hue from white to dark for values without a middle.
DIVERGING = np.array(
    [[0, 90, 150], [120, 180, 215], [247, 247, 247], [240, 170, 120], [190, 70, 0]]
)
SEQUENTIAL = np.array([[250, 250, 250], [170, 205, 228], [70, 140, 190], [0, 62, 108]])
GREYS = np.array([[0, 0, 0], [255, 255, 255]])


def shades(
    values: np.ndarray,
    low: float,
    high: float,
    scale: Literal["diverging", "sequential", "grey"] = "diverging",
) -> np.ndarray:
    """Numbers as colours, for `Image`.

    values: (rows, columns); low and high: the ends of the scale, beyond which it stays as it is.
    Returns (rows, columns, 3) bytes.
    """
    stops = {"diverging": DIVERGING, "sequential": SEQUENTIAL, "grey": GREYS}[scale]
    place = np.clip((values - low) / (high - low), 0.0, 1.0) * (len(stops) - 1)
    channels = [np.interp(place, np.arange(len(stops)), stops[:, i]) for i in range(3)]
    return np.stack(channels, axis=-1).round().astype(np.uint8)


def said(value: float, digits: int = 2) -> str:
    """A number as it stands in a read-out, with this many digits behind the point.

    It has a true minus sign and none before zero; beyond ten thousand it is in powers of ten.
    """
    text = f"{value:.{digits}f}" if abs(value) < 1e4 else f"{value:.1e}"
    return (text.lstrip("-") if float(text) == 0 else text).replace("-", "−")

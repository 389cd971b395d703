"""Pictures: how every figure of the lessons becomes a picture that says what it shows."""

import base64
import html
import io
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "BLACK",
    "BLUE",
    "GREEN",
    "GREY",
    "ORANGE",
    "PALE",
    "PURPLE",
    "SKY",
    "Picture",
    "draw_classes",
    "new_figure",
    "show",
]

# The colours of Okabe and Ito (2008), which the colour-blind can tell apart. Never colour alone:
# give lines a dash and points a shape of their own, so that the picture also reads in grey.
BLUE, ORANGE, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#aa4499"
SKY, GREY, BLACK = "#56b4e9", "#777777", "#222222"
PALE = "#dbe9f4"  # behind the samples, where a model says 1


class Picture:
    """A figure as a PNG with an alternative text; a notebook shows it, a terminal tells it."""

    def __init__(self, png: bytes, alt: str) -> None:
        self.png = png
        self.alt = alt

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.png).decode()
        style = "max-width:100%;background:#fff;padding:6px;border-radius:6px"
        return (
            f'<img alt="{html.escape(self.alt)}" style="{style}" '
            f'src="data:image/png;base64,{data}">'
        )

    def __repr__(self) -> str:
        return f"[Picture: {self.alt}]"


def show(figure: "Figure", alt: str) -> Picture:
    """The figure as a picture whose alternative text says what it shows.

    alt: a sentence or two; a ValueError where it is empty.
    """
    if not alt.strip():
        raise ValueError("A picture needs an alternative text: say in a sentence what it shows.")
    buffer = io.BytesIO()
    # no Software entry, so that the same picture is the same bytes
    figure.savefig(
        buffer,
        format="png",
        dpi=84,
        bbox_inches="tight",
        facecolor="white",
        metadata={"Software": None},
    )
    return Picture(buffer.getvalue(), alt)


def new_figure(width: float, height: float, columns: int = 1) -> tuple["Figure", list["Axes"]]:
    """A figure in inches with axes side by side, kept out of pyplot so that it is shown once."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = [figure.add_subplot(1, columns, i + 1) for i in range(columns)]
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
    return figure, axes


def draw_classes(ax: "Axes", x: np.ndarray, y: np.ndarray) -> None:
    """Samples in the plane, as in every lesson: filled circles for 1, hollow squares for 0.

    x: (N, 2); y: (N,) labels 0 and 1.
    """
    ones, zeros = x[y == 1].T, x[y == 0].T
    hollow: Any = {"facecolor": "white", "edgecolor": ORANGE, "lw": 2}
    ax.scatter(ones[0], ones[1], s=90, color=BLUE, zorder=4)
    ax.scatter(zeros[0], zeros[1], s=80, marker="s", zorder=4, **hollow)

"""Pictures of lesson 00, start here."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from backprop_lib.plots.picture import BLUE, GREY, ORANGE, Picture, new_figure, show

__all__ = ["error_against_tries", "learning_loop", "stretched"]

LOOP = (
    ("predict", "input and weights\ngive an answer"),
    ("measure the error", "how far off is it,\nand which way?"),
    ("send it backwards", "how much of it is\neach weight's doing?"),
    ("adjust", "every weight\na little"),
)


def learning_loop() -> Picture:
    """The story of the course: four steps in a circle."""
    figure, (ax,) = new_figure(8.8, 2.1)
    ax.set_axis_off()
    gap = 3.3
    edge = 0.0
    place: Any = {"ha": "center", "va": "center"}
    for i, (step, question) in enumerate(LOOP):
        box = {"boxstyle": "round,pad=0.5", "facecolor": "#eef3f8", "edgecolor": "#333333"}
        ax.text(gap * i, 0, step, fontsize=12, fontweight="bold", bbox=box, **place)
        ax.text(gap * i, -0.62, question, fontsize=10, **place)
        half = 0.22 + 0.075 * len(step)  # of the box, as wide as its text
        if i:
            way = {"arrowstyle": "-|>", "color": BLUE, "lw": 2}
            ax.annotate("", (gap * i - half, 0), (edge, 0), arrowprops=way)
        edge = gap * i + half
    back = {"arrowstyle": "-|>", "color": ORANGE, "lw": 2, "connectionstyle": "arc3,rad=0.12"}
    ax.annotate("", (0, 0.3), (gap * 3, 0.3), arrowprops=back)
    ax.text(gap * 1.5, 0.98, "repeat", color=ORANGE, fontsize=12, ha="center", va="bottom")
    ax.set_xlim(-1.4, gap * 3 + 1.4)
    ax.set_ylim(-1.0, 1.3)
    steps = ", ".join(step for step, _ in LOOP)
    return show(figure, f"Four boxes in a row: {steps}. An arrow leads from the last to the first.")


def error_against_tries(errors: Mapping[str, Sequence[float]]) -> Picture:
    """How the error falls from try to try, for several ways to learn.

    errors: for each way its errors, the first before anything was learned.
    """
    figure, (ax,) = new_figure(6.6, 2.9)
    longest = max(len(values) for values in errors.values()) - 1
    for (name, values), colour, dash in zip(
        errors.items(), (ORANGE, BLUE, GREY), ("--", "-", ":"), strict=False
    ):
        ax.plot(np.arange(len(values)), values, color=colour, linestyle=dash, lw=2.4)
        ax.text(longest * 1.02, values[-1], name, color=colour, va="center", fontsize=11)
    ax.set(xlabel="tries", ylabel="mean squared error", ylim=(-6, None))
    ax.set(xlim=(0, longest * 1.4), xticks=np.linspace(0, longest, 6))
    ax.spines.bottom.set_bounds(0, longest)
    ends = "; ".join(f"{name}: from {v[0]:.1f} to {v[-1]:.3g}" for name, v in errors.items())
    return show(figure, f"The error after each of {longest} tries. {ends}.")


def stretched(column: np.ndarray, row: np.ndarray) -> Picture:
    """What column - row gives: a table of all pairs, with the pairs that belong together ringed.

    column: (N, 1); row: (N,).
    """
    table = column - row
    figure, axes = new_figure(7.6, 2.2, 3)
    titles = (f"column {column.shape}", f"row {row.shape}", f"column - row {table.shape}")
    for ax, values, title in zip(axes, (column, row[None], table), titles, strict=True):
        for (i, j), value in np.ndenumerate(values):
            together = ax is axes[-1] and i == j
            edge, width = (BLUE, 3) if together else (GREY, 0.8)
            cell = {"boxstyle": "square,pad=0.55", "facecolor": "#eef3f8" if together else "white"}
            text = f"{value:g}".replace("-", "−")
            style: Any = {"ha": "center", "va": "center", "family": "monospace", "fontsize": 11}
            ax.text(j, -i, f"{text:>3}", bbox=cell | {"edgecolor": edge, "lw": width}, **style)
        ax.set(title=title.replace("-", "−"), xlim=(-0.7, len(row) - 0.3))
        ax.set_ylim(-len(row) + 0.3, 0.7)
        ax.set_axis_off()
    alt = (
        f"A column {column.ravel().tolist()} minus a row {row.tolist()} is a table of "
        f"{table.shape[0]} by {table.shape[1]}: every pair. Only the {len(row)} ringed numbers on "
        f"its diagonal, {table.diagonal().tolist()}, belong together."
    )
    return show(figure, alt)

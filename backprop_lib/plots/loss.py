"""Pictures of lesson 03, losses."""

from typing import TYPE_CHECKING

import numpy as np

from backprop_lib.losses import binary_cross_entropy
from backprop_lib.plots.picture import BLACK, BLUE, GREY, ORANGE, Picture, new_figure, show

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Rectangle

__all__ = ["loss_and_accuracy_maps", "squares_of_errors"]


def loss_and_accuracy_maps() -> Picture:
    """How good a small model is at each pair of weights: by its loss, and by its accuracy."""
    x = np.array([-2.4, -1.6, -0.9, -0.3, 0.2, 0.6, 1.0, 1.8, 2.5])
    labels = np.array([0, 0, 0, 1, 0, 0, 1, 1, 1])
    ticks = np.linspace(-4.0, 4.0, 241)
    w, b = np.meshgrid(ticks, ticks)
    scores = w[..., None] * x + b[..., None]  # (rows, columns, N)
    few = scores[::4, ::4]  # a smooth surface needs fewer points than one with edges
    loss = np.array([[binary_cross_entropy(s, labels)[0] for s in row] for row in few])
    wrong = ((scores > 0) != (labels == 1)).mean(axis=-1)
    figure, (left, right) = new_figure(8.6, 3.7, 2)
    draw_map(left, ticks[::4], loss, "The loss: a slope everywhere")
    draw_map(right, ticks, wrong, "Wrong answers: flat terraces")
    alt = (
        "Two maps of the same model over its two weights, darker where it does worse. Left, by "
        "its loss: the shade changes smoothly everywhere and leads down into one valley. Right, "
        "by its share of wrong answers: flat terraces with sudden edges, so that at most places "
        "no direction looks better than another."
    )
    return show(figure, alt)


def draw_map(ax: "Axes", ticks: np.ndarray, height: np.ndarray, title: str) -> None:
    """A map over two weights, darker where it is higher; the shade changes faster low down."""
    shade = np.sqrt(height - height.min())
    half = (ticks[1] - ticks[0]) / 2  # of a cell
    ends = (ticks[0] - half, ticks[-1] + half)
    ax.imshow(shade, cmap="Blues", origin="lower", extent=(*ends, *ends), interpolation="bilinear")
    ax.set(xlim=(ticks[0], ticks[-1]), ylim=(ticks[0], ticks[-1]))
    row, column = np.unravel_index(height.argmin(), height.shape)
    if (height == height.min()).sum() == 1:
        ax.plot(ticks[column], ticks[row], "x", color=ORANGE, ms=9, mew=2.5)
        ax.annotate(
            "lowest",
            (ticks[column], ticks[row]),
            xytext=(8, 6),
            textcoords="offset points",
            color=ORANGE,
            fontsize=11,
        )
    ax.set_aspect("equal")
    ax.set(xlabel="weight w", ylabel="bias b", title=title)


def squares_of_errors(predictions: np.ndarray, targets: np.ndarray) -> Picture:
    """Predictions beside their targets, each error as a stick and its square as an area.

    predictions, targets: (N,).
    """
    place = np.arange(len(targets)) * 3.0
    errors = predictions - targets
    figure, (ax,) = new_figure(7.2, 3.6)
    for x, p, t, error in zip(place, predictions, targets, errors, strict=True):
        size = abs(error)
        corner = (x, min(p, t))
        ax.add_patch(square(corner, size))
        ax.plot([x, x], [p, t], color=GREY, lw=2, linestyle=":")
        if size:
            middle = (x + size / 2, min(p, t) + size / 2)
            ax.annotate(f"{error**2:g}", middle, ha="center", va="center", fontsize=11)
    ax.plot(place, targets, "s", color=BLACK, ms=8, label="target")
    ax.plot(place, predictions, "o", color=BLUE, ms=9, label="prediction")
    ax.set_aspect("equal")
    ax.set_xticks(place, [f"sample {n}" for n in range(len(place))])
    ax.set_xlim(place[0] - 1, place[-1] + 3)
    ax.set_ylim(min(0, predictions.min(), targets.min()) - 0.5, None)
    ax.margins(y=0.08)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    squares = ", ".join(f"{error**2:g}" for error in errors)
    alt = (
        f"{len(targets)} targets and predictions. The error of each is the side of a square, with "
        f"the areas {squares}. Their mean is the mean squared error, {(errors**2).mean():g}."
    )
    return show(figure, alt)


def square(corner: tuple[float, float], size: float) -> "Rectangle":
    """A square from its lower left corner."""
    from matplotlib.patches import Rectangle

    return Rectangle(corner, size, size, facecolor=ORANGE, alpha=0.35, edgecolor=ORANGE)

"""Pictures of lesson 02, the forward pass."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from backprop_lib.network import mlp_forward
from backprop_lib.plots.picture import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    Picture,
    draw_classes,
    new_figure,
    show,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "bent_plane",
    "chain_of_layers",
    "function_graphs",
    "scores_and_probabilities",
    "signal_sizes",
]

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = np.array([0, 1, 1, 0])
XOR_BY_HAND = {
    "w1": np.array([[1.0, -0.8], [-0.8, 1.0]]),
    "b1": np.array([0.1, 0.1]),
    "w2": np.array([[1.0], [1.0]]),
    "b2": np.array([-0.85]),
}
"""A 2-2-1 network that answers XOR, with weights set by hand."""
STYLES = ((BLUE, "-"), (ORANGE, "--"), (GREEN, "-."), (PURPLE, ":"))


def bent_plane(params: Mapping[str, np.ndarray] = XOR_BY_HAND) -> Picture:
    """The plane as it is and as the hidden layer of a 2-2-1 network sees it, with XOR's corners.

    params: "w1" (2, 2), "b1" (2,), "w2" (2, 1), "b2" (1,).
    """
    figure, (left, right) = new_figure(8.4, 4.0, 2)
    ticks = np.linspace(-0.4, 1.4, 10)
    along = np.linspace(-0.4, 1.4, 181)
    lines = [np.stack([np.full_like(along, t), along], axis=1) for t in ticks]
    lines += [line[:, ::-1] for line in lines]
    fine = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)  # (181 * 181, 2)
    for ax, place in ((left, lambda x: x), (right, lambda x: hidden_of(x, params))):
        for line in lines:
            ax.plot(*place(line).T, color=SKY, lw=0.9, zorder=1)
        corners = place(CORNERS)
        draw_classes(ax, corners, XOR)
        write_corners(ax, corners)
        ax.set_aspect("equal")
    scores = mlp_forward(fine, dict(params))[0].reshape(len(along), len(along))
    shade_ones(left, along, along, scores)
    limits = right.get_xlim(), right.get_ylim()
    h1, h2 = np.linspace(*limits[0], 201), np.linspace(*limits[1], 201)
    (v1,), (v2,) = params["w2"]
    shade_ones(right, h1, h2, v1 * h1 + v2 * h2[:, None] + params["b2"][0])
    right.set(xlim=limits[0], ylim=limits[1])
    left.set_xticks([0, 0.5, 1])
    left.set_yticks([0, 0.5, 1])
    left.set(xlim=(-0.4, 1.4), ylim=(-0.4, 1.4))
    left.set(xlabel="$x_1$", ylabel="$x_2$", title="The plane, shaded where the network says 1")
    right.set(xlabel="$h_1$", ylabel="$h_2$", title="The same plane after the hidden layer")
    said = (mlp_forward(CORNERS, dict(params))[0][:, 0] > 0).astype(int)
    alt = (
        "Left: a square grid with the four corners of XOR, filled circles for 1 and hollow squares "
        "for 0. It is shaded where a 2-2-1 network says 1, with a dashed border. Right: the same "
        "grid bent by the hidden layer; there the border is one straight dashed line. "
        f"The network is right at {(said == XOR).sum()} of 4 corners."
    )
    return show(figure, alt)


def hidden_of(x: np.ndarray, params: Mapping[str, np.ndarray]) -> np.ndarray:
    """What the hidden layer makes of x: (N, 2) to (N, 2)."""
    _, cache = mlp_forward(x, dict(params))
    (hidden, _, _), _ = cache[1]  # what the second layer was given
    return hidden


def write_corners(ax: "Axes", places: np.ndarray) -> None:
    """Each corner's name beside its place; corners that fall together share one line."""
    names: dict[tuple[float, float], list[str]] = {}
    for corner, place in zip(CORNERS, places, strict=True):
        spot = (round(float(place[0]), 2), round(float(place[1]), 2))
        names.setdefault(spot, []).append(f"({corner[0]:.0f}, {corner[1]:.0f})")
    for (x, y), here in names.items():
        ax.annotate(
            " and ".join(here),
            (x, y),
            xytext=(9, 7),
            textcoords="offset points",
            fontsize=10,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5},
            zorder=5,
        )


def shade_ones(ax: "Axes", x: np.ndarray, y: np.ndarray, scores: np.ndarray) -> None:
    """A shade where the score is above 0, and its border.

    x: (columns,) and y: (rows,) places along the axes; scores: (rows, columns).
    """
    says_one = (scores > 0).astype(float)
    ax.contourf(x, y, says_one, levels=[0.5, 1.5], colors=[PALE], zorder=0)
    if scores.min() < 0 < scores.max():
        ax.contour(x, y, scores, [0.0], colors=BLACK, linestyles="--", linewidths=2, zorder=3)


def function_graphs(
    x: np.ndarray, graphs: Mapping[str, np.ndarray], labels: tuple[str, str], says: str
) -> Picture:
    """Functions of one number in one picture, each named at one of its ends.

    x: (points,); graphs: for each name its values, (points,); labels: of the two axes;
    says: what is to be seen, in a sentence.
    """
    figure, (ax,) = new_figure(6.6, 3.0)
    first, last = np.ptp([[y[0], y[-1]] for y in graphs.values()], axis=0)
    end, beside = (-1, (5, 0)) if last >= first else (0, (8, 5))  # where they lie further apart
    for (name, y), (colour, dash) in zip(graphs.items(), STYLES, strict=False):
        ax.plot(x, y, color=colour, lw=2.4, linestyle=dash)
        ax.annotate(
            name,
            (x[end], y[end]),
            xytext=beside,
            textcoords="offset points",
            va="center",
            color=colour,
            fontsize=10,
            annotation_clip=False,
        )
    ax.axhline(0, color=GREY, lw=0.8)
    ax.set(xlabel=labels[0], ylabel=labels[1])
    return show(figure, says)


def chain_of_layers(steps: Sequence[str], between: Sequence[str]) -> Picture:
    """A chain of steps with what flows between them written on the arrows.

    steps: the boxes; between: what enters the first box, lies between, and leaves the last, so
    one more than steps.
    """
    gap = 2.2
    figure, (ax,) = new_figure(1.75 * len(steps) + 1.2, 1.5)
    ax.set_axis_off()
    for i, step in enumerate(steps):
        box = {"boxstyle": "round,pad=0.5", "facecolor": "#eef3f8", "edgecolor": "#333333"}
        ax.text(gap * i, 0, step, ha="center", va="center", fontsize=11, bbox=box)
    for i, label in enumerate(between):
        middle = gap * (i - 0.5)
        arrow = {"arrowstyle": "-|>", "color": BLUE, "lw": 1.8}
        ax.annotate("", (middle + 0.4, 0), (middle - 0.4, 0), arrowprops=arrow)
        ax.text(middle, 0.2, label, ha="center", va="bottom", color=BLUE, fontsize=10)
    ax.set_xlim(-gap * 0.5 - 0.8, gap * (len(steps) - 0.5) + 0.8)
    ax.set_ylim(-0.5, 1.1)
    flows = ", ".join(label.replace("\n", " ") for label in between)
    alt = f"A chain of {len(steps)} boxes, {', '.join(steps)}. Between them flow {flows}."
    return show(figure, alt)


def scores_and_probabilities(
    scores: np.ndarray, probabilities: np.ndarray, names: Sequence[str]
) -> Picture:
    """One sample's scores, the exponentials of them, and the probabilities they become.

    scores, probabilities: (K,); names: of the K classes.
    """
    figure, axes = new_figure(8.4, 2.5, 3)
    place = np.arange(len(scores))
    columns = (
        ("scores", scores, BLUE),
        ("exp of the scores", np.exp(scores), GREEN),
        ("probabilities", probabilities, ORANGE),
    )
    for ax, (title, heights, colour) in zip(axes, columns, strict=True):
        ax.bar(place, heights, color=colour, width=0.6)
        ax.axhline(0, color=BLACK, lw=0.8)
        ax.margins(y=0.18)
        for i, height in enumerate(heights):
            side = "bottom" if height >= 0 else "top"
            ax.text(i, height, f"{height:.2f}", ha="center", va=side, fontsize=9)
        ax.set_xticks(place, names)
        ax.set_title(title, fontsize=11)
        ax.set_yticks([])
    alt = (
        f"Three rows of bars for {', '.join(names)}: scores {np.round(scores, 2).tolist()}, their "
        f"exponentials {np.round(np.exp(scores), 2).tolist()}, and probabilities "
        f"{np.round(probabilities, 2).tolist()}, which add up to 1."
    )
    return show(figure, alt)


def signal_sizes(sizes: Mapping[str, Sequence[float]]) -> Picture:
    """The size of a signal after each layer, on a logarithmic axis, for several starting weights.

    sizes: for each way to draw the weights, the root mean square before the first layer, after
    it, and so on.
    """
    figure, (ax,) = new_figure(6.6, 3.2)
    for (name, rms), (colour, dash), marker in zip(sizes.items(), STYLES, "os^D", strict=False):
        layers = np.arange(len(rms))
        ax.semilogy(layers, rms, color=colour, lw=2, linestyle=dash, marker=marker, ms=5)
        ax.annotate(
            name,
            (layers[-1], rms[-1]),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            fontsize=10,
            annotation_clip=False,
        )
    ax.set(xlabel="layers passed", ylabel="size of the signal")
    ax.set_xticks(range(max(len(rms) for rms in sizes.values())))
    ends = "; ".join(f"{name}: {rms[-1]:.2g}" for name, rms in sizes.items())
    alt = (
        f"Size of a signal against the number of layers passed, on a log axis. At the end: {ends}."
    )
    return show(figure, alt)

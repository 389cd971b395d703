"""Pictures of lesson 06, gradient descent."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from backprop_lib.plots.picture import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    Picture,
    new_figure,
    show,
)

__all__ = ["cost_of_learning", "losses_by_epoch", "paths_on_contours", "steps_on_a_curve"]

STYLES: tuple[dict[str, Any], ...] = (
    {"color": ORANGE, "marker": "o", "linestyle": "-"},
    {"color": BLUE, "marker": "s", "linestyle": "--"},
    {"color": GREEN, "marker": "^", "linestyle": "-."},
    {"color": PURPLE, "marker": "D", "linestyle": ":"},
)
"""Each line of a picture differs from the others by colour, marker and dash."""


def paths_on_contours(
    loss: Callable[[np.ndarray, np.ndarray], np.ndarray],
    paths: Mapping[str, np.ndarray],
    reach: tuple[float, float],
) -> Picture:
    """Walks on the map of a loss of two weights, one map beside the other.

    loss: from two arrays to an array; paths: for each walk its places (steps + 1, 2); reach: how
    far the map goes from 0 along w1 and along w2.
    """
    figure, axes = new_figure(3.1 * len(paths), 2.7, len(paths))
    w1 = np.linspace(-reach[0], reach[0], 120)
    w2 = np.linspace(-reach[1], reach[1], 120)[:, None]
    height = loss(w1, w2)
    levels = np.linspace(0, np.sqrt(height.max()), 10)[1:] ** 2
    for ax, (name, path), style in zip(axes, paths.items(), STYLES, strict=False):
        ax.contour(w1, w2[:, 0], height, levels, colors=GREY, linewidths=0.7)
        ax.plot(path[:, 0], path[:, 1], lw=1.4, ms=3, **style)
        ax.plot(0, 0, "x", color=BLACK, ms=8, mew=2)
        ends = loss(path[[0, -1], 0], path[[0, -1], 1])
        ax.set(title=f"{name}: loss {ends[1]:.2g}", xlabel="w1", ylabel="w2")
        ax.set(xlim=(-reach[0], reach[0]), ylim=(-reach[1], reach[1]))
    told = "; ".join(
        f"{name} goes from a loss of {loss(*path[0]):.2g} to {loss(*path[-1]):.2g} in "
        f"{len(path) - 1} steps"
        for name, path in paths.items()
    )
    return show(
        figure, f"Maps of a loss with its lowest point at a cross, and a walk on each: {told}."
    )


def steps_on_a_curve(
    loss: Callable[[np.ndarray], np.ndarray],
    walks: Mapping[str, np.ndarray],
    between: tuple[float, float],
) -> Picture:
    """Walks on the graph of a loss of one weight, one graph beside the other.

    loss: from an array to an array; walks: for each its places (steps + 1,); between: the ends of
    the w axis.
    """
    figure, axes = new_figure(3.1 * len(walks), 2.6, len(walks))
    w = np.linspace(*between, 200)
    for ax, (name, places) in zip(axes, walks.items(), strict=True):
        ax.plot(w, loss(w), color=GREY, lw=1.5)
        ax.plot(places, loss(places), color=ORANGE, marker="o", ms=4, lw=1.2)
        ax.plot(places[0], loss(places[0]), "s", color=BLUE, ms=7)
        ax.text(places[0], float(loss(places[0])), "start  ", ha="right", va="center", fontsize=9)
        ax.set(title=name, xlabel="w", ylabel="loss", xlim=between, ylim=(-0.5, loss(w).max()))
    told = "; ".join(
        f"{name}, from w = {places[0]:.2f} to {places[-1]:.2f} in {len(places) - 1} steps"
        for name, places in walks.items()
    )
    return show(figure, f"A loss of one weight, and walks on it: {told}.")


def cost_of_learning(parameters: Sequence[int], passes: Mapping[str, Sequence[int]]) -> Picture:
    """Forward passes until a loss was reached, against the number of parameters, on log axes.

    parameters: sizes of the networks; passes: for each way of learning its counts.
    """
    figure, (ax,) = new_figure(7.0, 3.4)
    for (name, counts), style in zip(passes.items(), STYLES, strict=False):
        ax.loglog(parameters, counts, lw=2, ms=7, **style)
        ax.text(
            parameters[-1] * 1.2, counts[-1], name, color=style["color"], va="center", fontsize=10
        )
    ax.set(xlabel="parameters of the network", ylabel="cost in forward passes")
    ax.set_xlim(parameters[0] * 0.8, parameters[-1] * 14)
    ends = "; ".join(f"{name} from {c[0]:,} to {c[-1]:,}" for name, c in passes.items())
    alt = (
        f"What it costs to reach the same loss, in forward passes, for networks of "
        f"{parameters[0]:,} to {parameters[-1]:,} parameters: {ends}."
    )
    return show(figure, alt)


def losses_by_epoch(losses: Mapping[str, Sequence[float]]) -> Picture:
    """Training losses against the epoch, on a log axis, with each name at the end of its line.

    losses: for each way of training its loss in every epoch.
    """
    figure, (ax,) = new_figure(7.0, 3.2)
    last = max(len(values) for values in losses.values())
    for (name, values), style in zip(losses.items(), STYLES, strict=False):
        epochs = np.arange(1, len(values) + 1)
        ax.semilogy(epochs, values, lw=2, ms=4, **style)
        end = f"  {name}: {values[-1]:.2g}"
        ax.text(epochs[-1], values[-1], end, color=style["color"], va="center", fontsize=10)
    ax.set(xlabel="epoch", ylabel="training loss (nats)", xlim=(0.5, last * 1.45))
    ax.set_xticks(np.arange(1, last + 1, max(1, last // 8)))
    told = "; ".join(
        f"{name} from {values[0]:.2g} to {values[-1]:.2g}" for name, values in losses.items()
    )
    return show(figure, f"Training loss against the epoch, on a logarithmic axis: {told}.")

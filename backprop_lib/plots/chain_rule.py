"""Pictures of lesson 04, the chain rule."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from backprop_lib.graph import graph_backward, graph_forward
from backprop_lib.graph_layout import edges_of, formula_of, places_of
from backprop_lib.plots.picture import BLUE, GREY, ORANGE, SKY, Picture, new_figure, show

__all__ = ["error_against_step", "graph_of_numbers", "growing_square", "slope_from_points"]


def graph_of_numbers(
    graph: dict[str, tuple[str, ...]],
    inputs: dict[str, float] | None = None,
    output: str | None = None,
) -> Picture:
    """A graph from left to right: its values above the boxes, its gradients below them.

    inputs: a number for each; without them no values are shown. output: the node whose gradients
    are shown; none without.
    """
    values = graph_forward(graph, inputs) if inputs else None
    gradients = graph_backward(graph, values, output) if values and output else None
    places = places_of(graph)
    x, y = np.array(list(places.values())).T
    figure, (ax,) = new_figure(1.55 * (x.max() + 1), 1.2 * (y.max() - y.min() + 1) + 0.2)
    ax.set_axis_off()
    ax.set(xlim=(-0.55, x.max() + 0.55), ylim=(y.min() - 0.55, y.max() + 0.55))
    for parent, name, place in edges_of(graph):
        twice = graph[name][1:].count(parent) > 1
        ax.annotate(
            "",
            places[name],
            places[parent],
            arrowprops={
                "arrowstyle": "-|>",
                "color": GREY,
                "lw": 1.5,
                "shrinkA": 36 if parent in graph else 16,
                "shrinkB": 38,
                # two arrows between the same boxes bend away from each other
                "connectionstyle": f"arc3,rad={(0.5 - place) * 0.8 if twice else 0}",
            },
        )
    for name, (at_x, at_y) in places.items():
        shape = "round4,pad=0.45" if name in graph else "circle,pad=0.4"
        box = {"boxstyle": shape, "facecolor": "#eef3f8", "edgecolor": "#333333"}
        ax.text(
            at_x, at_y, formula_of(graph, name), ha="center", va="center", fontsize=10, bbox=box
        )
        for numbers, colour, up in ((values, BLUE, 0.31), (gradients, ORANGE, -0.31)):
            if numbers is not None:
                ax.text(
                    at_x,
                    at_y + up,
                    f"{'' if up > 0 else 'grad '}{numbers[name]:.3g}",
                    ha="center",
                    va="center",
                    fontsize=10,
                    color=colour,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
                )
    told = [formula_of(graph, name) for name in places if name in graph]
    alt = f"A graph from left to right: {', '.join(told)}."
    for kind, numbers in (("values", values), ("gradients", gradients)):
        if numbers is not None:
            alt += f" Its {kind}: {', '.join(f'{n} {numbers[n]:.3g}' for n in places)}."
    return show(figure, alt)


def growing_square(side: float, step: float) -> Picture:
    """A square whose side grows by a step: two strips, and a small corner."""
    figure, (ax,) = new_figure(3.9, 3.5)
    ax.set_axis_off()
    ax.set_aspect("equal")
    parts = (
        ((0, 0), side, side, "#eef3f8", None, "x · x"),
        ((side, 0), step, side, SKY, "//", "x · h"),
        ((0, side), side, step, SKY, "//", "h · x"),
        ((side, side), step, step, ORANGE, "xx", "h · h"),
    )
    for (left, bottom), width, height, colour, hatch, label in parts:
        ax.bar(
            left, height, width, bottom, align="edge", color=colour, hatch=hatch, edgecolor="white"
        )
        ax.bar(left, height, width, bottom, align="edge", fill=False, edgecolor="#333333")
        ax.text(
            left + width / 2,
            bottom + height / 2,
            label,
            ha="center",
            va="center",
            fontsize=11,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5, "alpha": 0.85},
        )
    for middle, text in ((side / 2, "x"), (side + step / 2, "h")):
        ax.text(middle, -0.06 * side, text, ha="center", va="center", fontsize=11)
        ax.text(-0.06 * side, middle, text, ha="center", va="center", fontsize=11)
    ax.set(xlim=(-0.1 * side, 1.02 * (side + step)), ylim=(-0.1 * side, 1.02 * (side + step)))
    alt = (
        "A square of side x that grows by h to the right and upwards. What is new are two strips, "
        "x times h and h times x, and a small corner, h times h."
    )
    return show(figure, alt)


def slope_from_points(
    f: Callable[[float], float], x: float, step: float, slope: float | None, name: str
) -> Picture:
    """A curve at x, its slope there, and the slopes that differences find with this step.

    slope: the true one, None at a kink; name: of the function.
    """
    true = "none is true" if slope is None else f"true {slope:.3g}"
    figure, axes = new_figure(7.6, 3.1, 2)
    near = np.linspace(x - 2 * step, x + 2 * step, 161)
    curve = [f(float(at)) for at in near]
    low, here, high = f(x - step), f(x), f(x + step)
    found = ((high - here) / step, (high - low) / (2 * step))
    for ax, ends, rise, title in zip(
        axes,
        ((x, x + step), (x - step, x + step)),
        found,
        ("one side: here and a step up", "both sides: a step down and up"),
        strict=True,
    ):
        ax.plot(near, curve, color=BLUE, lw=2.5)
        if slope is not None:
            ax.plot(near, here + slope * (near - x), color=GREY, lw=1.6, ls="--")
        start = ends[0]
        line = f(start) + rise * (near - start)
        ax.plot(near, line, color=ORANGE, lw=1.8, ls="-.")
        ax.plot(ends, [f(end) for end in ends], "s", color=ORANGE, ms=7)
        ax.plot([x], [here], "o", color="black", ms=5)
        room = max(curve) - min(curve)
        ax.set(title=f"{title}\nslope {rise:.3g}, {true}", xlabel="x", ylabel=name)
        ax.set_ylim(min(curve) - 0.15 * room, max(curve) + 0.1 * room)
    alt = (
        f"The curve {name} near x = {x:g}, twice ({true}). Left, a line "
        f"through the point and a point {step:g} to the right has slope {found[0]:.3g}. "
        f"Right, a line through the points {step:g} to either side has slope {found[1]:.3g}."
    )
    return show(figure, alt)


def error_against_step(steps: Sequence[float], errors: Mapping[str, Sequence[float]]) -> Picture:
    """How wrong a difference is, against its step, both on log axes.

    steps: from large to small; errors: for each kind of difference its errors.
    """
    figure, (ax,) = new_figure(7.0, 3.6)
    told = []
    for (name, error), colour, marker, dash in zip(
        errors.items(), (ORANGE, BLUE), "so", ("--", "-"), strict=False
    ):
        shown = np.where(np.array(error) > 0, error, np.nan)  # an error of 0 has no logarithm
        ax.loglog(steps, shown, color=colour, marker=marker, ls=dash, lw=2, ms=5)
        ax.annotate(
            name,
            (steps[0], shown[0]),
            xytext=(-8, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            color=colour,
            fontsize=10,
        )
        best = int(np.nanargmin(shown))
        told.append(f"{name}: smallest, {shown[best]:.0e}, at a step of {steps[best]:.0e}")
    ax.set(xlabel="step h (large on the left)", ylabel="error of the slope")
    ax.set_xlim(steps[0] * 300, steps[-1] / 2)
    ax.text(0.03, 0.06, "step too large:\nthe bend counts", transform=ax.transAxes)
    ax.text(0.97, 0.06, "step too small:\nrounding counts", ha="right", transform=ax.transAxes)
    alt = (
        "Error of a difference against its step. From large steps to small ones it falls, then "
        f"rises again. {'; '.join(told)}."
    )
    return show(figure, alt)

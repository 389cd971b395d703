"""Pictures of lesson 01, the perceptron."""

from collections.abc import Mapping, Sequence

import numpy as np

from backprop_lib.plots.picture import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    PALE,
    PURPLE,
    Picture,
    draw_classes,
    new_figure,
    show,
)

__all__ = ["mistakes_per_epoch", "separating_lines", "weights_as_picture"]

Weights = tuple[np.ndarray, float]


def separating_lines(
    x: np.ndarray,
    labels: Mapping[str, np.ndarray],
    lines: Mapping[str, Weights],
    marked: int | None = None,
) -> Picture:
    """Samples of two features in the plane, a panel a problem, with the line of a perceptron.

    x: (N, 2); labels: for each panel's title the labels (N,), 0 or 1; lines: the weights (2,) and
    the bias by the same titles, where there are any; marked: a sample to be ringed.
    """
    figure, axes = new_figure(2.75 * len(labels), 2.75, len(labels))
    middle, reach = (x.max(axis=0) + x.min(axis=0)) / 2, float(np.ptp(x, axis=0).max()) * 0.85
    (left, low), (right, high) = middle - reach, middle + reach
    told = []
    for ax, (title, y) in zip(axes, labels.items(), strict=True):
        if title in lines:
            w, b = lines[title]
            across, up = np.meshgrid(np.linspace(left, right, 201), np.linspace(low, high, 201))
            total = w[0] * across + w[1] * up + b
            says_one = (total > 0).astype(float)
            ax.contourf(across, up, says_one, levels=[0.5, 1.5], colors=[PALE])
            if total.min() < 0 < total.max():
                ax.contour(across, up, total, levels=[0], colors=[BLACK], linewidths=2)
            told.append(f"{title}: weights {np.round(w, 2).tolist()}, bias {b:.2f}")
        else:
            ax.text(middle[0], middle[1], "?", fontsize=30, color=GREY, ha="center", va="center")
            told.append(f"{title}: no line")
        draw_classes(ax, x, y)
        if marked is not None:
            x1, x2 = x[marked]
            ax.scatter(x1, x2, s=330, facecolor="none", edgecolor=PURPLE, lw=2, zorder=5)
        ax.set(title=title, xlim=(left, right), ylim=(low, high), xlabel="$x_1$", aspect="equal")
        ax.set_ylabel("$x_2$" if ax is axes[0] else "")
        ax.locator_params(nbins=4)
    alt = f"{len(x)} samples in the plane, filled circles for 1 and hollow squares for 0. "
    return show(figure, alt + f"The shaded side is where the perceptron says 1. {'; '.join(told)}.")


def mistakes_per_epoch(histories: Mapping[str, Sequence[int]]) -> Picture:
    """The number of mistakes in each epoch, a line a problem.

    histories: for each problem its counts, an epoch each.
    """
    figure, (ax,) = new_figure(6.6, 2.7)
    longest = max(len(counts) for counts in histories.values())
    styles = ((BLUE, "-", "o"), (PURPLE, "--", "s"), (ORANGE, ":", "^"))
    for (name, counts), (colour, dash, marker) in zip(histories.items(), styles, strict=False):
        epochs = np.arange(1, len(counts) + 1)
        ax.plot(epochs, counts, color=colour, linestyle=dash, marker=marker, ms=5, lw=2)
        ends = (epochs[-1] + 0.015 * longest, counts[-1])
        ax.annotate(name, ends, (6, 6), textcoords="offset points", color=colour, fontsize=11)
    ax.set(xlabel="epoch", ylabel="mistakes", ylim=(-0.3, None), xlim=(0.5, longest * 1.1))
    ax.locator_params(integer=True)
    told = "; ".join(f"{name}: {[int(n) for n in counts]}" for name, counts in histories.items())
    return show(figure, f"The mistakes in each epoch. {told}.")


def weights_as_picture(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, names: Sequence[str]
) -> Picture:
    """The average sample of each class as a picture, and beside them the weights.

    x: (N, side * side) grey values; y: (N,) labels 0 and 1; w: (side * side,);
    names: of the two classes.
    """
    side = round(len(w) ** 0.5)
    figure, axes = new_figure(6.6, 2.5, 3)
    for ax, label in zip(axes, (0, 1), strict=False):
        ax.imshow(x[y == label].mean(axis=0).reshape(side, side), cmap="gray_r")
        ax.set_title(f"the average {names[label]}", fontsize=11)
    grid = np.reshape(w, (side, side))
    largest = float(np.abs(grid).max())
    axes[2].imshow(grid, cmap="RdBu", vmin=-largest, vmax=largest)
    for (i, j), value in np.ndenumerate(grid):
        if abs(value) > 0.25 * largest:  # signs, so that it also reads in grey
            sign = "+" if value > 0 else "−"
            ink = "white" if abs(value) > 0.7 * largest else BLACK
            axes[2].text(j, i, sign, ha="center", va="center", fontsize=11, color=ink)
    axes[2].set_title(f"the weights: + says {names[1]}", fontsize=11)
    for ax in axes:
        ax.set_axis_off()
    alt = (
        f"The average {names[0]} and the average {names[1]} in grey, and the {len(w)} weights: "
        f"{int((grid > 0.25 * largest).sum())} pixels, marked with a plus, speak strongly for "
        f"{names[1]}, and {int((grid < -0.25 * largest).sum())}, marked with a minus, against it."
    )
    return show(figure, alt)

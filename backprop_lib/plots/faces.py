"""Pictures of lesson 08, faces."""

from collections.abc import Mapping, Sequence

import numpy as np

from backprop_lib.plots.picture import BLUE, GREY, ORANGE, Picture, new_figure, show

__all__ = [
    "accuracy_against_size",
    "accuracy_over_splits",
    "confusion_table",
    "detail_of_pictures",
    "photographs",
    "photographs_with_answers",
    "weights_as_pictures",
]

MARKERS = "os^Dvx"
"""One for each method, in order, so that dots differ by more than colour."""


def photographs(pictures: np.ndarray, words: str, columns: int = 10) -> Picture:
    """Pictures side by side, in rows.

    pictures: (n, H, W) grey values from 0 to 1; words: what they show, for the alternative text.
    """
    n, height, width = pictures.shape
    rows = -(-n // columns)
    wall = np.ones((rows * (height + 2) - 2, columns * (width + 2) - 2))
    for i, picture in enumerate(pictures):
        top, left = i // columns * (height + 2), i % columns * (width + 2)
        wall[top : top + height, left : left + width] = picture
    size = 0.72 if columns > 6 else 1.1  # inches a picture
    figure, (ax,) = new_figure(size * columns, size * rows)
    ax.imshow(wall, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    ax.set_axis_off()
    return show(figure, f"{n} pictures of {height} by {width} pixels: {words}.")


def detail_of_pictures(detail: np.ndarray, labels: np.ndarray) -> Picture:
    """One number a picture, faces above and other pictures below.

    detail, labels: (N,); label 1 is a face.
    """
    figure, (ax,) = new_figure(7.2, 1.9)
    for label, colour, marker in ((1, ORANGE, "o"), (0, BLUE, "s")):
        values = detail[labels == label]
        height = label + np.linspace(-0.25, 0.25, len(values))
        ax.plot(values, height, marker, color=colour, ms=4, alpha=0.7)
    ax.set_yticks([0, 1], ["others", "faces"])
    ax.set(xlabel="mean difference between neighbouring pixels", ylim=(-0.5, 1.5))
    middle = {label: float(np.median(detail[labels == label])) for label in (0, 1)}
    return show(
        figure,
        "The mean difference between neighbouring pixels, a dot for each picture. Faces lie around "
        f"{middle[1]:.3f}, other pictures around {middle[0]:.3f}.",
    )


def weights_as_pictures(weights: Mapping[str, np.ndarray], side: int = 25) -> Picture:
    """Weights of single neurons as pictures: orange where light speaks for the neuron.

    weights: for each title (side * side,) numbers.
    """
    from matplotlib.colors import LinearSegmentedColormap

    blue_to_orange = LinearSegmentedColormap.from_list("weights", [BLUE, "#f7f7f7", ORANGE])
    figure, axes = new_figure(1.9 * len(weights), 2.1, len(weights))
    for ax, (title, w) in zip(axes, weights.items(), strict=True):
        largest = float(np.abs(w).max())
        ax.imshow(w.reshape(side, side), cmap=blue_to_orange, vmin=-largest, vmax=largest)
        ax.set_title(title, fontsize=9)
        ax.set_axis_off()
    return show(
        figure,
        f"The weights of {len(weights)} neurons as pictures of {side} by {side} pixels "
        f"({', '.join(weights)}): light in an orange place speaks for, in a blue place against.",
    )


def accuracy_against_size(
    names: Sequence[str], parameters: Sequence[int], accuracies: Sequence[float], chosen: int
) -> Picture:
    """Validation accuracy of each candidate against its size, and which was chosen."""
    figure, (ax,) = new_figure(6.6, 2.8)
    ax.semilogx(parameters, accuracies, "o", color=BLUE, ms=7)
    ax.plot(parameters[chosen], accuracies[chosen], "o", ms=15, mfc="none", mec=ORANGE, mew=2.5)
    for i, (name, x, y) in enumerate(zip(names, parameters, accuracies, strict=True)):
        above = i % 2 == 0
        ax.annotate(
            name,
            (x, y),
            (0, 12 if above else -12),
            textcoords="offset points",
            ha="center",
            va="bottom" if above else "top",
            fontsize=9,
        )
    ax.set(xlabel="parameters", ylabel="validation accuracy", ylim=(0.4, 1.08))
    ax.set_xlim(parameters[0] / 2.5, parameters[-1] * 2.5)
    told = "; ".join(f"{n}: {a:.3f}" for n, a in zip(names, accuracies, strict=True))
    return show(
        figure,
        f"Validation accuracy against the number of parameters. {told}. "
        f"Chosen, with a ring: {names[chosen]}.",
    )


def confusion_table(counts: np.ndarray, names: Sequence[str]) -> Picture:
    """A confusion matrix with its numbers.

    counts: (K, K), a row for each true class; names: of the classes.
    """
    figure, (ax,) = new_figure(3.4, 2.6)
    ax.imshow(counts, cmap="Blues", vmin=0, vmax=1.6 * counts.max())
    for (i, j), count in np.ndenumerate(counts):
        weight = "bold" if i != j else "normal"
        ax.text(j, i, f"{count}", ha="center", va="center", fontsize=13, weight=weight)
    ax.set_xticks(range(len(names)), names)
    ax.set_yticks(range(len(names)), names)
    ax.set(xlabel="the network says", ylabel="it is")
    ax.spines[:].set_visible(False)
    told = "; ".join(
        f"{names[i]} taken for {names[j]}: {count}" for (i, j), count in np.ndenumerate(counts)
    )
    return show(figure, f"Confusion matrix. {told}.")


def photographs_with_answers(
    pictures: np.ndarray, labels: np.ndarray, probabilities: np.ndarray, columns: int = 8
) -> Picture:
    """Pictures with the probability of a face above each, in orange and with a cross if wrong.

    pictures: (n, H, W); labels: (n,), 1 for a face; probabilities: (n,) of a face.
    """
    rows = -(-len(labels) // columns)
    figure, axes = new_figure(0.95 * columns, 1.2 * rows)
    axes[0].remove()
    for i, (picture, label, p) in enumerate(zip(pictures, labels, probabilities, strict=True)):
        ax = figure.add_subplot(rows, columns, i + 1)
        wrong = (p > 0.5) != (label == 1)
        ax.imshow(picture, cmap="gray", vmin=0, vmax=1)
        ax.set_title(f"{'✗ ' if wrong else ''}{p:.0%}", fontsize=9, color=ORANGE if wrong else "k")
        ax.set_axis_off()
    told = ", ".join(
        f"{p:.0%} for {'a face' if label == 1 else 'another picture'}"
        for p, label in zip(probabilities, labels, strict=True)
    )
    return show(figure, f"{len(labels)} pictures and the probability that each is a face: {told}.")


def accuracy_over_splits(scores: Mapping[str, Sequence[float]]) -> Picture:
    """A dot for each split and a line at the mean, for each method.

    scores: for each method its test accuracy on every split, in the same order.
    """
    figure, (ax,) = new_figure(7.0, 0.5 * len(scores) + 1.0)
    for i, (values, marker) in enumerate(zip(scores.values(), MARKERS, strict=False)):
        mean = float(np.mean(values))
        ax.plot(values, np.full(len(values), -i), marker, color=BLUE, ms=6, alpha=0.75)
        ax.plot([mean, mean], [-i - 0.3, -i + 0.3], color=ORANGE, lw=2.5)
        ax.text(1.02, -i, f"{mean:.3f}", va="center", fontsize=10, color=ORANGE)
    ax.axvline(0.5, color=GREY, lw=0.8, linestyle=":")
    ax.set_yticks([-i for i in range(len(scores))], list(scores))
    ax.set(xlabel="share of test pictures that are right", xlim=(0.4, 1.07))
    ax.set_ylim(-len(scores) + 0.4, 0.6)
    told = "; ".join(
        f"{name}: mean {np.mean(v):.3f}, from {min(v):.3f} to {max(v):.3f}"
        for name, v in scores.items()
    )
    return show(figure, f"Test accuracy on each split and its mean. {told}.")

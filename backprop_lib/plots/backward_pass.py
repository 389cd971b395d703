"""Pictures of lesson 05, the backward pass."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from backprop_lib.plots.picture import BLUE, GREY, ORANGE, Picture, new_figure, show

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "digits_with_predictions",
    "forward_and_back",
    "gates",
    "pull_on_scores",
    "share_of_each_sample",
    "training_curves",
    "work_per_gradient",
]


def forward_and_back(
    steps: Sequence[str],
    forward: Sequence[str],
    back: Sequence[str],
    kept: Mapping[str, int] | None = None,
) -> Picture:
    """A chain of steps: what flows forward above the arrows, its gradient back below them.

    steps: the boxes; forward, back: what enters the first box, lies between, and leaves the
    last, so one more of each than steps, "" for no label; kept: by name how many boxes each cache
    belongs to, from the left.
    """
    figure, (ax,) = new_figure(1.9 * len(steps) + 1.2, 2.2)
    ax.set_axis_off()
    gap = 2.3
    for i, step in enumerate(steps):
        ax.text(
            gap * i,
            0,
            step,
            ha="center",
            va="center",
            fontsize=11,
            bbox={"boxstyle": "round,pad=0.5", "facecolor": "#eef3f8", "edgecolor": "#333333"},
        )
    for i, (ahead, behind) in enumerate(zip(forward, back, strict=True)):
        middle = gap * (i - 0.5)
        left, right = middle - 0.4, middle + 0.4
        for y, colour, label, ends in (
            (0.2, BLUE, ahead, (left, right)),
            (-0.2, ORANGE, behind, (right, left)),
        ):
            arrow = {"arrowstyle": "-|>", "color": colour, "lw": 1.8}
            ax.annotate("", (ends[1], y), (ends[0], y), arrowprops=arrow)
            ax.text(
                middle,
                2.1 * y,
                label,
                ha="center",
                va="bottom" if y > 0 else "top",
                color=colour,
                fontsize=10,
            )
    first = 0
    told = ""
    for name, boxes in (kept or {}).items():
        last = first + boxes - 1
        left, right = gap * first - 0.55, gap * last + 0.55
        ax.plot([left, left, right, right], [-0.62, -0.75, -0.75, -0.62], color=GREY, lw=1.5)
        ax.text((left + right) / 2, -0.85, name, ha="center", va="top", fontsize=10)
        told += f" {name} belongs to {' and '.join(steps[first : last + 1])}."
        first = last + 1
    ax.set_xlim(-gap * 0.5 - 0.9, gap * (len(steps) - 0.5) + 0.9)
    ax.set_ylim(-1.25, 1.25)
    ahead, behind = (
        ", ".join(label.replace("\n", " ") for label in labels if label)
        for labels in (forward, back)
    )
    alt = (
        f"A chain of {len(steps)} boxes, {', '.join(steps).replace(chr(10), ' ')}. Blue arrows run "
        f"forward through them; on these stands {ahead}. Orange arrows run back; on these stands "
        f"{behind}.{told}"
    )
    return show(figure, alt)


def grid(ax: "Axes", values: np.ndarray, title: str, largest: float) -> None:
    """A small matrix as coloured squares with the numbers in them."""
    ax.imshow(values, cmap="RdBu_r", vmin=-1.6 * largest, vmax=1.6 * largest, aspect="equal")
    for (i, j), value in np.ndenumerate(values):
        ax.text(j, i, f"{value:.2f}", ha="center", va="center", fontsize=9)
    ax.set_title(title, fontsize=10)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)


def share_of_each_sample(shares: np.ndarray, names: tuple[str, str]) -> Picture:
    """What each sample adds to a gradient, and the sum.

    shares: (N, rows, columns), one matrix a sample; names: of what has a share and of the sum.
    """
    figure, axes = new_figure(1.5 * (len(shares) + 1) + 1, 2.1, len(shares) + 1)
    total = shares.sum(axis=0)
    largest = float(np.abs(np.concatenate([shares, total[None]])).max())
    for i, (ax, share) in enumerate(zip(axes, shares, strict=False)):
        grid(ax, share, f"{'+ ' if i else ''}{names[0]} {i}", largest)
    grid(axes[-1], total, f"= {names[1]}", largest)
    alt = f"{len(shares)} small matrices, one for each {names[0]}, add up to {names[1]}."
    return show(figure, alt)


def gates(x: np.ndarray, y: np.ndarray) -> Picture:
    """A function of one number with its slope marked: flat where the gate is shut, 1 where open.

    x, y: (points,), the function's graph.
    """
    figure, (left, right) = new_figure(7.2, 2.5, 2)
    left.plot(x, y, color=BLUE, lw=2.5)
    left.set(xlabel="x, what comes in", ylabel="y, what goes out", title="Forward: y = max(0, x)")
    slope = np.where(x > 0, 1.0, 0.0)
    slope[np.argmin(np.abs(x))] = np.nan  # a gap where the slope jumps
    right.plot(x, slope, color=ORANGE, lw=2.5)
    right.set(xlabel="x, what came in", ylabel="dy/dx", title="Back: the slope", ylim=(-0.15, 1.2))
    right.text(-1.2, 0.12, "shut: nothing passes", ha="center", fontsize=9)
    right.text(1.1, 0.8, "open: all passes", ha="center", fontsize=9)
    alt = (
        "Left: ReLU, zero for negative x and a line of slope 1 for positive x. Right: its slope, "
        "0 for negative x, where nothing passes, and 1 for positive x, where all passes."
    )
    return show(figure, alt)


def pull_on_scores(probabilities: np.ndarray, label: int, names: Sequence[str]) -> Picture:
    """One sample's probabilities beside what they should be, and the pull on each score.

    probabilities: (K,); label: the right class; names: of the K classes.
    """
    target = np.eye(len(probabilities))[label]
    figure, (left, right) = new_figure(7.2, 2.6, 2)
    place = np.arange(len(probabilities))
    left.bar(place, probabilities, color=BLUE, width=0.6)
    left.bar(place, target, width=0.75, fill=False, edgecolor="black", linestyle="--")
    left.set(title="probability p, and dashed what is right", ylim=(0, 1.1))
    pull = probabilities - target
    right.bar(place, pull, color=[ORANGE if v > 0 else BLUE for v in pull], width=0.6)
    right.axhline(0, color="black", lw=0.8)
    right.set(title="p minus what is right", ylim=(-1.1, 1.1))
    for i, value in enumerate(pull):
        above = "bottom" if value > 0 else "top"
        right.text(i, value, f"{value:+.2f}", ha="center", va=above, fontsize=9)
    for ax in (left, right):
        ax.set_xticks(place, names)
    alt = (
        f"Left: probabilities {np.round(probabilities, 2).tolist()} for {', '.join(names)}; the "
        f"right class is {names[label]}. Right: probability minus target, "
        f"{np.round(pull, 2).tolist()}: negative only at the right class."
    )
    return show(figure, alt)


def work_per_gradient(parameters: Sequence[int], passes: Mapping[str, Sequence[int]]) -> Picture:
    """Forward passes needed for one gradient against the number of parameters, both on log axes.

    parameters: sizes of the networks; passes: for each method its counts.
    """
    figure, (ax,) = new_figure(6.2, 3.0)
    for (name, counts), colour, marker in zip(
        passes.items(), (ORANGE, BLUE, GREY), "so^", strict=False
    ):
        ax.loglog(parameters, counts, color=colour, marker=marker, lw=2)
        ax.text(parameters[-1] * 1.15, counts[-1], name, color=colour, va="center", fontsize=10)
    ax.set(xlabel="parameters", ylabel="cost in forward passes")
    ax.set_xlim(parameters[0] * 0.8, parameters[-1] * 12)
    ends = "; ".join(f"{name}: {counts[-1]:,}" for name, counts in passes.items())
    alt = (
        f"Cost of one gradient in forward passes, against the number of parameters. At "
        f"{parameters[-1]:,} parameters: {ends}."
    )
    return show(figure, alt)


def training_curves(history: Mapping[str, Sequence[float]]) -> Picture:
    """Loss and accuracy after each epoch, side by side.

    history: "loss" and "test accuracy", a number per epoch each.
    """
    loss, accuracy = history["loss"], history["test accuracy"]
    epochs = np.arange(1, len(loss) + 1)
    figure, (left, right) = new_figure(8, 2.8, 2)
    left.plot(epochs, loss, color=ORANGE, lw=2.2, marker=".")
    left.set(xlabel="epoch", ylabel="training loss (nats)", title="The loss falls", ylim=(0, None))
    right.plot(epochs, accuracy, color=BLUE, lw=2.2, marker=".")
    right.set(xlabel="epoch", ylabel="share right", title="Digits never seen in training")
    right.set_ylim(None, 1.0)
    right.axhline(accuracy[-1], color=GREY, lw=0.8, linestyle=":")
    right.text(epochs[-1], accuracy[-1], f"{accuracy[-1]:.3f}", ha="right", va="bottom")
    alt = (
        f"Left: the training loss falls from {loss[0]:.2f} to {loss[-1]:.3f} in {len(loss)} "
        f"epochs. Right: the accuracy on test digits rises from {accuracy[0]:.2f} to "
        f"{accuracy[-1]:.3f}."
    )
    return show(figure, alt)


def digits_with_predictions(
    images: np.ndarray, labels: np.ndarray, predictions: np.ndarray
) -> Picture:
    """A row of digits, what the network says above each, in orange where it is wrong.

    images: (n, 64) grey values from 0 to 1; labels, predictions: (n,).
    """
    figure, axes = new_figure(0.95 * len(labels), 1.5, len(labels))
    for ax, image, label, said in zip(axes, images, labels, predictions, strict=True):
        ax.imshow(image.reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
        right = said == label
        text = f"{said}" if right else f"{said} (is {label})"
        ax.set_title(text, fontsize=10, color="black" if right else ORANGE)
        ax.set_axis_off()
    pairs: list[Any] = [
        f"{said} for a {label}" for said, label in zip(predictions, labels, strict=True)
    ]
    return show(figure, f"{len(labels)} handwritten digits. The network says {', '.join(pairs)}.")

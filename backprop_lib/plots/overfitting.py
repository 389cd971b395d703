"""Pictures of lesson 07, overfitting."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from backprop_lib.plots.picture import BLACK, BLUE, GREY, ORANGE, Picture, new_figure, show

__all__ = [
    "before_and_after_dropout",
    "decision_maps",
    "learning_curves",
    "reported_and_true",
    "three_parts",
]


def decision_maps(
    maps: Mapping[str, Callable[[np.ndarray], np.ndarray]], x: np.ndarray, labels: np.ndarray
) -> Picture:
    """What classifiers of two classes say all over the plane, side by side, with samples on it.

    maps: for each title a function from places (M, 2) to classes (M,) of 0 and 1; x: (N, 2);
    labels: (N,). Each title also gets the share of the samples that is right; those that are
    wrong are hollow.
    """
    figure, axes = new_figure(3.0 * len(maps), 2.8, len(maps))
    (left, bottom), (right, top) = x.min(axis=0) - 0.4, x.max(axis=0) + 0.4
    across, up = np.linspace(left, right, 160), np.linspace(bottom, top, 120)
    places = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    shares = []
    for ax, (title, classify) in zip(axes, maps.items(), strict=True):
        said = classify(places).reshape(len(up), len(across))
        ax.contourf(across, up, said, levels=[-0.5, 0.5, 1.5], colors=["#f6cfb3", "#b8d6ea"])
        ax.contour(across, up, said, levels=[0.5], colors=BLACK, linewidths=1.2)
        is_right = classify(x) == labels
        shares.append(is_right.mean())
        for label, colour, marker in ((0, ORANGE, "s"), (1, BLUE, "o")):
            of = labels == label
            face = np.where(is_right[of], colour, "white")
            ax.scatter(
                x[of, 0], x[of, 1], s=22, c=face, marker=marker, edgecolors=colour, linewidths=1.2
            )
        ax.set_title(f"{title}\n{shares[-1]:.0%} of these right", fontsize=10)
        ax.set(xticks=[], yticks=[], xlim=(left, right), ylim=(bottom, top))
    told = "; ".join(
        f"{title}: {share:.0%} of these right" for title, share in zip(maps, shares, strict=True)
    )
    return show(
        figure,
        f"{len(maps)} maps of the same plane with the same {len(x)} samples, squares of class 0 "
        f"and circles of class 1, hollow where wrong. {told}.",
    )


def three_parts(sizes: Mapping[str, int], uses: Sequence[str]) -> Picture:
    """A data set as a bar cut into parts, with what each part is for.

    sizes: for each part how many samples; uses: what each is for, a few words.
    """
    figure, (ax,) = new_figure(7.4, 1.1)
    start = 0
    shades = ("#b8d6ea", "#f6cfb3", "#dddddd")
    for i, ((name, size), use) in enumerate(zip(sizes.items(), uses, strict=True)):
        ax.barh(0, size, left=start, height=0.8, color=shades[i % 3], edgecolor=BLACK)
        ax.text(start + size / 2, 0, f"{name}\n{size}", ha="center", va="center", fontsize=10)
        ax.text(start + size / 2, -0.62, use, ha="center", va="top", fontsize=9)
        start += size
    ax.set_ylim(-0.9, 0.5)
    ax.set_axis_off()
    told = "; ".join(
        f"{name}, {size} samples, {use.replace(chr(10), ' ')}"
        for (name, size), use in zip(sizes.items(), uses, strict=True)
    )
    return show(figure, f"A bar of {start} samples, cut into {len(sizes)} parts: {told}.")


def learning_curves(
    training_loss: Sequence[float], validation_loss: Sequence[float], best: int
) -> Picture:
    """Training and validation loss against the epoch, and the epoch that is marked as best.

    training_loss, validation_loss: a number an epoch; best: an epoch, counted from 1.
    """
    figure, (ax,) = new_figure(7.0, 2.9)
    epochs = np.arange(1, len(training_loss) + 1)
    for losses, colour, dash, name in (
        (training_loss, BLUE, "-", "training"),
        (validation_loss, ORANGE, "--", "validation"),
    ):
        ax.plot(epochs, losses, color=colour, lw=2.2, linestyle=dash)
        ax.text(
            epochs[-1] * 1.01, losses[-1], f"{name} {losses[-1]:.2f}", color=colour, va="center"
        )
    lowest = validation_loss[best - 1]
    ax.axvline(best, color=GREY, lw=1.2, linestyle=":")
    ax.plot([best], [lowest], "^", color=BLACK, ms=8)
    top = 1.08 * max(*training_loss, *validation_loss)
    ax.text(best + 0.01 * len(epochs), top, f"epoch {best}: {lowest:.2f}", va="top", fontsize=9)
    ax.set(xlabel="epoch", ylabel="loss (nats)", ylim=(0, top), xlim=(0, epochs[-1]))
    alt = (
        f"Losses over {len(epochs)} epochs. Training: from {training_loss[0]:.2f} to "
        f"{training_loss[-1]:.2f}. Validation: from {validation_loss[0]:.2f} to "
        f"{validation_loss[-1]:.2f}; {lowest:.2f} at epoch {best}, which is marked."
    )
    return show(figure, alt)


def before_and_after_dropout(x: np.ndarray, y: np.ndarray) -> Picture:
    """A small matrix before and after dropout; what was dropped is crossed out.

    x, y: (N, D), the layer's input and output.
    """
    figure, axes = new_figure(7.4, 2.3, 2)
    largest = float(np.abs(y).max())
    for ax, values, title in zip(axes, (x, y), ("x", "y, after dropout"), strict=True):
        ax.imshow(values, cmap="RdBu_r", vmin=-1.6 * largest, vmax=1.6 * largest, aspect="auto")
        for (i, j), value in np.ndenumerate(values):
            dropped = y[i, j] == 0 and x[i, j] != 0 and values is y
            ax.text(j, i, "×" if dropped else f"{value:.1f}", ha="center", va="center", fontsize=10)
        ax.set(xticks=[], yticks=[], xlabel="units", ylabel="samples")
        ax.set_title(title, fontsize=10)
    dropped = int(((y == 0) & (x != 0)).sum())
    return show(
        figure,
        f"Two matrices of {x.shape[0]} samples by {x.shape[1]} units. In the second, {dropped} of "
        f"{x.size} entries are crossed out, each row's in other places; the rest are larger than "
        "before.",
    )


def reported_and_true(
    reported: Mapping[str, float], true: Sequence[float], xlabel: str = "share right"
) -> Picture:
    """What was reported beside what is true, a row for each way of choosing.

    reported: for each row its name and number; true: the row's true number.
    """
    figure, (ax,) = new_figure(7.2, 0.55 * len(reported) + 1.0)
    rows = np.arange(len(reported))[::-1]
    said = np.array(list(reported.values()))
    ax.hlines(rows, true, said, color=GREY, lw=1.5)
    ax.plot(true, rows, "o", color=BLUE, ms=8, label="true")
    ax.plot(said, rows, "s", color=ORANGE, ms=8, label="reported")
    for row, a, b in zip(rows, true, said, strict=True):
        ax.text(max(a, b), row + 0.18, signed(b - a), ha="center", va="bottom", fontsize=9)
    ax.set_yticks(rows, list(reported))
    ax.set(xlabel=xlabel, ylim=(-0.5, len(rows) - 0.3))
    ax.margins(x=0.1)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    told = "; ".join(
        f"{name}: reported {b:.3f}, true {a:.3f}"
        for (name, b), a in zip(reported.items(), true, strict=True)
    )
    return show(figure, f"Reported and true {xlabel}. {told}.")


def signed(difference: float) -> str:
    """A difference with its sign, a true minus."""
    return f"{difference:+.3f}".replace("-", "−")

"""The explorer of lesson 07: what capacity, weight decay and dropout do to a network that learns.

Each setting is a training of about a tenth of a second, made when it is first asked for and kept.
"""

import functools

import numpy as np

from backprop_lib.data import split_train_validation_test, two_moons
from backprop_lib.explorers.explorer import Button, Choice, Explorer, Slider, Values
from backprop_lib.explorers.scene import (
    Axis,
    Colour,
    Image,
    Line,
    Mark,
    Panel,
    Points,
    Scene,
    Shape,
    Text,
    shades,
)
from backprop_lib.losses import accuracy, softmax
from backprop_lib.network import init_mlp, mlp_forward
from backprop_lib.training import Epochs, best_epoch, train_regularized

__all__ = ["overfitting"]

EPOCHS = 120
HIGHEST_LOSS = 1.6  # what lies above leaves the panel; the readout tells it
LEFT, RIGHT, BOTTOM, TOP = -1.8, 2.8, -1.4, 1.9  # of the map
CLASS_MARKS: tuple[tuple[Colour, Shape], ...] = (("orange", "square"), ("blue", "circle"))


def overfitting() -> Explorer:
    """A network on few samples: its map of the plane, and its two learning curves."""
    return Explorer(
        title="Learning, or learning by heart?",
        controls=(
            Choice("units", "units in each of two hidden layers", ("2", "4", "8", "32"), "32"),
            Choice("strength", "weight decay", ("0", "0.003", "0.01", "0.1"), "0"),
            Choice("keep", "share of units kept (dropout)", ("1", "0.8", "0.5"), "1"),
            Slider("epoch", "epoch", 1, EPOCHS, 1, EPOCHS, format="{:.0f}", plays=True),
            Choice("points", "samples on the map", ("training", "validation"), "training"),
            Button("best", "Go to the best epoch", go_to_best),
        ),
        scene=scene,
    )


@functools.cache
def samples() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The lesson's training and validation samples. The test samples are not for choosing."""
    rng = np.random.default_rng(2)
    x, labels = two_moons(240, rng)
    training, validation, _ = split_train_validation_test(x, labels, (0.25, 0.25, 0.5), rng)
    return {"training": training, "validation": validation}


@functools.cache
def trained(units: str, strength: str, keep: str) -> Epochs:
    """The training at this setting."""
    rng = np.random.default_rng(0)
    return train_regularized(
        init_mlp([2, int(units), int(units), 2], rng),
        *samples().values(),
        epochs=EPOCHS,
        batch_size=60,
        learning_rate=0.03,
        rng=rng,
        strength=float(strength),
        keep_probability=float(keep),
    )


def training_at(values: Values) -> Epochs:
    """The training at the setting of the controls."""
    return trained(values["units"], values["strength"], values["keep"])


def go_to_best(values: Values) -> Values:
    """Move to the epoch with the lowest validation loss."""
    return {"epoch": float(best_epoch(training_at(values).validation_loss))}


def scene(values: Values) -> Scene:
    """The network's map after the chosen epoch, and the curves of the whole training."""
    run, epoch = training_at(values), round(values["epoch"])
    params, best = run.params[epoch - 1], best_epoch(run.validation_loss)
    right = {
        part: accuracy(mlp_forward(x, params)[0], labels) for part, (x, labels) in samples().items()
    }
    losses = {
        "training": run.training_loss[epoch - 1],
        "validation": run.validation_loss[epoch - 1],
    }
    return Scene(
        (map_panel(params, values["points"]), curves_panel(run, epoch, best)),
        readout=(
            f"After epoch {epoch}: training loss {losses['training']:.2f}, "
            f"{right['training']:.0%} right; validation loss {losses['validation']:.2f}, "
            f"{right['validation']:.0%} right. Lowest validation loss: "
            f"{run.validation_loss[best - 1]:.3f}, after epoch {best}. On the map: the "
            f"{values['points']} samples."
        ),
        alt=(
            f"Left: the plane, coloured by which class a network with {values['units']} units in "
            f"each hidden layer, weight decay {values['strength']} and a share of {values['keep']} "
            f"of the units kept finds more likely after epoch {epoch}, with the "
            f"{values['points']} samples on it. Right: over {EPOCHS} epochs the training loss "
            f"goes from {run.training_loss[0]:.2f} to {run.training_loss[-1]:.2f}, the validation "
            f"loss from {run.validation_loss[0]:.2f} over {run.validation_loss[best - 1]:.2f} at "
            f"its lowest to {run.validation_loss[-1]:.2f}."
        ),
    )


def map_panel(params: dict[str, np.ndarray], part: str) -> Panel:
    """The probability of class 0 all over the plane, and the samples of one part on it."""
    across, up = np.linspace(LEFT, RIGHT, 70), np.linspace(TOP, BOTTOM, 50)
    places = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    probability = softmax(mlp_forward(places, params)[0])[:, 0].reshape(len(up), len(across))
    x, labels = samples()[part]
    right = mlp_forward(x, params)[0].argmax(axis=1) == labels
    # the scale reaches beyond 0 and 1, so that the map stays paler than the samples on it
    marks: list[Mark] = [
        Image(shades(probability, -0.4, 1.4), LEFT, RIGHT, BOTTOM, TOP, smooth=True)
    ]
    for label in (0, 1):
        colour, shape = CLASS_MARKS[label]
        for filled, name in ((True, f"class {label}"), (False, "wrong" if label else "")):
            of = x[(labels == label) & (right == filled)]
            marks.append(Points(of[:, 0], of[:, 1], colour, shape, 5, filled, label=name))
    return Panel(
        Axis("first feature", LEFT, RIGHT),
        Axis("second feature", BOTTOM, TOP),
        tuple(marks),
        title="Its map of the plane",
    )


def curves_panel(run: Epochs, epoch: int, best: int) -> Panel:
    """Loss on training and validation data against the epoch."""
    epochs = np.arange(1, EPOCHS + 1)
    lowest = run.validation_loss[best - 1]
    now = (run.training_loss[epoch - 1], run.validation_loss[epoch - 1])
    return Panel(
        Axis("epoch", 0, EPOCHS, ticks=(0, 30, 60, 90, 120)),
        Axis("loss", 0, HIGHEST_LOSS),
        (
            Line([epoch, epoch], [0, HIGHEST_LOSS], "grey", 1.5, "dotted"),
            Line(epochs, run.training_loss, "blue", label="training"),
            Line(epochs, run.validation_loss, "orange", dash="dashed", label="validation"),
            Points([best], [lowest], "ink", "triangle", 6, label="lowest"),
            Points([epoch], [now[0]], "blue", size=6),
            Points([epoch], [min(now[1], HIGHEST_LOSS)], "orange", "square", 6),
            Text(
                epoch + (2 if epoch < 75 else -2),
                0.96 * HIGHEST_LOSS,
                f"epoch {epoch}",
                align="left" if epoch < 75 else "right",
            ),
        ),
        title="Loss, epoch by epoch",
    )

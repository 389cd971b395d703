"""The explorer of lesson 08: a photograph and its negative, seen by a network that learns."""

import functools
from dataclasses import dataclass

import numpy as np

from backprop_lib.data import load_faces, split_train_validation_test, vary_picture, vary_pictures
from backprop_lib.explorers.explorer import Choice, Explorer, Slider, Toggle, Values
from backprop_lib.explorers.scene import Axis, Image, Line, Panel, Points, Scene, shades
from backprop_lib.layers import linear_backward, relu_backward
from backprop_lib.losses import softmax
from backprop_lib.network import Network, mlp_forward
from backprop_lib.optimizers import Adam
from backprop_lib.training import train_epoch

__all__ = ["network_view"]

EPOCHS = 20
NETWORKS = {"16 hidden units": (625, 16, 2), "no hidden layer": (625, 2)}
PICTURES = ("face A", "face B", "face C", "other A", "other B", "other C")
SIDE = 25


@dataclass(frozen=True, eq=False)
class Learned:
    """A network's training to look back on."""

    networks: tuple[Network, ...]
    """Before training, and after each epoch."""
    photographs: tuple[float, ...]
    """Share right of the validation photographs as they are, at each of these times."""
    negatives: tuple[float, ...]
    """The same for their negatives."""


def network_view() -> Explorer:
    """Watch a network learn faces, both ways round: photograph and negative."""
    return Explorer(
        title="A photograph and its negative, seen by a network that learns",
        controls=(
            Slider("epoch", "after epoch", 0, EPOCHS, 1, EPOCHS, "{:.0f}", plays=True),
            Choice("network", "network", tuple(NETWORKS), "16 hidden units"),
            Choice("picture", "picture", PICTURES, "face A"),
            Toggle("negative", "show its negative"),
            Slider("brightness", "brightness", 0.3, 1, 0.05, 1.0, "{:.0%}"),
        ),
        scene=scene,
    )


def scene(values: Values) -> Scene:
    """The picture, which way each pixel pushes the answer, and how the learning went."""
    learned = train_on_variants(values["network"])
    epoch = round(values["epoch"])
    photograph = validation_pictures()[values["picture"]]
    negative, brightness = bool(values["negative"]), float(values["brightness"])
    picture = vary_picture(photograph, negative, False, 0, 0, brightness)
    network = learned.networks[epoch]
    probability, push = look(network, picture)
    right = (probability > 0.5) == values["picture"].startswith("face")
    name = f"{'the negative of ' if negative else ''}{values['picture']}"
    as_photograph, as_negative = learned.photographs[epoch], learned.negatives[epoch]
    turned = agreement(network, photograph)
    pixels = Image(shades(picture, 0.0, 1.0, "grey"), 0, SIDE, 0, SIDE)
    largest = max(float(np.abs(push).max()), 1e-9)
    pushes = Image(shades(push, -largest, largest), 0, SIDE, 0, SIDE)
    whole = Axis("", 0, SIDE)
    shown = f"A face? {probability:.0%}"
    return Scene(
        (
            Panel(whole, whole, (pixels,), title=shown, square=True, bare=True),
            Panel(whole, whole, (pushes,), title="Orange: light says face", square=True, bare=True),
            progress_panel(learned, epoch),
        ),
        readout=f"After epoch {epoch}, with {values['network']}: {name} at {brightness:.0%} of its "
        f"light is a face with probability {probability:.3f}, which is "
        f"{'right' if right else 'wrong'}. Of the validation pictures {as_photograph:.0%} of the "
        f"photographs and {as_negative:.0%} of the negatives are right. The pushes for this "
        f"photograph and for its negative agree to {turned:+.2f}".replace("-", "−")
        + " (1: the same, −1: opposite).",
        alt=f"Left: {name}, 25 by 25 pixels; the network says face with {probability:.0%}. "
        "Middle: for each pixel whether more light there speaks for a face (orange) or against it "
        "(blue). Right: "
        "the share of validation photographs and of their negatives that are right over "
        f"{EPOCHS} epochs; after epoch {epoch} they are {as_photograph:.0%} and {as_negative:.0%}.",
    )


def progress_panel(learned: Learned, epoch: int) -> Panel:
    """Both accuracies over the epochs, with the present one marked."""
    epochs = np.arange(EPOCHS + 1)
    now = learned.photographs[epoch], learned.negatives[epoch]
    return Panel(
        Axis("epoch", 0, EPOCHS),
        Axis("share right", 0, 1.02, (0.0, 0.25, 0.5, 0.75, 1.0)),
        (
            Line(epochs, learned.photographs, "blue", label="photographs"),
            Line(epochs, learned.negatives, "orange", dash="dashed", label="negatives"),
            Points([epoch], [now[0]], "blue", "circle"),
            Points([epoch], [now[1]], "orange", "square"),
        ),
        title="Validation pictures",
    )


def look(network: Network, picture: np.ndarray) -> tuple[float, np.ndarray]:
    """The probability of a face, and the gradient of its score (against the other) for the pixels.

    picture: (H, W). Returns a number and (H, W).
    """
    x = centred(picture[None])
    scores, cache = mlp_forward(x, dict(network.params))
    dout = np.array([[-1.0, 1.0]], dtype=x.dtype)  # of score[face] - score[other]
    for linear_cache, relu_cache in reversed(cache):
        if relu_cache is not None:
            dout = relu_backward(dout, relu_cache)
        dout, _, _ = linear_backward(dout, linear_cache)
    return float(softmax(scores)[0, 1]), dout[0].reshape(picture.shape)


def agreement(network: Network, photograph: np.ndarray) -> float:
    """The cosine between the pushes for a photograph and for its negative: from -1 to 1."""
    _, a = look(network, photograph)
    _, b = look(network, 1 - photograph)
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float((a * b).sum()) / size if size else 0.0


@functools.cache
def parts() -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Pictures and labels to learn from, and to look at; the rest is left alone."""
    split = split_train_validation_test(*load_faces(), (0.6, 0.2, 0.2), np.random.default_rng(0))
    return split[0], split[1]


@functools.cache
def validation_pictures() -> dict[str, np.ndarray]:
    """The photographs to choose from, none of which was learned from."""
    pictures, labels = parts()[1]
    chosen = [*pictures[labels == 1][:3], *pictures[labels == 0][:3]]
    return dict(zip(PICTURES, chosen, strict=True))


def centred(pictures: np.ndarray) -> np.ndarray:
    """Pictures (N, H, W) as rows (N, H W) around 0, in float32."""
    return (2 * pictures.reshape(len(pictures), -1) - 1).astype(np.float32)


@functools.cache
def train_on_variants(name: str) -> Learned:
    """Train on ten variants of each training picture, and keep the network of every epoch."""
    rng = np.random.default_rng(0)
    variants, labels = vary_pictures(*parts()[0], 10, rng)
    x = centred(variants)
    pictures, truth = parts()[1]
    looks = centred(pictures), centred(1 - pictures)
    network = Network(NETWORKS[name], rng, dtype=np.float32)
    optimizer = Adam(1e-3)
    state = optimizer.start(network.parameters)
    kept = [network.copy()]
    for epoch in range(1, EPOCHS + 1):
        # products of batches this small run in one thread, and quickly on a busy machine too
        train_epoch(network, x, labels, optimizer, state, 24, rng, epoch)
        kept.append(network.copy())
    shares = [[float(n.evaluate(x, truth).accuracy or 0.0) for n in kept] for x in looks]
    return Learned(tuple(kept), tuple(shares[0]), tuple(shares[1]))

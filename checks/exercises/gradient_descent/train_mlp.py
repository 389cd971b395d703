"""The exercise train_mlp: a step for each mini-batch of each epoch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import pairwise, permutations
from typing import Any

import numpy as np

from backprop_lib.data import iterate_minibatches
from backprop_lib.losses import softmax_cross_entropy, softmax_cross_entropy_backward
from backprop_lib.network import mlp_backward, mlp_forward
from backprop_lib.optimizers import sgd_step
from backprop_lib.training import train_mlp
from checks.exercise import Case, Exercise, Finding, Mistake
from checks.exercises.drawing import draw_sizes
from checks.exercises.gradient_descent.iterate_minibatches import Batch
from checks.exercises.gradient_descent.steps import Arrays
from checks.patterns import close

__all__ = ["TRAIN_MLP"]


def train_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Cases in which the order of the samples cannot matter, since any random order is right.

    All samples in one batch; many times the same sample, with a smaller batch at the end, and
    without; and one sample. And one in which it does matter, with so few samples that every
    order can be tried.
    """
    together, uneven, even, one = (draw_training_sizes(rng) for _ in range(4))
    n, b = sorted((together["N"], together["B"]))
    # three batches, so that the first and the last are not all, or a few more: each is a step
    b_uneven, b_even = uneven["B"], even["B"]
    n_uneven = int(
        rng.choice(
            [m for m in range(10, 2 * b_uneven + 12) if m > 2 * b_uneven and m % b_uneven][:3]
        )
    )
    n_even = next(m for m in range(10, 28) if m > 2 * b_even and not m % b_even)
    return (
        train_case(rng, {**together, "N": n, "B": b}),
        train_case(rng, {**uneven, "N": n_uneven}, repeated=True),
        train_case(rng, {**even, "N": n_even}, repeated=True),
        train_case(rng, {**one, "N": 1}),
        other_depth(rng, "DK"),
        other_depth(rng, "DHGK"),
        mixed_case(rng),
    )


def draw_training_sizes(rng: np.random.Generator) -> dict[str, int]:
    """Different sizes for N, D, H, K, the batch B and, smallest of all, the epochs E."""
    epochs, *others = sorted(draw_sizes(rng, "NDHKBE", False).values())
    return {**dict(zip("NDHKB", map(int, rng.permutation(others)), strict=True)), "E": epochs}


def train_case(rng: np.random.Generator, sizes: dict[str, int], repeated: bool = False) -> Case:
    """A few epochs with a network; repeated: all samples are the same one."""
    n, d, *_, k, b, e = sizes.values()
    params = {}
    widths = list(sizes.values())[1:-2]
    for i, (inputs, outputs) in enumerate(pairwise(widths), 1):
        params[f"w{i}"] = rng.normal(0.0, 1 / np.sqrt(inputs), (inputs, outputs))
        params[f"b{i}"] = rng.normal(0.0, 0.3, outputs)
    x = rng.normal(0.0, 1.0, (n, d))
    labels = (rng.permutation(n) + rng.integers(0, k)) % k
    if repeated:
        x[:], labels[:] = x[0], labels[0]
    order = np.random.default_rng(rng.integers(2**32))
    args = (params, x, labels, float(rng.uniform(0.03, 0.08)), e, b, order)
    return Case(sizes, args, values=("losses", *params))


def other_depth(rng: np.random.Generator, letters: str) -> Case:
    """Two epochs of one batch with a network of one or three layers."""
    sizes = dict(zip("N" + letters + "BE", (7, 3, 4, 5, 6), strict=False))
    case = train_case(rng, {**sizes, "B": 8, "E": 2})
    label = f"{len(letters) - 1} layer{'s' * (len(letters) > 2)}, N=7, B=8, E=2"
    return replace(case, sizes={}, label=label, extreme=True)


def mixed_case(rng: np.random.Generator, epochs: int = 1) -> Case:
    """Four different samples, three in the first batch of an epoch: one of them comes last."""
    d, h, k = (int(size) for size in rng.permutation(np.arange(5, 10))[:3])
    case = train_case(rng, {"N": 4, "D": d, "H": h, "K": k, "B": 3, "E": epochs})
    params, x, labels, _, _, batch_size, order = case.args
    args = (params, x, labels, 0.5, epochs, batch_size, order)
    return replace(
        case,
        args=args,
        accept=TrainingOutcomes(args[:-1], turned_orders(4)).finding,
        could_give=partial(training_could_give, args[:-1]),
        extreme=True,
    )


def training_could_give(
    args: tuple[Any, ...], train: Callable[..., Any], outputs: Mapping[str, np.ndarray]
) -> bool:
    """Whether some order of the samples leads this implementation to these outputs."""
    for order in permutations(range(len(args[2]))):
        given = train_a_copy(train)(*args, GivenOrders(np.array(order)))
        if all(close(np.asarray(given[name]), outputs[name]) for name in outputs):
            return True
    return False


@dataclass(frozen=True, eq=False)
class TrainingOutcomes:
    """Where right answers can lead by these orders of the samples, found once for all attempts."""

    args: tuple[Any, ...]
    orders: tuple[tuple[np.ndarray, ...], ...]

    @cached_property
    def found(self) -> tuple[dict[str, Any], ...]:
        """The outcomes, one for each of the orders."""
        return tuple(train_a_copy(train_mlp)(*self.args, GivenOrders(*o)) for o in self.orders)

    def finding(self, outputs: Mapping[str, np.ndarray]) -> Finding | None:
        """What is wrong with these outputs, unless some order of the samples leads to them."""
        for right in self.found:
            if all(close(np.asarray(right[name]), outputs[name]) for name in outputs):
                return None
        return Finding(
            "no-such-batches",
            "Four samples in batches of three: whichever of them comes last, the losses and the "
            "parameters do not become yours.",
            "Which samples does each of your steps use, and which make up the loss?",
        )


class GivenOrders:
    """Stands in for a random generator that gives these orders, and the last one ever after."""

    def __init__(self, *orders: np.ndarray) -> None:
        self.orders = list(orders)

    def permutation(self, x: int | np.ndarray) -> np.ndarray:
        """The next order, or an array in this order."""
        order = self.orders.pop(0) if len(self.orders) > 1 else self.orders[0]
        return order if isinstance(x, int) else x[order]


def turned_orders(n: int, *later: np.ndarray) -> tuple[tuple[np.ndarray, ...], ...]:
    """For each of n samples an order in which it comes last, each with the orders of later."""
    return tuple((np.roll(np.arange(n), turn), *later) for turn in range(n))


def one_order_case(rng: np.random.Generator) -> Case:
    """Three epochs of four samples, three in the first batch: where one order leads that serves
    all epochs, or the first alone."""
    case = mixed_case(rng, epochs=3)
    orders = turned_orders(4) + turned_orders(4, np.arange(4))
    return replace(case, accept=TrainingOutcomes(case.args[:-1], orders).finding)


def first_epochs(case: Case, epochs: int) -> Case | None:
    """The case that ends after so many epochs."""
    params, x, labels, learning_rate, asked, *others = case.args
    if epochs > asked:
        return None
    return replace(case, args=(params, x, labels, learning_rate, epochs, *others))


def train_a_copy(train: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """From a function that trains in place to one that returns the losses and all parameters."""

    def trained(params: Arrays, *args: Any) -> dict[str, Any]:
        params = {name: p.copy() for name, p in params.items()}
        losses = train(params, *args)
        return {"losses": losses, **params}

    return trained


def gradients(params: Arrays, x: np.ndarray, labels: np.ndarray) -> tuple[float, Arrays]:
    """The loss of a batch, and its gradient for every parameter."""
    scores, cache = mlp_forward(x, params)
    loss, loss_cache = softmax_cross_entropy(scores, labels)
    return loss, mlp_backward(softmax_cross_entropy_backward(1.0, loss_cache), cache)


def losses_like(
    combine: Callable[[list[float], list[int], int], Any],
) -> Callable[..., list[Any]]:
    """Training in which the epoch's loss is made otherwise.

    combine: from the batches' losses, the batches' sizes and batch_size to the epoch's loss.
    """

    def train_with_losses(
        params: Arrays,
        x: np.ndarray,
        labels: np.ndarray,
        learning_rate: float,
        epochs: int,
        batch_size: int,
        rng: np.random.Generator,
    ) -> list[Any]:
        losses = []
        for _ in range(epochs):
            found, counts = [], []
            for x_batch, labels_batch in iterate_minibatches(x, labels, batch_size, rng):
                loss, grads = gradients(params, x_batch, labels_batch)
                sgd_step(params, grads, learning_rate)
                found.append(loss)
                counts.append(len(x_batch))
            losses.append(combine(found, counts, batch_size))
        return losses

    return train_with_losses


def train_loss_per_step(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    collect = losses_like(lambda losses, counts, batch_size: losses)
    nested = collect(params, x, labels, learning_rate, epochs, batch_size, rng)
    return [loss for losses in nested for loss in losses]


def train_loss_after_epoch(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    losses = []
    for _ in range(epochs):
        train_mlp(params, x, labels, learning_rate, 1, batch_size, rng)
        losses.append(float(softmax_cross_entropy(mlp_forward(x, params)[0], labels)[0]))
    return losses


def train_loss_after_step(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    losses = []
    for _ in range(epochs):
        total = 0.0
        for x_batch, labels_batch in iterate_minibatches(x, labels, batch_size, rng):
            sgd_step(params, gradients(params, x_batch, labels_batch)[1], learning_rate)
            total += gradients(params, x_batch, labels_batch)[0] * len(x_batch)
        losses.append(total / len(x))
    return losses


def train_total_never_reset(params: Arrays, *args: Any) -> np.ndarray:
    return np.cumsum(train_mlp(params, *args))


def train_copies(params: Arrays, *args: Any) -> list[float]:
    return train_mlp({name: p.copy() for name, p in params.items()}, *args)


def steps_like(
    change: Callable[[Arrays, Arrays, int, float, float], Arrays],
) -> Callable[..., list[float]]:
    """Training with other steps.

    change: from the gradients of this batch and those used at the last step, the number of
    samples in the batch, its loss, and its share of all samples, to the gradients that are used.
    """

    def train_with_steps(
        params: Arrays,
        x: np.ndarray,
        labels: np.ndarray,
        learning_rate: float,
        epochs: int,
        batch_size: int,
        rng: np.random.Generator,
    ) -> list[float]:
        losses = []
        used: Arrays = {}
        for _ in range(epochs):
            total = 0.0
            for x_batch, labels_batch in iterate_minibatches(x, labels, batch_size, rng):
                loss, grads = gradients(params, x_batch, labels_batch)
                n = len(x_batch)
                used = change(grads, used, n, float(loss), n / len(x))
                sgd_step(params, used, learning_rate)
                total += loss * n
            losses.append(total / len(x))
        return losses

    return train_with_steps


def times(factor: float, grads: Arrays) -> Arrays:
    """The gradients, all multiplied by a number."""
    return {name: factor * g for name, g in grads.items()}


def train_on_all_data(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    losses = []
    for _ in range(epochs):
        total = 0.0
        for x_batch, _ in iterate_minibatches(x, labels, batch_size, rng):
            loss, grads = gradients(params, x, labels)
            sgd_step(params, grads, learning_rate)
            total += loss * len(x_batch)
        losses.append(total / len(x))
    return losses


def train_one_step_per_epoch(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    losses = []
    for _ in range(epochs):
        total = 0.0
        for x_batch, labels_batch in iterate_minibatches(x, labels, batch_size, rng):
            loss, grads = gradients(params, x_batch, labels_batch)
            total += loss * len(x_batch)
        sgd_step(params, grads, learning_rate)
        losses.append(total / len(x))
    return losses


def train_on_one_order(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    order: Any = GivenOrders(rng.permutation(len(x)))
    return train_mlp(params, x, labels, learning_rate, epochs, batch_size, order)


def train_shuffled_at_first(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    orders: Any = GivenOrders(rng.permutation(len(x)), np.arange(len(x)))
    return train_mlp(params, x, labels, learning_rate, epochs, batch_size, orders)


def train_batches_used_up(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    losses = train_mlp(params, x, labels, learning_rate, 1, batch_size, rng)
    return [*losses, *[0.0] * (epochs - 1)]


def train_one_epoch_short(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    return train_mlp(params, x, labels, learning_rate, epochs - 1, batch_size, rng)


def train_first_layer_fixed(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    return steps_like(
        lambda g, used, n, loss, share: {
            k: v * (len(g) == 2 or k not in ("w1", "b1")) for k, v in g.items()
        }
    )(params, x, labels, learning_rate, epochs, batch_size, rng)


def train_like(
    batches: Callable[[list[Batch]], list[Batch]] = lambda batches: batches,
    rate: Callable[[float, int, int], float] = lambda rate, epoch, step: rate,
    tally: Callable[[float, int], tuple[float, float]] = lambda loss, n: (loss * n, n),
    decided: Callable[[str], bool] = lambda name: True,
) -> Callable[..., list[float]]:
    """Training with a part exchanged.

    batches: from an epoch's batches to those that are used; rate: from the learning rate, the
    epoch and the step so far, both from 0, to the rate of this step; tally: from a batch's loss
    and size to what is added to the sum and to the count; decided: which parameters are moved.
    """

    def train_otherwise(
        params: Arrays,
        x: np.ndarray,
        labels: np.ndarray,
        learning_rate: float,
        epochs: int,
        batch_size: int,
        rng: np.random.Generator,
    ) -> list[float]:
        losses, step = [], 0
        for epoch in range(epochs):
            total = count = 0.0
            for batch in batches(list(iterate_minibatches(x, labels, batch_size, rng))):
                loss, grads = gradients(params, *batch)
                moved = {name: p for name, p in params.items() if decided(name)}
                sgd_step(moved, grads, rate(learning_rate, epoch, step))
                more, others = tally(loss, len(batch[1]))
                total, count, step = total + more, count + others, step + 1
            losses.append(total / count)
        return losses

    return train_otherwise


def train_summed_in_the_epoch(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    every_batch: bool = True,
    mean: bool = False,
) -> list[float]:
    losses = []
    for _ in range(epochs):
        total, count = 0.0, 0
        summed = {name: np.zeros_like(p) for name, p in params.items()}
        for x_batch, labels_batch in iterate_minibatches(x, labels, batch_size, rng):
            loss, grads = gradients(params, x_batch, labels_batch)
            summed = {name: summed[name] + g for name, g in grads.items()}
            if every_batch:
                sgd_step(params, summed, learning_rate)
            total, count = total + loss * len(x_batch), count + 1
        if not every_batch:
            sgd_step(params, times(1 / count if mean else 1.0, summed), learning_rate)
        losses.append(total / len(x))
    return losses


def train_from_the_start_again(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    start, losses = {name: p.copy() for name, p in params.items()}, []
    for _ in range(epochs):
        for name, p in params.items():
            p[...] = start[name]
        losses += train_mlp(params, x, labels, learning_rate, 1, batch_size, rng)
    return losses


def train_averaged_over_epochs(params: Arrays, *args: Any) -> np.ndarray:
    losses = train_mlp(params, *args)
    return np.cumsum(losses) / np.arange(1, len(losses) + 1)


def train_with_other_labels(
    params: Arrays, x: np.ndarray, labels: np.ndarray, *args: Any
) -> list[float]:
    rng = args[-1]
    return train_mlp(params, x, labels[rng.permutation(len(labels))], *args)


def train_one_sample_at_a_time(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    return train_mlp(params, x, labels, learning_rate, epochs, 1, rng)


def train_all_at_once(
    params: Arrays,
    x: np.ndarray,
    labels: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    return train_mlp(params, x, labels, learning_rate, epochs, len(x), rng)


TRAIN_MLP = Exercise(
    name="train_mlp",
    lesson="06_gradient_descent",
    goal="Train a network: a step for each mini-batch of each epoch.",
    points=3,
    minutes=14,
    difficulty=4,
    reference=train_mlp,
    cut=first_epochs,
    step="epoch",
    returns="dict",
    cases=train_cases,
    drive=train_a_copy,
    hints=(
        "Everything is written already. What is left is two loops, one inside the other, and a "
        "tally of the loss.",
        "For each batch: forward through the network, loss, back through the loss, back through "
        "the network, step. An epoch's loss is the mean over its samples, and a batch's loss is a "
        "mean over as many samples as it holds.",
        "In the inner loop call mlp_forward, softmax_cross_entropy, its backward with 1.0, "
        "mlp_backward and sgd_step, and add loss * len(labels_batch) to a total. After the inner "
        "loop append total / N to the list that you return.",
    ),
    mistakes=(
        Mistake(
            "all-data-for-each-batch",
            train_on_all_data,
            "Your steps all use the gradients of all samples, although there are batches.",
            "A batch is there to get a gradient from few samples, at a small price.",
            "Inside your loop over batches, which x goes into mlp_forward?",
        ),
        Mistake(
            "parameters-stand-still",
            steps_like(lambda g, used, n, loss, share: times(0.0, g)),
            "Your parameters are those at the start, and your loss is the same in every epoch.",
            "The gradients say where to go; going there is a step of its own.",
            "Which line of yours changes the arrays in params?",
        ),
        Mistake(
            "uphill",
            steps_like(lambda g, used, n, loss, share: times(-1.0, g)),
            "Your `losses` grow: every step goes uphill.",
            "The gradient points where the loss grows fastest.",
            "How many minus signs does the gradient meet on its way to the parameters?",
        ),
        Mistake(
            "one-step-per-epoch",
            train_one_step_per_epoch,
            "Your parameters take one step per epoch, with the gradients of the last batch.",
            "Each batch has gradients of its own, and they are used before the next batch comes.",
            "In which of the two loops does your step stand?",
        ),
        Mistake(
            "one-order-for-all-epochs",
            train_on_one_order,
            "One order of the samples is drawn, and it serves all your epochs: the same samples "
            "share a batch in each of them, whatever `rng` gives.",
            "Batches that are drawn anew in each epoch let a sample meet all the others.",
            "How often does the line run that draws the batches, and how often should it?",
            also=(train_shuffled_at_first,),
            habit=one_order_case,
        ),
        Mistake(
            "gradients-pile-up",
            steps_like(
                lambda g, used, n, loss, share: {k: v + used.get(k, 0.0) for k, v in g.items()}
            ),
            "From your second step on, the gradients of all earlier steps are used again.",
            "A gradient belongs to the parameters as they were; after the step it is out of date.",
            "What is in your gradients before the backward pass of a new batch?",
        ),
        Mistake(
            "loss-sent-back",
            steps_like(lambda g, used, n, loss, share: times(loss, g)),
            "Your gradients are multiplied by the loss: the loss itself was sent back.",
            "The backward pass starts from the derivative of the loss for the loss.",
            "If L grows by 0.01, by how much does L grow?",
        ),
        Mistake(
            "batch-mean-again",
            steps_like(lambda g, used, n, loss, share: times(1 / n, g)),
            "Your steps are divided by the number of samples in the batch.",
            "The loss of a batch is a mean, so its gradient has 1/N inside already.",
            "How often should the size of the batch divide the gradient?",
        ),
        Mistake(
            "mean-over-all-data",
            steps_like(lambda g, used, n, loss, share: times(share, g)),
            "The steps of your batches are too short by the batch's share of all N samples.",
            "A batch stands for all the data: its mean is an estimate of the mean over all.",
            "Should a step get shorter because there are more data that are not in the batch?",
        ),
        Mistake(
            "first-layer-untrained",
            train_first_layer_fixed,
            "Your last layer is trained; `w1` and `b1` are as they were at the start.",
            "Every layer learns, the first one too.",
            "Which names do your gradients have when the step is taken?",
        ),
        Mistake(
            "batches-used-up",
            train_batches_used_up,
            "Only your first epoch trains; each later one has a loss of 0 and moves nothing.",
            "What gives the batches one after another gives each once, and is then empty.",
            "How many batches does your second epoch see?",
        ),
        Mistake(
            "one-epoch-short",
            train_one_epoch_short,
            "Your training ends one epoch too soon.",
            "`range(1, epochs)` and `range(epochs)` do not have the same length.",
            "How many losses are in your list, and how many epochs were asked for?",
        ),
        Mistake(
            "loss-of-every-step",
            train_loss_per_step,
            "Your `losses` has an entry for each batch; one for each epoch was asked for.",
            "The losses of single batches jump about; their mean over an epoch shows the trend.",
            "In which of the two loops does your append stand?",
        ),
        Mistake(
            "loss-of-the-last-batch",
            losses_like(lambda losses, counts, batch_size: losses[-1]),
            "Each of your `losses` is that of the epoch's last batch alone.",
            "The epoch has met all samples, and each counts in its mean.",
            "What happens to the loss of the first batch when the second comes?",
        ),
        Mistake(
            "batch-losses-summed",
            losses_like(lambda losses, counts, batch_size: sum(losses)),
            "Each of your `losses` is the sum over the batches.",
            "With twice as many batches it would be twice as large, for the same network.",
            "By what do you divide at the end of an epoch?",
        ),
        Mistake(
            "total-not-divided",
            losses_like(lambda losses, counts, batch_size: np.dot(losses, counts)),
            "Each of your `losses` is N times too large: it is the sum over the samples.",
            "A mean can be compared between data of any size.",
            "By what do you divide at the end of an epoch?",
        ),
        Mistake(
            "mean-of-batch-means",
            losses_like(lambda losses, counts, batch_size: np.mean(losses)),
            "Where the last batch is smaller, your `losses` are off: its samples count for more "
            "than the others.",
            "Each batch's loss is a mean, but not each is a mean over as many samples.",
            "A batch of 5 and a batch of 1: how much should each count in the mean over 6?",
        ),
        Mistake(
            "every-batch-counted-as-full",
            losses_like(lambda losses, counts, batch_size: sum(losses) * batch_size / sum(counts)),
            "Where a batch is not full, your `losses` are too large: it counts for batch_size "
            "samples.",
            "The last batch holds what is left over.",
            "How many samples are in your last batch, and by what do you multiply its loss?",
        ),
        Mistake(
            "copies-trained",
            train_copies,
            "Your `losses` are right, and your parameters are those at the start: it is copies of "
            "them that have learned.",
            "Whoever called your function holds the arrays in params, and wants them trained.",
            "Which arrays do your steps change, and are they the ones that came in?",
        ),
        Mistake(
            "total-never-reset",
            train_total_never_reset,
            "Each of your `losses` has those of all epochs before it in it.",
            "An epoch's loss is made of its own batches alone.",
            "Where does your running total become 0, and how often does that line run?",
        ),
        Mistake(
            "loss-after-the-step",
            train_loss_after_step,
            "Your parameters are right; your `losses` are those of each batch after its step.",
            "The loss of a batch is measured where its gradient is taken: before the step.",
            "With which parameters is your loss computed, and which had the forward pass?",
        ),
        Mistake(
            "loss-after-the-epoch",
            train_loss_after_epoch,
            "Your parameters are right; your `losses` are those at the end of each epoch.",
            "That is worth knowing, but it costs another pass through all the data. Here each "
            "sample's loss is taken as it was met, before the step.",
            "What should the first entry be if the learning rate were zero, and if it were large?",
        ),
        Mistake(
            "gradients-summed-in-the-epoch",
            train_summed_in_the_epoch,
            "Each of your steps uses the gradients of all batches of the epoch so far.",
            "A gradient belongs to the parameters as they were; after the step it is out of date.",
            "What is in your gradients before the backward pass of a new batch?",
        ),
        Mistake(
            "one-step-with-the-sum",
            partial(train_summed_in_the_epoch, every_batch=False),
            "Your parameters take one step per epoch, with the sum of all batches' gradients.",
            "Each batch has gradients of its own, and they are used before the next batch comes.",
            "In which of the two loops does your step stand?",
            also=(partial(train_summed_in_the_epoch, every_batch=False, mean=True),),
        ),
        Mistake(
            "learning-rate-decays",
            train_like(rate=lambda rate, epoch, step: rate * 0.9**epoch),
            "Your first epoch is right; then your learning rate gets smaller.",
            "That can help a long training. Here each step uses the rate that came in.",
            "What is learning_rate in your function at the last step?",
            also=(
                *(
                    train_like(
                        rate=partial(lambda keep, rate, epoch, step: rate * keep**epoch, keep)
                    )
                    for keep in (0.5, 0.95, 0.99)
                ),
                train_like(rate=lambda rate, epoch, step: rate / (epoch + 1)),
                train_like(rate=lambda rate, epoch, step: rate / (step + 1)),
                train_like(rate=lambda rate, epoch, step: rate * 0.9**step),
                train_like(rate=lambda rate, epoch, step: rate * 0.99**step),
            ),
        ),
        Mistake(
            "mean-of-batch-means-and-rate-decays",
            train_like(
                rate=lambda rate, epoch, step: rate * 0.9**epoch, tally=lambda loss, n: (loss, 1)
            ),
            "Two things at once: your learning rate gets smaller from epoch to epoch, and each "
            "batch counts alike in your `losses`, however many samples it holds.",
            "Each step uses the rate that came in, and each sample counts alike.",
            "What is learning_rate at your last step? And how much should a batch of 1 count "
            "beside one of 5?",
        ),
        Mistake(
            "first-batch-only",
            train_like(batches=lambda batches: batches[:1]),
            "Each of your epochs ends after its first batch.",
            "An epoch goes once through all samples.",
            "Which line ends your inner loop, and when?",
        ),
        Mistake(
            "last-batch-left-out",
            train_like(batches=lambda batches: batches[:-1] or batches),
            "The last batch of each epoch has no part in your training.",
            "Every sample has its turn, also those in the last batch.",
            "How many batches are there, and how many steps do you take in an epoch?",
            also=(
                train_like(
                    batches=lambda batches: [b for b in batches if len(b[1]) == len(batches[0][1])]
                ),
            ),
        ),
        Mistake(
            "first-batch-left-out",
            train_like(batches=lambda batches: batches[1:] or batches),
            "The first batch of each epoch has no part in your training.",
            "Every sample has its turn, also those in the first batch.",
            "How many batches are there, and how many steps do you take in an epoch?",
        ),
        Mistake(
            "each-batch-twice",
            train_like(batches=lambda batches: [b for b in batches for _ in range(2)]),
            "Your parameters take two steps for each batch.",
            "One batch, one gradient, one step.",
            "How many lines of yours change the parameters, and how often does each run?",
        ),
        Mistake(
            "biases-untrained",
            train_like(decided=lambda name: name.startswith("w")),
            "Your weights are trained; all biases are as they were at the start.",
            "A bias is a parameter like any other, and has a gradient of its own.",
            "Which names are moved in your step?",
        ),
        Mistake(
            "weights-untrained",
            train_like(decided=lambda name: name.startswith("b")),
            "Your biases are trained; all weights are as they were at the start.",
            "Weights and biases are parameters alike.",
            "Which names are moved in your step?",
        ),
        Mistake(
            "rate-times-batch",
            steps_like(lambda g, used, n, loss, share: times(n, g)),
            "Your steps are multiplied by the number of samples in the batch.",
            "A batch's gradient is a mean over its samples, however many there are.",
            "With what do you start the backward pass: with 1, or with the number of samples?",
        ),
        Mistake(
            "loss-of-the-first-batch",
            losses_like(lambda losses, counts, batch_size: losses[0]),
            "Each of your `losses` is that of the epoch's first batch alone.",
            "The epoch has met all samples, and each counts in its mean.",
            "What happens to the loss of the second batch?",
        ),
        Mistake(
            "divided-by-batch-size",
            losses_like(lambda losses, counts, batch_size: np.dot(losses, counts) / batch_size),
            "Each of your `losses` is the sum over the samples divided by `batch_size`.",
            "It is N samples that are in an epoch.",
            "By what do you divide at the end of an epoch?",
            also=(losses_like(lambda losses, counts, batch_size: sum(losses) / batch_size),),
        ),
        Mistake(
            "divided-by-all-samples",
            losses_like(lambda losses, counts, batch_size: sum(losses) / sum(counts)),
            "Each of your `losses` is the sum of the batches' losses divided by N.",
            "A batch's loss is a mean already, over as many samples as it holds.",
            "For a batch of 5, how much of the sum over the samples is its loss?",
        ),
        Mistake(
            "averaged-over-epochs",
            train_averaged_over_epochs,
            "Each of your `losses` is the mean over all epochs so far.",
            "An epoch's loss is made of its own batches alone.",
            "Where do your total and your count become 0?",
        ),
        Mistake(
            "starts-again",
            train_from_the_start_again,
            "Each of your epochs begins with the parameters of the start.",
            "What an epoch has learned, the next one builds on.",
            "With which parameters does the second epoch begin?",
        ),
        Mistake(
            "batch-size-one",
            train_one_sample_at_a_time,
            "Your parameters take a step for each single sample.",
            "batch_size says how many samples make up a step.",
            "What does your call of iterate_minibatches get as batch_size?",
        ),
        Mistake(
            "one-batch-of-all",
            train_all_at_once,
            "Your parameters take one step per epoch, with all samples in one batch.",
            "batch_size says how many samples make up a step.",
            "What does your call of iterate_minibatches get as batch_size?",
        ),
        Mistake(
            "labels-left-behind",
            train_with_other_labels,
            "Your steps use samples with each other's labels.",
            "A sample and its label are one thing.",
            "Whose labels go into the loss of a batch?",
        ),
    ),
    # not those that change what they are given, sgd_step and iterate_minibatches: in a learner's
    # process of its own a call of them would reach copies
    uses={
        "mlp_forward": mlp_forward,
        "softmax_cross_entropy": softmax_cross_entropy,
        "softmax_cross_entropy_backward": softmax_cross_entropy_backward,
        "mlp_backward": mlp_backward,
    },
)

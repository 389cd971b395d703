"""The exercise train_and_select: a network for each candidate, chosen by validation."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from backprop_lib.network import Network
from backprop_lib.optimizers import SGD, Adam, Optimizer
from backprop_lib.selection import select_by_validation, train_and_select
from backprop_lib.training import History, best_epoch, should_stop, train
from checks.exercise import Case, Exercise, Mistake

__all__ = ["TRAIN_AND_SELECT"]

Samples = tuple[np.ndarray, np.ndarray]

NAMES = ("chosen", "accuracies", "parameters")


def training_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Noisy data on which candidates differ and overfit, data that all learn, and few samples."""
    return (
        noisy_case(rng, float(rng.uniform(0.1, 0.15)), patience=3),
        noisy_case(rng, float(rng.uniform(0.7, 1.0)), patience=1),
        tied_case(rng),
    )


def draw_samples(
    rng: np.random.Generator, n: int, centres: np.ndarray, noise: float, wrong: float
) -> Samples:
    """Samples around these centres (K, D), a share of them with a label drawn at random."""
    labels = rng.permutation(np.arange(n) % len(centres))
    x = centres[labels] + rng.normal(0.0, noise, (n, centres.shape[1]))
    return x, np.where(rng.random(n) < wrong, rng.integers(0, len(centres), n), labels)


def noisy_case(rng: np.random.Generator, learning_rate: float, patience: int) -> Case:
    """Three candidates, put in an order in which the best stands in the middle.

    With a large learning rate the training loss goes up and down too. Drawn until going back to
    the best epoch, and how long one waits for it, makes a difference.
    """
    d, k = (int(v) for v in rng.choice([3, 4, 5], 2, replace=False))
    candidates = [[d, k], [d, 7, k], [d, 9, 6, k]]
    sizes = [units_and_biases(c) for c in candidates]
    while True:
        centres = rng.normal(0.0, 1.2, (k, d))
        training = draw_samples(rng, 19, centres, 1.0, 0.4)
        validation = draw_samples(rng, 13, centres, 1.0, 0.4)
        settings = (learning_rate, 5, 10, patience, int(rng.integers(1000)))
        histories = [whole_training(c, training, validation, settings) for c in candidates]
        epochs = [epoch_gone_back_to(h.validation_loss, patience) for h in histories]
        other = [epoch_gone_back_to(h.validation_loss, patience % 2 + 1) for h in histories]
        found = [h.validation_accuracy[e - 1] for h, e in zip(histories, epochs, strict=True)]
        best = select_by_validation(found, sizes)
        early = epochs[best] < 4 and found != [max(h.validation_accuracy) for h in histories]
        waited = [h.validation_accuracy[e - 1] for h, e in zip(histories, other, strict=True)]
        if early if patience > 1 else (waited, other[best]) != (found, epochs[best]):
            first, last = (c for i, c in enumerate(candidates) if i != best)
            return training_case([first, candidates[best], last], training, validation, settings)


def units_and_biases(sizes: Sequence[int]) -> int:
    """How many weights and biases a network of these sizes has."""
    return sum((inputs + 1) * outputs for inputs, outputs in pairwise(sizes))


def whole_training(
    sizes: Sequence[int], training: Samples, validation: Samples, settings: tuple[Any, ...]
) -> History:
    """What happens to one candidate when it is not stopped early."""
    learning_rate, epochs, batch_size, _, seed = settings
    rng = np.random.default_rng(seed)
    return train(
        Network(sizes, rng),
        *training,
        optimizer=Adam(learning_rate),
        epochs=epochs,
        batch_size=batch_size,
        rng=rng,
        validation=validation,
    )


def epoch_gone_back_to(validation_loss: Sequence[float], patience: int) -> int:
    """The best epoch of those before it is time to stop."""
    ends = range(1, len(validation_loss) + 1)
    end = next((e for e in ends if should_stop(validation_loss[:e], patience)), ends[-1])
    return best_epoch(validation_loss[:end])


def tied_case(rng: np.random.Generator) -> Case:
    """Classes that lie far apart, so that a larger network does no better than a smaller.

    The one with the fewest parameters has more layers than another and as many units, and all are
    equally good."""
    d, k = 4, 3
    centres = 8.0 * np.eye(k, d)
    training = draw_samples(rng, 15, centres, 0.3, 0.0)
    validation = draw_samples(rng, 7, centres, 0.3, 0.0)
    candidates = [[d, 5, 9, k], [d, 13, k], [d, 5, 8, k], [d, 14, k]]
    while True:
        settings = (float(rng.uniform(0.07, 0.09)), 6, 8, 8, int(rng.integers(1000)))
        _, accuracies, _ = train_and_select(candidates, training, validation, *settings)
        if len(set(accuracies)) == 1:
            return training_case(candidates, training, validation, settings)


def training_case(
    candidates: list[list[int]],
    training: Samples,
    validation: Samples,
    settings: tuple[float, int, int, int, int],
) -> Case:
    """These candidates on these samples."""
    label = f"candidates {candidates}, {len(training[1])} and {len(validation[1])} samples"
    return Case({}, (candidates, training, validation, *settings), values=NAMES, label=label)


def training_like(
    optimizer: Callable[[float], Optimizer] = Adam,
    learn: Callable[[Samples, Samples], Samples] = lambda training, validation: training,
    stop_by: Callable[[Samples, Samples], Samples] = lambda training, validation: validation,
    judge_by: Callable[[Samples, Samples], Samples] = lambda training, validation: validation,
    early: bool = True,
    one_generator: bool = False,
    another_for_the_order: bool = False,
    seed_of: Callable[[int, int], int] = lambda seed, i: seed,
    measured: Callable[[Network, Any], float] | None = None,
    settings: Callable[[dict[str, Any]], dict[str, Any]] = lambda settings: settings,
    size: Callable[[Network, Sequence[int]], int] = lambda network, sizes: network.parameters.size,
    choose: Callable[[list[float], list[int]], int] = select_by_validation,
    hand_back: Callable[[int, int], int] = lambda chosen, last: chosen,
    reported: Callable[[list[float], int], Any] = lambda accuracies, chosen: accuracies,
) -> Callable[..., Any]:
    """The function with one of its parts exchanged.

    measured: from a trained network and its history to its accuracy, in place of an evaluation;
    settings: from those of the training to others; size: what counts as a network's size.
    """

    def selected(
        candidates: Sequence[Sequence[int]],
        training: Samples,
        validation: Samples,
        learning_rate: float,
        epochs: int,
        batch_size: int,
        patience: int,
        seed: int,
    ) -> Any:
        networks, accuracies = [], []
        shared = np.random.default_rng(seed)
        for i, sizes in enumerate(candidates):
            rng = shared if one_generator else np.random.default_rng(seed_of(seed, i))
            network = Network(sizes, rng)
            asked = {
                "optimizer": optimizer(learning_rate),
                "epochs": epochs,
                "batch_size": batch_size,
                "rng": np.random.default_rng(seed) if another_for_the_order else rng,
                "validation": stop_by(training, validation),
                "patience": patience if early else None,
            }
            history = train(network, *learn(training, validation), **settings(asked))
            networks.append(network)
            found = network.evaluate(*judge_by(training, validation)).accuracy or 0
            accuracies.append(float(measured(network, history) if measured else found))
        sizes_found = [size(n, s) for n, s in zip(networks, candidates, strict=True)]
        chosen = choose(accuracies, sizes_found)
        kept = networks[hand_back(chosen, len(networks) - 1)]
        return chosen, reported(accuracies, chosen), kept.parameters

    return selected


def both(training: Samples, validation: Samples) -> Samples:
    """All samples in one."""
    return (
        np.concatenate([training[0], validation[0]]),
        np.concatenate([training[1], validation[1]]),
    )


def first_of(training: Samples, validation: Samples) -> Samples:
    """The training samples."""
    return training


def select_retrained(
    candidates: Sequence[Sequence[int]],
    training: Samples,
    validation: Samples,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    patience: int,
    seed: int,
    early: bool = True,
) -> Any:
    settings = learning_rate, epochs, batch_size, patience, seed
    chosen, accuracies, _ = train_and_select(candidates, training, validation, *settings)
    again = training_like(learn=both, early=early)
    _, _, parameters = again([candidates[chosen]], training, validation, *settings)
    return chosen, accuracies, parameters


def select_in_another_order(
    arrange: Callable[[Sequence[Sequence[int]]], Sequence[Sequence[int]]],
) -> Callable[..., Any]:
    """The candidates arranged otherwise first; all places are those of the new order."""
    return lambda candidates, *others: train_and_select(arrange(candidates), *others)


def select_untrained(
    candidates: Sequence[Sequence[int]],
    training: Samples,
    validation: Samples,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    patience: int,
    seed: int,
) -> Any:
    networks = [Network(sizes, np.random.default_rng(seed)) for sizes in candidates]
    accuracies = [float(n.evaluate(*validation).accuracy or 0) for n in networks]
    chosen = select_by_validation(accuracies, [n.parameters.size for n in networks])
    return chosen, accuracies, networks[chosen].parameters


TRAIN_AND_SELECT = Exercise(
    name="train_and_select",
    lesson="08_faces",
    goal="Train a network for each candidate, and let the validation data choose one of them.",
    points=4,
    minutes=15,
    difficulty=4,
    reference=train_and_select,
    costly=True,
    returns="tuple",
    cases=training_cases,
    hints=(
        "A loop over the candidates. In it, what you would do for a single network: draw its "
        "weights, train it, measure it on the validation data.",
        "Make the generator inside the loop, from the same seed each time. It draws the weights "
        "first and then, in train, the order of the samples. Keep every network in a list.",
        "rng = np.random.default_rng(seed); network = Network(sizes, rng, "
        "dtype=training[0].dtype); train(network, *training, optimizer=Adam(learning_rate), "
        "epochs=epochs, batch_size=batch_size, rng=rng, validation=validation, patience=patience); "
        "network.evaluate(*validation).accuracy. After the loop select_by_validation says which.",
    ),
    mistakes=(
        Mistake(
            "chosen-by-training",
            training_like(judge_by=first_of),
            "Your accuracies are those on the training samples.",
            "On what it has learned from, a network that knows its samples by heart looks best.",
            "Which samples has no candidate learned from?",
        ),
        Mistake(
            "learned-from-validation",
            training_like(learn=both),
            "Your networks have learned from the validation samples too.",
            "Then nothing is left to choose by: all have seen the questions before the exam.",
            "Which samples do the gradients come from?",
        ),
        Mistake(
            "parts-exchanged",
            training_like(
                learn=lambda training, validation: validation, stop_by=first_of, judge_by=first_of
            ),
            "Your networks learn from the validation samples and are chosen by the training ones.",
            "Each part has one use, and the larger is there to learn from.",
            "In which order do the two parts come in, and where does each go?",
        ),
        Mistake(
            "stopped-by-training",
            training_like(stop_by=first_of),
            "The epoch that your networks go back to is chosen by the training samples.",
            "The training loss hardly ever says that it is time to stop.",
            "Which samples do you hand to train as its validation?",
        ),
        Mistake(
            "no-early-stopping",
            training_like(early=False),
            "Your networks keep the parameters of their last epoch.",
            "With patience, train goes back to the epoch that was best on the validation samples.",
            "Where in your function does patience come in?",
        ),
        Mistake(
            "one-generator-for-all",
            training_like(one_generator=True),
            "Your first network is right; those after it begin with other weights.",
            "A generator moves on with every draw. Where all candidates share one, each begins "
            "where the one before it has left off, and the order of the list matters.",
            "If a candidate were alone in the list, would it be trained in the same way?",
        ),
        Mistake(
            "a-seed-for-each",
            training_like(seed_of=lambda seed, i: seed + i),
            "Each of your networks has a seed of its own.",
            "Seeds bring good and bad luck. From the same one the candidates are compared fairly.",
            "Which seed does the second candidate begin with?",
        ),
        Mistake(
            "second-generator-for-the-order",
            training_like(another_for_the_order=True),
            "Your weights are right at the start; the samples then come in another order.",
            "A candidate has one generator: it draws the weights, and goes on to draw the order.",
            "How many generators do you make for each candidate?",
        ),
        Mistake(
            "last-network-returned",
            training_like(hand_back=lambda chosen, last: last),
            "Your choice is right, but the parameters are those of the last network.",
            "After a loop its variable still holds what it held last.",
            "Which network do you take the parameters of?",
        ),
        Mistake(
            "first-network-returned",
            training_like(hand_back=lambda chosen, last: 0),
            "Your choice is right, but the parameters are those of the first network.",
            "What is chosen should be what is handed back.",
            "Which network do you take the parameters of?",
        ),
        Mistake(
            "size-ignored",
            training_like(choose=lambda accuracies, sizes: int(np.argmax(accuracies))),
            "Where candidates are equally good, yours is the first and not the smallest.",
            "Where two do equally well, the simpler one has shown as much with less.",
            "What did select_by_validation ask for beside the accuracies?",
        ),
        Mistake(
            "worst-chosen",
            training_like(choose=lambda accuracies, sizes: int(np.argmin(accuracies))),
            "Yours is the candidate that did worst on the validation samples.",
            "For a loss low is good; for an accuracy high is.",
            "Which of max and min do you look for here?",
        ),
        Mistake(
            "plain-descent",
            training_like(optimizer=SGD),
            "Your networks were trained by plain gradient descent.",
            "Adam gives each parameter steps of its own size.",
            "Which optimizer do you hand to train?",
        ),
        Mistake(
            "one-accuracy",
            training_like(reported=lambda accuracies, chosen: accuracies[chosen]),
            "You return the accuracy of the chosen candidate alone.",
            "Whoever reads it wants to see what the choice was between.",
            "How many candidates are there, and how many numbers do you return?",
        ),
        Mistake(
            "other-measure-of-size",
            training_like(size=lambda network, sizes: sum(sizes)),
            "Where candidates are equally good, yours is not the one with the fewest parameters: "
            "you compare another size.",
            "A network's parameters are its weights and biases, and their number is not that of "
            "its units or layers.",
            "How many parameters has a network of the sizes 4, 12, 3?",
            also=(
                training_like(size=lambda network, sizes: len(sizes)),
                training_like(size=lambda network, sizes: sum(sizes[1:])),
                training_like(size=lambda network, sizes: sum(sizes[1:-1])),
            ),
        ),
        Mistake(
            "trained-again-on-everything",
            select_retrained,
            "Your choice is right; the parameters are those of a network that was trained once "
            "more, on training and validation samples together.",
            "What is handed back should be what was chosen: the network whose accuracy is known.",
            "On which samples could anyone now measure how good your network is?",
            also=(partial(select_retrained, early=False),),
        ),
        Mistake(
            "accuracy-of-the-last-epoch",
            training_like(measured=lambda network, history: history.validation_accuracy[-1]),
            "Your accuracies are those after the last epoch of each training, not those of the "
            "networks that you have.",
            "With patience, train goes back to the best epoch, and the last one is gone.",
            "Which parameters does a network have when train ends, and what is measured where?",
        ),
        Mistake(
            "best-accuracy-on-the-way",
            training_like(measured=lambda network, history: max(history.validation_accuracy)),
            "Your accuracies are the highest of each training, not those of the networks that you "
            "have.",
            "The best epoch is the one with the lowest loss, and that need not be the one with the "
            "highest accuracy.",
            "Which parameters does a network have when train ends?",
        ),
        Mistake(
            "accuracy-of-the-first-epoch",
            training_like(measured=lambda network, history: history.validation_accuracy[0]),
            "Your accuracies are those after the first epoch of each training.",
            "It is the network as it is in the end that is to be chosen.",
            "Which entry of the history belongs to the network that you have?",
        ),
        Mistake(
            "loss-for-accuracy",
            training_like(measured=lambda network, history: min(history.validation_loss)),
            "What you report are losses on the validation samples, not accuracies.",
            "For a loss low is good; for an accuracy high is.",
            "Which of the two does select_by_validation want?",
            also=(training_like(measured=lambda network, history: history.validation_loss[-1]),),
        ),
        Mistake(
            "arranged-by-size",
            select_in_another_order(lambda candidates: sorted(candidates, key=units_and_biases)),
            "Your accuracies, and the place, follow the candidates in the order of their size.",
            "Whoever gave the list wants to find the answers at its places.",
            "Which candidate does the first of your accuracies belong to?",
            also=(
                select_in_another_order(lambda candidates: sorted(candidates, key=list)),
                select_in_another_order(lambda candidates: sorted(candidates, key=sum)),
                select_in_another_order(lambda candidates: sorted(candidates, key=len)),
            ),
        ),
        Mistake(
            "from-the-last-to-the-first",
            select_in_another_order(lambda candidates: candidates[::-1]),
            "Your accuracies, and the place, count the candidates from the last one.",
            "Whoever gave the list wants to find the answers at its places.",
            "Which candidate does the first of your accuracies belong to?",
        ),
        Mistake(
            "untrained",
            select_untrained,
            "Your networks are not trained: the parameters are those of the start.",
            "A choice between untrained networks is a choice by luck.",
            "Which of your lines changes a network's parameters, and does it run before you "
            "measure?",
        ),
        Mistake(
            "one-sample-a-step",
            training_like(settings=lambda asked: {**asked, "batch_size": 1}),
            "Your networks were trained with another batch_size.",
            "The size of a batch comes in as an argument.",
            "What does your call of train get as batch_size?",
            also=(
                *(
                    training_like(
                        settings=partial(lambda size, asked: {**asked, "batch_size": size}, size)
                    )
                    for size in (16, 32, 64)
                ),
                training_like(
                    settings=lambda asked: {
                        **asked,
                        "batch_size": asked["epochs"],
                        "epochs": asked["batch_size"],
                    }
                ),
            ),
        ),
        Mistake(
            "another-patience",
            training_like(settings=lambda asked: {**asked, "patience": asked["patience"] + 1}),
            "Your networks were trained with another patience.",
            "How long to wait for a better epoch comes in as an argument.",
            "What does your call of train get as patience?",
            also=(training_like(settings=lambda asked: {**asked, "patience": 2}),),
        ),
        Mistake(
            "another-learning-rate",
            training_like(optimizer=lambda learning_rate: Adam(0.001)),
            "Your networks were trained with another learning rate than asked for.",
            "The learning rate comes in as an argument, and Adam needs it.",
            "What does your optimizer get as its learning rate?",
            also=(training_like(optimizer=lambda learning_rate: Adam(0.01)),),
        ),
        Mistake(
            "seed-of-its-own",
            training_like(seed_of=lambda seed, i: 0),
            "Your generators have a seed of their own, whatever `seed` is.",
            "Who asks with another seed wants another beginning.",
            "Where in your function does seed come in?",
            also=(
                training_like(seed_of=lambda seed, i: 1),
                training_like(seed_of=lambda seed, i: 42),
            ),
        ),
    ),
    uses={"select_by_validation": select_by_validation},
)

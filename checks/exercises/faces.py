"""Exercises of lesson 08: a deep network on real photographs, built, trained and selected."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from backprop_lib.data import vary_picture
from backprop_lib.losses import confusion_matrix
from backprop_lib.network import Network
from backprop_lib.optimizers import SGD, Adam, Optimizer
from backprop_lib.selection import select_by_validation, train_and_select
from backprop_lib.training import train
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.drawing import draw_sizes

__all__ = ["EXERCISES"]

LESSON = "08_faces"

Samples = tuple[np.ndarray, np.ndarray]


# vary_picture


def picture_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Pictures that are higher or wider, each change alone, and all together in both directions."""
    return (
        picture_case(rng, negative=True),
        picture_case(rng, mirrored=True),
        picture_case(rng, down=1),
        picture_case(rng, right=-2),
        picture_case(rng, brightness=float(rng.uniform(0.6, 0.9))),
        picture_case(rng, True, True, -1, 2, float(rng.uniform(0.6, 0.9))),
        picture_case(rng, True, True, 2, -1, float(rng.uniform(0.6, 0.9))),
        picture_case(rng),
    )


def picture_case(
    rng: np.random.Generator,
    negative: bool = False,
    mirrored: bool = False,
    down: int = 0,
    right: int = 0,
    brightness: float = 1.0,
) -> Case:
    """One picture of random grey values."""
    sizes = draw_sizes(rng, "HW")
    picture = rng.uniform(0.1, 0.9, (sizes["H"], sizes["W"]))
    changes = [name for name, on in (("negative", negative), ("mirrored", mirrored)) if on]
    changes += [f"down {down}"] if down else []
    changes += [f"right {right}"] if right else []
    changes += [f"brightness {brightness:.2f}"] if brightness != 1 else []
    return Case(
        sizes,
        (picture, negative, mirrored, down, right, brightness),
        values=("varied",),
        label=f"{sizes['H']} x {sizes['W']} pixels, {', '.join(changes) or 'nothing changed'}",
    )


Variation = Callable[[np.ndarray, bool, bool, int, int, float], np.ndarray]
Shift = Callable[[np.ndarray, int, int], np.ndarray]


def shift(picture: np.ndarray, down: int, right: int) -> np.ndarray:
    """A picture moved, with its edge repeated."""
    return vary_picture(picture, False, False, down, right, 1.0)


def negate(picture: np.ndarray) -> np.ndarray:
    """Black and white exchanged."""
    return 1 - picture


def mirror(picture: np.ndarray) -> np.ndarray:
    """Left and right exchanged."""
    return picture[:, ::-1]


def varied_with(
    negate: Callable[[np.ndarray], np.ndarray] = negate,
    mirror: Callable[[np.ndarray], np.ndarray] = mirror,
    shift: Shift = shift,
    dim: Callable[[np.ndarray, float], np.ndarray] = lambda picture, brightness: (
        brightness * picture
    ),
) -> Variation:
    """The function with one of its parts exchanged."""

    def varied(
        picture: np.ndarray,
        negative: bool,
        mirrored: bool,
        down: int,
        right: int,
        brightness: float,
    ) -> np.ndarray:
        out = negate(picture) if negative else picture
        out = mirror(out) if mirrored else out
        return dim(shift(out, down, right), brightness)

    return varied


def shift_round(picture: np.ndarray, down: int, right: int) -> np.ndarray:
    return np.roll(picture, (down, right), axis=(0, 1))


def shift_into_black(picture: np.ndarray, down: int, right: int) -> np.ndarray:
    inside = np.pad(np.ones_like(picture), 2)
    rows = np.arange(2, 2 + picture.shape[0]) - down
    columns = np.arange(2, 2 + picture.shape[1]) - right
    return shift(picture, down, right) * inside[rows][:, columns]


def vary_mirrored_last(
    picture: np.ndarray, negative: bool, mirrored: bool, down: int, right: int, brightness: float
) -> np.ndarray:
    out = vary_picture(picture, negative, False, down, right, brightness)
    return mirror(out) if mirrored else out


def vary_negative_last(
    picture: np.ndarray, negative: bool, mirrored: bool, down: int, right: int, brightness: float
) -> np.ndarray:
    out = vary_picture(picture, False, mirrored, down, right, brightness)
    return negate(out) if negative else out


def vary_one_change(
    picture: np.ndarray, negative: bool, mirrored: bool, down: int, right: int, brightness: float
) -> np.ndarray:
    if negative:
        return negate(picture)
    if mirrored:
        return mirror(picture)
    return brightness * shift(picture, down, right)


VARY_PICTURE = Exercise(
    name="vary_picture",
    lesson=LESSON,
    goal="Make another picture of the same thing: negative, mirrored, shifted and dimmed.",
    points=3,
    minutes=10,
    difficulty=3,
    reference=vary_picture,
    returns="array",
    cases=picture_cases,
    hints=(
        "Do the four changes one after another, each on what the one before has left. Which of "
        "them need an if?",
        "A shift is a question for each new pixel: from which row and which column of the old "
        "picture does it come? Where that would lie outside, take the nearest row or column.",
        "rows = np.clip(np.arange(H) - down, 0, H - 1), columns likewise with W and right; then "
        "old[rows][:, columns]. The negative of a grey value g is 1 - g.",
    ),
    mistakes=(
        Mistake(
            "comes-in-on-the-other-side",
            varied_with(shift=shift_round),
            "What your picture loses on one side comes in again on the other.",
            "np.roll closes the picture to a ring; a chin would appear above the hair.",
            "Which pixels should fill the gap that a shift leaves?",
        ),
        Mistake(
            "gap-left-black",
            varied_with(shift=shift_into_black),
            "The gap that a shift leaves is black in your picture.",
            "A black bar is something that no photograph had, and a network would learn it.",
            "What is the value of the pixel nearest to the gap?",
        ),
        Mistake(
            "shifted-the-other-way",
            varied_with(shift=lambda p, down, right: shift(p, -down, -right)),
            "Your picture moves up and left where it should move down and right.",
            "New row i shows what was in old row i - down: moving down means coming from above.",
            "Down by 1: which old row is seen in new row 3?",
        ),
        Mistake(
            "down-and-right-exchanged",
            varied_with(shift=lambda p, down, right: shift(p, right, down)),
            "Your picture moves to the right by `down` and down by `right`.",
            "The first index of an array counts rows, from top to bottom.",
            "Which axis of the picture does `down` belong to?",
        ),
        Mistake(
            "not-shifted",
            varied_with(shift=lambda p, down, right: p),
            "Your picture stays where it was.",
            "`down` and `right` say by how many pixels it moves.",
            "Where in your function do down and right come in?",
        ),
        Mistake(
            "upside-down",
            varied_with(mirror=lambda p: p[::-1]),
            "Your mirror exchanges top and bottom.",
            "In a mirror on the wall left and right are exchanged; heads stay on top.",
            "Along which axis do you turn the order round?",
        ),
        Mistake(
            "half-turn",
            varied_with(mirror=lambda p: p[::-1, ::-1]),
            "Your mirror exchanges left and right, and top and bottom as well.",
            "That is a half turn; in a mirror heads stay on top.",
            "Along how many axes do you turn the order round?",
        ),
        Mistake(
            "not-mirrored",
            varied_with(mirror=lambda p: p),
            "Your picture is never mirrored.",
            "Where `mirrored` is True, left and right change places.",
            "Does your function use the picture that the mirror gives, or the one before it?",
        ),
        Mistake(
            "minus-in-place-of-negative",
            varied_with(negate=lambda p: -p),
            "The negative has grey values below 0.",
            "Grey runs from 0, black, to 1, white; a negative exchanges the two ends.",
            "What should black, 0, become? And white, 1?",
        ),
        Mistake(
            "negative-of-bytes",
            varied_with(negate=lambda p: 255 - p),
            "The negative has grey values of more than 254.",
            "In some files white is 255. Here it is 1.",
            "What should white, 1, become?",
        ),
        Mistake(
            "not-negative",
            varied_with(negate=lambda p: p),
            "Your picture is never a negative.",
            "Where `negative` is True, black and white change places.",
            "Does your function use the picture that the negative gives, or the one before it?",
        ),
        Mistake(
            "negative-after-dimming",
            vary_negative_last,
            "Your negative is taken of the dimmed picture, so it comes out brighter.",
            "The light goes down last, on whatever picture there is by then.",
            "How bright is the negative of a black pixel, once the light is at 0.6?",
        ),
        Mistake(
            "mirrored-after-the-shift",
            vary_mirrored_last,
            "Mirrored pictures move to the left in place of the right.",
            "A mirror that comes after a shift turns the shift round too.",
            "In which order do you do the four changes?",
        ),
        Mistake(
            "one-change-only",
            vary_one_change,
            "Where several changes are asked for, only the first is made.",
            "The four changes do not exclude each other.",
            "After one of your branches has been taken, can another still be?",
        ),
        Mistake(
            "not-dimmed",
            varied_with(dim=lambda p, brightness: p),
            "The brightness has no effect.",
            "At a brightness of 0.6 each pixel sends out 60 percent of its light.",
            "Where in your function does brightness come in?",
        ),
        Mistake(
            "light-added",
            varied_with(dim=lambda p, brightness: p + brightness - 1),
            "Every pixel loses the same amount of light, so black falls below 0.",
            "Dim light makes white grey and leaves black what it is.",
            "What should become of a pixel that is black?",
        ),
        Mistake(
            "brightened",
            varied_with(dim=lambda p, brightness: p / brightness),
            "Your picture becomes brighter where it should become darker.",
            "At a brightness of 0.6 each pixel sends out 60 percent of its light.",
            "Is 60 percent of something more or less than it?",
        ),
    ),
)


# confusion_matrix


def confusion_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Many samples, a class that nobody predicts, one that does not occur, and one sample."""
    cases = []
    for kind in range(4):
        k = int(rng.integers(3, 8))
        n = 1 if kind == 3 else int(rng.integers(30, 60))
        labels = rng.integers(0, k, n)
        predictions = np.where(rng.random(n) < 0.5, labels, rng.integers(0, k, n))
        if kind == 1:
            predictions[predictions == k - 1] = 0
            labels[labels == k - 1] = 0
        if kind == 2:
            labels[labels == 0] = 1
        cases.append(
            Case(
                {"N": n, "K": k}, (labels, predictions, k), values=("counts",), label=f"{n=}, {k=}"
            )
        )
    return tuple(cases)


def confusion_each_pair_once(
    labels: np.ndarray, predictions: np.ndarray, classes: int
) -> np.ndarray:
    counts = np.zeros((classes, classes))
    counts[labels, predictions] += 1
    return counts


def confusion_like(change: Callable[[np.ndarray], np.ndarray]) -> Callable[..., np.ndarray]:
    """The right counts, and then this."""
    return lambda labels, predictions, classes: change(
        confusion_matrix(labels, predictions, classes)
    )


def shares(counts: np.ndarray, axis: int | None) -> np.ndarray:
    """The counts divided by their sum, where there is anything to divide by."""
    return counts / np.maximum(counts.sum(axis=axis, keepdims=True), 1)


CONFUSION_MATRIX = Exercise(
    name="confusion_matrix",
    lesson=LESSON,
    goal="Count for each true class how often each class was predicted.",
    points=2,
    minutes=6,
    difficulty=2,
    reference=confusion_matrix,
    returns="array",
    cases=confusion_cases,
    hints=(
        "Begin with a table of zeros, and let each sample add one to a single field of it.",
        "The row of that field is the sample's label, and its column the prediction.",
        "A loop over zip(labels, predictions) with counts[label, prediction] += 1 does it. Without "
        "a loop: np.add.at(counts, (labels, predictions), 1).",
    ),
    mistakes=(
        Mistake(
            "each-pair-once",
            confusion_each_pair_once,
            "Your table holds nothing above 1.",
            "counts[rows, columns] += 1 reads all fields first and writes each once, however often "
            "it is named.",
            "If rows names the same field three times, what does it hold afterwards?",
        ),
        Mistake(
            "rows-and-columns-exchanged",
            confusion_like(lambda counts: counts.T),
            "In your table the rows are predictions and the columns true classes.",
            "Both are in use elsewhere; here a row is a true class.",
            "Which of the two numbers of a sample names the row?",
        ),
        Mistake(
            "only-the-right-ones",
            confusion_like(lambda counts: np.diag(np.diag(counts))),
            "Your table counts the right predictions only.",
            "What one wants to see is what was taken for what.",
            "Where does a sample go whose prediction is wrong?",
        ),
        Mistake(
            "only-the-wrong-ones",
            confusion_like(lambda counts: counts - np.diag(np.diag(counts))),
            "Your table counts the wrong predictions only.",
            "Each sample has a field, also the one whose prediction is right.",
            "What should the sum of all fields be?",
        ),
        Mistake(
            "shares-of-all",
            confusion_like(lambda counts: shares(counts, None)),
            "Your table holds shares of all samples.",
            "Counts are asked for; 1 of 1 and 100 of 100 are not the same news.",
            "What should the sum of all fields be?",
        ),
        Mistake(
            "shares-of-a-class",
            confusion_like(lambda counts: shares(counts, 1)),
            "Your table holds shares of each true class.",
            "Counts are asked for; 1 of 1 and 100 of 100 are not the same news.",
            "What should the sum of all fields be?",
        ),
        Mistake(
            "flat",
            confusion_like(lambda counts: counts.ravel()),
            "Your counts are one long row.",
            "A table has an axis for the true class and one for the predicted one.",
            "Which shape holds a row for each class and a column for each class?",
        ),
    ),
)


# select_by_validation


def selection_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """The best in the middle; ties in which the smaller comes later, first and in the middle; a
    worse one of the same size before it; and one that is hardly worse."""
    best, fair, poor = rng.uniform(0.9, 0.95), rng.uniform(0.8, 0.85), rng.uniform(0.5, 0.6)
    small, medium, large, huge = (int(v) for v in np.sort(rng.choice(9000, 4, False) + 100))
    tables = (
        ((poor, best, fair, fair), (small, large, medium, huge)),
        ((fair, poor, best, fair), (large, huge, medium, small)),
        ((best, fair, best, poor), (huge, medium, large, small)),
        ((fair, best, best, poor), (medium, large, huge, small)),
        ((fair, best, fair, best, best), (small, huge, small, medium, large)),
        ((poor, best, best, best), (small, large, medium, medium)),
        ((fair, poor, best, best), (small, large, huge, small)),
        ((0.918, 0.922, fair), (small, large, medium)),
    )
    return tuple(
        Case(
            {},
            ([float(a) for a in accuracies], list(parameters)),
            values=("chosen",),
            label=", ".join(
                f"{a:.3f} with {p:,}" for a, p in zip(accuracies, parameters, strict=True)
            ),
        )
        for accuracies, parameters in tables
    )


def place(order: Callable[..., Any]) -> Callable[..., int]:
    """The first candidate in this order of (accuracy, parameters, place)."""

    def chosen(validation_accuracy: Sequence[float], parameters: Sequence[int]) -> int:
        table = zip(validation_accuracy, parameters, strict=True)
        return min(enumerate(table), key=lambda item: order(*item[1], item[0]))[0]

    return chosen


def chosen_from_one(validation_accuracy: Sequence[float], parameters: Sequence[int]) -> int:
    return select_by_validation(validation_accuracy, parameters) + 1


def chosen_accuracy(validation_accuracy: Sequence[float], parameters: Sequence[int]) -> float:
    return max(validation_accuracy)


def chosen_parameters(validation_accuracy: Sequence[float], parameters: Sequence[int]) -> int:
    return parameters[select_by_validation(validation_accuracy, parameters)]


SELECT_BY_VALIDATION = Exercise(
    name="select_by_validation",
    lesson=LESSON,
    goal="Choose the candidate with the best validation accuracy; of equals, the smallest.",
    points=2,
    minutes=6,
    difficulty=2,
    reference=select_by_validation,
    returns="array",
    cases=selection_cases,
    hints=(
        "First comes the accuracy. The number of parameters has a say among equals only.",
        "Find the highest accuracy. Then look through the candidates that reach it for the one "
        "with the fewest parameters, and keep its place.",
        "min(range(n), key=lambda i: (-validation_accuracy[i], parameters[i])): tuples are "
        "compared by their first entry, and by the second where the first are equal.",
    ),
    mistakes=(
        Mistake(
            "first-of-equals",
            place(lambda a, p, i: (-a, i)),
            "Among equally good candidates yours is the first, whatever its size.",
            "Where two do equally well, the simpler one has shown as much with less.",
            "Where does the number of parameters come into your choice?",
        ),
        Mistake(
            "last-of-equals",
            place(lambda a, p, i: (-a, -i)),
            "Among equally good candidates yours is the last, whatever its size.",
            "Where two do equally well, the simpler one has shown as much with less.",
            "Does your comparison ask for more, or for more or equal? And what of the size?",
        ),
        Mistake(
            "largest-of-equals",
            place(lambda a, p, i: (-a, -p, i)),
            "Among equally good candidates yours is the largest.",
            "Where two do equally well, the simpler one has shown as much with less.",
            "Which end of the order do you take for the parameters?",
        ),
        Mistake(
            "smaller-among-last",
            place(lambda a, p, i: (-a, p, -i)),
            "Where two are equally good and equally large, yours is the later one.",
            "The first is wanted where all else is equal.",
            "Does your comparison ask for less, or for less or equal?",
        ),
        Mistake(
            "lowest-accuracy",
            place(lambda a, p, i: (a, p, i)),
            "Yours is the candidate with the lowest accuracy.",
            "For a loss low is good; for an accuracy high is.",
            "Which of max and min do you look for here?",
        ),
        Mistake(
            "smallest-network",
            place(lambda a, p, i: (p, -a, i)),
            "Yours is always the smallest network.",
            "Size decides among equals; a worse network is no bargain for being small.",
            "Which of the two numbers is compared first?",
        ),
        Mistake(
            "largest-network",
            place(lambda a, p, i: (-p, -a, i)),
            "Yours is always the largest network.",
            "A network that can learn more by heart need not do better on other samples.",
            "Which of the two numbers is compared first?",
        ),
        Mistake(
            "counted-from-one",
            chosen_from_one,
            "Your place is one too large in every case.",
            "In Python the first place is 0.",
            "If the first candidate is the best, what does your function give?",
        ),
        Mistake(
            "accuracy-in-place-of-place",
            chosen_accuracy,
            "You return the best accuracy itself, not the place of the candidate that has it.",
            "To go on with the chosen network one must know which it was.",
            "Is your answer a place in the list?",
        ),
        Mistake(
            "size-in-place-of-place",
            chosen_parameters,
            "You return the number of parameters of the chosen candidate, not its place.",
            "To go on with the chosen network one must know which it was.",
            "Is your answer a place in the list?",
        ),
    ),
)


# train_and_select

Selected = tuple[int, list[float], np.ndarray]
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

    With a large learning rate the training loss goes up and down too.
    """
    d, k = (int(v) for v in rng.choice([3, 4, 5], 2, replace=False))
    centres = rng.normal(0.0, 1.2, (k, d))
    training = draw_samples(rng, 19, centres, 1.0, 0.4)
    validation = draw_samples(rng, 13, centres, 1.0, 0.4)
    candidates = [[d, k], [d, 7, k], [d, 9, 6, k]]
    settings = (learning_rate, 5, 10, patience, int(rng.integers(1000)))
    best, _, _ = train_and_select(candidates, training, validation, *settings)
    first, last = (c for i, c in enumerate(candidates) if i != best)
    return training_case([first, candidates[best], last], training, validation, settings)


def tied_case(rng: np.random.Generator) -> Case:
    """Classes that lie far apart, so that a larger network does no better than a smaller."""
    d, k = 4, 3
    centres = 8.0 * np.eye(k, d)
    training = draw_samples(rng, 15, centres, 0.3, 0.0)
    validation = draw_samples(rng, 7, centres, 0.3, 0.0)
    settings = (float(rng.uniform(0.07, 0.09)), 6, 8, 8, int(rng.integers(1000)))
    candidates = [[d, 9, k], [d, k], [d, 7, k]]
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
    choose: Callable[[list[float], list[int]], int] = select_by_validation,
    hand_back: Callable[[int, int], int] = lambda chosen, last: chosen,
    reported: Callable[[list[float], int], Any] = lambda accuracies, chosen: accuracies,
) -> Callable[..., Any]:
    """The function with one of its parts exchanged."""

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
            train(
                network,
                *learn(training, validation),
                optimizer=optimizer(learning_rate),
                epochs=epochs,
                batch_size=batch_size,
                rng=np.random.default_rng(seed) if another_for_the_order else rng,
                validation=stop_by(training, validation),
                patience=patience if early else None,
            )
            networks.append(network)
            accuracies.append(
                float(network.evaluate(*judge_by(training, validation)).accuracy or 0)
            )
        chosen = choose(accuracies, [n.parameters.size for n in networks])
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


TRAIN_AND_SELECT = Exercise(
    name="train_and_select",
    lesson=LESSON,
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
    ),
    uses={"select_by_validation": select_by_validation},
)

EXERCISES = (VARY_PICTURE, CONFUSION_MATRIX, SELECT_BY_VALIDATION, TRAIN_AND_SELECT)

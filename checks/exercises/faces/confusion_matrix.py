"""The exercise confusion_matrix: counts of what was predicted for each true class."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backprop_lib.losses import confusion_matrix
from checks.exercise import Case, Exercise, Mistake

__all__ = ["CONFUSION_MATRIX"]


def confusion_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Many samples, a class that nobody predicts, one that does not occur, and one sample; and
    hundreds of the same, two classes, and twelve."""
    cases = []
    for kind in range(4):
        k = int(rng.integers(4, 8))
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
    hundreds = rng.permutation(np.repeat([1, 0, 2], [300, 20, 3]))
    said = np.where(np.arange(323) % 40 == 7, (hundreds + 1) % 3, hundreds)
    few = rng.permutation([0, 0, 0, 1, 1, 1, 1])
    more = {
        3: (hundreds, said),
        2: (few, np.append(few[:4], 1 - few[4:])),
        12: (rng.integers(0, 12, 40), rng.integers(0, 12, 40)),
        4: (np.array([1, 1, 1]), np.array([2, 2, 2])),
    }
    odd = (
        Case({}, (*pair, k), values=("counts",), label=f"n={len(pair[0])}, {k=}", extreme=True)
        for k, pair in more.items()
    )
    return (*cases[:3], *odd, *cases[3:])


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


def coded(code: Callable[[np.ndarray, np.ndarray, int], np.ndarray]) -> Callable[..., np.ndarray]:
    """Counts of a code for each pair, cut to the size of the table."""

    def counted(labels: np.ndarray, predictions: np.ndarray, classes: int) -> np.ndarray:
        numbers = np.bincount(code(labels, predictions, classes), minlength=classes**2)
        return numbers[: classes**2].reshape(classes, classes)

    return counted


def confusion_of(
    choose: Callable[[np.ndarray, np.ndarray], Any],
) -> Callable[..., np.ndarray]:
    """The counts of some of the samples, or of other pairs: from (labels, predictions)."""

    def counted(labels: np.ndarray, predictions: np.ndarray, classes: int) -> np.ndarray:
        true, said = choose(labels, predictions)
        return confusion_matrix(true, said, classes)

    return counted


CONFUSION_MATRIX = Exercise(
    name="confusion_matrix",
    lesson="08_faces",
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
        Mistake(
            "counts-run-over",
            confusion_like(lambda counts: counts.astype(np.uint8)),
            "In your table a large count has run over: 256 or 65,536 samples, or a multiple, are "
            "missing.",
            "A small integer type begins again at 0, or below it, when its range is used up.",
            "Which dtype has your table, and what is the largest number in it?",
            also=(confusion_like(lambda counts: counts.astype(np.int8)),),
        ),
        Mistake(
            "counts-capped",
            confusion_like(lambda counts: np.minimum(counts, 255)),
            "In your table no count goes beyond some number.",
            "Each sample has its place in the table, however many there are already.",
            "What is the sum of all fields, and how many samples are there?",
            also=(
                confusion_like(lambda counts: np.minimum(counts, 127)),
                confusion_like(lambda counts: np.minimum(counts, 100)),
            ),
        ),
        Mistake(
            "code-for-two-classes",
            coded(lambda labels, predictions, classes: 2 * labels + predictions),
            "Your table has different pairs of classes in one field: 2 times the label and the "
            "prediction added up.",
            "A pair needs a number of its own. With two classes 2 k + j is one; with more it "
            "is not.",
            "Which number do label 0 with prediction 2 and label 1 with prediction 0 get?",
            also=(
                coded(lambda labels, predictions, classes: 10 * labels + predictions),
                coded(lambda labels, predictions, classes: labels + predictions),
                coded(lambda labels, predictions, classes: labels * predictions),
                coded(lambda labels, predictions, classes: (classes - 1) * labels + predictions),
                coded(lambda labels, predictions, classes: (classes + 1) * labels + predictions),
            ),
        ),
        Mistake(
            "columns-and-rows-exchanged-in-shares",
            confusion_like(lambda counts: shares(counts.T, 0)),
            "Two things at once: the rows of your table are predictions, and it holds shares in "
            "place of counts.",
            "A row is a true class here, and counts are asked for.",
            "Which of the two numbers of a sample names the row, and what should the sum of all "
            "fields be?",
            also=(
                confusion_like(lambda counts: shares(counts.T, 1)),
                confusion_like(lambda counts: shares(counts.T, None)),
            ),
        ),
        Mistake(
            "shares-of-a-prediction",
            confusion_like(lambda counts: shares(counts, 0)),
            "Your table holds shares of each predicted class.",
            "Counts are asked for; 1 of 1 and 100 of 100 are not the same news.",
            "What should the sum of all fields be?",
        ),
        Mistake(
            "symmetric",
            confusion_like(lambda counts: counts + counts.T - np.diag(np.diag(counts))),
            "Your table counts a mix-up in both directions.",
            "To take a face for a wall is not the same as to take a wall for a face.",
            "How many fields does one sample add to?",
            also=(confusion_like(lambda counts: counts + counts.T),),
        ),
        Mistake(
            "first-sample-left-out",
            confusion_of(lambda labels, predictions: (labels[1:], predictions[1:])),
            "Your table leaves out the first sample.",
            "Each sample has a field.",
            "With which sample does your loop begin?",
        ),
        Mistake(
            "last-sample-left-out",
            confusion_of(lambda labels, predictions: (labels[:-1], predictions[:-1])),
            "Your table leaves out the last sample.",
            "Each sample has a field.",
            "With which sample does your loop end?",
        ),
        Mistake(
            "labels-with-themselves",
            confusion_of(lambda labels, predictions: (labels, labels)),
            "Your table has each class's number of samples on its diagonal: predictions are not "
            "in it.",
            "A column stands for what was predicted.",
            "Which array names the column in your function?",
        ),
        Mistake(
            "predictions-with-themselves",
            confusion_of(lambda labels, predictions: (predictions, predictions)),
            "Your table has on its diagonal how often each class was predicted: labels are not "
            "in it.",
            "A row stands for the true class.",
            "Which array names the row in your function?",
        ),
        Mistake(
            "begins-at-one",
            confusion_like(lambda counts: counts + 1),
            "Every field of your table is one too large.",
            "Before the first sample, nothing has been counted.",
            "With which numbers does your table begin?",
        ),
        Mistake(
            "rows-set-not-added",
            confusion_like(lambda counts: np.cumsum(counts, axis=1)),
            "Along each row, the fields of your table hold those before them as well.",
            "Each field counts its own pair alone.",
            "Where does your count become 0, and how often does that line run?",
            also=(confusion_like(lambda counts: np.cumsum(counts, axis=0)),),
        ),
        Mistake(
            "turned-over",
            confusion_like(lambda counts: counts[::-1, ::-1]),
            "Your rows and columns run from the last class to the first.",
            "Row 0 stands for class 0.",
            "Which class does your first row stand for?",
            also=(
                confusion_like(lambda counts: counts[::-1]),
                confusion_like(lambda counts: counts[:, ::-1]),
            ),
        ),
        Mistake(
            "all-others-together",
            lambda labels, predictions, classes: confusion_matrix(
                (labels != 0).astype(int), (predictions != 0).astype(int), classes
            ),
            "Your table has two rows or columns in use: one class, and all the others together.",
            "True and False tell two classes apart, and there may be more.",
            "In which row is a sample of class 2 counted?",
            also=(
                lambda labels, predictions, classes: confusion_matrix(
                    labels, (predictions == labels).astype(int), classes
                ),
                lambda labels, predictions, classes: confusion_matrix(
                    (labels == 1).astype(int), (predictions == 1).astype(int), classes
                ),
            ),
        ),
        Mistake(
            "either-for-both",
            lambda labels, predictions, classes: np.array(
                [
                    [((labels == k) | (predictions == j)).sum() for j in range(classes)]
                    for k in range(classes)
                ]
            ),
            "Your fields count samples of that class together with samples of that prediction.",
            "A sample has one field: the row of its label and, at once, the column of what was "
            "predicted.",
            "Which samples does your condition let through: where both are so, or where either is?",
        ),
        Mistake(
            "as-if-independent",
            lambda labels, predictions, classes: np.outer(
                np.bincount(labels, minlength=classes), np.bincount(predictions, minlength=classes)
            ),
            "Your fields are products: how often the label occurs times how often the prediction "
            "does.",
            "How often two things occur says nothing about how often they occur together.",
            "Where does your function look at the label and the prediction of one sample at once?",
        ),
        Mistake(
            "whole-classes-on-the-diagonal",
            confusion_like(lambda counts: counts + np.diag(counts.sum(axis=1) - counts.diagonal())),
            "On the diagonal of your table stand all samples of a class, not only the right ones.",
            "A row adds up to the samples of its class: the wrong ones stand beside the diagonal.",
            "Which samples does your line for the diagonal count?",
            also=(
                confusion_like(
                    lambda counts: counts + np.diag(counts.sum(axis=0) - counts.diagonal())
                ),
            ),
        ),
    ),
)

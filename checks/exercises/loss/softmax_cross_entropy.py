"""The exercise softmax_cross_entropy: the surprise of a model of many classes, from its scores."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from backprop_lib.losses import softmax, softmax_cross_entropy, softmax_cross_entropy_backward
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.caches import LossAndCache, cache_for
from checks.exercises.drawing import draw_sizes
from checks.exercises.labels import one_hot
from checks.exercises.loss.cross_entropies import CLIPPED_AT, mean_over_classes

__all__ = ["SOFTMAX_CROSS_ENTROPY"]


def softmax_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """A batch of ordinary scores, one sample, three batches with extreme scores, one that is not
    balanced, and one of as many samples as classes."""
    ordinary, high, spread, apart = (draw_sizes(rng, "NK", False) for _ in range(4))
    return (
        softmax_case(rng, ordinary),
        softmax_case(rng, draw_sizes(rng, "NK", True)),
        # all scores high: exp overflows
        softmax_case(rng, high, offsets=rng.uniform(900.0, 1100.0, (high["N"], 1))),
        # far apart in a row: the probability of the right class rounds to zero
        softmax_case(rng, spread, gap=rng.uniform(760.0, 790.0)),
        # rows far apart: what keeps one row in range does not keep the other
        softmax_case(rng, apart, offsets=-rng.uniform(800.0, 900.0) * (np.arange(apart["N"]) % 2)),
        unbalanced_case(rng),
        replace(softmax_case(rng, {"N": 5, "K": 5}), sizes={}, label="N = K = 5", extreme=True),
    )


def unbalanced_case(rng: np.random.Generator) -> Case:
    """More samples than classes, one class five times, one twice and one not at all, and a row of
    equal scores, which costs log K. A mean over classes is another number."""
    labels = rng.permutation([0, 0, 0, 0, 0, 2, 2])
    while True:
        scores = rng.normal(0.0, 1.5, (7, 3))
        scores[3] = 0.5
        losses = -right_logs(softmax(scores), labels)
        if abs(losses[labels == 0].mean() - losses[labels == 2].mean()) > 0.2:
            label = "N=7, K=3, labels 0 and 2 only"
            return Case({"N": 7, "K": 3}, (scores, labels), values=("loss",), label=label)


def softmax_case(
    rng: np.random.Generator,
    sizes: dict[str, int],
    offsets: np.ndarray | None = None,
    gap: float = 0.0,
) -> Case:
    """One batch of scores with labels of several classes.

    offsets: (N,) or (N, 1), added to all scores of a row; gap: by how much the right class of
    the first sample lies below another, half of it below zero.
    """
    n, k = sizes["N"], sizes["K"]
    labels = (rng.permutation(n) + rng.integers(0, k)) % k
    scores = rng.normal(0.0, 1.5, (n, k))
    if offsets is not None:
        scores += offsets.reshape(n, 1)
    if gap:
        scores[0, labels[0]] -= gap / 2
        scores[0, labels[0] - 1] += gap / 2
    extreme = offsets is not None or gap > 0
    return Case(sizes, (scores, labels), values=("loss",), extreme=extreme)


def right_logs(p: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The logarithm of each sample's probability of its class, (N,)."""
    return np.log(p[np.arange(len(labels)), labels])


def log_softmax(scores: np.ndarray) -> np.ndarray:
    """Logarithms of the probabilities, (N, K)."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def softmax_overflows(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    e = np.exp(scores)
    return -right_logs(e / e.sum(axis=1, keepdims=True), labels).mean(), None


def softmax_log_of_zero(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return -right_logs(softmax(scores), labels).mean(), None


def softmax_one_maximum(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    e = np.exp(scores - scores.max())
    return -right_logs(e / e.sum(axis=1, keepdims=True), labels).mean(), None


def softmax_maximum_in_the_sum_alone(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    shifted = scores - scores.max(axis=1, keepdims=True)
    total = np.log(np.exp(shifted).sum(axis=1))
    return (total - scores[np.arange(len(labels)), labels]).mean(), None


def softmax_maximum_outside_the_sum(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    shifted = scores - scores.max(axis=1, keepdims=True)
    total = np.log(np.exp(scores).sum(axis=1))
    return (total - shifted[np.arange(len(labels)), labels]).mean(), None


def softmax_best_class(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return -log_softmax(scores).max(axis=1).mean(), None


def softmax_clipped(scores: np.ndarray, labels: np.ndarray, smallest: float) -> LossAndCache:
    return -right_logs(np.clip(softmax(scores), smallest, 1.0), labels).mean(), None


def softmax_forgotten(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return -right_logs(scores, labels).mean(), None


def softmax_twice(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return softmax_cross_entropy(softmax(scores), labels)


def softmax_over_samples(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return -log_softmax(scores.T).T[np.arange(len(labels)), labels].mean(), None


def softmax_over_everything(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    logs = log_softmax(scores.reshape(1, -1)).reshape(scores.shape)
    return -logs[np.arange(len(labels)), labels].mean(), None


def softmax_negated(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return -softmax_cross_entropy(scores, labels)[0], None


def softmax_summed(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return softmax_cross_entropy(scores, labels)[0] * len(labels), None


def softmax_mean_over_entries(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return softmax_cross_entropy(scores, labels)[0] / scores.shape[1], None


def softmax_per_sample(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return -log_softmax(scores)[np.arange(len(labels)), labels], None


def softmax_all_label_columns(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return -log_softmax(scores)[:, labels].mean(), None


def softmax_mean_before_log(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    p = softmax(scores)
    return -np.log(p[np.arange(len(labels)), labels].mean()), None


def softmax_no_log(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return -softmax(scores)[np.arange(len(labels)), labels].mean(), None


def softmax_all_classes(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return -log_softmax(scores).sum(axis=1).mean(), None


def softmax_only_right_scores(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return -scores[np.arange(len(labels)), labels].mean(), None


def softmax_labels_from_one(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return -log_softmax(scores)[np.arange(len(labels)), labels - 1].mean(), None


def softmax_binary_for_each_class(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    p, hot = softmax(scores), one_hot(labels, scores.shape[1])
    return -(hot * np.log(p) + (1 - hot) * np.log(1 - p)).sum(axis=1).mean(), None


def softmax_of(
    loss: Callable[[np.ndarray, np.ndarray], Any],
) -> Callable[[np.ndarray, np.ndarray], LossAndCache]:
    """A wrong implementation: made of the logarithms of the probabilities, (N, K), and labels."""
    return lambda scores, labels: (loss(log_softmax(scores), labels), None)


def softmax_first_of_each_class(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    _, first = np.unique(labels, return_index=True)
    return -log_softmax(scores)[first, labels[first]].sum() / len(labels), None


def softmax_of_sigmoids(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    right = np.arange(scores.shape[1]) == labels[:, np.newaxis]
    return np.logaddexp(0, np.where(right, -scores, scores)).sum(axis=1).mean(), None


def softmax_of_surprise(
    loss: Callable[[np.ndarray, np.ndarray], Any],
) -> Callable[[np.ndarray, np.ndarray], LossAndCache]:
    """A wrong implementation: made of the right surprise of each sample, (N,), and the labels."""
    return softmax_of(lambda logs, labels: loss(-logs[np.arange(len(labels)), labels], labels))


SOFTMAX_CROSS_ENTROPY = Exercise(
    name="softmax_cross_entropy",
    lesson="03_loss",
    goal="Measure how surprised a model of many classes is by the right ones.",
    points=3,
    minutes=11,
    difficulty=3,
    reference=softmax_cross_entropy,
    cache=cache_for(
        softmax_cross_entropy_backward, softmax_cross_entropy, "(probabilities, labels)"
    ),
    returns="out and cache",
    cases=softmax_cases,
    hints=(
        "Take one sample, one row of scores. Its loss is minus the logarithm of the probability "
        "that softmax gives to the right class. The loss of the batch is the mean.",
        "To pick one entry from each row, index with two arrays of length N: the row numbers and "
        "the labels. To stay in range, take each row's largest score off the row first; softmax "
        "does not change by that.",
        "-log p[n, label] = log(sum over k of exp s[n, k]) - s[n, label], both with the row's "
        "maximum taken off. Written so, no logarithm of 0 can come up.",
    ),
    mistakes=(
        Mistake(
            "maximum-at-one-place",
            softmax_maximum_in_the_sum_alone,
            "Your `loss` is off by the mean of the rows' largest scores: they are taken off at "
            "one place only.",
            "Where a row is moved, all that is made from it has to move along.",
            "Can a surprise be negative, and can it change when a whole row moves?",
            also=(softmax_maximum_outside_the_sum,),
        ),
        Mistake(
            "best-class-for-the-right-one",
            softmax_best_class,
            "Your `loss` is that of each row's most probable class; `labels` has no part in it.",
            "What counts is how much the model believed in what is true.",
            "Which class would have to be right for your loss to be?",
        ),
        Mistake(
            "exp-overflows",
            softmax_overflows,
            "Your `loss` is right for ordinary scores and `inf` or `nan` for scores of about 1000.",
            "exp(1000) is too large for a computer's numbers. Only the differences between the "
            "scores of a row matter to softmax.",
            "By how much may you move all scores of a row without changing a probability?",
        ),
        Mistake(
            "one-maximum-for-all-rows",
            softmax_one_maximum,
            "Your `loss` is right for most scores and `inf` or `nan` where the rows of a batch "
            "lie far apart.",
            "If a single number is taken off all rows, a row far below it rounds to zeros.",
            "Which maximum keeps every row in range?",
        ),
        Mistake(
            "log-of-zero",
            softmax_log_of_zero,
            "Your `loss` is right until the right class is hundreds below another; there it is "
            "`inf` or `nan`.",
            "The probability has then rounded to 0, but its logarithm is an ordinary number.",
            "Can you write log(exp(a) / total) so that the division is never carried out?",
        ),
        *(
            Mistake(
                f"clipped-at-{smallest:.0e}".replace("e-0", "e-"),
                partial(softmax_clipped, smallest=smallest),
                f"Your `loss` of a single sample never gets above {-np.log(smallest):.1f}, "
                f"which is -log({smallest:.0e}).",
                "A probability held away from 0 keeps the logarithm finite, but then the samples "
                "that are most wrong no longer feel any change of their scores.",
                "What should the loss be when the right class is 700 below the highest?",
            )
            for smallest in CLIPPED_AT
        ),
        Mistake(
            "softmax-forgotten",
            softmax_forgotten,
            "Your `loss` is what comes out when the logarithm is taken of the scores themselves, "
            "`nan` wherever one is negative.",
            "Scores can be any numbers; the logarithm needs probabilities.",
            "What turns a row of scores into probabilities that sum to 1?",
        ),
        Mistake(
            "softmax-twice",
            softmax_twice,
            "Your `loss` belongs to `softmax(softmax(scores))`: it can never come near 0.",
            "Softmax turns scores into probabilities; what it gives are no longer scores.",
            "What is the largest probability that softmax can make from numbers between 0 and 1?",
        ),
        Mistake(
            "softmax-over-samples",
            softmax_over_samples,
            "Your `loss` belongs to probabilities that sum to 1 over the samples, and is 0 for a "
            "single sample.",
            "The classes compete for one sample; the samples do not compete with each other.",
            "Which axis of the scores runs over the classes?",
        ),
        Mistake(
            "softmax-over-everything",
            softmax_over_everything,
            "Your `loss` belongs to probabilities that sum to 1 over the whole batch.",
            "Each sample has one class, so each row of probabilities has a sum of 1.",
            "What is the sum of each row of your probabilities?",
        ),
        Mistake(
            "minus-forgotten",
            softmax_negated,
            "Your `loss` has the right size and is negative.",
            "The logarithm of a probability is below 0. A loss is large when things are bad.",
            "How large is log(0.01), and should that be a good or a bad loss?",
        ),
        Mistake(
            "summed-over-samples",
            softmax_summed,
            "Your `loss` is N times too large: it is the sum over the samples.",
            "A sum grows with the batch; a mean can be compared between batches of any size.",
            "If every sample came twice, should the loss change?",
        ),
        Mistake(
            "mean-over-entries",
            softmax_mean_over_entries,
            "Your `loss` is K times too small: it is divided by all N x K entries.",
            "Each sample has one loss, however many classes there are.",
            "How many logarithms are really added up, and by how many do you divide?",
        ),
        Mistake(
            "one-loss-per-sample",
            softmax_per_sample,
            "Your `loss` has one number per sample.",
            "Each sample has its own surprise; the loss of the batch is one number.",
            "What single number stands for all of them?",
        ),
        Mistake(
            "every-label-for-every-sample",
            softmax_all_label_columns,
            "Your `loss` is the mean over all pairs of a sample and a label, N x N of them.",
            "`p[:, labels]` takes the columns of all labels from every row.",
            "What shape does your array of picked probabilities have?",
        ),
        Mistake(
            "mean-before-the-log",
            softmax_mean_before_log,
            "Your `loss` is the logarithm of a mean probability, not the mean of the logarithms.",
            "Every sample has a surprise of its own, and those are averaged.",
            "Which comes first for a single sample: its logarithm, or the mean over all samples?",
        ),
        Mistake(
            "log-forgotten",
            softmax_no_log,
            "Your `loss` is minus the mean probability of the right class, without a logarithm.",
            "Surprise grows without bound as a probability goes to 0.",
            "Which function of p is 0 at p = 1 and grows for ever towards p = 0?",
        ),
        Mistake(
            "labels-ignored",
            softmax_all_classes,
            "Your `loss` adds up the logarithms of all K classes, so the labels are not in it.",
            "Only the probability of the class that a sample really has counts.",
            "If you shuffled the labels, would your loss change?",
        ),
        Mistake(
            "other-classes-ignored",
            softmax_only_right_scores,
            "Your `loss` is minus the mean score of the right class: the other scores are not in "
            "it.",
            "A score is high or low only beside the others of its row.",
            "If all scores of a row grow by 5, what happens to the probabilities, and what to "
            "your loss?",
        ),
        Mistake(
            "labels-counted-from-1",
            softmax_labels_from_one,
            "Your `loss` looks at the class one below the right one.",
            "Labels run from 0 to K - 1, as columns do.",
            "Which column belongs to the label 0?",
        ),
        Mistake(
            "each-class-on-its-own",
            softmax_binary_for_each_class,
            "Your `loss` also adds log(1 - p) of the wrong classes: a binary cross-entropy for "
            "each class.",
            "The probabilities of a row sum to 1, so the wrong classes have had their say in that "
            "of the right one.",
            "How many classes does a sample have here, and how many logarithms should it cost?",
            also=(softmax_of_sigmoids,),
        ),
        Mistake(
            "first-of-each-class",
            softmax_first_of_each_class,
            "Your `loss` counts only the first sample of each class; the others cost nothing.",
            "Every sample adds its own surprise, also where another has the same label.",
            "How many samples does your loop visit, and how many are there?",
        ),
        Mistake(
            "taken-from-the-flat-array",
            softmax_of(lambda logs, labels: -np.take(logs, labels).mean()),
            "Your `loss` looks at the first row for every sample: a label was taken for a place in "
            "the flat array.",
            "Each sample has its own row, and the label says which column of that row.",
            "How many numbers does it take to name an entry of a table?",
        ),
        Mistake(
            "smallest-number-as-a-floor",
            partial(softmax_clipped, smallest=np.finfo(float).tiny),
            "Your `loss` of a single sample stays at about 708 or 745, where the right class lies "
            "further below.",
            "The smallest number a computer knows is still a floor, and a floor is flat.",
            "What should the loss be when the right class is 780 below the highest?",
            also=(
                partial(softmax_clipped, smallest=5e-324),
                partial(softmax_clipped, smallest=1e-300),
            ),
        ),
        Mistake(
            "clipped-elsewhere",
            partial(softmax_clipped, smallest=np.finfo(float).eps),
            "Your `loss` of a single sample never gets beyond some number: the probability is held "
            "away from 0.",
            "Then the samples that are most wrong no longer feel any change of their scores.",
            "What should the loss be when the right class is 700 below the highest?",
            also=tuple(
                partial(softmax_clipped, smallest=smallest)
                for smallest in (1e-2, 1e-11, 1e-13, 1e-14, 1e-16, 1e-20, 1e-30, 1e-100, 1e-200)
            ),
        ),
        Mistake(
            "scores-clipped",
            lambda scores, labels: softmax_cross_entropy(np.clip(scores, -500, 500), labels),
            "Your `loss` is right for ordinary scores and wrong, yet finite, for large ones: they "
            "are clipped.",
            "Two scores beyond the bound become equal, though one may be far above the other.",
            "What is left of a row of 1000 and 1010 in your function?",
            also=tuple(
                lambda s, c, most=most: softmax_cross_entropy(np.clip(s, -most, most), c)
                for most in (10, 20, 30, 50, 100, 700, 709)
            ),
        ),
        Mistake(
            "repeated-labels-lost",
            softmax_of_surprise(
                lambda losses, c: np.mean([losses[c == k][-1] for k in np.unique(c)])
            ),
            "Your `loss` counts one sample a class: of those with the same label the others are "
            "lost.",
            "In a dictionary or a set each key comes once; samples may share a label.",
            "With five samples of class 0, how many of them are in your mean?",
            also=(
                softmax_of_surprise(
                    lambda losses, c: np.mean([losses[c == k][0] for k in np.unique(c)])
                ),
            ),
        ),
        Mistake(
            "mean-over-classes",
            softmax_of_surprise(mean_over_classes),
            "Your `loss` is a mean of the classes' own means, so a sample of a rare class counts "
            "more.",
            "Here every sample counts the same, whatever its class.",
            "With 9 samples of class 0 and one of class 1, what share of the loss is that one's?",
        ),
        Mistake(
            "in-bits",
            softmax_of_surprise(lambda losses, c: losses.mean() / np.log(2)),
            "Your `loss` is 1.443 times too large: its logarithm has base 2.",
            "Surprise can be counted in bits (base 2) or nats (base e). Here it is nats.",
            "Which base has np.log, and which np.log2?",
        ),
        Mistake(
            "logarithm-of-base-10",
            softmax_of_surprise(lambda losses, c: losses.mean() / np.log(10)),
            "Your `loss` is 2.303 times too small: its logarithm has base 10.",
            "Surprise is counted here in nats, with base e.",
            "Which base has np.log, and which np.log10?",
        ),
        Mistake(
            "score-of-the-right-class-left-out",
            lambda scores, labels: (np.logaddexp.reduce(scores, axis=1).mean(), None),
            "Your `loss` is the logarithm of the sums alone: the right class's score is not in it.",
            "The logarithm of a fraction is a difference of two.",
            "If you shuffled the labels, would your loss change?",
        ),
        Mistake(
            "added-for-subtracted",
            lambda scores, labels: (
                (
                    np.logaddexp.reduce(scores, axis=1) + scores[np.arange(len(labels)), labels]
                ).mean(),
                None,
            ),
            "Your `loss` grows with the score of the right class: it is added, not taken off.",
            "The higher the right class's score is, the less the model is surprised.",
            "If the right class's score grows, should the loss rise or fall?",
        ),
        Mistake(
            "entropy",
            softmax_of(lambda logs, labels: -(np.exp(logs) * logs).sum(axis=1).mean()),
            "Your `loss` is the entropy of the probabilities: how unsure the model is.",
            "What counts is how much the model believed in what is true.",
            "If you shuffled the labels, would your loss change?",
            also=(softmax_of_surprise(lambda losses, c: (losses * np.exp(-losses)).mean()),),
        ),
        Mistake(
            "squared-error",
            softmax_of(
                lambda logs, labels: ((np.exp(logs) - one_hot(labels, logs.shape[1])) ** 2).mean()
            ),
            "Your `loss` is a squared error of the probabilities.",
            "Cross-entropy is made from the logarithm of a probability.",
            "How large should the loss get when the model is sure and wrong?",
            also=(
                softmax_of(
                    lambda logs, labels: (
                        ((np.exp(logs) - one_hot(labels, logs.shape[1])) ** 2).sum(axis=1).mean()
                    )
                ),
            ),
        ),
        Mistake(
            "share-for-the-logarithm",
            softmax_of_surprise(lambda losses, c: (1 - np.exp(-losses)).mean()),
            "Your `loss` is 1 less the mean probability of the right class, without a logarithm.",
            "Surprise grows without bound as a probability goes to 0.",
            "Which function of p is 0 at p = 1 and grows for ever towards p = 0?",
        ),
        Mistake(
            "wrong-classes-alone",
            softmax_of(
                lambda logs, labels: -((1 - one_hot(labels, logs.shape[1])) * logs).sum(1).mean()
            ),
            "Your `loss` adds up the logarithms of the wrong classes; the right one is left out.",
            "Only the probability of the class that a sample really has counts.",
            "Which entry of each row does your mask let through?",
        ),
        Mistake(
            "hinge",
            lambda scores, labels: (
                (
                    np.maximum(
                        0, 1 + scores - scores[np.arange(len(labels)), labels][:, np.newaxis]
                    ).sum(axis=1)
                    - 1
                ).mean(),
                None,
            ),
            "Your `loss` is 0 for samples that are right with room to spare: it has corners.",
            "That is the hinge loss. Surprise never comes down to 0.",
            "What should a sample cost whose right class leads by 3?",
        ),
        Mistake(
            "one-sample-only",
            softmax_of_surprise(lambda losses, c: losses[0]),
            "Your `loss` knows one sample of the batch.",
            "The loss of a batch is a mean over all of its samples.",
            "How often does your loop run before the function returns?",
            also=(
                softmax_of_surprise(lambda losses, c: losses[-1]),
                softmax_of_surprise(lambda losses, c: losses[0] / len(losses)),
                softmax_of_surprise(lambda losses, c: losses.max()),
            ),
        ),
        Mistake(
            "first-class-for-all",
            softmax_of(lambda logs, labels: -logs[:, 0].mean()),
            "Your `loss` looks at the same column in every row; `labels` has no part in it.",
            "Each sample has a right class of its own.",
            "If you shuffled the labels, would your loss change?",
            also=(softmax_of(lambda logs, labels: -logs[:, -1].mean()),),
        ),
        Mistake(
            "scores-taken-for-probabilities",
            lambda scores, labels: softmax_cross_entropy(np.clip(scores, 0, 1), labels),
            "In your `loss` what a score has below 0, or above 1, does not count: it is cut off.",
            "It is probabilities that lie between 0 and 1. A score may be any number.",
            "On what do you act with clip or maximum, and what is it there to keep away from?",
            also=(
                lambda scores, labels: softmax_cross_entropy(np.clip(scores, -1, 1), labels),
                lambda scores, labels: softmax_cross_entropy(np.maximum(scores, 0), labels),
                lambda scores, labels: softmax_cross_entropy(np.minimum(scores, 1), labels),
            ),
        ),
        Mistake(
            "maximum-taken-off-twice",
            lambda scores, labels: (
                softmax_cross_entropy(scores, labels)[0] - 2 * scores.max(axis=1).mean(),
                None,
            ),
            "Your `loss` is too small by twice the mean of the rows' largest scores.",
            "What is taken off inside the logarithm has to come back outside of it.",
            "If every score grew by 1, what should become of the loss, and what becomes of yours?",
        ),
        Mistake(
            "divided-again-and-again",
            lambda scores, labels: (
                sum(
                    loss / len(labels) ** (len(labels) - n)
                    for n, loss in enumerate(-log_softmax(scores)[np.arange(len(labels)), labels])
                ),
                None,
            ),
            "In your `loss` the later samples count for more: all that was added up before is "
            "divided by N once for every sample.",
            "A mean is divided once, when all have been added up.",
            "How far is the line with the division indented?",
        ),
    ),
)

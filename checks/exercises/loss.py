"""Exercises of lesson 03: losses, and the accuracy beside them.

Some cases are extreme: scores so large that exp overflows or a probability rounds to zero. They
tell a formula that is right on paper from one that is right on a computer.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from backprop_lib.layers import sigmoid
from backprop_lib.losses import (
    accuracy,
    binary_cross_entropy,
    binary_cross_entropy_backward,
    mean_squared_error,
    mean_squared_error_backward,
    softmax,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
)
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.backward_pass import one_hot
from checks.exercises.caches import cache_for
from checks.exercises.drawing import draw_batches, draw_sizes

__all__ = ["EXERCISES"]

LESSON = "03_loss"

LossAndCache = tuple[Any, Any]

CLIPPED_AT = (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3)
"""Smallest probabilities that learners let through to the logarithm."""


# mean_squared_error


def squared_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches of predictions, and one sample; one output, with large numbers; as many outputs as
    samples, all predicted exactly."""
    large = 1000 * rng.normal(0.0, 1.0, (2, int(rng.integers(10, 16)), 1))
    exact = rng.normal(0.0, 1.0, (3, 3))
    return (
        *(squared_case(rng, sizes) for sizes in draw_batches(rng, "NK")),
        Case({"N": large.shape[1], "K": 1}, (large[0], large[1]), values=("loss",)),
        Case({}, (exact, exact.copy()), values=("loss",), label="all exact, 3 x 3", extreme=True),
    )


def squared_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """One batch of predictions, off by different amounts in different directions."""
    shape = (sizes["N"], sizes["K"])
    targets = rng.normal(0.5, 1.0, shape)
    predictions = targets + rng.normal(0.3, 1.0, shape)
    return Case(sizes, (predictions, targets), values=("loss",))


def squared_kept_apart(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return (predictions - targets) ** 2, None


def squared_per_sample(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return ((predictions - targets) ** 2).mean(axis=1), None


def squared_per_output(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return ((predictions - targets) ** 2).mean(axis=0), None


def squared_sum(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return ((predictions - targets) ** 2).sum(), None


def squared_sum_over_outputs(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return ((predictions - targets) ** 2).sum() / len(targets), None


def squared_sum_over_samples(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return ((predictions - targets) ** 2).sum() / targets.shape[1], None


def squared_halved(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return ((predictions - targets) ** 2).mean() / 2, None


def squared_root(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return np.sqrt(((predictions - targets) ** 2).mean()), None


def squared_absolute(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return np.abs(predictions - targets).mean(), None


def squared_not(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return (predictions - targets).mean(), None


def squared_not_and_turned(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return (targets - predictions).mean(), None


def squared_after_the_mean(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return (predictions - targets).mean() ** 2, None


def squared_before_the_difference(predictions: np.ndarray, targets: np.ndarray) -> LossAndCache:
    return (predictions**2 - targets**2).mean(), None


def squared_of(loss: Callable[[np.ndarray], Any]) -> Callable[..., LossAndCache]:
    """A wrong implementation: the loss of predictions minus targets, (N, K)."""
    return lambda predictions, targets: (loss(predictions - targets), None)


MEAN_SQUARED_ERROR = Exercise(
    name="mean_squared_error",
    lesson=LESSON,
    goal="Measure how far predicted numbers are from their targets.",
    points=1,
    minutes=5,
    difficulty=1,
    reference=mean_squared_error,
    cache=cache_for(mean_squared_error_backward, mean_squared_error, "(predictions, targets)"),
    returns="out and cache",
    cases=squared_cases,
    hints=(
        "Read the name from its end: an error, then its square, then a mean.",
        "The error of one entry is prediction minus target. Squared, it can no longer cancel "
        "against an error the other way. How many such squares are there?",
        "Subtract the arrays, square entry by entry, and take the mean of all N x K squares. "
        "Return that number, and beside it predictions and targets as the cache.",
    ),
    mistakes=(
        Mistake(
            "not-averaged",
            squared_kept_apart,
            "Your `loss` is an array with a square for every entry, not one number.",
            "A loss sums up a whole batch in one number, so that two networks can be compared.",
            "What single number stands for a whole array of them?",
        ),
        Mistake(
            "one-loss-per-sample",
            squared_per_sample,
            "Your `loss` has one number per sample: only the columns were averaged.",
            "The loss of a batch is one number, whatever the shape of the predictions.",
            "Along which axes does your mean go, and which is left?",
        ),
        Mistake(
            "one-loss-per-output",
            squared_per_output,
            "Your `loss` has one number per output: only the rows were averaged.",
            "The loss of a batch is one number, whatever the shape of the predictions.",
            "Along which axes does your mean go, and which is left?",
        ),
        Mistake(
            "summed-over-everything",
            squared_sum,
            "Your `loss` is N x K times too large: it is the sum of the squares.",
            "A sum grows with the batch; a mean can be compared between batches of any size.",
            "If every sample came twice, should the loss change?",
        ),
        Mistake(
            "summed-over-outputs",
            squared_sum_over_outputs,
            "Your `loss` is K times too large: it is a mean over the N samples only.",
            "Here the mean goes over every number that was predicted.",
            "How many squares are added up, and by how many do you divide?",
        ),
        Mistake(
            "summed-over-samples",
            squared_sum_over_samples,
            "Your `loss` is N times too large: it is divided by K only.",
            "Here the mean goes over every number that was predicted.",
            "How many squares are added up, and by how many do you divide?",
        ),
        Mistake(
            "halved",
            squared_halved,
            "Your `loss` is half of the mean of the squares, in every case.",
            "Some books put 1/2 in front to make the derivative shorter; this loss is the plain "
            "mean.",
            "If every prediction is off by exactly 1, what is the mean of the squares?",
        ),
        Mistake(
            "root-taken",
            squared_root,
            "Your `loss` is the square root of what was asked for.",
            "The root is a fine way to report an error, in the unit of the targets. It is another "
            "function, with another gradient.",
            "Which of the words mean, squared and error asks for a root?",
        ),
        Mistake(
            "absolute-error",
            squared_absolute,
            "Your `loss` is the mean of the absolute differences.",
            "Squaring removes the sign too, and makes one large error count for more than many "
            "small ones.",
            "How much more should an error of 3 cost than an error of 1?",
        ),
        Mistake(
            "not-squared",
            squared_not,
            "Your `loss` is the plain mean of predictions minus targets; it can be negative.",
            "An error up and an error down cancel unless something takes away the sign.",
            "Predictions of 5 and -5 for two targets of 0: what does your loss say?",
        ),
        Mistake(
            "not-squared-and-turned",
            squared_not_and_turned,
            "Your `loss` is the plain mean of targets minus predictions; it can be negative.",
            "An error up and an error down cancel unless something takes away the sign.",
            "Predictions of 5 and -5 for two targets of 0: what does your loss say?",
        ),
        Mistake(
            "squared-after-the-mean",
            squared_after_the_mean,
            "Your `loss` is the square of the mean difference, not the mean of the squares.",
            "Once errors have been averaged, those of opposite sign have already cancelled.",
            "Predictions of 5 and -5 for two targets of 0: what does your loss say?",
        ),
        Mistake(
            "squares-subtracted",
            squared_before_the_difference,
            "Your `loss` is the mean of `predictions**2 - targets**2`.",
            "A difference of squares is not the square of a difference.",
            "A prediction of -1 for a target of 1: what does your loss say?",
        ),
        Mistake(
            "variance",
            squared_of(lambda d: np.var(d)),
            "Your `loss` is the variance of the errors: a mean error costs nothing in it.",
            "If every prediction is too high by the same amount, that is an error too.",
            "If every prediction is off by exactly 1, what does your loss say?",
            also=(
                squared_of(lambda d: np.std(d)),
                squared_of(lambda d: np.var(d, axis=0).mean()),
                squared_of(lambda d: np.var(d, axis=1).mean()),
            ),
        ),
        Mistake(
            "mean-length-of-rows",
            squared_of(lambda d: np.linalg.norm(d, axis=1).mean()),
            "Your `loss` is the mean length of the rows: a root was taken in each of them.",
            "A length is the root of a sum of squares; the loss stays with the squares.",
            "Which of the words mean, squared and error asks for a root?",
            also=(
                squared_of(lambda d: np.linalg.norm(d)),
                squared_of(lambda d: np.linalg.norm(d, axis=0).mean()),
                squared_of(lambda d: np.sqrt((d**2).mean(axis=1)).mean()),
                squared_of(lambda d: np.sqrt((d**2).mean(axis=0)).mean()),
                squared_of(lambda d: np.linalg.norm(d) / d.size),
                squared_of(lambda d: np.linalg.norm(d) / len(d)),
            ),
        ),
        Mistake(
            "one-sample-only",
            squared_of(lambda d: (d[0] ** 2).mean()),
            "Your `loss` knows one sample of the batch.",
            "The loss of a batch is a mean over all of its samples.",
            "How often does your loop run before the function returns?",
            also=(
                squared_of(lambda d: (d[-1] ** 2).mean()),
                squared_of(lambda d: (d[0] ** 2).sum() / d.size),
                squared_of(lambda d: (d[-1] ** 2).sum() / d.size),
                squared_of(lambda d: (d[0] ** 2).sum()),
                squared_of(lambda d: (d[-1] ** 2).sum()),
            ),
        ),
        Mistake(
            "one-output-only",
            squared_of(lambda d: (d[:, 0] ** 2).mean()),
            "Your `loss` knows one of the K outputs.",
            "The mean goes over every number that was predicted.",
            "Which columns of the difference does your function look at?",
            also=(
                squared_of(lambda d: (d[:, -1] ** 2).mean()),
                squared_of(lambda d: (d[:, 0] ** 2).sum() / d.size),
            ),
        ),
        Mistake(
            "largest-or-middle-square",
            squared_of(lambda d: (d**2).max()),
            "Your `loss` is one of the squares, the largest or the one in the middle.",
            "In a mean every square has its part.",
            "If the second largest error grew a little, would your loss change?",
            also=(squared_of(lambda d: np.median(d**2)), squared_of(lambda d: np.abs(d).max())),
        ),
        Mistake(
            "divided-by-one-less",
            squared_of(lambda d: (d**2).sum() / max(d.size - 1, 1)),
            "Your `loss` is a little too large: the sum is divided by one less than N x K.",
            "One less is for the variance of a sample, which has first to find a mean.",
            "How many squares are there, and by how many do you divide?",
            also=(squared_of(lambda d: (d**2).sum() / (d.size + 1)),),
        ),
        Mistake(
            "squared-after-a-sum",
            squared_of(lambda d: (d.mean(axis=1) ** 2).mean()),
            "Your `loss` adds up errors before it squares, so that some of them cancel.",
            "A prediction too high and one too low are two errors.",
            "Predictions of 5 and -5 for two targets of 0: what does your loss say?",
            also=(
                squared_of(lambda d: (d.mean(axis=0) ** 2).mean()),
                squared_of(lambda d: d.sum() ** 2),
                squared_of(lambda d: d.sum() ** 2 / d.size),
                squared_of(lambda d: (d.sum(axis=1) ** 2).mean()),
                squared_of(lambda d: np.abs(d).mean() ** 2),
            ),
        ),
        Mistake(
            "gentle-to-large-errors",
            squared_of(lambda d: np.where(np.abs(d) < 1, d**2 / 2, np.abs(d) - 0.5).mean()),
            "Your `loss` is a square only where an error is small; large ones count less.",
            "That is the loss of Huber, or one like it. Here every error is squared.",
            "What does an error of 3 cost, and what does an error of 6?",
            also=(
                squared_of(lambda d: np.log(np.cosh(d)).mean()),
                squared_of(lambda d: np.minimum(d**2, 1).mean()),
            ),
        ),
        Mistake(
            "sums-squared",
            lambda predictions, targets: (((predictions + targets) ** 2).mean(), None),
            "Your `loss` squares the sums of prediction and target.",
            "An error is a difference: it is 0 where a prediction is right.",
            "If every prediction is right, what does your loss say?",
            also=(lambda predictions, targets: ((predictions * targets).mean(), None),),
        ),
        Mistake(
            "targets-have-no-part",
            lambda predictions, targets: ((predictions**2).mean(), None),
            "Your `loss` is the mean square of one of the two arrays.",
            "An error is a matter of two numbers, what was predicted and what is true.",
            "If every prediction is right, what does your loss say?",
            also=(lambda predictions, targets: ((targets**2).mean(), None),),
        ),
        Mistake(
            "another-power",
            squared_of(lambda d: (d**4).mean()),
            "Your `loss` is the mean of a higher power of the errors than the second.",
            "To square is to take a number times itself, once.",
            "What does an error of 2 cost?",
            also=(squared_of(lambda d: (d**3).mean()), squared_of(lambda d: np.abs(d**3).mean())),
        ),
    ),
)


# binary_cross_entropy


def binary_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """A batch of ordinary scores, one sample, and two batches with extreme scores."""
    batch, large, huge = (int(n) for n in rng.choice(np.arange(5, 12), 3, replace=False))
    # a single score between 0 and 1, so that even its own logarithm is a number
    one = (rng.uniform(0.2, 0.8, 1), np.array([1]))
    return (
        binary_case(rng, batch),
        Case({"N": 1}, one, values=("loss",)),
        # a probability rounds to 1 here: 1 - sigmoid(40) is 0 to all sixteen digits
        binary_case(rng, large, extreme=rng.uniform(38.0, 60.0)),
        # exp overflows beyond 709
        binary_case(rng, huge, extreme=rng.uniform(800.0, 1200.0)),
        # one class alone, and a score of exactly 0: that sample costs log 2
        Case(
            {"N": 4},
            (np.append(rng.uniform(0.5, 2.0, 3) * [1, -1, 1], 0.0), np.zeros(4, dtype=int)),
            values=("loss",),
            label="N=4, every label 0, a score of 0",
        ),
    )


def binary_case(rng: np.random.Generator, n: int, extreme: float = 0.0) -> Case:
    """One batch of scores with labels of both classes; the first three may be extreme."""
    # a quarter of class 1, and at least two, so that a mean over classes is another number
    labels = rng.permutation(np.arange(n) < max(2, n // 4)).astype(int)
    while True:
        scores = rng.choice([-1.0, 1.0], n) * rng.uniform(0.3, 3.0, n)
        losses = np.logaddexp(0, np.where(labels == 1, -scores, scores))
        if abs(losses[labels == 1].mean() - losses[labels == 0].mean()) > 0.1:
            break
    if extreme:
        # sure and wrong, for each class; sure and right, for the third
        labels[:2] = 0, 1
        scores[:3] = extreme, -extreme, extreme * (2 * labels[2] - 1)
    return Case({"N": n}, (scores, labels), values=("loss",), extreme=extreme > 0)


def binary_mean(p: np.ndarray, labels: np.ndarray) -> LossAndCache:
    """The formula as it stands in books, for whatever stands for the probability of class 1."""
    return -(labels * np.log(p) + (1 - labels) * np.log(1 - p)).mean(), None


def binary_log_of_zero(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return binary_mean(sigmoid(scores)[0], labels)


def binary_exp_overflows(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return np.log(1 + np.exp(np.where(labels == 1, -scores, scores))).mean(), None


def binary_clipped(scores: np.ndarray, labels: np.ndarray, smallest: float) -> LossAndCache:
    return binary_mean(np.clip(sigmoid(scores)[0], smallest, 1 - smallest), labels)


def binary_no_sigmoid(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return binary_mean(scores, labels)


def binary_sigmoid_twice(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return binary_mean(sigmoid(sigmoid(scores)[0])[0], labels)


def binary_brackets(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return binary_mean(1 / 1 + np.exp(-scores), labels)


def binary_negated(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return -binary_cross_entropy(scores, labels)[0], None


def binary_half_negated(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    p, _ = sigmoid(scores)
    return (-labels * np.log(p) + (1 - labels) * np.log(1 - p)).mean(), None


def binary_only_class_1(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return (labels * np.logaddexp(0, -scores)).mean(), None


def binary_labels_swapped(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return binary_cross_entropy(-scores, labels)


def binary_summed(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return binary_cross_entropy(scores, labels)[0] * len(labels), None


def binary_per_sample(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return np.logaddexp(0, np.where(labels == 1, -scores, scores)), None


def binary_in_bits(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return binary_cross_entropy(scores, labels)[0] / np.log(2), None


def binary_squared(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    return ((sigmoid(scores)[0] - labels) ** 2).mean(), None


def binary_no_log(scores: np.ndarray, labels: np.ndarray) -> LossAndCache:
    p, _ = sigmoid(scores)
    return -np.where(labels == 1, p, 1 - p).mean(), None


def binary_of(
    costs: Callable[[np.ndarray, np.ndarray], Any],
) -> Callable[[np.ndarray, np.ndarray], LossAndCache]:
    """A wrong implementation: the mean of what each sample costs, (N,)."""
    return lambda scores, labels: (np.mean(costs(scores, labels)), None)


def binary_of_surprise(
    loss: Callable[[np.ndarray, np.ndarray], Any],
) -> Callable[[np.ndarray, np.ndarray], LossAndCache]:
    """A wrong implementation: made from the right surprise of each sample, (N,), and the labels."""
    return lambda scores, labels: (
        loss(np.logaddexp(0, np.where(labels == 1, -scores, scores)), labels),
        None,
    )


def mean_over_classes(losses: np.ndarray, labels: np.ndarray) -> float:
    """The mean over the classes that there are, of the mean of each."""
    return float(np.mean([losses[labels == c].mean() for c in np.unique(labels)]))


BINARY_CROSS_ENTROPY = Exercise(
    name="binary_cross_entropy",
    lesson=LESSON,
    goal="Measure how surprised a model of two classes is by the right ones.",
    points=2,
    minutes=9,
    difficulty=3,
    reference=binary_cross_entropy,
    cache=cache_for(binary_cross_entropy_backward, binary_cross_entropy, "(probabilities, labels)"),
    returns="out and cache",
    cases=binary_cases,
    hints=(
        "Take one sample. Its loss is minus the logarithm of the probability that was given to "
        "the class it really has.",
        "With p = sigmoid(s), class 1 has probability p and class 0 has 1 - p. When s is large, "
        "p rounds to 1 and log(1 - p) fails: work out -log p and -log(1 - p) in terms of s first.",
        "-log p = log(1 + exp(-s)) and -log(1 - p) = log(1 + exp(s)). np.logaddexp(0, z) "
        "computes log(1 + exp(z)) for any z. Choose by the label, then take the mean.",
    ),
    mistakes=(
        Mistake(
            "log-of-zero",
            binary_log_of_zero,
            "Your `loss` is right for small scores and `inf` or `nan` for scores of about 40.",
            "A probability so near 0 or 1 is rounded, and the logarithm of 0 is not a number to "
            "work with. The loss itself is about 40 there, nothing unusual.",
            "Can you write log(sigmoid(s)) so that sigmoid(s) never has to be computed?",
        ),
        Mistake(
            "exp-overflows",
            binary_exp_overflows,
            "Your `loss` is right for scores of about 40 and `inf` or `nan` for scores of 1000.",
            "exp(1000) is too large for a computer's numbers, but its logarithm is just 1000.",
            "What is log(1 + exp(z)), nearly, when z is large?",
        ),
        *(
            Mistake(
                f"clipped-at-{smallest:.0e}".replace("e-0", "e-"),
                partial(binary_clipped, smallest=smallest),
                f"Your `loss` of a single sample never gets above {-np.log(smallest):.1f}, "
                f"which is -log({smallest:.0e}).",
                "A probability held away from 0 keeps the logarithm finite, but then the samples "
                "that are most wrong no longer feel any change of their score.",
                "What should the loss be for a score of -1000 and the label 1?",
            )
            for smallest in CLIPPED_AT
        ),
        Mistake(
            "sigmoid-forgotten",
            binary_no_sigmoid,
            "Your `loss` is what comes out when the logarithm is taken of the scores themselves, "
            "`nan` wherever a score is no probability.",
            "A score can be any number; the logarithm needs a probability.",
            "What turns a score into a probability between 0 and 1?",
        ),
        Mistake(
            "sigmoid-twice",
            binary_sigmoid_twice,
            "Your `loss` belongs to `sigmoid(sigmoid(scores))`: no probability below 0.5.",
            "The sigmoid turns scores into probabilities; what it gives is no longer a score.",
            "Which values can sigmoid(p) take when p is between 0 and 1?",
        ),
        Mistake(
            "sigmoid-without-brackets",
            binary_brackets,
            "Your `loss` belongs to 'probabilities' above 1: to 1/1 + exp(-s).",
            "Division comes before addition.",
            "What does Python make of `1 / 1 + 2`?",
        ),
        Mistake(
            "minus-forgotten",
            binary_negated,
            "Your `loss` has the right size and is negative.",
            "The logarithm of a probability is below 0. A loss is large when things are bad.",
            "How large is log(0.01), and should that be a good or a bad loss?",
        ),
        Mistake(
            "minus-on-one-term-only",
            binary_half_negated,
            "Your `loss` is right for samples of class 1, and has the opposite sign for class 0.",
            "Both classes are treated alike: each sample costs minus the logarithm of the "
            "probability of its class.",
            "To which of the two terms does your minus sign apply?",
        ),
        Mistake(
            "class-0-costs-nothing",
            binary_only_class_1,
            "Your `loss` counts 0 for every sample of class 0.",
            "For a sample of class 0 the model gave its own class the probability 1 - p.",
            "What does your loss say when a model is sure of class 1 and the label is 0?",
        ),
        Mistake(
            "classes-swapped",
            binary_labels_swapped,
            "Your `loss` is the right one for the opposite labels.",
            "A positive score speaks for class 1: there sigmoid(s) is above 0.5.",
            "Score 3, label 1: is that a good prediction, and what does your loss say?",
        ),
        Mistake(
            "summed-over-samples",
            binary_summed,
            "Your `loss` is N times too large: it is the sum over the samples.",
            "A sum grows with the batch; a mean can be compared between batches of any size.",
            "If every sample came twice, should the loss change?",
        ),
        Mistake(
            "one-loss-per-sample",
            binary_per_sample,
            "Your `loss` has one number per sample.",
            "Each sample has its own surprise; the loss of the batch is one number.",
            "What single number stands for all of them?",
        ),
        Mistake(
            "in-bits",
            binary_in_bits,
            "Your `loss` is 1.443 times too large: its logarithm has base 2.",
            "Surprise can be counted in bits (base 2) or nats (base e). Here it is nats.",
            "What is the derivative of log2(x), and what is that of the natural logarithm?",
        ),
        Mistake(
            "squared-error",
            binary_squared,
            "Your `loss` is the mean squared error of the probabilities; it never exceeds 1.",
            "Cross-entropy is made from the logarithm of a probability.",
            "How large should the loss get when the model is sure and wrong?",
        ),
        Mistake(
            "log-forgotten",
            binary_no_log,
            "Your `loss` is minus the mean probability of the right class, without a logarithm.",
            "Surprise grows without bound as a probability goes to 0.",
            "Which function of p is 0 at p = 1 and grows for ever towards p = 0?",
        ),
        Mistake(
            "mean-over-classes",
            binary_of_surprise(mean_over_classes),
            "Your `loss` is a mean of the classes' own means, so a sample of a rare class counts "
            "more.",
            "Here every sample counts the same, whatever its class.",
            "With 9 samples of class 0 and one of class 1, what share of the loss is that one's?",
            also=(
                binary_of_surprise(
                    lambda losses, c: sum(losses[c == k].mean() for k in np.unique(c))
                ),
            ),
        ),
        Mistake(
            "one-class-left-out-of-the-mean",
            binary_of_surprise(lambda losses, c: losses[c == 1].mean() if (c == 1).any() else 0.0),
            "Your `loss` is a mean over the samples of one class.",
            "Both classes cost something, and both are counted.",
            "By how many samples do you divide?",
            also=(
                binary_of_surprise(
                    lambda losses, c: losses[c == 0].mean() if (c == 0).any() else 0.0
                ),
                binary_of_surprise(lambda losses, c: losses.sum() / max(c.sum(), 1)),
            ),
        ),
        Mistake(
            "class-1-costs-nothing",
            binary_of_surprise(lambda losses, c: ((1 - c) * losses).mean()),
            "Your `loss` counts 0 for every sample of class 1.",
            "A sample of class 1 costs minus the logarithm of p.",
            "What does your loss say when a model is sure of class 0 and the label is 1?",
        ),
        Mistake(
            "labels-taken-for-signs",
            binary_of(lambda s, c: np.logaddexp(0, -c * s)),
            "Your `loss` costs log 2 for every sample of class 0, whatever its score: the score is "
            "multiplied by the label.",
            "A factor of 0 wipes the score out; as a sign, the labels would have to be -1 and 1.",
            "For a label of 0 and a score of 5, what do you hand to the logarithm?",
            also=(binary_of(lambda s, c: np.logaddexp(0, (1 - c) * s)),),
        ),
        Mistake(
            "labels-ignored",
            binary_of(lambda s, c: np.logaddexp(0, s)),
            "Your `loss` treats all samples as if they were of one class.",
            "Which sign the score gets is decided by the label, entry by entry.",
            "If you turned all labels around, would your loss change?",
            also=(
                binary_of(lambda s, c: np.logaddexp(0, -s)),
                binary_of(lambda s, c: np.logaddexp(0, -np.abs(s))),
                binary_of(lambda s, c: np.logaddexp(0, np.abs(s))),
            ),
        ),
        Mistake(
            "both-terms-for-every-sample",
            binary_of(lambda s, c: np.logaddexp(0, s) + np.logaddexp(0, -s)),
            "Your `loss` adds both surprises for every sample, at the right class and at the wrong "
            "one.",
            "Only one thing happens to each sample: its own class.",
            "In which place do the labels choose between the two terms?",
            also=(binary_of(lambda s, c: (np.logaddexp(0, s) + np.logaddexp(0, -s)) / 2),),
        ),
        Mistake(
            "powers-of-two",
            binary_of(lambda s, c: np.logaddexp2(0, np.where(c == 1, -s, s))),
            "Your `loss` is log2(1 + 2**z): it is made of powers of 2, not of e.",
            "The sigmoid is made with e; with 2 it is another curve.",
            "What do logaddexp and logaddexp2 compute?",
            also=(binary_of(lambda s, c: np.logaddexp2(0, np.where(c == 1, -s, s)) * np.log(2)),),
        ),
        Mistake(
            "logarithm-of-base-10",
            binary_of_surprise(lambda losses, c: losses.mean() / np.log(10)),
            "Your `loss` is 2.303 times too small: its logarithm has base 10.",
            "Surprise is counted here in nats, with base e.",
            "Which base has np.log, and which np.log10?",
        ),
        Mistake(
            "size-bars-missing",
            binary_of(lambda s, c: np.maximum(s, 0) - s * c + np.log(1 + np.exp(-s))),
            "Your `loss` is wrong for negative scores: with max(s, 0) goes exp(-|s|), not exp(-s).",
            "What was taken out of the logarithm depends on the sign, and so does what is left.",
            "For s = -3 and the label 0, what are your three terms?",
            also=(
                binary_of(lambda s, c: np.maximum(s, 0) - s * c + np.log(1 + np.exp(s))),
                binary_of(lambda s, c: s - s * c + np.logaddexp(0, -np.abs(s))),
            ),
        ),
        Mistake(
            "a-term-lost",
            binary_of(lambda s, c: np.maximum(s, 0) - s * c),
            "Your `loss` is a sum of which a term is missing, or has the wrong sign.",
            "On paper, go from -log p to your formula for a label of 1, and for a label of 0.",
            "For s = 3 and the label 1, what should your terms add up to?",
            also=(
                binary_of(lambda s, c: np.maximum(s, 0) + s * c + np.logaddexp(0, -np.abs(s))),
                binary_of(lambda s, c: np.maximum(-s, 0) - s * c + np.logaddexp(0, -np.abs(s))),
                binary_of(lambda s, c: np.logaddexp(0, -np.abs(s)) - s * c),
                binary_of(lambda s, c: np.logaddexp(0, s) + s * c),
                binary_of(lambda s, c: np.logaddexp(0, -s) - s * c),
            ),
        ),
        Mistake(
            "one-plus-forgotten",
            binary_of(lambda s, c: np.where(c == 1, -s, s)),
            "Your `loss` is the mean of plus or minus the score: it can be negative.",
            "log(1 + exp(z)) is z only where z is large.",
            "What should a sample cost whose score is 0?",
        ),
        Mistake(
            "hinge",
            binary_of(lambda s, c: np.maximum(0, 1 - (2 * c - 1) * s)),
            "Your `loss` is 0 for samples that are right with room to spare: it has a corner.",
            "That is the hinge loss. Surprise never comes down to 0.",
            "What should a sample of class 1 cost whose score is 3?",
        ),
        Mistake(
            "e-for-1",
            binary_of(lambda s, c: np.logaddexp(1, np.where(c == 1, -s, s))),
            "Your `loss` is log(e + exp(z)): the number beside the score is 1 and not 0.",
            "logaddexp takes logarithms: which logarithm has 1?",
            "What is exp(0), and what is exp(1)?",
        ),
        Mistake(
            "scores-clipped",
            lambda s, c: binary_cross_entropy(np.clip(s, -30, 30), c),
            "Your `loss` of a single sample never gets beyond some number: the scores are clipped.",
            "Beyond the bound the samples that are most wrong no longer feel any change.",
            "What should the loss be for a score of -1000 and the label 1?",
            also=tuple(
                lambda s, c, most=most: binary_cross_entropy(np.clip(s, -most, most), c)
                for most in (10, 15, 20, 50, 100, 500, 700, 709)
            ),
        ),
        Mistake(
            "one-sample-only",
            binary_of_surprise(lambda losses, c: losses[0]),
            "Your `loss` knows one sample of the batch.",
            "The loss of a batch is a mean over all of its samples.",
            "How often does your loop run before the function returns?",
            also=(
                binary_of_surprise(lambda losses, c: losses[-1]),
                binary_of_surprise(lambda losses, c: losses[0] / len(losses)),
                binary_of_surprise(lambda losses, c: losses.max()),
            ),
        ),
        Mistake(
            "all-pairs",
            lambda s, c: (
                np.logaddexp(0, np.where(c[:, np.newaxis] == 1, -s, s)).mean(),
                None,
            ),
            "Your `loss` is a mean over all pairs of a score and a label, N x N of them.",
            "A column beside a row is stretched to a table of all pairs.",
            "What are the shapes of scores and of labels where you choose by the label?",
        ),
        Mistake(
            "log-of-the-mean",
            binary_of_surprise(lambda losses, c: -np.log(np.exp(-losses).mean())),
            "Your `loss` is the logarithm of a mean probability, not the mean of the logarithms.",
            "Every sample has a surprise of its own, and those are averaged.",
            "Which comes first for a single sample: its logarithm, or the mean over all samples?",
        ),
        Mistake(
            "surprise-at-the-wrong-class-too",
            binary_of_surprise(lambda losses, c: (losses * np.exp(-losses)).mean()),
            "Your `loss` weighs each surprise with a probability, or squares it.",
            "What happened counts in full, however likely it was.",
            "What should a sample cost that the model thought impossible?",
            also=(binary_of_surprise(lambda losses, c: (losses**2).mean()),),
        ),
    ),
)


# softmax_cross_entropy


def softmax_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """A batch of ordinary scores, one sample, and three batches with extreme scores."""
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
    lesson=LESSON,
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
    ),
)


# accuracy


def accuracy_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Three batches and one sample. A batch with scores below zero only, one with huge scores, and
    two in which all are right, or none."""
    sizes = [draw_sizes(rng, "K", False) for _ in range(6)]
    batches = rng.choice(np.arange(24, 36), 6)
    counts = (batches[0], batches[1], 1, batches[2], batches[3], batches[4])
    ordinary, second, one, third, negative, huge = (
        accuracy_case(rng, {"N": int(n), "K": size["K"]}, moved, spread)
        for n, size, moved, spread in zip(
            counts, sizes, (0, 0, 0, 0, -9, 0), (1, 1, 1, 1, 1, 1000), strict=True
        )
    )
    scores = rng.normal(0.0, 1.0, (4, 6))
    best = scores.argmax(axis=1)
    return (
        ordinary,
        second,
        one,
        third,
        negative,
        huge,
        Case({"N": 4, "K": 6}, (scores, best), values=("accuracy",), label="all are right"),
        Case({"N": 4, "K": 6}, (scores, (best + 1) % 6), values=("accuracy",), label="none right"),
    )


def accuracy_case(
    rng: np.random.Generator,
    sizes: dict[str, int],
    moved: float,
    spread: float,
) -> Case:
    """One batch of scores, drawn until every way to count what is right gives another number. Most
    are right, but not the first and the last; where the scores are moved, it is the other way
    round."""
    few = moved != 0
    n, k = sizes["N"], sizes["K"]
    while True:
        scores = rng.normal(0.0, 1.0, (n, k))
        best, worst = scores.argmax(axis=1), scores.argmin(axis=1)
        scores[0, best[0]] += 5.0  # the highest of all is in the first row
        scores = spread * scores + moved
        # among those that are not right there are some of each kind
        shares = [0.3, 0.3, 0.4] if few else [0.65, 0.15, 0.2]
        labels = np.choose(rng.choice(3, n, p=shares), [best, worst, (best + 1) % k])
        if n > 1:
            labels[[0, -1]] = (best if few else (best + 1) % k)[[0, -1]]
        second = scores.argsort(axis=1)[:, -2]
        counts = [
            int(np.count_nonzero(hits == labels))
            for hits in (best, worst, best + 1, best - 1, second, scores.argmax())
        ]
        right, too_low = counts[0] / n, counts[3]
        ways = (*OTHER_ACCURACIES, *(OVERFLOWING if spread > 1 else (accuracy_from_zero,) * few))
        if (n == 1 and right) or (
            n > 1
            and (
                (right > 0.5) != few
                and min(counts) > 0
                and n - counts[0] not in counts
                and counts[0] not in counts[1:]
                and too_low != counts[4]
                and all_differ(ways, scores, labels, right)
            )
        ):
            return Case(sizes, (scores, labels), values=("accuracy",))


def all_differ(
    ways: Iterable[Callable[..., float]], scores: np.ndarray, labels: np.ndarray, right: float
) -> bool:
    """Whether none of these ways to count gives the right number."""
    with np.errstate(all="ignore"):
        return all(abs(way(scores, labels) - right) > 1e-3 for way in ways)


def accuracy_mean_over_classes(scores: np.ndarray, labels: np.ndarray) -> float:
    hits = scores.argmax(axis=1) == labels
    return float(np.mean([hits[labels == c].mean() for c in np.unique(labels)]))


def accuracy_mean_over_chosen(scores: np.ndarray, labels: np.ndarray) -> float:
    best = scores.argmax(axis=1)
    return float(np.mean([(labels[best == c] == c).mean() for c in np.unique(best)]))


def accuracy_of_sets(scores: np.ndarray, labels: np.ndarray) -> float:
    return len(set(scores.argmax(axis=1).tolist()) & set(labels.tolist())) / len(labels)


def accuracy_all_pairs(scores: np.ndarray, labels: np.ndarray) -> float:
    return float((scores.argmax(axis=1)[:, np.newaxis] == labels).mean())


def accuracy_sorted(scores: np.ndarray, labels: np.ndarray) -> float:
    return float((np.sort(scores.argmax(axis=1)) == np.sort(labels)).mean())


def accuracy_first_two(scores: np.ndarray, labels: np.ndarray) -> float:
    return float((scores.argsort(axis=1)[:, -2:] == labels[:, np.newaxis]).any(axis=1).mean())


OTHER_ACCURACIES = (
    accuracy_mean_over_classes,
    accuracy_mean_over_chosen,
    accuracy_of_sets,
    accuracy_all_pairs,
    accuracy_sorted,
    accuracy_first_two,
)
"""Ways to count that must not agree with the right one by chance."""


def accuracy_from_zero(scores: np.ndarray, labels: np.ndarray) -> float:
    return float((np.maximum(scores, 0).argmax(axis=1) == labels).mean())


def accuracy_of_overflow(scores: np.ndarray, labels: np.ndarray) -> float:
    e = np.exp(scores)
    return float(((e / e.sum(axis=1, keepdims=True)).argmax(axis=1) == labels).mean())


def accuracy_of(
    chosen: Callable[[np.ndarray], np.ndarray], share: Callable[[np.ndarray], Any] = np.mean
) -> Callable[[np.ndarray, np.ndarray], Any]:
    """A wrong implementation: the classes chosen from the scores, and the share of the hits."""
    return lambda scores, labels: share(chosen(scores) == labels)


OVERFLOWING = (accuracy_of_overflow, lambda s, labels: float((best_of(np.exp(s)) == labels).mean()))
"""The same for huge scores."""


def best_of(scores: np.ndarray) -> np.ndarray:
    """The class with the highest score, (N,)."""
    return np.asarray(scores.argmax(axis=1))


def accuracy_no_axis(scores: np.ndarray, labels: np.ndarray) -> float:
    return float((scores.argmax() == labels).mean())


def accuracy_not_averaged(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return scores.argmax(axis=1) == labels


def accuracy_above_half(scores: np.ndarray, labels: np.ndarray) -> float:
    return float((scores[np.arange(len(labels)), labels] > 0.5).mean())


def accuracy_counted(scores: np.ndarray, labels: np.ndarray) -> int:
    return int((scores.argmax(axis=1) == labels).sum())


def accuracy_over_classes(scores: np.ndarray, labels: np.ndarray) -> float:
    return float((scores.argmax(axis=1) == labels).sum() / scores.shape[1])


def accuracy_over_all_scores(scores: np.ndarray, labels: np.ndarray) -> float:
    return float((scores.argmax(axis=1) == labels).sum() / scores.size)


def accuracy_over_samples(scores: np.ndarray, labels: np.ndarray) -> float:
    # a best sample for each class, and zip ends with the shorter of the two
    return sum(int(a == b) for a, b in zip(scores.argmax(axis=0), labels)) / len(labels)  # noqa: B905


def accuracy_of_class_counts(scores: np.ndarray, labels: np.ndarray) -> float:
    k = scores.shape[1]
    chosen, true = (np.bincount(c, minlength=k) for c in (scores.argmax(axis=1), labels))
    return float(np.minimum(chosen, true).sum() / len(labels))


def accuracy_percent(scores: np.ndarray, labels: np.ndarray) -> float:
    return 100 * accuracy(scores, labels)


def accuracy_wrong_share(scores: np.ndarray, labels: np.ndarray) -> float:
    return 1 - accuracy(scores, labels)


def accuracy_max_for_argmax(scores: np.ndarray, labels: np.ndarray) -> float:
    return float((scores.max(axis=1) == labels).mean())


def accuracy_lowest(scores: np.ndarray, labels: np.ndarray) -> float:
    return float((scores.argmin(axis=1) == labels).mean())


def accuracy_from_one(scores: np.ndarray, labels: np.ndarray) -> float:
    return float((scores.argmax(axis=1) + 1 == labels).mean())


def accuracy_whole(scores: np.ndarray, labels: np.ndarray) -> int:
    return int(accuracy(scores, labels))


def accuracy_rounded(scores: np.ndarray, labels: np.ndarray) -> int:
    return round(accuracy(scores, labels))


def accuracy_entry_by_entry(scores: np.ndarray, labels: np.ndarray) -> float:
    return float(((scores > 0.5) == one_hot(labels, scores.shape[1])).mean())


ACCURACY = Exercise(
    name="accuracy",
    lesson=LESSON,
    goal="Find the share of samples whose highest score is at the right class.",
    points=1,
    minutes=4,
    difficulty=1,
    reference=accuracy,
    returns="array",
    cases=accuracy_cases,
    hints=(
        "Two questions, one after the other: which class does the model choose for each sample? "
        "For how many samples is that the label?",
        "np.argmax finds where the largest number is. Told an axis, it does so for every row "
        "separately. Comparing two arrays gives True and False, which count as 1 and 0.",
        "Take argmax along the axis of the classes, compare with the labels, and take the mean.",
    ),
    mistakes=(
        Mistake(
            "argmax-over-everything",
            accuracy_no_axis,
            "Your `accuracy` is the share of samples whose label equals one and the same number, "
            "the place of the highest score in the whole batch.",
            "Each sample has a highest score of its own.",
            "How many classes should be predicted for N samples, and how many do you get?",
        ),
        Mistake(
            "not-averaged",
            accuracy_not_averaged,
            "Your `accuracy` has one entry per sample: whether it is right.",
            "The accuracy is one number for all samples together.",
            "Which single number says how many of them are True?",
        ),
        Mistake(
            "right-class-above-one-half",
            accuracy_above_half,
            "Your `accuracy` is the share of samples whose right class has a score above 0.5.",
            "Scores are not probabilities, and what counts is which class has the most.",
            "If all scores of a sample are below zero, which class does the model choose?",
        ),
        Mistake(
            "counted",
            accuracy_counted,
            "Your `accuracy` is a count: N times too large.",
            "A share lies between 0 and 1 and can be compared between batches of any size.",
            "Seven right: is that good?",
        ),
        Mistake(
            "divided-by-classes",
            accuracy_over_classes,
            "Your `accuracy` divides the number of right samples by K, the number of classes.",
            "It is the share of the samples that are right.",
            "How large can your accuracy get, and how large should it get at most?",
        ),
        Mistake(
            "divided-by-all-scores",
            accuracy_over_all_scores,
            "Your `accuracy` divides the number of right samples by the number of all scores.",
            "It is the share of the samples that are right.",
            "How large can your accuracy get, and how large should it get at most?",
        ),
        Mistake(
            "argmax-over-the-samples",
            accuracy_over_samples,
            "Your `accuracy` comes from the places of each column's highest score: samples, not "
            "classes.",
            "A row holds the scores of one sample, and it is the classes that compete.",
            "How many best places do you find, and how many labels are there?",
        ),
        Mistake(
            "class-counts-compared",
            accuracy_of_class_counts,
            "Your `accuracy` compares how often each class is chosen with how often it is right.",
            "The numbers can agree although no single sample is right.",
            "Which sample's answer belongs to which label?",
        ),
        Mistake(
            "in-percent",
            accuracy_percent,
            "Your `accuracy` is 100 times too large: it is given in percent.",
            "Here it is a share, from 0 to 1.",
            "What should come out when every sample is right?",
        ),
        Mistake(
            "error-rate",
            accuracy_wrong_share,
            "Your `accuracy` is the share of the samples that are wrong.",
            "Accuracy goes up when a model gets better.",
            "What should come out when every sample is right?",
        ),
        Mistake(
            "score-for-a-class",
            accuracy_max_for_argmax,
            "Your `accuracy` is 0 in every case: a score is compared with a label, and the two "
            "are hardly ever equal.",
            "The highest score is one thing; at which class it stands is another.",
            "What does np.max give you, and what do the labels count?",
        ),
        Mistake(
            "lowest-score",
            accuracy_lowest,
            "Your `accuracy` belongs to the class with the lowest score.",
            "A high score speaks for a class. (A loss would be better when low.)",
            "Which class does a model choose?",
        ),
        Mistake(
            "classes-counted-from-1",
            accuracy_from_one,
            "Your `accuracy` compares the labels with classes that are one too high.",
            "Labels run from 0 to K - 1, as columns do.",
            "Which class belongs to column 0?",
        ),
        Mistake(
            "cut-to-a-whole-number",
            accuracy_whole,
            "Your `accuracy` is 0 unless every sample is right.",
            "A share is seldom a whole number: it must not be cut to one, nor ask for all.",
            "What do `int(0.9)` and `9 // 10` give?",
        ),
        Mistake(
            "rounded",
            accuracy_rounded,
            "Your `accuracy` is only ever 0 or 1: it was rounded.",
            "A share is seldom a whole number.",
            "What does `round(0.6)` give?",
        ),
        Mistake(
            "entry-by-entry",
            accuracy_entry_by_entry,
            "Your `accuracy` counts all N x K entries above 0.5 or not, so also every wrong class "
            "that was rightly not chosen.",
            "A sample is right or wrong as a whole: one class is chosen for it.",
            "With ten classes, what would your accuracy be for a model that chooses none?",
        ),
        Mistake(
            "search-begins-at-zero",
            accuracy_from_zero,
            "Your `accuracy` takes class 0 for chosen wherever all scores of a sample are below 0.",
            "The highest of negative numbers is negative too.",
            "With which number does your search for the highest begin?",
        ),
        Mistake(
            "needless-softmax-overflows",
            accuracy_of_overflow,
            "Your `accuracy` is right for small scores only: with large ones exp overflows, and "
            "the first NaN of a row is taken for its highest.",
            "To find the largest number, nothing needs to be done to the numbers.",
            "Does softmax change which score is the highest?",
            also=(accuracy_of(lambda s: best_of(np.exp(s))),),
        ),
        Mistake(
            "magnitude-of-scores",
            accuracy_of(lambda s: best_of(np.abs(s))),
            "Your `accuracy` belongs to the class whose score is furthest from zero, on either "
            "side.",
            "A score far below zero speaks against a class.",
            "Which class does a row with the scores -5, 1 and 2 choose?",
            also=(accuracy_of(lambda s: best_of(s**2)),),
        ),
        Mistake(
            "sets-compared",
            accuracy_of_sets,
            "Your `accuracy` counts which classes come up at all, not which samples are right.",
            "A sample is right if its own class was chosen.",
            "If you shuffled the labels, would your accuracy change?",
        ),
        Mistake(
            "mean-over-classes",
            accuracy_mean_over_classes,
            "Your `accuracy` is a mean of the classes' own shares, so rare classes count as much "
            "as frequent ones.",
            "Here every sample counts the same.",
            "With 9 samples of class 0, all right, and 1 of class 1, wrong: what share is right?",
            also=(accuracy_mean_over_chosen,),
        ),
        Mistake(
            "all-pairs",
            accuracy_all_pairs,
            "Your `accuracy` compares the class chosen for each sample with the labels of all.",
            "A column beside a row is stretched to a table of all pairs.",
            "Which shape has your comparison, and how many samples are there?",
        ),
        Mistake(
            "sorted-first",
            accuracy_sorted,
            "Your `accuracy` compares sorted lists, so a sample no longer meets its own label.",
            "The n-th row of scores and the n-th label belong together.",
            "If you shuffled the labels, would your accuracy change?",
        ),
        Mistake(
            "best-two-count",
            accuracy_first_two,
            "Your `accuracy` is too high: a sample also counts if its class has the second score.",
            "Only one class is chosen for each sample.",
            "How many classes does your function take for each sample?",
        ),
        Mistake(
            "second-best",
            accuracy_of(lambda s: s.argsort(axis=1)[:, -2]),
            "Your `accuracy` belongs to the class with the second highest score.",
            "Python counts from the end with -1.",
            "At which place of a sorted row does the highest score stand?",
        ),
        Mistake(
            "rounded-to-digits",
            lambda scores, labels: round(accuracy(scores, labels), 1),
            "Your `accuracy` is rounded to a few digits.",
            "A number is rounded where it is shown, not where it is worked out.",
            "How far may your result be from 12 / 17?",
            also=(
                lambda scores, labels: round(accuracy(scores, labels), 2),
                lambda scores, labels: round(accuracy(scores, labels), 3),
            ),
        ),
        Mistake(
            "lowest-score-in-percent",
            lambda scores, labels: 100 * accuracy_lowest(scores, labels),
            "Your `accuracy` belongs to the class with the lowest score, and is given in percent.",
            "A high score speaks for a class, and a share lies between 0 and 1.",
            "Which class does a model choose, and what should come out when all are right?",
        ),
        Mistake(
            "errors-counted",
            accuracy_of(best_of, lambda hits: int((~hits).sum())),
            "Your `accuracy` is how many samples are wrong.",
            "Accuracy goes up when a model gets better, and lies between 0 and 1.",
            "What should come out when every sample is right?",
            also=(accuracy_of(best_of, lambda hits: 100 * float((~hits).mean())),),
        ),
        Mistake(
            "yes-or-no",
            accuracy_of(best_of, lambda hits: bool(hits.any())),
            "Your `accuracy` is 1 as soon as any sample is right.",
            "A share says how many, not whether there are any.",
            "What should come out when half of the samples are right?",
        ),
        Mistake(
            "one-sample-only",
            accuracy_of(best_of, lambda hits: float(hits[0])),
            "Your `accuracy` knows one sample of the batch.",
            "Every sample counts.",
            "How often does your loop run before the function returns?",
            also=(accuracy_of(best_of, lambda hits: float(hits[-1])),),
        ),
        Mistake(
            "divided-by-another-number",
            accuracy_of(best_of, lambda hits: float(hits.sum() / (len(hits) + 1))),
            "Your `accuracy` divides by one more or one less than the number of samples.",
            "A share of N samples is a count divided by N.",
            "What should come out when every sample is right, and what does?",
            also=(accuracy_of(best_of, lambda hits: float(hits.sum() / max(len(hits) - 1, 1))),),
        ),
        Mistake(
            "right-class-above-zero",
            lambda scores, labels: float((scores[np.arange(len(labels)), labels] > 0).mean()),
            "Your `accuracy` is the share of samples whose right class has a score above 0.",
            "A score is high or low only beside the others of its row.",
            "If all scores of a sample are below zero, which class does the model choose?",
            also=(
                lambda scores, labels: float(
                    (scores[np.arange(len(labels)), labels] > scores.mean(axis=1)).mean()
                ),
            ),
        ),
        Mistake(
            "classes-one-too-low",
            accuracy_of(lambda s: best_of(s) - 1),
            "Your `accuracy` compares the labels with classes that are one too low.",
            "Labels run from 0 to K - 1, as columns do.",
            "Which class belongs to column 0?",
        ),
        Mistake(
            "mean-probability",
            lambda scores, labels: float(softmax(scores)[np.arange(len(labels)), labels].mean()),
            "Your `accuracy` is the mean probability of the right class.",
            "A sample is right or wrong; how sure the model was does not count here.",
            "What does a sample count whose right class has 0.6, and the others share the rest?",
        ),
    ),
)

EXERCISES = (MEAN_SQUARED_ERROR, BINARY_CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY, ACCURACY)

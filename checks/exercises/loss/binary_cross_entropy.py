"""The exercise binary_cross_entropy: the surprise of a model of two classes, from its scores."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from backprop_lib.layers import sigmoid
from backprop_lib.losses import binary_cross_entropy, binary_cross_entropy_backward
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.caches import LossAndCache, cache_for
from checks.exercises.loss.cross_entropies import CLIPPED_AT, mean_over_classes

__all__ = ["BINARY_CROSS_ENTROPY"]


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


BINARY_CROSS_ENTROPY = Exercise(
    name="binary_cross_entropy",
    lesson="03_loss",
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
            "Your `loss` is wrong for one sign: with max(s, 0) goes exp(-|s|), not exp(-s).",
            "What was taken out of the logarithm depends on the sign, and so does what is left.",
            "For s = -3 and the label 0, what are your three terms?",
            also=(
                binary_of(lambda s, c: np.maximum(s, 0) - s * c + np.log(1 + np.exp(s))),
                binary_of(lambda s, c: s - s * c + np.logaddexp(0, -np.abs(s))),
                binary_of(
                    lambda s, c: (
                        np.where(c == 1, np.maximum(-s, 0), np.maximum(s, 0))
                        + np.log1p(np.exp(np.where(c == 1, -s, s)))
                    )
                ),
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
        Mistake(
            "scores-taken-for-probabilities",
            lambda scores, labels: (
                -np.mean(np.log(np.abs(1 - labels - np.clip(scores, 1e-7, 1 - 1e-7)))),
                None,
            ),
            "In your `loss` the scores are taken for probabilities: what lies below 0 or above 1 "
            "is cut off.",
            "A score may be any number; the sigmoid makes a probability of it.",
            "On what do you act with clip, and which function comes before the logarithm?",
            also=tuple(
                partial(
                    lambda least, scores, labels: (
                        -np.mean(np.log(np.abs(1 - labels - np.clip(scores, least, 1 - least)))),
                        None,
                    ),
                    least,
                )
                for least in (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-6, 1e-5, 1e-4, 1e-3)
            ),
        ),
    ),
)

"""The exercise softmax_cross_entropy_backward: from the loss back to the scores."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backprop_lib.losses import softmax, softmax_cross_entropy, softmax_cross_entropy_backward
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.drawing import draw_batches
from checks.exercises.labels import one_hot

__all__ = ["SOFTMAX_CROSS_ENTROPY_BACKWARD"]


def softmax_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches of scores with labels, and one sample; and as many classes as samples, some of
    which have no sample, with probabilities near 0 and 1."""
    sizes = draw_batches(rng, "NK")
    first, *others = (
        softmax_case(rng, s, sign) for s, sign in zip(sizes, (1, -1, 1, -1), strict=True)
    )
    return (first, sure_case(rng), *others)


def sure_case(rng: np.random.Generator) -> Case:
    """Five samples and five classes, the first and the last of which are nobody's; in each row a
    class that leads by far, sometimes the right one."""
    labels = rng.permutation(np.array([1, 1, 1, 2, 3]))
    leaders = rng.permutation(5)
    scores = rng.normal(0.0, 1.0, (5, 5)) + 20.0 * np.eye(5)[leaders]
    scores[0] = rng.normal(0.0, 1.0, 5) + 20.0 * np.eye(5)[labels[0]]
    dloss = float(rng.uniform(0.2, 0.8))

    def loss(name: str, array: np.ndarray) -> float:
        return float(dloss * softmax_cross_entropy(array, labels)[0])

    return Case(
        {},
        (dloss, softmax_cross_entropy(scores, labels)[1]),
        {"dscores": scores},
        loss,
        numbers={"dloss": dloss},
        label="N=5, K=5, with probabilities near 0 and 1",
        extreme=True,
    )


def softmax_case(rng: np.random.Generator, sizes: dict[str, int], sign: int) -> Case:
    """One batch of scores with labels, and an upstream gradient of this sign that is not 1 or -1.

    In a batch a class comes twice, and the most probable one is not always right."""
    n, k = sizes["N"], sizes["K"]
    scores = rng.normal(0.0, 1.5, (n, k))
    labels = rng.integers(0, k, n)
    if n > 1:
        labels[:3] = rng.choice(k, 2, replace=False)[[0, 1, 0]]
        scores[0, (labels[0] + 1) % k] = scores[0].max() + 0.5
    dloss = float(sign * rng.uniform(1.5, 2.5))

    def loss(name: str, array: np.ndarray) -> float:
        return float(dloss * softmax_cross_entropy(array, labels)[0])

    _, cache = softmax_cross_entropy(scores, labels)
    return Case(sizes, (dloss, cache), {"dscores": scores}, loss)


def softmax_no_mean(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return dloss * (p - one_hot(labels, p.shape[1]))


def softmax_mean_over_classes(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return dloss * (p - one_hot(labels, p.shape[1])) / p.shape[1]


def softmax_mean_over_entries(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return dloss * (p - one_hot(labels, p.shape[1])) / p.size


def softmax_negated(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return dloss * (one_hot(labels, p.shape[1]) - p) / len(p)


def softmax_upstream_ignored(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return (p - one_hot(labels, p.shape[1])) / len(p)


def softmax_label_not_subtracted(dloss: float, cache: Any) -> np.ndarray:
    p, _ = cache
    return dloss * p / len(p)


def softmax_best_class(dloss: float, cache: Any) -> np.ndarray:
    p, _ = cache
    return softmax_cross_entropy_backward(dloss, (p, p.argmax(axis=1)))


def softmax_upstream_at_labels_alone(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    right = one_hot(labels, p.shape[1]) == 1
    return np.where(right, dloss * (p - 1), p) / len(p)


def softmax_upstream_added(dloss: float, cache: Any) -> np.ndarray:
    return softmax_cross_entropy_backward(1.0, cache) + dloss


def softmax_elementwise(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    hot = one_hot(labels, p.shape[1])
    # dL/dp = -hot / p, times the diagonal of the softmax's Jacobian only, p (1 - p)
    return -dloss * hot * (1 - p) / len(p)


def softmax_extra_slope(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return dloss * (p - one_hot(labels, p.shape[1])) * p * (1 - p) / len(p)


def softmax_twice(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return dloss * (softmax(p) - one_hot(labels, p.shape[1])) / len(p)


def softmax_all_label_columns(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    d = p.copy()
    d[:, labels] -= 1
    return dloss * d / len(p)


def softmax_one_not_divided(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return dloss * (p / len(p) - one_hot(labels, p.shape[1]))


def softmax_not_passed(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return -dloss * one_hot(labels, p.shape[1]) / p / len(p)


def softmax_label_as_a_number(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    return dloss * (p - labels[:, None]) / len(p)


def softmax_first_row_only(dloss: float, cache: Any) -> np.ndarray:
    p, labels = cache
    d = p.copy()
    d[0, labels] -= 1
    return dloss * d / len(p)


def scores_like(
    change: Callable[[np.ndarray, np.ndarray, float, int], Any],
) -> Callable[..., np.ndarray]:
    """A gradient for the scores, made otherwise from (p, one-hot labels, dloss, N)."""
    return lambda dloss, cache: np.asarray(
        change(cache[0], one_hot(cache[1], cache[0].shape[1]), dloss, len(cache[0]))
    )


def softmax_difference(before: float, after: float) -> Callable[..., np.ndarray]:
    """Differences of the loss over a coarse step of each score."""

    def backward(dloss: float, cache: Any) -> np.ndarray:
        p, labels = cache
        scores, grads = np.log(p), np.empty_like(p)
        for n, k in np.ndindex(*p.shape):
            ends = []
            for step in (after, -before):
                moved = scores.copy()
                moved[n, k] += step
                ends.append(softmax_cross_entropy(moved, labels)[0])
            grads[n, k] = dloss * (ends[0] - ends[1]) / (before + after)
        return grads

    return backward


SOFTMAX_CROSS_ENTROPY_BACKWARD = Exercise(
    name="softmax_cross_entropy_backward",
    lesson="05_backward_pass",
    goal="Send the gradient of the mean softmax cross-entropy back to the scores.",
    points=2,
    minutes=10,
    difficulty=3,
    reference=softmax_cross_entropy_backward,
    returns="array",
    cases=softmax_cases,
    hints=(
        "Everything you need is in the cache: the probabilities and the labels.",
        "For one sample, the gradient for its scores says by how much each probability is "
        "too high. For the right class it should have been 1, for the others 0.",
        "Copy the probabilities, take 1 off at the right class of each row, divide by the "
        "number of samples, since the loss is a mean, and multiply by dloss.",
    ),
    mistakes=(
        Mistake(
            "mean-forgotten",
            softmax_no_mean,
            "Your `dscores` is N times too large in every entry.",
            "The loss is the mean over the samples, so each sample counts for one N-th of it.",
            "If the batch were twice as large, should one sample pull as hard on the loss?",
        ),
        Mistake(
            "mean-over-classes",
            softmax_mean_over_classes,
            "Your `dscores` is divided by K, the number of classes, where the loss divides by N.",
            "The loss is a mean over samples, that is, over rows.",
            "Which axis of the probabilities counts the samples?",
        ),
        Mistake(
            "mean-over-entries",
            softmax_mean_over_entries,
            "Your `dscores` is K times too small: it is divided by all N x K entries.",
            "Each sample has one loss, however many classes there are.",
            "Over how many numbers does the forward pass take its mean?",
        ),
        Mistake(
            "negated",
            softmax_negated,
            "Your `dscores` has the right size and the opposite sign in every entry.",
            "The gradient points uphill: a step against it must raise the right class's score.",
            "Should the gradient at the right class be positive or negative?",
        ),
        Mistake(
            "upstream-ignored",
            softmax_upstream_ignored,
            "Your `dscores` does not depend on `dloss`.",
            "A loss can be one part of something larger; dloss says how much that cares.",
            "If the loss were counted three times, what should happen to the gradient?",
        ),
        Mistake(
            "label-not-subtracted",
            softmax_label_not_subtracted,
            "Your `dscores` is positive at every class of every row: it is p / N.",
            "A network that is right and sure has nothing to learn: its gradient is near zero.",
            "Where p is 1 at the right class, what should the gradient there be?",
        ),
        Mistake(
            "softmax-entry-by-entry",
            softmax_elementwise,
            "Your `dscores` is zero at every class but the right one.",
            "The probabilities of a row share one sum, so every score moves all of them.",
            "If the score of a wrong class grows, what happens to the right one's probability?",
        ),
        Mistake(
            "slope-again",
            softmax_extra_slope,
            "Your `dscores` is p - y with another factor p (1 - p) on it.",
            "The slope of the softmax has already cancelled against that of the logarithm.",
            "In the derivation in the text, which factors are left at the end?",
        ),
        Mistake(
            "softmax-twice",
            softmax_twice,
            "Your `dscores` is what comes out when softmax is taken of the probabilities again.",
            "The cache holds probabilities, not scores.",
            "What do the rows of the first array in the cache add up to?",
        ),
        Mistake(
            "one-not-divided",
            softmax_one_not_divided,
            "In your `dscores` the probabilities are divided by N, and the 1 at the right class is "
            "not.",
            "All of a sample's gradient counts for one N-th: the 1 as well as the probabilities.",
            "Which comes first in your function: taking the 1 off, or dividing?",
        ),
        Mistake(
            "softmax-left-out",
            softmax_not_passed,
            "Your `dscores` is that for the probabilities, -1 / p at the right class: it has not "
            "gone back through the softmax.",
            "The scores act on the loss through the probabilities, and that is a step of its own.",
            "Which array is your gradient for: the probabilities or the scores?",
        ),
        Mistake(
            "label-as-a-number",
            softmax_label_as_a_number,
            "In your `dscores` the number of the class has been taken off a whole row.",
            "A label says which class is right. As a number it means nothing: class 4 is not twice "
            "class 2.",
            "In which entries of a row does the target differ from 0, and what is it there?",
        ),
        Mistake(
            "first-row-only",
            softmax_first_row_only,
            "In your `dscores` every 1 has been taken off in the first row.",
            "Each sample has its own row and its own right class.",
            "In d[0, labels], which rows are meant?",
        ),
        Mistake(
            "all-rows-all-labels",
            softmax_all_label_columns,
            "In your `dscores` a 1 is taken off in every column that is anyone's label.",
            "Each row has one right class, its own.",
            "For N labels, how many entries should change, and which do p[:, labels] name?",
        ),
        Mistake(
            "best-class-for-the-right-one",
            softmax_best_class,
            "In your `dscores` the 1 is taken off at each row's most probable class.",
            "What counts is the class that is right, and that is not always the one that leads.",
            "Which array says which class is right?",
        ),
        Mistake(
            "upstream-at-the-labels-alone",
            softmax_upstream_at_labels_alone,
            "In your `dscores` only the entries of the right classes are multiplied by `dloss`.",
            "Whatever follows the loss acts on all the scores through it.",
            "If dloss were 0, which entries of dscores should be 0?",
            also=(scores_like(lambda p, hot, dloss, n: np.where(hot == 1, dloss * p - 1, p) / n),),
        ),
        Mistake(
            "one-without-the-upstream",
            scores_like(lambda p, hot, dloss, n: (dloss * p - hot) / n),
            "In your `dscores` the probabilities are multiplied by `dloss`, and the 1 at the right "
            "class is not.",
            "Whatever follows the loss acts on all of the gradient: on the 1 as on the rest.",
            "Which comes first in your function: taking the 1 off, or multiplying by dloss?",
            also=(scores_like(lambda p, hot, dloss, n: dloss * p / n - hot),),
        ),
        Mistake(
            "probabilities-without-the-upstream",
            scores_like(lambda p, hot, dloss, n: (p - dloss * hot) / n),
            "In your `dscores` the 1 at the right class is multiplied by `dloss`, and the "
            "probabilities are not.",
            "Whatever follows the loss acts on all of the gradient.",
            "If dloss were 0, what should dscores be?",
            also=(scores_like(lambda p, hot, dloss, n: p - dloss * hot / n),),
        ),
        Mistake(
            "probabilities-not-divided",
            scores_like(lambda p, hot, dloss, n: dloss * (p - hot / n)),
            "In your `dscores` the 1 at the right class is divided by N, and the probabilities are "
            "not.",
            "All of a sample's gradient counts for one N-th: the probabilities as well as the 1.",
            "Which comes first in your function: taking the 1 off, or dividing?",
            also=(
                scores_like(lambda p, hot, dloss, n: dloss * np.where(hot == 1, (p - 1) / n, p)),
            ),
        ),
        Mistake(
            "one-added",
            scores_like(lambda p, hot, dloss, n: dloss * (p + hot) / n),
            "In your `dscores` a 1 has been added at the right class, where it is to be taken off.",
            "The gradient says by how much a probability is too high; that of the right class is "
            "too low.",
            "Should a higher score of the right class make the loss larger or smaller?",
        ),
        Mistake(
            "target-alone",
            scores_like(lambda p, hot, dloss, n: -dloss * hot / n),
            "Your `dscores` is -1/N at the right class and 0 elsewhere: the probabilities are not "
            "in it.",
            "A network that is right and sure has nothing to learn: its gradient is near zero.",
            "Where p is 1 at the right class, what should the gradient there be?",
        ),
        Mistake(
            "right-class-left-alone",
            scores_like(lambda p, hot, dloss, n: dloss * np.where(hot == 1, 0.0, p) / n),
            "Your `dscores` is 0 at the right class.",
            "The loss falls when the score of the right class grows.",
            "By how much is the probability of the right class too high or too low?",
        ),
        Mistake(
            "divided-by-one-less",
            scores_like(lambda p, hot, dloss, n: dloss * (p - hot) / max(n - 1, 1)),
            "Your `dscores` is divided by N - 1.",
            "The loss is the mean over all N samples.",
            "By what does the forward pass divide?",
        ),
        Mistake(
            "coarse-difference",
            softmax_difference(0.0, 0.1),
            "Your `dscores` is that of differences of the loss over a coarse step, in place of "
            "the derivative.",
            "The loss bends within a coarse step, so its rise over the step is not its slope.",
            "Which formula gives the slope from the probabilities alone?",
            also=(
                softmax_difference(0.0, 0.5),
                softmax_difference(0.0, 1.0),
                softmax_difference(0.5, 0.5),
                softmax_difference(1.0, 1.0),
                softmax_difference(0.0, 0.01),
            ),
        ),
        Mistake(
            "squared-errors",
            scores_like(
                lambda p, hot, dloss, n: (
                    dloss * p * (p - hot - (p * (p - hot)).sum(axis=1, keepdims=True)) / n
                )
            ),
            "Your `dscores` is what squared errors of the probabilities send back.",
            "Here the loss is minus the logarithm of the right class's probability.",
            "What is the derivative of -log p, and what is that of (p - 1)^2?",
            also=(
                scores_like(
                    lambda p, hot, dloss, n: (
                        2 * dloss * p * (p - hot - (p * (p - hot)).sum(axis=1, keepdims=True)) / n
                    )
                ),
            ),
        ),
        Mistake(
            "upstream-added",
            softmax_upstream_added,
            "In your `dscores` every entry has `dloss` added to it.",
            "The chain rule multiplies the local derivative by what arrives from above.",
            "If dloss were 0, what should dscores be?",
        ),
        Mistake(
            "labels-counted-from-1",
            scores_like(lambda p, hot, dloss, n: dloss * (p - np.roll(hot, -1, axis=1)) / n),
            "In your `dscores` the 1 is taken off in the column before that of the label.",
            "Classes are counted from 0, as columns are.",
            "Which column belongs to label 0?",
            also=(scores_like(lambda p, hot, dloss, n: dloss * (p - np.roll(hot, 1, axis=1)) / n),),
        ),
    ),
)

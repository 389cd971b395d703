"""The exercise accuracy: the share of samples whose highest score is at the right class."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from backprop_lib.losses import accuracy, softmax
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.drawing import draw_sizes
from checks.exercises.labels import one_hot

__all__ = ["ACCURACY"]


def accuracy_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Three batches and one sample. A batch with scores below zero only, one with huge scores, two
    in which all are right, or none, one of as many samples as classes, and one of many."""
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
        square_case(rng),
        many_case(rng),
    )


def square_case(rng: np.random.Generator) -> Case:
    """As many samples as classes, of which the columns would give another number."""
    labels = rng.permutation(7)
    while True:
        scores = rng.normal(0.0, 1.0, (7, 7)) + 2.0 * np.eye(7)[labels]
        by_row, by_column = ((scores.argmax(axis) == labels).sum() for axis in (1, 0))
        if 0 < by_row != by_column > 0:
            label = "N = K = 7"
            return Case({}, (scores, labels), values=("accuracy",), label=label, extreme=True)


def many_case(rng: np.random.Generator) -> Case:
    """So many samples that a small counter runs over."""
    labels = rng.integers(0, 3, 600)
    scores = rng.normal(0.0, 1.0, (600, 3)) + 1.5 * np.eye(3)[labels]
    return Case({"N": 600, "K": 3}, (scores, labels), values=("accuracy",), extreme=True)


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


def accuracy_by_search(
    better: Callable[[np.ndarray, int, int], bool], starts_anew: bool = True
) -> Callable[[np.ndarray, np.ndarray], float]:
    """The share by a loop over the classes; better: from (row, best so far, k) whether k is."""

    def accuracy_searched(scores: np.ndarray, labels: np.ndarray) -> float:
        right, best = 0, 0
        for row, label in zip(scores, labels, strict=True):
            best = 0 if starts_anew else best
            for k in range(1, len(row)):
                best = k if better(row, best, k) else best
            right += best == label
        return right / len(labels)

    return accuracy_searched


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


def accuracy_over_samples_by_pairs(scores: np.ndarray, labels: np.ndarray) -> float:
    pairs = [a == b for a, b in zip(scores.argmax(axis=0), labels)]  # noqa: B905
    return float(np.mean(pairs))


def accuracy_of_class_counts(scores: np.ndarray, labels: np.ndarray) -> float:
    k = scores.shape[1]
    chosen, true = (np.bincount(c, minlength=k) for c in (scores.argmax(axis=1), labels))
    return float(np.minimum(chosen, true).sum() / len(labels))


def accuracy_of_the_sure(scores: np.ndarray, labels: np.ndarray) -> float:
    return float((softmax(scores)[np.arange(len(labels)), labels] > 0.5).mean())


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
    lesson="03_loss",
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
            "probability-above-one-half",
            accuracy_of_the_sure,
            "Your `accuracy` is the share of samples whose right class has a probability above one "
            "half.",
            "With many classes the most probable one may have far less than one half.",
            "Which class is chosen where the probabilities are 0.4, 0.3 and 0.3?",
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
            also=(accuracy_over_samples_by_pairs,),
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
            "In your `accuracy` a score is compared with a label, and the two are hardly ever "
            "equal.",
            "The highest score is one thing; at which class it stands is another.",
            "What does np.max give you, and what do the labels count?",
            also=(
                lambda scores, labels: float((np.round(scores.max(axis=1)) == labels).mean()),
                lambda scores, labels: float((scores.max(axis=1).astype(int) == labels).mean()),
            ),
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
        Mistake(
            "labels-taken-for-one-hot",
            lambda scores, labels: float((best_of(scores) == 0).mean()),
            "Your `accuracy` is the share of samples whose highest score is that of class 0: the "
            "labels have no part in it.",
            "A label is one number, and the place of the largest in a single number is always 0.",
            "What do you do with the labels before you compare them?",
        ),
        Mistake(
            "best-not-set-back",
            accuracy_by_search(lambda row, best, k: row[k] > row[best], starts_anew=False),
            "Your `accuracy` is wrong where a row begins its search at the class that the row "
            "before it has ended with.",
            "Each sample has a search of its own.",
            "How often does the line run that sets your best class to 0?",
        ),
        Mistake(
            "better-than-its-neighbour",
            accuracy_by_search(lambda row, best, k: row[k] > row[k - 1]),
            "Your `accuracy` belongs to the last class whose score is above that of its neighbour.",
            "The best so far need not be the one just before.",
            "With what does your loop compare a score?",
        ),
        Mistake(
            "positive-scores-alone",
            lambda scores, labels: float(
                ((best_of(scores) == labels) & (scores.max(axis=1) > 0)).mean()
            ),
            "Your `accuracy` counts a right sample only if its highest score is above 0.",
            "A score is high or low only beside the others of its row.",
            "What comes out for a row in which all scores are negative?",
        ),
        Mistake(
            "square-read-by-columns",
            lambda scores, labels: float(
                (scores.argmax(axis=0 if len(scores) == scores.shape[1] else 1) == labels).mean()
            ),
            "Your `accuracy` is right but where there are as many samples as classes: there it "
            "goes by the columns.",
            "Shapes that fit prove nothing where all sizes are the same.",
            "Which axis of scores do you search, and how do you tell which one that is?",
        ),
        Mistake(
            "counter-runs-over",
            lambda scores, labels: (best_of(scores) == labels).sum(dtype=np.uint8) / len(labels),
            "Your `accuracy` is right for few samples; with many, the count begins again at 0.",
            "A number of eight bits holds at most 255.",
            "Which dtype has the number in which you count?",
            also=(
                lambda scores, labels: (best_of(scores) == labels).sum(dtype=np.int8) / len(labels),
            ),
        ),
        Mistake(
            "one-hot-entries-compared",
            lambda scores, labels: float(
                (np.eye(scores.shape[1])[best_of(scores)] == np.eye(scores.shape[1])[labels]).mean()
            ),
            "Your `accuracy` compares rows of ones and zeros entry by entry, and counts the zeros "
            "that agree.",
            "Two classes that differ agree in all the places where neither is.",
            "For one sample that is wrong, how many of your K comparisons come out equal?",
        ),
    ),
)

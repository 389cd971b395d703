"""The exercise softmax: each row of scores into probabilities, huge scores too."""

import numpy as np

from backprop_lib.layers import sigmoid
from backprop_lib.losses import softmax
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.drawing import draw_batches, draw_sizes

__all__ = ["SOFTMAX"]


def softmax_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Batches of scores, one sample, and scores too large for a careless exp, also in one sample
    and in the last class."""
    batches = [softmax_case(rng, sizes) for sizes in draw_batches(rng, "NK")[:3]]
    sizes = draw_sizes(rng, "NK")
    large = rng.normal(0.0, 1.5, (sizes["N"], sizes["K"]))
    large[0] += 1000.0
    large[1] -= 1000.0
    large[2, 0] += 2000.0
    # as many samples as classes: all equal, far below zero, one far below the others, the last
    # class far above them, one far off that is the last, so that what is kept from row to row shows
    square = rng.normal(0.0, 1.5, (5, 5))
    square[0] = 0.7
    square[1, 0] -= 2000.0
    square[2] += 900.0
    square[2, -1] += 800.0
    square[3] -= 700.0
    square[4] -= rng.uniform(1500.0, 2000.0)
    alone = rng.normal(0.0, 1.5, (1, sizes["K"]))
    alone += 1000.0
    in_turn = np.concatenate([np.arange(6), rng.integers(0, 6, 3)])
    every_class = rng.normal(0.0, 1.5, (9, 6))
    every_class[np.arange(9), rng.permutation(in_turn)] += 1500.0
    return (
        *batches,
        Case(sizes, (large,), values=("probabilities",), extreme=True),
        Case({"N": 1, "K": sizes["K"]}, (alone,), values=("probabilities",), extreme=True),
        Case({}, (square,), values=("probabilities",), label="N = K = 5", extreme=True),
        Case(
            {"N": 9, "K": 6},
            (every_class,),
            values=("probabilities",),
            label="N=9, K=6, in each row one class far above the others, each class in turn",
            extreme=True,
        ),
    )


def softmax_case(rng: np.random.Generator, sizes: dict[str, int]) -> Case:
    """One batch of scores, rows on levels of their own."""
    scores = rng.normal(0.0, 1.5, (sizes["N"], sizes["K"])) + rng.normal(0.0, 1.0, (sizes["N"], 1))
    return Case(sizes, (scores,), values=("probabilities",))


def softmax_overflow(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores)
    return e / e.sum(axis=1, keepdims=True)


def softmax_one_maximum(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max())
    return e / e.sum(axis=1, keepdims=True)


def softmax_square_without_keepdims(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    n, k = e.shape
    return e / e.sum(axis=1, keepdims=n != k)


def softmax_last_not_searched(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores[:, :-1].max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_one_sample_unshifted(scores: np.ndarray) -> np.ndarray:
    return softmax_overflow(scores) if len(scores) == 1 else softmax(scores)


def softmax_maximum_above_only(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / np.exp(scores).sum(axis=1, keepdims=True)


def softmax_mean_taken_off(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.mean(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_over_samples(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max(axis=0))
    return e / e.sum(axis=0)


def softmax_over_everything_after_row_maxima(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum()


def softmax_over_everything(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max())
    return e / e.sum()


def softmax_not_normalized(scores: np.ndarray) -> np.ndarray:
    return np.exp(scores - scores.max(axis=1, keepdims=True))


def softmax_largest_only(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.max(axis=1, keepdims=True) / scores.shape[1]


def softmax_no_exponential(scores: np.ndarray) -> np.ndarray:
    return scores / scores.sum(axis=1, keepdims=True)


def softmax_twice(scores: np.ndarray) -> np.ndarray:
    return softmax(softmax(scores))


def softmax_sigmoid(scores: np.ndarray) -> np.ndarray:
    return sigmoid(scores)[0]


def softmax_logarithm(scores: np.ndarray) -> np.ndarray:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def softmax_mirrored(scores: np.ndarray) -> np.ndarray:
    return softmax(-scores)


def softmax_winner(scores: np.ndarray) -> np.ndarray:
    return np.eye(scores.shape[1])[scores.argmax(axis=1)]


def share_of(parts: np.ndarray) -> np.ndarray:
    """Each entry's share of its row."""
    return np.asarray(parts / parts.sum(axis=1, keepdims=True))


def over_more(scores: np.ndarray, more: float) -> np.ndarray:
    """Exponentials over their sum and something more."""
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(e / (e.sum(axis=1, keepdims=True) + more))


SOFTMAX = Exercise(
    name="softmax",
    lesson="02_forward_pass",
    goal="Turn each row of scores into probabilities, and stay finite whatever comes in.",
    points=2,
    minutes=8,
    difficulty=3,
    reference=softmax,
    returns="array",
    cases=softmax_cases,
    hints=(
        "Check two things about your result: is every entry positive, and what does each row "
        "add up to? Then try scores of 1000.",
        "If the same number is added to all scores of a row, its probabilities stay as they are. "
        "So you may choose that number, for each row, such that exp never meets a large one.",
        "Take each row's own maximum off first: the largest exponent is then 0. Then divide each "
        "row of exponentials by its sum. `axis=1` works along rows, and `keepdims=True` keeps "
        "the result a column, which lines up with the rows.",
    ),
    mistakes=(
        Mistake(
            "overflow",
            softmax_overflow,
            "Your `probabilities` are right for small scores, and NaN in whole rows where scores "
            "are near 1000 or -1000.",
            "exp(710) is above the largest number of a computer, and exp(-750) rounds to 0.",
            "What happens to a row's probabilities if 5 is added to all its scores?",
        ),
        Mistake(
            "one-maximum-for-all-rows",
            softmax_one_maximum,
            "Your `probabilities` are right for large scores, but NaN in the row of very small "
            "ones: all its exponentials round to 0.",
            "Each row is a question of its own, and its own largest score sets its level.",
            "How large is the largest exponent in a row near -1000 if the maximum of the whole "
            "array is taken off?",
        ),
        Mistake(
            "mean-taken-off",
            softmax_mean_taken_off,
            "Your `probabilities` are finite where a row is large as a whole, but NaN where one "
            "score stands out.",
            "It is the largest exponent that overflows, and a mean can lie far below it.",
            "If one score is 2000 and the others are near 0, what is the largest exponent?",
        ),
        Mistake(
            "over-the-samples",
            softmax_over_samples,
            "The columns of your `probabilities` add up to 1, and the rows do not.",
            "The classes of one sample compete with each other; the samples do not.",
            "Along which axis do the classes lie?",
        ),
        Mistake(
            "over-everything",
            softmax_over_everything,
            "All of your `probabilities` together add up to 1, so each row has less than that.",
            "Each sample has its own probabilities, whatever else is in the batch.",
            "If you ran one row alone, would its probabilities be the same?",
            also=(softmax_over_everything_after_row_maxima,),
        ),
        Mistake(
            "not-divided",
            softmax_not_normalized,
            "The largest entry of each row of your `probabilities` is exactly 1.",
            "Exponentials are positive, which is half of what makes probabilities.",
            "What must a row of probabilities add up to?",
        ),
        Mistake(
            "divided-by-the-largest",
            softmax_largest_only,
            "The largest entry of each row of your `probabilities` is exactly 1/K.",
            "Probabilities are shares of a total, and the total depends on the whole row.",
            "By what must a row be divided to add up to 1?",
        ),
        Mistake(
            "no-exponential",
            softmax_no_exponential,
            "Your `probabilities` are the scores over their row's sum, and some are negative.",
            "Scores may be negative, and shares of a total may not.",
            "Which function turns any number into a positive one and keeps their order?",
        ),
        Mistake(
            "twice",
            softmax_twice,
            "Your `probabilities` are too even: they are what softmax gives for probabilities.",
            "The second time the scores lie between 0 and 1, so no class can stand out.",
            "How often is each score sent through exp?",
        ),
        Mistake(
            "sigmoid-of-each",
            softmax_sigmoid,
            "Each of your `probabilities` depends on its own score alone: it is the sigmoid.",
            "Of K classes exactly one is right, so they must share a total of 1.",
            "If one score of a row grows, what must happen to the other probabilities?",
        ),
        Mistake(
            "logarithm-returned",
            softmax_logarithm,
            "Your `probabilities` are zero or negative: they are logarithms of probabilities.",
            "The logarithm is a good friend of the loss, which comes later.",
            "What must a row of probabilities add up to?",
        ),
        Mistake(
            "mirrored",
            softmax_mirrored,
            "In your `probabilities` the lowest score of each row gets the most.",
            "In a score, more is better. An energy would have a minus in its exponent.",
            "For scores of 0 and 5, which class is the more likely?",
        ),
        Mistake(
            "winner-takes-all",
            softmax_winner,
            "Your `probabilities` are 1 for each row's largest score and 0 for the rest.",
            "The soft in softmax: how much larger a score is counts too.",
            "For scores of 1.0 and 1.1, how sure should the answer be?",
        ),
        Mistake(
            "maximum-at-one-place",
            softmax_maximum_above_only,
            "The rows of your `probabilities` do not add up to 1: the maximum is taken off above "
            "the fraction line and not below.",
            "A fraction stays the same if both of its parts are divided by the same number.",
            "What do the rows of your result add up to?",
        ),
        Mistake(
            "clipped",
            lambda s: softmax(np.clip(s, -500, 500)),
            "Your `probabilities` are right for small scores; of large ones those beyond a "
            "bound come out alike.",
            "Two scores beyond the bound become equal, though one may be far above the other.",
            "What is left of a row of 1000 and 1010 in your function?",
            also=(
                lambda s: softmax(np.clip(s, -700, 700)),
                lambda s: softmax(np.clip(s, -709, 709)),
                lambda s: softmax(np.clip(s, -100, 100)),
                lambda s: softmax(np.clip(s, -50, 50)),
                lambda s: softmax(np.clip(s, -30, 30)),
                lambda s: softmax(np.clip(s, -20, 20)),
                lambda s: softmax(np.clip(s, -10, 10)),
            ),
        ),
        Mistake(
            "sizes-for-scores",
            lambda s: share_of(np.exp(-np.abs(s))),
            "In your `probabilities` a score and its opposite get the same: the sign is lost.",
            "A score far below zero speaks against a class.",
            "For scores of -5 and 5, which class is the more likely?",
            also=(
                lambda s: share_of(np.exp(np.abs(s) - np.abs(s).max(1, keepdims=True))),
                lambda s: share_of(s**2),
                lambda s: share_of(np.abs(s)),
            ),
        ),
        Mistake(
            "sigmoids-shared",
            lambda s: share_of(sigmoid(s)[0]),
            "Your `probabilities` are shares of other numbers than the exponentials.",
            "With exp, one more in the score makes a class e times as likely, wherever it stands.",
            "Of two classes, one has a score that is 1 higher: how many times as likely is it?",
            also=(
                lambda s: share_of(np.logaddexp(0, s)),
                lambda s: share_of(np.maximum(s, 0)),
                lambda s: share_of(s - s.min(1, keepdims=True)),
            ),
        ),
        Mistake(
            "column-maximum",
            lambda s: share_of(np.exp(s - s.max(axis=0))),
            "In your `probabilities` the differences within a row are no longer the same: each "
            "column's largest is taken off.",
            "Only what is the same for all scores of a row may be taken off.",
            "Which numbers are taken off the scores of one row?",
        ),
        Mistake(
            "maximum-not-reset",
            lambda s: share_of(np.exp(s - np.maximum.accumulate(s.max(1))[:, np.newaxis])),
            "Your `probabilities` are NaN in a row that lies far below an earlier one, or far "
            "below 0.",
            "Each row has a largest score of its own, however low.",
            "With which number does your search for the largest begin in the second row?",
            also=(lambda s: share_of(np.exp(s - np.maximum(s.max(1, keepdims=True), 0))),),
        ),
        Mistake(
            "another-base",
            lambda s: share_of(2.0 ** (s - s.max(1, keepdims=True))),
            "Your `probabilities` are too even or too sure: the scores are scaled, or the base "
            "is not e.",
            "One more in the score makes a class e times as likely.",
            "Which number does your function raise to the power of a score?",
            also=(
                lambda s: share_of(10.0 ** (s - s.max(1, keepdims=True))),
                lambda s: softmax(s / 2),
                lambda s: softmax(2 * s),
                lambda s: softmax(s / s.shape[1]),
                lambda s: softmax(s / 10),
            ),
        ),
        Mistake(
            "something-added-below",
            lambda s: over_more(s, 1e-8),
            "The rows of your `probabilities` add up to a little less than 1: something is "
            "added to the sum.",
            "With the largest exponent 0 the sum is at least 1, so nothing needs protection.",
            "What do the rows of your result add up to?",
            also=(
                lambda s: over_more(s, 1e-7),
                lambda s: over_more(s, 1e-6),
                lambda s: over_more(s, 1e-5),
                lambda s: over_more(s, 1e-4),
                lambda s: over_more(s, 1e-3),
                lambda s: over_more(s, 1.0),
            ),
        ),
        Mistake(
            "scaled-scores",
            lambda s: softmax((s - s.mean(1, keepdims=True)) / s.std(1, keepdims=True)),
            "Your `probabilities` are those of scaled scores: each row was brought to a common "
            "size.",
            "How far apart the scores of a row lie is what says how sure the model is.",
            "If all scores of a row are twice as large, should the probabilities stay?",
            also=(
                lambda s: softmax(s / np.abs(s).max(1, keepdims=True)),
                lambda s: softmax(s / np.linalg.norm(s, axis=1, keepdims=True)),
                lambda s: softmax((s - s.min(1, keepdims=True)) / np.ptp(s, axis=1, keepdims=True)),
            ),
        ),
        Mistake(
            "mean-for-the-sum",
            lambda s: softmax(s) * s.shape[1],
            "The rows of your `probabilities` add up to K: the exponentials are divided by "
            "their mean.",
            "Shares of a total are made with the total.",
            "What do the rows of your result add up to?",
        ),
        Mistake(
            "running-sum",
            lambda s: (
                np.exp(s - s.max(1, keepdims=True))
                / np.cumsum(np.exp(s - s.max(1, keepdims=True)), axis=1)
            ),
            "Your `probabilities` are made with a sum that is not complete, or added up along "
            "the row.",
            "The sum is over all classes, and the same for each entry of the row.",
            "By which number is the first entry of a row divided?",
            also=(lambda s: np.cumsum(softmax(s), axis=1),),
        ),
        Mistake(
            "left-to-right",
            lambda s: softmax(s)[:, ::-1],
            "Your `probabilities` are right, but at other classes' places.",
            "Each probability stands in the column of its score.",
            "Which class does column 0 belong to?",
            also=(
                lambda s: np.sort(softmax(s), axis=1),
                lambda s: -np.sort(-softmax(s), axis=1),
            ),
        ),
        Mistake(
            "rounded",
            lambda s: np.round(softmax(s), 3),
            "Your `probabilities` are rounded.",
            "Rows of rounded numbers no longer add up to 1.",
            "What do the rows of your result add up to, exactly?",
            also=(
                lambda s: np.round(softmax(s), 2),
                lambda s: np.round(softmax(s), 1),
                lambda s: np.round(softmax(s), 4),
            ),
        ),
        Mistake(
            "without-the-own-class",
            lambda s: (
                np.exp(s - s.max(1, keepdims=True))
                / (
                    np.exp(s - s.max(1, keepdims=True)).sum(1, keepdims=True)
                    - np.exp(s - s.max(1, keepdims=True))
                )
            ),
            "Your `probabilities` are odds: each exponential is divided by the sum of the others.",
            "A share is a part of the whole, its own part included.",
            "What do the rows of your result add up to?",
        ),
        Mistake(
            "sums-of-other-rows",
            softmax_square_without_keepdims,
            "Your `probabilities` are divided by the sums of other rows where there are as many "
            "samples as classes.",
            "A row of sums beside a square table fits, and means something else than a column.",
            "Which shape do your sums have, and which would line up with the rows?",
        ),
        Mistake(
            "last-class-not-searched",
            softmax_last_not_searched,
            "Your `probabilities` are right but where the last class has by far the highest score: "
            "there they are NaN.",
            "The highest score may stand in any column.",
            "Which columns does your search for the largest score go through?",
        ),
        Mistake(
            "one-sample-overflows",
            softmax_one_sample_unshifted,
            "Your `probabilities` are right for a batch, but NaN for a single sample with large "
            "scores.",
            "One sample is a batch of one: nothing is different but N.",
            "What does your branch for a single sample leave out?",
        ),
    ),
)

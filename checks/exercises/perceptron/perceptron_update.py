"""The exercise perceptron_update: what one sample changes in the weights and the bias."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backprop_lib.perceptron import perceptron_predict, perceptron_update
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.drawing import draw_sizes
from checks.exercises.perceptron.prediction_error import error_of

__all__ = ["PERCEPTRON_UPDATE"]


def update_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Wrong answers to learn from for each label, and a right one for each. And a sample so badly
    wrong that it stays wrong, with a feature and a weight of 0, a step of more than 1. None is on
    the line, where other books have other rules."""
    ordinary = tuple(
        update_case(rng, label, right, bias_decides)
        for label, right, bias_decides in (
            (1, False, True),
            (0, False, False),
            (1, True, False),
            (0, True, True),
            (1, False, False),
            (0, False, True),
        )
    )
    d = int(rng.integers(4, 10))
    x_n, w = rng.normal(0.4, 1.0, d), rng.normal(0.0, 0.5, d)
    x_n[0], w[1] = 0.0, 0.0
    w += (12.0 - x_n @ w) / (x_n[2:] @ x_n[2:]) * x_n * (np.arange(d) > 1)
    rate = float(rng.choice([1.2, 1.5]))
    far = Case({"D": d}, (x_n / np.linalg.norm(x_n), 0, w, 0.5, rate), values=("w", "b"))
    return (*ordinary, far)


def update_case(rng: np.random.Generator, label: int, right: bool, bias_decides: bool) -> Case:
    """One sample with this label that is judged right or wrong at first, well off the line. Where
    it is wrong, the step of the weights alone puts it right; where the bias decides,
    the step of the bias alone too. Where it does not, its sign speaks for the other answer."""
    sizes = draw_sizes(rng, "D")
    learning_rate = float(rng.choice([0.15, 0.35, 0.65, 0.85]))
    while True:
        x_n = rng.normal(0.4, 1.0, sizes["D"])
        w = rng.normal(0.0, 0.5, sizes["D"])
        b = float(rng.choice([-1.0, 1.0]) * rng.uniform(0.4, 0.9))
        with_bias, without = float(x_n @ w) + b, float(x_n @ w)
        if (
            min(abs(with_bias), abs(without)) > 0.1
            and abs(abs(b) - learning_rate) > 0.1  # b must not all but cancel: float32 is welcome
            and ((with_bias > 0) == label) == right
            and ((with_bias > 0) != (without > 0)) == bias_decides
            and (bias_decides or (b > 0) != (with_bias > 0))
            and (right or learning_rate * (x_n @ x_n) > abs(with_bias) + 0.1)
            and (right or not bias_decides or learning_rate > abs(with_bias) + 0.02)
        ):
            return Case(sizes, (x_n, label, w, b, learning_rate), values=("w", "b"))


WeightsAndBias = tuple[np.ndarray, Any]


def update_sign(x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float) -> WeightsAndBias:
    error = -error_of(x_n, y_n, w, b)
    return w + rate * error * x_n, b + rate * error


def update_always(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    direction = 1 if y_n == 1 else -1
    return w + rate * direction * x_n, b + rate * direction


def update_by_label(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    return w + rate * y_n * x_n, b + rate * y_n


def update_label_when_wrong(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    if perceptron_predict(x_n, w, b) != y_n:
        w, b = w + rate * y_n * x_n, b + rate * y_n
    return w, b


def update_one_way(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    if perceptron_predict(x_n, w, b) != y_n:
        w, b = w + rate * x_n, b + rate
    return w, b


def update_raw_sum(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    error = y_n - (x_n @ w + b)
    return w + rate * error * x_n, b + rate * error


def update_bias_each_feature(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    error = error_of(x_n, y_n, w, b)
    return w + rate * error * x_n, b + rate * error * len(w)


def update_no_bias(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    return w + rate * error_of(x_n, y_n, w, b) * x_n, b


def update_bias_by_input(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    step = rate * error_of(x_n, y_n, w, b) * x_n
    return w + step, b + step


def update_bias_by_input_sum(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    step = rate * error_of(x_n, y_n, w, b) * x_n
    return w + step, b + step.sum()


def update_no_rate(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    error = error_of(x_n, y_n, w, b)
    return w + error * x_n, b + error


def update_no_rate_on_bias(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    error = error_of(x_n, y_n, w, b)
    return w + rate * error * x_n, b + error


def update_no_input(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    error = error_of(x_n, y_n, w, b)
    return w + rate * error, b + rate * error


def update_predicts_without_bias(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    error = error_of(x_n, y_n, w, 0.0)
    return w + rate * error * x_n, b + rate * error


def update_step_only(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    error = error_of(x_n, y_n, w, b)
    return rate * error * x_n, rate * error


def steps_like(
    direction: Callable[..., Any], bias: Callable[..., Any] | None = None
) -> Callable[..., WeightsAndBias]:
    """A wrong implementation: w and b grow by learning_rate error times what these two say of
    (error, x_n, y_n, w, b, rate); without bias, b takes the right step."""

    def update(x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float) -> WeightsAndBias:
        error = error_of(x_n, y_n, w, b)
        given = (error, x_n, y_n, w, b, rate)
        return (
            w + rate * error * direction(*given),
            b + rate * error * (1 if bias is None else bias(*given)),
        )

    return update


def update_with_error(error: Callable[..., Any]) -> Callable[..., WeightsAndBias]:
    """A wrong implementation: the right steps for another error, made of (x_n, y_n, w, b)."""
    return lambda x_n, y_n, w, b, rate: (
        w + rate * error(x_n, y_n, w, b) * x_n,
        b + rate * error(x_n, y_n, w, b),
    )


def update_bias_judged_later(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    w = w + rate * error_of(x_n, y_n, w, b) * x_n
    return w, b + rate * error_of(x_n, y_n, w, b)


def update_weights_judged_later(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    b = b + rate * error_of(x_n, y_n, w, b)
    return w + rate * error_of(x_n, y_n, w, b) * x_n, b


def update_until_right(
    x_n: np.ndarray, y_n: int, w: np.ndarray, b: float, rate: float
) -> WeightsAndBias:
    for _ in range(1000):
        error = error_of(x_n, y_n, w, b)
        w, b = w + rate * error * x_n, b + rate * error
    return w, b


PERCEPTRON_UPDATE = Exercise(
    name="perceptron_update",
    lesson="01_perceptron",
    goal="Learn from one sample: change nothing when the answer was right, else turn towards it.",
    points=2,
    minutes=8,
    difficulty=2,
    reference=perceptron_update,
    returns="tuple",
    cases=update_cases,
    hints=(
        "Ask perceptron_predict what it would say now. There are three things that can happen.",
        "The label less the prediction is 0 when the answer was right, 1 when it should have been "
        "higher, and -1 when it should have been lower. That one number can do all the deciding.",
        "With error = label - prediction, add learning_rate * error * x_n to the weights and "
        "learning_rate * error to the bias, and return both. Build new ones; do not write into w.",
    ),
    mistakes=(
        Mistake(
            "sign-turned",
            update_sign,
            "Your `w` and `b` move by the right amount, the wrong way.",
            "After the step, the same sample should be nearer to its label.",
            "If the label is 1 and the prediction 0, should the sum grow or shrink?",
        ),
        Mistake(
            "moves-when-right",
            update_always,
            "Your `w` and `b` move even when the answer was right.",
            "The perceptron learns from its mistakes, and from nothing else.",
            "What should happen if the prediction already equals the label?",
        ),
        Mistake(
            "label-for-error",
            update_by_label,
            "Your `w` and `b` move whenever the label is 1, and never when it is 0.",
            "What counts is not the label but how the prediction differs from it.",
            "In how many ways can prediction and label differ, and what is the label less the "
            "prediction in each?",
        ),
        Mistake(
            "zeros-teach-nothing",
            update_label_when_wrong,
            "Your `w` and `b` stay as they are when a 0 was taken for a 1.",
            "There are two ways to be wrong, and both teach.",
            "If the prediction was 1 and the label 0, by what do your lines move w and b?",
        ),
        Mistake(
            "one-way-only",
            update_one_way,
            "Your `w` and `b` move the same way whichever mistake was made.",
            "A 1 taken for a 0 and a 0 taken for a 1 are mistakes in opposite directions.",
            "If the prediction was 1 and the label 0, should the sum grow or shrink?",
        ),
        Mistake(
            "sum-for-prediction",
            update_raw_sum,
            "Your `w` and `b` move in proportion to the label less the weighted sum, even when the "
            "answer was right.",
            "That is a rule of its own, ADALINE. The perceptron learns from its answer, 0 or 1.",
            "Which numbers can a prediction be, and which can your error be?",
        ),
        Mistake(
            "bias-once-a-feature",
            update_bias_each_feature,
            "Your `b` moves D times too far, while `w` is right.",
            "There is one bias, and one mistake moves it once.",
            "Is the line that changes b inside a loop over the features?",
        ),
        Mistake(
            "bias-forgotten",
            update_no_bias,
            "Your `w` is right, and your `b` never moves.",
            "The bias learns as the weights do.",
            "Which sample would have to be 1 in every feature for the bias to be a weight?",
        ),
        Mistake(
            "bias-times-input",
            update_bias_by_input,
            "Your `b` has become an array with D entries: the input is in it.",
            "A weight's share in a mistake is its input; the bias has no input.",
            "By which number is b multiplied in the weighted sum?",
        ),
        Mistake(
            "bias-times-summed-input",
            update_bias_by_input_sum,
            "Your `b` moves by the sum of the steps of all weights.",
            "A weight's share in a mistake is its input; the bias has no input.",
            "By which number is b multiplied in the weighted sum?",
        ),
        Mistake(
            "learning-rate-forgotten",
            update_no_rate,
            "Your `w` and `b` move as if `learning_rate` were 1.",
            "The learning rate says how far one mistake may move the line.",
            "If learning_rate were 0, how far should anything move?",
        ),
        Mistake(
            "learning-rate-forgotten-on-bias",
            update_no_rate_on_bias,
            "Your `w` is right, and your `b` moves as if `learning_rate` were 1.",
            "Weights and bias take steps of the same scale.",
            "If learning_rate were 0, how far should b move?",
        ),
        Mistake(
            "input-forgotten",
            update_no_input,
            "All entries of your `w` move by the same amount.",
            "An input that was 0 had no part in the mistake, and a large one had a large part.",
            "Which features of x_n pushed the sum the wrong way, and how strongly?",
        ),
        Mistake(
            "predicts-without-bias",
            update_predicts_without_bias,
            "Your `w` and `b` move, or stay, as if the prediction had been made without `b`.",
            "What is to be corrected is the answer that the perceptron really gives.",
            "Which function already makes that answer?",
        ),
        Mistake(
            "step-alone",
            update_step_only,
            "Your `w` and `b` are the step alone: what was learned before is gone.",
            "A step starts from where you stand.",
            "When the answer was right, what should come back, and what does?",
        ),
        Mistake(
            "bias-judged-after-the-weights-moved",
            update_bias_judged_later,
            "Your `w` is right, and your `b` moves only where the sample is still wrong after the "
            "step of `w`.",
            "One mistake moves weights and bias together.",
            "With which weights is the prediction made from which b learns?",
        ),
        Mistake(
            "weights-judged-after-the-bias-moved",
            update_weights_judged_later,
            "Your `b` is right, and your `w` moves only where the sample is still wrong after the "
            "step of `b`.",
            "One mistake moves weights and bias together.",
            "With which bias is the prediction made from which w learns?",
        ),
        Mistake(
            "repeated-until-right",
            update_until_right,
            "Your `w` and `b` take more than one step where one is not enough.",
            "One turn is one step; the sample will have further turns.",
            "How often does the line run that changes w?",
        ),
        Mistake(
            "label-as-a-sign",
            update_with_error(
                lambda x_n, y_n, w, b: 2 * y_n - 1 - int(perceptron_predict(x_n, w, b))
            ),
            "Your `w` and `b` move as if the label were -1 or 1, while the prediction is 0 or 1.",
            "What is compared has to be counted in the same way.",
            "For a label of 0 and a prediction of 0, what is your error?",
            also=(
                update_with_error(lambda x_n, y_n, w, b: y_n - np.sign(x_n @ w + b)),
                update_with_error(lambda x_n, y_n, w, b: 2 * y_n - 1 - (x_n @ w + b)),
            ),
        ),
        Mistake(
            "two-steps-for-one",
            steps_like(lambda e, x_n, *_: 2 * x_n, lambda *_: 2),
            "Your `w` and `b` move twice as far as they should.",
            "With the labels -1 and 1 a mistake differs by 2; with 0 and 1 it differs by 1.",
            "Which values can your error have?",
            also=(steps_like(lambda e, x_n, *_: x_n / 2, lambda *_: 0.5),),
        ),
        Mistake(
            "ones-teach-nothing",
            update_with_error(lambda *given: min(error_of(*given), 0)),
            "Your `w` and `b` stay as they are when a 1 was taken for a 0.",
            "There are two ways to be wrong, and both teach.",
            "If the prediction was 0 and the label 1, what do your lines do?",
        ),
        Mistake(
            "weights-forgotten",
            steps_like(lambda e, x_n, *_: 0 * x_n),
            "Your `b` is right, and your `w` never moves.",
            "The weights learn too, each in proportion to its input.",
            "Which line makes the new w, and is that what you return?",
        ),
        Mistake(
            "learning-rate-forgotten-on-weights",
            steps_like(lambda e, x_n, y_n, w, b, rate: x_n / rate),
            "Your `b` is right, and your `w` moves as if `learning_rate` were 1.",
            "Weights and bias take steps of the same scale.",
            "If learning_rate were 0, how far should w move?",
        ),
        Mistake(
            "learning-rate-divides",
            steps_like(lambda e, x_n, y_n, w, b, r: x_n / r**2, lambda e, x, y, w, b, r: r**-2),
            "The smaller `learning_rate` is, the further your `w` and `b` move.",
            "A large learning rate means large steps.",
            "If learning_rate were twice as large, how far should b move?",
        ),
        Mistake(
            "weights-turned",
            steps_like(lambda e, x_n, *_: -x_n),
            "Your `b` moves as it should, and your `w` by the right amount the wrong way.",
            "Weights and bias pull in the same direction: towards the right answer.",
            "If the label is 1 and the prediction 0, should x_n @ w grow or shrink?",
        ),
        Mistake(
            "bias-turned",
            steps_like(lambda e, x_n, *_: x_n, lambda *_: -1),
            "Your `w` moves as it should, and your `b` by the right amount the wrong way.",
            "A threshold falls where a bias grows. This is a bias.",
            "If the label is 1 and the prediction 0, should b grow or shrink?",
        ),
        Mistake(
            "weights-for-the-input",
            steps_like(lambda e, x_n, y_n, w, *_: w),
            "Your `w` grows or shrinks in proportion to itself: the input is not in its step.",
            "An input that was 0 had no part in the mistake, and a large one had a large part.",
            "Which features of x_n pushed the sum the wrong way, and how strongly?",
            also=(
                steps_like(lambda e, x_n, y_n, w, *_: w * x_n),
                steps_like(lambda e, x_n, y_n, w, b, r: w, lambda e, x, y, w, b, r: b),
            ),
        ),
        Mistake(
            "bias-times-itself",
            steps_like(lambda e, x_n, *_: x_n, lambda e, x_n, y_n, w, b, rate: b),
            "Your `w` is right, and your `b` moves in proportion to itself.",
            "The bias is a weight whose input is always 1.",
            "If b is 0, how far does yours move?",
        ),
        Mistake(
            "input-scaled",
            steps_like(lambda e, x_n, *_: x_n / np.linalg.norm(x_n)),
            "The step of your `w` has the same length for every sample: the input is divided by "
            "its own length.",
            "A sample that is far out moves the weights further.",
            "If all features of x_n were twice as large, what should become of the step?",
            also=(
                steps_like(lambda e, x_n, *_: np.sign(x_n)),
                steps_like(lambda e, x_n, *_: x_n / (x_n @ x_n)),
                steps_like(lambda e, x_n, *_: x_n / len(x_n)),
            ),
        ),
        Mistake(
            "input-without-its-sign",
            steps_like(lambda e, x_n, *_: np.abs(x_n)),
            "Your `w` moves the same way in every entry, also where the input is negative.",
            "With a negative input, a smaller weight makes the sum larger.",
            "If x_n[0] is -2 and the sum should grow, which way should w[0] move?",
            also=(steps_like(lambda e, x_n, *_: x_n**2),),
        ),
        Mistake(
            "sum-squashed-for-prediction",
            update_with_error(lambda x_n, y_n, w, b: y_n - 1 / (1 + np.exp(-(x_n @ w + b)))),
            "Your `w` and `b` move a little even when the answer was right: the error is the label "
            "less a sigmoid.",
            "That is logistic regression. The perceptron learns from its answer, 0 or 1.",
            "Which numbers can a prediction be, and which can your error be?",
        ),
        Mistake(
            "rate-for-one-label-alone",
            lambda x_n, y_n, w, b, rate: perceptron_update(x_n, y_n, w, b, 1.0 if y_n else rate),
            "Your steps have the right length for one label, and for the other they go as if "
            "`learning_rate` were 1.",
            "Both mistakes, a 1 taken for a 0 and a 0 taken for a 1, take steps of the same scale.",
            "In which of your branches is learning_rate missing?",
            also=(
                lambda x_n, y_n, w, b, rate: perceptron_update(
                    x_n, y_n, w, b, rate if y_n else 1.0
                ),
            ),
        ),
        Mistake(
            "bias-counted-twice",
            lambda x_n, y_n, w, b, rate: (
                w + rate * error_of(x_n, y_n, w, b) * x_n,
                2 * b + rate * error_of(x_n, y_n, w, b),
            ),
            "Your `w` is right, and your new `b` holds the old one twice.",
            "The step is added to what was there, once.",
            "When the answer was right, what comes out for b, and what should?",
        ),
    ),
    uses={"perceptron_predict": perceptron_predict},
)

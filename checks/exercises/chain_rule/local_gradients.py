"""The exercise local_gradients: a node's derivative for each of its parents."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backprop_lib.graph import local_gradients, node_value
from checks.exercise import Case, Exercise, Mistake

__all__ = ["LOCAL_GRADIENTS"]


def local_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Every operation on both sides of where it changes, and with parents that are alike."""

    def somewhere() -> float:
        return round(float(rng.choice([-1, 1]) * rng.uniform(0.4, 0.9)), 3)

    def above_zero() -> float:
        return round(float(rng.uniform(1.5, 3.0)), 3)

    twin, little = above_zero(), round(float(rng.uniform(0.004, 0.009)), 4)
    return (
        local_case("add", [somewhere(), above_zero()]),
        local_case("multiply", [above_zero(), -abs(somewhere())]),
        local_case("exp", [somewhere()]),
        local_case("log", [above_zero()]),
        local_case("tanh", [somewhere()]),
        local_case("relu", [above_zero()]),
        local_case("relu", [little]),
        local_case("relu", [-little], flat=True),
        local_case("relu", [-above_zero()], flat=True),
        # both parents alike, the other side of 0, and far out
        local_case("multiply", [twin, twin]),
        local_case("multiply", [0.0, above_zero()]),
        local_case("add", [twin, twin]),
        local_case("exp", [-above_zero()]),
        local_case("log", [abs(somewhere())]),
        local_case("tanh", [-above_zero()]),
        local_case("tanh", [above_zero()]),
        local_case("relu", [10 * above_zero()]),
    )


def local_case(operation: str, parents: list[float], flat: bool = False) -> Case:
    """One node. Where it is flat, differences cannot say how small a slope of 0 is."""

    def loss(name: str, array: np.ndarray) -> float:
        moved = list(parents)
        moved["ab".index(name[-1])] = float(array)
        return node_value(operation, moved)

    outputs = {
        f"slope for {letter}": np.array(value) for letter, value in zip("ab", parents, strict=False)
    }
    label = f"{operation}({', '.join(map(str, parents))})"
    if flat:
        return Case({}, (operation, parents), values=tuple(outputs), label=label)
    return Case({}, (operation, parents), outputs, loss, label=label)


def but_for(operation: str, wrong: Callable[..., tuple[float, ...]]) -> Callable[..., Any]:
    """The right function, but for one operation, where it gives wrong(*parents)."""

    def local(asked: str, parents: list[float]) -> tuple[float, ...]:
        return wrong(*parents) if asked == operation else local_gradients(asked, parents)

    return local


def measured_slopes(step: float) -> Callable[..., tuple[float, ...]]:
    """A wrong implementation: each parent is moved by this step, to one side only."""

    def local(operation: str, parents: list[float]) -> tuple[float, ...]:
        value = node_value(operation, parents)
        moved = ([*parents[:i], p + step, *parents[i + 1 :]] for i, p in enumerate(parents))
        return tuple((node_value(operation, there) - value) / step for there in moved)

    return local


LOCAL_GRADIENTS = Exercise(
    name="local_gradients",
    lesson="04_chain_rule",
    goal="The derivative of one node's value for each of its parents.",
    points=3,
    minutes=8,
    difficulty=2,
    reference=local_gradients,
    returns="tuple",
    cases=local_cases,
    hints=(
        "Take one operation at a time: if this parent grows a little, how does the value move?",
        "A sum passes every change on as it is. In a product, how strongly one factor acts is "
        "decided by the other. For the rest, look up the derivative of the function.",
        "add: 1 and 1. multiply: b and a. exp(a): exp(a). log(a): 1 / a. "
        "tanh(a): 1 - tanh(a) ** 2. relu(a): 1 where a > 0, else 0. Always return a tuple, "
        "also of one number.",
    ),
    mistakes=(
        Mistake(
            "multiply-own-factor",
            but_for("multiply", lambda a, b: (a, b)),
            "For multiply, your slope for a is a itself, and your slope for b is b.",
            "A factor acts the more strongly, the larger its partner is.",
            "If b is 100 and a grows by 1, by how much does a times b grow?",
        ),
        Mistake(
            "multiply-the-product",
            but_for("multiply", lambda a, b: (a * b, a * b)),
            "For multiply, your slopes for a and b are both the product.",
            "A derivative is how fast the value moves, not the value itself.",
            "If a grows by 1, by how much does a times b grow?",
        ),
        Mistake(
            "multiply-like-add",
            but_for("multiply", lambda a, b: (1.0, 1.0)),
            "For multiply, your slopes for a and b are both 1, as they are for add.",
            "In a sum every part counts as it is; in a product it is made larger or smaller.",
            "If a grows by 1, by how much does a times b grow?",
        ),
        Mistake(
            "add-shared-out",
            but_for("add", lambda a, b: (0.5, 0.5)),
            "For add, your slopes for a and b are a half each.",
            "A derivative is not shared out: each parent is moved while the other stands still.",
            "If a grows by 1 and b stays, by how much does a + b grow?",
        ),
        Mistake(
            "add-the-values",
            but_for("add", lambda a, b: (a, b)),
            "For add, your slopes for a and b are the parents' own values.",
            "How fast a sum moves does not depend on where its parts stand.",
            "If a grows by 1 and b stays, by how much does a + b grow?",
        ),
        Mistake(
            "exp-as-a-power",
            but_for("exp", lambda a: (a * np.exp(a - 1),)),
            "For exp, your slope for a follows the rule for powers of a.",
            "In exp(a) it is the exponent that moves, and the base stays.",
            "Which function is its own slope everywhere?",
        ),
        Mistake(
            "exp-like-a-line",
            but_for("exp", lambda a: (a,)),
            "For exp, your slope for a is a itself.",
            "exp grows the faster, the larger its value is.",
            "At a = 0 the curve of exp rises. Which slope has it there, and which is yours?",
        ),
        Mistake(
            "log-kept",
            but_for("log", lambda a: (np.log(a),)),
            "For log, your slope for a is the logarithm itself.",
            "A derivative is how fast the value moves, not the value itself.",
            "Far to the right the curve of log is high. Is it steep there?",
        ),
        Mistake(
            "one-over-log",
            but_for("log", lambda a: (1 / np.log(a),)),
            "For log, your slope for a is 1 divided by the logarithm.",
            "The slope of log is simpler than log: it can be computed without it.",
            "At a = 1 the curve of log has a slope. What does yours give there?",
        ),
        Mistake(
            "tanh-square-of-the-input",
            but_for("tanh", lambda a: (1 - a**2,)),
            "For tanh, your slope for a is 1 - a squared: the input, where the output belongs.",
            "Far from 0 tanh is flat: its slope goes to 0 and never below.",
            "What does your formula give at a = 3?",
        ),
        Mistake(
            "tanh-not-squared",
            but_for("tanh", lambda a: (1 - np.tanh(a),)),
            "For tanh, your slope for a is 1 - tanh(a), with no square.",
            "The curve of tanh is as steep on the left as on the right.",
            "What does your formula give at a = 1, and what at a = -1?",
        ),
        Mistake(
            "tanh-like-a-sigmoid",
            but_for("tanh", lambda a: (np.tanh(a) * (1 - np.tanh(a)),)),
            "For tanh, your slope for a is t (1 - t) with t = tanh(a): that goes with the sigmoid.",
            "At 0 tanh is steepest.",
            "What does your formula give at a = 0?",
        ),
        Mistake(
            "relu-the-value",
            but_for("relu", lambda a: (max(a, 0.0),)),
            "For relu, your slope for a is the value of relu itself.",
            "The slope of a straight line does not depend on where you stand on it.",
            "What is the slope of relu at a = 1, and what is it at a = 2?",
        ),
        Mistake(
            "log-slope-of-the-slope",
            but_for("log", lambda a: (-1 / a**2,)),
            "For log, your slope for a is not 1 / a but a square or a sign away from it.",
            "1 / a is the slope of log; it has a slope of its own, which is not asked for.",
            "What is the slope of log at a = 2, and what does your formula give there?",
            also=(
                but_for("log", lambda a: (1 / a**2,)),
                but_for("log", lambda a: (-1 / a,)),
            ),
        ),
        Mistake(
            "log-divided-whole",
            but_for("log", lambda a: (1 // a,)),
            "For log, your slope for a is a whole number: what stands behind the point is cut off.",
            "In Python // divides and throws the rest away.",
            "What are 1 / 2 and 1 // 2?",
        ),
        Mistake(
            "log-of-another-base",
            but_for("log", lambda a: (1 / (a * np.log(10)),)),
            "For log, your slope for a is that of a logarithm with another base.",
            "math.log is the natural logarithm, with base e.",
            "What is the slope of the natural logarithm at a = 1?",
            also=(but_for("log", lambda a: (1 / (a * np.log(2)),)),),
        ),
        Mistake(
            "log-like-exp",
            but_for("log", lambda a: (np.exp(a),)),
            "For log, your slope for a belongs to another function.",
            "The logarithm gets ever flatter, the further to the right.",
            "What is the slope of log at a = 10, roughly?",
            also=(
                but_for("log", lambda a: (a,)),
                but_for("log", lambda a: (1 / np.exp(a),)),
                but_for("log", lambda a: (1.0,)),
            ),
        ),
        Mistake(
            "exp-with-the-input-too",
            but_for("exp", lambda a: (a * np.exp(a),)),
            "For exp, your slope for a is more than exp(a) alone.",
            "exp is its own slope, and nothing comes on top.",
            "At a = 0 the curve of exp has the slope 1. What does your formula give at a = 2?",
            also=(
                but_for("exp", lambda a: (np.exp(a) / a if a else 1.0,)),
                but_for("exp", lambda a: (np.exp(a) + 1,)),
                but_for("exp", lambda a: (np.exp(a) - 1,)),
            ),
        ),
        Mistake(
            "exp-turned",
            but_for("exp", lambda a: (np.exp(-a),)),
            "For exp, your slope for a has a minus too many.",
            "exp grows everywhere, and the faster the further to the right.",
            "Is the slope of exp larger at 1 or at -1, and what does yours say?",
            also=(
                but_for("exp", lambda a: (-np.exp(a),)),
                but_for("exp", lambda a: (-np.exp(-a),)),
            ),
        ),
        Mistake(
            "exp-a-constant",
            but_for("exp", lambda a: (1.0,)),
            "For exp, your slope for a is the same number everywhere.",
            "exp grows the faster, the larger its value is.",
            "Is exp as steep at 3 as it is at 0?",
            also=(
                but_for("exp", lambda a: (np.e,)),
                but_for("exp", lambda a: (0.0,)),
            ),
        ),
        Mistake(
            "tanh-not-finished",
            but_for("tanh", lambda a: (np.tanh(a),)),
            "For tanh, your slope for a is its value, or another part of the formula only.",
            "The slope of tanh is 1 at 0 and falls off to both sides.",
            "What does your formula give at a = 0, and what at a = 3?",
            also=(
                but_for("tanh", lambda a: (np.tanh(a) ** 2,)),
                but_for("tanh", lambda a: (1 / np.cosh(a),)),
                but_for("tanh", lambda a: (-(np.tanh(a) ** 2),)),
            ),
        ),
        Mistake(
            "tanh-sign-of-the-square",
            but_for("tanh", lambda a: (1 + np.tanh(a) ** 2,)),
            "For tanh, your slope for a has the parts of the formula, put together in another way.",
            "The slope of tanh is 1 at 0, is the same on both sides, and never leaves 0 to 1.",
            "What does your formula give at a = 2 and at a = -2?",
            also=(
                but_for("tanh", lambda a: (np.tanh(a) ** 2 - 1,)),
                but_for("tanh", lambda a: (1 - 2 * np.tanh(a),)),
                but_for("tanh", lambda a: ((1 - np.tanh(a)) ** 2,)),
                but_for("tanh", lambda a: (1 - np.tanh(a**2),)),
                but_for("tanh", lambda a: (2 * (1 - np.tanh(a) ** 2),)),
                but_for("tanh", lambda a: (1 - np.tanh(a) ** 3,)),
            ),
        ),
        Mistake(
            "tanh-of-tanh",
            but_for("tanh", lambda a: (1 - np.tanh(np.tanh(a)) ** 2,)),
            "For tanh, your slope for a is taken at the value that came out, not at the one "
            "that went in.",
            "`parents` are the values that went into the node.",
            "How often is tanh taken in your formula?",
        ),
        Mistake(
            "relu-turned",
            but_for("relu", lambda a: (1.0 if a < 0 else 0.0,)),
            "For relu, your slope for a is 1 where it should be 0, and 0 where it should be 1.",
            "Where a is positive, relu lets it through as it is.",
            "What is the slope of relu to the right of zero?",
        ),
        Mistake(
            "relu-always-closed",
            but_for("relu", lambda a: (0.0,)),
            "For relu, your slope for a is 0 everywhere.",
            "Where a is positive, the value moves as a does.",
            "What is the slope of relu to the right of zero?",
        ),
        Mistake(
            "relu-sign",
            but_for("relu", lambda a: (1.0 if a > 0 else -1.0,)),
            "For relu, your slope for a is -1 where a is negative: it is that of the size of a.",
            "Where a is negative the value is 0 and stays 0 when a moves a little.",
            "What is the slope of relu to the left of zero?",
        ),
        Mistake(
            "relu-leaks",
            but_for("relu", lambda a: (1.0 if a > 0 else 0.01,)),
            "For relu, your slope for a is not 0 where a is negative: it leaks.",
            "Where a is negative the value is 0 and stays 0 when a moves a little.",
            "What is the slope of relu to the left of zero?",
            also=(
                but_for("relu", lambda a: (1.0 if a > 0 else 0.1,)),
                but_for("relu", lambda a: (1.0 if a > 0 else 0.5,)),
            ),
        ),
        Mistake(
            "relu-from-one-on",
            but_for("relu", lambda a: (1.0 if a > 1 else 0.0,)),
            "For relu, your slope for a is 0 between 0 and 1 as well.",
            "The kink of relu is at 0.",
            "What is relu(0.5), and what is relu(0.6)?",
        ),
        Mistake(
            "relu-smoothed",
            but_for("relu", lambda a: (1 / (1 + np.exp(-a)),)),
            "For relu, your slope for a changes smoothly: it is a sigmoid.",
            "relu has a kink: on each side its slope is one number.",
            "What is the slope of relu at a = 1, and what is it at a = 2?",
        ),
        Mistake(
            "multiply-square-doubled",
            but_for("multiply", lambda a, b: (2 * a, 2 * a) if a == b else (b, a)),
            "For multiply, your slopes are doubled where both factors are equal.",
            "Each parent has a slope of its own, for that one use; where a node has one parent "
            "twice, the walk adds up both.",
            "If a and b are both 3 and only a moves, by how much does the product move?",
        ),
        Mistake(
            "multiply-one-for-both",
            but_for("multiply", lambda a, b: (b, b)),
            "For multiply, your slopes for a and b are the same factor.",
            "Each factor acts as strongly as the other one is large.",
            "If b is 100 and a is 1, which of the two acts more strongly?",
            also=(but_for("multiply", lambda a, b: (a, a)),),
        ),
        Mistake(
            "multiply-shared-out",
            but_for("multiply", lambda a, b: (b / 2, a / 2)),
            "For multiply, your slopes are half or twice what they should be.",
            "A derivative is not shared out: one factor is moved while the other stands still.",
            "If b is 100 and a grows by 1, by how much does a times b grow?",
            also=(but_for("multiply", lambda a, b: (2 * b, 2 * a)),),
        ),
        Mistake(
            "multiply-a-sum",
            but_for("multiply", lambda a, b: (a + b, a + b)),
            "For multiply, your slopes have a sum in them.",
            "One factor moves, the other stands still.",
            "If b is 100 and a grows by 1, by how much does a times b grow?",
            also=(but_for("multiply", lambda a, b: (1 + b, 1 + a)),),
        ),
        Mistake(
            "multiply-sign",
            but_for("multiply", lambda a, b: (-b, -a)),
            "For multiply, your slopes have the wrong sign somewhere.",
            "A negative factor turns the direction of the other; a positive one does not.",
            "If b is -2 and a grows by 1, by how much does a times b move?",
            also=(
                but_for("multiply", lambda a, b: (abs(b), abs(a))),
                but_for("multiply", lambda a, b: (b, -a)),
            ),
        ),
        Mistake(
            "multiply-one-over",
            but_for("multiply", lambda a, b: (1 / b if b else 0.0, 1 / a if a else 0.0)),
            "For multiply, your slopes are one divided by the other factor.",
            "A factor acts the more strongly, the larger its partner is.",
            "If b is 100 and a grows by 1, by how much does a times b grow?",
        ),
        Mistake(
            "add-one-alone",
            but_for("add", lambda a, b: (1.0, 0.0)),
            "For add, your slope for some parent is 0.",
            "Both parts of a sum move it.",
            "If b grows by 1 and a stays, by how much does a + b grow?",
            also=(
                but_for("add", lambda a, b: (0.0, 1.0)),
                but_for("add", lambda a, b: (0.0, 0.0)),
            ),
        ),
        Mistake(
            "add-like-multiply",
            but_for("add", lambda a, b: (b, a)),
            "For add, your slopes depend on the values, or are not 1.",
            "How fast a sum moves does not depend on where its parts stand.",
            "If a grows by 1 and b stays, by how much does a + b grow?",
            also=(
                but_for("add", lambda a, b: (a + b, a + b)),
                but_for("add", lambda a, b: (2.0, 2.0)),
            ),
        ),
        Mistake(
            "add-a-minus",
            but_for("add", lambda a, b: (1.0, -1.0)),
            "For add, your slope for a parent is negative.",
            "A sum grows when either part does.",
            "If b grows by 1 and a stays, by how much does a + b grow?",
            also=(but_for("add", lambda a, b: (-1.0, -1.0)),),
        ),
        Mistake(
            "measured-on-one-side",
            measured_slopes(0.01),
            "Your slopes are measured, not known: they are off in the third or fourth digit, where "
            "the curve bends.",
            "A derivative is where the measured slopes go to as the step becomes 0, and there is "
            "a formula for it.",
            "What is your slope of exp at a = 0, and what is the exact one?",
            also=tuple(measured_slopes(step) for step in (0.1, 1e-3, 1e-4, -0.01, -1e-3)),
        ),
        Mistake(
            "relu-always-open",
            but_for("relu", lambda a: (1.0,)),
            "For relu, your slope for a is 1 also where a is negative.",
            "Where a is negative the value is 0 and stays 0 when a moves a little.",
            "What is the slope of relu to the left of zero?",
        ),
    ),
)

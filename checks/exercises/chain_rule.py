"""Exercises of lesson 04: the chain rule on a graph of numbers.

The graphs are plain dictionaries (see backprop_lib/graph.py). Their entries are shuffled, so that
it shows when a node is visited before its time.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from backprop_lib.graph import (
    graph_backward,
    graph_forward,
    local_gradients,
    node_value,
    topological_order,
)
from backprop_lib.numerical import gradient_check, numerical_gradient
from checks.exercise import Case, Exercise, Mistake

__all__ = ["EXERCISES"]

LESSON = "04_chain_rule"

Graph = dict[str, tuple[str, ...]]
Numbers = dict[str, float]


# Graphs for the cases

TWISTED: Graph = {
    # bend is used three times, and has parents of its own
    "product": ("multiply", "x", "y"),
    "bend": ("tanh", "product"),
    "square": ("multiply", "bend", "bend"),
    "sum": ("add", "square", "bend"),
    "out": ("multiply", "sum", "x"),
    "unused": ("exp", "sum"),
}
CHAIN: Graph = {
    "grown": ("exp", "x"),
    "moved": ("add", "grown", "y"),
    "shrunk": ("log", "moved"),
    "scaled": ("multiply", "shrunk", "z"),
    "out": ("tanh", "scaled"),
}
LADDER: Graph = {
    "first": ("add", "x", "y"),
    "second": ("multiply", "first", "x"),
    "third": ("add", "first", "second"),
    "gate": ("relu", "third"),
    "out": ("multiply", "gate", "second"),
    "later": ("log", "out"),
}


AROUND_ZERO: Graph = {
    # an input of 0 and one below, negative slopes, a closed relu, a parent twice, and an input that
    # goes nowhere
    "double": ("add", "zero", "zero"),
    "level": ("multiply", "below", "across"),
    "closed": ("relu", "below"),
    "raised": ("exp", "zero"),
    "lower": ("multiply", "raised", "below"),
    "joined": ("add", "double", "lower"),
    "open": ("add", "joined", "closed"),
    "top": ("multiply", "open", "level"),
    "beyond": ("exp", "top"),
    "aside": ("tanh", "idle"),
}


BESIDE = ("unused", "later", "beyond", "aside")
"""Nodes that the output does not depend on."""


def draw_graph(rng: np.random.Generator, graph: Graph) -> tuple[Graph, Numbers]:
    """A graph with its entries in an order that will not do either way, and its inputs.

    TWISTED has its output before what that is made from, the others after it. So a walk along
    the entries, in whichever direction, gets somewhere in one of them and nowhere in another.
    """
    names = list(graph)
    edges = [(p, name) for name in names if name not in BESIDE for p in graph[name][1:]]
    while True:
        order = [names[i] for i in rng.permutation(len(names))]
        forwards = [order.index(p) < order.index(name) for p, name in edges if p in graph]
        out_first = order.index("out") < order.index(graph["out"][1])
        if any(forwards) and not all(forwards) and out_first == (graph is TWISTED):
            break
    inputs = sorted({p for p, _ in edges if p not in graph})
    numbers = {name: round(float(rng.uniform(0.4, 1.3)), 3) for name in inputs}
    return {name: graph[name] for name in order}, numbers


def around_zero(rng: np.random.Generator) -> tuple[Graph, Numbers]:
    """That graph with its entries shuffled, and its inputs; top is asked about."""
    names = [list(AROUND_ZERO)[i] for i in rng.permutation(len(AROUND_ZERO))]
    inputs = {
        "below": -round(float(rng.uniform(0.4, 1.3)), 3),
        "zero": 0.0,
        "across": round(float(rng.uniform(1.4, 2.3)), 3),
        "idle": round(float(rng.uniform(0.4, 1.3)), 3),
    }
    return {name: AROUND_ZERO[name] for name in names}, inputs


def described(inputs: Numbers, nodes: int) -> str:
    """A graph's case in a line."""
    numbers = ", ".join(f"{name}={value}" for name, value in inputs.items())
    return f"{nodes} nodes, {numbers}"


# numerical_gradient


def numerical_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Three graphs, with steps so large that each kind of difference gives numbers of its own. And
    one with inputs of 0 and below, and another output."""
    return (
        *(numerical_case(rng, *draw_graph(rng, graph)) for graph in (CHAIN, TWISTED, LADDER)),
        numerical_case(rng, *around_zero(rng), "top"),
    )


def numerical_case(
    rng: np.random.Generator, graph: Graph, inputs: Numbers, output: str = "out"
) -> Case:
    """One graph, somewhere."""
    step = round(float(rng.uniform(0.02, 0.06)), 4)
    label = f"{described(inputs, len(graph))}, step={step}"
    return Case({}, (graph, inputs, output, step), values=tuple(inputs), label=label)


def at(graph: Graph, inputs: Numbers, output: str, **moved: float) -> float:
    """The output where some of the inputs are others."""
    return graph_forward(graph, inputs | moved)[output]


def numerical_one_sided(graph: Graph, inputs: Numbers, output: str, step: float) -> Numbers:
    start = at(graph, inputs, output)
    return {
        k: (at(graph, inputs, output, **{k: v + step}) - start) / step for k, v in inputs.items()
    }


def numerical_backward_difference(
    graph: Graph, inputs: Numbers, output: str, step: float
) -> Numbers:
    start = at(graph, inputs, output)
    return {
        k: (start - at(graph, inputs, output, **{k: v - step})) / step for k, v in inputs.items()
    }


def numerical_half_step(graph: Graph, inputs: Numbers, output: str, step: float) -> Numbers:
    one_sided = numerical_one_sided(graph, inputs, output, step)
    return {name: slope / 2 for name, slope in one_sided.items()}


def numerical_half_moves(graph: Graph, inputs: Numbers, output: str, step: float) -> Numbers:
    nearer = numerical_gradient(graph, inputs, output, step / 2)
    return {name: slope / 2 for name, slope in nearer.items()}


def numerical_no_two(graph: Graph, inputs: Numbers, output: str, step: float) -> Numbers:
    right = numerical_gradient(graph, inputs, output, step)
    return {name: 2 * slope for name, slope in right.items()}


def numerical_not_divided(graph: Graph, inputs: Numbers, output: str, step: float) -> Numbers:
    right = numerical_gradient(graph, inputs, output, step)
    return {name: 2 * step * slope for name, slope in right.items()}


def numerical_precedence(graph: Graph, inputs: Numbers, output: str, step: float) -> Numbers:
    right = numerical_gradient(graph, inputs, output, step)
    return {name: slope * step**2 for name, slope in right.items()}


def numerical_divided_before(graph: Graph, inputs: Numbers, output: str, step: float) -> Numbers:
    return {
        k: at(graph, inputs, output, **{k: v + step})
        - at(graph, inputs, output, **{k: v - step}) / (2 * step)
        for k, v in inputs.items()
    }


def numerical_turned(graph: Graph, inputs: Numbers, output: str, step: float) -> Numbers:
    right = numerical_gradient(graph, inputs, output, step)
    return {name: -slope for name, slope in right.items()}


def numerical_all_at_once(graph: Graph, inputs: Numbers, output: str, step: float) -> Numbers:
    above = at(graph, {name: value + step for name, value in inputs.items()}, output)
    below = at(graph, {name: value - step for name, value in inputs.items()}, output)
    return dict.fromkeys(inputs, (above - below) / (2 * step))


def numerical_not_moved_back(graph: Graph, inputs: Numbers, output: str, step: float) -> Numbers:
    moved, slopes = dict(inputs), {}
    for name in inputs:
        moved[name] += step
        above = at(graph, moved, output)
        moved[name] -= 2 * step
        slopes[name] = (above - at(graph, moved, output)) / (2 * step)
    return slopes


def numerical_relative_step(graph: Graph, inputs: Numbers, output: str, step: float) -> Numbers:
    return {
        k: (
            at(graph, inputs, output, **{k: v * (1 + step)})
            - at(graph, inputs, output, **{k: v * (1 - step)})
        )
        / (2 * step)
        for k, v in inputs.items()
    }


def numerical_by_formula(graph: Graph, inputs: Numbers, output: str, step: float) -> Numbers:
    gradients = graph_backward(graph, graph_forward(graph, inputs), output)
    return {name: gradients[name] for name in inputs}


def numerical_with(
    slope: Callable[[float, float, float, float], float], own_step: float | None = None
) -> Callable[[Graph, Numbers, str, float], Numbers]:
    """A wrong implementation: the slope of an input from the output above, below and here, and the
    step, or a step of its own."""

    def slopes(graph: Graph, inputs: Numbers, output: str, step: float) -> Numbers:
        h, here = own_step or step, at(graph, inputs, output)
        return {
            k: slope(
                at(graph, inputs, output, **{k: v + h}),
                at(graph, inputs, output, **{k: v - h}),
                here,
                h,
            )
            for k, v in inputs.items()
        }

    return slopes


def numerical_share_of_value(graph: Graph, inputs: Numbers, output: str, step: float) -> Numbers:
    return {
        k: (
            at(graph, inputs, output, **{k: v * (1 + step)})
            - at(graph, inputs, output, **{k: v * (1 - step)})
        )
        / (2 * step * v if v else np.nan)
        for k, v in inputs.items()
    }


NUMERICAL_GRADIENT = Exercise(
    name="numerical_gradient",
    lesson=LESSON,
    goal="Find the slope of a graph's output for each input by moving it a step up and down.",
    points=2,
    minutes=8,
    difficulty=2,
    reference=numerical_gradient,
    returns="dict",
    cases=numerical_cases,
    hints=(
        "A slope is a rise divided by a run. Which two points on the curve do you compare?",
        "For each input on its own: the output with it a step higher, and with it a step lower, "
        "while all the other inputs stay as they were.",
        "graph_forward(graph, inputs | {name: value + step})[output] is the upper one. Take off "
        "the lower one, and divide by the distance between the two points.",
    ),
    mistakes=(
        Mistake(
            "one-sided",
            numerical_one_sided,
            "Your slopes are differences between a step up and the point itself.",
            "Looking to one side only, the bend of the curve is counted as slope.",
            "Where would a second point have to lie, so that the bend cancels?",
        ),
        Mistake(
            "one-sided-downwards",
            numerical_backward_difference,
            "Your slopes are differences between the point itself and a step down.",
            "Looking to one side only, the bend of the curve is counted as slope.",
            "Where would a second point have to lie, so that the bend cancels?",
        ),
        Mistake(
            "half-the-distance",
            numerical_half_step,
            "Your slopes are about half of what they should be: one step apart, divided by two.",
            "The run has to be the distance between the two points that were compared.",
            "How far apart are the points at which you compute the output?",
            also=(numerical_half_moves,),
        ),
        Mistake(
            "distance-of-one-step",
            numerical_no_two,
            "Your slopes are exactly twice too large.",
            "The run has to be the distance between the two points that were compared.",
            "How far is it from a step below to a step above?",
        ),
        Mistake(
            "not-divided",
            numerical_not_divided,
            "Your numbers are how far the output moves, not its slope.",
            "A slope does not get smaller when the step does.",
            "If the step were half as large, what would happen to your numbers?",
        ),
        Mistake(
            "divided-by-two-times-multiplied",
            numerical_precedence,
            "Your slopes are multiplied by the step where they should be divided by it.",
            "Python works through / and * from left to right.",
            "In which order is a / 2 * b computed?",
        ),
        Mistake(
            "only-the-second-divided",
            numerical_divided_before,
            "Your numbers are large and have the wrong sign: only the lower output is divided.",
            "Python divides before it subtracts.",
            "In which order is a - b / c computed?",
        ),
        Mistake(
            "lower-minus-upper",
            numerical_turned,
            "Your slopes have the right size and the opposite sign.",
            "A slope is positive where the output grows with the input.",
            "Which of the two outputs do you take off from which?",
        ),
        Mistake(
            "all-inputs-at-once",
            numerical_all_at_once,
            "Your slopes are the same for every input: all of them were moved together.",
            "What came from one input and what from another can then no longer be told.",
            "What has to hold still while one input moves?",
        ),
        Mistake(
            "not-moved-back",
            numerical_not_moved_back,
            "Your first slope is right; later ones are taken where earlier inputs are a step low.",
            "Each slope is asked for at the same point.",
            "After the two outputs of one input, where does that input stand?",
        ),
        Mistake(
            "step-in-proportion",
            numerical_relative_step,
            "Your inputs move by a share of their own size, but you divide by the plain step.",
            "The run has to be the distance between the two points that were compared.",
            "For an input of 0.5 and a step of 0.1, how far apart are your two points?",
        ),
        Mistake(
            "formula-in-place-of-differences",
            numerical_by_formula,
            "Your slopes do not depend on `step`: they are those of the chain rule, or of a step "
            "next to nothing.",
            "These numbers are to check the chain rule, so they must come about without it.",
            "Where does your function compute the output with an input that was moved?",
        ),
        Mistake(
            "step-ignored",
            numerical_with(lambda above, below, here, step: (above - below) / (2 * step), 0.01),
            "Your slopes belong to a step of your own, and not to `step`.",
            "How far each input is moved is handed in; the slope is asked for with that step.",
            "Where does your function use its fourth argument?",
            also=(
                numerical_with(lambda above, below, here, step: (above - below) / (2 * step), 0.1),
                numerical_with(lambda above, below, here, step: (above - here) / step, 0.01),
                numerical_with(lambda above, below, here, step: (above - here) / step, 1e-3),
            ),
        ),
        Mistake(
            "step-in-proportion-throughout",
            numerical_share_of_value,
            "Your inputs move by a share of their own size, so an input of 0 does not move at all.",
            "Each input is moved by the same step, however large it is.",
            "How far does your function move an input that is 0?",
        ),
        Mistake(
            "zeros-left-out",
            lambda graph, inputs, output, step: {
                name: slope if inputs[name] else 0.0
                for name, slope in numerical_gradient(graph, inputs, output, step).items()
            },
            "Your slope for an input of 0 is 0.",
            "`if value` is False for 0, and an input of 0 has a slope like any other.",
            "At x = 0, what is the slope of 3 x?",
        ),
        Mistake(
            "last-node-for-the-output",
            lambda graph, inputs, output, step: numerical_gradient(
                graph, inputs, topological_order(graph)[-1], step
            ),
            "Your slopes are those of another node than `output`: the last one that was computed.",
            "A graph may go on behind the output that is asked about.",
            "Which node is named by the third argument?",
            also=(
                lambda graph, inputs, output, step: numerical_gradient(
                    graph, inputs, list(graph)[-1], step
                ),
            ),
        ),
        Mistake(
            "bend-for-slope",
            numerical_with(lambda above, below, here, step: (above - 2 * here + below) / step**2),
            "Your numbers are the bend of the curve, the second derivative, not its slope.",
            "A slope compares two heights; a bend compares two slopes.",
            "For a straight line, what should come out, and what does?",
            also=(
                numerical_with(lambda above, below, here, step: (above - 2 * here + below) / step),
                numerical_with(
                    lambda above, below, here, step: (above - 2 * here + below) / (2 * step)
                ),
            ),
        ),
        Mistake(
            "added-for-subtracted",
            numerical_with(lambda above, below, here, step: (above + below) / (2 * step)),
            "Your slopes are huge: the two outputs are added.",
            "A rise is how much higher the one point lies than the other.",
            "For a flat curve, what should come out, and what does?",
            also=(numerical_with(lambda above, below, here, step: (above + below) / 2),),
        ),
        Mistake(
            "sign-lost",
            numerical_with(lambda above, below, here, step: abs(above - below) / (2 * step)),
            "None of your slopes is negative: only their size is left.",
            "A slope is negative where the output falls as the input grows.",
            "What should come out where a larger input makes a smaller output?",
        ),
        Mistake(
            "divided-by-the-square-of-the-step",
            numerical_with(lambda above, below, here, step: (above - below) / (2 * step**2)),
            "Your slopes grow as `step` gets smaller: it divides twice.",
            "The run is 2 h, and nothing else divides.",
            "If the step were half as large, what would happen to your numbers?",
            also=(
                numerical_with(lambda above, below, here, step: (above - below) / step**2),
                numerical_with(lambda above, below, here, step: (above - below) / (2 + step)),
                numerical_with(lambda above, below, here, step: (above - below) / 2),
            ),
        ),
        Mistake(
            "share-of-the-output",
            numerical_with(lambda above, below, here, step: (above - below) / (2 * step) / here),
            "Your slopes are divided by the output.",
            "A slope says how far the output moves, not by what share of itself.",
            "If the output is 0 somewhere, what would your slope be there?",
        ),
        Mistake(
            "only-one-input",
            lambda graph, inputs, output, step: {
                name: slope if name == next(iter(inputs)) else 0.0
                for name, slope in numerical_gradient(graph, inputs, output, step).items()
            },
            "Your slopes are 0 but for a single input.",
            "Every input has a slope.",
            "How far is the line that returns, or ends your loop, indented?",
            also=(
                lambda graph, inputs, output, step: {
                    name: slope if name == list(inputs)[-1] else 0.0
                    for name, slope in numerical_gradient(graph, inputs, output, step).items()
                },
            ),
        ),
        Mistake(
            "names-exchanged",
            lambda graph, inputs, output, step: dict(
                zip(
                    list(inputs)[::-1],
                    numerical_gradient(graph, inputs, output, step).values(),
                    strict=True,
                )
            ),
            "Your slopes are right, but under each other's names.",
            "A dictionary is asked by name, so each slope belongs under the name of its input.",
            "Which input was moved for the slope that you keep under the first name?",
        ),
    ),
)


# local_gradients


def local_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Every operation on both sides of where it changes, and with parents that are alike."""

    def somewhere() -> float:
        return round(float(rng.choice([-1, 1]) * rng.uniform(0.4, 0.9)), 3)

    def above_zero() -> float:
        return round(float(rng.uniform(1.5, 3.0)), 3)

    twin = above_zero()
    return (
        local_case("add", [somewhere(), above_zero()]),
        local_case("multiply", [above_zero(), -abs(somewhere())]),
        local_case("exp", [somewhere()]),
        local_case("log", [above_zero()]),
        local_case("tanh", [somewhere()]),
        local_case("relu", [above_zero()]),
        local_case("relu", [abs(somewhere())]),
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
    lesson=LESSON,
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
            "For tanh, your slope for a is a part of the formula only.",
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


# graph_backward


def backward_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """A chain, and graphs in which nodes are used several times; in one, values are 0 and below,
    and the output is another."""
    return (
        *(backward_case(*draw_graph(rng, graph)) for graph in (CHAIN, TWISTED, LADDER)),
        backward_case(*around_zero(rng), "top"),
    )


def backward_case(graph: Graph, inputs: Numbers, output: str = "out") -> Case:
    """One graph, somewhere."""
    values = graph_forward(graph, inputs)
    nodes = tuple(graph)

    def loss(name: str, array: np.ndarray) -> float:
        return graph_forward(graph, inputs | {name: float(array)})[output]

    return Case(
        {},
        (graph, values, output),
        {name: np.array(value) for name, value in inputs.items()},
        loss,
        values=nodes,
        label=described(inputs, len(graph)),
    )


Sends = list[tuple[str, float]]


def sends(graph: Graph, values: Numbers, name: str) -> Sends:
    """The parents of a node, each with the local gradient."""
    if name not in graph:
        return []
    operation, *parents = graph[name]
    local = local_gradients(operation, [values[parent] for parent in parents])
    return list(zip(parents, local, strict=True))


def backward_in_order(
    graph: Graph,
    values: Numbers,
    output: str,
    order: list[str],
    combine: Callable[[float, float, float], float] = lambda old, upstream, local: (
        old + upstream * local
    ),
    start: float = 1.0,
) -> Numbers:
    """Send gradients on, the nodes in this order; combine says what becomes of a parent's."""
    gradients = dict.fromkeys([*values], 0.0)
    gradients[output] = start
    for name in order:
        for parent, local in sends(graph, values, name):
            gradients[parent] = combine(gradients[parent], gradients[name], local)
    return gradients


def backward_last_kept(graph: Graph, values: Numbers, output: str) -> Numbers:
    order = topological_order(graph)[::-1]
    return backward_in_order(graph, values, output, order, lambda _, up, local: up * local)


def backward_first_kept(graph: Graph, values: Numbers, output: str) -> Numbers:
    order = topological_order(graph)[::-1]
    return backward_in_order(graph, values, output, order, lambda old, up, loc: old or up * loc)


def backward_upstream_forgotten(graph: Graph, values: Numbers, output: str) -> Numbers:
    order = topological_order(graph)[::-1]
    return backward_in_order(graph, values, output, order, lambda old, _, local: old + local)


def backward_upstream_forgotten_on_the_way(graph: Graph, values: Numbers, output: str) -> Numbers:
    # the same, but only nodes that have a gradient send anything on
    gradients = dict.fromkeys([*values], 0.0) | {output: 1.0}
    for name in topological_order(graph)[::-1]:
        if gradients[name] != 0:
            for parent, local in sends(graph, values, name):
                gradients[parent] += local
    return gradients


def backward_added(graph: Graph, values: Numbers, output: str) -> Numbers:
    order = topological_order(graph)[::-1]
    return backward_in_order(graph, values, output, order, lambda old, up, loc: old + up + loc)


def backward_local_forgotten(graph: Graph, values: Numbers, output: str) -> Numbers:
    order = topological_order(graph)[::-1]
    return backward_in_order(graph, values, output, order, lambda old, up, _: old + up)


def backward_entries_reversed(graph: Graph, values: Numbers, output: str) -> Numbers:
    return backward_in_order(graph, values, output, list(graph)[::-1])


def backward_entries_as_they_come(graph: Graph, values: Numbers, output: str) -> Numbers:
    return backward_in_order(graph, values, output, list(graph))


def backward_parents_first(graph: Graph, values: Numbers, output: str) -> Numbers:
    return backward_in_order(graph, values, output, topological_order(graph))


def backward_not_started(graph: Graph, values: Numbers, output: str) -> Numbers:
    return dict.fromkeys(values, 0.0)


def backward_started_with_value(graph: Graph, values: Numbers, output: str) -> Numbers:
    order = topological_order(graph)[::-1]
    return backward_in_order(graph, values, output, order, start=values[output])


def backward_all_ones(graph: Graph, values: Numbers, output: str) -> Numbers:
    gradients = dict.fromkeys(values, 1.0)
    for name in reversed(topological_order(graph)):
        for parent, local in sends(graph, values, name):
            gradients[parent] += gradients[name] * local
    return gradients


def backward_ends_started(graph: Graph, values: Numbers, output: str) -> Numbers:
    used = {parent for _, *parents in graph.values() for parent in parents}
    gradients = {name: float(name not in used or name == output) for name in values}
    for name in reversed(topological_order(graph)):
        for parent, local in sends(graph, values, name):
            gradients[parent] += gradients[name] * local
    return gradients


def backward_twin_parents_once(graph: Graph, values: Numbers, output: str) -> Numbers:
    gradients = dict.fromkeys(values, 0.0) | {output: 1.0}
    for name in reversed(topological_order(graph)):
        for parent, local in dict(sends(graph, values, name)).items():
            gradients[parent] += gradients[name] * local
    return gradients


def backward_depth_first(graph: Graph, values: Numbers, output: str) -> Numbers:
    gradients = dict.fromkeys(values, 0.0) | {output: 1.0}
    seen = set()

    def visit(name: str) -> None:
        seen.add(name)
        for parent, local in sends(graph, values, name):
            gradients[parent] += gradients[name] * local
            if parent not in seen:
                visit(parent)

    visit(output)
    return gradients


def backward_breadth_first(graph: Graph, values: Numbers, output: str) -> Numbers:
    order = [output]
    for name in order:  # grows meanwhile
        order += [p for p in dict(sends(graph, values, name)) if p not in order]
    return backward_in_order(graph, values, output, order)


def backward_sent_again(graph: Graph, values: Numbers, output: str) -> Numbers:
    gradients = dict.fromkeys(values, 0.0) | {output: 1.0}

    def visit(name: str) -> None:
        for parent, local in sends(graph, values, name):
            gradients[parent] += gradients[name] * local
            visit(parent)

    visit(output)
    return gradients


def backward_sent_again_in_turn(graph: Graph, values: Numbers, output: str) -> Numbers:
    order = [output]
    for name in order:  # grows meanwhile
        order += [parent for parent, _ in sends(graph, values, name)]
    return backward_in_order(graph, values, output, order)


def backward_at_own_value(graph: Graph, values: Numbers, output: str) -> Numbers:
    gradients = dict.fromkeys(values, 0.0)
    gradients[output] = 1.0
    for name in topological_order(graph)[::-1]:
        if name in graph:
            operation, *parents = graph[name]
            alone = len(parents) == 1
            at_values = [values[name]] if alone else [values[p] for p in parents]
            with np.errstate(all="ignore"):
                local = local_gradients(operation, at_values)
            for parent, slope in zip(parents, local, strict=True):
                gradients[parent] += gradients[name] * slope
    return gradients


def backward_last_started(graph: Graph, values: Numbers, output: str) -> Numbers:
    return graph_backward(graph, values, topological_order(graph)[-1])


def backward_combined(
    combine: Callable[[float, float, float], float],
) -> Callable[[Graph, Numbers, str], Numbers]:
    """A wrong implementation, right but for what becomes of a parent's gradient."""
    return lambda graph, values, output: backward_in_order(
        graph, values, output, topological_order(graph)[::-1], combine
    )


def backward_to_parents(
    choose: Callable[[Sends], Sends],
) -> Callable[[Graph, Numbers, str], Numbers]:
    """A wrong implementation, right but for which parents get what."""

    def backward(graph: Graph, values: Numbers, output: str) -> Numbers:
        gradients = dict.fromkeys(values, 0.0) | {output: 1.0}
        for name in reversed(topological_order(graph)):
            for parent, local in choose(sends(graph, values, name)):
                gradients[parent] += gradients[name] * local
        return gradients

    return backward


def backward_measured(step: float) -> Callable[[Graph, Numbers, str], Numbers]:
    """A wrong implementation: each node is moved by this step, to one side only."""

    def backward(graph: Graph, values: Numbers, output: str) -> Numbers:
        gradients = {}
        inputs = {name: value for name, value in values.items() if name not in graph}
        for name, value in values.items():
            moved = graph_forward(graph, inputs | {name: value + step})[output]
            gradients[name] = (moved - values[output]) / step
        return gradients

    return backward


def backward_averaged(graph: Graph, values: Numbers, output: str) -> Numbers:
    parts: dict[str, list[float]] = {name: [] for name in values}
    gradients = dict.fromkeys(values, 0.0) | {output: 1.0}
    for name in reversed(topological_order(graph)):
        if parts[name]:
            gradients[name] = sum(parts[name]) / len(parts[name])
        for parent, local in sends(graph, values, name):
            if gradients[name]:
                parts[parent].append(gradients[name] * local)
    return gradients


def backward_of_values(graph: Graph, values: Numbers, output: str) -> Numbers:
    gradients = dict.fromkeys(values, 0.0) | {output: 1.0}
    for name in reversed(topological_order(graph)):
        for parent, local in sends(graph, values, name):
            gradients[parent] += gradients[name] * local * values[parent]
    return gradients


def output_first(case: Case) -> tuple[tuple[str, ...], ...]:
    """The nodes in the order in which their gradients are complete."""
    return tuple((name,) for name in reversed(topological_order(case.args[0])))


GRAPH_BACKWARD = Exercise(
    name="graph_backward",
    lesson=LESSON,
    goal="Send the gradient from the output back to every node and every input of a graph.",
    points=4,
    minutes=20,
    difficulty=4,
    reference=graph_backward,
    order=output_first,
    returns="dict",
    cases=backward_cases,
    hints=(
        "The output's own gradient is known. Whose gradients follow from it at once?",
        "A node may send its gradient on when all that it was used for has sent its part. "
        "topological_order(graph) has every node after its parents: which way do you go?",
        "Begin with 0 for every name and 1 for the output. Go through the order from its end. "
        "For each node with an entry in the graph, add to each parent's gradient the node's "
        "gradient times the local gradient. Inputs have no entry: they send nothing.",
    ),
    mistakes=(
        Mistake(
            "last-path-kept",
            backward_last_kept,
            "Where a node is used more than once, your gradient holds only the last path's part.",
            "A node that acts on the output along two paths acts on it by both together.",
            "What happens to what a parent has already received when more arrives?",
        ),
        Mistake(
            "first-path-kept",
            backward_first_kept,
            "Where a node is used more than once, your gradient holds only the first path's part.",
            "A node that acts on the output along two paths acts on it by both together.",
            "What becomes of what arrives at a parent that has a gradient already?",
        ),
        Mistake(
            "same-parent-twice",
            backward_twin_parents_once,
            "Where a node has the same parent twice, as in b times b, only one of them counts.",
            "In b times b each of the factors moves when b does.",
            "What becomes of two entries with the same name in a dictionary or a set?",
        ),
        Mistake(
            "upstream-forgotten",
            backward_upstream_forgotten,
            "Your gradients are sums of local gradients: what arrives from above is not in them.",
            "Along a path the local gradients are multiplied, all the way from the output.",
            "If the output did not care about a node, what should that node send on?",
            also=(backward_upstream_forgotten_on_the_way,),
        ),
        Mistake(
            "added-along-the-path",
            backward_added,
            "Along a path your local gradients are added up.",
            "If b moves twice as far as a, and c three times as far as b, what does c do?",
            "What does the chain rule do with the slopes of two steps in a row?",
        ),
        Mistake(
            "local-gradient-forgotten",
            backward_local_forgotten,
            "Your gradients only count the paths: no local gradient is in them.",
            "How strongly a parent acts on a node depends on the operation and on the values.",
            "Which numbers of the forward pass does your function use?",
        ),
        Mistake(
            "entries-reversed",
            backward_entries_reversed,
            "Your gradients come from walking the entries of the graph from last to first.",
            "A dictionary holds its entries in the order in which someone wrote them.",
            "What must have happened before a node can send its gradient on?",
        ),
        Mistake(
            "entries-as-they-come",
            backward_entries_as_they_come,
            "Your gradients come from walking the entries of the graph from first to last.",
            "A dictionary holds its entries in the order in which someone wrote them.",
            "What must have happened before a node can send its gradient on?",
        ),
        Mistake(
            "parents-first",
            backward_parents_first,
            "Only the parents of the output get a gradient: your walk begins at the inputs.",
            "Values are computed from the inputs on. Gradients travel the other way.",
            "Which node's gradient is known before anything is computed?",
        ),
        Mistake(
            "sent-on-too-early",
            backward_depth_first,
            "Some of your nodes send their gradient on before all of it has arrived: you go deep "
            "at once.",
            "A node used in three places receives three parts, and must wait for the last.",
            "When you visit a node for the first time, have all that use it been visited?",
        ),
        Mistake(
            "level-by-level",
            backward_breadth_first,
            "Some of your nodes send their gradient on before all of it has arrived: you go level "
            "by level.",
            "One path from the output to a node may be longer than another.",
            "When you visit a node for the first time, have all that use it been visited?",
        ),
        Mistake(
            "sent-on-again",
            backward_sent_again,
            "Some of your gradients are too large: a node used twice sends the first part again.",
            "When a second part arrives, the first is already on its way.",
            "On a node's second visit, what does its gradient hold, and what of it is new?",
        ),
        Mistake(
            "sent-on-once-a-path",
            backward_sent_again_in_turn,
            "Some of your gradients are too large: a node used twice sends all it has twice.",
            "A node has one gradient, and sends it on once.",
            "How often does each node come up in your walk?",
        ),
        Mistake(
            "not-started",
            backward_not_started,
            "Your gradients are all zero.",
            "Everything that travels back comes from the gradient of the output itself.",
            "What is d(out)/d(out)?",
        ),
        Mistake(
            "started-with-the-value",
            backward_started_with_value,
            "Your gradients are all too large or too small by one factor: the value of out.",
            "A gradient says how the output moves, wherever it stands.",
            "What is d(out)/d(out)?",
        ),
        Mistake(
            "all-start-at-one",
            backward_all_ones,
            "Your gradients begin at 1 for every node, and not for the output alone.",
            "All that a node has is what arrives from the nodes that use it.",
            "If a node acts on the output in no way, what should its gradient be?",
        ),
        Mistake(
            "last-of-the-order-started",
            backward_last_started,
            "Your gradients are those of the last node in the order, which is not always the "
            "output.",
            "A graph may go on behind the output that is asked about.",
            "Which node is named by the third argument?",
        ),
        Mistake(
            "local-gradient-at-the-own-value",
            backward_at_own_value,
            "Your nodes with one parent send on the slope at their own value, not at the parent's.",
            "The slope of exp at a is asked for where a stands: at the value that went in.",
            "Whose value does local_gradients want, the node's or its parent's?",
        ),
        Mistake(
            "every-end-started",
            backward_ends_started,
            "Your gradients begin at 1 for every node that nobody uses, not for the output alone.",
            "A graph may compute more than one thing; only one of them is asked about.",
            "Which node is named by the third argument?",
        ),
        Mistake(
            "measured-in-place-of-walked",
            backward_measured(0.001),
            "Your gradients are measured: every node is moved a little, and they are off in the "
            "third or fourth digit where the curve bends.",
            "One walk back gives all gradients exactly, with two numbers a step.",
            "How often does your function compute the whole graph?",
            also=tuple(backward_measured(step) for step in (0.01, 1e-4, -0.001, -0.01)),
        ),
        Mistake(
            "averaged-over-the-uses",
            backward_averaged,
            "Where a node is used more than once, your gradient is the mean of what comes back.",
            "A node that acts on the output along two paths acts on it by both together.",
            "If b is used twice and each use moves the output by 1, how far does it move?",
        ),
        Mistake(
            "largest-path-kept",
            backward_combined(lambda old, up, local: max(old, up * local, key=abs)),
            "Where a node is used more than once, your gradient is the largest part alone.",
            "A node that acts on the output along two paths acts on it by both together.",
            "What happens to what a parent has already received when more arrives?",
            also=(backward_combined(lambda old, up, local: max(old, up * local)),),
        ),
        Mistake(
            "upstream-squared",
            backward_combined(lambda old, up, local: old + up**2 * local),
            "A part of the chain rule is in your gradients twice.",
            "Each step of a path brings in one local gradient, once.",
            "Which two numbers are multiplied when a node sends on?",
            also=(
                backward_combined(lambda old, up, local: old + up * local**2),
                backward_combined(lambda old, up, local: old + up * local / 2),
                backward_combined(lambda old, up, local: old + 2 * up * local),
            ),
        ),
        Mistake(
            "taken-off",
            backward_combined(lambda old, up, local: old - up * local),
            "Your gradients change their sign at every step.",
            "A part that arrives is added, whatever its sign.",
            "If a parent moves its node up, and that moves the output up, what is the sign?",
            also=(backward_combined(lambda old, up, local: old + abs(up * local)),),
        ),
        Mistake(
            "divided-by-the-local-gradient",
            backward_combined(lambda old, up, local: old + (up / local if local else 0.0)),
            "Along a path your gradients are divided by the local gradients.",
            "What does the chain rule do with the slopes of two steps in a row?",
            "If b moves twice as far as a, and c three times as far as b, what does c do?",
        ),
        Mistake(
            "first-parent-only",
            backward_to_parents(lambda parents: parents[:1]),
            "Only one parent of each node gets its share.",
            "Where a node has two parents, each of them gets a part.",
            "For a product, to which of the two factors does your node send?",
            also=(backward_to_parents(lambda parents: parents[-1:]),),
        ),
        Mistake(
            "shares-exchanged",
            backward_to_parents(
                lambda sent: [
                    (p, slope) for (p, _), (_, slope) in zip(sent, sent[::-1], strict=True)
                ]
            ),
            "The two parents of a node get each other's share.",
            "local_gradients returns the slopes in the order of the parents.",
            "In a product of x and y, which slope belongs to x?",
        ),
        Mistake(
            "products-sent",
            backward_of_values,
            "Your gradients are multiplied by the values of the parents on the way.",
            "What a node sends on is its gradient times a local gradient; values are in that.",
            "For a sum, what does a parent get, and does it depend on where the parent stands?",
        ),
        Mistake(
            "inputs-alone",
            lambda graph, values, output: {
                name: 0.0 if name in graph and name != output else gradient
                for name, gradient in graph_backward(graph, values, output).items()
            },
            "Your gradients of the nodes between are 0: only inputs and the output have theirs.",
            "The gradient of every node is asked for.",
            "What is left of a node's gradient once it has sent it on?",
            also=(
                lambda graph, values, output: {
                    name: 0.0 if name in graph else gradient
                    for name, gradient in graph_backward(graph, values, output).items()
                },
            ),
        ),
        Mistake(
            "nodes-alone",
            lambda graph, values, output: {
                name: gradient if name in graph else 0.0
                for name, gradient in graph_backward(graph, values, output).items()
            },
            "Your gradients of the inputs are 0.",
            "Inputs have nobody to send to, but they receive.",
            "Whose gradient do you leave alone when a parent has no entry in graph?",
        ),
        Mistake(
            "output-left-at-zero",
            lambda graph, values, output: graph_backward(graph, values, output) | {output: 0.0},
            "Your gradient of the output itself is 0; all others are right.",
            "The output moves exactly as far as it is moved.",
            "What is d(out)/d(out)?",
        ),
    ),
    uses={"local_gradients": local_gradients},
)


# gradient_check


def check_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Gradients that are right, and planted mistakes."""

    def entries(*shape: int) -> np.ndarray:
        # none near 0, so that a mistake is large in every entry
        return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.3, 2.0, shape)

    def measured(gradient: np.ndarray) -> np.ndarray:
        # differences come out wrong in the eighth digit of the largest entry, everywhere alike
        noise = rng.choice([-1.0, 1.0], gradient.shape) * rng.uniform(0.3, 1.0, gradient.shape)
        return gradient + 1e-7 * np.abs(gradient).max() * noise

    w, b, large = entries(5, 3), np.abs(entries(4)), 1e6 * entries(4, 6)
    large[2, 3] = 0.0
    some_zero = entries(3, 7)
    some_zero[1] = 0.0
    some_zero[:, 2] = 0.0
    not_zero = some_zero.copy()
    not_zero[1, 2] = 0.03 * np.abs(some_zero).max()
    negative = -np.abs(entries(4, 3))
    negative[1, 1] = -1e-3
    many = entries(80, 60)
    many[3, 4] = 0.75
    one_of_many = many.copy()
    one_of_many[3, 4] *= 1.04
    # a small entry, so that 4 % of it are less than a hundredth of the largest
    one = tuple(int(rng.integers(n)) for n in w.shape)
    w[one] = 0.2 * np.abs(w).max()
    one_off = w.copy()
    one_off[one] *= 1.04
    large_off = large.copy()
    large_off[0, 1] *= 1.04
    turned = entries(4, 4)
    one_place = entries(6)
    mixed = one_place[[1, 0, 2, 3, 4, 5]]
    block = entries(3, 4, 5)
    flat = np.full((4, 3), abs(b[0]))
    shifted = one_place + np.array([0.5, -0.5, 0.0, 0.0, 0.0, 0.0])
    last_off = w * np.array([1.0, 1.0, 1.0, 1.0, 1.5])[:, np.newaxis]
    nothing, lost = np.zeros((3, 4)), w.copy()
    lost[1, 2] = np.nan
    small = 1e-4 * entries(6, 3)
    small_off = small.copy()
    small_off[2, 1] *= 1.04
    return (
        pair("a right gradient", w, measured(w)),
        pair("a right gradient with large entries", large, measured(large)),
        pair("a right gradient with zeros in it", some_zero, measured(some_zero)),
        pair("a right gradient, every entry negative", negative, measured(negative)),
        pair("a right gradient, all zeros", nothing, nothing.copy()),
        pair("planted: one entry is 4 % too large", one_off, measured(w)),
        pair("planted: one entry of 4800 is 4 % too large", one_of_many, measured(many)),
        pair("planted: all entries have the wrong sign", -w, measured(w)),
        pair("planted: small entries, with the wrong sign", -small, measured(small)),
        pair("planted: small entries, one of them 4 % too large", small_off, measured(small)),
        pair("planted: all entries are five times too large", 5 * w, measured(w)),
        pair("planted: all entries are too small", b / 2, measured(b)),
        pair("planted: the rows are in reverse order", w[::-1].copy(), measured(w)),
        pair("planted: a row for every sample", np.tile(b, (3, 1)), measured(b)),
        pair("planted: one entry is not a number", lost, measured(w)),
        pair("a right gradient with three axes", block, measured(block)),
        pair("planted: an entry that should be 0 is not", not_zero, measured(some_zero)),
        pair("planted: large entries, one of them 4 % too large", large_off, measured(large)),
        pair("planted: rows and columns exchanged", turned.T.copy(), measured(turned)),
        pair("planted: two entries in each other's place", mixed, measured(one_place)),
        pair(
            "planted: one entry too large, another as much too small", shifted, measured(one_place)
        ),
        pair("planted: the last row is wrong", last_off, measured(w)),
        pair("planted: a table of one row for a row", one_place[None], measured(one_place)),
        pair("planted: three equal rows for a single one", np.tile(b, (3, 1)), measured(b)[None]),
        pair("planted: one row for several equal ones", flat[0].copy(), flat),
        pair("planted: all entries are 0", np.zeros_like(w), measured(w)),
        pair("planted: all should be 0, and one is not", np.eye(3, 4, 2), np.zeros((3, 4))),
    )


def pair(label: str, claimed: np.ndarray, numeric: np.ndarray) -> Case:
    """A claimed gradient beside the numerical one."""
    return Case({}, (claimed, numeric), values=("answer",), label=label)


def check_exactly(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return np.array_equal(claimed, numeric)


def check_without_shape(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return bool((np.abs(claimed - numeric) <= 1e-5 * np.abs(numeric).max()).all())


def check_signed(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool(
        (claimed - numeric <= 1e-5 * np.abs(numeric).max()).all()
    )


def check_total(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool(
        abs((claimed - numeric).sum()) <= 1e-5 * np.abs(numeric).sum()
    )


def check_total_beside_the_largest(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool(
        abs((claimed - numeric).sum()) <= 1e-5 * np.abs(numeric).max()
    )


def check_tight_absolute(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool((np.abs(claimed - numeric) <= 1e-6).all())


def check_absolute(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool((np.abs(claimed - numeric) <= 1e-5).all())


def check_loose_absolute(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool((np.abs(claimed - numeric) <= 1e-2).all())


def check_entry_relative(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    if claimed.shape != numeric.shape:
        return False
    error = np.abs(claimed - numeric) / np.maximum(np.abs(claimed), np.abs(numeric))
    return bool((error <= 1e-5).all())


def check_entry_relative_with_a_floor(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and np.allclose(claimed, numeric)


def check_signed_scale(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool(
        (np.abs(claimed - numeric) <= 1e-5 * numeric.max()).all()
    )


def check_mean(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool(
        np.abs(claimed - numeric).mean() <= 1e-5 * np.abs(numeric).max()
    )


def check_norms_relative(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    if claimed.shape != numeric.shape:
        return False
    total = np.linalg.norm(claimed) + np.linalg.norm(numeric)
    return bool(np.linalg.norm(claimed - numeric) / total <= 1e-5)


def check_less_than(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool(
        (np.abs(claimed - numeric) < 1e-5 * np.abs(numeric).max()).all()
    )


def check_any(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool(np.isclose(claimed, numeric).any())


def check_lengths(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    if claimed.shape != numeric.shape:
        return False
    length = np.linalg.norm(numeric)
    return bool(abs(np.linalg.norm(claimed) - length) <= 1e-5 * length)


def check_direction(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    if claimed.shape != numeric.shape:
        return False
    a, b = claimed.ravel(), numeric.ravel()
    return bool(a @ b >= (1 - 1e-9) * np.linalg.norm(a) * np.linalg.norm(b))


def check_direction_unless_zero(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    if claimed.shape != numeric.shape:
        return False
    if not numeric.any() or not claimed.any():
        return np.array_equal(claimed, numeric)
    return check_direction(claimed, numeric)


def check_magnitudes(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return gradient_check(np.abs(claimed), np.abs(numeric))


def check_passes_nan(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    if claimed.shape != numeric.shape:
        return False
    return not (np.abs(claimed - numeric) > 1e-5 * np.abs(numeric).max()).any()


def check_too_loose(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return claimed.shape == numeric.shape and bool(
        (np.abs(claimed - numeric) <= 0.1 * np.abs(numeric).max()).all()
    )


def check_turned_round(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return not gradient_check(claimed, numeric)


def check_always_right(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return True


def check_always_wrong(claimed: np.ndarray, numeric: np.ndarray) -> bool:
    return False


def check_with(
    agree: Callable[[np.ndarray, np.ndarray], Any],
) -> Callable[[np.ndarray, np.ndarray], bool]:
    """A wrong implementation that compares the shapes, and then says this of the magnitudes of the
    differences and of numeric."""
    return lambda claimed, numeric: (
        claimed.shape == numeric.shape and bool(np.all(agree(np.abs(claimed - numeric), numeric)))
    )


GRADIENT_CHECK = Exercise(
    name="gradient_check",
    lesson=LESSON,
    goal="Decide whether a claimed gradient agrees with a numerical one: spare what is right, "
    "catch every planted mistake.",
    points=3,
    minutes=10,
    difficulty=3,
    reference=gradient_check,
    returns="array",
    cases=check_cases,
    hints=(
        "Differences are right to some seven digits, and a mistake shows in the first few. "
        "Seven digits of what?",
        "Compare the largest difference with the size of the gradient itself. "
        "What could keep two arrays from being compared at all, or make every comparison False?",
        "False where the shapes differ. Else True where the magnitude of every difference is at "
        "most 0.00001 times the largest magnitude in numeric. With <= an array of zeros passes "
        "beside zeros, and NaN passes nothing.",
    ),
    mistakes=(
        Mistake(
            "exact-equality",
            check_exactly,
            "Your check refuses right gradients, unless they equal `numeric` in every digit, or "
            "nearly.",
            "A numerical gradient is a measurement, right to about seven digits.",
            "How far may two numbers lie apart, of which one was measured?",
            also=tuple(
                check_with(lambda off, numeric, share=share: off <= share * np.abs(numeric).max())  # type: ignore[misc]
                for share in (1e-8, 1e-9, 1e-10, 1e-12, 1e-15)
            ),
        ),
        Mistake(
            "shape-not-compared",
            check_without_shape,
            "Your check lets a gradient pass that has a row for each sample where numeric has one.",
            "NumPy repeats the smaller array without a word, and then compares.",
            "What shape must the gradient of a bias have?",
        ),
        Mistake(
            "sign-of-the-difference",
            check_signed,
            "Your check lets gradients pass whose entries are too small.",
            "A difference of -5 is less than any tolerance, and still no small one.",
            "What do you do to the differences before you compare them?",
        ),
        Mistake(
            "differences-cancel",
            check_total,
            "Your check lets a gradient pass that has its rows in reverse order.",
            "In a sum, differences up and down cancel.",
            "Over the entries, do you ask for the sum, or for every single one?",
            also=(check_total_beside_the_largest,),
        ),
        Mistake(
            "absolute-tolerance",
            check_tight_absolute,
            "Your check refuses a right gradient with entries of about a million.",
            "Seven right digits of a million leave an error of a tenth.",
            "With what should a difference be compared, so that the unit does not matter?",
        ),
        Mistake(
            "one-tolerance-for-all-sizes",
            check_absolute,
            "Your check refuses a right gradient with entries of about a million, and lets small "
            "entries pass of which one is 4 % too large.",
            "Seven digits of a million leave an error of a tenth; and 0.00001 is not always small.",
            "With what should a difference be compared, so that the unit does not matter?",
        ),
        Mistake(
            "loose-absolute-tolerance",
            check_loose_absolute,
            "Your check lets small entries pass whatever they are, and refuses large right ones.",
            "A difference of 0.0001 is nothing beside 1, and all beside 0.0001.",
            "With what should a difference be compared, so that the unit does not matter?",
        ),
        Mistake(
            "entry-by-entry-relative",
            check_entry_relative,
            "Your check refuses right gradients in which an entry is 0, or far smaller than "
            "others.",
            "Differences are equally far off in every entry, whether it is large or small. "
            "Measured by its own size, a small entry looks badly wrong.",
            "The error of a difference comes from the whole function: to what is it in proportion?",
            also=(check_entry_relative_with_a_floor,),
        ),
        Mistake(
            "largest-without-magnitude",
            check_signed_scale,
            "Your check refuses a right gradient in which every entry is negative.",
            "The largest of negative numbers is the one nearest to 0. What it allows is next to "
            "nothing, or even below 0.",
            "For numeric = [-3, -2], how far apart may the two be in your check?",
            also=(
                lambda claimed, numeric: (
                    claimed.shape == numeric.shape
                    and bool((np.abs(claimed - numeric) <= 1e-5 * abs(numeric.max())).all())
                ),
            ),
        ),
        Mistake(
            "mean-of-the-differences",
            check_mean,
            "Your check lets a gradient of 4800 entries pass in which one is 4 % too large.",
            "In a mean, one wrong entry drowns among many right ones.",
            "Over the entries, do you ask for the mean, or for every single one?",
        ),
        Mistake(
            "zero-over-zero",
            check_norms_relative,
            "Your check refuses a right gradient that is zero everywhere.",
            "There 0 stands beside 0. 0 / 0 is not a number, and 0 is not less than 0.",
            "What does your comparison come to when all that goes into it is 0?",
            also=(check_less_than,),
        ),
        Mistake(
            "any-entry-will-do",
            check_any,
            "Your check lets gradients pass in which some entry is right.",
            "One right entry does not make the others right.",
            "What is the difference between any and all?",
        ),
        Mistake(
            "lengths-compared",
            check_lengths,
            "Your check lets a gradient pass that points the opposite way: only lengths agree.",
            "Two arrows of one length may point anywhere.",
            "What comes first: taking the difference, or taking its length?",
        ),
        Mistake(
            "direction-compared",
            check_direction,
            "Your check lets gradients pass that point the right way with the wrong length.",
            "A factor N too many is among the most frequent mistakes.",
            "If a gradient is five times too large, is it right?",
            also=(check_direction_unless_zero,),
        ),
        Mistake(
            "magnitudes-compared",
            check_magnitudes,
            "Your check lets gradients pass whose entries have the wrong sign.",
            "With the wrong sign each step goes uphill.",
            "What comes first: taking the difference, or taking its magnitude?",
        ),
        Mistake(
            "nan-passes",
            check_passes_nan,
            "Your check lets a gradient pass that is not a number in one entry.",
            "Every comparison with NaN is False, also the one that looks for large differences.",
            "Do you look for an entry that is bad, or ask that each one is good?",
        ),
        Mistake(
            "tolerance-too-loose",
            check_too_loose,
            "Your check lets a gradient pass in which one entry is a few hundredths off.",
            "Differences are right to seven digits, so there is no need for so much room.",
            "How large are the differences in the first case, and how large is your tolerance?",
        ),
        Mistake(
            "a-stick-for-each-line",
            check_with(lambda off, numeric: off <= 1e-5 * np.abs(numeric).max(axis=0)),
            "Your check refuses a right gradient in which a row or a column is 0: each has a stick "
            "of its own.",
            "Differences are equally far off in every entry, whether it is large or small.",
            "The error of a difference comes from the whole function: to what is it in proportion?",
            also=(
                check_with(
                    lambda off, numeric: off <= 1e-5 * np.abs(numeric).max(axis=-1, keepdims=True)
                ),
            ),
        ),
        Mistake(
            "number-of-entries-compared",
            lambda claimed, numeric: (
                claimed.size == numeric.size and gradient_check(claimed.ravel(), numeric.ravel())
            ),
            "Your check lets a gradient pass that has the right entries in another shape.",
            "As many entries do not make the same shape: (6,) and (1, 6) are different.",
            "What do you compare before you compare the numbers?",
        ),
        Mistake(
            "axes-counted",
            lambda claimed, numeric: (
                claimed.ndim == numeric.ndim and check_without_shape(claimed, numeric)
            ),
            "Your check compares how many axes there are, and not how long they are.",
            "NumPy repeats an axis of length 1 without a word, and then compares.",
            "Are (1, 4) and (3, 4) the same shape?",
        ),
        Mistake(
            "stick-of-at-least-one",
            check_with(lambda off, numeric: off <= 1e-5 * max(1.0, np.abs(numeric).max())),
            "Your check lets small entries pass of which one is 4 % too large: its stick is never "
            "shorter than 1, or some number is added to it.",
            "Beside entries of a ten-thousandth, 0.00001 is a good deal.",
            "How long is your stick for entries of a ten-thousandth?",
            also=(
                check_with(lambda off, numeric: off <= 1e-5 * (1.0 + np.abs(numeric).max())),
                check_with(lambda off, numeric: off <= 1e-5 + 1e-5 * np.abs(numeric).max()),
            ),
        ),
        Mistake(
            "a-hundredth-allowed",
            check_with(lambda off, numeric: off <= 1e-2 * np.abs(numeric).max()),
            "Your check lets a small entry pass that is 4 % too large: a hundredth of the largest "
            "is much to a small one.",
            "Differences are right to seven digits, so there is no need for so much room.",
            "How large are the differences in the first case, and how large is your tolerance?",
        ),
        Mistake(
            "sorted-first",
            lambda claimed, numeric: (
                claimed.shape == numeric.shape
                and gradient_check(np.sort(claimed, axis=None), np.sort(numeric, axis=None))
            ),
            "Your check lets gradients pass that have the right entries at wrong places.",
            "Each entry belongs to a weight of its own.",
            "With which entry of numeric is claimed[0] compared?",
        ),
        Mistake(
            "signs-compared",
            lambda claimed, numeric: (
                claimed.shape == numeric.shape
                and bool((np.sign(claimed) == np.sign(numeric)).all())
            ),
            "Your check lets gradients pass that have the right signs and wrong sizes.",
            "A step in the right direction can still be far too long.",
            "If a gradient is five times too large, is it right?",
        ),
        Mistake(
            "shapes-alone",
            lambda claimed, numeric: claimed.shape == numeric.shape,
            "Your check looks at the shapes alone, or only for entries that are no numbers.",
            "The right shape is where a comparison begins.",
            "Which line of yours looks at the entries?",
            also=(
                lambda claimed, numeric: (
                    claimed.shape == numeric.shape and bool(np.isfinite(claimed).all())
                ),
            ),
        ),
        Mistake(
            "one-part-alone",
            lambda claimed, numeric: (
                claimed.shape == numeric.shape and gradient_check(claimed[:1], numeric[:1])
            ),
            "Your check looks at the first entries only.",
            "The mistake may be in the very last entry.",
            "How far does your loop get before the function returns?",
            also=(
                lambda claimed, numeric: (
                    claimed.shape == numeric.shape
                    and gradient_check(claimed.ravel()[:1], numeric.ravel()[:1])
                ),
                lambda claimed, numeric: (
                    claimed.shape == numeric.shape and gradient_check(claimed[-1:], numeric[-1:])
                ),
            ),
        ),
        Mistake(
            "most-entries-will-do",
            check_with(lambda off, n: np.mean(off <= 1e-5 * np.abs(n).max()) > 0.9),
            "Your check lets gradients pass in which a few entries are wrong among many.",
            "One wrong entry is a wrong gradient.",
            "How many entries have to agree?",
            also=(
                check_with(lambda off, n: np.mean(off <= 1e-5 * np.abs(n).max()) > 0.5),
                check_with(lambda off, n: np.median(off) <= 1e-5 * np.abs(n).max()),
            ),
        ),
        Mistake(
            "turned-round",
            check_turned_round,
            "Your check says the opposite of what it should in every case.",
            "True means that the two agree.",
            "What does your function return for two equal arrays?",
        ),
        Mistake(
            "always-right",
            check_always_right,
            "Your check lets everything pass, right or wrong.",
            "A check is worth as much as what it would have caught.",
            "For which gradients would your condition be False?",
        ),
        Mistake(
            "always-wrong",
            check_always_wrong,
            "Your check refuses everything, right or wrong.",
            "A check that spares nothing tells as little as one that catches nothing.",
            "For which gradients would your condition be True?",
        ),
    ),
)

EXERCISES = (NUMERICAL_GRADIENT, LOCAL_GRADIENTS, GRAPH_BACKWARD, GRADIENT_CHECK)

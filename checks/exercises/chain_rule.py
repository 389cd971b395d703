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


BESIDE = ("unused", "later")
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


def described(inputs: Numbers, nodes: int) -> str:
    """A graph's case in a line."""
    numbers = ", ".join(f"{name}={value}" for name, value in inputs.items())
    return f"{nodes} nodes, {numbers}"


# numerical_gradient


def numerical_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Three graphs, with steps so large that each kind of difference gives numbers of its own."""
    return tuple(numerical_case(rng, graph) for graph in (CHAIN, TWISTED, LADDER))


def numerical_case(rng: np.random.Generator, drawn_from: Graph) -> Case:
    """One graph, somewhere."""
    graph, inputs = draw_graph(rng, drawn_from)
    step = round(float(rng.uniform(0.02, 0.06)), 4)
    label = f"{described(inputs, len(graph))}, step={step}"
    return Case({}, (graph, inputs, "out", step), values=tuple(inputs), label=label)


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
            "Your slopes do not depend on `step`: they are those of the chain rule.",
            "These numbers are to check the chain rule, so they must come about without it.",
            "Where does your function compute the output with an input that was moved?",
        ),
    ),
)


# local_gradients


def local_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Every operation once, and relu on both sides."""

    def somewhere() -> float:
        return round(float(rng.choice([-1, 1]) * rng.uniform(0.4, 0.9)), 3)

    def above_zero() -> float:
        return round(float(rng.uniform(1.5, 3.0)), 3)

    return (
        local_case("add", [somewhere(), above_zero()]),
        local_case("multiply", [above_zero(), somewhere()]),
        local_case("exp", [somewhere()]),
        local_case("log", [above_zero()]),
        local_case("tanh", [somewhere()]),
        local_case("relu", [above_zero()]),
        local_case("relu", [abs(somewhere())]),
        local_case("relu", [-above_zero()], flat=True),
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
    """A chain, and graphs in which nodes are used several times."""
    return tuple(backward_case(rng, graph) for graph in (CHAIN, TWISTED, LADDER))


def backward_case(rng: np.random.Generator, drawn_from: Graph) -> Case:
    """One graph, somewhere."""
    graph, inputs = draw_graph(rng, drawn_from)
    values = graph_forward(graph, inputs)
    nodes = tuple(graph)

    def loss(name: str, array: np.ndarray) -> float:
        return graph_forward(graph, inputs | {name: float(array)})["out"]

    return Case(
        {},
        (graph, values, "out"),
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
    negative = -np.abs(entries(4, 3))
    negative[1, 1] = -1e-3
    many = entries(80, 60)
    many[3, 4] = 0.75
    one_of_many = many.copy()
    one_of_many[3, 4] *= 1.04
    one_off = w.copy()
    one_off[tuple(int(rng.integers(n)) for n in w.shape)] *= 1.04
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
            "Your check refuses right gradients, unless they equal `numeric` in every digit.",
            "A numerical gradient is a measurement, right to about seven digits.",
            "How far may two numbers lie apart, of which one was measured?",
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

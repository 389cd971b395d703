"""The exercise numerical_gradient: slopes of a graph's output, from steps up and down."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from backprop_lib.graph import graph_backward, graph_forward, topological_order
from backprop_lib.numerical import numerical_gradient
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.chain_rule.graphs import (
    CHAIN,
    LADDER,
    TWISTED,
    Graph,
    Numbers,
    around_zero,
    described,
    draw_graph,
)

__all__ = ["NUMERICAL_GRADIENT"]


def numerical_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """Three graphs, with steps so large that each kind of difference gives numbers of its own. And
    one with inputs of 0 and below, and another output; and one with whole numbers."""
    return (
        *(numerical_case(rng, *draw_graph(rng, graph)) for graph in (CHAIN, TWISTED, LADDER)),
        numerical_case(rng, *around_zero(rng), "top"),
        whole_numbers_case(rng),
    )


def whole_numbers_case(rng: np.random.Generator) -> Case:
    """Inputs that are whole numbers, which a step must not be rounded to."""
    graph, inputs = draw_graph(rng, LADDER)
    whole: Numbers = {name: i + 2 for i, name in enumerate(inputs)}
    return replace(numerical_case(rng, graph, whole), extreme=True)


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


def numerical_in_the_inputs_type(
    graph: Graph, inputs: Numbers, output: str, step: float
) -> Numbers:
    kind = np.array(list(inputs.values())).dtype.type
    return {
        k: (
            at(graph, inputs, output, **{k: kind(v + step).item()})
            - at(graph, inputs, output, **{k: kind(v - step).item()})
        )
        / (2 * step)
        for k, v in inputs.items()
    }


def numerical_of_all_nodes(graph: Graph, inputs: Numbers, output: str, step: float) -> Numbers:
    def total(**moved: float) -> float:
        values = graph_forward(graph, inputs | moved)
        return sum(values[name] for name in graph)

    return {
        k: (total(**{k: v + step}) - total(**{k: v - step})) / (2 * step) for k, v in inputs.items()
    }


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
    lesson="04_chain_rule",
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
            "These numbers are to check the chain rule, so they must come about without it. And "
            "how far an input moves is handed in.",
            "Does your function move the inputs, and by how much?",
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
        Mistake(
            "step-rounded-away",
            numerical_in_the_inputs_type,
            "Your slopes are 0 where all inputs are whole numbers: the step is rounded away.",
            "An array made from whole numbers holds whole numbers, also of what is written later.",
            "Which dtype has the array that you move, and what is 2 + 0.03 in it?",
        ),
        Mistake(
            "all-nodes-added-up",
            numerical_of_all_nodes,
            "Your slopes are those of the sum of all nodes, not those of the output.",
            "Each node moves with an input, and one of them is asked about.",
            "Which of the values that graph_forward gives do you compare?",
        ),
    ),
)

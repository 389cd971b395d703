"""The exercise graph_backward: the gradient on its way from the output to every input."""

from collections.abc import Callable

import numpy as np

from backprop_lib.graph import graph_backward, graph_forward, local_gradients, topological_order
from checks.exercise import Case, Exercise, Mistake
from checks.exercises.chain_rule.graphs import (
    CHAIN,
    LADDER,
    SHORTCUTS,
    TWISTED,
    Graph,
    Numbers,
    around_zero,
    described,
    draw_graph,
)

__all__ = ["GRAPH_BACKWARD"]


def backward_cases(rng: np.random.Generator) -> tuple[Case, ...]:
    """A chain, and graphs in which nodes are used several times, whatever the operation; in one,
    values are 0 and below, and the output is another."""
    return (
        *(backward_case(*draw_graph(rng, graph)) for graph in (CHAIN, TWISTED, LADDER, SHORTCUTS)),
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


def backward_last_kept_of_those_that_arrive(graph: Graph, values: Numbers, output: str) -> Numbers:
    # the same, but only nodes that have a gradient send anything on
    order = topological_order(graph)[::-1]
    return backward_in_order(
        graph, values, output, order, lambda old, up, local: up * local if up else old
    )


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


def backward_at_own_value(*operations: str) -> Callable[[Graph, Numbers, str], Numbers]:
    """A wrong implementation that takes the slope of these at the node's own value."""

    def backward(graph: Graph, values: Numbers, output: str) -> Numbers:
        gradients = dict.fromkeys(values, 0.0)
        gradients[output] = 1.0
        for name in topological_order(graph)[::-1]:
            if name in graph:
                operation, *parents = graph[name]
                at = [name] * len(parents) if operation in operations else parents
                with np.errstate(all="ignore"):
                    local = local_gradients(operation, [values[node] for node in at])
                for parent, slope in zip(parents, local, strict=True):
                    gradients[parent] += gradients[name] * slope
        return gradients

    return backward


def backward_assigned_where(
    assigned: Callable[[str, int], bool],
) -> Callable[[Graph, Numbers, str], Numbers]:
    """A wrong implementation that does not add to what a parent has, where this holds of a node's
    operation and the parent's place."""

    def backward(graph: Graph, values: Numbers, output: str) -> Numbers:
        gradients = dict.fromkeys(values, 0.0) | {output: 1.0}
        for name in reversed(topological_order(graph)):
            for place, (parent, local) in enumerate(sends(graph, values, name)):
                arrived = 0.0 if assigned(graph[name][0], place) else gradients[parent]
                gradients[parent] = arrived + gradients[name] * local
        return gradients

    return backward


def backward_assigned_in(*operations: str) -> Callable[[Graph, Numbers, str], Numbers]:
    """The same for nodes of these operations."""
    return backward_assigned_where(lambda operation, place: operation in operations)


def backward_assigned_to(place: int) -> Callable[[Graph, Numbers, str], Numbers]:
    """The same for the parent at this place, of two."""
    return backward_assigned_where(
        lambda operation, here: operation in ("add", "multiply") and here == place
    )


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


def backward_measured_around(step: float) -> Callable[[Graph, Numbers, str], Numbers]:
    """A wrong implementation: each node is moved by this step to both sides."""

    def backward(graph: Graph, values: Numbers, output: str) -> Numbers:
        gradients = {}
        for name, value in values.items():
            cut = {node: entry for node, entry in graph.items() if node != name}
            given = {node: v for node, v in values.items() if node not in cut}
            ends = (
                graph_forward(cut, given | {name: value + move})[output] for move in (step, -step)
            )
            up, down = ends if output in cut else (value + step, value - step)
            gradients[name] = (up - down) / (2 * step)
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
    lesson="04_chain_rule",
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
            also=(backward_last_kept_of_those_that_arrive,),
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
            backward_at_own_value("exp", "log", "tanh", "relu"),
            "Nodes with one parent send on the slope at their own value, not at the parent's.",
            "The slope of exp at a is asked for where a stands: at the value that went in.",
            "Whose value does local_gradients want, the node's or its parent's?",
            also=(
                backward_at_own_value("exp", "tanh", "relu"),
                backward_at_own_value("exp", "tanh"),
                backward_at_own_value("exp", "tanh", "relu", "multiply"),
                backward_at_own_value("exp", "log", "tanh", "relu", "multiply"),
                *(backward_at_own_value(operation) for operation in ("exp", "log", "tanh")),
            ),
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
            "Your gradients of the nodes between the inputs and the output are 0.",
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
        Mistake(
            "assigned-in-one-operation",
            backward_assigned_in("tanh"),
            "One kind of your nodes overwrites what its parents have already received; the others "
            "add to it.",
            "A node that acts on the output along two paths acts on it by both together, whatever "
            "the operations are.",
            "In which of your branches does a plain = stand?",
            also=(
                *(backward_assigned_in(o) for o in ("exp", "log", "relu", "add", "multiply")),
                backward_assigned_in("exp", "log", "tanh", "relu"),
            ),
        ),
        Mistake(
            "assigned-for-one-of-two-parents",
            backward_assigned_to(1),
            "Of a node's two parents one gets what arrives on top of what it has; the other has it "
            "overwritten.",
            "A node that acts on the output along two paths acts on it by both together.",
            "Do all your lines that write a gradient add to it?",
            also=(backward_assigned_to(0),),
        ),
        Mistake(
            "measured-on-both-sides",
            backward_measured_around(0.05),
            "Your gradients are measured, not sent back: they are nearly right, and off where the "
            "graph bends.",
            "Measuring takes two runs for every node; the way back takes one for all of them.",
            "Where does your function use local_gradients?",
            also=tuple(backward_measured_around(step) for step in (0.1, 0.01, 1e-3)),
        ),
    ),
    uses={"local_gradients": local_gradients},
)

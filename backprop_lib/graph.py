"""A graph of numbers: backpropagation at its smallest, one number a node.

A graph is a dictionary: for each node its operation and its parents, the nodes it is computed
from. Names that are only parents are the inputs. The order of the entries does not matter.

    graph = {"p": ("multiply", "x", "y"), "z": ("add", "p", "x")}     # z = x y + x
    values = graph_forward(graph, {"x": 3.0, "y": 2.0})               # z is 9.0
    graph_backward(graph, values, "z")["x"]                           # dz/dx = y + 1 = 3.0
"""

import math

__all__ = [
    "graph_backward",
    "graph_forward",
    "local_gradients",
    "node_value",
    "topological_order",
]


def node_value(operation: str, parents: list[float]) -> float:
    """The value of a node, given its parents' values: two for add and multiply, else one."""
    match operation, parents:
        case "add", [a, b]:
            return a + b
        case "multiply", [a, b]:
            return a * b
        case "exp", [a]:
            return math.exp(a)
        case "log", [a]:
            return math.log(a)
        case "tanh", [a]:
            return math.tanh(a)
        case "relu", [a]:
            return max(a, 0.0)
    raise ValueError(f"{operation!r} with {len(parents)} parents is no operation of a graph.")


def local_gradients(operation: str, parents: list[float]) -> tuple[float, ...]:
    """The derivative of a node's value for each of its parents.

    operation: "add", "multiply", "exp", "log", "tanh" or "relu"; parents: their values, two for
    add and multiply, else one. Returns as many numbers as there are parents.
    """
    match operation, parents:
        case "add", [_, _]:
            # d(a + b)/da = 1, d(a + b)/db = 1
            return 1.0, 1.0
        case "multiply", [a, b]:
            # d(a b)/da = b, d(a b)/db = a: each factor's gradient is the other factor
            return b, a
        case "exp", [a]:
            # d(exp a)/da = exp a
            return (math.exp(a),)
        case "log", [a]:
            # d(log a)/da = 1 / a
            return (1 / a,)
        case "tanh", [a]:
            # d(tanh a)/da = 1 - tanh(a)^2
            return (1 - math.tanh(a) ** 2,)
        case "relu", [a]:
            # d(relu a)/da = 1 where a > 0, else 0
            return (1.0 if a > 0 else 0.0,)
    raise ValueError(f"{operation!r} with {len(parents)} parents is no operation of a graph.")


def topological_order(graph: dict[str, tuple[str, ...]]) -> list[str]:
    """All nodes of a graph and its inputs, every node after its parents."""
    order: list[str] = []
    seen: set[str] = set()
    # a stack in place of recursion, so that a deep graph is no problem; a node is put into the
    # order on the second visit, when all its parents are in it
    stack = [(name, False) for name in reversed(list(graph))]
    while stack:
        name, parents_done = stack.pop()
        if parents_done:
            order.append(name)
        elif name not in seen:
            seen.add(name)
            stack.append((name, True))
            stack.extend((parent, False) for parent in reversed(graph.get(name, ())[1:]))
    return order


def graph_forward(graph: dict[str, tuple[str, ...]], given: dict[str, float]) -> dict[str, float]:
    """Compute every node. Returns the value of each, and of each input.

    given: a number for each input. A node that is given too keeps that number.
    """
    values = dict(given)
    for name in topological_order(graph):
        if name not in values:
            operation, *parents = graph[name]
            values[name] = node_value(operation, [values[parent] for parent in parents])
    return values


def graph_backward(
    graph: dict[str, tuple[str, ...]], values: dict[str, float], output: str
) -> dict[str, float]:
    """d(output)/d(node) for every node and every input; 0 where the output does not depend on it.

    graph: for each node its operation and its parents, in any order; values: as `graph_forward`
    returned them; output: the node whose derivatives are asked for.
    From the output back to the inputs, each node sends its gradient on to its parents. Where a
    node was used more than once, what comes back along each path is added up.
    """
    order = topological_order(graph)
    gradients = dict.fromkeys(order, 0.0)
    gradients[output] = 1.0
    for name in reversed(order):
        if name in graph:  # an input has no parents to send anything to
            operation, *parents = graph[name]
            local = local_gradients(operation, [values[parent] for parent in parents])
            for parent, local_gradient in zip(parents, local, strict=True):
                # dL/dparent = sum over its uses of dL/dnode dnode/dparent
                gradients[parent] += gradients[name] * local_gradient
    return gradients

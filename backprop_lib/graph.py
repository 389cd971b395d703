"""A graph of numbers: backpropagation at its smallest, one number a node.

Every node knows the nodes it was computed from (its parents) and the derivative of its value for
each of them (the local gradients). That is all that the way back needs, whatever was computed:

    x, y = Node(3.0), Node(2.0)
    z = add(multiply(x, y), x)     # z = x y + x
    graph_backward(z)[x]           # dz/dx = y + 1 = 3.0
"""

import math
from dataclasses import dataclass

__all__ = [
    "Node",
    "add",
    "exp",
    "graph_backward",
    "log",
    "multiply",
    "relu",
    "tanh",
    "topological_order",
]


@dataclass(frozen=True, eq=False)  # two nodes are never the same, even where their values are
class Node:
    """A number in a graph, with where it came from."""

    value: float
    parents: tuple["Node", ...] = ()
    """The nodes it was computed from; none for an input."""
    local_gradients: tuple[float, ...] = ()
    """For each parent d(this node) / d(parent)."""


def add(a: Node, b: Node) -> Node:
    """a + b."""
    # d(a + b)/da = 1, d(a + b)/db = 1
    return Node(a.value + b.value, (a, b), (1.0, 1.0))


def multiply(a: Node, b: Node) -> Node:
    """a b: each factor's gradient is the other factor."""
    # d(a b)/da = b, d(a b)/db = a
    return Node(a.value * b.value, (a, b), (b.value, a.value))


def exp(a: Node) -> Node:
    """e to the power of a, which is its own derivative."""
    # d(exp a)/da = exp a
    value = math.exp(a.value)
    return Node(value, (a,), (value,))


def log(a: Node) -> Node:
    """The natural logarithm of a, which must be above zero."""
    # d(log a)/da = 1 / a
    return Node(math.log(a.value), (a,), (1 / a.value,))


def tanh(a: Node) -> Node:
    """The hyperbolic tangent of a."""
    # d(tanh a)/da = 1 - tanh(a)^2
    value = math.tanh(a.value)
    return Node(value, (a,), (1 - value**2,))


def relu(a: Node) -> Node:
    """The larger of a and 0."""
    # d(relu a)/da = 1 where a > 0, else 0
    return Node(max(a.value, 0.0), (a,), (1.0 if a.value > 0 else 0.0,))


def topological_order(output: Node) -> list[Node]:
    """All nodes that the output depends on, every node after its parents, the output last."""
    order: list[Node] = []
    seen: set[Node] = set()
    # a stack in place of recursion, so that a deep graph is no problem; a node is put into the
    # order on the second visit, when all its parents are in it
    stack = [(output, False)]
    while stack:
        node, parents_done = stack.pop()
        if parents_done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in reversed(node.parents))
    return order


def graph_backward(output: Node) -> dict[Node, float]:
    """d(output)/d(node) for every node that the output depends on.

    From the output back to the inputs, each node sends its gradient on to its parents. Where a
    node was used more than once, what comes back along each path is added up.
    """
    order = topological_order(output)
    gradients = dict.fromkeys(order, 0.0)
    gradients[output] = 1.0
    for node in reversed(order):
        for parent, local_gradient in zip(node.parents, node.local_gradients, strict=True):
            # dL/dparent = sum over its uses of dL/dnode dnode/dparent
            gradients[parent] += gradients[node] * local_gradient
    return gradients

"""Where to draw the nodes of a graph of numbers: parents on the left, what they lead to on the
right."""

from itertools import pairwise

from backprop_lib.graph import topological_order

__all__ = ["edges_of", "formula_of", "places_of"]

FORMULAS = {"add": "{} + {}", "multiply": "{} · {}"}
LANE = 1.1
"""How far an arrow that runs past a node keeps from it."""


def formula_of(graph: dict[str, tuple[str, ...]], name: str) -> str:
    """What a node computes, such as "p = x · y"; for an input its name."""
    if name not in graph:
        return name
    operation, *parents = graph[name]
    return f"{name} = " + FORMULAS.get(operation, operation + "({})").format(*parents)


def edges_of(graph: dict[str, tuple[str, ...]]) -> list[tuple[str, str, int]]:
    """All (parent, node, place) of a graph: the parent's place among the node's parents."""
    return [
        (parent, name, place)
        for name in topological_order(graph)
        if name in graph
        for place, parent in enumerate(graph[name][1:])
    ]


def places_of(graph: dict[str, tuple[str, ...]]) -> dict[str, tuple[float, float]]:
    """For each node and input its x, a whole number, and y; neighbours in a column are 1 apart.

    A node's column is one to the right of its last parent's; its height is near its parents'.
    """
    column: dict[str, int] = {}
    for name in topological_order(graph):
        column[name] = 1 + max((column[parent] for parent in graph.get(name, ())[1:]), default=-1)
    # how far to the right each node is used: it keeps a lane open through the columns between
    reach = dict(column)
    for parent, name, _ in edges_of(graph):
        reach[parent] = max(reach[parent], column[name])
    heights: dict[str, float] = {}
    lanes: dict[str, float] = {}  # where a node's arrow has got to: its height in this column
    for number in range(max(column.values()) + 1):
        wish: dict[str, float] = {}
        for name in column:
            parents = graph.get(name, ())[1:]
            if column[name] < number < reach[name]:
                wish[name] = lanes[name]
            elif column[name] == number:
                above = [lanes[parent] for parent in parents]
                wish[name] = sum(above) / len(above) if above else -float(len(wish))
        ordered = sorted(wish, key=lambda name: -wish[name])  # stable: ties stay as they are
        gaps = [1.0 if column[a] == column[b] == number else LANE for a, b in pairwise(ordered)]
        top = (sum(wish.values()) + sum(sum(gaps[:i]) for i in range(len(ordered)))) / len(ordered)
        for i, name in enumerate(ordered):
            lanes[name] = top - sum(gaps[:i])
            if column[name] == number:
                heights[name] = lanes[name]
    return {name: (float(column[name]), heights[name]) for name in column}

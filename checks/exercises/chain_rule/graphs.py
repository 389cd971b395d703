"""Graphs for the cases, written as dictionaries."""

import numpy as np

__all__ = [
    "CHAIN",
    "LADDER",
    "SHORTCUTS",
    "TWISTED",
    "Graph",
    "Numbers",
    "around_zero",
    "described",
    "draw_graph",
]

Graph = dict[str, tuple[str, ...]]
Numbers = dict[str, float]

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

SHORTCUTS: Graph = {
    # whatever the operation, something that it is made from is used again further on
    "grown": ("exp", "x"),
    "wide": ("add", "grown", "x"),
    "moved": ("add", "wide", "y"),
    "narrow": ("log", "moved"),
    "both": ("multiply", "narrow", "moved"),
    "bent": ("tanh", "both"),
    "lifted": ("add", "bent", "wide"),
    "gate": ("relu", "lifted"),
    "crossed": ("multiply", "gate", "both"),
    "out": ("add", "crossed", "lifted"),
}

AROUND_ZERO: Graph = {
    # an input of 0, one below and one little above, negative slopes, a closed relu and one that is
    # hardly open, a parent twice, and an input that goes nowhere
    "double": ("add", "zero", "zero"),
    "level": ("multiply", "below", "across"),
    "closed": ("relu", "below"),
    "raised": ("exp", "zero"),
    "lower": ("multiply", "raised", "below"),
    "joined": ("add", "double", "lower"),
    "ajar": ("relu", "little"),
    "doors": ("add", "closed", "ajar"),
    "open": ("add", "joined", "doors"),
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
        "little": round(float(rng.uniform(0.004, 0.009)), 4),
        "across": round(float(rng.uniform(1.4, 2.3)), 3),
        "idle": round(float(rng.uniform(0.4, 1.3)), 3),
    }
    return {name: AROUND_ZERO[name] for name in names}, inputs


def described(inputs: Numbers, nodes: int) -> str:
    """A graph's case in a line."""
    numbers = ", ".join(f"{name}={value}" for name, value in inputs.items())
    return f"{nodes} nodes, {numbers}"

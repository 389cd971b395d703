"""The explorer of lesson 04: a small graph of numbers, step by step forward and backward."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from backprop_lib.explorers.explorer import Choice, Explorer, Slider, Values
from backprop_lib.explorers.scene import Arrow, Axis, Box, Colour, Mark, Panel, Scene, Text
from backprop_lib.graph import graph_forward, local_gradients, topological_order
from backprop_lib.graph_layout import edges_of, formula_of, places_of

__all__ = ["GRAPHS", "Walk", "graph_step_by_step", "walks"]

Graph = dict[str, tuple[str, ...]]

GRAPHS: dict[str, Graph] = {
    "a chain": {
        "p": ("multiply", "x", "y"),
        "t": ("tanh", "p"),
        "out": ("exp", "t"),
    },
    "a value used twice": {
        "p": ("multiply", "x", "y"),
        "s": ("add", "p", "x"),
        "out": ("multiply", "p", "s"),
    },
    "a gate": {
        "s": ("add", "x", "y"),
        "r": ("relu", "s"),
        "out": ("multiply", "r", "x"),
    },
    "the long formula": {
        "p": ("multiply", "x", "y"),
        "g": ("exp", "x"),
        "k": ("exp", "p"),
        "s": ("add", "g", "k"),
        "u": ("log", "s"),
        "t": ("tanh", "p"),
        "out": ("multiply", "u", "t"),
    },
}
"""What can be chosen; each has the inputs x and y and ends in out."""


@dataclass(frozen=True)
class Walk:
    """Where somebody stands who goes through a graph, forward and then backward."""

    values: Mapping[str, float]
    """Of the inputs and of the nodes computed so far."""
    gradients: Mapping[str, float]
    """What has arrived so far."""
    sent: tuple[tuple[str, str, int], ...]
    """The edges that have carried something back: parent, node, place among the parents."""
    here: str
    """The node that was computed, or that sends; empty at the two ends."""
    to: str
    """The parent that it sends to; empty on the way forward."""
    sum: str
    """This step as an equation."""
    words: str
    """This step in a sentence or two."""


def say(value: float) -> str:
    """Three digits of a number, at most four of them behind the point; with a true minus sign."""
    # adding 0 turns a negative zero into zero
    return f"{round(value, 4) + 0.0:.3g}".replace("-", "−")


def walks(graph: Graph, inputs: Mapping[str, float]) -> list[Walk]:
    """Every step through a graph: one a node forward, one for the start, one an edge back.

    inputs: x and y. The first element has nothing computed, the last has all gradients.
    """
    order = topological_order(graph)
    everything = graph_forward(graph, dict(inputs))
    words = f"The inputs are known: {listed(inputs)}."
    at = Walk(inputs, {}, (), "", "", listed(inputs), words)
    steps = [at]
    for name in order:
        if name in graph:
            values = dict(at.values) | {name: everything[name]}
            equation = f"{formula_of(graph, name)} = {say(everything[name])}"
            words = f"Forward: {equation}. It is kept."
            at = replace(at, values=values, here=name, sum=equation, words=words)
            steps.append(at)
    words = "Backward begins: out moves just as much as out does, so its gradient is 1."
    at = replace(at, gradients={"out": 1.0}, here="out", sum="d(out)/d(out) = 1", words=words)
    steps.append(at)
    for name in reversed(order):
        operation, *parents = graph.get(name, ("",))
        local = local_gradients(operation, [everything[p] for p in parents]) if parents else ()
        for place, (parent, slope) in enumerate(zip(parents, local, strict=True)):
            gradient, before = at.gradients[name], at.gradients.get(parent)
            after = (before or 0.0) + gradient * slope
            had = "" if before is None else f"{say(before)} + "
            words = (
                f"Backward: {name} sends {parent} its gradient {say(gradient)} times the slope "
                f"{say(slope)}, which is {say(gradient * slope)}. "
            )
            if before is None:
                words += f"It is the first to reach {parent}."
            else:
                words += f"{parent} had {say(before)} from before; the sum is {say(after)}."
            at = Walk(
                values=at.values,
                gradients=dict(at.gradients) | {parent: after},
                sent=(*at.sent, (parent, name, place)),
                here=name,
                to=parent,
                sum=f"{name} to {parent}:  {had}{say(gradient)} × {say(slope)} = {say(after)}",
                words=words,
            )
            steps.append(at)
    ends = listed({f"d(out)/d{name}": at.gradients[name] for name in inputs})
    steps.append(replace(at, here="", to="", sum=ends, words=f"All done: {ends}."))
    return steps


def listed(numbers: Mapping[str, float]) -> str:
    """Names and numbers, such as "x = 1, y = 0.5"."""
    return ", ".join(f"{name} = {say(value)}" for name, value in numbers.items())


HALF = 0.38
"""Half the width of a box."""
LONGEST = max(len(walks(graph, {"x": 1.0, "y": 1.0})) for graph in GRAPHS.values()) - 1


def graph_step_by_step() -> Explorer:
    """A graph of numbers: values forward, gradients back, one step at a time."""
    return Explorer(
        title="Forward and back: values above the boxes, gradients below",
        controls=(
            Slider("step", "step", 0, LONGEST, 1, 7, "{:.0f}", plays=True, pause=1.2),
            Choice("graph", "graph", tuple(GRAPHS), "a value used twice"),
            Slider("x", "input x", -2, 2, 0.1, 1.0),
            Slider("y", "input y", -2, 2, 0.1, 0.5),
        ),
        scene=scene,
    )


def scene(values: Values) -> Scene:
    """The graph with what is known after this many steps."""
    graph = GRAPHS[values["graph"]]
    steps = walks(graph, {"x": values["x"], "y": values["y"]})
    number = min(round(values["step"]), len(steps) - 1)
    walk = steps[number]
    places = places_of(graph)
    right = max(x for x, _ in places.values())
    top, bottom = max(y for _, y in places.values()), min(y for _, y in places.values())
    panel = Panel(
        x=Axis("", -0.5, right + 0.5),
        y=Axis("", bottom - 0.6, top + 0.6),
        marks=(*edge_marks(graph, places, walk), *node_marks(graph, places, walk)),
        bare=True,
        title=walk.sum,
    )
    shown = [f"{n} has the value {say(v)}" for n, v in walk.values.items()]
    shown += [f"{n} has the gradient {say(g)}" for n, g in walk.gradients.items()]
    formulas = ", ".join(formula_of(graph, name) for name in topological_order(graph))
    return Scene(
        (panel,),
        readout=f"x = {say(values['x'])}, y = {say(values['y'])}. "
        f"Step {number} of {len(steps) - 1}. {walk.words}",
        alt=f"A graph of boxes and arrows from left to right: {formulas}. {'; '.join(shown)}.",
    )


def edge_marks(graph: Graph, places: Mapping[str, tuple[float, float]], walk: Walk) -> list[Mark]:
    """An arrow from each parent to its node; turned round where something has come back."""
    marks: list[Mark] = []
    for parent, name, place in edges_of(graph):
        (x0, y0), (x1, y1) = places[parent], places[name]
        # from the rim of one box to the rim of the other
        x0, x1 = x0 + HALF, x1 - HALF
        back = (parent, name, place) in walk.sent
        now = back and walk.sent[-1] == (parent, name, place) and walk.to == parent
        if back:
            marks.append(
                Arrow(x1, y1, x0, y0, "orange", 4.0 if now else 1.8, "solid" if now else "dashed")
            )
        else:
            ahead = parent in walk.values and name in walk.values
            now = ahead and not walk.gradients and walk.here == name
            marks.append(Arrow(x0, y0, x1, y1, "blue" if ahead else "grey", 4.0 if now else 1.8))
    return marks


def node_marks(graph: Graph, places: Mapping[str, tuple[float, float]], walk: Walk) -> list[Mark]:
    """A box for each node, its value above it and its gradient below it."""
    marks: list[Mark] = []
    for name, (x, y) in places.items():
        now = name in (walk.here, walk.to)
        colour: Colour = "orange" if now and walk.gradients else "blue" if now else "ink"
        marks.append(Box(x, y, 2 * HALF, 0.3, formula_of(graph, name), colour, strong=now))
        value, gradient = walk.values.get(name), walk.gradients.get(name)
        if value is not None:
            marks.append(Text(x, y + 0.28, say(value), "blue", size=14))
        if gradient is not None:
            marks.append(Text(x, y - 0.28, say(gradient), "orange", size=14))
    return marks

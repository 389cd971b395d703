"""Right answers to the exercises of lesson 04, each written differently."""

import math
from collections.abc import Callable

import numpy as np

from backprop_lib.graph import graph_forward, topological_order

# numerical_gradient


def slopes_with_a_copy(graph, inputs, output, step):
    slopes = {}
    for name in inputs:
        moved = inputs.copy()
        moved[name] += step
        up = graph_forward(graph, moved)[output]
        moved[name] -= 2 * step
        down = graph_forward(graph, moved)[output]
        slopes[name] = (up - down) / step / 2
    return slopes


def slopes_of_a_function(graph, inputs, output, h):
    def slope(name):
        def f(x):
            return graph_forward(graph, {**inputs, name: x})[output]

        return 0.5 / h * (f(inputs[name] + h) - f(inputs[name] - h))

    return {name: slope(name) for name in inputs}


def slopes_of_both_sides(graph, inputs, output, h):
    here = graph_forward(graph, inputs)[output]
    slopes = {}
    for name, x in inputs.items():
        right = (graph_forward(graph, inputs | {name: x + h})[output] - here) / h
        left = (here - graph_forward(graph, inputs | {name: x - h})[output]) / h
        slopes[name] = (left + right) / 2
    return slopes


def slopes_and_nodes(graph, inputs, output, step):
    slopes = dict.fromkeys(graph, 0.0)  # more names than asked for do no harm
    for name in sorted(inputs, reverse=True):
        ends = []
        for sign in (1, -1):
            ends.append(graph_forward(graph, dict(inputs, **{name: inputs[name] + sign * step})))
        slopes[name] = np.float64(ends[0][output] - ends[1][output]) / (2 * step)
    return slopes


def slopes_moved_back(graph, inputs, output, step):
    moved, slopes = dict(inputs), {}
    for name in inputs:
        before = moved[name]
        moved[name] = before + step
        slopes[name] = graph_forward(graph, moved)[output]
        moved[name] = before - step
        slopes[name] -= graph_forward(graph, moved)[output]
        slopes[name] /= 2 * step
        moved[name] = before
    return slopes


# local_gradients


def local_with_ifs(operation, parents):
    a = parents[0]
    if operation == "add":
        return [1, 1]
    if operation == "multiply":
        return [parents[1], a]
    if operation == "exp":
        return [np.exp(a)]
    if operation == "log":
        return [1 / a]
    if operation == "tanh":
        return [1 - np.tanh(a) ** 2]
    return [a > 0]


def local_with_a_table(operation, parents):
    table = {
        "add": lambda a, b: (1.0, 1.0),
        "multiply": lambda a, b: (b, a),
        "exp": lambda a: (math.exp(a),),
        "log": lambda a: (a**-1,),
        "tanh": lambda a: (1 / math.cosh(a) ** 2,),
        "relu": lambda a: (float(np.heaviside(a, 1)),),
    }
    return table[operation](*parents)


def local_by_quotients(operation, parents):
    a, *rest = parents
    if operation == "tanh":
        e = math.exp(2 * a)
        return (4 * e / (e + 1) ** 2,)
    if operation == "relu":
        return (max(a, 0) / a,)
    if operation == "multiply":
        total = a + rest[0]  # ab = ((a + b)^2 - (a - b)^2) / 4
        return (total - (a - rest[0])) / 2, (total + (a - rest[0])) / 2
    return {"add": (1, 1)[: len(parents)], "exp": (math.e**a,), "log": (1 / a,)}[operation]


def local_in_arrays(operation, parents):
    x = np.array(parents)
    if operation == "multiply":
        return tuple(x[::-1])
    if operation == "tanh":
        t = np.tanh(x)
        return tuple((1 - t) * (1 + t))
    slope = {"add": np.ones_like, "exp": np.exp, "log": np.reciprocal, "relu": lambda x: x >= 0}
    return tuple(slope[operation](x))


def local_in_float32(operation, parents):
    x = np.array(parents, dtype=np.float32)
    if operation == "tanh":
        return (1 - np.tanh(x[0]) ** 2,)
    if operation == "exp":
        return (np.exp(x[0]),)
    if operation == "log":
        return (1 / x[0],)
    if operation == "relu":
        return (np.float32(x[0] > 0),)
    return (x[1], x[0]) if operation == "multiply" else (np.float32(1), np.float32(1))


# graph_backward


def local_gradients(operation, parents):
    raise AssertionError("while judging, the library's version answers this call")


def backward_in_reverse_order(graph, values, output):
    gradients = {name: 0 for name in values}
    gradients[output] = 1
    for name in topological_order(graph)[::-1]:
        if name not in graph:
            continue
        operation, *parents = graph[name]
        local = local_gradients(operation, [values[p] for p in parents])
        for i in range(len(parents)):
            gradients[parents[i]] += local[i] * gradients[name]
    return gradients


def backward_along_every_path(graph, values, output):
    gradients = dict.fromkeys(values, 0.0)

    def send(name, gradient):
        gradients[name] += gradient
        if name in graph:
            operation, *parents = graph[name]
            local = local_gradients(operation, [values[p] for p in parents])
            for parent, factor in zip(parents, local, strict=True):
                send(parent, gradient * factor)

    send(output, 1.0)
    return gradients


def backward_counting_uses(graph, values, output):
    reachable, todo = set(), [output]
    while todo:
        name = todo.pop()
        if name not in reachable:
            reachable.add(name)
            todo += graph.get(name, ("",))[1:]
    waiting = dict.fromkeys(reachable, 0)
    for name in reachable:
        for parent in graph.get(name, ("",))[1:]:
            waiting[parent] += 1
    gradients, ready = dict.fromkeys(values, 0.0) | {output: 1.0}, [output]
    while ready:
        name = ready.pop()
        if name in graph:
            operation, *parents = graph[name]
            local = local_gradients(operation, [values[p] for p in parents])
            for parent, factor in zip(parents, local, strict=True):
                gradients[parent] = gradients.get(parent, 0.0) + gradients[name] * factor
                waiting[parent] -= 1
                if not waiting[parent]:
                    ready.append(parent)
    return gradients


def backward_asking_the_uses(graph, values, output):
    def gradient(name):
        if name == output:
            return 1.0
        total = 0.0
        for user, (operation, *parents) in graph.items():
            if name in parents:
                upstream = gradient(user)
                local = local_gradients(operation, [values[p] for p in parents])
                total += sum(g * upstream for p, g in zip(parents, local, strict=True) if p == name)
        return total

    return {name: gradient(name) for name in values}


def backward_with_own_order(graph, values, output):
    order = []

    def visit(name):
        if name not in order:
            for parent in graph.get(name, ("",))[1:]:
                visit(parent)
            order.append(name)

    visit(output)
    gradients = dict.fromkeys(graph, 0.0) | dict.fromkeys(values, 0.0) | {output: 1.0}
    while order:
        name = order.pop()
        match graph.get(name):
            case ("add", a, b):
                gradients[a] += gradients[name]
                gradients[b] += gradients[name]
            case ("multiply", a, b):
                gradients[a] += gradients[name] * values[b]
                gradients[b] += gradients[name] * values[a]
            case ("exp", a):
                gradients[a] += gradients[name] * values[name]
            case ("log", a):
                gradients[a] += gradients[name] / values[a]
            case ("tanh", a):
                gradients[a] += gradients[name] * (1 - values[name] ** 2)
            case ("relu", a):
                gradients[a] += gradients[name] * (values[name] > 0)
    return gradients


def backward_with_a_matrix(graph, values, output):
    names = list(values)
    local = np.zeros((len(names), len(names)))  # local[i, j] = d(name i)/d(name j), one step
    for name, (operation, *parents) in graph.items():
        slopes = local_gradients(operation, [values[p] for p in parents])
        for parent, slope in zip(parents, slopes, strict=True):
            local[names.index(name), names.index(parent)] += slope
    # all paths of all lengths: 1 + A + A A + ... = inverse of 1 - A
    every_path = np.linalg.inv(np.eye(len(names)) - local)
    return dict(zip(names, every_path[names.index(output)], strict=True))


# gradient_check


def check_largest_difference(claimed, numeric):
    if claimed.shape != numeric.shape or np.isnan(claimed).any():
        return False
    largest = max(np.abs(claimed).max(), np.abs(numeric).max())
    return largest == 0 or np.abs(claimed - numeric).max() / largest < 1e-4


def check_norms(claimed, numeric):
    if claimed.shape != numeric.shape:
        return False
    off = np.linalg.norm(claimed - numeric)
    return off <= 1e-6 * (np.linalg.norm(claimed) + np.linalg.norm(numeric))


def check_with_allclose(claimed, numeric):
    size = np.max(np.abs(numeric))
    return claimed.shape == numeric.shape and np.allclose(
        claimed, numeric, rtol=0, atol=1e-5 * size
    )


def check_with_a_loop(claimed, numeric):
    if np.shape(claimed) != np.shape(numeric):
        return 0
    size = max(abs(float(g)) for g in np.ravel(numeric))
    for ours, theirs in zip(claimed.flat, numeric.flat, strict=True):
        if not abs(ours - theirs) <= 1e-3 * size:
            return 0
    return 1


def check_relative_to_the_largest(claimed, numeric):
    if claimed.shape != numeric.shape:
        return False
    error = np.abs(claimed - numeric) / np.maximum(1e-300, np.linalg.norm(numeric.ravel(), np.inf))
    return np.max(error) < 1e-5


def check_with_assert(claimed, numeric):
    try:
        size = max(numeric.max(), -numeric.min())
        np.testing.assert_allclose(claimed, numeric, rtol=0, atol=1e-5 * size, strict=True)
    except AssertionError:
        return False
    return True


def check_in_float32(claimed, numeric):
    if claimed.shape != numeric.shape:
        return np.False_
    off = np.float32(claimed) - np.float32(numeric)
    return np.sqrt((off**2).sum()) <= np.float32(1e-4) * np.sqrt((np.float32(numeric) ** 2).sum())


RIGHT: dict[str, tuple[Callable, ...]] = {
    "numerical_gradient": (
        slopes_with_a_copy,
        slopes_of_a_function,
        slopes_of_both_sides,
        slopes_and_nodes,
        slopes_moved_back,
    ),
    "local_gradients": (
        local_with_ifs,
        local_with_a_table,
        local_by_quotients,
        local_in_arrays,
        local_in_float32,
    ),
    "graph_backward": (
        backward_in_reverse_order,
        backward_along_every_path,
        backward_counting_uses,
        backward_asking_the_uses,
        backward_with_own_order,
        backward_with_a_matrix,
    ),
    "gradient_check": (
        check_largest_difference,
        check_norms,
        check_with_allclose,
        check_with_a_loop,
        check_relative_to_the_largest,
        check_with_assert,
        check_in_float32,
    ),
}

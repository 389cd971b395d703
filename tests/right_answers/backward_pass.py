"""Right answers to the exercises of lesson 05, each written in another way."""

import numpy as np

from backprop_lib import linear_backward, relu_backward

# linear_backward


def linear_with_loops(dy, cache):
    x, w, b = cache
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n in range(x.shape[0]):
        for m in range(w.shape[1]):
            db[m] += dy[n, m]
            for d in range(x.shape[1]):
                dx[n, d] += dy[n, m] * w[d, m]
                dw[d, m] += x[n, d] * dy[n, m]
    return [dx, dw, db]


def linear_with_einsum(dout, saved):
    x, w, _ = saved
    dx = np.einsum("nm,dm->nd", dout, w)
    dw = np.einsum("nd,nm->dm", x, dout)
    return dx, dw, np.ones(len(dout)) @ dout


def linear_in_float32(dy, cache):
    x, w, _ = (a.astype(np.float32) for a in cache)
    dy = dy.astype(np.float32)
    return dy @ w.T, x.T @ dy, dy.sum(axis=0)


def linear_partly_in_float32(dy, cache):
    dx, dw, db = linear_in_float32(dy, cache)
    return dx * 1.0000000001, dw.astype(np.float64) / 3 * 3, db.astype(np.float64)


def linear_sample_by_sample(dy, cache):
    x, w, b = cache
    dw, db = np.zeros_like(w), np.zeros_like(b)
    dx = []
    for x_n, dy_n in zip(x, dy, strict=True):
        dx.append(w @ dy_n)
        dw += np.outer(x_n, dy_n)
        db += dy_n
    return np.stack(dx), dw, db


def linear_with_a_column_of_ones(dy, cache):
    x, w, _ = cache
    both = np.column_stack([x, np.ones(len(x))]).T @ dy
    return (w @ dy.T).T, both[:-1], both[-1]


def linear_with_new_axes(dy, cache):
    x, w, b = cache
    dx = (dy[:, None, :] * w[None]).sum(axis=2)
    dw = (x[:, :, None] * dy[:, None, :]).sum(axis=0)
    return dx, dw, sum(dy, np.zeros_like(b))


def linear_output_by_output(dy, cache):
    x, w, b = cache
    dx, dw, db = 0 * x, 0 * w, 0 * b
    for m in range(b.size):
        dx += np.outer(dy[:, m], w[:, m])
        dw[:, m] = dy[:, m] @ x
        db[m] = dy[:, m].sum()
    return dx, dw, db


# relu_backward


def relu_in_place_on_a_copy(dy, cache):
    dx = dy.copy()
    dx[cache <= 0] = 0
    return dx


def relu_with_where(dy, x):
    return np.where(x >= 0, dy, 0.0)


def relu_from_the_activation(dy, x):
    return dy * (np.maximum(x, 0) > 0).astype(np.float32)


def relu_with_loops(dy, x):
    dx = [
        [d if v > 0 else 0.0 for d, v in zip(*rows, strict=True)]
        for rows in zip(dy, x, strict=True)
    ]
    return np.array(dx)


def relu_with_the_sign(dy, x):
    return dy * (1 + np.sign(x)) / 2


def relu_with_select(dy, x):
    return np.select([x < 0, x == 0], [0.0, dy / 2], dy)


def relu_through_a_list_of_places(dy, x):
    dx = np.zeros(dy.shape)
    places = np.nonzero(x > 0)
    dx[places] = dy[places]
    return dx


# sigmoid_backward


def sigmoid_with_loops(dy, y):
    dx = np.empty_like(y)
    for n in range(y.shape[0]):
        for d in range(y.shape[1]):
            dx[n, d] = dy[n, d] * y[n, d] * (1 - y[n, d])
    return dx


def sigmoid_multiplied_out(dy, y):
    return dy * (y - y**2)


def sigmoid_from_the_input(dy, y):
    x = np.log(y) - np.log1p(-y)
    e = np.exp(-x)
    return dy * e / (1 + e) ** 2


def sigmoid_in_float32(dy, y):
    y, dy = y.astype(np.float32), dy.astype(np.float32)
    return dy * y * (np.float32(1) - y)


def sigmoid_through_tanh(dy, y):
    t = 2 * y - 1
    return dy * 0.25 * (1 - t * t)


def sigmoid_in_place_on_a_copy(dy, y):
    dx = np.array(y)
    dx *= 1 - y
    dx *= dy
    return dx


def sigmoid_around_the_middle(dy, y):
    return dy * (0.25 - (y - 0.5) ** 2)


def sigmoid_with_two_exponentials(dy, y):
    return (dy * y) - (dy * y) * y


# softmax_cross_entropy_backward


def softmax_with_one_hot(dloss, cache):
    p, labels = cache
    return (p - np.eye(p.shape[1])[labels]) * dloss / p.shape[0]


def softmax_with_jacobian(dloss, cache):
    p, labels = cache
    rows = []
    for row, label in zip(p, labels, strict=True):
        jacobian = np.diag(row) - np.outer(row, row)
        dp = np.zeros(len(row))
        dp[label] = -1 / row[label]
        rows.append(dloss * jacobian @ dp / len(p))
    return np.array(rows)


def softmax_in_place_on_a_copy(dloss, cache):
    probabilities, labels = cache
    dscores = probabilities.copy()
    dscores[np.arange(len(labels)), labels] -= 1.0
    dscores /= len(labels)
    dscores *= dloss
    return dscores


def softmax_with_loops(dloss, cache):
    p, labels = cache
    n, k = p.shape
    return [[dloss * (p[i, j] - (j == labels[i])) / n for j in range(k)] for i in range(n)]


def softmax_in_float32(dloss, cache):
    p, labels = cache
    hot = np.zeros(p.shape, np.float32)
    hot[range(len(p)), labels] = 1
    return np.float32(dloss / len(p)) * (p.astype(np.float32) - hot)


def softmax_in_two_steps(dloss, cache):
    p, labels = cache
    dlogs = np.zeros_like(p)  # dL/d(log p)
    np.put_along_axis(dlogs, labels[:, None], -dloss / len(p), axis=1)
    return dlogs - p * dlogs.sum(axis=1, keepdims=True)


def softmax_shares_first(dloss, cache):
    p, labels = cache
    share = np.full(len(labels), dloss / len(labels))
    dscores = p * share[:, None]
    dscores[np.arange(len(labels)), labels] -= share
    return dscores


def softmax_by_comparing_columns(dloss, cache):
    p, labels = cache
    return (p - (labels.reshape(-1, 1) == np.arange(p.shape[-1]))) / (len(p) / dloss)


# mlp_backward


def mlp_written_out(dscores, caches):
    grads = {}
    dout = dscores
    for i, (lin, gate) in reversed(list(enumerate(caches, 1))):
        if gate is not None:
            dout = dout * (gate > 0)
        x, w, _ = lin
        grads[f"b{i}"] = dout.sum(axis=0)
        grads[f"w{i}"] = x.T @ dout
        dout = dout @ w.T
    return grads


def mlp_from_a_list(dscores, cache):
    grads = {}
    todo = list(cache)
    while todo:
        linear_cache, gate = todo.pop()
        number = len(todo) + 1
        if gate is not None:
            dscores = relu_backward(dscores, gate)
        dscores, dw, db = linear_backward(dscores, linear_cache)
        grads.update({f"w{number}": dw, f"b{number}": db})
    return grads


def mlp_by_recursion(dscores, cache):
    *below, (linear_cache, gate) = cache
    dout = dscores if gate is None else relu_backward(dscores, gate)
    dx, dw, db = linear_backward(dout, linear_cache)
    grads = mlp_by_recursion(dx, below) if below else {}
    grads[f"w{len(cache)}"], grads[f"b{len(cache)}"] = dw, db
    return grads


def mlp_with_the_last_layer_apart(dscores, cache):
    last = len(cache)
    dout, dw, db = linear_backward(dscores, cache[-1][0])
    grads = {f"b{last}": db, f"w{last}": dw}
    for i in range(last - 1, 0, -1):
        linear_cache, relu_cache = cache[i - 1]
        dout = np.where(relu_cache > 0, dout, 0)
        dout, grads[f"w{i}"], grads[f"b{i}"] = linear_backward(dout, linear_cache)
    return grads


def mlp_in_float32(dscores, cache):
    grads = {}
    dout = dscores.astype(np.float32)
    for i in reversed(range(len(cache))):
        (x, w, _), gate = cache[i]
        if gate is not None:
            dout = dout * (gate > 0)
        grads[f"w{i + 1}"] = x.astype(np.float32).T @ dout
        grads[f"b{i + 1}"] = dout.sum(0)
        dout = dout @ w.T.astype(np.float32)
    return grads


def mlp_layers_then_names(dscores, cache):
    found = []
    dout = dscores
    for linear_cache, gate in cache[::-1]:
        dout = dout if gate is None else dout * (gate > 0)
        x, w, _ = linear_cache
        found.append((x.T @ dout, dout.sum(axis=0)))
        dout = dout @ w.T
    return {
        f"{letter}{i}": grad
        for i, pair in enumerate(found[::-1], 1)
        for letter, grad in zip("wb", pair, strict=True)
    }


def mlp_by_popping_a_copy(dscores, cache):
    left, grads, dout = list(cache), {}, dscores
    while left:
        number = str(len(left))
        linear_cache, gate = left.pop()
        if gate is not None:
            dout = relu_backward(dout, gate)
        dout, grads["w" + number], grads["b" + number] = linear_backward(dout, linear_cache)
    return grads


RIGHT = {
    "linear_backward": (
        linear_with_new_axes,
        linear_output_by_output,
        linear_with_loops,
        linear_with_einsum,
        linear_in_float32,
        linear_partly_in_float32,
        linear_sample_by_sample,
        linear_with_a_column_of_ones,
    ),
    "relu_backward": (
        relu_with_select,
        relu_through_a_list_of_places,
        relu_in_place_on_a_copy,
        relu_with_where,
        relu_from_the_activation,
        relu_with_loops,
        relu_with_the_sign,
    ),
    "sigmoid_backward": (
        sigmoid_around_the_middle,
        sigmoid_with_two_exponentials,
        sigmoid_with_loops,
        sigmoid_multiplied_out,
        sigmoid_from_the_input,
        sigmoid_in_float32,
        sigmoid_through_tanh,
        sigmoid_in_place_on_a_copy,
    ),
    "softmax_cross_entropy_backward": (
        softmax_shares_first,
        softmax_by_comparing_columns,
        softmax_with_one_hot,
        softmax_with_jacobian,
        softmax_in_place_on_a_copy,
        softmax_with_loops,
        softmax_in_float32,
        softmax_in_two_steps,
    ),
    "mlp_backward": (
        mlp_layers_then_names,
        mlp_by_popping_a_copy,
        mlp_written_out,
        mlp_from_a_list,
        mlp_by_recursion,
        mlp_with_the_last_layer_apart,
        mlp_in_float32,
    ),
}

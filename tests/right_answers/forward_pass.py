"""Right answers to lesson 02, each written differently."""

import math

import numpy as np

from backprop_lib import linear, mlp_forward, relu, sigmoid
from right_answers import keeping

# linear


def linear_with_loops(x, w, b):
    y = np.zeros((x.shape[0], w.shape[1]))
    for n in range(x.shape[0]):
        for m in range(w.shape[1]):
            y[n, m] = b[m]
            for d in range(x.shape[1]):
                y[n, m] += x[n, d] * w[d, m]
    return y, (x, w, b)


def linear_with_einsum(x, w, b):
    return [np.einsum("nd,dm->nm", x, w) + b[np.newaxis, :], {"x": x, "w": w}]


def linear_in_float32(x, w, b):
    x, w, b = (a.astype(np.float32) for a in (x, w, b))
    return x @ w + b, (x, w, b)


def linear_with_a_column_of_ones(x, w, b):
    x = np.column_stack([x, np.ones(len(x))])
    return x.dot(np.vstack([w, b])), None


def linear_from_the_other_side(x, w, b):
    return (w.T @ x.T + b.reshape(-1, 1)).T, x


def linear_row_by_row_in_lists(x, w, b):
    y = [[float(row @ column) + bias for column, bias in zip(w.T, b, strict=True)] for row in x]
    return y, "nothing"


def linear_in_place_on_its_own_output(x, w, b):
    y = np.matmul(x, w)
    y += b
    return y, (x, w, b)


# relu


def relu_with_where(x):
    return np.where(x > 0, x, 0.0), x > 0


def relu_with_a_mask(x):
    mask = (x > 0).astype(np.float32)
    return x * mask, mask


def relu_on_a_copy(x):
    y = x.copy()
    y[y < 0] = 0
    return y, y


def relu_from_the_absolute_value(x):
    return (x + np.abs(x)) / 2, x


def relu_clipped_below(x):
    return [np.clip(x, 0, None), x]


def relu_with_loops(x):
    y = np.zeros(x.shape)
    for index, value in np.ndenumerate(x):
        y[index] = max(0.0, float(value))
    return y, x


def relu_in_float32(x):
    y = np.maximum(x.astype(np.float32), 0)
    return y, y


# sigmoid


def sigmoid_as_written(x):
    return 1 / (1 + np.exp(-x)), x


def sigmoid_with_tanh(x):
    y = 0.5 * (1 + np.tanh(0.5 * x))
    return y, y


def sigmoid_by_masks(x):
    y = np.empty_like(x)
    positive = x >= 0
    y[positive] = 1 / (1 + np.exp(-x[positive]))
    e = np.exp(x[~positive])
    y[~positive] = e / (1 + e)
    return y, (y, positive)


def sigmoid_of_clipped_input(x):
    return 1.0 / (1.0 + np.exp(-np.clip(x, -500, 500))), None


def sigmoid_with_logaddexp(x):
    return np.exp(-np.logaddexp(0, -x)), x


def sigmoid_in_float32(x):
    y = 1 / (1 + np.exp(-np.clip(x.astype(np.float32), -80, 80)))
    return y, y


def sigmoid_with_loops(x):
    return np.reshape([one_sigmoid(float(value)) for value in x.ravel()], x.shape), x


def one_sigmoid(x):
    if x < 0:
        return math.exp(x) / (1 + math.exp(x))
    return 1 / (1 + math.exp(-x))


# softmax


def softmax_row_by_row(scores):
    rows = []
    for row in scores:
        e = np.exp(row - max(row))
        rows.append(e / sum(e))
    return np.array(rows)


def softmax_with_new_axis(s):
    e = np.exp(s - np.max(s, axis=1)[:, None])
    return e / np.sum(e, axis=1)[:, None]


def softmax_transposed_and_back(scores):
    e = np.exp(scores.T - scores.T.max(axis=0))
    return (e / e.sum(axis=0)).T


def softmax_through_the_logarithm(scores):
    return np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))


def softmax_in_float32(scores):
    s = (scores - scores.max(axis=-1, keepdims=True)).astype(np.float32)
    e = np.exp(s)
    return e / e.sum(axis=-1, keepdims=True)


def softmax_in_lists(scores):
    result = []
    for row in scores.tolist():
        top = max(row)
        e = [math.exp(s - top) for s in row]
        result.append([value / sum(e) for value in e])
    return result


def softmax_with_einsum(scores):
    p = scores - scores.max(1, keepdims=True)
    np.exp(p, out=p)
    return np.einsum("nk,n->nk", p, 1 / p.sum(1))


# he_init


def he_scaled_afterwards(inputs, outputs, rng):
    return rng.standard_normal((inputs, outputs)) * np.sqrt(2.0 / inputs)


def he_drawn_in_rows(inputs, outputs, rng):
    return np.array([rng.normal(scale=(2 / inputs) ** 0.5, size=outputs) for _ in range(inputs)])


def he_uniform(inputs, outputs, rng):
    # uniform numbers from -a to a have the standard deviation a / sqrt(3)
    end = np.sqrt(6 / inputs)
    return rng.uniform(-end, end, (inputs, outputs))


def he_of_two_uniform_draws(inputs, outputs, rng):
    # Box and Muller: a length and an angle make a normal number
    length = np.sqrt(-2 * np.log(1 - rng.random((inputs, outputs))))
    return np.sqrt(2 / inputs) * length * np.cos(2 * np.pi * rng.random((inputs, outputs)))


def he_column_by_column(inputs, outputs, rng):
    return np.stack([rng.normal(0, np.sqrt(2 / inputs), inputs) for _ in range(outputs)], axis=1)


def he_divided(inputs, outputs, rng):
    return rng.normal(0, 1, (outputs, inputs)).T / np.sqrt(inputs / 2)


def he_in_float32(inputs, outputs, rng):
    w = rng.standard_normal((inputs, outputs), dtype=np.float32)
    return w * np.float32(math.sqrt(2 / inputs))


def he_in_lists(inputs, outputs, rng):
    spread = math.sqrt(2 / inputs)
    return [[rng.normal(0, spread) for _ in range(outputs)] for _ in range(inputs)]


# mlp_forward


def mlp_written_out(x, params):
    out, cache = x, []
    last = len(params) // 2
    for i in range(1, last + 1):
        z = out @ params[f"w{i}"] + params[f"b{i}"]
        cache.append((out, z))
        out = z if i == last else np.maximum(z, 0)
    return out, cache


def mlp_from_earlier_exercises(x, params):
    n_layers = max(int(name[1:]) for name in params)
    caches = {}
    h = x
    for i in range(1, n_layers):
        h, caches["linear", i] = linear(h, params[f"w{i}"], params[f"b{i}"])
        h, caches["relu", i] = relu(h)
    scores, caches["linear", n_layers] = linear(h, params[f"w{n_layers}"], params[f"b{n_layers}"])
    return scores, caches


def mlp_by_recursion(x, params, i=1):
    y, cache = linear(x, params[f"w{i}"], params[f"b{i}"])
    if f"w{i + 1}" not in params:
        return y, [cache]
    y, rest = mlp_by_recursion(relu(y)[0], params, i + 1)
    return y, [cache, *rest]


def mlp_relu_before_all_but_the_first(x, params):
    out = x
    for i in range(len(params) // 2):
        if i > 0:
            out, _ = relu(out)
        out, _ = linear(out, params[f"w{i + 1}"], params[f"b{i + 1}"])
    return [out, None]


def mlp_with_a_while_loop(x, params):
    i, activations = 1, [x]
    while f"w{i}" in params:
        z = np.einsum("nd,dm->nm", activations[-1], params[f"w{i}"]) + params[f"b{i}"]
        more = f"w{i + 1}" in params
        activations.append(z * (z > 0) if more else z)
        i += 1
    return activations[-1], activations[:-1]


def mlp_in_float32(x, params):
    small = {name: array.astype(np.float32) for name, array in params.items()}
    return mlp_written_out(x.astype(np.float32), small)


def relu_by_halves(x):
    return (np.abs(x) + x) / 2, np.sign(x).clip(0)


def relu_written_into_zeros(x):
    y = np.zeros_like(x)
    np.copyto(y, x, where=x > 0)
    return y, y


def softmax_one_after_another(scores):
    p = np.empty_like(scores)
    for n in range(len(scores)):
        top = -np.inf
        for s in scores[n]:
            top = max(top, s)
        p[n] = np.exp(scores[n] - top)
        p[n] /= p[n].sum()
    return p


def softmax_as_gaps(scores):
    with np.errstate(over="ignore"):
        gaps = scores[:, np.newaxis, :] - scores[:, :, np.newaxis]
        return 1 / np.exp(gaps).sum(axis=2)


def linear_sample_by_sample(x, w, b):
    return np.array([b + row @ w for row in x]), (x, w, b)


def linear_of_outer_products(x, w, b):
    y = np.tile(b, (len(x), 1))
    for d in range(x.shape[1]):
        y = y + np.outer(x[:, d], w[d])
    return y, (x, w, b)


def sigmoid_of_both_exponentials(x):
    high, low = np.exp(np.minimum(x, 0)), np.exp(np.minimum(-x, 0))
    y = high / (high + low)
    return y, y


def sigmoid_by_size(x):
    half = np.tanh(np.abs(x) / 2) / 2
    y = 0.5 + np.sign(x) * half
    return y, y


def mlp_last_layer_apart(x, params):
    hidden, last, cache = x, len(params) // 2, []
    for i in range(1, last):
        hidden, of_linear = linear(hidden, params[f"w{i}"], params[f"b{i}"])
        hidden, of_relu = relu(hidden)
        cache.append((of_linear, of_relu))
    scores, of_linear = linear(hidden, params[f"w{last}"], params[f"b{last}"])
    return scores, [*cache, (of_linear, None)]


def mlp_by_names(x, params):
    names = sorted((name for name in params if name[0] == "w"), key=lambda name: int(name[1:]))
    for name in names[:-1]:
        x = np.maximum(x @ params[name] + params["b" + name[1:]], 0)
    return x @ params[names[-1]] + params["b" + names[-1][1:]], None


RIGHT = {
    "linear": keeping(
        lambda x, w, b: (x, w, b),
        linear_with_loops,
        linear_with_einsum,
        linear_in_float32,
        linear_with_a_column_of_ones,
        linear_from_the_other_side,
        linear_row_by_row_in_lists,
        linear_in_place_on_its_own_output,
        linear_sample_by_sample,
        linear_of_outer_products,
    ),
    "relu": (
        relu_with_where,
        relu_with_a_mask,
        relu_on_a_copy,
        relu_from_the_absolute_value,
        relu_clipped_below,
        relu_with_loops,
        relu_in_float32,
        relu_by_halves,
        relu_written_into_zeros,
    ),
    "sigmoid": keeping(
        lambda x: sigmoid(x)[0],
        sigmoid_as_written,
        sigmoid_with_tanh,
        sigmoid_by_masks,
        sigmoid_of_clipped_input,
        sigmoid_with_logaddexp,
        sigmoid_in_float32,
        sigmoid_with_loops,
        sigmoid_of_both_exponentials,
        sigmoid_by_size,
    ),
    "softmax": (
        softmax_row_by_row,
        softmax_with_new_axis,
        softmax_transposed_and_back,
        softmax_through_the_logarithm,
        softmax_in_float32,
        softmax_in_lists,
        softmax_with_einsum,
        softmax_one_after_another,
        softmax_as_gaps,
    ),
    "he_init": (
        he_scaled_afterwards,
        he_drawn_in_rows,
        he_uniform,
        he_of_two_uniform_draws,
        he_column_by_column,
        he_divided,
        he_in_float32,
        he_in_lists,
    ),
    "mlp_forward": keeping(
        lambda x, params: mlp_forward(x, params)[1],
        mlp_written_out,
        mlp_from_earlier_exercises,
        mlp_by_recursion,
        mlp_relu_before_all_but_the_first,
        mlp_with_a_while_loop,
        mlp_in_float32,
        mlp_last_layer_apart,
        mlp_by_names,
    ),
}

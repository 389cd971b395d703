"""A zoo of scalar functions with exact gradients, and of gradients that are nearly right.

The gradient checker is tried on these: it may refuse none of the right gradients and accept none
of the wrong ones. The functions are written as one writes them in NumPy when training a network
by hand: loops over time, fancy indexing, `np.where`, `np.maximum`, `np.add.at`, `np.linalg`, and
some return a float, some the scalar that `np.sum` gives. The gradients come from the formulas.

    for problem in problems(range(3)):
        problem.grad(problem.x)              # right
        wrong_gradients(problem, rng)        # each wrong at an entry that counts
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray
Params = dict[str, Array]
Arrays = tuple[Array, ...]
Elementwise = Callable[[Array, Array], Array]


@dataclass(frozen=True)
class Problem:
    """A function, its right gradient and the point where it is checked."""

    name: str
    f: Callable[[Any], float]
    grad: Callable[[Any], Any]
    x: Any
    """One array, a dict of arrays or a tuple of arrays."""
    kinks: Mapping[str, Array] = field(default_factory=dict)
    """Masks of the entries that sit exactly on a kink, where any subgradient is right.

    The key is the dict's, the place in the tuple as a string, or "" where x is one array.
    """
    single: bool = False
    """Whether f computes in single precision, wholly or in part."""


Family = Callable[[np.random.Generator], Problem]
FAMILIES: dict[str, Family] = {}


def family(build: Family) -> Family:
    """Enter a family under its name."""
    FAMILIES[build.__name__] = build
    return build


def problems(seeds: Iterable[int]) -> Iterator[Problem]:
    """Every family with every seed."""
    for seed in seeds:
        for name, build in FAMILIES.items():
            yield build(np.random.default_rng([seed, *name.encode()]))


# Shared pieces ----------------------------------------------------------------------------------


def draw(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> Array:
    return scale * rng.standard_normal(shape)


def away_from_zero(rng: np.random.Generator, *shape: int) -> Array:
    """Numbers of both signs, none smaller than a fifth."""
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.2, 2, shape)


def sigmoid(x: Array) -> Array:
    return 0.5 * (1 + np.tanh(0.5 * x))


def softplus(x: Array) -> Array:
    return np.logaddexp(0, x)


def softmax(x: Array, axis: int = -1) -> Array:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def softmax_backward(dp: Array, p: Array, axis: int = -1) -> Array:
    return p * (dp - (p * dp).sum(axis=axis, keepdims=True))


def logsumexp(x: Array, axis: int = -1) -> Array:
    top = x.max(axis=axis, keepdims=True)
    return np.squeeze(top, axis) + np.log(np.exp(x - top).sum(axis=axis))


def log_softmax(x: Array, axis: int = -1) -> Array:
    return x - np.expand_dims(logsumexp(x, axis), axis)


def one_hot(labels: Array, k: int) -> Array:
    return np.eye(k)[labels]


def zeros_like(params: Params) -> Params:
    return {key: np.zeros_like(value) for key, value in params.items()}


# Recurrent networks -----------------------------------------------------------------------------


@family
def vanilla_rnn(rng: np.random.Generator) -> Problem:
    """A tanh recurrent network, squared error at each of six steps; biases start at zero."""
    steps, n, d, h = 6, 3, 2, 4
    inputs, targets = draw(rng, steps, n, d), draw(rng, steps, n)
    x = {
        "wx": draw(rng, d, h),
        "wh": draw(rng, h, h, scale=0.5),
        "b": np.zeros(h),
        "v": draw(rng, h),
    }

    def forward(p: Params) -> tuple[list[Array], Array]:
        states = [np.zeros((n, h))]
        for step in inputs:
            states.append(np.tanh(step @ p["wx"] + states[-1] @ p["wh"] + p["b"]))
        return states, np.stack(states[1:]) @ p["v"] - targets

    def f(p: Params) -> float:
        _, errors = forward(p)
        return 0.5 * np.sum(errors**2) / n

    def grad(p: Params) -> Params:
        states, errors = forward(p)
        g = zeros_like(p)
        carry = np.zeros((n, h))
        for t in reversed(range(steps)):
            state, error = states[t + 1], errors[t] / n
            g["v"] += error @ state
            da = (np.outer(error, p["v"]) + carry) * (1 - state**2)
            g["wx"] += inputs[t].T @ da
            g["wh"] += states[t].T @ da
            g["b"] += da.sum(axis=0)
            carry = da @ p["wh"].T
        return g

    return Problem("vanilla_rnn", f, grad, x)


@family
def lstm(rng: np.random.Generator) -> Problem:
    """An LSTM cell over four steps, forget bias one, read out at the end."""
    steps, d, h = 4, 2, 2
    inputs, readout = draw(rng, steps, d), draw(rng, h)
    bias = np.zeros(4 * h)
    bias[h : 2 * h] = 1
    x = {"w": draw(rng, d + h, 4 * h, scale=0.7), "b": bias}

    def forward(p: Params) -> tuple[Array, list[Any]]:
        hidden, cell, cache = np.zeros(h), np.zeros(h), []
        for step in inputs:
            joined = np.concatenate([step, hidden])
            a = np.split(joined @ p["w"] + p["b"], 4)
            i, k, o, c = sigmoid(a[0]), sigmoid(a[1]), sigmoid(a[2]), np.tanh(a[3])
            old, cell = cell, k * cell + i * c
            hidden = o * np.tanh(cell)
            cache.append((joined, old, cell, i, k, o, c))
        return hidden, cache

    def f(p: Params) -> float:
        hidden, _ = forward(p)
        return float(readout @ hidden + np.sum(hidden**2))

    def grad(p: Params) -> Params:
        hidden, cache = forward(p)
        g = zeros_like(p)
        dh, dc = readout + 2 * hidden, np.zeros(h)
        for joined, old, cell, i, k, o, c in reversed(cache):
            dc = dc + dh * o * (1 - np.tanh(cell) ** 2)
            di, dk, do = dc * c * i * (1 - i), dc * old * k * (1 - k), dh * np.tanh(cell)
            da = np.concatenate([di, dk, do * o * (1 - o), dc * i * (1 - c**2)])
            g["w"] += np.outer(joined, da)
            g["b"] += da
            dh, dc = (p["w"] @ da)[d:], dc * k
        return g

    return Problem("lstm", f, grad, x)


@family
def gru(rng: np.random.Generator) -> Problem:
    """A GRU cell over five steps with the parameters in a tuple."""
    steps, n, d, h = 5, 2, 2, 2
    inputs, target = draw(rng, steps, n, d), draw(rng, n, h)
    x = (draw(rng, 3, d, h), draw(rng, 3, h, h, scale=0.6), np.zeros((3, h)))

    def forward(p: Arrays) -> tuple[Array, list[Any]]:
        w, u, b = p
        state, cache = np.zeros((n, h)), []
        for step in inputs:
            z = sigmoid(step @ w[0] + state @ u[0] + b[0])
            r = sigmoid(step @ w[1] + state @ u[1] + b[1])
            c = np.tanh(step @ w[2] + (r * state) @ u[2] + b[2])
            cache.append((step, state, z, r, c))
            state = (1 - z) * state + z * c
        return state, cache

    def f(p: Arrays) -> float:
        return 0.5 * np.sum((forward(p)[0] - target) ** 2)

    def grad(p: Arrays) -> Arrays:
        state, cache = forward(p)
        dw, du, db = (np.zeros_like(a) for a in p)
        u = p[1]
        ds = state - target
        for step, old, z, r, c in reversed(cache):
            dc = ds * z * (1 - c**2)
            drs = dc @ u[2].T
            dz, dr = ds * (c - old) * z * (1 - z), drs * old * r * (1 - r)
            for k, (da, seen) in enumerate([(dz, old), (dr, old), (dc, r * old)]):
                dw[k] += step.T @ da
                du[k] += seen.T @ da
                db[k] += da.sum(axis=0)
            ds = ds * (1 - z) + drs * r + dz @ u[0].T + dr @ u[1].T
        return dw, du, db

    return Problem("gru", f, grad, x)


@family
def bidirectional_rnn(rng: np.random.Generator) -> Problem:
    """Two recurrent passes, one over the reversed sequence, that meet in a product."""
    steps, d, h = 5, 3, 3
    inputs, weights = draw(rng, steps, d), draw(rng, steps, h)
    x = (draw(rng, d + h, h, scale=0.6), draw(rng, d + h, h, scale=0.6))

    def run(w: Array, sequence: Array) -> Array:
        states = [np.zeros(h)]
        for step in sequence:
            states.append(np.tanh(np.concatenate([step, states[-1]]) @ w))
        return np.stack(states)

    def back(w: Array, sequence: Array, states: Array, dstates: Array) -> Array:
        dw, carry = np.zeros_like(w), np.zeros(h)
        for t in reversed(range(steps)):
            da = (dstates[t] + carry) * (1 - states[t + 1] ** 2)
            dw += np.outer(np.concatenate([sequence[t], states[t]]), da)
            carry = w[d:] @ da
        return dw

    def f(p: Arrays) -> float:
        ahead, behind = run(p[0], inputs)[1:], run(p[1], inputs[::-1])[1:][::-1]
        return float(np.sum(weights * ahead * behind))

    def grad(p: Arrays) -> Arrays:
        ahead, behind = run(p[0], inputs), run(p[1], inputs[::-1])
        d_ahead = back(p[0], inputs, ahead, weights * behind[1:][::-1])
        d_behind = back(p[1], inputs[::-1], behind, weights[::-1] * ahead[1:][::-1])
        return d_ahead, d_behind

    return Problem("bidirectional_rnn", f, grad, x)


# Attention --------------------------------------------------------------------------------------


@family
def self_attention(rng: np.random.Generator) -> Problem:
    """Scaled dot-product self-attention, by its input (T, D)."""
    t, d = 5, 4
    wq, wk, wv = draw(rng, 3, d, d)
    weights, x = draw(rng, t, d), draw(rng, t, d)

    def f(a: Array) -> float:
        p = softmax((a @ wq) @ (a @ wk).T / np.sqrt(d))
        return float((weights * (p @ (a @ wv))).sum())

    def grad(a: Array) -> Array:
        q, k, v = a @ wq, a @ wk, a @ wv
        p = softmax(q @ k.T / np.sqrt(d))
        ds = softmax_backward(weights @ v.T, p) / np.sqrt(d)
        return ds @ k @ wq.T + ds.T @ q @ wk.T + p.T @ weights @ wv.T

    return Problem("self_attention", f, grad, x)


@family
def causal_multihead(rng: np.random.Generator) -> Problem:
    """Two attention heads with a causal mask, by the weights of queries, keys and values."""
    t, d, heads = 4, 4, 2
    a, target = draw(rng, t, d), draw(rng, t, d)
    mask = np.triu(np.ones((t, t), bool), 1)
    x = draw(rng, 3, d, d, scale=0.8)

    def split(m: Array) -> Array:
        return m.reshape(t, heads, d // heads).transpose(1, 0, 2)

    def join(m: Array) -> Array:
        return m.transpose(1, 0, 2).reshape(t, d)

    def forward(w: Array) -> tuple[Array, ...]:
        q, k, v = (split(a @ part) for part in w)
        scores = np.einsum("hid,hjd->hij", q, k) / np.sqrt(d // heads)
        p = softmax(np.where(mask, -1e9, scores))
        return q, k, v, p, join(np.einsum("hij,hjd->hid", p, v))

    def f(w: Array) -> float:
        return 0.5 * np.sum((forward(w)[-1] - target) ** 2)

    def grad(w: Array) -> Array:
        q, k, v, p, out = forward(w)
        dout = split(out - target)
        dp = np.einsum("hid,hjd->hij", dout, v)
        ds = softmax_backward(dp, p) / np.sqrt(d // heads)
        dq = np.einsum("hij,hjd->hid", ds, k)
        dk = np.einsum("hij,hid->hjd", ds, q)
        dv = np.einsum("hij,hid->hjd", p, dout)
        return np.stack([a.T @ join(part) for part in (dq, dk, dv)])

    return Problem("causal_multihead", f, grad, x)


@family
def cross_attention(rng: np.random.Generator) -> Problem:
    """Queries that attend to a memory, by both and by the map between them."""
    n, m, d = 3, 5, 2
    weights = draw(rng, n, d)
    x = (draw(rng, n, d), draw(rng, m, d), draw(rng, d, d))

    def f(p: Arrays) -> float:
        query, memory, w = p
        return np.sum(weights * np.tanh(softmax(query @ w @ memory.T) @ memory))

    def grad(p: Arrays) -> Arrays:
        query, memory, w = p
        share = softmax(query @ w @ memory.T)
        dout = weights * (1 - np.tanh(share @ memory) ** 2)
        ds = softmax_backward(dout @ memory.T, share)
        dmemory = share.T @ dout + ds.T @ query @ w
        return ds @ memory @ w.T, dmemory, query.T @ ds @ memory

    return Problem("cross_attention", f, grad, x)


@family
def relative_positions(rng: np.random.Generator) -> Problem:
    """Attention with a learned bias for each distance and a slope for each head."""
    t, heads = 5, 2
    base, v, weights = draw(rng, heads, t, t), draw(rng, heads, t), draw(rng, heads, t)
    distance = np.arange(t)[:, None] - np.arange(t)
    x = {"bias": draw(rng, heads, 2 * t - 1, scale=0.5), "slope": rng.uniform(0.1, 1, heads)}

    def forward(p: Params) -> tuple[Array, Array]:
        fall = p["slope"][:, None, None] * np.abs(distance)
        share = softmax(base + p["bias"][:, distance + t - 1] - fall)
        return share, np.einsum("hij,hj->hi", share, v)

    def f(p: Params) -> float:
        return float(np.sum(weights * forward(p)[1] ** 2))

    def grad(p: Params) -> Params:
        share, out = forward(p)
        dout = 2 * weights * out
        ds = softmax_backward(dout[:, :, None] * v[:, None, :], share)
        g = zeros_like(p)
        for h in range(heads):
            np.add.at(g["bias"][h], distance + t - 1, ds[h])
        g["slope"] = -np.sum(ds * np.abs(distance), axis=(1, 2))
        return g

    return Problem("relative_positions", f, grad, x)


@family
def attention_pooling(rng: np.random.Generator) -> Problem:
    """A learned query pools padded sequences (N, T, D); padding has a gradient of zero."""
    n, t, d = 3, 5, 3
    lengths = rng.integers(2, t + 1, n)
    padding = np.arange(t) >= lengths[:, None]
    query, readout = draw(rng, d), draw(rng, d)
    x = draw(rng, n, t, d)

    def forward(a: Array) -> tuple[Array, Array]:
        share = softmax(np.where(padding, -np.inf, a @ query))
        return share, np.einsum("nt,ntd->nd", share, a)

    def f(a: Array) -> float:
        return float(np.tanh(forward(a)[1] @ readout).sum())

    def grad(a: Array) -> Array:
        share, pooled = forward(a)
        dpooled = np.outer(1 - np.tanh(pooled @ readout) ** 2, readout)
        ds = softmax_backward(np.einsum("nd,ntd->nt", dpooled, a), share)
        return share[:, :, None] * dpooled[:, None, :] + ds[:, :, None] * query

    return Problem("attention_pooling", f, grad, x)


# Convolution and pooling ------------------------------------------------------------------------


@family
def conv1d(rng: np.random.Generator) -> Problem:
    """A one-dimensional convolution with a bias, tanh, mean over batch and place."""
    n, c, length, out, k = 2, 2, 7, 3, 3
    a = draw(rng, n, c, length)
    places = length - k + 1
    weights = draw(rng, out, places)
    x = {"kernel": draw(rng, out, c, k), "bias": draw(rng, out, scale=0.1)}

    def forward(p: Params) -> Array:
        y = np.zeros((n, out, places), dtype=p["kernel"].dtype)
        for i in range(places):
            y[:, :, i] = np.tensordot(a[:, :, i : i + k], p["kernel"], ([1, 2], [1, 2]))
        return np.tanh(y + p["bias"][:, None])

    def f(p: Params) -> float:
        return np.sum(weights * forward(p)) / n

    def grad(p: Params) -> Params:
        da = weights * (1 - forward(p) ** 2) / n
        g = {"kernel": np.zeros_like(p["kernel"]), "bias": da.sum(axis=(0, 2))}
        for i in range(places):
            g["kernel"] += np.tensordot(da[:, :, i], a[:, :, i : i + k], ([0], [0]))
        return g

    return Problem("conv1d", f, grad, x)


@family
def conv2d_strided(rng: np.random.Generator) -> Problem:
    """A two-dimensional convolution with stride two and padding one, by image and kernel."""
    size, out, k, stride = 5, 2, 3, 2
    places = range(0, size + 2 - k + 1, stride)
    target = draw(rng, out, len(places), len(places))
    x = (draw(rng, size, size), draw(rng, out, k, k), np.zeros(out))

    def forward(p: Arrays) -> tuple[Array, Array]:
        padded = np.pad(p[0], 1)
        y = np.empty(target.shape, dtype=p[0].dtype)
        for i, top in enumerate(places):
            for j, left in enumerate(places):
                y[:, i, j] = np.sum(p[1] * padded[top : top + k, left : left + k], axis=(1, 2))
        return padded, y + p[2][:, None, None]

    def f(p: Arrays) -> float:
        return 0.5 * float(np.sum((forward(p)[1] - target) ** 2))

    def grad(p: Arrays) -> Arrays:
        padded, y = forward(p)
        dy = y - target
        dpadded, dkernel = np.zeros_like(padded), np.zeros_like(p[1])
        for i, top in enumerate(places):
            for j, left in enumerate(places):
                window = np.s_[top : top + k, left : left + k]
                dpadded[window] += np.tensordot(dy[:, i, j], p[1], 1)
                dkernel += dy[:, i, j, None, None] * padded[window]
        return dpadded[1:-1, 1:-1], dkernel, dy.sum(axis=(1, 2))

    return Problem("conv2d_strided", f, grad, x)


@family
def transposed_conv(rng: np.random.Generator) -> Problem:
    """A transposed convolution that doubles the size, windows overlapping."""
    n, k, stride = 3, 3, 2
    size = (n - 1) * stride + k
    weights = draw(rng, size, size)
    x = (draw(rng, n, n), draw(rng, k, k))

    def spread(p: Arrays) -> Array:
        y = np.zeros((size, size), dtype=p[0].dtype)
        for i, j in np.ndindex(n, n):
            y[i * stride : i * stride + k, j * stride : j * stride + k] += p[0][i, j] * p[1]
        return y

    def f(p: Arrays) -> float:
        return np.sum(weights * np.sin(spread(p)))

    def grad(p: Arrays) -> Arrays:
        dy = weights * np.cos(spread(p))
        da, dkernel = np.zeros_like(p[0]), np.zeros_like(p[1])
        for i, j in np.ndindex(n, n):
            window = dy[i * stride : i * stride + k, j * stride : j * stride + k]
            da[i, j] = np.sum(window * p[1])
            dkernel += window * p[0][i, j]
        return da, dkernel

    return Problem("transposed_conv", f, grad, x)


@family
def average_pool(rng: np.random.Generator) -> Problem:
    """The mean over two-by-two windows, then a sigmoid."""
    weights, x = draw(rng, 2, 3, 2), draw(rng, 2, 6, 4)

    def pooled(a: Array) -> Array:
        return a.reshape(2, 3, 2, 2, 2).mean(axis=(2, 4))

    def f(a: Array) -> float:
        return np.sum(weights * sigmoid(pooled(a)))

    def grad(a: Array) -> Array:
        p = sigmoid(pooled(a))
        return (weights * p * (1 - p) / 4).repeat(2, axis=1).repeat(2, axis=2)

    return Problem("average_pool", f, grad, x)


@family
def max_pool(rng: np.random.Generator) -> Problem:
    """The largest of each two-by-two window; three of four entries have no gradient."""
    weights = away_from_zero(rng, 3, 2)
    x = draw(rng, 6, 4)

    def windows(a: Array) -> Array:
        return a.reshape(3, 2, 2, 2).transpose(0, 2, 1, 3).reshape(3, 2, 4)

    def f(a: Array) -> float:
        return float((weights * windows(a).max(axis=-1) ** 2).sum())

    def grad(a: Array) -> Array:
        w = windows(a)
        best = np.expand_dims(w.argmax(axis=-1), -1)
        g = np.zeros_like(w)
        top = np.take_along_axis(w, best, -1)
        np.put_along_axis(g, best, 2 * weights[..., None] * top, -1)
        return g.reshape(3, 2, 2, 2).transpose(0, 2, 1, 3).reshape(6, 4)

    return Problem("max_pool", f, grad, x)


@family
def global_pooling(rng: np.random.Generator) -> Problem:
    """Mean and maximum over all places side by side, then a classifier's log loss."""
    n, t, d, k = 3, 5, 3, 4
    w, labels = draw(rng, 2 * d, k), rng.integers(0, k, n)
    x = draw(rng, n, t, d)

    def scores(a: Array) -> Array:
        return np.concatenate([a.mean(axis=1), a.max(axis=1)], axis=1) @ w

    def f(a: Array) -> float:
        return -np.mean(log_softmax(scores(a))[np.arange(n), labels])

    def grad(a: Array) -> Array:
        dpooled = (softmax(scores(a)) - one_hot(labels, k)) / n @ w.T
        is_top = a == a.max(axis=1, keepdims=True)
        return dpooled[:, None, :d] / t + dpooled[:, None, d:] * is_top

    return Problem("global_pooling", f, grad, x)


@family
def upsampling(rng: np.random.Generator) -> Problem:
    """Rows doubled by repeating, columns by linear interpolation."""
    n, m = 4, 4
    target = draw(rng, 2 * n, 2 * m - 1)
    x = draw(rng, n, m)

    def grow(a: Array) -> Array:
        rows = np.repeat(a, 2, axis=0)
        out = np.empty((2 * n, 2 * m - 1), dtype=a.dtype)
        out[:, 0::2] = rows
        out[:, 1::2] = (rows[:, :-1] + rows[:, 1:]) / 2
        return out

    def f(a: Array) -> float:
        return float(np.mean((np.tanh(grow(a)) - target) ** 2))

    def grad(a: Array) -> Array:
        y = np.tanh(grow(a))
        dy = 2 * (y - target) * (1 - y**2) / y.size
        drows = dy[:, 0::2].copy()
        drows[:, :-1] += dy[:, 1::2] / 2
        drows[:, 1:] += dy[:, 1::2] / 2
        return drows.reshape(n, 2, m).sum(axis=1)

    return Problem("upsampling", f, grad, x)


# Normalisation ----------------------------------------------------------------------------------


def standardised(x: Array, axis: Any, eps: float = 1e-5) -> tuple[Array, Array]:
    """Mean zero and variance one over the axes, and the standard deviation."""
    std = np.sqrt(x.var(axis=axis, keepdims=True) + eps)
    return (x - x.mean(axis=axis, keepdims=True)) / std, std


def standardised_backward(dz: Array, z: Array, std: Array, axis: Any) -> Array:
    mean = dz.mean(axis=axis, keepdims=True)
    return (dz - mean - z * (dz * z).mean(axis=axis, keepdims=True)) / std


@family
def layer_norm(rng: np.random.Generator) -> Problem:
    """Layer normalisation with gain and shift, by all three."""
    n, d = 4, 6
    weights = draw(rng, n, d)
    x = {"x": draw(rng, n, d), "gain": 1 + draw(rng, d, scale=0.2), "shift": np.zeros(d)}

    def f(p: Params) -> float:
        z, _ = standardised(p["x"], -1)
        return np.sum(weights * np.tanh(z * p["gain"] + p["shift"]))

    def grad(p: Params) -> Params:
        z, std = standardised(p["x"], -1)
        dy = weights * (1 - np.tanh(z * p["gain"] + p["shift"]) ** 2)
        dx = standardised_backward(dy * p["gain"], z, std, -1)
        return {"x": dx, "gain": (dy * z).sum(axis=0), "shift": dy.sum(axis=0)}

    return Problem("layer_norm", f, grad, x)


@family
def batch_norm(rng: np.random.Generator) -> Problem:
    """Batch normalisation in training mode, before a ReLU and a squared error."""
    n, d = 8, 4
    target = draw(rng, n, d)
    x = (draw(rng, n, d) + 3, rng.uniform(0.5, 2, d), draw(rng, d, scale=0.3))

    def f(p: Arrays) -> float:
        z, _ = standardised(p[0], 0)
        y = np.maximum(z * p[1] + p[2], 0)
        return float(((y - target) ** 2).mean())

    def grad(p: Arrays) -> Arrays:
        z, std = standardised(p[0], 0)
        a = z * p[1] + p[2]
        da = 2 * (np.maximum(a, 0) - target) * (a > 0) / target.size
        return standardised_backward(da * p[1], z, std, 0), (da * z).sum(axis=0), da.sum(axis=0)

    return Problem("batch_norm", f, grad, x)


@family
def group_norm(rng: np.random.Generator) -> Problem:
    """Channels normalised in groups of two over all places, (N, C, L)."""
    n, groups, length = 2, 2, 4
    weights = draw(rng, n, 2 * groups, length)
    x = draw(rng, n, 2 * groups, length) * np.array([1.0, 5.0, 0.3, 2.0])[:, None]

    def split(a: Array) -> Array:
        return a.reshape(n, groups, 2 * length)

    def f(a: Array) -> float:
        z, _ = standardised(split(a), -1)
        return np.sum(weights * np.sin(z.reshape(a.shape)))

    def grad(a: Array) -> Array:
        z, std = standardised(split(a), -1)
        dz = split(weights) * np.cos(z)
        return standardised_backward(dz, z, std, -1).reshape(a.shape)

    return Problem("group_norm", f, grad, x)


@family
def rms_norm(rng: np.random.Generator) -> Problem:
    """Division by the root mean square, with a gain."""
    n, d = 4, 5
    target = draw(rng, n, d)
    x = {"x": draw(rng, n, d), "gain": rng.uniform(0.5, 1.5, d)}

    def forward(p: Params) -> tuple[Array, Array]:
        rms = np.sqrt(np.mean(p["x"] ** 2, axis=1, keepdims=True) + 1e-6)
        return p["x"] / rms, rms

    def f(p: Params) -> float:
        return float(np.log1p((forward(p)[0] * p["gain"] - target) ** 2).sum())

    def grad(p: Params) -> Params:
        z, rms = forward(p)
        error = z * p["gain"] - target
        dy = 2 * error / (1 + error**2)
        dz = dy * p["gain"]
        return {
            "x": (dz - z * np.mean(dz * z, axis=1, keepdims=True)) / rms,
            "gain": np.sum(dy * z, axis=0),
        }

    return Problem("rms_norm", f, grad, x)


@family
def weight_norm(rng: np.random.Generator) -> Problem:
    """Weights as a length times a direction, in a tanh layer."""
    n, d, h = 5, 4, 3
    a, target = draw(rng, n, d), draw(rng, n, h)
    x = {"v": draw(rng, d, h), "length": rng.uniform(0.5, 2, h)}

    def f(p: Params) -> float:
        w = p["length"] * p["v"] / np.sqrt(np.sum(p["v"] ** 2, axis=0))
        return 0.5 * np.mean((np.tanh(a @ w) - target) ** 2)

    def grad(p: Params) -> Params:
        norm = np.sqrt(np.sum(p["v"] ** 2, axis=0))
        unit = p["v"] / norm
        y = np.tanh(a @ (p["length"] * unit))
        dw = a.T @ ((y - target) * (1 - y**2)) / y.size
        along = np.sum(dw * unit, axis=0)
        return {"v": p["length"] / norm * (dw - unit * along), "length": along}

    return Problem("weight_norm", f, grad, x)


@family
def spectral_norm(rng: np.random.Generator) -> Problem:
    """Weights divided by their largest singular value."""
    a, weights = draw(rng, 4, 5), draw(rng, 4, 4)
    x = draw(rng, 5, 4)

    def f(w: Array) -> float:
        return float(np.sum(weights * np.tanh(a @ w / np.linalg.norm(w, 2))))

    def grad(w: Array) -> Array:
        u, s, vt = np.linalg.svd(w)
        y = np.tanh(a @ w / s[0])
        dw = a.T @ (weights * (1 - y**2)) / s[0]
        return dw - np.sum(dw * w) / s[0] * np.outer(u[:, 0], vt[0])

    return Problem("spectral_norm", f, grad, x)


@family
def cosine_similarity(rng: np.random.Generator) -> Problem:
    """One minus the cosine between pairs of vectors."""
    n, d = 5, 4
    x = (draw(rng, n, d), draw(rng, n, d))

    def f(p: Arrays) -> float:
        a, b = p
        norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
        return float(np.sum(1 - (a * b).sum(axis=1) / norms))

    def grad(p: Arrays) -> Arrays:
        a_len, b_len = (np.sqrt((v**2).sum(axis=1, keepdims=True)) for v in p)
        a, b = p[0] / a_len, p[1] / b_len
        cosine = np.sum(a * b, axis=1, keepdims=True)
        return (cosine * a - b) / a_len, (cosine * b - a) / b_len

    return Problem("cosine_similarity", f, grad, x)


# Ranking and contrast ---------------------------------------------------------------------------


@family
def pairwise_hinge(rng: np.random.Generator) -> Problem:
    """Margin loss over all pairs of a relevant and an irrelevant document."""
    n, d = 8, 6
    features, relevant = draw(rng, n, d), np.arange(n) < 3
    x = draw(rng, d)

    def gaps(w: Array) -> Array:
        scores = features @ w
        return 1 - scores[relevant][:, None] + scores[~relevant][None, :]

    def f(w: Array) -> float:
        return np.mean(np.maximum(0, gaps(w))) + 0.05 * np.sum(w**2)

    def grad(w: Array) -> Array:
        active = (gaps(w) > 0) / (3 * (n - 3))
        ds = np.zeros(n)
        ds[relevant], ds[~relevant] = -active.sum(axis=1), active.sum(axis=0)
        return features.T @ ds + 0.1 * w

    return Problem("pairwise_hinge", f, grad, x)


@family
def bayesian_personalised_ranking(rng: np.random.Generator) -> Problem:
    """Logistic loss of preferring one item to another, users and items by their factors."""
    users, items, d, n = 3, 6, 3, 7
    u, i = rng.integers(0, users, n), rng.integers(0, items, n)
    j = (i + rng.integers(1, items, n)) % items
    x = {"users": draw(rng, users, d), "items": draw(rng, items, d), "bias": np.zeros(items)}

    def margin(p: Params) -> Array:
        apart = p["items"][i] - p["items"][j]
        return np.sum(p["users"][u] * apart, axis=1) + p["bias"][i] - p["bias"][j]

    def f(p: Params) -> float:
        return float(softplus(-margin(p)).sum())

    def grad(p: Params) -> Params:
        dm = -sigmoid(-margin(p))
        g = zeros_like(p)
        np.add.at(g["users"], u, dm[:, None] * (p["items"][i] - p["items"][j]))
        for place, sign in ((i, 1), (j, -1)):
            np.add.at(g["items"], place, sign * dm[:, None] * p["users"][u])
            np.add.at(g["bias"], place, sign * dm)
        return g

    return Problem("bayesian_personalised_ranking", f, grad, x)


@family
def triplet_margin(rng: np.random.Generator) -> Problem:
    """Anchor, positive and negative with a margin between their distances."""
    n, d, margin = 4, 4, 1.0
    anchor = draw(rng, n, d)
    near = anchor + draw(rng, n, d, scale=0.8)
    x = {"anchor": anchor, "positive": near, "negative": near + draw(rng, n, d, scale=0.6)}

    def parts(p: Params) -> tuple[Array, ...]:
        to, away = p["anchor"] - p["positive"], p["anchor"] - p["negative"]
        return to, away, np.sqrt(np.sum(to**2, axis=1)), np.sqrt(np.sum(away**2, axis=1))

    def f(p: Params) -> float:
        _, _, a, b = parts(p)
        return float(np.maximum(a - b + margin, 0).sum())

    def grad(p: Params) -> Params:
        to, away, a, b = parts(p)
        active = np.where(a - b + margin > 0, 1.0, 0.0)
        dto, daway = (active / a)[:, None] * to, -(active / b)[:, None] * away
        return {"anchor": dto + daway, "positive": -dto, "negative": -daway}

    return Problem("triplet_margin", f, grad, x)


@family
def listnet(rng: np.random.Generator) -> Problem:
    """Cross entropy between the softmax of relevances and of scores, list by list."""
    lists, n, d = 3, 4, 5
    features = draw(rng, lists, n, d)
    truth = softmax(rng.integers(0, 4, (lists, n)).astype(float))
    x = draw(rng, d)

    def f(w: Array) -> float:
        return -np.sum(truth * log_softmax(features @ w)) / lists

    def grad(w: Array) -> Array:
        ds = (softmax(features @ w) - truth) / lists
        return np.einsum("ln,lnd->d", ds, features)

    return Problem("listnet", f, grad, x)


@family
def info_nce(rng: np.random.Generator) -> Problem:
    """Contrast of matching pairs in a batch, both directions, on normalised vectors."""
    n, d, temperature = 5, 4, 0.3
    x = (draw(rng, n, d), draw(rng, n, d))

    def unit(a: Array) -> Array:
        return a / np.sqrt(np.sum(a**2, axis=1, keepdims=True))

    def unit_backward(du: Array, a: Array) -> Array:
        u = unit(a)
        norm = np.sqrt(np.sum(a**2, axis=1, keepdims=True))
        return (du - u * np.sum(u * du, axis=1, keepdims=True)) / norm

    def f(p: Arrays) -> float:
        s = unit(p[0]) @ unit(p[1]).T / temperature
        return float(-np.trace(log_softmax(s, 0) + log_softmax(s, 1)) / (2 * n))

    def grad(p: Arrays) -> Arrays:
        a, b = unit(p[0]), unit(p[1])
        s = a @ b.T / temperature
        ds = (softmax(s, 0) + softmax(s, 1) - 2 * np.eye(n)) / (2 * n * temperature)
        return unit_backward(ds @ b, p[0]), unit_backward(ds.T @ a, p[1])

    return Problem("info_nce", f, grad, x)


# Generative models ------------------------------------------------------------------------------


@family
def vae(rng: np.random.Generator) -> Problem:
    """The evidence bound of a small variational autoencoder with fixed noise."""
    n, d, h = 4, 4, 2
    a, noise = draw(rng, n, d), draw(rng, n, h)
    x = {
        "mean": draw(rng, d, h, scale=0.5),
        "logvar": draw(rng, d, h, scale=0.3),
        "decode": draw(rng, h, d),
        "bias": np.zeros(d),
    }

    def forward(p: Params) -> tuple[Array, ...]:
        mean, logvar = a @ p["mean"], a @ p["logvar"]
        code = mean + np.exp(0.5 * logvar) * noise
        return mean, logvar, code, code @ p["decode"] + p["bias"] - a

    def f(p: Params) -> float:
        mean, logvar, _, error = forward(p)
        kl = 0.5 * np.sum(np.exp(logvar) + mean**2 - 1 - logvar)
        return float(0.5 * np.sum(error**2) + kl) / n

    def grad(p: Params) -> Params:
        mean, logvar, code, error = forward(p)
        dcode = error @ p["decode"].T
        dlogvar = 0.5 * (dcode * np.exp(0.5 * logvar) * noise + np.exp(logvar) - 1)
        return {
            "mean": a.T @ (dcode + mean) / n,
            "logvar": a.T @ dlogvar / n,
            "decode": code.T @ error / n,
            "bias": error.sum(axis=0) / n,
        }

    return Problem("vae", f, grad, x)


@family
def gaussian_nll(rng: np.random.Generator) -> Problem:
    """Mean and log-variance predicted for each example."""
    n, d = 8, 4
    a, y = draw(rng, n, d), draw(rng, n)
    x = {"mean": draw(rng, d), "logvar": draw(rng, d, scale=0.5)}

    def f(p: Params) -> float:
        logvar = a @ p["logvar"]
        return np.mean(0.5 * (logvar + (y - a @ p["mean"]) ** 2 * np.exp(-logvar)))

    def grad(p: Params) -> Params:
        precision, error = np.exp(-(a @ p["logvar"])), a @ p["mean"] - y
        return {
            "mean": a.T @ (error * precision) / n,
            "logvar": a.T @ (0.5 * (1 - error**2 * precision)) / n,
        }

    return Problem("gaussian_nll", f, grad, x)


@family
def mixture_density(rng: np.random.Generator) -> Problem:
    """Negative log likelihood of a mixture of Gaussians given for each example."""
    n, k = 5, 3
    y = draw(rng, n)
    x = {"logits": draw(rng, n, k), "mean": draw(rng, n, k), "logstd": draw(rng, n, k, scale=0.4)}

    def log_joint(p: Params) -> tuple[Array, Array]:
        z = (y[:, None] - p["mean"]) * np.exp(-p["logstd"])
        return log_softmax(p["logits"]) - 0.5 * z**2 - p["logstd"], z

    def f(p: Params) -> float:
        return -np.sum(logsumexp(log_joint(p)[0]))

    def grad(p: Params) -> Params:
        logs, z = log_joint(p)
        share = softmax(logs)
        return {
            "logits": softmax(p["logits"]) - share,
            "mean": -share * z * np.exp(-p["logstd"]),
            "logstd": share * (1 - z**2),
        }

    return Problem("mixture_density", f, grad, x)


@family
def hinge_gan(rng: np.random.Generator) -> Problem:
    """The discriminator's hinge loss on real and made samples, leaky ReLU inside."""
    n, d, h = 4, 3, 4
    samples = np.concatenate([draw(rng, n, d) + 0.5, draw(rng, n, d)])
    sign = np.repeat([1.0, -1.0], n)
    x = {"w": draw(rng, d, h, scale=0.6), "b": draw(rng, h, scale=0.1), "v": draw(rng, h)}

    def forward(p: Params) -> tuple[Array, Array, Array]:
        a = samples @ p["w"] + p["b"]
        hidden = np.where(a > 0, a, 0.2 * a)
        return a, hidden, hidden @ p["v"]

    def f(p: Params) -> float:
        return float(np.maximum(0, 1 - sign * forward(p)[2]).sum() / n)

    def grad(p: Params) -> Params:
        a, hidden, score = forward(p)
        ds = np.where(sign * score < 1, -sign, 0) / n
        da = np.outer(ds, p["v"]) * np.where(a > 0, 1, 0.2)
        return {"w": samples.T @ da, "b": da.sum(axis=0), "v": hidden.T @ ds}

    return Problem("hinge_gan", f, grad, x)


@family
def gradient_penalty(rng: np.random.Generator) -> Problem:
    """A Wasserstein critic whose own gradient is held near length one."""
    n, d, h = 4, 3, 4
    real, fake = draw(rng, n, d), draw(rng, n, d) + 1
    mid = real + rng.uniform(size=(n, 1)) * (fake - real)
    x = {"w": draw(rng, d, h), "v": draw(rng, h)}

    def slope(p: Params) -> tuple[Array, ...]:
        t = np.tanh(mid @ p["w"])
        s = ((1 - t**2) * p["v"]) @ p["w"].T
        return t, s, np.sqrt(np.sum(s**2, axis=1))

    def f(p: Params) -> float:
        t_real, t_fake = np.tanh(real @ p["w"]), np.tanh(fake @ p["w"])
        _, _, norm = slope(p)
        return np.mean((t_fake - t_real) @ p["v"]) + np.mean((norm - 1) ** 2)

    def grad(p: Params) -> Params:
        g = zeros_like(p)
        for samples, sign in ((fake, 1 / n), (real, -1 / n)):
            t = np.tanh(samples @ p["w"])
            g["v"] += sign * t.sum(axis=0)
            g["w"] += sign * samples.T @ ((1 - t**2) * p["v"])
        t, s, norm = slope(p)
        ds = (2 * (norm - 1) / norm / n)[:, None] * s
        dq = ds @ p["w"]  # back through s = q w', q = (1 - t²) v
        g["w"] += ds.T @ ((1 - t**2) * p["v"])
        g["v"] += np.sum(dq * (1 - t**2), axis=0)
        g["w"] += mid.T @ (-2 * t * (1 - t**2) * dq * p["v"])
        return g

    return Problem("gradient_penalty", f, grad, x)


@family
def denoising_score(rng: np.random.Generator) -> Problem:
    """Denoising score matching at three noise levels with a softplus network."""
    n, d, h = 6, 2, 4
    clean, noise = draw(rng, n, d), draw(rng, n, d)
    sigma = np.resize([0.1, 0.5, 1.0], n)[:, None]
    a = np.concatenate([clean + sigma * noise, np.log(sigma)], axis=1)
    x = (draw(rng, d + 1, h), draw(rng, h, d))

    def error(p: Arrays) -> Array:
        return sigma * (softplus(a @ p[0]) @ p[1]) + noise

    def f(p: Arrays) -> float:
        return 0.5 * float(np.sum(error(p) ** 2)) / n

    def grad(p: Arrays) -> Arrays:
        pre = a @ p[0]
        dout = sigma * error(p) / n
        return a.T @ (dout @ p[1].T * sigmoid(pre)), softplus(pre).T @ dout

    return Problem("denoising_score", f, grad, x)


@family
def coupling_flow(rng: np.random.Generator) -> Problem:
    """Two affine coupling layers of a normalizing flow, with the log determinant."""
    n, d = 4, 4
    half, a = d // 2, draw(rng, n, d)
    x = {"scale": draw(rng, 2, half, half, scale=0.5), "shift": draw(rng, 2, half, half)}

    def forward(p: Params) -> tuple[Array, Array, list[Any]]:
        left, right = a[:, :half], a[:, half:]
        logdet, cache = np.zeros(()), []
        for k in range(2):
            s = np.tanh(left @ p["scale"][k])
            cache.append((left, right, s))
            left, right = right * np.exp(s) + left @ p["shift"][k], left
            logdet = logdet + s.sum()
        return np.concatenate([left, right], axis=1), logdet, cache

    def f(p: Params) -> float:
        z, logdet, _ = forward(p)
        return float(0.5 * np.sum(z**2) - logdet) / n

    def grad(p: Params) -> Params:
        z, _, cache = forward(p)
        g = zeros_like(p)
        dleft, dright = z[:, :half] / n, z[:, half:] / n
        for k in (1, 0):
            left, right, s = cache[k]
            da = (dleft * right * np.exp(s) - 1 / n) * (1 - s**2)
            g["scale"][k], g["shift"][k] = left.T @ da, left.T @ dleft
            dleft, dright = (
                dright + da @ p["scale"][k].T + dleft @ p["shift"][k].T,
                dleft * np.exp(s),
            )
        return g

    return Problem("coupling_flow", f, grad, x)


@family
def planar_flow(rng: np.random.Generator) -> Problem:
    """A planar flow's negative log likelihood with its log |det|."""
    n, d = 5, 3
    a = draw(rng, n, d)
    w = draw(rng, d)
    x = {"w": w, "u": 0.6 * w / (w @ w) + draw(rng, d, scale=0.1), "b": draw(rng, 1)}

    def forward(p: Params) -> tuple[Array, Array, Array]:
        t = np.tanh(a @ p["w"] + p["b"])
        return t, a + np.outer(t, p["u"]), 1 + (1 - t**2) * (p["u"] @ p["w"])

    def f(p: Params) -> float:
        _, z, det = forward(p)
        return np.mean(0.5 * np.sum(z**2, axis=1) - np.log(np.abs(det)))

    def grad(p: Params) -> Params:
        t, z, det = forward(p)
        dz, ddet = z / n, -1 / (n * det)
        dt = dz @ p["u"] - 2 * t * (p["u"] @ p["w"]) * ddet
        da = dt * (1 - t**2)
        dot = np.sum(ddet * (1 - t**2))
        return {
            "w": a.T @ da + dot * p["u"],
            "u": t @ dz + dot * p["w"],
            "b": np.array([da.sum()]),
        }

    return Problem("planar_flow", f, grad, x)


@family
def boltzmann_machine(rng: np.random.Generator) -> Problem:
    """Exact log likelihood of binary data under a small Boltzmann machine."""
    d = 4
    states = np.array(list(np.ndindex(*(2,) * d)), float)
    data = states[rng.integers(0, len(states), 6)]
    x = {"w": draw(rng, d, d), "b": draw(rng, d)}

    def energy(p: Params, s: Array) -> Array:
        return -np.einsum("ni,ij,nj->n", s, p["w"], s) - s @ p["b"]

    def f(p: Params) -> float:
        return np.mean(energy(p, data)) + logsumexp(-energy(p, states))

    def grad(p: Params) -> Params:
        share = softmax(-energy(p, states))
        return {
            "w": (states * share[:, None]).T @ states - data.T @ data / len(data),
            "b": share @ states - data.mean(axis=0),
        }

    return Problem("boltzmann_machine", f, grad, x)


# Losses -----------------------------------------------------------------------------------------


def linear_fit(
    name: str, loss: Elementwise, slope: Elementwise, rng: np.random.Generator, counts: bool = False
) -> Problem:
    """A loss of predictions and targets, and its slope, averaged over a linear model's data."""
    n, d = 12, 6
    a = draw(rng, n, d, scale=0.6)
    y = rng.poisson(2, n).astype(float) if counts else draw(rng, n, scale=2)
    return Problem(
        name,
        lambda w: float(np.mean(loss(a @ w, y))),
        lambda w: a.T @ slope(a @ w, y) / n,
        draw(rng, d),
    )


@family
def huber(rng: np.random.Generator) -> Problem:
    """Squared for errors up to one, linear beyond."""

    def loss(p: Array, y: Array) -> Array:
        error = np.abs(p - y)
        return np.where(error < 1, 0.5 * error**2, error - 0.5)

    return linear_fit("huber", loss, lambda p, y: np.clip(p - y, -1, 1), rng)


@family
def log_cosh(rng: np.random.Generator) -> Problem:
    """The logarithm of the hyperbolic cosine of the error."""

    def loss(p: Array, y: Array) -> Array:
        return np.abs(p - y) + np.log1p(np.exp(-2 * np.abs(p - y))) - np.log(2)

    return linear_fit("log_cosh", loss, lambda p, y: np.tanh(p - y), rng)


@family
def quantile(rng: np.random.Generator) -> Problem:
    """The pinball loss for the upper decile."""

    def loss(p: Array, y: Array) -> Array:
        return np.maximum(0.9 * (y - p), -0.1 * (y - p))

    return linear_fit("quantile", loss, lambda p, y: np.where(y > p, -0.9, 0.1), rng)


@family
def poisson_nll(rng: np.random.Generator) -> Problem:
    """Counts with a predicted log rate."""
    return linear_fit(
        "poisson_nll", lambda p, y: np.exp(p) - y * p, lambda p, y: np.exp(p) - y, rng, counts=True
    )


@family
def focal_loss(rng: np.random.Generator) -> Problem:
    """Cross entropy that looks away from easy examples."""
    n, k, gamma = 6, 4, 2.0
    labels, rows = rng.integers(0, k, n), np.arange(n)
    x = draw(rng, n, k, scale=2)

    def f(s: Array) -> float:
        logp = log_softmax(s)[rows, labels]
        return -np.mean((1 - np.exp(logp)) ** gamma * logp)

    def grad(s: Array) -> Array:
        logp = log_softmax(s)[rows, labels]
        p = np.exp(logp)
        dlogp = gamma * (1 - p) ** (gamma - 1) * p * logp - (1 - p) ** gamma
        return (dlogp / n)[:, None] * (one_hot(labels, k) - softmax(s))

    return Problem("focal_loss", f, grad, x)


@family
def label_smoothing(rng: np.random.Generator) -> Problem:
    """A linear classifier's cross entropy against smoothed labels."""
    n, d, k = 10, 4, 3
    a = draw(rng, n, d)
    truth = 0.9 * one_hot(rng.integers(0, k, n), k) + 0.1 / k
    x = (draw(rng, d, k), np.zeros(k))

    def f(p: Arrays) -> float:
        return float(-(truth * log_softmax(a @ p[0] + p[1])).sum() / n)

    def grad(p: Arrays) -> Arrays:
        ds = (softmax(a @ p[0] + p[1]) - truth) / n
        return a.T @ ds, ds.sum(axis=0)

    return Problem("label_smoothing", f, grad, x)


@family
def kl_divergence(rng: np.random.Generator) -> Problem:
    """The divergence of one softmax from another, by the scores of both."""
    n, k = 4, 5
    x = {"p": draw(rng, n, k), "q": draw(rng, n, k)}

    def f(s: Params) -> float:
        gap = log_softmax(s["p"]) - log_softmax(s["q"])
        return np.sum(softmax(s["p"]) * gap) / n

    def grad(s: Params) -> Params:
        p, q = softmax(s["p"]), softmax(s["q"])
        gap = log_softmax(s["p"]) - log_softmax(s["q"])
        return {"p": softmax_backward(gap, p) / n, "q": (q - p) / n}

    return Problem("kl_divergence", f, grad, x)


@family
def distillation(rng: np.random.Generator) -> Problem:
    """A student's softmax against a teacher's, with a learned log temperature."""
    n, k = 4, 5
    teacher = softmax(draw(rng, n, k) / 2)
    x = {"scores": draw(rng, n, k, scale=3), "log_temperature": np.array([0.7])}

    def f(p: Params) -> float:
        return -np.sum(teacher * log_softmax(p["scores"] / np.exp(p["log_temperature"])))

    def grad(p: Params) -> Params:
        temperature = np.exp(p["log_temperature"])
        scaled = p["scores"] / temperature
        ds = softmax(scaled) - teacher
        return {"scores": ds / temperature, "log_temperature": np.array([-np.sum(ds * scaled)])}

    return Problem("distillation", f, grad, x)


# Sequences with hidden states -------------------------------------------------------------------


def chain(emit: Array, trans: Array) -> list[Array]:
    """Log weights of all paths that end in each state, step by step."""
    out = [emit[0]]
    for step in emit[1:]:
        out.append(logsumexp(out[-1][:, None] + trans, 0) + step)
    return out


def chain_backward(emit: Array, trans: Array) -> tuple[Array, Array]:
    """How often each state and each transition is used, the gradient of the log sum."""
    out, demit, dtrans = chain(emit, trans), np.zeros_like(emit), np.zeros_like(trans)
    demit[-1] = softmax(out[-1])
    for t in reversed(range(1, len(emit))):
        share = softmax(out[t - 1][:, None] + trans, 0) * demit[t]
        dtrans += share
        demit[t - 1] = share.sum(axis=1)
    return demit, dtrans


@family
def hidden_markov(rng: np.random.Generator) -> Problem:
    """The forward algorithm's log likelihood, by the logits of all three tables."""
    k, m, steps = 3, 4, 7
    seen = rng.integers(0, m, steps)
    x = {"start": np.zeros(k), "trans": draw(rng, k, k), "emit": draw(rng, k, m)}

    def tables(p: Params) -> tuple[Array, Array]:
        emit = log_softmax(p["emit"])[:, seen].T.copy()
        emit[0] += log_softmax(p["start"])
        return emit, log_softmax(p["trans"])

    def f(p: Params) -> float:
        return float(-logsumexp(chain(*tables(p))[-1]))

    def grad(p: Params) -> Params:
        demit, dtrans = chain_backward(*tables(p))
        dsymbols = np.zeros_like(p["emit"])
        np.add.at(dsymbols.T, seen, demit)
        counts = {"start": demit[0], "trans": dtrans, "emit": dsymbols}
        return {
            key: softmax(p[key]) * c.sum(axis=-1, keepdims=True) - c for key, c in counts.items()
        }

    return Problem("hidden_markov", f, grad, x)


@family
def crf(rng: np.random.Generator) -> Problem:
    """A chain's log partition less the score of the true path."""
    steps, k = 6, 3
    path = rng.integers(0, k, steps)
    x = (draw(rng, steps, k), draw(rng, k, k))

    def f(p: Arrays) -> float:
        score = p[0][np.arange(steps), path].sum() + p[1][path[:-1], path[1:]].sum()
        return float(logsumexp(chain(*p)[-1]) - score)

    def grad(p: Arrays) -> Arrays:
        demit, dtrans = chain_backward(*p)
        demit[np.arange(steps), path] -= 1
        np.subtract.at(dtrans, (path[:-1], path[1:]), 1)
        return demit, dtrans

    return Problem("crf", f, grad, x)


# Layers and architectures -----------------------------------------------------------------------


@family
def embedding_bag(rng: np.random.Generator) -> Problem:
    """Word vectors looked up with repetition and averaged; words not used have no gradient."""
    words, d, n, length = 9, 3, 4, 5
    ids = rng.integers(0, words - 2, (n, length))
    v, target = draw(rng, d), draw(rng, n)
    x = draw(rng, words, d)

    def f(table: Array) -> float:
        return 0.5 * np.sum((np.tanh(table[ids].mean(axis=1)) @ v - target) ** 2)

    def grad(table: Array) -> Array:
        bag = np.tanh(table[ids].mean(axis=1))
        dbag = np.outer(bag @ v - target, v) * (1 - bag**2) / length
        g = np.zeros_like(table)
        np.add.at(g, ids, np.broadcast_to(dbag[:, None, :], (n, length, d)))
        return g

    return Problem("embedding_bag", f, grad, x)


@family
def matrix_factorisation(rng: np.random.Generator) -> Problem:
    """Low-rank factors fitted to the ratings that were observed."""
    n, m, rank = 6, 5, 3
    ratings, seen = draw(rng, n, m), rng.uniform(size=(n, m)) < 0.6
    x = {"u": draw(rng, n, rank), "v": draw(rng, m, rank)}

    def f(p: Params) -> float:
        error = (p["u"] @ p["v"].T - ratings)[seen]
        return float(np.sum(error**2) + 0.1 * sum(np.sum(a**2) for a in p.values()))

    def grad(p: Params) -> Params:
        error = 2 * seen * (p["u"] @ p["v"].T - ratings)
        return {"u": error @ p["v"] + 0.2 * p["u"], "v": error.T @ p["u"] + 0.2 * p["v"]}

    return Problem("matrix_factorisation", f, grad, x)


@family
def bilinear(rng: np.random.Generator) -> Problem:
    """A score for pairs of vectors, logistic loss, by both vectors and the matrix."""
    n, d, e = 4, 3, 4
    sign = rng.choice([-1.0, 1.0], n)
    x = (draw(rng, n, d), draw(rng, d, e), draw(rng, n, e))

    def f(p: Arrays) -> float:
        return np.mean(softplus(-sign * np.einsum("nd,de,ne->n", *p)))

    def grad(p: Arrays) -> Arrays:
        a, w, b = p
        ds = -sign * sigmoid(-sign * np.einsum("nd,de,ne->n", a, w, b)) / n
        ds = ds[:, None]
        return ds * (b @ w.T), (ds * a).T @ b, ds * (a @ w)

    return Problem("bilinear", f, grad, x)


@family
def tensor_contraction(rng: np.random.Generator) -> Problem:
    """A three-way tensor written as a sum of outer products."""
    shape, rank = (3, 4, 5), 2
    target = draw(rng, *shape)
    x = tuple(draw(rng, size, rank) for size in shape)

    def f(p: Arrays) -> float:
        return 0.5 * np.sum((np.einsum("ir,jr,kr->ijk", *p) - target) ** 2)

    def grad(p: Arrays) -> Arrays:
        a, b, c = p
        error = np.einsum("ir,jr,kr->ijk", a, b, c) - target
        return (
            np.einsum("ijk,jr,kr->ir", error, b, c),
            np.einsum("ijk,ir,kr->jr", error, a, c),
            np.einsum("ijk,ir,jr->kr", error, a, b),
        )

    return Problem("tensor_contraction", f, grad, x)


@family
def highway(rng: np.random.Generator) -> Problem:
    """Two highway layers that share weights: a gate chooses between new and old."""
    n, d = 4, 3
    a, weights = draw(rng, n, d), draw(rng, n, d)
    x = {"w": draw(rng, d, d), "gate": draw(rng, d, d), "bias": np.full(d, -1.0)}

    def forward(p: Params) -> tuple[Array, list[Any]]:
        y, cache = a, []
        for _ in range(2):
            t, new = sigmoid(y @ p["gate"] + p["bias"]), np.tanh(y @ p["w"])
            cache.append((y, t, new))
            y = t * new + (1 - t) * y
        return y, cache

    def f(p: Params) -> float:
        return np.sum(weights * forward(p)[0] ** 2)

    def grad(p: Params) -> Params:
        y, cache = forward(p)
        g, dy = zeros_like(p), 2 * weights * y
        for old, t, new in reversed(cache):
            dt, dnew = dy * (new - old) * t * (1 - t), dy * t * (1 - new**2)
            g["w"] += old.T @ dnew
            g["gate"] += old.T @ dt
            g["bias"] += dt.sum(axis=0)
            dy = dy * (1 - t) + dnew @ p["w"].T + dt @ p["gate"].T
        return g

    return Problem("highway", f, grad, x)


@family
def residual_relu(rng: np.random.Generator) -> Problem:
    """Three residual blocks with ReLU, (block, d, d)."""
    blocks, n, d = 3, 5, 4
    a, target = draw(rng, n, d), draw(rng, n, d)
    x = draw(rng, blocks, d, d, scale=0.5)

    def states(w: Array) -> list[Array]:
        out = [a]
        for block in w:
            out.append(out[-1] + np.maximum(out[-1] @ block, 0))
        return out

    def f(w: Array) -> float:
        return float(np.mean((states(w)[-1] - target) ** 2))

    def grad(w: Array) -> Array:
        out, g = states(w), np.zeros_like(w)
        dy = 2 * (out[-1] - target) / target.size
        for k in reversed(range(blocks)):
            da = dy * (out[k] @ w[k] > 0)
            g[k] = out[k].T @ da
            dy = dy + da @ w[k].T
        return g

    return Problem("residual_relu", f, grad, x)


@family
def swiglu(rng: np.random.Generator) -> Problem:
    """A gated linear unit with a swish gate and a projection back."""
    n, d, h = 4, 3, 4
    a, weights = draw(rng, n, d), draw(rng, n, d)
    x = {"gate": draw(rng, d, h), "up": draw(rng, d, h), "down": draw(rng, h, d)}

    def f(p: Params) -> float:
        z = a @ p["gate"]
        return np.sum(weights * (z * sigmoid(z) * (a @ p["up"]) @ p["down"]))

    def grad(p: Params) -> Params:
        z, up = a @ p["gate"], a @ p["up"]
        s = sigmoid(z)
        dh = weights @ p["down"].T
        return {
            "gate": a.T @ (dh * up * (s + z * s * (1 - s))),
            "up": a.T @ (dh * z * s),
            "down": (z * s * up).T @ weights,
        }

    return Problem("swiglu", f, grad, x)


def activated(
    name: str,
    act: Callable[[Array], Array],
    slope: Callable[[Array], Array],
    rng: np.random.Generator,
) -> Problem:
    """A dense layer with an activation, squared error of a fixed read-out, by weight and bias."""
    n, d, h = 6, 4, 5
    a, v, target = draw(rng, n, d), draw(rng, h), draw(rng, n)

    def f(p: Arrays) -> float:
        return 0.5 * np.mean((act(a @ p[0] + p[1]) @ v - target) ** 2)

    def grad(p: Arrays) -> Arrays:
        z = a @ p[0] + p[1]
        dz = np.outer(act(z) @ v - target, v) * slope(z) / n
        return a.T @ dz, dz.sum(axis=0)

    return Problem(name, f, grad, (draw(rng, d, h), draw(rng, h, scale=0.2)))


@family
def gelu(rng: np.random.Generator) -> Problem:
    """The tanh form of GELU."""
    c = np.sqrt(2 / np.pi)

    def slope(z: Array) -> Array:
        t = np.tanh(c * (z + 0.044715 * z**3))
        return 0.5 * (1 + t) + 0.5 * z * (1 - t**2) * c * (1 + 3 * 0.044715 * z**2)

    return activated(
        "gelu", lambda z: 0.5 * z * (1 + np.tanh(c * (z + 0.044715 * z**3))), slope, rng
    )


@family
def elu(rng: np.random.Generator) -> Problem:
    """Exponential below zero, its slope continuous."""
    return activated(
        "elu",
        lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
        lambda z: np.where(z > 0, 1, np.exp(np.minimum(z, 0))),
        rng,
    )


@family
def selu(rng: np.random.Generator) -> Problem:
    """The self-normalising form, which has a kink at zero."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return activated(
        "selu",
        lambda z: scale * np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0))),
        lambda z: scale * np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0))),
        rng,
    )


@family
def softplus_layer(rng: np.random.Generator) -> Problem:
    """The smooth ReLU."""
    return activated("softplus_layer", softplus, sigmoid, rng)


@family
def swish(rng: np.random.Generator) -> Problem:
    """The input times its sigmoid."""
    return activated(
        "swish",
        lambda z: z * sigmoid(z),
        lambda z: sigmoid(z) * (1 + z * (1 - sigmoid(z))),
        rng,
    )


@family
def mish(rng: np.random.Generator) -> Problem:
    """The input times the tanh of its softplus."""

    def slope(z: Array) -> Array:
        t = np.tanh(softplus(z))
        return t + z * (1 - t**2) * sigmoid(z)

    return activated("mish", lambda z: z * np.tanh(softplus(z)), slope, rng)


@family
def leaky_relu(rng: np.random.Generator) -> Problem:
    """A hundredth of the slope below zero."""
    return activated(
        "leaky_relu",
        lambda z: np.maximum(z, 0.01 * z),
        lambda z: np.where(z > 0, 1, 0.01),
        rng,
    )


@family
def relu_layer(rng: np.random.Generator) -> Problem:
    """The plain rectifier, written as a product with a mask."""
    return activated("relu_layer", lambda z: z * (z > 0), lambda z: (z > 0).astype(float), rng)


@family
def maxout(rng: np.random.Generator) -> Problem:
    """The largest of three linear pieces for each unit."""
    n, d, h, pieces = 5, 3, 3, 3
    a, weights = draw(rng, n, d), draw(rng, n, h)
    x = {"w": draw(rng, pieces, d, h), "b": draw(rng, pieces, h, scale=0.3)}

    def forward(p: Params) -> Array:
        return np.einsum("nd,pdh->pnh", a, p["w"]) + p["b"][:, None, :]

    def f(p: Params) -> float:
        return np.sum(weights * np.sin(forward(p).max(axis=0)))

    def grad(p: Params) -> Params:
        z = forward(p)
        dz = (z.argmax(axis=0) == np.arange(pieces)[:, None, None]) * weights * np.cos(z)
        return {"w": np.einsum("nd,pnh->pdh", a, dz), "b": dz.sum(axis=1)}

    return Problem("maxout", f, grad, x)


@family
def dropout_mlp(rng: np.random.Generator) -> Problem:
    """A classifier with a fixed dropout mask and weight decay; dropped units have decay only."""
    n, d, h, k = 6, 3, 6, 3
    a, labels = draw(rng, n, d), rng.integers(0, k, n)
    mask = (rng.uniform(size=(n, h)) < 0.5) / 0.5
    x = {"w1": draw(rng, d, h), "b1": np.zeros(h), "w2": draw(rng, h, k), "b2": np.zeros(k)}

    def forward(p: Params) -> tuple[Array, Array]:
        hidden = np.maximum(a @ p["w1"] + p["b1"], 0) * mask
        return hidden, hidden @ p["w2"] + p["b2"]

    def f(p: Params) -> float:
        data = -np.mean(log_softmax(forward(p)[1])[np.arange(n), labels])
        return float(data + 0.01 * (np.sum(p["w1"] ** 2) + np.sum(p["w2"] ** 2)))

    def grad(p: Params) -> Params:
        hidden, scores = forward(p)
        ds = (softmax(scores) - one_hot(labels, k)) / n
        da = ds @ p["w2"].T * mask * (hidden > 0)
        return {
            "w1": a.T @ da + 0.02 * p["w1"],
            "b1": da.sum(axis=0),
            "w2": hidden.T @ ds + 0.02 * p["w2"],
            "b2": ds.sum(axis=0),
        }

    return Problem("dropout_mlp", f, grad, x)


@family
def mixture_of_experts(rng: np.random.Generator) -> Problem:
    """A softmax gate mixes three tanh experts."""
    n, d, experts, out = 5, 3, 3, 2
    a, target = draw(rng, n, d), draw(rng, n, out)
    x = {"gate": draw(rng, d, experts), "experts": draw(rng, experts, d, out)}

    def forward(p: Params) -> tuple[Array, Array, Array]:
        share, y = softmax(a @ p["gate"]), np.tanh(np.einsum("nd,edo->neo", a, p["experts"]))
        return share, y, np.einsum("ne,neo->no", share, y) - target

    def f(p: Params) -> float:
        return float(np.sum(forward(p)[2] ** 2))

    def grad(p: Params) -> Params:
        share, y, error = forward(p)
        ds = softmax_backward(2 * np.einsum("no,neo->ne", error, y), share)
        da = 2 * error[:, None, :] * share[:, :, None] * (1 - y**2)
        return {"gate": a.T @ ds, "experts": np.einsum("nd,neo->edo", a, da)}

    return Problem("mixture_of_experts", f, grad, x)


@family
def hypernetwork(rng: np.random.Generator) -> Problem:
    """A code makes the weights and the bias of the layer that is used."""
    n, d, out, code = 5, 3, 2, 3
    a, weights = draw(rng, n, d), draw(rng, n, out)
    x = {"code": draw(rng, code), "make": draw(rng, code, d * out + out, scale=0.5)}

    def forward(p: Params) -> Array:
        made = p["code"] @ p["make"]
        return np.tanh(a @ made[: d * out].reshape(d, out) + made[d * out :])

    def f(p: Params) -> float:
        return np.sum(weights * forward(p))

    def grad(p: Params) -> Params:
        da = weights * (1 - forward(p) ** 2)
        dmade = np.concatenate([(a.T @ da).ravel(), da.sum(axis=0)])
        return {"code": p["make"] @ dmade, "make": np.outer(p["code"], dmade)}

    return Problem("hypernetwork", f, grad, x)


@family
def graph_convolution(rng: np.random.Generator) -> Problem:
    """Two graph convolutions with a normalised adjacency; some nodes are labelled."""
    n, d, h, k = 6, 3, 4, 3
    edges = np.triu(rng.uniform(size=(n, n)) < 0.4, 1)
    links = edges + edges.T + np.eye(n)
    links = links / np.sqrt(np.outer(links.sum(axis=0), links.sum(axis=1)))
    a, seen, labels = draw(rng, n, d), np.arange(0, n, 2), rng.integers(0, k, n // 2)
    x = {"w1": draw(rng, d, h), "w2": draw(rng, h, k)}

    def forward(p: Params) -> tuple[Array, Array]:
        hidden = np.maximum(links @ a @ p["w1"], 0)
        return hidden, links @ hidden @ p["w2"]

    def f(p: Params) -> float:
        return -log_softmax(forward(p)[1])[seen, labels].mean()

    def grad(p: Params) -> Params:
        hidden, scores = forward(p)
        ds = np.zeros_like(scores)
        ds[seen] = (softmax(scores[seen]) - one_hot(labels, k)) / len(seen)
        back = links.T @ ds
        da = back @ p["w2"].T * (hidden > 0)
        return {"w1": (links @ a).T @ da, "w2": hidden.T @ back}

    return Problem("graph_convolution", f, grad, x)


@family
def deep_sets(rng: np.random.Generator) -> Problem:
    """A sum pool over the members of sets of different sizes."""
    sizes, d, h = rng.integers(1, 5, 4), 3, 4
    owner = np.repeat(np.arange(4), sizes)
    a, target = draw(rng, len(owner), d), draw(rng, 4)
    x = {"phi": draw(rng, d, h), "rho": draw(rng, h), "shift": draw(rng, h, scale=0.1)}

    def forward(p: Params) -> tuple[Array, Array]:
        member = np.tanh(a @ p["phi"])
        pool = np.zeros((4, h), dtype=member.dtype)
        np.add.at(pool, owner, member)
        return member, np.tanh(pool + p["shift"])

    def f(p: Params) -> float:
        return 0.5 * float(np.sum((forward(p)[1] @ p["rho"] - target) ** 2))

    def grad(p: Params) -> Params:
        member, y = forward(p)
        error = y @ p["rho"] - target
        dpool = np.outer(error, p["rho"]) * (1 - y**2)
        dphi = a.T @ (dpool[owner] * (1 - member**2))
        return {"phi": dphi, "rho": y.T @ error, "shift": dpool.sum(axis=0)}

    return Problem("deep_sets", f, grad, x)


# Dynamics and linear algebra --------------------------------------------------------------------


@family
def euler_ode(rng: np.random.Generator) -> Problem:
    """A neural differential equation in ten Euler steps, by its weights and its start."""
    n, d, steps, dt = 3, 3, 10, 0.2
    target = draw(rng, n, d)
    x = {"w": draw(rng, d, d), "b": np.zeros(d), "start": draw(rng, n, d)}

    def path(p: Params) -> list[Array]:
        out = [p["start"]]
        for _ in range(steps):
            out.append(out[-1] + dt * np.tanh(out[-1] @ p["w"] + p["b"]))
        return out

    def f(p: Params) -> float:
        return 0.5 * np.sum((path(p)[-1] - target) ** 2)

    def grad(p: Params) -> Params:
        out, g = path(p), zeros_like(p)
        dy = out[-1] - target
        for y in reversed(out[:-1]):
            da = dt * dy * (1 - np.tanh(y @ p["w"] + p["b"]) ** 2)
            g["w"] += y.T @ da
            g["b"] += da.sum(axis=0)
            dy = dy + da @ p["w"].T
        return g | {"start": dy}

    return Problem("euler_ode", f, grad, x)


@family
def kalman_filter(rng: np.random.Generator) -> Problem:
    """A scalar Kalman filter's likelihood, by its parameters and the observations."""
    steps = 7
    x = {"decay": np.array([0.9]), "logs": draw(rng, 2, scale=0.5), "seen": draw(rng, steps)}

    def forward(p: Params) -> tuple[Any, list[Any]]:
        a, (q, r) = p["decay"][0], np.exp(p["logs"])
        m, v, total, cache = 0.0, 1.0, 0.0, []
        for y in p["seen"]:
            ahead, spread = a * m, a**2 * v + q
            s, e = spread + r, y - ahead
            cache.append((m, v, spread, s, e))
            total = total + 0.5 * (np.log(s) + e**2 / s)
            m, v = ahead + spread / s * e, spread * r / s
        return total, cache

    def f(p: Params) -> float:
        return float(forward(p)[0])

    def grad(p: Params) -> Params:
        a, (q, r) = p["decay"][0], np.exp(p["logs"])
        g = zeros_like(p)
        dm = dv = da = dq = dr = 0.0
        for t, (m, v, spread, s, e) in reversed(list(enumerate(forward(p)[1]))):
            de = e / s + dm * spread / s
            ds = 0.5 * (1 / s - e**2 / s**2) - (dm * e + dv * r) * spread / s**2
            dspread = ds + dm * e / s + dv * r / s
            dahead = dm - de
            dr, dq = dr + ds + dv * spread / s, dq + dspread
            da = da + dahead * m + 2 * a * v * dspread
            g["seen"][t] = de
            dm, dv = a * dahead, a**2 * dspread
        g["decay"][0], g["logs"][:] = da, (dq * q, dr * r)
        return g

    return Problem("kalman_filter", f, grad, x)


@family
def gaussian_process(rng: np.random.Generator) -> Problem:
    """The marginal likelihood by the logs of length scales, signal and noise."""
    n, d = 7, 4
    a, y = draw(rng, n, d), draw(rng, n)
    squares = (a[:, None, :] - a[None, :, :]) ** 2
    x = draw(rng, d + 2, scale=0.3) + np.array([0.5] * d + [0.0, -1.0])

    def kernel(logs: Array) -> Array:
        return np.exp(2 * logs[d] - 0.5 * squares @ np.exp(-2 * logs[:d]))

    def f(logs: Array) -> float:
        k = kernel(logs) + np.exp(2 * logs[-1]) * np.eye(n)
        return float(0.5 * y @ np.linalg.solve(k, y) + 0.5 * np.linalg.slogdet(k)[1])

    def grad(logs: Array) -> Array:
        k = kernel(logs)
        inverse = np.linalg.inv(k + np.exp(2 * logs[-1]) * np.eye(n))
        alpha = inverse @ y
        dk = 0.5 * (inverse - np.outer(alpha, alpha))
        lengths = np.einsum("ij,ijd->d", dk * k, squares) * np.exp(-2 * logs[:d])
        noise = 2 * np.trace(dk) * np.exp(2 * logs[-1])
        return np.concatenate([lengths, [2 * np.sum(dk * k), noise]])

    return Problem("gaussian_process", f, grad, x)


@family
def log_determinant(rng: np.random.Generator) -> Problem:
    """The log determinant of a general matrix."""
    return Problem(
        "log_determinant",
        lambda a: float(np.linalg.slogdet(a)[1]),
        lambda a: np.linalg.inv(a).T,
        draw(rng, 5, 5) + 3 * np.eye(5),
    )


@family
def matrix_inverse(rng: np.random.Generator) -> Problem:
    """A weighted sum of the entries of an inverse."""
    weights = draw(rng, 4, 4)

    def grad(a: Array) -> Array:
        inverse = np.linalg.inv(a)
        return -(inverse @ weights.T @ inverse).T

    return Problem(
        "matrix_inverse",
        lambda a: float(np.sum(weights * np.linalg.inv(a))),
        grad,
        draw(rng, 4, 4) + 2 * np.eye(4),
    )


@family
def linear_solve(rng: np.random.Generator) -> Problem:
    """The solution of a linear system, by matrix and right side."""
    target = draw(rng, 5)

    def f(p: Arrays) -> float:
        return 0.5 * float(np.sum((np.linalg.solve(*p) - target) ** 2))

    def grad(p: Arrays) -> Arrays:
        y = np.linalg.solve(*p)
        db = np.linalg.solve(p[0].T, y - target)
        return -np.outer(db, y), db

    return Problem("linear_solve", f, grad, (draw(rng, 5, 5) + 3 * np.eye(5), draw(rng, 5)))


@family
def cholesky_likelihood(rng: np.random.Generator) -> Problem:
    """A Gaussian's likelihood by its covariance, made symmetric and factored inside."""
    d, n = 4, 6
    a = draw(rng, n, d)
    root = draw(rng, d, d)

    def f(cov: Array) -> float:
        lower = np.linalg.cholesky((cov + cov.T) / 2)
        z = np.linalg.solve(lower, a.T)
        return float(0.5 * np.sum(z**2) + n * np.sum(np.log(np.diag(lower))))

    def grad(cov: Array) -> Array:
        inverse = np.linalg.inv((cov + cov.T) / 2)
        return 0.5 * (n * inverse - inverse @ a.T @ a @ inverse)

    return Problem("cholesky_likelihood", f, grad, root @ root.T + np.eye(d))


@family
def largest_eigenvalue(rng: np.random.Generator) -> Problem:
    """The largest eigenvalue of the symmetric part."""

    def grad(a: Array) -> Array:
        v = np.linalg.eigh((a + a.T) / 2)[1][:, -1]
        return np.outer(v, v)

    x = draw(rng, 5, 5) + np.diag([0.0, 0, 0, 0, 3])
    return Problem(
        "largest_eigenvalue", lambda a: float(np.linalg.eigvalsh((a + a.T) / 2)[-1]), grad, x
    )


# Analysis ---------------------------------------------------------------------------------------


@family
def rosenbrock(rng: np.random.Generator) -> Problem:
    """The curved valley, at a point on its floor or far from it."""

    def f(v: Array) -> float:
        return np.sum(100 * (v[1:] - v[:-1] ** 2) ** 2 + (1 - v[:-1]) ** 2)

    def grad(v: Array) -> Array:
        g = np.zeros_like(v)
        off = v[1:] - v[:-1] ** 2
        g[1:] += 200 * off
        g[:-1] -= 400 * v[:-1] * off + 2 * (1 - v[:-1])
        return g

    x = 1 + draw(rng, 8, scale=0.01) if rng.uniform() < 0.5 else draw(rng, 8)
    return Problem("rosenbrock", f, grad, x)


@family
def product_of_factors(rng: np.random.Generator) -> Problem:
    """Products of ten factors; one product has a factor of zero."""
    n, k = 4, 10
    x = away_from_zero(rng, n, k)
    x[0, 3] = 0

    def grad(v: Array) -> Array:
        g = np.empty_like(v)
        for j in range(k):
            g[:, j] = np.prod(np.delete(v, j, axis=1), axis=1)
        return g

    return Problem("product_of_factors", lambda v: np.prod(v, axis=1).sum(), grad, x)


@family
def extreme_logsumexp(rng: np.random.Generator) -> Problem:
    """Log-sum-exp of numbers around plus and minus a thousand."""
    n, k = 4, 6
    base = np.array([1000.0, -1000.0, 700.0, 0.0])[:, None]
    gaps = np.where(rng.uniform(size=(n, k)) < 0.3, -800.0, 0)
    gaps[:, 0] = 0
    weights = away_from_zero(rng, n)
    return Problem(
        "extreme_logsumexp",
        lambda s: float(weights @ logsumexp(s)),
        lambda s: weights[:, None] * softmax(s),
        base + gaps + draw(rng, n, k),
    )


@family
def spectral_loss(rng: np.random.Generator) -> Problem:
    """The log power of a signal's Fourier transform against that of a target."""
    n = 16
    target = np.log(np.abs(np.fft.rfft(draw(rng, n))) ** 2 + 1)
    waves = np.exp(-2j * np.pi * np.outer(np.arange(n // 2 + 1), np.arange(n)) / n)

    def f(v: Array) -> float:
        return np.mean((np.log(np.abs(np.fft.rfft(v)) ** 2 + 1) - target) ** 2)

    def grad(v: Array) -> Array:
        z = waves @ v
        power = np.abs(z) ** 2 + 1
        dpower = 2 * (np.log(power) - target) / power / len(target)
        return 2 * np.real((dpower * z.conj()) @ waves)

    return Problem("spectral_loss", f, grad, draw(rng, n))


@family
def sorted_transport(rng: np.random.Generator) -> Problem:
    """The distance of two samples as distributions: sorted against sorted, column by column."""
    target = np.sort(draw(rng, 7, 3), axis=0)

    def grad(v: Array) -> Array:
        order = np.argsort(v, axis=0)
        g = np.empty_like(v)
        np.put_along_axis(g, order, 2 * (np.sort(v, axis=0) - target) / len(v), axis=0)
        return g

    return Problem(
        "sorted_transport",
        lambda v: np.sum((np.sort(v, axis=0) - target) ** 2) / len(v),
        grad,
        draw(rng, 7, 3),
    )


@family
def pair_potential(rng: np.random.Generator) -> Problem:
    """The energy of particles that repel near and attract far, steep in the distance."""
    grid = np.array(list(np.ndindex(2, 2, 2)), float)

    def pairs(y: Array) -> tuple[Array, Array]:
        gap = y[:, None] - y[None, :]
        return gap, np.sum(gap**2, axis=-1) + np.eye(len(y))

    def f(y: Array) -> float:
        first, second = np.triu_indices(len(y), 1)
        inverse = 1 / pairs(y)[1][first, second] ** 3
        return np.sum(4 * (inverse**2 - inverse))

    def grad(y: Array) -> Array:
        gap, square = pairs(y)
        slope = 4 * (-6 / square**7 + 3 / square**4)
        return 2 * np.einsum("ij,ijd->id", slope, gap)

    return Problem("pair_potential", f, grad, 1.2 * grid + draw(rng, 8, 3, scale=0.1))


@family
def cubic_spline(rng: np.random.Generator) -> Problem:
    """A Catmull-Rom curve through heights, read at places; by both."""
    n = 8
    basis = 0.5 * np.array([[0, 2, 0, 0], [-1, 0, 1, 0], [2, -5, 4, -1], [-1, 3, -3, 1]])
    x = {"height": draw(rng, n), "place": rng.uniform(1, n - 2, 6)}
    target = draw(rng, 6)

    def forward(p: Params) -> tuple[Array, ...]:
        k = np.clip(np.floor(p["place"]).astype(int), 1, n - 3)
        u = p["place"] - k
        return k[:, None] + np.arange(-1, 3), np.stack([u**0, u, u**2, u**3], axis=1) @ basis, u

    def f(p: Params) -> float:
        near, weights, _ = forward(p)
        return float(np.sum((np.sum(weights * p["height"][near], axis=1) - target) ** 2))

    def grad(p: Params) -> Params:
        near, weights, u = forward(p)
        points = p["height"][near]
        dy = 2 * (np.sum(weights * points, axis=1) - target)
        g = zeros_like(p)
        np.add.at(g["height"], near, dy[:, None] * weights)
        slopes = np.stack([0 * u, u**0, 2 * u, 3 * u**2], axis=1) @ basis
        g["place"] = dy * np.sum(slopes * points, axis=1)
        return g

    return Problem("cubic_spline", f, grad, x)


@family
def fast_waves(rng: np.random.Generator) -> Problem:
    """Sinusoids with hundreds of turns between neighbouring entries."""
    n = 10
    speed, phase = rng.uniform(100, 2000, n), rng.uniform(0, 6, n)
    return Problem(
        "fast_waves",
        lambda v: np.sum(np.sin(speed * v + phase)) + 0.5 * np.sum(v**2),
        lambda v: speed * np.cos(speed * v + phase) + v,
        draw(rng, n),
    )


@family
def saturated_sigmoids(rng: np.random.Generator) -> Problem:
    """Units far into saturation: slopes down to 1e-8 beside a value of order one."""
    n = 12
    weights, x = away_from_zero(rng, n), rng.choice([-1, 1], n) * rng.uniform(3, 18, n)
    return Problem(
        "saturated_sigmoids",
        lambda v: float(weights @ sigmoid(v)),
        lambda v: weights * sigmoid(v) * sigmoid(-v),
        x,
    )


@family
def saturated_stack(rng: np.random.Generator) -> Problem:
    """Five tanh layers with large weights, most units near plus or minus one."""
    layers, d = 5, 3
    a, weights = draw(rng, d), draw(rng, d)

    def states(w: Array) -> list[Array]:
        out = [a]
        for layer in w:
            out.append(np.tanh(out[-1] @ layer))
        return out

    def grad(w: Array) -> Array:
        out, g, dy = states(w), np.zeros_like(w), weights
        for k in reversed(range(layers)):
            da = dy * (1 - out[k + 1] ** 2)
            g[k] = np.outer(out[k], da)
            dy = w[k] @ da
        return g

    return Problem(
        "saturated_stack",
        lambda w: float(weights @ states(w)[-1]),
        grad,
        draw(rng, layers, d, d, scale=2),
    )


# Scales -----------------------------------------------------------------------------------------


def classifier(rng: np.random.Generator, factor: float = 1, offset: float = 0) -> tuple[Any, ...]:
    """Softmax regression times a factor plus an offset: f, its gradient and a point."""
    n, d, k = 9, 4, 3
    a, labels, rows = draw(rng, n, d), rng.integers(0, k, n), np.arange(n)

    def f(w: Array) -> float:
        return factor * -np.sum(log_softmax(a @ w)[rows, labels]) + offset

    def grad(w: Array) -> Array:
        return factor * (a.T @ (softmax(a @ w) - one_hot(labels, k)))

    return f, grad, draw(rng, d, k)


@family
def large_offset(rng: np.random.Generator) -> Problem:
    """A loss on top of ten thousand."""
    return Problem("large_offset", *classifier(rng, offset=1e4))


@family
def larger_offset(rng: np.random.Generator) -> Problem:
    """A loss on top of minus a million."""
    return Problem("larger_offset", *classifier(rng, offset=-1e6))


@family
def tiny_loss(rng: np.random.Generator) -> Problem:
    """A billionth of a loss."""
    return Problem("tiny_loss", *classifier(rng, factor=1e-9))


@family
def huge_loss(rng: np.random.Generator) -> Problem:
    """A loss times minus a billion."""
    return Problem("huge_loss", *classifier(rng, factor=-1e9))


@family
def parameters_of_all_scales(rng: np.random.Generator) -> Problem:
    """A linear fit whose parameters range from 1e-6 to 1e5 in one array."""
    n = 12
    a, y = draw(rng, 8, n), draw(rng, 8)
    return Problem(
        "parameters_of_all_scales",
        lambda w: 0.5 * np.sum((a @ w - y) ** 2),
        lambda w: a.T @ (a @ w - y),
        rng.permutation(10.0 ** np.arange(-6, 6)) * rng.choice([-1.0, 1.0], n),
    )


@family
def curvature_of_all_scales(rng: np.random.Generator) -> Problem:
    """A function that bends over 1e-3 in one entry and over 1e3 in another."""
    n = 7
    scale, phase = 10.0 ** np.arange(-3, 4), rng.uniform(0, 6, n)
    return Problem(
        "curvature_of_all_scales",
        lambda v: np.sum(np.sin(v / scale + phase)),
        lambda v: np.cos(v / scale + phase) / scale,
        scale * draw(rng, n),
    )


@family
def arrays_of_all_scales(rng: np.random.Generator) -> Problem:
    """Arrays of 1e-6, one and 1e5 that matter alike."""
    n, sizes = 6, {"small": 1e-6, "middle": 1.0, "large": 1e5}
    a, target = draw(rng, 3, n, 3), draw(rng, n)
    x = {key: draw(rng, 3) * size for key, size in sizes.items()}

    def error(p: Params) -> Array:
        parts = [part @ p[key] / sizes[key] for part, key in zip(a, sizes, strict=True)]
        return np.tanh(sum(parts)) - target

    def grad(p: Params) -> Params:
        e = error(p)
        dz = 2 * e * (1 - (e + target) ** 2)
        return {key: dz @ part / sizes[key] for part, key in zip(a, sizes, strict=True)}

    return Problem("arrays_of_all_scales", lambda p: np.sum(error(p) ** 2), grad, x)


# Zeros and layouts ------------------------------------------------------------------------------


@family
def sparse_parameters(rng: np.random.Generator) -> Problem:
    """Exact zeros among the parameters of a smooth function."""
    n, d = 7, 10
    a, sign = draw(rng, n, d), rng.choice([-1.0, 1.0], n)
    x = draw(rng, d) * (rng.uniform(size=d) < 0.5)
    x[0] = 1.5
    return Problem(
        "sparse_parameters",
        lambda w: np.sum(softplus(-sign * (a @ w))),
        lambda w: a.T @ (-sign * sigmoid(-sign * (a @ w))),
        x,
    )


@family
def dead_units(rng: np.random.Generator) -> Problem:
    """A ReLU layer of which half the units never fire: most gradients are exactly zero."""
    n, d, h = 5, 3, 6
    a, target = draw(rng, n, d), draw(rng, n)
    x = {"w": draw(rng, d, h), "b": np.where(np.arange(h) % 2, -30.0, 1.0), "v": draw(rng, h)}

    def f(p: Params) -> float:
        return np.mean((np.maximum(a @ p["w"] + p["b"], 0) @ p["v"] - target) ** 2)

    def grad(p: Params) -> Params:
        hidden = np.maximum(a @ p["w"] + p["b"], 0)
        dy = 2 * (hidden @ p["v"] - target) / n
        da = np.outer(dy, p["v"]) * (hidden > 0)
        return {"w": a.T @ da, "b": da.sum(axis=0), "v": hidden.T @ dy}

    return Problem("dead_units", f, grad, x)


@family
def partly_at_minimum(rng: np.random.Generator) -> Problem:
    """A squared error that is zero already for half of the entries."""
    target = draw(rng, 4, 6)
    fitted = rng.permuted(np.arange(24).reshape(4, 6) % 2 == 0)
    return Problem(
        "partly_at_minimum",
        lambda v: np.sum((v - target) ** 2),
        lambda v: 2 * (v - target),
        np.where(fitted, target, draw(rng, 4, 6)),
    )


@family
def fortran_order(rng: np.random.Generator) -> Problem:
    """Parameters stored column by column."""
    a, weights = draw(rng, 4, 5), draw(rng, 4, 3)
    return Problem(
        "fortran_order",
        lambda w: np.sum(weights * np.tanh(a @ w)),
        lambda w: np.asfortranarray(a.T @ (weights * (1 - np.tanh(a @ w) ** 2))),
        np.asfortranarray(draw(rng, 5, 3)),
    )


# Penalties and kinks ----------------------------------------------------------------------------


@family
def elastic_net(rng: np.random.Generator) -> Problem:
    """Least squares with both penalties; some parameters are exactly zero, at the kink."""
    n, d = 8, 10
    a, y = draw(rng, n, d), draw(rng, n)
    x = draw(rng, d) * (np.arange(d) % 3 != 0)
    return Problem(
        "elastic_net",
        lambda w: 0.5 * np.mean((a @ w - y) ** 2) + 0.1 * np.abs(w).sum() + 0.05 * np.sum(w**2),
        lambda w: a.T @ (a @ w - y) / n + 0.1 * np.sign(w) + 0.1 * w,
        x,
        {"": x == 0},
    )


@family
def group_lasso(rng: np.random.Generator) -> Problem:
    """Norms of groups, one of them exactly zero; the rest is smooth."""
    n, groups, size = 6, 5, 3
    a, y = draw(rng, n, groups * size), draw(rng, n)
    x = draw(rng, groups, size)
    x[rng.integers(groups)] = 0

    def f(w: Array) -> float:
        error = a @ w.ravel() - y
        return 0.5 * np.sum(error**2) + 0.7 * np.sum(np.sqrt(np.sum(w**2, axis=1)))

    def grad(w: Array) -> Array:
        norm = np.sqrt(np.sum(w**2, axis=1, keepdims=True))
        unit = np.divide(w, norm, out=np.zeros_like(w), where=norm > 0)
        return (a.T @ (a @ w.ravel() - y)).reshape(w.shape) + 0.7 * unit

    kinks = np.repeat(~x.any(axis=1, keepdims=True), size, axis=1)
    return Problem("group_lasso", f, grad, x, {"": kinks})


@family
def total_variation(rng: np.random.Generator) -> Problem:
    """A noisy row and its jumps; neighbours that are equal sit on a kink."""
    n = 14
    y = draw(rng, n)
    x = np.repeat(draw(rng, n), rng.choice([1, 1, 2], n))[:n]

    def grad(v: Array) -> Array:
        jumps = 0.6 * np.sign(np.diff(v))
        g = v - y
        g[1:] += jumps
        g[:-1] -= jumps
        return g

    flat = np.diff(x) == 0
    kinks = np.append(flat, False) | np.insert(flat, 0, False)
    return Problem(
        "total_variation",
        lambda v: 0.5 * np.sum((v - y) ** 2) + 0.6 * np.abs(np.diff(v)).sum(),
        grad,
        x,
        {"": kinks},
    )


@family
def near_relu_kink(rng: np.random.Generator) -> Problem:
    """Biases such that in each unit one example lies 1e-6 from the kink."""
    n, d, h = 5, 3, 5
    a, v, target = draw(rng, n, d), draw(rng, h), draw(rng, n)
    w = draw(rng, d, h)
    x = {"w": w, "b": -np.sum(a.T * w, axis=0) + 1e-6 * rng.choice([-1, 1], h)}

    def f(p: Params) -> float:
        return 0.5 * np.sum((np.maximum(0, a @ p["w"] + p["b"]) @ v - target) ** 2)

    def grad(p: Params) -> Params:
        z = a @ p["w"] + p["b"]
        dz = np.outer(np.maximum(0, z) @ v - target, v) * (z > 0)
        return {"w": a.T @ dz, "b": dz.sum(axis=0)}

    return Problem("near_relu_kink", f, grad, x)


@family
def near_hinge(rng: np.random.Generator) -> Problem:
    """Scores 1e-8 from the margin, on either side."""
    n = 9
    sign, side = rng.choice([-1.0, 1.0], n), rng.choice([-1.0, 0.0, 1.0], n)
    x = np.where(side == 0, draw(rng, n), sign * (1 + 1e-8 * side))
    return Problem(
        "near_hinge",
        lambda s: np.sum(np.maximum(0, 1 - sign * s)) + 0.1 * np.sum(s**2),
        lambda s: np.where(sign * s < 1, -sign, 0) + 0.2 * s,
        x,
    )


@family
def near_ties(rng: np.random.Generator) -> Problem:
    """Rows whose two largest entries differ by 1e-8 to 1e-5."""
    n, k = 4, 5
    x = draw(rng, n, k)
    rows, top = np.arange(n), x.argmax(axis=1)
    x[rows, (top + 1) % k] = x[rows, top] - 10.0 ** rng.integers(-8, -4, n)
    return Problem(
        "near_ties",
        lambda s: float(np.sum(s.max(axis=1) ** 2) + np.sum(np.cos(s))),
        lambda s: 2 * s * (s == s.max(axis=1, keepdims=True)) - np.sin(s),
        x,
    )


@family
def near_zero_abs(rng: np.random.Generator) -> Problem:
    """Absolute values of entries as small as 1e-8 among larger ones."""
    n = 10
    weights, y = rng.uniform(0.5, 2, n), draw(rng, n)
    x = away_from_zero(rng, n) * 10.0 ** rng.choice([-8, -6, 0], n)
    x[0] = 1.3
    return Problem(
        "near_zero_abs",
        lambda v: float(weights @ np.abs(v) + 0.5 * np.sum((v - y) ** 2)),
        lambda v: weights * np.sign(v) + v - y,
        x,
    )


@family
def on_abs_kink(rng: np.random.Generator) -> Problem:
    """Absolute errors, a third of them exactly zero."""
    y = draw(rng, 4, 3)
    hit = rng.permuted(np.arange(12).reshape(4, 3) % 3 == 0)
    return Problem(
        "on_abs_kink",
        lambda v: np.abs(v - y).sum(),
        lambda v: np.sign(v - y),
        np.where(hit, y, draw(rng, 4, 3)),
        {"": hit},
    )


@family
def on_relu_kink(rng: np.random.Generator) -> Problem:
    """An example of zeros and biases of zero: the ReLU sits at its kink in every bias."""
    n, d, h = 5, 3, 4
    a, target = draw(rng, n, d), draw(rng, n)
    a[rng.integers(n)] = 0
    x = {"w": draw(rng, d, h), "b": np.zeros(h), "v": draw(rng, h)}

    def f(p: Params) -> float:
        return np.mean((np.maximum(a @ p["w"] + p["b"], 0) @ p["v"] - target) ** 2)

    def grad(p: Params) -> Params:
        z = a @ p["w"] + p["b"]
        dy = 2 * (np.maximum(z, 0) @ p["v"] - target) / n
        dz = np.outer(dy, p["v"]) * (z > 0)
        return {"w": a.T @ dz, "b": dz.sum(axis=0), "v": np.maximum(z, 0).T @ dy}

    return Problem("on_relu_kink", f, grad, x, {"b": np.ones(h, bool)})


@family
def on_max_tie(rng: np.random.Generator) -> Problem:
    """Rows whose largest entry occurs twice; all of the gradient goes to the first."""
    n, k = 5, 4
    x = draw(rng, n, k)
    rows, top = np.arange(n), x.argmax(axis=1)
    tied = rows % 2 == 0
    x[rows[tied], (top[tied] + 2) % k] = x[rows[tied], top[tied]]
    weights = away_from_zero(rng, n)

    def grad(s: Array) -> Array:
        g = s.copy()
        g[rows, s.argmax(axis=1)] += weights
        return g

    kinks = (x == x.max(axis=1, keepdims=True)) & tied[:, None]
    return Problem(
        "on_max_tie",
        lambda s: float(weights @ s.max(axis=1) + 0.5 * np.sum(s**2)),
        grad,
        x,
        {"": kinks},
    )


@family
def on_margin(rng: np.random.Generator) -> Problem:
    """Hinge loss with some scores exactly at the margin, in a tuple with a smooth part."""
    n = 8
    sign = rng.choice([-1.0, 1.0], n)
    scores = np.where(np.arange(n) % 3 == 1, sign, draw(rng, n))
    return Problem(
        "on_margin",
        lambda p: float(np.maximum(0, 1 - sign * p[0]).sum() + np.sum(np.sin(p[1]) * p[0][:3])),
        lambda p: (
            np.where(sign * p[0] < 1, -sign, 0) + np.append(np.sin(p[1]), np.zeros(n - 3)),
            np.cos(p[1]) * p[0][:3],
        ),
        (scores, draw(rng, 3)),
        {"0": sign * scores == 1},
    )


# Single precision -------------------------------------------------------------------------------


@family
def single_mlp(rng: np.random.Generator) -> Problem:
    """Data and parameters of a small network in float32."""
    n, d, h, k = 6, 3, 4, 3
    a, labels, rows = draw(rng, n, d).astype(np.float32), rng.integers(0, k, n), np.arange(n)
    x = {"w1": draw(rng, d, h), "b1": draw(rng, h, scale=0.1), "w2": draw(rng, h, k)}
    x = {key: array.astype(np.float32) for key, array in x.items()}

    def f(p: Params) -> float:
        return float(-log_softmax(np.tanh(a @ p["w1"] + p["b1"]) @ p["w2"])[rows, labels].mean())

    def grad(p: Params) -> Params:
        hidden = np.tanh(a @ p["w1"] + p["b1"])
        ds = softmax(hidden @ p["w2"]) / n
        ds[rows, labels] -= 1 / n
        da = ds @ p["w2"].T * (1 - hidden**2)
        return {"w1": a.T @ da, "b1": da.sum(axis=0), "w2": hidden.T @ ds}

    return Problem("single_mlp", f, grad, x, single=True)


@family
def single_attention(rng: np.random.Generator) -> Problem:
    """Attention in float32, its input brought to float32 where it is not."""
    t, d = 4, 3
    wq, wk = draw(rng, 2, d, d).astype(np.float32)
    weights = draw(rng, t, d).astype(np.float32)

    def f(a: Array) -> float:
        a = np.asarray(a, dtype=np.float32)
        return float(np.sum(weights * (softmax((a @ wq) @ (a @ wk).T) @ a)))

    def grad(a: Array) -> Array:
        a = np.asarray(a, dtype=np.float32)
        q, k = a @ wq, a @ wk
        p = softmax(q @ k.T)
        ds = softmax_backward(weights @ a.T, p)
        return p.T @ weights + ds @ k @ wq.T + ds.T @ q @ wk.T

    return Problem("single_attention", f, grad, draw(rng, t, d).astype(np.float32), single=True)


@family
def single_norm(rng: np.random.Generator) -> Problem:
    """Layer normalisation of float32 features, its statistics in float32."""
    weights = draw(rng, 3, 6).astype(np.float32)

    def grad(a: Array) -> Array:
        z, std = standardised(a, -1)
        return standardised_backward(2 * weights * z, z, std, -1)

    return Problem(
        "single_norm",
        lambda a: float(np.sum(weights * standardised(a, -1)[0] ** 2)),
        grad,
        draw(rng, 3, 6).astype(np.float32),
        single=True,
    )


@family
def cast_whole(rng: np.random.Generator) -> Problem:
    """A float64 point that the function casts to float32 at once; gradient in float64."""
    a, sign = draw(rng, 7, 5), rng.choice([-1.0, 1.0], 7)
    inside, sign_inside = a.astype(np.float32), sign.astype(np.float32)
    return Problem(
        "cast_whole",
        lambda w: float(np.sum(softplus(-sign_inside * (inside @ w.astype(np.float32))))),
        lambda w: a.T @ (-sign * sigmoid(-sign * (a @ w))),
        draw(rng, 5),
        single=True,
    )


@family
def cast_one_layer(rng: np.random.Generator) -> Problem:
    """A float64 network whose second layer multiplies in float32; gradient in float64."""
    n, d, h = 5, 3, 4
    a, target = draw(rng, n, d), draw(rng, n)
    x = (draw(rng, d, h), draw(rng, h))

    def f(p: Arrays) -> float:
        hidden = np.tanh(a @ p[0])
        out = hidden.astype(np.float32) @ p[1].astype(np.float32)
        return float(0.5 * np.sum((out - target) ** 2))

    def grad(p: Arrays) -> Arrays:
        hidden = np.tanh(a @ p[0])
        error = hidden @ p[1] - target
        return a.T @ (np.outer(error, p[1]) * (1 - hidden**2)), hidden.T @ error

    return Problem("cast_one_layer", f, grad, x, single=True)


@family
def cast_lookup(rng: np.random.Generator) -> Problem:
    """A float64 table looked up in float32; gradient in float32, given as float64."""
    ids, v = rng.integers(0, 6, 9), draw(rng, 3).astype(np.float32)
    scale = rng.uniform(0.5, 2, 9).astype(np.float32)

    def f(table: Array) -> float:
        return float(np.sum(np.tanh(table.astype(np.float32)[ids] @ v) * scale))

    def grad(table: Array) -> Array:
        y = np.tanh(table.astype(np.float32)[ids] @ v)
        g = np.zeros(table.shape, np.float32)
        np.add.at(g, ids, np.outer(scale * (1 - y**2), v))
        return g.astype(float)

    return Problem("cast_lookup", f, grad, draw(rng, 7, 3), single=True)


# Wrong gradients --------------------------------------------------------------------------------


def leaves(tree: Any) -> dict[str, Array]:
    """The arrays of a structure under the keys that `kinks` uses."""
    if isinstance(tree, dict):
        return dict(tree)
    if isinstance(tree, tuple):
        return {str(i): array for i, array in enumerate(tree)}
    return {"": tree}


def like(tree: Any, arrays: dict[str, Array]) -> Any:
    """The arrays in the structure and the number types of a tree."""
    typed = {key: arrays[key].astype(leaf.dtype) for key, leaf in leaves(tree).items()}
    if isinstance(tree, dict):
        return typed
    return tuple(typed.values()) if isinstance(tree, tuple) else typed[""]


def joined(arrays: Iterable[Array]) -> Array:
    return np.concatenate([np.asarray(a, float).ravel() for a in arrays])


def cut(vector: Array, tree: Any) -> dict[str, Array]:
    """A vector of all entries as arrays of the shapes of a tree."""
    parts = leaves(tree)
    ends = np.cumsum([a.size for a in parts.values()])
    pieces = np.split(vector, ends[:-1])
    return {key: p.reshape(a.shape) for (key, a), p in zip(parts.items(), pieces, strict=True)}


def contributions(problem: Problem) -> Array:
    """|gradient| times the scale of x, entry by entry; zero at kinks."""
    c = []
    for key, g in leaves(problem.grad(problem.x)).items():
        size = np.abs(leaves(problem.x)[key]).astype(float)
        scale = np.maximum(size, 1e-3 * size.max())
        c.append(np.where(problem.kinks.get(key, False), 0.0, np.abs(g) * scale))
    return joined(c)


def counting(problem: Problem) -> Array:
    """The places of the entries that count, the largest contribution first.

    Single precision sees no entry below a hundredth of the largest.
    """
    c = contributions(problem)
    order = np.argsort(-c, kind="stable")
    return order[c[order] > (1e-2 if problem.single else 1e-7) * c.max()]


def wrong_gradients(problem: Problem, rng: np.random.Generator) -> list[tuple[str, Any]]:
    """Gradients that are wrong at an entry that counts, each with a label."""
    right = problem.grad(problem.x)
    g, entries = joined(leaves(right).values()), counting(problem)
    wrong = {label: cut(w, right) for label, w in spoilt_entries(problem, g, entries, rng)}
    wrong |= dict(spoilt_arrays(leaves(right), rng))
    wrong["at a stale x"] = leaves(problem.grad(stale(problem.x, rng)))
    least = 2e-2 if problem.single else 1e-5
    material = [
        (label, like(right, w))
        for label, w in wrong.items()
        if np.any(np.abs(joined(w.values()) - g)[entries] > least * np.abs(g[entries]))
    ]
    kept = sorted(rng.permutation(len(material))[:14])
    return [material[i] for i in kept]


def stale(x: Any, rng: np.random.Generator) -> Any:
    """A point one per cent away."""
    moved = {k: a * (1 + 0.01 * rng.standard_normal(a.shape)) for k, a in leaves(x).items()}
    return like(x, moved)


def spoilt_entries(
    problem: Problem, g: Array, entries: Array, rng: np.random.Generator
) -> Iterator[tuple[str, Array]]:
    """Wrong gradients as vectors: all entries, or one or two of those that count."""
    n = len(g)

    def times(factor: float, *places: int) -> Array:
        w = g.copy()
        w[list(places)] *= factor
        return w

    yield "sign flipped", -g
    yield "half", g / 2
    middle = entries[len(entries) // 2]
    if problem.single:
        yield "one entry 5% off", times(1.05, middle)
    else:
        yield "one entry 1e-4 off", times(1 + 1e-4, middle)
        yield "one entry 1% off", times(0.99, rng.choice(entries))
        yield "sign of the smallest entry", times(-1, entries[-1])
    yield "sign of one entry", times(-1, rng.choice(entries))
    yield "one entry zero", times(0, rng.choice(entries))
    a, b = rng.choice(entries, 2)
    if abs(g[a] - g[b]) > 0.01 * max(abs(g[a]), abs(g[b])):
        w = g.copy()
        w[[a, b]] = g[[b, a]]
        yield "two entries swapped", w
    wave = np.sin(np.pi * (np.arange(n) + 1) / (n + 1)) ** 2
    yield "5% of a smooth part missing", g * (1 - 0.05 * wave)
    yield "shifted by one entry", np.roll(g, 1)


def spoilt_arrays(
    right: dict[str, Array], rng: np.random.Generator
) -> Iterator[tuple[str, dict[str, Array]]]:
    """Wrong gradients array by array: slices, axes and factors that come with a batch."""
    rows = {key: max(len(a), 2) for key, a in right.items()}
    yield "times the rows", {key: a * rows[key] for key, a in right.items()}
    yield "mean for sum", {key: a / rows[key] for key, a in right.items()}
    largest = max(right, key=lambda key: float(np.linalg.norm(right[key])))
    if len(right) > 1:
        one = list(right)[rng.integers(len(right))]
        yield "one array divided by its rows", right | {one: right[one] / rows[one]}
    slab = right[largest].copy()
    slab[np.abs(slab).reshape(len(slab), -1).max(axis=1).argmax()] = 0
    yield "a slice zero", right | {largest: slab}
    flat = [key for key, a in right.items() if a.ndim == 2]
    if flat:
        yield "transposed", right | {key: right[key].T.reshape(right[key].shape) for key in flat}
    yield "first axis reversed", {key: a[::-1] for key, a in right.items()}

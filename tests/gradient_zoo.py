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
Params = dict[str, np.ndarray]
Tuple = tuple[np.ndarray, ...]


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

    def forward(p: Tuple) -> tuple[Array, list[Any]]:
        w, u, b = p
        state, cache = np.zeros((n, h)), []
        for step in inputs:
            z = sigmoid(step @ w[0] + state @ u[0] + b[0])
            r = sigmoid(step @ w[1] + state @ u[1] + b[1])
            c = np.tanh(step @ w[2] + (r * state) @ u[2] + b[2])
            cache.append((step, state, z, r, c))
            state = (1 - z) * state + z * c
        return state, cache

    def f(p: Tuple) -> float:
        return 0.5 * np.sum((forward(p)[0] - target) ** 2)

    def grad(p: Tuple) -> Tuple:
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

    def f(p: Tuple) -> float:
        ahead, behind = run(p[0], inputs)[1:], run(p[1], inputs[::-1])[1:][::-1]
        return float(np.sum(weights * ahead * behind))

    def grad(p: Tuple) -> Tuple:
        ahead, behind = run(p[0], inputs), run(p[1], inputs[::-1])
        d_ahead = back(p[0], inputs, ahead, weights * behind[1:][::-1])
        d_behind = back(p[1], inputs[::-1], behind, weights[::-1] * ahead[1:][::-1])
        return d_ahead, d_behind

    return Problem("bidirectional_rnn", f, grad, x)


@family
def stacked_rnn_inputs(rng: np.random.Generator) -> Problem:
    """Two recurrent layers, differentiated by the input sequences (N, T, D)."""
    n, steps, d = 3, 4, 3
    w, u, target = draw(rng, 2, d, d), draw(rng, 2, d, d, scale=0.5), draw(rng, n, d)
    x = draw(rng, n, steps, d)

    def layer(seq: Array, k: int) -> Array:
        out, state = np.empty_like(seq), np.zeros((n, d))
        for t in range(steps):
            state = np.tanh(seq[:, t] @ w[k] + state @ u[k])
            out[:, t] = state
        return out

    def layer_backward(dout: Array, out: Array, k: int) -> Array:
        dseq, carry = np.empty_like(out), np.zeros((n, d))
        for t in reversed(range(steps)):
            da = (dout[:, t] + carry) * (1 - out[:, t] ** 2)
            dseq[:, t] = da @ w[k].T
            carry = da @ u[k].T
        return dseq

    def f(seq: Array) -> float:
        last = layer(layer(seq, 0), 1)[:, -1]
        return np.mean(np.sum((last - target) ** 2, axis=1))

    def grad(seq: Array) -> Array:
        first = layer(seq, 0)
        second = layer(first, 1)
        dout = np.zeros_like(second)
        dout[:, -1] = 2 * (second[:, -1] - target) / n
        return layer_backward(layer_backward(dout, second, 1), first, 0)

    return Problem("stacked_rnn_inputs", f, grad, x)


@family
def long_scalar_rnn(rng: np.random.Generator) -> Problem:
    """Forty steps of single-unit networks, where gradients shrink or grow step by step."""
    steps, n = 40, 6
    drive = draw(rng, steps, n, scale=0.5)
    x = {"gain": rng.uniform(0.5, 1.6, n), "shift": draw(rng, n, scale=0.3)}

    def states(p: Params) -> list[Array]:
        out = [np.zeros(n)]
        for t in range(steps):
            out.append(np.tanh(p["gain"] * out[-1] + p["shift"] + drive[t]))
        return out

    def f(p: Params) -> float:
        return np.sum(states(p)[-1] ** 2)

    def grad(p: Params) -> Params:
        out, g = states(p), zeros_like(p)
        ds = 2 * out[-1]
        for t in reversed(range(steps)):
            da = ds * (1 - out[t + 1] ** 2)
            g["gain"] += da * out[t]
            g["shift"] += da
            ds = da * p["gain"]
        return g

    return Problem("long_scalar_rnn", f, grad, x)


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

    def f(p: Tuple) -> float:
        query, memory, w = p
        return np.sum(weights * np.tanh(softmax(query @ w @ memory.T) @ memory))

    def grad(p: Tuple) -> Tuple:
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
def rotary_scores(rng: np.random.Generator) -> Problem:
    """Queries and keys turned by an angle that grows with the position."""
    t, d = 4, 4
    angle = np.arange(t)[:, None] * np.array([1.0, 0.1])
    cos, sin = np.cos(angle), np.sin(angle)
    labels = rng.integers(0, t, t)
    x = {"q": draw(rng, t, d), "k": draw(rng, t, d)}

    def turn(a: Array, sign: float = 1.0) -> Array:
        even, odd = a[:, 0::2], a[:, 1::2]
        out = np.empty_like(a)
        out[:, 0::2] = even * cos - sign * odd * sin
        out[:, 1::2] = odd * cos + sign * even * sin
        return out

    def f(p: Params) -> float:
        logp = log_softmax(turn(p["q"]) @ turn(p["k"]).T / np.sqrt(d))
        return -np.sum(logp[np.arange(t), labels])

    def grad(p: Params) -> Params:
        q, k = turn(p["q"]), turn(p["k"])
        ds = (softmax(q @ k.T / np.sqrt(d)) - one_hot(labels, t)) / np.sqrt(d)
        return {"q": turn(ds @ k, -1.0), "k": turn(ds.T @ q, -1.0)}

    return Problem("rotary_scores", f, grad, x)


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

    def forward(p: Tuple) -> tuple[Array, Array]:
        padded = np.pad(p[0], 1)
        y = np.empty(target.shape, dtype=p[0].dtype)
        for i, top in enumerate(places):
            for j, left in enumerate(places):
                y[:, i, j] = np.sum(p[1] * padded[top : top + k, left : left + k], axis=(1, 2))
        return padded, y + p[2][:, None, None]

    def f(p: Tuple) -> float:
        return 0.5 * float(np.sum((forward(p)[1] - target) ** 2))

    def grad(p: Tuple) -> Tuple:
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

    def spread(p: Tuple) -> Array:
        y = np.zeros((size, size), dtype=p[0].dtype)
        for i, j in np.ndindex(n, n):
            y[i * stride : i * stride + k, j * stride : j * stride + k] += p[0][i, j] * p[1]
        return y

    def f(p: Tuple) -> float:
        return np.sum(weights * np.sin(spread(p)))

    def grad(p: Tuple) -> Tuple:
        dy = weights * np.cos(spread(p))
        da, dkernel = np.zeros_like(p[0]), np.zeros_like(p[1])
        for i, j in np.ndindex(n, n):
            window = dy[i * stride : i * stride + k, j * stride : j * stride + k]
            da[i, j] = np.sum(window * p[1])
            dkernel += window * p[0][i, j]
        return da, dkernel

    return Problem("transposed_conv", f, grad, x)


@family
def dilated_depthwise_conv(rng: np.random.Generator) -> Problem:
    """A causal convolution of each channel by itself, its taps two steps apart."""
    t, channels, k, dilation = 8, 3, 3, 2
    a, target = draw(rng, t, channels), draw(rng, t, channels)
    x = {"kernel": draw(rng, k, channels), "mix": draw(rng, channels, channels)}

    def delayed(steps: int) -> Array:
        return np.concatenate([np.zeros((steps, channels)), a[: t - steps]])

    def forward(p: Params) -> tuple[Array, Array]:
        y = sum(p["kernel"][j] * delayed(j * dilation) for j in range(k))
        return y, y @ p["mix"] - target

    def f(p: Params) -> float:
        return float(np.mean(forward(p)[1] ** 2))

    def grad(p: Params) -> Params:
        y, error = forward(p)
        de = 2 * error / error.size
        dy = de @ p["mix"].T
        dkernel = np.stack([np.sum(dy * delayed(j * dilation), axis=0) for j in range(k)])
        return {"kernel": dkernel, "mix": y.T @ de}

    return Problem("dilated_depthwise_conv", f, grad, x)


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

    def f(p: Tuple) -> float:
        z, _ = standardised(p[0], 0)
        y = np.maximum(z * p[1] + p[2], 0)
        return float(((y - target) ** 2).mean())

    def grad(p: Tuple) -> Tuple:
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
def instance_norm(rng: np.random.Generator) -> Problem:
    """Each channel of each image normalised by itself; some images are almost flat."""
    n, c, size = 2, 2, 3
    weights = draw(rng, n, c, size, size)
    spread = np.array([[1.0, 0.05], [0.3, 4.0]])[:, :, None, None]
    x = 2 + spread * draw(rng, n, c, size, size)

    def f(a: Array) -> float:
        z, _ = standardised(a, (2, 3), eps=1e-3)
        return float(np.sum(weights * z**3) / n)

    def grad(a: Array) -> Array:
        z, std = standardised(a, (2, 3), eps=1e-3)
        return standardised_backward(3 * weights * z**2 / n, z, std, (2, 3))

    return Problem("instance_norm", f, grad, x)


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

    def f(p: Tuple) -> float:
        a, b = p
        norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
        return float(np.sum(1 - (a * b).sum(axis=1) / norms))

    def grad(p: Tuple) -> Tuple:
        units = [a / np.sqrt((a**2).sum(axis=1, keepdims=True)) for a in p]
        cosine = np.sum(units[0] * units[1], axis=1, keepdims=True)
        lengths = [np.sqrt((a**2).sum(axis=1, keepdims=True)) for a in p]
        da = (cosine * units[0] - units[1]) / lengths[0]
        return da, (cosine * units[1] - units[0]) / lengths[1]

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
        active = (a - b + margin > 0)[:, None]
        dto, daway = active * to / a[:, None], -active * away / b[:, None]
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

    def f(p: Tuple) -> float:
        s = unit(p[0]) @ unit(p[1]).T / temperature
        return float(-np.trace(log_softmax(s, 0) + log_softmax(s, 1)) / (2 * n))

    def grad(p: Tuple) -> Tuple:
        a, b = unit(p[0]), unit(p[1])
        s = a @ b.T / temperature
        ds = (softmax(s, 0) + softmax(s, 1) - 2 * np.eye(n)) / (2 * n * temperature)
        return unit_backward(ds @ b, p[0]), unit_backward(ds.T @ a, p[1])

    return Problem("info_nce", f, grad, x)


@family
def soft_rank_gain(rng: np.random.Generator) -> Problem:
    """Discounted gain with ranks made smooth by sigmoids of score differences."""
    n, temperature = 7, 0.5
    gain = 2.0 ** rng.integers(0, 4, n) - 1
    gain[0] = 7
    x = draw(rng, n)

    def ranks(s: Array) -> tuple[Array, Array]:
        above = sigmoid((s[None, :] - s[:, None]) / temperature)
        return 0.5 + above.sum(axis=1), above

    def f(s: Array) -> float:
        return -np.sum(gain / np.log2(1 + ranks(s)[0]))

    def grad(s: Array) -> Array:
        rank, above = ranks(s)
        drank = gain * np.log(2) / (np.log(1 + rank) ** 2 * (1 + rank))
        dgap = drank[:, None] * above * (1 - above) / temperature
        return dgap.sum(axis=0) - dgap.sum(axis=1)

    return Problem("soft_rank_gain", f, grad, x)


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

    def error(p: Tuple) -> Array:
        return sigma * (softplus(a @ p[0]) @ p[1]) + noise

    def f(p: Tuple) -> float:
        return 0.5 * float(np.sum(error(p) ** 2)) / n

    def grad(p: Tuple) -> Tuple:
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
        logdet, cache = 0, []
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
    middle, some = entries[len(entries) // 2], rng.choice(entries)
    if problem.single:
        yield "one entry 5% off", times(1.05, middle)
    else:
        yield "one entry 1e-4 off", times(1 + 1e-4, middle)
        yield "one entry 1% off", times(0.99, some)
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

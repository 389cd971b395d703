"""Right answers to the exercises of lesson 07, each written differently."""

import math
import random
from collections.abc import Callable

import numpy as np

from right_answers import keeping

# split_train_validation_test


def split_by_hand(x, y, shares, rng):
    order = np.arange(len(x))
    rng.shuffle(order)
    n_train, n_validation = round(len(x) * shares[0]), round(len(x) * shares[1])
    train = order[:n_train]
    validation = order[n_train : n_train + n_validation]
    test = order[n_train + n_validation :]
    return (x[train], y[train]), (x[validation], y[validation]), (x[test], y[test])


def split_flat_lists(x, y, shares, rng):
    order = sorted(range(len(y)), key=lambda _: rng.random())
    a = int(len(y) * shares[0])
    b = a + int(len(y) * shares[1])
    parts = order[:a], order[a:b], order[b:]
    return [[[x[i] for i in part], [y[i] for i in part]] for part in parts]


def split_shuffled_together(x, y, shares, rng):
    order = rng.permutation(len(x))
    x, y = x[order], y[order]
    ends = np.round(np.cumsum(shares)[:2] * len(x)).astype(int)
    return tuple(zip(np.split(x, ends), np.split(y, ends), strict=True))


def split_test_first(x, y, shares, rng):
    left = list(rng.permutation(len(x)))
    test = [left.pop() for _ in range(round(shares[2] * len(x)))]
    validation = [left.pop() for _ in range(round(shares[1] * len(x)))]
    return tuple((x[part], y[part]) for part in (left, validation, test))


def split_without_replacement(x, y, shares, rng):
    everything = np.arange(len(x))
    train = rng.choice(everything, math.ceil(shares[0] * len(x)), replace=False)
    rest = np.setdiff1d(everything, train)
    validation = rng.choice(rest, round(shares[1] * len(x)), replace=False)
    test = np.setdiff1d(rest, validation)
    return (x[train], y[train]), (x[validation], y[validation]), (x[test], y[test])


def split_pythons_shuffle(x, y, shares, rng):
    order = list(range(len(x)))
    random.Random(int(rng.integers(2**31))).shuffle(order)
    first, second = round(shares[0] * len(x)), round((shares[0] + shares[1]) * len(x))
    slices = slice(first), slice(first, second), slice(second, None)
    return [(np.take(x, order[s], axis=0), np.take(y, order[s])) for s in slices]


def split_by_taking_away(x, y, shares, rng):
    n, left = len(y), np.arange(len(y))
    sizes = [round(shares[0] * n), round((shares[0] + shares[1]) * n) - round(shares[0] * n)]
    parts = []
    for size in sizes:
        part = rng.choice(left, size, replace=False)
        left = np.setdiff1d(left, part)
        parts.append(part)
    return [(x[part], y[part]) for part in (*parts, left)]


def split_by_rank(x, y, shares, rng):
    rank = rng.permutation(len(y))
    first, second = round(shares[0] * len(y)), round((shares[0] + shares[1]) * len(y))
    part = (rank >= first).astype(int) + (rank >= second)
    return tuple((x[part == i], y[part == i]) for i in range(3))


# fit_standardizer


def standardizer_with_loops(x_train):
    n, d = x_train.shape
    mean, std = [0.0] * d, [0.0] * d
    for j in range(d):
        mean[j] = sum(x_train[:, j]) / n
        std[j] = math.sqrt(sum((x - mean[j]) ** 2 for x in x_train[:, j]) / n)
        if min(x_train[:, j]) == max(x_train[:, j]):
            std[j] = 1.0
    return mean, std


def standardizer_set_in_place(x_train):
    mean, std = np.mean(x_train, axis=0), np.std(x_train, axis=0)
    std[np.ptp(x_train, axis=0) == 0] = 1
    return mean, std


def standardizer_small_is_none(x_train):
    std = x_train.std(axis=0)
    return [x_train.mean(axis=0), np.where(std < 1e-12, 1.0, std)]


def standardizer_from_variance(x_train):
    mean = x_train.sum(axis=0) / len(x_train)
    variance = ((x_train - mean) ** 2).mean(axis=0)
    never_changes = (x_train == x_train[0]).all(axis=0)
    return mean, np.where(never_changes, 1, np.sqrt(variance))


def standardizer_in_float32(x_train):
    x = x_train.astype(np.float32)
    std = x.std(axis=0)
    std[x.max(axis=0) == x.min(axis=0)] = 1
    return x.mean(axis=0), std


def standardizer_transposed(x_train):
    return x_train.T.mean(axis=1), np.array(
        [row.std() if len(set(row)) > 1 else 1.0 for row in x_train.T]
    )


def standardizer_by_distinct_values(x_train):
    stds = [1.0 if len(np.unique(column)) == 1 else column.std() for column in x_train.T]
    return x_train.mean(axis=0), np.array(stds)


def standardizer_one_where_all_equal_the_first(x_train):
    moves = (x_train != x_train[:1]).any(axis=0)
    centred = x_train - x_train.mean(axis=0)
    return x_train.mean(axis=0), np.sqrt((centred**2).mean(axis=0)) * moves + ~moves


# l2_penalty


def penalty_with_loops(params, strength):
    total = 0.0
    for name in params:
        if name[0] == "w":
            for row in params[name]:
                for w in row:
                    total += w * w
    return 0.5 * strength * total, (params, strength)


def penalty_by_number(params, strength):
    layers = len(params) // 2
    norms = [np.linalg.norm(params[f"w{i}"]) ** 2 for i in range(1, layers + 1)]
    return strength * np.sum(norms) / 2, None


def penalty_with_vdot(params, strength):
    weights = {name: p for name, p in params.items() if "w" in name}
    return strength / 2 * sum(np.vdot(w, w) for w in weights.values()), weights


def penalty_by_dimensions(params, strength):
    flat = np.concatenate([p.ravel() for p in params.values() if p.ndim > 1])
    return flat @ flat * strength / 2, strength


def penalty_in_float32(params, strength):
    total = np.float32(0)
    for name, p in params.items():
        if not name.startswith("b"):
            total += np.square(p.astype(np.float32)).sum()
    return [np.float32(strength) / 2 * total, [params, strength]]


def penalty_with_einsum(params, strength):
    w = [p for name, p in sorted(params.items()) if name.startswith("w")]
    return np.array(sum(np.einsum("ij,ij->", p, p) for p in w) * strength / 2), ()


def penalty_of_all_together(params, strength):
    flat = np.concatenate([p.ravel() for name, p in params.items() if name[0] == "w"])
    return strength * (flat @ flat) / 2, None


def penalty_layer_by_layer(params, strength):
    total, i = 0.0, 1
    while f"w{i}" in params:
        total += 0.5 * strength * np.linalg.norm(params[f"w{i}"]) ** 2
        i += 1
    return total, None


# l2_penalty_backward


def decay_with_loops(dloss, cache):
    params, strength = cache
    grads = {}
    for name, p in params.items():
        grads[name] = np.zeros(p.shape)
        if name[0] == "w":
            for i in range(p.shape[0]):
                for j in range(p.shape[1]):
                    grads[name][i, j] = dloss * strength * p[i, j]
    return grads


def decay_by_number(dloss, cache):
    params, strength = cache
    grads = {}
    for i in range(1, len(params) // 2 + 1):
        grads[f"b{i}"] = 0 * params[f"b{i}"]
        grads[f"w{i}"] = strength * params[f"w{i}"] * dloss
    return grads


def decay_of_the_formula(dloss, cache):
    params, strength = cache
    return {k: dloss * (strength / 2) * 2 * v * (v.ndim == 2) for k, v in params.items()}


def decay_in_float32(dloss, cache):
    params, strength = cache
    single = {name: p.astype(np.float32) for name, p in params.items()}
    factor = np.float32(dloss * strength)
    return {n: factor * p if n.startswith("w") else np.zeros_like(p) for n, p in single.items()}


def decay_as_lists(dloss, cache):
    params, strength = cache
    grads = {name: np.zeros_like(p) for name, p in params.items()}
    for name in filter(lambda name: "w" in name, params):
        grads[name] += strength * params[name]
        grads[name] *= dloss
    return {name: grad.tolist() for name, grad in grads.items()}


def decay_zeros_first(dloss, cache):
    params, strength = cache
    grads = {name: np.zeros(p.shape) for name, p in params.items()}
    for i in range(1, len(params) // 2 + 1):
        grads[f"w{i}"] += dloss * strength * params[f"w{i}"]
    return grads


def decay_on_copies(dloss, cache):
    grads = {name: np.array(p) for name, p in cache[0].items()}
    for name, g in grads.items():
        g *= dloss * cache[1] * name.startswith("w")
    return grads


# dropout


def dropout_with_loops(x, keep_probability, rng):
    y, mask = np.zeros_like(x), np.zeros_like(x)
    for place in np.ndindex(x.shape):
        if rng.uniform() < keep_probability:
            mask[place] = 1 / keep_probability
            y[place] = x[place] * mask[place]
    return y, mask


def dropout_with_binomial(x, keep_probability, rng):
    mask = rng.binomial(1, keep_probability, x.shape)
    return x * mask / keep_probability, mask / keep_probability


def dropout_by_what_goes(x, keep_probability, rng):
    out, mask = x.copy(), np.ones(x.shape)
    goes = rng.random(x.shape) >= keep_probability
    out[goes] = mask[goes] = 0
    return out / keep_probability, mask / keep_probability


def dropout_with_where(x, keep_probability, rng):
    kept = rng.random(size=x.shape) <= keep_probability
    return [np.where(kept, x / keep_probability, 0), kept * (1 / keep_probability)]


def dropout_in_float32(x, keep_probability, rng):
    x = x.astype(np.float32)
    mask = (rng.random(x.shape, dtype=np.float32) < keep_probability).astype(np.float32)
    mask /= np.float32(keep_probability)
    return x * mask, mask


def dropout_with_choice(x, keep_probability, rng):
    mask = rng.choice(
        [0, 1 / keep_probability], x.shape, p=[1 - keep_probability, keep_probability]
    )
    return mask * x, mask


def dropout_entry_by_entry(x, keep_probability, rng):
    mask = np.array([float(u < keep_probability) for u in rng.random(x.size)]).reshape(x.shape)
    mask *= 1 / keep_probability
    return mask * x, mask


def dropout_flat(x, keep_probability, rng):
    flat = x.ravel()
    mask = np.zeros(flat.size)
    mask[rng.uniform(size=flat.size) < keep_probability] = 1 / keep_probability
    return (flat * mask).reshape(x.shape), mask.reshape(x.shape)


# dropout_backward


def dropout_back_with_loops(dy, mask):
    return [[g * m for g, m in zip(*rows, strict=True)] for rows in zip(dy, mask, strict=True)]


def dropout_back_on_a_copy(dy, mask):
    dx = dy.copy()
    dx[mask == 0] = 0
    dx[mask > 0] *= mask.max()
    return dx


def dropout_back_with_where(dy, mask):
    return np.where(mask, mask * dy, 0.0)


def dropout_back_in_float32(dy, mask):
    return dy.astype(np.float32) * mask.astype(np.float32)


def dropout_back_with_einsum(dout, cache):
    return np.einsum("nd,nd->nd", dout, cache)


def dropout_back_with_multiply(dy, mask):
    return np.multiply(mask, dy)


def dropout_back_at_places(dy, mask):
    dx = np.zeros_like(dy)
    np.multiply(dy, mask, out=dx, where=mask != 0)
    return dx


# best_epoch


def epoch_with_argmin(validation_loss):
    return np.argmin(validation_loss) + 1


def epoch_with_a_loop(losses):
    best = 0
    for i, loss in enumerate(losses):
        if loss < losses[best]:
            best = i
    return best + 1


def epoch_with_index(losses):
    return 1 + losses.index(min(losses))


def epoch_with_enumerate(losses):
    return min(enumerate(losses, start=1), key=lambda pair: pair[1])[0]


def epoch_sorted(losses):
    return float(np.argsort(losses, kind="stable")[0] + 1)


def epoch_from_behind(losses):
    best = len(losses)
    for epoch in range(len(losses), 0, -1):
        best = epoch if losses[epoch - 1] <= losses[best - 1] else best
    return best


def epoch_of_pairs(losses):
    return min((loss, epoch) for epoch, loss in enumerate(losses, 1))[1]


# should_stop


def best_epoch(losses):
    raise AssertionError("while judging, the library's version answers this call")


def stop_with_the_earlier_exercise(losses, patience):
    return len(losses) - best_epoch(losses) >= patience


def stop_by_the_minima(losses, patience):
    if len(losses) <= patience:
        return False
    return min(losses[-patience:]) >= min(losses[:-patience])


def stop_by_waiting(losses, patience):
    best, waited = float("inf"), 0
    for loss in losses:
        if loss < best:
            best, waited = loss, 0
        else:
            waited += 1
    return 1 if waited >= patience else 0


def stop_with_argmin(losses, patience):
    return np.argmin(losses) <= len(losses) - 1 - patience


def stop_with_all(losses, patience):
    before = losses[: max(len(losses) - patience, 0)]
    return len(before) > 0 and all(loss >= min(before) for loss in losses[len(before) :])


def stop_by_accumulating(losses, patience):
    lowest = np.minimum.accumulate(losses)
    return np.count_nonzero(lowest == lowest[-1]) > patience


def stop_by_looking_for_a_beat(losses, patience):
    t = len(losses)
    if t <= patience:
        return False
    return not any(losses[i] < min(losses[: t - patience]) for i in range(t - patience, t))


def stop_with_reduce(losses, patience):
    wait = 0
    for i, loss in enumerate(losses):
        wait = 0 if i == 0 or loss < min(losses[:i]) else wait + 1
    return wait >= patience


RIGHT: dict[str, tuple[Callable, ...]] = {
    "split_train_validation_test": (
        split_by_taking_away,
        split_by_rank,
        split_by_hand,
        split_flat_lists,
        split_shuffled_together,
        split_test_first,
        split_without_replacement,
        split_pythons_shuffle,
    ),
    "fit_standardizer": (
        standardizer_by_distinct_values,
        standardizer_one_where_all_equal_the_first,
        standardizer_with_loops,
        standardizer_set_in_place,
        standardizer_small_is_none,
        standardizer_from_variance,
        standardizer_in_float32,
        standardizer_transposed,
    ),
    "l2_penalty": keeping(
        lambda params, strength: (dict(params), strength),
        penalty_with_loops,
        penalty_by_number,
        penalty_with_vdot,
        penalty_by_dimensions,
        penalty_in_float32,
        penalty_with_einsum,
        penalty_of_all_together,
        penalty_layer_by_layer,
    ),
    "l2_penalty_backward": (
        decay_zeros_first,
        decay_on_copies,
        decay_with_loops,
        decay_by_number,
        decay_of_the_formula,
        decay_in_float32,
        decay_as_lists,
    ),
    "dropout": (
        dropout_with_loops,
        dropout_with_binomial,
        dropout_by_what_goes,
        dropout_with_where,
        dropout_in_float32,
        dropout_with_choice,
        dropout_entry_by_entry,
        dropout_flat,
    ),
    "dropout_backward": (
        dropout_back_with_multiply,
        dropout_back_at_places,
        dropout_back_with_loops,
        dropout_back_on_a_copy,
        dropout_back_with_where,
        dropout_back_in_float32,
        dropout_back_with_einsum,
    ),
    "best_epoch": (
        epoch_from_behind,
        epoch_of_pairs,
        epoch_with_argmin,
        epoch_with_a_loop,
        epoch_with_index,
        epoch_with_enumerate,
        epoch_sorted,
    ),
    "should_stop": (
        stop_by_looking_for_a_beat,
        stop_with_reduce,
        stop_with_the_earlier_exercise,
        stop_by_the_minima,
        stop_by_waiting,
        stop_with_argmin,
        stop_with_all,
        stop_by_accumulating,
    ),
}

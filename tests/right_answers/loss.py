"""Right answers to the exercises of lesson 03, each written in another way."""

import math

import numpy as np

from backprop_lib import sigmoid, softmax
from right_answers import keeping

# mean_squared_error


def squared_with_loops(predictions, targets):
    total = 0.0
    for row, wanted in zip(predictions, targets, strict=True):
        for a, b in zip(row, wanted, strict=True):
            total += (a - b) ** 2
    return total / predictions.size, (predictions, targets)


def squared_with_dot(predictions, targets):
    off = (targets - predictions).ravel()
    return [off @ off / len(off), [off]]


def squared_of_means(predictions, targets):
    return np.mean(np.square(predictions - targets).mean(axis=1)), None


def squared_in_float32(predictions, targets):
    off = predictions.astype(np.float32) - targets.astype(np.float32)
    return (off * off).mean(), off


def squared_by_norm(predictions, targets):
    return np.linalg.norm(predictions - targets) ** 2 / np.prod(predictions.shape), {}


def squared_with_einsum(predictions, targets):
    off = predictions - targets
    return float(np.einsum("nk,nk->", off, off)) / off.size, off


# binary_cross_entropy


def log1p_of_exp(z):
    """log(1 + exp(z)) without overflow."""
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


def binary_with_loop(scores, labels):
    total = 0.0
    for s, label in zip(scores, labels, strict=True):
        total += log1p_of_exp(-s if label == 1 else s)
    return total / len(scores), (scores, labels)


def binary_with_maximum(s, y):
    loss = np.maximum(s, 0) - s * y + np.log1p(np.exp(-np.abs(s)))
    return loss.mean(), s


def binary_by_sign(s, y):
    return np.logaddexp(0, (1 - 2 * y) * s).sum() / s.size, None


def binary_both_terms(s, y):
    log_p, log_q = -np.logaddexp(0, -s), -np.logaddexp(0, s)
    return -np.average(y * log_p + (1 - y) * log_q), [y, s]


def binary_as_two_classes(s, y):
    both = np.stack([np.zeros_like(s), s], axis=1)
    top = both.max(axis=1, keepdims=True)
    logs = both - top - np.log(np.exp(both - top).sum(axis=1, keepdims=True))
    return -logs[range(len(y)), y].mean(), (logs,)


def binary_in_float32(s, y):
    s = s.astype(np.float32)
    return np.logaddexp(np.float32(0), np.where(y == 1, -s, s)).mean(), None


def binary_with_masks(s, y):
    losses = np.empty(len(s))
    losses[y == 1] = np.logaddexp(0, -s[y == 1])
    losses[y == 0] = np.logaddexp(0, s[y == 0])
    return np.array(losses.mean()), losses


# softmax_cross_entropy


def softmax_with_loop(scores, labels):
    total = 0.0
    for row, label in zip(scores, labels, strict=True):
        top = max(row)
        total += math.log(sum(math.exp(s - top) for s in row)) + top - row[label]
    return total / len(labels), None


def softmax_with_logaddexp(scores, labels):
    normalizer = np.logaddexp.reduce(scores, axis=1)
    return (normalizer - scores[np.arange(len(labels)), labels]).mean(), normalizer


def softmax_with_one_hot(scores, labels):
    hot = np.eye(scores.shape[1])[labels]
    shifted = scores - scores.max(axis=1)[:, None]
    logs = shifted - np.log(np.exp(shifted).sum(axis=1))[:, None]
    return -(hot * logs).sum() / len(scores), (logs, hot)


def softmax_around_the_right_class(scores, labels):
    picked = np.take_along_axis(scores, labels[:, None], axis=1)
    return np.logaddexp.reduce(scores - picked, axis=1).mean(), picked


def softmax_in_float32(scores, labels):
    s = scores.astype(np.float32)
    s = s - s.max(axis=1, keepdims=True)
    return (np.log(np.exp(s).sum(axis=1)) - s[np.arange(len(s)), labels]).mean(), s


def softmax_in_place_on_a_copy(scores, labels):
    s = scores.copy()
    s -= s.max(axis=-1, keepdims=True)
    s -= np.log(np.exp(s).sum(axis=-1, keepdims=True))
    return [-np.mean([s[n, label] for n, label in enumerate(labels)]), s]


# accuracy


def accuracy_with_loop(scores, labels):
    right = 0
    for row, label in zip(scores, labels, strict=True):
        if list(row).index(max(row)) == label:
            right += 1
    return right / len(labels)


def accuracy_counting_nonzero(scores, labels):
    return np.count_nonzero(np.argmax(scores, -1) == labels) / labels.size


def accuracy_from_errors(scores, labels):
    return 1 - np.mean(scores.argmax(axis=1) != labels)


def accuracy_by_the_right_score(scores, labels):
    return np.mean(scores[np.arange(len(labels)), labels] >= scores.max(axis=1))


def accuracy_of_probabilities(scores, labels):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return np.float32(np.equal(p.argmax(1), labels).mean())


def accuracy_by_sorting(scores, labels):
    return sum(scores.argsort(axis=1)[:, -1] == labels) / len(labels)


def squared_entry_by_entry(predictions, targets):
    pairs = zip(predictions.flat, targets.flat, strict=True)
    return np.mean([(p - t) * (p - t) for p, t in pairs]), None


def squared_from_both_sides(predictions, targets):
    d = np.abs(targets - predictions)
    return np.average(d**2), None


def binary_by_class(scores, labels):
    total = np.logaddexp(0, -scores[labels == 1]).sum() + np.logaddexp(0, scores[labels == 0]).sum()
    return total / len(scores), None


def binary_as_a_product(scores, labels):
    return np.mean(np.logaddexp(0, (1 - 2 * labels) * scores)), None


def softmax_by_class(scores, labels):
    logs = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    total = sum(logs[labels == c, c].sum() for c in range(scores.shape[1]))
    return -total / len(labels), None


def softmax_as_gaps(scores, labels):
    right = scores[range(len(labels)), labels]
    return np.logaddexp.reduce(scores.T - right, axis=0).sum() / len(labels), None


def accuracy_row_by_row(scores, labels):
    return sum(
        max(range(len(s)), key=s.__getitem__) == c for s, c in zip(scores, labels, strict=True)
    ) / len(labels)


def accuracy_of_gaps(scores, labels):
    right = np.take_along_axis(scores, labels[:, np.newaxis], axis=1)
    return 1.0 - (scores > right).any(axis=1).mean()


RIGHT = {
    "mean_squared_error": keeping(
        lambda predictions, targets: (predictions, targets),
        squared_with_loops,
        squared_with_dot,
        squared_of_means,
        squared_in_float32,
        squared_by_norm,
        squared_with_einsum,
        squared_entry_by_entry,
        squared_from_both_sides,
    ),
    "binary_cross_entropy": keeping(
        lambda scores, labels: [sigmoid(scores)[0], labels == 1],
        binary_with_loop,
        binary_with_maximum,
        binary_by_sign,
        binary_both_terms,
        binary_as_two_classes,
        binary_in_float32,
        binary_with_masks,
        binary_by_class,
        binary_as_a_product,
    ),
    "softmax_cross_entropy": keeping(
        lambda scores, labels: (softmax(scores), labels),
        softmax_with_loop,
        softmax_with_logaddexp,
        softmax_with_one_hot,
        softmax_around_the_right_class,
        softmax_in_float32,
        softmax_in_place_on_a_copy,
        softmax_by_class,
        softmax_as_gaps,
    ),
    "accuracy": (
        accuracy_with_loop,
        accuracy_counting_nonzero,
        accuracy_from_errors,
        accuracy_by_the_right_score,
        accuracy_of_probabilities,
        accuracy_by_sorting,
        accuracy_row_by_row,
        accuracy_of_gaps,
    ),
}

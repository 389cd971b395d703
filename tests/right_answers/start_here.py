"""Right answers to lesson 00, each written differently."""

import numpy as np


def squared_column_taken(predictions, targets):
    return np.square(predictions[:, 0] - targets)


def squared_flattened(p, t):
    return (t - p.ravel()) ** 2


def squared_both_in_columns(predictions, targets):
    difference = predictions - targets.reshape(-1, 1)
    return (difference * difference).squeeze(axis=1)


def squared_in_a_list(predictions, targets):
    return [(float(p[0]) - t) ** 2 for p, t in zip(predictions, targets, strict=True)]


def squared_diagonal_of_all_pairs(predictions, targets):
    return np.diag((predictions - targets) ** 2)


def squared_in_float32(predictions, targets):
    difference = predictions[:, 0].astype(np.float32) - targets.astype(np.float32)
    return difference**2


def squared_with_einsum(predictions, targets):
    difference = predictions.T[0] - targets
    return np.einsum("n,n->n", difference, difference)


def squared_sample_by_sample(predictions, targets):
    errors = np.empty_like(targets)
    for n, (row, target) in enumerate(zip(predictions, targets, strict=True)):
        errors[n] = (row.item() - target) ** 2
    return errors


def squared_multiplied_out(predictions, targets):
    p = np.ravel(predictions)
    return p * (p - targets) - targets * (p - targets)


RIGHT = {
    "squared_errors": (
        squared_column_taken,
        squared_flattened,
        squared_both_in_columns,
        squared_in_a_list,
        squared_diagonal_of_all_pairs,
        squared_in_float32,
        squared_with_einsum,
        squared_sample_by_sample,
        squared_multiplied_out,
    ),
}

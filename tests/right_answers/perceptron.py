"""Right answers to lesson 01, each written differently."""

import math

import numpy as np

from backprop_lib import perceptron_predict, perceptron_update

# perceptron_predict


def predict_with_where(x, w, b):
    return np.where(np.dot(x, w) + b > 0, 1, 0)


def predict_as_truth_values(x, w, b):
    return x.dot(w) > -b


def predict_with_heaviside(x, w, b):
    return np.heaviside(np.einsum("...d,d->...", x, w) + b, 0.0)


def predict_with_loops(x, w, b):
    if x.ndim == 1:
        return int(sum(x_d * w_d for x_d, w_d in zip(x, w, strict=True)) + b > 0)
    return [predict_with_loops(row, w, b) for row in x]


def predict_with_a_column_of_ones(x, w, b):
    with_ones = np.concatenate([x, np.ones((*x.shape[:-1], 1))], axis=-1)
    return 1 * (with_ones @ np.append(w, b) > 0)


def predict_in_float32(x, w, b):
    return (x.astype(np.float32) @ w.astype(np.float32) + np.float32(b) > 0).astype(np.float32)


def predict_by_the_sign(x, w, b):
    return (1 + np.sign((x * w).sum(axis=-1) + b)) // 2


# perceptron_update


def update_as_prediction_less_label(x_n, y_n, w, b, learning_rate):
    error = int(perceptron_predict(x_n, w, b)) - y_n
    return w - learning_rate * error * x_n, b - learning_rate * error


def update_on_a_copy(x_n, y_n, w, b, learning_rate):
    new_w = w.copy()
    error = y_n - perceptron_predict(x_n, w, b)
    new_w += learning_rate * error * x_n
    return [new_w, b + learning_rate * error]


def update_by_cases(x_n, y_n, w, b, eta):
    prediction = perceptron_predict(x_n, w, b)
    if y_n == 1 and prediction == 0:
        return w + eta * x_n, b + eta
    if y_n == 0 and prediction == 1:
        return w - eta * x_n, b - eta
    return w, b


def update_with_a_loop(x_n, y_n, w, b, learning_rate):
    total = b
    for d in range(len(w)):
        total += x_n[d] * w[d]
    error = y_n - (1 if total >= 0 else 0)
    new_w = [w[d] + learning_rate * error * x_n[d] for d in range(len(w))]
    return new_w, b + learning_rate * error


def update_with_signs(x_n, y_n, w, b, learning_rate):
    t = 2 * y_n - 1
    if t * (w @ x_n + b) <= 0:
        w = w + learning_rate * t * x_n
        b = b + learning_rate * t
    return w, b


def update_in_float32(x_n, y_n, w, b, learning_rate):
    x_n, w = x_n.astype(np.float32), w.astype(np.float32)
    error = np.float32(y_n) - np.float32(x_n @ w + np.float32(b) > 0)
    step = np.float32(learning_rate) * error
    return w + step * x_n, np.float32(b) + step


# perceptron_fit


def fit_from_earlier_exercises(x, y, epochs, learning_rate, rng):
    w, b = np.zeros(x.shape[1]), 0.0
    history = []
    for _ in range(epochs):
        count = 0
        for i in rng.permutation(len(x)):
            if perceptron_predict(x[i], w, b) != y[i]:
                count += 1
                w, b = perceptron_update(x[i], y[i], w, b, learning_rate)
        history.append(count)
        if count == 0:
            break
    return w, b, history


def fit_sorted_by_random_numbers(x, y, epochs, learning_rate, rng):
    w, b, mistakes, epoch = np.zeros(x.shape[1]), 0.0, [], 0
    while epoch < epochs and 0 not in mistakes:
        before = []
        order = np.argsort(rng.random(len(y)))
        for x_n, y_n in zip(x[order], y[order], strict=True):
            before.append(abs(int(y_n) - int(perceptron_predict(x_n, w, b))))
            w, b = perceptron_update(x_n, y_n, w, b, learning_rate)
        mistakes.append(sum(before))
        epoch += 1
    return w, b, mistakes


def fit_with_shuffle(x, y, epochs, learning_rate, rng):
    order = np.arange(len(y))
    w, b, mistakes = np.zeros(x.shape[1]), 0, []
    for _ in range(epochs):
        rng.shuffle(order)
        mistakes.append(0)
        for n in order:
            w, b, wrong = one_turn(x[n], y[n], w, b, learning_rate)
            mistakes[-1] += wrong
        if not mistakes[-1]:
            return w, b, np.array(mistakes)
    return w, b, np.array(mistakes)


def one_turn(x_n, y_n, w, b, learning_rate):
    error = y_n - int(w @ x_n + b > 0)
    return w + learning_rate * error * x_n, b + learning_rate * error, int(error != 0)


def fit_with_ties_as_ones(x, y, epochs, learning_rate, rng):
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for n in np.argsort(rng.random(len(y))):
            error = y[n] - (1 if x[n] @ w + b >= 0 else 0)
            w = w + learning_rate * error * x[n]
            b = b + learning_rate * error
            wrong += error != 0
        mistakes.append(wrong)
        if wrong == 0:
            break
    return [w, b, mistakes]


def fit_with_the_bias_among_the_weights(x, y, epochs, learning_rate, rng):
    x = np.hstack([x, np.ones((len(x), 1))])
    v = np.zeros(x.shape[1])
    mistakes = [math.inf]
    while mistakes[-1] > 0 and len(mistakes) <= epochs:
        old = 0
        for n in rng.choice(len(y), size=len(y), replace=False):
            error = y[n] - (x[n] @ v > 0)
            v = v + learning_rate * error * x[n]
            old += abs(error)
        mistakes.append(old)
    return v[:-1], v[-1], mistakes[1:]


def fit_both_shuffled_together(x, y, epochs, learning_rate, rng):
    w, b, mistakes = np.zeros(x.shape[1], dtype=np.float32), np.float32(0), []
    for _ in range(epochs):
        order = rng.permutation(len(y))
        x, y = x[order], y[order]
        wrong = 0
        for x_n, y_n in zip(x.astype(np.float32), y, strict=True):
            error = np.float32(y_n - int(x_n @ w + b > 0))
            w = w + np.float32(learning_rate) * error * x_n
            b = b + np.float32(learning_rate) * error
            wrong += int(error != 0)
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes


def fit_with_signs_and_zero_as_wrong(x, y, epochs, learning_rate, rng):
    signs = np.where(y == 1, 1, -1)
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for n in rng.permutation(len(x)):
            if signs[n] * (x[n] @ w + b) <= 0:
                wrong += 1
                w = w + learning_rate * signs[n] * x[n]
                b = b + learning_rate * signs[n]
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes


def fit_drawing_one_after_another(x, y, epochs, learning_rate, rng):
    w, b, mistakes = 0 * x[0], 0.0, []
    while len(mistakes) < epochs and (not mistakes or mistakes[-1] != 0):
        left, wrong = list(range(len(y))), 0
        while left:
            n = left.pop(int(rng.integers(len(left))))
            if perceptron_predict(x[n], w, b) != y[n]:
                w, b = perceptron_update(x[n], y[n], w, b, learning_rate)
                wrong += 1
        mistakes.append(wrong)
    return w, b, mistakes


def predict_whole_numbers(x, w, b):
    return np.asarray(np.greater(np.inner(x, w), -b), dtype=np.int8)


def predict_with_append(x, w, b):
    longer = np.append(x, np.ones((*np.shape(x)[:-1], 1)), axis=-1)
    total = (longer * np.append(w, b)).sum(axis=-1)
    return np.select([total > 0], [1], default=0)


def update_all_in_one(x_n, y_n, w, b, learning_rate):
    step = (y_n - (1 if sum(w * x_n) + b > 0 else 0)) * learning_rate
    return np.add(w, np.multiply(step, x_n)), np.float64(b + step)


def update_of_a_longer_vector(x_n, y_n, w, b, learning_rate):
    v, z = np.concatenate([w, [b]]), np.concatenate([x_n, [1.0]])
    v += learning_rate * (y_n - np.heaviside(v @ z, 0.0)) * z
    return v[:-1], v[-1]


RIGHT = {
    "perceptron_predict": (
        predict_with_where,
        predict_as_truth_values,
        predict_with_heaviside,
        predict_with_loops,
        predict_with_a_column_of_ones,
        predict_in_float32,
        predict_by_the_sign,
        predict_whole_numbers,
        predict_with_append,
    ),
    "perceptron_update": (
        update_as_prediction_less_label,
        update_on_a_copy,
        update_by_cases,
        update_with_a_loop,
        update_with_signs,
        update_in_float32,
        update_all_in_one,
        update_of_a_longer_vector,
    ),
    "perceptron_fit": (
        fit_from_earlier_exercises,
        fit_sorted_by_random_numbers,
        fit_with_shuffle,
        fit_with_ties_as_ones,
        fit_with_the_bias_among_the_weights,
        fit_both_shuffled_together,
        fit_with_signs_and_zero_as_wrong,
        fit_drawing_one_after_another,
    ),
}

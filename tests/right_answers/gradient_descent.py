"""Right answers to the exercises of lesson 06, each written in another way."""

import numpy as np

from backprop_lib import (
    iterate_minibatches,
    mlp_backward,
    mlp_forward,
    sgd_step,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
)

# sgd_step


def sgd_with_names(params, grads, learning_rate):
    for name in params:
        params[name] -= learning_rate * grads[name]


def sgd_adding_what_is_negative(params, grads, learning_rate):
    for name, g in grads.items():
        params[name] += -learning_rate * g


def sgd_with_new_arrays(params, grads, learning_rate):
    for name in list(params):
        params[name] = params[name] - learning_rate * grads[name]


def sgd_with_out(params, grads, learning_rate):
    for name, p in params.items():
        np.subtract(p, grads[name] * learning_rate, out=p)


def sgd_entry_by_entry(params, grads, learning_rate):
    for name, p in params.items():
        for index in np.ndindex(p.shape):
            p[index] = p[index] - learning_rate * grads[name][index]
    return params


def sgd_in_float32(params, grads, learning_rate):
    for name, p in params.items():
        step = np.float32(learning_rate) * grads[name].astype(np.float32)
        p[:] = p.astype(np.float32) - step


def sgd_with_subtract(params, grads, learning_rate):
    for name in grads:
        np.subtract(params[name], learning_rate * grads[name], out=params[name])


def sgd_flat(params, grads, learning_rate):
    for name, p in params.items():
        p.flat = p.ravel() - learning_rate * grads[name].ravel()


# iterate_minibatches


def minibatches_as_a_list(x, y, batch_size, rng):
    order = np.arange(len(y))
    rng.shuffle(order)
    return [
        (x[order[i : i + batch_size]], y[order[i : i + batch_size]])
        for i in range(0, len(y), batch_size)
    ]


def minibatches_of_a_shuffled_copy(x, y, batch_size, rng):
    order = rng.permutation(x.shape[0])
    x, y = x[order], y[order]
    while len(y):
        yield [x[:batch_size], y[:batch_size]]
        x, y = x[batch_size:], y[batch_size:]


def minibatches_by_argsort(x, y, batch_size, rng):
    order = rng.random(len(x)).argsort()
    batches = -(-len(x) // batch_size)
    for i in range(batches):
        chosen = order[i * batch_size : min((i + 1) * batch_size, len(x))]
        yield x[chosen], y[chosen]


def minibatches_dealt_out(x, y, batch_size, rng):
    left = list(range(len(y)))
    while left:
        hand = []
        while left and len(hand) < batch_size:
            hand.append(left.pop(int(rng.integers(len(left)))))
        yield np.array([x[i] for i in hand]), np.array([y[i] for i in hand])


def minibatches_by_split(x, y, batch_size, rng):
    order = rng.choice(len(y), size=len(y), replace=False)
    cuts = range(batch_size, len(y), batch_size)
    pieces = np.split(order, cuts)
    return ((x[piece], y[piece]) for piece in pieces)


def minibatches_with_paired_rows(x, y, batch_size, rng):
    pairs = list(zip(x, y, strict=True))
    rng.shuffle(pairs := np.array([(*row.flat, label) for row, label in pairs]))
    rows = pairs[:, :-1].reshape(x.shape)
    return zip(
        (rows[i : i + batch_size] for i in range(0, len(y), batch_size)),
        (pairs[i : i + batch_size, -1].astype(int) for i in range(0, len(y), batch_size)),
        strict=True,
    )


def minibatches_with_the_same_state(x, y, batch_size, rng):
    # two shuffles from one state of the generator give one order
    state = rng.bit_generator.state
    x = rng.permutation(x)
    rng.bit_generator.state = state
    y = rng.permutation(y)
    for start in range(0, len(y), batch_size):
        yield x[start : start + batch_size], y[start : start + batch_size]


def minibatches_by_taking_turns(x, y, batch_size, rng):
    deck = rng.choice(len(y), len(y), replace=False).tolist()
    while deck:
        batch = [deck.pop(0) for _ in range(min(batch_size, len(deck)))]
        yield np.stack([x[i] for i in batch]), y[batch]


def minibatches_counted(x, y, batch_size, rng):
    order = np.arange(len(y))
    rng.shuffle(order)
    for i in range(-(-len(y) // batch_size)):
        batch = order[i * batch_size : (i + 1) * batch_size]
        yield x.take(batch, axis=0), y.take(batch)


# momentum_step


def momentum_in_place(params, grads, velocity, learning_rate, momentum=0.9):
    for name in params:
        velocity[name] *= momentum
        velocity[name] += grads[name]
        params[name] -= learning_rate * velocity[name]


def momentum_new_arrays(params, grads, velocity, learning_rate, momentum=0.9):
    for name in list(params):
        velocity[name] = momentum * velocity[name] + grads[name]
        params[name] = params[name] - learning_rate * velocity[name]


def momentum_velocity_as_a_step(params, grads, velocity, learning_rate, momentum=0.9):
    for name in params:
        velocity[name] = momentum * velocity[name] - learning_rate * grads[name]
        params[name] += velocity[name]


def momentum_velocity_with_rate(params, grads, velocity, learning_rate, momentum=0.9):
    for name, v in velocity.items():
        v[...] = momentum * v + learning_rate * grads[name]
        params[name] -= v


def momentum_average_and_longer_steps(params, grads, velocity, learning_rate, momentum=0.9):
    for name, g in grads.items():
        velocity[name] += (1 - momentum) * (g - velocity[name])
        params[name] -= learning_rate / (1 - momentum) * velocity[name]


def momentum_velocities_first(params, grads, velocity, learning_rate, momentum=0.9):
    new = {name: v * momentum + grads[name] for name, v in velocity.items()}
    velocity.update(new)
    for name in reversed(list(params)):
        params[name][...] = params[name] - velocity[name] * learning_rate


def momentum_entry_by_entry(params, grads, velocity, learning_rate, momentum=0.9):
    for name, p in params.items():
        for i in np.ndindex(p.shape):
            velocity[name][i] = momentum * velocity[name][i] + grads[name][i]
            p[i] -= learning_rate * velocity[name][i]


def momentum_from_the_last_name(params, grads, velocity, learning_rate, momentum=0.9):
    for name in sorted(grads, reverse=True):
        v = velocity[name]
        v -= (1 - momentum) * v
        v += grads[name]
        params[name][...] -= v * learning_rate


def momentum_with_out(params, grads, velocity, learning_rate, momentum=0.9):
    for name, v in velocity.items():
        np.multiply(v, momentum, out=v)
        np.add(v, grads[name], out=v)
        np.subtract(params[name], learning_rate * v, out=params[name])


# adam_step


def adam_as_in_the_paper(params, grads, m, v, t, alpha=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8):
    for k in params:
        m[k] = beta1 * m[k] + (1 - beta1) * grads[k]
        v[k] = beta2 * v[k] + (1 - beta2) * grads[k] ** 2
        m_hat = m[k] / (1 - beta1**t)
        v_hat = v[k] / (1 - beta2**t)
        params[k] -= alpha * m_hat / (np.sqrt(v_hat) + epsilon)


def adam_with_one_factor(params, grads, m, v, t, alpha=0.001, b1=0.9, b2=0.999, e=1e-8):
    rate = alpha * np.sqrt(1 - b2**t) / (1 - b1**t)
    for k, g in grads.items():
        m[k][...] = b1 * m[k] + (1 - b1) * g
        v[k][...] = b2 * v[k] + (1 - b2) * g * g
        params[k] -= rate * m[k] / (np.sqrt(v[k]) + e)


def adam_epsilon_under_the_root(params, grads, m, v, t, alpha=0.001, b1=0.9, b2=0.999, e=1e-8):
    for k, g in grads.items():
        m[k] += (1 - b1) * (g - m[k])
        v[k] += (1 - b2) * (g**2 - v[k])
        params[k] += -alpha * m[k] / (1 - b1**t) / np.sqrt(v[k] / (1 - b2**t) + e)


def adam_in_place(params, grads, m, v, t, alpha=0.001, b1=0.9, b2=0.999, e=1e-8):
    for k in params:
        m[k] *= b1
        m[k] += grads[k] - b1 * grads[k]
        v[k] *= b2
        v[k] += np.square(grads[k]) - b2 * np.square(grads[k])
        step = m[k].copy()
        step /= 1 - np.power(b1, t)
        step /= np.sqrt(v[k]) / np.sqrt(1 - np.power(b2, t)) + e
        step *= alpha
        params[k] -= step


def adam_with_sums(params, grads, m, v, t, alpha=0.001, b1=0.9, b2=0.999, e=1e-8):
    # keeps sums of what is to be averaged, and divides by the sum of the shares
    for k, g in grads.items():
        m[k] *= b1
        m[k] += g
        v[k] *= b2
        v[k] += g**2
        mean = m[k] / sum(b1**i for i in range(t))
        mean_square = v[k] / sum(b2**i for i in range(t))
        params[k] -= alpha * mean / (mean_square**0.5 + e)


def adam_in_float32(params, grads, m, v, t, alpha=0.001, b1=0.9, b2=0.999, e=1e-8):
    for k, g in grads.items():
        g = g.astype(np.float32)
        m[k] = (np.float32(b1) * m[k] + np.float32(1 - b1) * g).astype(np.float32)
        v[k] = (np.float32(b2) * v[k] + np.float32(1 - b2) * g * g).astype(np.float32)
        m_hat, v_hat = m[k] / np.float32(1 - b1**t), v[k] / np.float32(1 - b2**t)
        params[k] -= np.float32(alpha) * m_hat / (np.sqrt(v_hat) + np.float32(e))


def adam_where_there_was_a_gradient(params, grads, m, v, t, alpha=0.001, b1=0.9, b2=0.999, e=1e-8):
    for name in sorted(grads):
        m[name] += (1 - b1) * (grads[name] - m[name])
        v[name] += (1 - b2) * (grads[name] ** 2 - v[name])
        root = np.sqrt(v[name] / (1 - b2**t))
        params[name] -= alpha * np.divide(m[name] / (1 - b1**t), root + e)


def adam_row_by_row(params, grads, m, v, t, alpha=0.001, b1=0.9, b2=0.999, e=1e-8):
    for name, p in params.items():
        for i in range(len(p)):
            g = grads[name][i]
            m[name][i] = b1 * m[name][i] + (1 - b1) * g
            v[name][i] = b2 * v[name][i] + (1 - b2) * g * g
            p[i] -= alpha * m[name][i] / (1 - b1**t) / (np.sqrt(v[name][i] / (1 - b2**t)) + e)


# train_mlp


def train_written_out(params, x, labels, learning_rate, epochs, batch_size, rng):
    """Nothing of the library: forward, backward and step in one function."""
    losses, last = [], len(params) // 2
    for _ in range(epochs):
        order, total = rng.permutation(len(x)), 0.0
        for start in range(0, len(x), batch_size):
            batch = order[start : start + batch_size]
            inputs = [x[batch]]
            for i in range(1, last):
                inputs.append(np.maximum(inputs[-1] @ params[f"w{i}"] + params[f"b{i}"], 0))
            scores = inputs[-1] @ params[f"w{last}"] + params[f"b{last}"]
            logs = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
            hot = np.eye(scores.shape[1])[labels[batch]]
            total -= (hot * logs).sum()
            dout = (np.exp(logs) - hot) / len(batch)
            for i in range(last, 0, -1):
                below = dout @ params[f"w{i}"].T * (inputs[i - 1] > 0)
                params[f"w{i}"] -= learning_rate * inputs[i - 1].T @ dout
                params[f"b{i}"] -= learning_rate * dout.sum(axis=0)
                dout = below
        losses.append(total / len(x))
    return losses


def gradients(params, x, labels):
    scores, cache = mlp_forward(x, params)
    loss, loss_cache = softmax_cross_entropy(scores, labels)
    return loss, mlp_backward(softmax_cross_entropy_backward(1.0, loss_cache), cache)


def train_into_an_array(params, x, labels, learning_rate, epochs, batch_size, rng):
    losses = np.zeros(epochs)
    for epoch in range(epochs):
        for xb, yb in iterate_minibatches(x, labels, batch_size, rng):
            loss, grads = gradients(params, xb, yb)
            sgd_step(params, grads, learning_rate)
            losses[epoch] += loss * len(yb) / len(labels)
    return losses


def train_with_weighted_average(params, x, labels, learning_rate, epochs, batch_size, rng):
    history = []
    for _ in range(epochs):
        losses, sizes = [], []
        for xb, yb in list(iterate_minibatches(x, labels, batch_size, rng)):
            loss, grads = gradients(params, xb, yb)
            for name in params:
                params[name] = params[name] - learning_rate * grads[name]
            losses.append(loss)
            sizes.append(len(xb))
        history.append(np.average(losses, weights=sizes))
    return tuple(history)


def train_in_one_loop(params, x, labels, learning_rate, epochs, batch_size, rng):
    per_epoch = -(-len(x) // batch_size)
    totals = [0.0] * epochs
    for step in range(epochs * per_epoch):
        if step % per_epoch == 0:
            batches = iterate_minibatches(x, labels, batch_size, rng)
        xb, yb = next(batches)
        loss, grads = gradients(params, xb, yb)
        sgd_step(params, grads, learning_rate)
        totals[step // per_epoch] += loss * len(yb)
    return [total / len(x) for total in totals]


def train_loss_before_step(params, x, labels, learning_rate, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        each = []
        for xb, yb in iterate_minibatches(x, labels, batch_size, rng):
            scores, _ = mlp_forward(xb, params)
            each += [
                softmax_cross_entropy(row[None], label[None])[0]
                for row, label in zip(scores, yb, strict=True)
            ]
            sgd_step(params, gradients(params, xb, yb)[1], learning_rate)
        losses.append(float(np.mean(each)))
    return losses


def train_with_a_running_mean(params, x, labels, learning_rate, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        mean, met = 0.0, 0
        for x_batch, labels_batch in iterate_minibatches(x, labels, batch_size, rng):
            loss, grads = gradients(params, x_batch, labels_batch)
            met += len(labels_batch)
            mean += (loss - mean) * len(labels_batch) / met
            for name in grads:
                params[name] -= learning_rate * grads[name]
        losses.append(mean)
    return losses


def train_sample_by_sample_tally(params, x, labels, learning_rate, epochs, batch_size, rng):
    table = np.zeros((epochs, len(x)))
    for row in table:
        start = 0
        for x_batch, labels_batch in iterate_minibatches(x, labels, batch_size, rng):
            loss, grads = gradients(params, x_batch, labels_batch)
            row[start : start + len(x_batch)] = loss
            start += len(x_batch)
            sgd_step(params, grads, learning_rate)
    return table.mean(axis=1).tolist()


RIGHT = {
    "sgd_step": (
        sgd_with_subtract,
        sgd_flat,
        sgd_with_names,
        sgd_adding_what_is_negative,
        sgd_with_new_arrays,
        sgd_with_out,
        sgd_entry_by_entry,
        sgd_in_float32,
    ),
    "iterate_minibatches": (
        minibatches_by_taking_turns,
        minibatches_counted,
        minibatches_as_a_list,
        minibatches_of_a_shuffled_copy,
        minibatches_by_argsort,
        minibatches_dealt_out,
        minibatches_by_split,
        minibatches_with_paired_rows,
        minibatches_with_the_same_state,
    ),
    "momentum_step": (
        momentum_from_the_last_name,
        momentum_with_out,
        momentum_in_place,
        momentum_new_arrays,
        momentum_velocity_as_a_step,
        momentum_velocity_with_rate,
        momentum_average_and_longer_steps,
        momentum_velocities_first,
        momentum_entry_by_entry,
    ),
    "adam_step": (
        adam_where_there_was_a_gradient,
        adam_row_by_row,
        adam_as_in_the_paper,
        adam_with_one_factor,
        adam_epsilon_under_the_root,
        adam_in_place,
        adam_with_sums,
        adam_in_float32,
    ),
    "train_mlp": (
        train_with_a_running_mean,
        train_sample_by_sample_tally,
        train_written_out,
        train_into_an_array,
        train_with_weighted_average,
        train_in_one_loop,
        train_loss_before_step,
    ),
}

"""Right answers to the exercises of lesson 08, each written differently."""

from collections import Counter
from itertools import pairwise

import numpy as np

from backprop_lib import Adam, Network, select_by_validation, train

# vary_picture


def vary_with_loops(picture, negative, mirrored, down, right, brightness):
    height, width = picture.shape
    out = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            row = min(max(i - down, 0), height - 1)
            column = min(max(j - right, 0), width - 1)
            if mirrored:
                column = width - 1 - column
            grey = picture[row, column]
            if negative:
                grey = 1 - grey
            out[i, j] = brightness * grey
    return out


def vary_with_padding(picture, negative, mirrored, down, right, brightness):
    height, width = picture.shape
    if negative:
        picture = 1.0 - picture
    if mirrored:
        picture = np.fliplr(picture)
    far = max(abs(down), abs(right))
    wide = np.pad(picture, far, mode="edge")
    return wide[far - down : far - down + height, far - right : far - right + width] * brightness


def vary_by_rolling(picture, negative, mirrored, down, right, brightness):
    out = np.abs(negative - picture)
    out = np.flip(out, axis=1) if mirrored else out
    out = np.roll(out, (down, right), (0, 1))
    if down > 0:
        out[:down] = out[down]
    elif down < 0:
        out[down:] = out[down - 1]
    if right > 0:
        out[:, :right] = out[:, [right]]
    elif right < 0:
        out[:, right:] = out[:, [right - 1]]
    return out * brightness


def vary_with_ix(picture, negative, mirrored, down, right, brightness):
    h, w = picture.shape
    rows = np.minimum(np.maximum(np.arange(-down, h - down), 0), h - 1)
    columns = np.minimum(np.maximum(np.arange(-right, w - right), 0), w - 1)
    if mirrored:
        columns = w - 1 - columns
    out = picture[np.ix_(rows, columns)]
    return (brightness - brightness * out) if negative else brightness * out


def vary_step_by_step(picture, negative, mirrored, down, right, brightness):
    out = picture.copy()
    if negative:
        out *= -1
        out += 1
    if mirrored:
        out = out[:, ::-1].copy()
    for _ in range(abs(down)):
        out = np.vstack([out[:1], out[:-1]]) if down > 0 else np.vstack([out[1:], out[-1:]])
    for _ in range(abs(right)):
        left, rest = (out[:, :1], out[:, :-1]) if right > 0 else (out[:, 1:], out[:, -1:])
        out = np.hstack([left, rest])
    out *= brightness
    return out


def vary_in_float32(picture, negative, mirrored, down, right, brightness):
    small = picture.astype(np.float32)
    return vary_with_ix(small, negative, mirrored, down, right, np.float32(brightness))


# confusion_matrix


def confusion_with_a_loop(labels, predictions, classes):
    counts = np.zeros((classes, classes))
    for label, prediction in zip(labels, predictions, strict=True):
        counts[label, prediction] += 1
    return counts


def confusion_by_comparing(labels, predictions, classes):
    return [
        [int(((labels == k) & (predictions == j)).sum()) for j in range(classes)]
        for k in range(classes)
    ]


def confusion_by_bincount(labels, predictions, classes):
    return np.bincount(classes * labels + predictions, minlength=classes**2).reshape(classes, -1)


def confusion_by_one_hot(labels, predictions, classes):
    one_hot = np.eye(classes)
    return one_hot[labels].T @ one_hot[predictions]


def confusion_by_counter(labels, predictions, classes):
    found = Counter(zip(labels.tolist(), predictions.tolist(), strict=True))
    return np.array([[found[k, j] for j in range(classes)] for k in range(classes)])


def confusion_by_histogram(labels, predictions, classes):
    return np.histogram2d(labels, predictions, bins=np.arange(classes + 1) - 0.5)[0]


# select_by_validation


def select_with_a_loop(validation_accuracy, parameters):
    best = 0
    for i in range(1, len(parameters)):
        if validation_accuracy[i] > validation_accuracy[best] or (
            validation_accuracy[i] == validation_accuracy[best] and parameters[i] < parameters[best]
        ):
            best = i
    return best


def select_among_the_best(validation_accuracy, parameters):
    top = max(validation_accuracy)
    among = [i for i, a in enumerate(validation_accuracy) if a == top]
    return min(among, key=lambda i: parameters[i])


def select_by_lexsort(validation_accuracy, parameters):
    return np.lexsort((parameters, -np.array(validation_accuracy)))[0]


def select_by_sorting(validation_accuracy, parameters):
    pairs = zip(validation_accuracy, parameters, strict=True)
    table = [(-a, p, i) for i, (a, p) in enumerate(pairs)]
    return sorted(table)[0][2]


def select_with_infinity(validation_accuracy, parameters):
    accuracy, sizes = np.array(validation_accuracy), np.array(parameters, dtype=float)
    sizes[accuracy < accuracy.max()] = np.inf
    return int(sizes.argmin())


# train_and_select


def one_network(sizes, training, validation, learning_rate, epochs, batch_size, patience, seed):
    rng = np.random.default_rng(seed)
    network = Network(sizes, rng, dtype=training[0].dtype)
    options = {"epochs": epochs, "batch_size": batch_size, "rng": rng, "patience": patience}
    train(network, *training, optimizer=Adam(learning_rate), validation=validation, **options)
    return network


def train_all_then_choose(candidates, training, validation, *settings):
    networks = [one_network(sizes, training, validation, *settings) for sizes in candidates]
    accuracies = [n.evaluate(validation[0], validation[1]).accuracy for n in networks]
    chosen = select_by_validation(accuracies, [n.parameters.size for n in networks])
    return chosen, accuracies, networks[chosen].parameters


def train_keeping_the_best(candidates, training, validation, *settings):
    best, accuracies, kept = None, [], None
    for i, sizes in enumerate(candidates):
        network = one_network(sizes, training, validation, *settings)
        right = network.predict(validation[0]) == validation[1]
        accuracies.append(np.mean(right))
        rank = (-int(right.sum()), network.parameters.size, i)
        if best is None or rank < best:
            best, kept = rank, network.parameters.copy()
    return [best[2], accuracies, kept]


def train_by_the_history(
    candidates, training, validation, learning_rate, epochs, batch_size, patience, seed
):
    found = []
    for sizes in candidates:
        rng = np.random.default_rng(seed)
        network = Network(sizes, rng)
        history = train(
            network,
            training[0],
            training[1],
            optimizer=Adam(learning_rate),
            epochs=epochs,
            batch_size=batch_size,
            rng=rng,
            validation=validation,
            patience=patience,
        )
        # the accuracy of the epoch whose parameters train went back to
        found.append((history.validation_accuracy[history.best_epoch - 1], network))
    accuracies = [accuracy for accuracy, _ in found]
    sizes_of = [network.parameters.size for _, network in found]
    chosen = select_by_validation(accuracies, sizes_of)
    return chosen, np.array(accuracies), found[chosen][1].parameters


def train_from_the_last_to_the_first(candidates, training, validation, *settings):
    trained = {}
    for i in reversed(range(len(candidates))):
        trained[i] = one_network(candidates[i], training, validation, *settings)
    places = range(len(candidates))
    accuracies = [trained[i].evaluate(*validation).accuracy for i in places]
    chosen = max(places, key=lambda i: (accuracies[i], -trained[i].parameters.size))
    return chosen, accuracies, trained[chosen].parameters


def train_the_chosen_again(candidates, training, validation, *settings):
    def accuracy(sizes):
        return one_network(sizes, training, validation, *settings).evaluate(*validation).accuracy

    accuracies = [accuracy(sizes) for sizes in candidates]
    sizes_of = [sum((a + 1) * b for a, b in pairwise(s)) for s in candidates]
    chosen = select_by_validation(accuracies, sizes_of)
    again = one_network(candidates[chosen], training, validation, *settings)
    return chosen, tuple(accuracies), again.parameters


RIGHT = {
    "vary_picture": (
        vary_with_loops,
        vary_with_padding,
        vary_by_rolling,
        vary_with_ix,
        vary_step_by_step,
        vary_in_float32,
    ),
    "confusion_matrix": (
        confusion_with_a_loop,
        confusion_by_comparing,
        confusion_by_bincount,
        confusion_by_one_hot,
        confusion_by_counter,
        confusion_by_histogram,
    ),
    "select_by_validation": (
        select_with_a_loop,
        select_among_the_best,
        select_by_lexsort,
        select_by_sorting,
        select_with_infinity,
    ),
    "train_and_select": (
        train_all_then_choose,
        train_keeping_the_best,
        train_by_the_history,
        train_from_the_last_to_the_first,
        train_the_chosen_again,
    ),
}

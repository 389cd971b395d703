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


def vary_pixel_by_pixel(picture, negative, mirrored, down, right, brightness):
    height, width = picture.shape
    new = np.empty((height, width))
    for i, j in np.ndindex(height, width):
        a = min(max(i - down, 0), height - 1)
        b = min(max(j - right, 0), width - 1)
        grey = picture[a, width - 1 - b if mirrored else b]
        new[i, j] = brightness * (1 - grey if negative else grey)
    return new


def vary_with_take(picture, negative, mirrored, down, right, brightness):
    height, width = picture.shape
    out = np.abs(float(negative) - picture)
    out = np.flip(out, axis=1) if mirrored else out
    out = out.take(np.arange(height) - down, axis=0, mode="clip")
    return out.take(np.arange(width) - right, axis=1, mode="clip") * brightness


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


def confusion_row_by_row(labels, predictions, classes):
    return np.array(
        [np.bincount(predictions[labels == k], minlength=classes) for k in range(classes)]
    )


def confusion_of_sorted_pairs(labels, predictions, classes):
    counts = np.zeros((classes, classes), dtype=int)
    pairs, often = np.unique(np.stack([labels, predictions]), axis=1, return_counts=True)
    counts[pairs[0], pairs[1]] = often
    return counts


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


def select_in_one_pass(validation_accuracy, parameters):
    place = 0
    for i in range(1, len(parameters)):
        mine = -validation_accuracy[i], parameters[i]
        if mine < (-validation_accuracy[place], parameters[place]):
            place = i
    return place


def select_by_masked_sizes(validation_accuracy, parameters):
    accuracy = np.asarray(validation_accuracy, dtype=float)
    sizes = np.where(accuracy == accuracy.max(), np.asarray(parameters, dtype=float), np.inf)
    return sizes.argmin()


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


def train_in_a_dictionary(candidates, training, validation, *settings):
    networks = {
        i: one_network(sizes, training, validation, *settings) for i, sizes in enumerate(candidates)
    }
    accuracies = [networks[i].evaluate(*validation).accuracy for i in sorted(networks)]
    place = select_by_validation(accuracies, [n.parameters.size for n in networks.values()])
    return place, accuracies, networks[place].parameters


def train_and_count_the_right(candidates, training, validation, *settings):
    x, labels = validation
    networks = [one_network(sizes, training, validation, *settings) for sizes in candidates]
    accuracies = [np.count_nonzero(n.predict(x) == labels) / len(labels) for n in networks]
    sizes = [sum((a + 1) * b for a, b in pairwise(s)) for s in candidates]
    place = select_by_validation(accuracies, sizes)
    return [place, accuracies, networks[place].parameters.copy()]


RIGHT = {
    "vary_picture": (
        vary_pixel_by_pixel,
        vary_with_take,
        vary_with_loops,
        vary_with_padding,
        vary_by_rolling,
        vary_with_ix,
        vary_step_by_step,
        vary_in_float32,
    ),
    "confusion_matrix": (
        confusion_row_by_row,
        confusion_of_sorted_pairs,
        confusion_with_a_loop,
        confusion_by_comparing,
        confusion_by_bincount,
        confusion_by_one_hot,
        confusion_by_counter,
        confusion_by_histogram,
    ),
    "select_by_validation": (
        select_in_one_pass,
        select_by_masked_sizes,
        select_with_a_loop,
        select_among_the_best,
        select_by_lexsort,
        select_by_sorting,
        select_with_infinity,
    ),
    "train_and_select": (
        train_in_a_dictionary,
        train_and_count_the_right,
        train_all_then_choose,
        train_keeping_the_best,
        train_by_the_history,
        train_from_the_last_to_the_first,
        train_the_chosen_again,
    ),
}

"""Data for the lessons: load, split, vary, standardize, and cut into mini-batches.

Everything comes from installed packages or a seeded generator; nothing is downloaded.
"""

from collections.abc import Iterator, Sequence

import numpy as np

__all__ = [
    "fit_standardizer",
    "iterate_minibatches",
    "load_digits",
    "load_faces",
    "split_train_validation_test",
    "standardize",
    "two_moons",
    "vary_picture",
    "vary_pictures",
]


def load_digits(
    rng: np.random.Generator, test_share: float = 0.2
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """1,797 handwritten digits of 8 x 8 pixels, shuffled and split.

    rng: decides the shuffle; test_share: the part held back for testing, between 0 and 1.
    Returns x_train (N, 64), y_train (N,), x_test (M, 64), y_test (M,): grey values from 0 to 1
    and labels from 0 to 9. The data lie in scikit-learn; nothing is downloaded.
    """
    from sklearn import datasets  # here, since it takes a second to import

    digits = datasets.load_digits()
    order = rng.permutation(len(digits.target))
    x = digits.data[order] / 16.0
    y = digits.target[order]
    n_test = round(test_share * len(y))
    return x[n_test:], y[n_test:], x[:n_test], y[:n_test]


def two_moons(
    n: int, rng: np.random.Generator, spread: float = 0.2, wrong_labels: float = 0.1
) -> tuple[np.ndarray, np.ndarray]:
    """Points of two classes on two crescents that reach into each other.

    n: how many; rng: draws them; spread: standard deviation of their distance from the crescent;
    wrong_labels: the share whose label is the other class's, as happens in life.
    Returns x (n, 2) and labels (n,) of 0 and 1.
    """
    labels = rng.integers(0, 2, n)
    angle = rng.uniform(0.0, np.pi, n)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    x = np.where(labels[:, None] == 0, upper, lower) + rng.normal(0.0, spread, (n, 2))
    wrong = rng.random(n) < wrong_labels
    return x, np.where(wrong, 1 - labels, labels)


def load_faces() -> tuple[np.ndarray, np.ndarray]:
    """200 photographs of 25 x 25 pixels, 100 faces and then 100 cut-outs of the background.

    Returns pictures (200, 25, 25), grey values from 0 (black) to 1 (white), and labels (200,): 1
    for a face, 0 for any other picture. They come from Labeled Faces in the Wild (Huang et al.)
    and lie in scikit-image; nothing is downloaded.
    """
    from skimage import data  # here, since only one lesson needs it

    pictures = np.asarray(data.lfw_subset(), dtype=np.float64)
    return pictures, np.repeat([1, 0], [100, 100])


def split_train_validation_test(
    x: np.ndarray, y: np.ndarray, shares: Sequence[float], rng: np.random.Generator
) -> tuple[
    tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]
]:
    """Split the samples at random: to learn from, to choose by, and to judge with at the end.

    x: (N, ...); y: (N,) or (N, K); shares: of training, validation and test, such as
    (0.6, 0.2, 0.2), which add up to 1. Returns (x, y) of each; no sample is in two of them.
    """
    require_same_length(x, y)
    if len(shares) != 3 or min(shares) < 0 or abs(sum(shares) - 1) > 1e-9:
        raise ValueError(
            f"shares must be three numbers from 0 to 1 that add up to 1, such as (0.6, 0.2, 0.2), "
            f"but they are {tuple(shares)}."
        )
    order = rng.permutation(len(y))
    first = round(shares[0] * len(y))
    second = round((shares[0] + shares[1]) * len(y))
    train, validation, test = order[:first], order[first:second], order[second:]
    return (x[train], y[train]), (x[validation], y[validation]), (x[test], y[test])


def vary_picture(
    picture: np.ndarray, negative: bool, mirrored: bool, down: int, right: int, brightness: float
) -> np.ndarray:
    """Another picture of the same thing: negative, mirrored, shifted and dimmed, in this order.

    picture: (H, W) grey values from 0 to 1; negative: black and white exchanged; mirrored: left
    and right exchanged; down, right: by how many pixels it moves, less than 0 for up and left,
    where the pixels at the edge are repeated into the gap; brightness: all light times this.
    Returns (H, W), a new array.
    """
    height, width = picture.shape
    varied = 1 - picture if negative else picture
    if mirrored:
        varied = varied[:, ::-1]
    # new[i,j] = old[i - down, j - right], or the nearest pixel where that lies outside
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    return brightness * varied[rows][:, columns]


def vary_pictures(
    pictures: np.ndarray, labels: np.ndarray, copies: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Several variants of each picture, each with the label of the picture that it was made from.

    pictures: (N, H, W) grey values from 0 to 1; labels: (N,); copies: variants of each picture;
    rng: decides how each is varied. A variant is negative and mirrored with a probability of one
    half each, moves by up to 2 pixels, and keeps 60 to 100 percent of its light.
    Returns (N * copies, H, W) and (N * copies,); the variants of a picture follow each other.
    """
    require_same_length(pictures, labels)
    if copies < 1:
        raise ValueError(f"copies must be at least 1, but it is {copies}.")
    varied = [
        vary_picture(
            picture,
            negative=rng.random() < 0.5,
            mirrored=rng.random() < 0.5,
            down=int(rng.integers(-2, 3)),
            right=int(rng.integers(-2, 3)),
            brightness=rng.uniform(0.6, 1.0),
        )
        for picture in pictures
        for _ in range(copies)
    ]
    # repeat writes each label `copies` times before the next; tile would go round in turn
    return np.array(varied), np.repeat(labels, copies)


def fit_standardizer(x_train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Measure mean and standard deviation of every feature, on the training data alone.

    x_train: (N, D). Returns mean (D,) and std (D,). A feature that never changes has no spread
    to divide by; its std is given as 1.
    """
    constant = x_train.max(axis=0) == x_train.min(axis=0)
    return x_train.mean(axis=0), np.where(constant, 1, x_train.std(axis=0))


def standardize(x: np.ndarray, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
    """Bring every feature to mean 0 and standard deviation 1, as measured on the training data.

    x: (N, D); mean, std: (D,) as from `fit_standardizer`. Returns (N, D).
    """
    # (x - mean) / std
    return (x - mean) / std


def iterate_minibatches(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Go once through all samples in random order, a batch at a time.

    x: (N, ...); y: (N,). Yields (x_batch, y_batch) pairs; the last may be smaller.
    """
    require_same_length(x, y)
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, but it is {batch_size}.")
    order = rng.permutation(len(y))
    for start in range(0, len(y), batch_size):
        batch = order[start : start + batch_size]
        yield x[batch], y[batch]


def require_same_length(x: np.ndarray, y: np.ndarray) -> None:
    """Raise a ValueError unless x and y have as many samples."""
    if len(x) != len(y):
        raise ValueError(
            f"x and y must have as many samples, but x has {len(x)} (shape {x.shape}) and y has "
            f"{len(y)} (shape {y.shape}). Rows are samples."
        )

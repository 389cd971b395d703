"""Faces and their variants: labels are kept, nothing crosses the split, selection is as it says."""

import subprocess
import sys

import numpy as np
import pytest

import backprop_lib as bl


def test_faces_are_200_photographs_half_of_them_faces():
    pictures, labels = bl.load_faces()
    assert pictures.shape == (200, 25, 25) and pictures.dtype == np.float64
    assert pictures.min() >= 0 and pictures.max() <= 1
    assert labels.tolist() == [1] * 100 + [0] * 100


def test_scikit_image_is_loaded_only_when_used():
    code = "import sys, backprop_lib; sys.exit('skimage' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_shift_repeats_the_edge():
    picture = np.arange(6.0).reshape(2, 3) / 10
    moved = bl.vary_picture(picture, False, False, 1, -2, 1.0)
    assert moved.tolist() == [[0.2, 0.2, 0.2], [0.2, 0.2, 0.2]]
    assert bl.vary_picture(picture, True, False, 0, 0, 0.5).tolist() == [
        pytest.approx(row) for row in ((1 - picture) / 2).tolist()
    ]


def test_variants_keep_the_label_of_their_picture_and_follow_each_other():
    # pictures without structure: whatever is done, a variant tells which one it was made from
    levels = np.array([0.1, 0.2, 0.3])
    pictures = np.broadcast_to(levels[:, None, None], (3, 6, 5))
    varied, labels = bl.vary_pictures(pictures, np.array([7, 8, 9]), 50, np.random.default_rng(0))
    assert varied.shape == (150, 6, 5)
    assert labels.tolist() == [7] * 50 + [8] * 50 + [9] * 50
    for level, group in zip(levels, varied.reshape(3, 50, 6, 5), strict=True):
        values = group[:, 0, 0]
        dark, light = values[values < 0.41], values[values >= 0.41]
        assert (dark >= 0.6 * level - 1e-9).all() and (dark <= level + 1e-9).all()
        assert (light >= 0.6 * (1 - level) - 1e-9).all() and (light <= 1 - level + 1e-9).all()
        assert 10 < len(light) < 40  # negatives


def test_variants_are_mirrored_and_shifted_every_way():
    picture = np.zeros((7, 7))
    picture[3, 4] = 1.0
    varied, _ = bl.vary_pictures(picture[None], np.array([1]), 400, np.random.default_rng(0))
    bright = [v for v in varied if v.mean() < 0.1]  # not negative: one light pixel
    places = {tuple(int(k) for k in np.argwhere(v > 0.5)[0]) for v in bright}
    assert places == {(i, j) for i in range(1, 6) for j in range(7)}


def test_the_same_seed_gives_the_same_variants():
    pictures, labels = bl.load_faces()
    first, second = (
        bl.vary_pictures(pictures[:3], labels[:3], 2, np.random.default_rng(5))[0] for _ in range(2)
    )
    assert np.array_equal(first, second)


def test_arguments_that_make_no_sense_are_refused():
    pictures, labels = bl.load_faces()
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="copies must be at least 1"):
        bl.vary_pictures(pictures, labels, 0, rng)
    with pytest.raises(ValueError, match="as many samples"):
        bl.vary_pictures(pictures, labels[:-1], 1, rng)


def test_a_confusion_matrix_counts_every_sample():
    counts = bl.confusion_matrix(np.array([0, 0, 2, 2, 2]), np.array([0, 1, 2, 2, 0]), 4)
    assert counts.tolist() == [[1, 1, 0, 0], [0, 0, 0, 0], [1, 0, 2, 0], [0, 0, 0, 0]]


def test_selection_is_the_same_for_any_order_of_the_candidates():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60, 5)), rng.integers(0, 2, 60)
    parts = (x[:40], y[:40]), (x[40:], y[40:])
    candidates = [[5, 2], [5, 8, 2], [5, 4, 3, 2]]
    chosen, accuracies, parameters = bl.train_and_select(candidates, *parts, 0.05, 6, 8, 2, 3)
    turned = bl.train_and_select(candidates[::-1], *parts, 0.05, 6, 8, 2, 3)
    assert candidates[::-1][turned[0]] == candidates[chosen]
    assert turned[1] == accuracies[::-1] and np.array_equal(turned[2], parameters)
    network = bl.Network.from_parameters(candidates[chosen], parameters)
    assert network.evaluate(*parts[1]).accuracy == pytest.approx(max(accuracies))


def line_through(x, y):
    """The best that logistic regression finds, in plain NumPy: least squares on -1 and 1."""
    ones = np.column_stack([x, np.ones(len(x))])
    return np.linalg.lstsq(ones, 2.0 * y - 1, rcond=None)[0]


def test_photographs_with_their_negatives_defeat_every_line():
    pictures, labels = bl.load_faces()
    x = pictures.reshape(200, -1)
    both, y = np.concatenate([x, 1 - x]), np.concatenate([labels, labels])
    w = line_through(both, y)
    score = np.column_stack([both, np.ones(400)]) @ w
    total = score[:200] + score[200:]  # a picture and its negative: the same sum for all
    assert np.ptp(total) < 1e-6
    assert ((score > 0) == y).mean() <= 0.75

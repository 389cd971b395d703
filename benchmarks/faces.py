"""Lesson 08 over several splits: the network there beside scikit-learn's, and beside a line.

Two tasks on the 200 photographs of `load_faces`. "as they are": the photographs. "varied": each
may be the photograph or its negative, shifted, mirrored and dimmed, 20 variants of each photograph
to learn from and 10 of each to choose by and to judge with; variants of one photograph are never
in two parts. All methods get the same samples, and every one is judged once on the test part.

    python benchmarks/faces.py              prints the table, for 5 seeds
    python benchmarks/faces.py --seeds 20   more of them

A seed decides the split, the variants, the starting weights and the order of the samples. Everyone
runs in one thread.
"""

import argparse
import time
import warnings
from collections.abc import Callable

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from backprop_lib import (
    Adam,
    Network,
    fit_standardizer,
    load_faces,
    split_train_validation_test,
    standardize,
    train,
    train_and_select,
    vary_pictures,
)

SHARES = (0.6, 0.2, 0.2)
COPIES = (20, 10, 10)
CANDIDATES = [[625, 2], [625, 16, 2], [625, 64, 2], [625, 128, 64, 2], [625, 128, 64, 32, 2]]
LEARNING_RATE, EPOCHS, BATCH, PATIENCE = 1e-3, 30, 64, 6

Samples = tuple[np.ndarray, np.ndarray]
Method = Callable[[Samples, Samples, int], Callable[[np.ndarray], np.ndarray]]


def make_parts(varied: bool, seed: int) -> list[Samples]:
    """Training, validation and test samples (x (N, 625) in float32, labels (N,))."""
    rng = np.random.default_rng(seed)
    parts = split_train_validation_test(*load_faces(), SHARES, rng)
    if varied:
        parts = [vary_pictures(*part, n, rng) for part, n in zip(parts, COPIES, strict=True)]
    rows = [pictures.reshape(len(pictures), -1) for pictures, _ in parts]
    ruler = fit_standardizer(rows[0])
    return [
        (standardize(x, *ruler).astype(np.float32), labels)
        for x, (_, labels) in zip(rows, parts, strict=True)
    ]


def network(sizes: list[int]) -> Method:
    """The library's network of these sizes, with early stopping."""

    def learn(training: Samples, validation: Samples, seed: int) -> Callable:
        rng = np.random.default_rng(seed)
        made = Network(sizes, rng, dtype=np.float32)
        train(
            made,
            *training,
            optimizer=Adam(LEARNING_RATE),
            epochs=EPOCHS,
            batch_size=BATCH,
            rng=rng,
            validation=validation,
            patience=PATIENCE,
        )
        return made.predict

    return learn


def selected(training: Samples, validation: Samples, seed: int) -> Callable:
    """What `train_and_select` chooses, as in the lesson."""
    chosen, _, parameters = train_and_select(
        CANDIDATES, training, validation, LEARNING_RATE, EPOCHS, BATCH, PATIENCE, seed
    )
    return Network.from_parameters(CANDIDATES[chosen], parameters).predict


def logistic_regression(c: float) -> Method:
    """scikit-learn's logistic regression, until it converges or for 300 steps.

    c: the smaller, the stronger the penalty on its weights; 1 by default.
    """
    return lambda training, validation, seed: (
        LogisticRegression(C=c, max_iter=300).fit(*training).predict
    )


def their_network(hidden: tuple[int, ...]) -> Method:
    """scikit-learn's MLPClassifier with the same layers, steps and batches, all epochs."""

    def learn(training: Samples, validation: Samples, seed: int) -> Callable:
        made = MLPClassifier(
            hidden,
            learning_rate_init=LEARNING_RATE,
            max_iter=EPOCHS,
            batch_size=min(BATCH, len(training[1])),
            random_state=seed,
        )
        return made.fit(*training).predict

    return learn


METHODS: dict[str, Method] = {
    "logistic regression, scikit-learn": logistic_regression(1.0),
    "logistic regression with C = 0.01": logistic_regression(0.01),
    "no hidden layer": network([625, 2]),
    "hidden layer of 64": network([625, 64, 2]),
    "hidden layer of 64, MLPClassifier": their_network((64,)),
    "hidden layers of 128 and 64": network([625, 128, 64, 2]),
    "hidden layers of 128 and 64, MLPClassifier": their_network((128, 64)),
    "the best of five by validation": selected,
}


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seeds", type=int, default=5)
    seeds = range(parser.parse_args().seeds)
    print(f"NumPy {np.__version__}, scikit-learn {sklearn.__version__}, {len(seeds)} seeds")
    for varied in (False, True):
        print(f"\n| {'varied' if varied else 'as they are'} | test accuracy | spread | seeds | s |")
        print("|---|---:|---:|---|---:|")
        parts = [make_parts(varied, seed) for seed in seeds]
        for name, learn in METHODS.items():
            scores, seconds = [], 0.0
            for seed, (training, validation, test) in zip(seeds, parts, strict=True):
                start = time.perf_counter()
                predict = learn(training, validation, seed)
                seconds += time.perf_counter() - start
                scores.append(float((predict(test[0]) == test[1]).mean()))
            each = ", ".join(f"{score:.3f}" for score in scores)
            print(
                f"| {name} | {np.mean(scores):.3f} | ± {np.std(scores, ddof=1):.3f} | {each} "
                f"| {seconds / len(seeds):.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # said in the docstrings
        main()

"""Automatic near misses: every small change to every reference is refused, or shown to be none."""

import pytest
from mutants import mutants

from checks.exercises import EXERCISES, find_exercise
from checks.judge import judge

EQUIVALENT = {
    "squared_errors": {"return (targets - predictions[:, 0]) ** 2": "a square has no sign"},
    "mean_squared_error": {"loss = ((targets - predictions) ** 2).mean()": "a square has no sign"},
    "sigmoid": {"y = np.where(x > 0, 1, u) / (1 + u)": "at 0 both branches give 1/2"},
    "relu_backward": {"dx = dy * (x >= 0)": "at 0 any slope between 0 and 1 is right"},
    "local_gradients": {
        "return (1.0 if a >= 0 else 0.0,)": "at 0 any slope between 0 and 1 is right"
    },
    "graph_backward": {
        "for parent, local_gradient in zip(parents, local, strict=False):": (
            "there is a local gradient for each parent"
        )
    },
    "gradient_check": {
        "return bool((np.abs(numeric - claimed) <= 1e-05 * scale).all())": "a size has no sign"
    },
    "adam_step": {
        "p -= learning_rate * m_hat / (np.sqrt(v_hat) - epsilon)": "epsilon is one in 100 million"
    },
    "dropout": {
        "mask = (rng.random(x.shape) <= keep_probability).astype(x.dtype) / keep_probability": (
            "two random numbers are never equal"
        )
    },
    "should_stop": {
        "return epochs >= 0 and epochs - best_epoch(validation_loss) >= patience": (
            "before the first epoch there is nothing to stop"
        ),
        "return epochs > 1 and epochs - best_epoch(validation_loss) >= patience": (
            "after one epoch the best is the last"
        ),
    },
}
"""Mutants that are right all the same, each with the reason."""


@pytest.mark.parametrize("name", [exercise.name for exercise in EXERCISES])
def test_every_mutant_is_refused_or_right_for_a_reason(name):
    tried = 0
    for line, mutant in mutants(find_exercise(name).reference):
        tried += 1
        result = judge(name, mutant)
        if result.verdict == "correct":
            assert line in EQUIVALENT.get(name, {}), line
        else:
            assert result.verdict == "wrong", (line, result)
            assert line not in EQUIVALENT.get(name, {}), f"{line}: it is refused after all"
    assert tried

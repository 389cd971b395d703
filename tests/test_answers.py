"""Right answers pass, however they are written."""

from importlib import import_module
from pkgutil import iter_modules

import pytest
import right_answers

from checks.exercises import EXERCISES, find_exercise
from checks.judge import judge

MODULES = [import_module(f"right_answers.{m.name}") for m in iter_modules(right_answers.__path__)]
RIGHT = {name: functions for module in MODULES for name, functions in module.RIGHT.items()}

MANY, FEWER = 200, 40
"""On how many seeds the library's version and five others are judged, and all the rest."""


# One test an exercise, so that all attempts meet the same cases and the truth is found once.


@pytest.mark.parametrize("name", [exercise.name for exercise in EXERCISES])
def test_right_answers_pass_however_they_are_written(name):
    exercise = find_exercise(name)
    assert len(set(RIGHT[name])) >= 5
    for i, attempt in enumerate((exercise.reference, *RIGHT[name])):
        for seed in range(MANY if i < 6 else FEWER):
            result = judge(name, attempt, seed)
            assert result.verdict == "correct", (attempt.__name__, seed, result.message)
            assert result.points == exercise.points

"""Each known mistake is refused under its own name."""

import pytest

from checks.exercises import EXERCISES, find_exercise
from checks.judge import judge

MANY, FEWER = 20, 4
"""On how many seeds a mistake is judged, and other ways to make it."""


@pytest.mark.parametrize("name", [exercise.name for exercise in EXERCISES])
def test_each_known_mistake_fails_under_its_own_name(name):
    for mistake in find_exercise(name).mistakes:
        for i, wrong in enumerate(mistake.ways):
            for seed in range(FEWER if i else MANY):
                result = judge(name, wrong, seed)
                assert (result.verdict, result.points) == ("wrong", 0), (mistake.id, seed)
                assert result.mistake == mistake.id, (seed, result.message)
                assert result.question and mistake.symptom in result.message


def test_there_are_many_known_mistakes_with_names_of_their_own():
    ids = [(e.name, m.id) for e in EXERCISES for m in e.mistakes]
    assert len(ids) == len(set(ids)) >= 1000

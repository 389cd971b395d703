"""Progress is kept, told, and not lost in a crash."""

import os
import subprocess
import sys
import time

import pytest

from checks import check, progress
from checks.exercises import EXERCISES, find_exercise
from checks.solved import progress_file, record


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "progress.jsonl"
    monkeypatch.setenv("BACKPROP_PROGRESS", str(path))
    return path


def test_it_moves_when_an_exercise_is_solved(file, capsys):
    assert progress().next is EXERCISES[0] and "0 of" in repr(progress())

    def relu_backward(dy, cache):
        return dy

    check(relu_backward)
    assert progress().states == {"relu_backward": "tried"}

    def relu_backward(dy, cache):
        return dy * (cache > 0)

    check(relu_backward)
    assert "Solved in this lesson: 1 of" in capsys.readouterr().out
    assert progress().states == {"relu_backward": "solved"}
    assert "relu_backward: solved" in progress()._repr_html_()

    def relu_backward(dy, cache):
        return dy

    check(relu_backward)  # what was solved once stays solved
    assert progress().states == {"relu_backward": "solved"}
    assert len(file.read_text().split()) == 8  # two lines of four words


def test_a_stub_leaves_no_trace(file):
    def relu_backward(dy, cache):
        raise NotImplementedError

    check(relu_backward)
    assert not file.exists()


def test_next_is_the_first_that_is_not_solved_and_the_end_is_told(file):
    for exercise in EXERCISES[:-1]:
        record(exercise, "correct")
    assert progress().next is EXERCISES[-1]
    record(EXERCISES[-1], "correct")
    assert progress().next is None
    assert "the whole course" in repr(progress())


def test_whoever_began_in_the_middle_goes_on_from_there(file):
    record(find_exercise("relu"), "correct")
    record(find_exercise("linear_backward"), "wrong")
    assert progress().next.name == "linear_backward"
    record(find_exercise("linear_backward"), "correct")
    assert progress().next.name == "relu_backward"
    for exercise in EXERCISES:
        if exercise.lesson >= "05":
            record(exercise, "correct")
    assert progress().next is EXERCISES[0]


def test_torn_and_foreign_lines_are_passed_over(file):
    record(find_exercise("relu"), "correct")
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"exercise": "lin')  # a crash in mid-write
    record(find_exercise("softmax"), "correct")
    file.write_bytes(file.read_bytes() + b'[1]\n\xff\xfe\n{"exercise": 3, "state": "solved"}\n')
    assert progress().states == {"relu": "solved", "softmax": "solved"}


def test_a_file_that_cannot_be_written_is_no_error(file, capsys):
    file.mkdir()

    def relu_backward(dy, cache):
        return dy * (cache > 0)

    assert check(relu_backward) is relu_backward
    assert "could not be kept" in capsys.readouterr().out


WRITER = """
from checks.exercises import EXERCISES
from checks.solved import record
print("ready", flush=True)
for exercise in EXERCISES:
    record(exercise, "correct")
"""


def test_nothing_that_was_kept_is_lost_when_the_process_is_killed(file):
    kept: set[str] = set()
    for i in range(12):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER], stdout=subprocess.PIPE, env=os.environ
        ) as process:
            process.stdout.readline()
            time.sleep(0.0004 * i)
            process.kill()
        now = set(progress().states)
        assert kept <= now
        kept = now
    assert progress_file().exists() and kept

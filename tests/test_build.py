"""From a lesson source to the two notebooks."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checks.build import BuildError, build
from checks.exercises import lesson_exercises

COURSE = Path(__file__).resolve().parent.parent
LESSON = "05_backward_pass"

HEADER = """# ---
# jupyter:
#   jupytext:
#     text_representation:
#       format_name: percent
# ---

# %% [markdown]
# # A small lesson

# %% tags=["setup"]
import numpy as np
from backprop_lib.layers import linear
from checks import check

"""

EXERCISE = """# %% exercise="{name}"
def {name}(dout, cache):
    raise NotImplementedError

# %% check="{name}"
{name} = check({name})

"""


@pytest.fixture
def notebooks(tmp_path):
    (tmp_path / "src").mkdir()
    cells = [EXERCISE.format(name=exercise.name) for exercise in lesson_exercises(LESSON)]
    source = tmp_path / "src" / f"{LESSON}.py"
    source.write_text(
        HEADER
        + "from backprop_lib.layers import linear_backward, relu_backward\n\n"
        + "".join(cells)
        + "# %%\nprint('the end')\n"
    )
    return tmp_path


def cells_of(path):
    return json.loads(path.read_text())["cells"]


def test_build_makes_a_bare_and_a_solved_notebook_and_then_nothing(notebooks):
    assert len(build(notebooks)) == 2
    learner, solved = notebooks / f"{LESSON}.ipynb", notebooks / "solutions" / f"{LESSON}.ipynb"
    bare, done = cells_of(learner), cells_of(solved)
    assert [c["id"] for c in bare] == [c["id"] for c in done]
    assert len({c["id"] for c in bare}) == len(bare)
    assert all(c.get("outputs", []) == [] for c in bare)
    assert all(c.get("execution_count") is None for c in bare)
    answer = "dx = dy @ w.T"
    assert answer not in learner.read_text() and answer in solved.read_text()
    cards = [
        "".join(o["data"]["text/plain"])
        for c in done
        if "check" in c["metadata"]
        for o in c["outputs"]
    ]
    assert len(cards) == len(lesson_exercises(LESSON))
    assert all(": correct" in card for card in cards)
    assert done[-1]["outputs"][0]["text"] == ["the end\n"]

    before = {path: path.read_bytes() for path in notebooks.rglob("*.ipynb")}
    assert build(notebooks) == []
    # and made from nothing once more, the same bytes come out, cell ids and outputs too
    learner.unlink()
    solved.unlink()
    build(notebooks)
    assert before == {path: path.read_bytes() for path in notebooks.rglob("*.ipynb")}


def test_check_sees_a_changed_source_and_edited_notebooks(notebooks):
    build(notebooks)
    assert build(notebooks, check=True) == []
    source = notebooks / "src" / f"{LESSON}.py"
    learner, solved = notebooks / f"{LESSON}.ipynb", notebooks / "solutions" / f"{LESSON}.ipynb"

    text = source.read_text()
    source.write_text(text + "\n# %%\nprint(1)\n")
    assert build(notebooks, check=True) == [str(learner), str(solved)]
    source.write_text(text)

    fresh = solved.read_text()
    solved.write_text(fresh.replace("the end", "another end"))
    assert build(notebooks, check=True) == [str(solved)]
    solved.write_text(fresh)

    learner.unlink()
    assert build(notebooks, check=True) == [str(learner)]
    assert not learner.exists()


def test_an_edited_learners_notebook_is_kept(notebooks):
    build(notebooks)
    learner = notebooks / f"{LESSON}.ipynb"
    mine = learner.read_text().replace("raise NotImplementedError", "return dout", 1)
    learner.write_text(mine)
    lines = build(notebooks)
    assert any("as somebody had edited it" in line for line in lines)
    (kept,) = notebooks.glob("*.edited-*.ipynb")
    assert kept.read_text() == mine
    assert "return dout" not in learner.read_text()


def test_errors_say_what_to_do(notebooks):
    with pytest.raises(BuildError, match="No lesson named 99"):
        build(notebooks, ["99"])
    source = notebooks / "src" / f"{LESSON}.py"
    text = source.read_text()
    source.write_text(text.replace('exercise="relu_backward"', 'exercise="rely_backward"'))
    with pytest.raises(BuildError, match="must agree"):
        build(notebooks)
    source.write_text(text.replace("print('the end')", "1 / 0"))
    with pytest.raises(BuildError, match="does not run to the end"):
        build(notebooks)
    with pytest.raises(BuildError, match="No lesson source"):
        build(notebooks / "nowhere")


def test_command_line(notebooks):
    def run(*arguments):
        command = [sys.executable, "-m", "checks", "build", "--notebooks", str(notebooks)]
        return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=300)

    stale = run("--check")
    assert stale.returncode == 1 and "python -m checks build" in stale.stdout
    assert run().returncode == 0
    fresh = run("--check")
    assert (fresh.returncode, fresh.stdout) == (0, "Every notebook is up to date.\n")


def test_the_courses_own_notebooks_are_fresh():
    assert build(COURSE / "notebooks", check=True) == []


def test_the_courses_solved_notebooks_execute_to_the_same_bytes(tmp_path):
    shutil.copytree(COURSE / "notebooks" / "src", tmp_path / "src")
    build(tmp_path)
    for path in tmp_path.glob("*.ipynb"):
        assert path.read_bytes() == (COURSE / "notebooks" / path.name).read_bytes()
    fresh = {path: path.read_bytes() for path in (tmp_path / "solutions").glob("*.ipynb")}
    for path in fresh:
        path.unlink()
    build(tmp_path)
    for path, before in fresh.items():
        assert path.read_bytes() == before, path.name

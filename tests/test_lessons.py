"""Run All reaches the bottom of every lesson as it is handed out: no error, no warning."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from checks.exercises import find_exercise

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def run_all(notebook):
    NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(NOTEBOOKS)}},
    ).execute()
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_run_all_unsolved(path):
    notebook = nbformat.read(path, as_version=4)
    outputs = run_all(notebook)
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
    checks = [cell for cell in notebook.cells if "check" in cell.metadata]
    for cell in checks:
        (card,) = cell.outputs
        assert ": not attempted" in card["data"]["text/plain"]
        assert "library's" in card["data"]["text/plain"]
        assert "bp-card" in card["data"]["text/html"]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_solved_notebook_is_executed_small_and_all_correct(path):
    solved = NOTEBOOKS / "solutions" / path.name
    assert solved.stat().st_size < 1_000_000
    notebook = nbformat.read(solved, as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
    for cell in notebook.cells:
        if "check" in cell.metadata:
            points = find_exercise(cell.metadata["check"]).points
            assert f"correct ({points} of {points} points)" in cell.outputs[0]["data"]["text/plain"]


def test_the_last_proof_of_lesson_05_agrees_for_every_parameter():
    solved = nbformat.read(NOTEBOOKS / "solutions" / "05_backward_pass.ipynb", as_version=4)
    (proof,) = [cell for cell in solved.cells if "agree to 7 digits" in cell.source]
    (printed,) = proof.outputs
    lines = printed.text.splitlines()
    assert [line.split(":")[0] for line in lines] == ["w1", "b1", "w2", "b2", "w3", "b3"]
    assert all(line.endswith("agree to 7 digits: True") for line in lines), printed.text


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_learners_notebook_holds_no_output_and_no_answer(path):
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None
        if "exercise" in cell.metadata:
            assert "raise NotImplementedError" in cell.source

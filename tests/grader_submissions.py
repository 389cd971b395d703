"""Submissions as JupyterLab writes them, made from a lesson's own notebook."""

import copy
import functools
import inspect
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from checks.exercises import LESSONS, lesson_exercises
from checks.grader.cells import setup_sources
from checks.grader.grade import Graded, GradedRow, LessonGrader
from checks.grader.isolation import Walls
from checks.grader.process import Limits
from checks.grader.sandbox import Mode, find_mode
from checks.grader.settings import Settings
from checks.grader.submissions import Notebook, Submission, parse_notebook

LESSON = "05_backward_pass"
LESSONS_DIR = Path(__file__).parents[1] / "notebooks"
NAMES = tuple(exercise.name for exercise in lesson_exercises(LESSON))
RIGHT = {e.name: inspect.getsource(e.reference) for e in lesson_exercises(LESSON)}
ALL_CORRECT = dict.fromkeys(NAMES, "correct")
HANDED_OUT = [lesson for lesson in LESSONS if (LESSONS_DIR / f"{lesson}.ipynb").exists()]
"""The lessons that have a notebook."""

LIMITS = Limits(seconds=1.5, memory_mb=1024, output_mb=0.5, total_seconds=30)

WRONG_LINEAR = (
    "def linear_backward(dy, cache):\n"
    "    x, w, b = cache\n"
    "    return dy @ w.T, x.T @ dy / len(x), dy.sum(axis=0)\n"
)


@functools.cache
def lesson_bytes(lesson: str = LESSON) -> bytes:
    """The lesson's notebook as it is handed out."""
    return (LESSONS_DIR / f"{lesson}.ipynb").read_bytes()


def manifest(lesson: str = LESSON) -> Notebook:
    return parse_notebook(lesson_bytes(lesson))


def lesson_notebook(lesson: str = LESSON) -> dict[str, Any]:
    return json.loads(lesson_bytes(lesson))


def code_cell(source: str, id_: str = "aaaa0000") -> dict[str, Any]:
    """A code cell as JupyterLab saves one that has been run."""
    return {
        "cell_type": "code",
        "execution_count": 7,
        "id": id_,
        "metadata": {"execution": {"iopub.status.busy": "2025-01-01T00:00:00Z"}, "trusted": True},
        "outputs": [{"name": "stdout", "output_type": "stream", "text": ["learner's output\n"]}],
        "source": source.splitlines(keepends=True),
    }


def notebook(
    solutions: dict[str, str] | None = None,
    first: tuple[str, ...] = (),
    last: tuple[str, ...] = (),
    lesson: str = LESSON,
) -> dict[str, Any]:
    """The lesson with some exercises' cells filled in, and cells added at its start and end."""
    made = copy.deepcopy(lesson_notebook(lesson))
    for cell in made["cells"]:
        name = cell["metadata"].get("exercise")
        if name in (solutions or {}):
            cell["source"] = solutions[name].splitlines(keepends=True)
            cell["execution_count"] = 3
    before = [code_cell(source, f"aaaa{i:04d}") for i, source in enumerate(first)]
    after = [code_cell(source, f"bbbb{i:04d}") for i, source in enumerate(last)]
    made["cells"] = before + made["cells"] + after
    return made


def right_answers(lesson: str) -> dict[str, str]:
    """The library's sources, by exercise."""
    return {e.name: inspect.getsource(e.reference) for e in lesson_exercises(lesson)}


def to_bytes(content: dict[str, Any] | bytes) -> bytes:
    """In JupyterLab's own form: one blank of indent, non-ASCII as it is, a line end at the end."""
    if isinstance(content, bytes):
        return content
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def write(path: Path, content: dict[str, Any] | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(to_bytes(content))
    return path


@functools.cache
def best_mode() -> tuple[Mode, Walls]:
    """How learners' processes are made here, and what walls they have."""
    return find_mode(lesson_exercises(LESSON), setup_sources(manifest()), 1024)


def need_walls() -> None:
    """Skip where a wall is missing; on CI that is a failure, so that it cannot go unnoticed."""
    walls = best_mode()[1]
    if not walls.complete:
        if os.environ.get("CI"):
            pytest.fail(f"All walls are needed here. {walls}")
        pytest.skip(str(walls))


class Grading:
    """A lesson's grader, and short ways to ask it."""

    def __init__(
        self,
        lesson: str = LESSON,
        mode: Mode | None = None,
        limits: Limits = LIMITS,
        handed_out: Notebook | None = None,
    ) -> None:
        self.settings = Settings(limits=limits)
        self.grader = LessonGrader(
            lesson, handed_out or manifest(lesson), self.settings, mode or best_mode()[0]
        )

    def __enter__(self) -> "Grading":
        self.grader.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.grader.__exit__()

    def graded(self, content: dict[str, Any] | bytes, folder: Path) -> Graded:
        path = write(folder / "ada.ipynb", content)
        return self.grader.grade(Submission("ada", path, lesson=self.grader.lesson))

    def rows(self, content: dict[str, Any] | bytes, folder: Path) -> dict[str, GradedRow]:
        return {row.exercise: row for row in self.graded(content, folder).rows}

    def verdicts(self, content: dict[str, Any] | bytes, folder: Path) -> dict[str, str]:
        return verdicts(self.rows(content, folder).values())


def verdicts(rows: Sequence[GradedRow]) -> dict[str, str]:
    return {row.exercise: row.verdict for row in rows}

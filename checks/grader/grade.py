"""Grade one submission: run its cells in a process of its own and judge it from outside."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import backprop_lib
from checks.exercise import Exercise, Result
from checks.exercises import lesson_exercises
from checks.grader.process import (
    AttemptLost,
    CellOutcome,
    LearnerFunction,
    LearnerProcess,
    Limits,
)
from checks.grader.submissions import Cell, Notebook, Submission, cells_to_run
from checks.judge import judge

__all__ = ["GRADING_SEED", "GradedRow", "grade_submission"]

GRADING_SEED = 20_301
"""The seed of grading, unlike the notebook's, so that no answer can be fitted to the cases."""


@dataclass(frozen=True)
class GradedRow:
    """One line of the gradebook."""

    student_id: str
    lesson: str
    exercise: str
    verdict: str
    """The judge's, or why there was nothing to judge, such as "time limit"."""
    points: int
    max_points: int
    mistake: str | None
    message: str
    result: Result | None = None
    """What the judge found, for the feedback page."""


@dataclass(frozen=True)
class Loss:
    """A cell that took its process down."""

    cell: Cell
    verdict: str
    reason: str

    @property
    def sentence(self) -> str:
        """What happened, for whoever reads the row."""
        return f"{title(self.cell)} was left out ({self.verdict}): {self.reason}"


def grade_submission(
    submission: Submission,
    manifest: Notebook | None,
    seed: int = GRADING_SEED,
    limits: Limits | None = None,
) -> tuple[GradedRow, ...]:
    """The rows of one submission, one for each exercise of its lesson.

    manifest: the lesson's notebook as it was handed out; limits: the default ones if None. What
    ends the process costs only what depends on it: the other exercises are judged in a new one.
    """
    exercises = lesson_exercises(submission.lesson)
    reason = submission.reason
    if not exercises and not reason:
        reason = (
            "It cannot be told which lesson this notebook belongs to. Put it in a folder with "
            "the lesson's name, or name the lesson with --lesson."
        )
    if manifest is None and not reason:
        reason = f"The notebook of the lesson {submission.lesson} is not there to grade against."
    if reason or submission.notebook is None or manifest is None:
        return without_judgement(submission, exercises, "unreadable", reason)
    names = tuple(exercise.name for exercise in exercises)
    cells = cells_to_run(submission.notebook, manifest, names)
    try:
        rows = grade_cells(submission, cells, exercises, seed, limits or Limits())
    except Exception as error:  # one notebook must not end the run for all the others
        text = (
            f"The grader itself failed on this notebook ({type(error).__name__}: {error}). That "
            "is no fault of the learner's: please report it with the notebook."
        )
        return without_judgement(submission, exercises, "grader error", text)
    return tuple(rows[name] for name in names)


def without_judgement(
    submission: Submission, exercises: tuple[Exercise, ...], verdict: str, reason: str
) -> tuple[GradedRow, ...]:
    """A row for each exercise that cannot be judged, or one for the notebook."""
    row = GradedRow(submission.student_id, submission.lesson, "", verdict, 0, 0, None, reason)
    if not exercises:
        return (row,)
    return tuple(replace(row, exercise=e.name, max_points=e.points) for e in exercises)


def grade_cells(
    submission: Submission,
    cells: tuple[Cell, ...],
    exercises: tuple[Exercise, ...],
    seed: int,
    limits: Limits,
) -> dict[str, GradedRow]:
    """Run the cells and judge, in as many processes as it takes."""
    deadline = time.monotonic() + limits.total_seconds
    library = Path(backprop_lib.__file__).parent
    withheld = tuple((e.reference.__module__, e.reference.__name__) for e in exercises)
    losses: list[Loss] = []
    rows: dict[str, GradedRow] = {}

    def remark(message: str) -> str:
        parts = [message, *(loss.sentence for loss in losses), submission.note]
        return " ".join(part for part in parts if part)

    def empty_row(exercise: Exercise, verdict: str, message: str) -> GradedRow:
        return GradedRow(
            submission.student_id,
            submission.lesson,
            exercise.name,
            verdict,
            0,
            exercise.points,
            None,
            remark(message),
        )

    while len(rows) < len(exercises):
        waiting = [exercise for exercise in exercises if exercise.name not in rows]
        if time.monotonic() >= deadline:
            text = f"The notebook took longer than {limits.total_seconds:g} s in all."
            rows |= {e.name: empty_row(e, "time limit", text) for e in waiting}
            break
        try:
            with LearnerProcess(library, withheld, limits, deadline) as process:
                outcomes = run_cells(process, cells, losses)
                if outcomes is None:
                    continue  # once more, without the cell that took the process down
                defined = process.defined([exercise.name for exercise in exercises])
                for exercise in waiting:
                    if exercise.name not in defined:
                        rows[exercise.name] = empty_row(
                            exercise, *why_missing(exercise, outcomes, losses)
                        )
                        continue
                    try:
                        result = judge(exercise.name, LearnerFunction(process, exercise.name), seed)
                    except AttemptLost as lost:
                        rows[exercise.name] = empty_row(exercise, lost.verdict, lost.reason)
                        if not process.alive:
                            break
                    else:
                        rows[exercise.name] = judged_row(submission, result, remark)
        except AttemptLost as lost:  # before any cell ran, or between a cell and a call
            rows |= {e.name: empty_row(e, lost.verdict, lost.reason) for e in waiting}
    return rows


def run_cells(
    process: LearnerProcess, cells: tuple[Cell, ...], losses: list[Loss]
) -> dict[Cell, CellOutcome] | None:
    """How each cell ended; None, with one more loss, where one took the process down."""
    left_out = {loss.cell for loss in losses}
    outcomes = {}
    for place, cell in enumerate(cells):
        if cell in left_out:
            continue
        try:
            outcomes[cell] = process.run_cell(cell.source, f"<cell {place + 1}>")
        except AttemptLost as lost:
            losses.append(Loss(cell, lost.verdict, lost.reason))
            return None
    return outcomes


def why_missing(
    exercise: Exercise, outcomes: dict[Cell, CellOutcome], losses: list[Loss]
) -> tuple[str, str]:
    """Verdict and message for an exercise whose function does not exist after all cells."""
    for loss in losses:
        if loss.cell.exercise == exercise.name:
            return loss.verdict, f"The cell that should define {exercise.name} did not finish."
    for cell, outcome in outcomes.items():
        if cell.exercise == exercise.name and outcome.kind == "did not parse":
            return "did not parse", f"{title(cell)} is not valid Python: {outcome.text}."
    for cell, outcome in outcomes.items():
        if cell.exercise == exercise.name and outcome.kind == "raised":
            return (
                "no such function",
                f"{title(cell)} stopped before it defined {exercise.name}: {outcome.text}.",
            )
    return (
        "no such function",
        f"No cell defines {exercise.name}. Keep the name that the lesson gives it.",
    )


def judged_row(submission: Submission, result: Result, remark: Callable[[str], str]) -> GradedRow:
    """The row of a Result."""
    return GradedRow(
        submission.student_id,
        submission.lesson,
        result.exercise,
        result.verdict,
        result.points,
        result.max_points,
        result.mistake,
        remark(result.message),
        result,
    )


def title(cell: Cell) -> str:
    """What a reader calls the cell."""
    if cell.exercise:
        return f"The cell of {cell.exercise}"
    return f"Code cell {cell.number}" if cell.number else "A setup cell of the lesson"

"""Grade one submission: run its cells in a process of its own and judge it from outside."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import backprop_lib
import checks
from checks.card import STYLE, card_html, card_text
from checks.exercise import Case, Exercise, Result
from checks.exercises import LESSONS, lesson_exercises
from checks.grader.cells import Plan, plan_cells, setup_sources
from checks.grader.process import (
    AttemptLost,
    CellOutcome,
    LearnerFunction,
    LearnerProcess,
)
from checks.grader.sandbox import Mode, Sandbox, SandboxError
from checks.grader.settings import Settings
from checks.grader.submissions import (
    Cell,
    Notebook,
    NotebookError,
    Submission,
    parse_notebook,
    read_bytes,
    visible,
)
from checks.grader.suspicion import AUTOGRAD, Flag, source_flags
from checks.judge import judge
from checks.outputs import copy, same

__all__ = ["Graded", "GradedRow", "LessonGrader", "exercise_version", "unjudged"]


@dataclass(frozen=True)
class GradedRow:
    """What was found for one exercise of one submission."""

    exercise: str
    verdict: str
    """The judge's, or why there was nothing to judge, such as "time limit"."""
    points: int
    max_points: int
    mistake: str | None
    message: str
    card: str = ""
    """The card as HTML, without its style sheet; empty where the judge had no say."""
    text: str = ""
    """The card as plain text."""


@dataclass(frozen=True)
class Graded:
    """What was found for one submission."""

    rows: tuple[GradedRow, ...]
    flags: tuple[Flag, ...] = ()
    notes: tuple[str, ...] = ()
    """What has happened to the notebook's cells, in a sentence each."""


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


MOST_ALIKE = 3
"""Flags of one kind that are kept for each exercise."""

PRESENTATION = (
    *("__init__.py", "__main__.py", "build.py", "command.py", "feedback.py", "pages.py"),
    *("report.py", "plots.py"),
)
"""Modules that decide no verdict: a change in them does not make anybody grade again."""


def exercise_version(lesson: str, manifest_bytes: bytes, settings: Settings) -> str:
    """A digest of all that decides a verdict beside the submission and the seed."""
    sha = hashlib.sha256(manifest_bytes)
    packages = [Path(module.__file__ or "").parent for module in (backprop_lib, checks)]
    own, others = declared_in(lesson), declared_in(*LESSONS) - declared_in(lesson)
    for package in packages:
        for path in sorted(package.rglob("*.py")):
            parts = path.relative_to(package).with_suffix("").parts
            declares = parts[1] if parts[0] == "exercises" else ""
            if declares in others or (path.name in PRESENTATION and declares not in own):
                continue
            sha.update(path.read_bytes())
    points = sorted((e.name, points_of(e, settings)) for e in lesson_exercises(lesson))
    sha.update(repr((points, settings.limits)).encode())
    return sha.hexdigest()[:16]


def declared_in(*lessons: str) -> set[str]:
    """The names, under checks/exercises, of what declares these lessons' exercises."""
    modules = [e.cases.__module__ for lesson in lessons for e in lesson_exercises(lesson)]
    return {module.split(".")[2] for module in modules}


def points_of(exercise: Exercise, settings: Settings) -> int:
    """What a right answer gives."""
    return settings.points.get(exercise.name, exercise.points)


def unjudged(lesson: str, verdict: str, reason: str, settings: Settings) -> Graded:
    """A row for each exercise, none of which can be judged, or one for the notebook."""
    exercises = lesson_exercises(lesson)
    if not exercises:
        return Graded((GradedRow("", verdict, 0, 0, None, reason),))
    return Graded(
        tuple(
            GradedRow(e.name, verdict, 0, points_of(e, settings), None, reason) for e in exercises
        )
    )


class LessonGrader:
    """Grades the submissions of one lesson, one after another. Use it in a with statement."""

    def __init__(self, lesson: str, manifest: Notebook, settings: Settings, mode: Mode) -> None:
        """Get ready: lesson: its name; manifest: its notebook as it was handed out."""
        self.lesson = lesson
        self._manifest = manifest
        self._settings = settings
        self._exercises = lesson_exercises(lesson)
        text = "\n".join(cell.source for cell in manifest.cells if cell.kind == "code")
        self._sandbox = Sandbox(
            self._exercises,
            setup_sources(manifest),
            settings.limits.memory_mb,
            mode,
            plots="plot" in text,
        )

    def __enter__(self) -> "LessonGrader":
        """Start the server of learners' processes."""
        self._sandbox.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        """End it."""
        self._sandbox.close()

    def grade(self, submission: Submission) -> Graded:
        """The rows of one submission, one for each exercise of its lesson.

        What ends the process costs only what depends on it: the other exercises are judged in a
        new one. Nothing that a notebook does raises anything here.
        """
        try:
            data = read_bytes(submission.path)
            if submission.digest not in ("", hashlib.sha256(data).hexdigest()):
                raise NotebookError("The file has changed since the run began. Grade once more.")
            notebook = parse_notebook(data)
        except NotebookError as error:
            return unjudged(self.lesson, "unreadable", str(error), self._settings)
        try:
            return self.grade_notebook(notebook)
        except (Exception, AttemptLost) as error:  # one must not end the run for all the others
            return unjudged(self.lesson, "grader error", failure(error), self._settings)

    def grade_notebook(self, notebook: Notebook) -> Graded:
        """The same for what the file holds."""
        names = [exercise.name for exercise in self._exercises]
        plan = plan_cells(notebook, self._manifest, names)
        notes = plan.notes
        if not any(cell.kind == "code" for cell in notebook.cells):
            notes = ("The notebook has no code cell.",)
        if plan.foreign:
            reason = (
                f"This is the notebook of {notebook.lesson}, and it has no exercise of "
                f"{self.lesson}."
            )
            return unjudged(self.lesson, "wrong lesson", reason, self._settings)
        if self._sandbox.setup_error:
            reason = (
                f"The lesson's own setup fails on this machine: {self._sandbox.setup_error}. "
                "Install what requirements.txt names, and grade again."
            )
            return unjudged(self.lesson, "grader error", reason, self._settings)
        run = Run(self._sandbox, self._exercises, plan, self._settings)
        rows = run.rows_of_all()
        flags = dict.fromkeys([*source_flags(plan.cells, self._exercises), *run.flags])
        return Graded(tuple(rows[name] for name in names), few_of_each(flags), notes)


class Run:
    """The running and judging of one submission, in as many processes as it takes."""

    def __init__(
        self, sandbox: Sandbox, exercises: Sequence[Exercise], plan: Plan, settings: Settings
    ) -> None:
        self.flags: list[Flag] = []
        self._sandbox = sandbox
        self._exercises = exercises
        self._plan = plan
        self._settings = settings
        self._losses: list[Loss] = []
        self._spare_seconds = 0.0
        self._hurried = False
        self._rows: dict[str, GradedRow] = {}

    @property
    def _waiting(self) -> list[Exercise]:
        """The exercises that have no row yet."""
        return [e for e in self._exercises if e.name not in self._rows]

    def rows_of_all(self) -> dict[str, GradedRow]:
        """Run and judge until each exercise has its row."""
        limits = self._settings.limits
        deadline = time.monotonic() + limits.total_seconds
        while self._waiting:
            if time.monotonic() >= deadline:
                text = f"The notebook took longer than {limits.total_seconds:g} s in all."
                self._give_all("time limit", text)
                break
            try:
                with LearnerProcess(self._sandbox, limits, deadline) as process:
                    try:
                        self._judge_in(process)
                    finally:
                        if process.forged:
                            self.flags.append(Flag("", "forged frames", process.forged))
            except AttemptLost as lost:  # before any cell ran, or between a cell and a call
                self._give_all(lost.verdict, lost.reason)
            except SandboxError as error:
                self._give_all("grader error", f"No process could be made for it: {error}")
        return self._rows

    def _judge_in(self, process: LearnerProcess) -> None:
        """Run the cells in a new process, and judge what waits as far as the process lives."""
        outcomes = self._run_cells(process)
        if outcomes is None:
            return  # once more, without the cell that took the process down
        defined = process.defined([exercise.name for exercise in self._exercises])
        for exercise in self._waiting:
            name = exercise.name
            if name not in defined:
                self._give(exercise, *why_missing(exercise, outcomes, self._losses))
                continue
            right = {n for n, row in self._rows.items() if row.verdict == "correct"}
            earlier = earlier_answers(exercise, self._exercises, but=right & defined)
            function = LearnerFunction(process, name, earlier)
            try:
                result = judge(name, function, self._settings.seed)
            except AttemptLost as lost:
                self._give(exercise, lost.verdict, lost.reason)
                if not process.alive:
                    return
                continue
            except Exception as error:  # it must not cost the other exercises
                self._give(exercise, "grader error", failure(error))
                continue
            self._rows[name] = self._judged(exercise, result)
            if result.verdict == "correct":
                try:
                    self._look_closer(exercise, function)
                except AttemptLost:
                    return
        loaded = process.loaded(list(AUTOGRAD))
        for module in loaded:
            self.flags.append(Flag("", "autograd package", f"{module} has been imported"))

    def _run_cells(self, process: LearnerProcess) -> dict[Cell, CellOutcome] | None:
        """How each cell ended; None, with one more loss, where one took the process down.

        Cells that no exercise needs may take half of the notebook's time, and then run no more.
        """
        left_out = {loss.cell for loss in self._losses}
        outcomes = {}
        for cell in self._plan.cells:
            spare = cell not in self._plan.needed
            late = spare and self._spare_seconds >= self._settings.limits.total_seconds / 2
            self._hurried |= late
            if cell in left_out or late:
                continue
            name = f"<cell {cell.number}>" if cell.number else f"<cell {cell.id} of the lesson>"
            begun = time.monotonic()
            try:
                outcomes[cell] = process.run_cell(cell.source, name)
            except AttemptLost as lost:
                self._losses.append(Loss(cell, lost.verdict, lost.reason))
                return None
            finally:
                if spare:
                    self._spare_seconds += time.monotonic() - begun
        return outcomes

    def _look_closer(self, exercise: Exercise, function: LearnerFunction) -> None:
        """Flag a right answer whose number of calls grows with the number of parameters.

        Or one that is another where they are counted.
        """
        drawn = exercise.cases(
            np.random.default_rng([self._settings.seed, *exercise.name.encode()])
        )
        cases = sorted((c for c in drawn if c.wrt), key=parameters)
        if len(cases) < 2 or parameters(cases[-1]) < parameters(cases[0]) + 4:
            return
        small, large = parameters(cases[0]), parameters(cases[-1])
        with function.with_references(exercise.uses):
            fewer, _ = function.count_calls(copy(cases[0].args))
            more, watched = function.count_calls(copy(cases[-1].args))
            try:
                alike = same(function(*copy(cases[-1].args)), watched)
            except Exception:
                alike = False
        if not alike:
            told = "it gives another answer when its calls are counted"
            self.flags.append(Flag(exercise.name, "watches the grader", told))
        if more - fewer >= large - small and more >= large:
            told = (
                f"{fewer} calls for {small} parameters and {more} for {large}: the cost grows "
                "with the number of parameters, as that of numerical differences does"
            )
            self.flags.append(Flag(exercise.name, "numerical differences", told))

    def _judged(self, exercise: Exercise, result: Result) -> GradedRow:
        """The row of a Result."""
        most = points_of(exercise, self._settings)
        points = most if result.verdict == "correct" else 0
        result = replace(result, points=points, max_points=most)
        try:
            card = visible(card_html(result).removeprefix(STYLE).strip())
            text = visible(card_text(result))
        except ValueError:  # an array so odd that it cannot be drawn
            card = text = ""
        message = self._remark(result.message)
        return GradedRow(
            result.exercise, result.verdict, points, most, result.mistake, message, card, text
        )

    def _give(self, exercise: Exercise, verdict: str, reason: str) -> None:
        """A row without a judgement."""
        most = points_of(exercise, self._settings)
        message = self._remark(reason)
        self._rows[exercise.name] = GradedRow(exercise.name, verdict, 0, most, None, message)

    def _give_all(self, verdict: str, reason: str) -> None:
        """The same to all that wait."""
        for exercise in self._waiting:
            self._give(exercise, verdict, reason)

    def _remark(self, message: str) -> str:
        """A row's message, with what else has happened to the notebook."""
        sentences = [message, *(loss.sentence for loss in self._losses)]
        if self._hurried:
            sentences.append(
                "Added cells that no exercise needs took half of the notebook's time; the others "
                "of that kind did not run."
            )
        return visible(" ".join(sentences))


def few_of_each(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """The flags, of each kind the first few for each exercise: more say no more."""
    seen: Counter[tuple[str, str]] = Counter()
    kept = []
    for flag in flags:
        seen[flag.exercise, flag.kind] += 1
        if seen[flag.exercise, flag.kind] <= MOST_ALIKE:
            kept.append(flag)
    return tuple(kept)


def failure(error: BaseException) -> str:
    """What to say where the grader itself fails."""
    return (
        f"The grader itself failed on this notebook ({type(error).__name__}: {error}). That is no "
        "fault of the learner's: please report it with the notebook."
    )


def parameters(case: Case) -> int:
    """How many numbers a case asks a derivative for."""
    return sum(array.size for array in case.wrt.values())


def earlier_answers(
    exercise: Exercise, exercises: Sequence[Exercise], but: Collection[str]
) -> Mapping[str, Callable[..., Any]]:
    """The library's versions of the lesson's earlier exercises that the exercise builds on.

    In the notebook, check hands these on where the learner's own are not right. Here they are
    withheld, so calls of them come to us. but: the exercises that are right.
    """
    code = getattr(exercise.reference, "__code__", None)
    used = code.co_names if code else ()
    earlier = exercises[: list(exercises).index(exercise)]
    return {
        e.name: e.reference for e in earlier if e.reference.__name__ in used and e.name not in but
    }


def why_missing(
    exercise: Exercise, outcomes: dict[Cell, CellOutcome], losses: list[Loss]
) -> tuple[str, str]:
    """Verdict and message for an exercise whose function does not exist after all cells."""

    def belongs(cell: Cell) -> bool:
        return cell.exercise == exercise.name or f"def {exercise.name}(" in cell.source

    for loss in losses:
        if belongs(loss.cell):
            return loss.verdict, f"The cell that should define {exercise.name} did not finish."
    for cell, outcome in outcomes.items():
        if belongs(cell) and outcome.kind == "did not parse":
            return "did not parse", f"{title(cell)} is not valid Python: {outcome.text}."
    for cell, outcome in outcomes.items():
        if belongs(cell) and outcome.kind == "raised":
            return (
                "no such function",
                f"{title(cell)} stopped before it defined {exercise.name}: {outcome.text}.",
            )
    return (
        "no such function",
        f"No cell defines {exercise.name}. Keep the name that the lesson gives it.",
    )


def title(cell: Cell) -> str:
    """What a reader calls the cell."""
    if cell.exercise:
        return f"The cell of {cell.exercise}"
    return f"Code cell {cell.number}" if cell.number else "A cell of the lesson"

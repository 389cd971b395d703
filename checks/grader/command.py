"""The command line: python -m checks grade SUBMISSIONS --out DIR."""

import argparse
import importlib.util
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import checks.exercises
from checks.exercises import LESSONS
from checks.grader.feedback import write_feedback
from checks.grader.grade import GRADING_SEED, GradedRow, grade_submission
from checks.grader.gradebook import Gradebook, GradebookError
from checks.grader.process import Limits
from checks.grader.submissions import (
    Notebook,
    NotebookError,
    Submission,
    decide_lesson,
    find_submissions,
    newest_of_each,
    read_notebook,
)

__all__ = ["add_grade_command", "run_grade"]

Subparsers = argparse._SubParsersAction  # argparse gives it no public name


def add_grade_command(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Add the grade command to a command line."""
    parser = subparsers.add_parser(
        "grade",
        help="grade a folder of submitted notebooks",
        description="Grade a folder of submitted notebooks: STUDENT/LESSON/NOTEBOOK.ipynb, "
        "STUDENT/NOTEBOOK.ipynb or STUDENT.ipynb.",
    )
    limits = Limits()
    parser.add_argument("submissions", type=Path, metavar="SUBMISSIONS", help="the folder")
    parser.add_argument(
        "--out", type=Path, default=Path("grades"), metavar="DIR", help="where the grades go"
    )
    parser.add_argument("--lesson", choices=LESSONS, help="the lesson, whatever notebooks say")
    parser.add_argument("--seed", type=whole, default=GRADING_SEED, help="decides the cases")
    parser.add_argument(
        "--time-limit",
        type=positive,
        default=limits.seconds,
        metavar="SECONDS",
        help="for each cell and each call (default %(default)g)",
    )
    parser.add_argument(
        "--memory-limit",
        type=positive,
        default=limits.memory_mb,
        metavar="MB",
        help="for a learner's process (default %(default)g)",
    )
    parser.add_argument(
        "--output-limit",
        type=positive,
        default=limits.output_mb,
        metavar="MB",
        help="that a cell or call may print (default %(default)g)",
    )
    parser.add_argument(
        "--lessons-dir",
        type=Path,
        default=Path(checks.exercises.__file__).parents[2] / "notebooks",
        metavar="DIR",
        help="the lessons' notebooks as they were handed out (default: the course's own)",
    )
    parser.set_defaults(run=run_grade)


def positive(text: str) -> float:
    """A number above zero."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number above 0, got {text}")
    return value


def whole(text: str) -> int:
    """A whole number from 0, as a seed must be."""
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"expected a whole number from 0, got {text}")
    return value


def run_grade(args: argparse.Namespace) -> int:
    """Grade all submissions; 0 when the run completed, 2 on wrong use, 130 when interrupted."""
    if not args.submissions.is_dir():
        return misuse(f"There is no folder {args.submissions}. Name the folder of notebooks.")
    if not args.lessons_dir.is_dir():
        return misuse(f"There is no folder {args.lessons_dir}. Name the lessons' --lessons-dir.")
    limits = Limits(args.time_limit, int(args.memory_limit), args.output_limit)
    say(describe_limits(limits))
    submissions = gather(args.submissions, args.lesson)
    if not submissions:
        return misuse(f"There is no notebook (.ipynb) in {args.submissions}.")
    manifests = read_manifests(args.lessons_dir)
    pages = args.out / "feedback"
    rows: list[GradedRow] = []
    interrupted = False
    try:
        pages.mkdir(parents=True, exist_ok=True)
        with Gradebook(args.out / "gradebook.sqlite") as book:
            try:
                for submission in progress(submissions):
                    manifest = manifests.get(submission.lesson)
                    graded = grade_submission(submission, manifest, args.seed, limits)
                    book.record(graded)
                    rows.extend(graded)
            except KeyboardInterrupt:
                interrupted = True
            book.write_csv(args.out / "grades.csv")
        for student_id in dict.fromkeys(row.student_id for row in rows):
            write_feedback(pages, [row for row in rows if row.student_id == student_id])
    except (GradebookError, OSError) as error:
        return misuse(f"The grades cannot be written: {error}")
    for line in summary(rows, args.out):
        say(line)
    if interrupted:
        left = len(submissions) - len({(row.student_id, row.lesson) for row in rows})
        say(f"Stopped. What is listed above is kept; {left} notebooks are not graded yet.")
        return 130
    return 0


def gather(folder: Path, lesson: str | None) -> list[Submission]:
    """Read all submissions: the newest for each student and lesson, broken ones with a reason."""
    read = []
    for found in find_submissions(folder):
        submission = found
        try:
            submission = replace(found, notebook=read_notebook(found.path))
        except NotebookError as error:
            submission = replace(found, reason=str(error))
        read.append(replace(submission, lesson=lesson or decide_lesson(submission, LESSONS)))
    return newest_of_each(read)


def read_manifests(folder: Path) -> dict[str, Notebook]:
    """The lessons as they were handed out, by name; those that are not there are left out."""
    manifests = {}
    for lesson in LESSONS:
        path = folder / f"{lesson}.ipynb"
        if path.exists():
            try:
                manifests[lesson] = read_notebook(path)
            except NotebookError as error:
                say(f"{path}: {error}")
    return manifests


def describe_limits(limits: Limits) -> str:
    """Which limits are up, and which walls are not."""
    kept = [f"{limits.seconds:g} s a cell or call", f"{limits.output_mb:g} MB of output"]
    if importlib.util.find_spec("resource"):
        kept.insert(1, f"{limits.memory_mb:,} MB of memory")
        missing = ""
    else:
        missing = " This system has no memory limit."
    return (
        f"Limits: {', '.join(kept)}.{missing} Files and network are not walled off: "
        "grade on a machine that may be harmed."
    )


def progress(submissions: list[Submission]) -> Iterator[Submission]:
    """Go through the submissions with a progress bar, or with plain lines where tqdm is missing."""
    try:
        from tqdm import tqdm
    except ImportError:
        for i, submission in enumerate(submissions, 1):
            say(f"{i}/{len(submissions)} {submission.student_id}", sys.stderr)
            yield submission
    else:
        bar: Iterable[Submission] = tqdm(submissions, desc="Grading", unit="notebook")
        yield from bar


def summary(rows: list[GradedRow], out: Path) -> list[str]:
    """What the terminal says at the end."""
    students = len({row.student_id for row in rows})
    counts = Counter(row.verdict for row in rows)
    lines = [f"{students} student{'' if students == 1 else 's'} graded."]
    lines += [f"  {counts[verdict]:5}  {verdict}" for verdict in sorted(counts)]
    lines += [f"  {row.student_id}: {row.message}" for row in unreadable_once(rows)]
    lines += [
        f"Grades:    {out / 'grades.csv'}",
        f"Gradebook: {out / 'gradebook.sqlite'}",
        f"Feedback:  {out / 'feedback'}",
    ]
    return lines


def unreadable_once(rows: list[GradedRow]) -> list[GradedRow]:
    """One row for each notebook that could not be read."""
    broken = {(row.student_id, row.lesson): row for row in rows if row.verdict == "unreadable"}
    return list(broken.values())


def misuse(message: str) -> int:
    """Say what is wrong with the command; gives the exit code."""
    say(message, sys.stderr)
    return 2


def say(text: str, stream: TextIO | None = None) -> None:
    """Print a line in which no file name or message can steer the terminal."""
    visible = "".join(c if c.isprintable() else "?" for c in text)
    out = stream or sys.stdout
    encoding = out.encoding or "utf-8"
    print(visible.encode(encoding, "backslashreplace").decode(encoding), file=out)

"""The command line: python -m checks grade | report | regrade | explain."""

import argparse
import dataclasses
import datetime
import os
import shutil
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

import checks.exercises
from checks.exercises import LESSONS, lesson_exercises
from checks.grader.cells import setup_sources
from checks.grader.feedback import feedback_page, page_name
from checks.grader.grade import Graded, exercise_version, unjudged
from checks.grader.gradebook import Entry, Gradebook, GradebookError, lock_gradebook, write_whole
from checks.grader.isolation import Walls
from checks.grader.process import Limits
from checks.grader.report import ClassCounts, class_report, count_class
from checks.grader.sandbox import SandboxError, find_mode
from checks.grader.settings import (
    FILE_NAME,
    GRADING_SEED,
    Settings,
    SettingsError,
    parse_settings,
    read_settings,
)
from checks.grader.submissions import (
    Notebook,
    NotebookError,
    Submission,
    find_submissions,
    mark_standing,
    parse_notebook,
    visible,
)
from checks.grader.workers import Job, Workers

__all__ = ["add_grade_commands"]

Subparsers = argparse._SubParsersAction  # argparse gives it no public name


def add_grade_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Add grade, regrade, report and explain to a command line."""
    layout = (
        "Notebooks lie as STUDENT/LESSON/NOTEBOOK.ipynb, STUDENT/NOTEBOOK.ipynb or STUDENT.ipynb. "
        f"Settings stand in {FILE_NAME} beside them; flags go before it."
    )
    grade = subparsers.add_parser(
        "grade", help="grade a folder of submitted notebooks", description=layout
    )
    add_grading_options(grade)
    grade.set_defaults(run=run_grade, redo=False)
    regrade = subparsers.add_parser(
        "regrade",
        help="grade again what has been graded",
        description=f"Grade again what has been graded before. {layout}",
    )
    add_grading_options(regrade)
    regrade.add_argument(
        "--student", action="append", help="only this one's; can be given several times"
    )
    regrade.set_defaults(run=run_grade, redo=True)
    report = subparsers.add_parser(
        "report", help="write grades.csv, feedback and class report again from the gradebook"
    )
    report.set_defaults(run=run_report)
    explain = subparsers.add_parser("explain", help="show why a student has a grade")
    explain.add_argument("student", metavar="STUDENT")
    explain.add_argument("exercise", metavar="EXERCISE", nargs="?", help="all of them by default")
    explain.set_defaults(run=run_explain)
    for parser in (grade, regrade, report, explain):
        parser.add_argument(
            "--out", type=Path, default=Path("grades"), metavar="DIR", help="where the grades lie"
        )


def add_grading_options(parser: argparse.ArgumentParser) -> None:
    """The options of grade and regrade."""
    limits = Limits()
    add = parser.add_argument
    add("submissions", type=Path, metavar="SUBMISSIONS", help="the folder")
    add("--settings", type=Path, metavar="FILE", help=f"in place of SUBMISSIONS/{FILE_NAME}")
    add("--lesson", choices=LESSONS, help="the lesson of all notebooks, whatever they say")
    add("--lessons", nargs="+", choices=LESSONS, metavar="LESSON", help="grade only these")
    add("--points", nargs="+", metavar="EXERCISE=N", help="points of exercises")
    add("--due", metavar="TIME", help="what was written later is marked as late")
    add("--seed", type=int, help="decides the cases")
    add("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="default: cores")
    for name, words in (
        ("seconds", "for each cell and each call"),
        ("total_seconds", "for a notebook"),
        ("memory_mb", "MB for a learner's process"),
        ("output_mb", "MB that a cell or call may print"),
    ):
        flag = f"--{name.replace('_', '-')}"
        default = f"{words} (default {getattr(limits, name):g})"
        add(flag, type=float, metavar="X", help=default)
    add("--require-isolation", action="store_true", help="refuse to run if a wall is missing")
    add("--wait", action="store_true", help="wait while another grader is at work")
    add(
        "--lessons-dir",
        type=Path,
        default=Path(checks.exercises.__file__).parents[2] / "notebooks",
        metavar="DIR",
        help="the lessons' notebooks as they were handed out (default: the course's own)",
    )


@dataclass(frozen=True)
class Class:
    """What is to be graded."""

    submissions: Path
    out: Path
    settings: Settings
    manifests: Mapping[str, Notebook]
    versions: Mapping[str, str]
    """Of the exercises, by lesson."""
    walls: Walls
    job: Job


def run_grade(args: argparse.Namespace) -> int:
    """Grade; 0 when all is done, 2 on wrong use, 130 when interrupted."""
    try:
        return grade_class(args)
    except (GradebookError, SettingsError, SandboxError) as error:
        return misuse(str(error))
    except (OSError, sqlite3.Error) as error:
        return misuse(f"The grades cannot be written: {error}")
    except KeyboardInterrupt:
        say(f"Stopped. Nothing is lost. To go on: {go_on(args)}")
        return 130


def grade_class(args: argparse.Namespace) -> int:
    """Look at all submissions, grade those that are not done yet, and write what was found."""
    prepared = prepare(args)
    say(str(prepared.walls))
    if prepared.settings.seed == GRADING_SEED:
        say("The seed is the course's own, which learners can know: set one of yours (seed = N).")
    if args.require_isolation and not prepared.walls.complete:
        return misuse("Refused: --require-isolation was given, and walls are missing. Run nothing.")
    found = list(find_submissions(prepared.submissions))
    if not found:
        return misuse(f"There is no notebook (.ipynb) in {prepared.submissions}.")
    path = args.out / "gradebook.sqlite"
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        lock_gradebook(path, args.wait),
        Gradebook(path) as book,
        Workers(max(1, min(args.workers, len(found))), prepared.job) as workers,
    ):
        try:
            work(args, prepared, found, book, workers)
        except KeyboardInterrupt:
            write_reports(book, args.out, pages=False)
            say(f"Stopped. {book.ungraded()} notebooks are not graded yet; nothing is lost.")
            say(f"To go on: {go_on(args)}")
            return 130
        counts = write_reports(book, args.out)
    for line in summary(counts, args.out):
        say(line)
    return 0


def prepare(args: argparse.Namespace) -> Class:
    """Settings, lessons and walls; a SettingsError says what is wrong with them."""
    if not args.submissions.is_dir():
        raise SettingsError(f"There is no folder {args.submissions}. Name the folder of notebooks.")
    if not args.lessons_dir.is_dir():
        raise SettingsError(f"There is no folder {args.lessons_dir}. Name the lessons' folder.")
    if args.out.resolve() == args.submissions.resolve():
        raise SettingsError(f"{args.out} holds the submissions. Name another folder by --out.")
    if args.workers < 1:
        raise SettingsError(f"--workers should be 1 or more; it is {args.workers}.")
    settings = settings_of(args)
    manifests, versions = {}, {}
    for lesson in settings.lessons:
        path = args.lessons_dir / f"{lesson}.ipynb"
        if path.exists():
            data = path.read_bytes()
            try:
                manifests[lesson] = parse_notebook(data)
            except NotebookError as error:
                raise SettingsError(f"{path}: {error}") from None
            versions[lesson] = exercise_version(lesson, data, settings)
    if not manifests:
        wanted = ", ".join(f"{lesson}.ipynb" for lesson in settings.lessons)
        raise SettingsError(f"{args.lessons_dir} holds none of {wanted}. Name --lessons-dir.")
    first = next(iter(manifests))
    mode, walls = find_mode(
        lesson_exercises(first), setup_sources(manifests[first]), settings.limits.memory_mb
    )
    job = Job(settings, mode, manifests, args.lesson or "")
    return Class(args.submissions, args.out, settings, manifests, versions, walls, job)


def settings_of(args: argparse.Namespace) -> Settings:
    """The settings of the file, with what flags say in its place."""
    path = args.settings or args.submissions / FILE_NAME
    settings = read_settings(path) if args.settings or path.exists() else Settings()
    given: dict[str, object] = {}
    for name in ("lessons", "seed", "due"):
        if getattr(args, name) is not None:
            given[name] = getattr(args, name)
    if args.lesson:
        given["lessons"] = [args.lesson]
    if args.points:
        points = dict(settings.points)
        for text in args.points:
            name, _, number = text.partition("=")
            points[name] = int(number) if number.isdigit() else -1
        given["points"] = points
    limits = dataclasses.asdict(settings.limits)
    flags = {name: getattr(args, name) for name in limits if getattr(args, name) is not None}
    if flags:
        given["limits"] = limits | flags
    changed = parse_settings(given)
    return replace(settings, **{name: getattr(changed, name) for name in given})


def work(
    args: argparse.Namespace,
    prepared: Class,
    found: Sequence[Submission],
    book: Gradebook,
    workers: Workers,
) -> None:
    """Grade what is not graded yet."""
    seed, walls = prepared.settings.seed, str(prepared.walls)
    looked = mark_standing(list(workers.look_at(found)))
    late = [is_late(submission, prepared.settings) for submission in looked]
    versions = dict.fromkeys([s.lesson for s in looked], "none") | dict(prepared.versions)
    book.hand_in(looked, late, versions, seed)
    todo = []
    skipped = 0
    for submission in looked:
        if not submission.counts:
            continue
        chosen = args.redo and (not args.student or submission.student_id in args.student)
        if not chosen and book.has(submission, versions[submission.lesson], seed):
            skipped += 1
        else:
            todo.append(submission)
    if skipped:
        say(
            f"{skipped} of {skipped + len(todo)} notebooks are graded already and left as they are."
        )
    ready = []
    for submission in todo:
        known = without_running(submission, prepared)
        if known is None:
            ready.append(submission)
        else:
            book.record(submission, versions[submission.lesson], seed, walls, known)
    ready.sort(key=lambda s: (s.lesson, s.student_id))
    for submission, graded in progress(workers.grade(ready), len(ready)):
        book.record(submission, versions[submission.lesson], seed, walls, graded)


def is_late(submission: Submission, settings: Settings) -> bool:
    """Whether the file was written after the due date."""
    if settings.due is None:
        return False
    return submission.modified > settings.due.timestamp()


def without_running(submission: Submission, prepared: Class) -> Graded | None:
    """What is found where there is nothing to run; None where there is."""
    lesson, settings = submission.lesson, prepared.settings
    if submission.reason:
        return unjudged(lesson, "unreadable", submission.reason, settings)
    if not lesson:
        reason = (
            "It cannot be told which lesson this notebook belongs to. Put it in a folder with "
            "the lesson's name, or name the lesson with --lesson."
        )
        return unjudged("", "unreadable", reason, settings)
    if lesson not in settings.lessons:
        reason = f"This is a notebook of {lesson}, which is not among the lessons that are graded."
        return unjudged("", "not graded", reason, settings)
    if lesson not in prepared.manifests:
        reason = f"The notebook of the lesson {lesson} is not there to grade against."
        return unjudged(lesson, "not graded", reason, settings)
    return None


def write_reports(book: Gradebook, out: Path, pages: bool = True) -> ClassCounts:
    """Write grades.csv, the class report and, with pages, each student's page."""
    book.write_csv(out / "grades.csv")
    counts = count_class(book.entries())
    write_whole(out / "report.html", encode(class_report(counts)))
    if pages:
        (out / "feedback").mkdir(exist_ok=True)
        for student_id in book.students():
            page = feedback_page(list(book.entries(student_id)))
            write_whole(out / "feedback" / page_name(student_id), encode(page))
    return counts


def encode(page: str) -> bytes:
    """A page as the bytes of its file."""
    return page.encode("utf-8", "replace")


def run_report(args: argparse.Namespace) -> int:
    """Write everything again from the gradebook."""
    try:
        with Gradebook(args.out / "gradebook.sqlite", create=False) as book:
            counts = write_reports(book, args.out)
            left = book.ungraded()
    except (GradebookError, OSError, sqlite3.Error) as error:
        return misuse(str(error))
    for line in summary(counts, args.out):
        say(line)
    if left:
        say(f"{left} notebooks are not graded yet: run grade again.")
    return 0


def run_explain(args: argparse.Namespace) -> int:
    """Say all that is known of a student's exercise."""
    try:
        with Gradebook(args.out / "gradebook.sqlite", create=False) as book:
            entries = list(book.entries(args.student))
            if not entries:
                some = ", ".join(book.students()[:10])
                return misuse(f"There are no grades of {args.student}. There are: {some}, ...")
            told = [line for entry in entries for line in explanation(entry, args.exercise, book)]
    except (GradebookError, sqlite3.Error) as error:
        return misuse(str(error))
    if not told:
        known = ", ".join(row.exercise for entry in entries for row in entry.rows)
        return misuse(f"{args.student} has no exercise {args.exercise}. There are: {known}.")
    for line in told:
        say(line)
    return 0


def explanation(entry: Entry, exercise: str | None, book: Gradebook) -> Iterator[str]:
    """What there is to say about an exercise of one submission, or about all of them."""
    rows = [row for row in entry.rows if exercise in (None, row.exercise)]
    if not rows:
        return
    yield f"{entry.student_id}, {entry.lesson}: {entry.path}, written {moment(entry.modified)}" + (
        " (late)" if entry.late else ""
    )
    for path, when in book.others(entry.student_id, entry.lesson):
        yield f"  handed in as well, does not count: {path}, written {moment(when)}"
    yield f"  {entry.walls} Seed {entry.seed}."
    for note in entry.notes:
        yield f"  note: {note}"
    for row in rows:
        yield ""
        yield f"{row.exercise or 'notebook'}: {row.verdict}, {row.points} of {row.max_points}"
        lines = row.text.split("\n")[1:] if row.text else []
        yield from lines
        if row.message not in lines:
            yield row.message
        for flag in entry.flags:
            if flag.exercise in ("", row.exercise):
                yield f"To be looked at: {flag.kind}. {flag.evidence}"


def moment(seconds: float) -> str:
    """A file's time as a date, in this machine's time zone."""
    try:
        return datetime.datetime.fromtimestamp(seconds).isoformat(" ", "seconds")
    except (ValueError, OverflowError, OSError):
        return "at an impossible time"


def progress(
    results: Iterable[tuple[Submission, Graded]], total: int
) -> Iterator[tuple[Submission, Graded]]:
    """Go through the results, saying now and then how many are done, how fast, and what is left."""
    begun = said = time.monotonic()
    live = sys.stderr.isatty()
    for done, result in enumerate(results, 1):
        yield result
        now = time.monotonic()
        if now - said < (0.2 if live else 10) and done < total:
            continue
        said = now
        rate = done / (now - begun) if now > begun else 0.0
        left = datetime.timedelta(seconds=round((total - done) / rate)) if rate else "?"
        text = f"{done} of {total} graded, {rate:.1f} a second, {left} left"
        if live:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r{text:{width}.{width}}", end="", file=sys.stderr, flush=True)
        else:
            say(text, sys.stderr)
    if live and total:
        print(file=sys.stderr)


def summary(counts: ClassCounts, out: Path) -> list[str]:
    """What the terminal says at the end."""
    lines = [f"{plural(len(counts.students), 'student')}, {plural(counts.notebooks, 'notebook')}."]
    worst = sorted(counts.exercises.items(), key=lambda pair: (pair[1].share_right, pair[0]))
    for name, found in worst:
        common = ", ".join(
            f"{number} {mistake}" for mistake, number in found.mistakes.most_common(3)
        )
        lines.append(f"  {name:32} {found.share_right:4.0%} right   {common}")
    verdicts: Counter[str] = Counter()
    for found in counts.exercises.values():
        verdicts.update(found.verdicts)
    lines.append("  " + ", ".join(f"{n} {verdict}" for verdict, n in verdicts.most_common()))
    for student, lesson, reason in counts.unreadable[:20]:
        lines.append(f"  {student}, {lesson or 'unknown lesson'}: {reason}")
    if len(counts.unreadable) > 20:
        lines.append(f"  and {len(counts.unreadable) - 20} more that could not be graded")
    if counts.flagged:
        lines.append(f"{plural(counts.flagged, 'notebook')} to be looked at: see the class report.")
    if counts.late:
        lines.append(f"{plural(len(counts.late), 'notebook')} handed in late.")
    return [
        *lines,
        f"Grades:       {out / 'grades.csv'}",
        f"Class report: {out / 'report.html'}",
        f"Feedback:     {out / 'feedback'}",
        f"Gradebook:    {out / 'gradebook.sqlite'}",
    ]


def plural(number: int, word: str) -> str:
    """A number of things."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def go_on(args: argparse.Namespace) -> str:
    """The command that goes on with what was stopped."""
    return f"python -m checks grade {args.submissions} --out {args.out} (and the same options)"


def misuse(message: str) -> int:
    """Say what is wrong with the command; gives the exit code."""
    say(message, sys.stderr)
    return 2


def say(text: str, stream: TextIO | None = None) -> None:
    """Print a line in which no file name or message can steer the terminal."""
    line = visible(text).replace("\n", " ")
    out = stream or sys.stdout
    encoding = out.encoding or "utf-8"
    print(line.encode(encoding, "backslashreplace").decode(encoding), file=out, flush=True)

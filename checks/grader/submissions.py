"""What learners handed in: find it, read it as data, and choose the cells that run."""

import ast
import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from checks.grader.learner import without_magics

__all__ = [
    "Cell",
    "Notebook",
    "NotebookError",
    "Submission",
    "cells_to_run",
    "decide_lesson",
    "find_submissions",
    "newest_of_each",
    "parse_notebook",
    "read_notebook",
]

MAX_BYTES = 50 * 10**6


class NotebookError(Exception):
    """A file that cannot be read as a notebook, with the reason in one sentence."""


@dataclass(frozen=True)
class Cell:
    """A code cell."""

    number: int
    """Its place among the notebook's code cells, from 1."""
    id: str
    source: str
    exercise: str | None = None
    """The exercise that it belongs to, by its metadata or its id."""
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Notebook:
    """A notebook as data."""

    cells: tuple[Cell, ...]
    lesson: str | None = None
    """The lesson that its metadata names."""


@dataclass(frozen=True)
class Submission:
    """One notebook that was handed in, or the reason why it could not be read."""

    student_id: str
    path: Path
    folder: str | None = None
    """The folder between the student's and the notebook, which may name the lesson."""
    lesson: str = ""
    """The lesson that it belongs to; empty where that cannot be told."""
    notebook: Notebook | None = None
    reason: str = ""
    """Why there is no notebook."""
    note: str = field(default="")
    """What else the learner should know."""


def find_submissions(folder: Path) -> Iterator[Submission]:
    """All notebooks as STUDENT.ipynb, STUDENT/NOTEBOOK.ipynb or STUDENT/LESSON/NOTEBOOK.ipynb."""
    for top in visible(folder):
        if top.is_dir() and not top.is_symlink():
            for middle in visible(top):
                if middle.is_dir() and not middle.is_symlink():
                    for path in visible(middle):
                        if is_notebook(path):
                            yield Submission(plain(top.name), path, plain(middle.name))
                elif is_notebook(middle):
                    yield Submission(plain(top.name), middle)
        elif is_notebook(top):
            yield Submission(plain(top.stem), top)


def visible(folder: Path) -> list[Path]:
    """What lies in a folder, sorted; .ipynb_checkpoints and the like left out."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def is_notebook(path: Path) -> bool:
    """Whether the name says so; whether it is true, reading will tell."""
    return path.suffix == ".ipynb" and (path.is_symlink() or not path.is_dir())


def plain(name: str) -> str:
    """A file's name as text that can be written anywhere."""
    text = name.encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else "?" for c in text)


def read_notebook(path: Path) -> Notebook:
    """Read a notebook as data; a NotebookError with the reason where it is none."""
    try:
        about = path.lstat()
        if stat.S_ISLNK(about.st_mode):
            raise NotebookError("The file is a link to another file; hand in the file itself.")
        if not stat.S_ISREG(about.st_mode):
            raise NotebookError("This is not an ordinary file.")
        if about.st_size > MAX_BYTES:
            raise NotebookError(
                f"The file has {about.st_size / 1e6:.0f} MB; at most {MAX_BYTES // 10**6} are "
                "read. Clear its outputs and hand it in again."
            )
        return parse_notebook(path.read_bytes())
    except OSError as error:
        raise NotebookError(f"The file cannot be read: {error.strerror}.") from None


def parse_notebook(data: bytes) -> Notebook:
    """A notebook from a file's bytes; a NotebookError with the reason where it is none."""
    if not data.strip():
        raise NotebookError("The file is empty.")
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise NotebookError("The file is not JSON, so it is no Jupyter notebook.") from None
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise NotebookError("The file is JSON, but no Jupyter notebook with a list of cells.")
    metadata = mapping(content.get("metadata"))
    lesson = mapping(metadata.get("course")).get("lesson")
    cells: list[Cell] = []
    for entry in content["cells"]:
        if mapping(entry).get("cell_type") == "code":
            cells.append(parse_cell(entry, len(cells) + 1))
    return Notebook(tuple(cells), lesson if isinstance(lesson, str) else None)


def parse_cell(entry: dict[str, Any], number: int) -> Cell:
    """A code cell from its JSON; whatever is missing or odd is left out."""
    source = entry.get("source")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    metadata = mapping(entry.get("metadata"))
    id_ = entry["id"] if isinstance(entry.get("id"), str) else ""
    exercise = metadata.get("exercise")
    if not isinstance(exercise, str):
        exercise = id_.removeprefix("exercise-") if id_.startswith("exercise-") else None
    tags = metadata.get("tags")
    tags = frozenset(t for t in tags if isinstance(t, str)) if isinstance(tags, list) else ()
    return Cell(number, id_, source if isinstance(source, str) else "", exercise, frozenset(tags))


def mapping(value: Any) -> dict[str, Any]:
    """The value where it is a dictionary, else an empty one."""
    return value if isinstance(value, dict) else {}


def decide_lesson(submission: Submission, lessons: tuple[str, ...]) -> str:
    """The lesson: by folder, metadata or file name, else the only one; empty if none of these."""
    stated = submission.notebook.lesson if submission.notebook else None
    for name in (submission.folder, stated, submission.path.stem):
        if name in lessons:
            return name
    return lessons[0] if len(lessons) == 1 else ""


def newest_of_each(submissions: list[Submission]) -> list[Submission]:
    """One submission for each student and lesson: the newest, with a note that names the others."""
    groups: dict[tuple[str, str], list[Submission]] = {}
    for submission in submissions:
        groups.setdefault((submission.student_id, submission.lesson), []).append(submission)
    chosen = []
    for group in groups.values():
        *others, newest = sorted(group, key=lambda s: (modified(s.path), str(s.path)))
        if others:
            names = ", ".join(sorted(plain(s.path.name) for s in others))
            note = f"Several notebooks were handed in; {plain(newest.path.name)} is the newest "
            newest = replace(newest, note=f"{note}and counts, {names} not.")
        chosen.append(newest)
    return sorted(chosen, key=lambda s: (s.student_id, s.lesson))


def modified(path: Path) -> float:
    """When the file was last written, 0 where that cannot be told."""
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


def cells_to_run(
    notebook: Notebook, manifest: Notebook, exercises: tuple[str, ...]
) -> tuple[Cell, ...]:
    """The cells that run for grading: the lesson's setup, then what the learner wrote.

    manifest: the lesson as it was handed out; exercises: the names of its exercises. The lesson's
    own demonstrations do not run: they cost time and decide nothing.
    """
    own = [cell for cell in manifest.cells if cell.exercise not in exercises]
    own_ids = {cell.id: cell for cell in own if cell.id}
    own_sources = {cell.source.strip() for cell in own}
    # number 0: the lesson's own cells are not among those that the learner counts
    chosen = [replace(cell, number=0) for cell in own if "setup" in cell.tags]
    for cell in notebook.cells:
        if cell.exercise in exercises:
            chosen.append(cell)
        elif cell.source.strip() in own_sources:
            continue
        elif cell.id not in own_ids:
            chosen.append(cell)
        elif "setup" in own_ids[cell.id].tags or defines(cell.source, exercises):
            chosen.append(cell)  # a cell of the lesson that now holds something of the learner's
    return tuple(chosen)


def defines(source: str, names: tuple[str, ...]) -> bool:
    """Whether the source defines a function of one of these names at its top level."""
    try:
        tree = ast.parse(without_magics(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(node, ast.FunctionDef) and node.name in names for node in tree.body)

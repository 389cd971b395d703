"""What learners handed in: find it and read it as data."""

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

__all__ = [
    "Cell",
    "Notebook",
    "NotebookError",
    "Submission",
    "decide_lesson",
    "find_submissions",
    "mark_standing",
    "parse_notebook",
    "read_bytes",
    "read_notebook",
    "visible",
]

MAX_BYTES = 50 * 10**6
MAX_CODE = 500_000
"""Characters of code: a lesson has some 20,000."""
MAX_CELLS = 5000
"""A lesson has some 60."""
MAX_NAME = 80
"""Characters that are kept of the lesson's name."""


class NotebookError(Exception):
    """A file that cannot be read as a notebook, with the reason in one sentence."""


@dataclass(frozen=True)
class Cell:
    """A cell."""

    number: int
    """Its place among the notebook's code cells, from 1; 0 where it is none, or is not theirs."""
    id: str
    source: str
    exercise: str | None = None
    """The exercise that it belongs to, by its metadata or its id."""
    tags: frozenset[str] = frozenset()
    kind: str = "code"
    """The type of the cell: code, markdown or raw."""
    metadata: frozenset[str] = frozenset()
    """The keys of its metadata."""


@dataclass(frozen=True)
class Notebook:
    """A notebook as data."""

    cells: tuple[Cell, ...]
    lesson: str | None = None
    """The lesson that its metadata names."""


@dataclass(frozen=True)
class Submission:
    """One notebook that was handed in. It holds no content, so a class of any size fits."""

    student_id: str
    path: Path
    folder: str | None = None
    """The folder between the student's and the notebook, which may name the lesson."""
    lesson: str = ""
    """The lesson that it belongs to; empty where that cannot be told."""
    digest: str = ""
    """Of the file's content."""
    modified: float = 0.0
    """When the file was last written, in seconds since 1970."""
    reason: str = ""
    """Why it cannot be read, empty where it can."""
    counts: bool = True
    """Whether it is the newest for its student and lesson."""
    note: str = ""
    """What else the learner should know."""


def find_submissions(folder: Path) -> Iterator[Submission]:
    """All notebooks as STUDENT.ipynb, STUDENT/NOTEBOOK.ipynb or STUDENT/LESSON/NOTEBOOK.ipynb.

    A student's folder without any notebook comes as a submission that cannot be read, and so does
    a link to a folder. A folder that holds a gradebook and no notebook is left out.
    """
    for top in entries(folder):
        if is_folder(top):
            found = list(find_notebooks(top))
            if found or not os.path.exists(top / "gradebook.sqlite"):
                yield from found or [Submission(plain(top.name), top)]
        elif is_notebook(top) or is_linked_folder(top):
            yield Submission(plain(top.stem if is_notebook(top) else top.name), top)


def find_notebooks(top: Path) -> Iterator[Submission]:
    """The notebooks in a student's folder, and one level below."""
    for middle in entries(top):
        if is_folder(middle):
            for path in entries(middle):
                if is_notebook(path):
                    yield Submission(plain(top.name), path, plain(middle.name))
        elif is_notebook(middle) or is_linked_folder(middle):
            yield Submission(plain(top.name), middle)


def entries(folder: Path) -> list[Path]:
    """What lies in a folder, sorted; .ipynb_checkpoints and the like left out."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return []


def is_notebook(path: Path) -> bool:
    """Whether the name says so; whether it is true, reading will tell."""
    return path.suffix.lower() == ".ipynb" and not is_folder(path)


def is_folder(path: Path) -> bool:
    """Whether it is a folder and no link; False where nobody may look."""
    return os.path.isdir(path) and not os.path.islink(path)


def is_linked_folder(path: Path) -> bool:
    """Whether it is a link to a folder, which is not followed."""
    return os.path.islink(path) and os.path.isdir(path)


def visible(text: str) -> str:
    """Text without characters that steer a terminal or a page; line ends stay."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def plain(name: str) -> str:
    """A file's name as text that can be written anywhere, and differs where the name does."""
    text = name.encode("utf-8", "backslashreplace").decode()
    shown = "".join(c if c.isprintable() else "?" for c in text)
    if shown == text == name:
        return shown
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{shown} ({digest})"


def read_bytes(path: Path) -> bytes:
    """A submitted file's content; a NotebookError with the reason where it is not to be read."""
    try:
        about = path.lstat()
        if stat.S_ISLNK(about.st_mode):
            raise NotebookError("This is a link to something else; hand in the file itself.")
        if stat.S_ISDIR(about.st_mode):
            os.listdir(path)  # where that is forbidden, the reason is another
            raise NotebookError("There is no notebook (.ipynb) in this student's folder.")
        if not stat.S_ISREG(about.st_mode):
            raise NotebookError("This is not an ordinary file.")
        if about.st_size > MAX_BYTES:
            raise NotebookError(
                f"The file has {about.st_size / 1e6:.0f} MB; at most {MAX_BYTES // 10**6} are "
                "read. Clear its outputs and hand it in again."
            )
        return path.read_bytes()
    except OSError as error:
        raise NotebookError(f"The file cannot be read: {error.strerror}.") from None


def read_notebook(path: Path) -> Notebook:
    """Read a notebook as data; a NotebookError with the reason where it is none."""
    return parse_notebook(read_bytes(path))


def parse_notebook(data: bytes) -> Notebook:
    """A notebook from a file's bytes; a NotebookError with the reason where it is none."""
    if not data.strip():
        raise NotebookError("The file is empty.")
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NotebookError(
            f"The file is not JSON in UTF-8 (byte {error.start}), so it is no Jupyter notebook."
        ) from None
    except json.JSONDecodeError as error:
        raise NotebookError(
            f"The file is not JSON (line {error.lineno}: {error.msg}), so it is no Jupyter "
            "notebook. It may have been cut off, or edited by hand."
        ) from None
    except (ValueError, RecursionError, MemoryError):
        raise NotebookError("The file is not JSON, so it is no Jupyter notebook.") from None
    if isinstance(content, dict) and isinstance(content.get("worksheets"), list):
        raise NotebookError(
            "The notebook has the form of before 2015 (nbformat 3). Open it in JupyterLab, save "
            "it, and hand it in again."
        )
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise NotebookError("The file is JSON, but no Jupyter notebook with a list of cells.")
    if len(content["cells"]) > MAX_CELLS:
        raise NotebookError(
            f"The notebook has {len(content['cells']):,} cells; at most {MAX_CELLS:,} are read."
        )
    lesson = mapping(mapping(content.get("metadata")).get("course")).get("lesson")
    cells: list[Cell] = []
    code = 0
    for entry in content["cells"]:
        kind = mapping(entry).get("cell_type")
        code += kind == "code"
        if kind in ("code", "markdown", "raw"):
            cells.append(parse_cell(entry, code if kind == "code" else 0))
    amount = sum(len(cell.source) for cell in cells if cell.kind == "code")
    if amount > MAX_CODE:
        raise NotebookError(
            f"Its code cells hold {amount:,} characters; at most {MAX_CODE:,} are read."
        )
    return Notebook(tuple(cells), lesson[:MAX_NAME] if isinstance(lesson, str) else None)


def parse_cell(entry: dict[str, Any], number: int) -> Cell:
    """A cell from its JSON; whatever is missing or odd is left out."""
    source = entry.get("source")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    source = source if isinstance(source, str) else ""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    metadata = mapping(entry.get("metadata"))
    id_ = entry["id"] if isinstance(entry.get("id"), str) else ""
    exercise = metadata.get("exercise")
    if not isinstance(exercise, str):
        exercise = id_.removeprefix("exercise-") if id_.startswith("exercise-") else None
    tags = metadata.get("tags")
    tags = frozenset(t for t in tags if isinstance(t, str)) if isinstance(tags, list) else ()
    kind = entry["cell_type"]
    return Cell(number, id_, source, exercise, frozenset(tags), kind, frozenset(metadata))


def mapping(value: Any) -> dict[str, Any]:
    """The value where it is a dictionary, else an empty one."""
    return value if isinstance(value, dict) else {}


def decide_lesson(
    submission: Submission, stated: str | None, lessons: Sequence[str], graded: Sequence[str]
) -> str:
    """The lesson: by folder, metadata or file name, else the only one graded; empty if none.

    stated: what the notebook's metadata says; lessons: all of the course; graded: those to grade.
    """
    for name in (submission.folder, stated, submission.path.stem):
        if name in lessons:
            return str(name)
    return graded[0] if len(graded) == 1 else ""


def mark_standing(submissions: Sequence[Submission]) -> list[Submission]:
    """All of them, in order of student and lesson, each marked whether it counts: the newest does.

    Where the times are equal, the last by name counts. A note on it names the others.
    """
    groups: dict[tuple[str, str], list[Submission]] = {}
    for submission in submissions:
        groups.setdefault((submission.student_id, submission.lesson), []).append(submission)
    marked = []
    for key in sorted(groups):
        *others, newest = sorted(groups[key], key=lambda s: (s.modified, str(s.path)))
        marked += [replace(other, counts=False) for other in others]
        if others:
            names = ", ".join(sorted(plain(s.path.name) for s in others))
            note = f"Several notebooks were handed in; {plain(newest.path.name)} is the newest "
            newest = replace(newest, note=f"{note}and counts, {names} not.")
        marked.append(newest)
    return marked

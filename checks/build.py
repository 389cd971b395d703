"""From one lesson source to two notebooks.

    notebooks/src/05_backward_pass.py          the lesson, as text (jupytext py:percent)
    notebooks/05_backward_pass.ipynb           for learners: no answers, no outputs
    notebooks/solutions/05_backward_pass.ipynb solved and executed

The answers stand in the library and nowhere else: in the solved notebook each exercise's cell
holds the source of the library's function. A build without a change changes no byte, and each
notebook carries a digest of what it was made from and of what it holds, so that a stale or an
edited one is noticed without running anything.
"""

import argparse
import hashlib
import inspect
import json
import os
import sys
import tempfile
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks.exercises import find_exercise, lesson_exercises

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["BuildError", "add_build_command", "build", "learner_notebook", "solved_notebook"]

COURSE = Path(__file__).resolve().parent.parent
SECONDS_PER_CELL = 120
LARGEST_SOLVED = 1_000_000  # bytes


class BuildError(Exception):
    """A lesson that cannot be built, with what to do about it."""


@dataclass(frozen=True)
class Lesson:
    """Where one lesson lies."""

    source: Path
    """The py:percent file."""

    @property
    def name(self) -> str:
        """The lesson's name, such as "05_backward_pass"."""
        return self.source.stem

    @property
    def learner(self) -> Path:
        """The notebook that learners open."""
        return self.source.parent.parent / f"{self.name}.ipynb"

    @property
    def solved(self) -> Path:
        """The solved and executed notebook."""
        return self.source.parent.parent / "solutions" / f"{self.name}.ipynb"


def learner_notebook(lesson: Lesson) -> "NotebookNode":
    """The notebook that learners open, made from the lesson's source."""
    import jupytext
    import nbformat

    parsed = jupytext.reads(lesson.source.read_text(encoding="utf-8"), fmt="py:percent")
    declared = [exercise.name for exercise in lesson_exercises(lesson.name)]
    found = [cell.metadata["exercise"] for cell in parsed.cells if "exercise" in cell.metadata]
    if found != declared:
        raise BuildError(
            f"{lesson.source.name} has the exercise cells {found}; checks/exercises declares "
            f"{declared} for this lesson. The two must agree, in the same order."
        )
    for number, cell in enumerate(parsed.cells, 1):
        # a fixed id, so that a submitted cell can be told from the lesson's own
        cell["id"] = cell_id(cell, number)
    parsed.metadata = nbformat.from_dict(
        {
            "course": {"lesson": lesson.name},
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        }
    )
    parsed.nbformat, parsed.nbformat_minor = 4, 5
    return sign(parsed, digest([lesson.source.read_text(encoding="utf-8")]))


def cell_id(cell: "NotebookNode", number: int) -> str:
    """A cell's id: named after its exercise where it has one, else after its place."""
    for role in ("exercise", "check"):
        if role in cell.metadata:
            return f"{role}-{cell.metadata[role]}"
    return f"cell-{number:03d}"


def solved_notebook(lesson: Lesson) -> "NotebookNode":
    """The lesson with the library's functions as answers, executed."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    notebook = learner_notebook(lesson)
    for cell in notebook.cells:
        if "exercise" in cell.metadata:
            reference = find_exercise(cell.metadata["exercise"]).reference
            cell.source = textwrap.dedent(inspect.getsource(reference)).rstrip()
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,  # how a slow machine cuts a text into pieces is not stored
        resources={"metadata": {"path": str(lesson.source.parent.parent)}},
    )
    with tempfile.TemporaryDirectory() as folder:
        fresh = {"BACKPROP_PROGRESS": str(Path(folder) / "progress.jsonl")}
        try:
            client.execute(env=os.environ | fresh)
        except (CellExecutionError, CellTimeoutError) as error:
            raise BuildError(f"{lesson.name}, solved, does not run to the end: {error}") from error
    leave_static_pictures(notebook)
    notebook.metadata["language_info"] = {"name": "python"}  # else it tells the Python version
    return sign(notebook, solved_digest(lesson))


def leave_static_pictures(notebook: "NotebookNode") -> None:
    """Take the widgets out of the outputs: no kernel stands behind a stored notebook.

    What stays of an explorer is the picture and the text that it brings for such places.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    notebook.metadata.pop("widgets", None)


def solved_digest(lesson: Lesson) -> str:
    """Digest of everything that decides what the solved notebook holds."""
    modules = [
        *(COURSE / "backprop_lib").rglob("*.py"),
        *(COURSE / "checks").glob("*.py"),
        *(COURSE / "checks" / "exercises").rglob("*.py"),
        *(COURSE / "checks" / "questions").glob("*.py"),
    ]
    texts = [path.read_text(encoding="utf-8") for path in [lesson.source, *sorted(modules)]]
    return digest(texts)


def digest(texts: Iterable[str]) -> str:
    """A short digest of several texts."""
    sha = hashlib.sha256()
    for text in texts:
        sha.update(text.encode() + b"\0")
    return sha.hexdigest()[:16]


def contents_digest(notebook: dict[str, Any]) -> str:
    """Digest of a notebook's cells, outputs included."""
    return digest([json.dumps(notebook.get("cells"), sort_keys=True)])


def sign(notebook: "NotebookNode", made_from: str) -> "NotebookNode":
    """The notebook with the digests of what it was made from and of what it holds."""
    import nbformat

    as_in_the_file = json.loads(nbformat.writes(notebook))
    notebook.metadata["course"] |= {
        "made_from": made_from,
        "contents": contents_digest(as_in_the_file),
    }
    return notebook


def to_bytes(notebook: "NotebookNode") -> bytes:
    """The notebook as the bytes of its file."""
    import nbformat

    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)
    return text.rstrip("\n").encode() + b"\n"


def is_as_built(path: Path, made_from: str | None = None) -> bool:
    """Whether a notebook holds what was built; with made_from, whether from the same input."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        course = notebook["metadata"]["course"]
        as_built = bool(course["contents"] == contents_digest(notebook))
        return as_built and made_from in (None, course["made_from"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(data)
    temporary.replace(path)


def keep_edited(path: Path) -> Path | None:
    """Move a notebook that somebody worked in out of the build's way; None if nobody did."""
    if not path.exists() or is_as_built(path):
        return None
    name = f"{path.stem}.edited-{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}.ipynb"
    return path.rename(path.with_name(name))


def build(notebooks: Path, names: Iterable[str] = (), check: bool = False) -> list[str]:
    """Build the lessons whose source lies in notebooks/src, or only check that they are fresh.

    notebooks: the folder that holds src/; names: the lessons to build, all by default;
    check: write nothing. Returns a line for each notebook that is stale (with check) or was
    written (without). A BuildError says what is wrong with a lesson.
    """
    sources = sorted((notebooks / "src").glob("[0-9][0-9]_*.py"))
    if not sources:
        raise BuildError(f"No lesson source such as 05_backward_pass.py lies in {notebooks}/src.")
    unknown = set(names) - {source.stem for source in sources}
    if unknown:
        raise BuildError(
            f"No lesson named {', '.join(sorted(unknown))}. "
            f"The lessons are: {', '.join(source.stem for source in sources)}."
        )
    lines = []
    for source in sources:
        if names and source.stem not in names:
            continue
        lesson = Lesson(source)
        fresh = to_bytes(learner_notebook(lesson))
        if not lesson.learner.exists() or lesson.learner.read_bytes() != fresh:
            lines.append(str(lesson.learner))
            if not check:
                kept = keep_edited(lesson.learner)
                if kept is not None:
                    lines.append(f"{kept} (the notebook as somebody had edited it)")
                write(lesson.learner, fresh)
        if not is_as_built(lesson.solved, solved_digest(lesson)):
            lines.append(str(lesson.solved))
            if not check:
                print(f"running {lesson.name}, solved ...", file=sys.stderr, flush=True)
                data = to_bytes(solved_notebook(lesson))
                if len(data) > LARGEST_SOLVED:
                    raise BuildError(
                        f"{lesson.name}, solved, is {len(data):,} bytes large; at most "
                        f"{LARGEST_SOLVED:,} are wanted. Make its pictures smaller."
                    )
                write(lesson.solved, data)
    return lines


def add_build_command(commands: Any) -> None:
    """Add `build` to the command line."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "build",
        help="make the notebooks from the lesson sources",
        description="Make the learner's and the solved notebook of each lesson from its source.",
    )
    parser.add_argument("lessons", nargs="*", help="such as 05_backward_pass; all by default")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if a notebook is stale"
    )
    parser.add_argument(
        "--notebooks",
        type=Path,
        default=COURSE / "notebooks",
        help="the folder that holds src/ (default: the course's own)",
    )
    parser.set_defaults(run=run_build)


def run_build(options: argparse.Namespace) -> int:
    """Run `python -m checks build`: 0 when all is well, 1 when something is stale or broken."""
    try:
        lines = build(options.notebooks, options.lessons, options.check)
    except BuildError as error:
        print(f"build: {error}", file=sys.stderr)
        return 1
    if options.check and lines:
        print("Stale, edited or missing:", *lines, sep="\n  ")
        print("To mend it, run: python -m checks build")
        return 1
    for line in lines:
        print(f"wrote {line}")
    if not lines:
        print("Every notebook is up to date.")
    return 0

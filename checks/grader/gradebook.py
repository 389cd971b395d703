"""The gradebook: an SQLite file, and the CSV file made from it.

What is found for one submission is one transaction, under the digest of its content, the version
of the exercises and the seed. So a run that is ended at any moment leaves whole submissions, and
the next run does the others. Earlier submissions and gradings stay; what counts is marked.
"""

import csv
import io
import json
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from checks.grader.grade import Graded, GradedRow
from checks.grader.submissions import Submission
from checks.grader.suspicion import Flag

__all__ = ["COLUMNS", "Entry", "Gradebook", "GradebookError", "csv_cell", "lock_gradebook"]

COLUMNS = (
    "student_id",
    "lesson",
    "exercise",
    "verdict",
    "points",
    "max_points",
    "mistake",
    "late",
    "flags",
    "message",
)
FORMULA = re.compile(r"(^|;)(?=[\s\"]*[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Where a formula may begin, also with signs of double width, which some take for the usual."""
VERSION = 2
KEY = "student_id TEXT NOT NULL, lesson TEXT NOT NULL, digest TEXT NOT NULL"
SCHEMA = f"""
CREATE TABLE handed_in (
    {KEY},
    path TEXT NOT NULL,
    modified REAL NOT NULL,
    late INTEGER NOT NULL,
    counts INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (student_id, lesson, digest)
) STRICT;
CREATE TABLE current (
    lesson TEXT PRIMARY KEY,
    version TEXT NOT NULL,
    seed INTEGER NOT NULL
) STRICT;
CREATE TABLE graded (
    {KEY},
    version TEXT NOT NULL,
    seed INTEGER NOT NULL,
    walls TEXT NOT NULL,
    notes TEXT NOT NULL,
    flags TEXT NOT NULL,
    PRIMARY KEY (student_id, lesson, digest, version, seed)
) STRICT;
CREATE TABLE grades (
    {KEY},
    version TEXT NOT NULL,
    seed INTEGER NOT NULL,
    place INTEGER NOT NULL,
    exercise TEXT NOT NULL,
    verdict TEXT NOT NULL,
    points INTEGER NOT NULL,
    max_points INTEGER NOT NULL,
    mistake TEXT,
    message TEXT NOT NULL,
    card TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (student_id, lesson, digest, version, seed, exercise)
) STRICT;
CREATE VIEW counting AS
    SELECT * FROM handed_in JOIN current USING (lesson)
    JOIN graded USING (student_id, lesson, digest, version, seed) WHERE counts
"""


class GradebookError(Exception):
    """A file that is no gradebook of ours, or one that another grader works on."""


@dataclass(frozen=True)
class Entry:
    """What was found for the submission that counts for one student and lesson."""

    student_id: str
    lesson: str
    rows: tuple[GradedRow, ...]
    flags: tuple[Flag, ...]
    notes: tuple[str, ...]
    late: bool
    walls: str
    path: str
    modified: float
    seed: int


@contextmanager
def lock_gradebook(path: Path, wait: bool) -> Iterator[None]:
    """Keep every other grader from this gradebook while inside.

    With wait, until the other is done; else a GradebookError at once. The lock is the system's:
    it ends with the process, however that ends.
    """
    lock = path.with_name(path.name + ".lock")
    connection = sqlite3.connect(lock, timeout=1e6 if wait else 0, isolation_level=None)
    try:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            if "locked" not in str(error):
                raise GradebookError(f"{lock} cannot be used ({error}). Remove it.") from None
            raise GradebookError(
                f"Another grader is working on {path}. Let it end, or give --wait to wait for it, "
                "or --out to grade into another folder."
            ) from None
        yield
    finally:
        connection.close()


class Gradebook:
    """Grades by student, lesson and exercise. Use it in a with statement."""

    def __init__(self, path: Path, create: bool = True) -> None:
        """Open the file, or make it."""
        if not create and not path.exists():
            raise GradebookError(f"There is no gradebook {path}. Grade first, or name it by --out.")
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=60)
        try:
            self._prepare(path)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, path: Path) -> None:
        """Make the tables in a new file; refuse a file of another version."""
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            with self._transaction():
                (version,) = self._connection.execute("PRAGMA user_version").fetchone()
                if version == 0:
                    for statement in SCHEMA.split(";"):
                        self._connection.execute(statement)
                    self._connection.execute(f"PRAGMA user_version = {VERSION}")
        except sqlite3.DatabaseError as error:
            raise GradebookError(f"{path} is no gradebook ({error}). Move it away.") from None
        if version not in (0, VERSION):
            raise GradebookError(
                f"{path} is a gradebook of version {version}; this program writes version "
                f"{VERSION}. Give another folder with --out."
            )

    def __enter__(self) -> Self:
        """Give the gradebook itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All that is written inside, or none of it."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def hand_in(
        self,
        submissions: Sequence[Submission],
        late: Sequence[bool],
        versions: Mapping[str, str],
        seed: int,
    ) -> None:
        """Note what was handed in and what of it counts, and by what the lessons are graded now."""
        with self._transaction():
            for key in {(s.student_id, s.lesson) for s in submissions}:
                self._connection.execute(
                    "UPDATE handed_in SET counts = 0 WHERE student_id = ? AND lesson = ?", key
                )
            for s, is_late in zip(submissions, late, strict=True):  # what counts comes last
                self._connection.execute(
                    "INSERT OR REPLACE INTO handed_in VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        *(s.student_id, s.lesson, s.digest, storable(str(s.path))),
                        *(s.modified, is_late, s.counts, s.note),
                    ),
                )
            for lesson, version in versions.items():
                self._connection.execute(
                    "INSERT OR REPLACE INTO current VALUES (?, ?, ?)", (lesson, version, seed)
                )

    def has(self, submission: Submission, version: str, seed: int) -> bool:
        """Whether this submission has been graded by this version and seed, and not failed at it:
        what was the grader's own fault is tried again in the next run.
        """
        key = (submission.student_id, submission.lesson, submission.digest, version, seed)
        this = "student_id = ? AND lesson = ? AND digest = ? AND version = ? AND seed = ?"
        found = self._connection.execute(
            f"SELECT (SELECT count(*) FROM graded WHERE {this}) "
            f"AND NOT (SELECT count(*) FROM grades WHERE {this} AND verdict = 'grader error')",
            key + key,
        )
        return bool(found.fetchone()[0])

    def record(
        self, submission: Submission, version: str, seed: int, walls: str, graded: Graded
    ) -> None:
        """Write what was found for one submission, in place of the same from an earlier run."""
        key = (submission.student_id, submission.lesson, submission.digest, version, seed)
        flags = [[f.exercise, f.kind, f.evidence] for f in graded.flags]
        with self._transaction():
            for table in ("grades", "graded"):
                self._connection.execute(
                    f"DELETE FROM {table} WHERE student_id = ? AND lesson = ? AND digest = ? "
                    "AND version = ? AND seed = ?",
                    key,
                )
            self._connection.execute(
                "INSERT INTO graded VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*key, walls, storable(json.dumps(graded.notes)), storable(json.dumps(flags))),
            )
            self._connection.executemany(
                "INSERT INTO grades VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        *key,
                        place,
                        *map(
                            storable,
                            (
                                *(r.exercise, r.verdict, r.points, r.max_points),
                                *(r.mistake, r.message, r.card, r.text),
                            ),
                        ),
                    )
                    for place, r in enumerate(graded.rows)
                ],
            )

    def students(self) -> list[str]:
        """Everybody who has grades that count, sorted."""
        query = "SELECT DISTINCT student_id FROM counting ORDER BY student_id"
        return [row[0] for row in self._connection.execute(query)]

    def entries(self, student_id: str | None = None) -> Iterator[Entry]:
        """What counts, of one student or of all, by student and lesson; one at a time."""
        query = (
            "SELECT student_id, lesson, digest, version, seed, flags, notes, late, walls, path, "
            "modified, note FROM counting WHERE ?1 IS NULL OR student_id = ?1 "
            "ORDER BY student_id, lesson"
        )
        for found in self._connection.execute(query, (student_id,)):
            *key, flags, notes, late, walls, path, modified, note = found
            rows = self._connection.execute(
                "SELECT exercise, verdict, points, max_points, mistake, message, card, text "
                "FROM grades WHERE student_id = ? AND lesson = ? AND digest = ? AND version = ? "
                "AND seed = ? ORDER BY place",
                key,
            )
            yield Entry(
                student_id=key[0],
                lesson=key[1],
                rows=tuple(GradedRow(*row) for row in rows),
                flags=tuple(Flag(*flag) for flag in json.loads(flags)),
                notes=(*([note] if note else []), *json.loads(notes)),
                late=bool(late),
                walls=walls,
                path=path,
                modified=modified,
                seed=key[4],
            )

    def others(self, student_id: str, lesson: str) -> list[tuple[str, float]]:
        """Path and time of what a student handed in and what does not count."""
        found = self._connection.execute(
            "SELECT path, modified FROM handed_in WHERE student_id = ? AND lesson = ? "
            "AND NOT counts ORDER BY modified, path",
            (student_id, lesson),
        )
        return list(found)

    def ungraded(self) -> int:
        """How many submissions that count have no grades yet."""
        (count,) = self._connection.execute(
            "SELECT (SELECT count(*) FROM handed_in WHERE counts) - (SELECT count(*) FROM counting)"
        ).fetchone()
        return int(count)

    def write_csv(self, path: Path) -> None:
        """Write all grades that count, sorted; the file is there whole or as it was before."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for entry in self.entries():
            for row in entry.rows:
                flags = [f.kind for f in entry.flags if f.exercise in ("", row.exercise)]
                values = (
                    *(entry.student_id, entry.lesson, row.exercise, row.verdict, row.points),
                    *(row.max_points, row.mistake, "yes" if entry.late else ""),
                    *("; ".join(dict.fromkeys(flags)), row.message),
                )
                writer.writerow([csv_cell(value) for value in values])
        write_whole(path, text.getvalue().encode("utf-8"))


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; leave it alone where it holds this already."""
    if path.exists() and path.read_bytes() == data:
        return
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def storable(value: Any) -> Any:
    """Text without what UTF-8 cannot hold; all else as it is."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return value


def csv_cell(value: str | int | None) -> str | int:
    """A value as it goes into the CSV file.

    A spreadsheet runs a text that begins like a formula, and some take what follows a semicolon
    as another cell; an apostrophe before it stops that.
    """
    if not isinstance(value, str):
        return "" if value is None else value
    text = "".join(c if c.isprintable() else " " for c in value)
    if value.startswith(("\t", "\r")):
        return "'" + text
    return FORMULA.sub(r"\1'", text)

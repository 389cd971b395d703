"""The gradebook: an SQLite file, and the CSV file made from it."""

import csv
import io
import os
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self

from checks.grader.grade import GradedRow

__all__ = ["COLUMNS", "Gradebook", "GradebookError"]

COLUMNS = (
    "student_id",
    "lesson",
    "exercise",
    "verdict",
    "points",
    "max_points",
    "mistake",
    "message",
)
VERSION = 1
SCHEMA = """
CREATE TABLE grades (
    student_id TEXT NOT NULL,
    lesson TEXT NOT NULL,
    exercise TEXT NOT NULL,
    verdict TEXT NOT NULL,
    points INTEGER NOT NULL,
    max_points INTEGER NOT NULL,
    mistake TEXT,
    message TEXT NOT NULL,
    PRIMARY KEY (student_id, lesson, exercise)
) STRICT
"""


class GradebookError(Exception):
    """A file that is no gradebook of ours."""


class Gradebook:
    """Grades by student, lesson and exercise. Use it in a with statement."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it."""
        self._connection = sqlite3.connect(path, isolation_level=None)
        try:
            self._prepare(path)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, path: Path) -> None:
        """Make the table in a new file; refuse a file of another version."""
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version == 0:
                self._connection.execute(SCHEMA)
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

    def record(self, rows: tuple[GradedRow, ...]) -> None:
        """Write one submission's rows in place of earlier ones, all or none."""
        values = [tuple(storable(getattr(row, name)) for name in COLUMNS) for row in rows]
        marks = ", ".join("?" for _ in COLUMNS)
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for student_id, lesson in sorted({(value[0], value[1]) for value in values}):
                self._connection.execute(
                    "DELETE FROM grades WHERE student_id = ? AND lesson = ?", (student_id, lesson)
                )
            self._connection.executemany(f"INSERT INTO grades VALUES ({marks})", values)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def write_csv(self, path: Path) -> None:
        """Write all grades, sorted; the file is there whole or as it was before."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        query = f"SELECT {', '.join(COLUMNS)} FROM grades ORDER BY student_id, lesson, exercise"
        for row in self._connection.execute(query):
            writer.writerow([csv_cell(value) for value in row])
        part = path.with_name(path.name + ".part")
        part.write_bytes(text.getvalue().encode("utf-8"))
        os.replace(part, path)


def storable(value: str | int | None) -> str | int | None:
    """Text without what UTF-8 cannot hold; all else as it is."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return value


def csv_cell(value: str | int | None) -> str | int:
    """A value as it goes into the CSV file.

    A spreadsheet runs a text that begins like a formula; an apostrophe before it stops that.
    """
    if not isinstance(value, str):
        return "" if value is None else value
    dangerous = value.startswith(("=", "+", "-", "@", "\t", "\r"))
    text = "".join(c if c.isprintable() else " " for c in value)
    if text.lstrip().startswith(("=", "+", "-", "@")):
        dangerous = True
    return "'" + text if dangerous else text

"""Broken notebooks by the thousand, graded as a class: each gets its rows, none harms another."""

import copy
import csv
import io
import json
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from grader_submissions import HANDED_OUT, code_cell, notebook, right_answers, to_bytes

from checks.__main__ import main
from checks.exercises import lesson_exercises

NOTEBOOKS = int(os.environ.get("GRADER_FUZZ", "500"))
"""How many notebooks; 10,000 by GRADER_FUZZ=10000."""

VERDICTS = {
    *("correct", "wrong", "not attempted", "undecided", "unreadable", "wrong lesson"),
    *("no such function", "did not parse", "crashed", "time limit", "memory limit"),
    "output limit",
}
SOURCES = (
    *("", " ", "\t\n", "pass", "1 / 0", "x = (", "def f(:", "'''", "\\", "é = 1", "\x00", "\ud800"),
    *("%matplotlib inline", "%%bash\nls", "!ls", "x = !ls", "np?", "%%", "await x", "yield 1"),
    *(
        "return 3",
        "import nothing_of_this_name",
        "from checks import *",
        "from backprop_lib import *",
    ),
    *("raise SystemExit", "raise KeyboardInterrupt", "import sys; sys.exit(1)", "exit()", "quit()"),
    *("input()", "del np", "np = None", "print('x' * 100_000)", "import os; os._exit(1)"),
    *("class A(A): pass", "lambda: (yield)", "global x", "nonlocal x", "match x:\n  case _: pass"),
    *("(" * 200, "[" * 5000, "-" * 5000 + "1", "+".join(["1"] * 3000), "if 1:\n" * 120 + "pass"),
    *("x = 10**5000", "x" * 10_000, "# " + "🎓" * 1000, "\u202e# right to left", "\r\r\n\r"),
    *(
        "import ctypes; ctypes.string_at(0)",
        "globals().clear()",
        "__name__ = 3",
        "del __builtins__",
    ),
    *("import builtins; builtins.print = None", "import threading; threading.Thread(target=1)"),
)
VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 1e308, "", "x", "code", "markdown", [], {}, [[]], {"a": 1}, ["a", 3]),
    *("\ud800", "<script>alert(1)</script>", "\x1b[2J", "x" * 5000, ["\n"] * 50),
)


def draw(rng: random.Random) -> tuple[str, bytes]:
    """A lesson and a notebook of it with something broken, or nothing."""
    lesson = rng.choice(HANDED_OUT)
    answers = right_answers(lesson)
    chosen = {name: source for name, source in answers.items() if rng.random() < 0.7}
    made = notebook(chosen, lesson=lesson)
    for _ in range(rng.randrange(1, 5)):
        rng.choice(CHANGES)(made, rng)
    data = to_bytes(made) if rng.random() < 0.9 else json.dumps(made).encode()
    if rng.random() < 0.2:
        data = rng.choice(BYTE_CHANGES)(data, rng)
    return lesson, data


def cells_of(made: dict[str, Any]) -> list[Any]:
    return made["cells"] if isinstance(made.get("cells"), list) else []


def some_cell(made: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    cells = [c for c in cells_of(made) if isinstance(c, dict)]
    return rng.choice(cells) if cells else {}


def drop_cells(made: dict[str, Any], rng: random.Random) -> None:
    cells = cells_of(made)
    cells[:] = [c for c in cells if rng.random() < rng.choice((0.1, 0.5, 0.95))]


def double_cells(made: dict[str, Any], rng: random.Random) -> None:
    for cell in rng.sample(cells_of(made), min(3, len(cells_of(made)))):
        cells_of(made).insert(rng.randrange(len(cells_of(made)) + 1), copy.deepcopy(cell))


def move_cells(made: dict[str, Any], rng: random.Random) -> None:
    rng.shuffle(cells_of(made))


def retype_cell(made: dict[str, Any], rng: random.Random) -> None:
    some_cell(made, rng)["cell_type"] = rng.choice(("code", "markdown", "raw", "other", 3, None))


def replace_source(made: dict[str, Any], rng: random.Random) -> None:
    source: Any = rng.choice(SOURCES)
    some_cell(made, rng)["source"] = rng.choice((source, [source], source.split("\n"), [3, source]))


def break_source(made: dict[str, Any], rng: random.Random) -> None:
    cell = some_cell(made, rng)
    source = cell.get("source")
    if isinstance(source, list) and source:
        text = "".join(line for line in source if isinstance(line, str))
        cut = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        cell["source"] = text[: cut[0]] + rng.choice(("", " ", "\n", *SOURCES)) + text[cut[1] :]


def add_cell(made: dict[str, Any], rng: random.Random) -> None:
    place = rng.randrange(len(cells_of(made)) + 1)
    cells_of(made).insert(place, code_cell(rng.choice(SOURCES)))


def change_value(made: dict[str, Any], rng: random.Random) -> None:
    """Something else at a random place anywhere in the notebook."""
    at: Any = made
    for _ in range(rng.randrange(1, 6)):
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            return
        key = rng.choice(keys)
        if isinstance(at[key], (dict, list)) and rng.random() < 0.8:
            at = at[key]
            continue
        if rng.random() < 0.5:
            at[key] = rng.choice(VALUES)
        elif isinstance(at, dict):
            del at[key]
        return


def change_id(made: dict[str, Any], rng: random.Random) -> None:
    some_cell(made, rng)["id"] = some_cell(made, rng).get("id", rng.choice(VALUES))


CHANGES = (
    *(drop_cells, double_cells, move_cells, retype_cell, replace_source, replace_source),
    *(break_source, break_source, add_cell, change_value, change_value, change_id),
)
BYTE_CHANGES = (
    lambda data, rng: data[: rng.randrange(len(data))],
    lambda data, rng: data[rng.randrange(len(data)) :],
    lambda data, rng: b"",
    lambda data, rng: b"\xef\xbb\xbf" + data,
    lambda data, rng: data.decode("utf-8", "replace").encode("utf-16"),
    lambda data, rng: data.replace(b"\n", b"\r\n"),
    lambda data, rng: data.replace(b'"', b"'", rng.randrange(1, 9)),
    lambda data, rng: data + data,
    lambda data, rng: bytes(b if rng.random() > 1e-3 else rng.randrange(256) for b in data),
    lambda data, rng: rng.randbytes(rng.randrange(2000)),
    lambda data, rng: b"[" * rng.randrange(1, 10**5),
    lambda data, rng: b'{"cells": [' + b'{"cell_type": "code", "source": ""},' * 999 + b"{}]}",
)


def test_a_class_of_broken_notebooks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = random.Random(20_301)
    folder = tmp_path / "in"
    lessons = {}
    for i in range(NOTEBOOKS):
        student = f"s{i:05d}"
        if i % 40 == 0:  # a neighbour that must come out right
            lesson = rng.choice(HANDED_OUT)
            data = to_bytes(notebook(right_answers(lesson), last=(f"# {i}",), lesson=lesson))
        else:
            lesson, data = draw(rng)
        lessons[student] = lesson
        path = folder / student / lesson / "work.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    out = tmp_path / "out"
    arguments = ["grade", str(folder), "--out", str(out), "--seconds", "3", "--workers", "2"]
    assert main(arguments) == 0
    rows = list(csv.DictReader(io.StringIO((out / "grades.csv").read_text(encoding="utf-8"))))
    found = Counter((row["student_id"], row["exercise"]) for row in rows)
    expected = [(s, e.name) for s, lesson in lessons.items() for e in lesson_exercises(lesson)]
    assert found == Counter(expected)
    for row in rows:
        assert row["verdict"] in VERDICTS, row
        assert row["message"], row
        assert (row["points"] == row["max_points"]) == (row["verdict"] == "correct"), row
        if int(row["student_id"][1:]) % 40 == 0:
            assert row["verdict"] == "correct", row
    verdicts = Counter(row["verdict"] for row in rows)
    assert verdicts["correct"] > len(rows) // 10 and len(verdicts) >= 6, verdicts
    pages = list((out / "feedback").glob("*.html"))
    assert len(pages) == NOTEBOOKS
    capsys.readouterr()

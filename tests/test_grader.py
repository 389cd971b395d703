"""The grader, with real processes: every kind of submission gets the row that it should."""

import argparse
import contextlib
import csv
import io
import math
import os
import re
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from grader_submissions import (
    FORGED_FRAMES,
    FORGERY,
    HANDED_OUT,
    LESSON,
    LESSONS_DIR,
    NAMES,
    RIGHT,
    WRONG_LINEAR,
    added_cell,
    notebook,
    write,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from checks.grader import protocol
from checks.grader.command import add_grade_command
from checks.grader.feedback import page_name
from checks.grader.grade import GradedRow, grade_submission
from checks.grader.gradebook import Gradebook, GradebookError, csv_cell
from checks.grader.learner import without_magics
from checks.grader.process import Limits
from checks.grader.protocol import Frame, ProtocolError, decode, encode
from checks.grader.submissions import (
    NotebookError,
    Submission,
    cells_to_run,
    find_submissions,
    newest_of_each,
    parse_notebook,
    read_notebook,
)

LIMITS = Limits(seconds=1.5, memory_mb=1024, output_mb=0.5, total_seconds=30)


def grade(tmp_path: Path, content: dict | bytes, limits: Limits = LIMITS) -> dict[str, GradedRow]:
    """The rows of one submission by exercise."""
    path = write(tmp_path / "ada.ipynb", content)
    submission = Submission("ada", path, lesson=LESSON, notebook=read_notebook(path))
    rows = grade_submission(submission, read_notebook(HANDED_OUT), limits=limits)
    return {row.exercise: row for row in rows}


def verdicts(rows: dict[str, GradedRow]) -> dict[str, str]:
    return {name: row.verdict for name, row in rows.items()}


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_grade_command(parser.add_subparsers())
    options = parser.parse_args(["grade", *arguments])
    return options.run(options)


ALL_CORRECT = dict.fromkeys(NAMES, "correct")


# what learners hand in


def test_all_right(tmp_path: Path) -> None:
    rows = grade(tmp_path, notebook(RIGHT))
    assert verdicts(rows) == ALL_CORRECT
    assert all(row.points == row.max_points > 0 for row in rows.values())


def test_untouched(tmp_path: Path) -> None:
    rows = grade(tmp_path, notebook())
    assert verdicts(rows) == dict.fromkeys(NAMES, "not attempted")
    assert all(row.points == 0 for row in rows.values())


def test_a_wrong_step_counts_once(tmp_path: Path) -> None:
    rows = grade(tmp_path, notebook(RIGHT | {"linear_backward": WRONG_LINEAR}))
    assert verdicts(rows) == ALL_CORRECT | {"linear_backward": "wrong"}
    assert rows["linear_backward"].points == 0
    assert "factor" in rows["linear_backward"].message or rows["linear_backward"].mistake


def test_partly_done(tmp_path: Path) -> None:
    rows = grade(tmp_path, notebook({"relu_backward": RIGHT["relu_backward"]}))
    assert verdicts(rows) == dict.fromkeys(NAMES, "not attempted") | {"relu_backward": "correct"}


def test_a_notebook_without_our_metadata(tmp_path: Path) -> None:
    cells = [added_cell("import numpy as np\n"), *(added_cell(s) for s in RIGHT.values())]
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    assert verdicts(grade(tmp_path, content)) == ALL_CORRECT


def test_magics_do_not_hurt(tmp_path: Path) -> None:
    magics = ("%matplotlib inline\n!pip install x\nscale = 1.0\n", "%%time\nif scale:\n    %pwd\n")
    needing = RIGHT["linear_backward"].replace("dx = ", "dx = scale * ")
    rows = grade(tmp_path, notebook(RIGHT | {"linear_backward": needing}, first=magics))
    assert verdicts(rows) == ALL_CORRECT
    assert without_magics("  !ls\nx %= 3") == "  pass\nx %= 3"


def test_an_error_is_told_with_its_line(tmp_path: Path) -> None:
    broken = "def relu_backward(dy, cache):\n    dx = dy @ missing\n    return dx\n"
    row = grade(tmp_path, notebook(RIGHT | {"relu_backward": broken}))["relu_backward"]
    assert row.verdict == "wrong"
    assert "NameError: name 'missing' is not defined (line 2: dx = dy @ missing)" in row.message


def test_changing_the_inputs_is_seen(tmp_path: Path) -> None:
    changing = (
        "def relu_backward(dy, cache):\n    dx = dy * (cache > 0)\n    dy *= 0\n    return dx\n"
    )
    row = grade(tmp_path, notebook(RIGHT | {"relu_backward": changing}))["relu_backward"]
    assert (row.verdict, row.mistake) == ("wrong", "input-overwritten")


def test_a_value_of_a_class_of_ones_own(tmp_path: Path) -> None:
    own = "class Mine: pass\ndef relu_backward(dy, cache):\n    return Mine()\n"
    row = grade(tmp_path, notebook(RIGHT | {"relu_backward": own}))["relu_backward"]
    assert row.verdict == "wrong" and "type Mine" in row.message


# what goes wrong


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("import os; os._exit(0)", "crashed"),
        ("import ctypes; ctypes.string_at(0)", "crashed"),
        ("while True: pass", "time limit"),
        ("while True: print('x' * 10000)", "output limit"),
        ("return np.ones((2**16, 2**16)) + x", "memory limit"),
        ("import sys; sys.exit(3)", "wrong"),
        ("raise KeyboardInterrupt", "wrong"),
        ("return input()", "wrong"),
    ],
)
def test_a_function_that_breaks_costs_only_itself(tmp_path: Path, body: str, verdict: str) -> None:
    broken = f"import numpy as np\ndef relu_backward(dy, x):\n    {body}\n"
    rows = grade(tmp_path, notebook(RIGHT | {"relu_backward": broken}))
    assert verdicts(rows) == ALL_CORRECT | {"relu_backward": verdict}


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("while True: pass", "time limit"),
        ("import os\nos._exit(3)", "exit code 3"),
        ("while True: print('x' * 10000)", "output limit"),
    ],
)
def test_a_cell_that_breaks_is_left_out(tmp_path: Path, source: str, reason: str) -> None:
    rows = grade(tmp_path, notebook(RIGHT, first=(source,)))
    assert verdicts(rows) == ALL_CORRECT
    assert all("Code cell 1 was left out" in row.message for row in rows.values())
    assert all(reason in row.message for row in rows.values())


def test_an_exercise_cell_that_never_ends(tmp_path: Path) -> None:
    looping = RIGHT["relu_backward"].replace("def ", "while True: pass\ndef ", 1)
    rows = grade(tmp_path, notebook(RIGHT | {"relu_backward": looping}))
    assert verdicts(rows) == ALL_CORRECT | {"relu_backward": "time limit"}


def test_a_cell_that_does_not_parse(tmp_path: Path) -> None:
    rows = grade(tmp_path, notebook(RIGHT | {"relu_backward": "def relu_backward(dy, cache:\n"}))
    assert verdicts(rows) == ALL_CORRECT | {"relu_backward": "did not parse"}


def test_a_renamed_function(tmp_path: Path) -> None:
    renamed = RIGHT["relu_backward"].replace("relu_backward", "backward_of_relu")
    rows = grade(tmp_path, notebook(RIGHT | {"relu_backward": renamed}))
    assert verdicts(rows) == ALL_CORRECT | {"relu_backward": "no such function"}


def test_a_cell_that_raises_is_named(tmp_path: Path) -> None:
    raising = "1 / 0\n" + RIGHT["relu_backward"]
    row = grade(tmp_path, notebook(RIGHT | {"relu_backward": raising}))["relu_backward"]
    assert row.verdict == "no such function" and "ZeroDivisionError" in row.message


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"not JSON", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b'{"cells": 3}', "no Jupyter notebook"),
        (b"[]", "no Jupyter notebook"),
    ],
)
def test_files_that_are_no_notebooks(content: bytes, reason: str) -> None:
    with pytest.raises(NotebookError, match=reason):
        parse_notebook(content)


def test_a_byte_order_mark_is_no_harm() -> None:
    assert parse_notebook(b'\xef\xbb\xbf{"cells": []}').cells == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_links_and_pipes_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "link.ipynb").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "pipe.ipynb")
    for name in ("link.ipynb", "pipe.ipynb"):
        with pytest.raises(NotebookError):
            read_notebook(tmp_path / name)


# cheating


def test_forging_gives_nothing(tmp_path: Path) -> None:
    wrong = RIGHT | {"linear_backward": WRONG_LINEAR}
    rows = grade(tmp_path, notebook(wrong, first=(FORGERY,)))
    assert verdicts(rows) == ALL_CORRECT | {"linear_backward": "wrong"}
    rows = grade(tmp_path, notebook(wrong, last=(FORGERY + "os._exit(0)\n",)))
    assert rows["linear_backward"].verdict == "wrong"


def test_forged_frames_give_nothing(tmp_path: Path) -> None:
    rows = grade(tmp_path, notebook(RIGHT | {"linear_backward": FORGED_FRAMES}))
    assert verdicts(rows) == ALL_CORRECT | {"linear_backward": "crashed"}
    assert rows["linear_backward"].points == 0


def test_the_librarys_function_is_withheld(tmp_path: Path) -> None:
    handed_in = {name: f"import backprop_lib\nfrom backprop_lib import {name}\n" for name in NAMES}
    rows = grade(tmp_path, notebook(handed_in))
    assert verdicts(rows) == dict.fromkeys(NAMES, "wrong")
    assert all("withheld while grading" in row.message for row in rows.values())


def test_a_stolen_reference_is_of_no_use_later(tmp_path: Path) -> None:
    thief = "def mlp_backward(dscores, cache):\n    global kept\n    kept = linear_backward\n" + (
        "    return {}\n"
    )
    user = "def relu_backward(dy, cache):\n    return linear_backward(dy, (cache, cache, 0))[0]\n"
    rows = grade(tmp_path, notebook({"mlp_backward": thief, "relu_backward": user}))
    assert rows["mlp_backward"].points == rows["relu_backward"].points == 0


def test_an_answer_forged_with_the_right_nonce_is_only_a_value(tmp_path: Path) -> None:
    forging = (
        "import os, sys\n"
        "def relu_backward(dy, cache):\n"
        "    frame = sys._getframe()\n"
        "    while 'self' not in frame.f_locals or not hasattr(frame.f_locals['self'], 'send'):\n"
        "        frame = frame.f_back\n"
        "    me = frame.f_locals['self']\n"
        "    won = {'verdict': 'correct', 'points': 1}\n"
        "    me.send('returned', {'value': won, 'args': [dy, cache]})\n"
        "    os._exit(0)\n"
    )
    rows = grade(tmp_path, notebook(RIGHT | {"relu_backward": forging}))
    assert rows["relu_backward"].points == 0
    assert verdicts(rows) | {"relu_backward": "correct"} == ALL_CORRECT


def test_no_secrets_reach_the_learner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", "secret")
    telling = "import os\ndef relu_backward(dy, cache):\n    raise ValueError(sorted(os.environ))\n"
    row = grade(tmp_path, notebook({"relu_backward": telling}))["relu_backward"]
    assert "ValueError" in row.message and "API_TOKEN" not in row.message


def test_a_failing_grader_is_a_row_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("checks.grader.grade.judge", fail)
    assert {*verdicts(grade(tmp_path, notebook(RIGHT))).values()} == {"grader error"}


# the command


def test_five_submissions_twice_give_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    write(folder / "ada" / LESSON / "my work.ipynb", notebook(RIGHT))
    write(folder / "bo.ipynb", notebook(RIGHT | {"linear_backward": WRONG_LINEAR}))
    write(folder / "cy" / f"{LESSON}.ipynb", notebook())
    write(folder / "=cmd|'C calc'!A0.ipynb", notebook(RIGHT, last=("import os; os._exit(1)",)))
    write(folder / "eve" / LESSON / "eve.ipynb", b"no notebook")
    write(folder / "ada" / LESSON / ".ipynb_checkpoints" / "old.ipynb", notebook())
    files = []
    for out in ("one", "two"):
        assert run(str(folder), "--out", str(tmp_path / out), "--time-limit", "3") == 0
        files.append((tmp_path / out / "grades.csv").read_bytes())
    assert files[0] == files[1]
    rows = list(csv.DictReader(io.StringIO(files[0].decode())))
    of = {(row["student_id"], row["exercise"]): row for row in rows}
    assert len(rows) == 5 * len(NAMES)
    assert {row["verdict"] for row in rows if row["student_id"] == "ada"} == {"correct"}
    assert {row["verdict"] for row in rows if row["student_id"] == "cy"} == {"not attempted"}
    assert {row["verdict"] for row in rows if row["student_id"] == "eve"} == {"unreadable"}
    assert of["bo", "linear_backward"]["verdict"] == "wrong"
    assert of["bo", "mlp_backward"]["verdict"] == "correct"
    assert of["'=cmd|'C calc'!A0", "mlp_backward"]["verdict"] == "correct"
    pages = list((tmp_path / "one" / "feedback").glob("*.html"))
    assert len(pages) == 5
    assert "5 students graded" in capsys.readouterr().out


def test_wrong_use_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")) == 2
    assert "There is no folder" in capsys.readouterr().err
    assert run(str(tmp_path), "--lessons-dir", str(LESSONS_DIR)) == 2
    assert "no notebook" in capsys.readouterr().err


def test_layouts_and_the_newest(tmp_path: Path) -> None:
    for name in ("ada/05/a.ipynb", "ada/b.ipynb", "bo.ipynb", ".hidden.ipynb", "cy/x/y/z.ipynb"):
        write(tmp_path / name, b"{}")
    os.utime(tmp_path / "ada/b.ipynb", (1, 1))
    found = list(find_submissions(tmp_path))
    assert [(s.student_id, s.folder) for s in found] == [("ada", "05"), ("ada", None), ("bo", None)]
    chosen = newest_of_each(found)
    assert [s.path.name for s in chosen] == ["a.ipynb", "bo.ipynb"]
    assert "b.ipynb not" in chosen[0].note


def test_which_cells_run() -> None:
    manifest = read_notebook(HANDED_OUT)
    own = [c for c in manifest.cells if c.exercise not in NAMES and "setup" not in c.tags]
    chosen = cells_to_run(manifest, manifest, NAMES)
    assert {c.exercise for c in chosen if c.exercise} == set(NAMES)
    assert not {c.id for c in own} & {c.id for c in chosen}


def test_a_gradebook_of_another_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "gradebook.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(GradebookError, match="version 99"):
        Gradebook(path)
    path.write_bytes(b"something else altogether, long enough to be looked at" * 10)
    with pytest.raises(GradebookError, match="no gradebook"):
        Gradebook(path)


def test_a_regrade_replaces(tmp_path: Path) -> None:
    row = GradedRow("ada", LESSON, "", "unreadable", 0, 0, None, "why\x1b[2J \ud800")
    with Gradebook(tmp_path / "g.sqlite") as book:
        book.record((row,))
        book.record((GradedRow("ada", LESSON, "f", "correct", 2, 2, None, "-fine"),))
        book.write_csv(tmp_path / "g.csv")
    lines = (tmp_path / "g.csv").read_text().splitlines()
    assert lines[1:] == [f"ada,{LESSON},f,correct,2,2,,'-fine"]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r1", " =1"])
def test_formulas_are_defused(text: str) -> None:
    assert str(csv_cell(text)).startswith("'")


def test_page_names_are_safe_and_differ() -> None:
    names = {page_name(s) for s in ("../a", "a", "A/..", "a.", "\ud800", "é", "ê")}
    assert len(names) == 7
    assert all(re.fullmatch(r"[\w-]+\.html", name, re.ASCII) for name in names)


# the protocol

DTYPES = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(),
    hnp.unsigned_integer_dtypes(),
    hnp.floating_dtypes(),
    hnp.complex_number_dtypes(),
).filter(lambda dtype: dtype.itemsize <= 16)
SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(max_size=8),
    hnp.arrays(DTYPES, SHAPES),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=4), inner, max_size=3),
    ),
    max_leaves=8,
)


def same(a: object, b: object) -> bool:
    if isinstance(a, np.ndarray):
        return (
            isinstance(b, np.ndarray)
            and (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
            and b.flags.writeable
        )
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, float):
        return isinstance(b, float) and (a == b or (math.isnan(a) and math.isnan(b)))
    return type(a) is type(b) and a == b


@settings(deadline=None)
@given(VALUES)
def test_what_goes_in_comes_out(value: object) -> None:
    frame = decode(encode(Frame("call", "n", value)))
    assert (frame.kind, frame.nonce) == ("call", "n")
    assert same(value, frame.body)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(data: bytes) -> None:
    for candidate in (data, protocol.PREFIX.pack(protocol.MAGIC, len(data), 0) + data):
        with pytest.raises(ProtocolError):
            decode(candidate)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6))
    | st.sampled_from(["array", "scalar", "dict", "tuple", "<f8", "|b1", "|O"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)


@settings(deadline=None)
@given(JSON, JSON, st.binary(max_size=32))
def test_arbitrary_headers_give_a_frame_or_are_refused(
    described: object, body: object, payload: bytes
) -> None:
    import json

    header = json.dumps(["k", "n", described, body]).encode()
    data = protocol.PREFIX.pack(protocol.MAGIC, len(header), len(payload)) + header + payload
    with contextlib.suppress(ProtocolError):
        assert isinstance(decode(data), Frame)


def test_foreign_values_are_marked_and_never_pickled() -> None:
    frame = decode(encode(Frame("k", "n", [object(), np.array([{}], dtype=object), 2**70])))
    names = [value.type_name for value in frame.body]
    assert names == ["object", "array of object", "int"]
    endless: list = []
    endless.append(endless)
    assert isinstance(decode(encode(Frame("k", "n", endless))), Frame)

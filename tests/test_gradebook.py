"""The gradebook: nothing is lost or doubled, whatever happens, and the CSV file is the same."""

import csv
import io
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from grader_submissions import LESSON, NAMES, RIGHT, WRONG_LINEAR, notebook, write

from checks.__main__ import main
from checks.grader.grade import Graded, GradedRow
from checks.grader.gradebook import (
    COLUMNS,
    Gradebook,
    GradebookError,
    csv_cell,
    lock_gradebook,
    write_whole,
)
from checks.grader.submissions import Submission
from checks.grader.suspicion import Flag

KILLS = int(os.environ.get("GRADER_KILLS", "3"))
"""How often a whole run is killed; 200 by GRADER_KILLS=200."""
WRITE_KILLS = max(12, KILLS)
"""How often writing alone is killed, which takes less time."""
REPEATS = int(os.environ.get("GRADER_REPEATS", "2"))

ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join([p for p in sys.path if p])}


def submission(student: str = "ada", digest: str = "d1", **more: object) -> Submission:
    path = Path("ada.ipynb")
    return Submission(student, path, lesson=LESSON, digest=digest, **more)  # type: ignore[arg-type]


def graded(verdict: str = "correct", points: int = 2, message: str = "fine") -> Graded:
    rows = tuple(GradedRow(f"f{i}", verdict, points, 2, None, message) for i in range(3))
    return Graded(rows, (Flag("f1", "autograd package", "line 3"),), ("A note.",))


def book_of(path: Path, *entries: tuple[Submission, Graded]) -> Path:
    with Gradebook(path) as book:
        submissions = [s for s, _ in entries]
        book.hand_in(submissions, [False] * len(entries), {LESSON: "v"}, 1)
        for s, g in entries:
            book.record(s, "v", 1, "Walls up: none.", g)
    return path


def csv_of(path: Path, tmp_path: Path) -> list[dict[str, str]]:
    with Gradebook(path) as book:
        book.write_csv(tmp_path / "g.csv")
    return list(csv.DictReader(io.StringIO((tmp_path / "g.csv").read_text())))


def dump(path: Path) -> list[str]:
    """All that a gradebook holds."""
    connection = sqlite3.connect(path)
    lines = []
    for table in ("handed_in", "current", "graded", "grades"):
        lines += sorted(map(repr, connection.execute(f"SELECT * FROM {table}")))
    connection.close()
    return lines


# what it holds


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = book_of(tmp_path / "g.sqlite", (submission(), graded()))
    with Gradebook(path) as book:
        (entry,) = book.entries()
        assert book.students() == ["ada"] and book.ungraded() == 0
    assert entry.rows == graded().rows
    assert (entry.flags, entry.notes) == (graded().flags, graded().notes)
    assert (entry.walls, entry.seed, entry.late) == ("Walls up: none.", 1, False)


def test_grading_the_same_again_replaces(tmp_path: Path) -> None:
    path = tmp_path / "g.sqlite"
    book_of(path, (submission(), graded("wrong", 0)))
    book_of(path, (submission(), graded()))
    rows = csv_of(path, tmp_path)
    assert [row["verdict"] for row in rows] == ["correct"] * 3
    assert rows[1]["flags"] == "autograd package" and rows[0]["flags"] == ""


def test_what_the_grader_failed_at_is_tried_again(tmp_path: Path) -> None:
    path = book_of(
        tmp_path / "g.sqlite",
        (submission(), graded()),
        (submission("bob"), graded("grader error", 0)),
    )
    with Gradebook(path) as book:
        assert book.has(submission(), "v", 1)
        assert not book.has(submission(), "v", 2)
        assert not book.has(submission("bob"), "v", 1)


def test_the_newest_counts_and_the_others_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "g.sqlite"
    book_of(path, (submission(digest="old"), graded("wrong", 0)))
    older = submission(digest="old", counts=False)
    book_of(path, (older, graded("wrong", 0)), (submission(digest="new"), graded()))
    assert {row["verdict"] for row in csv_of(path, tmp_path)} == {"correct"}
    with Gradebook(path) as book:
        assert len(book.others("ada", LESSON)) == 1
        assert book.has(older, "v", 1) and not book.has(older, "v", 2)
    assert len([line for line in dump(path) if "'wrong'" in line]) == 3


def test_what_has_no_grades_yet_is_counted(tmp_path: Path) -> None:
    path = book_of(tmp_path / "g.sqlite", (submission(), graded()))
    with Gradebook(path) as book:
        book.hand_in([submission("bo")], [True], {}, 1)
        assert book.ungraded() == 1
        book.record(submission("bo"), "v", 1, "", graded())
        assert [e.late for e in book.entries()] == [False, True]
        book.hand_in([], [], {LESSON: "w"}, 1)  # the exercises have changed
        assert book.ungraded() == 2


def test_odd_text_is_stored(tmp_path: Path) -> None:
    odd = "why\x1b[2J \ud800 \u202e <b> =1+1"
    path = book_of(tmp_path / "g.sqlite", (submission(), graded(message=odd)))
    assert "\x1b" not in csv_of(path, tmp_path)[0]["message"]


@pytest.mark.parametrize(
    "text",
    ["=1", "+1", "-1", "@x", "\t=1", "\r1", " =1", "\n=1", "\x00=1", "\uff1d1", "\uff20x", '"=1'],
)
def test_formulas_are_defused(text: str) -> None:
    assert str(csv_cell(text)).startswith("'")


@pytest.mark.parametrize("text", ["ValueError: x;=1", "x; @SUM(1)", 'x;"=1', "x;\n+1"])
def test_formulas_behind_a_semicolon_are_defused(text: str) -> None:
    assert ";'" in str(csv_cell(text))
    assert csv_cell("dx = dy; a - b, 2 + 2") == "dx = dy; a - b, 2 + 2"


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
    with pytest.raises(GradebookError, match="There is no gradebook"):
        Gradebook(tmp_path / "nowhere.sqlite", create=False)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_whole(path, b"one")
    before = path.stat().st_mtime_ns
    write_whole(path, b"one")
    assert path.stat().st_mtime_ns == before
    write_whole(path, b"two")
    assert path.read_bytes() == b"two" and os.listdir(tmp_path) == ["a.csv"]


# two graders


def test_a_second_grader_is_refused_or_waits(tmp_path: Path) -> None:
    path = tmp_path / "gradebook.sqlite"
    with lock_gradebook(path, wait=False):
        with (
            pytest.raises(GradebookError, match="Another grader is working"),
            lock_gradebook(path, wait=False),
        ):
            pass
        code = (
            "import sys, pathlib, checks.grader.gradebook as g\n"
            "with g.lock_gradebook(pathlib.Path(sys.argv[1]), wait=True):\n    print('mine')\n"
        )
        other = subprocess.Popen(
            [sys.executable, "-c", code, str(path)], env=ENVIRONMENT, stdout=subprocess.PIPE
        )
        time.sleep(0.3)
        assert other.poll() is None
    assert other.communicate(timeout=30)[0].strip() == b"mine"
    with lock_gradebook(path, wait=False):
        pass


def test_the_lock_ends_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "gradebook.sqlite"
    code = (
        "import sys, time, pathlib, checks.grader.gradebook as g\n"
        "with g.lock_gradebook(pathlib.Path(sys.argv[1]), wait=False):\n"
        "    print('mine', flush=True)\n    time.sleep(99)\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], env=ENVIRONMENT, stdout=subprocess.PIPE
    )
    assert other.stdout and other.stdout.readline().strip() == b"mine"
    with pytest.raises(GradebookError), lock_gradebook(path, wait=False):
        pass
    other.kill()
    other.communicate()
    with lock_gradebook(path, wait=False):
        pass


# kills

WRITER = """
import sys
from pathlib import Path
from checks.grader.grade import Graded, GradedRow
from checks.grader.gradebook import Gradebook
from checks.grader.submissions import Submission
with Gradebook(Path(sys.argv[1])) as book:
    all = [Submission(f"s{i:03d}", Path("x"), lesson="l", digest="d") for i in range(400)]
    book.hand_in(all, [False] * 400, {"l": "v"}, 1)
    print("ready", flush=True)
    for s in all:
        if not book.has(s, "v", 1):
            rows = [GradedRow(f"f{i}", "correct", 1, 1, None, s.student_id) for i in range(5)]
            book.record(s, "v", 1, "", Graded(tuple(rows)))
"""


def test_kills_while_writing_lose_and_double_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER]
    whole = tmp_path / "whole.sqlite"
    subprocess.run([*command, str(whole)], env=ENVIRONMENT, check=True, stdout=subprocess.PIPE)
    rng = random.Random(5)
    path = tmp_path / "killed.sqlite"
    inside = 0
    for _ in range(WRITE_KILLS):
        process = subprocess.Popen([*command, str(path)], env=ENVIRONMENT, stdout=subprocess.PIPE)
        assert process.stdout and process.stdout.readline()
        time.sleep(rng.uniform(0, 0.02))
        process.kill()
        process.communicate()
        connection = sqlite3.connect(path)
        (done,) = connection.execute("SELECT count(*) FROM graded").fetchone()
        counts = connection.execute("SELECT count(*) FROM grades GROUP BY student_id").fetchall()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
        assert counts == [(5,)] * done
        inside += 0 < done < 400
        if done == 400:
            path.unlink()
    subprocess.run([*command, str(path)], env=ENVIRONMENT, check=True, stdout=subprocess.PIPE)
    assert dump(path) == dump(whole)
    assert inside > WRITE_KILLS // 4


def make_class(folder: Path, number: int = 5) -> Path:
    for i in range(number):
        made = notebook(
            RIGHT | ({"linear_backward": WRONG_LINEAR} if i % 3 == 0 else {}),
            last=(f"number = {i}",),
        )
        path = write(folder / f"student{i:02d}" / LESSON / "work.ipynb", made)
        os.utime(path, (1e9 + i, 1e9 + i))
    write(folder / "broken.ipynb", b"{")
    os.utime(folder / "broken.ipynb", (1e9, 1e9))
    return folder


def command(folder: Path, out: Path, workers: int = 2) -> list[str]:
    return [
        *(sys.executable, "-m", "checks", "grade", str(folder), "--out", str(out)),
        *("--workers", str(workers), "--lessons", LESSON),
    ]


def test_a_run_killed_at_any_moment_ends_as_one_that_was_not(tmp_path: Path) -> None:
    folder = make_class(tmp_path / "in")
    begun = time.monotonic()
    subprocess.run(command(folder, tmp_path / "whole"), env=ENVIRONMENT, check=True)
    length = time.monotonic() - begun
    rng = random.Random(7)
    out = tmp_path / "killed"
    kills = 0
    while kills < KILLS:
        process = subprocess.Popen(
            command(folder, out), env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        try:
            process.wait(timeout=rng.uniform(0.1, length))
        except subprocess.TimeoutExpired:
            process.kill()
            kills += 1
        process.communicate()
        if process.returncode == 0:  # all was done before the kill: begin anew
            assert dump(out / "gradebook.sqlite") == dump(tmp_path / "whole" / "gradebook.sqlite")
            for path in out.glob("gradebook.sqlite*"):
                path.unlink()
    last = subprocess.run(command(folder, out), env=ENVIRONMENT, capture_output=True, text=True)
    assert last.returncode == 0, last.stderr
    assert dump(out / "gradebook.sqlite") == dump(tmp_path / "whole" / "gradebook.sqlite")
    for name in ("grades.csv", "report.html"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="signals work otherwise there")
def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(tmp_path: Path) -> None:
    folder = make_class(tmp_path / "in", 12)
    slow = "import time\ntime.sleep(0.3)\n"
    for path in folder.glob("*/*/work.ipynb"):
        write(path, notebook(RIGHT, last=(slow + f"# {path.parts[-3]}",)))
    out = tmp_path / "out"
    process = subprocess.Popen(
        command(folder, out),
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until = time.monotonic() + 60
    while time.monotonic() < until:
        time.sleep(0.1)
        if (out / "gradebook.sqlite").exists():
            connection = sqlite3.connect(out / "gradebook.sqlite", timeout=10)
            try:
                (done,) = connection.execute("SELECT count(*) FROM graded").fetchone()
            except sqlite3.OperationalError:
                done = 0
            connection.close()
            if done >= 3:
                break
    os.killpg(process.pid, signal.SIGINT)
    told, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "not graded yet; nothing is lost" in told and "To go on: python -m checks grade" in told
    assert "Traceback" not in errors
    assert 2 < len((out / "grades.csv").read_text().splitlines()) < 13 * len(NAMES)
    assert (
        subprocess.run(command(folder, out), env=ENVIRONMENT, capture_output=True).returncode == 0
    )
    rows = list(csv.DictReader(io.StringIO((out / "grades.csv").read_text())))
    assert len(rows) == 13 * len(NAMES)
    assert list(rows[0]) == list(COLUMNS)


# the same bytes


def test_any_number_of_workers_and_repeats_give_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_class(tmp_path / "in")
    write(folder / "=cmd|'C calc'!A0.ipynb", notebook(RIGHT, last=("import os; os._exit(1)",)))
    seen = set()
    for turn in range(REPEATS):
        out = tmp_path / str(turn)
        assert main(command(folder, out, workers=1 + turn % 3)[3:]) == 0
        seen.add(tuple((out / name).read_bytes() for name in ("grades.csv", "report.html")))
    assert len(seen) == 1
    capsys.readouterr()
    assert main(command(folder, out)[3:]) == 0
    assert "7 of 7 notebooks are graded already" in capsys.readouterr().out
    before = (out / "grades.csv").read_bytes()
    assert main(["regrade", *command(folder, out)[4:], "--student", "student03"]) == 0
    assert "6 of 7 notebooks are graded already" in capsys.readouterr().out
    assert (out / "grades.csv").read_bytes() == before

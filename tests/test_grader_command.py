"""The command line, the settings, and the pages that instructors and students read."""

import csv
import datetime
import io
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from grader_submissions import (
    HANDED_OUT,
    LESSON,
    LESSONS_DIR,
    NAMES,
    RIGHT,
    WRONG_LINEAR,
    notebook,
    right_answers,
    write,
)

import backprop_lib
import checks
from checks.__main__ import main
from checks.exercises import EXERCISES, LESSONS
from checks.grader.feedback import feedback_page, page_name
from checks.grader.grade import GradedRow
from checks.grader.gradebook import Entry
from checks.grader.pages import safe
from checks.grader.process import Limits
from checks.grader.report import class_report, count_class
from checks.grader.settings import (
    FILE_NAME,
    GRADING_SEED,
    Settings,
    SettingsError,
    parse_settings,
    read_settings,
)
from checks.grader.suspicion import Flag


def grade(folder: Path, out: Path, *more: str) -> int:
    return main(["grade", str(folder), "--out", str(out), "--workers", "1", *more])


def rows_in(out: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((out / "grades.csv").read_text(encoding="utf-8"))))


# the whole way, once


@pytest.fixture(scope="module")
def graded_class(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of odd files and names, graded."""
    top = tmp_path_factory.mktemp("class")
    folder = top / "in"
    write(folder / "ada" / LESSON / "my work.ipynb", notebook(RIGHT, last=("# mine",)))
    write(folder / "ada" / LESSON / "old.ipynb", notebook())
    os.utime(folder / "ada" / LESSON / "old.ipynb", (1e9, 1e9))
    write(folder / "bo.ipynb", notebook(RIGHT | {"linear_backward": WRONG_LINEAR}))
    os.utime(folder / "bo.ipynb", (2e9, 2e9))
    write(folder / "cy" / f"{LESSON}.ipynb", notebook())
    write(folder / "dan" / LESSON / "x.ipynb", notebook(RIGHT, last=("import torch",)))
    write(folder / "eve" / f"{LESSON}.ipynb", b"no notebook")
    write(folder / "=cmd|'C calc'!A0.ipynb", notebook(RIGHT, last=("import os; os._exit(1)",)))
    write(folder / "fay\x1b[2J \u202e<b>.ipynb", notebook({}, first=("1 / 0",)))
    write(folder / "gus" / "04_chain_rule" / "x.ipynb", notebook(lesson="04_chain_rule"))
    write(folder / "ada" / LESSON / ".ipynb_checkpoints" / "old.ipynb", notebook())
    (folder / "link.ipynb").symlink_to("bo.ipynb")
    write(folder / FILE_NAME, f'lessons = ["{LESSON}"]\ndue = 2030-01-01\n'.encode())
    with (folder / FILE_NAME).open("a") as file:
        file.write("[points]\nrelu_backward = 5\n[limits]\nseconds = 4\n")
    assert grade(folder, top / "out") == 0
    return top / "out"


def test_every_submission_has_its_rows(graded_class: Path) -> None:
    rows = rows_in(graded_class)
    of: dict[str, dict[str, dict[str, str]]] = {}
    for row in rows:
        of.setdefault(row["student_id"], {})[row["exercise"]] = row
    assert {r["verdict"] for r in of["ada"].values()} == {"correct"}
    assert of["ada"]["relu_backward"]["points"] == "5"
    assert of["bo"]["linear_backward"]["verdict"] == "wrong"
    assert of["bo"]["mlp_backward"]["verdict"] == "correct"
    assert {r["late"] for r in of["bo"].values()} == {"yes"}
    assert {r["late"] for r in of["ada"].values()} == {""}
    assert {r["verdict"] for r in of["cy"].values()} == {"not attempted"}
    assert {r["verdict"] for r in of["eve"].values()} == {"unreadable"}
    assert of["gus"][""]["verdict"] == "not graded"
    assert "04_chain_rule" in of["gus"][""]["message"]
    assert {r["verdict"] for r in of["link"].values()} == {"unreadable"}
    assert "link" in of["link"][""]["message"] if "" in of["link"] else True
    assert "autograd package" in of["dan"]["mlp_backward"]["flags"]
    assert of["dan"]["mlp_backward"]["verdict"] == "correct"
    assert {r["verdict"] for r in of["'=cmd|'C calc'!A0"].values()} == {"correct"}
    assert not re.search("[\x1b\u202e]", (graded_class / "grades.csv").read_text())


def test_explain_tells_all_there_is(graded_class: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(graded_class)]
    assert main(["explain", "bo", "linear_backward", *out]) == 0
    told = capsys.readouterr().out
    for part in ("bo.ipynb", "(late)", "wrong, 0 of 3", "your dw", "Seed 20301", "Walls up"):
        assert part in told
    assert "mlp_backward: correct" not in told
    assert main(["explain", "ada", *out]) == 0
    told = capsys.readouterr().out
    assert "old.ipynb" in told and "does not count" in told and "mlp_backward: correct" in told
    assert main(["explain", "dan", "mlp_backward", *out]) == 0
    assert "To be looked at: autograd package" in capsys.readouterr().out
    assert main(["explain", "nobody", *out]) == 2
    assert "There are no grades of nobody" in capsys.readouterr().err
    assert main(["explain", "ada", "nothing", *out]) == 2
    assert "There are: linear_backward" in capsys.readouterr().err


def test_report_writes_the_same_again(
    graded_class: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [*graded_class.glob("*.csv"), *graded_class.rglob("*.html")]
    before = {path: path.read_bytes() for path in files}
    for path in files:
        path.unlink()
    assert main(["report", "--out", str(graded_class)]) == 0
    assert {path: path.read_bytes() for path in files} == before
    told = capsys.readouterr().out
    assert (
        "9 students" in told and "linear_backward" in told and "1 notebook handed in late" in told
    )
    assert "\x1b" not in told
    assert main(["report", "--out", str(graded_class / "nowhere")]) == 2


def test_the_class_report_counts_the_mistakes(graded_class: Path) -> None:
    page = (graded_class / "report.html").read_text(encoding="utf-8")
    for part in (
        "weights-averaged",
        "To be looked at",
        "import torch",
        "Could not be graded",
        "<svg",
    ):
        assert part in page
    assert "Walls up:" in page
    order = [page.index(f"<h3>{name}</h3>") for name in ("linear_backward", "mlp_backward")]
    assert order == sorted(order)


class Strict(HTMLParser):
    """Refuses what a page must not have: scripts, links to elsewhere, unclosed tags."""

    VOID = ("meta", "br", "wbr", "rect", "circle", "path", "line")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "img", "iframe", "object", "embed", "link", "form", "base")
        for name, value in attrs:
            assert not name.startswith("on"), (name, value)
            if name in ("href", "src"):
                assert value and (value.startswith(("#", "feedback/")))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def test_pages_run_nothing_and_are_well_formed(graded_class: Path) -> None:
    pages = list(graded_class.rglob("*.html"))
    assert len(pages) == 10
    for path in pages:
        parser = Strict()
        parser.feed(path.read_text(encoding="utf-8"))
        assert not parser.open, path
        assert "\x1b" not in path.read_text(encoding="utf-8")
        assert "default-src 'none'" in path.read_text(encoding="utf-8")


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\x1b[2J\u202e\"'& =1+1"


def test_whatever_stands_in_a_gradebook_harms_no_page() -> None:
    row = GradedRow(HOSTILE, HOSTILE, 0, 1, HOSTILE, HOSTILE, "", HOSTILE)
    entry = Entry(
        *(HOSTILE, HOSTILE, (row,), (Flag(HOSTILE, HOSTILE, HOSTILE),), (HOSTILE,)),
        *(True, HOSTILE, HOSTILE, 0.0, 1),
    )
    for page in (feedback_page([entry]), class_report(count_class([entry]))):
        parser = Strict()
        parser.feed(page)
        assert not parser.open
        assert "<script" not in page and "\x1b" not in page and "\u202e" not in page
    assert safe("a\x00b") == "a\N{REPLACEMENT CHARACTER}b"


def test_page_names_are_safe_and_differ() -> None:
    names = {
        page_name(s) for s in ("../a", "a", "A/..", "a.", "\ud800", "é", "ê", "CON", "x" * 500)
    }
    assert len(names) == 9
    assert all(re.fullmatch(r"[\w-]{1,80}\.html", name, re.ASCII) for name in names)


@pytest.mark.parametrize("lesson", HANDED_OUT)
def test_every_lesson_can_be_graded_by_the_command(lesson: str, tmp_path: Path) -> None:
    write(
        tmp_path / "in" / "ada" / f"{lesson}.ipynb", notebook(right_answers(lesson), lesson=lesson)
    )
    assert grade(tmp_path / "in", tmp_path / "out") == 0
    assert {row["verdict"] for row in rows_in(tmp_path / "out")} == {"correct"}


def test_numpy_set_to_raise_costs_nothing(tmp_path: Path) -> None:
    lesson = "02_forward_pass"  # where exp(-1000) is meant to round to zero
    cells = (
        "import numpy as np, warnings\nnp.seterr(all='raise')\nwarnings.simplefilter('error')",
    )
    made = notebook(right_answers(lesson), lesson=lesson, first=cells)
    write(tmp_path / "in" / "ada" / f"{lesson}.ipynb", made)
    assert grade(tmp_path / "in", tmp_path / "out") == 0
    assert {row["verdict"] for row in rows_in(tmp_path / "out")} == {"correct"}


@pytest.mark.parametrize("spoiled", ["wrong", "unwritten", "right"])
def test_a_mistake_in_a_step_costs_the_training_nothing(spoiled: str, tmp_path: Path) -> None:
    lesson = "06_gradient_descent"
    answers = right_answers(lesson)
    if spoiled == "wrong":
        answers["sgd_step"] = "def sgd_step(params, grads, learning_rate):\n    raise OSError\n"
        answers["iterate_minibatches"] = "def iterate_minibatches(*args):\n    return []\n"
    elif spoiled == "unwritten":
        del answers["sgd_step"], answers["iterate_minibatches"]
    write(tmp_path / "in" / "ada" / f"{lesson}.ipynb", notebook(answers, lesson=lesson))
    assert grade(tmp_path / "in", tmp_path / "out") == 0
    verdicts = {row["exercise"]: row["verdict"] for row in rows_in(tmp_path / "out")}
    assert verdicts["train_mlp"] == "correct"
    assert (verdicts["sgd_step"] == "correct") == (spoiled == "right")


def test_earlier_lessons_stand_as_the_library_has_them(tmp_path: Path) -> None:
    lesson = "06_gradient_descent"
    spoiled = (
        "import backprop_lib\ndef broken(*args):\n    raise RuntimeError('broken')\n"
        "mlp_forward = mlp_backward = broken\nbackprop_lib.mlp_forward = broken\n",
    )
    made = notebook(right_answers(lesson), lesson=lesson, first=spoiled, last=spoiled)
    write(tmp_path / "in" / "ada" / f"{lesson}.ipynb", made)
    assert grade(tmp_path / "in", tmp_path / "out") == 0
    assert {row["verdict"] for row in rows_in(tmp_path / "out")} == {"correct"}


def test_a_changed_submission_is_graded_again_and_the_old_grade_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "in" / "ada.ipynb", notebook())
    grade(tmp_path / "in", tmp_path / "out", "--lesson", LESSON)
    write(path, notebook(RIGHT))
    grade(tmp_path / "in", tmp_path / "out", "--lesson", LESSON)
    rows = rows_in(tmp_path / "out")
    assert len(rows) == len(NAMES) and {row["verdict"] for row in rows} == {"correct"}
    # other limits, points or another seed are another grading
    grade(tmp_path / "in", tmp_path / "out", "--lesson", LESSON, "--points", "mlp_backward=9")
    assert rows_in(tmp_path / "out")[-1]["points"] == "9"


VERSIONS = """
from pathlib import Path
import checks
from checks.exercises import LESSONS
from checks.grader.grade import exercise_version
from checks.grader.settings import Settings
def versions():
    return [exercise_version(lesson, b"", Settings()) for lesson in LESSONS]
before = versions()
for path in sorted(Path(checks.__file__).parent.rglob("*.py")):
    source = path.read_bytes()
    path.write_bytes(source + b"# changed")
    changed = [a for a, b, c in zip(LESSONS, before, versions(), strict=True) if b != c]
    path.write_bytes(source)
    print(path.relative_to(Path.cwd()).as_posix(), *changed)
"""


def test_what_decides_a_lessons_verdicts_makes_it_be_graded_again(tmp_path: Path) -> None:
    for package in (backprop_lib, checks):
        folder = Path(package.__file__).parent
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(folder, tmp_path / folder.name, ignore=ignore)
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", VERSIONS],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    regraded = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    for shared in ("judge", "exercises/drawing", "exercises/caches", "exercises/labels"):
        assert regraded[f"checks/{shared}.py"] == list(LESSONS)
    for shown in ("build", "exercises/__init__", "grader/report"):
        assert regraded[f"checks/{shown}.py"] == []
    for exercise in EXERCISES:
        path = exercise.cases.__module__.replace(".", "/")
        assert regraded[f"{path}.py"] == [exercise.lesson]
    for path, lessons in regraded.items():  # what the exercises of a lesson share, and their order
        if path.count("/") == 3:
            assert len(lessons) == 1 and path.split("/")[2] in lessons[0]


# settings


def test_the_file_in_the_documentation_is_a_valid_one(tmp_path: Path) -> None:
    import checks.grader.settings as module

    (tmp_path / FILE_NAME).write_text((module.__doc__ or "").partition("\n\n")[2])
    settings = read_settings(tmp_path / FILE_NAME)
    assert settings.lessons == (LESSON,) and settings.seed == GRADING_SEED
    assert settings.points == {"linear_backward": 5}
    assert settings.limits == Limits()
    assert settings.due and settings.due.utcoffset() == datetime.timedelta(hours=2)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("lessons = [", "no TOML"),
        ("\xff", "no TOML"),
        ("lesson = 3", "no setting 'lesson'. There are: lessons"),
        ("lessons = 3", "lessons should be a list"),
        ("lessons = []", "lessons should be a list"),
        ("lessons = ['06']", "no lesson '06'. There are: 00_start_here"),
        ("seed = -1", "seed should be a whole number"),
        ("seed = true", "seed should be a whole number"),
        ("seed = 1.5", "seed should be a whole number"),
        (f"seed = {2**63}", "seed should be a whole number"),
        (f"[points]\nrelu_backward = {10**20}", "points.relu_backward should be"),
        ("[limits]\nseconds = 1e12", "limits.seconds should be"),
        ("[limits]\nmemory_mb = 1e30", "limits.memory_mb should be"),
        ("due = 0001-01-01", "outside of all calendars"),
        ("due = 3", "due should be a date"),
        ("due = 'soon'", "due should be a date"),
        ("points = 3", "points should be a table"),
        ("[points]\nf = 3", "no exercise 'f'"),
        ("[points]\nrelu_backward = -1", "points.relu_backward should be a whole number"),
        ("[points]\nrelu_backward = 'x'", "points.relu_backward should be a whole number"),
        ("[limits]\ntime = 3", "there is no 'time'. There are: seconds"),
        ("[limits]\nseconds = 0", "limits.seconds should be a number above 0"),
        ("[limits]\nseconds = inf", "limits.seconds should be a number above 0"),
        ("[limits]\nseconds = nan", "limits.seconds should be a number above 0"),
        ("[limits]\nmemory_mb = 10", "limits.memory_mb should be 256 or more"),
    ],
)
def test_wrong_settings_say_what_is_wrong(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError, match=re.escape(told)) as error:
        read_settings(path)
    assert FILE_NAME in str(error.value)


def test_settings_from_an_editor_that_marks_its_files(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(b"\xef\xbb\xbfseed = 7\r\n")
    assert read_settings(path).seed == 7


def test_grades_do_not_go_among_the_submissions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "in" / "ada.ipynb", notebook())
    assert grade(tmp_path / "in", tmp_path / "in" / ".") == 2
    assert "Name another folder" in capsys.readouterr().err
    assert os.listdir(tmp_path / "in") == ["ada.ipynb"]


def test_a_seed_that_learners_can_know_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "in" / "ada.ipynb", b"")
    for more, told in (((), True), (("--seed", "7"), False)):
        assert grade(tmp_path / "in", tmp_path / "out", "--lesson", LESSON, *more) == 0
        assert ("learners can know" in capsys.readouterr().out) == told


def test_a_damaged_gradebook_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "in" / "ada.ipynb", b"")
    assert grade(tmp_path / "in", tmp_path / "out", "--lesson", LESSON) == 0
    path = tmp_path / "out" / "gradebook.sqlite"
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))
    for command in (["explain", "ada"], ["report"]):
        assert main([*command, "--out", str(tmp_path / "out")]) == 2
        assert "malformed" in capsys.readouterr().err


def test_one_learners_flags_do_not_hide_those_of_the_others(tmp_path: Path) -> None:
    many = tuple(f"import gc  # {i}\n" * 30 for i in range(40))
    for i in range(4):
        write(tmp_path / "in" / f"ada{i}.ipynb", notebook(RIGHT, last=many))
    write(tmp_path / "in" / "zed.ipynb", notebook(RIGHT, last=("import torch",)))
    assert grade(tmp_path / "in", tmp_path / "out", "--lesson", LESSON) == 0
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    section = report.partition("To be looked at")[2]
    assert "import torch" in section
    assert section.count("import gc") <= 4 * 3


def test_dates_without_a_time_are_until_their_end() -> None:
    due = parse_settings({"due": datetime.date(2026, 10, 5)}).due
    assert due and (due.hour, due.minute) == (23, 59) and due.tzinfo
    assert parse_settings({}) == Settings()


def test_flags_go_before_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "in"
    write(folder / "ada.ipynb", notebook(RIGHT))
    text = f'lessons = ["{LESSON}"]\nseed = 7\n[points]\nmlp_backward = 3\n[limits]\nseconds = 9\n'
    write(folder / FILE_NAME, text.encode())
    more = ["--seed", "8", "--points", "relu_backward=6", "--due", "2001-01-01", "--seconds", "5"]
    assert grade(folder, tmp_path / "out", *more) == 0
    rows = {row["exercise"]: row for row in rows_in(tmp_path / "out")}
    assert (rows["relu_backward"]["points"], rows["mlp_backward"]["points"]) == ("6", "3")
    assert rows["mlp_backward"]["late"] == "yes"
    capsys.readouterr()
    main(["explain", "ada", "--out", str(tmp_path / "out")])
    assert "Seed 8" in capsys.readouterr().out


def test_wrong_use_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    for folder, more, told in (
        (tmp_path / "nowhere", [], "There is no folder"),
        (tmp_path, [], "There is no notebook"),
        (tmp_path, ["--lessons-dir", str(tmp_path / "no")], "Name the lessons' folder"),
        (tmp_path, ["--lessons-dir", str(tmp_path)], "holds none of"),
        (tmp_path, ["--workers", "0"], "--workers should be 1 or more"),
        (tmp_path, ["--points", "mlp_backward"], "should be a whole number"),
        (tmp_path, ["--settings", str(tmp_path / "no.toml")], "cannot be read"),
    ):
        assert grade(folder, out, *more) == 2
        assert told in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    write(tmp_path / "in" / "ada.ipynb", notebook())
    assert grade(tmp_path / "in", tmp_path / "file") == 2
    assert "cannot be written" in capsys.readouterr().err
    assert LESSONS_DIR.is_dir() and set(NAMES) == set(RIGHT)


# the guide for instructors


@pytest.mark.skipif(sys.platform == "win32", reason="its commands are for a shell")
def test_the_guide_works_as_written(tmp_path: Path) -> None:
    guide = (LESSONS_DIR.parent / "docs" / "instructors.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", guide, re.DOTALL)
    assert len(blocks) >= 5
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    (tmp_path / "notebooks").symlink_to(LESSONS_DIR)
    path = os.pathsep.join([str(LESSONS_DIR.parent), *filter(None, sys.path)])
    done = subprocess.run(
        ["sh", "-ec", "\n".join(blocks)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "linear_backward: correct, 5 of 5" in done.stdout
    assert {row["verdict"] for row in rows_in(tmp_path / "grades")} == {"correct", "not attempted"}
    assert (tmp_path / "grades" / "report.html").exists()

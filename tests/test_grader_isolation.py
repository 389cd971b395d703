"""The walls: which are up is measured, said everywhere, and can be asked for."""

import os
import re
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest
from grader_submissions import (
    ALL_CORRECT,
    LESSON,
    LIMITS,
    RIGHT,
    WRONG_LINEAR,
    Grading,
    best_mode,
    lesson_bytes,
    manifest,
    need_walls,
    notebook,
    write,
)

from checks.__main__ import main
from checks.exercises import LESSONS, lesson_exercises
from checks.grader import isolation
from checks.grader.cells import setup_sources
from checks.grader.isolation import WALLS, Walls
from checks.grader.sandbox import MODES, Sandbox, SandboxError, find_mode
from checks.grader.withheld import withheld_names, write_library


def test_every_wall_is_up_here() -> None:
    need_walls()
    mode, walls = best_mode()
    assert walls.up == tuple(WALLS)
    assert str(walls) == "Walls up: files, network, processes, system calls, limits."
    assert mode.startswith("bubblewrap")


@pytest.mark.parametrize("mode", MODES)
def test_every_way_of_making_processes_grades_alike(mode: str, tmp_path: Path) -> None:
    if mode.startswith("bubblewrap"):
        need_walls()
    if mode == "bubblewrap as root" and os.geteuid() != 0:
        pytest.skip("only root can")
    if mode == "fork" and not hasattr(os, "fork"):
        pytest.skip("this system does not fork")
    crash = "import os\ndef relu_backward(dy, cache):\n    os._exit(3)\n"
    loop = "def relu_backward(dy, cache):\n    while True: pass\n"
    memory = "def relu_backward(dy, cache):\n    return [bytes(2**20) for _ in range(4000)]\n"
    with Grading(mode=mode) as grading:  # type: ignore[arg-type]
        assert grading.verdicts(notebook(RIGHT), tmp_path) == ALL_CORRECT
        wrong = grading.verdicts(notebook(RIGHT | {"linear_backward": WRONG_LINEAR}), tmp_path)
        assert wrong == ALL_CORRECT | {"linear_backward": "wrong"}
        found = grading.rows(notebook(RIGHT | {"relu_backward": crash}), tmp_path)
        assert found["relu_backward"].verdict == "crashed"
        assert "exit code 3" in found["relu_backward"].message
        assert found["mlp_backward"].verdict == "correct"
        for source, verdict in ((loop, "time limit"), (memory, "memory limit")):
            found = grading.rows(notebook(RIGHT | {"relu_backward": source}), tmp_path)
            assert found["relu_backward"].verdict == verdict
            assert found["mlp_backward"].verdict == "correct"


def test_without_root_one_user_does_not_reach_the_server(tmp_path: Path) -> None:
    need_walls()
    attacks = (
        "os.kill(1, 9)",
        "os.kill(1, 19)",
        "open('/proc/1/mem', 'rb').read(1)",
        "os.readlink('/proc/1/fd/0')",
        "open('/dev/x', 'w')",
        "open('/course/config.json', 'a')",
        "ctypes.CDLL(None).ptrace(16, 1, 0, 0) and 1 / 0",
        "open('../left', 'w')",
        "os.listdir('/scratch/..') and os.chmod('/course', 0o777)",
    )
    with Grading(mode="bubblewrap") as grading:
        for attack in attacks:
            source = (
                "import ctypes, os\ndef relu_backward(dy, cache):\n"
                f"    try:\n        {attack}\n    except (OSError, ZeroDivisionError) as error:\n"
                "        raise RuntimeError('contained')\n    raise RuntimeError('not stopped')\n"
            )
            row = grading.rows(notebook({"relu_backward": source}), tmp_path)["relu_backward"]
            if "left" not in attack:  # a folder of its own user's; it is cleared up below
                assert "contained" in row.message, attack
            look = (
                "import os\ndef relu_backward(dy, cache):\n"
                "    raise RuntimeError(sorted(os.listdir('/scratch')))\n"
            )
            row = grading.rows(notebook({"relu_backward": look}), tmp_path)["relu_backward"]
            assert "left" not in row.message
            assert grading.verdicts(notebook(RIGHT), tmp_path) == ALL_CORRECT


LEAVE = """
import os
for place in {places}:
    try:
        with open(place, "w") as file:
            file.write("secret")
    except OSError:
        pass
try:
    {more}
except OSError:
    pass
def relu_backward(dy, cache):
    return dy * (cache > 0)
"""
FIND = """
import os
about = os.stat("/scratch")
left = [place for place in {places} if os.path.exists(place)]
left += os.listxattr("/scratch") if os.access("/scratch", os.R_OK) else []
left += ["the mode"] if about.st_mode & 0o7777 not in (0o700, 0o711) else []
left += ["the time"] if about.st_atime == 12345 else []
def relu_backward(dy, cache):
    raise RuntimeError(f"left: {{left}}")
"""
PLACES = "('/dev/shm/left', '/scratch/.matplotlib/left', '/dev/mqueue/left', '/dev/pts/left')"


@pytest.mark.parametrize(
    "more",
    [
        "open('/scratch/.matplotlib/much', 'wb').write(bytes(2**26 - 2**16))",
        "os.mkdir('/scratch/.matplotlib'); open('/scratch/.matplotlib/left', 'w').close()",
        "os.setxattr('/scratch', 'user.left', b'secret')",
        "os.chmod('/scratch', 0o1755)",
        "os.utime('/scratch', (12345, 12345))",
    ],
)
def test_without_root_nothing_is_left_for_the_next(more: str, tmp_path: Path) -> None:
    need_walls()
    drawing = (
        "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.savefig('a.png')\n"
        "open('x', 'wb').write(bytes(2**20))\n"
    )
    with Grading(mode="bubblewrap") as grading:
        leaving = LEAVE.format(places=PLACES, more=more)
        assert grading.verdicts(notebook(RIGHT | {"relu_backward": leaving}), tmp_path)
        found = grading.rows(notebook({"relu_backward": FIND.format(places=PLACES)}), tmp_path)
        assert "left: []" in found["relu_backward"].message
        needing = RIGHT | {"relu_backward": drawing + RIGHT["relu_backward"]}
        assert grading.verdicts(notebook(needing), tmp_path) == ALL_CORRECT


def test_a_server_that_has_died_is_replaced(tmp_path: Path) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("there is no server")
    with Grading() as grading:
        assert grading.verdicts(notebook(RIGHT), tmp_path) == ALL_CORRECT
        process = grading.grader._sandbox._server._process
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert grading.verdicts(notebook(RIGHT), tmp_path) == ALL_CORRECT


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("looks into /proc")
    before = descendants(os.getpid())
    with Grading() as grading:
        endless = "import time\nwhile True: time.sleep(1)\n"
        grading.rows(notebook(RIGHT, first=(endless,)), tmp_path)
        course = Path(grading.grader._sandbox._course.name)
        ours = [pid for pid in descendants(os.getpid()) if pid not in before]
        assert ours and course.is_dir()
    until = time.monotonic() + 5
    while time.monotonic() < until and any(Path(f"/proc/{pid}").exists() for pid in ours):
        time.sleep(0.05)
    assert not [pid for pid in ours if Path(f"/proc/{pid}").exists()]
    assert not course.exists()


def descendants(pid: int) -> list[int]:
    """All processes below one."""
    found, new = [], [pid]
    while new:
        new = [
            int(child)
            for parent in new
            for task in Path(f"/proc/{parent}/task").glob("*/children")
            for child in task.read_text().split()
        ]
        found += new
    return found


# what is missing is said


def test_without_bubblewrap_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    mode, walls = find_mode(lesson_exercises(LESSON), setup_sources(manifest()), 1024)
    assert mode == ("fork" if hasattr(os, "fork") else "fresh process")
    assert "files" in dict(walls.missing) and not walls.complete
    if sys.platform == "linux":
        assert "apt-get install bubblewrap" in str(walls)
        assert "MISSING: files, processes" in str(walls)


def test_without_pyseccomp_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    need_walls()
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    isolation.system_call_filter.cache_clear()
    try:
        mode, walls = find_mode(lesson_exercises(LESSON), setup_sources(manifest()), 1024)
        assert dict(walls.missing) == {
            "system calls": "pyseccomp is not installed: pip install pyseccomp"
        }
        with Grading(mode=mode) as grading:  # the other walls hold without it
            bomb = "import os\ndef relu_backward(dy, cache):\n    while True: os.fork()\n"
            found = grading.verdicts(notebook(RIGHT | {"relu_backward": bomb}), tmp_path)
            assert found.pop("relu_backward") in ("wrong", "time limit", "crashed")
            assert set(found.values()) == {"correct"}
            child = (
                "import os, time\ndef relu_backward(dy, cache):\n    if os.fork() == 0:\n"
                "        os.setsid()\n        if os.fork() == 0:\n            time.sleep(99)\n"
                "        os._exit(0)\n    return dy * (cache > 0)\n"
            )
            assert grading.verdicts(notebook(RIGHT | {"relu_backward": child}), tmp_path)
            look = (
                "import os\ndef relu_backward(dy, cache):\n"
                "    raise ValueError([p for p in os.listdir('/proc') if p.isdigit()])\n"
            )
            row = grading.rows(notebook({"relu_backward": look}), tmp_path)["relu_backward"]
            assert len(re.findall(r"'\d+'", row.message)) == 2, row.message  # server and itself
            assert grading.verdicts(notebook(RIGHT), tmp_path) == ALL_CORRECT
    finally:
        isolation.system_call_filter.cache_clear()


def test_walls_that_fail_to_start_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    need_walls()
    monkeypatch.setattr("checks.grader.isolation.SCRATCH_BYTES", "much")
    mode, walls = find_mode(lesson_exercises(LESSON), setup_sources(manifest()), 1024)
    assert mode == "fork" and "bubblewrap" in str(walls)
    with pytest.raises(SandboxError), Sandbox(lesson_exercises(LESSON), [], 1024, "bubblewrap"):
        pass


def test_isolation_can_be_required(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "in" / "ada.ipynb", notebook(RIGHT))
    arguments = ["grade", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--workers", "1"]
    arguments += ["--lesson", LESSON]
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert main([*arguments, "--require-isolation"]) == 2
    told = capsys.readouterr()
    assert told.out.startswith("Walls up:") and "MISSING" in told.out.splitlines()[0]
    assert "Refused" in told.err
    assert not (tmp_path / "out").exists()
    assert main(arguments) == 0
    assert "MISSING: files" in capsys.readouterr().out.splitlines()[0]
    report = (tmp_path / "out" / "report.html").read_text()
    assert "MISSING: files" in report and "Some notebooks ran without all walls" in report
    assert main(["explain", "ada", "--out", str(tmp_path / "out")]) == 0
    assert "MISSING: files" in capsys.readouterr().out


def test_walls_in_words() -> None:
    walls = Walls(("limits",), (("files", "no wall"), ("network", "no wall"), ("processes", "x")))
    assert str(walls) == (
        "Walls up: limits. MISSING: files, network (no wall). MISSING: processes (x)."
    )
    assert not walls.complete and Walls(("limits",)).complete


# what is withheld


@pytest.mark.parametrize("lesson", LESSONS)
def test_no_answer_to_the_lesson_is_in_the_library_that_is_handed_over(
    lesson: str, tmp_path: Path
) -> None:
    import inspect

    exercises = lesson_exercises(lesson)
    write_library(tmp_path, exercises)
    text = "\n".join(p.read_text() for p in (tmp_path / "backprop_lib").glob("*.py"))
    for exercise in exercises:
        lines = inspect.getsource(exercise.reference).splitlines()
        body = [x.strip() for x in lines if x.startswith("    ") and len(x.strip()) > 30]
        code = [x for x in body if "=" in x and '"""' not in x and not x.startswith("#")]
        assert not [x for x in code if x in text and x.count(" ") > 3 and "raise" not in x], code
    assert withheld_names(exercises) >= {e.reference.__name__ for e in exercises}
    assert lesson_bytes(lesson)
    assert LIMITS.seconds > 0

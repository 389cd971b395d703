"""One class graded here, by nbgrader and by Otter, in one run.

Everybody grades the same students' answers to the same exercises, and finds all of them right.
Ours gets the notebooks as learners hand them in, and judges every exercise with the course's own
judge. The others get the setup cell and the exercises' cells alone, since they would run the
lesson's demonstrations too, and compare with stored numbers of the same cases, which is less
work. The floor is the bare cells, executed one after another in a warm process.

    python3 -m venv /tmp/graders
    /tmp/graders/bin/pip install -q -r benchmarks/requirements-grading.txt
    python benchmarks/grading.py --graders /tmp/graders

--students and --for-others say how many submissions each grader gets; --memory also grades
classes of 100 and of 3,000, to see whether the memory grows.
"""

import argparse
import copy
import inspect
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from checks.exercises import LESSONS, lesson_exercises
from checks.grader.cells import setup_sources
from checks.grader.grade import LessonGrader
from checks.grader.gradebook import Gradebook
from checks.grader.sandbox import find_mode
from checks.grader.settings import Settings
from checks.grader.submissions import Submission, parse_notebook
from checks.outputs import call

COURSE = Path(__file__).resolve().parent.parent
NOTEBOOKS = COURSE / "notebooks"
SEED = Settings().seed


@dataclass(frozen=True)
class Measured:
    """What grading a class took, for each submission."""

    submissions: int
    seconds: float
    cpu_seconds: float
    memory_mb: float
    """Most of all its processes together, shared pages counted once."""


class Watch:
    """Measures a command: time, processor time of all its processes, most memory at once."""

    def __init__(self) -> None:
        self.memory = 0
        self.cpu: dict[int, float] = {}
        self._done = threading.Event()

    def run(self, commands: list[list[str]], submissions: int, **more: Any) -> Measured:
        """Run commands side by side and wait for all."""
        begun = time.perf_counter()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **more}
        processes = [subprocess.Popen(command, **quiet) for command in commands]
        sampler = threading.Thread(target=self._sample, args=([p.pid for p in processes],))
        sampler.start()
        errors = [process.communicate()[1] for process in processes]
        seconds = time.perf_counter() - begun
        self._done.set()
        sampler.join()
        for process, error in zip(processes, errors, strict=True):
            if process.returncode:
                raise RuntimeError(f"{process.args} failed:\n{error.decode()[-2000:]}")
        cpu = sum(self.cpu.values())
        return Measured(submissions, seconds / submissions, cpu / submissions, self.memory / 2**20)

    def _sample(self, roots: list[int]) -> None:
        tick = os.sysconf("SC_CLK_TCK")
        while not self._done.wait(0.05):
            memory = 0
            new = list(roots)
            while new:
                pid = new.pop()
                try:
                    for task in Path(f"/proc/{pid}/task").iterdir():
                        new += map(int, (task / "children").read_text().split())
                    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                    # its own, and that of its children that have ended
                    self.cpu[pid] = sum(map(int, parts[11:13])) / tick
                    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                        if line.startswith("Pss:"):
                            memory += int(line.split()[1]) * 1024
                except (OSError, ValueError):
                    continue
            self.memory = max(self.memory, memory)


def lessons_handed_out() -> list[str]:
    return [lesson for lesson in LESSONS if (NOTEBOOKS / f"{lesson}.ipynb").exists()]


def solved(lesson: str, student: int) -> dict[str, Any]:
    """The notebook that a student hands in: the lesson, its exercises solved."""
    made = json.loads((NOTEBOOKS / f"{lesson}.ipynb").read_text(encoding="utf-8"))
    answers = {e.name: inspect.getsource(e.reference) for e in lesson_exercises(lesson)}
    for cell in made["cells"]:
        name = cell["metadata"].get("exercise")
        if name:
            cell["source"] = f"# student {student}\n{answers[name]}"
    return made


def only_exercises(made: dict[str, Any]) -> list[dict[str, Any]]:
    """Its setup cell and its exercises' cells."""
    cells = [c for c in made["cells"] if c["cell_type"] == "code"]
    return [
        c for c in cells if "setup" in c["metadata"].get("tags", ()) or "exercise" in c["metadata"]
    ]


def literal(value: Any) -> str:
    """Python code for a nested value."""
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()!r}, dtype={value.dtype.name!r}).reshape({value.shape})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, tuple):
        return "(" + "".join(f"{literal(v)}, " for v in value) + ")"
    return repr(value)


def stored_tests(lesson: str) -> dict[str, str]:
    """For each exercise whose cases are plain data, code that compares with stored numbers."""
    tests = {}
    for exercise in lesson_exercises(lesson):
        lines = []
        for case in exercise.cases(np.random.default_rng([SEED, *exercise.name.encode()])):
            expected, _ = call(exercise, case, exercise.reference)
            lines.append(f"got = {exercise.name}(*{literal(case.args)})")
            if exercise.returns == "tuple":
                lines.append("got = list(got)")
            elif exercise.returns == "dict":
                lines.append(f"got = [got[name] for name in {list(expected)!r}]")
            else:
                lines.append("got = [got]")
            for i, value in enumerate(expected.values()):
                lines.append(f"assert np.allclose(got[{i}], {literal(value)})")
        code = "\n".join(lines)
        if exercise.returns in ("array", "tuple", "dict") and "Generator" not in code:
            tests[exercise.name] = "import numpy as np\n" + code
    return tests


# ours


def grade_here(folder: Path, out: Path, number: int, workers: int) -> Measured:
    command = [sys.executable, "-m", "checks", "grade", str(folder), "--out", str(out)]
    measured = Watch().run([[*command, "--workers", str(workers)]], number, cwd=COURSE)
    rows = (out / "grades.csv").read_text().splitlines()[1:]
    assert rows and all(",correct," in row for row in rows), "not everything was right"
    return measured


def one_by_one(lesson: str, files: list[Path], folder: Path) -> list[float]:
    """Seconds for each submission in a worker: reading, running, judging, recording."""
    manifest = parse_notebook((NOTEBOOKS / f"{lesson}.ipynb").read_bytes())
    settings = Settings()
    mode, walls = find_mode(lesson_exercises(lesson), setup_sources(manifest), 2048)
    print(f"{lesson}: {walls}")
    times = []
    with (
        LessonGrader(lesson, manifest, settings, mode) as grader,
        Gradebook(folder / f"{lesson}.sqlite") as book,
    ):
        for i, path in enumerate(files):
            begun = time.perf_counter()
            submission = Submission(f"s{i}", path, lesson=lesson)
            graded = grader.grade(submission)
            book.record(submission, "v", SEED, str(walls), graded)
            times.append(time.perf_counter() - begun)
            assert all(row.verdict == "correct" for row in graded.rows)
    return times


def floor(lesson: str, number: int) -> list[float]:
    """Seconds for the bare cells of each submission, in this process, warm."""
    times = []
    for i in range(number):
        sources = [c["source"] for c in only_exercises(solved(lesson, i))]
        sources = ["".join(source) for source in sources]
        begun = time.perf_counter()
        space: dict[str, Any] = {}
        for source in sources:
            exec(compile(source, "<cell>", "exec"), space)
        times.append(time.perf_counter() - begun)
    return times


# the others


def nbgrader_notebook(lesson: str, student: int, tests: dict[str, str]) -> dict[str, Any]:
    """The notebook with nbgrader's marks, a test cell under each exercise."""
    made = solved(lesson, student)
    cells = []
    for cell in only_exercises(made):
        cell = copy.deepcopy(cell)
        name = cell["metadata"].get("exercise")
        marks = {"schema_version": 3, "locked": False, "task": False, "cell_type": "code"}
        cell["metadata"] = {}
        cells.append(cell)
        if name:
            grade = {"grade": False, "solution": True, "grade_id": f"answer-{name}"}
            cell["metadata"] = {"nbgrader": marks | grade}
            if name in tests:
                grade = {"grade": True, "solution": False, "grade_id": f"test-{name}", "points": 1}
                test = {"cell_type": "code", "source": tests[name], "id": f"test-{name}"[:60]}
                test |= {"outputs": [], "execution_count": None}
                test["metadata"] = {"nbgrader": marks | grade | {"locked": True}}
                cells.append(test)
    return made | {"cells": cells}


def environment(graders: Path) -> dict[str, str]:
    path = f"{graders / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": path, "PYTHONPATH": str(COURSE), "OMP_NUM_THREADS": "1"}


def grade_by_nbgrader(
    lesson: str, graders: Path, number: int, workers: int, folder: Path
) -> Measured:
    tests = stored_tests(lesson)
    commands, places = [], []
    for worker in range(workers):
        course = folder / f"nbgrader-{workers}-{worker}"
        source = course / "source" / "ps1" / "lesson.ipynb"
        source.parent.mkdir(parents=True)
        (course / "nbgrader_config.py").write_text(
            "c = get_config()\nc.CourseDirectory.course_id = 'course'\n"
            "c.ClearSolutions.enforce_metadata = False\n"
        )
        source.write_text(json.dumps(nbgrader_notebook(lesson, 0, tests)))
        nbgrader = str(graders / "bin" / "nbgrader")
        made = subprocess.run(
            [nbgrader, "generate_assignment", "ps1", "--create"],
            cwd=course,
            env=environment(graders),
            capture_output=True,
            text=True,
        )
        assert made.returncode == 0, made.stderr[-2000:]
        released = json.loads((course / "release" / "ps1" / "lesson.ipynb").read_text())
        for student in range(worker, number, workers):
            answers = nbgrader_notebook(lesson, student, tests)["cells"]
            handed_in = copy.deepcopy(released)
            for cell, answer in zip(handed_in["cells"], answers, strict=True):
                cell["source"] = answer["source"]
            path = course / "submitted" / f"s{student}" / "ps1" / "lesson.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(json.dumps(handed_in))
        commands.append([nbgrader, "autograde", "ps1", f"--CourseDirectory.root={course}"])
        places.append(course)
    measured = Watch().run(commands, number, cwd=folder, env=environment(graders))
    done = [p for course in places for p in (course / "autograded").rglob("lesson.ipynb")]
    assert len(done) == number, f"{len(done)} of {number} autograded"
    assert '"output_type": "error"' not in "".join(p.read_text() for p in done)
    return measured


def grade_by_otter(lesson: str, graders: Path, number: int, workers: int, folder: Path) -> Measured:
    place = folder / f"otter-{workers}"
    (place / "tests").mkdir(parents=True)
    for name, code in stored_tests(lesson).items():
        lines = code.split("\n")
        test = {"type": "doctest", "scored": True, "setup": "", "teardown": ""}
        test["cases"] = [{"code": "\n".join(f">>> {line}" for line in lines), "hidden": False}]
        made = {"name": name, "points": 1, "suites": [test]}
        (place / "tests" / f"{name}.py").write_text(f"OK_FORMAT = True\ntest = {made!r}\n")
    otter = str(graders / "bin" / "otter")
    made_zip = subprocess.run(
        [otter, "generate", "-t", "tests", "-o", "autograder.zip", "--no-environment"],
        cwd=place,
        env=environment(graders),
        capture_output=True,
        text=True,
    )
    assert made_zip.returncode == 0, made_zip.stderr[-2000:] + made_zip.stdout[-2000:]
    lists: list[list[str]] = [[] for _ in range(workers)]
    for student in range(number):
        made = solved(lesson, student)
        made["cells"] = only_exercises(made)
        path = place / f"s{student}.ipynb"
        path.write_text(json.dumps(made))
        out = place / f"out{student}"
        out.mkdir()
        lists[student % workers] += [
            f"{otter} run {path} -a autograder.zip -o {out} >/dev/null 2>{out}/log"
        ]
    commands = [["sh", "-ec", "\n".join(list_)] for list_ in lists]
    measured = Watch().run(commands, number, cwd=place, env=environment(graders))
    for student in range(number):
        results = json.loads((place / f"out{student}" / "results.json").read_text())
        assert all(t.get("score", 0) == t.get("max_score", 0) for t in results["tests"]), results
    return measured


# the run


def row(name: str, workers: int, m: Measured, base: float) -> str:
    return (
        f"| {name} | {workers} | {m.submissions} | {1000 * m.seconds:,.0f} | "
        f"{1000 * m.cpu_seconds:,.0f} | {m.memory_mb:,.0f} | {m.seconds / base:.1f} |"
    )


def write_class(folder: Path, lesson: str, number: int) -> list[Path]:
    files = []
    for student in range(number):
        path = folder / f"s{student:05d}" / f"{lesson}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(solved(lesson, student)), encoding="utf-8")
        files.append(path)
    return files


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--graders", type=Path, help="a virtual environment with nbgrader, Otter")
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--for-others", type=int, default=20)
    parser.add_argument("--lessons", nargs="+", default=lessons_handed_out())
    parser.add_argument("--memory", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="grading-"))
    try:
        for lesson in options.lessons:
            files = write_class(folder / lesson / "class", lesson, options.students)
            bare = floor(lesson, options.students)
            times = one_by_one(lesson, files, folder)
            beyond = [t - b for t, b in zip(times, bare, strict=True)]
            print(
                f"{lesson}, {len(files)} submissions one by one, in ms: median "
                f"{1000 * statistics.median(times):.1f}, of it the bare cells "
                f"{1000 * statistics.median(bare):.2f}, beyond them "
                f"{1000 * statistics.median(beyond):.1f} (90 of 100 below "
                f"{1000 * sorted(beyond)[int(0.9 * len(beyond))]:.1f})",
                flush=True,
            )
            print("| grader | workers | submissions | ms each | CPU ms each | MB | times ours |")
            print("|---|---:|---:|---:|---:|---:|---:|")
            for workers in (1, 2):
                out = folder / lesson / f"out{workers}"
                ours = grade_here(folder / lesson / "class", out, options.students, workers)
                print(row("here", workers, ours, ours.seconds), flush=True)
                if options.graders:
                    some = (lesson, options.graders, options.for_others, workers, folder / lesson)
                    print(
                        row("nbgrader", workers, grade_by_nbgrader(*some), ours.seconds), flush=True
                    )
                    print(row("Otter", workers, grade_by_otter(*some), ours.seconds), flush=True)
        if options.memory:
            lesson = options.lessons[-1]
            for number in (100, 3000):
                write_class(folder / f"class{number}", lesson, number)
                ours = grade_here(folder / f"class{number}", folder / f"out{number}", number, 2)
                print(
                    f"{number} submissions: {ours.memory_mb:.0f} MB, "
                    f"{1000 * ours.seconds:.0f} ms each"
                )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

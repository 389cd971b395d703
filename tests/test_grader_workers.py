"""Worker processes: one that dies, or takes for ever, costs its own task and nothing more."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from grader_submissions import (
    ALL_CORRECT,
    LESSON,
    RIGHT,
    best_mode,
    manifest,
    notebook,
    verdicts,
    write,
)

from checks.grader import workers as workers_module
from checks.grader.process import Limits
from checks.grader.settings import Settings
from checks.grader.submissions import Submission
from checks.grader.workers import Job, Workers

SLOW = "import time\ntime.sleep(3)\n"


def job(total_seconds: float = 30) -> Job:
    limits = Limits(seconds=20, memory_mb=1024, total_seconds=total_seconds)
    settings = Settings(lessons=(LESSON,), limits=limits)
    return Job(settings, best_mode()[0], {LESSON: manifest()})


def submissions(folder: Path, *first: str) -> list[Submission]:
    found = []
    for i, source in enumerate(first):
        path = write(folder / f"s{i}.ipynb", notebook(RIGHT, first=(source,)))
        found.append(Submission(f"s{i}", path, lesson=LESSON))
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="kills by a signal")
def test_a_worker_that_is_killed_costs_only_its_task(tmp_path: Path) -> None:
    with Workers(1, job()) as workers:
        results = workers.grade(submissions(tmp_path, "a = 1", SLOW, "a = 2"))
        assert verdicts(next(results)[1].rows) == ALL_CORRECT
        pid = workers._workers[0]._process.pid
        assert pid
        threading.Timer(1.0, os.kill, (pid, signal.SIGKILL)).start()
        submission, graded = next(results)
        assert submission.student_id == "s1"
        assert {row.verdict for row in graded.rows} == {"grader error"}
        assert "exit code -9" in graded.rows[0].message
        assert verdicts(next(results)[1].rows) == ALL_CORRECT


def test_a_worker_that_takes_for_ever_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers_module, "GRACE_SECONDS", -28.0)  # 2 s are left
    sleeping = "import time\ntime.sleep(15)\n"
    with Workers(1, job()) as workers:
        found = {
            s.student_id: {row.verdict for row in graded.rows}
            for s, graded in workers.grade(submissions(tmp_path, "a = 1", sleeping))
        }
    assert found["s1"] == {"grader error"}


def test_workers_end_with_the_process_that_made_them(tmp_path: Path) -> None:
    with Workers(2, job()) as workers:
        looked = list(workers.look_at(submissions(tmp_path, "a = 1", "a = 2")))
        processes = [worker._process for worker in workers._workers]
        assert all(s.lesson == LESSON and len(s.digest) == 64 and not s.reason for s in looked)
    until = time.monotonic() + 5
    while time.monotonic() < until and any(p.is_alive() for p in processes):
        time.sleep(0.05)
    assert not any(p.is_alive() for p in processes)
